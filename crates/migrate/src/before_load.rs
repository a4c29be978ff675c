//! The `beforeLoad` of a root route that is there, with the session's token handed on before what it does.
//!
//! ```tsx
//! beforeLoad: async ({ context }) => {
//!   const { userId, token } = await fetchClerkAuth();
//!   // …
//!   return { started, userId, token };
//! },
//! ```

use change::{EditSet, TextEdit, TextRange};
use syntax::style::Style;
use syntax::{FunctionFact, ParsedModule, PropertyFact, function_at, object_in, restyled, returns};

/// What a merge has to know.
pub(crate) struct BeforeLoad<'a> {
    pub(crate) module: &'a ParsedModule,
    pub(crate) style: &'a Style,
    /// The server function that gives the token.
    pub(crate) fetch: &'a str,
}

/// What it does with the token; `context` is the expression of the router's context.
pub(crate) fn statements(fetch: &str, context: &str) -> String {
    format!(
        "const {{ userId, token }} = await {fetch}();\n// Only while rendering on the server: its queries are sent with the session's token\nif (token) {{\n  {context}.convexQueryClient.serverHttpClient?.setAuth(token);\n}}"
    )
}

/// Names that the merged function has, besides what it returns.
const NAMES: [&str; 2] = ["userId", "token"];

/// The edits of a `beforeLoad` that is written out.
///
/// # Errors
/// Why it can't be merged.
pub(crate) fn merge(load: &BeforeLoad<'_>, property: &PropertyFact) -> Result<EditSet, &'static str> {
    let function = function_at(load.module, property.value).ok_or("the `beforeLoad` is a function of another place")?;
    let text = function.range.slice(load.module.text()).unwrap_or_default();
    if text.contains(load.fetch) || NAMES.iter().any(|name| text.contains(name)) {
        return Err("the `beforeLoad` has a `userId` or a `token` already");
    }
    let mut merge = Merge { load, function: &function, edits: EditSet::default() };
    let context = merge.context()?;
    merge.make_async(property)?;
    match &function.statements {
        Some(statements) => merge.block(statements, &context)?,
        None => merge.expression(&context)?,
    }
    Ok(merge.edits)
}

struct Merge<'a> {
    load: &'a BeforeLoad<'a>,
    function: &'a FunctionFact,
    edits: EditSet,
}

const CLASH: &str = "the edits of the `beforeLoad` clash";

