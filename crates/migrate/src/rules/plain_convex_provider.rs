#![doc = include_str!("plain_convex_provider.md")]

use change::{
    AppId, Applicability, ChangeGroup, Finding, GroupId, ImportChange, ImportedName, Language, Location, RelPath,
    Severity, Step,
};
use syntax::style::Style;
use syntax::{
    AttributeValue, Bindings, ElementRewrite, FileFacts, JsxFact, JsxId, ParsedModule, Reference, SourceFile, Tag,
    attribute, env_member, file_facts, identifier, non_null, on_deep_stack, parse, rewrite_element,
};

use super::Rule;
use crate::Explanation;
use crate::ctx::{Ctx, RuleResult, Sink, Verdict};
use crate::key::{KeyRead, Origin, key_read};
use crate::language::TypeScript;
use crate::manifest::{is_outside, lowest};
use crate::providers::{
    CLERK_PROVIDER, CONVEX_REACT, CONVEX_REACT_CLERK, Element, NO_PROVIDER, ON_CLERK, Survey, is_clerk_module,
};
use crate::refusal::{Refusal, RefusalReason};
use crate::steps::steps;
use crate::tsconfig;
use crate::versions::CLERK_REACT_PEER;
use crate::workspace::{LoadedFile, join};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    explanation: Explanation {
        id: "plain-convex-provider",
        summary: "A plain ConvexProvider tells Convex nothing of who is signed in.",
        text: include_str!("plain_convex_provider.md"),
    },
    run,
};

fn run(ctx: &Ctx<'_>, sink: &mut Sink) -> RuleResult {
    let survey = Survey::new(ctx.workspace, ctx.app)?;
    let provider = match (survey.plain_provider()?, survey.on_clerk()) {
        (Some(provider), _) => provider,
        (None, Some(with_clerk)) => {
            sink.steps.extend(unfinished(ctx, &with_clerk));
            return Ok(Verdict::Nothing(ON_CLERK.to_owned()));
        }
        (None, None) => return Ok(Verdict::Nothing(NO_PROVIDER.to_owned())),
    };
    let wiring = Wiring::new(ctx, &survey, &provider)?;
    let (path, file) = (provider.path, provider.file);
    let formatting = sink.formatting(ctx, path);
    sink.bases.insert(path.clone(), file.base.clone());
    let group = on_deep_stack(|| wiring.group(file, &formatting))?;
    let language = TypeScript { formatting: [(path.clone(), formatting.clone())].into() };
    on_deep_stack(|| wiring.prove(file, &group, &language))?;
    sink.findings.extend(formatting.notes.iter().cloned());
    sink.findings.extend(wiring.findings(&group.id));
    sink.findings.extend(react_version(ctx, &group.id));
    sink.steps.extend(steps(ctx, &wiring.sdk, &wiring.key));
    sink.groups.push(group);
    Ok(Verdict::Migrated)
}

/// What is left to a person of an app that is on Clerk, if its committed files show that something is: its package, or the configuration
/// of its functions. A key that is set where the app is built shows in no file.
fn unfinished(ctx: &Ctx<'_>, provider: &Element<'_>) -> Vec<Step> {
    let use_auth = provider.fact.attributes.iter().find(|attribute| attribute.name.as_deref() == Some("useAuth"));
    let sdk = match use_auth.map(|attribute| &attribute.value) {
        Some(AttributeValue::Reference(Reference::Imported(imported))) if is_clerk_module(&imported.module) => {
            &imported.module
        }
        _ => return Vec::new(),
    };
    let all = steps(ctx, sdk, &key_read(ctx, provider.path));
    let shows = |step: &Step| ["install-clerk", "write-auth-config"].contains(&step.id);
    if all.iter().any(shows) { all } else { Vec::new() }
}

