//! Draws an app as its plan leaves it: fills [`Picture`].

use std::collections::{BTreeMap, HashMap};

use change::AppOutcome;

use crate::access::{Access, Private};
use crate::apps::{self, Candidate, Choice};
use crate::ctx::Ctx;
use crate::doctor::look_ahead;
use crate::frameworks::Framework;
use crate::future::Future;
use crate::graph::backend::function_name;
use crate::graph::functions::Identity;
use crate::graph::sightings::{Component, Place, Rendering};
use crate::graph::subscriptions::{Guard, Query};
use crate::known::{Gate, Provider};
use crate::picture::{
    AppPicture, Guarded, NodeKind, Picture, PictureCall, PictureFunction, PictureIdentity, PictureNode,
};
use crate::workspace::Workspace;
use crate::{Options, PlanError, framework, report};

/// Draws what the migration of a project is decided on.
pub(crate) fn picture_of(workspace: &Workspace, options: &Options) -> Result<Picture, PlanError> {
    let forced = options.framework.as_deref().map(framework).transpose()?;
    let candidates = apps::candidates(workspace, &options.apps)?;
    // As in a plan: an app that nobody can tell the framework of stops a run that is about it alone.
    let is_alone = candidates.len() == 1 || !options.apps.is_empty();
    let apps = candidates.iter().map(|candidate| {
        app(workspace, candidate, forced, options).or_else(|error| match is_alone {
            true => Err(error),
            false => Ok(without_nodes(candidate, "", error.to_string())),
        })
    });
    let apps = apps.collect::<Result<_, _>>()?;
    Ok(Picture { base: workspace.base.clone(), apps })
}

fn app(
    workspace: &Workspace,
    candidate: &Candidate<'_>,
    forced: Option<&'static Framework>,
    options: &Options,
) -> Result<AppPicture, PlanError> {
    let (known, own) = report(workspace, candidate, forced, options)?;
    let note = match known.outcome {
        AppOutcome::Migrated => None,
        AppOutcome::Nothing(why) => Some(why),
        AppOutcome::Refused { message, .. } => Some(format!("refused: {message}")),
        AppOutcome::Unsupported { name, .. } => Some(format!("{name} is not migrated")),
    };
    let Choice::Framework(framework) = candidate.choice(workspace, forced)? else {
        return Ok(without_nodes(candidate, &known.framework, note.unwrap_or_default()));
    };
    let ctx = Ctx::new(workspace, &candidate.app, framework, options);
    Ok(look_ahead(&ctx, &own, |access, future| {
        let mut drawing = Drawing {
            access,
            future,
            nodes: Vec::new(),
            known: HashMap::new(),
            first: HashMap::new(),
            functions: Vec::new(),
        };
        drawing.draw();
        let (nodes, functions) = (drawing.nodes, drawing.functions);
        let cut =
            access.graph.is_exhausted.then(|| "cut off: there are too many ways down to draw them all".to_owned());
        let note = note.or(cut);
        AppPicture { id: candidate.app.id.clone(), framework: framework.id.to_owned(), note, nodes, functions }
    }))
}

fn without_nodes(candidate: &Candidate<'_>, framework: &str, note: String) -> AppPicture {
    let id = candidate.app.id.clone();
    AppPicture { id, framework: framework.to_owned(), note: Some(note), nodes: Vec::new(), functions: Vec::new() }
}

/// What a node stands for below its parent.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Root(usize),
    Element(Place),
    Component(Component),
}

struct Drawing<'a, 's> {
    access: &'s Access<'a>,
    future: &'s Future,
    nodes: Vec<PictureNode>,
    known: HashMap<(Option<usize>, Key), usize>,
    /// The node of each element, where it was drawn first: what is in it is drawn once.
    first: HashMap<Place, usize>,
    functions: Vec<PictureFunction>,
}

