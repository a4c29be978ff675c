//! What can lead to a provider at all, so that a walk leaves the other thousand components alone.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use change::ImportedName;
use rustc_hash::FxHashMap;
use syntax::{Flow, FunctionId, Imported, Value};

use super::modules::Modules;
use super::sightings::Wanted;
use super::sources::FileId;

/// Whether something can lead to a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Relevance {
    No,
    /// Only if the function around was given something that can.
    Given,
    Yes,
}

/// What can lead to a provider.
pub(crate) struct RelevanceMap<'a, 'm> {
    modules: &'m Modules<'a>,
    files: BTreeSet<FileId>,
    wanted: &'m Wanted,
    known: RefCell<FxHashMap<FileId, Rc<OfFile>>>,
}

impl<'a, 'm> RelevanceMap<'a, 'm> {
    pub(crate) fn new(modules: &'m Modules<'a>, wanted: &'m Wanted) -> Self {
        Self { modules, files: files(modules, wanted), wanted, known: RefCell::default() }
    }

    /// The files that hold what is wanted, or lead to it by what they take in.
    pub(crate) fn into_files(self) -> BTreeSet<FileId> {
        self.files
    }

    /// Whether a file leads to a provider by what it takes in.
    pub(crate) fn file(&self, file: FileId) -> bool {
        self.files.contains(&file)
    }

    pub(crate) fn value(&self, file: FileId, value: &Value) -> Relevance {
        let known = self.known.borrow().get(&file).cloned();
        let of_file = known.unwrap_or_else(|| {
            let found = Rc::new(OfFile::of(self, file));
            self.known.borrow_mut().insert(file, found.clone());
            found
        });
        of_file.value(self, file, value)
    }

    fn imported(&self, file: FileId, imported: &Imported) -> Relevance {
        if (self.wanted.is_marked)(&imported.module, &imported.export) {
            return Relevance::Yes;
        }
        self.module(file, &imported.module)
    }

    fn module(&self, file: FileId, module: &str) -> Relevance {
        match self.modules.target(file, module) {
            Ok(Some(target)) if self.files.contains(&target) => Relevance::Yes,
            Ok(Some(_)) if self.modules.variants(file, module).iter().any(|file| self.files.contains(file)) => {
                Relevance::Yes
            }
            // What can't be found may be anything.
            Err(()) => Relevance::Yes,
            // A component that leads to no provider itself may render what it is given: `lazy(() => import("./PublicLayout"))`.
            Ok(Some(_)) => Relevance::Given,
            Ok(None) => Relevance::No,
        }
    }
}

/// The relevance of everything that a file names.
struct OfFile {
    variables: Vec<Relevance>,
    elements: Vec<Relevance>,
    functions: Vec<Relevance>,
    calls: Vec<Relevance>,
}

impl OfFile {
    /// Components of a file may render each other in a circle, so this is read until nothing is added any more.
    ///
    /// `const Tree = () => <Node />; const Node = () => <Provider><Tree /></Provider>;`
    fn of(map: &RelevanceMap<'_, '_>, file: FileId) -> Self {
        let flow = &map.modules.sources.facts(file).flow;
        let nothing = |length| vec![Relevance::No; length];
        let mut found = Self {
            variables: nothing(flow.variables.len()),
            elements: nothing(flow.elements.len()),
            functions: nothing(flow.functions.len()),
            calls: nothing(flow.calls.len()),
        };
        while found.is_grown(map, file, flow) {}
        found
    }

    fn is_grown(&mut self, map: &RelevanceMap<'_, '_>, file: FileId, flow: &Flow) -> bool {
        let mut is_grown = false;
        let mut grow = |known: &mut Relevance, found: Relevance| {
            is_grown |= found > *known;
            *known = found.max(*known);
        };
        // What is within comes after what is around.
        for (index, element) in flow.elements.iter().enumerate().rev() {
            let attributes = element.attributes.iter().map(|(_, value)| value);
            let found = self.most(map, file, element.tag.iter().chain(attributes).chain(&element.children));
            grow(&mut self.elements[index], found);
        }
        for (index, call) in flow.calls.iter().enumerate().rev() {
            let found = self.most(map, file, std::iter::once(&call.callee).chain(&call.arguments));
            grow(&mut self.calls[index], found);
        }
        for (index, function) in flow.functions.iter().enumerate().rev() {
            let arrows = flow.properties_of(FunctionId(index as u32)).flat_map(|property| &property.returns);
            let is_wanted = map.wanted.components.contains(&(file, FunctionId(index as u32)));
            let found = match is_wanted {
                true => Relevance::Yes,
                false => self.most(map, file, function.returns.iter().chain(arrows)),
            };
            grow(&mut self.functions[index], found);
        }
        for (index, values) in flow.variables.iter().enumerate() {
            let found = self.most(map, file, values.iter());
            grow(&mut self.variables[index], found);
        }
        is_grown
    }

    fn most<'v>(&self, map: &RelevanceMap<'_, '_>, file: FileId, values: impl Iterator<Item = &'v Value>) -> Relevance {
        let mut most = Relevance::No;
        for value in values {
            most = most.max(self.value(map, file, value));
            if most == Relevance::Yes {
                break;
            }
        }
        most
    }

    fn value(&self, map: &RelevanceMap<'_, '_>, file: FileId, value: &Value) -> Relevance {
        let at = |known: &[Relevance], index: u32| known.get(index as usize).copied().unwrap_or(Relevance::No);
        match value {
            Value::Imported(imported) => map.imported(file, imported),
            Value::Variable(id) => at(&self.variables, id.0),
            Value::Argument(..) => Relevance::Given,
            Value::Member(object, _) | Value::Item(object) => self.value(map, file, object),
            Value::Element(id) => at(&self.elements, id.0),
            Value::Function(id) => at(&self.functions, id.0),
            Value::Call(id) => at(&self.calls, id.0),
            Value::Module(module) => map.module(file, module),
            Value::List(values) | Value::OneOf(values) => self.most(map, file, values.iter()),
            Value::Object(props) => self.most(map, file, props.iter().map(|(_, value)| value)),
            Value::Global(_) | Value::Text(_) | Value::Nothing | Value::Opaque => Relevance::No,
        }
    }
}

/// The files that hold what is wanted, or lead to it by what they take in.
fn files(modules: &Modules<'_>, wanted: &Wanted) -> BTreeSet<FileId> {
    let holding: BTreeSet<FileId> = wanted.components.iter().map(|(file, _)| *file).collect();
    let mut importers: BTreeMap<FileId, Vec<FileId>> = BTreeMap::new();
    let mut found = BTreeSet::new();
    let mut queue = Vec::new();
    for file in modules.sources.ids() {
        let is_page = wanted.pages.as_ref().is_some_and(|pages| pages.contains(&file));
        let may_mark = || !modules.sources.is_aside(file) && marks(modules, file, wanted.is_marked);
        let mut is_relevant = is_page || holding.contains(&file) || may_mark();
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
