//! Moving: rows, pages, sections, practices, places, panes.

use crate::tui::keymap::Action;
use crate::tui::layout::{Arrangement, regions};
use crate::tui::list::{self, ListRow};
use crate::tui::model::{Cursor, Model, Overlay, Screen};
use crate::tui::page;

/// Up, down, half a page, to the ends: moves the cursor of a list, or scrolls text.
pub(super) fn vertical(model: &mut Model, action: Action) {
    let half = isize::from((model.size.1 / 2).max(2).cast_signed());
    let by: isize = match action {
        Action::Up => -1,
        Action::Down => 1,
        Action::PageUp => -half,
        Action::PageDown => half,
        Action::Top => isize::MIN / 2,
        _ => isize::MAX / 2,
    };
    match &mut model.overlay {
        Some(Overlay::Menu { cursor, .. }) => {
            *cursor = shifted(*cursor, by);
            return;
        }
        Some(Overlay::Picker { .. }) => {
            let count = page::overlay::modules(model).len();
            if let Some(Overlay::Picker { cursor }) = &mut model.overlay {
                *cursor = shifted(*cursor, by).min(count.saturating_sub(1));
            }
            return;
        }
        Some(Overlay::Confirm(_)) => return,
        Some(Overlay::Filter) | None => {}
    }
    match model.screen() {
        Screen::Checklist => {
            let rows = list::rows(model);
            let now = list::cursor_row(model, &rows).unwrap_or(0);
            select(model, &rows, shifted(now, by), by > 0);
        }
        Screen::Form => {
            if let Some(form) = &mut model.form {
                form.move_cursor(by.signum());
            }
        }
        screen @ (Screen::Staged | Screen::Report) => {
            let count = page::count(model, screen);
            let view = model.view_mut(screen);
            view.cursor = shifted(view.cursor, by).min(count.saturating_sub(1));
        }
        screen => {
            let view = model.view_mut(screen);
            view.scroll = shifted(view.scroll, by);
        }
    }
}

fn shifted(at: usize, by: isize) -> usize {
    at.saturating_add_signed(by)
}

/// Puts the cursor on the nearest row that can be selected, first in the direction of the move.
fn select(model: &mut Model, rows: &[ListRow], wanted: usize, forward: bool) {
    let wanted = wanted.min(rows.len().saturating_sub(1));
    let after = (wanted..rows.len()).find_map(|i| list::cursor_of(model, &rows[i]));
    let before = (0..=wanted.min(rows.len().saturating_sub(1)))
        .rev()
        .filter_map(|i| rows.get(i))
        .find_map(|row| list::cursor_of(model, row));
    let next = if forward { after.or(before) } else { before.or(after) };
    if let Some(next) = next {
        model.cursor = next;
    }
}

/// Left and right: fold sections on the checklist, scroll code elsewhere.
pub(super) fn sideways(model: &mut Model, action: Action) {
    let right = action == Action::Right;
    match model.screen() {
        Screen::Checklist => fold(model, Some(!right)),
        screen => {
            let view = model.view_mut(screen);
            view.side = if right { (view.side + 8).min(400) } else { view.side.saturating_sub(8) };
        }
    }
}

/// Folds (`Some(true)`), unfolds or switches the section of the cursor.
pub(super) fn fold(model: &mut Model, fold: Option<bool>) {
    let section = match &model.cursor {
        Cursor::Section(id) => id.clone(),
        Cursor::Practice(_) if fold == Some(true) => {
            let Some((practice, _)) = model.selected().and_then(|p| model.practice(p)) else { return };
            practice.section.clone()
        }
        Cursor::Practice(_) => return,
    };
    let folded = model.session.folded.contains(&section);
    if fold.unwrap_or(!folded) {
        model.session.folded.insert(section.clone());
        model.cursor = Cursor::Section(section);
    } else {
        model.session.folded.remove(&section);
    }
}

