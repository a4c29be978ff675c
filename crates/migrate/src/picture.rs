//! The picture behind the decisions: what renders whom, where the gates stand, and which Convex functions are called from where.
//!
//! Plain data for `convex-clerk graph`: no ranges of trees, no resolver, nothing that a renderer could not draw.

use std::path::PathBuf;

use change::{AppId, Location};

use crate::graph::functions::Identity;

/// What is drawn, and the folder it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The absolute folder that every path of the picture is relative to.
    pub base: PathBuf,
    /// The apps, in the order of their folders.
    pub apps: Vec<AppPicture>,
}

/// One app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppPicture {
    /// Which.
    pub id: AppId,
    /// The framework's id; empty where it is not known.
    pub framework: String,
    /// Why nothing is drawn, or what has to be known about what is.
    pub note: Option<String>,
    /// What is rendered, as a forest: a node comes after its parent, and siblings stand in the order in which they are rendered.
    pub nodes: Vec<PictureNode>,
    /// The Convex functions; calls name them by their index.
    pub functions: Vec<PictureFunction>,
}

/// One thing that is rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureNode {
    /// What it is.
    pub kind: NodeKind,
    /// `<TaskList />`, or `src/main.tsx` for a root.
    pub label: String,
    /// Where its component is written, or its element; of what the plan adds, the place where it comes.
    pub location: Option<Location>,
    /// The index of the node that renders it, always less than its own; `None` for a root.
    pub parent: Option<usize>,
    /// Whether it is not there yet: the plan adds it.
    pub is_new: bool,
    /// Whether what it asks Convex for waits for a session.
    pub guarded: Guarded,
    /// The Convex functions that it calls, in the order of its source.
    pub calls: Vec<PictureCall>,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// Where rendering begins: an entry, a layout, a page.
    Root,
    /// A provider of Convex's or Clerk's.
    Provider,
    /// What shows its children with a session only: `<Authenticated>`.
    Gate,
    /// A component on the way.
    Component,
    /// A component that subscribes to Convex.
    Consumer,
}

impl NodeKind {
    /// Every kind, outermost first.
    pub const ALL: [Self; 5] = [Self::Root, Self::Provider, Self::Gate, Self::Component, Self::Consumer];

    /// The word that reports print.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Provider => "provider",
            Self::Gate => "gate",
            Self::Component => "component",
            Self::Consumer => "consumer",
        }
    }
}

/// Whether a node is shown, or asks, with a session only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guarded {
    /// On every way to it there is a gate, or it looks itself.
    Yes,
    /// It should be, and is not.
    No,
    /// It calls nothing that a gate would be for.
    NotNeeded,
}

impl Guarded {
    /// The word that reports print.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::NotNeeded => "not-needed",
        }
    }
}

/// A call of a Convex function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureCall {
    /// The index in [`AppPicture::functions`].
    pub function: usize,
    /// Whether it is skipped on a condition of the component's own.
    pub conditional: bool,
}

/// A Convex function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureFunction {
    /// `tasks:list`
    pub name: String,
    /// `query`, `mutation`, `action`
    pub kind: &'static str,
    /// What it does with the caller's identity.
    pub identity: PictureIdentity,
    /// Where it is written.
    pub location: Option<Location>,
}

/// What a Convex function does with the caller's identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureIdentity {
    /// Throws without one.
    Needed,
    /// Reads it and goes on without one.
    Used,
    /// Never asks.
    Unused,
    /// It can't be told.
    Unknown,
}

impl From<Identity> for PictureIdentity {
    fn from(identity: Identity) -> Self {
        match identity {
            Identity::Needed => Self::Needed,
            Identity::Used => Self::Used,
            Identity::Unused => Self::Unused,
        }
    }
}

impl PictureIdentity {
    /// Everything that can be said, the most telling first.
    pub const ALL: [Self; 4] = [Self::Needed, Self::Used, Self::Unused, Self::Unknown];

    /// The word that reports print.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Needed => "needed",
            Self::Used => "used",
            Self::Unused => "unused",
            Self::Unknown => "unknown",
        }
    }
}
