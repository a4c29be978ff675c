//! Handlers in every form that is put inside a call, and in those that are not.

use super::*;
use crate::parse::tests::parsed;

#[track_caller]
fn composed(before: &str) -> Result<String, String> {
    parsed("middleware.ts", before, |module| {
        let bindings = Bindings::new(&module);
        let wrapper = Wrapper {
            call: "wrap",
            first: "_auth",
            parameters: ["request", "event"],
            types: [&["Request"], &["E"]],
            export: "middleware",
            makers: &[("intl", 1, "intlMiddleware")],
        };
        match compose_handler(&module, &bindings, &Style::default(), &wrapper).unwrap() {
            Handler::Composed(edits, _) => Ok(edits.apply(before).unwrap()),
            Handler::Call(imported, _) => Err(format!("call of {}", imported.module)),
            Handler::Unfit(_, why) => Err(why.to_owned()),
        }
    })
}

#[track_caller]
fn check(before: &str, after: &str) {
    assert_eq!(composed(before).as_deref(), Ok(after));
}

#[test]
fn functions_become_the_callback() {
    check(
        "export function middleware(request: Request) {\n  return next(request);\n}\n",
        "export default wrap((_auth, request: Request) => {\n  return next(request);\n});\n",
    );
    check(
        "export default async function handler(a: Request, b: E): Promise<C> {\n  return 1;\n}\n\nexport const config = {};\n",
        "export default wrap(async (_auth, a: Request, b: E): Promise<C> => {\n  return 1;\n});\n\nexport const config = {};\n",
    );
    check("export default function () {\n  return 1;\n}\n", "export default wrap(() => {\n  return 1;\n});\n");
}

#[test]
fn arrows_become_the_callback() {
    check("export const middleware = (req) => next(req);\n", "export default wrap((_auth, req) => next(req));\n");
    check("export const middleware = req => {\n};\n", "export default wrap((_auth, req) => {\n});\n");
    check(
        "export const middleware: Handler = async (req, event) => {\n  f();\n};\n",
        "export default wrap(async (_auth, req, event) => {\n  f();\n});\n",
    );
    check("export default async () => {\n}\n", "export default wrap(async () => {\n});\n");
}

#[test]
fn what_can_be_no_arrow_is_called() {
    check(
        "export function middleware(request) {\n  return this.x;\n}\n",
        "function middleware(request) {\n  return this.x;\n}\n\nexport default wrap((_auth, request) => middleware(request));\n",
    );
    check(
        "export async function middleware({ url }: Request, event: E) {\n}\n",
        "async function middleware({ url }: Request, event: E) {\n}\n\nexport default wrap((_auth, request, event) => middleware(request, event));\n",
    );
    check(
        "export const middleware = (a) => b;\nmiddleware(1);\n",
        "const middleware = (a) => b;\n\nexport default wrap((_auth, request) => middleware(request));\nmiddleware(1);\n",
    );
}

#[test]
fn handlers_that_may_ask_for_more_get_all() {
    check(
        "const handler: NextMiddleware = (request) => next(request);\nexport default handler;\n",
        "const handler: NextMiddleware = (request) => next(request);\nexport default wrap((_auth, request, event) => handler(request, event));\n",
    );
    check(
        "export function middleware(...all) {\n}\n",
        "function middleware(...all) {\n}\n\nexport default wrap((_auth, request, event) => middleware(request, event));\n",
    );
    check(
        "export function middleware({ url }, now = 1) {\n}\n",
        "function middleware({ url }, now = 1) {\n}\n\nexport default wrap((_auth, request) => middleware(request));\n",
    );
}

#[test]
fn defaults_without_a_name_get_one_where_they_need_it() {
    check(
        "export default async function ({ url }) {\n}\n",
        "async function middleware({ url }) {\n}\n\nexport default wrap((_auth, request) => middleware(request));\n",
    );
    check(
        "export default async ({ url }) => {\n};\n",
        "const middleware = async ({ url }) => {\n};\n\nexport default wrap((_auth, request) => middleware(request));\n",
    );
}

#[test]
fn lists_of_exports_lose_the_handler() {
    check(
        "function middleware() {}\nconst config = {};\nexport { middleware, config };\n",
        "function middleware() {}\nconst config = {};\nexport { config };\n\nexport default wrap(() => middleware());\n",
    );
    check(
        "function proxy(request) {}\nconst config = {};\nexport { config, proxy as default };\n",
        "function proxy(request) {}\nconst config = {};\nexport { config };\n\nexport default wrap((_auth, request) => proxy(request));\n",
    );
}

#[test]
fn names_and_makers() {
    check(
        "const handler = () => 1;\n\nexport { handler as middleware };\n",
        "const handler = () => 1;\n\nexport default wrap(() => handler());\n",
    );
    check(
        "import create from \"intl\";\n\nexport default create({\n  a: 1,\n});\n",
        "import create from \"intl\";\n\nconst intlMiddleware = create({\n  a: 1,\n});\n\nexport default wrap((_auth, request) => intlMiddleware(request));\n",
    );
}

#[test]
fn what_does_not_fit_is_said() {
    for (text, why) in [
        ("export const config = {};\n", "it exports no handler"),
        ("export { default } from \"./a\";\n", "it comes from another module"),
        ("export function middleware() {}\nexport default function () {}\n", "it exports two handlers"),
        ("import { chain } from \"x\";\nexport default chain([a]);\n", "call of x"),
        ("export default chain([a]);\n", "it is no function"),
        ("export function middleware() { arguments[1].x(); }\n", "it reads `arguments`"),
        ("export function* middleware(r) {}\n", "it is a generator"),
        ("export function middleware(r: GeoRequest) {}\n", "its parameters are not those of a handler"),
        ("export const { middleware } = app;\n", "it is taken out of something else"),
        ("module.exports = { middleware() {} };\n", "it exports nothing by `export`"),
    ] {
        assert_eq!(composed(text).unwrap_err(), why, "{text}");
    }
}
