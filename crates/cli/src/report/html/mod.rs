//! `--format html`: one page that needs nothing else, to read the change, choose from it, and save the patch of what is ticked.
//!
//! Everything is laid out here, each file once for every choice that gives it another content; the script of the page only shows and hides,
//! and joins the patches. So what is saved is what [`change::Plan::render`] gives for the groups that are ticked. Without its script the page
//! shows what was chosen on the command line.

mod choices;
mod file;
mod text;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use change::{AppOutcome, ChangeGroup, Step};
use data_encoding::BASE64;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{UNSUPPORTED, View, count};
use choices::{Choices, FileChoices};
use text::{code, sentence};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What the page's script knows.
#[derive(Serialize)]
struct Data<'a> {
    groups: Vec<GroupData<'a>>,
    files: Vec<FileData>,
}

#[derive(Serialize)]
struct GroupData<'a> {
    title: &'a str,
    /// The numbers of all groups that it can't be without.
    needs: Vec<usize>,
}

#[derive(Serialize)]
struct FileData {
    /// The numbers of the groups that change it.
    groups: Vec<usize>,
    /// Its patch for each choice, by the numbers of the chosen groups that change it: `0 2`.
    patches: BTreeMap<String, String>,
}

/// The page.
///
/// # Errors
/// That the plan can't be rendered for some of its groups, which is a defect, or serde_json's.
pub(crate) fn page(view: &View<'_>) -> anyhow::Result<String> {
    let choices = Choices::of(view)?;
    let hash = |text: &str| format!("'sha256-{}'", BASE64.encode(&Sha256::digest(text.as_bytes())));
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'",
        hash(SCRIPT),
        hash(STYLE)
    );
    let mut page = String::new();
    // Writing to a String can't fail, here and in the other files of this folder.
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>Move to Clerk: {}</title>\n<style>{STYLE}</style>\n</head>\n<body class=\"still\" data-view=\"unified\">\n",
        count(choices.files.len(), "file")
    );
    page.push_str("<a class=\"skip\" href=\"#changes\">Skip to the changes</a>\n");
    header(&mut page, view, &choices);
    page.push_str("<div class=\"columns\">\n<nav aria-label=\"Files\">\n");
    file::tree(&mut page, &choices.files);
    page.push_str("</nav>\n<main id=\"changes\">\n");
    apps(&mut page, view);
    groups(&mut page, &choices);
    for file in &choices.files {
        file::section(&mut page, view, file, &choices.groups);
    }
    steps(&mut page, view.planned.plan.steps());
    findings(&mut page, view);
    page.push_str("</main>\n</div>\n");
    let _ = write!(
        page,
        "<script type=\"application/json\" id=\"data\">{}</script>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        data(&choices)?
    );
    Ok(page)
}

