//! What is left to a person after the patch, in the order to do it, with the address or the command for each.
//!
//! What files show done is left out; so is everything once nothing that they can show is left. That the issuer is set and the integration
//! active shows in no file.

use change::{ChangeGroup, RelPath, SettingsChange, Step};

use crate::ctx::{Ctx, Sink, Wired};
use crate::env::{frontend_api, has_key, set_names};
use crate::gates;
use crate::packages::{CATALOG_FILES, Need, Packages};
use crate::rules::convex_auth_config::AuthConfig;
use crate::rules::env_names::lacks_declaration;
use crate::rules::expo_modules;
use crate::rules::package_versions::manifest_of;
use crate::rules::request_origins;
use crate::versions::{CLERK_FLOORS, CONVEX_INTEGRATION};
use crate::workspace::join;

/// Convex's guide, which the steps follow.
const GUIDE: &str = "https://docs.convex.dev/auth/clerk";
/// Clerk's guide to what production needs.
const PRODUCTION: &str = "https://clerk.com/docs/guides/development/deployment/production";

/// The steps for an app with the provider for Clerk, or that gets it by the groups of `sink`.
pub(crate) fn steps(ctx: &Ctx<'_>, sink: &Sink) -> Vec<Step> {
    let Some(wired) = &sink.wired else { return Vec::new() };
    let group = wired.group.as_ref().and_then(|id| sink.groups.iter().find(|group| group.id == *id));
    let left = Left {
        ctx,
        wired,
        group,
        packages: Packages::of(ctx, ctx.app.id.folder()),
        auth: AuthConfig::of(ctx),
        has_key: has_key(ctx, &wired.key.name),
    };
    if group.is_none() && !left.is_pending() {
        return Vec::new();
    }
    let mut steps = left.local();
    steps.extend(gates::steps(ctx, sink));
    if ctx.options.production {
        steps.extend(left.production());
    }
    steps
}

/// What is known of what is left to do for an app.
struct Left<'a> {
    ctx: &'a Ctx<'a>,
    wired: &'a Wired,
    /// The group of its wiring, where that is still to be written.
    group: Option<&'a ChangeGroup>,
    packages: Packages<'a>,
    auth: AuthConfig,
    has_key: bool,
}

