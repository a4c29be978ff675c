//! On which ways a place is shown, and whether it may be there several times at once.
//!
//! ```tsx
//! {open && <Details />}                          // there only if something holds
//! {cards.map((card) => <Card key={card.id} />)}  // what a card shows is there once for each
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::ground::{child_at, ground, is_listed, is_router};
use super::sites::Sites;
use super::{Branching, Condition, Site, Way};
use crate::access::Access;
use crate::graph::sightings::{Branch, Node, Place, Rendering};
use crate::graph::sources::FileId;
use change::TextRange;
use syntax::{FileFacts, JsxId, Value};

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
    if is_apart && before.is_some_and(|(_, node)| shows_plainly(facts, *node, id)) {
        return None;
    }
    if is_apart || is_given {
        return of(element.range, Branching::Handed);
    }
    let child = holder.and_then(|(id, _)| Some((id, child_at(facts, id, element.range)?)));
    if is_listed(facts, id) {
        return of(child.map_or(element.range, |(_, (_, range))| range), Branching::Each);
    }
    let is_counted = holder.is_some_and(|(_, holder)| holder.is_conditional && holder.owner == element.owner);
    if is_counted {
        return None;
    }
    let Some((holder, (index, range))) = child else {
        return way_out(facts, id).map(|(range, which)| Condition { file, range, branch: Branching::Value(which) });
    };
    if !element.is_conditional {
        return None;
    }
    let value = facts.flow.element(holder).and_then(|flow| flow.children.get(index));
    of(range, Branching::Value(value.map_or(0, |value| alternative(value, id))))
}

/// The function that an element is one of several ways out of, and which of them: `if (isLoading) return <Spinner />`.
fn way_out(facts: &FileFacts, id: JsxId) -> Option<(TextRange, usize)> {
    let element = facts.element(id)?;
    let owner = facts.components.get(element.owner?.0 as usize)?.range;
    let function = facts.flow.functions.iter().find(|function| function.range == owner);
    let returns = function.map_or(&[][..], |function| &function.returns);
    let which = returns.iter().position(|value| holds(value, id));
    (element.is_conditional || (which.is_some() && returns.len() > 1)).then_some((owner, which.unwrap_or(0)))
}

/// Whether an element has a variable as a child, which is another element whatever happens: `const left = <List />` of `<main>{left}</main>`.
fn shows_plainly(facts: &FileFacts, around: Node, id: JsxId) -> bool {
    let Node::Jsx(around) = around else { return false };
    let is_it = |value: &Value| match value {
        Value::Variable(variable) => match facts.flow.variable(*variable) {
            [only] => !matches!(only, Value::OneOf(_)) && holds(only, id),
            _ => false,
        },
        _ => false,
    };
    let is_certain = facts.element(id).is_some_and(|element| !element.is_conditional);
    is_certain && facts.flow.element(around).is_some_and(|flow| flow.children.iter().any(is_it))
}

fn holds(value: &Value, id: JsxId) -> bool {
    match value {
        Value::Element(known) => *known == id,
        Value::List(values) | Value::OneOf(values) => values.iter().any(|value| holds(value, id)),
        _ => false,
    }
}

/// Which of its values holds an element.
fn alternative(value: &Value, id: JsxId) -> usize {
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
                (file, Node::Jsx(id)) => {
                    let facts = self.access.modules.sources.facts(*file);
                    // `{pages.map((page) => <Route key={page.path} element={page.element} />)}`: one at a time.
                    is_listed(facts, *id) && !facts.element(*id).is_some_and(is_router)
                }
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
        let through = self.through(site);
        let at = self.own(&through, at, rendering);
        let place = rendering.trail.get(at).copied().unwrap_or(place);
        // The first of those that part there.
        let beside = through.into_iter().filter_map(|other| Some((*other.trail.get(at)?, other)));
        let beside = beside.filter(|(other, _)| other.0 == place.0);
        let (place, rendering) = beside.min_by_key(|(other, _)| self.access.range(*other))?;
        let (file, Node::Jsx(id)) = place else { return None };
        let text = self.text_of(file)?;
        let facts = self.access.modules.sources.facts(file);
        let found = ground(facts, &text, id).ok()?;
        let is_open = |holder: JsxId| {
            !facts.element(holder).is_some_and(is_router) && !self.takes_apart((file, Node::Jsx(holder)))
        };
        let range = found.holder.is_none_or(is_open).then_some(found.range)?;
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

    /// A place of a way at `at` or further out, where nothing is shown but what leads to some renderings.
    ///
    /// ```tsx
    /// <List items={links} render={(link) => <b>{link}</b>} />      // so nothing may be put into `List`
    /// <List items={ids} render={(id) => <One id={id} />} />
    /// ```
    fn own(&self, through: &[&Rendering], mut at: usize, rendering: &Rendering) -> usize {
        let components = &self.access.graph.seen.components;
        let trail = &rendering.trail;
        let leads = |place: &Place| through.iter().any(|other| other.trail.contains(place));
        let around = |at: usize| (0..at).rev().find(|by| trail.get(*by).is_some_and(|at| components.contains_key(at)));
        while let Some(by) = around(at) {
            let Some((place, own)) = trail.get(by).and_then(|place| Some((place, components.get(place)?))) else {
                break;
            };
            let is_shared = components.iter().any(|(place, others)| !others.is_disjoint(own) && !leads(place));
            let is_given = trail.iter().skip(at + 1).any(|inner| self.is_beside(*place, *inner));
            if !is_shared && !is_given {
                break;
            }
            at = by;
        }
        at
    }

    /// Whether two places are in the same component.
    fn is_beside(&self, one: Place, other: Place) -> bool {
        let facts = self.access.modules.sources.facts(one.0);
        let owner = self.element(one).and_then(|element| facts.components.get(element.owner?.0 as usize));
        let range = self.access.range(other);
        one.0 == other.0 && owner.zip(range).is_some_and(|(owner, range)| owner.range.covers(range))
    }
}
