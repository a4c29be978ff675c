#![doc = include_str!("root_loader.md")]

use change::{EditSet, Finding, ImportChange, ImportedName, Location, RelPath, Severity, TextEdit, TextRange};
use syntax::style::Style;
use syntax::{
    Bindings, FunctionFact, OuterCall, ParsedModule, SourceKind, WrappedExport, after_imports, array_in,
    default_object, exported_value, function_named, on_deep_stack, restyled, wrap_export,
};

use super::Rule;
use crate::Explanation;
use crate::ctx::{Ctx, RuleResult, Sink, Verdict};
use crate::graph::resolve::{Resolver, Target};
use crate::load::facts_of;
use crate::manifest::{is_outside, lowest};
use crate::names::Names;
use crate::packages::Packages;
use crate::react_router::{Returned, Settings, future, returned, root, route_types};
use crate::refusal::{Refusal, RefusalReason};
use crate::workspace::join;

/// The rule.
pub(crate) const RULE: Rule = Rule {
    explanation: Explanation {
        id: "root-loader",
        summary: "The root of a React Router app brings the session: middleware and loader.",
        text: include_str!("root_loader.md"),
    },
    run,
};

/// Clerk's package for React Router.
const PACKAGE: &str = "@clerk/react-router";
/// What of it runs on the server.
const SERVER: &str = "@clerk/react-router/server";
/// The flag by which React Router 7 has middleware.
const FLAG: &str = "v8_middleware";

fn run(ctx: &Ctx<'_>, sink: &mut Sink) -> RuleResult {
    let is_wanted = sink.wired.as_ref().is_some_and(|wired| wired.group.is_some() && wired.sdk == PACKAGE);
    if !is_wanted {
        return Ok(Verdict::Added);
    }
    let settings = Settings::of(ctx.workspace, ctx.app);
    unknown(ctx, &settings)?;
    if !settings.ssr {
        if settings.prerenders {
            let message = "pages are made as the app is built, and no server tells them who is signed in";
            return Err(Refusal::new(RefusalReason::StaticExport, message, settings.path.map(Location::file)));
        }
        return Ok(Verdict::Added);
    }
    if let Some(path) = settings.path.clone().filter(|_| settings.prerenders) {
        let message = "pages are made as the app is built, which fails where CLERK_SECRET_KEY is not set";
        let mut finding = Finding::new(RULE.explanation.id, Severity::Warning, message);
        finding.app = Some(ctx.app.id.clone());
        finding.location = Some(Location::file(path));
        finding.help = Some("set it where the app is built, too".to_owned());
        finding.group = sink.wired.as_ref().and_then(|wired| wired.group.clone());
        sink.findings.push(finding);
    }
    let Some(path) = root(ctx.workspace, &settings.folder) else { return Ok(Verdict::Added) };
    if let Some(importer) = importer(ctx, &path) {
        let message =
            "this file takes the root's loader in, which with rootAuthLoader needs the middleware to have run";
        return Err(Refusal::new(RefusalReason::LoaderForm, message, Some(Location::file(importer))));
    }
    edit(ctx, sink, &path)?;
    if is_before_8(ctx) && settings.middleware != Some(true) {
        load_context(ctx)?;
        flag(ctx, sink, &settings)?;
    }
    Ok(Verdict::Added)
}

/// Refuses settings from which it can't be told whether there is a server.
fn unknown(ctx: &Ctx<'_>, settings: &Settings) -> Result<(), Refusal> {
    if let Some(path) = settings.path.as_ref().filter(|_| !settings.is_ssr_known) {
        let message = "whether the app is rendered on a server is not known: `ssr` is not written out here";
        return Err(Refusal::new(RefusalReason::SettingsForm, message, Some(Location::file(path.clone()))));
    }
    let vite = ctx.workspace.script(ctx.app.id.folder(), "vite.config");
    let rsc = vite.filter(|path| ctx.workspace.text(path).is_some_and(|text| text.contains("reactRouterRSC")));
    match rsc {
        Some(path) => {
            let message = "the app is built for React Server Components, for which Clerk's package has no wiring";
            Err(Refusal::new(RefusalReason::SettingsForm, message, Some(Location::file(path))))
        }
        None => Ok(()),
    }
}

