//! What is still to be looked at in an app once it is on Clerk: the rules of `doctor`.

use std::cell::{OnceCell, RefCell};

use change::{AppOutcome, Applicability, ChangeGroup, Finding, GroupId, Location, Severity};
use syntax::FileFacts;

use crate::access::Access;
use crate::credentials::{Variable, variables};
use crate::ctx::{Ctx, Sink, Wired};
use crate::frameworks::ServerSession;
use crate::future::Future;
use crate::graph::modules::Modules;
use crate::known::CONVEX_REACT_CLERK;
use crate::rules;
use crate::rules::convex_auth_config::{AuthConfig, ISSUER_NAMES};
use crate::rules::server_session::{self, Middleware};

/// What the checks see of an app, as it is going to be.
pub(crate) struct Looked<'a> {
    pub(crate) ctx: &'a Ctx<'a>,
    pub(crate) access: &'a Access<'a>,
    pub(crate) future: &'a Future,
    /// How it is wired.
    pub(crate) wired: &'a Wired,
    auth: OnceCell<AuthConfig>,
    variables: OnceCell<Vec<Variable>>,
    middleware: OnceCell<Middleware>,
    cures: RefCell<Sink>,
}

impl Looked<'_> {
    /// Whether the migration changes how the app is wired: then settings and packages change with it, and are looked at afterwards.
    pub(crate) fn is_changing(&self) -> bool {
        self.wired.group.is_some()
    }

    /// What there is of the configuration of Convex's providers.
    pub(crate) fn auth(&self) -> &AuthConfig {
        self.auth.get_or_init(|| AuthConfig::of(self.ctx))
    }

    /// What the env files of the app say of Clerk.
    pub(crate) fn variables(&self) -> &[Variable] {
        self.variables.get_or_init(|| variables(self.ctx, &ISSUER_NAMES))
    }

    /// Where Clerk's middleware is, and whether the framework runs it; an app has one framework, and so one `server`.
    pub(crate) fn middleware(&self, server: &ServerSession) -> &Middleware {
        self.middleware.get_or_init(|| server_session::middleware(self, server))
    }

    /// Plans a change that cures a finding, as a group of its own, where cures were asked for and `make` can make it. It is for what can't work
    /// otherwise, so that nobody has to look at it first.
    pub(crate) fn cure(
        &self,
        finding: &mut Finding,
        title: &str,
        make: impl FnOnce(&Ctx<'_>, &mut Sink) -> Option<()>,
    ) {
        if !self.ctx.options.cures || self.is_changing() {
            return;
        }
        let mut cures = self.cures.borrow_mut();
        let id = GroupId::new(&format!("{}-cure-{}", finding.rule, cures.groups.len() + 1), &self.ctx.app.id);
        let reason = finding.why.clone().unwrap_or_default();
        let apps = vec![self.ctx.app.id.clone()];
        let mut group = ChangeGroup::new(id.clone(), apps, Applicability::Safe, title, &reason);
        group.about.extend(finding.location.clone());
        // What the rules of the migration add to the wiring they add to this group.
        let wired = Wired { group: Some(id.clone()), ..self.wired.clone() };
        let mut sink = Sink { groups: vec![group], wired: Some(wired), ..Sink::default() };
        if make(self.ctx, &mut sink).is_some() && sink.groups.iter().all(|group| !group.is_empty()) {
            finding.group = Some(id);
            cures.absorb(sink);
        }
    }

    /// A finding of the app at a place of a file as it is.
    pub(crate) fn finding(&self, rule: &'static str, severity: Severity, message: String, place: Location) -> Finding {
        let mut finding = Finding::new(rule, severity, message);
        finding.app = Some(self.ctx.app.id.clone());
        finding.location = Some(place);
        finding
    }
}

/// What the rules say of an app as the groups of `sink` leave it, and what cures some of it.
pub(crate) fn findings(ctx: &Ctx<'_>, sink: &Sink) -> (Vec<Finding>, Sink) {
    let Some(wired) = &sink.wired else { return Default::default() };
    look_ahead(ctx, sink, |access, future| {
        let looked = Looked {
            ctx,
            access,
            future,
            wired,
            auth: OnceCell::new(),
            variables: OnceCell::new(),
            middleware: OnceCell::new(),
            cures: RefCell::default(),
        };
        let mut found: Vec<Finding> =
            rules::CHECKS.iter().chain(ctx.framework.checks).flat_map(|rule| (rule.check)(&looked)).collect();
        found.sort_by(Finding::order);
        found.dedup();
        (found, looked.cures.into_inner())
    })
}

/// What is said of an app that takes in what gives Convex Clerk's session, and whose wiring could not be made sense of.
pub(crate) fn refused(ctx: &Ctx<'_>, outcome: &AppOutcome) -> Vec<Finding> {
    let AppOutcome::Refused { reason, message, place } = outcome else { return Vec::new() };
    let takes_in = |facts: &FileFacts| facts.imports.iter().any(|import| import.module == CONVEX_REACT_CLERK);
    if !ctx.app.facts().any(|(_, facts)| takes_in(facts)) {
        return Vec::new();
    }
    let mut finding = Finding::new(reason, Severity::Error, message.clone());
    finding.app = Some(ctx.app.id.clone());
    finding.location = place.clone();
    finding.why = Some(
        "so that it can't be told whether Convex sees the session; nothing else of this app was looked at".to_owned(),
    );
    vec![finding]
}

/// Looks at an app as the groups of `sink` leave it.
pub(crate) fn look_ahead<T>(ctx: &Ctx<'_>, sink: &Sink, work: impl FnOnce(&Access<'_>, &Future) -> T) -> T {
    let future = Future::of(sink);
    let ahead = ctx.ahead(&future);
    let resolver = ahead.resolver(ctx.workspace);
    let modules = Modules::new(&ahead.sources, &resolver);
    let access = Access::of(ctx, &ahead, &modules);
    work(&access, &future)
}
