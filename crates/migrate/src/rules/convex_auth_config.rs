#![doc = include_str!("convex_auth_config.md")]

use std::collections::BTreeSet;

use change::{Finding, Location, RelPath, SettingsChange, Severity};
use serde_json::Value;
use syntax::style::Style;
use syntax::{
    ConfigItem, ConfigProperty, SourceFile, append_config_item, config_items, config_module, env_member, non_null,
    on_deep_stack, parse, text_literal,
};

use super::Rule;
use crate::Explanation;
use crate::ctx::{Ctx, RuleResult, Sink, Verdict};
use crate::formatting::Formatting;
use crate::functions::{Functions, named, places};
use crate::manifest::lowest;
use crate::packages::{Need, Packages};
use crate::tsconfig;
use crate::versions::{CONVEX_AUTH_CONFIG_TYPE, CONVEX_INTEGRATION, TYPES_NODE, TYPESCRIPT_WITHOUT_TYPES};
use crate::workspace::join;

/// The rule.
pub(crate) const RULE: Rule = Rule {
    explanation: Explanation {
        id: "convex-auth-config",
        summary: "Convex accepts sessions only of the providers that auth.config names.",
        text: include_str!("convex_auth_config.md"),
    },
    run,
};

/// Names of the issuer's variable, in the order in which they are looked for: Convex's guide, Clerk's guide, and what older guides said.
pub(crate) const ISSUER_NAMES: [&str; 5] =
    ["CLERK_JWT_ISSUER_DOMAIN", "CLERK_FRONTEND_API_URL", "CLERK_ISSUER_URL", "CLERK_ISSUER_DOMAIN", "CLERK_DOMAIN"];

fn run(ctx: &Ctx<'_>, sink: &mut Sink) -> RuleResult {
    if sink.wiring().is_none() {
        return Ok(Verdict::Added);
    }
    let state = AuthConfig::of(ctx);
    if let (Some(typescript), Some(javascript)) = (&state.typescript, &state.javascript) {
        let message = format!("{javascript} stands beside it, and a push fails with both");
        let mut finding = Finding::new(RULE.explanation.id, Severity::Warning, message);
        finding.app = Some(ctx.app.id.clone());
        finding.location = Some(Location::file(typescript.clone()));
        finding.help = Some("keep one of the two".to_owned());
        sink.findings.push(finding);
    }
    let there = state.typescript.as_ref().or(state.javascript.as_ref());
    if let (Some(wanted), Some(path)) = (&ctx.options.issuer_env, there.filter(|_| state.is_clerk))
        && *wanted != state.issuer
    {
        let message = format!("the file reads {} already: {wanted} is not taken", state.issuer);
        let mut finding = Finding::new(RULE.explanation.id, Severity::Warning, message);
        finding.app = Some(ctx.app.id.clone());
        finding.location = Some(Location::file(path.clone()));
        finding.group = sink.wired.as_ref().and_then(|wired| wired.group.clone());
        sink.findings.push(finding);
    }
    let Some(functions) = &state.functions else {
        sink.findings.push(not_found(ctx, sink));
        return Ok(Verdict::Added);
    };
    let is_typed = state.typescript.is_some() || (state.javascript.is_none() && functions.has_types);
    if state.is_clerk {
        if is_typed && !state.is_literal {
            types(ctx, sink, functions);
        }
        return Ok(Verdict::Added);
    }
    let name = if functions.has_types { "auth.config.ts" } else { "auth.config.js" };
    let is_changed = match state.typescript.as_ref().or(state.javascript.as_ref()) {
        Some(path) => append(ctx, sink, path, &state.issuer),
        None => match functions.file(name) {
            Some(path) => create(ctx, sink, functions, &path, &state.issuer),
            None => false,
        },
    };
    if is_changed && is_typed {
        types(ctx, sink, functions);
    }
    Ok(Verdict::Added)
}

