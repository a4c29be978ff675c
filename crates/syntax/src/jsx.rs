//! Wrapping and renaming a JSX element, laid out as Prettier would lay it out, by edits alone.
//!
//! ```tsx
//! root.render(
//!   <Old client={c}>
//!     <App />
//!   </Old>,
//! );
//! ```
//! renamed, given an attribute and wrapped becomes
//! ```tsx
//! root.render(
//!   <Outer id={x}>
//!     <New client={c} use={y}>
//!       <App />
//!     </New>
//!   </Outer>,
//! );
//! ```
//! The element's own lines are kept whole and moved in by one indent each; a line that begins inside a template literal or a string is
//! not moved. An element that stands on one line within a statement is put on lines of its own, where whitespace means nothing.

use change::{Conflict, EditSet, TextEdit, TextRange};
use swc_ecma_ast::{JSXElement, JSXElementChild, JSXOpeningElement};
use swc_ecma_visit::{Visit, VisitWith};

use crate::build::{self, Attribute};
use crate::enclose::Markup;
use crate::literals::Literals;
use crate::parse::ParsedModule;
use crate::place::{Place, TagOnLine, place_of};
use crate::print::Printer;
use crate::style::{Style, TrailingComma};

/// An element to wrap another in.
#[derive(Clone, Debug)]
pub struct Tag {
    /// The name as the file knows it.
    pub name: String,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
}

/// What to do with one element.
#[derive(Clone, Debug, Default)]
pub struct ElementRewrite {
    /// The element's new name, in both of its tags.
    pub rename: Option<String>,
    /// Attributes to add after those that are there.
    pub attributes: Vec<Attribute>,
    /// The elements to put around it, outermost first.
    pub wrap_in: Vec<Tag>,
    /// What comes before the innermost of those, each on lines of its own.
    pub before: Vec<Markup>,
    /// What comes first in the innermost of those.
    pub first: Vec<Markup>,
    /// An element inside it that is taken out and put around it instead, its tags as they are written; what was in it stays in place. Its
    /// tags have to stand on lines of their own: see [`has_own_lines`].
    pub pull_out: Option<TextRange>,
}

/// Whether the tags of the element at `range` stand on lines of their own, so that they can be taken away and nothing else.
pub fn has_own_lines(module: &ParsedModule, range: TextRange) -> bool {
    let mut search = Search { module, range, found: None };
    module.program.visit_with(&mut search);
    search.found.is_some_and(|element| tag_lines(module, &element).is_some())
}

/// The lines of an element's two tags, line breaks included.
pub(crate) fn tag_lines(module: &ParsedModule, element: &JSXElement) -> Option<(TextRange, TextRange)> {
    let whole = |range: TextRange| {
        let start = module.lines.line_start(range.start());
        let rest = module.text().get(range.end() as usize..)?;
        let end = range.end() + rest.find('\n')? as u32 + 1;
        let slice = |from, to| TextRange::new(from, to).slice(module.text()).unwrap_or_default().trim();
        let alone = slice(start, range.start()).is_empty() && slice(range.end(), end).is_empty();
        alone.then(|| TextRange::new(start, end))
    };
    Some((whole(module.range(&element.opening))?, whole(module.range(element.closing.as_ref()?))?))
}

/// The edits that rewrite the element at `range`.
///
/// # Errors
/// A [`Conflict`] would be a defect of this function.
pub fn rewrite_element(
    module: &ParsedModule,
    style: &Style,
    range: TextRange,
    rewrite: &ElementRewrite,
) -> Result<EditSet, Conflict> {
    let mut search = Search { module, range, found: None };
    module.program.visit_with(&mut search);
    let mut edits = EditSet::default();
    if let Some(element) = search.found {
        let pulled = rewrite.pull_out.and_then(|range| {
            let mut search = Search { module, range, found: None };
            module.program.visit_with(&mut search);
            search.found
        });
        let node = Node::Element(&element);
        Rewriter { module, style, node, range, rewrite, pulled }.edits(&mut edits)?;
    }
    Ok(edits)
}

/// What is rewritten.
#[derive(Clone, Copy)]
pub(crate) enum Node<'a> {
    Element(&'a JSXElement),
    Child(&'a JSXElementChild),
    /// Whatever stands between two places.
    Run,
}

pub(crate) struct Search<'a> {
    pub(crate) module: &'a ParsedModule,
    pub(crate) range: TextRange,
    pub(crate) found: Option<JSXElement>,
}

