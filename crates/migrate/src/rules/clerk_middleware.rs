#![doc = include_str!("clerk_middleware.md")]

use change::{Finding, ImportChange, ImportedName, Location, RelPath, Severity, TextRange};
use syntax::{
    Bindings, Handler, ParsedModule, SourceFile, Wrapper, call_module, compose_handler, on_deep_stack, parse,
};

use super::Rule;
use crate::Explanation;
use crate::coverage::MATCHER;
use crate::ctx::{Ctx, RuleResult, Sink, Verdict};
use crate::graph::resolve::{Resolver, Target};
use crate::load::facts_of;
use crate::next;
use crate::refusal::{Refusal, RefusalReason};
use crate::workspace::join;

/// The rule.
pub(crate) const RULE: Rule = Rule {
    explanation: Explanation {
        id: "clerk-middleware",
        summary: "Server code sees Clerk's session only where its middleware has run.",
        text: include_str!("clerk_middleware.md"),
    },
    run,
};

/// The module and name of Clerk's middleware.
const CLERK_MIDDLEWARE: (&str, &str) = ("@clerk/nextjs/server", "clerkMiddleware");
/// The package with the middleware, for which `ClerkProvider` is.
const PACKAGE: &str = "@clerk/nextjs";
/// What packages make that is a handler: next-intl's takes the request.
const MAKERS: &[(&str, usize, &str)] = &[("next-intl/middleware", 1, "intlMiddleware")];
/// The types of what a handler is given: one that asks for more than these is not called with it.
const REQUEST_TYPES: [&[&str]; 2] = [&["NextRequest", "Request", "any"], &["NextFetchEvent", "FetchEvent", "any"]];

fn run(ctx: &Ctx<'_>, sink: &mut Sink) -> RuleResult {
    let is_wanted = sink.wired.as_ref().is_some_and(|wired| wired.group.is_some() && wired.sdk == PACKAGE);
    let Some(folder) = next::beside_routes(ctx.workspace, ctx.app).filter(|_| is_wanted) else {
        return Ok(Verdict::Added);
    };
    if let Some(settings) = next::is_exported(ctx.workspace, ctx.app) {
        let message = "the app is exported as files, and Clerk's package for Next.js needs a server";
        return Err(Refusal::new(RefusalReason::StaticExport, message, Some(Location::file(settings))));
    }
    let is_proxy = next::calls_it_proxy(ctx).unwrap_or_default();
    let found = next::middleware_in(ctx.workspace, ctx.app, &folder);
    let elsewhere = next::unread_folder(ctx.app, &folder)
        .map(|folder| next::middleware_in(ctx.workspace, ctx.app, &folder))
        .unwrap_or_default();
    let refuse = |path: &RelPath, message: String| {
        Err(Refusal::new(RefusalReason::MiddlewareForm, message, Some(Location::file(path.clone()))))
    };
    if let Some(path) = elsewhere.first() {
        let place = if folder.is_empty() { "the app's folder" } else { &folder };
        return refuse(path, format!("Next.js does not look for it here, but in {place}, beside the routes"));
    }
    match found.as_slice() {
        [] => create(ctx, sink, &folder, is_proxy)?,
        [path] if next::stem(path) == "proxy" && !is_proxy => {
            return refuse(path, "Next.js before 16 does not run a proxy file".to_owned());
        }
        [path] => edit(ctx, sink, path)?,
        [_, second, ..] => {
            return refuse(second, "Next.js runs one of these two files, and builds with neither".to_owned());
        }
    }
    Ok(Verdict::Added)
}

/// Makes the file, in the style of one that changes.
fn create(ctx: &Ctx<'_>, sink: &mut Sink, folder: &str, is_proxy: bool) -> Result<(), Refusal> {
    let is_typed = ctx
        .workspace
        .sources
        .iter()
        .any(|path| path.is_in(ctx.app.id.folder()) && ["ts", "tsx"].contains(&path.extension()));
    // `proxy.page.ts`, where pageExtensions say so.
    let wanted = if is_typed { "ts" } else { "js" };
    let endings = next::endings(ctx.workspace, ctx.app);
    let fits = |ending: &&String| *ending == wanted || ending.ends_with(&format!(".{wanted}"));
    let ending = endings.iter().find(|ending| *ending == wanted).or(endings.iter().find(fits));
    let stem = if is_proxy { "proxy" } else { "middleware" };
    let name = format!("{stem}.{}", ending.map_or(wanted, String::as_str));
    let Some(path) = join(folder, &name) else { return Ok(()) };
    if ctx.workspace.has_path(&path) || !ctx.workspace.may_write(&path) {
        let message = format!("{path} has to be made, and git ignores it, or something else has the name");
        return Err(Refusal::new(RefusalReason::MiddlewareForm, message, Some(Location::file(path))));
    }
    let style = sink.style_of_new(ctx, &path);
    let text = call_module(&style, CLERK_MIDDLEWARE, ("config", "matcher"), MATCHER);
    if let Some(group) = sink.wiring() {
        group.create(&path, text);
    }
    Ok(())
}

