//! From the size of the terminal to the regions of the screen. Pure; `update` uses it for scrolling and `view`
//! for drawing, so that both agree.

use ratatui::layout::Rect;
use ratatui::text::Line;

/// Fewer columns or rows than this: only a notice.
pub(super) const SMALLEST: (u16, u16) = (40, 12);

/// How the panes are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Arrangement {
    /// Too small to work in.
    TooSmall,
    /// No frames, short words.
    Compact,
    /// One pane.
    One,
    /// Checklist, and item or fix.
    Two,
    /// Checklist, item and fix.
    Three,
}

impl Arrangement {
    /// The arrangement for a terminal of this size.
    pub(super) fn of((columns, rows): (u16, u16)) -> Self {
        if columns < SMALLEST.0 || rows < SMALLEST.1 {
            Self::TooSmall
        } else if columns < 60 || rows < 18 {
            Self::Compact
        } else if columns < 110 {
            Self::One
        } else if columns < 150 || rows < 30 {
            Self::Two
        } else {
            Self::Three
        }
    }
}

/// The regions of a screen: a header, the body (one to three panes), a notice line and the hints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Regions {
    /// The arrangement they were made for.
    pub arrangement: Arrangement,
    /// The top line.
    pub header: Rect,
    /// The line of tabs; empty in the compact arrangement.
    pub tabs: Rect,
    /// Everything between header and hints.
    pub body: Rect,
    /// The lines of hints at the bottom, the notice above them included.
    pub footer: Rect,
    /// The panes, left to right, without their frames. One pane has no frame.
    pub panes: Vec<Rect>,
}

/// The regions for a terminal of `size`; `zoom` shows one pane where there would be several.
pub(super) fn regions(size: (u16, u16), zoom: bool) -> Regions {
    let (w, h) = size;
    let arrangement = match Arrangement::of(size) {
        Arrangement::Two | Arrangement::Three if zoom => Arrangement::One,
        other => other,
    };
    let compact = arrangement <= Arrangement::Compact;
    let (head, tabs, foot) = if compact { (1, 0, 1) } else { (1, 1, 2) };
    // A rule under the header and one above the footer.
    let top = head + tabs + 1;
    let bottom = foot + 1;
    let body = Rect { x: 0, y: top, width: w, height: h.saturating_sub(top + bottom) };
    let panes = match arrangement {
        Arrangement::TooSmall | Arrangement::Compact | Arrangement::One => vec![body],
        Arrangement::Two => split(body, &[percent(w, 44).clamp(48, 64)]),
        Arrangement::Three => {
            let first = percent(w, 33).clamp(46, 64);
            split(body, &[first, (w - first - 2) / 2])
        }
    };
    Regions {
        arrangement,
        header: Rect { x: 0, y: 0, width: w, height: head.min(h) },
        tabs: Rect { x: 0, y: head, width: w, height: tabs.min(h.saturating_sub(head)) },
        body,
        footer: Rect { x: 0, y: h.saturating_sub(foot), width: w, height: foot.min(h) },
        panes,
    }
}

/// Columns of width `widths`, then the rest, with one column between for the ruler. The ruler's upper end holds
/// the pane's title, so each pane starts one row lower.
fn split(body: Rect, widths: &[u16]) -> Vec<Rect> {
    let mut panes = Vec::new();
    let mut x = body.x;
    for &wide in widths {
        panes.push(Rect { x, y: body.y + 1, width: wide, height: body.height.saturating_sub(1) });
        x += wide + 1;
    }
    let rest = body.right().saturating_sub(x);
    panes.push(Rect { x, y: body.y + 1, width: rest, height: body.height.saturating_sub(1) });
    panes
}

fn percent(of: u16, percent: u16) -> u16 {
    (u32::from(of) * u32::from(percent) / 100) as u16
}

/// A box of at most this size in the middle of `area`.
pub(super) fn centred(area: Rect, columns: u16, rows: u16) -> Rect {
    let (width, height) = (columns.min(area.width), rows.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

/// How many cells a text takes.
pub(super) fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { Line::raw(text).width() }
}

/// The first row shown so that `cursor` is visible in `height` rows of `total`, moving as little as possible.
pub(super) fn scroll_to(scroll: usize, cursor: std::ops::Range<usize>, height: usize, total: usize) -> usize {
    let last = total.saturating_sub(height);
    let mut scroll = scroll.min(last);
    if cursor.end > scroll + height {
        scroll = cursor.end.saturating_sub(height);
    }
    if cursor.start < scroll {
        scroll = cursor.start;
    }
    scroll.min(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_choose_the_arrangement() {
        for (size, arrangement) in [
            ((160, 50), Arrangement::Three),
            ((150, 29), Arrangement::Two),
            ((110, 24), Arrangement::Two),
            ((80, 24), Arrangement::One),
            ((60, 18), Arrangement::One),
            ((59, 18), Arrangement::Compact),
            ((80, 17), Arrangement::Compact),
            ((40, 12), Arrangement::Compact),
            ((39, 12), Arrangement::TooSmall),
            ((0, 0), Arrangement::TooSmall),
        ] {
            assert_eq!(Arrangement::of(size), arrangement, "{size:?}");
        }
    }

    #[test]
    fn every_region_lies_on_the_screen() {
        for w in 0..220 {
            for h in 0..60 {
                let screen = Rect { x: 0, y: 0, width: w, height: h };
                let r = regions((w, h), false);
                for part in r.panes.iter().chain([&r.header, &r.tabs, &r.body, &r.footer]) {
                    if part.area() > 0 {
                        assert_eq!(part.intersection(screen), *part, "{w}x{h}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_cursor_stays_in_view() {
        assert_eq!(scroll_to(0, 12..13, 10, 40), 3);
        assert_eq!(scroll_to(20, 5..6, 10, 40), 5);
        assert_eq!(scroll_to(35, 38..39, 10, 40), 30);
        assert_eq!(scroll_to(3, 0..1, 10, 5), 0);
    }
}
