//! Annotations for a workflow of GitHub: one `::error`, `::warning` or `::notice` line for each finding, the worst
//! first, because only ten of each kind are shown. The last line is plain and says how many there are.

use std::cmp::Reverse;
use std::io::{self, Write};

use super::redact::Secrets;
use super::summary_line;
use crate::engine::Report;
use crate::finding::{Severity, Verdict};
use crate::source::clean;

/// So many annotations of each kind are shown for a step.
const SHOWN: usize = 10;

/// Writes the annotations and the summary.
pub fn write(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let secrets = Secrets::of(report);
    let mut findings: Vec<_> =
        report.projects.iter().flat_map(|p| &p.findings).filter(|f| f.is_active()).collect();
    findings.sort_by_key(|f| (!f.is_new(), Reverse(f.severity), f.finding.primary.span, f.finding.check));
    let mut counts = [0_usize; 3];
    for found in findings {
        let (command, kind) = match (found.verdict, found.severity) {
            // What is known does not fail the step.
            _ if found.known == Some(true) => ("notice", 2),
            (Verdict::Unknown, _) | (_, Severity::Low) => ("notice", 2),
            (_, Severity::Med) => ("warning", 1),
            (_, Severity::High) => ("error", 0),
        };
        counts[kind] += 1;
        let span = found.finding.primary.span;
        let (start, end) = (report.sources.line_column(span), report.sources.end_line_column(span));
        writeln!(
            out,
            "::{command} file={},line={},endLine={},col={},title={}::{}",
            property(report.sources.path(span.file)),
            start.line,
            end.line,
            start.column,
            property(found.finding.check),
            data(&clean(&secrets.hide(&found.finding.message)))
        )?;
    }
    let left: usize = counts.iter().map(|n| n.saturating_sub(SHOWN)).sum();
    if left > 0 {
        writeln!(
            out,
            "{left} of these are in this log only: {SHOWN} of each kind are shown beside the code"
        )?;
    }
    writeln!(out, "{}", summary_line(report))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(&clean(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_property_is_escaped() {
        assert_eq!(property("a:b,c%.py"), "a%3Ab%2Cc%25.py");
        assert_eq!(data("50 % more\nlines: two"), "50 %25 more%0Alines: two");
    }
}
