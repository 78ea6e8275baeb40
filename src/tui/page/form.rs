//! The open form: what it is about, its fields, and what saving it does.

use crate::finding::Label;
use crate::source::clean;
use crate::tui::form::{Field, Form, FormKind, Input, Text};
use crate::tui::layout::width as cells;
use crate::tui::model::Model;
use crate::tui::page::{Page, heading, snippet};
use crate::tui::text::{Role, Row, fit, take, wrap};

/// Width of the labels' column in a page of `width` cells.
fn labels(width: usize) -> usize {
    if width < 60 { 14 } else { 19 }
}

/// The page of the open form.
pub(super) fn page(model: &Model, width: usize) -> Page {
    let mut page = Page::default();
    let Some(form) = &model.form else { return page };
    about(model, form, width, &mut page.rows);
    page.rows.push(Row::new());
    for (i, field) in form.fields.iter().enumerate() {
        let start = page.rows.len();
        let focused = i == form.at;
        match &field.input {
            Input::Save(_) | Input::Cancel => {}
            _ => page.rows.extend(field_rows(model, field, focused, width)),
        }
        if focused {
            page.cursor = Some(start..page.rows.len());
        }
    }
    page.rows.push(Row::new());
    page.rows.extend(wrap(consequence(form.kind), width, 3, Role::Dim));
    page.rows.push(Row::new());
    let mut buttons = Row::of("   ", Role::Text);
    for (i, field) in form.fields.iter().enumerate() {
        let name = match field.input {
            Input::Save(name) => name,
            Input::Cancel => "Cancel",
            _ => continue,
        };
        let focused = i == form.at;
        let (open, close) = if focused { ("[>", "<]") } else { ("[ ", " ]") };
        buttons.push(format!("{open}{name}{close}"), if focused { Role::Caret } else { Role::Key });
        buttons.push("   ", Role::Text);
        if focused {
            page.cursor = Some(page.rows.len()..page.rows.len() + 1);
        }
    }
    page.rows.push(buttons);
    let error = form.error.as_ref().map_or_else(Row::new, |e| Row::of(format!("   {e}"), Role::Bad));
    page.foot.push(error.cut(width));
    page
}

fn about(model: &Model, form: &Form, width: usize, rows: &mut Vec<Row>) {
    let title = match form.kind {
        FormKind::Question => "Question",
        FormKind::Waiver => "Waive this finding",
        FormKind::NotApplicable => "Does not apply here",
        FormKind::Attest => "Checked by hand",
        FormKind::Note => "A note for yourself",
        FormKind::Public => "A view for everybody",
    };
    if form.kind == FormKind::Public {
        rows.push(heading(title));
        rows.extend(wrap(&clean(&form.subject), width, 3, Role::Strong));
        let open = model.project().and_then(|p| p.open_view(&form.subject));
        for endpoint in open.iter().flat_map(|open| &open.endpoints) {
            rows.extend(wrap(&clean(endpoint), width, 3, Role::Text));
        }
        return;
    }
    let Some(position) = model.find(&form.subject) else { return };
    let Some((practice, _)) = model.practice(position) else { return };
    rows.push(heading(title).right(Row::of(format!("{} ", practice.id), Role::Dim), width));
    match (form.kind, &practice.question) {
        (FormKind::Question, Some(question)) => {
            rows.extend(wrap(&question.ask, width, 3, Role::Strong));
            if !question.look_at.is_empty() {
                rows.extend(wrap(&format!("Look at: {}", question.look_at), width, 3, Role::Dim));
            }
        }
        (FormKind::Waiver, _) => {
            let fingerprint = form.finding.as_deref().unwrap_or_default();
            let found =
                model.project().and_then(|p| p.findings.iter().find(|f| f.fingerprint == fingerprint));
            if let Some(found) = found {
                rows.extend(wrap(&found.finding.message, width, 3, Role::Text));
                if model.size.1 >= 30 {
                    let label = Label { message: String::new(), ..found.finding.primary.clone() };
                    rows.extend(snippet::rows(model, &[&label], width));
                }
            }
        }
        _ => rows.extend(wrap(&practice.title, width, 3, Role::Text)),
    }
}

