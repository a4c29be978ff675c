#![doc = include_str!("auth_gates.md")]

use std::collections::BTreeSet;

use change::{Finding, GroupId, Location, Severity};

use super::Rule;
use crate::Explanation;
use crate::access::{Access, Private};
use crate::ctx::{Ctx, RuleResult, Sink, Verdict, Wired};
use crate::functions::Functions;
use crate::future::Future;
use crate::gates::{Carrying, GateMode, Planned, Site, Sites, Ungated, Why, Writer, carriers, prove};
use crate::graph::backend::function_name;
use crate::graph::modules::Modules;
use crate::graph::resolve::Resolver;
use crate::graph::sightings::Component;
use crate::graph::sources::{FileId, Sources};

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
    let functions = Functions::of(ctx);
    let resolver = Resolver::new(ctx.workspace, &ctx.workspace.sources);
    let own = Sources::of(ctx.workspace, ctx.app, &resolver);
    let own = match &functions {
        Some(functions) => own.with(functions.facts(ctx)),
        None => own,
    };
    let future = Future::of(sink);
    let sources = own.with(future.facts());
    let modules = Modules::new(&sources, &resolver);
    let access = Access::of(ctx, &modules, functions.as_ref());
    if access.graph.is_exhausted {
        let mut finding =
            finding(ctx, &wired, Severity::Warning, "no gates: there are too many ways down to the components");
        finding.help = Some("put `Authenticated` around what subscribes to private queries by hand".to_owned());
        sink.findings.push(finding);
        return Ok(Verdict::Added);
    }
    let private = access.private();
    let text = |file: FileId| future.text(ctx, sources.path(file));
    let sites = Sites::new(ctx, &access, access.to_guard(private), &text);
    let planned = if mode == GateMode::Root { sites.root() } else { sites.auto() };
    let rule = Gating { ctx, access: &access, wired: &wired, private, mode, future: &future };
    let writer =
        Writer { ctx, access: &access, resolver: &resolver, wired: &wired, server: &sites.server, future: &future };
    let known = sink.groups.len();
    let ungated = rule.add(sink, &writer, planned);
    if let Err(site) = proven(ctx, sink, known, &own, &functions, (&rule, &ungated)) {
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

fn finding(ctx: &Ctx<'_>, wired: &Wired, severity: Severity, message: impl Into<String>) -> Finding {
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
    own: &Sources,
    functions: &Option<Functions>,
    (rule, ungated): (&Gating<'_, '_>, &[Ungated]),
) -> Result<(), Option<Location>> {
    if sink.groups.len() == known {
        return Ok(());
    }
    let future = Future::of(sink);
    let sources = own.with(future.facts());
    let paths = future.paths(ctx);
    let resolver = Resolver::new(ctx.workspace, &paths);
    let modules = Modules::new(&sources, &resolver);
    let after = Access::of(ctx, &modules, functions.as_ref());
    prove(rule.access, &after, rule.private, (rule.mode == GateMode::Auto).then_some(ungated))
}

/// What is known where gates are added.
struct Gating<'a, 's> {
    ctx: &'s Ctx<'s>,
    access: &'s Access<'a>,
    wired: &'s Wired,
    private: Private,
    mode: GateMode,
    future: &'s Future,
}

impl Gating<'_, '_> {
    /// Adds the groups of the gates, and says and gives what has none.
    fn add(&self, sink: &mut Sink, writer: &Writer<'_, '_>, planned: Planned) -> Vec<Ungated> {
        let mut ids: Vec<Option<GroupId>> = Vec::new();
        let mut ungated = planned.ungated;
        for (site, carrying) in carriers(self.access, planned.sites) {
            let id = self.id(&site, &ids);
            let group = writer.group(sink, id.clone(), &site, carrying);
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
            sink.findings.push(self.gated(&site, &group.id));
            sink.groups.push(group);
        }
        sink.findings.extend(ungated.iter().map(|ungated| self.ungated(ungated)));
        ungated
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

    fn name(&self, component: Component) -> String {
        self.access.name(component).map_or_else(|| "a component".to_owned(), |name| format!("`{name}`"))
    }

    fn names(&self, site: &Site) -> String {
        let mut names: Vec<String> = site.consumers.keys().map(|component| self.name(*component)).collect();
        names.dedup();
        names.join(", ")
    }

    fn title(&self, site: &Site) -> String {
        match (self.mode, site.is_gated) {
            (GateMode::Root, _) => "Show the app to those who are signed in".to_owned(),
            (_, true) => "Say what is there for those who are not signed in".to_owned(),
            (_, false) => format!("Show {} to those who are signed in", self.names(site)),
        }
    }

    fn reason(&self, site: &Site, carrying: Carrying) -> String {
        let queries: BTreeSet<String> = site.consumers.values().flatten().map(|path| function_name(path)).collect();
        let queries = queries.into_iter().collect::<Vec<_>>().join(", ");
        let mut reason = match (self.mode, self.private) {
            (GateMode::Root, _) => {
                "visible only after sign-in from now on: all that Convex's provider holds. `--gate none` leaves it as it is.".to_owned()
            }
            _ if site.is_gated => "the gate that is there shows nothing to those who are not signed in.".to_owned(),
            (_, Private::Needing) => format!("{queries} throws without an identity, and is subscribed to as this renders."),
            (_, Private::All) => {
                format!("visible only after sign-in from now on: what {queries} gives. `--gate none` leaves it as it is.")
            }
        };
        if carrying.instead && !site.is_gated {
            reason.push_str(" It is the first gate of its page, which says what is there instead.");
        }
        reason
    }

    /// What a gate guards.
    fn gated(&self, site: &Site, group: &GroupId) -> Finding {
        let first = site.consumers.iter().next();
        let message = match (self.mode, first, self.private) {
            (GateMode::Root, ..) => "all that the provider holds is visible only after sign-in from now on".to_owned(),
            (_, None, _) => "this gate shows nothing to those who are not signed in".to_owned(),
            (_, Some(_), Private::Needing) => {
                format!("{} subscribes to what needs an identity", self.names(site))
            }
            (_, Some(_), Private::All) => format!("{} is visible only after sign-in from now on", self.names(site)),
        };
        let mut finding = finding(self.ctx, self.wired, Severity::Note, message);
        finding.location = first
            .and_then(|(component, _)| self.location(*component))
            .or_else(|| Some(Location::file(self.access.modules.sources.path(site.file).clone())));
        finding.why = Some(self.reason(site, Carrying { instead: false, way_out: false, with: None }));
        if self.private == Private::All && (first.is_some() || self.mode == GateMode::Root) {
            finding.help = Some("`--gate none` leaves it public".to_owned());
        }
        finding.group = Some(group.clone());
        finding
    }

    /// A consumer that has no gate, with the two ways to guard it.
    fn ungated(&self, ungated: &Ungated) -> Finding {
        let queries: Vec<String> = ungated.queries.iter().map(|path| function_name(path)).collect();
        let what = match self.private {
            Private::Needing => "which needs an identity",
            Private::All => "which anybody may see",
        };
        let (name, queries) = (self.name(ungated.component), queries.join(", "));
        let message = format!("{name} subscribes to {queries}, {what}, and gets no gate: {}", ungated.why.sentence());
        let severity = match self.private {
            Private::Needing => Severity::Warning,
            Private::All => Severity::Note,
        };
        let mut finding = finding(self.ctx, self.wired, severity, message);
        finding.location = self.location(ungated.component);
        finding.help = Some(
            "move what subscribes into a component of its own and put `Authenticated` around that; or let the query wait: \
             `useQuery(query, isAuthenticated ? args : \"skip\")` with `useConvexAuth()`"
                .to_owned(),
        );
        finding
    }

    /// Where a component subscribes, in its file as it is.
    fn location(&self, component: Component) -> Option<Location> {
        let (path, range) = self.access.subscribes_at(component)?;
        Some(self.future.now(path, range).0)
    }
}
