//! TOML: read with `toml_edit`, written by span. Its own printer changes line breaks, drops the byte-order mark
//! and moves comments; here every byte outside the change stays. One operation at a time, parsed anew.

mod layout;
mod lex;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;

use toml_edit::{Document, Item, Key, TableLike, Value};

use super::edits::Fixes;
use super::plan::{Refusal, Stop};
use super::text::{Text, is_blank};
use super::{Code, Operation};
use layout::{Layout, key_text};

pub(super) use lex::{Kind, pieces};

/// Makes all operations on a text. `touched` gets the key paths that change.
pub(super) fn plan(
    text: &str,
    operations: &[(&Operation, Fixes)],
    touched: &mut BTreeSet<Vec<String>>,
) -> Result<String, Stop> {
    let mut now = text.to_owned();
    let mut seen: BTreeMap<Vec<String>, (Option<&Code>, &Fixes)> = BTreeMap::new();
    for (operation, fixes) in operations {
        let (table, key, value) = match operation {
            Operation::SetTomlKey { table, key, value, .. } => (table, key, Some(value)),
            Operation::RemoveTomlKey { table, key, .. } => (table, key, None),
            _ => return Err(Stop::Refused(Refusal::Stale, fixes.clone())),
        };
        let mut path = table.clone();
        path.push(key.clone());
        if let Some((known, others)) = seen.insert(path.clone(), (value, fixes)) {
            if known == value {
                continue;
            }
            return Err(Stop::Conflict(others.clone(), fixes.clone(), 0));
        }
        touched.insert(path);
        let changed = match value {
            Some(value) => set(&now, table, key, value),
            None => remove(&now, table, key),
        };
        now = changed.map_err(|why| Stop::Refused(why, fixes.clone()))?;
    }
    Ok(now)
}

/// Every value of a text by its key path, tables opened.
pub(super) fn flatten(text: &str) -> Result<BTreeMap<Vec<String>, String>, String> {
    fn walk(table: &dyn TableLike, path: &mut Vec<String>, out: &mut BTreeMap<Vec<String>, String>) {
        for (key, item) in table.iter() {
            path.push(key.to_owned());
            match item {
                Item::ArrayOfTables(tables) => {
                    for (i, table) in tables.iter().enumerate() {
                        path.push(i.to_string());
                        walk(table, path, out);
                        path.pop();
                    }
                }
                item => match item.as_table_like() {
                    Some(inner) => walk(inner, path, out),
                    None => {
                        out.insert(path.clone(), plain(item));
                    }
                },
            }
            path.pop();
        }
    }
    fn plain(item: &Item) -> String {
        match item {
            Item::Value(Value::String(s)) => format!("{:?}", s.value()),
            Item::Value(Value::Integer(i)) => i.value().to_string(),
            Item::Value(Value::Float(f)) => format!("{:?}", f.value()),
            Item::Value(Value::Boolean(b)) => b.value().to_string(),
            Item::Value(Value::Datetime(d)) => d.value().to_string(),
            Item::Value(Value::Array(items)) => {
                let items: Vec<String> = items.iter().map(|v| plain(&Item::Value(v.clone()))).collect();
                format!("[{}]", items.join(", "))
            }
            Item::Value(Value::InlineTable(table)) => {
                let items: Vec<String> =
                    table.iter().map(|(k, v)| format!("{k:?}={}", plain(&Item::Value(v.clone())))).collect();
                format!("{{{}}}", items.join(", "))
            }
            Item::Table(_) | Item::ArrayOfTables(_) | Item::None => String::new(),
        }
    }
    let document = Document::parse(text).map_err(|e| e.message().to_owned())?;
    let mut out = BTreeMap::new();
    walk(document.as_table(), &mut Vec::new(), &mut out);
    Ok(out)
}

fn read(text: &str) -> Result<Document<&str>, Refusal> {
    Document::parse(text).map_err(|error| Refusal::Broken {
        line: error.span().map_or(1, |s| Text::new(text).line(s.start)),
        message: error.message().to_owned(),
    })
}

