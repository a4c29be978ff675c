#![doc = include_str!("clerk_state_for_convex.md")]

use std::collections::BTreeSet;

use change::{Finding, Severity};
use syntax::AttributeValue;

use super::Check;
use crate::Explanation;
use crate::access::{Access, Private};
use crate::doctor::Looked;
use crate::graph::sightings::{Node, Place};
use crate::graph::subscriptions::Guard;
use crate::known::{Gate, Provider};

/// The rule.
pub(crate) const RULE: Check = Check {
    explanation: Explanation {
        id: "clerk-state-for-convex",
        summary: "Clerk's state decides about Convex data.",
        text: include_str!("clerk_state_for_convex.md"),
    },
    check,
};

fn check(looked: &Looked<'_>) -> Vec<Finding> {
    let Looked { ctx, access, future, .. } = looked;
    let found = |message: String, place: (&change::RelPath, change::TextRange), help: &str| {
        let mut finding = Finding::new(RULE.explanation.id, Severity::Warning, message);
        finding.app = Some(ctx.app.id.clone());
        finding.location = Some(future.now(place.0, place.1).0);
        finding.help = Some(help.to_owned());
        finding.doc = Some("https://docs.convex.dev/auth/debug");
        finding
    };
    let mut findings = Vec::new();
    // `useQuery(api.orders.mine, isSignedIn ? {} : "skip")`
    for ((file, _), subscriptions) in &access.consumers {
        let by_clerk = subscriptions.iter().filter(|one| one.guard == Guard::Clerk);
        for subscription in by_clerk.filter(|one| access.is_private(&one.query, Private::Needing)) {
            findings.push(found(
                "this query waits for Clerk's session, which Convex has not validated yet".to_owned(),
                (access.modules.sources.path(*file), subscription.range),
                "let it wait for `isAuthenticated` of `useConvexAuth()`",
            ));
        }
    }
    // `<SignedIn><Orders /></SignedIn>`
    let needing = access.to_guard(Private::Needing);
    let mut seen = BTreeSet::new();
    for rendering in access.graph.seen.renderings.iter().filter(|rendering| needing.contains_key(&rendering.component))
    {
        let gates = rendering.above.iter().filter(|above| above.provider == Provider::Gate(Gate::ByClerk));
        for gate in gates.filter(|gate| !access.is_guarded(rendering) && !is_for_others(access, gate.place)) {
            let Some(range) = access.opening(gate.place).filter(|_| seen.insert((gate.place, rendering.component)))
            else {
                continue;
            };
            let who = access.name(rendering.component).unwrap_or("what is in it");
            findings.push(found(
                format!("`{who}` is shown once Clerk has a session, which Convex has not validated yet"),
                (access.modules.sources.path(gate.place.0), range),
                "use `Authenticated` of convex/react here",
            ));
        }
    }
    findings
}

/// `<Show when="signed-out">`
fn is_for_others(access: &Access<'_>, place: Place) -> bool {
    let (file, Node::Jsx(id)) = place else { return false };
    let element = access.modules.sources.facts(file).element(id);
    element.is_some_and(|element| {
        let mut attributes = element.attributes.iter();
        attributes.any(|attribute| attribute.value == AttributeValue::Text("signed-out".to_owned()))
    })
}
