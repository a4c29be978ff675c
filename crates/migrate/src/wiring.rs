//! What has to become of an app's providers so that each Convex provider has exactly one ClerkProvider around it, on every way down.

use std::collections::{BTreeMap, BTreeSet};

use syntax::Via;

use crate::added::{Client, Inner};
use crate::boundary::client_files;
use crate::graph::evaluate::{callee_name, is_compiled_jsx};
use crate::graph::render::{Node, Place, Sighting};
use crate::graph::roots::ClerkPlace;
use crate::graph::sources::FileId;
use crate::known::{Provider, may_have_provider};
use crate::place;
use crate::refusal::{Refusal, RefusalReason};
use crate::screens;
use crate::survey::{ON_CLERK, Survey, is_spread};

/// What is to be done.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    /// Plain providers that become the one for Clerk.
    pub(crate) swaps: BTreeSet<Place>,
    /// Elements that get a ClerkProvider around them, and what it is given there; a plain provider may be among them.
    pub(crate) wraps: BTreeMap<Place, ClerkPlace>,
    /// ClerkProviders that stand inside a plain provider and change places with it.
    pub(crate) moves: BTreeMap<Place, Place>,
    /// Elements that get the provider for Clerk around them too, and what its client is: the plain one further out stays.
    pub(crate) adds: BTreeMap<Place, Client>,
    /// Files that become client files.
    pub(crate) directives: BTreeSet<FileId>,
    /// Plain providers that stay, around what is added.
    pub(crate) kept: Vec<Place>,
    /// The package of the ClerkProvider that is there; `None` where there is none.
    pub(crate) sdk: Option<String>,
}

/// Why a plain provider around the pages stays.
pub(crate) const STAYS_AROUND: &str = "this plain provider stays around all pages, where ClerkProvider can't be: within it stands ConvexProviderWithClerk";

/// What is decided of an app.
pub(crate) enum Decision {
    /// Its providers change.
    Change(Targets),
    /// Nothing changes, and why; plain providers that stay are named.
    Keep { why: &'static str, kept: Vec<(Place, &'static str)> },
}

/// Decides what becomes of the providers.
///
/// # Errors
/// A refusal where what is there can't be proven, or where no change would put one ClerkProvider on every way.
pub(crate) fn decide(survey: &Survey<'_>, inner: Option<Inner>) -> Result<Decision, Refusal> {
    let mut live = survey.live_plain();
    let with_clerk: Vec<Place> = survey.places(Provider::WithClerk).collect();
    if !with_clerk.is_empty() && live.is_empty() {
        let unused = "no root renders this plain provider";
        let kept = survey.dead_plain().into_iter().map(|place| (place, unused)).collect();
        return Ok(Decision::Keep { why: ON_CLERK, kept });
    }
    if let Some(kept) = beside_clerk(survey, &mut live, inner)? {
        return Ok(Decision::Keep { why: ON_CLERK, kept });
    }
    survey.no_other_auth()?;
    if !live.is_empty() {
        survey.is_recent()?;
    }
    forms(survey, &live)?;
    if live.is_empty() {
        let unused = "no root renders this plain provider";
        let kept = survey.dead_plain().into_iter().map(|place| (place, unused)).collect();
        survey.hides_none()?;
        return Ok(Decision::Keep { why: crate::survey::NO_PROVIDER, kept });
    }
    if let Some(targets) = added(survey, &live, inner)? {
        return Ok(Decision::Change(targets));
    }
    for place in &live {
        element(survey, *place)?;
    }
    nested(survey)?;
    screens::are_single(survey, &live)?;
    let directives = client_files(survey, &live)?;
    around(survey, live).map(|targets| Decision::Change(Targets { directives, ..targets }))
}

pub(crate) fn refuse<T>(
    survey: &Survey<'_>,
    reason: RefusalReason,
    message: impl Into<String>,
    place: Place,
) -> Result<T, Refusal> {
    Err(Refusal::new(reason, message, Some(survey.location(place))))
}

