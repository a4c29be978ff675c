//! Who renders whom: from an app's roots, through modules, components and what they are given, to its providers.
//!
//! `sources` holds the facts of every file that may take part, `aside` those that are read only if need be, `resolve` leads from a module specifier to a file, `modules` from a name to
//! what it stands for, `reach` says what code may run at all, `evaluate` from an expression to what it may be, and `render` walks down from the roots.

mod aside;
mod at;
pub(crate) mod backend;
pub(crate) mod evaluate;
pub(crate) mod functions;
pub(crate) mod modules;
pub(crate) mod nesting;
mod pages;
pub(crate) mod reach;
pub(crate) mod relevance;
pub(crate) mod render;
pub(crate) mod resolve;
pub(crate) mod roots;
pub(crate) mod sightings;
pub(crate) mod snapshot;
pub(crate) mod sources;
pub(crate) mod subscriptions;
pub(crate) mod through;
