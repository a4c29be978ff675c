//! How a file names another one of the app in an import.

use change::RelPath;
use syntax::FileFacts;

use crate::graph::resolve::{Resolver, Target};
use crate::workspace::Workspace;

/// How the file at `from`, whose facts are given, names the one at `to`: by an alias that it uses and that leads to a file beside that, else by
/// the way from its folder.
pub(crate) fn specifier(
    workspace: &Workspace,
    resolver: &Resolver<'_>,
    facts: &FileFacts,
    from: &RelPath,
    to: &RelPath,
) -> String {
    let without_ending = |path: &str| path.rsplit_once('.').map_or(path, |(stem, _)| stem).to_owned();
    let stem = without_ending(to.as_str());
    // Where an alias leads is said by an import that has it: `@/lib/a` is src/lib/a.ts, so `@/` is src/.
    let mut alias = facts.imports.iter().filter_map(|import| {
        let mark = import.module.get(..2).filter(|mark| ["@/", "~/"].contains(mark))?;
        let Target::File(path) = resolver.resolve(from, &import.module) else { return None };
        let rest = import.module.get(2..)?;
        let file = without_ending(path.as_str());
        let folder = file.strip_suffix(rest).or_else(|| file.strip_suffix("/index")?.strip_suffix(rest))?;
        Some(format!("{mark}{}", stem.strip_prefix(folder)?))
    });
    let by_import = alias.find(|_| from.folder() != to.folder());
    by_import
        .or_else(|| by_neighbour(workspace, resolver, facts, from, to))
        .unwrap_or_else(|| relative(from.folder(), &stem))
}

/// The same by an alias that the file uses for what could not be found, where it leads to a file beside the other one.
fn by_neighbour(
    workspace: &Workspace,
    resolver: &Resolver<'_>,
    facts: &FileFacts,
    from: &RelPath,
    to: &RelPath,
) -> Option<String> {
    let without_ending = |path: &str| path.rsplit_once('.').map_or(path, |(stem, _)| stem).to_owned();
    let stem = without_ending(to.as_str());
    let marks =
        ["@", "~"].iter().filter(|mark| facts.imports.iter().any(|i| i.module.starts_with(&format!("{mark}/"))));
    let beside = workspace.sources_in(to.folder()).find(|path| path.folder() == to.folder() && *path != to)?;
    // `layout`, `app/layout`, `src/app/layout`
    let ways = without_ending(beside.as_str());
    let starts: Vec<usize> = std::iter::once(0).chain(ways.match_indices('/').map(|(at, _)| at + 1)).collect();
    let mut found = marks.filter_map(|mark| {
        let leads = |specifier: &str| resolver.resolve(from, specifier) == Target::File(beside.clone());
        let at =
            starts.iter().rev().find(|at| ways.get(**at..).is_some_and(|rest| leads(&format!("{mark}/{rest}"))))?;
        Some(format!("{mark}/{}", stem.get(*at..)?))
    });
    found.next().filter(|_| from.folder() != to.folder())
}

/// `../auth` from app/tasks to app/auth.
fn relative(folder: &str, to: &str) -> String {
    let parts = |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let (from, to) = (parts(folder), parts(to));
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = "../".repeat(from.len() - shared);
    let down = to.get(shared..).unwrap_or_default().join("/");
    if up.is_empty() { format!("./{down}") } else { format!("{up}{down}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_between_files() {
        for (folder, to, expected) in [
            ("app", "app/auth", "./auth"),
            ("app/tasks/[id]", "app/auth", "../../auth"),
            ("lib", "src/app/auth", "../src/app/auth"),
            ("", "app/auth", "./app/auth"),
        ] {
            assert_eq!(relative(folder, to), expected, "{folder}");
        }
    }
}
