//! The checks, from the catalogue: as a table and as JSON.

use std::io::{self, Write};

use serde::Serialize;

use super::Style;
use crate::checklist::Catalog;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    checks: Vec<Check<'a>>,
}

#[derive(Serialize)]
struct Check<'a> {
    id: &'a str,
    aliases: &'a [String],
    title: &'a str,
    severity: &'static str,
    confidence: &'static str,
    profile: &'static str,
    owasp: &'a [String],
    cwe: &'a [u32],
    django: &'a [String],
    /// The effect of its usual fix; null when there is no automatic one.
    fix: Option<&'static str>,
    rationale: &'a str,
    remediation: &'a str,
    /// The practices that it decides, at least in part.
    practices: Vec<&'a str>,
}

/// Writes every check as JSON, by id.
pub fn write_json(out: &mut dyn Write, catalog: &Catalog) -> io::Result<()> {
    let checks = catalog.checks.iter().map(|(id, check)| Check {
        id,
        aliases: &check.aliases,
        title: &check.title,
        severity: check.severity.as_str(),
        confidence: check.confidence.as_str(),
        profile: check.profile.as_str(),
        owasp: &check.owasp,
        cwe: &check.cwe,
        django: &check.django,
        fix: check.fix.map(crate::finding::Effect::as_str),
        rationale: &check.rationale,
        remediation: &check.remediation,
        practices: catalog
            .practices
            .iter()
            .filter(|p| p.checks.contains(id))
            .map(|p| p.id.as_str())
            .collect(),
    });
    serde_json::to_writer_pretty(&mut *out, &Document { schema_version: 1, checks: checks.collect() })?;
    writeln!(out)
}

/// Writes one line for each check, by id.
pub fn write(out: &mut dyn Write, catalog: &Catalog, style: Style) -> io::Result<()> {
    let width = catalog.checks.keys().map(String::len).max().unwrap_or(0);
    for (id, check) in &catalog.checks {
        writeln!(
            out,
            "{}  {}{}  {:<10}  {:<8}  {}",
            style.heading(format_args!("{id:width$}")),
            style.severity(check.severity),
            " ".repeat(4 - check.severity.as_str().len()),
            check.profile.as_str(),
            check.fix.map_or("-", crate::finding::Effect::as_str),
            check.title
        )?;
    }
    Ok(())
}
