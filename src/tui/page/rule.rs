//! The page of a rule: what it is about, why, how it is decided, when that is wrong, before and after, links.

use crate::checklist::{CheckMeta, Reference};
use crate::tui::code;
use crate::tui::model::Model;
use crate::tui::page::{Page, heading};
use crate::tui::text::{Role, Row, wrap};

/// The page of the selected practice with its checks.
pub(super) fn page(model: &Model, width: usize) -> Page {
    let mut page = Page::default();
    let (Some(report), Some((practice, _))) =
        (&model.report, model.selected().and_then(|p| model.practice(p)))
    else {
        return page;
    };
    let rows = &mut page.rows;
    rows.push(heading(&practice.id));
    rows.extend(wrap(&practice.title, width, 1, Role::Text));
    paragraph(rows, "Why it matters", &practice.why, width);
    paragraph(rows, "How to put it right", &practice.remedy, width);
    for id in &practice.checks {
        if let Some(meta) = report.catalog.checks.get(id) {
            check(rows, meta, width);
        }
    }
    let mut references: Vec<&Reference> = practice.references.iter().collect();
    for id in &practice.checks {
        for reference in report.catalog.checks.get(id).map(|m| m.references.as_slice()).unwrap_or_default() {
            if !references.contains(&reference) {
                references.push(reference);
            }
        }
    }
    if !references.is_empty() {
        rows.push(Row::new());
        rows.push(heading("Read more"));
        for reference in references {
            rows.extend(wrap(&reference.title, width, 3, Role::Text));
            rows.extend(wrap(&reference.url, width, 5, Role::Place));
        }
    }
    if !practice.owasp.is_empty() {
        rows.push(Row::new());
        rows.push(Row::of(format!(" OWASP  {}", practice.owasp.join("  ")), Role::Dim).cut(width));
    }
    page
}

fn paragraph(rows: &mut Vec<Row>, title: &str, text: &str, width: usize) {
    if text.is_empty() {
        return;
    }
    rows.push(Row::new());
    rows.push(heading(title));
    rows.extend(wrap(text, width, 3, Role::Text));
}

fn check(rows: &mut Vec<Row>, meta: &CheckMeta, width: usize) {
    rows.push(Row::new());
    let mut ids: Vec<String> = meta.cwe.iter().map(|n| format!("CWE-{n}")).collect();
    ids.extend(meta.django.iter().cloned());
    let words = format!("{}  {}  ", meta.severity.as_str(), ids.join(" "));
    rows.push(
        Row::of(format!(" Check {}", meta.id), Role::Title)
            .right(Row::of(words, Role::Dim), width)
            .cut(width),
    );
    rows.extend(wrap(&meta.title, width, 3, Role::Text));
    for (title, text) in [
        ("Why", &meta.rationale),
        ("What to do", &meta.remediation),
        ("How it is decided", &meta.decided),
        ("Wrong if", &meta.wrong_if),
    ] {
        if !text.is_empty() {
            rows.push(Row::of(format!("   {title}"), Role::Title));
            rows.extend(wrap(text, width, 5, Role::Text));
        }
    }
    let (before, after) = &meta.example;
    for (title, text) in [("   Fails", before), ("   Passes", after)] {
        if text.trim().is_empty() {
            continue;
        }
        rows.push(Row::of(title, Role::Title));
        let path = if text.trim_start().starts_with('[') && text.contains("]\n") { "x.toml" } else { "x.py" };
        for line in code::lines(path, text.trim_end()) {
            let mut row = Row::of("     | ", Role::Gutter);
            row.fixed = Some(7);
            row.extend(line.pieces);
            rows.push(row);
        }
    }
    let fix = meta.fix.map_or("none; it is done by hand", |effect| effect.as_str());
    rows.push(Row::of(format!("   Automatic fix: {fix}"), Role::Dim));
}
