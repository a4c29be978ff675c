//! On which ways a place is shown, and whether it may be there several times at once.
//!
//! ```tsx
//! {open && <Details />}                          // there only if something holds
//! {cards.map((card) => <Card key={card.id} />)}  // what a card shows is there once for each
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::ground::{child_at, ground, is_listed};
use super::sites::Sites;
use super::{Site, Way};
use crate::access::Access;
use crate::graph::sightings::{Branch, Node, Place, Rendering};
use crate::graph::sources::FileId;
use change::TextRange;

/// The way down to a place within a trail, which ends before or in it; `range` is what stands there.
pub(super) fn way(
    access: &Access<'_>,
    root: usize,
    branches: &[Branch],
    trail: &[Place],
    (file, range): (FileId, TextRange),
) -> Way {
    let is_outside = |place: &Place| {
        let own = access.range(*place);
        place.0 != file || own.is_some_and(|own| own == range || !range.covers(own))
    };
    let around = trail.iter().enumerate().take_while(|(_, place)| is_outside(place));
    let conditions = around.filter(|(at, _)| is_conditional(access, trail, *at)).map(|(_, place)| *place).collect();
    Way { root, branches: branches.to_vec(), conditions }
}

/// Whether an element of a trail is there only if something holds, or once for each of a list.
fn is_conditional(access: &Access<'_>, trail: &[Place], at: usize) -> bool {
    let Some((file, Node::Jsx(id))) = trail.get(at).copied() else { return false };
    let facts = access.modules.sources.facts(file);
    let Some(element) = facts.element(id) else { return false };
    // `const left = <List />`, `views[at]`: shown by an expression somewhere else in the function.
    let is_apart = element.parent.is_none()
        && at.checked_sub(1).and_then(|before| trail.get(before)).is_some_and(|before| {
            let owner = match before {
                (other, Node::Jsx(id)) if *other == file => facts.element(*id).map(|around| around.owner),
                _ => None,
            };
            owner == Some(element.owner)
        });
    // `drawerContent={() => <Menu />}`: when that is called is for the other one to say.
    let is_handed = element
        .parent
        .and_then(|parent| Some((parent, facts.element(parent)?)))
        .is_some_and(|(id, holder)| holder.owner != element.owner && child_at(facts, id, element.range).is_none());
    element.is_conditional || is_apart || is_handed || is_listed(facts, id)
}

impl Sites<'_, '_> {
    /// The place before which a gate's other half goes where the gate may be there several times at once; `None` where it is there once.
    pub(crate) fn lifted(&self, site: &Site) -> Option<Site> {
        let through = self.through(site);
        let mut found: Option<(usize, Place, &Rendering)> = None;
        let mut known: BTreeMap<(usize, &[Branch]), &Rendering> = BTreeMap::new();
        for rendering in through {
            let start = self.start(site, &rendering.trail)?;
            let outside = rendering.trail.get(..start)?;
            let listed = outside.iter().position(|place| match place {
                (file, Node::Jsx(id)) => is_listed(self.access.modules.sources.facts(*file), *id),
                _ => false,
            });
            // Where all part is where one parts from the first.
            let other = *known.entry((rendering.root, &rendering.branches)).or_insert(rendering);
            let parts = outside.iter().zip(&other.trail).position(|(one, other)| one != other);
            let at = listed.into_iter().chain(parts).min();
            let first = at.and_then(|at| Some((at, *outside.get(at)?, rendering)));
            found = match (found, first) {
                (Some(known), Some(new)) if new.0 >= known.0 => Some(known),
                (known, None) => known,
                (_, new) => new,
            };
        }
        let (at, place, rendering) = found?;
        // The first of those that part there.
        let beside = self.through(site).into_iter().filter_map(|other| other.trail.get(at).copied());
        let place = beside.filter(|other| other.0 == place.0).min_by_key(|other| self.access.range(*other))?;
        let (file, Node::Jsx(id)) = place else { return None };
        let text = self.text_of(file)?;
        let range = ground(self.access.modules.sources.facts(file), &text, id).ok()?.range;
        let ways =
            BTreeSet::from([way(self.access, rendering.root, &rendering.branches, &rendering.trail, (file, range))]);
        let lifted = Site {
            file,
            range,
            is_gated: true,
            consumers: BTreeMap::new(),
            ways,
            depth: at,
            handed_by: None,
            is_by_clerk: false,
        };
        self.check(&lifted, rendering).is_ok().then_some(lifted)
    }
}