impl Left<'_> {
    /// Whether the files of an app on Clerk show that it is not set up yet: its package is not installed, its functions know nothing of Clerk,
    /// or the key lacks beside the variables that an env file sets. A key that is set where the app is built shows in no file.
    fn is_pending(&self) -> bool {
        let own = self.ctx.app.id.folder();
        let is_asked = self.packages.asked(own, &self.wired.sdk).is_some();
        let is_installed = !self.packages.is_stale(own, &self.wired.sdk);
        let has_config = self.auth.is_clerk || self.auth.functions.is_none();
        let names = set_names(self.ctx);
        let sets_url = names.iter().any(|name| name.contains("CONVEX") && name.contains("URL"));
        let has_key = self.has_key || (self.packages.has_lock() && !sets_url);
        !(is_asked && is_installed && has_config && has_key)
    }

    fn step(&self, id: &'static str, title: impl Into<String>) -> Step {
        let apps = vec![self.ctx.app.id.clone()];
        Step { id, apps, title: title.into(), at: Vec::new(), copy: None, doc: None }
    }

    /// A step with a command for a folder.
    fn command(&self, id: &'static str, title: impl Into<String>, folder: &str, command: String) -> Step {
        let at = if folder.is_empty() { Vec::new() } else { vec![folder.to_owned()] };
        Step { at, copy: Some(command), ..self.step(id, title) }
    }

    /// The folder from which Convex's commands run.
    fn backend(&self) -> &str {
        let project = self.auth.functions.as_ref().map(|functions| functions.project.as_str());
        project.unwrap_or(self.ctx.app.id.folder())
    }

    /// A step with a command for the Convex project.
    fn for_backend(&self, id: &'static str, title: impl Into<String>, command: String) -> Step {
        let step = self.command(id, title, self.backend(), command);
        match self.auth.functions {
            Some(_) => step,
            // Of one package all is told by its place.
            None if self.ctx.app.id.folder().is_empty() => step,
            None => Step { at: vec!["the project of the Convex functions".to_owned()], ..step },
        }
    }

    /// Whether the wiring changes a file, or makes it.
    fn is_edited(&self, fits: impl Fn(&RelPath) -> bool) -> bool {
        self.group.is_some_and(|group| group.paths().into_iter().any(fits))
    }

    fn local(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        if !self.has_key {
            let account = self.step("create-account", "Create a Clerk account, if you have none.");
            steps.push(Step { doc: Some("https://dashboard.clerk.com/sign-up"), ..account });
            let application = self.step("create-application", "Create an application in Clerk's dashboard.");
            steps.push(Step { doc: Some("https://dashboard.clerk.com/apps/new"), ..application });
        }
        let title = "Activate Clerk's integration with Convex for the application; it shows the Frontend API URL.";
        let doc = Some("https://dashboard.clerk.com/apps/setup/convex");
        steps.push(Step { doc, ..self.step("activate-integration", title) });
        let setting = self.ctx.framework.in_dashboard;
        steps.extend(setting.map(|setting| Step { doc: Some(setting.page), ..self.step(setting.id, setting.title) }));
        steps.extend(request_origins::step(self.ctx, false));
        steps.extend(self.key());
        steps.extend(self.config());
        steps.extend(expo_modules::step(self.ctx, self.wired));
        steps.extend(self.issuer());
        steps.extend(self.install());
        let title = "Push the functions with the new configuration.";
        steps.push(self.for_backend("push-functions", title, "npx convex dev".to_owned()));
        let title = "Sign out of the app and in again: a session from before the integration was active has no token for Convex.";
        steps.push(self.step("sign-in-again", title));
        steps
    }

    fn key(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        if !self.has_key {
            let file = join(self.ctx.app.id.folder(), ".env.local").map(|path| path.to_string());
            let title = "Set the publishable key, here and wherever the app is built or hosted.";
            steps.push(Step {
                at: file.into_iter().collect(),
                copy: Some(format!("{}=pk_test_...", self.wired.key.name)),
                doc: Some("https://dashboard.clerk.com/last-active?path=api-keys"),
                ..self.step("set-publishable-key", title)
            });
        }
        if let Some(secret) = self.wired.secret.filter(|secret| !set_names(self.ctx).contains(*secret)) {
            let file = join(self.ctx.app.id.folder(), ".env.local").map(|path| path.to_string());
            let title = "Set the secret key beside it: only servers may see it, so never under a public name.";
            steps.push(Step {
                at: file.into_iter().collect(),
                copy: Some(format!("{secret}=sk_test_...")),
                doc: Some("https://dashboard.clerk.com/last-active?path=api-keys"),
                ..self.step("set-secret-key", title)
            });
        }
        let lacking = lacks_declaration(self.ctx, &self.wired.key.name);
        if let Some(path) = lacking.filter(|path| !self.is_edited(|edited| edited == path)) {
            steps.push(Step {
                at: vec![path.to_string()],
                copy: Some(format!("readonly {}: string;", self.wired.key.name)),
                doc: Some("https://vite.dev/guide/env-and-mode"),
                ..self.step("type-publishable-key", "Add the key to the app's ImportMetaEnv.")
            });
        }
        steps
    }

    /// The configuration of the functions, where the wiring does not bring it.
    fn config(&self) -> Option<Step> {
        let is_config = |path: &RelPath| path.file_name().starts_with("auth.config.");
        if self.auth.is_clerk || self.is_edited(is_config) {
            return None;
        }
        let there = self.auth.typescript.as_ref().or(self.auth.javascript.as_ref());
        let has_types = match there {
            Some(path) => path.extension() == "ts",
            None => self.auth.functions.as_ref().is_none_or(|functions| functions.has_types),
        };
        let name = if has_types { "auth.config.ts" } else { "auth.config.js" };
        let (title, copy) = match there {
            Some(path) if !self.names_providers(path) => {
                let title = format!("Write {}: it names no providers yet.", path.file_name());
                (title, config(&self.auth.issuer, has_types))
            }
            Some(path) => {
                (format!("Add Clerk to the providers in {}.", path.file_name()), provider(&self.auth.issuer, has_types))
            }
            None => (format!("Create {name}."), config(&self.auth.issuer, has_types)),
        };
        let folder = self.auth.functions.as_ref().map(|functions| functions.folder.clone());
        let at = folder.unwrap_or_else(|| "the folder of the Convex functions".to_owned());
        Some(Step { at: vec![at], copy: Some(copy), doc: Some(GUIDE), ..self.step("write-auth-config", title) })
    }

    fn names_providers(&self, path: &RelPath) -> bool {
        self.ctx.workspace.text(path).is_none_or(|text| text.contains("providers"))
    }

    fn issuer(&self) -> Option<Step> {
        if self.auth.is_literal {
            return None;
        }
        let host = frontend_api(self.ctx, &self.wired.key.name, "pk_test_");
        let host = host.unwrap_or_else(|| "verb-noun-00.clerk.accounts.dev".to_owned());
        let scheme = if self.auth.has_scheme { "" } else { "https://" };
        let command = format!("npx convex env set {} '{scheme}{host}'", self.auth.issuer);
        let title = "Set the Frontend API URL on the Convex deployment, before the next push: it fails without.";
        Some(Step { doc: Some(GUIDE), ..self.for_backend("set-issuer", title, command) })
    }

    fn installed(&self, packages: &Packages<'_>) -> Step {
        let title = match packages.lock_path() {
            Some(path) => format!("Install what package.json names now; it brings {path} up to date."),
            None => "Install what package.json names now.".to_owned(),
        };
        self.command("install", title, packages.installed_in(), packages.install().to_owned())
    }

    /// Installs by the framework's own command what the patch adds to package.json.
    fn installed_by(&self, installer: &str) -> Step {
        let own = self.ctx.app.id.folder();
        let changes = self.group.map(ChangeGroup::settings_changes);
        let path = manifest_of(self.ctx);
        let changes = changes.zip(path.as_ref()).and_then(|(all, path)| all.get(path)).into_iter().flatten();
        let added = changes.filter_map(|change| match change {
            SettingsChange::Set { path, .. } if path.first().is_some_and(|section| section == "dependencies") => {
                path.last()
            }
            _ => None,
        });
        let added: Vec<&str> =
            added.map(String::as_str).filter(|name| self.ctx.app.dependency(name).is_none()).collect();
        let title = "Install what package.json names now, in the versions that go with the SDK.";
        let doc = Some(self.ctx.framework.quickstart);
        let command = [installer].into_iter().chain(added).collect::<Vec<_>>().join(" ");
        let folder = path.as_ref().map_or(own, RelPath::folder);
        Step { doc, ..self.command("install", title, folder, command) }
    }

    fn install(&self) -> Vec<Step> {
        let own = self.ctx.app.id.folder();
        let mut steps = Vec::new();
        let is_manifest =
            |path: &RelPath| path.file_name() == "package.json" || CATALOG_FILES.contains(&path.file_name());
        let is_edited = self.is_edited(is_manifest);
        let is_asked = self.packages.asked(own, &self.wired.sdk).is_some();
        if !is_asked && !is_edited {
            let title = format!("Install {}.", self.wired.sdk);
            let command = self.ctx.framework.installer.unwrap_or_else(|| self.packages.add(own));
            let command = format!("{command} {}", self.wired.sdk);
            let doc = Some(self.ctx.framework.quickstart);
            steps.push(Step { doc, ..self.command("install-clerk", title, own, command) });
        } else {
            let stale = |packages: &Packages<'_>, folder: &str| {
                [self.wired.sdk.as_str(), "convex", "@types/node"].iter().any(|name| packages.is_stale(folder, name))
            };
            let no_lock = !self.packages.has_lock() && !self.has_key;
            if is_edited || no_lock || stale(&self.packages, own) {
                steps.push(match self.ctx.framework.installer {
                    Some(installer) => self.installed_by(installer),
                    None => self.installed(&self.packages),
                });
            }
            // A backend that is installed by itself.
            let owner = self.auth.functions.as_ref().map_or(own, |functions| functions.owner.as_str());
            let backend = Packages::of(self.ctx, owner);
            let is_own = self.is_edited(|path| path.folder() == owner && path.file_name() == "package.json");
            let is_apart = backend.installed_in() != self.packages.installed_in();
            let no_lock = !backend.has_lock() && !self.has_key && self.ctx.workspace.manifests.contains_key(owner);
            if is_apart && (is_own || no_lock || stale(&backend, owner)) {
                steps.push(self.installed(&backend));
            }
        }
        if self.packages.asked(own, "convex").is_none() {
            let title = "Install convex in the app: what it has now comes through another package of the workspace.";
            steps.push(self.command("install-convex", title, own, format!("{} convex", self.packages.add(own))));
        }
        let floors = CLERK_FLOORS.iter().filter(|(name, _, _)| *name != "@clerk/react");
        for (name, floor, _) in
            floors.filter(|(name, floor, _)| self.packages.need(own, name, floor, floor) == Need::ByHand)
        {
            let title =
                format!("Upgrade {name} to {floor} or later; before, convex can't see that the integration is active.");
            let doc = Some("https://clerk.com/docs/guides/development/upgrading/overview");
            steps.push(Step { doc, ..self.step("upgrade-clerk", title) });
        }
        let need = self.packages.need(own, "convex", CONVEX_INTEGRATION, CONVEX_INTEGRATION);
        let is_raised = |asked: &crate::packages::Asked| self.is_edited(|path| *path == asked.path);
        let is_by_hand = match &need {
            Need::Fine => false,
            Need::ByHand => true,
            Need::Raise(asked, _) => !is_raised(asked),
        };
        if is_by_hand {
            let title = format!(
                "Raise convex to {CONVEX_INTEGRATION} or later; before, it does not see sessions of Clerk's integration reliably."
            );
            steps.push(match self.packages.is_in_catalog(own, "convex") {
                // The command would take the place of the reference.
                true => self.step("raise-convex", title),
                false => self.command("raise-convex", title, own, format!("{} convex@latest", self.packages.add(own))),
            });
        }
        steps
    }

    /// What production needs on top: <https://clerk.com/docs/guides/development/deployment/production>.
    fn production(&self) -> Vec<Step> {
        let key = &self.wired.key.name;
        let host = frontend_api(self.ctx, key, "pk_live_").unwrap_or_else(|| "clerk.example.com".to_owned());
        let instance =
            self.step("production-instance", "Create the application's production instance, and set its DNS records.");
        let integration = self
            .step("production-integration", "Activate the integration with Convex for the production instance too.");
        let hosting = self.step("production-key", "Set the production key where the app is built and hosted.");
        let redirects = self.step(
            "production-redirects",
            "Give each social connection credentials of your own, and check the redirect addresses of the production instance.",
        );
        let mut steps = vec![
            Step { doc: Some(PRODUCTION), ..instance },
            Step { doc: Some("https://dashboard.clerk.com/apps/setup/convex"), ..integration },
            Step {
                copy: Some(format!("{key}=pk_live_...")),
                doc: Some("https://dashboard.clerk.com/last-active?path=api-keys"),
                ..hosting
            },
        ];
        if let Some(secret) = self.wired.secret {
            let step = self.step("production-secret-key", "Set the production secret key where the app is hosted.");
            let doc = Some("https://dashboard.clerk.com/last-active?path=api-keys");
            steps.push(Step { copy: Some(format!("{secret}=sk_live_...")), doc, ..step });
        }
        if !self.auth.is_literal {
            let scheme = if self.auth.has_scheme { "" } else { "https://" };
            let command = format!("npx convex env --prod set {} '{scheme}{host}'", self.auth.issuer);
            let title = "Set the production issuer on the production deployment, before the next deploy.";
            steps.push(Step { doc: Some(GUIDE), ..self.for_backend("production-issuer", title, command) });
        }
        let title = "Deploy the functions to production.";
        steps.push(self.for_backend("production-deploy", title, "npx convex deploy".to_owned()));
        steps.extend(request_origins::step(self.ctx, true));
        steps.push(Step { doc: Some(PRODUCTION), ..redirects });
        steps
    }
}

