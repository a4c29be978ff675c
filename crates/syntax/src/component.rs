//! A prop that a component has to read: from its parameter, or from a hook that gives the same.
//!
//! ```tsx
//! export default function App() {…}                                  // App({ loaderData }: Route.ComponentProps)
//! export default function App(props: Route.ComponentProps) {…}       // props.loaderData
//! const { theme } = useLoaderData<typeof loader>();                  // const loaderData = …; const { theme } = loaderData;
//! ```

use change::{EditSet, TextEdit, TextRange};
use swc_ecma_ast::{Callee, Expr, Pat, VarDeclarator};
use swc_ecma_visit::{Visit, VisitWith};

use crate::bindings::{Bindings, Meaning, unwrapped};
use crate::functions::{FunctionFact, ParameterFact};
use crate::parse::ParsedModule;
use crate::snippet::restyled;
use crate::style::Style;

/// A prop, and how a component comes by it.
#[derive(Clone, Copy, Debug)]
pub struct WantedProp<'a> {
    /// Its name.
    pub name: &'a str,
    /// What a component gets that has neither a parameter nor the hook.
    pub adds: Adds<'a>,
    /// The hook that gives the same value: its module and name.
    pub hook: (&'a str, &'a str),
}

/// How a component is made to read a prop.
#[derive(Clone, Copy, Debug)]
pub enum Adds<'a> {
    /// By a parameter, of this type if there is to be one.
    Parameter(Option<&'a str>),
    /// By the hook.
    Hook,
}

/// A prop that is there.
#[derive(Debug)]
pub struct ReadProp {
    /// The expression that reads it: names with dots between.
    pub path: String,
    /// What makes it readable.
    pub edits: EditSet,
    /// Whether the type was written.
    pub is_typed: bool,
    /// Whether the hook was.
    pub is_hooked: bool,
}

/// How `function`, a component, reads a prop; `None` where it takes its parameter in a form that can't be extended.
pub fn read_prop(
    module: &ParsedModule,
    bindings: &Bindings,
    style: &Style,
    function: &FunctionFact,
    wanted: WantedProp<'_>,
) -> Option<ReadProp> {
    let reader = Reader { module, bindings, style, function, wanted };
    // A type of another kind knows nothing of the prop: the hook gives it whatever the props are said to be.
    let has_it = |first: &ParameterFact| {
        let names = first.pattern.as_ref().map(|(_, names)| names);
        names.is_some_and(|names| names.iter().any(|bound| bound.name == wanted.name))
    };
    let is_other = |first: &ParameterFact| match (wanted.adds, first.types) {
        _ if has_it(first) => false,
        (Adds::Parameter(Some(types)), Some(own)) => own.slice(module.text()) != Some(types),
        (Adds::Parameter(Some(_)), None) => first.pattern.is_some() && function.is_typed_outside,
        _ => false,
    };
    if function.is_typed_outside && function.parameters.is_empty() || function.parameters.first().is_some_and(is_other)
    {
        return reader.hook().or_else(|| reader.hooked());
    }
    match function.parameters.first() {
        Some(first) => match (&first.pattern, &first.name) {
            (_, Some(name)) => Some(ReadProp::there(format!("{name}.{}", wanted.name))),
            (Some(_), None) => reader.pattern(),
            (None, None) => None,
        },
        None => reader.hook().or_else(|| reader.parameter()),
    }
}

impl ReadProp {
    fn there(path: String) -> Self {
        Self { path, edits: EditSet::default(), is_typed: false, is_hooked: false }
    }
}

struct Reader<'a> {
    module: &'a ParsedModule,
    bindings: &'a Bindings,
    style: &'a Style,
    function: &'a FunctionFact,
    wanted: WantedProp<'a>,
}

