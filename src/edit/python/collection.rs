//! Things with items and commas: list, tuple, set and dict displays, call arguments, names in a bracketed
//! import. All changes to one of them are made together, so that commas stay right.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

use crate::edit::Code;
use crate::edit::code::{self, Format};
use crate::edit::edits::{Edits, Fixes};
use crate::edit::plan::Refusal;
use crate::python::TokenKind;

use super::PyFile;

/// A bracket and its items.
pub(in crate::edit) struct Collection {
    /// Behind the opening bracket.
    pub(in crate::edit) open: usize,
    /// Before the closing bracket.
    pub(in crate::edit) close: usize,
    /// The items in order.
    pub(in crate::edit) items: Vec<Item>,
    /// Whether there are brackets at all (`a = 1, 2` has none).
    bracketed: bool,
    /// Whether one item needs a comma to stay what it is.
    tuple: bool,
}

/// One item, with parentheses and stars.
pub(in crate::edit) struct Item {
    /// First byte.
    pub(in crate::edit) start: usize,
    /// One past the last byte.
    pub(in crate::edit) end: usize,
    comma: Option<usize>,
}

impl Item {
    /// Behind its comma, or behind itself.
    fn region_end(&self) -> usize {
        self.comma.map_or(self.end, |c| c + 1)
    }
}

/// What stands before a new value.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::edit) enum Head {
    /// Nothing: an element.
    None,
    /// A text key of a dict.
    Key(String),
    /// The name of a keyword argument.
    Keyword(String),
    /// Nothing, and the value is a bare name (of an import).
    Name,
}

/// A new item before the item at `gap` (their number: at the end).
#[derive(Clone, Debug)]
pub(in crate::edit) struct Addition {
    /// Where.
    pub(in crate::edit) gap: usize,
    /// What stands before the value.
    pub(in crate::edit) head: Head,
    /// The value.
    pub(in crate::edit) value: Code,
    /// Who asked.
    pub(in crate::edit) fixes: Fixes,
}

/// All changes to one collection.
#[derive(Clone, Debug, Default)]
pub(in crate::edit) struct Batch {
    /// New items; those of one gap in this order.
    pub(in crate::edit) additions: Vec<Addition>,
    /// Items to take out, by position, with who asked.
    pub(in crate::edit) removals: std::collections::BTreeMap<usize, Fixes>,
}

impl Batch {
    fn fixes(&self) -> Fixes {
        self.additions
            .iter()
            .flat_map(|a| &a.fixes)
            .chain(self.removals.values().flatten())
            .copied()
            .collect()
    }
}

impl Collection {
    /// Reads the items at `ranges` (of the tree, in order) between `open` and `close`.
    pub(in crate::edit) fn read(
        file: &PyFile<'_>,
        inside: Range<usize>,
        ranges: &[Range<usize>],
        bracketed: bool,
        tuple: bool,
    ) -> Self {
        let mut items = Vec::with_capacity(ranges.len());
        let mut from = inside.start;
        for range in ranges {
            let mut tokens = file.tokens_in(from..inside.end).iter().filter(|t| !t.is_trivia());
            // Stars and opening parentheses belong to the item, though not to the tree's range.
            let start = tokens.clone().next().map_or(range.start, |t| t.start.min(range.start));
            let (mut end, mut comma) = (range.end, None);
            for token in tokens.by_ref().filter(|t| t.start >= range.end) {
                match token.kind {
                    TokenKind::Rpar => end = token.end,
                    TokenKind::Comma => {
                        comma = Some(token.start);
                        break;
                    }
                    _ => break,
                }
            }
            from = comma.map_or(end, |c| c + 1);
            items.push(Item { start, end, comma });
        }
        Self { open: inside.start, close: inside.end, items, bracketed, tuple }
    }

    /// The item that holds a range.
    pub(in crate::edit) fn position(&self, range: &Range<usize>) -> Option<usize> {
        self.items.iter().position(|i| i.start <= range.start && range.end <= i.end)
    }

