//! Where gates go: around what subscribes to private queries, in the nearest component that renders it from outside.
//!
//! ```tsx
//! <Authenticated>
//!   <Content />            // subscribes to tasks:list
//! </Authenticated>
//! ```
//! `sites` finds the places, `ground` says what may be wrapped, `share` lets neighbours have one gate, `carriers` says which gates show what
//! is there instead, `write` makes the edits.

mod carriers;
mod ground;
mod left;
mod proof;
mod root;
mod said;
mod share;
mod sites;
mod steps;
mod ways;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use change::{ChangeGroup, TextRange};

use crate::graph::sightings::{Branch, Component, Place};
use crate::graph::sources::FileId;

pub(crate) use carriers::{Carrying, carriers};
pub(crate) use proof::prove;
pub(crate) use sites::{Planned, Sites};
pub(crate) use steps::steps;
pub(crate) use write::Writer;

/// Whether a group is that of a gate.
pub(crate) fn is_gate(group: &ChangeGroup) -> bool {
    group.id.as_str().starts_with("gate-")
}

/// Which gates are added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateMode {
    /// Around what subscribes to private queries.
    Auto,
    /// One around all that the provider holds.
    Root,
    /// None.
    None,
}

/// A way on which something is shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Way {
    pub(crate) root: usize,
    /// The routes and ways out of components that lead to it, outermost first.
    pub(crate) branches: Vec<Branch>,
    /// What has to hold for it to be there, from outside to inside.
    pub(crate) conditions: BTreeSet<Condition>,
}

/// Something that what is shown depends on: the expression in a file that decides, and which of its branches it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Condition {
    pub(crate) file: FileId,
    pub(crate) range: TextRange,
    pub(crate) branch: Branching,
}

/// How something depends on an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Branching {
    /// It is one of its values.
    Value(usize),
    /// It is there once for each of a list.
    Each,
    /// It is given by a function, or kept in a variable, that somebody else uses.
    Handed,
}

impl Way {
    /// Whether it is for somebody else to say when it is there: `drawerContent={() => <Menu />}`.
    pub(crate) fn is_handed(&self) -> bool {
        self.conditions.iter().any(|condition| condition.branch == Branching::Handed)
    }

    /// Whether what is on this way is there whenever what is on another one is.
    pub(crate) fn is_there_with(&self, other: &Self) -> bool {
        self.root == other.root
            && other.branches.starts_with(&self.branches)
            && self.conditions.is_subset(&other.conditions)
    }
}

/// What is put behind a gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    pub(crate) file: FileId,
    /// An element, a child of one, or children beside each other; an existing gate where that lacks what is shown instead.
    pub(crate) range: TextRange,
    /// Whether a gate is there already.
    pub(crate) is_gated: bool,
    /// The components that it is about, each with the private queries that it subscribes to.
    pub(crate) consumers: BTreeMap<Component, BTreeSet<Vec<String>>>,
    /// Where it is shown.
    pub(crate) ways: BTreeSet<Way>,
    /// How deep it stands below the root, on the shortest way.
    pub(crate) depth: usize,
    /// Where what it is around is handed down, if it is that: `{children}` of this element.
    pub(crate) handed_by: Option<Place>,
    /// Whether Clerk shows it only to those who are signed in: nothing has to be there instead.
    pub(crate) is_by_clerk: bool,
}

/// A consumer that no gate can be put around.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ungated {
    pub(crate) component: Component,
    pub(crate) queries: BTreeSet<Vec<String>>,
    pub(crate) why: Why,
}

/// Why no gate can be put around a consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Why {
    /// Its provider is not around it on every way.
    Outside,
    /// The element that stands for it stands for others as well.
    Shared,
    /// Where it is rendered can't be followed.
    Unseen,
    /// What renders it shows pages as well that use no private data.
    HidesPages,
    /// It is the page, and what is around the page hands down others too, or nothing that could be wrapped.
    IsPage,
    /// It is the page, and nothing that could be wrapped hands it down.
    Handed,
    /// The element that stands for it is a provider, a router or the document.
    Forbidden,
    /// It is in a list, or made by a call.
    Form,
    /// It stands where only those get who are not signed in.
    ForOthers,
    /// Which query it is can't be told.
    Query,
    /// The file is none that may be changed.
    File,
}

impl Why {
    /// A sentence for a report.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::Outside => "Convex's provider is not around it on every way",
            Self::Shared => "the element that stands for it stands for other components as well",
            Self::Unseen => "where it is rendered could not be followed",
            Self::HidesPages => "a gate around it would hide pages that use none of this data",
            Self::IsPage => "it is the page itself, and what is around it shows other pages as well",
            Self::Handed => {
                "it is the page itself, and what is around it hands it down in a form that can't be wrapped"
            }
            Self::Forbidden => "it is a provider or a router, around which no gate goes",
            Self::Form => "the form in which it is rendered can't be wrapped",
            Self::ForOthers => "it stands where only those get who are not signed in",
            Self::Query => "which query that is could not be told",
            Self::File => "the file that renders it is none that may be changed here",
        }
    }
}
