//! Dicts that several fixes want to write under one new name: `X = {"a": 1}` and `X = {"b": 2}` become one dict with
//! both keys, and so do `dict(Y, a=1)` and `dict(Y, b=2)`, and two dicts for one key. A key with two values
//! is left as it is, and the plan names the conflict. Lists of TOML that several fixes extend become one list.

use super::edits::Fixes;
use super::{Code, Operation};

/// The operations with such dicts put together, each with the fixes that want it.
pub(super) fn merge_dicts(operations: Vec<(&Operation, Fixes)>) -> Vec<(Operation, Fixes)> {
    let mut merged: Vec<(Operation, Fixes)> = Vec::with_capacity(operations.len());
    for (operation, fixes) in operations {
        let both = merged.iter_mut().find_map(|known| Some((union(&known.0, operation)?, known)));
        match both {
            Some((both, known)) => {
                known.0 = both;
                known.1.extend(&fixes);
            }
            None => merged.push((operation.clone(), fixes)),
        }
    }
    for (operation, _) in &mut merged {
        write_out(operation);
    }
    merged
}

/// An extended list is written whole.
fn write_out(operation: &mut Operation) {
    let Operation::ExtendTomlList { file, table, key, list, added } = operation else { return };
    added.sort_by_key(|(index, _)| *index);
    let mut items = std::mem::take(list);
    for (index, value) in added.drain(..).rev() {
        items.insert(index.min(items.len()), value);
    }
    let (file, table, key) = (*file, std::mem::take(table), std::mem::take(key));
    *operation = Operation::SetTomlKey { file, table, key, value: Code::List(items) };
}

/// One operation that does the work of both; `None` when they are not two dicts for one new name.
fn union(first: &Operation, second: &Operation) -> Option<Operation> {
    if let (
        Operation::ExtendTomlList { file, table, key, list, added },
        Operation::ExtendTomlList { file: file2, table: table2, key: key2, list: list2, added: more },
    ) = (first, second)
    {
        let same = file == file2 && table == table2 && key == key2 && list == list2;
        let fresh = more.iter().filter(|new| !added.contains(new));
        let added = added.iter().chain(fresh).cloned().collect();
        let (file, table, key, list) = (*file, table.clone(), key.clone(), list.clone());
        return same.then_some(Operation::ExtendTomlList { file, table, key, list, added });
    }
    let merged = union_of_values(value(first)?, value(second)?)?;
    let mut both = first.clone();
    let mut other = second.clone();
    *value_mut(&mut both)? = Code::None;
    *value_mut(&mut other)? = Code::None;
    // Same kind, same place, same name.
    if both != other {
        return None;
    }
    *value_mut(&mut both)? = merged;
    Some(both)
}

fn union_of_values(first: &Code, second: &Code) -> Option<Code> {
    match (first, second) {
        (Code::Dict(known), Code::Dict(more)) => Some(Code::Dict(union_of_entries(known, more)?)),
        (Code::Call(callee, base, known), Code::Call(other, other_base, more))
            if callee == "dict" && other == callee && base == other_base =>
        {
            Some(Code::Call(callee.clone(), base.clone(), union_of_entries(known, more)?))
        }
        _ => None,
    }
}

/// Both lists, a shared key once, two dicts under it as one; `None` when it has two values.
fn union_of_entries<K: Clone + PartialEq>(known: &[(K, Code)], more: &[(K, Code)]) -> Option<Vec<(K, Code)>> {
    let mut entries = known.to_vec();
    for (key, value) in more {
        match entries.iter_mut().find(|(k, _)| k == key) {
            Some((_, same)) if same == value => {}
            Some((_, other)) => *other = union_of_values(other, value)?,
            None => entries.push((key.clone(), value.clone())),
        }
    }
    Some(entries)
}

fn value(operation: &Operation) -> Option<&Code> {
    match operation {
        Operation::AddAssignment { value, .. }
        | Operation::SetClassAttribute { value, .. }
        | Operation::SetDictEntry { value, .. }
        | Operation::SetTomlKey { value, .. } => Some(value),
        _ => None,
    }
}

fn value_mut(operation: &mut Operation) -> Option<&mut Code> {
    match operation {
        Operation::AddAssignment { value, .. }
        | Operation::SetClassAttribute { value, .. }
        | Operation::SetDictEntry { value, .. }
        | Operation::SetTomlKey { value, .. } => Some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::Place;
    use crate::source::{FileId, SourceFile, Sources};

    fn file() -> FileId {
        let file = SourceFile::from_bytes("s.py".into(), b"A = 1\n").unwrap();
        Sources::new("/x".into(), vec![file]).find("s.py").unwrap()
    }

    fn add(name: &str, key: &str, value: i64) -> Operation {
        Operation::AddAssignment {
            file: file(),
            name: name.to_owned(),
            value: Code::Dict(vec![(Code::str(key), Code::Int(value))]),
            place: Place::End,
            comment: String::new(),
        }
    }

    #[test]
    fn two_keys_of_one_new_dict_are_written_together() {
        let (first, second) = (add("REST_FRAMEWORK", "A", 1), add("REST_FRAMEWORK", "B", 2));
        let merged = merge_dicts(vec![(&first, Fixes::from([0])), (&second, Fixes::from([1]))]);
        assert_eq!(merged.len(), 1);
        assert_eq!(merged[0].1, Fixes::from([0, 1]));
        let Some(Code::Dict(entries)) = value(&merged[0].0) else { panic!("no dict") };
        assert_eq!(entries.len(), 2);
    }

    #[test]
    fn a_list_that_two_fixes_extend_gets_both_elements() {
        let extend = |index, value| Operation::ExtendTomlList {
            file: file(),
            table: vec!["production".into()],
            key: "MIDDLEWARE".into(),
            list: vec![Code::str("a"), Code::str("b")],
            added: vec![(index, Code::str(value))],
        };
        let (first, second) = (extend(2, "last"), extend(0, "first"));
        let merged = merge_dicts(vec![(&first, Fixes::from([0])), (&second, Fixes::from([1]))]);
        assert_eq!(merged.len(), 1);
        let wanted = ["first", "a", "b", "last"].map(Code::str).to_vec();
        assert_eq!(value(&merged[0].0), Some(&Code::List(wanted)));
    }

    #[test]
    fn a_key_with_two_values_and_another_name_stay_apart() {
        for other in [add("REST_FRAMEWORK", "A", 2), add("OTHER", "B", 1)] {
            let first = add("REST_FRAMEWORK", "A", 1);
            assert_eq!(merge_dicts(vec![(&first, Fixes::from([0])), (&other, Fixes::from([1]))]).len(), 2);
        }
    }
}
