//! Which gates show something to those who are not signed in: of those that one page can show together, the outermost first one.

use change::{ImportedName, TextRange};
use syntax::Reference;

use super::sites::Sites;
use super::steps::signs_out;
use super::ways::way;
use super::{Site, Way};
use crate::access::Access;
use crate::graph::sightings::{Above, Place, Sighting};
use crate::known::{Gate, Provider, is_clerk_module};

/// What a gate carries besides what it guards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Carrying {
    /// What is shown to those who are not signed in.
    pub(crate) instead: bool,
    /// What is shown while it is not known who is.
    pub(crate) loading: bool,
    /// The way out, first inside.
    pub(crate) way_out: bool,
    /// The gate that shows what this one does not.
    pub(crate) with: Option<usize>,
}

impl Carrying {
    /// The gate alone.
    pub(crate) const ALONE: Self = Self { instead: false, loading: false, way_out: false, with: None };
}

/// What each of some sites carries; those that are gated already and carry nothing are dropped. They come outermost first.
///
/// What a carrier shows has to be there whenever the gates are that show nothing themselves: it is on their route or one around, and under no
/// condition that they are not under. Where a gate may be there several times, what is shown instead goes before all of them.
pub(crate) fn carriers(sites: &Sites<'_, '_>, mut planned: Vec<Site>) -> Vec<(Site, Carrying)> {
    let access = sites.access;
    let least = |site: &Site| site.ways.iter().map(|way| (way.branches.len(), way.conditions.len())).min();
    // One that is there on more ways serves more.
    let ways = |site: &Site| std::cmp::Reverse(site.ways.len());
    let is_handed = |site: &Site| site.ways.iter().all(Way::is_handed);
    planned.sort_by_key(|site| {
        (
            is_handed(site),
            least(site),
            ways(site),
            site.depth,
            access.modules.sources.path(site.file).clone(),
            site.range,
        )
    });
    let shown = there(sites, &planned, &[Gate::Unauthenticated, Gate::SignIn]);
    let loading = there(sites, &planned, &[Gate::AuthLoading]);
    let mut found: Vec<(Site, Carrying)> = Vec::new();
    for site in planned {
        let serves = |(other, carrying): &(Site, Carrying), way: &Way| {
            carrying.instead && other.ways.iter().any(|other| other.is_there_with(way))
        };
        // A menu that somebody opens: the pages beside it say what is there instead.
        let is_beside = |(other, carrying): &(Site, Carrying), way: &Way| {
            let is_deeper = |other: &Way| other.root == way.root && other.branches.starts_with(&way.branches);
            way.is_handed() && carrying.instead && !is_handed(other) && other.ways.iter().any(is_deeper)
        };
        let is_served = |way: &Way| shown.iter().any(|other| other.is_there_with(way));
        let serves = |other: &(Site, Carrying), way: &Way| serves(other, way) || is_beside(other, way);
        let with = site.ways.iter().find_map(|way| found.iter().position(|other| serves(other, way)));
        let instead = !site.is_by_clerk
            && site.ways.iter().any(|way| !is_served(way) && !found.iter().any(|other| serves(other, way)));
        let is_waiting = !site.ways.iter().any(|way| loading.iter().any(|other| other.is_there_with(way)));
        let carrying =
            Carrying { instead, loading: instead && is_waiting, with: with.filter(|_| !instead), ..Carrying::ALONE };
        match sites.lifted(&site).filter(|_| instead && !site.is_gated) {
            Some(lifted) => {
                found.push((lifted, carrying));
                found.push((site, Carrying { with: Some(found.len() - 1), ..Carrying::ALONE }));
            }
            None if instead || !site.is_gated => found.push((site, carrying)),
            None => {}
        }
    }
    if !has_way_out(access) {
        // Rather in a gate that comes than beside others. Of several pages the first by its path, layouts before.
        let order = |(site, carrying): &(Site, Carrying)| {
            let routes = site.ways.iter().map(|way| way.branches.len()).min();
            (site.is_gated, !carrying.instead, routes, access.modules.sources.path(site.file).clone(), site.range)
        };
        let is_once = |(site, carrying): &(Site, Carrying)| match site.is_gated {
            true => carrying.instead && site.consumers.is_empty(),
            false => sites.lifted(site).is_none(),
        };
        let mut indexes: Vec<usize> = (0..found.len()).collect();
        indexes.sort_by_key(|index| found.get(*index).map(order));
        let first = indexes.into_iter().find(|index| found.get(*index).is_some_and(is_once));
        if let Some((_, carrying)) = first.and_then(|index| found.get_mut(index)) {
            carrying.way_out = true;
        }
    }
    found
}

/// The ways on which the app shows something to those who are not signed in already, outside of the gates that it gets.
fn there(sites: &Sites<'_, '_>, planned: &[Site], gates: &[Gate]) -> Vec<Way> {
    let access = sites.access;
    let shows = |provider| gates.iter().any(|gate| provider == Provider::Gate(*gate));
    let sightings = access.graph.sightings.iter().filter(|sighting| shows(sighting.provider));
    let is_open = |sighting: &&Sighting| {
        let is_private = |above: &Above| above.provider == Provider::Gate(Gate::Authenticated);
        let trail: Vec<Place> = sighting.trail.iter().copied().chain([sighting.place]).collect();
        !sighting.above.iter().any(is_private)
            && !planned.iter().any(|site| !site.is_gated && sites.start(site, &trail).is_some())
    };
    let way = |sighting: &Sighting| {
        let trail: Vec<Place> = sighting.trail.iter().copied().chain([sighting.place]).collect();
        let range = access.range(sighting.place).unwrap_or(TextRange::empty(0));
        way(access, sighting.root, &sighting.branches, &trail, (sighting.place.0, range))
    };
    sightings.filter(is_open).map(way).collect()
}

/// Whether the app lets people sign out already.
fn has_way_out(access: &Access<'_>) -> bool {
    access.modules.sources.leading().any(|file| {
        let facts = access.modules.sources.facts(file);
        let by_element = facts.elements.iter().any(|element| match &element.tag {
            Reference::Imported(imported) => {
                let name = &imported.export;
                let is_one = |wanted: &str| *name == ImportedName::Named(wanted.to_owned());
                is_clerk_module(&imported.module)
                    && ["UserButton", "SignOutButton", "UserProfile"].into_iter().any(is_one)
            }
            _ => false,
        });
        by_element || signs_out(facts)
    })
}