/// Plain providers of an app that renders the one for Clerk as well. Those under roots of their own are left in `live`, to be changed; the
/// others are kept, since the app chooses between the two.
fn beside_clerk(
    survey: &Survey<'_>,
    live: &mut Vec<Place>,
    inner: Option<Inner>,
) -> Result<Option<Vec<(Place, &'static str)>>, Refusal> {
    if !survey.has_live_clerk() {
        return match survey.unseen(Provider::WithClerk).find(|place| survey.may_run(*place)) {
            Some(place) if !live.is_empty() => {
                let message = "where this ConvexProviderWithClerk is rendered could not be followed: the app may be on Clerk already";
                refuse(survey, RefusalReason::ClerkElsewhere, message, place)
            }
            _ => Ok(None),
        };
    }
    let hiding = survey
        .sightings(Provider::Plain)
        .find(|sighting| sighting.above.iter().any(|above| above.provider == Provider::WithClerk));
    if let Some(sighting) = hiding {
        let message = "this plain provider stands inside ConvexProviderWithClerk and hides it";
        return refuse(survey, RefusalReason::SeveralProviders, message, sighting.place);
    }
    let roots: BTreeSet<usize> = survey.sightings(Provider::WithClerk).map(|sighting| sighting.root).collect();
    let is_seen = |place: &Place| survey.graph.of(*place).next().is_some();
    let is_apart = |place: &Place| {
        !roots.is_empty() && is_seen(place) && survey.graph.of(*place).all(|sighting| !roots.contains(&sighting.root))
    };
    let kept: Vec<Place> = live.iter().filter(|place| !is_apart(place)).copied().collect();
    live.retain(|place| !kept.contains(place));
    if !live.is_empty() {
        return Ok(None);
    }
    let shadowed = |place: Place| {
        survey.sightings(Provider::WithClerk).next().is_some()
            && survey
                .sightings(Provider::WithClerk)
                .all(|sighting| sighting.above.iter().any(|above| above.place == place))
    };
    let is_around = |place: Place| inner.is_some() && survey.graph.of(place).all(|sighting| sighting.page.is_none());
    let say = |place: Place| match shadowed(place) {
        true if is_around(place) => STAYS_AROUND,
        true => "ConvexProviderWithClerk stands inside this plain provider on every way: nobody gets this one's client",
        false => "the app renders ConvexProviderWithClerk as well: which of the two people get where is for it to say",
    };
    Ok(Some(kept.into_iter().map(|place| (place, say(place))).collect()))
}

/// Refuses uses of the provider that are no element: the change could miss them.
fn forms(survey: &Survey<'_>, live: &[Place]) -> Result<(), Refusal> {
    let unproven = |message: &str, place| Err(Refusal::new(RefusalReason::UnprovenForm, message, Some(place)));
    if let Some(place) = survey.value_of(Provider::Plain) {
        return unproven("ConvexProvider is used as a value here, not as an element", place);
    }
    if let Some(place) = live.iter().find(|place| !survey.places(Provider::Plain).any(|written| written == **place)) {
        return unproven(
            "which component this is is decided when the app runs; ConvexProvider is one of them",
            survey.location(*place),
        );
    }
    if let Some(place) = live.iter().find(|place| survey.via(**place) == Some(Via::Alias)) {
        return unproven("ConvexProvider goes by a constant of the file here", survey.location(*place));
    }
    if let Some(place) = survey.look_alike() {
        return unproven("ConvexProvider comes through a module that could not be followed", place);
    }
    if let Some(place) = survey.out_of_sight() {
        return unproven("convex/react is loaded in a way that can't be followed to ConvexProvider", place);
    }
    if survey.graph.is_exhausted
        && let Some(place) = live.first()
    {
        return unproven("there are too many ways down to the providers to follow them all", survey.location(*place));
    }
    Ok(())
}

