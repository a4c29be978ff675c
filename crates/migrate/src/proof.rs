//! The proof of a change: the app is read again as it would become, and walked down from its roots.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use change::{
    Base, ChangeGroup, Conflict, EditSet, ImportChange, ImportedName, Language, Location, RelPath, TextRange,
};
use syntax::{Lapse, SourceKind, Value, file_facts, lapse, on_deep_stack};

use crate::ctx::Sink;
use crate::gates::is_gate;
use crate::graph::modules::Modules;
use crate::graph::render::{Node, Place, Sighting};
use crate::graph::resolve::Resolver;
use crate::graph::roots::FindRoots;
use crate::known::Provider;
use crate::language::TypeScript;
use crate::refusal::{Refusal, RefusalReason};
use crate::rewire::{Rewiring, parsed};
use crate::survey::Survey;

impl Rewiring<'_> {
    /// Reads the app as it would become and walks down: each provider for Clerk has one ClerkProvider around it on every way, `useAuth` is
    /// from the same package, and no plain provider that was to go is left.
    ///
    /// # Errors
    /// A refusal where that does not hold.
    pub(crate) fn prove(
        &self,
        bases: &BTreeMap<RelPath, Base>,
        group: &ChangeGroup,
        language: &TypeScript,
        resolver: &Resolver<'_>,
        find: FindRoots,
    ) -> Result<(), Refusal> {
        let mut changed = BTreeMap::new();
        for (path, base) in bases {
            let module = parsed(path, &after(path, base, group, language)?)?;
            changed.insert(path.clone(), Arc::new(file_facts(&module)));
        }
        let paths: Vec<RelPath> = changed.keys().cloned().collect();
        let sources = Arc::new(self.survey.modules.sources.clone()).with(changed);
        let modules = Modules::new(&sources, resolver);
        let survey = Survey::new(self.survey.workspace, self.survey.app, &modules, find);
        let place = self.targets.swaps.first().or(self.targets.adds.keys().next()).copied();
        let fail = |why: &str| match place {
            Some(place) => Err(self.unproven(place, why)),
            None => Ok(()),
        };
        if survey.graph.is_exhausted {
            return fail("there are too many ways down to follow them all");
        }
        let own = |place: &Place| paths.contains(survey.path(place.0));
        let kept = self.targets.kept.iter().filter(|place| paths.contains(self.survey.path(place.0))).count();
        if survey.live_plain().iter().filter(|place| own(place)).count() > kept {
            return fail("a plain provider is left");
        }
        let is_nested = |clerk: &Sighting| clerk.above.iter().any(|above| above.provider == Provider::Clerk);
        if survey.sightings(Provider::Clerk).any(is_nested) {
            return fail("a ClerkProvider would stand inside another one");
        }
        let written: Vec<Place> = survey.places(Provider::WithClerk).filter(own).collect();
        let there = self.survey.places(Provider::WithClerk).filter(|place| paths.contains(self.survey.path(place.0)));
        if written.len() != self.targets.swaps.len() + self.targets.adds.len() + there.count() {
            return fail("a name in the file hides one that the change needs");
        }
        for place in written {
            let seen: Vec<&Sighting> = survey.graph.of(place).collect();
            let is_wired = match seen.is_empty() {
                // Rendered in a way that can't be followed, in an app without another ClerkProvider: what stands around in the file counts.
                true => self.around_in_file(&survey, place),
                false => seen.iter().all(|sighting| self.has_one_clerk(sighting)),
            };
            if !is_wired || !self.has_use_auth(&survey, place) {
                return fail("a name in the file hides one that the change needs");
            }
        }
        Ok(())
    }

    fn has_one_clerk(&self, sighting: &Sighting) -> bool {
        let mut clerks = sighting.above.iter().filter(|above| above.provider == Provider::Clerk);
        let first = clerks.next().is_some_and(|clerk| clerk.module == self.sdk);
        first && clerks.next().is_none()
    }

    fn around_in_file(&self, survey: &Survey<'_>, place: Place) -> bool {
        let (file, Node::Jsx(id)) = place else { return false };
        let facts = survey.modules.sources.facts(file);
        let is_clerk = |id: &syntax::JsxId| {
            survey.written.iter().any(|written| {
                written.place == (file, Node::Jsx(*id))
                    && written.provider == Provider::Clerk
                    && written.module == self.sdk
            })
        };
        facts.ancestors(id).filter(|(id, _)| is_clerk(id)).count() == 1
    }

    fn has_use_auth(&self, survey: &Survey<'_>, place: Place) -> bool {
        match survey.attribute(place, "useAuth") {
            Some(Value::Imported(imported)) => {
                let is_hook = matches!(&imported.export, ImportedName::Named(name) if name == "useAuth");
                is_hook && survey.package_of(place.0, imported).as_deref() == Some(&*self.sdk)
            }
            _ => false,
        }
    }
}

