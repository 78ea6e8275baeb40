//! The endpoints tab: which rows are shown, the selected one, and its cells.

use std::sync::Arc;

use crate::engine::EndpointReport;
use crate::output::endpoint_rows::{EndpointRow, rows};
use crate::tui::model::{Endpoints, Model, Screen};
use crate::tui::msg::Effect;

/// The shown rows, by position among all.
pub(crate) fn shown(model: &Model) -> Vec<usize> {
    let Endpoints::Ready(_, rows) = &model.endpoints else { return Vec::new() };
    let wanted = |i: &usize| model.exposure.is_none_or(|e| rows[*i].exposure == e);
    (0..rows.len()).filter(wanted).collect()
}

/// The selected endpoint.
pub(crate) fn selected(model: &Model) -> Option<&EndpointRow> {
    let Endpoints::Ready(_, rows) = &model.endpoints else { return None };
    let shown = shown(model);
    rows.get(*shown.get(model.view(Screen::Endpoints).cursor.min(shown.len().saturating_sub(1)))?)
}

/// `s`: all of them, then each exposure that there is.
pub(super) fn show_next(model: &mut Model) {
    let Endpoints::Ready(_, rows) = &model.endpoints else { return };
    let mut all: Vec<_> = rows.iter().map(|row| row.exposure).collect();
    all.dedup();
    let next = match model.exposure {
        None => all.first().copied(),
        Some(now) => all.into_iter().find(|e| *e > now),
    };
    model.exposure = next;
    *model.view_mut(Screen::Endpoints) = crate::tui::model::View::default();
    model.cell = 0;
    model.say(format!("showing: {}", next.map_or("all", |e| e.as_str())));
}

/// `o` and `O`: the next or previous cell that has a place.
pub(super) fn next_cell(model: &mut Model, next: bool) {
    let Some(row) = selected(model) else { return };
    let stops: Vec<usize> = (0..row.cells.len()).filter(|&i| row.cells[i].at.is_some()).collect();
    if stops.is_empty() {
        return;
    }
    let now = stops.iter().position(|i| *i == model.cell).unwrap_or(0);
    let step = if next { 1 } else { stops.len() - 1 };
    model.cell = stops[(now + step) % stops.len()];
}

/// Asks for the endpoints when their tab is looked at.
pub(super) fn ask(model: &mut Model, effects: &mut Vec<Effect>) {
    let looks = matches!(model.screen(), Screen::Endpoints | Screen::Endpoint);
    if looks && matches!(model.endpoints, Endpoints::Unasked) && !model.scan.running {
        let project = model.project().map(|p| p.root.clone()).unwrap_or_default();
        model.endpoints = Endpoints::Pending;
        effects.push(Effect::ListEndpoints(model.scan.generation, project));
    }
}

/// Takes them in.
pub(super) fn take(model: &mut Model, result: Result<Arc<EndpointReport>, String>) {
    model.endpoints = match result {
        Ok(report) => {
            let rows = Arc::new(rows(&report));
            Endpoints::Ready(report, rows)
        }
        Err(why) => Endpoints::Failed(why),
    };
    model.cell = 0;
}