impl Merge<'_> {
    fn slice(&self, from: u32, to: u32) -> &str {
        TextRange::new(from, to).slice(self.load.module.text()).unwrap_or_default()
    }

    fn push(&mut self, edit: TextEdit) -> Result<(), &'static str> {
        self.edits.push(edit).map_err(|_| CLASH)
    }

    fn indent(&self, at: u32) -> String {
        let lead = self.slice(self.load.module.lines.line_start(at), at);
        lead.chars().take_while(|c| matches!(c, ' ' | '\t')).collect()
    }

    /// The expression that reads the router's context, made readable.
    fn context(&mut self) -> Result<String, &'static str> {
        let Some(first) = self.function.parameters.first() else {
            let open = self.function.open.ok_or("the `beforeLoad` has no place for a parameter")?;
            self.push(TextEdit::insertion(open, "ctx"))?;
            return Ok("ctx.context".to_owned());
        };
        if let Some(name) = &first.name {
            return Ok(format!("{name}.context"));
        }
        let (members, names) =
            first.pattern.as_ref().ok_or("the `beforeLoad` takes its parameter in an unknown form")?;
        if let Some(bound) = names.iter().find(|bound| bound.name == "context") {
            return bound.local.clone().ok_or("the `beforeLoad` takes the context apart in its parameter");
        }
        if let Some(rest) = names.iter().find(|bound| bound.is_rest) {
            let rest = rest.local.as_ref().ok_or("the `beforeLoad` takes its parameter in an unknown form")?;
            return Ok(format!("{rest}.context"));
        }
        let edits = members.insert(self.load.module, self.load.style, usize::MAX, &["context".to_owned()]);
        self.edits.merge(&edits.map_err(|_| CLASH)?).map_err(|_| CLASH)?;
        Ok("context".to_owned())
    }

    fn make_async(&mut self, property: &PropertyFact) -> Result<(), &'static str> {
        if self.function.is_async {
            return Ok(());
        }
        let at = if property.is_method { property.value.start() } else { self.function.range.start() };
        self.push(TextEdit::insertion(at, "async "))
    }

    /// Into a block: first what hands the token on, then what it has.
    fn block(&mut self, all: &[TextRange], context: &str) -> Result<(), &'static str> {
        let eol = self.load.style.eol.as_str();
        let text = restyled(&statements(self.load.fetch, context), self.load.style);
        let given = returns(self.load.module, self.function.range);
        let (Some(first), Some(last)) = (all.first(), all.last()) else {
            return Err("the `beforeLoad` is empty");
        };
        let lead = self.indent(first.start());
        if !self.slice(self.load.module.lines.line_start(first.start()), first.start()).trim().is_empty() {
            return Err("the `beforeLoad` is written on one line");
        }
        let lines = text.split(eol).map(|line| format!("{line}{eol}{lead}"));
        let text: String = lines.collect();
        self.push(TextEdit::insertion(first.start(), text))?;
        for (_, value) in &given {
            self.returned(*value)?;
        }
        let ends =
            given.iter().any(|(range, _)| range == last) || self.slice(last.start(), last.end()).starts_with("throw");
        if !ends {
            let end = if self.load.style.semicolons { ";" } else { "" };
            let pad = if self.load.style.bracket_spacing { " " } else { "" };
            let text = format!("{eol}{eol}{lead}return {{{pad}{}{pad}}}{end}", NAMES.join(", "));
            // Behind a comment on the same line.
            let close = self.function.body.end() - 1;
            let rest = self.slice(last.end(), close).split(['\r', '\n']).next().unwrap_or_default();
            self.push(TextEdit::insertion(last.end() + rest.len() as u32, text))?;
        }
        Ok(())
    }

    /// An object that is returned gains the two.
    fn returned(&mut self, value: Option<TextRange>) -> Result<(), &'static str> {
        let object = value.and_then(|value| object_in(self.load.module, value));
        let object = object.ok_or("the `beforeLoad` returns something else than an object that is written out")?;
        let added = NAMES.map(str::to_owned);
        let edits = object.members.insert(self.load.module, self.load.style, usize::MAX, &added);
        self.edits.merge(&edits.map_err(|_| CLASH)?).map_err(|_| CLASH)
    }

    /// `() => ({ theme: await readTheme() })` gets a block.
    fn expression(&mut self, context: &str) -> Result<(), &'static str> {
        let module = self.load.module;
        let given = returns(module, self.function.range);
        let [(_, Some(value))] = given[..] else { return Err("the `beforeLoad` returns nothing") };
        let object = object_in(module, value).ok_or("the `beforeLoad` returns no object that is written out")?;
        let text = self.slice(value.start(), value.end()).to_owned();
        if text.contains('\n') || object.members.items.is_empty() {
            return Err("the `beforeLoad` is laid out over lines without a block");
        }
        let (eol, unit) = (self.load.style.eol.as_str(), self.load.style.indent.unit());
        let own = self.indent(self.function.range.start());
        let head = self.slice(self.function.range.start(), value.start());
        let arrow = head.rfind("=>").ok_or("the `beforeLoad` is no function")?;
        let start = self.function.range.start() + arrow as u32 + 2;
        let pad = if self.load.style.bracket_spacing { " " } else { "" };
        let inner = text.trim_start_matches('{').trim_end_matches('}').trim().trim_end_matches(',').to_owned();
        let end = if self.load.style.semicolons { ";" } else { "" };
        let lead = format!("{eol}{own}{unit}");
        let statements = restyled(&statements(self.load.fetch, context), self.load.style);
        let lines: String = statements.split(eol).map(|line| format!("{lead}{line}")).collect();
        let text = format!(" {{{lines}{eol}{lead}return {{{pad}{inner}, {}{pad}}}{end}{eol}{own}}}", NAMES.join(", "));
        self.push(TextEdit::replacement(TextRange::new(start, self.function.range.end()), text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use change::RelPath;
    use syntax::{SourceFile, on_deep_stack, parse};

    #[track_caller]
    fn check(before: &str, after: Result<&str, &'static str>) {
        let code = format!("const options = {{\n  {before},\n}};\n");
        let merged = on_deep_stack(|| {
            let source = SourceFile::new(RelPath::new("a.ts").unwrap(), code.as_str().into()).unwrap();
            let module = parse(&source).unwrap();
            let object = object_in(&module, TextRange::new(16, code.len() as u32 - 2)).unwrap();
            let load = BeforeLoad { module: &module, style: &Style::default(), fetch: "fetchAuth" };
            merge(&load, object.property("beforeLoad").unwrap()).map(|edits| edits.apply(&code).unwrap())
        });
        let given = "const { userId, token } = await fetchAuth();\n    // Only while rendering on the server: its queries are sent with the session's token\n    if (token) {\n      CONTEXT.convexQueryClient.serverHttpClient?.setAuth(token);\n    }";
        let after = after.map(|after| {
            let (context, text) = after.split_once('|').unwrap();
            format!("const options = {{\n  {},\n}};\n", text.replace("GIVEN", &given.replace("CONTEXT", context)))
        });
        assert_eq!(merged, after, "{before}");
    }

    #[test]
    fn what_it_does_and_returns_stays() {
        check(
            "beforeLoad: async ({ context }) => {\n    work(context);\n\n    return { a: 1 };\n  }",
            Ok(
                "context|beforeLoad: async ({ context }) => {\n    GIVEN\n    work(context);\n\n    return { a: 1, userId, token };\n  }",
            ),
        );
        check(
            "beforeLoad({ location }) {\n    go(location);\n  }",
            Ok(
                "context|async beforeLoad({ location, context }) {\n    GIVEN\n    go(location);\n\n    return { userId, token };\n  }",
            ),
        );
        check(
            "beforeLoad: (c) => ({ a: 1 })",
            Ok("c.context|beforeLoad: async (c) => {\n    GIVEN\n\n    return { a: 1, userId, token };\n  }"),
        );
        check(
            "beforeLoad: async () => ({ a: 1 })",
            Ok("ctx.context|beforeLoad: async (ctx) => {\n    GIVEN\n\n    return { a: 1, userId, token };\n  }"),
        );
    }

    #[test]
    fn some_can_not_be_merged() {
        check("beforeLoad: loadFlags", Err("the `beforeLoad` is a function of another place"));
        check(
            "beforeLoad: () => {\n    return make();\n  }",
            Err("the `beforeLoad` returns something else than an object that is written out"),
        );
        check(
            "beforeLoad: () => {\n    return { token: 1 };\n  }",
            Err("the `beforeLoad` has a `userId` or a `token` already"),
        );
    }
}
