//! The command line, as clap reads it. Nothing else knows clap.

use std::path::{Path, PathBuf};

use change::Applicability;
use clap::builder::styling::{AnsiColor, Styles};
use clap::{ArgAction, Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use crate::texts::{ENVIRONMENT, EXAMPLES, EXIT_CODES, GRAPH_EXAMPLES, GRAPH_EXIT_CODES, sections};

const STYLES: Styles =
    Styles::styled().header(AnsiColor::Green.on_default().bold()).usage(AnsiColor::Green.on_default().bold());

/// The command line, with the texts below its help.
pub(crate) fn command() -> clap::Command {
    let texts = sections(&[EXAMPLES, EXIT_CODES, ENVIRONMENT]);
    let of_graph = sections(&[GRAPH_EXAMPLES, GRAPH_EXIT_CODES]);
    Cli::command()
        .after_help(texts.clone())
        .mut_subcommand("migrate", |migrate| migrate.after_help(texts))
        .mut_subcommand("graph", |graph| graph.after_help(of_graph))
}

/// Moves a Convex app from ConvexProvider to Clerk, as one reviewable patch.
#[derive(Debug, Parser)]
#[command(name = "convex-clerk", styles = STYLES, disable_version_flag = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// Print the version; with -v the version facts too
    #[arg(short = 'V', long)]
    pub(crate) version: bool,

    /// Say why, and name the official pages
    #[arg(short, long, global = true, help_heading = "Everywhere", conflicts_with = "quiet")]
    pub(crate) verbose: bool,

    /// Print the product and errors only
    #[arg(short, long, global = true, help_heading = "Everywhere")]
    pub(crate) quiet: bool,

    /// Colour [NO_COLOR and CLICOLOR_FORCE are honoured]
    #[arg(long, global = true, help_heading = "Everywhere", value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN")]
    pub(crate) color: ColorChoice,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Plan the migration of the apps in a folder; print, check or write it
    Migrate(Migrate),
    /// Write a plan that `migrate --format json` gave
    Apply(Apply),
    /// Draw what the apps render, where gates stand, and who asks Convex for what
    Graph(Graph),
    /// Look at apps on Clerk: whether Convex sees their sessions, and what is left of older set-ups
    Doctor(Doctor),
    /// Explain a rule, a refusal or a framework
    Explain {
        /// Its id, as reports print it; without one, all are listed
        id: Option<String>,
    },
    /// Serve an editor: the language server, on stdin and stdout
    Lsp {
        /// Stdin and stdout are what it uses anyway; some clients say so
        #[arg(long)]
        stdio: bool,
    },
    /// Print the completions of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Args, Debug)]
pub(crate) struct Migrate {
    /// The folder of a repository or an app
    #[arg(default_value = ".", value_name = "PATH")]
    pub(crate) path: PathBuf,

    /// Print the patch on stdout and write nothing
    #[arg(long, conflicts_with_all = ["yes", "check"])]
    pub(crate) dry_run: bool,

    /// Write the changes without asking
    #[arg(short, long, conflicts_with = "check")]
    pub(crate) yes: bool,

    /// Exit with 1 if changes are needed; print nothing on stdout unless --format is given
    #[arg(long)]
    pub(crate) check: bool,

    /// Ask for each change whether to take it
    #[arg(short, long, conflicts_with_all = ["yes", "check"])]
    pub(crate) interactive: bool,

    /// What to print on stdout [default: diff]
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,

    /// Write a view of the plan into FILE as well, in the format that its ending names; may be given several times
    #[arg(long = "output", value_name = "[FORMAT=]FILE", value_parser = output, action = ArgAction::Append)]
    pub(crate) outputs: Vec<Output>,

    /// The framework of the apps, instead of what is recognised
    #[arg(long, value_name = "ID")]
    pub(crate) framework: Option<String>,

    /// Only the app in this folder; may be given several times
    #[arg(long = "app", value_name = "FOLDER", action = ArgAction::Append)]
    pub(crate) apps: Vec<String>,

    /// The variable that holds Clerk's issuer on the Convex deployment
    #[arg(long, value_name = "NAME", value_parser = variable)]
    pub(crate) issuer_env: Option<String>,

    /// The variable that holds the publishable key
    #[arg(long, value_name = "NAME", value_parser = variable)]
    pub(crate) publishable_key_env: Option<String>,

    /// What is shown only after sign-in [default: auto for an app that was plain before, else none]
    #[arg(long, value_enum, value_name = "MODE")]
    pub(crate) gate: Option<Gate>,

    /// List the steps for production as well; a terminal is asked
    #[arg(long)]
    pub(crate) production: bool,

    /// Write what is left to a person into FILE, as a Markdown list
    #[arg(long, value_name = "FILE")]
    pub(crate) steps: Option<PathBuf>,

    /// Run the app's own type check before and after the change, in a copy; new errors stop the write
    #[arg(long)]
    pub(crate) verify: bool,

    /// Write although --verify finds new errors, or can't say
    #[arg(long, requires = "verify")]
    pub(crate) force: bool,

    /// Run the package manager's install command after writing
    #[arg(long, conflicts_with_all = ["dry_run", "check"])]
    pub(crate) install: bool,

    /// Only the rules with these ids, for tests
    #[arg(long = "rule", value_name = "ID", action = ArgAction::Append, hide = true)]
    pub(crate) rules: Vec<String>,

    /// The least level of the changes to take
    #[arg(long, value_enum, default_value_t = Level::NeedsReview)]
    pub(crate) level: Level,

    /// Write although files to be changed hold changes that are not committed
    #[arg(long)]
    pub(crate) allow_dirty: bool,

    /// Exit with 0 although an app was refused or is unsupported
    #[arg(long)]
    pub(crate) refused_ok: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Apply {
    /// The plan; `-` is stdin
    #[arg(value_name = "PLAN.json")]
    pub(crate) plan: PathBuf,

    /// The folder that `migrate` was given
    #[arg(default_value = ".", value_name = "PATH")]
    pub(crate) path: PathBuf,

    /// Print the patch of what is left to write on stdout, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Write although files to be changed hold changes that are not committed
    #[arg(long)]
    pub(crate) allow_dirty: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Graph {
    /// The folder of a repository or an app
    #[arg(default_value = ".", value_name = "PATH")]
    pub(crate) path: PathBuf,

    /// What to print on stdout
    #[arg(long, value_enum, default_value_t = Picture::Text)]
    pub(crate) format: Picture,

    /// Only the app in this folder; may be given several times
    #[arg(long = "app", value_name = "FOLDER", action = ArgAction::Append)]
    pub(crate) apps: Vec<String>,

    /// The framework of the apps, instead of what is recognised
    #[arg(long, value_name = "ID")]
    pub(crate) framework: Option<String>,

    /// Where the gates go [default: auto for an app without Clerk, else none]
    #[arg(long, value_enum)]
    pub(crate) gate: Option<Gate>,
}

#[derive(Args, Debug)]
pub(crate) struct Doctor {
    /// The folder of a repository or an app
    #[arg(default_value = ".", value_name = "PATH")]
    pub(crate) path: PathBuf,

    /// Only the app in this folder; may be given several times
    #[arg(long = "app", value_name = "FOLDER", action = ArgAction::Append)]
    pub(crate) apps: Vec<String>,

    /// What `npx convex env list` prints, from a file or `-`: variables that lack or differ
    #[arg(long, value_name = "FILE", help_heading = "Looks at")]
    pub(crate) convex_env: Option<PathBuf>,

    /// What `npx convex env list --prod` prints, from a file or `-`
    #[arg(long, value_name = "FILE", help_heading = "Looks at")]
    pub(crate) prod_env: Option<PathBuf>,

    /// A session token, from a file or `-`: whether Convex would take it
    #[arg(long, value_name = "FILE", help_heading = "Looks at")]
    pub(crate) token: Option<PathBuf>,

    /// A JSON Web Key Set, from a file: whether the token's signature is right
    #[arg(long, value_name = "FILE", requires = "token", help_heading = "Looks at")]
    pub(crate) jwks: Option<PathBuf>,

    /// Ask the issuers of auth.config for their keys, as Convex does
    #[arg(long, help_heading = "Looks at")]
    pub(crate) online: bool,

    /// Look at what production needs on top
    #[arg(long, help_heading = "Looks at")]
    pub(crate) production: bool,

    /// Write what cures findings without anybody having to look at it first
    #[arg(long)]
    pub(crate) fix: bool,

    /// Let --fix write although files to be changed hold changes that are not committed
    #[arg(long, requires = "fix")]
    pub(crate) allow_dirty: bool,

    /// Print the three proofs that Convex sees the session, with a snippet each
    #[arg(long, conflicts_with_all = ["convex_env", "prod_env", "token", "online", "production", "fix"])]
    pub(crate) after_sign_in: bool,

    /// How the findings are printed
    #[arg(long, value_enum, default_value_t = Checkup::Human, value_name = "FORMAT")]
    pub(crate) format: Checkup,
}

/// The name of an environment variable.
fn variable(text: &str) -> Result<String, String> {
    let fits = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if fits && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        Ok(text.to_owned())
    } else {
        Err("a variable's name holds letters, digits and `_`".to_owned())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One patch that git apply takes
    Diff,
    /// For eyes: the changes with their reasons
    Human,
    /// For programs: the whole plan, which `apply` takes
    Json,
    /// For code scanning: SARIF 2.1.0
    Sarif,
    /// For GitHub Actions: annotations
    Github,
    /// For a pull request: its body
    Markdown,
    /// For a browser: one page to choose from
    Html,
}

impl Format {
    /// Every format, with its name.
    pub(crate) fn all() -> impl Iterator<Item = (String, Self)> {
        Self::value_variants()
            .iter()
            .filter_map(|format| Some((format.to_possible_value()?.get_name().to_owned(), *format)))
    }

    /// What a file with this ending holds.
    fn of_ending(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "diff" | "patch" => Some(Self::Diff),
            "txt" => Some(Self::Human),
            "json" => Some(Self::Json),
            "sarif" => Some(Self::Sarif),
            "md" | "markdown" => Some(Self::Markdown),
            "html" | "htm" => Some(Self::Html),
            _ => None,
        }
    }
}

/// A file for a view of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) format: Format,
    pub(crate) path: PathBuf,
}

/// `plan.json`, or `sarif=results.json`.
fn output(text: &str) -> Result<Output, String> {
    if let Some((format, path)) = text.split_once('=')
        && let Ok(format) = Format::from_str(format, false)
        && !path.is_empty()
    {
        if path == "-" {
            return Err("stdout has what --format says".to_owned());
        }
        return Ok(Output { format, path: path.into() });
    }
    match Format::of_ending(Path::new(text)) {
        Some(format) => Ok(Output { format, path: text.into() }),
        None => Err("its ending names no format: write FORMAT=FILE, as in `github=annotations.log`".to_owned()),
    }
}

/// Where gates are put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Gate {
    /// What subscribes to private queries
    Auto,
    /// All that the provider holds
    Root,
    /// Nothing
    None,
}

