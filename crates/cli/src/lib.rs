//! The command line of convex-clerk: arguments in, a plan shown or written, an exit code out.
//!
//! A library, so that what reads a saved plan and what prints one can be given anything by `fuzz/`; `main.rs` is the program.

mod apply;
mod args;
mod choose;
mod disk;
mod doctor;
mod faults;
mod git;
mod graph;
mod interrupt;
mod journal;
mod lsp;
mod manual;
mod online;
mod outputs;
mod pages;
mod progress;
mod report;
mod run;
mod saved;
mod terminal;
mod texts;
mod transaction;
mod verify;
mod writing;

#[cfg(test)]
mod test_project;

use std::io::Write as _;
use std::process::ExitCode;

use clap::FromArgMatches as _;
use clap::error::ErrorKind;
use migrate::PlanError;

use crate::apply::WriteError;
use crate::args::{Cli, Command};
use crate::journal::JournalError;
use crate::pages::UnknownId;
use crate::run::{Defect, Status};
use crate::verify::VerifyError;
use crate::writing::NoGit;

pub use crate::report::views;
pub use crate::saved::{SavedError, SavedPlan};

/// Runs the program on the arguments of this process.
pub fn run() -> ExitCode {
    let parsed = args::command().try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            // `--help` into a closed pipe is no failure.
            let _ = error.print();
            let is_help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return ExitCode::from(if is_help { 0 } else { 2 });
        }
    };
    migrate::on_deep_stack(|| run_command(&cli))
}

fn run_command(cli: &Cli) -> ExitCode {
    match dispatch(cli) {
        Ok(status) => ExitCode::from(status as u8),
        Err(error) => {
            report_error(&error, cli);
            ExitCode::from(error.downcast_ref::<WriteError>().map_or(2, WriteError::exit_code))
        }
    }
}

fn dispatch(cli: &Cli) -> anyhow::Result<Status> {
    if cli.version {
        return pages::version(cli.verbose);
    }
    match &cli.command {
        Some(Command::Migrate(migrate)) => run::migrate(cli, migrate),
        Some(Command::Apply(args)) => saved::apply(cli, args),
        Some(Command::Graph(args)) => graph::graph(cli, args),
        Some(Command::Doctor(args)) => doctor::doctor(cli, args),
        Some(Command::Lsp { .. }) => lsp::lsp(),
        Some(Command::Explain { id }) => pages::explain(id.as_deref()),
        Some(Command::Completions { shell }) => pages::completions(*shell),
        Some(Command::Man) => pages::man(),
        None => {
            let missing = "a command is missing";
            Err(args::command().error(ErrorKind::MissingSubcommand, missing).into())
        }
    }
}

/// The headline, each cause on a line, and what to do next.
fn report_error(error: &anyhow::Error, cli: &Cli) {
    if let Some(usage) = error.downcast_ref::<clap::Error>() {
        // There is nowhere left to report to, here and below.
        let _ = usage.print();
        return;
    }
    let mut stderr = std::io::stderr().lock();
    let paint = terminal::Paint::new(cli.color, &stderr);
    let mut text = format!("{} {}\n", paint.red("error:"), paint.shown(&error.to_string()));
    for cause in error.chain().skip(1) {
        text.push_str(&format!("  because: {}\n", paint.shown(&cause.to_string())));
    }
    if let Some(help) = help_for(error) {
        text.push_str(&format!("{} {}\n", paint.cyan("help:"), paint.shown(&help)));
    }
    let _ = stderr.write_all(text.as_bytes());
}

/// What the user can do about an error.
fn help_for(error: &anyhow::Error) -> Option<String> {
    if let Some(error) = error.downcast_ref::<PlanError>() {
        return error.help();
    }
    if let Some(error) = error.downcast_ref::<WriteError>() {
        return error.help();
    }
    if let Some(error) = error.downcast_ref::<JournalError>() {
        return Some(error.help());
    }
    if let Some(error) = error.downcast_ref::<UnknownId>() {
        return Some(match error.near.as_slice() {
            [] => "`convex-clerk explain` lists what there is".to_owned(),
            near => format!("there is: {}", near.join(", ")),
        });
    }
    if let Some(error) = error.downcast_ref::<SavedError>() {
        return Some(error.help());
    }
    if let Some(error) = error.downcast_ref::<VerifyError>() {
        return error.help();
    }
    if error.is::<NoGit>() {
        return Some("install git, or pass `--allow-dirty`".to_owned());
    }
    error.is::<Defect>().then(|| "please report it, with the file that is named".to_owned())
}
