//! The places at which an app gets gates, for what subscribes to private queries and stands behind none yet.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use change::{ImportedName, TextRange};
use syntax::{FileFacts, JsxId, Reference, Value};

use super::ground::{Ground, child_at, ground, is_forbidden, is_narrow, is_router};
use super::share::is_blank;
use super::ways::way;
use super::{Site, Ungated, Way, Why};
use crate::access::Access;
use crate::boundary::on_server;
use crate::ctx::Ctx;
use crate::graph::sightings::{Branch, Component, Node, Page, Place, Rendering};
use crate::graph::sources::FileId;
use crate::known::{Gate, Provider};

/// What an app gets.
#[derive(Default)]
pub(crate) struct Planned {
    pub(crate) sites: Vec<Site>,
    pub(crate) ungated: Vec<Ungated>,
}

/// Finds the places.
pub(crate) struct Sites<'a, 's> {
    pub(super) ctx: &'s Ctx<'s>,
    pub(super) access: &'s Access<'a>,
    /// What is to be guarded, each with its private queries.
    pub(super) private: BTreeMap<Component, BTreeSet<Vec<String>>>,
    /// The text of a file as it is going to be.
    text: &'s dyn Fn(FileId) -> Option<Rc<str>>,
    texts: RefCell<BTreeMap<FileId, Option<Rc<str>>>>,
    /// Files that run on the server, where Convex's gates can't be taken in as they are.
    pub(crate) server: BTreeSet<FileId>,
    /// Where private queries are subscribed to behind no gate.
    unguarded: Vec<&'s Rendering>,
    /// Those whose way leads through a file.
    by_file: BTreeMap<FileId, Vec<&'s Rendering>>,
    /// The pages that hold no others.
    leaves: Vec<&'s Page>,
    /// The routes that lead to something private.
    private_routes: BTreeSet<&'s [Branch]>,
    /// Whether a gate at a place hides a page, as far as it was asked.
    hiding: RefCell<BTreeMap<Spot, bool>>,
}

/// Where a gate would be, and who hands down what it is around.
type Spot = (FileId, TextRange, Option<Place>);

/// A rendering with the place of its gate.
#[derive(Clone)]
struct Candidate<'r> {
    rendering: &'r Rendering,
    site: Site,
}

impl<'a, 's> Sites<'a, 's> {
    pub(crate) fn new(
        ctx: &'s Ctx<'s>,
        access: &'s Access<'a>,
        private: BTreeMap<Component, BTreeSet<Vec<String>>>,
        text: &'s dyn Fn(FileId) -> Option<Rc<str>>,
    ) -> Self {
        let server = on_server(access.modules, &access.roots);
        let seen = &access.graph.seen;
        let renderings = seen.renderings.iter().filter(|rendering| private.contains_key(&rendering.component));
        let renderings: Vec<&Rendering> = renderings.collect();
        let private_routes = renderings
            .iter()
            .flat_map(|rendering| (0..=rendering.branches.len()).map(|end| &rendering.branches[..end]))
            .collect();
        let unguarded: Vec<&Rendering> =
            renderings.into_iter().filter(|rendering| !access.is_guarded(rendering)).collect();
        let mut by_file: BTreeMap<FileId, Vec<&Rendering>> = BTreeMap::new();
        for rendering in &unguarded {
            let files: BTreeSet<FileId> = rendering.trail.iter().map(|place| place.0).collect();
            files.into_iter().for_each(|file| by_file.entry(file).or_default().push(rendering));
        }
        let outer: BTreeSet<&[Branch]> =
            seen.pages.iter().filter_map(|page| page.branches.split_last().map(|(_, outer)| outer)).collect();
        let outer: BTreeSet<&[Branch]> =
            outer.into_iter().flat_map(|route| (0..=route.len()).map(move |end| &route[..end])).collect();
        let leaves = seen.pages.iter().filter(|page| !outer.contains(page.branches.as_slice())).collect();
        let texts = RefCell::default();
        Self {
            ctx,
            access,
            private,
            text,
            texts,
            server,
            unguarded,
            by_file,
            leaves,
            private_routes,
            hiding: RefCell::default(),
        }
    }

