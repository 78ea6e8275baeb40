//! The rows of the checklist: which practices are shown, in which order, under which sections. Used by `update` to
//! move and by `page` to draw.

use std::cmp::Reverse;

use crate::checklist::{Practice, Section};
use crate::engine::{PracticeReport, State};
use crate::tui::model::{Cursor, Model};
use crate::tui::session::{Show, Sort};

/// A row of the checklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ListRow {
    /// A section, by its position in the catalogue.
    Section(usize),
    /// A practice, by its position in the project.
    Practice(usize),
    /// Practices of a section that are not shown, by state. Cannot be selected.
    Hidden(Vec<(State, usize)>),
}

/// The rows as the session's filter, order and folding have them.
pub(super) fn rows(model: &Model) -> Vec<ListRow> {
    let (Some(report), Some(project)) = (&model.report, model.project()) else { return Vec::new() };
    let catalog = &report.catalog;
    let shown = |found: &PracticeReport| {
        let practice = &catalog.practices[found.practice];
        passes(model.session.show, found.state) && matches(model, practice, found)
    };
    let filtered = !model.session.filter.trim().is_empty();
    if model.session.sort != Sort::Owasp {
        let mut flat: Vec<usize> =
            (0..project.practices.len()).filter(|&i| shown(&project.practices[i])).collect();
        match model.session.sort {
            Sort::Points => flat.sort_by_cached_key(|&i| {
                let p = &project.practices[i];
                (Reverse(missing(p)), rank(model, i))
            }),
            Sort::File => flat.sort_by_cached_key(|&i| first_place(model, i)),
            Sort::Owasp => {}
        }
        return flat.into_iter().map(ListRow::Practice).collect();
    }
    let mut rows = Vec::new();
    for (at, section) in catalog.sections.iter().enumerate() {
        let members = members(model, section);
        if members.is_empty() {
            continue;
        }
        let (mut seen, hidden): (Vec<usize>, Vec<usize>) =
            members.into_iter().partition(|&i| shown(&project.practices[i]));
        if filtered && seen.is_empty() {
            continue;
        }
        rows.push(ListRow::Section(at));
        if model.session.folded.contains(&section.id) && !filtered {
            continue;
        }
        seen.sort_by_cached_key(|&i| rank(model, i));
        rows.extend(seen.into_iter().map(ListRow::Practice));
        if !hidden.is_empty() && !filtered {
            let mut counts: Vec<(State, usize)> = Vec::new();
            for i in hidden {
                let state = project.practices[i].state;
                match counts.iter_mut().find(|(s, _)| *s == state) {
                    Some((_, n)) => *n += 1,
                    None => counts.push((state, 1)),
                }
            }
            counts.sort_by_key(|(state, _)| *state);
            rows.push(ListRow::Hidden(counts));
        }
    }
    rows
}

/// The practices of a section, by position in the project.
pub(super) fn members(model: &Model, section: &Section) -> Vec<usize> {
    let (Some(report), Some(project)) = (&model.report, model.project()) else { return Vec::new() };
    let of_section = |p: &PracticeReport| report.catalog.practices[p.practice].section == section.id;
    (0..project.practices.len()).filter(|&i| of_section(&project.practices[i])).collect()
}

/// Columns for the short names of sections.
pub(super) fn short_width(model: &Model) -> usize {
    let sections = model.report.as_ref().map(|r| r.catalog.sections.as_slice()).unwrap_or_default();
    sections.iter().map(|s| crate::tui::layout::width(&s.short)).max().unwrap_or(0).clamp(5, 8)
}

/// Points that a practice could still give, in hundredths.
pub(super) fn missing(practice: &PracticeReport) -> u32 {
    (practice.points * 100).saturating_sub(practice.earned)
}

/// The order inside a section: open first, high before low, those with a fix first.
fn rank(model: &Model, position: usize) -> (bool, Reverse<crate::finding::Severity>, bool, State, usize) {
    let Some((practice, found)) = model.practice(position) else {
        return (true, Reverse(crate::finding::Severity::Low), true, State::Pass, position);
    };
    let fixless = model.fixes(position).is_empty();
    (!found.state.is_open(), Reverse(practice.severity), fixless, found.state, position)
}

/// Path and line of the first finding; practices without one come last.
fn first_place(model: &Model, position: usize) -> (bool, String, usize, usize) {
    let place = model.report.as_ref().zip(model.project()).and_then(|(report, project)| {
        let id = *project.practices[position].findings.first()?;
        let span = project.findings.get(id)?.finding.primary.span;
        Some((report.sources.path(span.file).to_owned(), report.sources.line(span)))
    });
    match place {
        Some((path, line)) => (false, path, line, position),
        None => (true, String::new(), 0, position),
    }
}

fn passes(show: Show, state: State) -> bool {
    match show {
        Show::Open => state.is_open(),
        Show::Failing => matches!(state, State::Fail | State::Part),
        Show::Questions => matches!(state, State::Ask | State::Unknown),
        Show::All => true,
    }
}

/// Whether each word of the filter is found in the title, id, section, state, severity or files of a practice; a
/// word may leave out letters of the id.
fn matches(model: &Model, practice: &Practice, found: &PracticeReport) -> bool {
    let filter = model.session.filter.to_lowercase();
    if filter.trim().is_empty() {
        return true;
    }
    let short = model.section_of(practice).map(|s| s.short.as_str()).unwrap_or_default();
    let mut text = format!(
        "{} {} {short} {} {}",
        practice.id,
        practice.title,
        found.state.as_str(),
        practice.severity.as_str()
    );
    if let (Some(report), Some(project)) = (&model.report, model.project()) {
        for finding in found.findings.iter().filter_map(|&id| project.findings.get(id)) {
            text.push(' ');
            text.push_str(report.sources.path(finding.finding.primary.span.file));
            text.push(' ');
            text.push_str(finding.finding.check);
        }
    }
    let text = text.to_lowercase();
    filter.split_whitespace().all(|word| text.contains(word) || subsequence(word, &practice.id))
}

/// Whether the letters of `word` appear in `text` in this order, the first one at the start of a part.
pub(super) fn subsequence(word: &str, text: &str) -> bool {
    let mut letters = text.chars();
    word.chars().all(|wanted| letters.any(|c| c.eq_ignore_ascii_case(&wanted)))
}

/// The row of the cursor.
pub(super) fn cursor_row(model: &Model, rows: &[ListRow]) -> Option<usize> {
    rows.iter().position(|row| cursor_of(model, row).as_ref() == Some(&model.cursor))
}

/// The cursor that selects a row.
pub(super) fn cursor_of(model: &Model, row: &ListRow) -> Option<Cursor> {
    let report = model.report.as_ref()?;
    match row {
        ListRow::Section(at) => Some(Cursor::Section(report.catalog.sections.get(*at)?.id.clone())),
        ListRow::Practice(at) => Some(Cursor::Practice(model.practice(*at)?.0.id.clone())),
        ListRow::Hidden(_) => None,
    }
}
