//! `doctor`: what is still to be looked at in apps that are on Clerk, on stdout.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use change::{Applicability, Selection, Severity};
use migrate::{Deployment, Fetcher, GateMode, Options, Planned, Token};

use crate::args::{Cli, Doctor};
use crate::interrupt;
use crate::online;
use crate::report::View;
use crate::report::checkup::Checked;
use crate::report::summary::Volume;
use crate::run::{Defect, Status, product, say, volume};
use crate::terminal::Paint;
use crate::writing::{Writing, recover};

/// What Convex's guide has somebody see once they have signed in.
const AFTER_SIGN_IN: &str = include_str!("after_sign_in.txt");

/// Runs `doctor`.
///
/// # Errors
/// Everything that ends with exit code 2.
pub(crate) fn doctor(cli: &Cli, args: &Doctor) -> anyhow::Result<Status> {
    if args.after_sign_in {
        product(AFTER_SIGN_IN)?;
        return Ok(Status::Done);
    }
    let given = [&args.convex_env, &args.prod_env, &args.token, &args.jwks];
    let by_stdin = given.into_iter().flatten().filter(|path| path.as_os_str() == "-").count();
    anyhow::ensure!(by_stdin <= 1, "only one of --convex-env, --prod-env, --token and --jwks can be read from stdin");
    let deployment =
        |path: &Option<_>| -> anyhow::Result<Option<Deployment>> { path.as_deref().map(variables).transpose() };
    let options = Options {
        apps: args.apps.clone(),
        gate: Some(GateMode::None),
        production: args.production,
        deployment: deployment(&args.convex_env)?,
        production_deployment: deployment(&args.prod_env)?,
        token: token(args)?,
        cures: true,
        fetcher: if args.online { online::fetcher() } else { Fetcher::default() },
        ..Options::default()
    };
    let planned = match args.fix {
        true => fixed(cli, args, &options)?,
        false => migrate::plan(&args.path, &options)?,
    };
    let (selection, files) = (Selection::Only(Default::default()), Default::default());
    let view = View::new(&planned, &selection, &files);
    let checked = Checked { view: &view, findings: planned.on_clerk().collect() };
    product(&checked.rendered(args.format, Paint::new(cli.color, &io::stdout()), volume(cli))?)?;
    let is_bad = checked.findings.iter().any(|finding| finding.severity == Severity::Error);
    anyhow::ensure!(checked.is_any() || args.token.is_none(), "the token was not looked at: no app here is on Clerk");
    Ok(match (is_bad, checked.is_refused()) {
        (true, _) => Status::Needed,
        (false, true) => Status::Refused,
        (false, false) => Status::Done,
    })
}

/// Writes what cures findings, and gives what is found of the project then.
///
/// # Errors
/// What keeps a plan from being made or written.
fn fixed(cli: &Cli, args: &Doctor, options: &Options) -> anyhow::Result<Planned> {
    interrupt::listen().context("could not listen for Ctrl-C")?;
    let recovered = recover(&args.path)?;
    // What is found is said once, of what is there in the end.
    let quick = Options { fetcher: Fetcher::default(), ..options.clone() };
    let planned = migrate::plan(&args.path, &quick)?;
    let files = planned.cures.render(&Selection::AtLeast(Applicability::Safe)).map_err(Defect)?;
    let writing = Writing { base: &planned.base, in_git: planned.in_git, files: &files, allow_dirty: args.allow_dirty };
    writing.write(cli, &recovered)?;
    if volume(cli) > Volume::Quiet {
        let cured = planned.on_clerk().filter(|finding| finding.group.is_some());
        cured.for_each(|finding| say(&format!("cured: [{}] {}\n", finding.rule, finding.message)));
    }
    Ok(migrate::plan(&args.path, options)?)
}

/// What is set on a deployment, as `npx convex env list` prints it.
fn variables(path: &Path) -> anyhow::Result<Deployment> {
    let what = || format!("`{}` is not what `npx convex env list` prints: no line is NAME=value", path.display());
    Deployment::read(&text(path)?).with_context(what)
}

/// The session token, and what time it is.
fn token(args: &Doctor) -> anyhow::Result<Option<(Token, i64)>> {
    let Some(path) = &args.token else { return Ok(None) };
    let keys = args.jwks.as_deref().map(text).transpose()?;
    let token = Token::read(&text(path)?, keys.as_deref())?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    Ok(Some((token, now.try_into().unwrap_or(i64::MAX))))
}

/// What a file holds, or with `-` what comes on stdin.
fn text(path: &Path) -> anyhow::Result<String> {
    if path.as_os_str() != "-" {
        return fs::read_to_string(path).with_context(|| format!("could not read `{}`", path.display()));
    }
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text).context("could not read stdin")?;
    Ok(text)
}
