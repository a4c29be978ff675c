//! What an expression may be, with the functions of the app called as React would call them.
//!
//! ```tsx
//! const withShell = (Page) => () => <Shell><Page /></Shell>;
//! export default withShell(Home);              // a function whose `Page` is Home
//! const Lazy = lazy(() => import("./Home"));   // what a package makes is taken for something that renders what it was given
//! ```

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use change::ImportedName;
use syntax::{CallId, FunctionId, JsxId, Value};

use super::modules::{Definition, Modules};
use super::roots::Route;
use super::sources::FileId;

/// How deep a value is followed through names and calls.
const MAX_DEPTH: u32 = 80;
/// How many steps one walk takes at most: an app that needs more is not one that can be followed.
const MAX_STEPS: u32 = 400_000;

/// The hooks of a route of TanStack Router.
const ROUTE_HOOKS: [&str; 6] =
    ["useLoaderData", "useLoaderDeps", "useMatch", "useParams", "useRouteContext", "useSearch"];

/// The calls around a value, innermost first.
pub(crate) type Scope<'a> = Option<Rc<Frame<'a>>>;

/// A call of a function of the app.
pub(crate) struct Frame<'a> {
    pub(crate) file: FileId,
    pub(crate) function: FunctionId,
    pub(crate) arguments: Vec<Data<'a>>,
    /// Whether what it was given may lead to a provider.
    pub(crate) carries: bool,
    /// The calls around the place where the function was made.
    pub(crate) parent: Scope<'a>,
}

/// The attributes and children of an element.
#[derive(Default)]
pub(crate) struct Props<'a> {
    pub(crate) named: Vec<(Option<&'a str>, Data<'a>)>,
    pub(crate) children: Vec<Data<'a>>,
}

/// What a package was given, and makes something of.
pub(crate) struct Held<'a> {
    pub(crate) items: Vec<Data<'a>>,
    /// Whether what comes out is known to render what went in.
    pub(crate) is_certain: bool,
    /// The children of a route that was made by a call: `root.addChildren([…])`.
    pub(crate) routes: Vec<Data<'a>>,
}

