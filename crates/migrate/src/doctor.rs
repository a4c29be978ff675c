//! What is still to be looked at in an app once it is on Clerk: the rules of `doctor`.

use change::Finding;

use crate::access::Access;
use crate::ctx::{Ctx, Sink};
use crate::functions::Functions;
use crate::future::Future;
use crate::graph::modules::Modules;
use crate::graph::resolve::Resolver;
use crate::graph::sources::Sources;
use crate::rules;

/// What the rules say of an app as the groups of `sink` leave it.
pub(crate) fn findings(ctx: &Ctx<'_>, sink: &Sink) -> Vec<Finding> {
    if sink.wired.is_none() {
        return Vec::new();
    }
    look_ahead(ctx, sink, |access, future| {
        let mut found: Vec<Finding> = rules::CHECKS.iter().flat_map(|rule| (rule.check)(ctx, access, future)).collect();
        found.sort_by(Finding::order);
        found.dedup();
        found
    })
}

/// Looks at an app as the groups of `sink` leave it.
pub(crate) fn look_ahead<T>(ctx: &Ctx<'_>, sink: &Sink, work: impl FnOnce(&Access<'_>, &Future) -> T) -> T {
    let functions = Functions::of(ctx);
    let future = Future::of(sink);
    let resolver = Resolver::with(ctx.workspace, future.added());
    let sources = Sources::of(ctx.workspace, ctx.app, &resolver);
    let sources = match &functions {
        Some(functions) => sources.with(functions.facts(ctx)),
        None => sources,
    };
    let sources = sources.with(future.facts(ctx.workspace));
    let modules = Modules::new(&sources, &resolver);
    let access = Access::of(ctx, &modules, functions.as_ref());
    work(&access, &future)
}
