//! What expressions are, and what functions give back and ask for.

use super::*;
use crate::facts::file_facts;
use crate::parse::tests::parsed;

fn check(text: &str, expected: &str) {
    let flow = parsed("a.tsx", text, |module| file_facts(&module).flow);
    let found: Vec<String> = flow.variables.iter().map(|values| format!("{values:?}")).collect();
    assert!(found.iter().any(|values| values == expected), "{text}: {found:#?}");
}

#[test]
fn what_variables_are() {
    check("const x = <A/>;", "[Element(JsxId(0))]");
    check("const x = f(<A/>, () => import('./b'));", "[Call(CallId(0))]");
    check("let x = null; x = ok ? <A/> : [<B/>];", "[Nothing, OneOf([Element(JsxId(0)), List([Element(JsxId(1))])])]");
    check("function F({ a: { x } }) { }", "[Member(Member(Argument(FunctionId(0), 0), \"a\"), \"x\")]");
    check("const F = (a, [x = <A/>]) => 1;", "[OneOf([Item(Argument(FunctionId(0), 1)), Element(JsxId(0))])]");
    check(
        "class F { render() { const x = this.props.children; } }",
        "[Member(Argument(FunctionId(0), 0), \"children\")]",
    );
    check(
        "const x = { path: '/', element: <A/>, ...y };",
        "[Object([(Some(\"path\"), Text(\"/\")), (Some(\"element\"), Element(JsxId(0))), (None, Global(\"y\"))])]",
    );
    check("const x = <><A/> text {b}</>;", "[List([Element(JsxId(0)), Global(\"b\")])]");
    check("const x = (await import('./m')).default;", "[Member(Module(\"./m\"), \"default\")]");
}

#[test]
fn what_functions_give_back() {
    let text = "function F() { if (a) return <A/>; return [<B/>].map(() => { return <C/>; }); }\nclass G { menu = () => <D/>; render() { return <E>{this.menu()}</E>; } }";
    let flow = parsed("a.tsx", text, |module| file_facts(&module).flow);
    let returns: Vec<String> = flow.functions.iter().map(|function| format!("{:?}", function.returns)).collect();
    assert_eq!(
        returns,
        ["[Element(JsxId(0)), Call(CallId(0))]", "[Element(JsxId(2))]", "[Element(JsxId(4))]", "[Element(JsxId(3))]"]
    );
    assert_eq!(flow.properties_of(FunctionId(2)).count(), 1);
}

#[test]
fn what_functions_throw_without() {
    for (text, expected) in [
        ("function f(a) { if (!a) throw 1; }", 1),
        ("function f(a) { if (!a || a?.b === null) { log(); throw 1; } }", 2),
        ("function f(a) { if (!a) return []; if (!a.b) throw 1; }", 0),
        ("function f(a) { if (null === a) throw 1; }", 1),
        ("function f(a) { if (a) { g(); } else { throw 1; } }", 1),
        ("const f = (a) => { if (a === undefined) throw 1; };", 1),
        ("function f(a) { if (!a) return null; }", 0),
        ("function f(a) { if (a) throw 1; }", 0),
        ("function f(a) { if (a.b === 1) throw 1; }", 0),
    ] {
        let flow = parsed("a.ts", text, |module| file_facts(&module).flow);
        assert_eq!(flow.functions[0].required.len(), expected, "{text}: {:?}", flow.functions[0]);
    }
}

#[test]
fn functions_say_how_they_run() {
    let text = "async function f() { 'use cache'; } const g = async () => { 'use server'; 1; }; const h = () => 1;";
    let flow = parsed("a.ts", text, |module| file_facts(&module).flow);
    let said: Vec<_> =
        flow.functions.iter().map(|function| (function.is_async, function.directives.join(" "))).collect();
    let expected = [(true, "use cache"), (true, "use server"), (false, "")];
    assert_eq!(said, expected.map(|(is_async, text)| (is_async, text.to_owned())));
}