/// The next or previous larger thing: a section, a practice, a fix.
pub(super) fn group(model: &mut Model, next: bool) {
    let by: isize = if next { 1 } else { -1 };
    match model.screen() {
        Screen::Checklist => {
            let rows = list::rows(model);
            let now = list::cursor_row(model, &rows).unwrap_or(0);
            let sections: Vec<usize> = rows
                .iter()
                .enumerate()
                .filter(|(_, r)| matches!(r, ListRow::Section(_)))
                .map(|(i, _)| i)
                .collect();
            let to = if next {
                sections.iter().find(|&&i| i > now)
            } else {
                sections.iter().rev().find(|&&i| i < now)
            };
            if let Some(cursor) = to.and_then(|&i| list::cursor_of(model, &rows[i])) {
                model.cursor = cursor;
            }
        }
        Screen::Item => step_practice(model, next, false),
        Screen::Review => {
            let count = model.selected().map_or(0, |p| model.fixes(p).len());
            let wanted = model.fix.saturating_add_signed(by);
            if wanted >= count || (wanted == model.fix && !next) {
                model.say(if next { "this is the last fix here" } else { "this is the first fix here" });
            } else {
                model.fix = wanted;
                *model.view_mut(Screen::Review) = crate::tui::model::View::default();
            }
        }
        _ => vertical(model, if next { Action::PageDown } else { Action::PageUp }),
    }
}

/// The practice after or before the selected one, in the order of the checklist; only open ones if wanted.
fn step_practice(model: &mut Model, next: bool, only_open: bool) {
    let rows = list::rows(model);
    let practices: Vec<usize> = rows
        .iter()
        .filter_map(|row| match row {
            ListRow::Practice(at) => Some(*at),
            ListRow::Section(_) | ListRow::Hidden(_) => None,
        })
        .filter(|&at| !only_open || model.practice(at).is_some_and(|(_, found)| found.state.is_open()))
        .collect();
    let now = list::cursor_row(model, &rows).unwrap_or(0);
    let row_of = |at: usize| rows.iter().position(|r| *r == ListRow::Practice(at)).unwrap_or(0);
    let to = if next {
        practices.iter().find(|&&at| row_of(at) > now)
    } else {
        practices.iter().rev().find(|&&at| row_of(at) < now)
    };
    match to.and_then(|&at| model.practice(at)).map(|(p, _)| p.id.clone()) {
        Some(id) => model.cursor = Cursor::Practice(id),
        None => model.say(match (next, only_open) {
            (true, true) => "no open practice further down",
            (false, true) => "no open practice further up",
            (true, false) => "this is the last one",
            (false, false) => "this is the first one",
        }),
    }
}

/// The next or previous open practice. Folded sections are unfolded on the way.
pub(super) fn open_practice(model: &mut Model, next: bool) {
    model.session.folded.clear();
    step_practice(model, next, true);
    if model.screen() == Screen::Review {
        model.stack.pop();
        if model.screen() == Screen::Checklist {
            model.stack.push(Screen::Item);
        }
    }
}

/// The next or previous link of the chain, then the next place of evidence, around.
pub(super) fn place(model: &mut Model, next: bool) {
    let places = model.selected().map(|p| page::item::places(model, p)).unwrap_or_default();
    let stops: Vec<(usize, usize)> = places
        .iter()
        .enumerate()
        .flat_map(|(i, place)| (0..page::item::links(model, place).len()).map(move |link| (i, link)))
        .collect();
    if stops.len() < 2 {
        model.say("there is only one place");
        return;
    }
    let now = stops.iter().position(|stop| *stop == (model.place, model.link)).unwrap_or(0);
    let step = if next { 1 } else { stops.len() - 1 };
    (model.place, model.link) = stops[(now + step) % stops.len()];
    model.view_mut(Screen::Item).scroll = 0;
}

/// The next or previous pane: checklist, practice, fixes. In one pane these are the screens themselves.
pub(super) fn pane(model: &mut Model, next: bool) {
    let mut panes = vec![Screen::Checklist];
    if model.selected().is_some() {
        panes.push(Screen::Item);
        if model.why_not(Action::Fix).is_none() {
            panes.push(Screen::Review);
        }
    }
    let now = panes.iter().position(|s| *s == model.screen()).unwrap_or(0);
    let step = if next { 1 } else { panes.len() - 1 };
    let to = panes[(now + step) % panes.len()];
    let single = regions(model.size, model.zoom).arrangement <= Arrangement::One;
    if single && panes.len() < 2 {
        model.say("select a practice first");
    }
    model.stack = match to {
        Screen::Review => vec![Screen::Checklist, Screen::Item, Screen::Review],
        Screen::Item => vec![Screen::Checklist, Screen::Item],
        _ => vec![Screen::Checklist],
    };
}