/// The kinds of steps in the order to do them, whichever app needs one first.
const ORDER: [&str; 28] = [
    "create-account",
    "create-application",
    "activate-integration",
    "enable-native-api",
    "allow-origins",
    "set-publishable-key",
    "set-secret-key",
    "type-publishable-key",
    "write-auth-config",
    "config-plugins",
    "set-issuer",
    "install-clerk",
    "install",
    "install-convex",
    "upgrade-clerk",
    "raise-convex",
    "push-functions",
    "sign-in-again",
    "sign-in-screen",
    "sign-out",
    "production-instance",
    "production-integration",
    "production-key",
    "production-secret-key",
    "production-issuer",
    "production-deploy",
    "production-origins",
    "production-redirects",
];

/// Puts together what several apps need done: the same step once, the kinds in their order.
pub(crate) fn merged(steps: Vec<Step>, groups: &[ChangeGroup]) -> Vec<Step> {
    let mut kinds: Vec<Vec<Step>> = Vec::new();
    // What the wiring of one app brings is not left to do for another.
    let paths = groups.iter().flat_map(ChangeGroup::paths);
    let configs: Vec<String> = paths
        .filter(|path| path.file_name().starts_with("auth.config."))
        .map(|path| path.folder().to_owned())
        .collect();
    let is_done = |step: &Step| step.id == "write-auth-config" && step.at.iter().any(|at| configs.contains(at));
    for mut step in steps.into_iter().filter(|step| !is_done(step)) {
        match kinds.iter_mut().find(|kind| kind.first().is_some_and(|first| first.id == step.id)) {
            Some(kind) => match kind.iter_mut().find(|known| known.title == step.title && known.copy == step.copy) {
                Some(known) => {
                    known.apps.extend(step.apps);
                    // The top beside folders below it has to be named as well.
                    if known.at.is_empty() != step.at.is_empty() && step.copy.is_some() {
                        let known_or_new = if known.at.is_empty() { &mut known.at } else { &mut step.at };
                        known_or_new.push(".".to_owned());
                    }
                    known.at.extend(step.at.into_iter().filter(|place| !known.at.contains(place)).collect::<Vec<_>>());
                }
                None => kind.push(step),
            },
            None => kinds.push(vec![step]),
        }
    }
    kinds.sort_by_key(|kind| kind.first().and_then(|step| ORDER.iter().position(|id| *id == step.id)));
    kinds.into_iter().flatten().collect()
}

