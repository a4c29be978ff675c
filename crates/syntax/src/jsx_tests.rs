//! Elements renamed, wrapped and pulled out, as Prettier would lay them out.

use super::*;
use crate::build::{attribute, env_member, identifier};
use crate::parse::tests::parsed;

fn rewrite() -> ElementRewrite {
    ElementRewrite {
        rename: Some("New".to_owned()),
        attributes: vec![attribute("use", identifier("u"))],
        wrap_in: vec![Tag {
            name: "Outer".to_owned(),
            attributes: vec![attribute("id", env_member("import.meta.env", "ID", false))],
        }],
        ..ElementRewrite::default()
    }
}

#[track_caller]
fn check_in(style: &Style, before: &str, after: &str) {
    let edited = parsed("a.tsx", before, |module| {
        let start = before.find("<Old").unwrap() as u32;
        let mut all = Elements { module: &module, found: Vec::new() };
        module.program.visit_with(&mut all);
        let range = all.found.into_iter().find(|range| range.start() == start).unwrap();
        rewrite_element(&module, style, range, &rewrite()).unwrap().apply(before).unwrap()
    });
    assert_eq!(edited, after);
}

struct Elements<'a> {
    module: &'a ParsedModule,
    found: Vec<TextRange>,
}

impl Visit for Elements<'_> {
    fn visit_jsx_element(&mut self, element: &JSXElement) {
        self.found.push(self.module.range(element));
        element.visit_children_with(self);
    }
}

#[track_caller]
fn check(before: &str, after: &str) {
    check_in(&Style::default(), before, after);
}

#[test]
fn an_element_on_its_own_lines() {
    check(
        "f(\n  <Old a={a}>\n    <App />\n\n    {`x\n  y`}\n  </Old>,\n);\n",
        "f(\n  <Outer id={import.meta.env.ID}>\n    <New a={a} use={u}>\n      <App />\n\n      {`x\n  y`}\n    </New>\n  </Outer>,\n);\n",
    );
}

#[test]
fn a_statement_on_one_line_opens_up() {
    let new = "<New a={a} use={u}>\n      {c}\n    </New>";
    let inside = format!("\n  <Outer id={{import.meta.env.ID}}>\n    {new}\n  </Outer>");
    for (before, after) in [
        ("return <Old a={a}>{c}</Old>;", format!("return ({inside}\n);")),
        ("return (<Old a={a}>{c}</Old>);", format!("return ({inside}\n);")),
        ("const f = () => <Old a={a}>{c}</Old>;", format!("const f = () => ({inside}\n);")),
        ("const x = <Old a={a}>{c}</Old>;", format!("const x = ({inside}\n);")),
        ("return ok ? <p /> : <Old a={a}>{c}</Old>;", format!("return ok ? (\n  <p />\n) : ({inside}\n);")),
        ("return ok ? <Old a={a}>{c}</Old> : null;", format!("return ok ? ({inside}\n) : null;")),
        ("root?.render(<Old a={a}>{c}</Old>);", format!("root?.render({inside},\n);")),
        ("const x = a && <Old a={a}>{c}</Old>;", format!("const x = a && ({inside}\n);")),
        ("root.render(<Old a={a}>{c}</Old>);", format!("root.render({inside},\n);")),
        ("render(<Old a={a}>{c}</Old>, root);", format!("render({inside},\n  root,\n);")),
        ("f(1, <Old a={a}>{c}</Old>,);", format!("f(\n  1,{inside},\n);")),
    ] {
        let wrap = |text: &str| format!("function g() {{\n{text}\n}}\n");
        check(&wrap(before), &wrap(&after));
    }
}

#[test]
fn parents_on_the_line_open_up_as_well() {
    check(
        "root.render(<S><Old a={a}><App /></Old></S>);\n",
        "root.render(\n  <S>\n    <Outer id={import.meta.env.ID}>\n      <New a={a} use={u}>\n        <App />\n      </New>\n    </Outer>\n  </S>,\n);\n",
    );
}

#[test]
fn an_element_that_begins_within_a_line_keeps_it() {
    check(
        "root.render(<Old a={a}>\n  <App />\n</Old>);\n",
        "root.render(<Outer id={import.meta.env.ID}>\n  <New a={a} use={u}>\n    <App />\n  </New>\n</Outer>);\n",
    );
}

#[test]
fn tags_that_grow_too_long_break() {
    let style = Style { width: 34, ..Style::default() };
    check_in(
        &style,
        "f(\n  <Old a={aaaaaaaaaa} b=\"c\">\n    <App />\n  </Old>,\n);\n",
        "f(\n  <Outer id={import.meta.env.ID}>\n    <New\n      a={aaaaaaaaaa}\n      b=\"c\"\n      use={u}\n    >\n      <App />\n    </New>\n  </Outer>,\n);\n",
    );
    let style = Style { width: 32, bracket_same_line: true, ..Style::default() };
    check_in(
        &style,
        "f(\n  <Old\n    a={aaaaaaaaaaaaaaaaaa} // the a\n    >\n    <App />\n  </Old>,\n);\n",
        "f(\n  <Outer\n    id={import.meta.env.ID}>\n    <New\n      a={aaaaaaaaaaaaaaaaaa} // the a\n      use={u}\n      >\n      <App />\n    </New>\n  </Outer>,\n);\n",
    );
}

#[test]
fn an_inner_element_is_pulled_out() {
    let before = "f(\n  <Old a={a}>\n    <B>\n      <Inner\n        x={1}\n      >\n        <App />\n      </Inner>\n    </B>\n  </Old>,\n);\n";
    let after = "f(\n  <Inner x={1}>\n    <New a={a} use={u}>\n      <B>\n        <App />\n      </B>\n    </New>\n  </Inner>,\n);\n";
    let edited = parsed("a.tsx", before, |module| {
        let mut all = Elements { module: &module, found: Vec::new() };
        module.program.visit_with(&mut all);
        assert!(has_own_lines(&module, all.found[2]) && !has_own_lines(&module, all.found[3]));
        let rewrite = ElementRewrite { wrap_in: Vec::new(), pull_out: Some(all.found[2]), ..rewrite() };
        rewrite_element(&module, &Style::default(), all.found[0], &rewrite).unwrap().apply(before).unwrap()
    });
    assert_eq!(edited, after);
}

#[test]
fn white_space_that_shows_is_left_alone() {
    check(
        "f(\n  <Old a={a}> text </Old>,\n);\n",
        "f(\n  <Outer id={import.meta.env.ID}>\n    <New a={a} use={u}> text </New>\n  </Outer>,\n);\n",
    );
}

#[test]
fn strings_over_several_lines_are_not_moved() {
    check(
        "f(\n  <Old a={a}>\n    <p title=\"a\n  b\">\n      {`\n${<b>\n  c</b>}`}\n    </p>\n  </Old>,\n);\n",
        "f(\n  <Outer id={import.meta.env.ID}>\n    <New a={a} use={u}>\n      <p title=\"a\n  b\">\n        {`\n${<b>\n    c</b>}`}\n      </p>\n    </New>\n  </Outer>,\n);\n",
    );
}
