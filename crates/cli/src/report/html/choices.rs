//! What a person can choose, and what each choice makes of each file.

use std::collections::{BTreeMap, BTreeSet};

use change::{ChangeGroup, FileChange, GroupId, Plan, RelPath, Selection};

use super::super::View;
use super::super::diff::Patches;
use crate::run::Defect;

/// How many contents of one file are laid out; where choices would give more, the groups that change it go together.
const CONTENTS: usize = 32;

/// All groups of a plan, and what they can make of its files.
pub(super) struct Choices<'a> {
    pub(super) groups: Vec<&'a ChangeGroup>,
    /// For each group all others that it can't be without, by their numbers.
    pub(super) needs: Vec<BTreeSet<usize>>,
    /// Which are chosen at first.
    pub(super) ticked: BTreeSet<usize>,
    pub(super) files: Vec<FileChoices<'a>>,
    /// Files with more contents than are laid out: the groups that change one go together.
    pub(super) bound: Vec<&'a RelPath>,
}

/// A file and its contents.
pub(super) struct FileChoices<'a> {
    pub(super) number: usize,
    pub(super) path: &'a RelPath,
    /// The groups that change it, by their numbers.
    pub(super) groups: Vec<usize>,
    pub(super) variants: Vec<Variant>,
}

/// A file as some groups leave it.
pub(super) struct Variant {
    /// Those of the groups that change the file which are chosen.
    pub(super) chosen: BTreeSet<usize>,
    pub(super) file: FileChange,
    pub(super) patch: String,
    /// Whether it is what is shown at first.
    pub(super) is_first: bool,
}

impl Variant {
    /// `0 2`
    pub(super) fn key(&self) -> String {
        self.chosen.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
    }
}

impl<'a> Choices<'a> {
    pub(super) fn of(view: &View<'a>) -> Result<Self, Defect> {
        let plan = &view.planned.plan;
        let groups: Vec<&ChangeGroup> = plan.groups().iter().collect();
        let paths: BTreeSet<&RelPath> = groups.iter().flat_map(|group| group.paths()).collect();
        let changing = |path: &RelPath| -> Vec<usize> {
            (0..groups.len()).filter(|number| groups[*number].paths().contains(&path)).collect()
        };
        let mut needs = required(&groups);
        let mut bound = Vec::new();
        for path in &paths {
            let own = changing(path);
            if subsets(&own, &needs).is_none_or(|subsets| subsets.len() > CONTENTS) {
                for number in &own {
                    needs[*number].extend(own.iter().filter(|other| *other != number));
                }
                close(&mut needs);
                bound.push(*path);
            }
        }
        let chosen = plan.chosen(view.selection);
        let ticked: BTreeSet<usize> = (0..groups.len()).filter(|number| chosen.contains(&groups[*number].id)).collect();
        let mut rendered = Rendered { plan, groups: &groups, files: BTreeMap::new() };
        let patches = Patches::of(&view.planned.base, view.planned.in_git, plan.bases());
        let mut files = Vec::new();
        for (number, path) in paths.into_iter().enumerate() {
            let own = changing(path);
            let mut variants = Vec::new();
            for chosen in subsets(&own, &needs).unwrap_or_default() {
                let all = chosen.iter().flat_map(|number| needs[*number].iter().chain([number])).copied().collect();
                // An edit that a shared file has already makes no change.
                let Some(file) = rendered.of(all)?.get(path).cloned() else { continue };
                let patch = patches.of_file(path, &file);
                let is_first = own.iter().filter(|number| ticked.contains(number)).eq(&chosen);
                variants.push(Variant { chosen, file, patch, is_first });
            }
            files.push(FileChoices { number, path, groups: own, variants });
        }
        Ok(Self { groups, needs, ticked, files, bound })
    }
}

/// For each group all others that it requires, and those that they do.
fn required(groups: &[&ChangeGroup]) -> Vec<BTreeSet<usize>> {
    let number = |id: &GroupId| groups.iter().position(|group| group.id == *id);
    let mut needs: Vec<BTreeSet<usize>> =
        groups.iter().map(|group| group.requires.iter().filter_map(number).collect()).collect();
    close(&mut needs);
    needs
}

/// Takes in what is needed by what is needed.
fn close(needs: &mut [BTreeSet<usize>]) {
    loop {
        let size = |needs: &[BTreeSet<usize>]| needs.iter().map(BTreeSet::len).sum::<usize>();
        let before = size(needs);
        for number in 0..needs.len() {
            let more: BTreeSet<usize> = needs[number].iter().flat_map(|needed| needs[*needed].clone()).collect();
            needs[number].extend(more);
            needs[number].remove(&number);
        }
        if size(needs) == before {
            return;
        }
    }
}

/// Every choice of some groups, but for none of them, that has what it needs of them; `None` where there are too many to look at.
fn subsets(own: &[usize], needs: &[BTreeSet<usize>]) -> Option<Vec<BTreeSet<usize>>> {
    if own.len() > 10 {
        // All that go together are one choice.
        let whole: BTreeSet<usize> = own.iter().copied().collect();
        let is_bound =
            own.iter().all(|number| whole.iter().all(|other| other == number || needs[*number].contains(other)));
        return is_bound.then(|| vec![whole]);
    }
    let of_bits = |bits: usize| -> BTreeSet<usize> {
        own.iter().enumerate().filter(|(at, _)| bits & (1 << at) != 0).map(|(_, number)| *number).collect()
    };
    let is_whole = |chosen: &BTreeSet<usize>| {
        let mut needed = chosen.iter().flat_map(|number| &needs[*number]).filter(|needed| own.contains(needed));
        needed.all(|needed| chosen.contains(needed))
    };
    Some((1..1 << own.len()).map(of_bits).filter(is_whole).collect())
}

/// The files of choices, each rendered once.
struct Rendered<'a> {
    plan: &'a Plan,
    groups: &'a [&'a ChangeGroup],
    files: BTreeMap<BTreeSet<usize>, BTreeMap<RelPath, FileChange>>,
}

impl Rendered<'_> {
    fn of(&mut self, chosen: BTreeSet<usize>) -> Result<&BTreeMap<RelPath, FileChange>, Defect> {
        if !self.files.contains_key(&chosen) {
            let ids = chosen.iter().map(|number| self.groups[*number].id.clone()).collect();
            let files = self.plan.render(&Selection::Only(ids)).map_err(Defect)?;
            self.files.insert(chosen.clone(), files);
        }
        Ok(&self.files[&chosen])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(numbers: &[usize]) -> BTreeSet<usize> {
        numbers.iter().copied().collect()
    }

    #[test]
    fn a_choice_has_what_it_needs() {
        let mut needs = vec![set(&[]), set(&[0]), set(&[1])];
        close(&mut needs);
        assert_eq!(needs[2], set(&[0, 1]));
        // The file is changed by 0 and 2: 2 alone is no choice.
        assert_eq!(subsets(&[0, 2], &needs), Some(vec![set(&[0]), set(&[0, 2])]));
    }

    #[test]
    fn many_groups_of_a_file_are_one_choice_once_they_go_together() {
        let own: Vec<usize> = (0..12).collect();
        let alone = vec![set(&[]); 12];
        assert_eq!(subsets(&own, &alone), None);
        let bound: Vec<BTreeSet<usize>> = (0..12).map(|n| own.iter().copied().filter(|m| *m != n).collect()).collect();
        assert_eq!(subsets(&own, &bound), Some(vec![set(&own)]));
    }
}
