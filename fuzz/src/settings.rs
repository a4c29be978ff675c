//! Files that are no source, before and after: what they said they still say.

use serde_json::Value;

/// Panics where a file of settings lost something.
pub(crate) fn check(path: &str, before: Option<&str>, after: &str) {
    let Some(before) = before else { return };
    let name = path.rsplit('/').next().unwrap_or(path);
    if name.contains(".env") {
        let body = before.trim_end_matches(['\r', '\n']);
        assert!(after.starts_with(body), "{path} lost something:\n{after}");
    }
    if name.ends_with(".json")
        && let Ok(was) = serde_json::from_str::<Value>(before.trim_start_matches('\u{feff}'))
    {
        let is = serde_json::from_str(after.trim_start_matches('\u{feff}'));
        let is: Value = is.unwrap_or_else(|error| panic!("{path} is no JSON any more: {error}\n{after}"));
        assert!(holds(&is, &was, ""), "{path} lost something:\n{after}");
    }
}

/// Whether all of `old` is in `new`; ranges of packages may be raised.
fn holds(new: &Value, old: &Value, key: &str) -> bool {
    match (new, old) {
        (Value::Object(new), Value::Object(old)) => old.iter().all(|(name, old)| {
            let is_range = key.to_ascii_lowercase().ends_with("dependencies") || key.starts_with("catalog");
            new.get(name).is_some_and(|new| is_range || holds(new, old, name))
        }),
        (Value::Array(new), Value::Array(old)) => old.iter().all(|item| new.contains(item)),
        _ => new == old,
    }
}
