//! Black-box tests: over the fixtures, the command line and git. One binary, which links once.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking, and says what it left out")]

// A temporary project, and the binary run in it.
mod support;

// Every fixture gives what it says.
mod fixtures;
// Every fixture, and its CRLF and BOM twins, keeps the laws.
mod laws;
// Flags, streams, exit codes.
mod cli;
// The prompt and colours, on a pseudo-terminal.
#[cfg(unix)]
mod terminal;
// Patches as git takes them.
mod patches;
// Broken, huge, deep, odd input.
mod input;
// Failures while writing.
mod faults;
// Steps, production, installing, lock files, secrets.
mod setup;
// The views of a plan, and plans that were saved.
mod reports;
// The type check before and after the change.
mod verify;
// What `doctor --online` asks for.
mod online;
// What `doctor` finds.
mod doctor;
// The language server.
mod lsp;
// Real editors.
#[cfg(unix)]
mod editors;
// Gates: how they are chosen, and the commands that look at them.
mod gates;
// Archives and npm packages: what they hold, and that the latter install and run.
mod release;
// The action for GitHub, the examples for others, the fleet's command; with the tools of Linux around bash.
#[cfg(target_os = "linux")]
mod ci;
// The shape of the code itself.
mod architecture;
// Tests that need Node and real packages; on with CONVEX_CLERK_TESTS=all.
mod real;
// Migrated apps in a real browser; on with CONVEX_CLERK_TESTS=all.
mod e2e;
// What the speed harness measures; on likewise.
mod perf;
