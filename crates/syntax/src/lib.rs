//! A TypeScript and TSX toolkit over swc: parse, bindings, style, printing, imports, JSX, facts of a file.
//!
//! Invariant: knows nothing of Convex or Clerk, and reads no file; swc's positions never leave this crate (`span.rs` turns them into
//! [`change::TextRange`]).

mod bindings;
mod body;
mod build;
mod call_module;
mod call_option;
mod collect;
mod config_list;
mod create_element;
mod exported_list;
mod facts;
mod flow;
mod handler;
mod imports;
mod interface;
mod jsx;
mod literals;
mod mentions;
mod parse;
mod place;
mod print;
mod requires;
mod source;
mod span;
pub mod style;
mod value;
mod votes;

pub use bindings::{Bindings, Imported, Meaning, Via};
pub use build::{Attribute, Expression, attribute, awaited_call, env_member, identifier, non_null, path, spread};
pub use call_module::call_module;
pub use call_option::add_call_option;
pub use config_list::{ConfigItem, ConfigProperty, append_config_item, config_items, config_module, text_literal};
pub use create_element::{CallRewrite, Property, rewrite_call};
pub use exported_list::{ExportedTexts, add_exported_text, exported_texts};
pub use facts::{
    Argument, AttributeFact, AttributeValue, ComponentFact, ComponentId, EnvFact, ExportFact, ExportSource, FileFacts,
    ImportFact, ImportKind, JsxFact, JsxId, NewFact, Reference, SpecifierFact, ValueFact, file_facts,
};
pub use handler::{Handler, Wrapper, compose_handler};
pub use imports::import_edits;
pub use interface::add_interface_member;
pub use jsx::{ElementRewrite, Tag, has_own_lines, rewrite_element, wrap_child};
pub use mentions::{Declaration, Mention, Mentions};
pub use parse::{MAX_BYTES, MAX_NESTING, ParseFailure, ParsedModule, on_deep_stack, parse};
pub use requires::{RequireChange, is_es_module, require_edits};
pub use source::{Source, SourceFile, SourceKind};
pub use value::{CallFlow, CallId, ElementFlow, Flow, FunctionFlow, FunctionId, Value, VariableId};
pub use votes::evidence_of;