/// Where a key path leads.
enum Found<'a> {
    /// To the table that shall hold the key. `dotted` is what has to stand before the key in a line of the
    /// nearest table with a header.
    Table { table: &'a dyn TableLike, item: Option<&'a Item>, dotted: Vec<String> },
    /// To an ancestor only; `missing` is not there.
    Missing { ancestor: &'a dyn TableLike, item: Option<&'a Item>, dotted: Vec<String>, missing: Vec<String> },
}

fn find<'a>(text: &Text<'_>, root: &'a toml_edit::Table, path: &[String]) -> Result<Found<'a>, Refusal> {
    let (mut table, mut item, mut dotted): (&dyn TableLike, Option<&Item>, Vec<String>) =
        (root, None, Vec::new());
    for (depth, name) in path.iter().enumerate() {
        match table.get(name) {
            None => {
                let missing = path[depth..].to_vec();
                return Ok(Found::Missing { ancestor: table, item, dotted, missing });
            }
            Some(next) => {
                let Some(inner) = next.as_table_like() else {
                    let line = next.span().map_or(1, |s| text.line(s.start));
                    return Err(Refusal::Unsupported { line, reason: format!("`{name}` is not a table") });
                };
                match next {
                    Item::Table(t) if t.is_dotted() => dotted.push(name.clone()),
                    Item::Value(_) if item.is_some_and(Item::is_value) => {}
                    _ => dotted.clear(),
                }
                (table, item) = (inner, Some(next));
            }
        }
    }
    Ok(Found::Table { table, item, dotted })
}

fn set(text: &str, path: &[String], key: &str, value: &Code) -> Result<String, Refusal> {
    let document = read(text)?;
    let lines = Text::new(text);
    let layout = Layout::of(text);
    match find(&lines, document.as_table(), path)? {
        Found::Table { table, item, dotted } => {
            if let Some(old) = table.get(key) {
                return replace(&lines, &layout, table.key(key), old, value);
            }
            if item.is_some_and(Item::is_value) {
                let pair = format!("{} = {}", key_text(key), layout.inline(value)?);
                return insert_inline(&lines, item, table, &pair);
            }
            let pair = layout.pair(&dotted, key, value)?;
            Ok(insert_line(&lines, &layout, document.as_table(), table, item, &pair, path))
        }
        Found::Missing { ancestor, item, dotted, missing } => {
            if item.is_some_and(Item::is_value) {
                let mut pair = format!("{{ {} = {} }}", key_text(key), layout.inline(value)?);
                for (depth, name) in missing.iter().enumerate().rev() {
                    pair = format!("{} = {pair}", key_text(name));
                    if depth > 0 {
                        pair = format!("{{ {pair} }}");
                    }
                }
                return insert_inline(&lines, item, ancestor, &pair);
            }
            if !dotted.is_empty() {
                let prefix: Vec<String> = dotted.into_iter().chain(missing).collect();
                let pair = layout.pair(&prefix, key, value)?;
                return Ok(insert_line(&lines, &layout, document.as_table(), ancestor, item, &pair, path));
            }
            let at = item.map_or(text.len(), |_| section_end(&lines, ancestor, item));
            Ok(add_table(&lines, &layout, at, path, &layout.pair(&[], key, value)?))
        }
    }
}

/// Replaces a value; the comment behind it stays, comments inside go above the key.
fn replace(
    lines: &Text<'_>,
    layout: &Layout,
    key: Option<&Key>,
    old: &Item,
    value: &Code,
) -> Result<String, Refusal> {
    let text = lines.text;
    let (Some(span), false) = (old.span(), old.is_table()) else {
        let line = old.span().map_or(1, |s| lines.line(s.start));
        return Err(Refusal::Unsupported { line, reason: "the key is a table here, not a value".to_owned() });
    };
    let start = lines.line_start(key.and_then(Key::span).map_or(span.start, |s| s.start));
    let quote = text[span.clone()].chars().next().filter(|c| matches!(c, '"' | '\'')).unwrap_or(layout.quote);
    let layout = Layout { quote, ..layout.clone() };
    let broken = text[span.clone()].contains('\n') && old.is_array();
    let column = lines.column(span.start);
    let new = match value {
        Code::List(items) | Code::Tuple(items) if broken && !items.is_empty() => {
            layout.broken(items, lines.indent(span.start))?
        }
        _ => layout.value(value, lines.indent(span.start), column)?,
    };
    let mut comments = String::new();
    for (range, kind) in pieces(&text[span.clone()]) {
        if kind == Kind::Comment {
            let comment = &text[span.start + range.start..span.start + range.end];
            let _ = write!(comments, "{}{comment}{}", lines.indent(start), layout.eol);
        }
    }
    if !comments.is_empty() && !is_blank(&text[start..key.and_then(Key::span).map_or(start, |s| s.start)]) {
        return Err(Refusal::WouldLoseComment { line: lines.line(span.start) });
    }
    Ok(format!("{}{comments}{}{new}{}", &text[..start], &text[start..span.start], &text[span.end..]))
}

