//! The texts below the help, which are on the manual page too.

/// A titled list of terms with what they mean.
pub(crate) type Section = (&'static str, &'static [(&'static str, &'static str)]);

/// How `migrate` is used.
pub(crate) const EXAMPLES: Section = (
    "Examples",
    &[
        ("convex-clerk migrate", "show the changes and ask before writing them"),
        ("convex-clerk migrate --dry-run > clerk.patch", "keep the patch, to review it and `git apply` it"),
        ("convex-clerk migrate apps/web --yes", "write one app of a monorepo without asking"),
        ("convex-clerk migrate --interactive --verify", "choose the changes, and check their types before writing"),
        ("convex-clerk migrate --check", "in CI: exit with 1 while something is left to change"),
        ("convex-clerk migrate --dry-run --output plan.html", "a page to read, choose from and save the patch"),
        ("convex-clerk migrate --dry-run --output plan.json", "the whole plan, for other programs and to keep"),
        ("convex-clerk apply plan.json", "write a plan that was kept, if the files are as they were"),
        ("convex-clerk graph", "what the apps render, where gates stand, and who asks Convex for what"),
    ],
);

/// How `graph` is used.
pub(crate) const GRAPH_EXAMPLES: Section = (
    "Examples",
    &[
        ("convex-clerk graph", "a tree in the terminal"),
        ("convex-clerk graph --format svg > graph.svg", "a picture for a browser"),
        ("convex-clerk graph --format dot | dot -Tpdf > graph.pdf", "through Graphviz"),
        ("convex-clerk graph --gate none", "as it is, without the gates that `migrate` would add"),
    ],
);

/// What the exit codes of `graph` mean.
pub(crate) const GRAPH_EXIT_CODES: Section =
    ("Exit codes", &[("0", "drawn, or there is no Convex app"), ("2", "it could not run")]);

/// What the exit codes mean.
pub(crate) const EXIT_CODES: Section = (
    "Exit codes",
    &[
        ("0", "done, or there is nothing to do"),
        ("1", "--check: there is something to change"),
        ("2", "it could not run, and nothing was written"),
        ("3", "an app was refused or is not supported (not with --refused-ok), or --verify found errors"),
        ("130", "interrupted; nothing is left behind"),
    ],
);

/// The variables that are read.
pub(crate) const ENVIRONMENT: Section = (
    "Environment",
    &[
        ("NO_COLOR", "no colour, whatever the terminal can do"),
        ("CLICOLOR_FORCE", "colour even into a pipe, unless NO_COLOR is set"),
    ],
);

/// Sections as the help shows them.
pub(crate) fn sections(sections: &[Section]) -> String {
    sections.iter().map(section).collect::<Vec<_>>().join("\n\n")
}

fn section((title, entries): &Section) -> String {
    let width = entries.iter().map(|(term, _)| term.len()).max().unwrap_or(0);
    // A long command gets its meaning below it, so that lines fit a terminal.
    let entry = |(term, meaning): &(&str, &str)| match width {
        0..=20 => format!("\n  {term:width$}  {meaning}"),
        _ => format!("\n  {term}\n      {meaning}"),
    };
    format!("{title}:{}", entries.iter().map(entry).collect::<String>())
}
