//! temp
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let planned = migrate::plan(std::path::Path::new(&path), &migrate::Options::default());
    let mut out = String::new();
    match planned {
        Err(e) => out = format!("ERR {e} {:?}\n", e.help()),
        Ok(p) => {
            for a in p.plan.apps() {
                out += &format!("# {} {} {:?}\n", a.id, a.framework, a.outcome);
            }
            for f in p.plan.findings() {
                out += &format!("# finding {} {:?} {}\n", f.rule, f.location, f.message);
            }
            for s in p.plan.steps() {
                out += &format!("# step {}\n", s.title);
            }
            match p.plan.render(&change::Selection::AtLeast(change::Applicability::NeedsReview)) {
                Err(e) => out += &format!("RENDER {e}\n"),
                Ok(files) => {
                    for (path, c) in files {
                        let to = std::env::args().nth(2);
                        if let Some(to) = to {
                            let t = std::path::Path::new(&to).join(path.file_name());
                            std::fs::write(t, &c.after).unwrap();
                        }
                        out += &change::git_patch(&path, &c, &change::BlobIds { old: "0".into(), new: "1".into() });
                    }
                }
            }
        }
    }
    use std::io::Write;
    let _ = std::io::stdout().write_all(out.as_bytes());
}
