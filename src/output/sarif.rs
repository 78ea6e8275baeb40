//! SARIF 2.1.0, for code scanning. Every check is a rule, also those without a result, so that a finding that is
//! gone is closed there; what a comment or a waiver hides is a result with its suppression. The exit code does not
//! depend on the format.

use std::io::{self, Write};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value as Json, json};

use super::redact::Secrets;
use crate::checklist::CheckMeta;
use crate::engine::{Report, ReportedFinding};
use crate::finding::{Confidence, Severity, Verdict};
use crate::source::Span;

/// What may not stand in the path of an address.
const PATH: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>').add(b'?').add(b'`').add(b'\\');

/// Writes the log, with a line break at its end.
pub fn write(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let secrets = Secrets::of(report);
    let rules: Vec<&CheckMeta> = report.catalog.checks.values().collect();
    let position = |check: &str| rules.iter().position(|rule| rule.id == check);
    let results: Vec<Json> = report
        .projects
        .iter()
        .flat_map(|project| &project.findings)
        .map(|found| result(report, &secrets, found, position(found.finding.check)))
        .collect();
    let unread = report.not_read.iter().map(|file| {
        json!({
            "level": "warning",
            "message": { "text": format!("not read: {}", file.reason) },
            "locations": [{ "physicalLocation": { "artifactLocation": artifact(&file.path) } }],
        })
    });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|meta| rule(meta)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "%SRCROOT%": { "description": { "text": "the scanned folder" } } },
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": unread.collect::<Vec<_>>(),
            }],
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn rule(meta: &CheckMeta) -> Json {
    let mut tags = vec!["security".to_owned()];
    tags.extend(meta.cwe.iter().map(|n| format!("external/cwe/cwe-{n:03}")));
    tags.extend(meta.owasp.iter().cloned());
    tags.extend(meta.django.iter().cloned());
    let mut rule = json!({
        "id": meta.id,
        "name": meta.id,
        "shortDescription": { "text": meta.title },
        "fullDescription": { "text": meta.rationale },
        "help": { "text": meta.remediation },
        "defaultConfiguration": { "level": level(meta.severity) },
        "properties": {
            "tags": tags,
            "precision": precision(meta.confidence),
            // How code scanning sorts: above 7 is high, above 4 medium.
            "security-severity": match meta.severity {
                Severity::High => "8.0",
                Severity::Med => "5.5",
                Severity::Low => "3.0",
            },
        },
    });
    if let Some(reference) = meta.references.first() {
        rule["helpUri"] = json!(reference.url);
    }
    rule
}

fn result(report: &Report, secrets: &Secrets, found: &ReportedFinding, rule: Option<usize>) -> Json {
    let finding = &found.finding;
    // What cannot be told is for a person to look at, and no failure.
    let (kind, level) = match found.verdict {
        Verdict::Unknown => ("review", "none"),
        Verdict::Fail | Verdict::Pass | Verdict::NotApplicable => ("fail", level(found.severity)),
    };
    let related = finding.related.iter().enumerate().map(|(i, label)| {
        let mut place = location(report, label.span);
        place["id"] = json!(i);
        place["message"] = json!({ "text": secrets.hide(&label.message) });
        place
    });
    let mut result = json!({
        "ruleId": finding.check,
        "kind": kind,
        "level": level,
        "message": { "text": secrets.hide(&finding.message) },
        "locations": [location(report, finding.primary.span)],
        "relatedLocations": related.collect::<Vec<_>>(),
        "partialFingerprints": { "drfHarden/v1": found.fingerprint },
    });
    if let Some(rule) = rule {
        result["ruleIndex"] = json!(rule);
    }
    let suppression = match (&found.waived, &found.suppressed) {
        (Some(waiver), _) => {
            let text = format!("{} (waived by {} until {})", waiver.reason, waiver.owner, waiver.expires);
            Some(json!({ "kind": "external", "justification": text }))
        }
        (None, Some(hidden)) => {
            let kind = if hidden.by == "comment" { "inSource" } else { "external" };
            Some(json!({ "kind": kind, "justification": hidden.reason }))
        }
        (None, None) => None,
    };
    if let Some(known) = found.known {
        result["baselineState"] = json!(if known { "unchanged" } else { "new" });
    }
    if let Some(suppression) = suppression {
        result["suppressions"] = json!([suppression]);
    }
    result
}

fn location(report: &Report, span: Span) -> Json {
    let (start, end) = (report.sources.line_column(span), report.sources.end_line_column(span));
    json!({ "physicalLocation": {
        "artifactLocation": artifact(report.sources.path(span.file)),
        "region": {
            "startLine": start.line, "startColumn": start.column,
            "endLine": end.line, "endColumn": end.column,
        },
    } })
}

fn artifact(path: &str) -> Json {
    json!({ "uri": utf8_percent_encode(path, PATH).to_string(), "uriBaseId": "%SRCROOT%" })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "error",
        Severity::Med => "warning",
        Severity::Low => "note",
    }
}

fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "very-high",
        Confidence::Med => "high",
        Confidence::Low => "medium",
    }
}