/// A React in no version that Clerk's package takes.
fn react_version(ctx: &Ctx<'_>, group: &GroupId) -> Option<Finding> {
    let wanted = ctx.app.dependency("react").filter(|range| is_outside(range, CLERK_REACT_PEER))?;
    let message = format!("react {wanted} is none that Clerk's package takes: npm will not install the two together");
    let mut finding = Finding::new("react-version", Severity::Warning, message);
    finding.app = Some(ctx.app.id.clone());
    finding.location = join(ctx.app.id.folder(), "package.json").map(Location::file);
    finding.help = Some(format!("raise react and react-dom to a version in `{CLERK_REACT_PEER}`"));
    finding.group = Some(group.clone());
    Some(finding)
}

/// Everything that decides what the wiring of one app becomes.
struct Wiring<'a> {
    app: AppId,
    path: &'a RelPath,
    provider: &'a JsxFact,
    /// Clerk's package: the one whose ClerkProvider is there, else the framework's.
    sdk: String,
    /// Whether a ClerkProvider has to be put around.
    wraps: bool,
    key: KeyRead,
    key_needs_string: bool,
    guide: &'static str,
}

impl<'a> Wiring<'a> {
    fn new(ctx: &Ctx<'_>, survey: &Survey<'a>, provider: &Element<'a>) -> Result<Self, Refusal> {
        let above = survey.clerk_above(provider)?;
        let sdk = &ctx.framework.sdk;
        let has_core2 = ctx.app.dependency(sdk.core2).is_some() && ctx.app.dependency(sdk.current).is_none();
        let package = if has_core2 { sdk.core2 } else { sdk.current };
        let range = ctx.app.dependency(package);
        let old =
            range.and_then(lowest).zip(lowest(sdk.optional_key_from)).is_some_and(|(lowest, first)| lowest < first);
        Ok(Self {
            app: ctx.app.id.clone(),
            path: provider.path,
            provider: provider.fact,
            sdk: above.clone().unwrap_or_else(|| package.to_owned()),
            wraps: above.is_none(),
            key: key_read(ctx, provider.path),
            key_needs_string: has_core2 || old || tsconfig::exact_optional_property_types(ctx),
            guide: ctx.framework.guide,
        })
    }

    fn group_id(&self) -> GroupId {
        GroupId::new("wiring", &self.app)
    }

    /// The group: tags renamed and wrapped, imports asked for.
    fn group(&self, file: &LoadedFile, formatting: &crate::formatting::Formatting) -> Result<ChangeGroup, Refusal> {
        let module = self.parsed(&file.base.text)?;
        if let Some(comment) =
            module.comment_before(self.provider.range.start()).filter(|comment| governs_next_line(comment))
        {
            let why = format!("the comment `{}` would no longer stand before ConvexProvider", comment.trim());
            return Err(self.unproven(&why));
        }
        let bindings = Bindings::new(&module);
        let mut group = ChangeGroup::new(
            self.group_id(),
            vec![self.app.clone()],
            Applicability::NeedsReview,
            "Give Convex the Clerk session: ConvexProviderWithClerk inside ClerkProvider",
            "Convex validates a session only through ConvexProviderWithClerk, which needs Clerk's useAuth from outside; the app needs a \
             publishable key afterwards.",
        );
        let mut names = Names { wiring: self, bindings: &bindings, group: &mut group };
        let clerk = self.wraps.then(|| names.local(&self.sdk, CLERK_PROVIDER, "ClerkAuthProvider"));
        let use_auth = names.local(&self.sdk, "useAuth", "useClerkAuth");
        let with_clerk = names.local(CONVEX_REACT_CLERK, "ConvexProviderWithClerk", "ConvexClerkProvider");
        let rewrite = ElementRewrite {
            rename: Some(with_clerk),
            attributes: vec![attribute("useAuth", identifier(&use_auth))],
            wrap_in: clerk.into_iter().map(|name| self.clerk_tag(name, file)).collect(),
        };
        self.add_edits(&mut group, &module, &formatting.style(&module), &rewrite)?;
        self.drop_import(&mut group, &bindings, file);
        Ok(group)
    }