    /// Turns a batch into edits.
    pub(in crate::edit) fn change(
        &self,
        file: &PyFile<'_>,
        batch: &Batch,
        edits: &mut Edits,
    ) -> Result<(), Refusal> {
        let quote = file.style.quote_among(file, self.open.saturating_sub(1)..self.close);
        let format = Format { style: &file.style, quote, eol: file.eol(self.close) };
        let removed: BTreeSet<usize> = batch.removals.keys().copied().collect();
        let kept = self.items.len() - removed.len();
        let total = kept + batch.additions.len();
        if self.items.is_empty() || (total == 0 && !self.has_comments(file)) {
            return self.rewrite_empty(file, batch, &format, edits);
        }
        if removed.is_empty() && self.must_break(file, batch, &format, edits)? {
            return self.break_up(file, batch, &format, edits);
        }
        self.commas(batch, &removed, total, edits);
        for (&index, fixes) in &batch.removals {
            edits.delete(self.removal(file, index, &removed), fixes);
        }
        for gap in 0..=self.items.len() {
            self.fill_gap(file, batch, gap, &removed, &format, edits)?;
        }
        Ok(())
    }

    fn has_comments(&self, file: &PyFile<'_>) -> bool {
        file.comments_in(self.open..self.close).next().is_some()
    }

    fn broken(&self, file: &PyFile<'_>) -> bool {
        !file.text.same_line(self.open, self.close)
    }

    /// Commas of the items that stay: between items always, behind the last one as it was.
    fn commas(&self, batch: &Batch, removed: &BTreeSet<usize>, total: usize, edits: &mut Edits) {
        let trailing = self.items.last().is_some_and(|i| i.comma.is_some());
        let added_last = batch.additions.iter().any(|a| a.gap == self.items.len());
        let Some(last_kept) = (0..self.items.len()).rev().find(|i| !removed.contains(i)) else { return };
        let ends = !added_last && !batch.additions.iter().any(|a| a.gap > last_kept);
        let item = &self.items[last_kept];
        let wants = !ends || trailing || (self.tuple && total == 1);
        match item.comma {
            None if wants => edits.insert(item.end, ",", &batch.fixes()),
            Some(comma) if !wants => edits.delete(comma..comma + 1, &batch.fixes()),
            _ => {}
        }
    }

    /// What goes when an item goes: its lines when it has them to itself, else the item up to a neighbour.
    fn removal(&self, file: &PyFile<'_>, index: usize, removed: &BTreeSet<usize>) -> Range<usize> {
        let item = &self.items[index];
        let end = item.region_end();
        if file.text.starts_line(item.start)
            && file.text.ends_line(end)
            && end <= file.text.line_end(self.close)
        {
            let next = file.text.next_line(end);
            if next <= self.close {
                return file.text.line_start(item.start)..next;
            }
        }
        let before = index.checked_sub(1).map(|i| &self.items[i]);
        let stays_before = (0..index)
            .any(|i| !removed.contains(&i) && file.text.same_line(self.items[i].region_end(), item.start));
        let next = self.items.get(index + 1).filter(|n| file.text.same_line(end, n.start));
        if let Some(next) = next.filter(|_| !stays_before) {
            return item.start..next.start;
        }
        // The first item stands behind the bracket: the next one takes its place.
        let kept = (index + 1..self.items.len()).find(|i| !removed.contains(i)).map(|i| &self.items[i]);
        if let Some(next) = kept
            && (0..index).all(|i| removed.contains(&i))
            && !file.text.starts_line(item.start)
            && file.comments_in(end..next.start).next().is_none()
        {
            return item.start..next.start;
        }
        let from = before.map_or(self.open, Item::region_end);
        // A comment between the items is not ours to take.
        let from = if file.comments_in(from..item.start).next().is_some() { item.start } else { from };
        from..end
    }