impl Reader<'_> {
    fn slice(&self, range: TextRange) -> &str {
        range.slice(self.module.text()).unwrap_or_default()
    }

    /// What a pattern has already, or gets.
    fn pattern(&self) -> Option<ReadProp> {
        let (members, names) = self.function.parameters.first()?.pattern.as_ref()?;
        let name = self.wanted.name;
        let index = names.iter().position(|bound| bound.name == name);
        if let Some(bound) = index.and_then(|index| names.get(index)) {
            if let Some(local) = &bound.local {
                return Some(ReadProp::there(local.clone()));
            }
            // `{ loaderData: { convexUrl } }`
            let statement = format!("const {} = {name};", self.slice(bound.value?));
            let mut edits = self.first_statement(&statement, false)?;
            edits.push(self.reprinted(index, false)?).ok()?;
            return Some(ReadProp { path: name.to_owned(), edits, is_typed: false, is_hooked: false });
        }
        if let Some(rest) = names.iter().find(|bound| bound.is_rest) {
            return rest.local.as_ref().map(|rest| ReadProp::there(format!("{rest}.{name}")));
        }
        if self.bindings.is_spelled(name) || self.module.has_comment_in(members.range) {
            return None;
        }
        let mut edits = EditSet::default();
        edits.push(self.reprinted(None, true)?).ok()?;
        Some(ReadProp { path: name.to_owned(), edits, is_typed: false, is_hooked: false })
    }

    /// The pattern with the prop whole at `index`, or added last; on one line where it fits, as Prettier has a lone pattern.
    fn reprinted(&self, index: Option<usize>, adds: bool) -> Option<TextEdit> {
        let (members, _) = self.function.parameters.first()?.pattern.as_ref()?;
        if self.module.has_comment_in(members.range) {
            return None;
        }
        let mut items: Vec<String> = members.items.iter().map(|item| self.slice(*item).to_owned()).collect();
        if let Some(item) = index.and_then(|index| items.get_mut(index)) {
            *item = self.wanted.name.to_owned();
        }
        if adds {
            items.push(self.wanted.name.to_owned());
        }
        let pad = if self.style.bracket_spacing { " " } else { "" };
        let flat = format!("{{{pad}{}{pad}}}", items.join(", "));
        let line = self.module.lines.line_start(members.range.start());
        let before = self.slice(TextRange::new(line, members.range.start()));
        let rest = TextRange::new(members.range.end(), self.module.text().len() as u32);
        let after = self.slice(rest).split(['\r', '\n']).next().unwrap_or_default();
        let width = [before, &flat, after].iter().map(|part| part.chars().count()).sum::<usize>();
        if !flat.contains('\n') && width <= self.style.width as usize {
            return Some(TextEdit::replacement(members.range, flat));
        }
        let eol = self.style.eol.as_str();
        let indent: String = before.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
        let lead = format!("{eol}{indent}{}", self.style.indent.unit());
        let comma = if self.style.trailing_comma == crate::style::TrailingComma::None { "" } else { "," };
        let text = format!("{{{lead}{}{comma}{eol}{indent}}}", items.join(&format!(",{lead}")));
        Some(TextEdit::replacement(members.range, text))
    }

    /// A statement before all others of the body.
    fn first_statement(&self, statement: &str, is_apart: bool) -> Option<EditSet> {
        let first = self.function.first_line(self.module)?;
        let indent = self.slice(TextRange::new(self.module.lines.line_start(first), first));
        let statement = restyled(statement, self.style);
        let eol = self.style.eol.as_str();
        let blank = if is_apart { eol } else { "" };
        let mut edits = EditSet::default();
        edits.push(TextEdit::insertion(first, format!("{statement}{eol}{blank}{indent}"))).ok()?;
        Some(edits)
    }

    /// `const data = useLoaderData<typeof loader>();` in the component itself.
    fn hook(&self) -> Option<ReadProp> {
        let mut search = Hooks { reader: self, found: None };
        self.module.program.visit_with(&mut search);
        let (name, init) = search.found?;
        match name {
            Pat::Ident(ident) => Some(ReadProp::there(ident.id.sym.to_string())),
            Pat::Object(_) => {
                let wanted = self.wanted.name;
                if self.bindings.is_spelled(wanted) {
                    return None;
                }
                let pattern = self.module.range(&name);
                // With the type of the pattern, if it has one.
                let own = self.slice(pattern).to_owned();
                let statements = self.function.statements.as_ref()?;
                let statement = statements.iter().find(|statement| statement.covers(init))?;
                let line = self.module.lines.line_start(statement.start());
                let indent = self.slice(TextRange::new(line, statement.start()));
                let eol = self.style.eol.as_str();
                let end = if self.style.semicolons { ";" } else { "" };
                let second = format!("{eol}{indent}const {own} = {wanted}{end}");
                let mut edits = EditSet::default();
                edits.push(TextEdit::replacement(pattern, wanted.to_owned())).ok()?;
                edits.push(TextEdit::insertion(statement.end(), second)).ok()?;
                Some(ReadProp { path: wanted.to_owned(), edits, is_typed: false, is_hooked: false })
            }
            _ => None,
        }
    }

    /// `const loaderData = useLoaderData();` before all that the component does.
    fn hooked(&self) -> Option<ReadProp> {
        let name = self.wanted.name;
        if self.bindings.is_spelled(name) {
            return None;
        }
        let edits = self.first_statement(&format!("const {name} = {}();", self.wanted.hook.1), true)?;
        Some(ReadProp { path: name.to_owned(), edits, is_typed: false, is_hooked: true })
    }

    /// `App()` becomes `App({ loaderData }: Route.ComponentProps)`.
    fn parameter(&self) -> Option<ReadProp> {
        let name = self.wanted.name;
        if self.bindings.is_spelled(name) {
            return None;
        }
        let types = match self.wanted.adds {
            Adds::Parameter(types) => types,
            Adds::Hook => return self.hooked(),
        };
        let is_typed = types.is_some();
        let types = types.map(|types| format!(": {types}")).unwrap_or_default();
        let pad = if self.style.bracket_spacing { " " } else { "" };
        let mut edits = EditSet::default();
        edits.push(TextEdit::insertion(self.function.open?, format!("{{{pad}{name}{pad}}}{types}"))).ok()?;
        Some(ReadProp { path: name.to_owned(), edits, is_typed, is_hooked: false })
    }
}

