//! Changes of settings as edits: JSON and JSONC keep their comments, order and indentation; an env example gets a line at its end; of YAML
//! only a scalar is replaced.
//!
//! ```json
//! "dependencies": {
//!   "convex": "^1.48.0",     // "@clerk/react": "^6.18.0" goes before this line where the names are sorted, else after the last
//!   "react": "^19.2.3"
//! }
//! ```

use change::{RelPath, SettingsChange, TextEdit, TextRange, edits_between, is_env_file};
use jsonc_parser::common::Ranged as _;
use jsonc_parser::cst::{CstArray, CstInputValue, CstNode, CstObject, CstObjectProp, CstRootNode};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use saphyr::{LoadableYamlNode, MarkedYaml};

/// The width at which formatters break a list of JSON.
const JSON_WIDTH: usize = 80;

/// The edits of `text`, the file `path`, that `changes` ask for.
///
/// # Errors
/// Why they can't be made.
pub(crate) fn settings_edits(path: &RelPath, text: &str, changes: &[SettingsChange]) -> Result<Vec<TextEdit>, String> {
    let name = path.file_name();
    if name.ends_with(".yaml") || name.ends_with(".yml") {
        return changes.iter().map(|change| yaml(text, change)).collect();
    }
    if is_env_file(path) {
        return Ok(env(text, changes));
    }
    let body = text.trim_start_matches('\u{feff}');
    let mut after = body.to_owned();
    for change in changes {
        after = changed(&after, change)?;
    }
    let mark = text.get(..text.len() - body.len()).unwrap_or_default();
    Ok(edits_between(text, &format!("{mark}{after}")))
}

/// A JSON text with one change made.
fn changed(text: &str, change: &SettingsChange) -> Result<String, String> {
    if let SettingsChange::Set { path, value } = change
        && let Some(changed) = on_one_line(text, path, value)
    {
        return Ok(changed);
    }
    let root = CstRootNode::parse(text, &ParseOptions::default()).map_err(|error| error.to_string())?;
    let top = root.object_value().ok_or("it is no JSON object")?;
    match change {
        SettingsChange::Set { path, value } => set(&top, path, value)?,
        SettingsChange::Include { path, item } => include(&top, path, item)?,
    }
    Ok(root.to_string())
}

/// A member added to an object that stands on one line, which the library would break: `{"convex":"1","react":"19"}`.
fn on_one_line(text: &str, path: &[String], value: &str) -> Option<String> {
    let (key, folders) = path.split_last()?;
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default()).ok()?;
    let mut object = parsed.value.as_ref()?.as_object()?;
    for folder in folders {
        object = object.get_object(folder)?;
    }
    let slice = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    if object.get(key).is_some() || slice(object.range.start, object.range.end).contains('\n') {
        return None;
    }
    let first = object.properties.first()?;
    let names: Vec<&str> = object.properties.iter().map(|property| property.name.as_str()).collect();
    let index = place_for(&names, key, folders.last().is_some_and(|name| is_section(name)));
    // `": "` and `", "` as the neighbours have them.
    let colon = slice(first.name.range().end, first.value.range().start);
    let comma = match object.properties.get(1) {
        Some(second) => slice(first.range.end, second.range.start).to_owned(),
        None if colon.ends_with(' ') => ", ".to_owned(),
        None => ",".to_owned(),
    };
    let member = format!("{}{colon}{}", quoted(key), quoted(value));
    let (at, member) = match object.properties.get(index) {
        Some(next) => (next.range.start, format!("{member}{comma}")),
        None => (object.properties.last()?.range.end, format!("{comma}{member}")),
    };
    Some(format!("{}{member}{}", slice(0, at), slice(at, text.len())))
}

/// Whether the members of a section of package.json are packages.
fn is_section(name: &str) -> bool {
    name == "dependencies" || name.ends_with("Dependencies")
}

/// Where a member belongs among the others: in its place where packages are sorted, else last; `dependencies` before what a package is
/// developed with.
fn place_for(names: &[&str], key: &str, are_packages: bool) -> usize {
    let found = match are_packages && names.is_sorted() {
        true => names.iter().position(|name| *name > key),
        false => names.iter().position(|name| key == "dependencies" && *name == "devDependencies"),
    };
    found.unwrap_or(names.len())
}

