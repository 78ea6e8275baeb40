//! Puts pages on the screen: regions, frames, rows, overlays. Only looks at the model.

mod svg;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::layout::{Arrangement, Regions, SMALLEST, centred, regions, width};
use crate::tui::model::{Model, Overlay, Screen};
use crate::tui::page::{self, chrome, menu, overlay};
use crate::tui::text::{Role, Row};
use crate::tui::theme::Theme;

pub(crate) use svg::svg;

/// Draws the whole screen.
pub(crate) fn draw(model: &Model, theme: Theme, buffer: &mut Buffer) {
    let area = buffer.area;
    if area.is_empty() {
        return;
    }
    let size = (area.width, area.height);
    let painter = Painter { theme, ascii: model.ascii };
    if Arrangement::of(size) == Arrangement::TooSmall {
        too_small(&painter, buffer, size);
        return;
    }
    let regions = regions(size, model.zoom);
    let total = usize::from(area.width);
    painter.rows(buffer, regions.header, &[chrome::header(model, regions.arrangement, total)], 0);
    painter.rows(buffer, regions.tabs, &[chrome::tabs(model, total)], 0);
    painter.rule(buffer, regions.body.y.saturating_sub(1), area);
    painter.rule(buffer, regions.footer.y.saturating_sub(1), area);
    panes(model, &painter, &regions, buffer);
    notice(model, &painter, &regions, buffer);
    let lines = usize::from(regions.footer.height);
    painter.rows(buffer, regions.footer, &chrome::hints(model, total, lines), 0);
    over(model, &painter, &regions, buffer);
}

/// Draws rows in a theme's styles.
struct Painter {
    theme: Theme,
    ascii: bool,
}

impl Painter {
    /// Rows from the top of an area; code is scrolled `side` cells.
    fn rows(&self, buffer: &mut Buffer, area: Rect, rows: &[Row], side: usize) {
        for (i, row) in rows.iter().take(usize::from(area.height)).enumerate() {
            let y = area.y + i as u16;
            self.row(buffer, Rect { y, height: 1, ..area }, row, side);
        }
    }

    fn row(&self, buffer: &mut Buffer, area: Rect, row: &Row, side: usize) {
        let room = usize::from(area.width);
        let shown = row.clone().scrolled(side, room);
        let mut x = area.x;
        for piece in &shown.pieces {
            let left = usize::from(area.right().saturating_sub(x));
            let text = if self.ascii { ascii(&piece.text) } else { piece.text.clone() };
            let (end, _) = buffer.set_stringn(x, area.y, &text, left, self.theme.style(piece.role));
            x = end;
        }
        if row.selected {
            // Said by a character too, for those who do not see the reversed row.
            if let Some(cell) = buffer.cell_mut((area.x, area.y)).filter(|cell| cell.symbol() == " ") {
                cell.set_symbol(">");
            }
            buffer.set_style(area, Style::new().add_modifier(Theme::selected()));
        }
    }

    fn rule(&self, buffer: &mut Buffer, y: u16, area: Rect) {
        let line = page::rule(usize::from(area.width));
        self.rows(buffer, Rect { y, height: 1, ..area }, &[line], 0);
    }
}

/// Text without characters that an ASCII terminal lacks.
fn ascii(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            c if c.is_ascii() => c,
            '\u{2018}' | '\u{2019}' => '\'',
            '\u{201c}' | '\u{201d}' => '"',
            '\u{2010}'..='\u{2015}' | '─' => '-',
            '…' => '>',
            '│' => '|',
            _ => '?',
        })
        .collect()
}

fn panes(model: &Model, painter: &Painter, regions: &Regions, buffer: &mut Buffer) {
    let screens = page::shown(model, regions.arrangement, regions.panes.len());
    if screens.len() != regions.panes.len() || screens.len() == 1 {
        pane(model, painter, model.screen(), regions.body, buffer);
        return;
    }
    for (i, (&screen, &area)) in screens.iter().zip(&regions.panes).enumerate() {
        let focused = screen == model.screen();
        let name = match screen {
            Screen::Checklist => "CHECKLIST",
            Screen::Item => "PRACTICE",
            _ => "FIX",
        };
        let title = Rect { y: area.y - 1, height: 1, ..area };
        let mut row = Row::of(" ", Role::Text);
        if focused {
            row.push(format!("[{name}]"), Role::Strong);
        } else {
            row.push(format!(" {name} "), Role::Dim);
        }
        painter.rows(buffer, title, &[row], 0);
        pane(model, painter, screen, area, buffer);
        if i + 1 < screens.len() {
            let bar = Row::of(if painter.ascii { "|" } else { "│" }, Role::Gutter);
            for y in regions.body.y..regions.body.bottom() {
                painter.rows(
                    buffer,
                    Rect { x: area.right(), y, width: 1, height: 1 },
                    std::slice::from_ref(&bar),
                    0,
                );
            }
        }
    }
}