/// What the script knows, so that nothing in it ends the element that holds it.
fn data(choices: &Choices<'_>) -> serde_json::Result<String> {
    let groups = choices.groups.iter().zip(&choices.needs);
    let groups = groups.map(|(group, needs)| GroupData { title: &group.title, needs: needs.iter().copied().collect() });
    let file = |file: &'_ FileChoices<'_>| {
        let patches = file.variants.iter().map(|variant| (variant.key(), variant.patch.clone())).collect();
        FileData { groups: file.groups.clone(), patches }
    };
    let data = Data { groups: groups.collect(), files: choices.files.iter().map(file).collect() };
    Ok(serde_json::to_string(&data)?.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"))
}

fn header(page: &mut String, view: &View<'_>, choices: &Choices<'_>) {
    let said = match choices.files.len() {
        0 => "Nothing is to be changed.".to_owned(),
        _ => format!("{} to change.", count(view.files.len(), "file")),
    };
    let _ = write!(
        page,
        "<header>\n<h1>Move to Clerk</h1>\n<p id=\"count\">{said}</p>\n<div class=\"tools\" hidden>\n\
         <fieldset><legend>View</legend>\
         <label><input type=\"radio\" name=\"view\" value=\"unified\" checked> Unified</label>\
         <label><input type=\"radio\" name=\"view\" value=\"split\"> Side by side</label></fieldset>\n\
         <button type=\"button\" id=\"save\">Save the patch</button>\n</div>\n\
         <p id=\"said\" role=\"status\" aria-live=\"polite\"></p>\n</header>\n"
    );
}

/// What became of each app, where that is not one patch for one app.
fn apps(page: &mut String, view: &View<'_>) {
    let apps = view.planned.plan.apps();
    if apps.len() == 1 && apps.iter().all(|app| app.outcome == AppOutcome::Migrated) {
        return;
    }
    page.push_str("<section class=\"apps\">\n<h2>Apps</h2>\n<ul>\n");
    for app in apps {
        let outcome = match &app.outcome {
            AppOutcome::Migrated if view.is_left_out(&app.id) => {
                "left out, below the level that was asked for".to_owned()
            }
            AppOutcome::Migrated => "can be migrated".to_owned(),
            AppOutcome::Nothing(why) => format!("nothing to do: {}", sentence(why)),
            AppOutcome::Refused { reason, message, place } => {
                let place = place.as_ref().map(|place| format!("{}: ", code(&view.place(place)))).unwrap_or_default();
                format!("<strong>refused</strong> ({}): {place}{}", code(reason), sentence(message))
            }
            AppOutcome::Unsupported { name, .. } => {
                format!("<strong>refused</strong> ({}): {}", code(UNSUPPORTED), sentence(name))
            }
        };
        let _ = writeln!(page, "<li>{}: {outcome}</li>", code(app.id.as_str()));
    }
    page.push_str("</ul>\n</section>\n");
}

/// Each group with its box, its reason and its files.
fn groups(page: &mut String, choices: &Choices<'_>) {
    if choices.groups.is_empty() {
        return;
    }
    page.push_str("<section class=\"groups\">\n<h2>What changes, and why</h2>\n");
    for path in &choices.bound {
        let _ = writeln!(
            page,
            "<p class=\"needs\">{} is changed in too many ways to choose from here: they go together. \
             <code>convex-clerk migrate --interactive</code> asks for each.</p>",
            code(path.as_str())
        );
    }
    page.push_str("<ul>\n");
    for (number, group) in choices.groups.iter().enumerate() {
        let checked = if choices.ticked.contains(&number) { " checked" } else { "" };
        let _ = write!(
            page,
            "<li id=\"group-{number}\">\n<label><input type=\"checkbox\" data-group=\"{number}\"{checked}> \
             <span>{}</span></label> <span class=\"level\">{}</span>\n<p>{}</p>\n",
            sentence(&group.title),
            group.applicability.as_str(),
            sentence(&group.reason)
        );
        needs(page, choices, number);
        page.push_str("<ul class=\"paths\">");
        for file in choices.files.iter().filter(|file| file.groups.contains(&number)) {
            let _ = write!(page, "<li><a href=\"#file-{}\">{}</a></li>", file.number, code(file.path.as_str()));
        }
        page.push_str("</ul>\n</li>\n");
    }
    page.push_str("</ul>\n</section>\n");
}

fn needs(page: &mut String, choices: &Choices<'_>, number: usize) {
    let needed: Vec<&ChangeGroup> = choices.needs[number].iter().map(|needed| choices.groups[*needed]).collect();
    if needed.is_empty() {
        return;
    }
    page.push_str("<p class=\"needs\">Goes only with: ");
    let titles: Vec<String> = needed.iter().map(|group| sentence(&group.title)).collect();
    page.push_str(&titles.join("; "));
    page.push_str("</p>\n");
}

fn steps(page: &mut String, steps: &[Step]) {
    if steps.is_empty() {
        return;
    }
    page.push_str("<section class=\"steps\">\n<h2>Left to you</h2>\n<ol>\n");
    for step in steps {
        let _ = write!(page, "<li>{}", sentence(&step.title));
        for place in &step.at {
            let _ = write!(page, " <span>in {}</span>", code(place));
        }
        if let Some(copy) = &step.copy {
            let _ = write!(page, "<pre>{}</pre>", text::shown(copy));
        }
        if let Some(doc) = step.doc {
            let _ = write!(page, "<p><a href=\"{doc}\" rel=\"noreferrer\">{doc}</a></p>");
        }
        page.push_str("</li>\n");
    }
    page.push_str("</ol>\n</section>\n");
}

/// What is worth a look that no change shows.
fn findings(page: &mut String, view: &View<'_>) {
    let findings = view.worth_a_look();
    if findings.is_empty() {
        return;
    }
    page.push_str("<section class=\"findings\">\n<h2>Worth a look</h2>\n<ul>\n");
    for finding in findings {
        let place = finding.location.as_ref().map(|place| format!("{}: ", code(&view.place(place))));
        let help = finding.help.as_ref().map(|help| format!("<p>{}</p>", sentence(help)));
        let _ = writeln!(
            page,
            "<li><span class=\"{0}\">{0}</span> {1}: {2}{3}{4}</li>",
            finding.severity.as_str(),
            code(finding.rule),
            place.unwrap_or_default(),
            sentence(&finding.message),
            help.unwrap_or_default()
        );
    }
    page.push_str("</ul>\n</section>\n");
}
