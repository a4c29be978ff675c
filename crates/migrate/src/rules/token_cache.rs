#![doc = include_str!("token_cache.md")]

use change::{Finding, ImportedName, Severity};

use super::Check;
use crate::Explanation;
use crate::doctor::Looked;
use crate::graph::sightings::Node;
use crate::graph::sources::FileId;
use crate::known::Provider;
use crate::workspace::join;

/// The rule.
pub(crate) const RULE: Check = Check {
    explanation: Explanation {
        id: "token-cache",
        summary: "ClerkProvider keeps the session in memory only.",
        text: include_str!("token_cache.md"),
    },
    check,
};

/// What the attribute is called.
const ATTRIBUTE: &str = "tokenCache";

/// Whether an app is made for browsers only: `"platforms": ["web"]`.
fn is_web(looked: &Looked<'_>) -> bool {
    let settings = join(looked.ctx.app.id.folder(), "app.json").and_then(|path| looked.ctx.workspace.text(&path));
    let platforms = settings.as_deref().and_then(|text| text.split_once("\"platforms\"")?.1.split_once(']'));
    platforms.is_some_and(|(list, _)| !["ios", "android"].iter().any(|device| list.contains(device)))
}

/// Whether a file may be for browsers, which have cookies: `_layout.web.tsx`, or one that asks for `Platform.OS`.
fn may_be_web(looked: &Looked<'_>, file: FileId) -> bool {
    let sources = looked.access.modules.sources;
    let platform = ImportedName::Named("Platform".to_owned());
    let mut imports = sources.facts(file).imports.iter();
    sources.path(file).file_name().contains(".web.")
        || imports.any(|import| import.specifiers.iter().any(|specifier| specifier.name == platform))
}

fn check(looked: &Looked<'_>) -> Vec<Finding> {
    let access = looked.access;
    let clerk = access.graph.sightings.iter().filter(|sighting| sighting.provider == Provider::Clerk);
    let clerk = clerk.filter(|clerk| !is_web(looked) && !may_be_web(looked, clerk.place.0));
    let without = clerk.filter(|clerk| !looked.is_changing() && clerk.is_certain).find_map(|clerk| {
        let Node::Jsx(id) = clerk.place.1 else { return None };
        let element = access.modules.sources.facts(clerk.place.0).flow.elements.get(id.0 as usize)?;
        // A spread may bring it.
        let may_have = |name: &Option<String>| name.as_deref().is_none_or(|name| name == ATTRIBUTE);
        (!element.attributes.iter().any(|(name, _)| may_have(name))).then_some(clerk.place)
    });
    let Some((place, range)) = without.and_then(|place| Some((place, access.opening(place)?))) else {
        return Vec::new();
    };
    let (location, _) = looked.future.now(access.modules.sources.path(place.0), range);
    let message = "ClerkProvider has no token cache".to_owned();
    let mut finding = looked.finding(RULE.explanation.id, Severity::Warning, message, location);
    finding.why = Some("a device then keeps the session in memory, and a restart signs everybody out".to_owned());
    finding.help = Some("give it `tokenCache` of \"@clerk/expo/token-cache\"".to_owned());
    finding.doc = Some("https://clerk.com/docs/expo/getting-started/quickstart");
    vec![finding]
}