impl Drawing<'_, '_> {
    fn draw(&mut self) {
        let marks: BTreeMap<Place, (NodeKind, &'static str)> = self
            .access
            .graph
            .sightings
            .iter()
            .filter_map(|sighting| Some((sighting.place, mark(sighting.provider)?)))
            .collect();
        for sighting in self.access.graph.sightings.iter().filter(|sighting| mark(sighting.provider).is_some()) {
            let way: Vec<Place> = sighting.trail.iter().copied().chain([sighting.place]).collect();
            self.way(sighting.root, &way, &marks);
        }
        for rendering in &self.access.graph.seen.renderings {
            if let Some(at) = self.way(rendering.root, &rendering.trail, &marks) {
                self.consumer(rendering, at);
            }
        }
        for function in &self.access.functions {
            if function.is_public && function.identity == Identity::Needed {
                self.function(&function.path);
            }
        }
    }

    /// The nodes on a way down, of which the last is given: the root, providers, gates and components of the app.
    /// `None` where it leads through something that is drawn elsewhere already.
    fn way(&mut self, root: usize, way: &[Place], marks: &BTreeMap<Place, (NodeKind, &'static str)>) -> Option<usize> {
        let mut at = self.root(root);
        for place in way {
            let component = self.access.graph.seen.components.get(place).and_then(|all| all.first().copied());
            let (kind, label) = match (marks.get(place), component) {
                (Some((kind, name)), _) => (*kind, format!("<{name}>")),
                (None, Some(component)) => {
                    let name = self.access.name(component).unwrap_or("…");
                    (NodeKind::Component, format!("<{name} />"))
                }
                (None, None) => continue,
            };
            let place = *place;
            let tag = self
                .access
                .opening(place)
                .map(|range| self.future.now(self.access.modules.sources.path(place.0), range));
            let is_above =
                self.first.contains_key(&place) && !self.known.contains_key(&(Some(at), Key::Element(place)));
            let label = if is_above { format!("{label} ↑") } else { label };
            let is_repeated = |drawing: &Self, at| drawing.first.get(&place).is_some_and(|first| *first != at);
            at = self.node(Some(at), Key::Element(place), || {
                let (location, is_new) = tag.map_or((None, false), |(location, is_new)| (Some(location), is_new));
                (kind, label, location, is_new && kind != NodeKind::Component)
            });
            self.first.entry(place).or_insert(at);
            if is_repeated(self, at) {
                return None;
            }
        }
        Some(at)
    }

    fn root(&mut self, root: usize) -> usize {
        let file = self.access.roots.live.get(root).map(|root| root.file);
        let path = file.map(|file| self.access.modules.sources.path(file).clone());
        self.node(None, Key::Root(root), || {
            let label = path.as_ref().map(ToString::to_string).unwrap_or_default();
            (NodeKind::Root, label, path.map(change::Location::file), false)
        })
    }

    fn node(
        &mut self,
        parent: Option<usize>,
        key: Key,
        make: impl FnOnce() -> (NodeKind, String, Option<change::Location>, bool),
    ) -> usize {
        if let Some(known) = self.known.get(&(parent, key)) {
            return *known;
        }
        let (kind, label, location, is_new) = make();
        let (guarded, calls) = (Guarded::NotNeeded, Vec::new());
        self.nodes.push(PictureNode { kind, label, location, parent, is_new, guarded, calls });
        self.known.insert((parent, key), self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// Marks what subscribes, or adds it where no element stands for it.
    fn consumer(&mut self, rendering: &Rendering, at: usize) {
        let component = rendering.component;
        let name = self.access.name(component).unwrap_or("…").to_owned();
        let place = self.access.subscribes_at(component);
        let location = place.map(|(path, range)| self.future.now(path, range).0);
        let at = match rendering.by {
            Some(_) => at,
            None => self.node(Some(at), Key::Component(component), || {
                (NodeKind::Consumer, format!("<{name} />"), location.clone(), false)
            }),
        };
        let mut calls = Vec::new();
        let mut guarded = Guarded::NotNeeded;
        for subscription in self.access.consumers.get(&component).into_iter().flat_map(|all| all.iter()) {
            let Query::Path(path) = &subscription.query else { continue };
            calls.push(PictureCall { function: self.function(path), conditional: subscription.is_conditional });
            let is_guarded = subscription.guard == Guard::Convex || self.access.is_guarded(rendering);
            let needs = self.access.is_private(&subscription.query, Private::Needing);
            guarded = match (is_guarded, needs, guarded) {
                (false, true, _) | (_, _, Guarded::No) => Guarded::No,
                (true, ..) => Guarded::Yes,
                (false, false, guarded) => guarded,
            };
        }
        if let Some(node) = self.nodes.get_mut(at) {
            node.kind = NodeKind::Consumer;
            node.location = location;
            node.guarded = guarded;
            node.calls = calls;
        }
    }

    /// The index of a function, which is drawn from now on.
    fn function(&mut self, path: &[String]) -> usize {
        let name = function_name(path);
        if let Some(known) = self.functions.iter().position(|function| function.name == name) {
            return known;
        }
        let known = self.access.functions.iter().find(|function| function.path == path);
        let identity = known.map(|function| function.identity).or_else(|| self.access.identity(path));
        self.functions.push(PictureFunction {
            name,
            kind: known.map_or("query", |function| function.kind.as_str()),
            identity: identity.map_or(PictureIdentity::Unknown, PictureIdentity::from),
            location: known.map(|function| function.location.clone()),
        });
        self.functions.len() - 1
    }
}

/// What a provider or a gate is drawn as.
fn mark(provider: Provider) -> Option<(NodeKind, &'static str)> {
    Some(match provider {
        Provider::Plain => (NodeKind::Provider, "ConvexProvider"),
        Provider::WithClerk => (NodeKind::Provider, "ConvexProviderWithClerk"),
        Provider::Clerk => (NodeKind::Provider, "ClerkProvider"),
        Provider::Gate(Gate::Authenticated) => (NodeKind::Gate, "Authenticated"),
        Provider::Gate(Gate::ByClerk) => (NodeKind::Component, "SignedIn"),
        Provider::Gate(Gate::Unauthenticated | Gate::AuthLoading | Gate::SignIn) => return None,
    })
}
