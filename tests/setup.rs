//! What is left to a person, and what the surroundings of an app decide: steps, production, installing, lock files, secrets.

use serde_json::Value;

use crate::support::Project;

/// A made-up key: base64 of `verb-noun-00.clerk.accounts.dev$`.
const KEY: &str = "pk_test_dmVyYi1ub3VuLTAwLmNsZXJrLmFjY291bnRzLmRldiQ";
/// The same for production: base64 of `clerk.garden.example$`.
const LIVE_KEY: &str = "pk_live_Y2xlcmsuZ2FyZGVuLmV4YW1wbGUk";

fn steps(project: &Project, args: &[&str]) -> Vec<(String, String)> {
    let all = ["migrate", "--dry-run", "--format", "json"].into_iter().chain(args.iter().copied());
    let run = project.run(&all.collect::<Vec<_>>());
    let plan: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr));
    let text = |step: &Value, key: &str| step[key].as_str().unwrap_or_default().to_owned();
    plan["steps"].as_array().unwrap().iter().map(|step| (text(step, "id"), text(step, "copy"))).collect()
}

fn command<'s>(steps: &'s [(String, String)], id: &str) -> Option<&'s str> {
    steps.iter().find(|(known, _)| known == id).map(|(_, command)| command.as_str())
}

#[test]
fn the_issuer_is_the_one_that_the_key_holds() {
    let project = Project::plain_quickstart();
    let placeholder = "npx convex env set CLERK_JWT_ISSUER_DOMAIN 'https://verb-noun-00.clerk.accounts.dev'";
    assert_eq!(command(&steps(&project, &[]), "set-issuer"), Some(placeholder));
    let other = "pk_test_ZmFpci1lbGstNDIuY2xlcmsuYWNjb3VudHMuZGV2JA";
    project.write(".env.local", format!("VITE_CLERK_PUBLISHABLE_KEY=\"{other}\"\n"));
    let found = steps(&project, &["--issuer-env", "CLERK_FRONTEND_API_URL"]);
    let exact = "npx convex env set CLERK_FRONTEND_API_URL 'https://fair-elk-42.clerk.accounts.dev'";
    assert_eq!(command(&found, "set-issuer"), Some(exact));
    // Whoever has a key has an account and an application; the value of the key is nobody's business.
    let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["activate-integration", "set-issuer", "install", "push-functions", "sign-in-again"]);
    // The issuer is set before the push, which fails without it.
    let at = |id| ids.iter().position(|known| *known == id);
    assert!(at("set-issuer") < at("push-functions"));
}

#[test]
fn production_has_steps_of_its_own() {
    let project = Project::plain_quickstart();
    let local = steps(&project, &[]);
    assert!(!local.iter().any(|(id, _)| id.starts_with("production")), "{local:?}");
    project.write(".env.production", format!("VITE_CLERK_PUBLISHABLE_KEY={LIVE_KEY}\n"));
    let found = steps(&project, &["--production"]);
    let set = "npx convex env --prod set CLERK_JWT_ISSUER_DOMAIN 'https://clerk.garden.example'";
    assert_eq!(command(&found, "production-issuer"), Some(set));
    assert_eq!(command(&found, "production-deploy"), Some("npx convex deploy"));
    assert_eq!(command(&found, "production-key"), Some("VITE_CLERK_PUBLISHABLE_KEY=pk_live_..."));
}

