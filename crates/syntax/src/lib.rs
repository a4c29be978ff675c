//! A TypeScript and TSX toolkit over swc: parse, bindings, style, printing, imports, JSX, facts of a file.
//!
//! Invariant: knows nothing of Convex or Clerk, and reads no file; swc's positions never leave this crate (`span.rs` turns them into
//! [`change::TextRange`]).

mod bindings;
mod body;
mod build;
mod call_module;
mod call_option;
mod callback;
mod collect;
mod colours;
mod component;
mod config_list;
mod create_element;
mod enclose;
mod exported_list;
mod facts;
mod flow;
mod functions;
mod handler;
mod imports;
mod interface;
mod jsx;
mod jsx_children;
mod literals;
mod members;
mod mentions;
mod object;
mod parse;
mod place;
mod print;
mod remarks;
mod requires;
mod search;
mod snippet;
mod source;
mod span;
mod specifiers;
pub mod style;
mod value;
mod votes;

pub use bindings::{Bindings, Imported, Meaning, Via};
pub use build::{
    Attribute, Expression, attribute, awaited_call, env_member, identifier, non_null, path, spread, text_attribute,
};
pub use call_module::call_module;
pub use call_option::add_call_option;
pub use callback::{OuterCall, WrappedExport, wrap_export};
pub use colours::{Colour, colours};
pub use component::{Adds, ReadProp, WantedProp, read_prop};
pub use config_list::{
    ConfigItem, ConfigProperty, ConfigValue, append_config_item, config_items, config_module, text_literal,
};
pub use create_element::{CallRewrite, Property, rewrite_call};
pub use enclose::{Enclosure, Markup, enclose};
pub use exported_list::{ExportedTexts, add_exported_text, exported_texts};
pub use facts::{
    Argument, AttributeFact, AttributeValue, ComponentFact, ComponentId, EnvFact, ExportFact, ExportSource, FileFacts,
    ImportFact, ImportKind, JsxFact, JsxId, NewFact, Reference, SpecifierFact, ValueFact, file_facts,
};
pub use functions::{BoundName, FunctionFact, ParameterFact, default_function, function_named};
pub use handler::{Handler, Wrapper, compose_handler};
pub use imports::import_edits;
pub use interface::add_interface_member;
pub use jsx::{ElementRewrite, Tag, has_own_lines, rewrite_element};
pub use jsx_children::{wrap_child, wrap_children};
pub use members::Members;
pub use mentions::{Declaration, Mention, Mentions};
pub use object::{ObjectFact, PropertyFact, array_in, default_object, exported_value, object_in};
pub use parse::{MAX_BYTES, MAX_NESTING, ParseFailure, ParsedModule, on_deep_stack, parse, parsed};
pub use remarks::{Lapse, governs_next_line, lapse};
pub use requires::{RequireChange, is_es_module, require_edits};
pub use search::{CallPlace, calls, declared_type, function_at, is_exported, returns, type_members, variable_value};
pub use snippet::{after_imports, before_statement, restyled};
pub use source::{Source, SourceFile, SourceKind};
pub use specifiers::specifiers;
pub use value::{CallFlow, CallId, ElementFlow, Flow, FunctionFlow, FunctionId, Value, VariableId};
pub use votes::evidence_of;