fn provider(issuer: &str, has_types: bool) -> String {
    let mark = if has_types { "!" } else { "" };
    format!("    {{\n      domain: process.env.{issuer}{mark},\n      applicationID: \"convex\",\n    }},")
}

fn config(issuer: &str, has_types: bool) -> String {
    let provider = provider(issuer, has_types);
    if has_types {
        format!(
            "import type {{ AuthConfig }} from \"convex/server\";\n\nexport default {{\n  providers: [\n{provider}\n  ],\n}} satisfies AuthConfig;"
        )
    } else {
        format!("export default {{\n  providers: [\n{provider}\n  ],\n}};")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use change::AppId;

    #[test]
    fn what_several_apps_need_is_said_once() {
        let step = |id, app: &str, title: &str| Step {
            id,
            apps: vec![AppId::new(app)],
            title: title.to_owned(),
            at: vec![app.to_owned()],
            copy: None,
            doc: None,
        };
        let steps = [
            step("push-functions", "a", "Push"),
            step("install", "a", "Install x"),
            step("create-account", "a", "Account"),
            step("install", "b", "Install y"),
            step("create-account", "b", "Account"),
        ];
        let merged = merged(steps.to_vec(), &[]);
        assert_eq!(
            merged.iter().map(|step| &*step.title).collect::<Vec<_>>(),
            ["Account", "Install x", "Install y", "Push"]
        );
        assert_eq!(merged[0].apps, [AppId::new("a"), AppId::new("b")]);
        assert_eq!(merged[0].at, ["a", "b"]);
    }
}
