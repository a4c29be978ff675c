//! The commands that only print: `explain`, `completions`, `man`, `--version`.

use crate::manual;
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
    crate::run::product(text)?;
    Ok(Status::Done)
}

/// `--version`, with `-v` every version fact, its date and source.
pub(crate) fn version(verbose: bool) -> anyhow::Result<Status> {
    print(&manual::version(verbose))
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
            let plain = |text: &str| text.to_ascii_lowercase().replace(['-', '_', ' '], "");
            let parts: Vec<String> = id.split(['-', '_', ' ']).filter(|part| part.len() > 2).map(plain).collect();
            let near = |known: &&str| plain(known) == plain(id) || parts.iter().any(|part| plain(known).contains(part));
            let near = all.iter().map(|explanation| explanation.id).filter(near).collect();
            Err(UnknownId { id: id.to_owned(), near }.into())
        }
    }
}

pub(crate) fn completions(shell: clap_complete::Shell) -> anyhow::Result<Status> {
    print(&manual::completions(shell))
}

pub(crate) fn man() -> anyhow::Result<Status> {
    print(&manual::page()?)
}
