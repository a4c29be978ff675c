//! Files as they are made up, line by line: imports, declarations, and the style of an app in which they are written.

use std::collections::BTreeMap;

use arbitrary::{Result, Unstructured};

/// How an app is written.
#[derive(Clone, Debug)]
pub(crate) struct Style {
    pub(crate) is_single_quoted: bool,
    pub(crate) has_semicolons: bool,
    pub(crate) indent: &'static str,
    pub(crate) is_crlf: bool,
    pub(crate) has_mark: bool,
    pub(crate) ends_in_line: bool,
    pub(crate) is_typescript: bool,
}

impl Style {
    pub(crate) fn any(u: &mut Unstructured<'_>) -> Result<Self> {
        Ok(Self {
            is_single_quoted: u.arbitrary()?,
            has_semicolons: !u.ratio(1, 3)?,
            indent: u.choose(&["  ", "\t", "    "])?,
            is_crlf: u.ratio(1, 5)?,
            has_mark: u.ratio(1, 8)?,
            ends_in_line: !u.ratio(1, 8)?,
            is_typescript: !u.ratio(1, 5)?,
        })
    }

    /// A text in this style, which is written with two blanks, semicolons, and `"` in imports.
    fn written(&self, text: &str) -> String {
        let mut all = String::new();
        for line in text.lines() {
            let body = line.trim_start_matches("  ");
            let depth = (line.len() - body.len()) / 2;
            let is_kept = body.contains("keep-");
            let mut body = body.to_owned();
            if self.is_single_quoted && !is_kept && ["import ", "export "].iter().any(|start| body.starts_with(start)) {
                body = body.replace('"', "'");
            }
            if !self.has_semicolons && !is_kept {
                body = body.strip_suffix(';').map(str::to_owned).unwrap_or(body);
            }
            all.push_str(&self.indent.repeat(depth));
            all.push_str(&body);
            all.push_str(if self.is_crlf { "\r\n" } else { "\n" });
        }
        if !self.ends_in_line {
            all.truncate(all.trim_end().len());
        }
        if self.has_mark { format!("\u{feff}{all}") } else { all }
    }
}

/// What is imported from one module.
#[derive(Default)]
struct Import {
    default: Option<String>,
    namespace: Option<String>,
    /// As written: `A`, `A as B`.
    names: Vec<String>,
}

/// A source file that is being made.
#[derive(Default)]
pub(crate) struct Made {
    pub(crate) is_client: bool,
    imports: BTreeMap<String, Import>,
    /// Lines below the imports.
    pub(crate) lines: Vec<String>,
    /// The last lines: exports, or the call that renders.
    pub(crate) last: Vec<String>,
}

impl Made {
    pub(crate) fn import(&mut self, module: &str, name: &str) {
        let names = &mut self.imports.entry(module.to_owned()).or_default().names;
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }

    /// Imports the default export; what it is called here, which is `name` unless it has another already.
    pub(crate) fn import_default(&mut self, module: &str, name: &str) -> String {
        let import = self.imports.entry(module.to_owned()).or_default();
        import.default.get_or_insert_with(|| name.to_owned()).clone()
    }

    /// The same with all exports.
    pub(crate) fn import_all(&mut self, module: &str, name: &str) -> String {
        let import = self.imports.entry(module.to_owned()).or_default();
        import.namespace.get_or_insert_with(|| name.to_owned()).clone()
    }

    /// Whether it imports a thing by its name.
    pub(crate) fn imports(&self, module: &str, name: &str) -> bool {
        self.imports.get(module).is_some_and(|import| import.names.iter().any(|known| known == name))
    }

    /// Whether another module than `module` gives it something of that name.
    pub(crate) fn is_taken(&self, name: &str, module: &str) -> bool {
        let others = self.imports.iter().filter(|(other, _)| *other != module);
        let mut names = others.flat_map(|(_, import)| &import.names);
        let is_declared = self.lines.iter().any(|line| line.starts_with(&format!("const {name} =")));
        is_declared || names.any(|known| known.rsplit(' ').next() == Some(name))
    }

    pub(crate) fn text(&self, style: &Style) -> String {
        let mut text = String::new();
        if self.is_client {
            text.push_str("\"use client\";\n\n");
        }
        for (module, import) in &self.imports {
            let names = (!import.names.is_empty()).then(|| format!("{{ {} }}", import.names.join(", ")));
            let clauses: Vec<String> = import.default.iter().cloned().chain(names).collect();
            if !clauses.is_empty() {
                text.push_str(&format!("import {} from \"{module}\";\n", clauses.join(", ")));
            }
            if let Some(all) = &import.namespace {
                text.push_str(&format!("import * as {all} from \"{module}\";\n"));
            }
        }
        let is_barrel = self.lines.is_empty() && self.last.is_empty();
        if !is_barrel && !self.imports.is_empty() {
            text.push('\n');
        }
        for line in self.lines.iter().chain(&self.last) {
            text.push_str(line);
            text.push('\n');
        }
        style.written(&text)
    }
}
