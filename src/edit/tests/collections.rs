//! Displays and calls.

use super::{Given, check, given, list};
use crate::edit::{Code, Operation, Position, Refusal};

fn set(dict: &str, key: &str, value: Code) -> impl Fn(&Given) -> Vec<Operation> {
    move |g| vec![Operation::SetDictEntry { dict: g.at(dict), key: key.to_owned(), value: value.clone() }]
}

fn rest_of(text: &str) -> &str {
    text.split_once(" = ").unwrap().1.trim_end()
}

#[test]
fn a_dict_gets_an_entry_in_its_own_style() {
    for (before, after) in [
        // Trailing comma, indentation and quote as found.
        ("R = {\n    'A': 1,\n}\n", "R = {\n    'A': 1,\n    'K': 'v',\n}\n"),
        // No trailing comma: the comma stands before the comment, the style stays.
        ("R = {\n  'A': 1  # one\n}\n", "R = {\n  'A': 1,  # one\n  'K': 'v'\n}\n"),
        // Tabs.
        ("R = {\n\t\"A\": 1,\n\t}\n", "R = {\n\t\"A\": 1,\n\t\"K\": \"v\",\n\t}\n"),
        // Commented-out entries before the bracket.
        ("R = {\n    'A': 1,\n    # 'B': 2,\n}\n", "R = {\n    'A': 1,\n    # 'B': 2,\n    'K': 'v',\n}\n"),
        // Aligned under the first entry.
        ("R = {'A': 1,\n     'B': 2}\n", "R = {'A': 1,\n     'B': 2,\n     'K': 'v'}\n"),
        // One line, empty, empty over lines.
        ("R = {'A': 1}\n", "R = {'A': 1, 'K': 'v'}\n"),
        ("R = {}\nS = 'x'\n", "R = {'K': 'v'}\nS = 'x'\n"),
        ("R = {\n    # none yet\n}\nS = ''\n", "R = {\n    # none yet\n    'K': 'v',\n}\nS = ''\n"),
        // No final line break.
        ("R = {'A': 1}", "R = {'A': 1, 'K': 'v'}"),
        // Nested brackets, lambdas and unpacking are one item each.
        ("R = {'A': lambda a, b: (a, [b]), **B}\n", "R = {'A': lambda a, b: (a, [b]), **B, 'K': 'v'}\n"),
    ] {
        let dict = before[4..=before.find('}').unwrap()].to_owned();
        check(
            before,
            move |g| set(g.sources.slice(g.at(&dict.replace('\n', eol(g)))), "K", Code::str("v"))(g),
            after,
        );
    }
}

fn eol(given: &Given) -> &'static str {
    if given.sources.text(given.file).contains("\r\n") { "\r\n" } else { "\n" }
}

#[test]
fn a_key_that_is_there_gets_the_new_value() {
    let before = "R = {'K': 'old',  # why\n     'L': 1}\n";
    let given = given("settings.py", before);
    let operations = set(rest_of(before), "K", Code::str("new"))(&given);
    assert_eq!(given.plan(&operations).unwrap(), "R = {'K': 'new',  # why\n     'L': 1}\n");
}

#[test]
fn a_key_that_something_may_set_again_is_left() {
    for text in ["R = {'K': 1, **B}\n", "R = dict(A=1, **B)\n"] {
        let given = given("settings.py", text);
        let operations = set(rest_of(text), "K", Code::Int(2))(&given);
        assert!(matches!(given.plan(&operations), Err(Refusal::Unsupported { line: 1, .. })), "{text}");
    }
}

#[test]
fn a_dict_call_gets_a_keyword() {
    let text = "R = dict(\n    A=1,\n)\n";
    let given = given("settings.py", text);
    let operations = set(rest_of(text), "K", Code::Int(2))(&given);
    assert_eq!(given.plan(&operations).unwrap(), "R = dict(\n    A=1,\n    K=2,\n)\n");
}

#[test]
fn a_line_that_would_grow_too_long_is_broken_up() {
    let long = "x".repeat(60);
    check(
        &format!("R = {{'A': 1, 'B': '{long}'}}\n"),
        |g| set(&format!("{{'A': 1, 'B': '{}'}}", "x".repeat(60)), "KEY", list(&["value"]))(g),
        &format!("R = {{\n    'A': 1,\n    'B': '{long}',\n    'KEY': ['value'],\n}}\n"),
    );
}

