//! What a stream can show: colours, and whether a person reads it.

use std::fmt::Write as _;
use std::io::IsTerminal;

use anstyle::{AnsiColor, Style};

use crate::args::ColorChoice;

/// How to print to one stream.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Paint {
    /// Whether to colour.
    pub(crate) color: bool,
    /// Whether control characters are shown as text: a file's contents must not drive the terminal of who reads it, now or in a log. Only a
    /// patch that goes into a file or a program has them as they are.
    pub(crate) escape: bool,
}

impl Paint {
    /// For a stream, by the flag, NO_COLOR and CLICOLOR_FORCE.
    pub(crate) fn new(choice: ColorChoice, stream: &impl IsTerminal) -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_terminal = stream.is_terminal();
        let forced = set("CLICOLOR_FORCE") && std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let color = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => !set("NO_COLOR") && (forced || (is_terminal && !is_dumb)),
        };
        Self { color, escape: true }
    }

    pub(crate) fn green(self, text: &str) -> String {
        self.with(AnsiColor::Green.on_default(), text)
    }

    pub(crate) fn red(self, text: &str) -> String {
        self.with(AnsiColor::Red.on_default(), text)
    }

    pub(crate) fn cyan(self, text: &str) -> String {
        self.with(AnsiColor::Cyan.on_default(), text)
    }

    pub(crate) fn yellow(self, text: &str) -> String {
        self.with(AnsiColor::Yellow.on_default(), text)
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    fn with(self, style: Style, text: &str) -> String {
        let text = self.shown(text);
        if self.color { format!("{style}{text}{style:#}") } else { text }
    }

    /// A name on one line: a line break in it would forge the next line.
    pub(crate) fn name(self, name: &str) -> String {
        self.shown(&name.replace('\n', "\\n"))
    }

    /// The text, control and direction characters made visible if a person's terminal would act on them.
    pub(crate) fn shown(self, text: &str) -> String {
        if self.escape { escaped(text) } else { text.to_owned() }
    }
}

/// `text` with `\x1b` for an escape character, `\u{202e}` for a direction override. Tabs and line breaks stay.
pub(crate) fn escaped(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' | '\n' => result.push(c),
            c if (c as u32) < 0x20 || c as u32 == 0x7f => drop(write!(result, "\\x{:02x}", c as u32)),
            c if c.is_control() || is_direction(c) => drop(write!(result, "\\u{{{:x}}}", c as u32)),
            c => result.push(c),
        }
    }
    result
}

/// Characters that reorder or hide what stands around them.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_drive_a_terminal_is_shown() {
        assert_eq!(escaped("a\x1b[31m\u{202e}b\tc\r\n"), "a\\x1b[31m\\u{202e}b\tc\\x0d\n");
        assert_eq!(escaped("é 😀"), "é 😀");
    }

    #[test]
    fn colour_is_a_layer_over_the_same_text() {
        let paint = Paint { color: true, escape: false };
        assert_eq!(paint.red("x"), "\x1b[31mx\x1b[0m");
        assert_eq!(Paint::default().red("x"), "x");
    }
}
