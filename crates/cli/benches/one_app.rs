//! What a whole run on a one-app folder costs: `cargo bench -p convex-clerk`.
//!
//! The binary is run as a user runs it, on the quickstart fixture. Printed are the median and the best of its wall times, and the largest
//! memory of any run. Nothing is asserted: a busy machine is no defect.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints, and stops where it can't measure")]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 100;

fn time(args: &[&str]) -> Vec<Duration> {
    let run = || {
        let start = Instant::now();
        let mut command = Command::new(env!("CARGO_BIN_EXE_convex-clerk"));
        let status = command.args(args).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert!(status.success(), "{args:?}: {status}");
        start.elapsed()
    };
    run();
    let mut times: Vec<Duration> = (0..RUNS).map(|_| run()).collect();
    times.sort();
    times
}

fn main() {
    let app = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/react/quickstart/before");
    for (name, args) in [("--version", &["--version"][..]), ("migrate --dry-run", &["migrate", "--dry-run", app])] {
        let times = time(args);
        println!("{name:20} median {:>8.2?}  best {:>8.2?}  of {RUNS} runs", times[RUNS / 2], times[0]);
    }
    #[cfg(unix)]
    {
        let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_CHILDREN).unwrap();
        println!("{:20} {:.1} MB at most", "memory", usage.max_rss() as f64 / 1024.0);
    }
}