/// That the functions are in none of the places where they are looked for.
fn not_found(ctx: &Ctx<'_>, sink: &Sink) -> Finding {
    let shown = |folder: &&str| if folder.is_empty() { "the top folder".to_owned() } else { (*folder).to_owned() };
    let folders: Vec<String> = places(ctx).iter().map(shown).collect();
    let imports: BTreeSet<&str> = named(ctx).into_iter().map(|(_, module)| module).collect();
    let imports: Vec<&str> = imports.into_iter().collect();
    let mut message = format!(
        "the app's Convex functions were not found: neither a convex.json nor a folder `convex` leads to them in {}",
        folders.join(", ")
    );
    if !imports.is_empty() {
        message += &format!("; nothing in the repository is behind {}", imports.join(", "));
    }
    let mut finding = Finding::new(RULE.explanation.id, Severity::Warning, message);
    finding.app = Some(ctx.app.id.clone());
    finding.location = join(ctx.workspace.manifest_above(ctx.app.id.folder()), "package.json").map(Location::file);
    let help = "write auth.config where the functions are, as the steps say; or name their folder in convex.json, and run again";
    finding.help = Some(help.to_owned());
    finding.doc = Some("https://docs.convex.dev/production/project-configuration#convexjson");
    finding.group = sink.wired.as_ref().and_then(|wired| wired.group.clone());
    finding
}

/// What there is of an app's configuration.
pub(crate) struct AuthConfig {
    pub(crate) functions: Option<Functions>,
    /// Its `auth.config.ts`.
    pub(crate) typescript: Option<RelPath>,
    /// Its `auth.config.js`.
    pub(crate) javascript: Option<RelPath>,
    /// Whether it names Clerk.
    pub(crate) is_clerk: bool,
    /// The variable that holds the issuer; `None` where the configuration has the issuer itself.
    pub(crate) issuer: String,
    /// Whether the configuration puts `https://` before the variable itself.
    pub(crate) has_scheme: bool,
    /// Whether the issuer is written in the configuration, so that no variable is wanted.
    pub(crate) is_literal: bool,
}

impl AuthConfig {
    pub(crate) fn of(ctx: &Ctx<'_>) -> Self {
        let functions = ctx.functions().cloned();
        let file = |name: &str| {
            let path = functions.as_ref()?.file(name)?;
            ctx.workspace.text(&path).map(|_| path)
        };
        let (typescript, javascript) = (file("auth.config.ts"), file("auth.config.js"));
        let items = typescript.as_ref().or(javascript.as_ref()).map(|path| on_deep_stack(|| items(ctx, path)));
        let domains = items.into_iter().flatten().filter_map(|item| {
            item.properties.into_iter().find(|value| value.name == "domain").map(|value| value.source)
        });
        let clerk: Vec<String> = domains.filter(|domain| is_clerk_domain(domain)).collect();
        let there = typescript.as_ref().or(javascript.as_ref());
        // `const clerk = { domain: process.env.CLERK_… }; providers: [clerk]`: whatever way it comes into the list.
        let mentioned = there.and_then(|path| on_deep_stack(|| clerk_in_code(ctx, path)));
        let named = clerk.iter().find_map(|domain| env_name(domain)).or(mentioned.clone().flatten());
        let is_clerk = !clerk.is_empty() || mentioned.is_some();
        Self {
            is_clerk,
            is_literal: is_clerk && named.is_none(),
            has_scheme: clerk.iter().any(|domain| domain.contains("://${")),
            issuer: issuer_name(ctx, functions.as_ref(), named),
            functions,
            typescript,
            javascript,
        }
    }
}

/// The variable for the issuer: two names for one address would be one too many.
fn issuer_name(ctx: &Ctx<'_>, functions: Option<&Functions>, used: Option<String>) -> String {
    // What the file reads is what has to be set: it stays.
    if let Some(name) = used.or(ctx.options.issuer_env.clone()) {
        return name;
    }
    // Apps that share a backend have to agree: the whole repository is asked, unless each has a backend of its own.
    let is_own = |path: &RelPath| match functions {
        Some(functions) => path.is_in(&functions.owner) || ctx.workspace.shares_backend(path, &functions.owner),
        None => path.is_in(ctx.app.id.folder()),
    };
    let mut known = ctx.workspace.env_names(is_own);
    let files = ctx.workspace.files.iter().filter(|(path, file)| file.names.clerk_variable && is_own(path));
    let facts = files.filter_map(|(_, file)| file.facts().ok());
    known.extend(facts.flat_map(|facts| facts.env.iter().map(|read| read.name.clone())));
    let found = ISSUER_NAMES.iter().find(|name| known.contains(**name));
    (*found.unwrap_or(&ISSUER_NAMES[0])).to_owned()
}

