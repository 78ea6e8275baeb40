//! The list of edits on one text while a plan is made: who asked for each, which of them clash, which pieces get a
//! line of their own on the way, and the result.

use std::collections::BTreeSet;
use std::ops::Range;

use super::TextEdit;
use super::text::Text;

/// The fixes (by position in the request) that an edit belongs to.
pub(super) type Fixes = BTreeSet<usize>;

#[derive(Clone, Debug)]
struct Owned {
    range: Range<usize>,
    text: String,
    fixes: Fixes,
}

/// Edits on one text, in the order in which they were asked for.
#[derive(Debug, Default)]
pub(super) struct Edits {
    list: Vec<Owned>,
    /// Pieces of one line that start a line of their own afterwards, with its indentation; inner ones last.
    moved: Vec<(Range<usize>, String)>,
}

/// Two edits that cannot both be made.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Clash {
    /// Who asked for the first.
    pub(super) first: Fixes,
    /// Who asked for the second.
    pub(super) second: Fixes,
    /// Where they meet, in bytes.
    pub(super) at: usize,
}

impl Edits {
    pub(super) fn replace(&mut self, range: Range<usize>, text: impl Into<String>, fixes: &Fixes) {
        self.list.push(Owned { range, text: text.into(), fixes: fixes.clone() });
    }

    pub(super) fn insert(&mut self, at: usize, text: impl Into<String>, fixes: &Fixes) {
        self.replace(at..at, text, fixes);
    }

    pub(super) fn delete(&mut self, range: Range<usize>, fixes: &Fixes) {
        if !range.is_empty() {
            self.replace(range, "", fixes);
        }
    }

    /// Notes that the piece at `range` will stand on a line of its own, and a comma behind it.
    pub(super) fn moves(&mut self, range: Range<usize>, indent: &str) {
        self.moved.push((range, indent.to_owned()));
    }

    fn moved(&self, at: usize) -> Option<&(Range<usize>, String)> {
        self.moved.iter().rev().find(|(range, _)| range.start <= at && at <= range.end)
    }

    /// The indentation that the line of `at` will have.
    pub(super) fn indent(&self, text: &Text<'_>, at: usize) -> String {
        self.moved(at).map_or_else(|| text.indent(at).to_owned(), |(_, indent)| indent.clone())
    }

    /// How many characters will stand before `at` on its line, other edits apart.
    pub(super) fn column(&self, text: &Text<'_>, at: usize) -> usize {
        match self.moved(at) {
            Some((range, indent)) => indent.chars().count() + text.text[range.start..at].chars().count(),
            None => text.column(at),
        }
    }

    /// How many characters will follow `at` on its line, other edits apart.
    pub(super) fn rest(&self, text: &Text<'_>, at: usize) -> usize {
        match self.moved(at) {
            Some((range, _)) => text.text[at..range.end].chars().count() + 1,
            None => text.text[at..text.line_end(at)].chars().count(),
        }
    }

    /// The first byte that some edit of `fixes` touches.
    pub(super) fn first_touched(&self, fixes: &Fixes) -> Option<usize> {
        self.list.iter().filter(|e| !e.fixes.is_disjoint(fixes)).map(|e| e.range.start).min()
    }

    /// Sorted, disjoint edits. Deletions that overlap are joined, equal edits are one; all else is a clash.
    pub(super) fn finish(mut self) -> Result<Vec<TextEdit>, Clash> {
        // Insertions come before a replacement that starts at the same byte; otherwise the order asked for.
        self.list.sort_by_key(|e| (e.range.start, !e.range.is_empty()));
        let mut done: Vec<Owned> = Vec::with_capacity(self.list.len());
        for edit in self.list {
            let Some(last) = done.last_mut().filter(|l| edit.range.start < l.range.end) else {
                done.push(edit);
                continue;
            };
            let equal = last.range == edit.range && last.text == edit.text;
            let deletions = last.text.is_empty() && edit.text.is_empty();
            if !equal && !deletions {
                return Err(Clash { first: last.fixes.clone(), second: edit.fixes, at: edit.range.start });
            }
            last.range.end = last.range.end.max(edit.range.end);
            last.fixes.extend(edit.fixes);
        }
        Ok(done.into_iter().map(|e| TextEdit { range: e.range, text: e.text }).collect())
    }
}

/// The text with sorted, disjoint edits made.
pub(super) fn apply_edits(text: &str, edits: &[TextEdit]) -> String {
    let mut out = String::with_capacity(text.len() + edits.iter().map(|e| e.text.len()).sum::<usize>());
    let mut at = 0;
    for edit in edits {
        out.push_str(&text[at..edit.range.start]);
        out.push_str(&edit.text);
        at = edit.range.end;
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finish(edits: &[(Range<usize>, &str, usize)]) -> Result<String, Clash> {
        let mut list = Edits::default();
        for (range, text, fix) in edits {
            list.replace(range.clone(), *text, &Fixes::from([*fix]));
        }
        list.finish().map(|edits| apply_edits("abcdef", &edits))
    }

    #[test]
    fn edits_side_by_side_are_made_in_order() {
        assert_eq!(
            finish(&[(3..3, "X", 0), (3..3, "Y", 1), (1..3, "", 0), (3..4, "Z", 1)]).unwrap(),
            "aXYZef"
        );
    }

    #[test]
    fn overlapping_deletions_are_one() {
        assert_eq!(finish(&[(1..4, "", 0), (2..5, "", 1)]).unwrap(), "af");
    }

    #[test]
    fn other_overlaps_name_both_sides() {
        let clash = finish(&[(1..4, "x", 0), (2..5, "y", 7)]).unwrap_err();
        assert_eq!((clash.first, clash.second, clash.at), (Fixes::from([0]), Fixes::from([7]), 2));
        assert!(finish(&[(1..4, "", 0), (2..2, "y", 1)]).is_err());
    }
}
