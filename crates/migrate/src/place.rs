//! Where ClerkProvider goes: around the Convex provider, inside `<body>` of a root layout, or around what `_app` renders.

use std::collections::{BTreeMap, BTreeSet};

use change::{Location, RelPath};

use crate::graph::render::{Place, Sighting, common};
use crate::graph::roots::{ClerkPlace, PageData};
use crate::graph::sources::FileId;
use crate::refusal::{Refusal, RefusalReason};
use crate::screens;
use crate::survey::Survey;
use crate::wiring::refuse;

/// Where ClerkProvider goes below a root.
pub(crate) fn under(survey: &Survey<'_>, root: usize) -> ClerkPlace {
    survey.roots.live.get(root).map_or(ClerkPlace::AroundConvex, |root| root.place)
}

/// Where ClerkProvider goes in an app that has none around, root by root.
pub(crate) fn places_around(
    survey: &Survey<'_>,
    swaps: &[Place],
    sightings: &[&Sighting],
) -> Result<BTreeMap<Place, ClerkPlace>, Refusal> {
    let mut found = BTreeMap::new();
    for lost in swaps.iter().filter(|place| survey.graph.of(**place).next().is_none()) {
        if survey.roots.live.iter().any(|root| root.place != ClerkPlace::AroundConvex) {
            let message = "where this provider is rendered could not be followed";
            return refuse(survey, RefusalReason::UnprovenForm, message, *lost);
        }
        found.insert(*lost, ClerkPlace::AroundConvex);
    }
    let roots: BTreeSet<usize> = sightings.iter().map(|sighting| sighting.root).collect();
    is_all_seen(survey, &roots)?;
    for root in roots {
        let own = sightings.iter().filter(|sighting| sighting.root == root);
        let ways: BTreeSet<Vec<Place>> =
            own.map(|sighting| sighting.trail.iter().copied().chain([sighting.place]).collect()).collect();
        let kind = under(survey, root);
        let places = match kind {
            ClerkPlace::AroundConvex => match screens::around_all(survey, &ways) {
                Some(navigators) => navigators,
                None => around_convex(survey, &ways)?,
            },
            ClerkPlace::InBody { only } => in_body(survey, &ways, only)?,
            ClerkPlace::AroundPage(data) => {
                // Next.js gives its pages what `_app` may render in many ways: there ClerkProvider is around all of it.
                let loads = data != PageData::PageProps;
                around_page(survey, sightings.iter().filter(|sighting| sighting.root == root), loads)?
            }
            ClerkPlace::Nowhere => {
                let message = "no file of the framework stands around what is rendered here, in which ClerkProvider could be; for pages of Next.js it is `_app`";
                let place = ways.first().and_then(|way| way.last()).copied();
                return place.map_or(Ok(found), |place| refuse(survey, RefusalReason::NoEntry, message, place));
            }
        };
        found.extend(places.into_iter().map(|place| (place, kind)));
    }
    Ok(found)
}

/// Refuses an app of which a root gets no ClerkProvider, while something that can't be followed may render Convex below it: what is around
/// the documents of a framework is not around the provider itself.
fn is_all_seen(survey: &Survey<'_>, roots: &BTreeSet<usize>) -> Result<(), Refusal> {
    let is_apart = |place: ClerkPlace| place != ClerkPlace::AroundConvex;
    if !roots.iter().any(|root| is_apart(under(survey, *root))) {
        return Ok(());
    }
    let bare =
        survey.roots.live.iter().enumerate().filter(|(index, root)| is_apart(root.place) && !roots.contains(index));
    for (_, root) in bare {
        let files = root.files();
        let folder = survey.path(root.file).folder();
        let may_render = |(file, what): &&(FileId, String)| {
            let is_route =
                RelPath::new(what.as_str()).is_ok_and(|path| path.extension() == "mdx" && path.is_in(folder));
            is_route || survey.modules.leads(&files, *file)
        };
        if let Some((file, what)) = survey.roots.reach.opened_by().iter().find(may_render) {
            let message = format!(
                "what `{what}` renders could not be followed, and {} gets no ClerkProvider",
                survey.path(root.file)
            );
            let location = Location::file(survey.path(*file).clone());
            return Err(Refusal::new(RefusalReason::ClerkElsewhere, message, Some(location)));
        }
    }
    Ok(())
}