/// What something is.
#[derive(Clone)]
pub(crate) enum Data<'a> {
    /// An expression that was not looked at yet.
    Code(FileId, &'a Value, Scope<'a>),
    Element(FileId, JsxId, Scope<'a>),
    /// `createElement(…)`
    CreateElement(FileId, CallId, Scope<'a>),
    Function(FileId, FunctionId, Scope<'a>),
    Object(FileId, &'a [(Option<String>, Value)], Scope<'a>),
    List(Rc<Vec<Data<'a>>>),
    Held(Rc<Held<'a>>),
    Props(Rc<Props<'a>>),
    File(FileId),
    /// What a framework renders by a file's name.
    Route(Arc<Route<'a>>),
    /// An element that no file writes: a component and what it is given.
    Made(Rc<(Data<'a>, Rc<Props<'a>>)>),
    Package(&'a str, ImportedName),
    Unknown,
}

/// Looks expressions up and calls functions.
pub(crate) struct Evaluator<'a, 'm> {
    pub(crate) modules: &'m Modules<'a>,
    steps: Cell<u32>,
    /// How many steps may be taken.
    limit: u32,
    depth: Cell<u32>,
    unknown: Cell<u32>,
}

impl<'a, 'm> Evaluator<'a, 'm> {
    pub(crate) fn new(modules: &'m Modules<'a>) -> Self {
        Self { modules, steps: Cell::new(0), limit: MAX_STEPS, depth: Cell::new(0), unknown: Cell::new(0) }
    }

    /// The same for a walk that looks for more than a few providers.
    pub(crate) fn for_all(modules: &'m Modules<'a>) -> Self {
        Self { limit: 5 * MAX_STEPS, ..Self::new(modules) }
    }

    /// Whether there was too much to follow.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.steps.get() >= self.limit
    }

    /// How often something was met that could not be followed.
    pub(crate) fn unknown(&self) -> u32 {
        self.unknown.get()
    }

    /// Everything that `data` may be, names and calls followed.
    pub(crate) fn force(&self, data: &Data<'a>) -> Vec<Data<'a>> {
        match data {
            Data::Code(file, value, scope) => self.value(*file, value, scope),
            data => vec![data.clone()],
        }
    }

    /// Everything that an expression may be; nothing is left out silently: what can't be followed is `Unknown`.
    pub(crate) fn value(&self, file: FileId, value: &'a Value, scope: &Scope<'a>) -> Vec<Data<'a>> {
        self.steps.set(self.steps.get() + 1);
        if self.is_exhausted() || self.depth.get() >= MAX_DEPTH {
            return vec![Data::Unknown];
        }
        self.depth.set(self.depth.get() + 1);
        let found = self.value_at(file, value, scope);
        self.depth.set(self.depth.get() - 1);
        if found.iter().any(|data| matches!(data, Data::Unknown)) {
            self.unknown.set(self.unknown.get() + 1);
        }
        found
    }

    fn value_at(&self, file: FileId, value: &'a Value, scope: &Scope<'a>) -> Vec<Data<'a>> {
        let one = |data| vec![data];
        match value {
            Value::Imported(imported) => {
                let mut found = self.defined(self.modules.import(file, imported));
                for variant in self.modules.variants(file, &imported.module) {
                    let name = match &imported.export {
                        ImportedName::Named(name) => name,
                        ImportedName::Default => "default",
                        ImportedName::Namespace => continue,
                    };
                    found.extend(self.exported(variant, name));
                }
                found
            }
            Value::Variable(id) => {
                let values = self.flow(file).variable(*id);
                if values.is_empty() {
                    return one(Data::Unknown);
                }
                values.iter().flat_map(|value| self.value(file, value, scope)).collect()
            }
            Value::Argument(function, index) => self.argument(file, *function, *index, scope),
            Value::Member(object, name) => {
                self.value(file, object, scope).iter().flat_map(|object| self.member(object, name)).collect()
            }
            Value::Item(object) => {
                self.value(file, object, scope).iter().flat_map(|object| self.items(object)).collect()
            }
            Value::Element(id) => one(Data::Element(file, *id, scope.clone())),
            Value::Function(id) => one(Data::Function(file, *id, scope.clone())),
            Value::Call(id) => self.call(file, *id, scope),
            Value::Module(module) => match self.modules.target(file, module) {
                Ok(Some(target)) => one(Data::File(target)),
                Ok(None) => one(Data::Package(module, ImportedName::Namespace)),
                Err(()) => one(Data::Unknown),
            },
            Value::List(values) => one(Data::List(Rc::new(self.codes(file, values, scope)))),
            Value::OneOf(values) => values.iter().flat_map(|value| self.value(file, value, scope)).collect(),
            Value::Object(props) => one(Data::Object(file, props, scope.clone())),
            Value::Text(_) | Value::Nothing => Vec::new(),
            Value::Global(_) | Value::Opaque => one(Data::Unknown),
        }
    }

    pub(crate) fn flow(&self, file: FileId) -> &'a syntax::Flow {
        &self.modules.sources.facts(file).flow
    }

    pub(crate) fn codes(&self, file: FileId, values: &'a [Value], scope: &Scope<'a>) -> Vec<Data<'a>> {
        values.iter().map(|value| Data::Code(file, value, scope.clone())).collect()
    }

    fn defined(&self, definition: Definition<'a>) -> Vec<Data<'a>> {
        match definition {
            Definition::Value(file, value) => self.value(file, value, &None),
            Definition::File(file) => vec![Data::File(file)],
            Definition::Package(module, name) => vec![Data::Package(module, name)],
            Definition::Unknown => vec![Data::Unknown],
        }
    }

    fn argument(&self, file: FileId, function: FunctionId, index: u32, scope: &Scope<'a>) -> Vec<Data<'a>> {
        let mut frame = scope.as_ref();
        while let Some(here) = frame {
            if here.file == file && here.function == function {
                return here.arguments.get(index as usize).map_or_else(Vec::new, |data| self.force(data));
            }
            frame = here.parent.as_ref();
        }
        vec![Data::Unknown]
    }

    /// `object.name`
    pub(crate) fn member(&self, object: &Data<'a>, name: &str) -> Vec<Data<'a>> {
        match object {
            Data::Object(file, props, scope) => self.prop(*file, props, scope, name),
            Data::Props(props) => {
                let named = props.named.iter().filter(|(known, _)| *known == Some(name));
                let mut found: Vec<Data<'a>> = named.flat_map(|(_, data)| self.force(data)).collect();
                if name == "children" {
                    found.extend(props.children.iter().flat_map(|data| self.force(data)));
                }
                if found.is_empty() {
                    let spreads = props.named.iter().filter(|(known, _)| known.is_none());
                    let objects = spreads.flat_map(|(_, data)| self.force(data));
                    found = objects.flat_map(|object| self.member(&object, name)).collect();
                }
                found
            }
            Data::File(file) => self.exported(*file, name),
            Data::Package(module, ImportedName::Namespace | ImportedName::Default) => {
                let export = match name {
                    "default" => ImportedName::Default,
                    name => ImportedName::Named(name.to_owned()),
                };
                vec![Data::Package(module, export)]
            }
            // `useRouteContext({ from: Route.id })`: texts.
            Data::Held(_) if ["id", "path", "fullPath", "to"].contains(&name) => Vec::new(),
            // What is taken out of something that a package made may be any part of it.
            Data::Package(..) | Data::Held(_) => vec![object.clone()],
            Data::List(_) => Vec::new(),
            _ => vec![Data::Unknown],
        }
    }

    fn prop(&self, file: FileId, props: &'a [(Option<String>, Value)], scope: &Scope<'a>, name: &str) -> Vec<Data<'a>> {
        // The last wins: `{ ...defaults, element: <App/> }`.
        if let Some((_, value)) = props.iter().rev().find(|(known, _)| known.as_deref() == Some(name)) {
            return self.value(file, value, scope);
        }
        let spreads = props.iter().filter(|(known, _)| known.is_none());
        let objects = spreads.flat_map(|(_, value)| self.value(file, value, scope));
        objects.flat_map(|object| self.member(&object, name)).collect()
    }

    /// What a file exports under a name.
    pub(crate) fn exported(&self, file: FileId, name: &str) -> Vec<Data<'a>> {
        let export = match name {
            "default" => ImportedName::Default,
            name => ImportedName::Named(name.to_owned()),
        };
        self.modules.export(file, &export).map_or_else(|| vec![Data::Unknown], |found| self.defined(found))
    }

    /// What is in a list or table.
    pub(crate) fn items(&self, object: &Data<'a>) -> Vec<Data<'a>> {
        match object {
            Data::List(items) => items.iter().flat_map(|item| self.force(item)).collect(),
            Data::Object(file, props, scope) => {
                props.iter().flat_map(|(_, value)| self.value(*file, value, scope)).collect()
            }
            Data::Held(held) => held.items.iter().flat_map(|item| self.force(item)).collect(),
            _ => vec![Data::Unknown],
        }
    }

    /// What a function gives back when it is called with `arguments`.
    pub(crate) fn returned(
        &self,
        file: FileId,
        function: FunctionId,
        parent: &Scope<'a>,
        arguments: Vec<Data<'a>>,
        carries: bool,
    ) -> Vec<Data<'a>> {
        let Some(flow) = self.flow(file).function(function) else { return Vec::new() };
        let frame = Frame { file, function, arguments, carries, parent: parent.clone() };
        let scope = Some(Rc::new(frame));
        let own = flow.returns.iter().map(|value| Data::Code(file, value, scope.clone()));
        let arrows = self.flow(file).properties_of(function).flat_map(|property| &property.returns);
        let methods = arrows.map(|value| Data::Code(file, value, scope.clone()));
        own.chain(methods).collect()
    }

    /// What a call gives.
    fn call(&self, file: FileId, id: CallId, scope: &Scope<'a>) -> Vec<Data<'a>> {
        let Some(call) = self.flow(file).call(id) else { return vec![Data::Unknown] };
        let arguments = self.codes(file, &call.arguments, scope);
        // `Route.useLoaderData()`: what a route loads is data.
        if let Value::Member(object, name) = &call.callee
            && ROUTE_HOOKS.contains(&name.as_str())
            && self.value(file, object, scope).iter().all(|object| matches!(object, Data::Held(_)))
        {
            return Vec::new();
        }
        if let Value::Member(object, name) = &call.callee
            && let Some(found) = self.method(file, object, name, &arguments, scope)
        {
            return found;
        }
        self.value(file, &call.callee, scope)
            .iter()
            .flat_map(|callee| match callee {
                Data::Function(at, function, parent) => {
                    let given = self.returned(*at, *function, parent, arguments.clone(), true);
                    given.iter().flat_map(|data| self.force(data)).collect()
                }
                Data::Package(module, name) if is_create_element(module, name) => {
                    vec![Data::CreateElement(file, id, scope.clone())]
                }
                // `memo(App)`, `createBrowserRouter(routes)`
                Data::Package(..) => vec![held(arguments.clone(), true)],
                // `styled(App)(css)`, `createFileRoute("/")({ component })`
                Data::Held(first) => {
                    let items = first.items.iter().cloned().chain(arguments.clone()).collect();
                    vec![held(items, first.is_certain)]
                }
                _ => vec![held(arguments.clone(), false)],
            })
            .collect()
    }

    /// A call of a method of something that is no module or object of the app's: `pages.map(…)`, `import("./a").then(…)`.
    fn method(
        &self,
        file: FileId,
        object: &'a Value,
        name: &str,
        arguments: &[Data<'a>],
        scope: &Scope<'a>,
    ) -> Option<Vec<Data<'a>>> {
        let objects = self.value(file, object, scope);
        let is_own = |data: &Data<'a>| match data {
            Data::File(_) | Data::Package(_, ImportedName::Namespace) => name != "then",
            Data::Object(..) | Data::Package(..) | Data::Props(_) => true,
            _ => false,
        };
        if objects.iter().any(is_own) {
            return None;
        }
        let given = |arguments: Vec<Data<'a>>, call: &Data<'a>| -> Vec<Data<'a>> {
            let functions = self.force(call).into_iter().filter_map(|data| match data {
                Data::Function(file, function, parent) => Some((file, function, parent)),
                _ => None,
            });
            let returned = functions
                .flat_map(|(file, function, parent)| self.returned(file, function, &parent, arguments.clone(), true));
            returned.flat_map(|data| self.force(&data)).collect()
        };
        // What the generator of a route tree adds for types only.
        if name == "_addFileTypes" {
            return Some(objects);
        }
        let first = arguments.first()?;
        Some(match name {
            // A module's own exports, or what a handler makes of them: `.then((m) => ({ default: m.Page }))`.
            "then" => objects.iter().flat_map(|object| given(vec![object.clone()], first)).collect(),
            "map" | "flatMap" => {
                let mut items: Vec<Data<'a>> = objects.iter().flat_map(|object| self.items(object)).collect();
                // A list of texts or numbers.
                if items.is_empty() {
                    items.push(Data::Unknown);
                }
                vec![Data::List(Rc::new(items.into_iter().flat_map(|item| given(vec![item], first)).collect()))]
            }
            "filter" | "slice" | "concat" => {
                let all = objects.iter().flat_map(|object| self.items(object));
                vec![Data::List(Rc::new(all.chain(arguments.iter().cloned()).collect()))]
            }
            // `layout.addChildren([home, about])`: the layout's outlet shows them.
            "addChildren" | "_addFileChildren" => objects
                .into_iter()
                .map(|parent| {
                    let routes = arguments.to_vec();
                    Data::Held(Rc::new(Held { items: vec![parent], is_certain: true, routes }))
                })
                .collect(),
            // `Route.update({ id, path })`, and what else a package's object offers.
            _ => {
                let is_certain = objects.iter().all(|object| matches!(object, Data::Held(held) if held.is_certain));
                let items: Vec<Data<'a>> = objects.into_iter().chain(arguments.iter().cloned()).collect();
                vec![held(items, is_certain)]
            }
        })
    }
}

fn held<'a>(items: Vec<Data<'a>>, is_certain: bool) -> Data<'a> {
    Data::Held(Rc::new(Held { items, is_certain, routes: Vec::new() }))
}

/// `createElement` of React or Preact, and what JSX compiles to.
pub(crate) fn is_create_element(module: &str, name: &ImportedName) -> bool {
    let ImportedName::Named(name) = name else { return false };
    let known = ["react", "preact", "preact/compat", "react/jsx-runtime", "react/jsx-dev-runtime"];
    known.contains(&module) && (["createElement", "h"].contains(&name.as_str()) || is_compiled_jsx(name))
}

/// What compilers make of JSX: its third argument is the key, not a child.
pub(crate) fn is_compiled_jsx(name: &str) -> bool {
    ["jsx", "jsxs", "jsxDEV"].contains(&name)
}

/// The name of a call's function, `jsx` of `runtime.jsx(…)`.
pub(crate) fn callee_name(callee: &Value) -> Option<&str> {
    match callee {
        Value::Member(_, name) => Some(name),
        Value::Imported(imported) => match &imported.export {
            ImportedName::Named(name) => Some(name),
            _ => None,
        },
        _ => None,
    }
}
