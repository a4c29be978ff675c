//! The provider for Clerk where it is added, not swapped: within a new ClerkProvider, or one that is there.
//!
//! ```tsx
//! <ClerkProvider>
//!   <ConvexProviderWithClerk client={context.convexClient} useAuth={useAuth}>
//! ```

use std::collections::BTreeSet;

use change::{Conflict, EditSet, RelPath, TextRange};
use syntax::style::Style;
use syntax::{ParsedModule, Tag, attribute, identifier, path, wrap_child, wrap_children};

use crate::added::Client;
use crate::graph::render::Place;
use crate::names::Names;
use crate::page_data::last_import;
use crate::rewire::{LocalNames, Rewiring};

impl Rewiring<'_> {
    /// Whether the provider for Clerk is added within a ClerkProvider that is there.
    pub(crate) fn is_within(&self, place: Place) -> bool {
        self.targets.adds.contains_key(&place) && !self.targets.wraps.contains_key(&place)
    }

    /// The edits that add the provider for Clerk around all that is in an element.
    pub(crate) fn within(
        &self,
        module: &ParsedModule,
        style: &Style,
        range: TextRange,
        local: &LocalNames<'_>,
    ) -> Result<Option<EditSet>, Conflict> {
        local.added().map_or(Ok(None), |tag| wrap_children(module, style, range, &tag))
    }

    /// The edits of a child that is no element: `{children}`.
    pub(crate) fn child(
        &self,
        module: &ParsedModule,
        style: &Style,
        (place, range): (Place, TextRange),
        path: &RelPath,
        local: &LocalNames<'_>,
    ) -> Result<Option<EditSet>, Conflict> {
        let tags = local.clerk.map(|name| self.tags(name, place, path, local));
        tags.map(|tags| wrap_child(module, style, range, tags)).transpose()
    }

    /// ClerkProvider, and the provider for Clerk within it where that is added.
    pub(crate) fn tags(&self, name: &str, place: Place, path: &RelPath, local: &LocalNames<'_>) -> Vec<Tag> {
        let added = self.targets.adds.get(&place).and_then(|_| local.added());
        std::iter::once(self.clerk_tag(name, place, path, local)).chain(added).collect()
    }

    /// What the providers for Clerk that a file gets have as their client.
    pub(crate) fn client_of(
        &self,
        places: &BTreeSet<Place>,
        context: &str,
        names: &mut Names<'_, '_>,
    ) -> Option<String> {
        match places.iter().find_map(|place| self.targets.adds.get(place))? {
            Client::Own(name) => Some(name.clone()),
            Client::Import { module, name } => {
                let (first, rest) = name.split_once('.').map_or((&**name, ""), |(first, rest)| (first, rest));
                let last = places.first().and_then(|place| last_import(self, *place));
                let local = names.local_beside(module, first, "convexClient", last.as_deref());
                Some(if rest.is_empty() { local } else { format!("{local}.{rest}") })
            }
            Client::Context => Some(format!("{context}.convexClient")),
        }
    }
}

impl LocalNames<'_> {
    /// `<ConvexProviderWithClerk client={context.convexClient} useAuth={useAuth}>`
    fn added(&self) -> Option<Tag> {
        let ((name, client), use_auth) = self.with_clerk.zip(self.client).zip(self.use_auth)?;
        let attributes = vec![attribute("client", path(client)), attribute("useAuth", identifier(use_auth))];
        Some(Tag { name: name.to_owned(), attributes })
    }
}
