//! What a person at a terminal sees: the question, colour, Ctrl-C. The terminal is a pseudo-terminal.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use crate::support::{Project, binary};

/// How long a test waits before it fails: a bound, not a measure.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the steps are for; then whether to write.
const SET_UP: &str = "[L/p] ";
const QUESTION: &str = "[y/N] ";

/// What a run on a terminal gave: everything that was shown, both streams.
struct Shown {
    code: i32,
    text: String,
}

/// A program that runs on a terminal of its own.
struct Terminal {
    child: Child,
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    seen: String,
}

impl Terminal {
    /// Starts `command`.
    fn start(command: &mut Command) -> Self {
        let pty = nix::pty::openpty(None, None).unwrap();
        let side = || Stdio::from(pty.slave.try_clone().unwrap());
        let child = command.stdin(side()).stdout(side()).stderr(side()).spawn().unwrap();
        // The command keeps its own copies of the terminal: the screen ends only when they are closed.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        drop(pty.slave);
        let keyboard = File::from(pty.master);
        let mut reader = keyboard.try_clone().unwrap();
        let (sender, screen) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // Linux ends a terminal that nobody holds with EIO.
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                let _ = sender.send(bytes[..count].to_vec());
            }
        });
        Self { child, keyboard, screen, seen: String::new() }
    }

    /// Waits until the screen shows `text`.
    #[track_caller]
    fn wait_for(&mut self, text: &str) {
        let start = Instant::now();
        while !self.seen.contains(text) {
            assert!(start.elapsed() < PATIENCE, "no {text:?} in {:?}", self.seen);
            match self.screen.recv_timeout(Duration::from_millis(100)) {
                Ok(bytes) => self.seen.push_str(&String::from_utf8_lossy(&bytes)),
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {}
                Err(error) => panic!("the program ended ({error}) without {text:?}: {:?}", self.seen),
            }
        }
    }

    /// Types `text`; `\x04` at the start of a line is the end of input.
    fn type_in(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).unwrap();
    }

    /// Sends the program what Ctrl-C sends.
    fn interrupt(&self) {
        let id = nix::unistd::Pid::from_raw(self.child.id().try_into().unwrap());
        nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGINT).unwrap();
    }

    /// Waits for the end; everything that was shown is the text.
    fn end(mut self) -> Shown {
        let start = Instant::now();
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None if start.elapsed() > PATIENCE => {
                    self.child.kill().unwrap();
                    panic!("the program does not end: {:?}", self.seen);
                }
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        let code = status.code().unwrap_or(-1);
        let shown: Vec<u8> = self.screen.iter().flatten().collect();
        self.seen.push_str(&String::from_utf8_lossy(&shown));
        // The terminal puts a CR before each LF.
        Shown { code, text: self.seen.replace("\r\n", "\n") }
    }
}

/// Runs the binary in a project's folder on a terminal; `typed` once it asks.
fn on_terminal(project: &Project, args: &[&str], typed: Option<&str>) -> Shown {
    let mut command = binary();
    command.current_dir(project.path()).args(args);
    let mut terminal = Terminal::start(&mut command);
    if let Some(typed) = typed {
        terminal.wait_for(SET_UP);
        terminal.type_in("\n");
        terminal.wait_for(QUESTION);
        terminal.type_in(typed);
    }
    terminal.end()
}

fn committed() -> Project {
    let project = Project::quickstart();
    project.commit();
    project
}

#[test]
fn a_yes_writes() {
    let project = committed();
    let shown = on_terminal(&project, &["migrate"], Some("y\n"));
    assert_eq!(shown.code, 0, "{}", shown.text);
    assert!(
        shown.text.contains("Give Convex the Clerk session") && shown.text.contains("to undo it: "),
        "{}",
        shown.text
    );
    assert!(project.read("src/main.tsx").contains("ConvexProviderWithClerk"));
}

#[test]
fn anything_else_writes_nothing() {
    for typed in ["n\n", "\n", "\x04"] {
        let project = committed();
        let shown = on_terminal(&project, &["migrate"], Some(typed));
        assert_eq!(shown.code, 0, "{}", shown.text);
        assert!(shown.text.contains("nothing was written"), "{}", shown.text);
        assert_eq!(project.git(&["status", "--porcelain"]), "");
    }
}

#[test]
fn ctrl_c_at_the_question_is_130() {
    let project = committed();
    let mut command = binary();
    command.current_dir(project.path()).arg("migrate");
    let mut terminal = Terminal::start(&mut command);
    terminal.wait_for(SET_UP);
    terminal.type_in("p\n");
    terminal.wait_for(QUESTION);
    assert!(terminal.seen.contains("npx convex env --prod set"), "{}", terminal.seen);
    terminal.interrupt();
    let shown = terminal.end();
    assert_eq!(shown.code, 130, "{}", shown.text);
    assert_eq!(project.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_dry_run_is_coloured_and_asks_nothing() {
    let project = committed();
    let shown = on_terminal(&project, &["migrate", "--dry-run"], None);
    assert!(shown.text.contains("\x1b[32m+import") && !shown.text.contains(QUESTION), "{}", shown.text);
    let plain = on_terminal(&project, &["migrate", "--dry-run", "--color=never"], None);
    assert!(!plain.text.contains('\x1b'), "{}", plain.text);
}

#[test]
fn contents_do_not_drive_the_terminal() {
    let project = committed();
    let main = project.read("src/main.tsx");
    project.write("src/main.tsx", main.replace("<App />", "<App title=\"\u{1b}]0;x\u{7}\u{202e}\" />"));
    let shown = on_terminal(&project, &["migrate", "--dry-run", "--color=never"], None);
    assert!(shown.text.contains("\\x1b]0;x\\x07\\u{202e}") && !shown.text.contains('\u{202e}'), "{}", shown.text);
}

/// The quickstart with a type check that takes its time.
fn slow() -> Project {
    let project = committed();
    let manifest = project.read("package.json");
    project.write("package.json", manifest.replacen('{', "{\n  \"scripts\": { \"typecheck\": \"sleep 2\" },", 1));
    project
}

#[test]
fn a_long_run_shows_how_far_it_is_and_takes_it_away() {
    let project = slow();
    let args = ["migrate", "--dry-run", "--verify"];
    let mut command = binary();
    command.current_dir(project.path()).args(args);
    let mut terminal = Terminal::start(&mut command);
    terminal.wait_for("0/2 checking types: typecheck");
    terminal.wait_for("1/2 checking types: typecheck");
    let shown = terminal.end();
    assert_eq!(shown.code, 0, "{}", shown.text);
    // The line is wiped before anything else is said.
    let (_, after) = shown.text.rsplit_once("checking types").unwrap();
    let (wiped, said) = after.split_once("verify:").unwrap();
    assert!(wiped.contains("\u{1b}[2K") && said.contains("finds no new errors"), "{after:?}");
    let piped = project.run(&args);
    assert!(!piped.stderr.contains("checking types"), "{}", piped.stderr);
}

#[test]
fn a_short_run_shows_no_bar() {
    let shown = on_terminal(&committed(), &["migrate", "--dry-run"], None);
    assert!(!shown.text.contains("\u{1b}[2K") && !shown.text.contains("reading files"), "{}", shown.text);
}
