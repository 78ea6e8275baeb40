//! The checklist: sections with bars and points, practices with state, severity and fix, and a description of the
//! selected row.

use crate::engine::State;
use crate::source::clean;
use crate::tui::layout::Arrangement;
use crate::tui::list::{self, ListRow};
use crate::tui::model::{Cursor, Model};
use crate::tui::page::{Page, heading, marks, rule};
use crate::tui::session::Mark;
use crate::tui::text::{Role, Row, fit, wrap};

const OPEN_FIRST: &[State] = &[State::Fail, State::Part, State::Ask, State::Unknown, State::Waived];

/// The page of the checklist.
pub(super) fn page(model: &Model, width: usize, height: usize) -> Page {
    let mut page = Page::default();
    let rows = list::rows(model);
    let compact = Arrangement::of(model.size) <= Arrangement::Compact;
    if rows.iter().all(|row| matches!(row, ListRow::Section(_) | ListRow::Hidden(_))) {
        empty(model, &mut page, width);
    }
    let at = list::cursor_row(model, &rows);
    let start = page.rows.len();
    for (i, row) in rows.iter().enumerate() {
        let mut shown = match row {
            ListRow::Section(section) => section_row(model, *section, width, compact),
            ListRow::Practice(position) => practice_row(model, *position, width, compact),
            ListRow::Hidden(counts) => {
                let words: Vec<String> =
                    counts.iter().map(|(state, n)| format!("{n} {}", state.as_str())).collect();
                {
                    let indent = if width < 60 { "   " } else { "     " };
                    Row::of(format!("{indent}{} not shown", words.join(", ")), Role::Dim)
                }
            }
        };
        shown.selected = at == Some(i);
        page.rows.push(shown.cut(width));
    }
    page.cursor = at.map(|i| {
        // The first section shows the head of the list too.
        let i = start + i;
        if i <= 1 { 0..i + 1 } else { i..i + 1 }
    });
    if !compact {
        page.foot = foot(model, width, height);
    }
    page
}

fn empty(model: &Model, page: &mut Page, width: usize) {
    let Some(project) = model.project() else { return };
    let text = if model.session.filter.trim().is_empty() {
        let score = project.score;
        format!(
            "Nothing here under `show: {}`. Score {} (verified {}). `s` shows other states.",
            model.session.show.as_str(),
            score.total,
            score.verified
        )
    } else {
        let of = project.practices.len();
        format!("0 of {of} match `{}`. Esc clears the filter.", clean(&model.session.filter))
    };
    page.rows.push(Row::new());
    page.rows.extend(wrap(&text, width, 1, Role::Text));
    page.rows.push(Row::new());
}

fn section_row(model: &Model, at: usize, width: usize, compact: bool) -> Row {
    let (Some(report), Some(project)) = (&model.report, model.project()) else { return Row::new() };
    let section = &report.catalog.sections[at];
    let members = list::members(model, section);
    let points: u32 = members.iter().map(|&i| project.practices[i].points).sum();
    let earned: u32 = members.iter().map(|&i| project.practices[i].earned).sum();
    let sign = if model.session.folded.contains(&section.id) { ">" } else { "v" };
    let mut left = Row::of(format!(" {sign} "), Role::Dim)
        .with(fit(&section.short, list::short_width(model)), Role::Strong)
        .with(" ", Role::Text);
    let mut right = Row::new();
    if width >= 68 && !compact {
        right.extend(marks::bar(earned / 100, points, 10));
    }
    right.push(format!(" {:>5}  ", format!("{}/{points}", earned / 100)), Role::Text);
    let counts = marks::counts(members.iter().map(|&i| project.practices[i].state), OPEN_FIRST);
    let most = if compact { 2 } else { 3 };
    let mut states = Row::new();
    for (state, n) in counts.into_iter().take(most) {
        states.push(format!("{n} "), Role::Text);
        states.push(format!("{} ", marks::word(state)), marks::role(state));
    }
    states.pad_to(match (compact, width) {
        (true, _) => 13,
        (false, ..60) => 15,
        (false, _) => 21,
    });
    right.extend(states.pieces);
    let room = width.saturating_sub(left.width() + right.width() + 1);
    if room >= 8 {
        left.push(fit(&section.title, room), Role::Title);
    }
    left.right(right, width)
}

fn practice_row(model: &Model, position: usize, width: usize, compact: bool) -> Row {
    let Some((practice, found)) = model.practice(position) else { return Row::new() };
    let state = found.state;
    let flat = model.session.sort != crate::tui::session::Sort::Owasp;
    let narrow = width < 60;
    let indent = if flat {
        " "
    } else if narrow {
        "   "
    } else {
        "     "
    };
    let mut left = Row::of(indent, Role::Text);
    left.push(format!("{} ", marks::mark(state, model.ascii)), marks::role(state));
    if !compact {
        left.push(fit(marks::word(state), 5), marks::role(state));
    }
    left.push(fit(practice.severity.as_str(), 5), marks::severity_role(practice.severity));
    let right = tag(model, position, state, narrow);
    let room = width.saturating_sub(left.width() + right.width() + 1);
    let title = if compact { practice.id.as_str() } else { practice.title.as_str() };
    left.push(fit(&title.replace('`', ""), room), Role::Text);
    if flat && room > 70 {
        let short = model.section_of(practice).map(|s| s.short.clone()).unwrap_or_default();
        left.push(short, Role::Dim);
    }
    left.right(right, width)
}

