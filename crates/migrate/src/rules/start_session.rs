#![doc = include_str!("start_session.md")]

use change::{EditSet, ImportChange, ImportedName, Location, RelPath, TextRange};
use syntax::style::Style;
use syntax::{
    Bindings, Members, ObjectFact, ParsedModule, array_in, calls, function_at, object_in, restyled, returns,
    variable_value,
};

use super::Rule;
use crate::Explanation;
use crate::ctx::{Ctx, RuleResult, Sink, Verdict};
use crate::frameworks::ServerSession;
use crate::manifest::lowest;
use crate::packages::Packages;
use crate::refusal::{Refusal, RefusalReason};
use crate::start_root;
use crate::start_router;
use crate::tanstack_start::{Files, other_entry, other_router};
use crate::versions::START_CSRF;
use crate::workspace::join;

/// The rule.
pub(crate) const RULE: Rule = Rule {
    explanation: Explanation {
        id: "start-session",
        summary: "The server of a TanStack Start app brings the session: request middleware and beforeLoad.",
        text: include_str!("start_session.md"),
    },
    run,
};

/// Clerk's package for TanStack Start.
const PACKAGE: &str = "@clerk/tanstack-react-start";
/// What of it runs on the server.
const SERVER: &str = "@clerk/tanstack-react-start/server";
/// How code on the server gets the session.
pub(crate) const SESSION: ServerSession = ServerSession {
    package: PACKAGE,
    asks: &["auth", "getAuth"],
    since: "1.0.0",
    makes: &["clerkMiddleware", "createClerkHandler"],
    entries: |ctx| Some(Files::of(ctx.workspace, ctx.app)?.start.into_iter().collect()),
    remedy: |_| "let `requestMiddleware` of start.ts begin with `clerkMiddleware()`".to_owned(),
    doc: "https://clerk.com/docs/reference/tanstack-react-start/clerk-middleware",
};

/// TanStack Start.
pub(crate) const START: &str = "@tanstack/react-start";

fn run(ctx: &Ctx<'_>, sink: &mut Sink) -> RuleResult {
    let wired = sink.wired.clone().filter(|wired| wired.group.is_some() && wired.sdk == PACKAGE);
    let (Some(wired), Some(files)) = (wired, Files::of(ctx.workspace, ctx.app)) else { return Ok(Verdict::Added) };
    let own = ctx.app.id.folder();
    let packages = Packages::of(ctx, own);
    if packages.asked(own, START).is_none() {
        let message = "no version of Clerk's package takes @tanstack/start: upgrade it to @tanstack/react-start 1.167.17 or later first";
        let place = join(own, "package.json").map(Location::file);
        return Err(Refusal::new(RefusalReason::FrameworkVersion, message, place));
    }
    if let Some(place) = other_entry(ctx.workspace, ctx.app) {
        let message = "the settings give the router or the start file a place of their own";
        return Err(Refusal::new(RefusalReason::SettingsForm, message, Some(place)));
    }
    match &files.start {
        Some(path) => edit(ctx, sink, path)?,
        None => create(ctx, sink, &files, &packages)?,
    }
    let parts = start_router::change(ctx, sink, &files, wired.from_context)?;
    if let Some(parts) = parts {
        let other = files.router.as_ref().and_then(|own| other_router(ctx.workspace, ctx.app, own));
        if let Some(place) = other {
            let message = "a second router of the same routes would lack the clients in its context";
            return Err(Refusal::new(RefusalReason::UnprovenForm, message, Some(place)));
        }
        start_root::change(ctx, sink, &files, &parts)?;
    }
    Ok(Verdict::Added)
}

/// Makes the file, in the style of one that changes.
fn create(ctx: &Ctx<'_>, sink: &mut Sink, files: &Files, packages: &Packages<'_>) -> Result<(), Refusal> {
    let ending = if ["tsx", "ts"].contains(&files.root.extension()) { "ts" } else { "js" };
    let Some(path) = join(&files.folder, &format!("start.{ending}")) else { return Ok(()) };
    if ctx.workspace.has_path(&path) || !ctx.workspace.may_write(&path) {
        let message = format!("{path} has to be made, and git ignores it, or something else has the name");
        return Err(Refusal::new(RefusalReason::MiddlewareForm, message, Some(Location::file(path))));
    }
    let own = ctx.app.id.folder();
    let checks = packages.least(own, START).zip(lowest(START_CSRF)).is_none_or(|(least, first)| least >= first);
    let text = match checks {
        true => format!(
            "import {{ clerkMiddleware }} from \"{SERVER}\";\nimport {{ createCsrfMiddleware, createStart }} from \"{START}\";\n\nconst csrfMiddleware = createCsrfMiddleware({{\n  filter: (ctx) => ctx.handlerType === \"serverFn\",\n}});\n\nexport const startInstance = createStart(() => ({{\n  requestMiddleware: [csrfMiddleware, clerkMiddleware()],\n}}));\n"
        ),
        false => format!(
            "import {{ clerkMiddleware }} from \"{SERVER}\";\nimport {{ createStart }} from \"{START}\";\n\nexport const startInstance = createStart(() => ({{\n  requestMiddleware: [clerkMiddleware()],\n}}));\n"
        ),
    };
    let style = sink.style_of_new(ctx, &path);
    if let Some(group) = sink.wiring() {
        group.create(&path, restyled(&text, &style));
    }
    Ok(())
}

