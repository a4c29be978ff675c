//! The change of what a file takes in by `require`.
//!
//! ```js
//! const { ConvexProvider, ConvexReactClient } = require("convex/react");
//! ```

use change::{ChangeGroup, TextRange};
use syntax::style::Style;
use syntax::{Bindings, ParsedModule, RequireChange, is_es_module, require_edits};

use crate::graph::render::Place;
use crate::known::{CLERK_PROVIDER, CONVEX_PROVIDER, CONVEX_PROVIDER_WITH_CLERK, CONVEX_REACT, CONVEX_REACT_CLERK};
use crate::refusal::{Refusal, RefusalReason};
use crate::rewire::Rewiring;

impl Rewiring<'_> {
    /// Changes what the file takes in by `require`; names that are taken already are refused, since such a statement is not laid out anew.
    pub(crate) fn require(
        &self,
        group: &mut ChangeGroup,
        place: Place,
        module: &ParsedModule,
        bindings: &Bindings,
        style: &Style,
        wraps: bool,
    ) -> Result<(), Refusal> {
        let fail = || {
            let message = "ConvexProvider comes from a `require` in a form that is not laid out anew";
            Refusal::new(RefusalReason::UnprovenForm, message, Some(self.survey.location(place)))
        };
        let is_es = is_es_module(module);
        let clerk_names: Vec<&str> = if wraps { vec![CLERK_PROVIDER, "useAuth"] } else { vec!["useAuth"] };
        let fresh = [CONVEX_PROVIDER_WITH_CLERK].into_iter().chain(clerk_names.iter().copied().filter(|_| !is_es));
        // `import.meta` is no syntax of a CommonJS file.
        let has_no_key = !is_es && wraps && self.key.object == "import.meta.env";
        if has_no_key || fresh.into_iter().any(|name| bindings.is_spelled(name)) {
            return Err(fail());
        }
        let swapped = self.targets.swaps.iter().filter(|swap| swap.0 == place.0);
        let tags: Vec<TextRange> = swapped.flat_map(|swap| self.survey.names(*swap)).collect();
        let others = bindings.places_of_required(CONVEX_PROVIDER).into_iter().filter(|range| !tags.contains(range));
        let change = RequireChange {
            from: CONVEX_REACT,
            name: CONVEX_PROVIDER,
            // What is left is where it is declared.
            drops: others.count() <= 1,
            to: CONVEX_REACT_CLERK,
            new_name: CONVEX_PROVIDER_WITH_CLERK,
            before: (!is_es).then(|| (&*self.sdk, clerk_names)),
        };
        let edits = require_edits(module, style, &change).ok().flatten().ok_or_else(fail)?;
        let path = self.survey.path(place.0);
        edits.iter().try_for_each(|edit| group.edit(path, edit.clone())).map_err(|_| fail())
    }
}