fn consequence(kind: FormKind) -> &'static str {
    match kind {
        FormKind::Question | FormKind::Attest => {
            "An attested answer counts in the score and is always listed as attested. Saved to \
             `drf-harden-decisions.toml`: commit it, it is reviewed like code."
        }
        FormKind::Waiver => {
            "A waived finding earns no points. `drf-harden check` passes until the date, warns 14 days before it, \
             then fails again. Saved to `drf-harden-decisions.toml`: commit it, it is reviewed like code."
        }
        FormKind::NotApplicable => {
            "It leaves the score on both sides and is listed with your reason. Saved to \
             `drf-harden-decisions.toml`: commit it, it is reviewed like code."
        }
        FormKind::Public => {
            "The fix of an open default keeps this view open by name, with your reason as a comment, and closes the \
             others. Saved to `drf-harden-decisions.toml`: commit it, it is reviewed like code."
        }
        FormKind::Note => "Kept with your session, not in the project.",
    }
}

fn field_rows(model: &Model, field: &Field, focused: bool, width: usize) -> Vec<Row> {
    let star = if field.required { "*" } else { " " };
    let column = labels(width);
    let label = format!(" {} {star} ", fit(field.label, column - 4));
    let role = if focused { Role::Strong } else { Role::Text };
    match &field.input {
        Input::Text(text) => {
            vec![text_row(label, role, text, focused, width.saturating_sub(column + 2), None)]
        }
        Input::Date { text, proposals } => {
            let words =
                proposals.iter().find(|(_, date)| date.to_string() == text.value).map(|(words, _)| *words);
            let hint = match (words, focused) {
                (Some(words), true) => format!("in {words}   Left, Right: other dates"),
                (Some(words), false) => format!("in {words}"),
                (None, _) => String::new(),
            };
            vec![text_row(label, role, text, focused, 12, Some(hint)).cut(width)]
        }
        Input::Choice { options, chosen, cursor } => {
            let mut rows = Vec::new();
            for (i, (letter, words, leads)) in options.iter().enumerate() {
                let sign = if *chosen == Some(i) { "(*)" } else { "( )" };
                let here = focused && i == *cursor;
                let name = if i == 0 { label.clone() } else { " ".repeat(column - 1) };
                let mut row = Row::of(name, role)
                    .with(if here { ">" } else { " " }, Role::Key)
                    .with(format!("{sign} {letter} "), if here { Role::Strong } else { Role::Text });
                let indent = row.width();
                let arrow = if leads.is_empty() { String::new() } else { format!("  -> {leads}") };
                let text = format!("{words}{arrow}");
                let mut lines = wrap(&text, width.saturating_sub(indent + 1), 0, role).into_iter();
                row.extend(lines.next().unwrap_or_default().pieces);
                rows.push(row);
                for line in lines {
                    let mut row = Row::of(" ".repeat(indent), Role::Text);
                    row.extend(line.pieces);
                    rows.push(row);
                }
            }
            let _ = model;
            rows
        }
        Input::Save(_) | Input::Cancel => Vec::new(),
    }
}

/// A field with its text; the part around the caret is shown when it is longer than the field.
fn text_row(label: String, role: Role, text: &Text, focused: bool, room: usize, hint: Option<String>) -> Row {
    let mut row = Row::of(label, role).with("[", Role::Gutter);
    let shown: Vec<char> = text.value.chars().collect();
    let caret = text.caret.min(shown.len());
    let mut start = 0;
    let part = |from: usize, to: usize| clean(&shown[from..to].iter().collect::<String>());
    while start < caret && cells(&part(start, caret)) + 1 > room {
        start += 1;
    }
    let before = part(start, caret);
    row.push(before.clone(), Role::Input);
    let left = room.saturating_sub(cells(&before));
    let under = shown.get(caret).map_or(" ".to_owned(), |c| clean(&c.to_string()));
    let after = if caret < shown.len() { part(caret + 1, shown.len()) } else { String::new() };
    let after = take(&after, left.saturating_sub(cells(&under)));
    if left > 0 {
        row.push(under.clone(), if focused { Role::Caret } else { Role::Input });
    }
    let fill = left.saturating_sub(cells(&under) + cells(&after));
    row.push(after, Role::Input);
    row.push(" ".repeat(fill), Role::Input);
    row.push("]", Role::Gutter);
    if let Some(hint) = hint {
        row.push(format!("  {hint}"), Role::Dim);
    }
    row
}
