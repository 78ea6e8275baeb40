//! A screen as an SVG picture, for the README: the cells of the real buffer with their colours, in a monospaced
//! font. The same buffer gives the same bytes.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// Size of a cell and of the border, in pixels.
const CELL: (f32, f32) = (8.4, 18.0);
const BORDER: f32 = 14.0;

const PAPER: &str = "#16181d";
const INK: &str = "#d5d9e0";

/// What makes two neighbouring cells one run of text.
#[derive(Clone, Copy, PartialEq)]
struct Look {
    ink: &'static str,
    paper: Option<&'static str>,
    bold: bool,
    italic: bool,
    underlined: bool,
}

fn colour(colour: Color) -> &'static str {
    match colour {
        Color::Red => "#f0717b",
        Color::Green => "#8cc878",
        Color::Yellow => "#e2b86b",
        Color::Blue => "#71a9f0",
        Color::Magenta => "#c792ea",
        Color::Cyan => "#62c3cf",
        Color::DarkGray => "#7d8590",
        _ => INK,
    }
}

fn look(cell: &Cell) -> Look {
    let modifier = cell.modifier;
    let ink = colour(cell.fg);
    let reversed = modifier.contains(Modifier::REVERSED);
    Look {
        ink: if reversed { PAPER } else { ink },
        paper: reversed.then_some(ink),
        bold: modifier.contains(Modifier::BOLD),
        italic: modifier.contains(Modifier::ITALIC),
        underlined: modifier.contains(Modifier::UNDERLINED),
    }
}

/// The picture.
pub(crate) fn svg(buffer: &Buffer, title: &str) -> String {
    let area = buffer.area;
    let (width, height) =
        (f32::from(area.width) * CELL.0 + 2.0 * BORDER, f32::from(area.height) * CELL.1 + 2.0 * BORDER);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" width=\"{width:.0}\" \
         height=\"{height:.0}\" font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" \
         font-size=\"14\" role=\"img\">"
    );
    let _ = writeln!(out, "<title>{}</title>", escape(title));
    let _ = writeln!(out, "<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{PAPER}\"/>");
    for y in area.top()..area.bottom() {
        let mut x = area.left();
        while x < area.right() {
            let Some(first) = buffer.cell((x, y)) else { break };
            let look_first = look(first);
            let start = x;
            let mut text = String::new();
            while let Some(cell) = buffer.cell((x, y)).filter(|c| look(c) == look_first) {
                text.push_str(cell.symbol());
                x += 1;
                if x == area.right() {
                    break;
                }
            }
            run(&mut out, look_first, &text, (start - area.left(), y - area.top()), x - start);
        }
    }
    out.push_str("</svg>\n");
    out
}

fn run(out: &mut String, look: Look, text: &str, (column, row): (u16, u16), cells: u16) {
    let (x, y) = (BORDER + f32::from(column) * CELL.0, BORDER + f32::from(row) * CELL.1);
    let wide = f32::from(cells) * CELL.0;
    if let Some(paper) = look.paper {
        let _ = writeln!(
            out,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{:.1}\" fill=\"{paper}\"/>",
            CELL.1
        );
    }
    if text.trim().is_empty() && !look.underlined {
        return;
    }
    let mut style = String::new();
    if look.bold {
        style.push_str(" font-weight=\"bold\"");
    }
    if look.italic {
        style.push_str(" font-style=\"italic\"");
    }
    if look.underlined {
        style.push_str(" text-decoration=\"underline\"");
    }
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{:.1}\" fill=\"{}\" textLength=\"{wide:.1}\" lengthAdjust=\"spacingAndGlyphs\" \
         xml:space=\"preserve\"{style}>{}</text>",
        y + 13.5,
        look.ink,
        escape(text)
    );
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
