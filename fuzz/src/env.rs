//! Any text as an env file, and as what `npx convex env list` prints: no secret in it is in anything that is said.
//!
//! The first byte says which file (see [`NAMES`]), whether the app is on Clerk already, and whether it is looked at for production. In the rest the byte 1 stands for a secret where a value may stand: behind `=` on its line.

use migrate::{Deployment, Options};

use crate::byte;
use crate::folder::{CHOSEN, Files, Folder};

const NAMES: [&str; 8] = [
    ".env",
    ".env.local",
    ".env.production",
    ".env.development.local",
    ".env.example",
    "env.sample",
    ".env.local.template",
    "convex/.env.local",
];

const ENTRY: &str = "\
import { createRoot } from \"react-dom/client\";
import { ConvexProvider, ConvexReactClient } from \"convex/react\";

const convex = new ConvexReactClient(import.meta.env.VITE_CONVEX_URL);

createRoot(document.body).render(<ConvexProvider client={convex}>Notes</ConvexProvider>);
";

const ON_CLERK: &str = "\
import { createRoot } from \"react-dom/client\";
import { ConvexProviderWithClerk } from \"convex/react-clerk\";
import { ConvexReactClient } from \"convex/react\";
import { ClerkProvider, useAuth } from \"@clerk/react\";

const convex = new ConvexReactClient(import.meta.env.VITE_CONVEX_URL);

createRoot(document.body).render(
  <ClerkProvider publishableKey={import.meta.env.VITE_CLERK_PUBLISHABLE_KEY}>
    <ConvexProviderWithClerk client={convex} useAuth={useAuth}>Notes</ConvexProviderWithClerk>
  </ClerkProvider>,
);
";

const AUTH_CONFIG: &str = "\
export default {
  providers: [{ domain: process.env.CLERK_JWT_ISSUER_DOMAIN, applicationID: \"convex\" }],
};
";

const MANIFEST: &str = "\
{
  \"dependencies\": { \"@clerk/react\": \"^6.0.0\", \"convex\": \"^1.48.0\", \"react\": \"^19.2.3\", \"react-dom\": \"^19.2.3\" },
  \"devDependencies\": { \"vite\": \"^7.3.0\" }
}
";

/// What no output may hold. Nobody writes it here in one piece: it would look like a key.
const BODY: &str = "Zq9wXv7uTs5rPo3n";

/// Plans, and asks `doctor`, with `data` for an env file.
pub fn env(mut data: &[u8]) {
    let selector = byte(&mut data);
    let name = NAMES[usize::from(selector) % NAMES.len()];
    let text = with_secrets(&String::from_utf8_lossy(data));
    let entry = if selector & 64 == 0 { ENTRY } else { ON_CLERK };
    let mut files = Files::new();
    let all = [("package.json", MANIFEST), ("src/main.tsx", entry), ("convex/auth.config.ts", AUTH_CONFIG)];
    files.extend(all.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())));
    files.insert(name.to_owned(), text.clone().into_bytes());
    let deployment = Deployment::read(&text);
    quiet("what is kept of a deployment", &format!("{deployment:?}"));
    let options = Options {
        cures: true,
        production: selector >= 128,
        production_deployment: deployment.clone(),
        deployment,
        ..Options::default()
    };
    migrate::on_deep_stack(|| look(&files, &options));
}

/// The text with secrets in it, and some below it.
fn with_secrets(text: &str) -> String {
    let key = format!("sk_{}_{BODY}", "test");
    let mut all = String::new();
    for line in text.split_inclusive('\n') {
        match line.split_once('=') {
            Some((name, value)) => {
                all.extend([&name.replace('\u{1}', ""), "=", &value.replace('\u{1}', &key)]);
            }
            None => all.push_str(&line.replace('\u{1}', "")),
        }
    }
    all + &format!("\nCLERK_SECRET_KEY={key}\nexport VITE_OTHER='{key}'\nAPI_PASSWORD: {BODY}\nBROKEN {key}\n")
}

/// Looks at everything that is said of a project.
fn look(files: &Files, options: &Options) {
    let folder = Folder::of(files);
    let Some(planned) = folder.plan(options) else { return };
    for (format, view) in cli::views(&planned, &CHOSEN).expect("every format") {
        quiet(&format, &view);
    }
    quiet("findings", &format!("{:?}", planned.plan.findings()));
    quiet("steps", &format!("{:?}", planned.plan.steps()));
    quiet("doctor", &format!("{:?}", planned.doctor));
    for (path, change) in planned.cures.render(&CHOSEN).unwrap_or_else(|error| panic!("cures: {error}")) {
        let was_there = change.before.is_some_and(|before| before.text.contains(BODY));
        assert!(!was_there || change.after.contains(BODY), "{path} lost a value");
        assert!(was_there || !change.after.contains(BODY), "{path} shows a secret");
    }
}

#[track_caller]
fn quiet(what: &str, text: &str) {
    assert!(!text.contains(BODY), "{what} shows a secret:\n{text}");
}
