//! What becomes of a value that was there before: dynaconf's merging, rule by rule, with its oddities (a list below a
//! merged table is extended by itself; a mark that meets no earlier value stays in the data).

#![expect(clippy::cast_possible_wrap, clippy::cast_sign_loss, reason = "positions in a list, clamped to it")]

use super::super::Value;
use super::data::{Data, Key, Kind, casing, get, pop, put, same};

const MERGE: &str = "dynaconf_merge";
const UNIQUE: &str = "dynaconf_merge_unique";
/// How deep values are merged.
const MAX_DEPTH: usize = 60;
const UNCLEAR: &str = "merged by dynaconf with a value that cannot be told";

/// `new` laid over `old`, with what `old` has besides. `path` leads to the value that is to be replaced and not
/// merged.
pub(super) fn object_merge(old: &Data, new: Data, unique: bool, path: &[&str], depth: usize) -> Data {
    if old.is_none() || new.is_none() || same(old, &new) == Some(true) {
        return new;
    }
    let at = new.at;
    if depth > MAX_DEPTH {
        return Data::unknown("keys that nest too deeply", at);
    }
    let collection = matches!(new.kind, Kind::List(_) | Kind::Table(_));
    if collection && old.is_unclear() {
        return Data::unknown(UNCLEAR, at);
    }
    match (&old.kind, new.kind) {
        (Kind::List(old), Kind::List(new)) => Data { kind: joined(old, new, unique), at, env: Vec::new() },
        (Kind::Table(before), Kind::Table(mut entries)) => {
            for (key, _) in &mut entries {
                if let Some(correct) = casing(before, &key.text) {
                    correct.clone_into(&mut key.text);
                }
            }
            if pop(&mut entries, MERGE).is_none_or(|mark| mark.truth() != Some(false)) {
                for (key, value) in before {
                    let last = path.len() == 1 && casing(before, path[0]) == Some(key.text.as_str());
                    if last && !value.is_none() {
                        continue;
                    }
                    match pop(&mut entries, &key.text) {
                        None => entries.push((key.clone(), value.clone())),
                        Some(inner) => {
                            let inner =
                                object_merge(value, inner, false, path.get(1..).unwrap_or(&[]), depth + 1);
                            put(&mut entries, Key { text: key.text.clone(), at: inner.at.or(key.at) }, inner);
                        }
                    }
                }
            }
            act_on_marks(before, &mut entries, depth);
            Data { kind: Kind::Table(entries), at: old.at.or(at), env: Vec::new() }
        }
        (_, kind) => Data { kind, at, env: new.env },
    }
}

/// The old elements, then the new ones.
fn joined(old: &[Data], mut new: Vec<Data>, mut unique: bool) -> Kind {
    if let Some(mark) = new.iter().position(|item| item.as_str() == Some(UNIQUE)) {
        new.remove(mark);
        unique = true;
    }
    for item in old.iter().rev() {
        if unique {
            let known = new.iter().map(|other| same(item, other));
            match known.fold(Some(false), either) {
                Some(true) => continue,
                Some(false) => {}
                None => return Data::unknown(UNCLEAR, None).kind,
            }
        }
        new.insert(0, item.clone());
    }
    Kind::List(new)
}

