//! Every check against its own literate fixture; see `support/literate.rs` for the form.

use std::fmt::Write as _;
use std::path::PathBuf;

use drf_harden::checks::all;
use drf_harden::engine::Silent;
use rayon::prelude::*;

use crate::support::literate;

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

#[test]
fn all_fixes_of_a_project_can_be_accepted_together() {
    let mut names: Vec<_> = std::fs::read_dir(fixtures()).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    let reports: Vec<String> = names
        .par_iter()
        .map(|path| {
            let mut report = String::new();
            for case in literate::read(&std::fs::read_to_string(path).unwrap()) {
                let folder = case.lay_out();
                let engine = case.engine(folder.path());
                let scan = engine.scan(&Silent).unwrap();
                let fixable = literate::project(&scan).findings.iter().filter(|f| f.finding.fix.is_some());
                let fixes: Vec<_> = fixable.map(|f| f.fingerprint.as_str()).collect();
                if let Err(error) = engine.plan(&scan, &fixes) {
                    writeln!(report, "{} / {}: {error}", path.display(), case.title).unwrap();
                }
            }
            report
        })
        .collect();
    assert!(reports.concat().is_empty(), "\n{}", reports.concat());
}