    fn add_edits(
        &self,
        group: &mut ChangeGroup,
        module: &ParsedModule,
        style: &Style,
        rewrite: &ElementRewrite,
    ) -> Result<(), Refusal> {
        let edits = rewrite_element(module, style, self.provider.range, rewrite);
        let added = edits.and_then(|edits| edits.iter().try_for_each(|edit| group.edit(self.path, edit.clone())));
        added.map_err(|conflict| self.unproven(&format!("its edits clash: {conflict}")))
    }

    /// `<ClerkProvider publishableKey={import.meta.env.VITE_CLERK_PUBLISHABLE_KEY}>`
    fn clerk_tag(&self, name: String, file: &LoadedFile) -> Tag {
        let mut value = env_member(self.key.object, &self.key.name, self.key.bracket);
        // `import.meta.env.X` is `any` unless the app types it; `process.env.X` is `string | undefined`.
        if self.key_needs_string && self.key.object == "process.env" && file.kind.has_types() {
            value = non_null(value);
        }
        Tag { name, attributes: vec![attribute("publishableKey", value)] }
    }

    /// Asks for the plain provider's import to go, where the tags were its only uses.
    fn drop_import(&self, group: &mut ChangeGroup, bindings: &Bindings, file: &LoadedFile) {
        let Ok(facts) = &file.facts else { return };
        let imports = facts.imports.iter().filter(|import| import.module == CONVEX_REACT);
        let named = ImportedName::Named("ConvexProvider".to_owned());
        for specifier in imports.flat_map(|import| &import.specifiers).filter(|specifier| specifier.name == named) {
            let uses = bindings.uses_of_import(&specifier.local);
            if !uses.is_empty() && uses.iter().all(|use_| self.provider.names.contains(use_)) {
                group.import(self.path, ImportChange::Drop { local: specifier.local.clone() });
            }
        }
    }

    /// Reads the file as it would become: one ClerkProvider directly known to be outside, `useAuth` from its package.
    fn prove(&self, file: &LoadedFile, group: &ChangeGroup, language: &TypeScript) -> Result<(), Refusal> {
        let text = &file.base.text;
        let imports = group.imports().get(self.path).map_or(&[][..], Vec::as_slice);
        let mut edits = group.edits().get(self.path).cloned().unwrap_or_default();
        let made = language.import_edits(self.path, text, imports).map_err(|message| self.unproven(&message))?;
        let merged = made.into_iter().try_for_each(|edit| edits.push(edit));
        merged.map_err(|conflict| self.unproven(&format!("its imports clash: {conflict}")))?;
        let after = edits.apply(text).ok_or_else(|| self.unproven("its edits do not fit"))?;
        let module = self.parsed(&after)?;
        let facts = file_facts(&module, &Bindings::new(&module));
        if self.is_wired(&facts) {
            Ok(())
        } else {
            Err(self.unproven("a name in the file hides one that the change needs"))
        }
    }

    fn is_wired(&self, facts: &FileFacts) -> bool {
        let is = |element: &JsxFact, modules: &[&str], name: &str| element.tag.is(modules, name);
        let mut with_clerk =
            facts.elements_with_ids().filter(|(_, e)| is(e, &[CONVEX_REACT_CLERK], "ConvexProviderWithClerk"));
        let (Some((id, provider)), None) = (with_clerk.next(), with_clerk.next()) else { return false };
        let clerk_above = |id: JsxId| facts.ancestors(id).filter(|(_, e)| is(e, &[&self.sdk], CLERK_PROVIDER)).count();
        let use_auth = provider.attributes.iter().any(|attribute| {
            attribute.name.as_deref() == Some("useAuth")
                && matches!(&attribute.value, AttributeValue::Reference(value) if value.is(&[&self.sdk], "useAuth"))
        });
        let plain_left = facts.elements.iter().any(|element| is(element, &[CONVEX_REACT], "ConvexProvider"));
        clerk_above(id) == 1 && use_auth && !plain_left
    }

