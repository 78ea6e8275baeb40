//! A report as bytes: each renderer is a function from [`Report`] to a writer, with its own shape.
//!
//! Nothing here judges, reads the disk or knows the command line. Text of the scanned project is cleaned and the
//! text of secrets taken out ([`redact`]) before it leaves through any of these; a patch that is meant to be applied comes from
//! `edit::diff` instead.

pub mod concise;
pub mod diff;
pub mod endpoint_rows;
pub mod endpoints_json;
pub mod endpoints_snapshot;
pub mod endpoints_table;
mod evidence;
pub mod github;
pub mod json;
pub mod markdown;
pub mod page;
mod python_text;
pub mod redact;
pub mod rules;
pub mod sarif;
pub mod setting_story;
pub mod settings_diff;
pub mod settings_json;
pub mod settings_table;
mod snippet;
pub mod statistics;
mod style;
pub mod text;
mod values;

use std::collections::BTreeMap;

pub use style::Style;

use crate::checklist::Section;
use crate::edit::SourceChange;
use crate::engine::{Engine, ProjectReport, Report, ReportedFinding};

/// What each fix on offer would change, by the finding's fingerprint; a fix that cannot be planned has the reason.
pub type Changes = BTreeMap<String, Result<Vec<diff::FileChange>, String>>;

/// Plans every fix on offer by itself.
pub fn changes(engine: &Engine, report: &Report) -> Changes {
    let found: Vec<&ReportedFinding> = report.projects.iter().flat_map(|p| &p.findings).collect();
    let planned = engine.plan_each(report, &found).into_iter().zip(&found);
    let changes = planned.filter_map(|(change, found)| {
        let files = change?.map(files).map_err(|e| e.to_string());
        Some((found.fingerprint.clone(), files))
    });
    changes.collect()
}

/// A change as the renderers take it.
pub fn files(change: SourceChange) -> Vec<diff::FileChange> {
    let files = change.files.into_iter();
    files.map(|f| diff::FileChange { path: f.path, before: f.before, after: f.after }).collect()
}

/// The findings of a project that count, each once, under the practice that shows it first.
fn findings_by_practice(project: &ProjectReport) -> Vec<(Option<usize>, Vec<&ReportedFinding>)> {
    let mut groups: BTreeMap<(bool, usize), Vec<&ReportedFinding>> = BTreeMap::new();
    for found in project.findings.iter().filter(|f| f.is_active()) {
        let first = found.practices.iter().min().copied();
        groups.entry((first.is_none(), first.unwrap_or(0))).or_default().push(found);
    }
    groups.into_iter().map(|((none, i), found)| ((!none).then_some(i), found)).collect()
}

/// `API5:2019 Broken function level authorization`; a section without a number goes by its title.
fn section_heading(section: &Section) -> String {
    if section.id.contains(':') { format!("{} {}", section.id, section.title) } else { section.title.clone() }
}

/// How a project is named beside others: its folder, or `.` for the root.
fn project_label(project: &ProjectReport) -> &str {
    if project.root.is_empty() { "." } else { &project.root }
}

/// `1 file`, `2 files`.
pub(crate) fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// The summary of a report in one line: counts, fixes on offer, score.
pub fn summary_line(report: &Report) -> String {
    let totals = report.totals();
    let [high, med, low] = totals.fail;
    let mut line = count(high + med + low, "finding", "findings");
    if high + med + low > 0 {
        let parts = [(high, "high"), (med, "med"), (low, "low")];
        let parts: Vec<_> =
            parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
        line += &format!(" ({})", parts.join(" "));
    }
    for (n, one, many) in [
        (totals.known, "in the baseline", "in the baseline"),
        (totals.waived, "waived", "waived"),
        (totals.ignored, "ignored", "ignored"),
        (totals.ask, "question", "questions"),
        (totals.unknown, "unknown", "unknown"),
        (report.not_read.len(), "file not read", "files not read"),
    ] {
        if n > 0 {
            line += &format!(", {}", count(n, one, many));
        }
    }
    let [safe, tightens, reshapes, choose] = totals.fixes;
    let fixes = [
        (safe, "safe", "safe"),
        (tightens, "tightens", "tighten"),
        (reshapes, "reshapes", "reshape"),
        (choose, "needs a choice", "need a choice"),
    ];
    let fixes: Vec<_> =
        fixes.iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| count(*n, one, many)).collect();
    if !fixes.is_empty() {
        line += &format!("; fixes: {}", fixes.join(", "));
    }
    line += ".";
    let scored: Vec<_> = report.projects.iter().filter(|p| p.score.of > 0).collect();
    match scored.as_slice() {
        [] => {}
        [one] => line += &format!(" Score {} (verified {}).", one.score.total, one.score.verified),
        many => {
            let scores: Vec<_> = many
                .iter()
                .map(|p| format!("{} {} (verified {})", project_label(p), p.score.total, p.score.verified))
                .collect();
            line += &format!(" Scores: {}.", scores.join(", "));
        }
    }
    line
}