    /// The places for `--gate auto`.
    pub(crate) fn auto(&self) -> Planned {
        let mut candidates = Vec::new();
        let mut failed: Vec<(&Rendering, Why)> = Vec::new();
        for rendering in self.unguarded.iter().copied() {
            match self.candidate(rendering) {
                Ok(site) => candidates.push(Candidate { rendering, site }),
                Err(why) => failed.push((rendering, why)),
            }
        }
        // A gate that would stand outside of the provider on another way throws there.
        let outside: Vec<&Rendering> =
            failed.iter().filter(|(_, why)| *why == Why::Outside).map(|(rendering, _)| *rendering).collect();
        let outside = outside
            .into_iter()
            .flat_map(|rendering| rendering.trail.iter().map(|place| place.0).map(move |file| (file, rendering)));
        let mut by_file: BTreeMap<FileId, Vec<&Rendering>> = BTreeMap::new();
        outside.for_each(|(file, rendering)| by_file.entry(file).or_default().push(rendering));
        let (kept, lost): (Vec<_>, Vec<_>) = candidates.into_iter().partition(|candidate: &Candidate<'_>| {
            let near = by_file.get(&candidate.site.file).into_iter().flatten();
            !near.into_iter().any(|rendering| self.covers(&candidate.site, rendering))
        });
        failed.extend(lost.into_iter().map(|candidate| (candidate.rendering, Why::Outside)));
        let mut candidates: Vec<Candidate<'_>> = kept;
        let mut all: BTreeMap<FileId, Vec<Site>> = BTreeMap::new();
        for site in together(candidates.iter().map(|candidate| candidate.site.clone())) {
            all.entry(site.file).or_default().push(site);
        }
        let is_covered = |rendering: &Rendering, own: &Site| {
            let files: BTreeSet<FileId> = rendering.trail.iter().map(|place| place.0).collect();
            let mut near = files.iter().filter_map(|file| all.get(file)).flatten().peekable();
            let cut = near.peek().and_then(|_| self.cut(rendering));
            near.filter(|other| !same(own, other)).any(|other| self.covers_all(other, rendering, cut))
        };
        candidates.retain(|candidate| !is_covered(candidate.rendering, &candidate.site));
        let sites = self.shared(together(candidates.into_iter().map(|candidate| candidate.site)));
        let mut ungated: Vec<Ungated> = Vec::new();
        for (rendering, why) in failed {
            let is_known = ungated.iter().any(|known| known.component == rendering.component);
            if !is_known && !sites.iter().any(|site| self.covers(site, rendering)) {
                let component = rendering.component;
                let queries = self.private.get(&component).cloned().unwrap_or_default();
                ungated.push(Ungated { component, queries, why });
            }
        }
        ungated.extend(self.unseen());
        ungated.extend(self.untold());
        let sites = sites.into_iter().chain(self.incomplete()).collect();
        Planned { sites, ungated }
    }

    /// Existing gates around what is private, on pages where nothing is shown instead.
    fn incomplete(&self) -> Vec<Site> {
        let graph = &self.access.graph;
        let renderings = graph.seen.renderings.iter();
        let private = renderings.filter(|rendering| self.private.contains_key(&rendering.component));
        let mut found: Vec<Site> = Vec::new();
        for rendering in private {
            let gate = rendering.above.iter().find(|above| above.provider == Provider::Gate(Gate::Authenticated));
            let Some(place) = gate.map(|gate| gate.place) else { continue };
            let Some(range) = self.access.range(place).filter(|_| self.may_change(place.0)) else { continue };
            let sighting = graph.sightings.iter().find(|sighting| sighting.place == place);
            let Some(sighting) = sighting else { continue };
            // Only those who are signed in get there.
            let is_by_clerk = sighting.above.iter().any(|above| above.provider == Provider::Gate(Gate::ByClerk));
            if is_by_clerk || self.is_answered(place.0, range) {
                continue;
            }
            let trail: Vec<Place> = sighting.trail.iter().copied().chain([place]).collect();
            let site = Site {
                file: place.0,
                range,
                is_gated: true,
                consumers: BTreeMap::new(),
                ways: BTreeSet::from([way(self.access, sighting.root, &sighting.branches, &trail, (place.0, range))]),
                depth: sighting.trail.len(),
                handed_by: None,
                is_by_clerk: false,
            };
            found.push(site);
        }
        // A button in a header or a row of a menu has no place for more: the pages show what is there instead.
        found.retain(|site| !site.ways.iter().all(Way::is_handed));
        together(found.into_iter())
    }

    /// Whether what is shown instead stands beside a gate, with nothing but elements between them.
    ///
    /// ```tsx
    /// {open && (
    ///   <>
    ///     <Unauthenticated><SignInButton /></Unauthenticated>
    ///     <Authenticated><Mine /></Authenticated>
    ///   </>
    /// )}
    /// ```
    fn is_answered(&self, file: FileId, gate: TextRange) -> bool {
        let instead = [Gate::Unauthenticated, Gate::SignIn].map(Provider::Gate);
        let sightings = self.access.graph.sightings.iter().filter(|sighting| instead.contains(&sighting.provider));
        let ranges = sightings.filter(|sighting| sighting.place.0 == file).filter_map(|at| self.access.range(at.place));
        let elements = &self.access.modules.sources.facts(file).elements;
        ranges.into_iter().any(|range| {
            let (first, last) = (range.min(gate), range.max(gate));
            let (mut at, mut is_beside) = (first.end(), first.end() <= last.start());
            while is_beside && at < last.start() {
                let blank = TextRange::new(at, last.start());
                let next = elements.iter().map(|element| element.range).filter(|range| blank.covers(*range)).min();
                let until = next.map_or(last.start(), TextRange::start);
                is_beside = is_blank(&self.between(file, TextRange::empty(at), TextRange::empty(until)));
                at = next.map_or(until, TextRange::end);
            }
            is_beside
        })
    }

    pub(super) fn element(&self, place: Place) -> Option<&'a syntax::JsxFact> {
        match place.1 {
            Node::Jsx(id) => self.access.modules.sources.facts(place.0).element(id),
            Node::Call(_) | Node::Child(..) => None,
        }
    }

    pub(super) fn text_of(&self, file: FileId) -> Option<Rc<str>> {
        self.texts.borrow_mut().entry(file).or_insert_with(|| (self.text)(file)).clone()
    }

    pub(super) fn may_change(&self, file: FileId) -> bool {
        let path = self.access.modules.sources.path(file);
        let is_own = self.ctx.workspace.package_of(path) == Some(self.ctx.app.id.folder());
        is_own && self.ctx.workspace.may_write(path)
    }

    /// Where the gate of a rendering would go.
    fn candidate(&self, rendering: &Rendering) -> Result<Site, Why> {
        // Nobody who is signed in gets there.
        let is_for_others =
            |provider| [Gate::Unauthenticated, Gate::AuthLoading].iter().any(|gate| provider == Provider::Gate(*gate));
        if rendering.above.iter().any(|above| is_for_others(above.provider)) {
            return Err(Why::ForOthers);
        }
        let Some(place) = rendering.by else {
            let site = self.handed_down(rendering)?;
            let is_inside = rendering.above.iter().any(|above| above.provider == Provider::WithClerk);
            return match self.check(&site, rendering) {
                Ok(()) => Ok(site),
                // It stands around the provider as well.
                Err(Why::Outside) if is_inside => Err(Why::IsPage),
                Err(why) => Err(why),
            };
        };
        // `<Page />` of a component's own argument: what is given it, one further out, is told apart.
        let outer = rendering.trail.iter().rev().skip_while(|at| **at != place).copied();
        let is_argument = self.is_given_by_props(place);
        let mut why = None;
        let outer = outer.filter(|at| *at == place || self.access.graph.seen.components.contains_key(at));
        for place in outer.take(if is_argument { usize::MAX } else { 1 }) {
            match self.around(rendering, place).and_then(|site| self.check(&site, rendering).map(|()| site)) {
                Ok(site) => return Ok(site),
                Err(Why::Shared) => why = why.or(Some(Why::Shared)),
                Err(other) => return Err(why.unwrap_or(other)),
            }
        }
        Err(why.unwrap_or(Why::Form))
    }

    /// Whether which component an element stands for is said by what its own component is given; not by the rows of a list that it goes
    /// through: `pages.map(({ path, Page }) => <Route path={path} element={<Page />} />)`.
    fn is_given_by_props(&self, place: Place) -> bool {
        let (file, Node::Jsx(id)) = place else { return false };
        let facts = self.access.modules.sources.facts(file);
        let owner = facts.element(id).and_then(|element| facts.components.get(element.owner?.0 as usize));
        let is_rendered = |range: TextRange| {
            let mut all = self.access.graph.seen.components.values().flatten();
            all.any(|(other, function)| {
                *other == file && facts.flow.function(*function).is_some_and(|function| function.range == range)
            })
        };
        is_argument(facts, id) && owner.is_some_and(|owner| is_rendered(owner.range))
    }

    /// Around the element that stands for it, or for a component around it.
    fn around(&self, rendering: &Rendering, place: Place) -> Result<Site, Why> {
        let (file, Node::Jsx(id)) = place else { return Err(Why::Form) };
        let seen = &self.access.graph.seen;
        let components = seen.components.get(&place).map(|all| all.iter().collect::<Vec<_>>()).unwrap_or_default();
        let is_private = |component: &&Component| self.private.contains_key(*component);
        let is_own = rendering.by == Some(place);
        if seen.others.contains(&place) || (is_own && !components.iter().all(is_private)) || components.is_empty() {
            return Err(Why::Shared);
        }
        let facts = self.access.modules.sources.facts(file);
        // Of what a framework gives a component every page is seen.
        let is_given = self.access.roots.live.iter().any(|root| root.file == file);
        if !is_given && is_argument(facts, id) {
            return Err(Why::Shared);
        }
        if is_cloned(facts, id) {
            return Err(Why::Form);
        }
        let text = self.text_of(file).ok_or(Why::File)?;
        let mut found = ground(facts, &text, id)?;
        // `function Tooltip({ children }: { children: ReactElement })`, `Children.map(children, …)`: a gate more would be one too many.
        while let Some(holder) = found.holder.filter(|holder| self.takes_apart((file, Node::Jsx(*holder)))) {
            found = ground(facts, &text, holder)?;
        }
        let site = self.site(rendering, file, found.range, None)?;
        // `<table><tbody><Rows /></tbody></table>` of another file: nothing but rows may stand in it.
        let start = self.start(&site, &rendering.trail).ok_or(Why::Form)?;
        let before = start.checked_sub(1).and_then(|at| rendering.trail.get(at)).copied();
        match before.and_then(|before| Some((before, self.element(before)?))) {
            Some((before, fact)) if is_narrow(fact) && before.0 == file && !fact.range.covers(site.range) => {
                Err(Why::Form)
            }
            Some((before, fact)) if is_narrow(fact) && before.0 != file => self.around_narrow(rendering, before),
            _ => Ok(site),
        }
    }

    /// Whether an element stands for a component of the app that counts what it is given, or whose types say how many that is.
    pub(super) fn takes_apart(&self, place: Place) -> bool {
        let types = ["ReactElement", "React.ReactElement", "JSX.Element", "React.JSX.Element", "["];
        let own = ["Children.only(", "Children.map(", "Children.toArray(", "Children.forEach(", "Children.count("];
        let components = self.access.graph.seen.components.get(&place).into_iter().flatten();
        components.into_iter().any(|(file, function)| {
            let text = self.text_of(*file).unwrap_or_default();
            let function = self.access.modules.sources.facts(*file).flow.function(*function);
            let range =
                function.map_or(0..0, |function| function.range.start() as usize..function.range.end() as usize);
            let body = text.get(range).unwrap_or_default();
            let mut typed = text.split("children").skip(1).filter_map(|rest| {
                let rest = rest.strip_prefix('?').unwrap_or(rest);
                rest.strip_prefix(':').map(str::trim_start)
            });
            own.iter().any(|own| body.contains(own))
                || body.contains("children[")
                || typed.any(|rest| types.iter().any(|name| rest.starts_with(name)))
        })
    }

    /// Around an element for running text, in which a component stands that is to be guarded.
    fn around_narrow(&self, rendering: &Rendering, place: Place) -> Result<Site, Why> {
        let (file, Node::Jsx(id)) = place else { return Err(Why::Form) };
        let facts = self.access.modules.sources.facts(file);
        let text = self.text_of(file).ok_or(Why::File)?;
        let inner = facts.elements_with_ids().find(|(_, element)| element.parent == Some(id)).map(|(id, _)| id);
        let found = ground(facts, &text, inner.ok_or(Why::Form)?)?;
        self.site(rendering, file, found.range, None)
    }

    /// Around what the element around a page hands down.
    fn handed_down(&self, rendering: &Rendering) -> Result<Site, Why> {
        let place = self.handing(rendering).ok_or(Why::Handed)?;
        let facts = self.access.modules.sources.facts(place.0);
        let mut handed_by = Some(place);
        let range = match place.1 {
            Node::Child(..) => self.access.range(place).ok_or(Why::Handed)?,
            Node::Call(_) => return Err(Why::Form),
            Node::Jsx(id) => {
                let fact = facts.element(id).ok_or(Why::Form)?;
                let is_outlet = matches!(&fact.tag, Reference::Imported(imported)
                    if imported.export == ImportedName::Named("Outlet".to_owned()));
                let flow = facts.flow.element(id).ok_or(Why::Form)?;
                let handed = flow.children.iter().zip(&flow.ranges);
                let mut handed = handed.filter(|(value, _)| !matches!(value, Value::Element(_)));
                match (is_outlet, handed.next(), handed.next()) {
                    // The element stands for what it shows.
                    (true, _, _) => {
                        handed_by = None;
                        fact.range
                    }
                    (false, Some(_), None) if is_narrow(fact) => {
                        handed_by = None;
                        ground(facts, &self.text_of(place.0).ok_or(Why::File)?, id)?.range
                    }
                    (false, Some((_, range)), None) if !is_router(fact) => *range,
                    _ => return Err(Why::Handed),
                }
            }
        };
        self.site(rendering, place.0, range, handed_by)
    }

    /// The element that hands a page down: the innermost one, unless its component is given more than the page.
    ///
    /// `<Frame><Header />{children}</Frame>`: what Frame hands down is the header as well.
    fn handing(&self, rendering: &Rendering) -> Option<Place> {
        let mut places = rendering.trail.iter().rev().copied();
        let mut found = places.next()?;
        for place in places {
            let is_component = self.access.graph.seen.components.contains_key(&place);
            if place.0 == found.0 || !is_component {
                continue;
            }
            let (file, Node::Jsx(id)) = place else { break };
            let flow = self.access.modules.sources.facts(file).flow.element(id)?;
            if flow.children.len() > 1 {
                found = place;
            }
        }
        Some(found)
    }

    fn site(
        &self,
        rendering: &Rendering,
        file: FileId,
        range: TextRange,
        handed_by: Option<Place>,
    ) -> Result<Site, Why> {
        if !self.may_change(file) {
            return Err(Why::File);
        }
        let queries = self.private.get(&rendering.component).cloned().unwrap_or_default();
        let site = Site {
            file,
            range,
            is_gated: false,
            consumers: BTreeMap::from([(rendering.component, queries)]),
            ways: BTreeSet::from([way(
                self.access,
                rendering.root,
                &rendering.branches,
                &rendering.trail,
                (file, range),
            )]),
            depth: rendering.trail.len(),
            handed_by,
            is_by_clerk: rendering.above.iter().any(|above| above.provider == Provider::Gate(Gate::ByClerk)),
        };
        Ok(site)
    }

    /// Whether a gate may stand at a place, as far as one rendering is concerned.
    pub(super) fn check(&self, site: &Site, rendering: &Rendering) -> Result<(), Why> {
        let facts = self.access.modules.sources.facts(site.file);
        let element = facts.elements.iter().find(|element| element.range == site.range);
        if site.handed_by.is_none() && element.is_some_and(is_forbidden) {
            return Err(Why::Forbidden);
        }
        let start = self.start(site, &rendering.trail).ok_or(Why::Form)?;
        let provider = rendering.above.iter().find(|above| above.provider == Provider::WithClerk);
        let at = provider.and_then(|above| rendering.trail.iter().position(|place| *place == above.place));
        if at.is_none_or(|at| at >= start) {
            return Err(Why::Outside);
        }
        if self.hides_a_page(site) {
            return Err(if rendering.by.is_none() { Why::IsPage } else { Why::HidesPages });
        }
        Ok(())
    }

    /// How many elements of a way down stand around a place; `None` where the way does not lead through it.
    pub(super) fn start(&self, site: &Site, trail: &[Place]) -> Option<usize> {
        if let Some(by) = site.handed_by {
            let at = trail.iter().position(|place| *place == by)? + 1;
            let is_beside = |place: &&Place| {
                let range = self.access.range(**place);
                let around = self.access.range(by);
                let is_in = range.zip(around).is_some_and(|(range, around)| around.covers(range));
                place.0 == by.0 && is_in && !range.is_some_and(|range| site.range.covers(range))
            };
            return trail.get(at).filter(is_beside).is_none().then_some(at);
        }
        let is_in = |place: &Place| {
            place.0 == site.file && self.access.range(*place).is_some_and(|range| site.range.covers(range))
        };
        trail.iter().position(is_in)
    }

    /// How far down a way stands something that is rendered in more places than were gone to.
    fn cut(&self, rendering: &Rendering) -> Option<usize> {
        let seen = &self.access.graph.seen;
        let is_cut = |place: &Place| {
            seen.components.get(place).is_some_and(|all| all.iter().any(|component| seen.cut.contains(component)))
        };
        if seen.cut.is_empty() { None } else { rendering.trail.iter().rposition(is_cut) }
    }

    /// Whether a site is around a rendering on whatever way: not around what a way was `cut` at.
    fn covers_all(&self, site: &Site, rendering: &Rendering, cut: Option<usize>) -> bool {
        self.start(site, &rendering.trail).is_some_and(|start| cut.is_none_or(|cut| start > cut))
    }

    fn covers(&self, site: &Site, rendering: &Rendering) -> bool {
        self.start(site, &rendering.trail).is_some()
    }

    /// Whether a gate would hide a page that uses nothing private.
    fn hides_a_page(&self, site: &Site) -> bool {
        let key = (site.file, site.range, site.handed_by);
        if let Some(known) = self.hiding.borrow().get(&key) {
            return *known;
        }
        let found = self.hides_any(site);
        self.hiding.borrow_mut().insert(key, found);
        found
    }

    fn hides_any(&self, site: &Site) -> bool {
        let mut hidden = self.leaves.iter().filter(|page| self.start(site, &page.trail).is_some());
        hidden.any(|page| !self.private_routes.contains(page.branches.as_slice()))
    }

    /// Ground of its own for each of some ranges, all in one file.
    pub(super) fn child_of(&self, file: FileId, ground: Ground) -> Option<(usize, TextRange)> {
        child_at(self.access.modules.sources.facts(file), ground.holder?, ground.range)
    }

    /// What stands between two ranges of a file.
    pub(super) fn between(&self, file: FileId, from: TextRange, to: TextRange) -> String {
        let text = self.text_of(file).unwrap_or_default();
        text.get(from.end() as usize..to.start() as usize).unwrap_or("?").to_owned()
    }

    /// The renderings that lead through a place and that it is to guard.
    pub(super) fn through(&self, site: &Site) -> Vec<&Rendering> {
        let near = self.by_file.get(&site.file).into_iter().flatten();
        near.filter(|rendering| self.covers(site, rendering)).copied().collect()
    }
}

