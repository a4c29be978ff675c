//! What a rule sees and what it gives.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use change::{Base, ChangeGroup, Finding, GroupId, Location, RelPath, SettingsChange, Severity, Step};
use syntax::style::Style;
use syntax::{Bindings, ParsedModule, SourceFile, SourceKind, on_deep_stack, parse};

use crate::Options;
use crate::ahead::{Ahead, States};
use crate::formatting::{Formatting, formatting};
use crate::frameworks::Framework;
use crate::functions::Functions;
use crate::future::Future;
use crate::key::KeyRead;
use crate::load;
use crate::refusal::Refusal;
use crate::settings_edits::settings_edits;
use crate::workspace::{App, Workspace};

/// What a rule sees.
pub(crate) struct Ctx<'a> {
    pub(crate) workspace: &'a Workspace,
    pub(crate) app: &'a App<'a>,
    pub(crate) framework: &'a Framework,
    pub(crate) options: &'a Options,
    functions: OnceLock<Option<Functions>>,
    states: States,
}

impl<'a> Ctx<'a> {
    pub(crate) fn new(
        workspace: &'a Workspace,
        app: &'a App<'a>,
        framework: &'a Framework,
        options: &'a Options,
    ) -> Self {
        Self { workspace, app, framework, options, functions: OnceLock::new(), states: States::default() }
    }

    /// Where the app's Convex functions are; `None` where there is no such folder.
    pub(crate) fn functions(&self) -> Option<&Functions> {
        self.functions.get_or_init(|| Functions::of(self)).as_ref()
    }

    /// The app as groups leave it.
    pub(crate) fn ahead(&self, future: &Future) -> Arc<Ahead> {
        self.states.of(self, future)
    }
}

/// What a rule says of an app.
pub(crate) enum Verdict {
    /// Its wiring is in the sink.
    Migrated,
    /// There is nothing to change, and why; what a person still has to do may be in the sink.
    Nothing(String),
    /// It added what belongs to the wiring, if there is one.
    Added,
}

/// What later rules have to know of an app's wiring.
#[derive(Clone, Debug)]
pub(crate) struct Wired {
    /// Clerk's package.
    pub(crate) sdk: String,
    /// The range in which it is asked for; `None` for one that no line has.
    pub(crate) range: Option<String>,
    /// The variable of the secret key, where the package wants one.
    pub(crate) secret: Option<&'static str>,
    /// How the key is read.
    pub(crate) key: KeyRead,
    /// The group, where something changes.
    pub(crate) group: Option<GroupId>,
    /// Whether a ClerkProvider is added.
    pub(crate) is_new: bool,
    /// Whether Convex got no session from Clerk anywhere in the app before.
    pub(crate) was_plain: bool,
    /// Whether the provider for Clerk takes its client from the router's context.
    pub(crate) from_context: bool,
}

/// What rules give. What a refused app put in is thrown away, notes on reading aside.
#[derive(Default)]
pub(crate) struct Sink {
    pub(crate) groups: Vec<ChangeGroup>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) steps: Vec<Step>,
    pub(crate) bases: BTreeMap<RelPath, Base>,
    pub(crate) formatting: BTreeMap<RelPath, Arc<Formatting>>,
    /// What `doctor` says of the apps as the groups leave them.
    pub(crate) doctor: Vec<Finding>,
    /// What cures some of that in apps that are on Clerk already.
    pub(crate) cures: Vec<ChangeGroup>,
    /// The wiring of the app that rules run on.
    pub(crate) wired: Option<Wired>,
    /// Whether aliases were looked up: what of them is not known is said.
    pub(crate) reads_settings: bool,
    /// The files in which the app begins to render.
    pub(crate) roots: BTreeSet<RelPath>,
    /// The files of other packages that the app takes in, be it refused or not.
    pub(crate) borrowed: BTreeSet<RelPath>,
    /// Where nothing of the app was read: the same, and perhaps more.
    pub(crate) may_borrow: BTreeSet<RelPath>,
}

