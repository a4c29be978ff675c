//! On which ways a place is shown, and whether it may be there several times at once.
//!
//! ```tsx
//! {open && <Details />}                          // there only if something holds
//! {cards.map((card) => <Card key={card.id} />)}  // what a card shows is there once for each
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::ground::{child_at, ground, is_listed};
use super::sites::Sites;
use super::{Branching, Condition, Site, Way};
use crate::access::Access;
use crate::graph::sightings::{Branch, Node, Place, Rendering};
use crate::graph::sources::FileId;
use change::TextRange;
use syntax::{JsxId, Value};

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
    let conditions = around.filter_map(|(at, _)| condition(access, trail, at)).collect();
    Way { root, branches: branches.to_vec(), conditions }
}

/// What has to hold for an element of a trail to be there.
fn condition(access: &Access<'_>, trail: &[Place], at: usize) -> Option<Condition> {
    let (file, Node::Jsx(id)) = trail.get(at).copied()? else { return None };
    let facts = access.modules.sources.facts(file);
    let element = facts.element(id)?;
    let of = |range, branch| Some(Condition { file, range, branch });
    let holder = element.parent.and_then(|parent| Some((parent, facts.element(parent)?)));
    // `const left = <List />`, `views[at]`: shown by an expression somewhere else in the function.
    let before = at.checked_sub(1).and_then(|before| trail.get(before));
    let is_apart = holder.is_none()
        && before.is_some_and(|before| match before {
            (other, Node::Jsx(id)) if *other == file => {
                facts.element(*id).map(|around| around.owner) == Some(element.owner)
            }
            _ => false,
        });
    // `drawerContent={() => <Menu />}`: when that is called is for the other one to say.
    let is_given = holder
        .is_some_and(|(id, holder)| holder.owner != element.owner && child_at(facts, id, element.range).is_none());
    if is_apart || is_given {
        return of(element.range, Branching::Handed);
    }
    let child = holder.and_then(|(id, _)| Some((id, child_at(facts, id, element.range)?)));
    if is_listed(facts, id) {
        return of(child.map_or(element.range, |(_, (_, range))| range), Branching::Each);
    }
    if !element.is_conditional
        || holder.is_some_and(|(_, holder)| holder.is_conditional && holder.owner == element.owner)
    {
        return None;
    }
    match child {
        Some((holder, (index, range))) => {
            let value = facts.flow.element(holder).and_then(|flow| flow.children.get(index));
            of(range, Branching::Value(value.map_or(0, |value| alternative(value, id))))
        }
        // Which of several ways out of the component it is, is among its branches.
        None => {
            let owner = element.owner.and_then(|owner| facts.components.get(owner.0 as usize));
            of(owner.map_or(element.range, |owner| owner.range), Branching::Value(0))
        }
    }
}

/// Which of its values holds an element.
fn alternative(value: &Value, id: JsxId) -> usize {
    fn holds(value: &Value, id: JsxId) -> bool {
        match value {
            Value::Element(known) => *known == id,
            Value::List(values) | Value::OneOf(values) => values.iter().any(|value| holds(value, id)),
            _ => false,
        }
    }
    match value {
        Value::OneOf(values) => values.iter().position(|value| holds(value, id)).unwrap_or(values.len()),
        _ => 0,
    }
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
