//! `--interactive`: each group is shown with its reason, and taken or left.
//!
//! ```text
//! Show `Cart` to those who are signed in [needs-review]
//!   shop:cart throws without an identity, and is subscribed to as this renders.
//! …
//! (2/6) take it? [y,n,a,q,?]
//! ```

use std::collections::BTreeSet;

use change::{Applicability, ChangeGroup, GroupId, Plan, Selection};

use crate::report::human::{group_head, hunk_lines};
use crate::run::{Defect, answer, say};
use crate::terminal::Paint;

const HELP: &str = "\
y - take this change
n - leave it, and those that go only with it
a - take this and all that follow
q - leave this and all that follow
? - show this
";

/// What a person says to a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Take,
    Leave,
    TakeAll,
    LeaveAll,
}

/// Asks for each group of at least `level`, those that others require first.
///
/// # Errors
/// An answer that can't be read, or a group that can't be rendered, which is a defect.
pub(crate) fn choose(plan: &Plan, level: Applicability, paint: Paint) -> anyhow::Result<Selection> {
    let groups: Vec<&ChangeGroup> = plan.groups().iter().filter(|group| group.applicability >= level).collect();
    let mut taken: BTreeSet<GroupId> = BTreeSet::new();
    let mut rest = None;
    for (at, group) in groups.iter().enumerate() {
        let lacking = group.requires.iter().find(|id| !taken.contains(*id));
        let answer = match (lacking, rest) {
            (Some(lacking), _) => {
                let needed = groups.iter().find(|group| group.id == *lacking).map_or("", |group| &group.title);
                let said = format!("\nleft: {}, as it goes only with: {needed}\n", group.title);
                if rest.is_none() {
                    say(&paint.shown(&said));
                }
                Answer::Leave
            }
            (None, Some(rest)) => rest,
            (None, None) => {
                show(plan, &taken, group, paint)?;
                ask(at + 1, groups.len())?
            }
        };
        if matches!(answer, Answer::TakeAll | Answer::LeaveAll) {
            rest = Some(answer);
        }
        if matches!(answer, Answer::Take | Answer::TakeAll) {
            taken.insert(group.id.clone());
        }
    }
    Ok(Selection::Only(taken))
}

/// The group with its reason, and what it adds to those that are taken.
fn show(plan: &Plan, taken: &BTreeSet<GroupId>, group: &ChangeGroup, paint: Paint) -> anyhow::Result<()> {
    let before = plan.render(&Selection::Only(taken.clone())).map_err(Defect)?;
    let with = taken.iter().chain([&group.id]).cloned().collect();
    let after = plan.render(&Selection::Only(with)).map_err(Defect)?;
    let mut text = format!("\n{}", group_head(group, paint, ""));
    for (path, file) in after.iter().filter(|(path, file)| before.get(*path) != Some(file)) {
        let known = before.get(path).map(|file| file.after.as_str());
        let base = file.before.as_ref().map(|base| &*base.text);
        let state = if known.or(base).is_some() { "" } else { " (new)" };
        text.push_str(&format!("\n{}{state}\n", paint.bold(&path.as_str().replace('\n', "\\n"))));
        text.push_str(&hunk_lines(path, known.or(base).unwrap_or_default(), &file.after, paint));
    }
    say(&text);
    Ok(())
}

fn ask(number: usize, of: usize) -> anyhow::Result<Answer> {
    loop {
        say(&format!("\n({number}/{of}) take it? [y,n,a,q,?] "));
        match answer()?.as_deref() {
            Some("y" | "yes") => return Ok(Answer::Take),
            Some("n" | "no") => return Ok(Answer::Leave),
            Some("a") => return Ok(Answer::TakeAll),
            // Nobody is there to answer any more.
            Some("q") | None => return Ok(Answer::LeaveAll),
            Some(_) => say(HELP),
        }
    }
}
