//! Text to tree, without ever taking the process down.
//!
//! swc recurses, and so does dropping its trees: 1,000 nested JSX elements overflow an ordinary thread, and an overflow aborts. So
//! trees live on a deep stack only ([`on_deep_stack`]), and a text that would be too deep even for that is turned away by a cheap
//! count before it is parsed.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use change::{LineIndex, TextRange};
use swc_common::comments::SingleThreadedComments;
use swc_common::{GLOBALS, Globals, Mark, Span, Spanned, SyntaxContext};
use swc_ecma_ast::{EsVersion, JSXAttrOrSpread, Program};
use swc_ecma_parser::{EsSyntax, Parser, StringInput, Syntax, TsSyntax, error::Error, lexer::Lexer};
use swc_ecma_transforms_base::resolver;

use crate::source::{SourceFile, SourceKind};
use crate::span;

/// The largest file that is parsed, in bytes; more is a build output, not a source.
pub const MAX_BYTES: usize = 4 << 20;

/// How deep brackets and JSX may nest.
pub const MAX_NESTING: usize = 3_000;

/// How many operators may follow each other within a statement: `a + b + c …` nests as deep as it is long.
const MAX_CHAIN: usize = 20_000;

/// Address space for a deep stack; only what is used becomes memory.
const DEEP_STACK: usize = 256 << 20;

/// How many texts were parsed.
static PARSED: AtomicU64 = AtomicU64::new(0);

/// How many texts this process has parsed so far: what is kept should not be parsed twice.
pub fn parsed() -> u64 {
    PARSED.load(Ordering::Relaxed)
}