/// The object at `path`, made where it lacks.
fn object_at(top: &CstObject, path: &[String]) -> Result<CstObject, String> {
    let mut object = top.clone();
    for key in path {
        object = match last(&object, key) {
            Some(property) => property.object_value().ok_or_else(|| format!("`{key}` is no object"))?,
            None => insert(&object, key, CstInputValue::Object(Vec::new()))
                .and_then(|node| node.as_object_prop()?.object_value())
                .ok_or_else(|| format!("`{key}` could not be added"))?,
        };
    }
    Ok(object)
}

fn set(top: &CstObject, path: &[String], value: &str) -> Result<(), String> {
    let (key, folders) = path.split_last().ok_or("no key")?;
    let object = object_at(top, folders)?;
    match last(&object, key).and_then(|property| property.value()) {
        Some(CstNode::Leaf(jsonc_parser::cst::CstLeafNode::StringLit(text))) => text.set_raw_value(quoted(value)),
        Some(_) => return Err(format!("`{key}` is no text")),
        None => drop(insert(&object, key, value.into())),
    }
    Ok(())
}

fn include(top: &CstObject, path: &[String], item: &str) -> Result<(), String> {
    let (key, folders) = path.split_last().ok_or("no key")?;
    let object = object_at(top, folders)?;
    let Some(property) = last(&object, key) else {
        drop(insert(&object, key, CstInputValue::Array(vec![item.into()])));
        return Ok(());
    };
    let list: CstArray = property.array_value().ok_or_else(|| format!("`{key}` is no list"))?;
    let is_item = |node: &CstNode| {
        node.as_string_lit().and_then(|text| text.decoded_value().ok()).is_some_and(|text| text == item)
    };
    if !list.elements().iter().any(is_item) {
        list.append(item.into());
        // A line for each, where formatters would have it so; what stands around it on the line stays there.
        let is_open = object.to_string().contains('\n');
        let text = property.to_string();
        let depth = path.len() * 2;
        if is_open && !text.contains('\n') && depth + text.chars().count() > JSON_WIDTH {
            list.ensure_multiline();
        }
    }
    Ok(())
}

/// The member that counts where a key is there twice.
fn last(object: &CstObject, key: &str) -> Option<CstObjectProp> {
    object.properties().into_iter().rev().find(|property| property.decoded_name().as_deref() == Some(key))
}

/// Adds a member in its place.
fn insert(object: &CstObject, key: &str, value: CstInputValue) -> Option<CstNode> {
    let names: Vec<String> = object.properties().iter().filter_map(|property| property.decoded_name()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let around = object.parent().and_then(|parent| parent.as_object_prop()?.decoded_name());
    let index = place_for(&names, key, around.is_some_and(|name| is_section(&name)));
    Some(object.insert(index, key, value).into())
}

fn quoted(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}

/// `NAME=` at the end.
fn env(text: &str, changes: &[SettingsChange]) -> Vec<TextEdit> {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let lines: String = changes
        .iter()
        .filter_map(|change| match change {
            SettingsChange::Set { path, value } => Some(format!("{}={value}{end}", path.last()?)),
            SettingsChange::Include { .. } => None,
        })
        .collect();
    let before = if text.is_empty() || text.ends_with('\n') { "" } else { end };
    vec![TextEdit::insertion(text.len() as u32, format!("{before}{lines}"))]
}

/// `convex: ^1.30.0` of a catalog, with the quotes that it has.
fn yaml(text: &str, change: &SettingsChange) -> Result<TextEdit, String> {
    let SettingsChange::Set { path, value } = change else { return Err("a list of YAML is not changed".to_owned()) };
    let (range, _) = yaml_scalar(text, path).ok_or_else(|| format!("`{}` was not found", path.join(".")))?;
    let new = match range.slice(text).and_then(|written| written.chars().next()) {
        Some(quote @ ('"' | '\'')) => format!("{quote}{value}{quote}"),
        _ if needs_quotes(value) => format!("\"{value}\""),
        _ => value.clone(),
    };
    Ok(TextEdit::replacement(range, new))
}

/// Where the text at `path` of a YAML file is written, quotes included, and what it is.
pub(crate) fn yaml_scalar(text: &str, path: &[String]) -> Option<(TextRange, String)> {
    if text.lines().any(is_deep) {
        return None;
    }
    let documents = MarkedYaml::load_from_str(text).ok()?;
    let mut node = documents.first()?;
    for key in path {
        let mapping = node.data.as_mapping()?;
        node = mapping.iter().find(|(known, _)| known.data.as_str() == Some(key)).map(|(_, value)| value)?;
    }
    let value = node.data.as_str()?.to_owned();
    // Markers count characters; the span of a plain scalar takes in the comment after it.
    let start = text.char_indices().nth(node.span.start.index()).map_or(text.len(), |(at, _)| at);
    let written = text.get(start..)?;
    let length = match written.chars().next()? {
        // An anchor, a tag, a reference to one.
        '&' | '!' | '*' => return None,
        quote @ ('"' | '\'') => written.get(1..)?.find(quote)? + 2,
        _ => {
            let line = written.lines().next().unwrap_or_default();
            line.split_once(" #").map_or(line, |(scalar, _)| scalar).trim_end().len()
        }
    };
    Some((TextRange::new(start as u32, (start + length) as u32), value))
}

/// The library goes down a level of the stack with each level of nesting.
fn is_deep(line: &str) -> bool {
    let opens = line.bytes().filter(|byte| matches!(byte, b'[' | b'{' | b'-' | b'?' | b':')).count();
    let indent = line.len() - line.trim_start().len();
    opens > 200 || indent > 200
}

/// `>=1` would begin a folded text.
fn needs_quotes(value: &str) -> bool {
    !value.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '^' || c == '~')
}