impl Gate {
    /// The word that the flag takes.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Root => "root",
            Self::None => "none",
        }
    }
}

impl From<Gate> for migrate::GateMode {
    fn from(gate: Gate) -> Self {
        match gate {
            Gate::Auto => Self::Auto,
            Gate::Root => Self::Root,
            Gate::None => Self::None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Checkup {
    /// For eyes: what, why, what to do, and the page that says so
    Human,
    /// For programs
    Json,
    /// For code scanning: SARIF 2.1.0
    Sarif,
    /// For GitHub Actions: annotations
    Github,
    /// For a comment
    Markdown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Picture {
    /// For eyes: a tree with a line for each component
    Text,
    /// For programs: nodes, functions and calls
    Json,
    /// For Graphviz
    Dot,
    /// One picture for a browser, that needs nothing else
    Svg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    /// Behaviour unchanged
    Safe,
    /// Right by proof, but it changes what users see or needs keys: the migration itself
    NeedsReview,
    /// Everything, what a person has to decide included
    Manual,
}

impl Level {
    /// The word that the flag takes.
    pub(crate) fn as_str(self) -> &'static str {
        Applicability::from(self).as_str()
    }
}

impl From<Level> for Applicability {
    fn from(level: Level) -> Self {
        match level {
            Level::Safe => Self::Safe,
            Level::NeedsReview => Self::NeedsReview,
            Level::Manual => Self::Manual,
        }
    }
}
