//! The proof of gates: the app is read again as it would become, and walked down from its roots.

use std::collections::BTreeSet;

use change::{Location, RelPath};

use super::Ungated;
use crate::access::{Access, Private};
use crate::graph::sightings::Component;
use crate::known::{Gate, Provider};

/// Compares an app before its gates and with them: the providers are where they were, no gate stands outside of Convex's, and what
/// subscribes to private queries is guarded on every way, but for what was said to be `ungated`; `None` where that is not what the gates are
/// about.
///
/// # Errors
/// The file of what is not guarded, if it is that.
pub(crate) fn prove(
    before: &Access<'_>,
    after: &Access<'_>,
    private: Private,
    ungated: Option<&[Ungated]>,
) -> Result<(), Option<Location>> {
    if after.graph.is_exhausted || providers(before) != providers(after) {
        return Err(None);
    }
    let is_gate =
        |provider: Provider| matches!(provider, Provider::Gate(gate) if gate != Gate::ByClerk && gate != Gate::SignIn);
    let outside = after
        .graph
        .sightings
        .iter()
        .filter(|sighting| is_gate(sighting.provider))
        .find(|sighting| !sighting.above.iter().any(|above| above.provider == Provider::WithClerk));
    if let Some(sighting) = outside
        && !before.graph.sightings.iter().any(|known| known.provider == sighting.provider)
    {
        return Err(Some(Location::file(after.modules.sources.path(sighting.place.0).clone())));
    }
    let Some(ungated) = ungated else { return Ok(()) };
    let known: BTreeSet<_> = ungated.iter().map(|ungated| named(before, ungated.component)).collect();
    let to_guard = after.to_guard(private);
    let mut renderings = after.graph.seen.renderings.iter();
    let lost = renderings.find(|rendering| {
        to_guard.contains_key(&rendering.component)
            && !after.is_guarded(rendering)
            && !known.contains(&named(after, rendering.component))
    });
    match lost {
        Some(rendering) => Err(Some(Location::file(after.modules.sources.path(rendering.component.0).clone()))),
        None => Ok(()),
    }
}

/// The providers on the ways down, by their files.
fn providers(access: &Access<'_>) -> Vec<(RelPath, bool)> {
    let sightings = access.graph.sightings.iter();
    let providers = sightings.filter(|sighting| !matches!(sighting.provider, Provider::Gate(_)));
    providers.map(|sighting| (access.modules.sources.path(sighting.place.0).clone(), sighting.is_certain)).collect()
}

/// A component in a way that does not change with its file.
fn named<'a>(access: &Access<'a>, component: Component) -> (RelPath, Option<&'a str>) {
    (access.modules.sources.path(component.0).clone(), access.name(component))
}
