//! One gate for several consumers of a component: around the run of them where they are neighbours, else around the smallest element that
//! holds them all.
//!
//! ```tsx
//! <main>
//!   <h1>Tasks</h1>
//!   <TaskList />       // one gate around
//!   <TaskForm />       // these two
//! </main>
//! ```

use change::TextRange;
use syntax::{ComponentId, FileFacts, JsxId, Value};

use super::Site;
use super::ground::{Ground, is_forbidden, is_router};
use super::sites::{Sites, together};

impl Sites<'_, '_> {
    /// Lets the sites of a component share a gate where they can.
    pub(super) fn shared(&self, sites: Vec<Site>) -> Vec<Site> {
        let mut groups: Vec<(Option<ComponentId>, Vec<Site>)> = Vec::new();
        for site in sites {
            let owner = self.owner(&site);
            let known = groups.iter_mut().find(|(other, sites)| {
                *other == owner && sites.iter().any(|known| known.file == site.file) && site.handed_by.is_none()
            });
            match known {
                Some((_, sites)) => sites.push(site),
                None => groups.push((owner, vec![site])),
            }
        }
        let all: Vec<Site> = groups.into_iter().flat_map(|(owner, sites)| self.share(owner, sites)).collect();
        // What a shared gate took in by the way.
        let inner = |site: &Site| {
            all.iter()
                .any(|other| other.file == site.file && other.range != site.range && other.range.covers(site.range))
        };
        all.iter().filter(|site| !inner(site)).cloned().collect()
    }

    /// The function around a site.
    fn owner(&self, site: &Site) -> Option<ComponentId> {
        let components = &self.access.modules.sources.facts(site.file).components;
        let around = (0..).map(ComponentId).zip(components).filter(|(_, fact)| fact.range.covers(site.range));
        around.min_by_key(|(_, fact)| fact.range.len()).map(|(id, _)| id)
    }

    fn share(&self, owner: Option<ComponentId>, mut sites: Vec<Site>) -> Vec<Site> {
        sites.sort_by_key(|site| site.range);
        let [first, .., last] = sites.as_slice() else { return sites };
        let facts = self.access.modules.sources.facts(first.file);
        let span = TextRange::new(first.range.start(), last.range.end());
        let holder = smallest(facts, span, owner);
        let shared = holder.and_then(|holder| self.in_holder(facts, holder, &sites));
        if let Some(range) = shared {
            return one(range, sites);
        }
        self.neighbours(sites)
    }

    /// The place for one gate in the smallest element around some sites.
    fn in_holder(&self, facts: &FileFacts, holder: JsxId, sites: &[Site]) -> Option<TextRange> {
        let file = sites.first()?.file;
        let children: Option<Vec<(usize, TextRange)>> =
            sites.iter().map(|site| self.child_of(file, Ground { range: site.range, holder: Some(holder) })).collect();
        let run = children.as_deref().and_then(|children| {
            let indexes: Vec<usize> = children.iter().map(|(index, _)| *index).collect();
            let (low, high) = (indexes.iter().min()?, indexes.iter().max()?);
            let is_whole = (*low..=*high).all(|index| indexes.contains(&index));
            let mut pairs = children.windows(2).filter(|pair| pair[0].1 != pair[1].1);
            let is_near = pairs.all(|pair| is_blank(&self.between(file, pair[0].1, pair[1].1)));
            let (first, last) = (children.first()?.1, children.last()?.1);
            (is_whole && is_near).then(|| TextRange::new(first.start(), last.end()))
        });
        let fact = facts.element(holder)?;
        // `<Routes><Route element={<A />} /><Route element={<B />} /></Routes>`
        let covering = children.iter().flatten().filter_map(|(_, range)| {
            let own = facts.elements.iter().find(|element| element.range == *range);
            own.filter(|_| !sites.iter().any(|site| site.range == *range))
        });
        let run = run.filter(|_| !is_router(fact) && !covering.into_iter().any(is_forbidden));
        let whole = Some(fact.range).filter(|_| !is_forbidden(fact));
        let flow = facts.flow.element(holder)?;
        // What is given from outside may be anything: a page. `<div><Loans /><main>{children}</main></div>`: however deep.
        let deep = |range: TextRange| {
            let inside = facts.elements_with_ids().filter(|(_, element)| range.covers(element.range));
            let mut children = inside.filter_map(|(id, _)| facts.flow.element(id)).flat_map(|flow| &flow.children);
            children.any(|value| is_page(facts, value, 0))
        };
        let given = |range: TextRange| {
            deep(range)
                || flow
                    .children
                    .iter()
                    .zip(&flow.ranges)
                    .any(|(value, child)| range.covers(*child) && is_given(facts, value, 0))
        };
        // `{open ? <Orders /> : <p>Closed</p>}`: the other branch is nobody's business.
        let parts = |range: TextRange| {
            flow.children.iter().zip(&flow.ranges).any(|(value, child)| {
                let inside = sites.iter().filter(|site| child.covers(site.range)).count();
                let ways = match value {
                    Value::OneOf(values) => values.iter().filter(|value| **value != Value::Nothing).count(),
                    _ => inside,
                };
                range.covers(*child) && inside > 0 && inside < ways
            })
        };
        let is_fit = |range: &TextRange| !given(*range) && !parts(*range) && self.fits(*range, sites);
        [run, whole].into_iter().flatten().find(is_fit)
    }

