#![doc = include_str!("unguarded_query.md")]

use std::collections::BTreeMap;

use change::{Finding, Severity};

use super::Check;
use crate::Explanation;
use crate::access::Private;
use crate::doctor::Looked;
use crate::graph::backend::function_name;

/// The rule.
pub(crate) const RULE: Check = Check {
    explanation: Explanation {
        id: "unguarded-query",
        summary: "A component subscribes to what needs an identity, outside of every gate.",
        text: include_str!("unguarded_query.md"),
    },
    check,
};

fn check(looked: &Looked<'_>) -> Vec<Finding> {
    let Looked { ctx, access, future, .. } = looked;
    let needing = access.to_guard(Private::Needing);
    let mut open = BTreeMap::new();
    for rendering in access.graph.seen.renderings.iter().filter(|rendering| !access.is_guarded(rendering)) {
        if let Some(queries) = needing.get(&rendering.component) {
            open.insert(rendering.component, queries);
        }
    }
    let finding = |(component, queries): (_, &std::collections::BTreeSet<Vec<String>>)| {
        let names: Vec<String> = queries.iter().map(|path| function_name(path)).collect();
        let who = access.name(component).unwrap_or("a component");
        let message = format!(
            "`{who}` subscribes to {}, which throws without an identity, outside of every gate",
            names.join(", ")
        );
        let mut finding = Finding::new(RULE.explanation.id, Severity::Error, message);
        finding.app = Some(ctx.app.id.clone());
        finding.location = access.subscribes_at(component).map(|(path, range)| future.now(path, range).0);
        finding.help = Some("put `Authenticated` around it, or let the query wait for `useConvexAuth()`".to_owned());
        finding.doc = Some("https://docs.convex.dev/auth/clerk");
        finding
    };
    open.into_iter().map(finding).collect()
}
