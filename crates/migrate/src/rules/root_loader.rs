#![doc = include_str!("root_loader.md")]

use change::{EditSet, Finding, Location, RelPath, Severity, TextEdit, TextRange};
use syntax::style::Style;
use syntax::{
    Bindings, FunctionFact, OuterCall, ParsedModule, SourceFile, SourceKind, WrappedExport, after_imports, array_in,
    default_object, exported_value, function_named, on_deep_stack, parse, restyled, wrap_export,
};

use super::Rule;
use crate::Explanation;
use crate::ctx::{Ctx, RuleResult, Sink, Verdict};
use crate::names::Names;
use crate::packages::Packages;
use crate::react_router::{Settings, future, root, route_types};
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
    edit(ctx, sink, &path)?;
    let major = Packages::of(ctx, ctx.app.id.folder()).least(ctx.app.id.folder(), "react-router");
    if major.is_none_or(|version| version.major() < 8) && settings.middleware != Some(true) {
        load_context(ctx)?;
        flag(ctx, sink, &settings)?;
    }
    Ok(Verdict::Added)
}

/// What the root's file becomes.
struct Change {
    edits: EditSet,
    /// Which of Clerk's functions it calls then.
    calls: Vec<&'static str>,
    /// The types that it names then, and their module.
    types: Vec<(String, &'static str)>,
    /// Where its loader answers by itself.
    answers: Option<TextRange>,
}

/// Puts middleware and loader into the root.
fn edit(ctx: &Ctx<'_>, sink: &mut Sink, path: &RelPath) -> Result<(), Refusal> {
    let refuse = |reason, range, message: &str| {
        let location = Location { path: path.clone(), range };
        Err(Refusal::new(reason, message, Some(location)))
    };
    if !sink.takes(ctx, path) {
        return refuse(RefusalReason::LoaderForm, TextRange::empty(0), "the root is no file that may be changed");
    }
    let text = sink.bases.get(path).map(|base| base.text.clone()).unwrap_or_default();
    let formatting = sink.formatting(ctx, path);
    let route = route_types(ctx.workspace, ctx.app, path);
    let parsed = on_deep_stack(|| {
        let module = SourceFile::new(path.clone(), text).and_then(|source| parse(&source).ok())?;
        let bindings = Bindings::new(&module);
        let style = formatting.style(&module);
        let last = last_import(&module, &bindings);
        Some((change(path, &module, &bindings, &style, route), bindings, last))
    });
    let Some((change, bindings, last)) = parsed else {
        return refuse(RefusalReason::LoaderForm, TextRange::empty(0), "the root could not be read");
    };
    let change = match change {
        Ok(change) => change,
        Err((reason, range, why)) => return refuse(reason, range, why),
    };
    let Some(group) = sink.wiring() else { return Ok(()) };
    let mut names = Names { path, bindings: &bindings, group, adds: true };
    for call in &change.calls {
        names.local(SERVER, call, call);
    }
    for (module, name) in &change.types {
        let beside = if module == "react-router" { None } else { last.as_deref() };
        names.local_type(module, name, beside);
    }
    if change.edits.iter().try_for_each(|edit| group.edit(path, edit.clone())).is_err() {
        return refuse(RefusalReason::LoaderForm, TextRange::empty(0), "the edits of the root clash");
    }
    if let Some(range) = change.answers {
        let message =
            "the loader answers by itself: rootAuthLoader reads the answer and makes it anew, with the session in it";
        let mut finding = Finding::new(RULE.explanation.id, Severity::Note, message);
        finding.app = Some(ctx.app.id.clone());
        finding.location = Some(Location { path: path.clone(), range });
        finding.help = Some("check that its status and headers arrive as before".to_owned());
        finding.doc = Some("https://clerk.com/docs/reference/react-router/root-auth-loader");
        finding.group = sink.wired.as_ref().and_then(|wired| wired.group.clone());
        sink.findings.push(finding);
    }
    Ok(())
}

fn last_import(module: &ParsedModule, bindings: &Bindings) -> Option<String> {
    let facts = syntax::file_facts(module, bindings);
    let statics = facts.imports.iter().filter(|import| import.kind == syntax::ImportKind::Static);
    statics.max_by_key(|import| import.range.start()).map(|import| import.module.clone())
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
    let mut change = Change { edits: EditSet::default(), calls: Vec::new(), types: Vec::new(), answers: None };
    if exports(module, bindings, "clientLoader") {
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
        None if exports(module, bindings, "middleware") => {
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
            if let Some(range) = function_named(module, "loader").and_then(|loader| named_type(module, &loader)) {
                let why = "rootAuthLoader takes a loader that returns a type with an index signature, which an interface is not: let the type be inferred";
                return Err((RefusalReason::LoaderForm, range, why));
            }
            change.edits.merge(&edits).map_err(clash)?;
            change.calls.push("rootAuthLoader");
            change.types.extend(has_types.then_some(name));
            let code = module.code_without_comments();
            let code = function.slice(&code).unwrap_or_default();
            let makes = ["data(", "new Response(", "Response.json(", "json("];
            change.answers = makes.iter().any(|call| code.contains(&format!("return {call}"))).then_some(function);
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

fn exports(module: &ParsedModule, bindings: &Bindings, name: &str) -> bool {
    let facts = syntax::file_facts(module, bindings);
    facts.exports.iter().any(|export| export.name == change::ImportedName::Named(name.to_owned()))
}

/// Refuses an app of version 7 whose server makes a context for its loaders: with the flag it has to be another.
fn load_context(ctx: &Ctx<'_>) -> Result<(), Refusal> {
    let own = ctx.workspace.sources.iter().filter(|path| ctx.workspace.package_of(path) == Some(ctx.app.id.folder()));
    let makes = own.into_iter().find(|path| {
        let text = ctx.workspace.text(path).unwrap_or_default();
        text.contains("getLoadContext") || text.contains("AppLoadContext")
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
    if !settings.is_read || !sink.takes(ctx, path) {
        return Err(refuse());
    }
    let text = sink.bases.get(path).map(|base| base.text.clone()).unwrap_or_default();
    let formatting = sink.formatting(ctx, path);
    let edits = on_deep_stack(|| {
        let module = SourceFile::new(path.clone(), text).and_then(|source| parse(&source).ok())?;
        let style = formatting.style(&module);
        let object = default_object(&module)?;
        let Some(property) = object.property("future") else {
            let text = restyled(&format!("({{\n  future: {{\n    {FLAG}: true,\n  }},\n}})"), &style);
            let lines: Vec<&str> = text.lines().collect();
            let inner = lines.get(1..lines.len().saturating_sub(1))?;
            let unit = style.indent.unit();
            let own: Vec<&str> = inner.iter().map(|line| line.strip_prefix(unit).unwrap_or(line)).collect();
            let text = own.join(style.eol.as_str());
            return object.members.insert(&module, &style, usize::MAX, &[text.trim_end_matches(',').to_owned()]).ok();
        };
        let future = future(&module, &object)?;
        match future.property(FLAG) {
            Some(flag) if flag.flag == Some(false) => {
                let mut edits = EditSet::default();
                edits.push(TextEdit::replacement(flag.value, "true".to_owned())).ok()?;
                Some(edits)
            }
            Some(_) => None,
            None if future.is_open() || property.is_method => None,
            None => {
                let edits = future.members.insert(&module, &style, usize::MAX, &[format!("{FLAG}: true")]).ok()?;
                let index = object.members.items.iter().position(|item| item.covers(future.members.range))?;
                if !object.members.is_flat(&module) {
                    return Some(edits);
                }
                // `{ appDirectory: "app", future: { a: true } }`: the outer one is spread over lines first.
                let item = object.members.items.get(index)?;
                let own = TextEdit::insertion(future.members.items.last()?.end(), format!(", {FLAG}: true"));
                let mut flat = EditSet::default();
                flat.push(own).ok()?;
                let text = flat.apply(module.text())?;
                let added = text.len() as u32 - module.text().len() as u32;
                let text = TextRange::new(item.start(), item.end() + added).slice(&text)?.to_owned();
                object.members.replace(&module, &style, index, &text).ok()
            }
        }
    });
    let edits = edits.ok_or_else(refuse)?;
    let Some(group) = sink.wiring() else { return Ok(()) };
    edits.iter().try_for_each(|edit| group.edit(path, edit.clone())).map_err(|_| refuse())
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
