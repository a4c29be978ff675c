//! The providers of an app: where they are written, and where they are rendered.

use std::collections::BTreeSet;

use change::{ImportedName, Location, RelPath, TextRange};
use syntax::{AttributeFact, CallFlow, CallId, ImportFact, ImportKind, Imported, JsxFact, JsxId, Value, Via};

use crate::graph::evaluate::is_create_element;
use crate::graph::modules::{Definition, Modules};
use crate::graph::render::{Node, Place, RenderGraph, Sighting};
use crate::graph::roots::{FindRoots, Roots};
use crate::graph::sightings::Wanted;
use crate::graph::sources::FileId;
use crate::known::{
    CONVEX_PROVIDER, CONVEX_REACT, CONVEX_REACT_CLERK, OTHER_AUTH, Provider, is_clerk_module, provider,
};
use crate::manifest::is_outside;
use crate::refusal::{Refusal, RefusalReason};
use crate::versions::CONVEX_FLOOR;
use crate::workspace::{App, Workspace, join};

/// Why nothing is to be done for an app that has the provider for Clerk.
pub const ON_CLERK: &str = "it is on Clerk already";
/// Why nothing is to be done for an app without a provider.
pub(crate) const NO_PROVIDER: &str = "it renders no ConvexProvider";

/// A provider as it is written in a file.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) provider: Provider,
    /// The package that it is from.
    pub(crate) module: String,
    pub(crate) place: Place,
}

/// The providers of one app.
pub(crate) struct Survey<'a> {
    pub(crate) workspace: &'a Workspace,
    pub(crate) app: &'a App<'a>,
    pub(crate) modules: &'a Modules<'a>,
    pub(crate) roots: Roots<'a>,
    pub(crate) graph: RenderGraph,
    pub(crate) written: Vec<Written>,
}

impl<'a> Survey<'a> {
    /// Finds the providers of an app and walks down to them.
    pub(crate) fn new(workspace: &'a Workspace, app: &'a App<'a>, modules: &'a Modules<'a>, find: FindRoots) -> Self {
        let roots = Roots::of(workspace, app, modules, find);
        let graph = RenderGraph::new(modules, &roots.live, &Wanted::providers());
        let leading = modules.sources.leading().filter(|file| graph.leads(*file));
        let written = leading.flat_map(|file| written_in(modules, file)).collect();
        Self { workspace, app, modules, roots, graph, written }
    }

