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
use syntax::{FunctionFact, ObjectFact, ParsedModule, PropertyFact, function_at, object_in, restyled, returns};

use crate::names::has_word;

/// What a merge has to know.
pub(crate) struct BeforeLoad<'a> {
    pub(crate) module: &'a ParsedModule,
    pub(crate) style: &'a Style,
    /// The server function that gives the token.
    pub(crate) fetch: &'a str,
}

/// What it does with the token; `query` is the expression of the client that the queries of the server go through.
pub(crate) fn statements(fetch: &str, query: &str) -> String {
    format!(
        "const {{ userId, token }} = await {fetch}();\n// Only while rendering on the server: its queries are sent with the session's token\nif (token) {{\n  {query}.serverHttpClient?.setAuth(token);\n}}"
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
    if NAMES.iter().any(|name| has_word(text, name)) {
        return Err("the `beforeLoad` has a `userId` or a `token` already");
    }
    if function.returns.is_some() || function.parameters.iter().any(|parameter| parameter.types.is_some()) {
        return Err("the `beforeLoad` has types of its own: what it takes or returns is written there");
    }
    let mut merge = Merge { load, function: &function, edits: EditSet::default() };
    let query = merge.query()?;
    merge.make_async(property)?;
    match &function.statements {
        Some(statements) => merge.block(statements, &query)?,
        None => merge.expression(&query)?,
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

    /// A name for the parameter, or a part of it, that the body uses for nothing else.
    fn is_free(&self, name: &str) -> Result<(), &'static str> {
        let body = self.slice(self.function.body.start(), self.function.body.end());
        match has_word(body, name) {
            true => Err("the `beforeLoad` has a name of its own for what the context is called"),
            false => Ok(()),
        }
    }

    /// The expression that reads the client from the router's context, made readable.
    fn query(&mut self) -> Result<String, &'static str> {
        let nested = self.function.parameters.first().and_then(|first| first.pattern.as_ref());
        let nested = nested.and_then(|(_, names)| names.iter().find(|bound| bound.name == "context"));
        let Some(range) = nested.filter(|bound| bound.local.is_none()).and_then(|bound| bound.value) else {
            return Ok(format!("{}.convexQueryClient", self.context()?));
        };
        // `({ context: { queryClient } })`
        let text = self.slice(range.start(), range.end()).to_owned();
        let names = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let names = names.map(|names| names.trim().trim_end_matches(','));
        let is_plain = |names: &&str| !names.contains(['\n', '{', ':', '=', '.', '/']) && !names.is_empty();
        let names = names.filter(is_plain).ok_or("the `beforeLoad` takes the context apart in its parameter")?;
        if !has_word(names, "convexQueryClient") {
            self.is_free("convexQueryClient")?;
            let pad = if self.load.style.bracket_spacing { " " } else { "" };
            let text = format!("{{{pad}{names}, convexQueryClient{pad}}}");
            self.push(TextEdit::replacement(range, text))?;
        }
        Ok("convexQueryClient".to_owned())
    }

    /// The expression that reads the router's context, made readable.
    fn context(&mut self) -> Result<String, &'static str> {
        let Some(first) = self.function.parameters.first() else {
            self.is_free("ctx")?;
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
        self.is_free("context")?;
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
    fn block(&mut self, all: &[TextRange], query: &str) -> Result<(), &'static str> {
        let eol = self.load.style.eol.as_str();
        let text = restyled(&statements(self.load.fetch, query), self.load.style);
        let given = returns(self.load.module, self.function.range);
        let last = all.last().ok_or("the `beforeLoad` is empty")?;
        let at = self.function.first_line(self.load.module);
        let at = at.ok_or("the `beforeLoad` has its first statement on a line with something else")?;
        let lead = self.indent(at);
        let lines: Vec<&str> = text.split(eol).collect();
        let text = format!("{}{eol}{eol}{lead}", lines.join(&format!("{eol}{lead}")));
        self.push(TextEdit::insertion(at, text))?;
        for (statement, value) in &given {
            self.returned(*statement, *value)?;
        }
        let is_last = |range: &TextRange| range == last;
        if given.iter().any(|(range, _)| last.covers(*range) && !is_last(range)) {
            return Err("the `beforeLoad` ends with a statement that returns in some of its ways");
        }
        let ends =
            given.iter().any(|(range, _)| is_last(range)) || self.slice(last.start(), last.end()).starts_with("throw");
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
    fn returned(&mut self, statement: TextRange, value: Option<TextRange>) -> Result<(), &'static str> {
        let object = value.and_then(|value| object_in(self.load.module, value));
        let object = object.ok_or("the `beforeLoad` returns something else than an object that is written out")?;
        self.is_extensible(&object, statement)?;
        let added = NAMES.map(str::to_owned);
        let edits = object.members.insert(self.load.module, self.load.style, usize::MAX, &added);
        self.edits.merge(&edits.map_err(|_| CLASH)?).map_err(|_| CLASH)
    }

    /// What is spread may have a `userId` of its own, `satisfies` takes no more properties.
    fn is_extensible(&self, object: &ObjectFact, around: TextRange) -> Result<(), &'static str> {
        let behind = self.slice(object.members.range.end(), around.end());
        if object.properties.iter().any(|property| property.name.is_none()) || has_word(behind, "satisfies") {
            return Err("the `beforeLoad` returns an object that may not gain a `userId` and a `token`");
        }
        Ok(())
    }

    /// `() => ({ theme: await readTheme() })` gets a block.
    fn expression(&mut self, query: &str) -> Result<(), &'static str> {
        let module = self.load.module;
        let given = returns(module, self.function.range);
        let [(_, Some(value))] = given[..] else { return Err("the `beforeLoad` returns nothing") };
        let object = object_in(module, value).ok_or("the `beforeLoad` returns no object that is written out")?;
        self.is_extensible(&object, self.function.range)?;
        let text = self.slice(object.members.range.start(), object.members.range.end()).to_owned();
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
        let statements = restyled(&statements(self.load.fetch, query), self.load.style);
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
        let given = "const { userId, token } = await fetchAuth();\n    // Only while rendering on the server: its queries are sent with the session's token\n    if (token) {\n      CONTEXTconvexQueryClient.serverHttpClient?.setAuth(token);\n    }";
        let after = after.map(|after| {
            let (context, text) = after.split_once('|').unwrap();
            format!(
                "const options = {{\n  {},\n}};\n",
                text.replace(
                    "GIVEN",
                    &given.replace("CONTEXT", &if context.is_empty() { String::new() } else { format!("{context}.") })
                )
            )
        });
        assert_eq!(merged, after, "{before}");
    }

    #[test]
    fn what_it_does_and_returns_stays() {
        check(
            "beforeLoad: async ({ context }) => {\n    work(context);\n\n    return { a: 1 };\n  }",
            Ok(
                "context|beforeLoad: async ({ context }) => {\n    GIVEN\n\n    work(context);\n\n    return { a: 1, userId, token };\n  }",
            ),
        );
        check(
            "beforeLoad({ location }) {\n    go(location);\n  }",
            Ok(
                "context|async beforeLoad({ location, context }) {\n    GIVEN\n\n    go(location);\n\n    return { userId, token };\n  }",
            ),
        );
        check(
            "beforeLoad: (c) => ({ a: 1 })",
            Ok("c.context|beforeLoad: async (c) => {\n    GIVEN\n\n    return { a: 1, userId, token };\n  }"),
        );
        check(
            "beforeLoad: ({ context: { queryClient } }) => {\n    // first\n    warm(queryClient);\n  }",
            Ok(
                "|beforeLoad: async ({ context: { queryClient, convexQueryClient } }) => {\n    GIVEN\n\n    // first\n    warm(queryClient);\n\n    return { userId, token };\n  }",
            ),
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
            "beforeLoad: () => {\n    return { a: 1 } satisfies Page;\n  }",
            Err("the `beforeLoad` returns an object that may not gain a `userId` and a `token`"),
        );
        check(
            "beforeLoad: (): Page => ({ a: 1 })",
            Err("the `beforeLoad` has types of its own: what it takes or returns is written there"),
        );
        check(
            "beforeLoad: ({ location }) => {\n    const context = location.href;\n    return { context };\n  }",
            Err("the `beforeLoad` has a name of its own for what the context is called"),
        );
        check(
            "beforeLoad: () => {\n    if (a) {\n      return { a };\n    } else {\n      return { a: 1 };\n    }\n  }",
            Err("the `beforeLoad` ends with a statement that returns in some of its ways"),
        );
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