/// Whether which component an element stands for is said by what its own component is given.
fn is_argument(facts: &FileFacts, id: JsxId) -> bool {
    fn of(facts: &FileFacts, value: &Value, followed: u8) -> bool {
        match value {
            Value::Argument(..) => true,
            Value::Member(object, _) | Value::Item(object) => of(facts, object, followed),
            Value::OneOf(values) => values.iter().any(|value| of(facts, value, followed)),
            Value::Variable(id) if followed < 8 => {
                facts.flow.variable(*id).iter().any(|value| of(facts, value, followed + 1))
            }
            _ => false,
        }
    }
    facts.flow.element(id).and_then(|flow| flow.tag.as_ref()).is_some_and(|tag| of(facts, tag, 0))
}

/// Whether an element is handed to `cloneElement`, which has to get the element itself.
fn is_cloned(facts: &FileFacts, id: JsxId) -> bool {
    let is_it = |value: &Value| match value {
        Value::Variable(variable) => facts.flow.variable(*variable).contains(&Value::Element(id)),
        value => *value == Value::Element(id),
    };
    let clones = |callee: &Value| match callee {
        Value::Imported(imported) => imported.export == ImportedName::Named("cloneElement".to_owned()),
        Value::Member(_, name) => name == "cloneElement",
        _ => false,
    };
    facts.flow.calls.iter().any(|call| clones(&call.callee) && call.arguments.first().is_some_and(is_it))
}

pub(super) fn same(one: &Site, other: &Site) -> bool {
    (one.file, one.range) == (other.file, other.range)
}

/// Sites at the same place are one.
pub(super) fn together(sites: impl Iterator<Item = Site>) -> Vec<Site> {
    let mut found: Vec<Site> = Vec::new();
    for site in sites {
        match found.iter_mut().find(|known| same(known, &site)) {
            Some(known) => known.take(site),
            None => found.push(site),
        }
    }
    found
}

impl Site {
    /// Takes over what another one is about.
    pub(super) fn take(&mut self, other: Self) {
        self.consumers.extend(other.consumers);
        self.ways.extend(other.ways);
        self.depth = self.depth.min(other.depth);
        self.is_by_clerk &= other.is_by_clerk;
    }
}