#[cfg(test)]
mod tests {
    use super::*;
    use change::EditSet;

    fn set(path: &[&str], value: &str) -> SettingsChange {
        SettingsChange::Set { path: path.iter().map(|key| (*key).to_owned()).collect(), value: value.to_owned() }
    }

    fn include(path: &[&str], item: &str) -> SettingsChange {
        SettingsChange::Include { path: path.iter().map(|key| (*key).to_owned()).collect(), item: item.to_owned() }
    }

    #[track_caller]
    fn check(name: &str, before: &str, changes: &[SettingsChange], after: &str) {
        let edits = settings_edits(&RelPath::new(name).unwrap(), before, changes).unwrap();
        let mut all = EditSet::default();
        for edit in edits {
            all.push(edit).unwrap();
        }
        assert_eq!(all.apply(before).unwrap(), after);
    }

    const CLERK: [&str; 2] = ["dependencies", "@clerk/react"];

    #[test]
    fn a_dependency_goes_where_sorted_names_have_it() {
        check(
            "package.json",
            "{\n  \"dependencies\": {\n    \"@a/b\": \"1\",\n    \"convex\": \"^1.0.0\"\n  }\n}\n",
            &[set(&CLERK, "^6.18.0"), set(&["dependencies", "convex"], "^1.42.2")],
            "{\n  \"dependencies\": {\n    \"@a/b\": \"1\",\n    \"@clerk/react\": \"^6.18.0\",\n    \"convex\": \"^1.42.2\"\n  }\n}\n",
        );
        check(
            "package.json",
            "{\r\n\t\"dependencies\": {\r\n\t\t\"react\": \"1\",\r\n\t\t\"convex\": \"1\"\r\n\t}\r\n}",
            &[set(&CLERK, "^6.18.0")],
            "{\r\n\t\"dependencies\": {\r\n\t\t\"react\": \"1\",\r\n\t\t\"convex\": \"1\",\r\n\t\t\"@clerk/react\": \"^6.18.0\"\r\n\t}\r\n}",
        );
        check(
            "package.json",
            "{\n  \"dependencies\": {\n    \"convex\": \"1\"\n  }\n}\n",
            &[set(&CLERK, "^6.18.0")],
            "{\n  \"dependencies\": {\n    \"@clerk/react\": \"^6.18.0\",\n    \"convex\": \"1\"\n  }\n}\n",
        );
    }

    #[test]
    fn a_section_is_made() {
        check(
            "package.json",
            "\u{feff}{\n    \"name\": \"a\",\n    \"devDependencies\": {\n        \"vite\": \"7\"\n    }\n}\n",
            &[set(&CLERK, "^6.18.0")],
            "\u{feff}{\n    \"name\": \"a\",\n    \"dependencies\": {\n        \"@clerk/react\": \"^6.18.0\"\n    },\n    \"devDependencies\": {\n        \"vite\": \"7\"\n    }\n}\n",
        );
    }