fn pane(model: &Model, painter: &Painter, screen: Screen, area: Rect, buffer: &mut Buffer) {
    let (columns, rows) = (usize::from(area.width), usize::from(area.height));
    let page = page::page(model, screen, columns, rows);
    let view = model.view(screen);
    painter.rows(buffer, area, &page.head, 0);
    let head = (page.head.len() as u16).min(area.height);
    let foot = (page.foot.len() as u16).min(area.height - head);
    let body = Rect { y: area.y + head, height: area.height - head - foot, ..area };
    let scroll = view.scroll.min(page.rows.len());
    painter.rows(buffer, body, &page.rows[scroll..], view.side);
    let below = page.rows.len().saturating_sub(scroll + usize::from(body.height));
    painter.rows(buffer, Rect { y: area.bottom() - foot, height: foot, ..area }, &page.foot, 0);
    position(painter, below, body, buffer);
}

/// How much more there is, on the rule under text that scrolls.
fn position(painter: &Painter, below: usize, area: Rect, buffer: &mut Buffer) {
    let text = format!(" {below} more below ");
    let wide = width(&text) as u16;
    if below == 0 || wide + 20 > area.width || area.bottom() >= buffer.area.bottom() {
        return;
    }
    let corner = Rect { x: area.right() - wide - 2, y: area.bottom(), width: wide, height: 1 };
    painter.rows(buffer, corner, &[Row::of(text, Role::Dim)], 0);
}

/// The rule over the hints, with the last notice on it.
fn notice(model: &Model, painter: &Painter, regions: &Regions, buffer: &mut Buffer) {
    let area = buffer.area;
    let y = regions.footer.y.saturating_sub(1);
    let Some(text) = &model.notice else { return };
    let error = model.log.last().is_some_and(|entry| entry.error && entry.text == *text);
    let room = usize::from(area.width).saturating_sub(4);
    let shown = crate::source::clean(text);
    let row = Row::of(format!(" {shown} "), if error { Role::Bad } else { Role::Strong }).cut(room);
    let wide = row.width() as u16;
    painter.rows(
        buffer,
        Rect { x: 2, y, width: wide.min(area.width.saturating_sub(2)), height: 1 },
        &[row],
        0,
    );
}

fn over(model: &Model, painter: &Painter, regions: &Regions, buffer: &mut Buffer) {
    let area = buffer.area;
    let compact = regions.arrangement == Arrangement::Compact;
    let wide = if compact { area.width } else { 76.min(area.width.saturating_sub(4)) };
    let inside = usize::from(wide.saturating_sub(2));
    let (title, rows) = match &model.overlay {
        Some(Overlay::Menu { .. }) => ("", menu::rows(model, inside)),
        _ => match overlay::rows(model, inside.saturating_sub(1)) {
            Some(found) => found,
            None => return,
        },
    };
    let box_area = centred(area, wide, rows.len() as u16 + 2);
    frame(painter, box_area, title, buffer);
    let inner = Rect {
        x: box_area.x + 1,
        y: box_area.y + 1,
        width: box_area.width.saturating_sub(2),
        height: box_area.height.saturating_sub(2),
    };
    // When the box is too low for all rows, the last ones (the answers) stay.
    let from = rows.len().saturating_sub(usize::from(inner.height));
    painter.rows(buffer, inner, &rows[from..], 0);
}

/// An empty box with a title.
fn frame(painter: &Painter, area: Rect, title: &str, buffer: &mut Buffer) {
    let (corner, across, down) = if painter.ascii {
        (["+", "+", "+", "+"], "=", "|")
    } else {
        (["┌", "┐", "└", "┘"], "─", "│")
    };
    let inside = usize::from(area.width.saturating_sub(2));
    for y in area.top()..area.bottom() {
        let (left, middle, right) = if y == area.top() {
            (corner[0], across.repeat(inside), corner[1])
        } else if y + 1 == area.bottom() {
            (corner[2], across.repeat(inside), corner[3])
        } else {
            (down, " ".repeat(inside), down)
        };
        let row = Rect { y, height: 1, ..area };
        for x in row.left()..row.right() {
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.reset();
            }
        }
        painter.rows(buffer, row, &[Row::of(format!("{left}{middle}{right}"), Role::Text)], 0);
    }
    if !title.is_empty() {
        let name = Rect { x: area.x + 2, height: 1, width: area.width.saturating_sub(4), ..area };
        painter.rows(buffer, name, &[Row::of(format!(" {title} "), Role::Title)], 0);
    }
}

fn too_small(painter: &Painter, buffer: &mut Buffer, (columns, rows): (u16, u16)) {
    let lines = [
        String::new(),
        " drf-harden needs a little more room".to_owned(),
        String::new(),
        format!(" now      {columns} x {rows}"),
        format!(" needed   {} x {}", SMALLEST.0, SMALLEST.1),
        String::new(),
        " Keys are ignored until then,".to_owned(),
        " except q or Ctrl-C to quit.".to_owned(),
    ];
    // Where not even that fits, the sizes come first.
    let from = usize::from(rows < 8);
    let rows: Vec<Row> = if rows < 4 {
        vec![Row::of(format!("{columns}x{rows}"), Role::Text), Row::of("too small", Role::Text)]
    } else {
        lines
            .into_iter()
            .skip(from)
            .filter(|l| rows >= 7 || !l.is_empty())
            .map(|l| Row::of(l, Role::Text))
            .collect()
    };
    painter.rows(buffer, buffer.area, &rows, 0);
}