impl Visit for Search<'_> {
    fn visit_jsx_element(&mut self, element: &JSXElement) {
        if self.module.range(element) == self.range {
            self.found = Some(element.clone());
        } else if self.module.range(element).covers(self.range) {
            element.visit_children_with(self);
        }
    }
}

pub(crate) struct Rewriter<'a> {
    pub(crate) module: &'a ParsedModule,
    pub(crate) style: &'a Style,
    pub(crate) node: Node<'a>,
    pub(crate) range: TextRange,
    pub(crate) rewrite: &'a ElementRewrite,
    /// The element that is taken out and put around.
    pub(crate) pulled: Option<JSXElement>,
}

impl Rewriter<'_> {
    /// How many elements are put around.
    fn depth(&self) -> usize {
        self.rewrite.wrap_in.len() + usize::from(self.pulled.is_some())
    }

    /// A tag of the element that is taken out, at `indent`: on one line where it fits now that it stands further out; else the other lines
    /// of an opening tag on several lines move with its first.
    fn pulled_tag(&self, opening: &JSXOpeningElement, indent: &str) -> String {
        let tag = self.module.range(opening);
        let attributes: Vec<&str> =
            opening.attrs.iter().map(|attribute| self.slice(self.module.attribute_range(attribute))).collect();
        let line = format!("<{} {}>", self.slice(self.module.range(&opening.name)), attributes.join(" "));
        let many = self.style.single_attribute_per_line && attributes.len() > 1;
        let fits = self.columns(indent) + line.chars().count() <= self.style.width as usize;
        if fits && !many && !attributes.is_empty() && !line.contains('\n') && !self.module.has_comment_in(tag) {
            return line;
        }
        let line = self.module.lines.line_start(tag.start());
        let old = self.slice(TextRange::new(line, tag.start()));
        let mut lines = self.slice(tag).split('\n');
        let first = lines.next().unwrap_or_default().to_owned();
        lines.fold(first, |text, line| format!("{text}\n{}{}", indent, line.strip_prefix(old).unwrap_or(line)))
    }

    pub(crate) fn edits(&self, edits: &mut EditSet) -> Result<(), Conflict> {
        let (eol, unit) = (self.style.eol.as_str(), self.style.indent.unit());
        let line = self.module.lines.line_start(self.range.start());
        let lead = self.slice(TextRange::new(line, self.range.start())).trim_start_matches('\u{feff}');
        let own_indent: String = lead.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
        let is_one_line = !self.slice(self.range).contains('\n');
        // Whether the element has to leave the line that it shares with the code around it.
        let breaks_out = is_one_line && !lead.trim().is_empty();
        let place = if breaks_out { place_of(self.module, self.range) } else { Place::Hugged };
        let mut own_indent = own_indent;
        if let Place::Child { outer, .. } = &place {
            own_indent = self.outer_edits(*outer, lead, &own_indent, edits)?;
        }
        let (open, close, base) = self.frame(&place, &own_indent);
        let mut before = open;
        let mut after = String::new();
        let mut indent = base;
        // A hugged element's first tag follows what is on its line: `return (<Outer …>`.
        let mut column = if place == Place::Hugged { self.columns(lead) } else { self.columns(&indent) };
        if let (Node::Child(JSXElementChild::JSXExprContainer(_)), [tag], true) =
            (self.node, self.rewrite.wrap_in.as_slice(), is_one_line)
        {
            let (opening, closing) =
                (self.opening_text(tag, &indent, column), Printer::new(self.style).print(build::closing(&tag.name)));
            let length = opening.chars().count() + self.slice(self.range).chars().count() + closing.chars().count();
            if !opening.contains('\n') && column + length <= self.style.width as usize {
                self.place_edits(&place, &own_indent, edits)?;
                edits.push(TextEdit::insertion(self.range.start(), before + &opening))?;
                return edits.push(TextEdit::insertion(self.range.end(), closing + &close));
            }
        }
        for markup in self.rewrite.before.iter().filter(|_| self.rewrite.wrap_in.is_empty()) {
            before.push_str(&format!("{}{eol}{indent}", self.markup(markup, &indent)));
        }
        for (index, tag) in self.rewrite.wrap_in.iter().enumerate() {
            let is_innermost = index + 1 == self.rewrite.wrap_in.len();
            for markup in self.rewrite.before.iter().filter(|_| is_innermost) {
                before.push_str(&format!("{}{eol}{indent}", self.markup(markup, &indent)));
                column = self.columns(&indent);
            }
            let opening = self.opening_text(tag, &indent, column);
            let closing = Printer::new(self.style).print(build::closing(&tag.name));
            if is_innermost && is_one_line && self.hugs(&opening, &closing, column) {
                before.push_str(&opening);
                after.insert_str(0, &closing);
                continue;
            }
            before.push_str(&format!("{opening}{eol}{indent}{unit}"));
            column = self.columns(&indent) + self.columns(unit);
            after.insert_str(0, &format!("{eol}{indent}{closing}"));
            indent.push_str(unit);
            for markup in self.rewrite.first.iter().filter(|_| is_innermost) {
                before.push_str(&format!("{}{eol}{indent}", self.markup(markup, &indent)));
            }
        }
        if let Some(pulled) = &self.pulled {
            let Some((opening, closing)) = tag_lines(self.module, pulled) else { return Ok(()) };
            let tag = self.pulled_tag(&pulled.opening, &indent);
            before.push_str(&format!("{tag}{eol}{indent}{unit}"));
            if let Some(tag) = &pulled.closing {
                after.insert_str(0, &format!("{eol}{indent}{}", self.slice(self.module.range(tag))));
            }
            indent.push_str(unit);
            edits.push(TextEdit::replacement(opening, ""))?;
            edits.push(TextEdit::replacement(closing, ""))?;
        }
        self.place_edits(&place, &own_indent, edits)?;
        edits.push(TextEdit::insertion(self.range.start(), before))?;
        if let Node::Element(element) = self.node {
            self.tag_edits(element, &indent, is_one_line, edits)?;
        }
        self.indent_edits(edits)?;
        edits.push(TextEdit::insertion(self.range.end(), after + &close))
    }

    /// What opens and closes the place of the element, and the indent of the outermost tag in it.
    fn frame(&self, place: &Place, own_indent: &str) -> (String, String, String) {
        let (eol, unit) = (self.style.eol.as_str(), self.style.indent.unit());
        let inner = format!("{own_indent}{unit}");
        match place {
            Place::Hugged => (String::new(), String::new(), own_indent.to_owned()),
            Place::Bare { .. } => (format!("({eol}{inner}"), format!("{eol}{own_indent})"), inner),
            Place::Parens => (format!("{eol}{inner}"), format!("{eol}{own_indent}"), inner),
            Place::Argument { first, end, has_comma, .. } => {
                let open = if first.is_none() { format!("{eol}{inner}") } else { String::new() };
                let close = if end.is_none() { self.arguments_end(*has_comma, own_indent) } else { String::new() };
                (open, close, inner)
            }
            Place::Child { parents, .. } => {
                // `<StrictMode><Old/></StrictMode>`: each parent on that line opens up as well.
                let depth = parents.len();
                let inner = format!("{own_indent}{}", unit.repeat(depth));
                let close = format!("{eol}{own_indent}{}", unit.repeat(depth - 1));
                (format!("{eol}{inner}"), close, inner)
            }
            Place::Property { .. } | Place::Guarded { .. } => {
                (format!("({eol}{inner}{unit}"), format!("{eol}{inner})"), format!("{inner}{unit}"))
            }
            Place::Attribute { tag, is_result } => {
                let own = if tag.is_some() { inner } else { own_indent.to_owned() };
                let (open, close) = if *is_result { ("(", ")") } else { ("", "") };
                (format!("{open}{eol}{own}{unit}"), format!("{eol}{own}{close}"), format!("{own}{unit}"))
            }
        }
    }

    /// What stands between the last of several arguments on lines of their own and the `)`.
    fn arguments_end(&self, has_comma: bool, own_indent: &str) -> String {
        let comma = if !has_comma && self.style.trailing_comma == TrailingComma::All { "," } else { "" };
        format!("{comma}{}{own_indent}", self.style.eol.as_str())
    }

    /// `return <StrictMode><Old/></StrictMode>`: the outermost element on the line leaves it too. Gives the indent of its line.
    fn outer_edits(
        &self,
        outer: TextRange,
        lead: &str,
        own_indent: &str,
        edits: &mut EditSet,
    ) -> Result<String, Conflict> {
        let outer_lead = lead.get(..lead.len() - (self.range.start() - outer.start()) as usize).unwrap_or_default();
        if outer_lead.trim().is_empty() {
            return Ok(own_indent.to_owned());
        }
        let place = place_of(self.module, outer);
        let (open, close, indent) = self.frame(&place, own_indent);
        edits.push(TextEdit::insertion(outer.start(), open))?;
        edits.push(TextEdit::insertion(outer.end(), close))?;
        self.place_edits(&place, own_indent, edits)?;
        Ok(indent)
    }

    /// Edits of the code around an element that leaves its line.
    fn place_edits(&self, place: &Place, own_indent: &str, edits: &mut EditSet) -> Result<(), Conflict> {
        let (eol, unit) = (self.style.eol.as_str(), self.style.indent.unit());
        match place {
            Place::Argument { first, gaps, end, has_comma } => {
                let line = format!("{eol}{own_indent}{unit}");
                if let Some(first) = first {
                    edits.push(TextEdit::insertion(*first, line.clone()))?;
                }
                for gap in gaps {
                    edits.push(TextEdit::replacement(*gap, line.clone()))?;
                }
                if let Some(end) = end {
                    edits.push(TextEdit::insertion(*end, self.arguments_end(*has_comma, own_indent)))?;
                }
                Ok(())
            }
            Place::Child { parents, .. } => {
                // Outermost first; the innermost parent's line breaks are the frame's.
                for (depth, parent) in parents.iter().enumerate().take(parents.len() - 1) {
                    let inside = format!("{eol}{own_indent}{}", unit.repeat(depth + 1));
                    let outside = format!("{eol}{own_indent}{}", unit.repeat(depth));
                    edits.push(TextEdit::insertion(parent.start(), inside))?;
                    edits.push(TextEdit::insertion(parent.end(), outside))?;
                }
                Ok(())
            }
            Place::Bare { beside: Some(other) } => {
                edits.push(TextEdit::insertion(other.start(), format!("({eol}{own_indent}{unit}")))?;
                edits.push(TextEdit::insertion(other.end(), format!("{eol}{own_indent})")))
            }
            Place::Guarded { gap } => edits.push(TextEdit::replacement(*gap, format!("{eol}{own_indent}{unit}"))),
            Place::Property { gaps, end } => {
                for gap in gaps {
                    edits.push(TextEdit::replacement(*gap, format!("{eol}{own_indent}{unit}")))?;
                }
                let comma = if self.style.trailing_comma == TrailingComma::None { "" } else { "," };
                edits.push(TextEdit::replacement(*end, format!("{comma}{eol}{own_indent}")))
            }
            Place::Attribute { tag: Some(TagOnLine { gaps, end, is_self_closing }), .. } => {
                for gap in gaps {
                    edits.push(TextEdit::replacement(*gap, format!("{eol}{own_indent}{unit}")))?;
                }
                edits.push(TextEdit::replacement(*end, self.tag_end(own_indent, *is_self_closing)))
            }
            Place::Hugged | Place::Bare { beside: None } | Place::Parens | Place::Attribute { tag: None, .. } => Ok(()),
        }
    }

    /// The opening tag of a new element at `column` of a line that begins with `indent`.
    pub(crate) fn opening_text(&self, tag: &Tag, indent: &str, column: usize) -> String {
        let printer = Printer::new(self.style);
        let attributes: Vec<String> =
            tag.attributes.iter().map(|attribute| printer.print(attribute.0.clone())).collect();
        let nodes = tag.attributes.iter().map(|attribute| attribute.0.clone()).collect();
        let line = printer.print(build::opening(&tag.name, nodes));
        let many = self.style.single_attribute_per_line && attributes.len() > 1;
        let fits = column + line.chars().count() <= self.style.width as usize;
        if attributes.is_empty() || (!many && fits) {
            return line;
        }
        let (eol, unit) = (self.style.eol.as_str(), self.style.indent.unit());
        let mut text = format!("<{}", tag.name);
        for attribute in &attributes {
            text.push_str(&format!(
                "{eol}{indent}{unit}{}",
                self.attribute_text(attribute, &format!("{indent}{unit}"))
            ));
        }
        text + &self.tag_end(indent, false)
    }

    /// An attribute whose line begins with `indent`: its value goes on a line of its own where it is too long for that one.
    fn attribute_text(&self, attribute: &str, indent: &str) -> String {
        let fits = self.columns(indent) + attribute.chars().count() <= self.style.width as usize;
        let parts = attribute.split_once("={").and_then(|(name, rest)| Some((name, rest.strip_suffix('}')?)));
        match parts.filter(|_| !fits) {
            Some((name, value)) => {
                let (eol, unit) = (self.style.eol.as_str(), self.style.indent.unit());
                format!("{name}={{{eol}{indent}{unit}{value}{eol}{indent}}}")
            }
            None => attribute.to_owned(),
        }
    }

    /// `>` or `/>` where a tag has its attributes on lines of their own.
    fn tag_end(&self, indent: &str, self_closing: bool) -> String {
        let eol = self.style.eol.as_str();
        match (self_closing, self.style.bracket_same_line) {
            (true, _) => format!("{eol}{indent}/>"),
            (false, true) => ">".to_owned(),
            (false, false) => format!("{eol}{indent}>"),
        }
    }

    pub(crate) fn columns(&self, indent: &str) -> usize {
        indent.chars().map(|c| if c == '\t' { self.style.tab_width as usize } else { 1 }).sum()
    }

    /// The edits of the element's own tags, whose line begins with `indent` afterwards.
    fn tag_edits(
        &self,
        element: &JSXElement,
        indent: &str,
        is_one_line: bool,
        edits: &mut EditSet,
    ) -> Result<(), Conflict> {
        let opening = &element.opening;
        let name = self.module.range(&opening.name);
        let new_name = self.rewrite.rename.as_deref();
        if let Some(new_name) = new_name {
            edits.push(TextEdit::replacement(name, new_name))?;
            if let Some(closing) = &element.closing {
                edits.push(TextEdit::replacement(self.module.range(&closing.name), new_name))?;
            }
        }
        let attributes: Vec<TextRange> =
            opening.attrs.iter().map(|attribute| self.module.attribute_range(attribute)).collect();
        let printer = Printer::new(self.style);
        let added: Vec<String> =
            self.rewrite.attributes.iter().map(|attribute| printer.print(attribute.0.clone())).collect();
        let spread_out = self.slice(self.module.range(opening)).contains('\n');
        let mut breaks = false;
        if spread_out {
            self.spread_attributes(element, &attributes, &added, edits)?;
        } else {
            breaks = self.line_of_attributes(element, indent, name, &attributes, &added, edits)?;
        }
        let many = attributes.len() + added.len() > 1;
        if is_one_line && (breaks || many || !self.rewrite.wrap_in.is_empty()) {
            self.child_breaks(element, indent, breaks || many, edits)?;
        }
        Ok(())
    }

    /// Attributes added to a tag on one line: on that line, or each on its own where it grows too long.
    fn line_of_attributes(
        &self,
        element: &JSXElement,
        indent: &str,
        name: TextRange,
        attributes: &[TextRange],
        added: &[String],
        edits: &mut EditSet,
    ) -> Result<bool, Conflict> {
        let opening = self.module.range(&element.opening);
        let last = attributes.last().map_or(name.end(), |last| last.end());
        let new_name = self.rewrite.rename.as_deref().unwrap_or_else(|| self.slice(name));
        let rest = self.slice(TextRange::new(name.end(), opening.end()));
        let extra: usize = added.iter().map(|text| text.chars().count() + 1).sum();
        let width = self.columns(indent) + 1 + new_name.chars().count() + rest.chars().count() + extra;
        let many = self.style.single_attribute_per_line && attributes.len() + added.len() > 1;
        let too_long = many || width > self.style.width as usize;
        let can_break = !self.module.has_comment_in(opening) && !added.is_empty();
        if !(too_long && can_break) {
            edits.push(TextEdit::insertion(last, added.iter().map(|text| format!(" {text}")).collect::<String>()))?;
            return Ok(false);
        }
        let (eol, unit) = (self.style.eol.as_str(), self.style.indent.unit());
        let separator = format!("{eol}{indent}{unit}");
        let mut gap_start = name.end();
        for attribute in attributes {
            edits.push(TextEdit::replacement(TextRange::new(gap_start, attribute.start()), separator.clone()))?;
            gap_start = attribute.end();
        }
        let text: String = added.iter().map(|text| format!("{separator}{text}")).collect();
        let end = TextRange::new(last, opening.end());
        edits.push(TextEdit::replacement(end, text + &self.tag_end(indent, element.opening.self_closing)))?;
        Ok(true)
    }

    /// Attributes added to a tag that has a line for each.
    fn spread_attributes(
        &self,
        element: &JSXElement,
        attributes: &[TextRange],
        added: &[String],
        edits: &mut EditSet,
    ) -> Result<(), Conflict> {
        let (Some(last), false) = (attributes.last(), added.is_empty()) else {
            let name = self.module.range(&element.opening.name);
            let text: String = added.iter().map(|text| format!(" {text}")).collect();
            return edits.push(TextEdit::insertion(name.end(), text));
        };
        let line = self.module.lines.line_start(last.start());
        let lead = self.slice(TextRange::new(line, last.start()));
        let separator = match lead.trim().is_empty() {
            true => format!("{}{}{lead}", self.style.eol.as_str(), self.style.indent.unit().repeat(self.depth())),
            false => " ".to_owned(),
        };
        // `client={convex} // the only one`: the comment stays with its attribute.
        let at = if separator == " " { last.end() } else { self.after_comments(last.end()) };
        edits.push(TextEdit::insertion(at, added.iter().map(|text| format!("{separator}{text}")).collect::<String>()))
    }

    fn after_comments(&self, from: u32) -> u32 {
        let mut end = from;
        loop {
            let rest = self.module.text().get(end as usize..).unwrap_or_default();
            let blank = end + (rest.len() - rest.trim_start_matches([' ', '\t']).len()) as u32;
            match self.module.comments.iter().find(|comment| comment.range.start() == blank) {
                Some(comment) if !self.slice(comment.range).contains('\n') => end = comment.range.end(),
                _ => return end,
            }
        }
    }

    /// Line breaks between the tags and the children of an element on one line. `force` is false where Prettier would leave a lone
    /// `{children}` beside its tags.
    fn child_breaks(
        &self,
        element: &JSXElement,
        indent: &str,
        force: bool,
        edits: &mut EditSet,
    ) -> Result<(), Conflict> {
        let children = &element.children;
        let (Some(first), Some(last), Some(closing)) = (children.first(), children.last(), &element.closing) else {
            return Ok(());
        };
        let has_tag = children.iter().any(|child| matches!(child, JSXElementChild::JSXElement(_)));
        let edge_space = |child: &JSXElementChild, at_start: bool| match child {
            // ` text`: the space shows, and a line break there would take it away.
            JSXElementChild::JSXText(text) if at_start => text.raw.starts_with([' ', '\t']),
            JSXElementChild::JSXText(text) => text.raw.ends_with([' ', '\t']),
            _ => false,
        };
        if !(force || has_tag) || edge_space(first, true) || edge_space(last, false) {
            return Ok(());
        }
        let (eol, unit) = (self.style.eol.as_str(), self.style.indent.unit());
        let has_text = children.iter().any(|child| matches!(child, JSXElementChild::JSXText(_)));
        let start = self.module.range(&element.opening).end();
        edits.push(TextEdit::insertion(start, format!("{eol}{indent}{unit}")))?;
        if !has_text {
            for child in children.iter().skip(1) {
                let at = self.module.range(child).start();
                edits.push(TextEdit::insertion(at, format!("{eol}{indent}{unit}")))?;
            }
        }
        edits.push(TextEdit::insertion(self.module.range(closing).start(), format!("{eol}{indent}")))
    }

    /// Moves the element's lines in, the first aside.
    fn indent_edits(&self, edits: &mut EditSet) -> Result<(), Conflict> {
        let prefix = self.style.indent.unit().repeat(self.depth());
        // What was in the element that is taken out stays where it is.
        let pulled = self.pulled.as_ref().and_then(|element| tag_lines(self.module, element));
        let stays =
            |start: u32| pulled.is_some_and(|(opening, closing)| opening.start() <= start && start < closing.end());
        let mut literals = Literals { module: self.module, ranges: Vec::new() };
        match self.node {
            Node::Element(element) => element.visit_with(&mut literals),
            Node::Child(child) => child.visit_with(&mut literals),
            Node::Run => self.module.program.visit_with(&mut literals),
        }
        for start in self.module.lines.line_starts() {
            if *start <= self.range.start() || *start >= self.range.end() {
                continue;
            }
            let in_literal = literals.ranges.iter().any(|range| range.start() < *start && *start < range.end());
            let rest = self.module.text().get(*start as usize..).unwrap_or_default();
            let is_blank = rest.trim_start_matches([' ', '\t']).starts_with(['\n', '\r']);
            if !in_literal && !is_blank && !stays(*start) {
                edits.push(TextEdit::insertion(*start, prefix.clone()))?;
            }
        }
        Ok(())
    }

    pub(crate) fn slice(&self, range: TextRange) -> &str {
        range.slice(self.module.text()).unwrap_or_default()
    }
}

#[cfg(test)]
#[path = "jsx_tests.rs"]
mod tests;