fn either(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

/// `@merge`, `@insert`, `@del` and `dynaconf_merge` on the values of a table.
fn act_on_marks(old: &[(Key, Data)], new: &mut Vec<(Key, Data)>, depth: usize) {
    let keys: Vec<String> = new.iter().map(|(key, _)| key.text.clone()).collect();
    for name in keys {
        let existing = casing(old, &name).and_then(|key| get(old, key));
        let Some(slot) = new.iter().position(|(key, _)| key.text == name) else { continue };
        let value = std::mem::replace(&mut new[slot].1, Data::none());
        let value = match value.kind {
            Kind::Delete => {
                new.remove(slot);
                continue;
            }
            Kind::Merge { value, unique } => match existing {
                Some(existing) => object_merge(existing, *value, unique, &[], depth + 1),
                None => *value,
            },
            Kind::Insert { index, value } => inserted(existing, index, *value, false),
            kind => Data { kind, ..value },
        };
        new[slot].1 = match value.kind {
            Kind::List(items) if has(&items, MERGE) || has(&items, UNIQUE) => match existing.map(|e| &e.kind)
            {
                Some(Kind::List(before)) => {
                    let (items, unique) = unmarked(items);
                    Data { kind: joined(before, items, unique), ..value_at(value.at) }
                }
                _ => Data::unknown("merged by dynaconf with something that is no list", value.at),
            },
            Kind::Table(mut entries) => {
                let mark = mark_of(&mut entries);
                let wanted = mark.as_ref().is_some_and(|m| m.truth() != Some(false));
                let inner = match mark {
                    Some(mark) if entries.is_empty() && !is_bool(&mark) => mark,
                    _ => Data { kind: Kind::Table(entries), ..value_at(value.at) },
                };
                match existing {
                    Some(existing) if wanted => object_merge(existing, inner, false, &[], depth + 1),
                    _ => inner,
                }
            }
            kind => Data { kind, at: value.at, env: value.env },
        };
    }
}

fn value_at(at: Option<crate::source::Span>) -> Data {
    Data::plain(Value::None, at)
}

fn has(items: &[Data], mark: &str) -> bool {
    items.iter().any(|item| item.as_str() == Some(mark))
}

/// A list without its mark, and whether it asks for each element once.
fn unmarked(mut items: Vec<Data>) -> (Vec<Data>, bool) {
    for (mark, unique) in [(MERGE, false), (UNIQUE, true)] {
        if let Some(at) = items.iter().position(|item| item.as_str() == Some(mark)) {
            items.remove(at);
            return (items, unique);
        }
    }
    (items, false)
}

/// Takes `dynaconf_merge` out of a table; what it says is usually `true`.
fn mark_of(entries: &mut Vec<(Key, Data)>) -> Option<Data> {
    let unique = pop(entries, UNIQUE);
    pop(entries, MERGE).or(unique)
}

fn is_bool(data: &Data) -> bool {
    matches!(data.kind, Kind::Plain(Value::Bool(_) | Value::None))
}

/// A value in the list that is there, or a new list. An empty list that stands first is not inserted into.
pub(super) fn inserted(existing: Option<&Data>, index: i64, value: Data, first: bool) -> Data {
    let at = value.at;
    match existing {
        Some(Data { kind: Kind::List(before), .. }) if !first || !before.is_empty() => {
            let mut items = before.clone();
            let len = items.len() as i64;
            let index = if index < 0 { index + len } else { index }.clamp(0, len) as usize;
            items.insert(index, value);
            Data::new(Kind::List(items), at)
        }
        Some(existing) if existing.is_unclear() => Data::unknown(UNCLEAR, at),
        _ => Data::new(Kind::List(vec![value]), at),
    }
}

/// A value that takes the place of another one, unless it or its file asks for a merge.
pub(super) fn replaced(existing: &Data, value: Data, merge: bool) -> Data {
    let at = value.at;
    let value = match value.kind {
        Kind::Table(mut entries) => {
            let mark = mark_of(&mut entries);
            let refuses = mark.as_ref().is_some_and(|m| m.truth() == Some(false) && is_bool(m));
            let wanted = mark.as_ref().is_some_and(|m| m.truth() != Some(false));
            let inner = match mark {
                Some(mark) if entries.is_empty() && !is_bool(&mark) => mark,
                _ => Data::new(Kind::Table(entries), at),
            };
            if wanted || merge && !refuses { object_merge(existing, inner, false, &[], 0) } else { inner }
        }
        kind => Data { kind, ..value },
    };
    match value.kind {
        Kind::List(items) => {
            let marked = has(&items, MERGE) || has(&items, UNIQUE);
            let (items, unique) = unmarked(items);
            let inner = Data::new(Kind::List(items), at);
            if marked || merge { object_merge(existing, inner, unique, &[], 0) } else { inner }
        }
        kind => Data { kind, at: value.at, env: value.env },
    }
}
