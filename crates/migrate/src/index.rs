//! The paths that git tracks, read from its index: asking git for them takes longer than all the rest of a small plan.
//!
//! The format: <https://git-scm.com/docs/index-format>, versions 2 to 4. What can't be read gives no path; that only means that a tracked file
//! which an ignore rule hides stays unseen.

use std::fs;
use std::path::{Path, PathBuf};

use change::RelPath;

/// The bytes of an entry before its object id: ten 32-bit fields.
const STAT: usize = 40;

/// The paths that the work tree at `base` tracks.
pub(crate) fn tracked(base: &Path) -> Vec<RelPath> {
    let Some(git) = git_folder(base) else { return Vec::new() };
    let Ok(bytes) = fs::read(git.join("index")) else { return Vec::new() };
    let config = fs::read_to_string(git.join("config")).unwrap_or_default().to_ascii_lowercase();
    let id = if config.contains("objectformat = sha256") { 32 } else { 20 };
    paths(&bytes, id).unwrap_or_default()
}

/// `.git`, or where a linked work tree's `.git` file leads.
fn git_folder(base: &Path) -> Option<PathBuf> {
    let git = base.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let text = fs::read_to_string(&git).ok()?;
    Some(base.join(text.strip_prefix("gitdir:")?.trim()))
}

fn paths(bytes: &[u8], id: usize) -> Option<Vec<RelPath>> {
    let word = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    if bytes.get(..4)? != b"DIRC" {
        return None;
    }
    let (version, count) = (word(4)?, word(8)?);
    if !(2..=4).contains(&version) {
        return None;
    }
    let mut found = Vec::new();
    let mut at = 12;
    let mut last: Vec<u8> = Vec::new();
    for _ in 0..count {
        let start = at;
        let flags = u16::from_be_bytes(bytes.get(at + STAT + id..at + STAT + id + 2)?.try_into().ok()?);
        // The extended flags of versions 3 and 4.
        at += STAT + id + if flags & 0x4000 != 0 { 4 } else { 2 };
        if version == 4 {
            let (cut, next) = variable(bytes, at)?;
            last.truncate(last.len().checked_sub(cut)?);
            at = next;
        } else {
            last.clear();
        }
        let end = at + bytes.get(at..)?.iter().position(|byte| *byte == 0)?;
        last.extend_from_slice(bytes.get(at..end)?);
        // Up to version 3 an entry is padded with 1 to 8 zeros to a multiple of 8.
        at = if version == 4 { end + 1 } else { start + (end - start + 8) / 8 * 8 };
        found.extend(std::str::from_utf8(&last).ok().and_then(|path| RelPath::new(path).ok()));
    }
    Some(found)
}

/// A number of variable length: 7 bits a byte, as in a pack's offset delta.
fn variable(bytes: &[u8], mut at: usize) -> Option<(usize, usize)> {
    let mut byte = *bytes.get(at)?;
    let mut value = usize::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        at += 1;
        byte = *bytes.get(at)?;
        value = (value.checked_add(1)?.checked_mul(128)?) | usize::from(byte & 0x7f);
    }
    Some((value, at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An index of version 2 or 4 with these paths.
    fn index(version: u32, paths: &[&str]) -> Vec<u8> {
        let mut bytes = b"DIRC".to_vec();
        bytes.extend(version.to_be_bytes());
        bytes.extend((paths.len() as u32).to_be_bytes());
        let mut last = "";
        for path in paths {
            let start = bytes.len();
            bytes.extend([0; STAT + 20 + 2]);
            let shared =
                if version == 4 { last.bytes().zip(path.bytes()).take_while(|(a, b)| a == b).count() } else { 0 };
            if version == 4 {
                bytes.push((last.len() - shared) as u8);
            }
            bytes.extend(&path.as_bytes()[shared..]);
            bytes.push(0);
            while version < 4 && !(bytes.len() - start).is_multiple_of(8) {
                bytes.push(0);
            }
            last = path;
        }
        bytes
    }

    #[test]
    fn paths_of_every_version() {
        let expected = ["a.ts", "src/app.tsx", "src/main.tsx", "z"];
        for version in [2, 3, 4] {
            let found = paths(&index(version, &expected), 20).unwrap();
            assert_eq!(found.iter().map(RelPath::as_str).collect::<Vec<_>>(), expected, "{version}");
        }
    }

    #[test]
    fn what_is_no_index_gives_nothing() {
        let whole = index(4, &["a", "b/c"]);
        for cut in 0..whole.len() {
            assert!(paths(&whole[..cut], 20).is_none_or(|paths| paths.len() <= 2));
        }
        assert_eq!(paths(b"nothing at all", 20), None);
    }
}
