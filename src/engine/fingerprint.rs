//! What a finding is recognised by in later runs: its check, file, symbol and text, never its line.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::source::Sources;

/// Fingerprints in the order of `findings`, 16 hex digits each. Findings that agree in everything are told apart
/// by their order in the file. xxh3-64 is a fixed function, so fingerprints outlive releases.
pub(super) fn fingerprints(sources: &Sources, project: &str, findings: &[Finding]) -> Vec<String> {
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.sort_by_key(|&i| findings[i].primary.span);
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let mut prints = vec![String::new(); findings.len()];
    for i in order {
        let finding = &findings[i];
        let span = finding.primary.span;
        let snippet: String = sources.slice(span).split_whitespace().collect::<Vec<_>>().join(" ");
        let key = [finding.check, project, sources.path(span.file), &finding.symbol, &snippet].join("\u{1f}");
        let ordinal = seen.entry(key.clone()).or_default();
        let hash = xxhash_rust::xxh3::xxh3_64(format!("{key}\u{1f}{ordinal}").as_bytes());
        *ordinal += 1;
        prints[i] = format!("{hash:016x}");
    }
    prints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Label;
    use crate::source::{SourceFile, Span};

    fn print(text: &str, needle: &str) -> String {
        let file = SourceFile::from_bytes("a.py".into(), text.as_bytes()).unwrap();
        let sources = Sources::new("/".into(), vec![file]);
        let at = text.find(needle).unwrap() as u32;
        let span = Span { file: sources.find("a.py").unwrap(), range: (at, at + needle.len() as u32) };
        let finding = Finding::new("debug-enabled", "DEBUG", Label::new(span, ""), "");
        fingerprints(&sources, "", &[finding]).remove(0)
    }

    #[test]
    fn lines_and_spacing_do_not_matter() {
        assert_eq!(print("DEBUG = True\n", "DEBUG = True"), print("\n\nDEBUG =  True\n", "DEBUG =  True"));
        assert_ne!(print("DEBUG = True\n", "DEBUG = True"), print("DEBUG = 1\n", "DEBUG = 1"));
    }
}