/// Whether the code of a file, comments aside, names Clerk at all, and the variable that it names.
fn clerk_in_code(ctx: &Ctx<'_>, path: &RelPath) -> Option<Option<String>> {
    let code = ctx.workspace.tree(path)?.module.code_without_comments();
    if let Some(at) = code.find("CLERK") {
        let is_name = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
        let start = code.get(..at)?.chars().rev().take_while(is_name).count();
        let name: String = code.get(at - start..)?.chars().take_while(is_name).collect();
        return Some(Some(name));
    }
    code.contains(".clerk.accounts.dev").then_some(None)
}

/// The providers that a configuration names, as far as they are written out.
pub(crate) fn items(ctx: &Ctx<'_>, path: &RelPath) -> Vec<ConfigItem> {
    written(ctx, path).unwrap_or_default()
}

/// The same; `None` where the list is none that is written in the file.
pub(crate) fn written(ctx: &Ctx<'_>, path: &RelPath) -> Option<Vec<ConfigItem>> {
    let tree = ctx.workspace.tree(path)?;
    config_items(&tree.module, "providers")
}

/// Whether the source of a `domain` is Clerk's: a variable that says so, or an address of a Frontend API.
pub(crate) fn is_clerk_domain(source: &str) -> bool {
    let is_address = source.contains(".clerk.accounts.dev") || source.contains("https://clerk.");
    is_address || env_name(source).is_some_and(|name| name.contains("CLERK"))
}

