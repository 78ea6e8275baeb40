//! The score in full: what it is made of, section by section, where the missing points are, and the report files.

use std::cmp::Reverse;

use crate::engine::State;
use crate::tui::backend::ReportFormat;
use crate::tui::list;
use crate::tui::model::{Model, Screen};
use crate::tui::page::{Page, heading, marks};
use crate::tui::text::{Role, Row, fit};

/// A row that the cursor can stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReportRow {
    /// A practice with points to gain, by position in the project.
    Practice(usize),
    /// A format to tick.
    Format(ReportFormat),
    /// Writes the ticked formats.
    Write,
}

/// States in the order of the table's columns.
const COLUMNS: [State; 8] = [
    State::Pass,
    State::Part,
    State::Fail,
    State::Ask,
    State::Attested,
    State::Waived,
    State::NotApplicable,
    State::Unknown,
];

/// The rows that can be selected.
pub(crate) fn rows(model: &Model) -> Vec<ReportRow> {
    let Some(project) = model.project() else { return Vec::new() };
    let mut missing: Vec<usize> =
        (0..project.practices.len()).filter(|&i| list::missing(&project.practices[i]) > 0).collect();
    missing.sort_by_key(|&i| {
        let p = &project.practices[i];
        (Reverse(list::missing(p)), p.state != State::Fail, model.fixes(i).is_empty(), i)
    });
    missing
        .into_iter()
        .map(ReportRow::Practice)
        .chain([
            ReportRow::Format(ReportFormat::Markdown),
            ReportRow::Format(ReportFormat::Json),
            ReportRow::Write,
        ])
        .collect()
}

/// The page of the report.
pub(super) fn page(model: &Model, width: usize) -> Page {
    let mut page = Page::default();
    let Some(project) = model.project() else { return page };
    let score = project.score;
    let mut row = Row::of(" Score ", Role::Title)
        .with(format!("{} of 100   {}   ", score.total, score.band()), Role::Strong);
    row.extend(marks::bar(score.total, 100, width.saturating_sub(40).clamp(10, 40)));
    page.rows.push(row.cut(width));
    let attested = score.total.saturating_sub(score.verified);
    let held = if score.high_open && score.total >= 80 {
        "; no good or strong while a high one is open"
    } else {
        ""
    };
    page.rows.push(
        Row::of(
            format!("       verified {}, on somebody's word {attested}{held}", score.verified),
            Role::Dim,
        )
        .cut(width),
    );
    let open = marks::counts(
        project.practices.iter().map(|p| p.state),
        &[State::Fail, State::Part, State::Ask, State::Unknown],
    );
    let mut row = Row::of(format!(" Decided {} of {}", score.decided, score.of), Role::Title);
    row.push("   open:", Role::Dim);
    for (state, n) in open {
        row.push(format!("  {n} "), Role::Text);
        row.push(marks::word(state), marks::role(state));
    }
    page.rows.push(row.cut(width));
    page.rows.push(Row::new());
    table(model, width, &mut page);
    page.rows.push(Row::new());
    select(model, width, &mut page);
    page
}

fn table(model: &Model, width: usize, page: &mut Page) {
    let (Some(report), Some(project)) = (&model.report, model.project()) else { return };
    let wide = width >= 58;
    let columns: &[State] = if wide { &COLUMNS } else { &COLUMNS[1..4] };
    let mut head = Row::of(" ".repeat(list::short_width(model) + 2), Role::Text);
    for state in columns {
        head.push(format!("{:>5}", marks::word(*state)), Role::Dim);
    }
    head.push("   points", Role::Dim);
    page.rows.push(head);
    for section in &report.catalog.sections {
        let members = list::members(model, section);
        if members.is_empty() {
            continue;
        }
        let mut row = Row::of(format!(" {} ", fit(&section.short, list::short_width(model))), Role::Strong);
        for state in columns {
            let n = members.iter().filter(|&&i| project.practices[i].state == *state).count();
            if n == 0 {
                row.push("    .", Role::Gutter);
            } else {
                row.push(format!("{n:>5}"), marks::role(*state));
            }
        }
        let points: u32 = members.iter().map(|&i| project.practices[i].points).sum();
        let earned: u32 = members.iter().map(|&i| project.practices[i].earned).sum();
        row.push(format!("   {:>6}", format!("{}/{points}", earned / 100)), Role::Text);
        if width >= 76 {
            row.push("  ", Role::Text);
            row.extend(marks::bar(earned / 100, points, 10));
        }
        page.rows.push(row.cut(width));
    }
}

fn select(model: &Model, width: usize, page: &mut Page) {
    let rows = rows(model);
    let cursor = model.view(Screen::Report).cursor;
    let practices = rows.iter().filter(|r| matches!(r, ReportRow::Practice(_))).count();
    let missing: u32 = rows
        .iter()
        .filter_map(|row| match row {
            ReportRow::Practice(at) => model.practice(*at),
            ReportRow::Format(_) | ReportRow::Write => None,
        })
        .map(|(_, p)| list::missing(p))
        .sum();
    let points = missing.div_ceil(100);
    page.rows.push(
        heading(&format!("Where the missing {points} points are"))
            .right(Row::of("Enter opens the practice ", Role::Dim), width),
    );
    if practices == 0 {
        page.rows.push(Row::of("   No point is missing.", Role::Ok));
    }
    for (i, row) in rows.iter().enumerate() {
        let mut shown = match row {
            ReportRow::Practice(at) => practice_row(model, *at, width),
            ReportRow::Format(format) => {
                if i == practices {
                    page.rows.push(Row::new());
                    page.rows.push(heading("Write the report"));
                }
                let (name, file) = match format {
                    ReportFormat::Markdown => ("Markdown", "for people"),
                    ReportFormat::Json => ("JSON", "for machines"),
                };
                let sign = if model.formats.contains(format) { "[x]" } else { "[ ]" };
                Row::of(format!("   {sign} {} ", fit(name, 9)), Role::Text).with(file, Role::Dim)
            }
            ReportRow::Write => Row::of("   [ Write ]", Role::Key),
        };
        if i == cursor {
            shown.selected = true;
            page.cursor = Some(page.rows.len()..page.rows.len() + 1);
        }
        page.rows.push(shown.cut(width));
    }
    // At the first row the score above it is shown too.
    if cursor == 0 {
        page.cursor = page.cursor.take().map(|c| 0..c.end.min(1));
    }
}

fn practice_row(model: &Model, at: usize, width: usize) -> Row {
    let Some((practice, found)) = model.practice(at) else { return Row::new() };
    let missing = list::missing(found);
    let points = if missing.is_multiple_of(100) {
        format!("{:>4}  ", missing / 100)
    } else {
        format!("{:>4}.{}", missing / 100, missing % 100 / 10)
    };
    let mut row = Row::of(format!(" {points} "), Role::Strong)
        .with(fit(marks::word(found.state), 5), marks::role(found.state))
        .with(fit(practice.severity.as_str(), 5), marks::severity_role(practice.severity));
    let fixes = model.fixes(at).len();
    let right = match (fixes, found.state) {
        (0, State::Ask) => Row::of("question ", Role::Ask),
        (0, State::Waived) => Row::of("waived ", Role::Dim),
        (0, _) => Row::of("by hand ", Role::Dim),
        (1, _) => Row::of("fix ", Role::Key),
        (n, _) => Row::of(format!("{n} fixes "), Role::Key),
    };
    let room = width.saturating_sub(row.width() + right.width() + 1);
    row.push(fit(&practice.title.replace('`', ""), room), Role::Text);
    row.right(right, width)
}
