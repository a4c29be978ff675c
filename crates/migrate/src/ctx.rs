//! What a rule sees and what it gives.

use std::collections::BTreeMap;
use std::sync::Arc;

use change::{Base, ChangeGroup, Finding, RelPath, Step};

use crate::formatting::{Formatting, formatting};
use crate::frameworks::Framework;
use crate::refusal::Refusal;
use crate::workspace::{App, Workspace};

/// What a rule sees.
pub(crate) struct Ctx<'a> {
    pub(crate) workspace: &'a Workspace,
    pub(crate) app: &'a App<'a>,
    pub(crate) framework: &'a Framework,
}

/// What a rule says of an app.
pub(crate) enum Verdict {
    /// Its wiring is in the sink.
    Migrated,
    /// There is nothing to change, and why; what a person still has to do may be in the sink.
    Nothing(String),
}

/// What rules give. What a refused app put in is thrown away, notes on reading aside.
#[derive(Default)]
pub(crate) struct Sink {
    pub(crate) groups: Vec<ChangeGroup>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) steps: Vec<Step>,
    pub(crate) bases: BTreeMap<RelPath, Base>,
    pub(crate) formatting: BTreeMap<RelPath, Arc<Formatting>>,
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

    /// Adds what one app's rules gave.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.groups.extend(other.groups);
        self.findings.extend(other.findings);
        self.steps.extend(other.steps);
        self.bases.extend(other.bases);
        self.formatting.extend(other.formatting);
    }
}

/// What a rule gives back.
pub(crate) type RuleResult = Result<Verdict, Refusal>;
