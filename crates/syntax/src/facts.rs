//! What the graphs need of a file, so that its tree can be dropped.
//!
//! ```tsx
//! export function Providers({ children }: Props) {             // a function "Providers", exported
//!   return <Convex client={convex}>{children}</Convex>;        // an element: what its tag means, its attributes, its function
//! }
//! const convex = new ConvexReactClient(import.meta.env.VITE_CONVEX_URL);   // a call, and a read of the environment
//! ```

use std::hash::{Hash, Hasher};

use change::{ImportedName, TextRange};
use rustc_hash::FxHasher;

use crate::bindings::{Bindings, Imported};
use crate::collect::Collector;
use crate::flow::flow;
use crate::mentions::{Mentions, mentions};
use crate::parse::ParsedModule;
use crate::value::Flow;

/// The place of an element in [`FileFacts::elements`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JsxId(pub u32);

/// The place of a function or class in [`FileFacts::components`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ComponentId(pub u32);

/// What an expression refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// An export of another module.
    Imported(Imported),
    /// Something that this file declares, by its name.
    Local(String),
    /// A name that nothing here declares.
    Global(String),
    /// An HTML element.
    Html(String),
    /// `React.StrictMode` of a default import, `foo.Bar`: the last name.
    Member(String),
    /// Anything else.
    Other,
}

impl Reference {
    /// Whether it is the export `name` of one of `modules`, as a value.
    pub fn is(&self, modules: &[&str], name: &str) -> bool {
        matches!(self, Self::Imported(imported) if imported.is(modules, name))
    }
}

/// How a module is taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportKind {
    /// `import … from "m"`
    Static,
    /// `import("m")`
    Dynamic,
    /// `require("m")`
    Require,
}

/// A name that an import binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecifierFact {
    /// The name in this file.
    pub local: String,
    /// Which export it is.
    pub name: ImportedName,
    /// Whether it is a type only.
    pub type_only: bool,
}

/// A module that the file takes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportFact {
    /// The module specifier as written.
    pub module: String,
    /// How.
    pub kind: ImportKind,
    /// Where.
    pub range: TextRange,
    /// The names it binds.
    pub specifiers: Vec<SpecifierFact>,
}

/// What stands behind an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportSource {
    /// A name of this file.
    Local(String),
    /// An expression without a name: `export default memo(App)`.
    Expression,
    /// `export { a } from "m"`: an export of another module.
    From(String, ImportedName),
    /// `export * from "m"`.
    All(String),
}

/// A name that the file gives out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportFact {
    /// The name; `Namespace` for `export *`.
    pub name: ImportedName,
    /// What stands behind it.
    pub source: ExportSource,
    /// Where.
    pub range: TextRange,
    /// Whether it is a type only.
    pub type_only: bool,
}

/// A function or class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentFact {
    /// Its own name, or that of the variable it is the value of.
    pub name: Option<String>,
    /// Where.
    pub range: TextRange,
    /// The function or class around it.
    pub owner: Option<ComponentId>,
    /// Whether it is a class.
    pub is_class: bool,
}

/// What an attribute is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeValue {
    /// `a`
    True,
    /// `a="text"`
    Text(String),
    /// `a={name}`
    Reference(Reference),
    /// `a={<B/>}`
    Element(JsxId),
    /// Anything else.
    Other,
}

/// An attribute of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeFact {
    /// Its name; `None` for `{...spread}`.
    pub name: Option<String>,
    /// What it is set to.
    pub value: AttributeValue,
    /// Where.
    pub range: TextRange,
}

/// An element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsxFact {
    /// What its tag means.
    pub tag: Reference,
    /// The whole element.
    pub range: TextRange,
    /// Its opening tag.
    pub opening: TextRange,
    /// The name in its opening tag, and in its closing one if it has one.
    pub names: Vec<TextRange>,
    /// Its attributes.
    pub attributes: Vec<AttributeFact>,
    /// Whether it has a child other than white space and comments.
    pub has_children: bool,
    /// Whether it is rendered only if something holds: a branch of `? :`, `&&`, `||`, `??`, `if` or `switch` within its function.
    pub is_conditional: bool,
    /// The nearest element around it.
    pub parent: Option<JsxId>,
    /// The nearest function or class around it.
    pub owner: Option<ComponentId>,
}