    /// Writes the new items of one gap.
    fn fill_gap(
        &self,
        file: &PyFile<'_>,
        batch: &Batch,
        gap: usize,
        removed: &BTreeSet<usize>,
        format: &Format<'_>,
        edits: &mut Edits,
    ) -> Result<(), Refusal> {
        let additions: Vec<&Addition> = batch.additions.iter().filter(|a| a.gap == gap).collect();
        if additions.is_empty() {
            return Ok(());
        }
        let count = self.items.len();
        let trailing = self.items.last().is_some_and(|i| i.comma.is_some());
        let later_kept = (gap..count).any(|i| !removed.contains(&i));
        let later_added = batch.additions.iter().any(|a| a.gap > gap);
        let alone =
            self.tuple && additions.len() == 1 && removed.len() == count && batch.additions.len() == 1;
        let comma_behind = later_kept || later_added || trailing || alone;
        let before = gap.checked_sub(1).map(|i| &self.items[i]);
        let from = before.map_or(self.open, Item::region_end);
        let to = self.items.get(gap).map_or(self.close, |i| i.start);
        let model = self.items.get(gap).filter(|i| file.text.starts_line(i.start)).or(before);

        if !file.text.same_line(from, to) {
            // The gap has a line break: whole lines, at the end of the gap only before the bracket itself.
            let at = if gap == count { file.text.line_start(self.close) } else { file.text.next_line(from) };
            let indent = match model {
                Some(item) => file.text.indent(item.start).to_owned(),
                None => format!("{}{}", file.text.indent(self.open), format.style.unit),
            };
            for (i, addition) in additions.iter().enumerate() {
                let comma = if i + 1 < additions.len() || comma_behind { "," } else { "" };
                let item = render_item(addition, format, &indent, indent.chars().count())?;
                edits.insert(at, format!("{indent}{item}{comma}{}", format.eol), &addition.fixes);
            }
            return Ok(());
        }

        let column = edits.column(&file.text, from);
        // Items aligned under each other, bracket on the last one's line.
        let aligned = before.filter(|b| gap == count && self.broken(file) && file.text.starts_line(b.start));
        let indent = edits.indent(&file.text, from);
        for (i, addition) in additions.iter().enumerate() {
            let comma = if i + 1 < additions.len() || comma_behind { "," } else { "" };
            if aligned.is_some() {
                let item = render_item(addition, format, &indent, indent.chars().count())?;
                edits.insert(from, format!("{}{indent}{item}{comma}", format.eol), &addition.fixes);
                continue;
            }
            let item = render_item(addition, format, &indent, column + 1)?;
            let first_on_line = !(0..gap).any(|i| !removed.contains(&i));
            if first_on_line && gap < count {
                let column = file.text.column(to);
                let under = self.items.get(1).filter(|n| {
                    gap == 0 && file.text.starts_line(n.start) && file.text.column(n.start) == column
                });
                let gap_text = match under {
                    Some(next) => format!("{}{}", format.eol, file.text.indent(next.start)),
                    None => " ".to_owned(),
                };
                edits.insert(to, format!("{item},{gap_text}"), &addition.fixes);
            } else {
                let blank = if first_on_line && i == 0 { "" } else { " " };
                edits.insert(from.max(self.last_end(gap)), format!("{blank}{item}{comma}"), &addition.fixes);
            }
        }
        Ok(())
    }

    fn last_end(&self, gap: usize) -> usize {
        gap.checked_sub(1).map_or(self.open, |i| self.items[i].region_end())
    }

    /// Whether a collection on one line would grow over the line's limit.
    fn must_break(
        &self,
        file: &PyFile<'_>,
        batch: &Batch,
        format: &Format<'_>,
        edits: &Edits,
    ) -> Result<bool, Refusal> {
        if self.broken(file) || !self.bracketed || batch.additions.is_empty() {
            return Ok(false);
        }
        let mut length = edits.column(&file.text, self.close) + edits.rest(&file.text, self.close);
        for addition in &batch.additions {
            let item = head(addition, format)? + &code::one_line(&addition.value, format)?;
            if item.contains('\n') {
                return Ok(true);
            }
            length += item.chars().count() + 2;
        }
        Ok(length > format.style.width)
    }

