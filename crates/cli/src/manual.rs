//! The manual page, the completion scripts and the version.

use std::io;

use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::args;
use crate::texts::{ENVIRONMENT, EXAMPLES, EXIT_CODES};

/// The version, with every version fact where `facts` asks for them.
pub(crate) fn version(facts: bool) -> String {
    let mut text = format!("convex-clerk {}\n", env!("CARGO_PKG_VERSION"));
    for fact in migrate::version_facts().iter().filter(|_| facts) {
        text.push_str(&format!(
            "\n{} {}\n  {}\n  checked {}, {}\n",
            fact.package, fact.version, fact.meaning, fact.checked, fact.source
        ));
    }
    text
}

/// A completion script.
pub(crate) fn completions(shell: clap_complete::Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::command(), "convex-clerk", &mut script);
    // clap_complete 4.6 spells a name with a hyphen in two ways in the script for bash, whose commands then complete nothing.
    String::from_utf8_lossy(&script).replace("convex__subcmd__clerk", "convex__clerk")
}

/// The manual page: one page for the tool and its commands.
///
/// # Errors
/// None in practice: it is written to memory.
pub(crate) fn page() -> io::Result<String> {
    let mut command = args::command().version(env!("CARGO_PKG_VERSION"));
    command.build();
    let mut page = Vec::new();
    let man = Man::new(command.clone());
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        page.extend(subcommand(sub)?.into_bytes());
    }
    for (title, entries) in [EXIT_CODES, ENVIRONMENT, EXAMPLES] {
        let mut section = Roff::new();
        // man-pages(7) has its own name for what the help calls exit codes.
        section.control(
            "SH",
            [if title == EXIT_CODES.0 { "EXIT STATUS".to_owned() } else { title.to_uppercase() }.as_str()],
        );
        for (term, meaning) in entries {
            section.control("TP", []).text([bold(*term)]).text([roman(*meaning)]);
        }
        section.to_writer(&mut page)?;
    }
    // roff's definition of the apostrophe comes with every part, and is needed once.
    const APOSTROPHE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";
    Ok(format!("{APOSTROPHE}{}", String::from_utf8_lossy(&page).replace(APOSTROPHE, "")))
}

/// The part of the page for one command: clap_mangen makes a page of its own, whose sections become sub-sections.
fn subcommand(sub: &clap::Command) -> io::Result<String> {
    let mut part = Vec::new();
    let man = Man::new(sub.clone().disable_help_flag(true));
    Roff::new()
        .control("SH", [format!("convex-clerk {}", sub.get_name()).to_uppercase().as_str()])
        .to_writer(&mut part)?;
    man.render_synopsis_section(&mut part)?;
    man.render_description_section(&mut part)?;
    // The global options are explained once, at the top.
    if sub.get_arguments().any(|argument| !argument.is_global_set() && argument.get_id() != "help") {
        let own =
            sub.clone().mut_args(|argument| if argument.is_global_set() { argument.hide(true) } else { argument });
        Man::new(own).render_options_section(&mut part)?;
    }
    let text = String::from_utf8_lossy(&part).into_owned();
    let lowered = ["SYNOPSIS", "DESCRIPTION", "OPTIONS"].iter();
    Ok(lowered.fold(text, |text, title| text.replace(&format!(".SH {title}"), &format!(".SS {title}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_code_is_in_the_help_and_on_the_page() {
        let (help, page) = (args::command().render_long_help().to_string(), page().unwrap());
        for (code, meaning) in EXIT_CODES.1 {
            assert!(help.contains(&format!("  {code:3}  {meaning}")), "{code} in {help}");
            let meaning = meaning.replace('-', "\\-");
            assert!(page.contains(&format!(".TP\n\\fB{code}\\fR\n{meaning}\n")), "{code} in {page}");
        }
    }

    #[test]
    fn the_page_holds_every_command_with_its_flags() {
        let page = page().unwrap();
        for part in [
            ".SH \"CONVEX-CLERK MIGRATE\"",
            ".SH \"EXIT STATUS\"",
            "\\-\\-allow\\-dirty",
            "\\-\\-dry\\-run",
            ".SH ENVIRONMENT",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert_eq!((page.matches(".TH ").count(), page.matches(".ds Aq").count()), (1, 2));
        assert_eq!(page.matches(".SH OPTIONS").count(), 1, "{page}");
    }

    #[test]
    fn each_shell_gets_a_script() {
        for shell in [clap_complete::Shell::Bash, clap_complete::Shell::Zsh, clap_complete::Shell::Fish] {
            assert!(completions(shell).contains("allow-dirty"), "{shell}");
        }
        let bash = completions(clap_complete::Shell::Bash);
        let set = bash.lines().filter_map(|line| line.trim().strip_prefix("cmd=\"")?.strip_suffix('"'));
        for command in set.filter(|command| !command.is_empty()) {
            assert!(bash.contains(&format!("\n        {command})\n")), "nothing completes {command}");
        }
    }
}
