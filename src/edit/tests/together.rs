//! Several fixes on one text: sharing, order, conflicts, and that a second run finds nothing to do.

use super::{Given, given, list};
use crate::edit::{Code, Operation, Place, PlanError, Position, plan};

fn entry(given: &Given, key: &str, value: Code) -> Operation {
    let text = given.sources.text(given.file);
    let dict = given.at(text.split_once(" = ").unwrap().1.trim_end());
    Operation::SetDictEntry { dict, key: key.into(), value }
}

fn together(given: &Given, fixes: &[(&str, &[Operation])]) -> Result<String, PlanError> {
    plan(&given.sources, fixes).map(|c| c.files[0].after.clone())
}

#[test]
fn entries_of_several_fixes_share_one_dict() {
    for (before, after) in [
        ("R = {\n    'A': 1\n}\n", "R = {\n    'A': 1,\n    'B': 2,\n    'C': 3,\n    'D': 4\n}\n"),
        ("R = {'A': 1}\n", "R = {'A': 1, 'B': 2, 'C': 3, 'D': 4}\n"),
        ("R = {}\n", "R = {\"B\": 2, \"C\": 3, \"D\": 4}\n"),
    ] {
        let given = given("settings.py", before);
        let (b, c, d) = (
            entry(&given, "B", Code::Int(2)),
            entry(&given, "C", Code::Int(3)),
            entry(&given, "D", Code::Int(4)),
        );
        assert_eq!(
            together(&given, &[("1", std::slice::from_ref(&b)), ("2", &[c, b.clone()]), ("3", &[d])])
                .unwrap(),
            after
        );
    }
}

#[test]
fn an_import_is_shared() {
    let given = given("settings.py", "A = 1\nB = 2\n");
    let import = Operation::AddImport { file: given.file, module: "os".into(), name: String::new() };
    let replace =
        |old: &str| Operation::ReplaceExpression { at: given.at(old), with: Code::Name("os.name".into()) };
    let (one, two) = ([replace("1"), import.clone()], [replace("2"), import]);
    assert_eq!(
        together(&given, &[("1", &one), ("2", &two)]).unwrap(),
        "import os\n\nA = os.name\nB = os.name\n"
    );
}

#[test]
fn two_values_for_one_place_are_a_conflict_that_names_both() {
    let given = given("settings.py", "R = {'A': 1}\n");
    let replace = |n| Operation::ReplaceExpression { at: given.at("1"), with: Code::Int(n) };
    let assign = |n| Operation::AddAssignment {
        file: given.file,
        name: "N".into(),
        value: Code::Int(n),
        place: Place::End,
        comment: String::new(),
    };
    for (first, second) in [
        (entry(&given, "K", Code::Int(1)), entry(&given, "K", Code::Int(2))),
        (replace(2), replace(3)),
        (assign(1), assign(2)),
        (
            entry(&given, "A", Code::Int(5)),
            Operation::RemoveDictEntry { dict: given.at("{'A': 1}"), key: "A".into() },
        ),
    ] {
        let error = together(&given, &[("one", &[first]), ("two", &[second])]).unwrap_err();
        assert_eq!(error.fixes(), ["one", "two"], "{error}");
    }
}

#[test]
fn a_replaced_whole_and_a_changed_part_are_a_conflict() {
    let given = given("settings.py", "R = {'A': [1]}\n");
    let whole = Operation::ReplaceExpression { at: given.at("{'A': [1]}"), with: Code::Dict(vec![]) };
    let part = Operation::AddElement { list: given.at("[1]"), value: Code::Int(2), position: Position::Last };
    let error = together(&given, &[("one", &[whole]), ("two", &[part])]).unwrap_err();
    assert_eq!(error.fixes(), ["one", "two"]);
}

#[test]
fn nested_containers_change_together() {
    let given = given("settings.py", "R = {\n    'A': ['x']\n}\n");
    let outer = entry(&given, "B", Code::Int(1));
    let inner =
        Operation::AddElement { list: given.at("['x']"), value: Code::str("y"), position: Position::Last };
    let after = together(&given, &[("1", &[outer]), ("2", &[inner])]).unwrap();
    assert_eq!(after, "R = {\n    'A': ['x', 'y'],\n    'B': 1\n}\n");
}

