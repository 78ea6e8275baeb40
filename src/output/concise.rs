//! One line for each finding: `path:line:column: severity check message`, for editors and for grep.

use std::io::{self, Write};

use super::redact::Secrets;
use super::{Style, summary_line};
use crate::engine::Report;
use crate::finding::Verdict;
use crate::source::clean;

/// Writes the active findings in order of place, then the summary.
pub fn write(out: &mut dyn Write, report: &Report, style: Style) -> io::Result<()> {
    let secrets = Secrets::of(report);
    let mut findings: Vec<_> =
        report.projects.iter().flat_map(|p| &p.findings).filter(|f| f.is_active()).collect();
    findings.sort_by_key(|f| (f.finding.primary.span, f.finding.check));
    for found in findings {
        let span = found.finding.primary.span;
        let at = report.sources.line_column(span);
        let severity = match found.verdict {
            Verdict::Unknown => style.dim("unknown"),
            Verdict::Pass | Verdict::Fail | Verdict::NotApplicable => style.severity(found.severity),
        };
        let known = if found.known == Some(true) { " [in the baseline]" } else { "" };
        let fix = found.finding.fix.as_ref().map(|fix| format!(" [fix: {}]", fix.effect.as_str()));
        writeln!(
            out,
            "{}:{}:{}: {severity} {} {}{}{known}",
            clean(report.sources.path(span.file)),
            at.line,
            at.column,
            found.finding.check,
            clean(&secrets.hide(&found.finding.message)),
            fix.unwrap_or_default()
        )?;
    }
    writeln!(out, "{}", summary_line(report))
}
