//! An element put around a run of JSX, with others beside it.
//!
//! ```tsx
//! <main>                        // <main>
//!   <Content />                 //   <Before />
//! </main>                       //   <Around>
//!                               //     <First />
//!                               //     <Content />
//!                               //   </Around>
//!                               // </main>
//! ```
//! Where the run is no child of an element, `return <Content />`, what stands side by side goes into a fragment.

use change::{Conflict, EditSet, TextRange};
use swc_ecma_ast::{JSXElement, JSXElementChild, JSXFragment};
use swc_ecma_visit::{Visit, VisitWith};

use crate::build;
use crate::jsx::{ElementRewrite, Node, Rewriter, Tag};
use crate::parse::ParsedModule;
use crate::print::Printer;
use crate::style::Style;

/// JSX that is not in any file yet.
#[derive(Clone, Debug)]
pub enum Markup {
    /// An element with what is in it.
    Element(Tag, Vec<Markup>),
    /// Text between tags.
    Text(String),
    /// `{/* text */}`
    Comment(String),
}

/// What comes around a run of JSX.
#[derive(Clone, Debug)]
pub struct Enclosure {
    /// The element that goes around; without one the rest comes before the run.
    pub tag: Option<Tag>,
    /// What comes before that, each on lines of its own.
    pub before: Vec<Markup>,
    /// What comes first in it.
    pub first: Vec<Markup>,
}

/// The edits that put an enclosure around what stands at `range`: an element, a child of one, or children beside each other; `None` where
/// text shares a line with it, which would be torn.
///
/// # Errors
/// A [`Conflict`] would be a defect of this function.
pub fn enclose(
    module: &ParsedModule,
    style: &Style,
    range: TextRange,
    enclosure: &Enclosure,
) -> Result<Option<EditSet>, Conflict> {
    let mut search = ChildSearch { module, range, is_child: false, is_in_text: false };
    module.program.visit_with(&mut search);
    if search.is_in_text {
        return Ok(None);
    }
    let fragment = Tag { name: String::new(), attributes: Vec::new() };
    let needs_fragment = !search.is_child && !enclosure.before.is_empty();
    let rewrite = match &enclosure.tag {
        None if needs_fragment => {
            ElementRewrite { wrap_in: vec![fragment], first: enclosure.before.clone(), ..ElementRewrite::default() }
        }
        tag => ElementRewrite {
            wrap_in: Some(fragment).filter(|_| needs_fragment).into_iter().chain(tag.clone()).collect(),
            before: enclosure.before.clone(),
            first: enclosure.first.clone(),
            ..ElementRewrite::default()
        },
    };
    let mut edits = EditSet::default();
    Rewriter { module, style, node: Node::Run, range, rewrite: &rewrite, pulled: None }.edits(&mut edits)?;
    Ok(Some(edits))
}

/// Whether a range is that of children of an element or a fragment, beside each other.
struct ChildSearch<'a> {
    module: &'a ParsedModule,
    range: TextRange,
    is_child: bool,
    is_in_text: bool,
}

impl ChildSearch<'_> {
    fn children(&mut self, children: &[JSXElementChild]) {
        let has = |fits: &dyn Fn(TextRange) -> bool| children.iter().any(|child| fits(self.module.range(child)));
        if !has(&|child| child.start() == self.range.start()) || !has(&|child| child.end() == self.range.end()) {
            return;
        }
        self.is_child = true;
        // ` tasks` of `<b /> tasks`: not the white space up to the next line.
        let beside = |child: &JSXElementChild| match child {
            JSXElementChild::JSXText(text) => {
                let own = self.module.range(text);
                let raw = text.raw.as_str();
                let line = match own.end() == self.range.start() {
                    true => raw.rsplit('\n').next(),
                    false if own.start() == self.range.end() => raw.split('\n').next(),
                    false => None,
                };
                line.is_some_and(|line| !line.trim().is_empty())
            }
            _ => false,
        };
        self.is_in_text = children.iter().any(beside);
    }
}

impl Visit for ChildSearch<'_> {
    fn visit_jsx_element(&mut self, element: &JSXElement) {
        self.children(&element.children);
        element.visit_children_with(self);
    }

    fn visit_jsx_fragment(&mut self, fragment: &JSXFragment) {
        self.children(&fragment.children);
        fragment.visit_children_with(self);
    }
}