#[test]
fn planning_again_changes_nothing() {
    let mut text = "import os\nR = {\n    'A': ['x']  # a\n}\n".to_owned();
    for round in 0..2 {
        let given = given("settings.py", &text);
        let dict = given.at(text.split_once("R = ").unwrap().1.trim_end());
        let inner = text[text.find("'A': ").unwrap() + 5..].split_once(']').unwrap().0.to_owned() + "]";
        let operations = [
            Operation::SetDictEntry { dict, key: "B".into(), value: list(&["b"]) },
            Operation::AddElement {
                list: given.at(&inner),
                value: Code::str("y"),
                position: Position::First,
            },
            Operation::AddImport { file: given.file, module: "os".into(), name: String::new() },
        ];
        let change = plan(&given.sources, &[("f", &operations)]).unwrap();
        assert_eq!(change.is_empty(), round == 1, "{text}");
        if let Some(file) = change.files.first() {
            text.clone_from(&file.after);
        }
    }
}

#[test]
fn what_changes_inside_a_line_that_is_broken_up_is_laid_out_for_its_new_line() {
    let (long, longer) = ("x".repeat(50), "y".repeat(60));
    let before = format!("R = {{'A': ['{long}'], 'B': []}}\n");
    let given = given("settings.py", &before);
    let outer = entry(&given, "KEY", list(&["value"]));
    let first = Operation::ReplaceExpression { at: given.at(&format!("'{long}'")), with: Code::str(&longer) };
    let second = Operation::ReplaceExpression { at: given.at("[]"), with: list(&[&long, &longer]) };
    assert_eq!(
        together(&given, &[("1", &[outer]), ("2", &[first]), ("3", &[second])]).unwrap(),
        format!(
            "R = {{\n    'A': ['{longer}'],\n    'B': [\n        '{long}',\n        '{longer}',\n    ],\n    'KEY': ['value'],\n}}\n"
        )
    );
}

#[test]
fn a_replaced_list_keeps_its_lines_and_its_brackets() {
    for (before, after) in [
        ("R = [\n    'a',\n    'b'\n]\n", "R = [\n    'c',\n    'b'\n]\n"),
        ("R = ('a', 'b')\n", "R = ('c', 'b')\n"),
        ("R = [\n    'a'  # why\n]\n", "R = [\n    'c',\n    'b'\n]\n"),
    ] {
        let given = given("settings.py", before);
        let at = given.at(before.split_once(" = ").unwrap().1.trim_end());
        let replace = Operation::ReplaceExpression { at, with: list(&["c", "b"]) };
        assert_eq!(together(&given, &[("1", &[replace])]).unwrap(), after);
    }
}

#[test]
fn the_second_element_takes_the_place_of_the_first() {
    let given = given("settings.py", "R = ['a',\n     'b',\n     'c']\n");
    let list = given.at("['a',\n     'b',\n     'c']");
    let remove = Operation::RemoveElement { list, element: given.at("'a'") };
    assert_eq!(together(&given, &[("1", &[remove])]).unwrap(), "R = ['b',\n     'c']\n");
}

#[test]
fn only_statements_of_several_lines_stand_apart() {
    let given = given("settings.py", "A = 1\nB = 2\n");
    let assign = |name: &str, value| Operation::AddAssignment {
        file: given.file,
        name: name.into(),
        value,
        place: Place::End,
        comment: String::new(),
    };
    let long = "x".repeat(60);
    let fixes = [
        assign("C", Code::Int(3)),
        assign("D", Code::Int(4)),
        assign("E", list(&[&long, &long])),
        assign("F", Code::Int(5)),
    ];
    assert_eq!(
        together(&given, &[("1", &fixes)]).unwrap(),
        format!("A = 1\nB = 2\nC = 3\nD = 4\n\nE = [\n    \"{long}\",\n    \"{long}\",\n]\n\nF = 5\n")
    );
}
