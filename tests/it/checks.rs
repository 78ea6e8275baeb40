//! Every check against its own literate fixture; see `support/literate.rs` for the form.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use drf_harden::checks::all;
use drf_harden::engine::{ReportedFinding, Silent};
use drf_harden::finding::Effect;
use rayon::prelude::*;

use crate::support::literate::{self, Case};

pub(crate) fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/checks")
}

#[test]
fn every_case_of_every_fixture_holds() {
    let only = std::env::var("CHECK").ok();
    let checks: Vec<_> =
        all().iter().map(|c| c.id()).filter(|id| only.as_deref().is_none_or(|o| o == *id)).collect();
    let reports: Vec<String> = checks
        .par_iter()
        .map(|check| {
            let path = fixtures().join(format!("{check}.md"));
            let Ok(text) = std::fs::read_to_string(&path) else {
                return format!("{check}: write {}\n", path.display());
            };
            let mut report = String::new();
            for case in literate::read(&text) {
                for wrong in literate::run(check, &case) {
                    writeln!(report, "{check} / {}: {wrong}", case.title).unwrap();
                }
            }
            report
        })
        .collect();
    let report = reports.concat();
    assert!(report.is_empty(), "\n{report}");
}

#[test]
fn every_fixture_shows_each_verdict() {
    for check in all() {
        let path = fixtures().join(format!("{}.md", check.id()));
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let verdicts: Vec<_> = literate::read(&text).into_iter().filter_map(|c| c.verdict).collect();
        // Whether a proxy header is right is never told from code: that check does not fail.
        let wanted: &[&str] = if check.id() == "proxy-header-trusted" {
            &["pass", "unknown"]
        } else {
            &["fail", "pass", "unknown"]
        };
        for wanted in wanted {
            assert!(
                verdicts.iter().any(|v| v == wanted),
                "{}: add a case with `verdict: {wanted}`",
                path.display()
            );
        }
    }
}

#[test]
fn every_fixture_belongs_to_a_check() {
    for entry in std::fs::read_dir(fixtures()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let id = name.strip_suffix(".md").expect("fixtures are Markdown");
        assert!(all().iter().any(|check| check.id() == id), "no check is called {id}");
    }
}

/// What a fix brings into being can be judged only then: a throttle counts in some cache and by some address, a default
/// can be switched off by a view. Such a finding may come with the fix of the first check.
const FOLLOW_UPS: [(&str, &str); 5] = [
    ("default-permission-read-open", "model-permission-reads-open"),
    ("throttle-missing", "num-proxies-unset"),
    ("throttle-missing", "throttle-cache-local"),
    ("throttle-missing", "view-throttle-disabled"),
    ("pagination-unbounded", "view-pagination-disabled"),
];

/// What is wrong with accepting the fixes of these effects together, in sentences: each that was promised is gone,
/// nothing else has come in the same practices, and nothing is left there to accept.
fn accept(case: &Case, takes: fn(Effect) -> bool) -> Vec<String> {
    let folder = case.lay_out();
    let engine = case.engine(folder.path());
    let before = engine.scan(&Silent).unwrap();
    let fixable: Vec<_> = literate::project(&before)
        .findings
        .iter()
        .filter(|f| f.finding.fix.as_ref().is_some_and(|fix| takes(fix.effect)))
        .collect();
    let fixes: Vec<_> = fixable.iter().map(|f| f.fingerprint.as_str()).collect();
    let after = match engine.preview(&before, &fixes) {
        Ok(preview) => preview.after,
        Err(error) => return vec![error.to_string()],
    };
    let key = |f: &ReportedFinding| (f.finding.check, f.finding.symbol.clone());
    let known: BTreeSet<_> = literate::project(&before).findings.iter().map(key).collect();
    let promised: BTreeSet<_> = fixable.iter().map(|f| key(f)).collect();
    // A limit that is there at last can be a weak one: another practice, another decision.
    let settled: BTreeSet<_> = fixable.iter().flat_map(|f| &f.practices).collect();
    let mut wrong = Vec::new();
    for left in &literate::project(&after).findings {
        let key = key(left);
        let follows = |(first, then): &(&str, &str)| *then == key.0 && promised.iter().any(|p| p.0 == *first);
        if !known.contains(&key) && FOLLOW_UPS.iter().any(follows) {
            continue;
        }
        let how = if promised.contains(&key) {
            "is still there"
        } else if !left.practices.iter().any(|p| settled.contains(p)) {
            continue;
        } else if !known.contains(&key) {
            "is new"
        } else if left.finding.fix.as_ref().is_some_and(|fix| takes(fix.effect)) {
            "has a fix only now"
        } else {
            continue;
        };
        wrong.push(format!("{} ({}) {how}: {}", key.0, key.1, left.finding.message));
    }
    wrong
}

/// Runs a test on every case of every fixture; what is wrong, one line each.
fn on_every_case(test: impl Fn(&Case) -> Vec<String> + Sync) -> String {
    let mut names: Vec<_> = std::fs::read_dir(fixtures()).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    let reports: Vec<String> = names
        .par_iter()
        .map(|path| {
            let mut report = String::new();
            for case in literate::read(&std::fs::read_to_string(path).unwrap()) {
                for wrong in test(&case) {
                    writeln!(report, "{} / {}: {wrong}", path.display(), case.title).unwrap();
                }
            }
            report
        })
        .collect();
    reports.concat()
}

#[test]
fn all_fixes_of_a_project_are_accepted_together_once_and_for_all() {
    let report = on_every_case(|case| accept(case, |_| true));
    assert!(report.is_empty(), "\n{report}");
}

#[test]
fn fixes_that_only_tighten_are_accepted_once_and_for_all() {
    let report =
        on_every_case(|case| accept(case, |effect| matches!(effect, Effect::Safe | Effect::Tightens)));
    assert!(report.is_empty(), "\n{report}");
}