/// Around the child of `<body>` that leads to Convex: what all ways have in common there.
///
/// ```tsx
/// <body>
///   <Header />
///   <ClerkProvider>{children}</ClerkProvider>
/// </body>
/// ```
fn in_body(survey: &Survey<'_>, ways: &BTreeSet<Vec<Place>>, only: bool) -> Result<BTreeSet<Place>, Refusal> {
    let is_tag = |place: &Place, name: &str| {
        survey.jsx(*place).is_some_and(|fact| matches!(&fact.tag, syntax::Reference::Html(tag) if tag == name))
    };
    let shared = common(ways.iter().map(Vec::as_slice));
    let Some(last) = ways.first().and_then(|way| way.last()).copied() else { return Ok(BTreeSet::new()) };
    let body = shared.iter().rposition(|place| is_tag(place, "body"));
    let in_own = |way: &Vec<Place>| {
        let body = way.iter().rposition(|place| is_tag(place, "body"))?;
        way.get(body + 1).copied()
    };
    if body.is_none() && ways.len() > 1 {
        // `if (!session) return <html>…</html>; return <html>…</html>;`: a document each.
        let own: Option<BTreeSet<Place>> = ways.iter().map(in_own).collect();
        let apart: BTreeSet<Place> = ways.iter().filter_map(|way| way.get(shared.len()).copied()).collect();
        let is_one_at_a_time = apart.iter().all(|place| is_tag(place, "html"));
        let can = |place: &Place| survey.child(*place).is_some() || can_be_wrapped(survey, *place);
        if let Some(own) = own.filter(|own| is_one_at_a_time && own.iter().all(can)) {
            return Ok(own);
        }
    }
    let place = match body {
        Some(body) => shared.get(body + 1),
        // `<Providers><html>…`: what is around the document is around all that is in it.
        None if ways.iter().flatten().any(|place| is_tag(place, "body") || is_tag(place, "html")) => None,
        None if only => {
            let message =
                "it is rendered around the document; with Cache Components ClerkProvider has to be inside `<body>`";
            return refuse(survey, RefusalReason::ClerkElsewhere, message, last);
        }
        None => shared.first(),
    };
    match place {
        Some(place) if survey.child(*place).is_some() || can_be_wrapped(survey, *place) => Ok(BTreeSet::from([*place])),
        Some(place) => {
            let message = "ClerkProvider would have to stand around this, which is no element of the app's own";
            refuse(survey, RefusalReason::UnprovenForm, message, *place)
        }
        None => {
            let message = "the ways down to Convex part at `<body>`: no one child of it could hold ClerkProvider";
            refuse(survey, RefusalReason::SeveralProviders, message, last)
        }
    }
}

/// Around what the page, `_app` or `App` of app/root.tsx, renders on the way to Convex: one element, or one of each of its alternatives.
fn around_page<'s>(
    survey: &Survey<'_>,
    sightings: impl Iterator<Item = &'s &'s Sighting>,
    loads: bool,
) -> Result<BTreeSet<Place>, Refusal> {
    let (mut first, mut nearest) = (BTreeSet::new(), BTreeSet::new());
    for sighting in sightings {
        let Some(page) = sighting.page else {
            let message = "ConvexProvider is rendered around the page, in what also shows errors: there ClerkProvider has no data of the session; render it in the default export of the root";
            return refuse(survey, RefusalReason::OutsidePage, message, sighting.place);
        };
        let way: Vec<Place> = sighting.trail.iter().skip(page).chain([&sighting.place]).copied().collect();
        first.extend(way.first());
        nearest.extend(in_page(survey, &way));
    }
    if let (true, Some(nearest)) = (loads && nearest.len() == 1, nearest.first())
        && can_be_wrapped(survey, *nearest)
    {
        return Ok(BTreeSet::from([*nearest]));
    }
    let always = first.iter().filter(|place| !survey.jsx(**place).is_some_and(|fact| fact.is_conditional)).count();
    let is_one = first.len() == 1 || always <= 1;
    match first.iter().find(|place| !can_be_wrapped(survey, **place)).or(first.last()) {
        Some(place) if !is_one || !can_be_wrapped(survey, *place) => {
            let message = "what the page renders here is no one element that could hold ClerkProvider";
            refuse(survey, RefusalReason::SeveralProviders, message, *place)
        }
        _ => Ok(first),
    }
}