/// Refuses a provider whose own attributes or place can't be kept.
fn element(survey: &Survey<'_>, place: Place) -> Result<(), Refusal> {
    let own = survey.app.id.folder();
    if survey.workspace.package_of(survey.path(place.0)) != Some(own) {
        let message = "the provider is rendered in another package of the workspace, which other apps may use";
        return refuse(survey, RefusalReason::UnprovenForm, message, place);
    }
    let pages = ["index.html", "public/index.html", "src/index.html"];
    if survey.roots.live.is_empty() && survey.workspace.has_any(own, &pages).is_none() {
        let message = "the package renders ConvexProvider, but no root of a React app";
        return refuse(survey, RefusalReason::NoEntry, message, place);
    }
    let Some(fact) = survey.jsx(place) else { return created(survey, place) };
    let named = |name: &str| fact.attributes.iter().any(|attribute| attribute.name.as_deref() == Some(name));
    if named("key") {
        let message = "ConvexProvider has a `key`: it is rendered in a list, or made anew on purpose";
        return refuse(survey, RefusalReason::UnprovenForm, message, place);
    }
    if !named("client") {
        let message = match fact.attributes.iter().any(is_spread) {
            true if spread_client(survey, place) => return Ok(()),
            true => "`client` comes, if at all, with a spread that can't be followed",
            false => "ConvexProvider has no `client`",
        };
        return refuse(survey, RefusalReason::NoClient, message, place);
    }
    if !fact.has_children && !named("children") {
        let message = "ConvexProvider has no children; ConvexProviderWithClerk requires them";
        return refuse(survey, RefusalReason::ChildlessProvider, message, place);
    }
    Ok(())
}

/// The same for a call of `createElement`.
fn created(survey: &Survey<'_>, place: Place) -> Result<(), Refusal> {
    if survey.call(place).and_then(|call| callee_name(&call.callee)).is_some_and(is_compiled_jsx) {
        let message = "ConvexProvider is made by what a compiler makes of JSX: this is not the source of the app";
        return refuse(survey, RefusalReason::UnprovenForm, message, place);
    }
    if survey.attribute(place, "key").is_some() {
        let message = "ConvexProvider has a `key`: it is rendered in a list, or made anew on purpose";
        return refuse(survey, RefusalReason::UnprovenForm, message, place);
    }
    if survey.attribute(place, "client").is_none() {
        let message = "what createElement gives ConvexProvider has no `client` that can be seen";
        return refuse(survey, RefusalReason::NoClient, message, place);
    }
    let has_child = survey.call(place).is_some_and(|call| call.arguments.len() > 2);
    if !has_child && survey.attribute(place, "children").is_none() {
        let message = "ConvexProvider has no children; ConvexProviderWithClerk requires them";
        return refuse(survey, RefusalReason::ChildlessProvider, message, place);
    }
    Ok(())
}

/// Whether an object that the file spells out brings the client: `const props = { client: convex }; <ConvexProvider {...props}>`.
fn spread_client(survey: &Survey<'_>, place: Place) -> bool {
    let (file, Node::Jsx(id)) = place else { return false };
    let flow = &survey.modules.sources.facts(file).flow;
    let Some(element) = flow.element(id) else { return false };
    let has_client = |value: &syntax::Value| match value {
        syntax::Value::Object(props) => props.iter().any(|(name, _)| name.as_deref() == Some("client")),
        _ => false,
    };
    element.attributes.iter().filter(|(name, _)| name.is_none()).any(|(_, value)| match value {
        syntax::Value::Variable(id) => {
            let values = flow.variable(*id);
            !values.is_empty() && values.iter().all(has_client)
        }
        value => has_client(value),
    })
}

/// Refuses plain providers that stand inside each other: which deployment is to know who is signed in is for a person to say.
fn nested(survey: &Survey<'_>) -> Result<(), Refusal> {
    let inner = survey
        .sightings(Provider::Plain)
        .find(|sighting| sighting.above.iter().any(|above| above.provider == Provider::Plain));
    match inner {
        Some(sighting) => {
            let message = "this plain ConvexProvider stands inside another one";
            refuse(survey, RefusalReason::SeveralProviders, message, sighting.place)
        }
        None => Ok(()),
    }
}

