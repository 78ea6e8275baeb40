//! The notice of the first start, and the scan with its real counts.

use crate::source::clean;
use crate::tui::model::Model;
use crate::tui::page::{Page, heading, marks};
use crate::tui::text::{Role, Row, fit, wrap};

/// Four sentences, shown once.
pub(super) fn notice(width: usize) -> Page {
    let mut page = Page::default();
    page.rows.push(Row::new());
    page.rows.push(heading("Before the first scan"));
    page.rows.push(Row::new());
    for sentence in [
        "Your project's Python and TOML files are read. Nothing of the project is run, nothing is sent anywhere.",
        "Nothing is written before you press W and then y. Every write can be undone, tomorrow too.",
        "What you answer for the team goes to `drf-harden-decisions.toml` in the project; the rest stays with you.",
        "Enter and Esc never decide anything. `?` shows the keys of every screen.",
    ] {
        page.rows.extend(wrap(sentence, width.min(90), 3, Role::Text));
    }
    page
}

/// How far the scan is and what was found.
pub(super) fn page(model: &Model, width: usize) -> Page {
    let scan = &model.scan;
    let mut rows = vec![Row::new()];
    let step = |name: &str, state: &str, role: Role, text: String| {
        Row::of(format!(" {} ", fit(name, 9)), Role::Title).with(fit(state, 9), role).with(text, Role::Text)
    };
    let done = model.report.is_some() && !scan.running;
    let state = |begun: bool, ended: bool| match (begun, ended) {
        (_, true) => ("done", Role::Ok),
        (true, false) => ("running", Role::Ask),
        (false, false) => ("waiting", Role::Dim),
    };
    let bar_cells = width.saturating_sub(50).clamp(10, 30);
    let bar = |row: Row, (done, of): (usize, usize)| {
        let mut row = row;
        if of > 0 {
            row.extend(marks::bar(done as u32, of as u32, bar_cells));
            row.push(format!("  {done}/{of}"), Role::Text);
        }
        row
    };
    let parsing = scan.parsed.1 > 0;
    let checking = scan.checked.1 > 0;
    let (word, role) = state(scan.found > 0, parsing || done);
    let found = scan.found.max(scan.parsed.1);
    rows.push(step("Discover", word, role, if found > 0 { format!("{found} files") } else { String::new() }));
    let (word, role) = state(parsing, checking || done);
    rows.push(bar(step("Parse", word, role, String::new()), scan.parsed));
    let (word, role) = state(!scan.projects.is_empty(), done || checking);
    rows.push(step("Settings", word, role, String::new()));
    for (root, versions, settings) in scan.projects.iter().take(6) {
        let root = if root.is_empty() { String::new() } else { format!("{root}: ") };
        rows.extend(wrap(&format!("{root}{settings}"), width, 20, Role::Text));
        rows.extend(wrap(versions, width, 20, Role::Dim));
    }
    if scan.projects.len() > 6 {
        rows.push(Row::of(
            format!("{}and {} more projects", " ".repeat(20), scan.projects.len() - 6),
            Role::Dim,
        ));
    }
    let (word, role) = state(checking, done);
    rows.push(bar(step("Check", word, role, String::new()), scan.checked));
    rows.push(Row::new());
    if let Some(error) = &scan.error {
        rows.push(Row::of(" The scan stopped", Role::Bad));
        rows.extend(wrap(error, width, 3, Role::Text));
        rows.push(Row::new());
        rows.push(Row::of("   Nothing was written. r scans again, q quits.", Role::Dim));
        return Page { rows, ..Page::default() };
    }
    let mut foot = Vec::new();
    if let Some(report) = &model.report {
        results(model, report, &mut rows, width);
        foot = standing(model, report);
    } else if scan.go_on {
        rows.push(Row::of(" The checklist opens as soon as there is one.", Role::Dim));
    }
    Page { rows, foot, ..Page::default() }
}

fn results(model: &Model, report: &crate::engine::Report, rows: &mut Vec<Row>, width: usize) {
    let totals = report.totals();
    let mut row = Row::of(" Found    ", Role::Title);
    for (count, word, role) in [
        (totals.fail[0], "high", Role::Bad),
        (totals.fail[1], "med", Role::Warn),
        (totals.fail[2], "low", Role::Text),
        (totals.ask, "to answer", Role::Ask),
        (totals.unknown, "unknown", Role::Ask),
        (totals.waived, "waived", Role::Dim),
    ] {
        row.push(format!(" {count} "), if count > 0 { role } else { Role::Dim });
        row.push(format!("{word}  "), Role::Dim);
    }
    rows.push(row.cut(width));
    if let Some(project) = model.project() {
        let mut worst: Vec<_> = project.findings.iter().filter(|f| f.is_active()).collect();
        worst.sort_by_key(|f| std::cmp::Reverse(f.severity));
        for found in worst.into_iter().take(6) {
            let place = model.place_name(found.finding.primary.span);
            let row = Row::of(
                format!("   {} ", fit(found.severity.as_str(), 4)),
                marks::severity_role(found.severity),
            )
            .with(format!("{}  ", found.finding.check), Role::Text)
            .right(Row::of(format!("{place} "), Role::Place), width);
            rows.push(row.cut(width));
        }
    }
}

/// What must not scroll away: files not read, what changed, what has not happened.
fn standing(model: &Model, report: &crate::engine::Report) -> Vec<Row> {
    let mut rows = vec![Row::new()];
    if !report.not_read.is_empty() {
        let n = report.not_read.len();
        let files = if n == 1 { "file was" } else { "files were" };
        rows.push(Row::of(format!(" {n} {files} not read: n lists them with the reason."), Role::Warn));
    }
    if let Some(since) = &model.since {
        rows.push(Row::of(format!(" {}", clean(since)), Role::Text));
    }
    rows.push(Row::of(" Nothing has been written. Enter opens the checklist.", Role::Dim));
    rows
}
