//! One gate around all that Convex's provider holds.

use std::collections::{BTreeMap, BTreeSet};

use change::TextRange;
use syntax::{JsxId, Reference};

use super::Site;
use super::ground::is_forbidden;
use super::sites::{Planned, Sites, same};
use super::ways::way;
use crate::graph::sightings::{Node, Place};
use crate::graph::sources::FileId;
use crate::known::{Gate, Provider};

impl Sites<'_, '_> {
    /// The place for `--gate root`: all that the provider holds; where that is the document, what leads on in its body.
    pub(crate) fn root(&self) -> Planned {
        let graph = &self.access.graph;
        let mut planned = Planned::default();
        for sighting in graph.sightings.iter().filter(|sighting| sighting.provider == Provider::WithClerk) {
            let (file, Node::Jsx(id)) = sighting.place else { continue };
            let below = graph.seen.pages.iter().map(|page| &page.trail);
            let below = below.chain(graph.seen.renderings.iter().map(|rendering| &rendering.trail));
            let after = |trail: &Vec<Place>| {
                trail.iter().position(|place| *place == sighting.place).map(|at| trail[at..].to_vec())
            };
            let in_body = below.filter_map(after).find_map(|trail| self.in_body(&trail));
            let found = in_body.or_else(|| Some((file, self.inside(file, id)?)));
            if let Some((file, range)) = found.filter(|(file, _)| self.may_change(*file)) {
                let site = Site {
                    file,
                    range,
                    is_gated: false,
                    consumers: BTreeMap::new(),
                    ways: BTreeSet::from([way(
                        self.access,
                        sighting.root,
                        &sighting.branches,
                        &sighting.trail,
                        (file, range),
                    )]),
                    depth: sighting.trail.len(),
                    handed_by: None,
                    is_by_clerk: false,
                };
                if !planned.sites.iter().any(|known| same(known, &site)) && !self.is_gated_all_over(&site) {
                    planned.sites.push(site);
                }
            }
        }
        planned
    }

    /// Whether a gate is the only thing there.
    fn is_gated_all_over(&self, site: &Site) -> bool {
        let gates = [Gate::Authenticated, Gate::Unauthenticated, Gate::AuthLoading];
        let mut sightings = self.access.graph.sightings.iter();
        sightings.any(|sighting| {
            let is_gate = gates.iter().any(|gate| sighting.provider == Provider::Gate(*gate));
            let range = self.access.range(sighting.place);
            is_gate && sighting.place.0 == site.file && range.is_some_and(|range| site.range.covers(range))
        })
    }

    /// What stands in `<body>` on a way down, scripts at its ends aside.
    fn in_body(&self, trail: &[Place]) -> Option<(FileId, TextRange)> {
        let is_body = |place: &Place| {
            self.element(*place).is_some_and(|fact| matches!(&fact.tag, Reference::Html(name) if name == "body"))
        };
        let at = trail.iter().rposition(is_body)?;
        let next = trail.get(at + 1)?;
        let target = self.access.range(*next)?;
        let (file, Node::Jsx(id)) = *trail.get(at)? else { return None };
        let facts = self.access.modules.sources.facts(file);
        let is_script = |range: TextRange| {
            let own = facts.elements.iter().find(|element| element.range == range);
            own.is_some_and(|fact| is_forbidden(fact) || matches!(&fact.tag, Reference::Html(name) if name == "script"))
        };
        let ranges = &facts.flow.element(id)?.ranges;
        let whole = ranges.iter().position(|range| range.covers(target)).map(|middle| {
            let before = ranges[..middle].iter().rposition(|range| is_script(*range)).map_or(0, |at| at + 1);
            let after =
                ranges[middle..].iter().position(|range| is_script(*range)).map_or(ranges.len(), |at| middle + at);
            TextRange::new(ranges[before].start(), ranges[after - 1].end())
        });
        Some((next.0, whole.filter(|_| next.0 == file).unwrap_or(target)))
    }

    /// All that stands between the tags of an element.
    fn inside(&self, file: FileId, id: JsxId) -> Option<TextRange> {
        let ranges = &self.access.modules.sources.facts(file).flow.element(id)?.ranges;
        Some(TextRange::new(ranges.first()?.start(), ranges.last()?.end()))
    }
}
