#![doc = include_str!("request_origins.md")]

use change::{Finding, Location, RelPath, Severity, Step};

use super::Rule;
use crate::Explanation;
use crate::ctx::{Ctx, RuleResult, Sink, Verdict};
use crate::jsonc;
use crate::workspace::join;

/// The rule.
pub(crate) const RULE: Rule = Rule {
    explanation: Explanation {
        id: "request-origins",
        summary: "Clerk answers an Electron app or a browser extension only from origins that it was told to allow.",
        text: include_str!("request_origins.md"),
    },
    run,
};

/// What a React app may run in besides a page of a site.
struct Shell {
    /// As words for a report.
    name: &'static str,
    /// Packages, any of which tells it.
    dependencies: &'static [&'static str],
    /// Whether a manifest of a browser extension tells it too.
    by_manifest: bool,
    /// What its requests come from while it is developed.
    origin: &'static str,
    /// What a person has to do.
    help: &'static str,
    /// The step of it.
    title: &'static str,
    /// The official page.
    doc: &'static str,
    /// The official page on production.
    production: &'static str,
}

const SHELLS: &[Shell] = &[
    Shell {
        name: "a browser extension",
        dependencies: &["wxt", "plasmo", "@crxjs/vite-plugin", "@clerk/chrome-extension"],
        by_manifest: true,
        origin: "chrome-extension://EXTENSION_ID",
        help: "give the extension an id that stays and allow its origin; the pages of an extension of manifest version 3 load no script from elsewhere, as @clerk/react does: take ClerkProvider and useAuth from @clerk/chrome-extension there",
        title: "Give the extension an id that stays, enable the Native API, and allow the extension's origin: the list is set as a whole.",
        doc: "https://clerk.com/docs/reference/chrome-extension/overview",
        production: "https://clerk.com/docs/guides/development/deployment/chrome-extension",
    },
    Shell {
        name: "an Electron app",
        dependencies: &[
            "electron",
            "electron-nightly",
            "electron-vite",
            "electron-builder",
            "@electron-forge/cli",
            "@electron-forge/plugin-vite",
            "@electron-forge/plugin-webpack",
        ],
        by_manifest: false,
        origin: "http://localhost:5173",
        help: "allow the origin of the dev server, and serve the packaged app from a scheme of its own: Clerk sends nobody back to file://",
        title: "Enable the Native API, and allow the origin of the renderer, as the dev server has it: the list is set as a whole.",
        doc: "https://clerk.com/docs/electron/getting-started/quickstart",
        production: "https://clerk.com/docs/guides/development/deployment/electron",
    },
    Shell {
        name: "a Capacitor app",
        dependencies: &["@capacitor/core"],
        by_manifest: false,
        origin: "capacitor://localhost",
        help: "allow the origin of the app's web view",
        title: "Enable the Native API, and allow the origin of the app's web view: the list is set as a whole.",
        doc: "https://clerk.com/docs/reference/backend/types/backend-instance",
        production: "https://clerk.com/docs/reference/backend/types/backend-instance",
    },
];

fn run(ctx: &Ctx<'_>, sink: &mut Sink) -> RuleResult {
    if sink.wired.is_none() {
        return Ok(Verdict::Added);
    }
    if let Some((shell, seen, place)) = shell(ctx) {
        let message =
            format!("this is {} ({seen}): Clerk answers only the origins that it was told to allow", shell.name);
        let mut finding = Finding::new(RULE.explanation.id, Severity::Warning, message);
        finding.app = Some(ctx.app.id.clone());
        finding.location = place.map(Location::file);
        finding.why =
            Some("its pages come from no domain of the Clerk application, and no file shows the list".to_owned());
        finding.help = Some(shell.help.to_owned());
        finding.doc = Some(shell.doc);
        sink.findings.push(finding);
    }
    Ok(Verdict::Added)
}

/// What the app runs in, what told it, and where.
fn shell(ctx: &Ctx<'_>) -> Option<(&'static Shell, String, Option<RelPath>)> {
    SHELLS.iter().find_map(|shell| {
        if let Some(manifest) = shell.by_manifest.then(|| manifest(ctx)).flatten() {
            return Some((shell, format!("{} has `manifest_version`", manifest.file_name()), Some(manifest)));
        }
        let name = shell.dependencies.iter().find(|name| ctx.app.declares(name))?;
        let place = join(ctx.workspace.manifest_above(ctx.app.id.folder()), "package.json");
        Some((shell, format!("the dependency {name}"), place))
    })
}

/// The manifest of a browser extension: `{ "manifest_version": 3 }`. A web app's manifest has no such member.
fn manifest(ctx: &Ctx<'_>) -> Option<RelPath> {
    let paths = ["manifest.json", "public/manifest.json", "src/manifest.json"].iter();
    paths.filter_map(|name| join(ctx.app.id.folder(), name)).find(|path| {
        let manifest = jsonc::read(ctx.workspace, path).and_then(Result::ok);
        manifest.is_some_and(|manifest| manifest.get("manifest_version").is_some())
    })
}

/// The step that allows the app's origin, on the production instance where `is_production`.
pub(crate) fn step(ctx: &Ctx<'_>, is_production: bool) -> Option<Step> {
    let (shell, ..) = shell(ctx)?;
    let (id, title, doc) = match is_production {
        false => ("allow-origins", shell.title.to_owned(), shell.doc),
        true => {
            let title =
                "Allow the origin of the app as it is shipped on the production instance too, by its secret key.";
            ("production-origins", title.to_owned(), shell.production)
        }
    };
    let origin = if is_production && !shell.by_manifest { "SCHEME://HOST" } else { shell.origin };
    let copy = format!(
        "curl -X PATCH https://api.clerk.com/v1/instance -H \"Authorization: Bearer $CLERK_SECRET_KEY\" \
         -H \"Content-Type: application/json\" -d '{{\"allowed_origins\": [\"{origin}\"]}}'"
    );
    Some(Step { id, apps: vec![ctx.app.id.clone()], title, at: Vec::new(), copy: Some(copy), doc: Some(doc) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_has_official_pages() {
        for shell in SHELLS {
            for page in [shell.doc, shell.production] {
                assert!(page.starts_with("https://clerk.com/docs/"), "{page}");
            }
            assert!(RULE.explanation.text.contains(shell.doc), "{}", shell.name);
        }
    }
}
