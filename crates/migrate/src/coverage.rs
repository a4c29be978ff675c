//! On which routes an app's middleware runs, and which of them some server code is part of.
//!
//! ```ts
//! export const config = { matcher: ["/dashboard/:path*"] };   // auth() throws in app/mine/page.tsx
//! ```

use std::collections::BTreeSet;

use change::RelPath;
use syntax::{ExportedTexts, FileFacts, Value, exported_texts, file_facts, on_deep_stack};

use crate::ctx::Ctx;
use crate::graph::modules::Modules;
use crate::graph::sources::FileId;
use crate::matcher::{address_of, takes};
use crate::next;

/// What a new file runs on: <https://clerk.com/docs/reference/nextjs/clerk-middleware>.
pub(crate) const MATCHER: &[(&str, &str)] = &[
    (
        "Everything but Next.js internals and static files",
        r"/((?!_next|[^?]*\.(?:html?|css|js(?!on)|jpe?g|webp|png|gif|svg|ttf|woff2?|ico|csv|docx?|xlsx?|zip|webmanifest)).*)",
    ),
    ("API routes", "/(api|trpc)(.*)"),
    ("Routes of Clerk's own", "/__clerk/(.*)"),
];

/// The middleware of an app.
pub(crate) struct Coverage {
    /// The file; `None` where it is about to be made.
    pub(crate) path: Option<RelPath>,
    /// Its patterns; `None` where they are not written out.
    patterns: Option<Vec<String>>,
    /// Whether these are all: a list may have items with conditions.
    pub(crate) is_whole: bool,
    /// Whether its handler lets every request through, so that it may run on more routes.
    pub(crate) is_transparent: bool,
}

/// A route: an address of it, and the pattern of all.
type Address = (String, String);

impl Coverage {
    /// `None` where the middleware runs on everything that may ask for the session.
    pub(crate) fn of(ctx: &Ctx<'_>) -> Option<Self> {
        let folder = next::beside_routes(ctx.workspace, ctx.app)?;
        let Some(path) = next::middleware_in(ctx.workspace, ctx.app, &folder).into_iter().next() else {
            let patterns = MATCHER.iter().map(|(_, pattern)| (*pattern).to_owned()).collect();
            return Some(Self { path: None, patterns: Some(patterns), is_whole: true, is_transparent: false });
        };
        let (texts, is_transparent) = on_deep_stack(|| {
            let tree = ctx.workspace.tree(&path)?;
            let facts = file_facts(&tree.module);
            Some((exported_texts(&tree.module, "config", "matcher"), is_transparent(&facts)))
        })?;
        let (patterns, is_whole) = match texts {
            ExportedTexts::Missing => return None,
            ExportedTexts::Texts(patterns) => (Some(patterns), true),
            ExportedTexts::Some(patterns) => (Some(patterns), false),
            ExportedTexts::Unknown => (None, false),
        };
        Some(Self { path: Some(path), patterns, is_whole, is_transparent })
    }

    /// The patterns that lack for the server code in `files`: for each route that one is part of. `None` where the matcher can't be read.
    pub(crate) fn lacking(&self, ctx: &Ctx<'_>, modules: &Modules<'_>, files: &[FileId]) -> Option<Vec<String>> {
        let patterns = self.patterns.as_ref()?;
        let mut lacking = BTreeSet::new();
        for (address, pattern) in routes_of(ctx, modules, files) {
            let mut is_taken = false;
            for known in patterns {
                is_taken |= takes(known, &address)?;
            }
            if !is_taken {
                lacking.insert(pattern);
            }
        }
        Some(lacking.into_iter().collect())
    }
}

/// Whether all that functions of a file give back is `NextResponse.next()`, or nothing: such a handler answers no request itself.
fn is_transparent(facts: &FileFacts) -> bool {
    facts.flow.functions.iter().flat_map(|function| &function.returns).all(|value| passes(facts, value, 0))
}

fn passes(facts: &FileFacts, value: &Value, followed: u8) -> bool {
    let is_next = |call: &syntax::CallFlow| match &call.callee {
        Value::Member(object, name) if name == "next" => match &**object {
            Value::Imported(imported) => imported.is(&["next/server"], "NextResponse"),
            _ => false,
        },
        _ => false,
    };
    match value {
        Value::Nothing => true,
        Value::Call(id) => facts.flow.call(*id).is_some_and(is_next),
        Value::Variable(id) => {
            let values = facts.flow.variable(*id);
            followed < 8 && !values.is_empty() && values.iter().all(|value| passes(facts, value, followed + 1))
        }
        Value::OneOf(values) => values.iter().all(|value| passes(facts, value, followed + 1)),
        _ => false,
    }
}

/// The routes that some files are part of; all routes of the app where a file leads to none.
fn routes_of(ctx: &Ctx<'_>, modules: &Modules<'_>, files: &[FileId]) -> BTreeSet<Address> {
    let sources = modules.sources;
    let Some(folder) = next::folder(ctx.workspace, ctx.app, "app") else { return BTreeSet::new() };
    let endings = next::endings(ctx.workspace, ctx.app);
    let routes: Vec<(FileId, Vec<&str>, &str)> = sources
        .ids()
        .filter_map(|file| {
            let (folders, stem) = next::parts(sources.path(file).as_str(), &folder, &endings)?;
            Some((file, folders, stem))
        })
        .collect();
    let shown = |stem: &str| ["page", "route"].contains(&stem);
    let all = || routes.iter().filter(|(_, _, stem)| shown(stem)).map(|(_, folders, _)| address_of(folders));
    let mut found = BTreeSet::new();
    for file in files.iter().copied() {
        let leading = routes.iter().filter(|(route, _, _)| modules.leads(&[*route], file));
        let mut is_part = false;
        for (_, folders, stem) in leading {
            // What is around a page is part of every page below.
            let below = routes.iter().filter(|(_, inner, other)| {
                shown(other) && if shown(stem) { inner == folders } else { inner.starts_with(folders) }
            });
            for (_, inner, _) in below {
                is_part = true;
                found.insert(address_of(inner));
            }
        }
        if !is_part {
            found.extend(all());
        }
    }
    found
}
