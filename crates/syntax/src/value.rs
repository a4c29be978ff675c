//! What the expressions of a file are, as far as rendering is concerned: enough to follow a component from where it is made to where it
//! is rendered, with the tree gone.
//!
//! ```tsx
//! const Page = lazy(() => import("./Page"));                   // the variable Page is a call of lazy with a function that gives a module
//! const Shell = ({ children }) => <main>{children}</main>;     // Shell is a function; `children` is a member of its first argument
//! root.render(<Shell>{ready ? <Page /> : null}</Shell>);       // a call; the element's child is one of two values
//! ```

use std::sync::Arc;

use change::{ImportedName, TextRange};

use crate::bindings::Imported;
use crate::facts::JsxId;

/// The place of a name that the file declares in [`Flow::variables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariableId(pub u32);

/// The place of a function or class in [`Flow::functions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionId(pub u32);

/// The place of a call in [`Flow::calls`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u32);

/// What an expression is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// An export of another module.
    Imported(Arc<Imported>),
    /// A name that nothing in the file declares.
    Global(String),
    /// A name that the file declares.
    Variable(VariableId),
    /// An argument of the function around, from 0; a class has its props as argument 0.
    Argument(FunctionId, u32),
    /// `object.name`, and what `{ name }` takes out of it.
    Member(Box<Value>, String),
    /// `list[i]`, `table[key]`: any of what is in it.
    Item(Box<Value>),
    /// `<A/>`
    Element(JsxId),
    /// A function or class.
    Function(FunctionId),
    /// A call, or `new`.
    Call(CallId),
    /// `import("m")`, `require("m")`
    Module(String),
    /// `[a, b]`, `<>a b</>`: all of them.
    List(Vec<Value>),
    /// `ok ? a : b`, `a || b`: one of them.
    OneOf(Vec<Value>),
    /// `{ a: b, ...c }`; a spread has no name.
    Object(Vec<(Option<String>, Value)>),
    /// `"text"`
    Text(String),
    /// What renders nothing: `null`, numbers, text between tags.
    Nothing,
    /// Anything else.
    Opaque,
}

/// An element; its place among the others is its [`JsxId`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElementFlow {
    /// What its tag is; `None` for an HTML element.
    pub tag: Option<Value>,
    /// Its attributes; a spread has no name.
    pub attributes: Vec<(Option<String>, Value)>,
    /// What stands between its tags.
    pub children: Vec<Value>,
    /// Where each of them is.
    pub ranges: Vec<TextRange>,
}

/// A function or class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionFlow {
    /// Where.
    pub range: TextRange,
    /// What it gives back, on every way out; what the methods of a class give back.
    pub returns: Vec<Value>,
    /// Whether it is a class.
    pub is_class: bool,
    /// Where its body is; the whole of it where it has none of its own.
    pub body: TextRange,
    /// Whether it is async.
    pub is_async: bool,
    /// `"use cache"` and the like at the start of its body, without quotes.
    pub directives: Vec<String>,
    /// What it throws without: `if (!user) throw …`.
    pub required: Vec<Value>,
    /// What it calls where something lacks: `if (!user) unauthorized()`, `user ?? unauthorized()`.
    pub otherwise: Vec<(Value, CallId)>,
    /// Whether it gives nothing back and ends in a `throw`.
    pub always_throws: bool,
    /// The class whose property it is: `renderMenu = () => …`.
    pub class: Option<FunctionId>,
}

/// A call, or `new`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallFlow {
    /// Where.
    pub range: TextRange,
    /// What is called.
    pub callee: Value,
    /// With what.
    pub arguments: Vec<Value>,
    /// Where each argument is.
    pub ranges: Vec<TextRange>,
    /// What has to hold for an argument that may be a text to be something else: `ready` of `f(ready ? {} : "skip")`.
    pub conditions: Vec<Value>,
    /// Whether what it throws is caught around it.
    pub is_caught: bool,
    /// The function around.
    pub owner: Option<FunctionId>,
}

/// What the expressions of a file are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// What is assigned to each name that it declares, everywhere in the file.
    pub variables: Vec<Vec<Value>>,
    /// Its elements, in the order of [`crate::FileFacts::elements`].
    pub elements: Vec<ElementFlow>,
    /// Its functions and classes.
    pub functions: Vec<FunctionFlow>,
    /// Its calls.
    pub calls: Vec<CallFlow>,
    /// What has to hold for a variable that may be a text to be something else.
    pub chosen: Vec<(VariableId, Vec<Value>)>,
    /// What it exports of its own; what it passes on from other modules is in [`crate::FileFacts::exports`].
    pub exports: Vec<(ImportedName, Value)>,
}

impl Flow {
    /// Gives back the memory that growing took: facts are kept as long as the tool runs.
    pub(crate) fn shrunk(mut self) -> Self {
        self.variables.iter_mut().for_each(Vec::shrink_to_fit);
        self.functions.iter_mut().for_each(|function| function.returns.shrink_to_fit());
        self.variables.shrink_to_fit();
        self.elements.shrink_to_fit();
        self.functions.shrink_to_fit();
        self.calls.shrink_to_fit();
        self
    }

    /// What is assigned to a name.
    pub fn variable(&self, id: VariableId) -> &[Value] {
        self.variables.get(id.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// The element `id`.
    pub fn element(&self, id: JsxId) -> Option<&ElementFlow> {
        self.elements.get(id.0 as usize)
    }

    /// The function or class `id`.
    pub fn function(&self, id: FunctionId) -> Option<&FunctionFlow> {
        self.functions.get(id.0 as usize)
    }

    /// The call `id`.
    pub fn call(&self, id: CallId) -> Option<&CallFlow> {
        self.calls.get(id.0 as usize)
    }

    /// The functions that are properties of a class, with what they give back: its render methods written as arrows.
    pub fn properties_of(&self, class: FunctionId) -> impl Iterator<Item = &FunctionFlow> {
        // Most functions are no class, and a file may have thousands.
        let is_class = self.function(class).is_some_and(|function| function.is_class);
        let functions = if is_class { self.functions.as_slice() } else { &[] };
        functions.iter().filter(move |function| function.class == Some(class))
    }
}
