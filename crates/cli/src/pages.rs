//! The commands that only print: `explain`, `completions`, `man`, `--version`.

use std::io::{self, Write as _};

use clap::CommandFactory as _;

use crate::args::Cli;
use crate::run::Status;

/// An id that `explain` does not know.
#[derive(Debug, thiserror::Error)]
#[error("nothing is called `{id}`")]
pub(crate) struct UnknownId {
    id: String,
    /// Ids that look alike.
    pub(crate) near: Vec<&'static str>,
}

fn print(text: &str) -> anyhow::Result<Status> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()?;
    Ok(Status::Done)
}

pub(crate) fn help() -> anyhow::Result<Status> {
    print(&Cli::command().render_help().to_string())
}

/// `--version`, with `-v` every version fact, its date and source.
pub(crate) fn version(verbose: bool) -> anyhow::Result<Status> {
    let mut text = format!("convex-clerk {}\n", env!("CARGO_PKG_VERSION"));
    if verbose {
        for fact in migrate::version_facts() {
            text.push_str(&format!(
                "\n{} {}\n  {}\n  checked {}, {}\n",
                fact.package, fact.version, fact.meaning, fact.checked, fact.source
            ));
        }
    }
    print(&text)
}

/// The text of one id, or the list of all.
pub(crate) fn explain(id: Option<&str>) -> anyhow::Result<Status> {
    let all = migrate::explanations();
    let Some(id) = id else {
        let width = all.iter().map(|explanation| explanation.id.len()).max().unwrap_or(0);
        let line = |e: &migrate::Explanation| format!("{:width$}  {}\n", e.id, e.summary);
        return print(&all.iter().map(line).collect::<String>());
    };
    match all.iter().find(|explanation| explanation.id == id) {
        Some(explanation) => print(&format!("{}\n\n{}", explanation.id, explanation.text)),
        None => {
            let parts: Vec<&str> = id.split('-').filter(|part| part.len() > 2).collect();
            let near = |known: &&str| parts.iter().any(|part| known.contains(part));
            let near = all.iter().map(|explanation| explanation.id).filter(near).collect();
            Err(UnknownId { id: id.to_owned(), near }.into())
        }
    }
}

pub(crate) fn completions(shell: clap_complete::Shell) -> anyhow::Result<Status> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "convex-clerk", &mut text);
    print(&String::from_utf8_lossy(&text))
}

/// The manual page: the command, then each of its commands.
pub(crate) fn man() -> anyhow::Result<Status> {
    let command = Cli::command();
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut text)?;
    for sub in command.get_subcommands() {
        let mut section = Vec::new();
        let name: &'static str = Box::leak(format!("convex-clerk-{}", sub.get_name()).into_boxed_str());
        let man = clap_mangen::Man::new(sub.clone().name(name));
        man.render_description_section(&mut section)?;
        man.render_options_section(&mut section)?;
        let heading = format!(".SH \"{}\"\n", name.to_uppercase());
        let section = String::from_utf8_lossy(&section).replace(".SH DESCRIPTION", "").replace(".SH OPTIONS", ".PP");
        text.extend_from_slice(format!("{heading}{section}").as_bytes());
    }
    print(&String::from_utf8_lossy(&text))
}
