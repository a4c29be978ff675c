#![doc = include_str!("token_template_left.md")]

use change::{Finding, Severity};
use syntax::{CallFlow, Value};

use super::Check;
use crate::Explanation;
use crate::doctor::Looked;
use crate::graph::sources::FileId;
use crate::known::is_clerk_module;

/// The rule.
pub(crate) const RULE: Check = Check {
    explanation: Explanation {
        id: "token-template-left",
        summary: "A token is asked for by the name of a template.",
        text: include_str!("token_template_left.md"),
    },
    check,
};

fn check(looked: &Looked<'_>) -> Vec<Finding> {
    let Looked { ctx, access, future, .. } = looked;
    let sources = &access.modules.sources;
    let calls = sources.leading().flat_map(|file| sources.facts(file).flow.calls.iter().map(move |call| (file, call)));
    let takes_clerk = |file: FileId| sources.facts(file).imports.iter().any(|i| is_clerk_module(&i.module));
    let left = calls.filter(|(file, call)| names_template(call) && takes_clerk(*file));
    left.map(|(file, call)| {
        let message = "this token is asked for by the name of a template, which the integration does not need";
        let mut finding = Finding::new(RULE.explanation.id, Severity::Warning, message);
        finding.app = Some(ctx.app.id.clone());
        finding.location = Some(future.now(sources.path(file), call.range).0);
        finding.help = Some("call `getToken()` without one, or keep the template in Clerk's dashboard".to_owned());
        finding.doc = Some("https://docs.convex.dev/auth/clerk");
        finding
    })
    .collect()
}

/// `getToken({ template: "convex" })`
fn names_template(call: &CallFlow) -> bool {
    let is_convexs = |value: &Value| matches!(value, Value::Text(text) if text == "convex");
    match call.arguments.as_slice() {
        [Value::Object(props)] => {
            props.iter().any(|(name, value)| name.as_deref() == Some("template") && is_convexs(value))
        }
        _ => false,
    }
}
