//! What a walk notes of components and pages, for those who ask where they are shown and what with.

use change::ImportedName;
use syntax::{FileFacts, JsxId, Reference, Value};

use super::at::{At, collect};
use super::render::Walk;
use super::sightings::{Branch, Component, Page, Rendering};
use super::sources::FileId;

impl<'a> Walk<'a, '_> {
    /// Whether an object is a route, where a walk has to see each of them.
    pub(super) fn is_route(&self, file: FileId, props: &[(Option<String>, Value)]) -> bool {
        let makes_routes = || makes_routes(self.evaluator.modules.sources.facts(file));
        self.wanted.pages.is_some() && (is_route_object(props) || (has_prop(props, "component") && makes_routes()))
    }

    /// `<Stack.Screen name="home" component={Home} />`
    pub(super) fn is_screen(&self, file: FileId, id: JsxId) -> bool {
        let fact = self.evaluator.modules.sources.facts(file).element(id);
        let shows = |name: Option<&str>| matches!(name, Some("component" | "getComponent"));
        fact.is_some_and(|fact| {
            matches!(&fact.tag, Reference::Member(name) if name == "Screen")
                && fact.attributes.iter().any(|attribute| shows(attribute.name.as_deref()))
        })
    }

    /// Whether an element is a document's body.
    pub(super) fn is_body(&self, file: FileId, id: JsxId) -> bool {
        let fact = self.evaluator.modules.sources.facts(file).element(id);
        fact.is_some_and(|fact| matches!(&fact.tag, Reference::Html(name) if name == "body"))
    }

    /// `[{ path: "/", element: <Home /> }]`
    pub(super) fn is_table(&self, file: FileId, value: &Value) -> bool {
        match value {
            Value::Object(props) => self.is_route(file, props),
            Value::List(values) => values.iter().any(|value| self.is_table(file, value)),
            _ => false,
        }
    }

    /// Where a route is shown.
    pub(super) fn page(&mut self, at: &At<'a>, branch: Branch, is_page: bool) -> At<'a> {
        if self.wanted.pages.is_none() {
            return at.copy();
        }
        let at = at.on(branch);
        if is_page {
            let (branches, trail) = (collect(&at.branches), collect(&at.trail));
            self.seen.pages.push(Page { branches, trail });
        }
        at
    }

    /// A component of the app where it is rendered.
    pub(super) fn rendered(&mut self, component: Component, at: &At<'a>) {
        if let (Some(place), true) = (at.by, self.wanted.pages.is_some()) {
            self.seen.components.entry(place).or_default().insert(component);
        }
        if self.wanted.components.contains(&component) {
            self.seen.renderings.push(Rendering {
                component,
                by: at.by,
                above: collect(&at.above),
                trail: collect(&at.trail),
                branches: collect(&at.branches),
                within: self.calls.iter().filter(|within| **within != component).copied().collect(),
                root: self.root,
            });
        }
    }
}

/// The properties by which a route of a table says what it shows.
pub(super) const SHOWS: [&str; 4] = ["element", "Component", "component", "lazy"];

/// Whether an object has a property.
pub(super) fn has_prop(props: &[(Option<String>, Value)], name: &str) -> bool {
    props.iter().any(|(known, _)| known.as_deref() == Some(name))
}

/// Whether a file makes routes by calls whose options have a component: `createFileRoute("/tasks")({ component: Tasks })`.
fn makes_routes(facts: &FileFacts) -> bool {
    let makes = |name: &ImportedName| matches!(name, ImportedName::Named(name) if name.starts_with("create") && name.ends_with("Route"));
    let imports = facts.imports.iter().filter(|import| import.module.starts_with("@tanstack/"));
    imports.flat_map(|import| &import.specifiers).any(|specifier| makes(&specifier.name))
}

/// `{ path: "/", element: <Home /> }`
fn is_route_object(props: &[(Option<String>, Value)]) -> bool {
    let says = ["path", "index", "children", "getParentRoute"];
    SHOWS.iter().any(|name| has_prop(props, name)) && says.iter().any(|name| has_prop(props, name))
}
