//! What is left to a person where Clerk's package has no buttons: a screen to sign in on, and a way out.

use change::Step;
use syntax::{FileFacts, Value};

use super::is_gate;
use crate::ctx::{Ctx, Sink};
use crate::known::{CONVEX_REACT, is_clerk_module};

/// What of Clerk's packages lets people sign in.
const SIGN_IN: [&str; 7] =
    ["useSignIn", "useSignUp", "useSSO", "useOAuth", "AuthView", "SignIn", "useSignInWithGoogle"];

/// The steps of an app whose gates have a place for a screen of its own; what its files show done is left out.
pub(crate) fn steps(ctx: &Ctx<'_>, sink: &Sink) -> Vec<Step> {
    let takes = |facts: &FileFacts, is_module: &dyn Fn(&str) -> bool, names: &[&str]| {
        let imports = facts.imports.iter().filter(|import| is_module(&import.module));
        imports.flat_map(|import| &import.specifiers).any(
            |specifier| matches!(&specifier.name, change::ImportedName::Named(name) if names.contains(&name.as_str())),
        )
    };
    let has_gate = sink.groups.iter().any(is_gate)
        || ctx.app.facts().any(|(_, facts)| takes(facts, &|module| module == CONVEX_REACT, &["Unauthenticated"]));
    if ctx.framework.gates.has_buttons || !has_gate {
        return Vec::new();
    }
    let step = |id, title: &str| Step {
        id,
        apps: vec![ctx.app.id.clone()],
        title: title.to_owned(),
        at: Vec::new(),
        copy: None,
        doc: Some(ctx.framework.quickstart),
    };
    let mut steps = Vec::new();
    if !ctx.app.facts().any(|(_, facts)| takes(facts, &is_clerk_module, &SIGN_IN)) {
        steps.push(step("sign-in-screen", "Make a screen to sign in on, and show it inside `Unauthenticated`."));
    }
    if !ctx.app.facts().any(|(_, facts)| signs_out(facts)) {
        steps.push(step("sign-out", "Give people a way out: a button that calls `signOut` of `useClerk()`."));
    }
    steps
}

/// Whether a file calls, or hands on, `signOut` of Clerk.
pub(super) fn signs_out(facts: &FileFacts) -> bool {
    let is_it = |value: &Value| matches!(value, Value::Member(_, name) if name == "signOut");
    let takes_clerk = facts.imports.iter().any(|import| is_clerk_module(&import.module));
    takes_clerk
        && (facts.flow.calls.iter().any(|call| is_it(&call.callee)) || facts.flow.variables.iter().flatten().any(is_it))
}