#[test]
fn an_entry_goes_with_its_line() {
    let remove = |key: &'static str| {
        move |g: &Given| {
            let text = g.sources.text(g.file);
            let dict = g.at(&text[4..=text.find('}').unwrap()]);
            vec![Operation::RemoveDictEntry { dict, key: key.to_owned() }]
        }
    };
    for (before, key, after) in [
        ("R = {\n    'A': 1,  # one\n    # two\n    'B': 2,\n}\n", "A", "R = {\n    # two\n    'B': 2,\n}\n"),
        ("R = {\n    'A': 1,\n    'B': 2\n}\n", "B", "R = {\n    'A': 1\n}\n"),
        ("R = {'A': 1, 'B': 2}\n", "A", "R = {'B': 2}\n"),
        ("R = {'A': 1, 'B': 2}\n", "B", "R = {'A': 1}\n"),
        ("R = {'A': 1}\n", "A", "R = {}\n"),
        ("R = {'A': 1,\n     'B': 2}\n", "B", "R = {'A': 1}\n"),
        ("R = {'A': 1}\n", "none", "R = {'A': 1}\n"),
    ] {
        check(before, remove(key), after);
    }
}

fn add(position: impl Fn(&Given) -> Position) -> impl Fn(&Given) -> Vec<Operation> {
    move |g| {
        let text = g.sources.text(g.file);
        let list = g.at(text.split_once(" = ").unwrap().1.trim_end());
        vec![Operation::AddElement { list, value: Code::str("n"), position: position(g) }]
    }
}

#[test]
fn an_element_goes_where_it_is_told() {
    check(
        "M = [\n    # first\n    'a',\n    'b',  # b\n]\n",
        add(|_| Position::First),
        "M = [\n    'n',\n    # first\n    'a',\n    'b',  # b\n]\n",
    );
    check(
        "M = [\n    'a',\n    'b',  # b\n]\n",
        add(|_| Position::Last),
        "M = [\n    'a',\n    'b',  # b\n    'n',\n]\n",
    );
    check(
        "M = [\n    'a',  # a\n    # about b\n    'b',\n]\n",
        add(|g| Position::After(g.at("'a'"))),
        "M = [\n    'a',  # a\n    'n',\n    # about b\n    'b',\n]\n",
    );
    check("M = ['a', 'b']\n", add(|g| Position::Before(g.at("'b'"))), "M = ['a', 'n', 'b']\n");
    check("M = ['a', 'b']\n", add(|_| Position::First), "M = ['n', 'a', 'b']\n");
    check("M = ['a',\n     'b']\n", add(|_| Position::First), "M = ['n',\n     'a',\n     'b']\n");
    check("M = ('a',)\n", add(|_| Position::Last), "M = ('a', 'n',)\n");
    check("M = ()\nQ = ''\n".trim_end_matches("Q = ''\n"), add(|_| Position::Last), "M = (\"n\",)\n");
    check("M = 'a', 'b'\n", add(|_| Position::Last), "M = 'a', 'b', 'n'\n");
}

#[test]
fn an_element_that_is_there_is_not_added_again() {
    check("M = [\"n\", 'a']\n", add(|_| Position::Last), "M = [\"n\", 'a']\n");
}

fn take(element: &'static str) -> impl Fn(&Given) -> Vec<Operation> {
    move |g| {
        let text = g.sources.text(g.file);
        let list = g.at(text.split_once(" = ").unwrap().1.trim_end());
        vec![Operation::RemoveElement { list, element: g.at(element) }]
    }
}

#[test]
fn a_tuple_of_one_stays_a_tuple() {
    check("M = ('a', 'b')\n", take("'a'"), "M = ('b',)\n");
    check("M = ('a', 'b')\n", take("'b'"), "M = ('a',)\n");
    check("M = 'a', 'b'\n", take("'b'"), "M = 'a',\n");
    check("M = ('a',)\n", take("'a'"), "M = ()\n");
    check("M = (\n    'a',\n    'b'\n)\n", take("'b'"), "M = (\n    'a',\n)\n");
    check("M = (\n    'a',\n    'b'\n)\n", take("'a'"), "M = (\n    'b',\n)\n");
}

#[test]
fn elements_move() {
    let moved = |g: &Given| {
        let text = g.sources.text(g.file);
        let list = g.at(text.split_once(" = ").unwrap().1.trim_end());
        vec![
            Operation::RemoveElement { list, element: g.at("'c'") },
            Operation::AddElement { list, value: Code::str("c"), position: Position::First },
        ]
    };
    check("M = [\n    'a',\n    'b',\n    'c',\n]\n", moved, "M = [\n    'c',\n    'a',\n    'b',\n]\n");
    check("M = ['a', 'b', 'c']\n", moved, "M = ['c', 'a', 'b']\n");
}

