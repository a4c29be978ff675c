//! What is said of gates: why each is there, what becomes private, and what has none.

use std::collections::BTreeSet;

use change::{Finding, GroupId, Location, Related, Severity};

use super::{Carrying, GateMode, Site, Ungated, Why};
use crate::access::Private;
use crate::graph::backend::function_name;
use crate::graph::sightings::Component;
use crate::rules::auth_gates::{Gating, finding};

/// How many consumers without a gate are named one by one.
const NAMED: usize = 3;
/// How many places that become private are named one by one.
const LISTED: usize = 16;
/// What to do for one.
const BY_HAND: &str = "move what subscribes into a component of its own and put `Authenticated` around that; or let the query wait: \
                       `useQuery(query, isAuthenticated ? args : \"skip\")` with `useConvexAuth()`";

impl Gating<'_, '_> {
    fn name(&self, component: Component) -> String {
        self.access.name(component).map_or_else(|| "a component".to_owned(), |name| format!("`{name}`"))
    }

    fn names(&self, site: &Site) -> String {
        let mut names: Vec<String> = site.consumers.keys().map(|component| self.name(*component)).collect();
        names.dedup();
        names.join(", ")
    }

    pub(crate) fn title(&self, site: &Site) -> String {
        match (self.mode, site.is_gated) {
            (GateMode::Root, _) => "Show the app to those who are signed in".to_owned(),
            (_, true) => "Say what is there for those who are not signed in".to_owned(),
            (_, false) => format!("Show {} to those who are signed in", self.names(site)),
        }
    }

    pub(crate) fn reason(&self, site: &Site, carrying: Carrying) -> String {
        let queries = queries(site);
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
    pub(crate) fn gated(&self, site: &Site, group: &GroupId) -> Finding {
        let first = site.consumers.keys().next();
        let message = match (self.mode, first, self.private) {
            (GateMode::Root, ..) => "all that the provider holds is visible only after sign-in from now on".to_owned(),
            (_, None, _) => "this gate shows nothing to those who are not signed in".to_owned(),
            (_, Some(_), Private::Needing) => {
                format!("{} to what needs an identity", counted(&self.names(site), "subscribes", "subscribe"))
            }
            (_, Some(_), Private::All) => {
                format!("{} visible only after sign-in from now on", counted(&self.names(site), "is", "are"))
            }
        };
        let mut finding = finding(self.ctx, self.wired, Severity::Note, message);
        finding.location = Some(self.place(site));
        finding.why = Some(self.reason(site, Carrying::ALONE));
        // It is said once for all of them what becomes private.
        finding.doc = finding.doc.filter(|_| self.private == Private::Needing || site.is_gated);
        finding.group = Some(group.clone());
        finding
    }

    /// What nobody sees any more without signing in, once for the app.
    pub(crate) fn becomes_private(&self, gated: &[Site]) -> Option<Finding> {
        let is_new = |site: &&Site| !site.is_gated && (self.mode == GateMode::Root || self.private == Private::All);
        let related = |site: &Site| {
            let message = match self.mode {
                GateMode::Root => "all that the provider holds".to_owned(),
                _ => format!("{}: {}", self.names(site), queries(site)),
            };
            Related { location: self.place(site), message }
        };
        let mut related: Vec<Related> = gated.iter().filter(is_new).map(related).collect();
        related.sort();
        related.dedup();
        // Of a big app the groups say the rest.
        let rest = related.len().saturating_sub(LISTED);
        related.truncate(LISTED);
        if let (Some(last), true) = (related.last_mut(), rest > 0) {
            last.message.push_str(&format!("; and {rest} more"));
        }
        if related.is_empty() {
            return None;
        }
        let mut finding = finding(self.ctx, self.wired, Severity::Note, "visible only after sign-in from now on:");
        finding.related = related;
        finding.help = Some("`--gate none` leaves it public".to_owned());
        Some(finding)
    }

    /// The places that a gate is about: where each of its consumers subscribes.
    pub(crate) fn about(&self, site: &Site) -> Vec<Location> {
        let consumers = site.consumers.keys().filter_map(|component| self.location(*component));
        let site = self.future.now(self.access.modules.sources.path(site.file), site.range).0;
        consumers.chain([site]).collect()
    }

    /// Where a site is, for a reader: where what it is about subscribes.
    fn place(&self, site: &Site) -> Location {
        let first = site.consumers.keys().next().and_then(|component| self.location(*component));
        first.unwrap_or_else(|| self.future.now(self.access.modules.sources.path(site.file), site.range).0)
    }

    /// The consumers that have no gate, with the two ways to guard one.
    pub(crate) fn without_gates(&self, ungated: &[Ungated]) -> Vec<Finding> {
        if self.private == Private::Needing || ungated.len() <= NAMED {
            return ungated.iter().map(|ungated| self.ungated(ungated)).collect();
        }
        let message =
            format!("{} components stay visible to everybody, though they subscribe to queries:", ungated.len());
        let mut finding = finding(self.ctx, self.wired, Severity::Note, message);
        let related = ungated.iter().filter_map(|ungated| {
            let message = format!("{}: {}", self.name(ungated.component), ungated.why.sentence());
            Some(Related { location: self.location(ungated.component)?, message })
        });
        finding.related = related.collect();
        finding.related.sort();
        finding.help = Some(BY_HAND.to_owned());
        vec![finding]
    }

    fn ungated(&self, ungated: &Ungated) -> Finding {
        let queries: Vec<String> = ungated.queries.iter().map(|path| function_name(path)).collect();
        let severity = match self.private {
            Private::Needing => Severity::Warning,
            Private::All => Severity::Note,
        };
        let (name, queries) = (self.name(ungated.component), queries.join(", "));
        let message = match (self.private, ungated.why) {
            (_, Why::Query) => format!("{name} gets no gate: it subscribes to a query, and {}", ungated.why.sentence()),
            (Private::Needing, why) => {
                format!("{name} subscribes to {queries}, which needs an identity, and gets no gate: {}", why.sentence())
            }
            (Private::All, why) => {
                format!("{name}, which subscribes to {queries}, stays visible to everybody: {}", why.sentence())
            }
        };
        let mut finding = finding(self.ctx, self.wired, severity, message);
        finding.location = self.location(ungated.component);
        finding.help = Some(BY_HAND.to_owned());
        finding
    }

    /// Where a component subscribes, in its file as it is.
    fn location(&self, component: Component) -> Option<Location> {
        let (path, range) = self.access.subscribes_at(component)?;
        Some(self.future.now(path, range).0)
    }
}

/// Some names with their verb.
fn counted(names: &str, one: &str, several: &str) -> String {
    format!("{names} {}", if names.contains(", ") { several } else { one })
}

/// The private queries that a site is about.
fn queries(site: &Site) -> String {
    let queries: BTreeSet<String> = site.consumers.values().flatten().map(|path| function_name(path)).collect();
    queries.into_iter().collect::<Vec<_>>().join(", ")
}