thread_local! {
    static IS_DEEP: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` on a stack deep enough for every tree that [`parse`] gives. Trees must be made, used and dropped inside.
///
/// On a deep stack already, `work` runs where it is called; so it does where the system grants no such thread.
pub fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    if IS_DEEP.get() {
        return work();
    }
    let slot = Mutex::new(Some(work));
    let taken = || slot.lock().unwrap_or_else(PoisonError::into_inner).take().map(|work| work());
    let result = thread::scope(|scope| {
        let thread = thread::Builder::new().name("deep".to_owned()).stack_size(DEEP_STACK);
        let deep = || {
            IS_DEEP.set(true);
            taken()
        };
        match thread.spawn_scoped(scope, deep).map(thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => None,
        }
    });
    match result.or_else(taken) {
        Some(result) => result,
        None => std::panic::resume_unwind(Box::new("the work was lost")),
    }
}

/// Why a file gave no tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParseFailure {
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// Where, in byte offsets.
    pub range: TextRange,
}

/// A comment and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CommentRange {
    pub(crate) range: TextRange,
    pub(crate) is_block: bool,
}

/// A file and its tree, every name resolved to its scope.
pub struct ParsedModule {
    /// The file.
    pub source: SourceFile,
    /// Its lines.
    pub lines: LineIndex,
    pub(crate) program: Program,
    pub(crate) comments: Vec<CommentRange>,
    pub(crate) unresolved: SyntaxContext,
}

impl ParsedModule {
    /// The whole text.
    pub fn text(&self) -> &str {
        &self.source.text
    }

    /// Where the text begins behind a byte order mark, in bytes.
    pub fn body_start(&self) -> u32 {
        self.source.body_start() as u32
    }

    /// Where a node is, in byte offsets.
    pub(crate) fn range(&self, node: &impl Spanned) -> TextRange {
        span::range(node)
    }

    /// Where the code, comments aside, first holds `word` as a word of its own; strings count.
    pub fn word_in_code(&self, word: &str) -> Option<TextRange> {
        let text = self.text();
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
        text.match_indices(word).map(|(start, _)| (start, start + word.len())).find_map(|(start, end)| {
            let before = text.get(..start)?.chars().next_back().is_some_and(is_part);
            let after = text.get(end..)?.chars().next().is_some_and(is_part);
            let range = TextRange::new(start as u32, end as u32);
            let commented = self.comments.iter().any(|comment| comment.range.covers(range));
            (!before && !after && !commented).then_some(range)
        })
    }

    /// The comment that stands right before `offset`, at most brackets and white space between: `{/* @ts-expect-error */}`.
    pub fn comment_before(&self, offset: u32) -> Option<&str> {
        let last = self.comments.iter().rev().find(|comment| comment.range.end() <= offset)?;
        let between = TextRange::new(last.range.end(), offset).slice(self.text())?;
        let is_near = between.chars().all(|c| c.is_whitespace() || matches!(c, '}' | '(' | '{'));
        last.range.slice(self.text()).filter(|_| is_near)
    }

    /// The text with blanks in the place of its comments.
    pub fn code_without_comments(&self) -> String {
        let mut code = self.text().to_owned();
        for comment in &self.comments {
            let range = comment.range.start() as usize..comment.range.end() as usize;
            if code.is_char_boundary(range.start) && code.is_char_boundary(range.end) {
                code.replace_range(range.clone(), &" ".repeat(range.len()));
            }
        }
        code
    }

    /// Where an attribute is, its braces included: swc's span of `{...rest}` has none.
    pub(crate) fn attribute_range(&self, attribute: &JSXAttrOrSpread) -> TextRange {
        let range = self.range(attribute);
        if matches!(attribute, JSXAttrOrSpread::JSXAttr(_))
            || range.slice(self.text()).is_some_and(|text| text.starts_with('{'))
        {
            return range;
        }
        let before = self.text().get(..range.start() as usize).and_then(|text| text.rfind('{'));
        let after = self.text().get(range.end() as usize..).and_then(|text| text.find('}'));
        match (before, after) {
            (Some(open), Some(close)) => TextRange::new(open as u32, range.end() + close as u32 + 1),
            _ => range,
        }
    }

    /// Whether a comment lies in `range`.
    pub(crate) fn has_comment_in(&self, range: TextRange) -> bool {
        self.comments.iter().any(|comment| range.covers(comment.range))
    }
}

/// Parses a file and resolves its names. A text with *any* error gives no tree, recoverable ones included: merge-conflict markers are
/// such.
///
/// Call it [`on_deep_stack`].
///
/// # Errors
/// A [`ParseFailure`] with the first error and its place.
pub fn parse(source: &SourceFile) -> Result<ParsedModule, ParseFailure> {
    PARSED.fetch_add(1, Ordering::Relaxed);
    let fail = |message: &str, range| Err(ParseFailure { message: message.to_owned(), range });
    if source.text.len() > MAX_BYTES {
        return fail("the file is larger than 4 MiB: not read as a source file", TextRange::empty(0));
    }
    if let Some(offset) = conflict_marker(&source.text) {
        return fail("a merge conflict is not resolved", TextRange::empty(offset));
    }
    if let Some(offset) = too_deep(&source.text, source.kind) {
        return fail("the code is nested too deeply to be read", TextRange::empty(offset));
    }
    GLOBALS.set(&Globals::new(), || parse_in_globals(source))
}

fn parse_in_globals(source: &SourceFile) -> Result<ParsedModule, ParseFailure> {
    let comments = SingleThreadedComments::default();
    let start = source.body_start();
    let body = source.text.get(start..).unwrap_or_default();
    let input = StringInput::new(body, span::position(start), span::position(source.text.len()));
    let lexer = Lexer::new(syntax(source.kind), EsVersion::latest(), input, Some(&comments));
    let mut parser = Parser::new_from(lexer);
    let parsed = parser.parse_program();
    let mut program = parsed.map_err(|error| failure(source, &error))?;
    if let Some(error) = parser.take_errors().first() {
        return Err(failure(source, error));
    }
    let (unresolved, top_level) = (Mark::new(), Mark::new());
    program.mutate(resolver(unresolved, top_level, source.kind.has_types()));
    Ok(ParsedModule {
        source: source.clone(),
        lines: LineIndex::new(&source.text),
        program,
        comments: sorted(&comments),
        unresolved: SyntaxContext::empty().apply_mark(unresolved),
    })
}

fn syntax(kind: SourceKind) -> Syntax {
    match kind {
        SourceKind::Js => Syntax::Es(EsSyntax {
            jsx: true,
            decorators: true,
            decorators_before_export: true,
            import_attributes: true,
            explicit_resource_management: true,
            ..EsSyntax::default()
        }),
        _ => Syntax::Typescript(TsSyntax {
            tsx: kind == SourceKind::Tsx,
            decorators: true,
            dts: kind == SourceKind::Declarations,
            ..TsSyntax::default()
        }),
    }
}

fn failure(source: &SourceFile, error: &Error) -> ParseFailure {
    let range = span::range_of(error.span());
    let first_line = source.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let is_flow = source.kind == SourceKind::Js && source.text.get(..2_000).unwrap_or(&source.text).contains("@flow");
    let message = if is_flow || first_line.contains("@flow") {
        "Flow types are not read".to_owned()
    } else {
        format!("syntax error: {}", error.kind().msg())
    };
    ParseFailure { message, range }
}

fn sorted(comments: &SingleThreadedComments) -> Vec<CommentRange> {
    let (leading, trailing) = comments.borrow_all();
    let mut ranges: Vec<CommentRange> = leading
        .values()
        .chain(trailing.values())
        .flatten()
        .map(|comment| CommentRange {
            range: span::range_of(Span::new(comment.span.lo, comment.span.hi)),
            is_block: comment.kind == swc_common::comments::CommentKind::Block,
        })
        .collect();
    ranges.sort();
    ranges.dedup();
    ranges
}

/// The first line that git's conflict markers begin, `<<<<<<< ours`: swc reports them as recoverable at best.
fn conflict_marker(text: &str) -> Option<u32> {
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ") {
            return Some(offset);
        }
        offset += line.len() as u32;
    }
    None
}

/// The offset at which a text is nested deeper than [`MAX_NESTING`], or an expression longer than [`MAX_CHAIN`] operators. An
/// overestimate: brackets in strings and the `<` of type arguments count too.
fn too_deep(text: &str, kind: SourceKind) -> Option<u32> {
    let bytes = text.as_bytes();
    let (mut brackets, mut tags, mut chain) = (0usize, 0usize, 0usize);
    for (offset, byte) in bytes.iter().enumerate() {
        let next = bytes.get(offset + 1).copied().unwrap_or(b' ');
        match byte {
            b'(' | b'[' | b'{' => brackets += 1,
            b')' | b']' | b'}' => brackets = brackets.saturating_sub(1),
            b'<' if kind.has_jsx() && next == b'/' => tags = tags.saturating_sub(1),
            b'/' if kind.has_jsx() && next == b'>' => tags = tags.saturating_sub(1),
            // `useState<string>` counts as a tag that is never closed: three thousand of them in one file are not to be expected.
            b'<' if kind.has_jsx() && (next == b'>' || next.is_ascii_alphabetic()) => tags += 1,
            _ => {}
        }
        match byte {
            b';' | b',' | b'{' | b'}' => chain = 0,
            b'+' | b'-' | b'*' | b'/' | b'%' | b'?' | b':' | b'!' | b'~' | b'.' | b'&' | b'|' | b'=' | b'<' | b'^' => {
                chain += 1;
            }
            _ => {}
        }
        if brackets + tags > MAX_NESTING || chain > MAX_CHAIN {
            return Some(offset as u32);
        }
    }
    None
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use change::RelPath;

    /// Parses `text` as the file `name` and gives the tree to `check`, on a deep stack.
    pub(crate) fn parsed<T: Send>(name: &str, text: &str, check: impl FnOnce(ParsedModule) -> T + Send) -> T {
        let source = SourceFile::new(RelPath::new(name).unwrap(), text.into()).unwrap();
        on_deep_stack(|| check(parse(&source).unwrap()))
    }

    fn check_failure(name: &str, text: &str, message: &str, offset: u32) {
        let source = SourceFile::new(RelPath::new(name).unwrap(), text.into()).unwrap();
        let failure = on_deep_stack(|| parse(&source).map(|_| ())).unwrap_err();
        assert!(failure.message.contains(message), "{failure:?}");
        assert_eq!(failure.range.start(), offset, "{failure:?}");
    }

    #[test]
    fn offsets_count_from_the_first_byte_on_disk() {
        for bom in ["", "\u{feff}"] {
            let text = format!("{bom}const é = <App />;\r\n");
            parsed("a.tsx", &text, |module| {
                let body = match &module.program {
                    Program::Script(script) => &script.body[0],
                    Program::Module(_) => panic!("no import, no module"),
                };
                assert_eq!(module.range(body).slice(module.text()), Some("const é = <App />;"));
            });
        }
    }

    #[test]
    fn the_ending_decides_whether_angle_brackets_are_types() {
        parsed("a.ts", "const f = <T>(x: T) => <string>x;", |_| ());
        parsed("a.js", "const f = <b>x</b>;", |_| ());
        check_failure("a.tsx", "const f = <string>foo;", "syntax error", 22);
    }

    #[test]
    fn errors_that_swc_recovers_from_are_failures_too() {
        check_failure("a.tsx", "f(<b>a > b</b>);\n", "syntax error", 7);
        check_failure("a.tsx", "a;\n<<<<<<< HEAD\nb;\n=======\nc;\n>>>>>>> x\n", "merge conflict", 3);
        check_failure("a.js", "// @flow\nfunction f(x: number) {}\n", "Flow", 21);
        check_failure("a.tsx", "function f() {\n", "syntax error", 15);
    }

    #[test]
    fn deep_nesting_is_read_up_to_the_limit_and_turned_away_beyond() {
        let nested = |depth: usize| format!("x = {}{};", "<a>".repeat(depth), "</a>".repeat(depth));
        parsed("a.tsx", &nested(MAX_NESTING - 10), |_| ());
        check_failure("a.tsx", &nested(5_000), "nested too deeply", 4 + 3 * MAX_NESTING as u32);
        let brackets = |depth: usize| format!("x = {}1{};", "[".repeat(depth), "]".repeat(depth));
        parsed("a.ts", &brackets(MAX_NESTING - 10), |_| ());
        parsed("a.ts", &format!("x = {}1;", "!".repeat(MAX_CHAIN - 10)), |_| ());
        parsed("a.ts", &format!("x = {}1;", "1 + ".repeat(MAX_CHAIN - 10)), |_| ());
        parsed("a.ts", &format!("x = {}1;", "a ? b : ".repeat(MAX_CHAIN / 2 - 10)), |_| ());
        check_failure("a.ts", &format!("x = {}1;", "!".repeat(30_000)), "nested too deeply", 4 + 20_000 - 1);
    }

    #[test]
    fn a_panic_on_the_deep_stack_is_the_callers_panic() {
        assert!(std::panic::catch_unwind(|| on_deep_stack(|| panic!("x"))).is_err());
    }
}
