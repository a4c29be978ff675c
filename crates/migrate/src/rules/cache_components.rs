#![doc = include_str!("cache_components.md")]

use change::{Finding, Location, Severity};

use super::Rule;
use crate::Explanation;
use crate::ctx::{Ctx, RuleResult, Sink, Verdict};
use crate::next;

/// The rule.
pub(crate) const RULE: Rule = Rule {
    explanation: Explanation {
        id: "cache-components",
        summary: "With Cache Components, what reads the session stands inside Suspense.",
        text: include_str!("cache_components.md"),
    },
    run,
};

fn run(ctx: &Ctx<'_>, sink: &mut Sink) -> RuleResult {
    let group = sink.wired.as_ref().and_then(|wired| wired.group.clone());
    let settings = next::caches_components(ctx.workspace, ctx.app).filter(|_| group.is_some());
    if let Some(path) = settings {
        let message = "Cache Components are on: what reads Clerk's session on the server needs a Suspense around it";
        let mut finding = Finding::new(RULE.explanation.id, Severity::Note, message);
        finding.app = Some(ctx.app.id.clone());
        finding.location = Some(Location::file(path));
        finding.help = Some(
            "put <Suspense> around components that call auth() or currentUser(), and around <SignIn /> and <SignUp />"
                .to_owned(),
        );
        finding.doc = Some("https://nextjs.org/docs/app/api-reference/config/next-config-js/cacheComponents");
        finding.group = group;
        sink.findings.push(finding);
    }
    Ok(Verdict::Added)
}