/// Whether the app gets a version of React Router in which middleware is behind a flag; without a lock file npm takes the newest.
fn is_before_8(ctx: &Ctx<'_>) -> bool {
    let own = ctx.app.id.folder();
    let packages = Packages::of(ctx, own);
    match (packages.locked(own, "react-router"), packages.asked(own, "react-router")) {
        (Some(version), _) => version.major() < 8,
        (None, Some(asked)) => lowest(&asked.range).is_some() && is_outside(&asked.range, ">=8.0.0"),
        (None, None) => false,
    }
}

/// A file of the app, be it a test, that takes in the root's loader by its name.
fn importer(ctx: &Ctx<'_>, path: &RelPath) -> Option<RelPath> {
    let resolver = Resolver::of(ctx.workspace);
    let own = ctx.workspace.sources_in(ctx.app.id.folder()).filter(|other| *other != path);
    let found = own.filter(|other| {
        let names = ctx.workspace.text(other).is_some_and(|text| text.contains("root") && text.contains("loader"));
        let facts = names.then(|| facts_of(ctx.workspace, vec![(*other).clone()]).remove(*other)).flatten();
        facts.is_some_and(|facts| {
            facts.imports.iter().any(|import| {
                let is_loader = |name: &ImportedName| *name == ImportedName::Named("loader".to_owned());
                let takes =
                    import.specifiers.iter().any(|specifier| !specifier.type_only && is_loader(&specifier.name));
                takes && resolver.resolve(other, &import.module) == Target::File(path.clone())
            })
        })
    });
    // `import type { loader } from "./root"` and `typeof loader` are fine.
    found
        .into_iter()
        .find(|other| {
            ctx.workspace.text(other).is_some_and(|text| text.replace("typeof loader", "").contains("loader("))
        })
        .cloned()
}