/// The variable of the component that holds what the hook gives.
struct Hooks<'a, 'r> {
    reader: &'r Reader<'a>,
    found: Option<(Pat, TextRange)>,
}

impl Visit for Hooks<'_, '_> {
    fn visit_var_declarator(&mut self, declarator: &VarDeclarator) {
        let range = self.reader.module.range(declarator);
        let statements = self.reader.function.statements.as_ref();
        let is_own = statements.is_some_and(|all| all.iter().any(|statement| statement.covers(range)));
        let init = declarator.init.as_deref().filter(|_| is_own && self.found.is_none());
        if let Some(Expr::Call(call)) = init.map(unwrapped)
            && let Callee::Expr(callee) = &call.callee
            && let Some(Meaning::Imported(imported)) = self.reader.bindings.expr(callee)
            && imported.is(&[self.reader.wanted.hook.0], self.reader.wanted.hook.1)
        {
            self.found = Some((declarator.name.clone(), range));
        }
        declarator.visit_children_with(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::default_function;
    use crate::parse::tests::parsed;

    #[track_caller]
    fn check(before: &str, path: Option<&str>, after: &str) {
        let wanted = WantedProp {
            name: "loaderData",
            adds: Adds::Parameter(Some("Route.ComponentProps")),
            hook: ("react-router", "useLoaderData"),
        };
        let found = parsed("a.tsx", before, |module| {
            let bindings = Bindings::new(&module);
            let function = default_function(&module).unwrap();
            let read = read_prop(&module, &bindings, &Style::default(), &function, wanted)?;
            Some((read.path, read.edits.apply(before).unwrap()))
        });
        let expected = path.map(|path| (path.to_owned(), after.to_owned()));
        assert_eq!(found, expected, "{before}");
    }

    #[test]
    fn a_component_reads_a_prop() {
        check(
            "export default function App() {\n  return null;\n}\n",
            Some("loaderData"),
            "export default function App({ loaderData }: Route.ComponentProps) {\n  return null;\n}\n",
        );
        let props = "export default function App(props: Route.ComponentProps) {\n  return null;\n}\n";
        check(props, Some("props.loaderData"), props);
        let there = "const App = ({ loaderData: data }: P) => null;\nexport default App;\n";
        check(there, Some("data"), there);
        let rest = "const App = ({ matches, ...rest }: Route.ComponentProps) => null;\nexport default App;\n";
        check(rest, Some("rest.loaderData"), rest);
        check(
            "const App = ({ matches }: Route.ComponentProps) => null;\nexport default App;\n",
            Some("loaderData"),
            "const App = ({ matches, loaderData }: Route.ComponentProps) => null;\nexport default App;\n",
        );
        check(
            "export default function App({\n  loaderData: { id },\n  matches,\n}: P) {\n  return null;\n}\n",
            Some("loaderData"),
            "export default function App({ loaderData, matches }: P) {\n  const { id } = loaderData;\n  return null;\n}\n",
        );
        // A type that knows nothing of it.
        check(
            "export default function App({ matches }: P) {\n  return null;\n}\n",
            Some("loaderData"),
            "export default function App({ matches }: P) {\n  const loaderData = useLoaderData();\n\n  return null;\n}\n",
        );
        check("const App: FC = () => null;\nexport default App;\n", None, "");
        check("export default function App([a]: P) {}\n", None, "");
        // The name is something else's.
        check("const loaderData = 1;\nexport default function App() {}\n", None, "");
    }

    #[test]
    fn a_hook_gives_the_same() {
        let import = "import { useLoaderData } from \"react-router\";\n";
        let named =
            format!("{import}export default function App() {{\n  const data = useLoaderData<typeof loader>();\n}}\n");
        check(&named, Some("data"), &named);
        check(
            &format!(
                "{import}export default function App() {{\n  const {{ a }} = useLoaderData<typeof loader>();\n}}\n"
            ),
            Some("loaderData"),
            &format!(
                "{import}export default function App() {{\n  const loaderData = useLoaderData<typeof loader>();\n  const {{ a }} = loaderData;\n}}\n"
            ),
        );
    }
}
