//! Settings files: which names count, and what one of them says for one source file.
//!
//! The caller walks from the source file's folder upwards, a kind of file at a time. Prettier and Biome are read from the nearest
//! file that says anything; EditorConfig files add up, nearer ones [`over`](StyleSettings::over) farther ones. [`Read::stop`] says
//! where the walk for that kind ends. The results go into [`combine`](super::combine).
//!
//! ```
//! # use syntax::style::{read_settings, settings_file};
//! let kind = settings_file(".prettierrc").expect("a settings file");
//! let read = read_settings(&kind, "semi: false", "src/main.ts")?.expect("it names an option");
//! assert_eq!(read.settings.semicolons, Some(false));
//! # Ok::<(), syntax::style::SettingsError>(())
//! ```

use super::value::{options, parse};
use super::{Format, SettingsError, StyleSettings, biome, editorconfig, prettier};
use serde_json::Value;

/// A kind of file with settings in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsFile {
    /// A file with Prettier's options.
    Prettier(Format),
    /// `package.json`, which may have a `prettier` key.
    PackageJson,
    /// `package.yaml`, likewise.
    PackageYaml,
    /// Biome's configuration.
    Biome,
    /// `.editorconfig`
    EditorConfig,
    /// Prettier's configuration as code, which would have to be run: it is there, and what it says isn't known.
    Opaque,
}

/// What a settings file says for one source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// What it names.
    pub settings: StyleSettings,
    /// Whether files of the same kind further up don't count: always for Prettier, for EditorConfig with `root = true`, for Biome
    /// unless it extends the repository's root configuration (`"extends": "//"`).
    pub stop: bool,
    /// What the user should know: something is there that was not followed.
    pub notes: Vec<String>,
}

/// What kind of settings file a name means, without its folder.
///
/// Where one folder has several for Prettier, Prettier takes `package.json`, `package.yaml`, `.prettierrc`, then the other
/// `.prettierrc.*`.
pub fn settings_file(file_name: &str) -> Option<SettingsFile> {
    let code = |extension| matches!(extension, "js" | "cjs" | "mjs" | "ts" | "cts" | "mts");
    Some(match file_name {
        ".prettierrc" => SettingsFile::Prettier(Format::JsonOrYaml),
        ".prettierrc.json" | ".prettierrc.json5" => SettingsFile::Prettier(Format::Json),
        ".prettierrc.yaml" | ".prettierrc.yml" => SettingsFile::Prettier(Format::Yaml),
        ".prettierrc.toml" => SettingsFile::Prettier(Format::Toml),
        "package.json" => SettingsFile::PackageJson,
        "package.yaml" => SettingsFile::PackageYaml,
        "biome.json" | "biome.jsonc" | ".biome.json" | ".biome.jsonc" => SettingsFile::Biome,
        ".editorconfig" => SettingsFile::EditorConfig,
        _ => {
            let extension =
                file_name.strip_prefix("prettier.config.").or_else(|| file_name.strip_prefix(".prettierrc."))?;
            return code(extension).then_some(SettingsFile::Opaque);
        }
    })
}

/// What the settings file with this `text` says for the source file `file`, its path from the settings file's folder on, with `/`.
///
/// `None` where it says nothing on formatting: a `package.json` without a `prettier` key, a Biome that doesn't format the file.
///
/// # Errors
/// A [`SettingsError`] where the text isn't in its language, or isn't options.
pub fn read_settings(kind: &SettingsFile, text: &str, file: &str) -> Result<Option<Read>, SettingsError> {
    match kind {
        SettingsFile::Prettier(format) => prettier::read(parse(*format, text)?, file).map(Some),
        SettingsFile::PackageJson => read_package(parse(Format::Json, text)?, file),
        SettingsFile::PackageYaml => read_package(parse(Format::Yaml, text)?, file),
        SettingsFile::Biome => Ok(biome::read(&options(parse(Format::Json, text)?)?, file)),
        SettingsFile::EditorConfig => editorconfig::read(text, file).map(Some),
        SettingsFile::Opaque => {
            Ok(Some(prettier::unreadable("Prettier's configuration is code, which is not run".to_owned())))
        }
    }
}

