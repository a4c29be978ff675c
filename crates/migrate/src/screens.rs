//! Screens of a native app: what a navigator shows comes and goes, and may be there several times.
//!
//! ```tsx
//! <Stack />      // app/_layout.tsx: what is pushed stands on what was there; app/room/[id].tsx is there once for each room
//! <Tabs />       // every tab stays, once it was shown
//! ```
//! <https://docs.expo.dev/router/basics/layout/>

use std::collections::BTreeSet;

use change::ImportedName;
use syntax::Reference;

use crate::graph::render::Place;
use crate::graph::roots::{ClerkPlace, Rendered};
use crate::graph::sources::PLATFORMS;
use crate::known::is_outlet;
use crate::place::can_be_wrapped;
use crate::refusal::{Refusal, RefusalReason};
use crate::survey::Survey;
use crate::wiring::refuse;

/// The navigators of expo-router that keep what they have shown.
const KEEPING: [&str; 4] = ["Tabs", "Drawer", "NativeTabs", "TabSlot"];

/// The name of the navigator that an element is.
fn navigator<'s>(survey: &Survey<'s>, place: Place) -> Option<&'s str> {
    let Reference::Imported(imported) = &survey.jsx(place)?.tag else { return None };
    let is_native = imported.module.starts_with("expo-router");
    match &imported.export {
        ImportedName::Named(name) if is_native && is_outlet(&imported.module, &imported.export) => Some(name),
        ImportedName::Default if is_native && is_outlet(&imported.module, &imported.export) => Some("NativeTabs"),
        _ => None,
    }
}

/// The outermost navigators, where every way down to Convex leads through one: ClerkProvider belongs around them, so that it is there on every
/// screen, and stays.
pub(crate) fn around_all(survey: &Survey<'_>, ways: &BTreeSet<Vec<Place>>) -> Option<BTreeSet<Place>> {
    let outermost = |way: &Vec<Place>| way.iter().find(|place| navigator(survey, **place).is_some()).copied();
    let found: BTreeSet<Place> = ways.iter().map(outermost).collect::<Option<_>>()?;
    // Several are alternatives: of a layout for each platform, or of a condition.
    let always = found.iter().filter(|place| !survey.jsx(**place).is_some_and(|fact| fact.is_conditional)).count();
    let files: BTreeSet<_> = found.iter().map(|place| place.0).collect();
    let is_one = found.len() == 1 || always == 0 || files.len() == found.len();
    (is_one && found.iter().all(|place| can_be_wrapped(survey, *place))).then_some(found)
}

/// Refuses providers that are there several times, or come and go beside others: the first that goes takes the session from the client that
/// the others have.
pub(crate) fn are_single(survey: &Survey<'_>, live: &[Place]) -> Result<(), Refusal> {
    for place in live {
        let mut screens = 0;
        for sighting in survey.graph.of(*place) {
            let Some(inside) = sighting.trail.iter().position(|place| navigator(survey, *place).is_some()) else {
                continue;
            };
            // `<Stack screenLayout={({ children }) => <ConvexProvider …>} />`: one around each screen.
            let is_within = |around: &Place| {
                let ranges = survey.range(*around).zip(survey.range(*place));
                around.0 == place.0 && ranges.is_some_and(|(around, own)| around.covers(own))
            };
            let mut names = sighting.trail.iter().filter_map(|place| navigator(survey, *place));
            screens += usize::from(names.next_back().is_some_and(|name| !KEEPING.contains(&name)));
            let is_around_each = sighting.trail.get(inside).is_some_and(is_within) || screens > 1;
            let mut files = sighting.trail.iter().skip(inside + 1).chain([place]).map(|place| survey.path(place.0));
            if is_around_each || files.any(|path| path.as_str().contains('[')) {
                let message = "this provider is on a screen that may be there several times at once: put it into the layout around";
                return refuse(survey, RefusalReason::SeveralProviders, message, *place);
            }
        }
    }
    let stems: BTreeSet<String> = live.iter().map(|place| stem(survey, *place)).collect();
    if stems.len() < 2 {
        return Ok(());
    }
    let comes_and_goes = |place: &&Place| {
        survey.graph.of(**place).any(|sighting| {
            let mut names = sighting.trail.iter().filter_map(|place| navigator(survey, *place));
            names.next_back().is_some_and(|name| !KEEPING.contains(&name))
        })
    };
    let is_route = |place: &&Place| {
        survey.graph.of(**place).any(|sighting| {
            let root = survey.roots.live.get(sighting.root);
            root.is_some_and(|root| matches!(root.what, Rendered::Route(_)) && root.place == ClerkPlace::AroundConvex)
        })
    };
    let roots: BTreeSet<usize> =
        live.iter().filter(is_route).flat_map(|place| survey.graph.of(*place).map(|sighting| sighting.root)).collect();
    let apart = live.iter().find(comes_and_goes).or_else(|| live.iter().find(|_| roots.len() > 1));
    match apart {
        Some(place) => {
            let message = "this provider comes and goes with its screen, beside others: the first that goes takes the session from their client; put one into the layout around";
            refuse(survey, RefusalReason::SeveralProviders, message, *place)
        }
        None => Ok(()),
    }
}

/// The path of a file without its ending and platform: `app/_layout` of app/_layout.web.tsx.
fn stem(survey: &Survey<'_>, place: Place) -> String {
    let path = survey.path(place.0);
    let parts = path.file_name().split('.').filter(|part| !PLATFORMS.contains(part));
    format!("{}/{}", path.folder(), parts.into_iter().next().unwrap_or_default())
}