#[test]
fn steps_are_written_where_a_file_is_named_and_nothing_else_is() {
    let project = Project::plain_quickstart();
    let before = project.tree();
    let run = project.run(&["migrate", "--dry-run", "--steps", "TODO.md"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let text = project.read("TODO.md");
    assert!(text.starts_with("# Left to do for the move to Clerk\n\n- [ ] Create a Clerk account"), "{text}");
    assert!(text.contains("  npx convex env set CLERK_JWT_ISSUER_DOMAIN "), "{text}");
    let rest: Vec<_> = project.tree().into_iter().filter(|(path, _)| path != "TODO.md").collect();
    assert_eq!(rest, before);
    let run = project.run(&["migrate", "--dry-run", "--steps", "none/TODO.md"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("could not write `none/TODO.md`"), "{}", run.stderr);
}

/// A stand-in for npm that notes that it ran, and where.
#[cfg(unix)]
#[test]
fn the_install_command_runs_after_writing_where_it_is_asked_for() {
    use std::os::unix::fs::PermissionsExt as _;
    for (code, expected) in [(0, 0), (1, 2)] {
        let project = Project::plain_quickstart();
        project.write(
            "bin/npm",
            format!("#!/bin/sh\npwd > ran; grep -c '@clerk/react' package.json >> ran; exit {code}\n"),
        );
        let npm = project.path().join("bin/npm");
        std::fs::set_permissions(&npm, std::fs::Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}:{}", project.path().join("bin").display(), std::env::var("PATH").unwrap());
        let mut command = crate::support::binary();
        command.current_dir(project.path()).env("PATH", path).args(["migrate", "--yes", "--install"]);
        let output = command.output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(expected), "{stderr}");
        assert_eq!(project.read("ran"), format!("{}\n1\n", project.path().display()));
        assert!(code == 0 || stderr.contains("the changes are written, but `npm install` failed"), "{stderr}");
    }
}

/// Packages that share no lock file are installed in each folder that the step names, the functions' one included.
#[cfg(unix)]
#[test]
fn each_folder_without_a_lock_file_in_common_is_installed() {
    use std::os::unix::fs::PermissionsExt as _;
    let before = crate::support::root().join("fixtures/react/monorepo-apps-side-by-side/before");
    let project = Project::copy_of(&before);
    std::fs::remove_file(project.path().join("web/package-lock.json")).unwrap();
    std::fs::remove_file(project.path().join("admin/pnpm-lock.yaml")).unwrap();
    project.write("bin/npm", "#!/bin/sh\ntouch ran\n");
    std::fs::set_permissions(project.path().join("bin/npm"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", project.path().join("bin").display(), std::env::var("PATH").unwrap());
    let mut command = crate::support::binary();
    command.current_dir(project.path()).env("PATH", path).args(["migrate", "--yes", "--install"]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let ran = ["web/ran", "admin/ran", "backend/ran", "ran"].map(|path| project.has(path));
    assert_eq!(ran, [true, true, true, false]);
}

#[test]
fn names_of_variables_are_checked() {
    let project = Project::plain_quickstart();
    for flag in ["--issuer-env", "--publishable-key-env"] {
        for name in ["", "A B", "A;rm", "1A", "A'"] {
            let run = project.run(&["migrate", "--dry-run", flag, name]);
            assert_eq!(run.code, Some(2), "{flag} {name:?}: {}", run.stderr);
        }
    }
}

/// What is installed never matters, and a lock file only for what it locks.
#[test]
fn a_bare_clone_gives_the_same_plan() {
    let plan = |project: &Project| project.run(&["migrate", "--dry-run"]).stdout;
    let bare = Project::plain_quickstart();
    let expected = plan(&bare);
    let installed = Project::plain_quickstart();
    for (name, version) in
        [("convex", "1.30.0"), ("typescript", "7.0.2"), ("@clerk/react", "6.0.0"), ("@types/node", "22.0.0")]
    {
        let json = format!("{{\"name\":\"{name}\",\"version\":\"{version}\"}}");
        installed.write(&format!("node_modules/{name}/package.json"), json);
    }
    installed.write("node_modules/.package-lock.json", "{\"lockfileVersion\":3,\"packages\":{}}");
    assert_eq!(plan(&installed), expected);
    let lock = |version: &str| {
        format!("{{\"lockfileVersion\":3,\"packages\":{{\"node_modules/convex\":{{\"version\":\"{version}\"}}}}}}\n")
    };
    installed.write("package-lock.json", lock("1.48.0"));
    assert_eq!(plan(&installed), expected);
    // A lock file that holds less than the range asks for is stale: an installation mends it, no edit.
    installed.write("package-lock.json", lock("1.30.0"));
    assert_eq!(plan(&installed), expected);
    let old = bare.read("package.json").replace("^1.48.0", "^1.30.0");
    bare.write("package.json", &old);
    assert!(!plan(&bare).contains("1.42.2"));
    bare.write("package-lock.json", lock("1.30.0"));
    assert!(plan(&bare).contains("+    \"convex\": \"^1.42.2\","));
}

/// The lock file of a repository says nothing of an app that its workspace does not list.
#[test]
fn a_lock_file_above_counts_for_members_only() {
    let lock = "{\"lockfileVersion\":3,\"packages\":{\"node_modules/convex\":{\"version\":\"1.30.0\"}}}\n";
    for (workspaces, is_raised, folder) in [("[]", false, "frontend"), ("[\"frontend\"]", true, ".")] {
        let project = Project::empty();
        for (path, bytes) in Project::plain_quickstart().tree() {
            project.write(&format!("frontend/{path}"), bytes);
        }
        let own = project.read("frontend/package.json").replace("^1.48.0", "^1.30.0");
        project.write("frontend/package.json", own);
        project.write("package.json", format!("{{ \"name\": \"root\", \"workspaces\": {workspaces} }}\n"));
        project.write("package-lock.json", lock);
        let run = project.run(&["migrate", "--dry-run", "--format", "json"]);
        let plan: Value = serde_json::from_str(&run.stdout).unwrap();
        let all = plan["steps"].as_array().unwrap().iter();
        let install = all.clone().find(|step| step["id"] == "install").unwrap();
        let at = install["at"].as_array().unwrap().first().and_then(Value::as_str).unwrap_or(".");
        assert_eq!((run.stdout.contains("^1.42.2"), at), (is_raised, folder), "{workspaces}");
    }
}

/// git takes no patch beyond a link: what stands behind one is a step.
#[cfg(unix)]
#[test]
fn what_is_behind_a_link_is_left_to_a_person() {
    use std::os::unix::fs::symlink;
    let project = Project::plain_quickstart();
    project.write("real/tasks.ts", project.read("convex/schema.ts"));
    std::fs::remove_dir_all(project.path().join("convex")).unwrap();
    symlink("real", project.path().join("convex")).unwrap();
    project.commit();
    assert!(steps(&project, &[]).iter().any(|(id, _)| id == "write-auth-config"));
    let patch = project.run(&["migrate", "--dry-run"]).stdout;
    let applied = project.apply("", &patch, &["--check"]);
    assert_eq!((applied.code, applied.stderr.as_str()), (Some(0), ""));
    let run = project.run(&["migrate", "--yes"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(!project.has("real/auth.config.ts") && project.read("src/main.tsx").contains("ConvexProviderWithClerk"));
}

/// Files that git ignores are read, never written.
#[test]
fn ignored_examples_and_settings_are_not_written() {
    let project = Project::plain_quickstart();
    project.write(".gitignore", ".env*\n");
    project.git(&["init", "--quiet"]);
    let patch = project.run(&["migrate", "--dry-run"]).stdout;
    assert!(!patch.contains(".env.example") && patch.contains("auth.config.ts"), "{patch}");
    // What is tracked belongs to the project, whatever a rule says.
    project.commit();
    assert!(project.run(&["migrate", "--dry-run"]).stdout.contains("+++ b/.env.example"));
    let negated = Project::plain_quickstart();
    negated.write(".gitignore", ".env*\n!.env.example\n");
    negated.git(&["init", "--quiet"]);
    assert!(negated.run(&["migrate", "--dry-run"]).stdout.contains("+++ b/.env.example"));
}

/// Law 8: no value of an env file, no key and no secret in settings is in any output of any command.
#[test]
fn no_output_holds_a_secret() {
    let project = Project::plain_quickstart();
    let mut planted = Vec::new();
    let mut secret = |project: &Project, path: &str, name: &str, shape: &str| {
        let value = format!("{shape}{}", ["Plant", "ed0", &planted.len().to_string(), "Value99"].concat());
        let text = if project.has(path) { project.read(path) } else { String::new() };
        // By its name, or by what it looks like.
        let line = match shape.starts_with("https") {
            true => format!("VALUE_{}={value}@host.example\n", planted.len()),
            false => format!("{name}_{}={value}\n", planted.len()),
        };
        project.write(path, text + &line);
        planted.push(value);
    };
    for path in [".env", ".env.local", ".env.production", ".env.development.local", ".env.example", ".env.sample"] {
        secret(&project, path, "SECRET", "");
        secret(&project, path, "VALUE", "sk_test_");
        secret(&project, path, "VALUE", "https://user:");
    }
    // What a key is, beside the host that it holds.
    project.write(".env.local", format!("{}VITE_CLERK_PUBLISHABLE_KEY={KEY}\n", project.read(".env.local")));
    planted.push(KEY.to_owned());
    let token = "npm_PlantedTokenOfARegistry99";
    let manifest = project.read("package.json");
    project.write(
        "package.json",
        manifest.replacen('{', &format!("{{\n  \"publishConfig\": {{ \"token\": \"{token}\" }},"), 1),
    );
    project.write("convex.json", format!("{{ \"functions\": \"convex/\", \"deployKey\": \"{token}\" }}\n"));
    planted.push(token.to_owned());
    let outputs = |project: &Project| {
        let mut all = String::new();
        for args in [
            &["migrate", "--dry-run"][..],
            &["migrate", "--dry-run", "--verbose", "--format", "json"],
            &["migrate", "--dry-run", "--format", "human", "--production"],
            &["migrate", "--check", "--verbose"],
            &["migrate", "--dry-run", "--steps", "steps.md"],
            &["migrate", "--yes", "--allow-dirty"],
            &["migrate", "--dry-run", "--verbose"],
        ] {
            let run = project.run(args);
            all.push_str(&(run.stdout + &run.stderr));
        }
        all + &project.read("steps.md")
    };
    let all = outputs(&project);
    let leaked: Vec<&String> = planted.iter().filter(|value| all.contains(value.as_str())).collect();
    assert!(leaked.is_empty(), "{leaked:?}");
    assert!(all.contains("https://verb-noun-00.clerk.accounts.dev"));
    // The files that hold what looks like a secret are not changed.
    assert!(!project.read(".env.example").contains("CLERK"), "{}", project.read(".env.example"));
    // Each kind of secret alone is enough for that.
    for line in ["SECRET=PlantedValue99", "VALUE=sk_test_PlantedValue99", "VALUE=https://user:PlantedValue99@host.dev"]
    {
        let project = Project::plain_quickstart();
        project.write(".env.example", format!("{line}\n"));
        let run = project.run(&["migrate", "--dry-run", "--verbose"]);
        let all = run.stdout + &run.stderr;
        assert!(!all.contains("PlantedValue99") && !all.contains("+++ b/.env.example"), "{all}");
    }
}

/// What another generator writes is no folder of Convex functions.
#[test]
fn other_generated_folders_are_none_of_convexs() {
    let project = Project::plain_quickstart();
    let app = project.read("src/App.tsx");
    project
        .write("src/App.tsx", format!("import \"./gql/_generated/api\";\nimport \"./gql/_generated/graphql\";\n{app}"));
    project.write("src/gql/_generated/api.ts", "export const api = 1;\n");
    project.write("src/gql/client.ts", "export const client = 1;\n");
    let run = project.run(&["migrate", "--dry-run"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stdout.contains("+++ b/convex/auth.config.ts") && !run.stdout.contains("gql"), "{}", run.stdout);
}