/// Adds `key = value` before the closing brace of an inline table.
fn insert_inline(
    lines: &Text<'_>,
    item: Option<&Item>,
    table: &dyn TableLike,
    pair: &str,
) -> Result<String, Refusal> {
    let text = lines.text;
    let span = item.and_then(Item::span).ok_or(Refusal::Stale)?;
    let last = table.iter().filter_map(|(_, v)| last_byte(v)).max();
    let Some(last) = last else {
        let inner = if text[span.clone()].trim_matches(['{', '}']).is_empty() { "" } else { " " };
        let blank = if inner.is_empty() { " " } else { "" };
        return Ok(format!(
            "{}{blank}{inner}{pair}{blank}{}",
            &text[..=span.start],
            text[span.start + 1..].trim_start_matches(' ')
        ));
    };
    let rest = &text[last..span.end];
    if let Some((comma, _)) = pieces(rest).into_iter().find(|(r, _)| &rest[r.clone()] == ",") {
        let at = last + comma.end;
        return Ok(format!("{} {pair}{}", &text[..at], &text[at..]));
    }
    Ok(format!("{}, {pair}{}", &text[..last], &text[last..]))
}

/// The end of the last value below an item, headers of tables left out.
fn last_byte(item: &Item) -> Option<usize> {
    match item {
        Item::Table(table) if table.is_dotted() => table.iter().filter_map(|(_, v)| last_byte(v)).max(),
        Item::Value(value) => value.span().map(|s| s.end).or_else(|| {
            value.as_inline_table().and_then(|t| t.iter().filter_map(|(_, v)| v.span().map(|s| s.end)).max())
        }),
        _ => None,
    }
}

/// The end of everything below a table, headers and nested tables included.
fn section_end(lines: &Text<'_>, table: &dyn TableLike, item: Option<&Item>) -> usize {
    fn deepest(table: &dyn TableLike, mut end: usize) -> usize {
        for (_, item) in table.iter() {
            end = end.max(item.span().map_or(0, |s| s.end));
            match item {
                Item::ArrayOfTables(tables) => {
                    for table in tables {
                        end = deepest(table, end.max(table.span().map_or(0, |s| s.end)));
                    }
                }
                item => {
                    if let Some(inner) = item.as_table_like() {
                        end = deepest(inner, end);
                    }
                }
            }
        }
        end
    }
    let end = deepest(table, item.and_then(Item::span).map_or(0, |s| s.end));
    lines.next_line(end.saturating_sub(1))
}

/// Adds a line to a table with a header, or to the top of the file.
fn insert_line(
    lines: &Text<'_>,
    layout: &Layout,
    root: &toml_edit::Table,
    table: &dyn TableLike,
    item: Option<&Item>,
    pair: &str,
    path: &[String],
) -> String {
    let text = lines.text;
    let eol = layout.eol;
    let last = table.iter().filter_map(|(_, v)| last_byte(v)).max();
    let header = item.filter(|i| i.as_table().is_some_and(|t| !t.is_implicit())).and_then(Item::span);
    if let Some(end) = last.or(header.map(|h| h.end)) {
        let indent = last.map_or("", |_| lines.indent(first_key(lines, table).unwrap_or(end)));
        let at = lines.next_line(end.saturating_sub(1));
        if text[..at].ends_with('\n') {
            return format!("{}{indent}{pair}{eol}{}", &text[..at], &text[at..]);
        }
        return format!("{text}{eol}{indent}{pair}");
    }
    if item.is_some() {
        // `[a.b]` stands there, `[a]` does not.
        return add_table(lines, layout, section_end(lines, table, item), path, pair);
    }
    // The top has no keys yet: before the first header and its comments.
    let Some(first) = first_header(root) else {
        let open = !text.is_empty() && !text.ends_with('\n');
        let (lead, tail) = if open { (eol, "") } else { ("", eol) };
        return format!("{text}{lead}{pair}{tail}");
    };
    let mut at = lines.line_start(first);
    while at > 0 && text[lines.line_start(at - 1)..at].trim_start().starts_with('#') {
        at = lines.line_start(at - 1);
    }
    format!("{}{pair}{eol}{eol}{}", &text[..at], &text[at..])
}

