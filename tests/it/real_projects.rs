//! The README's table "On real projects" against a run, and every corpus project that is there without a panic.

use std::path::Path;
use std::time::Instant;

use assert_cmd::Command;

use crate::support::corpus;

fn check(folder: &Path) -> serde_json::Value {
    let state = tempfile::tempdir().unwrap();
    let mut command = Command::cargo_bin("drf-harden").unwrap();
    command.env_clear().env("HOME", state.path()).env("PATH", std::env::var("PATH").unwrap_or_default());
    let output =
        command.args(["check", "--profile", "everything", "--format", "json"]).arg(folder).output().unwrap();
    let code = output.status.code().unwrap();
    assert!(
        code == 0 || code == 1,
        "{}: exit {code}: {}",
        folder.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// `name`, judged module, Python files, findings high, med, low, unknown practices: the cells of a README row.
fn row(name: &str, report: &serde_json::Value) -> String {
    let projects: Vec<&str> =
        report["projects"].as_array().unwrap().iter().filter_map(|p| p["settings"].as_str()).collect();
    let findings = report["findings"].as_array().unwrap();
    let count = |severity: &str| {
        findings
            .iter()
            .filter(|f| f["verdict"] == "fail" && f["severity"] == severity && f["suppressed"].is_null())
            .count()
    };
    let fixes = findings.iter().filter(|f| !f["fix"].is_null()).count();
    format!(
        "| {name} | `{}` | {} | {} | {} | {fixes} |",
        projects.join("`, `"),
        count("high"),
        count("med"),
        count("low"),
    )
}

#[test]
fn the_readme_tells_what_a_run_finds() {
    let readme = include_str!("../../README.md");
    let section = readme.split("## On real projects").nth(1).expect("the section");
    for name in ["misago 0.39.6", "geonode 5.1.1", "mayan-edms 4.12.2"] {
        let short = name.split(' ').next().unwrap();
        let Some(folder) = corpus::project(short) else { continue };
        let row = row(name, &check(&folder));
        assert!(
            section.contains(&row),
            "the README's row for {name} is not what a run gives; it should be\n{row}"
        );
    }
}

#[test]
fn no_project_of_the_corpus_ends_in_a_panic() {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join(".corpus");
    let Ok(entries) = std::fs::read_dir(&base) else {
        eprintln!("SKIPPED: no .corpus; scripts/corpus.sh fetches it");
        return;
    };
    let mut folders: Vec<_> = entries.map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    folders.sort();
    for folder in folders {
        let start = Instant::now();
        let report = check(&folder);
        assert!(!report["projects"].as_array().unwrap().is_empty());
        let unparsed = report["not_read"].as_array().unwrap().len();
        eprintln!(
            "{}: {} findings, {unparsed} not read, {:?}",
            folder.display(),
            report["findings"].as_array().unwrap().len(),
            start.elapsed()
        );
    }
}
