//! What each screen says, as rows of text with roles. Pure, without a terminal: `update` asks how many rows there
//! are and where the cursor is, `view` puts the same rows on the screen.

pub(super) mod applied;
pub(super) mod checklist;
pub(super) mod chrome;
pub(super) mod endpoints;
pub(super) mod form;
pub(super) mod item;
pub(super) mod marks;
pub(super) mod menu;
pub(super) mod overlay;
pub(super) mod report;
pub(super) mod review;
pub(super) mod rule;
pub(super) mod scan;
pub(super) mod snippet;
pub(super) mod staged;

use std::ops::Range;

use crate::tui::layout::{Arrangement, Regions};
use crate::tui::model::{Model, Screen};
use crate::tui::text::{Role, Row, wrap};

/// The content of a pane: rows that stay at the top, rows that scroll, rows that stay at the bottom.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    /// Stays at the top.
    pub head: Vec<Row>,
    /// Scrolls.
    pub rows: Vec<Row>,
    /// Stays at the bottom.
    pub foot: Vec<Row>,
    /// The scrolling rows that must be visible.
    pub cursor: Option<Range<usize>>,
}

/// The size of a pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pane {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

/// The screens that are seen, each with the size of its pane.
pub(super) fn panes(model: &Model, regions: &Regions) -> Vec<(Screen, Pane)> {
    let screens = shown(model, regions.arrangement, regions.panes.len());
    let size = |i: usize| {
        let rect = if screens.len() == regions.panes.len() { regions.panes[i] } else { regions.body };
        Pane { width: rect.width, height: rect.height }
    };
    screens.iter().enumerate().map(|(i, &screen)| (screen, size(i))).collect()
}

/// Which screens are seen side by side. Only checklist, practice and fixes share the screen.
pub(super) fn shown(model: &Model, arrangement: Arrangement, panes: usize) -> Vec<Screen> {
    let screen = model.screen();
    let main = matches!(screen, Screen::Checklist | Screen::Item | Screen::Review);
    match (arrangement, panes) {
        (Arrangement::Three, 3) if main => vec![Screen::Checklist, Screen::Item, Screen::Review],
        (Arrangement::Two, 2) if main => {
            vec![Screen::Checklist, if screen == Screen::Review { Screen::Review } else { Screen::Item }]
        }
        _ => vec![screen],
    }
}

/// The content of a screen in a pane of this size.
pub(super) fn page(model: &Model, screen: Screen, width: usize, height: usize) -> Page {
    match screen {
        Screen::Notice => scan::notice(width),
        Screen::Scan => scan::page(model, width),
        Screen::Checklist => checklist::page(model, width, height),
        Screen::Item => item::page(model, width),
        Screen::Review => review::page(model, width, height),
        Screen::Staged => staged::page(model, width),
        Screen::Applied => applied::page(model, width),
        Screen::Report => report::page(model, width),
        Screen::Log => log(model, width),
        Screen::Endpoints => endpoints::page(model, width, height),
        Screen::Endpoint => endpoints::details(model, width),
        Screen::Rule => rule::page(model, width),
        Screen::Form => form::page(model, width),
    }
}

/// How many rows of a list the cursor can stand on.
pub(super) fn count(model: &Model, screen: Screen) -> usize {
    match screen {
        Screen::Staged => crate::tui::update::staged_rows(model).len(),
        Screen::Report => report::rows(model).len(),
        Screen::Endpoints => crate::tui::update::shown_endpoints(model).len(),
        _ => 0,
    }
}

/// A heading inside a page.
pub(super) fn heading(text: &str) -> Row {
    Row::of(format!(" {text}"), Role::Title)
}

/// A ruler across a page.
pub(super) fn rule(width: usize) -> Row {
    Row::of("─".repeat(width), Role::Gutter)
}

/// The log: notices and errors, and what was not read.
fn log(model: &Model, width: usize) -> Page {
    let mut page = Page::default();
    page.rows.push(heading("Notices"));
    if model.log.is_empty() {
        page.rows.push(Row::of("   nothing so far", Role::Dim));
    }
    for entry in &model.log {
        let role = if entry.error { Role::Bad } else { Role::Text };
        page.rows.extend(wrap(&entry.text, width, 3, role));
    }
    let Some(report) = &model.report else { return page };
    page.rows.push(Row::new());
    page.rows.push(heading(&format!(
        "Read: {} files. Not read: {}",
        report.files_read,
        report.not_read.len()
    )));
    for left in &report.not_read {
        page.rows.extend(wrap(&format!("`{}`: {}", left.path, left.reason), width, 3, Role::Text));
    }
    let problems =
        model.project().and_then(|p| p.model.as_ref()).map(|m| m.problems.as_slice()).unwrap_or_default();
    if !problems.is_empty() {
        page.rows.push(Row::new());
        page.rows.push(heading("Settings that could not be followed"));
        for problem in problems {
            let place = problem.at.map(|span| format!("`{}`: ", model.place_name(span))).unwrap_or_default();
            page.rows.extend(wrap(&format!("{place}{}", problem.message), width, 3, Role::Text));
        }
    }
    page
}