fn read_package(manifest: Value, file: &str) -> Result<Option<Read>, SettingsError> {
    match options(manifest)?.remove("prettier") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => prettier::read(value, file).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::super::combine;
    use super::*;

    #[test]
    fn names_of_settings_files() {
        for (name, expected) in [
            (".prettierrc", Some(SettingsFile::Prettier(Format::JsonOrYaml))),
            (".prettierrc.json", Some(SettingsFile::Prettier(Format::Json))),
            (".prettierrc.json5", Some(SettingsFile::Prettier(Format::Json))),
            (".prettierrc.yaml", Some(SettingsFile::Prettier(Format::Yaml))),
            (".prettierrc.yml", Some(SettingsFile::Prettier(Format::Yaml))),
            (".prettierrc.toml", Some(SettingsFile::Prettier(Format::Toml))),
            ("package.json", Some(SettingsFile::PackageJson)),
            ("package.yaml", Some(SettingsFile::PackageYaml)),
            ("biome.json", Some(SettingsFile::Biome)),
            ("biome.jsonc", Some(SettingsFile::Biome)),
            (".biome.jsonc", Some(SettingsFile::Biome)),
            (".editorconfig", Some(SettingsFile::EditorConfig)),
            (".prettierignore", None),
            (".prettierrc.", None),
            (".prettierrc.md", None),
            ("prettier.config", None),
            ("prettier.config.json", None),
            ("tsconfig.json", None),
            ("src/package.json", None),
            ("", None),
        ] {
            assert_eq!(settings_file(name), expected, "{name}");
        }
        for extension in ["js", "cjs", "mjs", "ts", "cts", "mts"] {
            for stem in ["prettier.config", ".prettierrc"] {
                assert_eq!(settings_file(&format!("{stem}.{extension}")), Some(SettingsFile::Opaque));
            }
        }
    }

    #[track_caller]
    fn check_semicolons(name: &str, text: &str, expected: Option<bool>) {
        let read = read_settings(&settings_file(name).unwrap(), text, "src/a.ts").unwrap().unwrap();
        assert_eq!(read.settings.semicolons, expected, "{name}: {text}");
    }

    #[test]
    fn each_kind_goes_to_its_reader() {
        check_semicolons(".prettierrc", "semi: false", Some(false));
        check_semicolons(".prettierrc", "{ \"semi\": false }", Some(false));
        check_semicolons(".prettierrc", "", None);
        check_semicolons(".prettierrc.json5", "{ semi: false }", Some(false));
        check_semicolons(
            ".prettierrc.yml",
            "overrides:\n  - files: '*.ts'\n    options:\n      semi: false\n",
            Some(false),
        );
        check_semicolons(
            ".prettierrc.toml",
            "semi = true\n[[overrides]]\nfiles = 'src/**'\noptions.semi = false",
            Some(false),
        );
        check_semicolons("package.json", r#"{ "prettier": { "semi": false } }"#, Some(false));
        check_semicolons("package.yaml", "prettier:\n  semi: false\n", Some(false));
        check_semicolons(
            "biome.json",
            r#"{ "javascript": { "formatter": { "semicolons": "asNeeded" } } }"#,
            Some(false),
        );
        check_semicolons(".editorconfig", "[*]\nindent_size = 2", None);
        check_semicolons("prettier.config.mjs", "export default { semi: false }", None);
    }

    #[test]
    fn files_that_say_nothing_on_formatting() {
        for (name, text) in [
            ("package.json", "{ \"name\": \"x\" }"),
            ("package.json", "{ \"prettier\": null }"),
            ("package.yaml", "name: x"),
            ("biome.json", "{ \"formatter\": { \"enabled\": false } } // off"),
        ] {
            assert_eq!(read_settings(&settings_file(name).unwrap(), text, "a.ts"), Ok(None), "{name}: {text}");
        }
    }

    #[test]
    fn broken_files_are_errors() {
        for (name, text, start) in [
            (".prettierrc", "semi: [", "invalid YAML at "),
            (".prettierrc", "{ semi: ", "invalid JSON at 1:"),
            (".prettierrc", "- semi", "expected options, found a list"),
            (".prettierrc.toml", "semi", "invalid TOML at 1:5: "),
            ("package.json", "{ \"prettier\": { }", "invalid JSON at 1:"),
            ("package.json", "{ \"prettier\": true }", "expected options, found a truth value"),
            ("package.json", "[]", "expected options, found a list"),
            ("biome.json", "1", "expected options, found a number"),
            (".editorconfig", "[*", "invalid EditorConfig line 1"),
        ] {
            let error = read_settings(&settings_file(name).unwrap(), text, "a.ts").unwrap_err().to_string();
            assert!(error.starts_with(start), "{name}: {error}");
        }
    }

    #[test]
    fn options_that_are_out_of_sight_leave_no_defaults() {
        for (name, text) in [
            ("prettier.config.js", "module.exports = {}"),
            ("package.json", "{ \"prettier\": \"@company/prettier-config\" }"),
            (".prettierrc.json", "\"@company/prettier-config\""),
        ] {
            let read = read_settings(&settings_file(name).unwrap(), text, "a.ts").unwrap().unwrap();
            assert_eq!((read.notes.len(), read.stop), (1, true), "{name}");
            assert_eq!(combine(Some(read.settings), None, None), StyleSettings::default(), "{name}");
        }
    }
}