/// What can be done: `fix`, `2 of 3 staged`, `question`.
fn tag(model: &Model, position: usize, state: State, narrow: bool) -> Row {
    let fixes = model.fixes(position);
    let accepted = fixes.iter().filter(|f| model.mark(&f.fingerprint) == Some(Mark::Accepted)).count();
    let rejected = fixes.iter().filter(|f| model.mark(&f.fingerprint) == Some(Mark::Rejected)).count();
    let (text, role) = match (fixes.len(), accepted, rejected) {
        (0, ..) if state == State::Ask && !narrow => ("question".to_owned(), Role::Ask),
        (0, ..) => (String::new(), Role::Text),
        (n, a, _) if a == n => ("staged".to_owned(), Role::Ok),
        (n, a, _) if a > 0 && narrow => (format!("{a}/{n}"), Role::Ok),
        (n, a, _) if a > 0 => (format!("{a}/{n} staged"), Role::Ok),
        (n, _, r) if r == n => ("no fix".to_owned(), Role::Dim),
        (1, ..) => ("fix".to_owned(), Role::Key),
        (n, ..) => (format!("{n} fixes"), Role::Key),
    };
    let mut row = Row::of(fit(&text, if narrow { 7 } else { 11 }), role);
    row.push(" ", Role::Text);
    row
}

/// The lines under the list: what the selected row is about, or what is staged where the practice has its own pane.
fn foot(model: &Model, width: usize, height: usize) -> Vec<Row> {
    let regions = crate::tui::layout::regions(model.size, model.zoom);
    if regions.panes.len() > 1 {
        return staged_foot(model, width, height);
    }
    let rule = rule(width);
    let mut rows = vec![rule];
    let (text, place) = describe(model);
    let mut described = wrap(&text, width.saturating_sub(1), 1, Role::Text);
    if described.len() > 2 {
        described.truncate(2);
        if let Some(last) = described.pop() {
            let mut last = last.cut(width.saturating_sub(3));
            if !last.text().ends_with('…') {
                last.push("…", Role::Dim);
            }
            described.push(last);
        }
    }
    described.resize(2, Row::new());
    rows.extend(described);
    let (id, place) = place;
    rows.push(
        Row::of(format!(" {id}"), Role::Dim)
            .right(Row::of(format!("{place} "), Role::Place), width)
            .cut(width),
    );
    rows
}

/// Words for the selected row, its id and its place.
fn describe(model: &Model) -> (String, (String, String)) {
    let Some((practice, found)) = model.selected().and_then(|p| model.practice(p)) else {
        let Cursor::Section(id) = &model.cursor else { return Default::default() };
        let section = model.report.as_ref().and_then(|r| r.catalog.sections.iter().find(|s| s.id == *id));
        return section.map(|s| (s.summary.clone(), (s.id.clone(), String::new()))).unwrap_or_default();
    };
    let finding = model
        .project()
        .and_then(|p| found.findings.iter().filter_map(|&id| p.findings.get(id)).find(|f| f.is_active()));
    match (finding, &practice.question) {
        (Some(finding), _) => {
            let more = match found.findings.len() {
                0 | 1 => String::new(),
                n => format!("  (+{} more)", n - 1),
            };
            let place = format!("{}{more}", model.place_name(finding.finding.primary.span));
            (finding.finding.message.clone(), (practice.id.clone(), place))
        }
        (None, Some(question)) if found.state == State::Ask => {
            (question.ask.clone(), (practice.id.clone(), "a answers".to_owned()))
        }
        (None, _) => {
            let reason = found.telling().into_iter().find(|c| !c.outcome.reason.is_empty());
            let text = reason.map_or(practice.why.clone(), |c| c.outcome.reason.clone());
            (text, (practice.id.clone(), String::new()))
        }
    }
}

fn staged_foot(model: &Model, width: usize, height: usize) -> Vec<Row> {
    let staged = model.staged();
    if staged.is_empty() || height < 20 {
        return Vec::new();
    }
    let mut rows = vec![
        rule(width),
        heading(&format!("Staged {}", staged.len()))
            .right(Row::of("W", Role::Key).with(" write ", Role::Dim), width),
    ];
    let room = (height / 4).max(3);
    for fix in staged.iter().take(room) {
        let Some(found) = model.fix_by(fix) else { continue };
        let Some(proposal) = &found.finding.fix else { continue };
        let place = model.fix_place_name(found);
        let effect = proposal.effect;
        let row = Row::of(format!("   {place}"), Role::Place)
            .right(Row::of(format!("{} ", effect.as_str()), marks::effect_role(effect)), width);
        rows.push(row.cut(width));
    }
    if staged.len() > room {
        rows.push(Row::of(format!("   and {} more", staged.len() - room), Role::Dim));
    }
    rows
}
