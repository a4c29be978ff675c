//! How a component gets from its file to another: exports, barrels that rename, imports under other names.

use arbitrary::Result;

use crate::tree::Maker;

/// How a file gives something away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Exported {
    /// `export default`
    Default,
    /// By a name.
    Named(String),
}

impl Exported {
    fn name(&self) -> &str {
        match self {
            Self::Default => "default",
            Self::Named(name) => name,
        }
    }
}

impl Maker<'_, '_> {
    /// A way to export `name`: what stands before its declaration, and lines at the end.
    pub(crate) fn export(&mut self, name: &str, is_function: bool) -> Result<(Exported, &'static str, Vec<String>)> {
        let named = || Exported::Named(name.to_owned());
        Ok(match self.u.int_in_range(0..=4)? {
            0 => (named(), "export ", Vec::new()),
            1 if is_function => (Exported::Default, "export default ", Vec::new()),
            1 | 2 => (Exported::Default, "", vec![format!("export default {name};")]),
            3 => (named(), "", vec![format!("export {{ {name} }};")]),
            _ => {
                let other = self.fresh("Exported");
                (Exported::Named(other.clone()), "", vec![format!("export {{ {name} as {other} }};")])
            }
        })
    }

    /// Imports what a file exports into another, perhaps by way of barrels. The name of its tag there.
    pub(crate) fn import(&mut self, from: &str, exported: &Exported, into: &str) -> Result<String> {
        let (mut from, mut exported) = (from.to_owned(), exported.clone());
        for _ in 0..self.u.int_in_range(0..=5)?.max(3) - 3 {
            (from, exported) = self.barrel(&from, &exported)?;
        }
        let module = self.module(&from, into)?;
        let way = self.u.int_in_range(0..=4)?;
        let fresh = self.fresh("Part");
        let made = self.file(into);
        Ok(match (way, &exported) {
            (0, _) => {
                made.import(&module, &format!("{} as {fresh}", exported.name()));
                fresh
            }
            (1, Exported::Named(name)) => {
                let all = made.import_all(&module, &format!("All{fresh}"));
                format!("{all}.{name}")
            }
            (_, Exported::Named(name)) if made.is_taken(name, &module) => {
                made.import(&module, &format!("{name} as {fresh}"));
                fresh
            }
            (_, Exported::Named(name)) => {
                made.import(&module, name);
                name.clone()
            }
            (_, Exported::Default) => made.import_default(&module, &fresh),
        })
    }

    /// A file that hands on what another exports.
    pub(crate) fn barrel(&mut self, from: &str, exported: &Exported) -> Result<(String, Exported)> {
        let stem = self.fresh("barrel");
        let is_folder = self.u.ratio(1, 3)?;
        let ending = if self.style.is_typescript { "ts" } else { "js" };
        let path = self.path(&if is_folder { format!("{stem}/index.{ending}") } else { format!("{stem}.{ending}") });
        let module = self.module(from, &path)?;
        let other = self.fresh("Handed");
        let name = exported.name();
        let way = self.u.int_in_range(0..=4)?;
        let made = self.file(&path);
        let exported = match (way, exported) {
            (0, Exported::Named(_)) => {
                made.lines.push(format!("export * from \"{module}\";"));
                exported.clone()
            }
            (1, _) => {
                made.import(&module, &format!("{name} as {other}"));
                made.last.push(format!("export {{ {other} }};"));
                Exported::Named(other)
            }
            (2, _) => {
                made.lines.push(format!("export {{ {name} as default }} from \"{module}\";"));
                Exported::Default
            }
            _ => {
                made.lines.push(format!("export {{ {name} as {other} }} from \"{module}\";"));
                Exported::Named(other)
            }
        };
        Ok((path, exported))
    }

    /// How one file names another.
    fn module(&mut self, to: &str, from: &str) -> Result<String> {
        let stem = to.rsplit_once('.').map_or(to, |(stem, _)| stem);
        let stem = stem.strip_suffix("/index").unwrap_or(stem).to_owned();
        let source = self.path("");
        if self.u.ratio(1, 5)?
            && let Some(below) = stem.strip_prefix(&source)
        {
            return Ok(format!("@/{below}"));
        }
        let folders = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
        let (mut from, to) = (folders(from), folders(&stem));
        from.pop();
        let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count().min(to.len() - 1);
        let up = "../".repeat(from.len() - shared);
        let start = if up.is_empty() { "./".to_owned() } else { up };
        Ok(format!("{start}{}", to[shared..].join("/")))
    }
}