    pub(crate) fn path(&self, file: FileId) -> &'a RelPath {
        self.modules.sources.path(file)
    }

    /// The element at a place, if it is written as JSX.
    pub(crate) fn jsx(&self, place: Place) -> Option<&'a JsxFact> {
        match place.1 {
            Node::Jsx(id) => self.modules.sources.facts(place.0).element(id),
            Node::Call(_) | Node::Child(..) => None,
        }
    }

    /// The call at a place, if the element is made by `createElement`.
    pub(crate) fn call(&self, place: Place) -> Option<&'a CallFlow> {
        match place.1 {
            Node::Jsx(_) | Node::Child(..) => None,
            Node::Call(id) => self.modules.sources.facts(place.0).flow.call(id),
        }
    }

    /// The whole child of an element, if it is written as an expression or a fragment.
    pub(crate) fn child(&self, place: Place) -> Option<TextRange> {
        match place.1 {
            Node::Jsx(_) | Node::Call(_) => None,
            Node::Child(id, index) => {
                self.modules.sources.facts(place.0).flow.element(id)?.ranges.get(index as usize).copied()
            }
        }
    }

    /// The whole element.
    pub(crate) fn range(&self, place: Place) -> Option<TextRange> {
        self.child(place).or_else(|| self.element_range(place))
    }

    fn element_range(&self, place: Place) -> Option<TextRange> {
        self.jsx(place).map(|fact| fact.range).or_else(|| self.call(place).map(|call| call.range))
    }

    /// Where an element names its component: in both of its tags, or as the first argument.
    pub(crate) fn names(&self, place: Place) -> Vec<TextRange> {
        let made = self.call(place).and_then(|call| call.ranges.first().copied());
        self.jsx(place).map_or_else(|| made.into_iter().collect(), |fact| fact.names.clone())
    }

    /// Where a report points to for an element: its opening tag.
    pub(crate) fn location(&self, place: Place) -> Location {
        let opening = self.jsx(place).map(|fact| fact.opening);
        let range = opening.or_else(|| self.call(place).map(|call| call.range)).or_else(|| self.child(place));
        Location { path: self.path(place.0).clone(), range: range.unwrap_or(TextRange::empty(0)) }
    }

    /// What an attribute of an element is set to.
    pub(crate) fn attribute(&self, place: Place, name: &str) -> Option<&'a Value> {
        let flow = &self.modules.sources.facts(place.0).flow;
        let attributes: &[(Option<String>, Value)] = match place.1 {
            Node::Jsx(id) => &flow.element(id)?.attributes,
            Node::Call(id) => match flow.call(id)?.arguments.get(1)? {
                Value::Object(properties) => properties,
                _ => return None,
            },
            Node::Child(..) => return None,
        };
        attributes.iter().find(|(known, _)| known.as_deref() == Some(name)).map(|(_, value)| value)
    }

    /// The name that an attribute is set to: `convex` of `client={convex}`.
    pub(crate) fn attribute_name(&self, place: Place, name: &str) -> Option<String> {
        let fact = self.jsx(place)?;
        let range = fact.attributes.iter().find(|attribute| attribute.name.as_deref() == Some(name))?.range;
        let text = self.workspace.text(self.path(place.0))?;
        let value = range.slice(&text)?.split_once('{')?.1.trim_end_matches('}').trim().to_owned();
        value.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$')).then_some(value)
    }

    /// The package that an imported name is from.
    pub(crate) fn package_of(&self, file: FileId, imported: &'a Imported) -> Option<String> {
        match self.modules.import(file, imported) {
            Definition::Package(module, _) => Some(module.to_owned()),
            _ => None,
        }
    }

    /// The places at which providers of a kind are written.
    pub(crate) fn places(&self, wanted: Provider) -> impl Iterator<Item = Place> {
        self.written.iter().filter(move |written| written.provider == wanted).map(|written| written.place)
    }

    /// Where providers of a kind are rendered.
    pub(crate) fn sightings(&self, wanted: Provider) -> impl Iterator<Item = &Sighting> {
        self.graph.sightings.iter().filter(move |sighting| sighting.provider == wanted)
    }

    /// Whether users may get to what is written in a file, as far as it is known: some root takes it in.
    pub(crate) fn is_reached(&self, file: FileId) -> bool {
        self.roots.live.is_empty() || self.roots.reach.has(file)
    }

    /// Whether the code at a place may run: some root takes its file in, and running code names what it stands in.
    pub(crate) fn may_run(&self, place: Place) -> bool {
        let range = || self.range(place).unwrap_or(TextRange::empty(0));
        self.roots.live.is_empty() || self.roots.reach.runs(self.modules, place.0, range())
    }

    /// Providers of a kind that may be rendered, though the walk met them nowhere: their code runs, or what some root takes in may be any
    /// file.
    pub(crate) fn unseen(&self, wanted: Provider) -> impl Iterator<Item = Place> {
        let seen: BTreeSet<Place> = self.sightings(wanted).map(|sighting| sighting.place).collect();
        let may_be = |place: &Place| self.may_run(*place) || self.roots.reach.is_open();
        self.places(wanted).filter(move |place| !seen.contains(place) && may_be(place))
    }

    /// The plain providers that users get, or may get: those that a root renders, and those in code that may run, be it in a way that could
    /// not be followed.
    pub(crate) fn live_plain(&self) -> Vec<Place> {
        let seen: BTreeSet<Place> = self.sightings(Provider::Plain).map(|sighting| sighting.place).collect();
        let own = |place: &Place| self.workspace.package_of(self.path(place.0)) == Some(self.app.id.folder());
        let may_be = self.places(Provider::Plain).filter(own);
        let is_lost = self.roots.reach.is_open() && seen.is_empty();
        let may_be = may_be.filter(|place| self.may_run(*place) || is_lost);
        // A provider that is written nowhere as itself is a variable or a member: its place is that of the tag.
        seen.iter().copied().chain(may_be.filter(|place| !seen.contains(place))).collect()
    }

    /// Whether users get the provider for Clerk: it is rendered, or its module is taken in late by a file that runs.
    pub(crate) fn has_live_clerk(&self) -> bool {
        self.sightings(Provider::WithClerk).next().is_some()
            || self.late_import(|module| module == CONVEX_REACT_CLERK).is_some()
    }

    /// Where a file that runs takes a package in late, and not by names that it binds: `lazy(() => import("@clerk/react"))`.
    pub(crate) fn late_import(&self, is_wanted: impl Fn(&str) -> bool) -> Option<Location> {
        self.modules.sources.leading().filter(|file| self.is_reached(*file)).find_map(|file| {
            let imports = self.modules.sources.facts(file).imports.iter();
            let mut late = imports.filter(|import| import.kind == ImportKind::Dynamic && import.specifiers.is_empty());
            let import = late.find(|import| is_wanted(&import.module))?;
            Some(Location { path: self.path(file).clone(), range: import.range })
        })
    }

    /// The plain providers that no root leads to.
    pub(crate) fn dead_plain(&self) -> Vec<Place> {
        let live = self.live_plain();
        let own = |place: &Place| self.workspace.package_of(self.path(place.0)) == Some(self.app.id.folder());
        self.places(Provider::Plain).filter(|place| own(place) && !live.contains(place)).collect()
    }

    /// A use of a provider as a value in a file that users may get: not as a tag, not as what `createElement` makes.
    pub(crate) fn value_of(&self, wanted: Provider) -> Option<Location> {
        let files = self.modules.sources.leading().filter(|file| self.is_reached(*file));
        files.into_iter().find_map(|file| {
            let facts = self.modules.sources.facts(file);
            let made: Vec<TextRange> = self.written_calls(file, wanted);
            let value = facts.values.iter().find(|value| {
                let is_provider =
                    provider_of(self.modules, file, &value.imported).is_some_and(|(provider, _)| provider == wanted);
                // `Clerk[name]` of `import * as Clerk`: any of what the package has.
                let is_whole = wanted == Provider::Clerk
                    && value.imported.export == ImportedName::Namespace
                    && is_clerk_module(&value.imported.module);
                (is_provider || is_whole) && !made.iter().any(|call| call.covers(value.range))
            })?;
            Some(Location { path: self.path(file).clone(), range: value.range })
        })
    }

    fn written_calls(&self, file: FileId, wanted: Provider) -> Vec<TextRange> {
        let here = self.places(wanted).filter(|place| place.0 == file);
        here.filter_map(|place| self.call(place)).map(|call| call.range).collect()
    }

    /// How the name of an element's component came into its file.
    pub(crate) fn via(&self, place: Place) -> Option<Via> {
        let flow = &self.modules.sources.facts(place.0).flow;
        let component = match place.1 {
            Node::Jsx(id) => flow.element(id)?.tag.as_ref()?,
            Node::Call(id) => flow.call(id)?.arguments.first()?,
            Node::Child(..) => return None,
        };
        match component {
            Value::Imported(imported) => Some(imported.via),
            _ => None,
        }
    }

    /// An element that is Convex's provider as far as its name and its `client` tell, from a package whose source is not here:
    /// `import { ConvexProvider } from "@acme/convex"`.
    pub(crate) fn look_alike(&self) -> Option<Location> {
        self.modules.sources.leading().filter(|file| self.is_reached(*file)).find_map(|file| {
            let facts = self.modules.sources.facts(file);
            let element = facts.elements.iter().find(|element| {
                let syntax::Reference::Imported(imported) = &element.tag else { return false };
                let has_client = element.attributes.iter().any(|a| a.name.as_deref() == Some("client"));
                let named = matches!(&imported.export, ImportedName::Named(name) if name == CONVEX_PROVIDER);
                let is_foreign = || match self.modules.import(file, imported) {
                    Definition::Package(module, _) => module != CONVEX_REACT,
                    Definition::Unknown => true,
                    _ => false,
                };
                named && has_client && is_foreign()
            })?;
            Some(Location { path: self.path(file).clone(), range: element.opening })
        })
    }

    /// A file that takes in all of convex/react, or takes it in late, and names the provider in its code:
    /// `const { ConvexProvider } = await import("convex/react")`.
    pub(crate) fn out_of_sight(&self) -> Option<Location> {
        self.app.files.iter().find_map(|(path, file)| {
            let facts = file.facts().ok()?;
            let id = self.modules.sources.id(path).filter(|id| self.is_reached(*id))?;
            let whole = facts.imports.iter().any(|import| {
                import.module == CONVEX_REACT
                    && (import.kind != ImportKind::Static
                        || import.specifiers.iter().any(|specifier| !matches!(specifier.name, ImportedName::Named(_))))
            });
            let seen = self.places(Provider::Plain).any(|place| place.0 == id);
            let range = file.spells_provider().filter(|_| whole && !seen)?;
            Some(Location { path: (*path).clone(), range })
        })
    }

    /// Refuses an app whose files can't all be read.
    ///
    /// # Errors
    /// A refusal where a file that mentions the providers can't be read.
    pub(crate) fn is_readable(workspace: &Workspace, app: &App<'_>) -> Result<(), Refusal> {
        if let Some((path, failure)) = app.files.iter().find_map(|(path, file)| {
            let failure = if file.names.providers { file.facts().err()? } else { return None };
            Some((*path, failure))
        }) {
            let place = Location { path: path.clone(), range: failure.range };
            let message = format!("a file that mentions the providers could not be read: {}", failure.message);
            return Err(Refusal::new(RefusalReason::UnreadableFile, message, Some(place)));
        }
        let unread = workspace.unread.iter().find(|(path, _)| workspace.package_of(path) == Some(app.id.folder()));
        if let Some((path, failure)) = unread {
            let message = format!("a part of the app could not be read: {}", failure.message);
            return Err(Refusal::new(RefusalReason::UnreadableFile, message, Some(Location::file(path.clone()))));
        }
        Ok(())
    }

    /// Refuses an app without a provider where one may be in a file that is too large to be read: a build output is no reason to, as long as the
    /// app itself shows what it renders.
    ///
    /// # Errors
    /// A refusal that names the file.
    pub(crate) fn hides_none(&self) -> Result<(), Refusal> {
        let Some((path, _)) = self.app.files.iter().find(|(_, file)| file.may_render) else { return Ok(()) };
        let message = "a file that names a provider is too large to be read".to_owned();
        Err(Refusal::new(RefusalReason::UnreadableFile, message, Some(Location::file((*path).clone()))))
    }

    /// Refuses an app whose convex is older than what the provider for Clerk needs.
    ///
    /// # Errors
    /// A refusal that names the version.
    pub(crate) fn is_recent(&self) -> Result<(), Refusal> {
        let convex = self.app.dependency("convex");
        // `*` and `>=0.19` take later versions as well.
        if let Some(convex) = convex.filter(|convex| is_outside(convex, &format!(">={CONVEX_FLOOR}"))) {
            let message = format!("convex {convex} is older than {CONVEX_FLOOR}");
            let place = join(self.app.id.folder(), "package.json").map(Location::file);
            return Err(Refusal::new(RefusalReason::ConvexTooOld, message, place));
        }
        Ok(())
    }

    /// Refuses an app that gives Convex an identity already.
    ///
    /// # Errors
    /// A refusal that names whose.
    pub(crate) fn no_other_auth(&self) -> Result<(), Refusal> {
        let refuse = |title: &str, place| {
            let message = format!("the app signs people in with {title}");
            Err(Refusal::new(RefusalReason::OtherAuth, message, Some(place)))
        };
        for (module, name, title) in OTHER_AUTH {
            for (path, facts) in self.app.facts() {
                if let Some(import) = facts.imports.iter().find(|import| shows_auth(import, module, *name)) {
                    return refuse(title, Location { path: path.clone(), range: import.range });
                }
            }
        }
        if let Some(place) = self.set_auth() {
            return refuse("tokens of its own, by `setAuth` of the client", place);
        }
        let session = self.live_plain().into_iter().find_map(|place| self.session_inside(place));
        match session {
            Some((name, place)) => refuse(&format!("`{name}`"), place),
            None => Ok(()),
        }
    }

    /// A call by which the app hands its client tokens itself: `convex.setAuth(fetchToken)`. Clerk's, in a file that takes them from there,
    /// aside: those are what the migration is to give.
    fn set_auth(&self) -> Option<Location> {
        let files = self.modules.sources.leading().filter(|file| self.is_reached(*file));
        files.into_iter().find_map(|file| {
            let facts = self.modules.sources.facts(file);
            let is_bridge = facts.imports.iter().any(|import| is_clerk_module(&import.module));
            let call = facts.flow.calls.iter().filter(|_| !is_bridge).find(|call| match &call.callee {
                Value::Member(object, name) => name == "setAuth" && self.is_client(file, object, 0),
                _ => false,
            })?;
            Some(Location { path: self.path(file).clone(), range: call.range })
        })
    }

    /// Whether a value is a React client of Convex, made here or elsewhere in the app: `useConvex()`, `new ConvexReactClient(url)`.
    fn is_client(&self, file: FileId, value: &'a Value, followed: u8) -> bool {
        let next = |value: &'a Value| followed < 8 && self.is_client(file, value, followed + 1);
        let flow = &self.modules.sources.facts(file).flow;
        match value {
            Value::Variable(id) => flow.variable(*id).iter().any(next),
            Value::OneOf(values) => values.iter().any(next),
            Value::Member(object, _) | Value::Item(object) => next(object),
            Value::Function(id) => flow.function(*id).is_some_and(|function| function.returns.iter().any(next)),
            Value::Imported(imported) => match self.modules.import(file, imported) {
                Definition::Value(file, value) => followed < 8 && self.is_client(file, value, followed + 1),
                _ => false,
            },
            Value::Call(id) => flow.call(*id).is_some_and(|call| {
                let is_made = match &call.callee {
                    Value::Imported(imported) => matches!(
                        self.modules.import(file, imported),
                        Definition::Package(module, ImportedName::Named(name))
                            if ["convex/react", "@convex-dev/react-query"].contains(&module)
                                && ["ConvexReactClient", "useConvex", "ConvexQueryClient"].contains(&name.as_str())
                    ),
                    _ => false,
                };
                // `useMemo(() => new ConvexReactClient(url), [])`
                is_made
                    || call.arguments.iter().any(|argument| matches!(argument, Value::Function(_)) && next(argument))
            }),
            _ => false,
        }
    }

    /// A session provider of a package directly inside the provider: `<ConvexProvider><SessionProvider>`.
    fn session_inside(&self, place: Place) -> Option<(String, Location)> {
        let (file, Node::Jsx(id)) = place else { return None };
        let facts = self.modules.sources.facts(file);
        let inside = facts.elements.iter().filter(|element| element.parent == Some(id));
        inside.into_iter().find_map(|element| {
            let syntax::Reference::Imported(imported) = &element.tag else { return None };
            let Definition::Package(_, ImportedName::Named(name)) = self.modules.import(file, imported) else {
                return None;
            };
            let location = Location { path: self.path(file).clone(), range: element.opening };
            name.ends_with("SessionProvider").then_some((name, location))
        })
    }
}

