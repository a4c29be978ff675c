//! What is configured under `convexClerk`.

use migrate::{GateMode, Options};
use serde::Deserialize;
use serde_json::Value;

/// The section that is asked for.
pub(crate) const SECTION: &str = "convexClerk";

/// What is configured for a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Settings {
    /// Whether a plain provider has a diagnostic, not only an action.
    pub(crate) suggest_migration: bool,
    gate: Option<Gate>,
    issuer_env: Option<String>,
    publishable_key_env: Option<String>,
    framework: Option<String>,
    /// What stands there and is no framework.
    pub(crate) unknown: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Gate {
    Auto,
    Root,
    None,
}

impl Settings {
    /// Reads what a client has. What is not as it should be leaves everything as it is without configuration.
    pub(crate) fn read(value: &Value) -> Self {
        // A client may give what it has under the section's name, or all that it has.
        let own = value.get(SECTION).unwrap_or(value);
        let text =
            |name: &str| own.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        let is_known = |name: &String| migrate::framework_ids().contains(&name.as_str());
        let gate = own.get("gate").cloned().and_then(|gate| serde_json::from_value(gate).ok());
        Self {
            suggest_migration: own.get("suggestMigration") == Some(&Value::Bool(true)),
            gate,
            issuer_env: text("issuerEnv"),
            publishable_key_env: text("publishableKeyEnv"),
            framework: text("framework").filter(is_known),
            unknown: text("framework").filter(|name| !is_known(name)),
        }
    }

    /// What a plan is asked for. Gates are planned for apps on Clerk too, where they cure what `doctor` finds.
    pub(crate) fn options(&self) -> Options {
        let gate = match self.gate {
            Some(Gate::Root) => GateMode::Root,
            Some(Gate::None) => GateMode::None,
            Some(Gate::Auto) | None => GateMode::Auto,
        };
        Options {
            framework: self.framework.clone(),
            issuer_env: self.issuer_env.clone(),
            publishable_key_env: self.publishable_key_env.clone(),
            gate: Some(gate),
            ..Options::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_wrong_is_as_if_it_were_not_there() {
        let all = json!({ "suggestMigration": true, "gate": "none", "issuerEnv": "A" });
        let read = Settings::read(&json!({ "convexClerk": all.clone() }));
        assert_eq!(read, Settings::read(&all));
        assert!(read.suggest_migration);
        assert_eq!((read.options().gate, read.options().issuer_env.as_deref()), (Some(GateMode::None), Some("A")));
        for wrong in [json!(null), json!([1]), json!({ "gate": 3, "suggestMigration": "yes", "issuerEnv": "" })] {
            assert_eq!(Settings::read(&wrong), Settings::default(), "{wrong}");
        }
    }
}