impl Rewriter<'_> {
    /// New JSX whose first line follows `indent`.
    pub(crate) fn markup(&self, markup: &Markup, indent: &str) -> String {
        let (tag, children) = match markup {
            Markup::Text(text) => return text.clone(),
            Markup::Comment(text) => return format!("{{/* {text} */}}"),
            Markup::Element(tag, children) => (tag, children),
        };
        let opening = self.opening_text(tag, indent, self.columns(indent));
        if children.is_empty() {
            return format!("{} />", opening.strip_suffix('>').unwrap_or(&opening).trim_end());
        }
        let closing = Printer::new(self.style).print(build::closing(&tag.name));
        if let [Markup::Text(text)] = children.as_slice() {
            return format!("{opening}{text}{closing}");
        }
        let (eol, unit) = (self.style.eol.as_str(), self.style.indent.unit());
        let inner = format!("{indent}{unit}");
        let lines: String =
            children.iter().map(|child| format!("{eol}{inner}{}", self.markup(child, &inner))).collect();
        format!("{opening}{lines}{eol}{indent}{closing}")
    }

    /// Whether `{children}` stays on one line with the tags around it, as Prettier has it.
    pub(crate) fn hugs(&self, opening: &str, closing: &str, column: usize) -> bool {
        let text = self.slice(self.range);
        let is_container = matches!(self.node, Node::Run) && text.starts_with('{') && text.ends_with('}');
        let length = opening.chars().count() + text.chars().count() + closing.chars().count();
        let fits = !opening.contains('\n') && column + length <= self.style.width as usize;
        is_container && fits && self.rewrite.first.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::tests::parsed;

    fn tag(name: &str) -> Tag {
        Tag { name: name.to_owned(), attributes: Vec::new() }
    }

    #[track_caller]
    fn check(before: &str, run: &str, is_full: bool, after: &str) {
        let edited = parsed("a.tsx", before, |module| {
            let start = before.find(run).unwrap() as u32;
            let range = TextRange::new(start, start + run.len() as u32);
            let text = Markup::Element(tag("p"), vec![Markup::Text("Wait".to_owned())]);
            let button = Tag { attributes: vec![build::text_attribute("mode", "modal")], ..tag("Button") };
            let enclosure = Enclosure {
                tag: Some(tag("In")),
                before: if is_full { vec![Markup::Element(tag("Out"), vec![text])] } else { Vec::new() },
                first: if is_full { vec![Markup::Element(button, Vec::new())] } else { Vec::new() },
            };
            enclose(&module, &Style::default(), range, &enclosure).unwrap().unwrap().apply(before).unwrap()
        });
        assert_eq!(edited, after);
    }

    #[test]
    fn around_children() {
        check(
            "a = (\n  <main>\n    <A />\n    <B />\n  </main>\n);\n",
            "<A />\n    <B />",
            true,
            "a = (\n  <main>\n    <Out>\n      <p>Wait</p>\n    </Out>\n    <In>\n      <Button mode=\"modal\" />\n      <A />\n      <B />\n    </In>\n  </main>\n);\n",
        );
        check(
            "a = <main><A /></main>;\n",
            "<A />",
            false,
            "a = (\n  <main>\n    <In>\n      <A />\n    </In>\n  </main>\n);\n",
        );
        check(
            "a = (\n  <main>\n    {children}\n  </main>\n);\n",
            "{children}",
            false,
            "a = (\n  <main>\n    <In>{children}</In>\n  </main>\n);\n",
        );
    }

    #[test]
    fn around_an_expression() {
        check(
            "const f = () => <A />;\n",
            "<A />",
            true,
            "const f = () => (\n  <>\n    <Out>\n      <p>Wait</p>\n    </Out>\n    <In>\n      <Button mode=\"modal\" />\n      <A />\n    </In>\n  </>\n);\n",
        );
        check("const f = () => <A />;\n", "<A />", false, "const f = () => (\n  <In>\n    <A />\n  </In>\n);\n");
    }

    #[test]
    fn in_a_statement_on_the_line_of_its_condition() {
        check(
            "function f() {\n  if (a) return <A />;\n  else return <B />;\n}\n",
            "<A />",
            false,
            "function f() {\n  if (a)\n    return (\n      <In>\n        <A />\n      </In>\n    );\n  else return <B />;\n}\n",
        );
        check(
            "function f() {\n  if (a) return <A />;\n  else return <B />;\n}\n",
            "<B />",
            false,
            "function f() {\n  if (a) return <A />;\n  else\n    return (\n      <In>\n        <B />\n      </In>\n    );\n}\n",
        );
    }

    #[test]
    fn in_an_object_on_one_line() {
        check(
            "a([\n  { path: \"/\", element: <A /> },\n]);\n",
            "<A />",
            false,
            "a([\n  {\n    path: \"/\",\n    element: (\n      <In>\n        <A />\n      </In>\n    ),\n  },\n]);\n",
        );
    }

    #[test]
    fn in_an_attribute() {
        check(
            "a = (\n  <R>\n    <Route path=\"/\" element={<A />} />\n  </R>\n);\n",
            "<A />",
            false,
            "a = (\n  <R>\n    <Route\n      path=\"/\"\n      element={\n        <In>\n          <A />\n        </In>\n      }\n    />\n  </R>\n);\n",
        );
        check(
            "a = (\n  <R>\n    <List head=\"x\" row={(one) => <A one={one} />} />\n  </R>\n);\n",
            "<A one={one} />",
            false,
            "a = (\n  <R>\n    <List\n      head=\"x\"\n      row={(one) => (\n        <In>\n          <A one={one} />\n        </In>\n      )}\n    />\n  </R>\n);\n",
        );
        check(
            "a = (\n  <Route\n    path=\"/\"\n    element={<A />}\n  />\n);\n",
            "<A />",
            false,
            "a = (\n  <Route\n    path=\"/\"\n    element={\n      <In>\n        <A />\n      </In>\n    }\n  />\n);\n",
        );
    }
}
