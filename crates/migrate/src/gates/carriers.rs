//! Which gates show something to those who are not signed in: of those that one page can show together, the outermost first one.

use std::collections::BTreeSet;

use super::Site;
use super::steps::signs_out;
use crate::access::Access;
use crate::graph::sightings::{Branch, are_together};
use crate::known::{Gate, Provider, is_clerk_module};
use change::ImportedName;
use syntax::Reference;

/// What a gate carries besides what it guards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Carrying {
    /// What is shown while it is not known who is signed in, and to those who are not.
    pub(crate) instead: bool,
    /// The way out, first inside.
    pub(crate) way_out: bool,
    /// The gate that shows what this one does not.
    pub(crate) with: Option<usize>,
}

/// What each of some sites carries; those that are gated already and carry nothing are dropped. They come outermost first.
pub(crate) fn carriers(access: &Access<'_>, mut sites: Vec<Site>) -> Vec<(Site, Carrying)> {
    sites.sort_by_key(|site| (site.depth, access.modules.sources.path(site.file).clone(), site.range));
    let there = there(access);
    let mut found: Vec<(Site, Carrying)> = Vec::new();
    for site in sites {
        let is_served = |way: &Vec<Branch>| there.iter().any(|other| are_together(way, other));
        let serves = |(other, carrying): &(Site, Carrying), way: &Vec<Branch>| {
            carrying.instead && other.ways.iter().any(|other| are_together(way, other))
        };
        let with = site.ways.iter().find_map(|way| found.iter().position(|other| serves(other, way)));
        let instead = site.ways.iter().any(|way| !is_served(way) && !found.iter().any(|other| serves(other, way)));
        if instead || !site.is_gated {
            found.push((site, Carrying { instead, way_out: false, with: with.filter(|_| !instead) }));
        }
    }
    if !has_way_out(access) {
        // A gate that is there stays as it is. Of several pages the first by its path, layouts before.
        let order = |(site, carrying): &(Site, Carrying)| {
            let routes = site.ways.iter().map(Vec::len).min();
            (!carrying.instead, routes, access.modules.sources.path(site.file).clone(), site.range)
        };
        let first = found.iter_mut().filter(|(site, _)| !site.is_gated).min_by_key(|known| order(known));
        if let Some((_, carrying)) = first {
            carrying.way_out = true;
        }
    }
    found
}

/// The routes on which something is shown to those who are not signed in already.
fn there(access: &Access<'_>) -> BTreeSet<Vec<Branch>> {
    let shows = [Provider::Gate(Gate::Unauthenticated), Provider::Gate(Gate::SignIn)];
    let sightings = access.graph.sightings.iter().filter(|sighting| shows.contains(&sighting.provider));
    sightings.map(|sighting| sighting.branches.clone()).collect()
}

/// Whether the app lets people sign out already.
fn has_way_out(access: &Access<'_>) -> bool {
    access.modules.sources.ids().any(|file| {
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
