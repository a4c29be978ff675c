#![doc = include_str!("gates_without_loading.md")]

use change::{Finding, Severity};

use super::Check;
use crate::Explanation;
use crate::doctor::Looked;
use crate::known::{Gate, Provider};

/// The rule.
pub(crate) const RULE: Check = Check {
    explanation: Explanation {
        id: "gates-without-loading",
        summary: "Nothing is shown while Convex does not know yet whether somebody is signed in.",
        text: include_str!("gates_without_loading.md"),
    },
    check,
};

fn check(looked: &Looked<'_>) -> Vec<Finding> {
    let access = looked.access;
    let of =
        |gate: Gate| access.graph.sightings.iter().filter(move |sighting| sighting.provider == Provider::Gate(gate));
    let asks =
        !access.is_asked() && of(Gate::AuthLoading).next().is_none() && of(Gate::Unauthenticated).next().is_some();
    let Some(gate) = of(Gate::Authenticated).next().filter(|_| asks) else { return Vec::new() };
    let Some(range) = access.opening(gate.place) else { return Vec::new() };
    let (location, _) = looked.future.now(access.modules.sources.path(gate.place.0), range);
    let message =
        "while Convex checks the session neither this nor `Unauthenticated` is shown, and there is no `AuthLoading`";
    let mut finding = looked.finding(RULE.explanation.id, Severity::Note, message.to_owned(), location);
    finding.help = Some("add `<AuthLoading>` with what is shown meanwhile".to_owned());
    finding.doc = Some("https://docs.convex.dev/auth/clerk#logged-in-and-logged-out-views");
    vec![finding]
}
