//! An app as the groups of its plan leave it, worked out once for each state: what gates are proven on is what the checks look at.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use change::RelPath;
use syntax::FileFacts;

use crate::access::Found;
use crate::ctx::Ctx;
use crate::future::Future;
use crate::graph::resolve::{Resolution, Resolver};
use crate::graph::sources::Sources;
use crate::workspace::Workspace;

/// The files of an app in one state, and where what they take in leads.
pub(crate) struct Ahead {
    pub(crate) sources: Arc<Sources>,
    resolution: Arc<Resolution>,
    /// Who subscribes to what, once that was asked for.
    pub(crate) found: OnceLock<Arc<Found>>,
}

impl Ahead {
    /// Finds the files that specifiers lead to.
    pub(crate) fn resolver<'w>(&self, workspace: &'w Workspace) -> Resolver<'w> {
        Resolver::again(workspace, &self.resolution)
    }
}

/// What the files that change say, by which a state is known.
type Facts = BTreeMap<RelPath, Arc<FileFacts>>;

/// The states that were asked for.
#[derive(Default)]
pub(crate) struct States(Mutex<Vec<(Facts, Arc<Ahead>)>>);

impl States {
    /// The app as groups leave it.
    pub(crate) fn of(&self, ctx: &Ctx<'_>, future: &Future) -> Arc<Ahead> {
        let facts = future.facts(ctx.workspace);
        let is_same =
            |(path, other): (&RelPath, &Arc<FileFacts>)| facts.get(path).is_some_and(|facts| Arc::ptr_eq(facts, other));
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.iter().find(|(other, _)| other.len() == facts.len() && other.iter().all(is_same));
        if let Some((_, ahead)) = found {
            return ahead.clone();
        }
        let resolver = Resolver::with(ctx.workspace, future.added());
        let sources = Sources::of(ctx.workspace, ctx.app, &resolver);
        let sources = match ctx.functions() {
            Some(functions) => sources.with(functions.facts(ctx)),
            None => sources,
        };
        let sources = sources.with(facts.clone());
        let ahead = Arc::new(Ahead { sources, resolution: resolver.resolution, found: OnceLock::new() });
        known.push((facts, ahead.clone()));
        ahead
    }
}