/// Refuses a change of a file that loses a comment, or parts one from the line that it speaks of.
///
/// ```tsx
/// // @ts-expect-error the types are older
/// beforeLoad: () => ({ busy: missing }),      // this line would be several
/// ```
pub(crate) fn keeps_comments(sink: &Sink) -> Result<(), Refusal> {
    let mut wiring = sink.groups.iter().filter(|group| !is_gate(group));
    wiring.try_for_each(|group| keeps_comments_in(sink, std::slice::from_ref(group), group))
}

/// The same for the files of one group that comes after those of the sink.
///
/// # Errors
/// A refusal where that does not hold.
pub(crate) fn keeps_comments_with(sink: &Sink, group: &ChangeGroup) -> Result<(), Refusal> {
    let shares = |other: &&ChangeGroup| sources_of(other).any(|path| sources_of(group).any(|own| own == path));
    let groups: Vec<ChangeGroup> = sink.groups.iter().filter(shares).chain([group]).cloned().collect();
    keeps_comments_in(sink, &groups, group)
}

/// The source files that a group edits.
fn sources_of(group: &ChangeGroup) -> impl Iterator<Item = &RelPath> {
    let edited = group.edits().keys().chain(group.imports().keys());
    edited.filter(|path| SourceKind::of(path).is_some())
}

/// What `groups` together make of the files of one of them.
fn keeps_comments_in(sink: &Sink, groups: &[ChangeGroup], of: &ChangeGroup) -> Result<(), Refusal> {
    let language = TypeScript { formatting: sink.formatting.clone() };
    let paths: BTreeSet<&RelPath> = sources_of(of).collect();
    for path in paths {
        let Some(base) = sink.bases.get(path) else { continue };
        let edits = merged(path, base, groups, &language)?;
        let text = edits.apply(&base.text).ok_or_else(|| misfit(path, "its edits do not fit".to_owned()))?;
        on_deep_stack(|| keeps_comments_of(path, &base.text, &text))?;
    }
    Ok(())
}

fn keeps_comments_of(path: &RelPath, before: &str, after: &str) -> Result<(), Refusal> {
    let after = parsed(path, after)?;
    if !["//", "/*", "<!--"].iter().any(|mark| before.contains(mark)) {
        return Ok(());
    }
    let before = parsed(path, before)?;
    let refuse = |range: TextRange, what: &str| {
        let comment = range.slice(before.text()).unwrap_or_default();
        let message = format!("the comment `{}` {what}", comment.split_whitespace().collect::<Vec<_>>().join(" "));
        let location = Location { path: path.clone(), range };
        Err(Refusal::new(RefusalReason::UnprovenForm, message, Some(location)))
    };
    match lapse(&before, &after) {
        Some(Lapse::Lost(range)) => refuse(range, "would get lost"),
        Some(Lapse::Moved(range)) => refuse(range, "would no longer stand before the line that it speaks of"),
        None => Ok(()),
    }
}

/// The text of a file after the change.
fn after(path: &RelPath, base: &Base, group: &ChangeGroup, language: &TypeScript) -> Result<String, Refusal> {
    let edits = merged(path, base, std::slice::from_ref(group), language)?;
    edits.apply(&base.text).ok_or_else(|| misfit(path, "its edits do not fit".to_owned()))
}

/// The edits that some groups make of a file, those of its imports included.
///
/// # Errors
/// A refusal where they clash.
pub(crate) fn merged(
    path: &RelPath,
    base: &Base,
    groups: &[ChangeGroup],
    language: &TypeScript,
) -> Result<EditSet, Refusal> {
    let clash = |conflict: Conflict| misfit(path, format!("its edits clash: {conflict}"));
    let mut edits = EditSet::default();
    let mut imports: Vec<ImportChange> = Vec::new();
    for group in groups {
        if let Some(set) = group.edits().get(path) {
            edits.merge(set).map_err(clash)?;
        }
        for import in group.imports().get(path).into_iter().flatten() {
            if !imports.contains(import) {
                imports.push(import.clone());
            }
        }
    }
    if !imports.is_empty() {
        let made = language.import_edits(path, &base.text, &imports).map_err(|why| misfit(path, why))?;
        made.into_iter().try_for_each(|edit| edits.push(edit)).map_err(clash)?;
    }
    Ok(edits)
}

fn misfit(path: &RelPath, why: String) -> Refusal {
    let message = format!("the change could not be proven: {why}");
    Refusal::new(RefusalReason::UnprovenForm, message, Some(Location::file(path.clone())))
}