/// An argument of `new`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// `"text"`
    Text(String),
    /// A name.
    Reference(Reference),
    /// `<A/>`
    Element(JsxId),
    /// A read of the environment, also through constants of this file, assertions, `??` and methods like `trim()`.
    Env(EnvFact),
    /// Anything else.
    Other,
}

/// `new Client(url)`. Calls are in [`Flow`]: of what is made with `new`, what the environment gives it counts as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFact {
    /// The class.
    pub callee: Reference,
    /// Where.
    pub range: TextRange,
    /// Its arguments.
    pub arguments: Vec<Argument>,
}

/// A read of an environment variable: `import.meta.env.NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvFact {
    /// `import.meta.env` or `process.env`.
    pub object: &'static str,
    /// The variable.
    pub name: String,
    /// Whether it was read as `object["NAME"]`.
    pub bracket: bool,
    /// Where.
    pub range: TextRange,
}

/// A use of an imported name as a value: not a tag, not called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueFact {
    /// What it is.
    pub imported: Imported,
    /// Where.
    pub range: TextRange,
}

/// What the graphs need of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileFacts {
    /// A hash of the text they were read from.
    pub hash: u64,
    /// `"use client"` and the like, without quotes.
    pub directives: Vec<String>,
    /// What it takes in.
    pub imports: Vec<ImportFact>,
    /// What it gives out.
    pub exports: Vec<ExportFact>,
    /// Its functions and classes, an outer one before those in it.
    pub components: Vec<ComponentFact>,
    /// Its elements, an outer one before those in it.
    pub elements: Vec<JsxFact>,
    /// What it makes with `new`.
    pub news: Vec<NewFact>,
    /// Imported names used as values.
    pub values: Vec<ValueFact>,
    /// Its reads of the environment.
    pub env: Vec<EnvFact>,
    /// What its expressions are.
    pub flow: Flow,
    /// What its code names.
    pub mentions: Mentions,
}

impl FileFacts {
    /// The element `id`.
    pub fn element(&self, id: JsxId) -> Option<&JsxFact> {
        self.elements.get(id.0 as usize)
    }

    /// The elements around `id`, the nearest first.
    pub fn ancestors(&self, id: JsxId) -> impl Iterator<Item = (JsxId, &JsxFact)> {
        let parent = move |id: JsxId| self.element(id).and_then(|element| element.parent);
        std::iter::successors(parent(id), move |id| parent(*id)).filter_map(|id| Some((id, self.element(id)?)))
    }

    /// Every element with its id.
    pub fn elements_with_ids(&self) -> impl Iterator<Item = (JsxId, &JsxFact)> {
        (0..).map(JsxId).zip(&self.elements)
    }

    /// The last import at the top of the file.
    pub fn last_import(&self) -> Option<&ImportFact> {
        let statics = self.imports.iter().filter(|import| import.kind == ImportKind::Static);
        statics.max_by_key(|import| import.range.start())
    }

    /// The hash by which facts are kept, within one build of the tool.
    pub fn content_hash(text: &str) -> u64 {
        let mut hasher = FxHasher::default();
        text.hash(&mut hasher);
        hasher.finish()
    }
}