/// Whether an import shows that another provider of identities is used.
fn shows_auth(import: &ImportFact, module: &str, name: Option<&str>) -> bool {
    let mut values = import.specifiers.iter().filter(|specifier| !specifier.type_only);
    match name {
        Some(name) => import.module == module && values.any(|s| s.name == ImportedName::Named(name.to_owned())),
        None => {
            let is_below =
                import.module.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            is_below && values.next().is_some()
        }
    }
}

/// The provider that an imported name is, and the package it is from.
pub(crate) fn provider_of(modules: &Modules<'_>, file: FileId, imported: &Imported) -> Option<(Provider, String)> {
    if imported.type_only {
        return None;
    }
    match modules.import(file, imported) {
        Definition::Package(module, name) => Some((provider(module, &name)?, module.to_owned())),
        _ => None,
    }
}

/// The providers that a file writes as elements.
fn written_in(modules: &Modules<'_>, file: FileId) -> Vec<Written> {
    let facts = modules.sources.facts(file);
    let of = |value: &Value, node| match value {
        Value::Imported(imported) => provider_of(modules, file, imported).map(|(provider, module)| Written {
            provider,
            module,
            place: (file, node),
        }),
        _ => None,
    };
    let elements = (0..).map(JsxId).zip(&facts.flow.elements);
    let elements = elements.filter_map(|(id, element)| of(element.tag.as_ref()?, Node::Jsx(id)));
    let calls = (0..).map(CallId).zip(&facts.flow.calls).filter_map(|(id, call)| {
        is_element_call(modules, file, call).then(|| of(call.arguments.first()?, Node::Call(id))).flatten()
    });
    elements.chain(calls).collect()
}

/// Whether a call is one of `createElement`.
fn is_element_call(modules: &Modules<'_>, file: FileId, call: &CallFlow) -> bool {
    match &call.callee {
        Value::Imported(imported) => matches!(
            modules.import(file, imported),
            Definition::Package(module, name) if is_create_element(module, &name)
        ),
        // `React.createElement` of the default import
        Value::Member(object, name) => matches!(
            &**object,
            Value::Imported(imported) if imported.export == ImportedName::Default
                && is_create_element(&imported.module, &ImportedName::Named(name.clone()))
        ),
        _ => false,
    }
}

/// `{...spread}`
pub(crate) fn is_spread(attribute: &AttributeFact) -> bool {
    attribute.name.is_none()
}