/// The last element on a way that the page's own component writes: the provider itself, or what leads to it.
fn in_page(survey: &Survey<'_>, way: &[Place]) -> Option<Place> {
    let owner = |place: &Place| survey.jsx(*place).map(|fact| (place.0, fact.owner));
    let page = owner(way.first()?)?;
    way.iter().rev().find(|place| owner(place) == Some(page)).copied()
}

/// Around the plain provider if there is one at a time; else around the nearest element that all have in common, so that there is one of it
/// as well. Each way ends with the provider.
fn around_convex(survey: &Survey<'_>, ways: &BTreeSet<Vec<Place>>) -> Result<BTreeSet<Place>, Refusal> {
    let providers: BTreeSet<Place> = ways.iter().filter_map(|way| way.last().copied()).collect();
    // What is rendered in a list is there more than once, and has to keep its key.
    let is_single = |place: &&Place| survey.attribute(**place, "key").is_none();
    let single: Vec<Vec<Place>> = ways.iter().map(|way| way.iter().take_while(is_single).copied().collect()).collect();
    let is_listed = single.iter().zip(ways).any(|(single, way)| single.len() < way.len());
    let shared = common(single.iter().map(Vec::as_slice));
    let one_page_at_a_time = shared.last().is_some_and(|place| is_router(survey, *place));
    if !is_listed && (ways.len() == 1 || (providers.len() == 1 && one_page_at_a_time)) {
        return Ok(providers);
    }
    // What stands within itself, as components that render each other do, would put ClerkProvider within itself.
    let is_within_itself =
        |place: &Place| ways.iter().any(|way| way.iter().filter(|other| *other == place).count() > 1);
    let may_hold = |place: &&Place| can_be_wrapped(survey, **place) && !is_within_itself(place);
    if let Some(nearest) = shared.iter().rev().find(may_hold) {
        return Ok(BTreeSet::from([*nearest]));
    }
    let apart = ways.iter().filter_map(|way| way.get(shared.len()));
    let always = apart.filter(|place| !survey.jsx(**place).is_some_and(|fact| fact.is_conditional)).count();
    match providers.last() {
        Some(last) if is_listed || always > 1 => {
            let message = "providers are there at the same time, and no element that could hold ClerkProvider stands around all of them; a fragment is none";
            refuse(survey, RefusalReason::SeveralProviders, message, *last)
        }
        _ => Ok(providers),
    }
}

/// Whether an element shows one of its pages at a time.
fn is_router(survey: &Survey<'_>, place: Place) -> bool {
    let Some(syntax::Reference::Imported(imported)) = survey.jsx(place).map(|fact| &fact.tag) else { return false };
    let names = ["Routes", "Switch", "RouterProvider", "Outlet"];
    matches!(&imported.export, change::ImportedName::Named(name) if names.contains(&name.as_str()))
}

/// Whether an element may have another around it: a route stands only in its router, and the app's own code is all that is changed.
pub(crate) fn can_be_wrapped(survey: &Survey<'_>, place: Place) -> bool {
    let Some(fact) = survey.jsx(place) else { return false };
    let name = match &fact.tag {
        syntax::Reference::Imported(imported) => match &imported.export {
            change::ImportedName::Named(name) => name.as_str(),
            _ => "",
        },
        _ => "",
    };
    survey.workspace.package_of(survey.path(place.0)) == Some(survey.app.id.folder()) && name != "Route"
}