/// What is added within the page where the plain provider stands around it, so that it can have no ClerkProvider around itself.
fn added(survey: &Survey<'_>, live: &[Place], inner: Option<Inner>) -> Result<Option<Targets>, Refusal> {
    let Some(inner) = inner else { return Ok(None) };
    let is_around = |place: &&Place| {
        let mut seen = survey.graph.of(**place).peekable();
        seen.peek().is_some() && seen.all(|sighting| sighting.page.is_none())
    };
    let Some(plain) = live.iter().find(is_around) else { return Ok(None) };
    if let Some(other) = live.iter().find(|place| *place != plain) {
        let message = "this plain provider stands within another one, in the router or the layout of all pages";
        return refuse(survey, RefusalReason::SeveralProviders, message, *other);
    }
    let clerks: BTreeSet<Place> = survey.places(Provider::Clerk).filter(|place| survey.may_run(*place)).collect();
    let added = inner(survey, *plain)?;
    if let Some(clerk) = clerks.first() {
        // The one that the page has, for which there is nothing to do but to put the other within it.
        let mut seen = survey.graph.of(*clerk).peekable();
        let is_page = seen.peek().is_some() && seen.all(|sighting| sighting.page.is_some() && sighting.is_certain);
        let file = added.places.first().map(|place| place.0);
        if clerks.len() > 1 || !is_page || file != Some(clerk.0) {
            let message = "the app has a ClerkProvider, and its ConvexProvider is around all pages: ConvexProviderWithClerk has to be put within the first by hand";
            return refuse(survey, RefusalReason::ClerkElsewhere, message, *clerk);
        }
        let adds = BTreeMap::from([(*clerk, added.client)]);
        return Ok(Some(Targets { adds, kept: vec![*plain], sdk: one_package(survey)?, ..Targets::default() }));
    }
    let wraps = added.places.iter().map(|place| (*place, added.kind)).collect();
    let adds = added.places.iter().map(|place| (*place, added.client.clone())).collect();
    Ok(Some(Targets { wraps, adds, kept: vec![*plain], ..Targets::default() }))
}

/// Finds where ClerkProvider has to be for the plain providers at `swaps`.
fn around(survey: &Survey<'_>, swaps: Vec<Place>) -> Result<Targets, Refusal> {
    let mut targets = Targets { swaps: swaps.iter().copied().collect(), ..Targets::default() };
    if let Some(place) = survey.unseen(Provider::Clerk).next() {
        let mut message =
            "where this ClerkProvider is rendered could not be followed: it may be around ConvexProvider, or inside"
                .to_owned();
        if let Some((file, import)) = survey.roots.reach.opened_by().first().filter(|_| !survey.may_run(place)) {
            message.push_str(&format!("; `{import}` in {} leads to no file that is known", survey.path(*file)));
        }
        return refuse(survey, RefusalReason::ClerkElsewhere, message, place);
    }
    let clerks: BTreeSet<Place> = survey.sightings(Provider::Clerk).map(|sighting| sighting.place).collect();
    if let Some(location) = survey.late_import(may_have_provider).filter(|_| clerks.is_empty()) {
        let message =
            "Clerk's package is taken in late here: whether its ClerkProvider is rendered could not be followed";
        return Err(Refusal::new(RefusalReason::ClerkElsewhere, message, Some(location)));
    }
    if let Some(location) = survey.value_of(Provider::Clerk) {
        let message = "ClerkProvider is used as a value here";
        return Err(Refusal::new(RefusalReason::ClerkElsewhere, message, Some(location)));
    }
    let sightings: Vec<&Sighting> = swaps.iter().flat_map(|place| survey.graph.of(*place)).collect();
    let lost = swaps.iter().find(|place| survey.graph.of(**place).next().is_none());
    if clerks.is_empty() {
        if let Some(place) = lost.filter(|_| swaps.len() > 1) {
            let message = "where this provider is rendered could not be followed, and the app has others: they may stand inside each other";
            return refuse(survey, RefusalReason::UnprovenForm, message, *place);
        }
        targets.wraps = place::places_around(survey, &swaps, &sightings)?;
        return Ok(targets);
    }
    let unsure = sightings.iter().find(|sighting| !sighting.is_certain).map(|sighting| &sighting.place).or(lost);
    if let Some(place) = unsure {
        let clerk = clerks.first().map(|clerk| survey.path(clerk.0).to_string()).unwrap_or_default();
        let message = format!("whether the ClerkProvider in {clerk} stands around this provider could not be followed");
        return refuse(survey, RefusalReason::ClerkElsewhere, message, *place);
    }
    targets.sdk = one_package(survey)?;
    let has_clerk = |sighting: &&&Sighting| sighting.above.iter().any(|above| above.provider == Provider::Clerk);
    let (covered, lacking): (Vec<&Sighting>, Vec<&Sighting>) =
        sightings.iter().copied().partition(|sighting| has_clerk(&sighting));
    let twice = covered
        .iter()
        .find(|sighting| sighting.above.iter().filter(|above| above.provider == Provider::Clerk).count() > 1);
    if let Some(sighting) = twice {
        let message = "two ClerkProviders stand around this provider, one inside the other: that throws";
        return refuse(survey, RefusalReason::ClerkElsewhere, message, sighting.place);
    }
    if lacking.is_empty() {
        return Ok(targets);
    }
    inside(survey, &mut targets, &lacking)?;
    if !targets.moves.is_empty() {
        return Ok(targets);
    }
    elsewhere(survey, &lacking)?;
    if covered.is_empty() {
        targets.wraps = place::places_around(survey, &swaps, &sightings)?;
        return Ok(targets);
    }
    // What a framework renders by its files has one place under each of its roots.
    let in_browser = |sighting: &&Sighting| place::under(survey, sighting.root) == ClerkPlace::AroundConvex;
    let (lacking, by_file): (Vec<&Sighting>, Vec<&Sighting>) = lacking.into_iter().partition(in_browser);
    targets.wraps = place::places_around(survey, &[], &by_file)?;
    let shared: BTreeSet<Place> = covered.iter().flat_map(|sighting| sighting.trail.iter().copied()).collect();
    for sighting in lacking {
        let own =
            sighting.trail.iter().rev().find(|place| !shared.contains(place) && place::can_be_wrapped(survey, **place));
        let Some(place) = own else {
            let message = "on one way down to this provider there is a ClerkProvider, on another there is none";
            return refuse(survey, RefusalReason::ClerkElsewhere, message, sighting.place);
        };
        targets.wraps.insert(*place, ClerkPlace::AroundConvex);
    }
    Ok(targets)
}

