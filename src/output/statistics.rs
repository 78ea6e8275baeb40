//! `check --statistics`: how many findings each check has, the most frequent first.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Style, summary_line};
use crate::engine::Report;
use crate::finding::{Severity, Verdict};

/// Writes one line for each check with active findings, then the summary.
pub fn write(out: &mut dyn Write, report: &Report, style: Style) -> io::Result<()> {
    #[derive(Default)]
    struct Row {
        fail: usize,
        unknown: usize,
        fixes: usize,
        severity: Option<Severity>,
    }
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    for found in report.projects.iter().flat_map(|p| &p.findings).filter(|f| f.is_active()) {
        let row = rows.entry(found.finding.check).or_default();
        match found.verdict {
            Verdict::Unknown => row.unknown += 1,
            Verdict::Fail | Verdict::Pass | Verdict::NotApplicable => row.fail += 1,
        }
        row.fixes += usize::from(found.finding.fix.is_some());
        row.severity = row.severity.max(Some(found.severity));
    }
    let mut rows: Vec<(&str, Row)> = rows.into_iter().collect();
    rows.sort_by_key(|(check, row)| (Reverse(row.fail), Reverse(row.unknown), *check));
    for (check, row) in rows {
        let severity = row.severity.unwrap_or(Severity::Low);
        let pad = " ".repeat(4 - severity.as_str().len());
        let mut notes = Vec::new();
        if row.unknown > 0 {
            notes.push(format!("{} unknown", row.unknown));
        }
        if row.fixes > 0 {
            notes.push(format!("{} with a fix", row.fixes));
        }
        let notes = if notes.is_empty() { String::new() } else { format!("  ({})", notes.join(", ")) };
        writeln!(out, "{:>5}  {}{pad}  {check}{notes}", row.fail, style.severity(severity))?;
    }
    writeln!(out, "{}", summary_line(report))
}