/// Reads the facts of a file.
pub fn file_facts(module: &ParsedModule) -> FileFacts {
    let bindings = &Bindings::meanings(module);
    let mut facts = Collector::new(module, bindings).collect();
    facts.hash = FileFacts::content_hash(module.text());
    let elements: Vec<TextRange> = facts.elements.iter().map(|element| element.range).collect();
    facts.flow = flow(module, bindings, &elements);
    facts.mentions = mentions(module, bindings);
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::tests::parsed;

    fn facts(text: &str) -> FileFacts {
        parsed("a.tsx", text, |module| file_facts(&module))
    }

    #[test]
    fn elements_know_their_parents_functions_and_attributes() {
        let facts = facts(
            "import { P as Q } from 'm';\nexport const App = () => <main>{x && <Q client={c} {...rest} a><b/></Q>} <Q/></main>;\n",
        );
        let provider = &facts.elements[1];
        assert!(provider.tag.is(&["m"], "P") && provider.has_children);
        assert_eq!((provider.parent, provider.owner), (Some(JsxId(0)), Some(ComponentId(0))));
        assert_eq!(facts.components[0].name.as_deref(), Some("App"));
        let attributes: Vec<_> = provider.attributes.iter().map(|attribute| attribute.name.as_deref()).collect();
        assert_eq!(attributes, [Some("client"), None, Some("a")]);
        assert_eq!(provider.attributes[0].value, AttributeValue::Reference(Reference::Global("c".to_owned())));
        assert!(!facts.elements[3].has_children);
        assert_eq!(facts.ancestors(JsxId(2)).map(|(id, _)| id).collect::<Vec<_>>(), [JsxId(1), JsxId(0)]);
    }

    #[test]
    fn the_environment_is_followed_through_constants() {
        let facts = facts(
            "const url = (import.meta.env.VITE_URL as string) ?? 'x';\nconst c = new Client(url!);\nconst { A: b } = process.env;\nprocess.env['B'];\nfunction f(process) { process.env.C }\n",
        );
        let Argument::Env(env) = &facts.news[0].arguments[0] else { panic!("{:?}", facts.news) };
        assert_eq!((env.object, &*env.name, env.bracket), ("import.meta.env", "VITE_URL", false));
        let names: Vec<_> = facts.env.iter().map(|env| (&*env.name, env.bracket)).collect();
        assert_eq!(names, [("VITE_URL", false), ("A", false), ("B", true)]);
    }

    #[test]
    fn the_environment_is_followed_through_defaults_and_methods() {
        for url in [
            "(import.meta.env.X as string | undefined)?.trim() || 'x'",
            "import.meta.env.X.replace(/a/, 'b')",
            "import.meta.env?.X",
            "`${import.meta.env.X}`",
            "ok ? import.meta.env.X : 'x'",
            "String(import.meta.env.X)",
        ] {
            let facts = facts(&format!("new Client({url});"));
            let call = facts.news.first().unwrap();
            assert!(matches!(&call.arguments[0], Argument::Env(env) if env.name == "X"), "{url}: {:?}", call.arguments);
        }
    }

    #[test]
    fn branches_are_conditional() {
        for (text, expected) in [
            ("f(<A/>)", false),
            ("a ? <A/> : null", true),
            ("a && <A/>", true),
            ("function f() { if (a) return <A/>; }", true),
            ("function f() { if (a) return null; return <A/>; }", false),
            ("if (a) { g = () => <A/>; }", false),
            ("<b>{a ? <i/> : null}<A/></b>", false),
        ] {
            let facts = facts(text);
            let element =
                facts.elements.iter().find(|element| element.tag == Reference::Global("A".to_owned())).unwrap();
            assert_eq!(element.is_conditional, expected, "{text}");
        }
    }

    #[test]
    fn exports_and_imports() {
        let facts = facts(
            "'use client';\nimport d, { type T } from 'm';\nexport * from './a';\nexport { x as y, default as z } from './b';\nexport default memo(App);\nexport const { p, q: [r] } = s;\nexport { d as default2 };\nlazy(() => import('./c'));\nconst e = require('n');\n",
        );
        assert_eq!(facts.directives, ["use client"]);
        let named = |name: &str| ImportedName::Named(name.to_owned());
        let exports: Vec<_> = facts.exports.iter().map(|export| (export.name.clone(), export.source.clone())).collect();
        assert_eq!(
            exports,
            [
                (ImportedName::Namespace, ExportSource::All("./a".to_owned())),
                (named("y"), ExportSource::From("./b".to_owned(), named("x"))),
                (named("z"), ExportSource::From("./b".to_owned(), ImportedName::Default)),
                (ImportedName::Default, ExportSource::Expression),
                (named("p"), ExportSource::Local("p".to_owned())),
                (named("r"), ExportSource::Local("r".to_owned())),
                (named("default2"), ExportSource::Local("d".to_owned())),
            ]
        );
        let imports: Vec<_> = facts.imports.iter().map(|import| (&*import.module, import.kind)).collect();
        assert_eq!(imports, [("m", ImportKind::Static), ("./c", ImportKind::Dynamic), ("n", ImportKind::Require)]);
        assert!(facts.imports[0].specifiers[1].type_only);
    }

    #[test]
    fn values_are_uses_that_are_neither_tags_nor_callees() {
        let facts = facts("import { P, f } from 'm';\nnew f(<P/>, P, [P]);\nlet x: typeof P;\nconst o = { P };\n");
        assert_eq!(facts.values.len(), 3, "{:?}", facts.values);
        assert!(facts.news[0].callee.is(&["m"], "f"));
        assert_eq!(facts.news[0].arguments[0], Argument::Element(JsxId(0)));
    }
}