    #[test]
    fn what_is_on_one_line_stays_there() {
        check(
            "package.json",
            "{\"name\":\"a\",\"dependencies\":{\"convex\":\"1\",\"react\":\"2\"}}\n",
            &[set(&CLERK, "^6.18.0")],
            "{\"name\":\"a\",\"dependencies\":{\"@clerk/react\":\"^6.18.0\",\"convex\":\"1\",\"react\":\"2\"}}\n",
        );
        check(
            "package.json",
            "{\n  \"dependencies\": { \"convex\": \"1\", \"aa\": \"2\" }\n}\n",
            &[set(&CLERK, "^6.18.0")],
            "{\n  \"dependencies\": { \"convex\": \"1\", \"aa\": \"2\", \"@clerk/react\": \"^6.18.0\" }\n}\n",
        );
    }

    #[test]
    fn types_gain_an_item_and_comments_stay() {
        let types = ["compilerOptions", "types"];
        check(
            "tsconfig.json",
            "{\n  /* a */\n  \"compilerOptions\": {\n    \"strict\": true, // b\n    \"types\": [\"vite/client\"], // c\n  },\n}\n",
            &[include(&types, "node")],
            "{\n  /* a */\n  \"compilerOptions\": {\n    \"strict\": true, // b\n    \"types\": [\"vite/client\", \"node\"], // c\n  },\n}\n",
        );
        check(
            "tsconfig.json",
            "{\n  \"compilerOptions\": {\n    /* a */\n    \"strict\": true, // b\n  },\n}\n",
            &[include(&types, "node")],
            "{\n  \"compilerOptions\": {\n    /* a */\n    \"strict\": true, // b\n    \"types\": [\"node\"],\n  },\n}\n",
        );
        check(
            "tsconfig.json",
            "{\"compilerOptions\":{\"types\":[\"node\"]}}",
            &[include(&types, "node")],
            "{\"compilerOptions\":{\"types\":[\"node\"]}}",
        );
    }

    #[test]
    fn a_list_that_grows_too_long_gets_a_line_for_each_item() {
        check(
            "turbo.json",
            "{\n  \"globalEnv\": [\"NEXT_PUBLIC_CONVEX_URL\"]\n}\n",
            &[
                include(&["globalEnv"], "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY"),
                include(&["globalEnv"], "CLERK_SECRET_KEY"),
            ],
            "{\n  \"globalEnv\": [\n    \"NEXT_PUBLIC_CONVEX_URL\",\n    \"NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY\",\n    \"CLERK_SECRET_KEY\"\n  ]\n}\n",
        );
    }

    #[test]
    fn a_list_in_an_object_on_one_line_stays_there() {
        check(
            "turbo.json",
            "{\n  \"tasks\": {\n    \"dev\": { \"cache\": false, \"passThroughEnv\": [\"NEXT_PUBLIC_CONVEX_URL\"] }\n  }\n}\n",
            &[include(&["tasks", "dev", "passThroughEnv"], "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY")],
            "{\n  \"tasks\": {\n    \"dev\": { \"cache\": false, \"passThroughEnv\": [\"NEXT_PUBLIC_CONVEX_URL\", \"NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY\"] }\n  }\n}\n",
        );
    }

    #[test]
    fn a_catalog_keeps_its_quotes() {
        check(
            "pnpm-workspace.yaml",
            "packages:\n  - apps/*\ncatalog:\n  é: 1 # é\n  convex: '^1.30.0' # c\n  react: 19\n",
            &[set(&["catalog", "convex"], "^1.42.2")],
            "packages:\n  - apps/*\ncatalog:\n  é: 1 # é\n  convex: '^1.42.2' # c\n  react: 19\n",
        );
        check(
            "pnpm-workspace.yaml",
            "catalogs:\n  a:\n    convex: ^1.30.0\n",
            &[set(&["catalogs", "a", "convex"], ">=1.42.2")],
            "catalogs:\n  a:\n    convex: \">=1.42.2\"\n",
        );
    }

    #[test]
    fn env_examples_gain_a_line() {
        check(".env.example", "A=\r\n", &[set(&["B"], "")], "A=\r\nB=\r\n");
        check(".env.example", "A=", &[set(&["B"], "")], "A=\nB=\n");
    }
}
