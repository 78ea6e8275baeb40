//! Entries as they are written: only keys that differ change, comments stay.

use time::Date;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value, value};

use crate::checklist::Becomes;
use crate::decisions::{Answer, Waiver, WaiverScope};

pub(super) fn scope_entry(scope: &WaiverScope) -> (&'static str, &str) {
    match scope {
        WaiverScope::Place(print) => ("fingerprint", print),
        WaiverScope::Folder(folder) => ("folder", folder),
        WaiverScope::Everywhere => ("scope", "everywhere"),
    }
}

pub(super) fn write_answer(table: &mut Table, answer: &Answer) {
    let Answer { project: _, practice: _, becomes, choice, note, by, on, review } = answer;
    let state = match becomes {
        Becomes::Fail => "fail",
        Becomes::Attested => "attested",
        Becomes::NotApplicable => "n/a",
        Becomes::Open => "open",
    };
    put(table, "state", state.into());
    put_text(table, "choice", &choice.map(String::from).unwrap_or_default());
    put_text(table, "note", note);
    put(table, "by", by.as_str().into());
    put(table, "on", date_value(*on));
    match review {
        Some(date) => put(table, "review", date_value(*date)),
        None => drop(table.remove("review")),
    }
}

pub(super) fn write_waiver(table: &mut Table, waiver: &Waiver) {
    let Waiver { project: _, check: _, scope: _, reason, owner, expires, ticket, on } = waiver;
    put(table, "reason", reason.as_str().into());
    put(table, "owner", owner.as_str().into());
    put(table, "expires", date_value(*expires));
    put_text(table, "ticket", ticket);
    put(table, "on", date_value(*on));
}

pub(super) fn date_value(date: Date) -> Value {
    let date = toml_edit::Date {
        year: date.year().unsigned_abs() as u16,
        month: date.month().into(),
        day: date.day(),
    };
    toml_edit::Datetime { date: Some(date), time: None, offset: None }.into()
}

/// Sets a value and keeps the comment that stands behind the old one.
pub(super) fn put(table: &mut Table, key: &str, mut new: Value) {
    if let Some(old) = table.get(key).and_then(Item::as_value) {
        *new.decor_mut() = old.decor().clone();
    }
    table[key] = value(new);
}

fn put_text(table: &mut Table, key: &str, text: &str) {
    if text.is_empty() { drop(table.remove(key)) } else { put(table, key, text.into()) }
}

fn matches(table: &Table, keys: &[(&str, &str)]) -> bool {
    keys.iter().all(|(key, wanted)| table.get(key).and_then(Item::as_str).unwrap_or_default() == *wanted)
}

/// The entry with these keys, added at the end of its list when there is none.
pub(super) fn upsert<'a>(document: &'a mut DocumentMut, list: &str, keys: &[(&str, &str)]) -> &'a mut Table {
    let item = document.entry(list).or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    let tables = item.as_array_of_tables_mut().expect("internal error: checked when the file was read");
    let found = tables.iter().position(|t| matches(t, keys));
    if found.is_none() {
        let mut table = Table::new();
        table.decor_mut().set_prefix("\n");
        for (key, text) in keys.iter().filter(|(_, text)| !text.is_empty()) {
            put(&mut table, key, (*text).into());
        }
        tables.push(table);
    }
    let at = found.unwrap_or(tables.len() - 1);
    tables.get_mut(at).expect("internal error: found above")
}

pub(super) fn remove(document: &mut DocumentMut, list: &str, keys: &[(&str, &str)]) {
    if let Some(tables) = document.get_mut(list).and_then(Item::as_array_of_tables_mut) {
        tables.retain(|t| !matches(t, keys));
    }
}
