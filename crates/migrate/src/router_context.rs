//! The context of a router, read where providers are added.
//!
//! ```tsx
//! function RootComponent() {
//!   const context = useRouteContext({ from: Route.id });
//! ```
//! An arrow without a block gets one.

use std::collections::BTreeSet;

use change::{EditSet, TextEdit, TextRange};
use syntax::style::Style;
use syntax::{FunctionFact, ParsedModule, function_at, restyled};

use crate::added::Client;
use crate::graph::render::Place;
use crate::names::{Names, has_word};
use crate::refusal::{Refusal, RefusalReason};
use crate::rewire::Rewiring;

/// The context in one file.
#[derive(Default)]
pub(crate) struct RouterContext {
    /// The variable that holds it.
    pub(crate) name: String,
    /// What declares it.
    pub(crate) edits: EditSet,
}

/// Reads the context in the components around the places that want it.
///
/// # Errors
/// A refusal where a component has no place for it.
pub(crate) fn router_context(
    rewiring: &Rewiring<'_>,
    module: &ParsedModule,
    style: &Style,
    places: &BTreeSet<Place>,
    names: &mut Names<'_, '_>,
) -> Result<RouterContext, Refusal> {
    let wants = |place: &&Place| rewiring.targets.adds.get(place) == Some(&Client::Context);
    let mut functions: Vec<(Place, FunctionFact)> = Vec::new();
    for place in places.iter().filter(wants) {
        let refuse = || {
            let message = "the component of the root route has no place for the router's context";
            Refusal::new(RefusalReason::UnprovenForm, message, Some(rewiring.survey.location(*place)))
        };
        let facts = rewiring.survey.modules.sources.facts(place.0);
        let range = rewiring.survey.range(*place).ok_or_else(refuse)?;
        let around = facts.flow.functions.iter().filter(|function| function.range.covers(range));
        let range = around.map(|function| function.range).min_by_key(|range| range.len()).ok_or_else(refuse)?;
        let function = function_at(module, range).ok_or_else(refuse)?;
        if !functions.iter().any(|(_, known)| known.range == function.range) {
            functions.push((*place, function));
        }
    }
    let mut context = RouterContext::default();
    let Some((place, first)) = functions.first() else { return Ok(context) };
    let text = first.range.slice(module.text()).unwrap_or_default();
    context.name = if has_word(text, "context") { "routeContext" } else { "context" }.to_owned();
    let hook = names.local_beside("@tanstack/react-router", "useRouteContext", "useRouteContext", None);
    let statement = restyled(&format!("const {} = {hook}({{ from: Route.id }});", context.name), style);
    for (_, function) in &functions {
        let edits = declare(module, style, function, &statement);
        let merged = edits.map(|edits| context.edits.merge(&edits).is_ok());
        if merged != Some(true) {
            let message = "the component of the root route has no place for the router's context";
            let location = Some(rewiring.survey.location(*place));
            return Err(Refusal::new(RefusalReason::UnprovenForm, message, location));
        }
    }
    Ok(context)
}

/// Puts a statement first into a function.
fn declare(module: &ParsedModule, style: &Style, function: &FunctionFact, statement: &str) -> Option<EditSet> {
    let mut edits = EditSet::default();
    let (eol, unit) = (style.eol.as_str(), style.indent.unit());
    let slice = |from, to| TextRange::new(from, to).slice(module.text()).unwrap_or_default();
    let indent = |at: u32| {
        let lead = slice(module.lines.line_start(at), at);
        lead.chars().take_while(|c| matches!(c, ' ' | '\t')).collect::<String>()
    };
    if function.statements.is_some() {
        // None for `{ return <Document />; }` on one line.
        let first = function.first_line(module)?;
        edits.push(TextEdit::insertion(first, format!("{statement}{eol}{eol}{}", indent(first)))).ok()?;
        return Some(edits);
    }
    let head = slice(function.range.start(), function.body.start());
    let arrow = function.range.start() + head.rfind("=>")? as u32 + 2;
    let gap = slice(arrow, function.range.end());
    let start = arrow + (gap.len() - gap.trim_start().len()) as u32;
    if module.text().get(arrow as usize..start as usize)?.contains('\n') || gap.contains('`') {
        return None;
    }
    let own = indent(function.range.start());
    let end = if style.semicolons { ";" } else { "" };
    edits
        .push(TextEdit::insertion(start, format!("{{{eol}{own}{unit}{statement}{eol}{eol}{own}{unit}return ")))
        .ok()?;
    let body = slice(start, function.range.end());
    for (at, _) in body.match_indices('\n') {
        let line = start + at as u32 + 1;
        let is_blank = slice(line, function.range.end()).split(['\r', '\n']).next().unwrap_or_default().is_empty();
        if !is_blank {
            edits.push(TextEdit::insertion(line, unit)).ok()?;
        }
    }
    edits.push(TextEdit::insertion(function.range.end(), format!("{end}{eol}{own}}}"))).ok()?;
    Some(edits)
}