    /// One item a line, old ones untouched.
    fn break_up(
        &self,
        file: &PyFile<'_>,
        batch: &Batch,
        format: &Format<'_>,
        edits: &mut Edits,
    ) -> Result<(), Refusal> {
        let base = edits.indent(&file.text, self.open);
        let indent = format!("{base}{}", format.style.unit);
        let fixes = batch.fixes();
        let count = self.items.len();
        for item in &self.items {
            edits.moves(item.start..item.end, &indent);
        }
        let comma_last = format.style.trailing_comma;
        for gap in 0..=count {
            let from = self.last_end(gap);
            let to = self.items.get(gap).map_or(self.close, |i| i.start);
            let additions: Vec<&Addition> = batch.additions.iter().filter(|a| a.gap == gap).collect();
            let mut text = String::new();
            let last_old = gap == count && self.items[count - 1].comma.is_none();
            if last_old && (!additions.is_empty() || comma_last) {
                text.push(',');
            }
            for (i, addition) in additions.iter().enumerate() {
                let item = render_item(addition, format, &indent, indent.chars().count())?;
                let comma = if gap < count || i + 1 < additions.len() || comma_last { "," } else { "" };
                let _ = write!(text, "{}{indent}{item}{comma}", format.eol);
            }
            text.push_str(format.eol);
            text.push_str(if gap == count { &base } else { &indent });
            edits.replace(from..to, text, &fixes);
        }
        Ok(())
    }

    /// Nothing inside before, or nothing inside afterwards.
    fn rewrite_empty(
        &self,
        file: &PyFile<'_>,
        batch: &Batch,
        format: &Format<'_>,
        edits: &mut Edits,
    ) -> Result<(), Refusal> {
        let fixes = batch.fixes();
        if batch.additions.is_empty() {
            let text = if self.bracketed { "" } else { "()" };
            edits.replace(self.open..self.close, text, &fixes);
            return Ok(());
        }
        let base = edits.indent(&file.text, self.open);
        let indent = format!("{base}{}", format.style.unit);
        let mut line = Vec::new();
        for addition in &batch.additions {
            line.push(head(addition, format)? + &code::one_line(&addition.value, format)?);
        }
        let one_line = line.join(", ") + if self.tuple && line.len() == 1 { "," } else { "" };
        let (column, rest) = (edits.column(&file.text, self.open), edits.rest(&file.text, self.close));
        let fits = column + one_line.chars().count() + rest <= format.style.width;
        if fits && !one_line.contains('\n') && !self.broken(file) {
            edits.replace(self.open..self.close, one_line, &fixes);
            return Ok(());
        }
        let mut lines = String::new();
        for (i, addition) in batch.additions.iter().enumerate() {
            let item = render_item(addition, format, &indent, indent.chars().count())?;
            let comma = i + 1 < batch.additions.len()
                || format.style.trailing_comma
                || (self.tuple && batch.additions.len() == 1);
            let _ = write!(lines, "{indent}{item}{}{}", if comma { "," } else { "" }, format.eol);
        }
        if self.broken(file) {
            // Comments may stand in there: put the items right before the bracket's line.
            edits.insert(file.text.line_start(self.close), lines, &fixes);
        } else {
            edits.replace(self.open..self.close, format!("{}{lines}{base}", format.eol), &fixes);
        }
        Ok(())
    }
}

/// `'KEY': `, `name=` or nothing.
fn head(addition: &Addition, format: &Format<'_>) -> Result<String, Refusal> {
    Ok(match &addition.head {
        Head::None | Head::Name => String::new(),
        Head::Key(key) => format!("{}: ", code::string(key, format.quote)),
        Head::Keyword(name) => format!("{}=", code::identifier(name)?),
    })
}

fn render_item(
    addition: &Addition,
    format: &Format<'_>,
    indent: &str,
    column: usize,
) -> Result<String, Refusal> {
    let head = head(addition, format)?;
    let column = column + head.chars().count();
    Ok(format!("{head}{}", code::render(&addition.value, format, indent, column, 1)?))
}
