//! The shape of the code: who may use whom, how long files are, what is documented.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn crates() -> Vec<PathBuf> {
    rust_files(&root().join("crates"))
}

/// The lines of a file before its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned()
}

#[track_caller]
fn check_none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn dependencies_point_down() {
    let allowed: [(&str, &[&str]); 5] = [
        ("change", &[]),
        ("syntax", &["change"]),
        ("migrate", &["change", "syntax"]),
        ("lsp", &["change", "migrate"]),
        ("cli", &["change", "lsp", "migrate", "syntax"]),
    ];
    for (name, below) in allowed {
        let manifest = fs::read_to_string(root().join(format!("crates/{name}/Cargo.toml"))).unwrap();
        let manifest: toml::Table = manifest.parse().unwrap();
        let dependencies = manifest["dependencies"].as_table().unwrap();
        for other in ["change", "syntax", "migrate", "lsp", "cli"] {
            assert_eq!(dependencies.contains_key(other), below.contains(&other), "{name} -> {other}");
        }
        let uses_swc = dependencies.keys().any(|dependency| dependency.starts_with("swc"));
        assert_eq!(uses_swc, name == "syntax", "{name} and swc");
    }
}

#[test]
fn positions_of_swc_stay_in_one_file() {
    let found: Vec<String> = crates()
        .iter()
        .filter(|path| !path.ends_with("span.rs") && code(path).contains("BytePos"))
        .map(|path| path.display().to_string())
        .collect();
    check_none("BytePos outside span.rs", &found);
}

#[test]
fn codegen_has_one_caller() {
    let found: Vec<String> = crates()
        .iter()
        .filter(|path| !path.ends_with("print.rs") && code(path).contains("swc_ecma_codegen"))
        .map(|path| path.display().to_string())
        .collect();
    check_none("codegen outside print.rs", &found);
}

#[test]
fn the_engine_reads_in_four_files_and_writes_nowhere() {
    let reads = ["walk.rs", "load.rs", "workspace.rs", "index.rs"];
    let calls = ["fs::write", "File::create", "fs::remove", "fs::rename", "OpenOptions"];
    let (mut reading, mut writing) = (Vec::new(), Vec::new());
    for path in ["change", "syntax", "migrate"]
        .iter()
        .flat_map(|name| rust_files(&root().join("crates").join(name).join("src")))
    {
        let code = code(&path);
        if code.contains("fs::") && !reads.iter().any(|name| path.ends_with(format!("migrate/src/{name}"))) {
            reading.push(path.display().to_string());
        }
        if calls.iter().any(|call| code.contains(call)) {
            writing.push(path.display().to_string());
        }
    }
    check_none("the file system outside walk, load, workspace and index", &reading);
    check_none("writing in the engine", &writing);
}

/// `doctor --online` is the one thing that asks somebody else.
#[test]
fn one_file_opens_connections() {
    let calls = ["std::net", "TcpStream", "UdpSocket", "UnixStream", "TcpListener", "ToSocketAddrs", "ureq"];
    let code = crates().into_iter().filter(|path| path.components().any(|part| part.as_os_str() == "src"));
    let found: Vec<String> = code
        .filter(|path| !path.ends_with("cli/src/online.rs") && calls.iter().any(|call| self::code(path).contains(call)))
        .map(|path| path.display().to_string())
        .collect();
    check_none("a connection outside of online.rs", &found);
    // Nor does a library do it in its own name.
    let lock: toml::Table = fs::read_to_string(root().join("Cargo.lock")).unwrap().parse().unwrap();
    let packages = lock["package"].as_array().unwrap();
    let clients = ["reqwest", "hyper", "isahc", "curl", "attohttpc", "minreq", "tokio", "async-std", "socket2", "mio"];
    let uses = |package: &toml::Value, name: &str| {
        let dependencies = package.get("dependencies").and_then(|all| all.as_array()).into_iter().flatten();
        dependencies.filter_map(|one| one.as_str()).any(|one| one.split(' ').next() == Some(name))
    };
    let named = |package: &toml::Value| package["name"].as_str().unwrap().to_owned();
    let others: Vec<String> = packages.iter().map(named).filter(|name| clients.contains(&name.as_str())).collect();
    check_none("another client in Cargo.lock", &others);
    let users: Vec<String> = packages.iter().filter(|package| uses(package, "ureq")).map(named).collect();
    assert_eq!(users, ["convex-clerk"]);
}

/// What the language server may do in a folder that nobody trusts yet: read.
#[test]
fn the_language_server_runs_nothing_and_writes_nothing() {
    let calls = [
        "process::",
        "Command::new",
        "TcpStream",
        "UdpSocket",
        "fs::write",
        "File::create",
        "fs::remove",
        "fs::rename",
        "OpenOptions",
        "create_dir",
    ];
    let files =
        ["lsp", "migrate", "syntax", "change"].map(|name| rust_files(&root().join("crates").join(name).join("src")));
    let found: Vec<String> = files
        .iter()
        .flatten()
        .filter(|path| calls.iter().any(|call| code(path).contains(call)))
        .map(|path| path.display().to_string())
        .collect();
    check_none("running or writing in the server", &found);
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    let mut found = Vec::new();
    for path in crates().iter().chain(&rust_files(&root().join("tests"))) {
        let text = fs::read_to_string(path).unwrap();
        if text.lines().count() > 600 {
            found.push(format!("{}: {} lines", path.display(), text.lines().count()));
        }
        if !(text.starts_with("//!") || text.starts_with("#![doc")) {
            found.push(format!("{}: no module doc", path.display()));
        }
    }
    check_none("files", &found);
}

#[test]
fn no_shared_rule_asks_for_a_framework_by_name() {
    let ids: Vec<String> = migrate::framework_ids().iter().map(|id| format!("\"{id}\"")).collect();
    let shared = crates().into_iter().filter(|path| {
        let text = path.to_string_lossy();
        text.contains("/migrate/src/") && !text.contains("/frameworks/")
    });
    let found: Vec<String> = shared
        .filter(|path| ids.iter().any(|id| code(path).contains(&format!("id == {id}"))))
        .map(|path| path.display().to_string())
        .collect();
    check_none("a framework's id outside its file", &found);
}

#[test]
fn readme_and_exit_codes_agree() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for code in ["| 0 ", "| 1 ", "| 2 ", "| 3 ", "| 130 "] {
        assert!(readme.contains(code), "the README has no row for exit code {code}");
    }
    for name in ["change", "syntax", "migrate", "lsp", "cli"] {
        assert!(readme.contains(&format!("`{name}`")), "the README's map lacks {name}");
    }
    // The commands that a newcomer copies.
    assert!(readme.contains("cargo run -- migrate --dry-run fixtures/react/quickstart/before"));
    assert!(readme.contains("cargo test --workspace"));
}

#[test]
fn the_readme_shows_a_patch_that_the_tool_prints() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let patch = fs::read_to_string(root().join("fixtures/react/quickstart/expected.diff")).unwrap();
    // The README shows the files that a reader learns most from.
    for path in ["src/main.tsx", "convex/auth.config.ts"] {
        let head = format!("+++ b/{path}");
        let lines = patch.lines().skip_while(|line| **line != head).skip(1);
        let hunk: String =
            lines.take_while(|line| !line.starts_with("diff ")).map(|line| format!("{line}\n")).collect();
        assert!(!hunk.is_empty() && readme.contains(&hunk), "the README's diff of {path} is not\n{hunk}");
    }
}