impl Sink {
    /// The settings for a file that is going to be edited, read once; its notes become findings.
    pub(crate) fn formatting(&mut self, ctx: &Ctx<'_>, path: &RelPath) -> Arc<Formatting> {
        if let Some(known) = self.formatting.get(path) {
            return known.clone();
        }
        let read = Arc::new(formatting(ctx.workspace, path));
        self.formatting.insert(path.clone(), read.clone());
        read
    }

    /// The style of a new file: that of one that changes, else what the settings say.
    pub(crate) fn style_of_new(&mut self, ctx: &Ctx<'_>, path: &RelPath) -> Style {
        let formatting = self.formatting(ctx, path);
        let beside = self.bases.iter().find(|(path, _)| SourceKind::of(path).is_some());
        let beside = beside.map(|(path, base)| (path.clone(), base.text.clone()));
        on_deep_stack(|| {
            let module = beside.and_then(|(path, text)| parse(&SourceFile::new(path, text)?).ok());
            module.map(|module| formatting.style_of_new(&module)).unwrap_or_default()
        })
    }

    /// The group of the wiring, if something changes.
    pub(crate) fn wiring(&mut self) -> Option<&mut ChangeGroup> {
        let id = self.wired.as_ref()?.group.clone()?;
        self.groups.iter_mut().find(|group| group.id == id)
    }

    /// Makes a file that is there one that the wiring may change. `false` where it can't be read, or is none that may be written.
    pub(crate) fn takes(&mut self, ctx: &Ctx<'_>, path: &RelPath) -> bool {
        if self.bases.contains_key(path) {
            return true;
        }
        let base = load::base(ctx.workspace, path).filter(|_| ctx.workspace.may_write(path));
        let is_there = base.is_some();
        self.bases.extend(base.map(|base| (path.clone(), base)));
        is_there
    }

    /// Works on a file that the wiring may change, as it is: parsed, with its names and in its style. `None` where it can't be read, or is
    /// none that may be written.
    pub(crate) fn read<T: Send>(
        &mut self,
        ctx: &Ctx<'_>,
        path: &RelPath,
        work: impl FnOnce(ParsedModule, Bindings, Style) -> T + Send,
    ) -> Option<T> {
        let text = if self.takes(ctx, path) { self.bases.get(path)?.text.clone() } else { return None };
        let formatting = self.formatting(ctx, path);
        on_deep_stack(|| {
            let module = parse(&SourceFile::new(path.clone(), text)?).ok()?;
            let (bindings, style) = (Bindings::new(&module), formatting.style(&module));
            Some(work(module, bindings, style))
        })
    }

    /// Asks the wiring for a change of settings, in a file that may be changed.
    pub(crate) fn settings(&mut self, ctx: &Ctx<'_>, path: &RelPath, change: SettingsChange) -> bool {
        let was_there = self.bases.contains_key(path);
        if self.wiring().is_none() || !self.takes(ctx, path) {
            return false;
        }
        let text = self.bases.get(path).map(|base| base.text.clone()).unwrap_or_default();
        if let Err(why) = settings_edits(path, &text, std::slice::from_ref(&change)) {
            let mut finding = Finding::new("broken-settings", Severity::Warning, format!("not changed: {why}"));
            finding.app = Some(ctx.app.id.clone());
            finding.location = Some(Location::file(path.clone()));
            finding.help = Some("mend it and run again".to_owned());
            finding.group = self.wired.as_ref().and_then(|wired| wired.group.clone());
            self.findings.push(finding);
            if !was_there {
                self.bases.remove(path);
            }
            return false;
        }
        if let Some(group) = self.wiring() {
            group.settings(path, change);
        }
        true
    }

    /// Adds what one app's rules gave.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.groups.extend(other.groups);
        self.findings.extend(other.findings);
        self.reads_settings |= other.reads_settings;
        self.steps.extend(other.steps);
        self.doctor.extend(other.doctor);
        self.cures.extend(other.cures);
        self.bases.extend(other.bases);
        self.formatting.extend(other.formatting);
    }
}

/// What a rule gives back.
pub(crate) type RuleResult = Result<Verdict, Refusal>;
