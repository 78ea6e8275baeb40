//! Entries of displays and arguments of calls: finding the one that is meant, and noting what shall change.

use std::borrow::Cow;
use std::ops::Range;

use crate::edit::edits::{Edits, Fixes};
use crate::edit::plan::Refusal;
use crate::edit::{Code, Position, code};
use crate::python::ast::{DictItem, Expr, Keyword};
use crate::python::{Ranged as _, dotted_name};

use super::collection::{Addition, Batch, Collection, Head};
use super::expression::{is_entry, normal_code, replace};
use super::{ExprPlace, PyFile, offsets, span_offsets};

/// One item of a display or call, as the tree has it.
#[derive(Clone, Copy)]
pub(super) enum Entry<'a> {
    Element(&'a Expr),
    Pair(&'a DictItem),
    Named(&'a Keyword),
}

impl<'a> Entry<'a> {
    pub(super) fn value(self) -> &'a Expr {
        match self {
            Self::Element(expr) => expr,
            Self::Pair(item) => &item.value,
            Self::Named(keyword) => &keyword.value,
        }
    }

    fn range(self) -> Range<usize> {
        match self {
            Self::Element(expr) => offsets(expr.range()),
            Self::Pair(item) => {
                let value = offsets(item.value.range());
                item.key.as_ref().map_or(value.start, |k| offsets(k.range()).start)..value.end
            }
            Self::Named(keyword) => offsets(keyword.range()),
        }
    }

    /// The text key or keyword name, and whether it unpacks another mapping.
    fn key(self) -> (Option<Cow<'a, str>>, bool) {
        match self {
            Self::Element(_) => (None, false),
            Self::Pair(item) => (item.key.as_ref().and_then(text_key).map(Cow::Owned), item.key.is_none()),
            Self::Named(keyword) => match &keyword.arg {
                Some(name) => (Some(Cow::Borrowed(name.as_str())), false),
                None => (None, true),
            },
        }
    }
}

/// The value of a string literal.
pub(super) fn text_key(expr: &Expr) -> Option<String> {
    expr.as_string_literal_expr().map(|s| s.value.to_str().to_owned())
}

/// The items of a display or call, in the order of the text.
pub(super) fn entries(expr: &Expr) -> Vec<Entry<'_>> {
    match expr {
        Expr::List(list) => list.elts.iter().map(Entry::Element).collect(),
        Expr::Tuple(tuple) => tuple.elts.iter().map(Entry::Element).collect(),
        Expr::Set(set) => set.elts.iter().map(Entry::Element).collect(),
        Expr::Dict(dict) => dict.items.iter().map(Entry::Pair).collect(),
        Expr::Call(call) => {
            let mut all: Vec<Entry<'_>> = call.arguments.args.iter().map(Entry::Element).collect();
            all.extend(call.arguments.keywords.iter().map(Entry::Named));
            all.sort_by_key(|e| e.range().start);
            all
        }
        _ => Vec::new(),
    }
}

/// The brackets and items of a display or call; `None` for anything else, and for a call with a bare generator.
pub(super) fn read_collection(file: &PyFile<'_>, expr: &Expr) -> Option<Collection> {
    let whole = offsets(expr.range());
    let (inside, bracketed, tuple) = match expr {
        Expr::List(_) | Expr::Set(_) | Expr::Dict(_) => (whole.start + 1..whole.end - 1, true, false),
        Expr::Tuple(t) if t.parenthesized => (whole.start + 1..whole.end - 1, true, true),
        Expr::Tuple(_) => (whole, false, true),
        Expr::Call(call) => {
            let bare = |e: &Expr| matches!(e, Expr::Generator(g) if !g.parenthesized);
            if call.arguments.args.iter().any(bare) {
                return None;
            }
            let range = offsets(call.arguments.range());
            (range.start + 1..range.end - 1, true, false)
        }
        _ => return None,
    };
    let ranges: Vec<Range<usize>> = entries(expr).into_iter().map(Entry::range).collect();
    Some(Collection::read(file, inside, &ranges, bracketed, tuple))
}

/// A display or call that is being changed.
pub(in crate::edit) struct Target<'a> {
    file: &'a PyFile<'a>,
    expr: &'a Expr,
    collection: Collection,
    batch: Batch,
    keys: Vec<(String, Code, Fixes)>,
    /// New values of entries that stay.
    values: Vec<(&'a Expr, Code, Fixes)>,
    /// The rank of each new element within its gap.
    ranks: Vec<u8>,
}

/// Two requests for the same key or name that disagree.
pub(in crate::edit) enum TargetError {
    /// It cannot be done.
    Refused(Refusal),
    /// Somebody else asked for something else.
    Conflict(Fixes),
}

impl From<Refusal> for TargetError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl<'a> Target<'a> {
    pub(in crate::edit) fn new(file: &'a PyFile<'a>, expr: &'a Expr) -> Result<Self, Refusal> {
        let at = offsets(expr.range()).start;
        let collection = read_collection(file, expr).ok_or_else(|| {
            file.unsupported(at, "the value here is not a list, dict or call that is written out")
        })?;
        let (batch, keys, values, ranks) = (Batch::default(), Vec::new(), Vec::new(), Vec::new());
        Ok(Self { file, expr, collection, batch, keys, values, ranks })
    }