/// What the root's file becomes.
struct Change {
    edits: EditSet,
    /// Which of Clerk's functions it calls then.
    calls: Vec<&'static str>,
    /// The types that it names then, and their module.
    types: Vec<(String, &'static str)>,
    /// The modules whose loader it hands over.
    imports: Vec<String>,
    /// Where its loader answers by itself.
    answers: Option<TextRange>,
    /// Where the data of the loader is passed on whole.
    passes: Option<TextRange>,
}

/// Puts middleware and loader into the root.
fn edit(ctx: &Ctx<'_>, sink: &mut Sink, path: &RelPath) -> Result<(), Refusal> {
    let refuse = |reason, range, message: &str| {
        let location = Location { path: path.clone(), range };
        Err(Refusal::new(reason, message, Some(location)))
    };
    let route = route_types(ctx.workspace, ctx.app, path);
    let parsed = sink.read(ctx, path, |module, bindings, style| {
        let last = syntax::file_facts(&module).last_import().map(|import| import.module.clone());
        (change(path, &module, &bindings, &style, route), bindings, last)
    });
    let Some((change, bindings, last)) = parsed else {
        return refuse(RefusalReason::LoaderForm, TextRange::empty(0), "the root is no file that may be changed");
    };
    let change = match change {
        Ok(change) => change,
        Err((reason, range, why)) => return refuse(reason, range, why),
    };
    for module in &change.imports {
        imported(ctx, path, module)?;
    }
    let Some(group) = sink.wiring() else { return Ok(()) };
    let mut names = Names { path, bindings: &bindings, group, adds: true };
    for call in &change.calls {
        names.local(SERVER, call, call);
    }
    for module in &change.imports {
        let import = ImportChange::Add {
            module: module.clone(),
            name: ImportedName::Named("loader".to_owned()),
            local: "rootLoader".to_owned(),
            type_only: false,
            beside: last.clone(),
        };
        names.group.import(path, import);
    }
    for (module, name) in &change.types {
        let beside = if module == "react-router" { None } else { last.as_deref() };
        names.local_type(module, name, beside);
    }
    if change.edits.iter().try_for_each(|edit| group.edit(path, edit.clone())).is_err() {
        return refuse(RefusalReason::LoaderForm, TextRange::empty(0), "the edits of the root clash");
    }
    if let Some(range) = change.passes {
        let message = "the data of the root's loader is passed on as a whole: the session is part of it now";
        let mut finding = Finding::new(RULE.explanation.id, Severity::Warning, message);
        finding.app = Some(ctx.app.id.clone());
        finding.location = Some(Location { path: path.clone(), range });
        finding.help = Some("pass on what is wanted of it by name".to_owned());
        finding.group = sink.wired.as_ref().and_then(|wired| wired.group.clone());
        sink.findings.push(finding);
    }
    if let Some(range) = change.answers {
        let message = "the loader answers by `data()`: rootAuthLoader reads that as JSON and makes it anew, with the session in it";
        let mut finding = Finding::new(RULE.explanation.id, Severity::Warning, message);
        finding.app = Some(ctx.app.id.clone());
        finding.location = Some(Location { path: path.clone(), range });
        finding.help =
            Some("a date becomes a text there, and a promise is lost: return such values in a plain object".to_owned());
        finding.doc = Some("https://clerk.com/docs/reference/react-router/root-auth-loader");
        finding.group = sink.wired.as_ref().and_then(|wired| wired.group.clone());
        sink.findings.push(finding);
    }
    Ok(())
}

type Failure = (RefusalReason, TextRange, &'static str);

fn change(
    path: &RelPath,
    module: &ParsedModule,
    bindings: &Bindings,
    style: &Style,
    route: Option<String>,
) -> Result<Change, Failure> {
    let clash = |_| (RefusalReason::LoaderForm, TextRange::empty(0), "the edits of the root clash");
    let has_types = SourceKind::of(path).is_some_and(SourceKind::has_types);
    let mut change = Change {
        edits: EditSet::default(),
        calls: Vec::new(),
        types: Vec::new(),
        imports: Vec::new(),
        answers: None,
        passes: passed_on(module),
    };
    if exports(module, "clientLoader") {
        let why =
            "the root has a `clientLoader`: the page gets its data instead of the server's, which has the session";
        return Err((RefusalReason::LoaderForm, TextRange::empty(0), why));
    }
    let mut statements = Vec::new();
    let call = bindings.local_for(SERVER, "clerkMiddleware").unwrap_or_else(|| "clerkMiddleware".to_owned());
    match exported_value(module, "middleware") {
        Some(value) => {
            let list = array_in(module, value);
            let list =
                list.ok_or((RefusalReason::MiddlewareForm, value, "the middleware is no list that is written out"))?;
            if !value.slice(module.text()).is_some_and(|text| text.contains(&format!("{call}("))) {
                let edits = list.insert(module, style, 0, &[format!("{call}()")]).map_err(clash)?;
                change.edits.merge(&edits).map_err(clash)?;
                change.calls.push("clerkMiddleware");
            }
        }
        None if exports(module, "middleware") => {
            let why = "the middleware is exported in another way than as a list that is written out";
            return Err((RefusalReason::MiddlewareForm, TextRange::empty(0), why));
        }
        None => {
            let module = route.as_ref().filter(|_| has_types);
            let types = module.map_or("", |_| ": Route.MiddlewareFunction[]");
            statements.push(format!("export const middleware{types} = [{call}()];"));
            change.calls.push("clerkMiddleware");
            change.types.extend(module.map(|module| (module.clone(), "Route")));
        }
    }
    let (types, name) = match &route {
        Some(module) => ("Route.LoaderArgs", (module.clone(), "Route")),
        None => ("LoaderFunctionArgs", ("react-router".to_owned(), "LoaderFunctionArgs")),
    };
    let callee = bindings.local_for(SERVER, "rootAuthLoader").unwrap_or_else(|| "rootAuthLoader".to_owned());
    let parameters = if has_types { format!("args: {types}") } else { "args".to_owned() };
    let outer =
        OuterCall { export: "loader", parameters: &parameters, callee: &callee, argument: "args", inner: "rootLoader" };
    match wrap_export(module, bindings, style, &outer).map_err(clash)? {
        WrappedExport::Calls => {}
        WrappedExport::Unfit(range, why) => return Err((RefusalReason::LoaderForm, range, why)),
        WrappedExport::Edits(edits, function) => {
            let loader = function_named(module, "loader");
            let returned = loader.as_ref().map(|loader| returned(module, bindings, loader));
            if let Some(Err(why)) = returned {
                return Err((RefusalReason::LoaderForm, function, why));
            }
            if let Some(range) = loader.and_then(|loader| named_type(module, &loader)) {
                let why = "rootAuthLoader takes a loader that returns a type with an index signature, which an interface is not: let the type be inferred";
                return Err((RefusalReason::LoaderForm, range, why));
            }
            change.edits.merge(&edits).map_err(clash)?;
            change.calls.push("rootAuthLoader");
            change.types.extend(has_types.then_some(name));
            change.answers = (returned == Some(Ok(Returned::Answers))).then_some(function);
        }
        WrappedExport::Imported(edits, source) => {
            change.edits.merge(&edits).map_err(clash)?;
            change.calls.push("rootAuthLoader");
            change.types.extend(has_types.then_some(name));
            change.imports.push(source);
        }
        WrappedExport::Absent => {
            statements.push(format!("export const loader = ({parameters}) => {callee}(args);"));
            change.calls.push("rootAuthLoader");
            change.types.extend(has_types.then_some(name));
        }
    }
    if !statements.is_empty() {
        let text = restyled(&statements.join("\n\n"), style);
        let edit = after_imports(module, style, &text);
        let edit = edit.ok_or((RefusalReason::LoaderForm, TextRange::empty(0), "the root exports nothing"))?;
        change.edits.push(edit).map_err(clash)?;
    }
    change.types.dedup();
    Ok(change)
}

/// Refuses a loader of another file that can't become the callback.
fn imported(ctx: &Ctx<'_>, path: &RelPath, module: &str) -> Result<(), Refusal> {
    let refuse = |why: &str, path: RelPath, range| {
        Err(Refusal::new(RefusalReason::LoaderForm, why, Some(Location { path, range })))
    };
    let resolver = Resolver::of(ctx.workspace);
    let Target::File(file) = resolver.resolve(path, module) else {
        return refuse("the loader is in a module that could not be followed", path.clone(), TextRange::empty(0));
    };
    let read = on_deep_stack(|| {
        let tree = ctx.workspace.tree(&file)?;
        let loader = function_named(&tree.module, "loader")?;
        let why = returned(&tree.module, &tree.bindings, &loader).err();
        Some((
            loader.range,
            why.or_else(|| {
                named_type(&tree.module, &loader).map(|_| "the loader says that it returns a type by its name")
            }),
        ))
    });
    match read {
        Some((_, None)) => Ok(()),
        Some((range, Some(why))) => refuse(why, file, range),
        None => refuse("the loader is no function that the file writes out", file, TextRange::empty(0)),
    }
}

/// The type that a loader says it returns, where that may be an interface: `Promise<Shell>`.
fn named_type(module: &ParsedModule, loader: &FunctionFact) -> Option<TextRange> {
    let types = loader.returns?;
    let names = types.slice(module.text())?.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$');
    let is_type = |name: &str| {
        let own = [format!("type {name} "), format!("type {name}=")];
        own.iter().any(|own| module.text().contains(own))
    };
    let known = ["Promise", "Record", "Response", "Awaited"];
    let is_named = |name: &&str| name.starts_with(char::is_uppercase) && !known.contains(name) && !is_type(name);
    names.into_iter().any(|name| is_named(&name)).then_some(types)
}

/// Where a file passes on all that the loader gave: `JSON.stringify(loaderData)`, `{...loaderData}`.
fn passed_on(module: &ParsedModule) -> Option<TextRange> {
    let code = module.code_without_comments();
    let forms = [
        "JSON.stringify(loaderData)",
        "{...loaderData}",
        "...loaderData,",
        "...props.loaderData",
        "JSON.stringify(props.loaderData)",
    ];
    let found = forms.iter().find_map(|form| Some((code.find(form)?, form.len())));
    found.map(|(at, length)| TextRange::new(at as u32, (at + length) as u32))
}

fn exports(module: &ParsedModule, name: &str) -> bool {
    let facts = syntax::file_facts(module);
    facts.exports.iter().any(|export| export.name == change::ImportedName::Named(name.to_owned()))
}

/// Refuses an app of version 7 whose server makes a context for its loaders: with the flag it has to be another.
fn load_context(ctx: &Ctx<'_>) -> Result<(), Refusal> {
    let own = ctx.workspace.sources_of(ctx.app.id.folder());
    let makes = own.into_iter().find(|path| {
        let text = ctx.workspace.text(path).unwrap_or_default();
        // `react-router reveal` writes a parameter of that type, which nobody fills.
        let makes = |line: &str| line.contains("getLoadContext") || line.contains("interface AppLoadContext");
        text.lines().any(|line| makes(line) && !line.trim_start().starts_with("//"))
    });
    match makes {
        Some(path) => {
            let message = "the app makes a context for its loaders here, which with the flag for middleware is another";
            Err(Refusal::new(RefusalReason::LoadContext, message, Some(Location::file(path.clone()))))
        }
        None => Ok(()),
    }
}

/// Turns middleware on in the settings of version 7.
fn flag(ctx: &Ctx<'_>, sink: &mut Sink, settings: &Settings) -> Result<(), Refusal> {
    let Some(path) = &settings.path else { return create(ctx, sink) };
    let refuse = || {
        let message =
            format!("`future.{FLAG}` has to be true here, and the settings are no object that is written out");
        Refusal::new(RefusalReason::SettingsForm, message, Some(Location::file(path.clone())))
    };
    if !settings.is_read {
        return Err(refuse());
    }
    let edits = sink.read(ctx, path, |module, _, style| flagged(&module, &style)).flatten();
    let edits = edits.ok_or_else(refuse)?;
    let Some(group) = sink.wiring() else { return Ok(()) };
    edits.iter().try_for_each(|edit| group.edit(path, edit.clone())).map_err(|_| refuse())
}

/// The edits that set the flag.
fn flagged(module: &ParsedModule, style: &Style) -> Option<EditSet> {
    let object = default_object(module)?;
    let Some(property) = object.property("future") else {
        let text = restyled(&format!("({{\n  future: {{\n    {FLAG}: true,\n  }},\n}})"), style);
        let lines: Vec<&str> = text.lines().collect();
        let inner = lines.get(1..lines.len().saturating_sub(1))?;
        let unit = style.indent.unit();
        let own: Vec<&str> = inner.iter().map(|line| line.strip_prefix(unit).unwrap_or(line)).collect();
        let text = own.join(style.eol.as_str());
        return object.members.insert(module, style, usize::MAX, &[text.trim_end_matches(',').to_owned()]).ok();
    };
    let future = future(module, &object)?;
    match future.property(FLAG) {
        Some(flag) if flag.flag == Some(false) => {
            let mut edits = EditSet::default();
            edits.push(TextEdit::replacement(flag.value, "true".to_owned())).ok()?;
            Some(edits)
        }
        Some(_) => None,
        None if future.is_open() || property.is_method => None,
        None => {
            let edits = future.members.insert(module, style, usize::MAX, &[format!("{FLAG}: true")]).ok()?;
            let index = object.members.items.iter().position(|item| item.covers(future.members.range));
            let Some(index) = index.filter(|_| object.members.is_flat(module)) else { return Some(edits) };
            // `{ appDirectory: "app", future: { a: true } }`: the outer one is spread over lines first.
            let item = object.members.items.get(index)?;
            let own = TextEdit::insertion(future.members.items.last()?.end(), format!(", {FLAG}: true"));
            let mut flat = EditSet::default();
            flat.push(own).ok()?;
            let text = flat.apply(module.text())?;
            let added = text.len() as u32 - module.text().len() as u32;
            let text = TextRange::new(item.start(), item.end() + added).slice(&text)?.to_owned();
            object.members.replace(module, style, index, &text).ok()
        }
    }
}

/// Makes the settings.
fn create(ctx: &Ctx<'_>, sink: &mut Sink) -> Result<(), Refusal> {
    let is_typed = ctx.app.files.iter().any(|(path, _)| ["ts", "tsx"].contains(&path.extension()));
    let name = if is_typed { "react-router.config.ts" } else { "react-router.config.js" };
    let Some(path) = join(ctx.app.id.folder(), name) else { return Ok(()) };
    if !ctx.workspace.may_write(&path) {
        let message = format!("`future.{FLAG}` has to be set in {path}, which git ignores");
        return Err(Refusal::new(RefusalReason::SettingsForm, message, Some(Location::file(path))));
    }
    let style = sink.style_of_new(ctx, &path);
    let body = format!("{{\n  future: {{\n    {FLAG}: true,\n  }},\n}}");
    let text = match is_typed {
        true => format!(
            "import type {{ Config }} from \"@react-router/dev/config\";\n\nexport default {body} satisfies Config;\n"
        ),
        false => format!("/** @type {{import(\"@react-router/dev/config\").Config}} */\nexport default {body};\n"),
    };
    let text = restyled(&text, &style);
    if let Some(group) = sink.wiring() {
        group.create(&path, text);
    }
    Ok(())
}
