//! What is accepted, file by file, with what was taken out. Writing starts here.

use crate::tui::diff;
use crate::tui::model::{Model, Plan, Screen};
use crate::tui::page::{Page, heading, marks, rule};
use crate::tui::session::Mark;
use crate::tui::text::{Role, Row, fit, wrap};

/// The page of the staged fixes.
pub(super) fn page(model: &Model, width: usize) -> Page {
    let mut page = Page::default();
    let staged = model.staged();
    let rows = crate::tui::update::staged_rows(model);
    let [accepted, rejected, undecided] = model.marks();
    if rows.is_empty() {
        page.rows.push(Row::new());
        page.rows.push(heading("Nothing is staged yet"));
        page.rows.extend(wrap(
            "Accept a fix with `y` in its review (`f`), or a safe one with Space on the checklist. It waits here \
             until you write it.",
            width,
            3,
            Role::Text,
        ));
        page.rows.extend(wrap(&format!("{undecided} fixes are undecided."), width, 3, Role::Dim));
        return page;
    }
    let counts = format!("{accepted} accepted   {rejected} rejected   {undecided} undecided ");
    page.head.push(heading("Staged changes").right(Row::of(counts, Role::Dim), width));
    page.head.push(Row::new());
    let cursor = model.view(Screen::Staged).cursor.min(rows.len() - 1);
    let mut path = String::new();
    for (i, fingerprint) in rows.iter().enumerate() {
        let Some(found) = model.fix_by(fingerprint) else { continue };
        let Some(fix) = &found.finding.fix else { continue };
        let files: Vec<String> = model
            .fix_files(found)
            .into_iter()
            .filter_map(|file| Some(crate::source::clean(model.report.as_ref()?.sources.path(file))))
            .collect();
        let file = files.first().map(String::as_str).unwrap_or_default();
        let from = page.rows.len();
        if file != path {
            if !path.is_empty() {
                page.rows.push(Row::new());
            }
            file.clone_into(&mut path);
            page.rows.push(Row::of(format!(" {path}"), Role::Place));
        }
        let accepted = model.mark(fingerprint) == Some(Mark::Accepted);
        let (sign, role) = if accepted { ("[x] ", Role::Ok) } else { ("[ ] ", Role::Dim) };
        let mut row = Row::of("   ", Role::Text).with(sign, role);
        let word = if accepted { fix.effect.as_str() } else { "rejected" };
        let role = if accepted { marks::effect_role(fix.effect) } else { Role::Dim };
        let right = Row::of(format!(" {} ", fit(word, 9)), role);
        let room = width.saturating_sub(row.width() + right.width());
        row.push(fit(&crate::source::clean(&fix.title).replace('`', ""), room), Role::Text);
        row.extend(right.pieces);
        let mut row = row.cut(width);
        row.selected = i == cursor;
        page.rows.push(row);
        if let Some(others) = files.get(1..).filter(|others| !others.is_empty()) {
            page.rows.push(Row::of(format!("         also {}", others.join(", ")), Role::Dim).cut(width));
        }
        if i == cursor {
            page.cursor = Some(from..page.rows.len());
        }
    }
    page.foot.push(rule(width));
    match model.plans.get(&staged) {
        Some(Plan::Ready(files)) => {
            let (added, removed) = files.iter().map(diff::counts).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
            let files = crate::tui::update::count(files.len(), "file", "files");
            let row = Row::of(format!(" {files}, "), Role::Text)
                .with(format!("+{added} "), Role::Added)
                .with(format!("-{removed}"), Role::Removed)
                .with(" lines.  ", Role::Text)
                .with("W", Role::Key)
                .with(" writes after one more question.", Role::Dim);
            page.foot.push(row.cut(width));
        }
        Some(Plan::Failed(why)) => {
            page.foot.push(Row::of(" These fixes cannot be written together:", Role::Bad));
            page.foot.extend(wrap(why, width, 3, Role::Text));
        }
        Some(Plan::Pending) => page.foot.push(Row::of(" The change is being put together.", Role::Dim)),
        None => page.foot.push(Row::of(" Nothing is accepted: W has nothing to write.", Role::Dim)),
    }
    page
}
