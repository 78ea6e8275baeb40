//! The endpoints: a matrix, the most open first, with the selected one in detail below it, each policy with who
//! decided it and where. Enter shows one endpoint in full.

use crate::endpoints::Exposure;
use crate::output::count;
use crate::output::endpoint_rows::{Cell, EndpointRow};
use crate::output::endpoints_table::meaning;
use crate::source::clean;
use crate::tui::model::{Endpoints, Model, Screen};
use crate::tui::page::{Page, heading, rule};
use crate::tui::text::{Role, Row, fit, wrap};

/// The page of the list.
pub(super) fn page(model: &Model, width: usize, height: usize) -> Page {
    let mut page = Page::default();
    let Endpoints::Ready(report, rows) = &model.endpoints else {
        let (text, role) = match &model.endpoints {
            Endpoints::Failed(why) => (format!("The endpoints cannot be listed: {why}"), Role::Bad),
            _ => ("The URLs are being followed.".to_owned(), Role::Dim),
        };
        page.rows.push(Row::new());
        page.rows.extend(wrap(&text, width, 1, role));
        return page;
    };
    let shown = crate::tui::update::shown_endpoints(model);
    let filter = model.exposure.map_or("all", Exposure::as_str);
    let right = format!("{}   show: {filter} ", count(shown.len(), "endpoint", "endpoints"));
    page.head.push(heading("Endpoints").right(Row::of(right, Role::Dim), width));
    let cursor = model.view(Screen::Endpoints).cursor.min(shown.len().saturating_sub(1));
    let mut exposure = None;
    for (i, &at) in shown.iter().enumerate() {
        let row = &rows[at];
        let from = page.rows.len();
        if exposure != Some(row.exposure) {
            exposure = Some(row.exposure);
            let name = Row::of(format!(" {}", row.exposure.as_str()), role(row.exposure));
            page.rows.push(name.with(format!("  {}", meaning(row.exposure)), Role::Dim).cut(width));
        }
        let mut line = line(row, width);
        line.selected = i == cursor;
        page.rows.push(line);
        if i == cursor {
            page.cursor = Some(if i == 0 { 0..page.rows.len() } else { from..page.rows.len() });
        }
    }
    if shown.is_empty() {
        page.rows.extend(wrap("There are none.", width, 3, Role::Dim));
    }
    if !report.inventory.problems.is_empty() {
        page.rows.push(Row::new());
        page.rows.push(heading("Could not be followed, so there may be more"));
        for problem in &report.inventory.problems {
            let place = problem.at.map(|at| format!("`{}`: ", model.place_name(at))).unwrap_or_default();
            page.rows.extend(wrap(&format!("{place}{}", problem.message), width, 3, Role::Text));
        }
    }
    if let Some(row) = rows.get(shown.get(cursor).copied().unwrap_or(usize::MAX)) {
        page.foot = foot(model, row, width, height);
    }
    page
}

fn line(row: &EndpointRow, width: usize) -> Row {
    let methods = if width < 60 { 8 } else { 16 };
    let protection = row.cell("permission").map_or("", |cell| cell.text.as_str());
    let right_room = if width < 60 { 0 } else { (width / 3).min(44) };
    let path = width.saturating_sub(methods + right_room + 5);
    Row::of(format!("   {} ", fit(&row.methods_text(), methods)), Role::Dim)
        .with(fit(row.path_text(), path), Role::Text)
        .with(format!(" {}", fit(protection, right_room)), Role::Code)
        .cut(width)
}

/// The selected endpoint in a few lines; more where there is room.
fn foot(model: &Model, row: &EndpointRow, width: usize, height: usize) -> Vec<Row> {
    let room = (height / 2).clamp(2, row.cells.len() + 1);
    let mut rows = vec![rule(width)];
    rows.extend(wrap(&why(model, row), width, 1, Role::Text).into_iter().take(1));
    // The selected cell is among the shown ones.
    let first = (model.cell + 1).saturating_sub(room - 1);
    for (i, cell) in row.cells.iter().enumerate().skip(first).take(room - 1) {
        rows.push(cell_row(model, cell, i == model.cell, width));
    }
    rows
}

/// Why it lets in whom it lets in, and what the team says of it.
fn why(model: &Model, row: &EndpointRow) -> String {
    match crate::tui::update::marked_public(model, &row.view) {
        Some(mark) => format!("Marked public: {}. {}", clean(&mark.reason), row.why),
        None => row.why.clone(),
    }
}

fn cell_row(model: &Model, cell: &Cell, here: bool, width: usize) -> Row {
    let place = cell.at.map(|at| format!(" {} ", model.place_name(at))).unwrap_or_default();
    let right = Row::of(format!(" {}", cell.origin), Role::Dim)
        .with(place, if here { Role::Strong } else { Role::Place });
    let left = Row::of(if here { " > " } else { "   " }, Role::Key)
        .with(fit(cell.name, if width < 60 { 11 } else { 15 }), Role::Title);
    let room = width.saturating_sub(left.width() + right.width() + 1);
    left.with(fit(&cell.text, room), Role::Text).right(right, width).cut(width)
}

/// The page of one endpoint: nothing is cut.
pub(super) fn details(model: &Model, width: usize) -> Page {
    let mut page = Page::default();
    let Some(row) = crate::tui::update::selected_endpoint(model) else { return page };
    let state = Row::of(format!("{} ", row.exposure.as_str()), role(row.exposure));
    page.head.push(Row::of(format!(" {}", row.path_text()), Role::Strong).cut(width).right(state, width));
    page.rows.extend(wrap(&format!("{}: {}", meaning(row.exposure), why(model, row)), width, 1, Role::Text));
    page.rows.push(heading("Methods"));
    if row.by_method.is_empty() {
        page.rows.push(Row::of("   any: the view does not tell them apart", Role::Dim));
    }
    for (method, exposure) in &row.by_method {
        page.rows.push(
            Row::of(format!("   {} ", fit(method, 9)), Role::Text).with(exposure.as_str(), role(*exposure)),
        );
    }
    page.rows.push(
        heading("What protects it").right(Row::of("o O  next, previous   e  open it ", Role::Dim), width),
    );
    for (i, cell) in row.cells.iter().enumerate() {
        let here = i == model.cell;
        let from = page.rows.len();
        page.rows.push(cell_row(model, &Cell { text: String::new(), ..cell.clone() }, here, width));
        page.rows.extend(wrap(&cell.text, width, 6, Role::Text));
        if here && i > 0 {
            page.cursor = Some(from..page.rows.len());
        }
    }
    page
}

fn role(exposure: Exposure) -> Role {
    match exposure {
        Exposure::Open => Role::Bad,
        Exposure::ReadOpen => Role::Warn,
        Exposure::Unknown => Role::Ask,
        Exposure::Authenticated | Exposure::Restricted => Role::Ok,
    }
}