    fn findings(&self, group: &GroupId) -> Vec<Finding> {
        let location = Some(Location { path: self.path.clone(), range: self.provider.opening });
        let mut found = Finding::new(
            RULE.explanation.id,
            Severity::Note,
            "ConvexProvider tells Convex nothing of who is signed in",
        );
        found.app = Some(self.app.clone());
        found.location = location.clone();
        found.why = Some("Convex sees a session only through ConvexProviderWithClerk inside ClerkProvider".to_owned());
        found.doc = Some(self.guide);
        found.group = Some(group.clone());
        let mut findings = vec![found];
        if self.provider.is_conditional {
            findings.push(self.conditional(location.clone(), group));
        }
        if self.wraps {
            findings.extend(self.key_finding(location, group));
        }
        findings
    }

    /// `ready ? <ConvexProvider …> : <App />`: the other branch has no Clerk either, as it has no Convex.
    fn conditional(&self, location: Option<Location>, group: &GroupId) -> Finding {
        let message = "the provider is rendered under a condition; where that does not hold, there is no ClerkProvider";
        let mut finding = Finding::new("conditional-provider", Severity::Warning, message);
        finding.app = Some(self.app.clone());
        finding.location = location;
        finding.help =
            Some("Clerk's hooks and components throw there: use them only where the provider is rendered".to_owned());
        finding.group = Some(group.clone());
        finding
    }

    /// Says how the key is read where the app's own code doesn't show it.
    fn key_finding(&self, location: Option<Location>, group: &GroupId) -> Option<Finding> {
        let name = &self.key.name;
        let (severity, message, help, doc) = match self.key.origin {
            Origin::App => return None,
            Origin::Documented(page) => (
                Severity::Note,
                format!(
                    "`{name}` is read as the bundler documents it: how the app reads its Convex URL can't be copied"
                ),
                None,
                Some(page),
            ),
            Origin::Guess => (
                Severity::Warning,
                format!("no bundler is known here that gives `{name}` to the client"),
                Some(
                    "define the variable in the bundler's settings, as for other values that the client reads"
                        .to_owned(),
                ),
                None,
            ),
        };
        let mut finding = Finding::new("publishable-key-variable", severity, message);
        finding.app = Some(self.app.clone());
        finding.location = location;
        finding.help = help;
        finding.doc = doc;
        finding.group = Some(group.clone());
        Some(finding)
    }

    fn parsed(&self, text: &str) -> Result<ParsedModule, Refusal> {
        let source = SourceFile::new(self.path.clone(), text.into());
        let source = source.ok_or_else(|| self.unproven("it is no source file"))?;
        parse(&source).map_err(|failure| self.unproven(&failure.message))
    }

    fn unproven(&self, why: &str) -> Refusal {
        let place = Location { path: self.path.clone(), range: self.provider.opening };
        Refusal::new(RefusalReason::UnprovenForm, format!("the change could not be proven: {why}"), Some(place))
    }
}

/// `// @ts-expect-error`, `// eslint-disable-next-line`: what such a comment speaks of is the line after it.
fn governs_next_line(comment: &str) -> bool {
    let directives = [
        "@ts-expect-error",
        "@ts-ignore",
        "eslint-disable-next-line",
        "biome-ignore",
        "oxlint-disable-next-line",
        "tslint:disable-next",
    ];
    directives.iter().any(|directive| comment.contains(directive))
}

/// Names for what the change needs, imported under another where the file uses the usual one for something else.
struct Names<'a, 'b> {
    wiring: &'a Wiring<'b>,
    bindings: &'a Bindings,
    group: &'a mut ChangeGroup,
}

impl Names<'_, '_> {
    fn local(&mut self, module: &str, name: &str, other: &str) -> String {
        if let Some(local) = self.bindings.local_for(module, name) {
            return local;
        }
        let numbered = (2..).map(|number| format!("{other}{number}"));
        let mut names = [name.to_owned(), other.to_owned()].into_iter().chain(numbered);
        let local = names.find(|name| !self.bindings.is_spelled(name)).unwrap_or_else(|| name.to_owned());
        let import = ImportChange::Add {
            module: module.to_owned(),
            name: ImportedName::Named(name.to_owned()),
            local: local.clone(),
            type_only: false,
            beside: Some(CONVEX_REACT.to_owned()),
        };
        self.group.import(self.wiring.path, import);
        local
    }
}