/// Puts the handler of a file that is there inside Clerk's.
fn edit(ctx: &Ctx<'_>, sink: &mut Sink, path: &RelPath) -> Result<(), Refusal> {
    let refuse = |range: TextRange, message: String| {
        let location = Location { path: path.clone(), range };
        Err(Refusal::new(RefusalReason::MiddlewareForm, message, Some(location)))
    };
    if !sink.takes(ctx, path) {
        return refuse(TextRange::empty(0), "the middleware is no file that may be changed".to_owned());
    }
    let text = sink.bases.get(path).map(|base| base.text.clone()).unwrap_or_default();
    let formatting = sink.formatting(ctx, path);
    let composed = on_deep_stack(|| {
        let module = SourceFile::new(path.clone(), text).and_then(|source| parse(&source).ok())?;
        let bindings = Bindings::new(&module);
        let (from, name) = CLERK_MIDDLEWARE;
        let local = bindings.local_for(from, name);
        let call = local.clone().unwrap_or_else(|| bindings.free_name(&[name, "withClerk"]));
        let style = formatting.style(&module);
        let wrapper = Wrapper {
            call: &call,
            first: "_auth",
            parameters: ["request", "event"],
            types: REQUEST_TYPES,
            export: next::stem(path),
            makers: MAKERS,
        };
        let handler = compose_handler(&module, &bindings, &style, &wrapper).ok()?;
        let gone = match &handler {
            Handler::Composed(_, gone) => unused(&module, &bindings, gone),
            _ => Vec::new(),
        };
        Some((handler, local, call, gone, has_config(&module)))
    });
    let Some((handler, local, call, gone, has_config)) = composed else {
        return refuse(TextRange::empty(0), "the middleware could not be read".to_owned());
    };
    let import = local.is_none().then_some(call);
    let edits = match handler {
        // Clerk's middleware is called by the handler that is there.
        Handler::Composed(..) if import.is_none() => {
            sink.bases.remove(path);
            return Ok(());
        }
        Handler::Composed(edits, _) => edits,
        Handler::Call(imported, _) if imported.is(&[CLERK_MIDDLEWARE.0], CLERK_MIDDLEWARE.1) => {
            sink.bases.remove(path);
            return Ok(());
        }
        Handler::Call(imported, range) => {
            return refuse(
                range,
                format!("the handler is what `{}` makes: how it is called is not known", imported.module),
            );
        }
        Handler::Unfit(range, why) => return refuse(range, format!("the middleware can't be composed: {why}")),
    };
    if let Some(importer) = imported_by(ctx, path) {
        return refuse(
            TextRange::empty(0),
            format!("{importer} takes its handler in, which would be no export any more"),
        );
    }
    let finding = kept_config(ctx, sink, path).filter(|_| has_config);
    sink.findings.extend(finding);
    let Some(group) = sink.wiring() else { return Ok(()) };
    let clash = edits.iter().try_for_each(|edit| group.edit(path, edit.clone())).is_err();
    if clash {
        return refuse(TextRange::empty(0), "the middleware's edits clash".to_owned());
    }
    for local in gone {
        group.import(path, ImportChange::Drop { local });
    }
    if let Some(local) = import {
        let (module, name) = CLERK_MIDDLEWARE;
        let name = ImportedName::Named(name.to_owned());
        group
            .import(path, ImportChange::Add { module: module.to_owned(), name, local, type_only: false, beside: None });
    }
    Ok(())
}

/// A file that takes in something of the middleware by its name, tests among them.
///
/// `import { proxy } from "./proxy"`
fn imported_by(ctx: &Ctx<'_>, path: &RelPath) -> Option<RelPath> {
    let resolver = Resolver::of(ctx.workspace);
    let own = ctx.workspace.sources_in(ctx.app.id.folder()).filter(|other| *other != path);
    let named = |text: &str| text.contains(&format!("/{}", next::stem(path)));
    let found = own.filter_map(|other| {
        ctx.workspace.text(other).filter(|text| named(text))?;
        let module = facts_of(ctx.workspace, vec![other.clone()]).remove(other)?;
        let takes_handler = |import: &&syntax::ImportFact| {
            let is_config = |s: &syntax::SpecifierFact| s.name == ImportedName::Named("config".to_owned());
            !import.specifiers.iter().all(|s| s.type_only || is_config(s)) || import.specifiers.is_empty()
        };
        let mut imports = module.imports.iter().filter(takes_handler);
        imports
            .any(|import| resolver.resolve(other, &import.module) == Target::File(path.clone()))
            .then(|| other.clone())
    });
    found.into_iter().next()
}

/// The imported names of which every use is gone: `NextMiddleware` of `export const middleware: NextMiddleware = …`.
fn unused(module: &ParsedModule, bindings: &Bindings, gone: &[TextRange]) -> Vec<String> {
    let facts = syntax::file_facts(module);
    let locals = facts.imports.iter().flat_map(|import| &import.specifiers).map(|specifier| &specifier.local);
    let is_gone = |local: &&String| {
        let uses = bindings.uses_of_import(local);
        !uses.is_empty() && uses.iter().all(|use_| gone.iter().any(|range| range.covers(*use_)))
    };
    locals.filter(is_gone).cloned().collect()
}

fn has_config(module: &ParsedModule) -> bool {
    let facts = syntax::file_facts(module);
    facts.exports.iter().any(|export| export.name == ImportedName::Named("config".to_owned()))
}

/// Says that the routes stay those that the handler ran on.
fn kept_config(ctx: &Ctx<'_>, sink: &Sink, path: &RelPath) -> Option<Finding> {
    let message = "`config` is kept: Clerk's middleware runs on the routes that it names, and auth() throws on others";
    let mut finding = Finding::new(RULE.explanation.id, Severity::Note, message);
    finding.app = Some(ctx.app.id.clone());
    finding.location = Some(Location::file(path.clone()));
    finding.help =
        Some("widen `matcher` where more routes need the session, and let the handler return early there".to_owned());
    finding.doc = Some("https://clerk.com/docs/reference/nextjs/clerk-middleware");
    finding.group = sink.wired.as_ref().and_then(|wired| wired.group.clone());
    Some(finding)
}