fn first_key(lines: &Text<'_>, table: &dyn TableLike) -> Option<usize> {
    table
        .iter()
        .filter(|(_, item)| last_byte(item).is_some())
        .filter_map(|(key, _)| table.key(key).and_then(Key::span))
        .map(|s| s.start)
        .find(|&s| lines.starts_line(s))
}

fn first_header(table: &toml_edit::Table) -> Option<usize> {
    let mut first: Option<usize> = None;
    for (_, item) in table {
        let found = match item {
            Item::Table(inner) if !inner.is_implicit() && !inner.is_dotted() => inner.span().map(|s| s.start),
            Item::Table(inner) => first_header(inner),
            Item::ArrayOfTables(tables) => tables.iter().filter_map(|t| t.span().map(|s| s.start)).min(),
            Item::Value(_) | Item::None => None,
        };
        first = first.into_iter().chain(found).min();
    }
    first
}

/// Adds `[path]` with one line at a line start, blank lines around.
fn add_table(lines: &Text<'_>, layout: &Layout, at: usize, path: &[String], pair: &str) -> String {
    let text = lines.text;
    let eol = layout.eol;
    let names: Vec<String> = path.iter().map(|n| key_text(n)).collect();
    let (before, after) = text.split_at(at);
    let mut out = before.to_owned();
    let open = !before.is_empty() && !before.ends_with('\n');
    if open {
        out.push_str(eol);
    }
    let blank = before.is_empty() || before.lines().last().is_some_and(is_blank);
    if !blank {
        out.push_str(eol);
    }
    let _ = write!(out, "[{}]{eol}{pair}", names.join("."));
    if !(open && after.is_empty()) {
        out.push_str(eol);
    }
    if !after.is_empty() && !after.starts_with(['\n', '\r']) {
        out.push_str(eol);
    }
    out.push_str(after);
    out
}

fn remove(text: &str, path: &[String], key: &str) -> Result<String, Refusal> {
    let document = read(text)?;
    let lines = Text::new(text);
    let Found::Table { table, item, .. } = find(&lines, document.as_table(), path)? else {
        return Ok(text.to_owned());
    };
    let Some(old) = table.get(key) else { return Ok(text.to_owned()) };
    let (Some(value), Some(name)) =
        (old.span().filter(|_| !old.is_table()), table.key(key).and_then(Key::span))
    else {
        let line = old.span().map_or(1, |s| lines.line(s.start));
        return Err(Refusal::Unsupported { line, reason: format!("`{key}` is a table, not a value") });
    };
    if item.is_some_and(Item::is_value) {
        let range = inline_entry(text, name.start, value.end);
        return Ok(format!("{}{}", &text[..range.start], &text[range.end..]));
    }
    let start = lines.line_start(name.start);
    let mut out = format!("{}{}", &text[..start], &text[lines.next_line(value.end - 1)..]);
    if !text.ends_with('\n') && out.len() == start {
        out.truncate(out.trim_end_matches(['\n', '\r']).len());
    }
    Ok(out)
}

/// An entry of an inline table with the comma that goes with it.
fn inline_entry(text: &str, start: usize, end: usize) -> Range<usize> {
    let after = &text[end..];
    let blanks = after.len() - after.trim_start().len();
    if after[blanks..].starts_with(',') {
        let behind = &after[blanks + 1..];
        return start..end + blanks + 1 + (behind.len() - behind.trim_start_matches(' ').len());
    }
    let before = text[..start].trim_end();
    if before.ends_with(',') { before.len() - 1..end } else { start..end }
}
