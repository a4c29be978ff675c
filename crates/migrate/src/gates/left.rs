//! Components that subscribe and of which too little is known for a gate.

use std::collections::BTreeSet;

use super::sites::Sites;
use super::{Ungated, Why};
use crate::graph::sightings::Component;
use crate::graph::subscriptions::{Guard, Query};

impl Sites<'_, '_> {
    /// Components that may run, and of which no rendering was met: `openModal(<Orders />)`.
    pub(super) fn unseen(&self) -> Vec<Ungated> {
        let rendered: BTreeSet<Component> =
            self.access.graph.seen.renderings.iter().map(|rendering| rendering.component).collect();
        let reach = &self.access.roots.reach;
        let may_run = |component: &Component| {
            let facts = self.access.modules.sources.facts(component.0);
            let range = facts.flow.function(component.1).map(|function| function.range);
            let name = self.access.name(*component).unwrap_or_default();
            name.starts_with(char::is_uppercase)
                && self.may_change(component.0)
                && reach.has(component.0)
                && range.is_some_and(|range| reach.runs(self.access.modules, component.0, range))
        };
        let unseen = self.private.iter().filter(|(component, _)| !rendered.contains(component) && may_run(component));
        let ungated = |(component, queries): (&Component, &BTreeSet<Vec<String>>)| Ungated {
            component: *component,
            queries: queries.clone(),
            why: Why::Unseen,
        };
        unseen.map(ungated).collect()
    }

    /// Components that subscribe to a query of which it can't be told which one it is: `useQuery(views[view])`.
    pub(super) fn untold(&self) -> Vec<Ungated> {
        let seen = &self.access.graph.seen;
        let open = seen.renderings.iter().filter(|rendering| !self.access.is_guarded(rendering));
        let open: BTreeSet<Component> = open.map(|rendering| rendering.component).collect();
        let is_untold = |component: &Component| {
            let all = self.access.consumers.get(component);
            let mut all = all.into_iter().flat_map(|all| all.iter());
            all.any(|one| one.query == Query::Unknown && one.guard != Guard::Convex)
        };
        let untold = open.into_iter().filter(|component| !self.private.contains_key(component) && is_untold(component));
        untold.map(|component| Ungated { component, queries: BTreeSet::new(), why: Why::Query }).collect()
    }
}
