//! `--format sarif`: [SARIF 2.1.0], for code scanning and editors.
//!
//! Paths are relative to the top of the git work tree, without one to PATH; columns are in UTF-16 units. Refused apps are results too.
//!
//! [SARIF 2.1.0]: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html

use std::collections::BTreeMap;

use change::{Location, RelPath};
use migrate::Explanation;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::notices::Notice;
use super::{View, places};
use crate::disk::hash;

/// What a path keeps as it is: the unreserved characters of RFC 3986, and `/`.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Where paths start.
const ROOT: &str = "SRCROOT";

/// The log.
///
/// # Errors
/// serde_json's, which plain values give no cause for.
pub(crate) fn sarif(view: &View<'_>, notices: &[Notice<'_>]) -> serde_json::Result<String> {
    let mut ids: Vec<&str> = notices.iter().map(|notice| notice.id).collect();
    ids.sort_unstable();
    ids.dedup();
    let explanations: BTreeMap<&str, Explanation> = migrate::explanations().into_iter().map(|e| (e.id, e)).collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let results: Vec<Value> = notices
        .iter()
        .map(|notice| {
            let fingerprint = fingerprint(view, notice, &mut seen);
            result(view, notice, ids.binary_search(&notice.id).unwrap_or_default(), &fingerprint)
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "convex-clerk",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": ids.iter().map(|id| rule(id, explanations.get(id))).collect::<Vec<_>>(),
            } },
            "columnKind": "utf16CodeUnits",
            "originalUriBaseIds": { ROOT: { "description": { "text": "The top of the repository." } } },
            "results": results,
        }],
    });
    Ok(serde_json::to_string_pretty(&log)? + "\n")
}

fn rule(id: &str, explanation: Option<&Explanation>) -> Value {
    let Some(explanation) = explanation else { return json!({ "id": id }) };
    let command = format!("`convex-clerk explain {id}` prints this.");
    let paragraph = explanation.text.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    json!({
        "id": id,
        "shortDescription": { "text": explanation.summary },
        "fullDescription": { "text": paragraph },
        "help": { "text": format!("{}\n{command}", explanation.text), "markdown": explanation.text },
    })
}

fn result(view: &View<'_>, notice: &Notice<'_>, index: usize, fingerprint: &str) -> Value {
    let mut result = json!({
        "ruleId": notice.id,
        "ruleIndex": index,
        "level": notice.severity.as_str(),
        "message": { "text": notice.message },
        "partialFingerprints": { "primaryLocationLineHash": fingerprint },
    });
    if let Some(location) = &notice.location {
        result["locations"] = json!([{ "physicalLocation": physical(view, location) }]);
    }
    let related = notice.related.iter().enumerate().map(|(id, related)| {
        json!({
            "id": id + 1,
            "physicalLocation": physical(view, &related.location),
            "message": { "text": related.message },
        })
    });
    let related: Vec<Value> = related.collect();
    if !related.is_empty() {
        result["relatedLocations"] = json!(related);
    }
    result
}

fn physical(view: &View<'_>, location: &Location) -> Value {
    let artifact = json!({ "uri": uri(&location.path), "uriBaseId": ROOT });
    // GitHub takes no place without a line.
    let region = match view.span(location) {
        Some((start, end)) => json!({
            "startLine": start.line + 1,
            "startColumn": start.column + 1,
            "endLine": end.line + 1,
            "endColumn": end.column + 1,
        }),
        None => json!({ "startLine": 1 }),
    };
    json!({ "artifactLocation": artifact, "region": region })
}

fn uri(path: &RelPath) -> String {
    utf8_percent_encode(path.as_str(), ENCODED).to_string()
}

/// What tells a result from others in later runs, though lines were added above it: its rule, its file, the text of its line, and which of
/// several such it is.
fn fingerprint(view: &View<'_>, notice: &Notice<'_>, seen: &mut BTreeMap<String, usize>) -> String {
    let line = notice.location.as_ref().and_then(|location| {
        let text = (!places::is_whole(location)).then(|| view.text(&location.path)).flatten()?;
        let start = location.range.start() as usize;
        let from = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
        let line: String = text.get(from..)?.lines().next()?.split_whitespace().collect();
        Some(line)
    });
    let path = notice.location.as_ref().map_or("", |location| location.path.as_str());
    let digest = hash(format!("{}\0{path}\0{}", notice.id, line.unwrap_or_default()).as_bytes());
    let digest: String = digest.chars().take(16).collect();
    let number = seen.entry(digest.clone()).or_default();
    *number += 1;
    format!("{digest}:{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_encoded_but_for_their_slashes() {
        let path = RelPath::new("src/(app)/[id]/a b%é.tsx").unwrap();
        assert_eq!(uri(&path), "src/%28app%29/%5Bid%5D/a%20b%25%C3%A9.tsx");
    }
}
