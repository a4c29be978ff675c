//! Providers that are added within a page, below a plain one that stays around it.
//!
//! ```tsx
//! // The router of TanStack Start wraps all that it shows, and ClerkProvider can't be there: the plain provider stays, and in the root route
//! <ClerkProvider>
//!   <ConvexProviderWithClerk client={context.convexClient} useAuth={useAuth}>
//! ```

use crate::graph::render::Place;
use crate::graph::roots::ClerkPlace;
use crate::refusal::Refusal;
use crate::survey::Survey;

/// What is added.
#[derive(Clone, Debug)]
pub(crate) struct Added {
    /// The elements that get the providers around them, of which one is there at a time.
    pub(crate) places: Vec<Place>,
    /// What ClerkProvider is given there.
    pub(crate) kind: ClerkPlace,
    /// What ConvexProviderWithClerk is given as its client.
    pub(crate) client: Client,
}

/// How the file of the page comes by the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    /// By this name, which it has at its top.
    Own(String),
    /// By an import.
    Import { module: String, name: String },
    /// From the context of the router: `context.convexClient`.
    Context,
}

/// Finds what a framework adds for a plain provider that stands around the pages.
///
/// # Errors
/// A refusal where there is no place for it.
pub(crate) type Inner = fn(&Survey<'_>, Place) -> Result<Added, Refusal>;
