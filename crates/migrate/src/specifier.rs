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
    let imports = &facts.imports;
    let marks = ["@", "~"].iter().filter(|mark| imports.iter().any(|i| i.module.starts_with(&format!("{mark}/"))));
    let beside = workspace.sources.iter().find(|path| path.folder() == to.folder() && *path != to);
    let alias = marks.filter_map(|mark| {
        let beside = beside?;
        // `src/app/layout`, `app/layout`, `layout`
        let ways = without_ending(beside.as_str());
        let starts = std::iter::once(0).chain(ways.match_indices('/').map(|(at, _)| at + 1));
        let known = starts.filter_map(|at| Some((at, format!("{mark}/{}", ways.get(at..)?))));
        let leads = |specifier: &str| resolver.resolve(from, specifier) == Target::File(beside.clone());
        let (at, _) = known.into_iter().find(|(_, specifier)| leads(specifier))?;
        Some(format!("{mark}/{}", stem.get(at..)?))
    });
    let mut alias = alias.filter(|_| from.folder() != to.folder());
    alias.next().unwrap_or_else(|| relative(from.folder(), &stem))
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
