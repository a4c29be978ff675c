//! What a walk down an app saw: providers and gates, components that were looked for, pages; and where.

use std::collections::{BTreeMap, BTreeSet};

use change::ImportedName;
use syntax::{CallId, FunctionId, JsxId};

use super::sources::FileId;
use crate::known::{self, Provider};

/// An element, or the call of `createElement` that makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Node {
    Jsx(JsxId),
    Call(CallId),
    /// `{children}` or a fragment right in `<body>`: the element, and which of its children, those that render nothing aside.
    Child(JsxId, u32),
}

/// An element of a file.
pub(crate) type Place = (FileId, Node);

/// A provider on the way down.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Above {
    pub(crate) provider: Provider,
    pub(crate) module: String,
    pub(crate) place: Place,
}

/// A provider where it is rendered.
#[derive(Clone, Debug)]
pub(crate) struct Sighting {
    pub(crate) provider: Provider,
    pub(crate) place: Place,
    /// The providers around it, outermost first.
    pub(crate) above: Vec<Above>,
    /// The elements around it, in whatever file, outermost first.
    pub(crate) trail: Vec<Place>,
    /// Which root it is under.
    pub(crate) root: usize,
    /// Whether every step to it could be followed.
    pub(crate) is_certain: bool,
    /// The routes that lead to it, outermost first; none where pages don't matter.
    pub(crate) branches: Vec<Branch>,
    /// How many elements of the trail stand around the page that it is in; `None` where it is in none.
    pub(crate) page: Option<usize>,
}

/// A function or class of the app.
pub(crate) type Component = (FileId, FunctionId);

/// A way that excludes those beside it: one of a router's routes, one of the ways out of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Branch {
    /// A file that a framework renders by its name.
    File(FileId),
    /// `<Route />`
    Element(Place),
    /// `{ path: "/", element: <Home /> }`: the file, and where its properties are kept.
    Object(FileId, usize),
    /// `if (!task) return <Empty />; return <Details />;`: one of several ways out of a component.
    WayOut(FileId, FunctionId, usize),
}

/// A component where it is rendered.
#[derive(Clone, Debug)]
pub(crate) struct Rendering {
    pub(crate) component: Component,
    /// The element that stands for it; `None` where a route or a package renders it.
    pub(crate) by: Option<Place>,
    /// The providers and gates around it, outermost first.
    pub(crate) above: Vec<Above>,
    /// The elements around it and the one that stands for it, outermost first.
    pub(crate) trail: Vec<Place>,
    /// The routes that lead to it, outermost first.
    pub(crate) branches: Vec<Branch>,
    /// The components of the app that it is rendered by, outermost first.
    pub(crate) within: Vec<Component>,
    /// Which root it is under.
    pub(crate) root: usize,
}

/// A route where it is shown.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) branches: Vec<Branch>,
    /// The elements around it, outermost first.
    pub(crate) trail: Vec<Place>,
}

/// What a walk is to see besides providers.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) renderings: Vec<Rendering>,
    pub(crate) pages: Vec<Page>,
    /// The components of the app that an element stands for.
    pub(crate) components: BTreeMap<Place, BTreeSet<Component>>,
    /// The elements that may stand for something that is no component of the app.
    pub(crate) others: BTreeSet<Place>,
    /// The components that are rendered in so many places that not all ways down to them were gone.
    pub(crate) cut: BTreeSet<Component>,
}

/// What a walk looks for.
pub(crate) struct Wanted {
    /// What an export of a package is to it.
    pub(crate) provider: fn(&str, &ImportedName) -> Option<Provider>,
    /// Whether it has to see an export of a package, or a package taken in as a whole.
    pub(crate) is_marked: fn(&str, &ImportedName) -> bool,
    /// The components that it looks for.
    pub(crate) components: BTreeSet<Component>,
    /// Files that are pages, each of which it has to see; `None` where pages don't matter.
    pub(crate) pages: Option<BTreeSet<FileId>>,
}

impl Wanted {
    /// Providers alone.
    pub(crate) fn providers() -> Self {
        let components = BTreeSet::new();
        Self { provider: known::provider, is_marked: known::is_marked, components, pages: None }
    }
}

/// What some trails have in common before they part, outermost first.
pub(crate) fn common<'s>(mut trails: impl Iterator<Item = &'s [Place]>) -> Vec<Place> {
    let Some(first) = trails.next() else { return Vec::new() };
    let together = trails.fold(first.len(), |length, trail| {
        first.iter().zip(trail).take(length).take_while(|(one, other)| one == other).count()
    });
    first.iter().take(together).copied().collect()
}
