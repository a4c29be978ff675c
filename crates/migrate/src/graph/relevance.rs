//! What can lead to a provider at all, so that a walk leaves the other thousand components alone.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use change::ImportedName;
use syntax::{CallId, FunctionId, Imported, JsxId, Value, VariableId};

use super::modules::Modules;
use super::sources::FileId;

/// Whether something can lead to a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Relevance {
    No,
    /// Only if the function around was given something that can.
    Given,
    Yes,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Node {
    Element(JsxId),
    Function(FunctionId),
    Variable(VariableId),
    Call(CallId),
}

/// What can lead to a provider.
pub(crate) struct RelevanceMap<'a, 'm> {
    modules: &'m Modules<'a>,
    files: BTreeSet<FileId>,
    is_marked: fn(&str, &ImportedName) -> bool,
    known: RefCell<HashMap<(FileId, Node), Relevance>>,
}

impl<'a, 'm> RelevanceMap<'a, 'm> {
    /// `is_marked` tells the exports of packages that a walk looks for.
    pub(crate) fn new(modules: &'m Modules<'a>, is_marked: fn(&str, &ImportedName) -> bool) -> Self {
        let files = files(modules, is_marked);
        Self { modules, files, is_marked, known: RefCell::default() }
    }

    /// Whether a file leads to a provider by what it takes in.
    pub(crate) fn file(&self, file: FileId) -> bool {
        self.files.contains(&file)
    }

    pub(crate) fn value(&self, file: FileId, value: &Value) -> Relevance {
        match value {
            Value::Imported(imported) => self.imported(file, imported),
            Value::Variable(id) => self.node(file, Node::Variable(*id)),
            Value::Argument(..) => Relevance::Given,
            Value::Member(object, _) | Value::Item(object) => self.value(file, object),
            Value::Element(id) => self.node(file, Node::Element(*id)),
            Value::Function(id) => self.node(file, Node::Function(*id)),
            Value::Call(id) => self.node(file, Node::Call(*id)),
            Value::Module(module) => self.module(file, module),
            Value::List(values) | Value::OneOf(values) => self.most(file, values.iter()),
            Value::Object(props) => self.most(file, props.iter().map(|(_, value)| value)),
            Value::Global(_) | Value::Text(_) | Value::Nothing | Value::Opaque => Relevance::No,
        }
    }

    fn most<'v>(&self, file: FileId, values: impl Iterator<Item = &'v Value>) -> Relevance {
        let mut most = Relevance::No;
        for value in values {
            most = most.max(self.value(file, value));
            if most == Relevance::Yes {
                break;
            }
        }
        most
    }

    fn imported(&self, file: FileId, imported: &Imported) -> Relevance {
        if (self.is_marked)(&imported.module, &imported.export) {
            return Relevance::Yes;
        }
        self.module(file, &imported.module)
    }

    fn module(&self, file: FileId, module: &str) -> Relevance {
        match self.modules.target(file, module) {
            Ok(Some(target)) if self.files.contains(&target) => Relevance::Yes,
            // What can't be found may be anything.
            Err(()) => Relevance::Yes,
            Ok(_) => Relevance::No,
        }
    }

    fn node(&self, file: FileId, node: Node) -> Relevance {
        if let Some(known) = self.known.borrow().get(&(file, node)) {
            return *known;
        }
        // Whatever leads back here adds nothing.
        self.known.borrow_mut().insert((file, node), Relevance::No);
        let flow = &self.modules.sources.facts(file).flow;
        let found = match node {
            Node::Variable(id) => self.most(file, flow.variable(id).iter()),
            Node::Element(id) => flow.element(id).map_or(Relevance::No, |element| {
                let attributes = element.attributes.iter().map(|(_, value)| value);
                self.most(file, element.tag.iter().chain(attributes).chain(&element.children))
            }),
            Node::Function(id) => flow.function(id).map_or(Relevance::No, |function| {
                let arrows = flow.properties_of(id).flat_map(|property| &property.returns);
                self.most(file, function.returns.iter().chain(arrows))
            }),
            Node::Call(id) => flow
                .call(id)
                .map_or(Relevance::No, |call| self.most(file, std::iter::once(&call.callee).chain(&call.arguments))),
        };
        self.known.borrow_mut().insert((file, node), found);
        found
    }
}

/// The files that lead to a marked export by what they take in.
fn files(modules: &Modules<'_>, is_marked: fn(&str, &ImportedName) -> bool) -> BTreeSet<FileId> {
    let mut importers: BTreeMap<FileId, Vec<FileId>> = BTreeMap::new();
    let mut found = BTreeSet::new();
    let mut queue = Vec::new();
    for file in modules.sources.ids() {
        let mut is_relevant = marks(modules, file, is_marked);
        for target in modules.imports(file) {
            match target {
                Ok(Some(target)) => importers.entry(target).or_default().push(file),
                Ok(None) => {}
                Err(()) => is_relevant = true,
            }
        }
        if is_relevant && found.insert(file) {
            queue.push(file);
        }
    }
    while let Some(file) = queue.pop() {
        for importer in importers.get(&file).into_iter().flatten() {
            if found.insert(*importer) {
                queue.push(*importer);
            }
        }
    }
    found
}

/// Whether a file itself takes in a marked export, or all of a package that has one.
fn marks(modules: &Modules<'_>, file: FileId, is_marked: fn(&str, &ImportedName) -> bool) -> bool {
    use syntax::{ExportSource, ImportKind};
    let facts = modules.sources.facts(file);
    let whole = |module: &str| is_marked(module, &ImportedName::Namespace);
    let imports = facts.imports.iter().any(|import| {
        let names = import
            .specifiers
            .iter()
            .any(|specifier| !specifier.type_only && is_marked(&import.module, &specifier.name));
        names || (import.kind != ImportKind::Static && whole(&import.module))
    });
    imports
        || facts.exports.iter().any(|export| match &export.source {
            ExportSource::From(module, name) => is_marked(module, name),
            ExportSource::All(module) => whole(module),
            _ => false,
        })
}