/// The one package that the app's ClerkProviders are from.
fn one_package(survey: &Survey<'_>) -> Result<Option<String>, Refusal> {
    let clerks = survey.written.iter().filter(|written| written.provider == Provider::Clerk);
    let mut found: Option<&str> = None;
    for written in clerks.filter(|written| survey.may_run(written.place)) {
        if found.is_some_and(|known| known != written.module) {
            let message = "ClerkProviders of different packages are rendered; this is the second";
            return refuse(survey, RefusalReason::ClerkElsewhere, message, written.place);
        }
        found = Some(&written.module);
    }
    Ok(found.map(str::to_owned))
}

/// ClerkProviders that stand inside the plain ones: they change places where one function renders both.
fn inside(survey: &Survey<'_>, targets: &mut Targets, lacking: &[&Sighting]) -> Result<(), Refusal> {
    for clerk in survey.sightings(Provider::Clerk) {
        let Some(plain) = clerk.above.iter().find(|above| targets.swaps.contains(&above.place)) else { continue };
        let others = targets.moves.keys().any(|moved| *moved != clerk.place);
        let is_alone =
            !others && targets.swaps.len() == 1 && lacking.iter().all(|sighting| sighting.place == plain.place);
        // Out of a condition it would be there always, and its key may be a string within the condition only.
        let is_branch = survey.jsx(clerk.place).is_some_and(|fact| fact.is_conditional);
        let owners =
            survey.jsx(clerk.place).zip(survey.jsx(plain.place)).map(|(clerk, plain)| (clerk.owner, plain.owner));
        let same = !is_branch && owners.is_some_and(|(clerk, plain)| clerk == plain);
        if !is_alone || !same || clerk.place.0 != plain.place.0 {
            let message = "ClerkProvider stands inside ConvexProvider; it has to be outside";
            return refuse(survey, RefusalReason::ClerkInside, message, clerk.place);
        }
        targets.moves.insert(clerk.place, plain.place);
    }
    Ok(())
}

/// Refuses an app that renders a ClerkProvider under the same root as a provider that has none: two of them could be there at a time.
fn elsewhere(survey: &Survey<'_>, lacking: &[&Sighting]) -> Result<(), Refusal> {
    let roots: BTreeSet<usize> = lacking.iter().map(|sighting| sighting.root).collect();
    match survey.sightings(Provider::Clerk).find(|clerk| roots.contains(&clerk.root)) {
        Some(clerk) => {
            let plain = lacking.first().map(|sighting| survey.path(sighting.place.0).to_string()).unwrap_or_default();
            let message = format!("a ClerkProvider is rendered here, away from ConvexProvider in {plain}");
            refuse(survey, RefusalReason::ClerkElsewhere, message, clerk.place)
        }
        None => Ok(()),
    }
}