    /// Sets a dict key (`dict(...)` calls too) or a keyword argument.
    pub(in crate::edit) fn set(
        &mut self,
        key: &str,
        value: &Code,
        keyword: bool,
        fixes: &Fixes,
    ) -> Result<(), TargetError> {
        if let Some((_, known, others)) = self.keys.iter().find(|(k, ..)| k == key) {
            if known == value {
                return Ok(());
            }
            return Err(TargetError::Conflict(others.clone()));
        }
        self.keys.push((key.to_owned(), value.clone(), fixes.clone()));
        self.check_kind(keyword)?;
        let all = entries(self.expr);
        let unpacked_last = all.iter().rposition(|e| e.key().1);
        let at = all.iter().rposition(|e| e.key().0.as_deref() == Some(key));
        let is_call = matches!(self.expr, Expr::Call(_));
        if let Some(index) = at {
            if let Some(others) = self.batch.removals.get(&index) {
                return Err(TargetError::Conflict(others.clone()));
            }
            if unpacked_last.is_some_and(|u| u > index && !is_call) {
                let at = self.collection.items[index].start;
                let reason = format!("a `**` after the key `{key}` may set it again");
                return Err(self.file.unsupported(at, reason).into());
            }
            self.values.push((all[index].value(), value.clone(), fixes.clone()));
            return Ok(());
        }
        if is_call && unpacked_last.is_some() {
            let at = self.collection.open;
            let reason = format!("the call unpacks `**` arguments, which may hold `{key}` already");
            return Err(self.file.unsupported(at, reason).into());
        }
        let head = if is_call {
            Head::Keyword(code::identifier(key)?.to_owned())
        } else {
            Head::Key(key.to_owned())
        };
        let gap = all.len();
        self.batch.additions.push(Addition { gap, head, value: value.clone(), fixes: fixes.clone() });
        Ok(())
    }

    fn check_kind(&self, keyword: bool) -> Result<(), Refusal> {
        let fits = match self.expr {
            Expr::Dict(_) => !keyword,
            Expr::Call(call) => keyword || dotted_name(&call.func).as_deref() == Some("dict"),
            _ => false,
        };
        if fits {
            return Ok(());
        }
        let wanted = if keyword { "a call" } else { "a dict that is written out" };
        Err(self.file.unsupported(self.collection.open, format!("the value here is not {wanted}")))
    }

    /// Removes every entry with this key.
    pub(in crate::edit) fn remove_key(&mut self, key: &str, fixes: &Fixes) -> Result<(), TargetError> {
        self.check_kind(false)?;
        if let Some((_, _, others)) = self.keys.iter().find(|(k, ..)| k == key) {
            return Err(TargetError::Conflict(others.clone()));
        }
        for (index, entry) in entries(self.expr).into_iter().enumerate() {
            if entry.key().0.as_deref() == Some(key) {
                self.batch.removals.entry(index).or_default().extend(fixes);
            }
        }
        Ok(())
    }

    /// Removes the element or argument at a range.
    pub(in crate::edit) fn remove_at(
        &mut self,
        range: &Range<usize>,
        fixes: &Fixes,
    ) -> Result<(), TargetError> {
        let index = self.collection.position(range).ok_or(Refusal::Stale)?;
        self.batch.removals.entry(index).or_default().extend(fixes);
        Ok(())
    }

    /// Notes a new element. One that stands there already, and stays, is not added again.
    pub(in crate::edit) fn add(
        &mut self,
        value: &Code,
        position: Position,
        fixes: &Fixes,
    ) -> Result<(), TargetError> {
        if matches!(self.expr, Expr::Dict(_) | Expr::Call(_)) {
            let reason = "the value here is not a list, tuple or set that is written out";
            return Err(self.file.unsupported(self.collection.open, reason).into());
        }
        let count = self.collection.items.len();
        let find = |span| self.collection.position(&span_offsets(span)).ok_or(Refusal::Stale);
        // Of several in one gap, the first is to be first and the last last.
        let (gap, rank) = match position {
            Position::First => (0, 0),
            Position::After(span) => (find(span)? + 1, 1),
            Position::Before(span) => (find(span)?, 2),
            Position::Last => (count, 3),
        };
        let wanted = normal_code(self.file, value)?;
        for known in self.batch.additions.iter_mut().filter(|a| a.gap == gap) {
            if normal_code(self.file, &known.value)? == wanted {
                known.fixes.extend(fixes);
                return Ok(());
            }
        }
        let addition = Addition { gap, head: Head::None, value: value.clone(), fixes: fixes.clone() };
        let later = self.ranks.iter().position(|other| *other > rank).unwrap_or(self.ranks.len());
        self.batch.additions.insert(later, addition);
        self.ranks.insert(later, rank);
        Ok(())
    }

    /// Makes the edits.
    pub(in crate::edit) fn finish(mut self, edits: &mut Edits) -> Result<(), (Refusal, Fixes)> {
        let everyone: Fixes = self
            .batch
            .additions
            .iter()
            .flat_map(|a| &a.fixes)
            .chain(self.batch.removals.values().flatten())
            .copied()
            .collect();
        let kept: Vec<Entry<'_>> = entries(self.expr)
            .into_iter()
            .enumerate()
            .filter(|(i, _)| !self.batch.removals.contains_key(i))
            .map(|(_, e)| e)
            .collect();
        let mut additions = Vec::new();
        for addition in std::mem::take(&mut self.batch.additions) {
            let mut there = false;
            if addition.head == Head::None {
                for entry in &kept {
                    there |=
                        is_entry(self.file, *entry, &addition.value).map_err(|r| (r, everyone.clone()))?;
                }
            }
            if !there {
                additions.push(addition);
            }
        }
        self.batch.additions = additions;
        if !self.batch.additions.is_empty() || !self.batch.removals.is_empty() {
            self.collection.change(self.file, &self.batch, edits).map_err(|r| (r, everyone))?;
        }
        for (expr, value, fixes) in self.values {
            replace(self.file, ExprPlace { expr, free: true }, &value, &fixes, edits)
                .map_err(|r| (r, fixes))?;
        }
        Ok(())
    }
}
