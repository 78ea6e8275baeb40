//! What holds after every message, whatever it was.

use crate::tui::layout::{regions, scroll_to};
use crate::tui::list;
use crate::tui::model::{Confirm, Cursor, Model, Overlay, Plan, Screen, View};
use crate::tui::msg::Effect;
use crate::tui::page;
use crate::tui::text;

/// After each message: the cursor is on a row that is shown, every page is scrolled so that its selected row is
/// visible, and what the screen needs to know is asked for.
pub(super) fn settle(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.report.is_some() {
        settle_cursor(model);
    }
    if let Some(practice) = model.selected() {
        let id = model.practice(practice).map(|(p, _)| p.id.clone()).unwrap_or_default();
        if model.session.practice != id {
            model.session.practice = id;
            (model.place, model.link, model.fix) = (0, 0, 0);
            *model.view_mut(Screen::Item) = View::default();
            *model.view_mut(Screen::Review) = View::default();
        }
        let places = page::item::places(model, practice);
        model.place = model.place.min(places.len().saturating_sub(1));
        let links = places.get(model.place).map_or(0, |p| page::item::links(model, p).len());
        model.link = model.link.min(links.saturating_sub(1));
        model.fix = model.fix.min(model.fixes(practice).len().saturating_sub(1));
    }
    ask_plans(model, effects);
    let regions = regions(model.size, model.zoom);
    for (screen, pane) in page::panes(model, &regions) {
        let page = page::page(model, screen, usize::from(pane.width), usize::from(pane.height));
        let height = usize::from(pane.height).saturating_sub(page.head.len() + page.foot.len());
        let cursor = page.cursor.clone();
        let total = page.rows.len();
        // Code is scrolled sideways as far as its longest line, not further.
        let most = page.rows.iter().filter(|row| row.fixed.is_some()).map(text::Row::width).max();
        let most = most.map(|longest| longest.saturating_sub(usize::from(pane.width)));
        let view = model.view_mut(screen);
        view.side = most.map_or(view.side, |most| view.side.min(most.next_multiple_of(8)));
        view.scroll = match cursor {
            Some(cursor) => scroll_to(view.scroll, cursor, height, total),
            None => view.scroll.min(total.saturating_sub(height)),
        };
    }
    if let Some(Overlay::Menu { help, from, query, cursor, scroll }) = model.overlay.clone() {
        let count = page::menu::entries(model, help, from, &query).len();
        let height = page::menu::height(model.size);
        let cursor = cursor.min(count.saturating_sub(1));
        let scroll = scroll_to(scroll, cursor..cursor + 1, height, count);
        model.overlay = Some(Overlay::Menu { help, from, query, cursor, scroll });
    }
}

fn settle_cursor(model: &mut Model) {
    let rows = list::rows(model);
    if list::cursor_row(model, &rows).is_some() {
        return;
    }
    // While a practice is looked at, the filter may have dropped it: stay with it. On the checklist go to its
    // section, or to the first row.
    if model.screen() != Screen::Checklist && model.selected().is_some() {
        return;
    }
    // The practice was answered, filtered out or folded away: on to the next one that is shown, or its section.
    let gone = model.selected();
    let section = gone.and_then(|p| model.practice(p)).map(|(p, _)| Cursor::Section(p.section.clone()));
    let folded = section.filter(|section| {
        let Cursor::Section(id) = section else { return false };
        let seen = rows.iter().any(|row| list::cursor_of(model, row).as_ref() == Some(section));
        seen && model.session.folded.contains(id)
    });
    let shown: Vec<usize> = rows
        .iter()
        .filter_map(|row| match row {
            list::ListRow::Practice(at) => Some(*at),
            list::ListRow::Section(_) | list::ListRow::Hidden(_) => None,
        })
        .collect();
    let next = shown.iter().copied().filter(|at| gone.is_some_and(|gone| *at > gone)).min();
    let practice = next.or(if gone.is_some() { shown.last().copied() } else { shown.first().copied() });
    let row = match (folded, practice) {
        (Some(section), _) => Some(section),
        (None, Some(practice)) => list::cursor_of(model, &list::ListRow::Practice(practice)),
        _ => rows.iter().find_map(|row| list::cursor_of(model, row)),
    };
    if let Some(row) = row {
        model.cursor = row;
    }
}

/// Asks what the shown fix (and the next one) changes, and what everything staged changes together.
fn ask_plans(model: &mut Model, effects: &mut Vec<Effect>) {
    let mut wanted: Vec<Vec<String>> = Vec::new();
    if let Some(practice) = model.selected() {
        let fixes = model.fixes(practice);
        wanted.extend(fixes.iter().skip(model.fix).take(2).map(|f| vec![f.fingerprint.clone()]));
    }
    let staged = model.staged();
    let looks_at_staged =
        model.screen() == Screen::Staged || matches!(model.overlay, Some(Overlay::Confirm(Confirm::Write)));
    if looks_at_staged && !staged.is_empty() {
        wanted.push(staged);
    }
    for fixes in wanted {
        if !model.plans.contains_key(&fixes) {
            model.plans.insert(fixes.clone(), Plan::Pending);
            effects.push(Effect::Plan(model.scan.generation, fixes));
        }
    }
}