/// Puts Clerk's middleware first into a file that is there.
fn edit(ctx: &Ctx<'_>, sink: &mut Sink, path: &RelPath) -> Result<(), Refusal> {
    let refuse = |range: TextRange, message: &str| {
        let location = Location { path: path.clone(), range };
        Err(Refusal::new(RefusalReason::MiddlewareForm, message, Some(location)))
    };
    let changed = sink.read(ctx, path, |module, bindings, style| {
        let local = bindings.local_for(SERVER, "clerkMiddleware");
        let call = format!("{}()", local.as_deref().unwrap_or("clerkMiddleware"));
        if module.code_without_comments().contains(&call) && local.is_some() {
            return (Ok(EditSet::default()), true);
        }
        (first_middleware(&module, &bindings, &style, &call), local.is_some())
    });
    let Some((edits, has_import)) = changed else {
        return refuse(TextRange::empty(0), "the start file is none that may be changed");
    };
    let edits = match edits {
        Ok(edits) => edits,
        Err((range, why)) => return refuse(range, why),
    };
    if edits.iter().next().is_none() {
        sink.bases.remove(path);
        return Ok(());
    }
    let Some(group) = sink.wiring() else { return Ok(()) };
    if edits.iter().try_for_each(|edit| group.edit(path, edit.clone())).is_err() {
        return refuse(TextRange::empty(0), "the edits of the start file clash");
    }
    if !has_import {
        let name = ImportedName::Named("clerkMiddleware".to_owned());
        let import = ImportChange::Add {
            module: SERVER.to_owned(),
            name,
            local: "clerkMiddleware".to_owned(),
            type_only: false,
            beside: None,
        };
        group.import(path, import);
    }
    Ok(())
}

type Failure = (TextRange, &'static str);

/// The edits that make `call` the first of `requestMiddleware`.
fn first_middleware(module: &ParsedModule, bindings: &Bindings, style: &Style, call: &str) -> Result<EditSet, Failure> {
    let fail = |range, why| Err((range, why));
    let made = calls(module, bindings, &[START], "createStart");
    let [start] = made.as_slice() else {
        return fail(TextRange::empty(0), "the start file makes no one instance by `createStart`");
    };
    let options = start.arguments.first().and_then(|argument| options(module, *argument));
    let Some(options) = options else {
        return fail(start.range, "what `createStart` is given returns no object that is written out");
    };
    let clash = |_| (start.range, "the edits of the start file clash");
    let Some(property) = options.property("requestMiddleware") else {
        if options.is_open() {
            return fail(options.members.range, "request middleware may come with what is spread here");
        }
        let text = format!("requestMiddleware: [{call}]");
        return options.members.insert(module, style, 0, &[text]).map_err(clash);
    };
    let own = property.value.slice(module.text()).unwrap_or_default();
    let list: Option<Members> = array_in(module, property.value).or_else(|| {
        let is_name = own.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'));
        let value = variable_value(module, own, start.function).filter(|_| is_name)?;
        array_in(module, value)
    });
    match list {
        Some(list) => {
            let edits = list.insert(module, style, 0, &[call.to_owned()]).map_err(clash)?;
            // `createStart(() => ({ requestMiddleware: [log] }))` grows too long: the options get the lines, and not the list within.
            let is_spread = edits.iter().any(|edit| edit.text().contains('\n'));
            let index = options.members.items.iter().position(|item| item.covers(list.range));
            match index.filter(|_| is_spread && options.members.is_flat(module)) {
                Some(index) => options
                    .members
                    .replace(module, style, index, &grown(module, &options.members, index, &list, call))
                    .map_err(clash),
                None => Ok(edits),
            }
        }
        None => fail(property.value, "the request middleware is no list that the file writes out"),
    }
}

/// `requestMiddleware: [clerkMiddleware(), log]`
fn grown(module: &ParsedModule, options: &Members, index: usize, list: &Members, call: &str) -> String {
    let item = options.items.get(index).copied().unwrap_or(list.range);
    let slice = |from: u32, to: u32| TextRange::new(from, to).slice(module.text()).unwrap_or_default();
    let open = list.range.start() + 1;
    let comma = if list.items.is_empty() { "" } else { ", " };
    format!("{}{call}{comma}{}", slice(item.start(), open), slice(open, item.end()))
}

/// The object that the function at `range` returns: `() => ({ … })`, `() => { return { … }; }`.
fn options(module: &ParsedModule, range: TextRange) -> Option<ObjectFact> {
    function_at(module, range)?;
    match returns(module, range)[..] {
        [(_, Some(value))] => object_in(module, value).or_else(|| {
            let name = value.slice(module.text())?;
            object_in(module, variable_value(module, name, Some(range))?)
        }),
        _ => None,
    }
}
