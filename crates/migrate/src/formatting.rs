//! The style of each file: what the project's formatter is told, else what the file shows.
//!
//! Prettier's and Biome's settings are looked for from the file's folder up to the base, the nearest wins; EditorConfig's files add up.

use change::{Finding, Location, RelPath, Severity};
use syntax::style::{
    PRETTIER_BESIDE_BIOME, Read, SettingsFile, Style, StyleSettings, combine, read_settings, settings_file,
};
use syntax::{ParsedModule, evidence_of};

use crate::workspace::{Workspace, folders_up, join};

/// What a project's settings say of one file, and what is worth saying about them.
#[derive(Debug, Default)]
pub(crate) struct Formatting {
    pub(crate) settings: StyleSettings,
    pub(crate) notes: Vec<Finding>,
}

/// The names under which settings are looked for, in Prettier's order of precedence; then Biome's and EditorConfig's.
const NAMES: &[&str] = &[
    "package.json",
    "package.yaml",
    ".prettierrc",
    ".prettierrc.json",
    ".prettierrc.yaml",
    ".prettierrc.yml",
    ".prettierrc.json5",
    ".prettierrc.js",
    "prettier.config.js",
    ".prettierrc.ts",
    "prettier.config.ts",
    ".prettierrc.mjs",
    "prettier.config.mjs",
    ".prettierrc.mts",
    "prettier.config.mts",
    ".prettierrc.cjs",
    "prettier.config.cjs",
    ".prettierrc.toml",
    "biome.json",
    "biome.jsonc",
    ".editorconfig",
];

/// Reads the settings for `file`.
pub(crate) fn formatting(workspace: &Workspace, file: &RelPath) -> Formatting {
    let mut walk =
        Walk { workspace, file, result: Formatting::default(), prettier: None, biome: None, editorconfig: None };
    for folder in folders_up(file.folder()) {
        for name in NAMES {
            walk.look_at(folder, name);
        }
    }
    let Walk { mut result, prettier, biome, editorconfig, .. } = walk;
    if let (Some(_), Some((at, _))) = (&prettier, &biome) {
        result.note(at, PRETTIER_BESIDE_BIOME);
    }
    let settings = |found: Option<(RelPath, Read)>| found.map(|(_, read)| read.settings);
    result.settings = combine(settings(prettier), settings(biome), settings(editorconfig));
    result
}

/// The way up from a file, with what was found of each formatter so far.
struct Walk<'a> {
    workspace: &'a Workspace,
    file: &'a RelPath,
    result: Formatting,
    prettier: Option<(RelPath, Read)>,
    biome: Option<(RelPath, Read)>,
    editorconfig: Option<(RelPath, Read)>,
}

impl Walk<'_> {
    fn look_at(&mut self, folder: &str, name: &str) {
        let (Some(kind), Some(path)) = (settings_file(name), join(folder, name)) else { return };
        let known = match kind {
            SettingsFile::EditorConfig => &self.editorconfig,
            SettingsFile::Biome => &self.biome,
            _ => &self.prettier,
        };
        if known.as_ref().is_some_and(|(_, read)| read.stop) {
            return;
        }
        let Some(text) = self.workspace.text(&path) else { return };
        let below = self.file.as_str().strip_prefix(folder).unwrap_or_default().trim_start_matches('/');
        match read_settings(&kind, &text, below) {
            Ok(Some(read)) => self.take(&kind, path, read),
            Ok(None) => {}
            // A broken package.json has a finding of its own.
            Err(_) if matches!(kind, SettingsFile::PackageJson) => {}
            Err(error) => self.result.note(&path, &format!("these settings can't be read: {error}")),
        }
    }

    /// What is nearer to the file wins.
    fn take(&mut self, kind: &SettingsFile, path: RelPath, read: Read) {
        for note in &read.notes {
            self.result.note(&path, note);
        }
        let slot = match kind {
            SettingsFile::EditorConfig => &mut self.editorconfig,
            SettingsFile::Biome => &mut self.biome,
            _ => &mut self.prettier,
        };
        *slot = Some(match slot.take() {
            Some((nearest, nearer)) => {
                let settings = nearer.settings.over(read.settings);
                (nearest, Read { settings, stop: read.stop, notes: Vec::new() })
            }
            None => (path, read),
        });
    }
}

impl Formatting {
    /// The style of a file of the project.
    pub(crate) fn style(&self, module: &ParsedModule) -> Style {
        Style::decide(&self.settings, &evidence_of(module), module.text())
    }

    /// The style of a new file beside `module`.
    pub(crate) fn style_of_new(&self, module: &ParsedModule) -> Style {
        Style::decide_new(&self.settings, &evidence_of(module), module.text())
    }

    fn note(&mut self, path: &RelPath, message: &str) {
        let mut finding = Finding::new("style-settings", Severity::Note, message);
        finding.location = Some(Location::file(path.clone()));
        self.notes.push(finding);
    }
}
