//! What was kept of earlier runs, without libFuzzer: the small corpus, and each input that once found a defect.

use std::fs;
use std::path::Path;

use convex_clerk_fuzz::{env, framing, providers, saved_plan, text};

fn replay(target: &str, run: impl Fn(&[u8])) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for folder in ["corpus", "regressions"] {
        let Ok(entries) = fs::read_dir(root.join(folder).join(target)) else { continue };
        for entry in entries.flatten() {
            // The name is shown where one fails.
            println!("{}", entry.path().display());
            run(&fs::read(entry.path()).expect("an input"));
            count += 1;
        }
    }
    assert!(count > 0, "nothing is kept for {target}");
}

#[test]
fn text_is_replayed() {
    replay("text", text);
}

#[test]
fn providers_are_replayed() {
    replay("providers", |data| drop(providers(data)));
}

#[test]
fn saved_plans_are_replayed() {
    replay("saved_plan", saved_plan);
}

#[test]
fn env_files_are_replayed() {
    replay("env", env);
}

#[test]
fn framing_is_replayed() {
    replay("framing", framing);
}
