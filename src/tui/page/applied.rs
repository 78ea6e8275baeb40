//! What a write did: each file, the score before and after, each practice whose state changed, what to do next.

use crate::source::clean;
use crate::tui::model::Model;
use crate::tui::page::{Page, heading, marks};
use crate::tui::text::{Role, Row, fit, wrap};

/// The page of the last write.
pub(super) fn page(model: &Model, width: usize) -> Page {
    let mut page = Page::default();
    let Some(applied) = &model.applied else {
        page.rows.push(Row::of(" Nothing was written in this session.", Role::Dim));
        return page;
    };
    let written = &applied.written;
    let refused = written.files.iter().filter(|f| f.refused.is_some()).count();
    let title = match (refused, applied.undone) {
        (_, true) => "Written, and undone since",
        (0, _) => "Written",
        (n, _) if n == written.files.len() => "Nothing was written",
        _ => "Written in part",
    };
    let id =
        if written.undo.is_empty() { String::new() } else { format!("undo id {} ", clean(&written.undo)) };
    page.rows.push(heading(title).right(Row::of(id, Role::Dim), width));
    for file in &written.files {
        match &file.refused {
            None => {
                let right = Row::of("written, parses, checked again ", Role::Ok);
                page.rows.push(Row::of(format!("   {}", clean(&file.path)), Role::Place).right(right, width));
            }
            Some(why) => {
                page.rows.push(
                    Row::of(format!("   {}", clean(&file.path)), Role::Place)
                        .right(Row::of("NOT written ", Role::Bad), width),
                );
                page.rows.extend(wrap(why, width, 5, Role::Text));
            }
        }
    }
    page.rows.push(Row::new());
    if let Some(project) = model.project() {
        let (score, before, after) = (project.score, applied.before, applied.after);
        let row = Row::of(" Score   ", Role::Title)
            .with(format!("{} -> {}", before.0, after.0), Role::Strong)
            .with(format!("   (verified {} -> {})", before.1, after.1), Role::Dim)
            .right(Row::of(format!("Decided {} of {} ", score.decided, score.of), Role::Dim), width);
        page.rows.push(row);
        page.rows.push(Row::new());
    }
    if applied.changed.is_empty() {
        page.rows.push(Row::of("   No practice changed its state.", Role::Dim));
    }
    let room = width.saturating_sub(24);
    for (id, before, after) in &applied.changed {
        let worse = after.is_open() && !before.is_open();
        let sign = if worse { "!" } else { marks::mark(*after, model.ascii) };
        let row = Row::of(format!("   {sign} "), if worse { Role::Bad } else { marks::role(*after) })
            .with(fit(id, room.min(44)), Role::Text)
            .with(format!(" {}", marks::word(*before)), marks::role(*before))
            .with(" -> ", Role::Dim)
            .with(marks::word(*after), marks::role(*after));
        page.rows.push(row.cut(width));
    }
    page.rows.push(Row::new());
    page.rows.push(heading("Next"));
    page.rows.extend(wrap(
        "Run your tests, then look at the change with `git diff` and commit it. Nothing was staged or committed \
         for you.",
        width,
        3,
        Role::Text,
    ));
    if !applied.undone && !written.undo.is_empty() {
        let text = format!(
            "`u` takes this write back, and so does `drf-harden undo {}` later.",
            clean(&written.undo)
        );
        page.rows.extend(wrap(&text, width, 3, Role::Text));
    }
    page
}
