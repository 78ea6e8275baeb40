//! YAML as the reader within dynaconf takes it (version 1.2: `yes` and `on` are texts). Rare spellings of numbers,
//! tags and merge keys are not read: such values cannot be told.

use rustc_hash::FxHashMap;
use saphyr_parser::{Event, Parser, ScalarStyle};

use super::super::Value;
use super::data::{Data, Key, Kind};
use crate::source::{FileId, Span};

/// How deep documents may nest, and how many values aliases may make of it.
const MAX_DEPTH: usize = 50;
const MAX_VALUES: usize = 50_000;

/// A list or table that is being read.
struct Open {
    at: Span,
    anchor: usize,
    is_table: bool,
    closed: bool,
    items: Vec<Data>,
}

/// The one document of a file.
pub(super) fn read(file: FileId, text: &str) -> Result<Data, (String, Span)> {
    // Places are counted in characters.
    let bytes: Vec<u32> = text.char_indices().map(|(at, _)| at as u32).collect();
    let byte = |index: usize| bytes.get(index).copied().unwrap_or(text.len() as u32);
    let mut anchors: FxHashMap<usize, Data> = FxHashMap::default();
    let (mut open, mut done): (Vec<Open>, Vec<Data>) = (Vec::new(), Vec::new());
    let mut left = MAX_VALUES;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let at = byte(error.marker().index());
            (error.info().to_owned(), Span { file, range: (at, at) })
        })?;
        let at = Span { file, range: (byte(span.start.index()), byte(span.end.index())) };
        let failed = |why: &str| Err((why.to_owned(), at));
        let (data, anchor) = match event {
            Event::SequenceStart(anchor, tag) => {
                open.push(Open { at, anchor, is_table: false, closed: tag.is_some(), items: Vec::new() });
                if open.len() > MAX_DEPTH {
                    return failed("values that nest too deeply");
                }
                continue;
            }
            Event::MappingStart(anchor, tag) => {
                open.push(Open { at, anchor, is_table: true, closed: tag.is_some(), items: Vec::new() });
                if open.len() > MAX_DEPTH {
                    return failed("values that nest too deeply");
                }
                continue;
            }
            Event::Scalar(text, style, anchor, tag) => {
                let data = match (&tag, style) {
                    (Some(tag), _) if tag.suffix == "str" => Data::text(&text, Some(at)),
                    (Some(_), _) => Data::unknown("a YAML value with a tag", Some(at)),
                    (None, ScalarStyle::Plain) => Data::plain(plain(&text), Some(at)),
                    (None, _) => Data::text(&text, Some(at)),
                };
                (data, anchor)
            }
            Event::Alias(anchor) => match anchors.get(&anchor) {
                Some(data) => {
                    left = left.saturating_sub(size(data));
                    if left == 0 {
                        return failed("aliases that repeat too much");
                    }
                    (data.clone(), 0)
                }
                None => return failed("an alias of nothing"),
            },
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(last) => {
                    let anchor = last.anchor;
                    (close(last)?, anchor)
                }
                None => continue,
            },
            _ => continue,
        };
        if anchor > 0 {
            anchors.insert(anchor, data.clone());
        }
        match open.last_mut() {
            Some(parent) => parent.items.push(data),
            None => done.push(data),
        }
    }
    let start = Span { file, range: (0, 0) };
    match done.len() {
        0 => Ok(Data::none()),
        1 => Ok(done.remove(0)),
        _ => Err(("more than one document".to_owned(), start)),
    }
}

fn close(open: Open) -> Result<Data, (String, Span)> {
    let at = Some(open.at);
    if open.closed {
        return Ok(Data::unknown("a YAML value with a tag", at));
    }
    if !open.is_table {
        return Ok(Data::new(Kind::List(open.items), at));
    }
    let mut entries: Vec<(Key, Data)> = Vec::new();
    let mut items = open.items.into_iter();
    while let (Some(key), Some(value)) = (items.next(), items.next()) {
        let Some(text) = key.as_str() else {
            return Ok(Data::unknown("a YAML table with keys that are no texts", at));
        };
        if entries.iter().any(|(known, _)| known.text == text) {
            return Err((format!("the key {text} stands twice"), key.at.unwrap_or(open.at)));
        }
        entries.push((Key { text: text.to_owned(), at: key.at }, value));
    }
    Ok(Data::new(Kind::Table(entries), at))
}

fn size(data: &Data) -> usize {
    match &data.kind {
        Kind::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Kind::Table(entries) => 1 + entries.iter().map(|(_, value)| size(value)).sum::<usize>(),
        _ => 1,
    }
}

/// What a text without quotes is.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::None,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if digits(unsigned)
        && let Ok(number) = text.parse()
    {
        return Value::Int(number);
    }
    if let Some((whole, part)) = unsigned.split_once('.')
        && digits(whole)
        && digits(part)
        && let Ok(number) = text.parse()
    {
        return Value::Float(number);
    }
    let address = text.split('.').count() > 2 && text.split('.').all(digits);
    let numeric = |c: char| c.is_ascii_hexdigit() || "xXoO_.+-:TZinfNa ".contains(c);
    let like_number = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
    if !address && like_number && text.chars().all(numeric) || matches!(text, "=" | "<<") {
        let cause = "a YAML value in a spelling that is not read";
        return super::super::Node::unknown(cause, None).value;
    }
    Value::Str(text.to_owned())
}
