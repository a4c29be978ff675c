//! What ClerkProvider is given around a page: the data that the server sends with it.
//!
//! ```tsx
//! <ClerkProvider {...pageProps}>                 // pages/_app.tsx
//! <ClerkProvider loaderData={loaderData}>        // app/root.tsx of React Router
//! ```

use std::collections::{BTreeMap, BTreeSet};

use change::{EditSet, RelPath};
use syntax::style::Style;
use syntax::{
    Adds, Attribute, FileFacts, FunctionFact, ParsedModule, SourceKind, Value, WantedProp, attribute, default_function,
    path, read_prop, spread,
};

use crate::graph::render::Place;
use crate::graph::roots::{ClerkPlace, PageData};
use crate::load;
use crate::names::Names;
use crate::react_router;
use crate::refusal::{Refusal, RefusalReason};
use crate::rewire::Rewiring;

/// What the providers of one file are given.
#[derive(Default)]
pub(crate) struct Given {
    pub(crate) attributes: BTreeMap<Place, Attribute>,
    /// What makes it readable where the providers stand.
    pub(crate) edits: EditSet,
}

/// What the ClerkProviders around the page at `places`, all of one file, are given.
///
/// # Errors
/// A refusal where the component can't be made to read it.
pub(crate) fn page_data(
    rewiring: &Rewiring<'_>,
    module: &ParsedModule,
    style: &Style,
    places: &BTreeSet<Place>,
    names: &mut Names<'_, '_>,
) -> Result<Given, Refusal> {
    let mut given = Given::default();
    for place in places {
        let attribute = match rewiring.targets.wraps.get(place) {
            Some(ClerkPlace::AroundPage(PageData::PageProps)) => page_props(rewiring, *place),
            Some(ClerkPlace::AroundPage(PageData::LoaderData)) => {
                Some(loader_data(rewiring, module, style, *place, names, &mut given.edits)?)
            }
            _ => None,
        };
        given.attributes.extend(attribute.map(|attribute| (*place, attribute)));
    }
    Ok(given)
}

/// `loaderData={loaderData}`, read as the component reads it already, or by a parameter that it gets.
fn loader_data(
    rewiring: &Rewiring<'_>,
    module: &ParsedModule,
    style: &Style,
    place: Place,
    names: &mut Names<'_, '_>,
    edits: &mut EditSet,
) -> Result<Attribute, Refusal> {
    let refuse = || {
        let message = "the component that the root exports reads its props in a form that can't be given `loaderData`";
        Refusal::new(RefusalReason::UnprovenForm, message, Some(rewiring.survey.location(place)))
    };
    let range = rewiring.survey.range(place);
    let is_around = |function: &FunctionFact| range.is_some_and(|range| function.range.covers(range));
    let function = default_function(module).filter(is_around).ok_or_else(refuse)?;
    let has_types = SourceKind::of(names.path).is_some_and(SourceKind::has_types);
    let settings = react_router::Settings::of(rewiring.survey.workspace, rewiring.survey.app);
    if react_router::root(rewiring.survey.workspace, &settings.folder).as_ref() != Some(names.path) {
        return Err(refuse());
    }
    let route = react_router::route_types(rewiring.survey.workspace, rewiring.survey.app, names.path);
    let hook = ("react-router", "useLoaderData");
    let adds = match (&route, has_types) {
        (Some(_), true) => Adds::Parameter(Some("Route.ComponentProps")),
        (None, true) => Adds::Hook,
        (_, false) => Adds::Parameter(None),
    };
    let wanted = WantedProp { name: "loaderData", adds, hook };
    let read = read_prop(module, names.bindings, style, &function, wanted).ok_or_else(refuse)?;
    // A second provider in the same component reads what the first one does.
    let known: Vec<_> = edits.iter().cloned().collect();
    for edit in read.edits.iter().filter(|edit| !known.contains(edit)) {
        edits.push(edit.clone()).map_err(|_| refuse())?;
    }
    if let (true, Some(types)) = (read.is_typed, route) {
        names.local_type(&types, "Route", last_import(rewiring, place).as_deref());
    }
    if read.is_hooked {
        names.local(hook.0, hook.1, hook.1);
    }
    Ok(attribute("loaderData", path(&read.path)))
}

/// The module of the last import of a file.
pub(crate) fn last_import(rewiring: &Rewiring<'_>, place: Place) -> Option<String> {
    let facts = rewiring.survey.modules.sources.facts(place.0);
    facts.last_import().map(|import| import.module.clone())
}

/// The `pageProps` of an `_app`, as the file spreads them already: `<Component {...pageProps} />`.
fn page_props(rewiring: &Rewiring<'_>, place: Place) -> Option<Attribute> {
    let facts = rewiring.survey.modules.sources.facts(place.0);
    let elements = facts.elements.iter().zip(&facts.flow.elements);
    let spreads = elements.flat_map(|(fact, flow)| fact.attributes.iter().zip(&flow.attributes));
    let is_props = |value: &Value| is_page_props(facts, value, 0);
    let spread_of =
        spreads.into_iter().find(|(fact, (name, value))| name.is_none() && fact.name.is_none() && is_props(value));
    let range = spread_of.map(|(fact, _)| fact.range)?;
    let own: &RelPath = rewiring.survey.path(place.0);
    let base = load::base(rewiring.survey.workspace, own)?;
    let written = range.slice(&base.text)?.trim_start_matches(['{', '.', ' ']).trim_end_matches(['}', ' ']);
    let is_path = written
        .split('.')
        .all(|part| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$'));
    is_path.then(|| spread(path(written)))
}

/// Whether a value is what Next.js gives `_app` as `pageProps`, or the rest of it.
fn is_page_props(facts: &FileFacts, value: &Value, followed: u8) -> bool {
    match value {
        Value::Member(object, name) => {
            name == "pageProps" && matches!(**object, Value::Argument(_, 0) | Value::Variable(_))
        }
        Value::Variable(id) => {
            let values = facts.flow.variable(*id);
            followed < 8 && !values.is_empty() && values.iter().all(|value| is_page_props(facts, value, followed + 1))
        }
        _ => false,
    }
}