/// `NAME` of `process.env.NAME` or `process.env["NAME"]`.
pub(crate) fn env_name(source: &str) -> Option<String> {
    let (_, rest) = source.split_once("process.env")?;
    let rest = rest.trim_start_matches(['?', '.', '[', '"', '\'', '`']);
    let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// `{ domain: process.env.NAME!, applicationID: "convex" }`
fn item(issuer: &str, has_types: bool, brackets: bool) -> Vec<ConfigProperty> {
    let domain = env_member("process.env", issuer, brackets);
    let domain = if has_types { non_null(domain) } else { domain };
    vec![("domain", domain), ("applicationID", text_literal("convex"))]
}

/// Whether the settings that the functions are checked with, or those of the app, forbid `process.env.NAME`.
fn has_brackets(ctx: &Ctx<'_>, path: &RelPath) -> bool {
    let own = join(path.folder(), "tsconfig.json");
    let own = own.and_then(|own| tsconfig::option_at(ctx.workspace, &own, "noPropertyAccessFromIndexSignature"));
    let is_on = own.is_some_and(|value| value.as_bool() == Some(true));
    is_on || tsconfig::no_property_access_from_index_signature(ctx)
}

/// Adds Clerk to the providers of a file.
fn append(ctx: &Ctx<'_>, sink: &mut Sink, path: &RelPath, issuer: &str) -> bool {
    let has_types = path.extension() == "ts";
    let brackets = has_types && has_brackets(ctx, path);
    if !sink.takes(ctx, path) {
        return false;
    }
    let formatting = sink.formatting(ctx, path);
    let edits = on_deep_stack(|| {
        let tree = ctx.workspace.tree(path)?;
        let style = formatting.style(&tree.module);
        append_config_item(&tree.module, &style, "providers", &item(issuer, has_types, brackets)).ok().flatten()
    });
    let (Some(edits), Some(group)) = (edits, sink.wiring()) else {
        sink.bases.remove(path);
        return false;
    };
    edits.iter().all(|edit| group.edit(path, edit.clone()).is_ok())
}

/// Makes the file, in the style of what stands beside it.
fn create(ctx: &Ctx<'_>, sink: &mut Sink, functions: &Functions, path: &RelPath, issuer: &str) -> bool {
    if ctx.workspace.has_path(path) || !ctx.workspace.may_write(path) {
        return false;
    }
    let formatting = sink.formatting(ctx, path);
    let style = on_deep_stack(|| style_beside(ctx, functions, path, &formatting));
    let has_type = functions.has_types && knows_type(ctx, functions);
    let type_of = has_type.then_some(("convex/server", "AuthConfig"));
    let brackets = functions.has_types && has_brackets(ctx, path);
    let text = config_module(&style, "providers", &item(issuer, functions.has_types, brackets), type_of);
    match sink.wiring() {
        Some(group) => {
            group.create(path, text);
            true
        }
        None => false,
    }
}

/// The style of the first file in the functions folder, else that of an empty one.
fn style_beside(ctx: &Ctx<'_>, functions: &Functions, path: &RelPath, formatting: &Formatting) -> Style {
    let mut sources = ctx.workspace.sources_in(&functions.folder);
    let beside = sources.find_map(|source| {
        let tree = ctx.workspace.tree(source)?;
        (!tree.module.text().trim().is_empty()).then(|| formatting.style_of_new(&tree.module))
    });
    let empty = || {
        let module = parse(&SourceFile::new(path.clone(), "".into())?).ok()?;
        Some(formatting.style_of_new(&module))
    };
    beside.or_else(empty).unwrap_or_default()
}

/// Whether the convex that checks the file has the type `AuthConfig`.
fn knows_type(ctx: &Ctx<'_>, functions: &Functions) -> bool {
    let packages = Packages::of(ctx, &functions.owner);
    match packages.need(&functions.owner, "convex", CONVEX_INTEGRATION, CONVEX_INTEGRATION) {
        // It is raised along with this file.
        Need::Raise(..) => true,
        Need::Fine | Need::ByHand => {
            let locked = packages.locked(&functions.owner, "convex");
            match (locked, lowest(CONVEX_AUTH_CONFIG_TYPE)) {
                (Some(locked), Some(floor)) => locked >= floor,
                _ => packages.asked(&functions.owner, "convex").is_none_or(|asked| {
                    !crate::manifest::is_outside(&asked.range, &format!(">={CONVEX_AUTH_CONFIG_TYPE}"))
                }),
            }
        }
    }
}

/// What the file needs so that its types can be checked.
fn types(ctx: &Ctx<'_>, sink: &mut Sink, functions: &Functions) {
    let packages = Packages::of(ctx, &functions.owner);
    if packages.asked(&functions.owner, "@types/node").is_none()
        && let Some(manifest) = join(&functions.owner, "package.json")
    {
        let path = vec!["devDependencies".to_owned(), "@types/node".to_owned()];
        sink.settings(ctx, &manifest, SettingsChange::Set { path, value: TYPES_NODE.to_owned() });
    }
    let Some(settings) = functions.file("tsconfig.json").filter(|path| ctx.workspace.text(path).is_some()) else {
        return;
    };
    let listed = tsconfig::option_at(ctx.workspace, &settings, "types");
    // `latest` is one of these by now.
    let is_newest = packages.asked(&functions.owner, "typescript").is_some_and(|asked| asked.range == "latest");
    let least = packages.least(&functions.owner, "typescript").zip(lowest(TYPESCRIPT_WITHOUT_TYPES));
    let has_none = least.map_or(is_newest, |(version, first)| version >= first);
    let lacks = match &listed {
        Some(Value::Array(types)) => !types.iter().any(|item| item == "node" || item == "*"),
        _ => has_none,
    };
    if !lacks {
        return;
    }
    // A list of its own hides the one that it extends.
    let inherited = listed.as_ref().and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    for item in inherited.chain(["node"]) {
        let path = vec!["compilerOptions".to_owned(), "types".to_owned()];
        sink.settings(ctx, &settings, SettingsChange::Include { path, item: item.to_owned() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_that_are_clerks() {
        for (source, expected, name) in [
            ("process.env.CLERK_JWT_ISSUER_DOMAIN!", true, Some("CLERK_JWT_ISSUER_DOMAIN")),
            ("process.env[\"NEXT_PUBLIC_CLERK_URL\"]", true, Some("NEXT_PUBLIC_CLERK_URL")),
            ("\"https://verb-noun-00.clerk.accounts.dev\"", true, None),
            ("'https://clerk.example.com'", true, None),
            ("process.env.AUTH0_DOMAIN", false, Some("AUTH0_DOMAIN")),
            ("\"https://id.example\"", false, None),
        ] {
            assert_eq!((is_clerk_domain(source), env_name(source).as_deref()), (expected, name), "{source}");
        }
    }
}
