#![doc = include_str!("auth_gates.md")]

use change::{Finding, GroupId, Location, Severity};

use super::Rule;
use crate::Explanation;
use crate::access::{Access, Private};
use crate::ctx::{Ctx, RuleResult, Sink, Verdict, Wired};
use crate::future::Future;
use crate::gates::{GateMode, Planned, Site, Sites, Ungated, Why, Writer, carriers, prove};
use crate::graph::modules::Modules;
use crate::graph::sources::FileId;
use crate::known::{Gate, Provider};
use crate::proof::keeps_comments_with;

/// The rule.
pub(crate) const RULE: Rule = Rule {
    explanation: Explanation {
        id: "auth-gates",
        summary: "What subscribes to private queries is shown once Convex sees a session.",
        text: include_str!("auth_gates.md"),
    },
    run,
};

/// Convex's guide to its gates.
const GUIDE: &str = "https://docs.convex.dev/auth/clerk#logged-in-and-logged-out-views";

fn run(ctx: &Ctx<'_>, sink: &mut Sink) -> RuleResult {
    let Some(wired) = sink.wired.clone() else { return Ok(Verdict::Added) };
    let usual = if wired.was_plain { GateMode::Auto } else { GateMode::None };
    let mode = ctx.options.gate.unwrap_or(usual);
    if mode == GateMode::None {
        return Ok(Verdict::Added);
    }
    let future = Future::of(sink);
    let ahead = ctx.ahead(&future);
    let resolver = ahead.resolver(ctx.workspace);
    let modules = Modules::new(&ahead.sources, &resolver);
    let access = Access::of(ctx, &ahead, &modules);
    if access.graph.is_exhausted {
        let mut finding =
            finding(ctx, &wired, Severity::Warning, "no gates: there are too many ways down to the components");
        finding.help = Some("put `Authenticated` around what subscribes to private queries by hand".to_owned());
        sink.findings.push(finding);
        return Ok(Verdict::Added);
    }
    let private = access.private();
    let text = |file: FileId| future.text(ctx, modules.sources.path(file));
    let sites = Sites::new(ctx, &access, access.to_guard(private), &text);
    let planned = if mode == GateMode::Root { sites.root() } else { sites.auto() };
    let rule = Gating { ctx, access: &access, wired: &wired, private, mode, future: &future };
    let writer =
        Writer { ctx, access: &access, resolver: &resolver, wired: &wired, server: &sites.server, future: &future };
    let known = sink.groups.len();
    let ungated = rule.add(sink, &writer, &sites, planned);
    if let Err(site) = proven(ctx, sink, known, &rule, &ungated) {
        sink.groups.truncate(known);
        sink.findings.retain(|finding| finding.rule != RULE.explanation.id);
        let mut finding =
            finding(ctx, &wired, Severity::Warning, "no gates: what they would guard could not be proven");
        finding.location = site;
        sink.findings.push(finding);
    }
    let is_added = sink.groups.len() > known && wired.group.is_none();
    Ok(if is_added { Verdict::Migrated } else { Verdict::Added })
}

pub(crate) fn finding(ctx: &Ctx<'_>, wired: &Wired, severity: Severity, message: impl Into<String>) -> Finding {
    let mut finding = Finding::new(RULE.explanation.id, severity, message);
    finding.app = Some(ctx.app.id.clone());
    finding.doc = Some(GUIDE);
    finding.group = wired.group.clone();
    finding
}

/// Reads the app again with its gates: what they are to guard is guarded on every way, and the providers are where they were.
fn proven(
    ctx: &Ctx<'_>,
    sink: &Sink,
    known: usize,
    rule: &Gating<'_, '_>,
    ungated: &[Ungated],
) -> Result<(), Option<Location>> {
    if sink.groups.len() == known {
        return Ok(());
    }
    let ahead = ctx.ahead(&Future::of(sink));
    let resolver = ahead.resolver(ctx.workspace);
    let modules = Modules::new(&ahead.sources, &resolver);
    let after = Access::of(ctx, &ahead, &modules);
    prove(rule.access, &after, rule.private, (rule.mode == GateMode::Auto).then_some(ungated))
}

/// What is known where gates are added.
pub(crate) struct Gating<'a, 's> {
    pub(crate) ctx: &'s Ctx<'s>,
    pub(crate) access: &'s Access<'a>,
    pub(crate) wired: &'s Wired,
    pub(crate) private: Private,
    pub(crate) mode: GateMode,
    pub(crate) future: &'s Future,
}

impl Gating<'_, '_> {
    /// Adds the groups of the gates, and says and gives what has none.
    fn add(&self, sink: &mut Sink, writer: &Writer<'_, '_>, sites: &Sites<'_, '_>, planned: Planned) -> Vec<Ungated> {
        let mut ids: Vec<Option<GroupId>> = Vec::new();
        let mut ungated = planned.ungated;
        let mut gated: Vec<Site> = Vec::new();
        for (site, carrying) in carriers(sites, planned.sites) {
            let id = self.id(&site, &ids);
            // `{/* eslint-disable-next-line */}` has to stay before its line.
            let group = writer.group(sink, id.clone(), &site, carrying);
            let group = group.filter(|group| keeps_comments_with(sink, group).is_ok());
            ids.push(group.is_some().then_some(id));
            let Some(mut group) = group else {
                let lost = site.consumers.into_iter();
                ungated.extend(lost.map(|(component, queries)| Ungated { component, queries, why: Why::Form }));
                continue;
            };
            let carrier = carrying.with.and_then(|index| ids.get(index).cloned().flatten());
            group.requires = self.wired.group.iter().cloned().chain(carrier).collect();
            group.title = self.title(&site);
            group.reason = self.reason(&site, carrying);
            group.about = self.about(&site);
            sink.findings.push(self.gated(&site, &group.id));
            sink.groups.push(group);
            gated.push(site);
        }
        if self.mode == GateMode::Root && gated.is_empty() && !self.has_gates() {
            let message = "no gate: what Convex's provider holds is written in a form that can't be wrapped";
            sink.findings.push(finding(self.ctx, self.wired, Severity::Warning, message));
        }
        let first = ids.iter().flatten().next().cloned();
        // It goes with what it is about: the wiring, or the gates where that is there already.
        sink.findings.extend(self.becomes_private(&gated).map(|mut said| {
            said.group = said.group.or(first);
            said
        }));
        sink.findings.extend(self.without_gates(&ungated));
        ungated
    }

    /// Whether the app has a gate of Convex's already.
    fn has_gates(&self) -> bool {
        let gate = Provider::Gate(Gate::Authenticated);
        self.access.graph.sightings.iter().any(|sighting| sighting.provider == gate)
    }

    /// `gate-src/App.tsx`, numbered where a file gets several.
    fn id(&self, site: &Site, taken: &[Option<GroupId>]) -> GroupId {
        let path = self.access.modules.sources.path(site.file);
        let numbered = |number: usize| match number {
            1 => GroupId::new(&format!("gate-{path}"), &self.ctx.app.id),
            number => GroupId::new(&format!("gate-{path}-{number}"), &self.ctx.app.id),
        };
        let is_free = |id: &GroupId| !taken.iter().flatten().any(|taken| taken == id);
        (1..).map(numbered).find(is_free).unwrap_or_else(|| numbered(0))
    }
}