    /// Whether a gate may stand around a range for all of some sites.
    fn fits(&self, range: TextRange, sites: &[Site]) -> bool {
        let Some(first) = sites.first() else { return false };
        let shared = one_of(range, first.clone());
        sites.iter().flat_map(|site| self.through(site)).all(|rendering| self.check(&shared, rendering).is_ok())
    }

    /// One gate for each run of sites with nothing between them.
    fn neighbours(&self, sites: Vec<Site>) -> Vec<Site> {
        let mut found: Vec<Site> = Vec::new();
        for site in sites {
            let near = found.last().is_some_and(|last| {
                let between = self.between(last.file, last.range, site.range);
                is_blank(&between) && between.contains('\n')
            });
            match found.last_mut().filter(|_| near) {
                Some(last) => {
                    last.range = TextRange::new(last.range.start(), site.range.end());
                    last.take(site);
                }
                None => found.push(site),
            }
        }
        together(found.into_iter())
    }
}

/// Whether a text between elements shows nothing: white space and comments.
pub(super) fn is_blank(between: &str) -> bool {
    let mut rest = between.trim();
    while let Some(after) = rest.strip_prefix("{/*").and_then(|inner| inner.split_once("*/}")) {
        rest = after.1.trim();
    }
    rest.is_empty()
}

/// Whether a value comes with what a component is given.
fn is_given(facts: &FileFacts, value: &Value, followed: u8) -> bool {
    match value {
        Value::Argument(..) => true,
        Value::Member(object, _) => is_given(facts, object, followed),
        Value::Variable(id) if followed < 8 => {
            facts.flow.variable(*id).iter().any(|value| is_given(facts, value, followed + 1))
        }
        _ => false,
    }
}

/// Whether a value is the children that a component is given.
fn is_page(facts: &FileFacts, value: &Value, followed: u8) -> bool {
    match value {
        Value::Member(object, name) => name == "children" && is_given(facts, object, 0),
        Value::Variable(id) if followed < 8 => {
            facts.flow.variable(*id).iter().any(|value| is_page(facts, value, followed + 1))
        }
        _ => false,
    }
}

fn one_of(range: TextRange, site: Site) -> Site {
    Site { range, ..site }
}

fn one(range: TextRange, sites: Vec<Site>) -> Vec<Site> {
    together(sites.into_iter().map(|site| one_of(range, site)))
}

/// The smallest element of a function that holds a range, and is more than that.
fn smallest(facts: &FileFacts, span: TextRange, owner: Option<ComponentId>) -> Option<JsxId> {
    let around = facts
        .elements_with_ids()
        .filter(|(_, fact)| fact.range.covers(span) && fact.range != span && fact.owner == owner);
    around.min_by_key(|(_, fact)| fact.range.len()).map(|(id, _)| id)
}