#[test]
fn an_element_is_exchanged() {
    for (before, after) in [
        ("M = ['a']\n", "M = ['n']\n"),
        ("M = ['a', 'b']\n", "M = ['n', 'b']\n"),
        ("M = ['b', 'a']\n", "M = ['b', 'n']\n"),
        ("M = [\n    'b',\n    'a',  # a\n    'd'\n]\n", "M = [\n    'b',\n    'n',\n    'd'\n]\n"),
        ("M = [\n    'a'\n]\n", "M = [\n    'n'\n]\n"),
        ("M = ('a',)\n", "M = ('n',)\n"),
    ] {
        let exchange = |g: &Given| {
            let text = g.sources.text(g.file);
            let list = g.at(text.split_once(" = ").unwrap().1.trim_end());
            let element = g.at("'a'");
            vec![
                Operation::RemoveElement { list, element },
                Operation::AddElement { list, value: Code::str("n"), position: Position::After(element) },
            ]
        };
        check(before, exchange, after);
    }
}

#[test]
fn arguments_are_set_and_removed() {
    let set = |g: &Given| {
        let text = g.sources.text(g.file);
        let call = g.at(text.split_once(" = ").unwrap().1.trim_end());
        vec![Operation::SetKeyword { call, name: "default".into(), value: Code::Bool(false) }]
    };
    check(
        "D = env.bool('D', default=True)  # x\n".replace("  # x", "").as_str(),
        set,
        "D = env.bool('D', default=False)\n",
    );
    check("D = env.bool('D')\n", set, "D = env.bool('D', default=False)\n");
    check("D = env()\n", set, "D = env(default=False)\n");
    check("D = env(\n    'D',\n)\n", set, "D = env(\n    'D',\n    default=False,\n)\n");
    check("D = f(*a, default=(True))\n", set, "D = f(*a, default=(False))\n");
    let remove = |g: &Given| {
        let text = g.sources.text(g.file);
        let call = g.at(text.split_once(" = ").unwrap().1.trim_end());
        vec![Operation::RemoveArgument { call, argument: g.at("b=2") }]
    };
    check("D = f(a, b=2)\n", remove, "D = f(a)\n");
    check("D = f(b=2, c=(3))\n", remove, "D = f(c=(3))\n");
    check("D = f(\n    a,\n    b=2,\n)\n", remove, "D = f(\n    a,\n)\n");
}

#[test]
fn a_value_is_replaced_and_comments_stay() {
    let replace = |old: &'static str, with: Code| {
        move |g: &Given| {
            let old = old.replace('\n', eol(g));
            vec![Operation::ReplaceExpression { at: g.at(&old), with: with.clone() }]
        }
    };
    check("DEBUG = True  # dev\n", replace("True", Code::Bool(false)), "DEBUG = False  # dev\n");
    check("D = (True  # c\n     )\n", replace("True", Code::Bool(false)), "D = (False  # c\n     )\n");
    check("A = 'x' + y\n", replace("'x'", Code::Raw("a or \"b\"".into())), "A = (a or 'b') + y\n");
    check("A = f('x')\n", replace("'x'", Code::Raw("a or b".into())), "A = f(a or b)\n");
    // Comments of elements that stay are theirs; others go above the statement.
    check(
        "H = [\n    'a',  # a\n    '*',\n]\n",
        replace("[\n    'a',  # a\n    '*',\n]", list(&["a", "b"])),
        "H = [\n    'a',  # a\n    'b',\n]\n",
    );
    check(
        "if x:\n    H = f(  # why\n        1,\n    )\n",
        replace("f(  # why\n        1,\n    )", Code::Int(1)),
        "if x:\n    # why\n    H = 1\n",
    );
}

#[test]
fn what_is_inside_an_f_string_is_refused() {
    let given = given("settings.py", "A = f\"{ {'a': 1}['a'] }\"\n");
    let operations = set("{'a': 1}", "b", Code::Int(1))(&given);
    assert_eq!(given.plan(&operations), Err(Refusal::InsideFString { line: 1 }));
}

#[test]
fn what_is_not_written_out_is_refused() {
    let given = given("settings.py", "R = get_drf_settings(1)\nQ = a\n");
    for dict in ["get_drf_settings(1)", "a"] {
        let at = if dict == "a" { 28 } else { 4 };
        let span = crate::source::Span { file: given.file, range: (at, at + dict.len() as u32) };
        let operation = Operation::SetDictEntry { dict: span, key: "K".into(), value: Code::None };
        assert!(matches!(given.plan(&[operation]), Err(Refusal::Unsupported { .. })), "{dict}");
    }
}
