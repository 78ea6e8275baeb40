//! Statements, imports, class attributes.

use super::{Given, check, given, given_bytes, list};
use crate::edit::{Code, Operation, Place, Refusal};

fn assign(place: impl Fn(&Given) -> Place) -> impl Fn(&Given) -> Vec<Operation> {
    move |g| {
        vec![Operation::AddAssignment {
            file: g.file,
            name: "N".into(),
            value: Code::str("v"),
            place: place(g),
            comment: String::new(),
        }]
    }
}

#[test]
fn an_assignment_at_the_end() {
    for (before, after) in [
        ("A = 1\nB = 'x'\n", "A = 1\nB = 'x'\nN = 'v'\n"),
        ("A = 1\n\nB = 'x'", "A = 1\n\nB = 'x'\n\nN = 'v'"),
        ("A = 1\n\nB = {\n    'x': 1,\n}\n", "A = 1\n\nB = {\n    'x': 1,\n}\n\nN = 'v'\n"),
        ("def f():\n    return ''\n", "def f():\n    return ''\n\n\nN = 'v'\n"),
        ("A = ''\n# end\n", "A = ''\n# end\nN = 'v'\n"),
        ("if x:\n    A = ''\n    ", "if x:\n    A = ''\n\nN = 'v'\n    "),
        ("", "N = \"v\"\n"),
        ("# only a comment", "# only a comment\nN = \"v\""),
    ] {
        check(before, assign(|_| Place::End), after);
    }
}

#[test]
fn an_assignment_beside_a_statement() {
    check("A = 1  # a\nB = ''\n", assign(|g| Place::After(g.at("A = 1"))), "A = 1  # a\nN = 'v'\nB = ''\n");
    check(
        "A = 1; B = ''\nC = 3\n",
        assign(|g| Place::After(g.at("A = 1"))),
        "A = 1; B = ''\nN = 'v'\nC = 3\n",
    );
    check("A = ''", assign(|g| Place::After(g.at("A = ''"))), "A = ''\nN = 'v'");
    check(
        "if x:\n\tA = ''\nB = 2\n",
        assign(|g| Place::After(g.at("A = ''"))),
        "if x:\n\tA = ''\n\tN = 'v'\nB = 2\n",
    );
    check(
        "Z = ''\n# about A\nA = 1\n",
        assign(|g| Place::Before(g.at("A = 1"))),
        "Z = ''\nN = 'v'\n# about A\nA = 1\n",
    );
    check("#!/bin/sh\nA = ''\n", assign(|g| Place::Before(g.at("A = ''"))), "#!/bin/sh\nN = 'v'\nA = ''\n");
    let given = given("settings.py", "if x: A = 1\n");
    let operations = assign(|g| Place::After(g.at("A = 1")))(&given);
    assert!(matches!(given.plan(&operations), Err(Refusal::Unsupported { line: 1, .. })));
}

#[test]
fn a_long_value_is_broken_into_lines() {
    let value = Code::Dict(vec![
        (Code::str("DEFAULT_PERMISSION_CLASSES"), list(&["rest_framework.permissions.IsAuthenticated"])),
        (Code::str("PAGE_SIZE"), Code::Int(50)),
    ]);
    check(
        "A = 'x'\n",
        |g| {
            vec![Operation::AddAssignment {
                file: g.file,
                name: "REST_FRAMEWORK".into(),
                value: value.clone(),
                place: Place::End,
                comment: "Every endpoint needs a login".into(),
            }]
        },
        "A = 'x'\n\n# Every endpoint needs a login\nREST_FRAMEWORK = {\n    'DEFAULT_PERMISSION_CLASSES': \
         ['rest_framework.permissions.IsAuthenticated'],\n    'PAGE_SIZE': 50,\n}\n",
    );
}

#[test]
fn statements_are_written_in_the_files_style() {
    check(
        "class A:\n\tx = 'y'\n",
        |g| {
            let lines = vec!["if not DEBUG:".to_owned(), "    M.insert(0, \"m\")".to_owned()];
            vec![Operation::AddStatement { file: g.file, lines, place: Place::End }]
        },
        "class A:\n\tx = 'y'\n\n\nif not DEBUG:\n\tM.insert(0, 'm')\n",
    );
}

#[test]
fn what_an_empty_file_needs_is_imported_first() {
    let read = |g: &Given| {
        let lines = vec!["HOSTS = os.environ[\"HOSTS\"].split(\",\")".to_owned()];
        vec![
            Operation::AddStatement { file: g.file, lines, place: Place::End },
            Operation::AddImport { file: g.file, module: "os".to_owned(), name: String::new() },
        ]
    };
    let written = "import os\n\nHOSTS = os.environ[\"HOSTS\"].split(\",\")\n";
    check("", read, written);
    check("# Licence\n", read, &format!("# Licence\n\n{written}"));
    check("\"\"\"Settings.\"\"\"\n", read, &format!("\"\"\"Settings.\"\"\"\n\n{written}"));
}

#[test]
fn statements_with_blank_lines_between_have_one_before() {
    check(
        "A = 1\nB = 2\n",
        |g| {
            let lines = vec!["C = {".to_owned(), "    1: 2,".to_owned(), "}".to_owned()];
            vec![Operation::AddStatement { file: g.file, lines, place: Place::End }]
        },
        "A = 1\nB = 2\n\nC = {\n    1: 2,\n}\n",
    );
}

#[test]
fn statements_go_with_their_lines() {
    let remove = |stmt: &'static str| move |g: &Given| vec![Operation::RemoveStatement { at: g.at(stmt) }];
    check("A = 1\nB = 2  # b\nC = 3\n", remove("B = 2"), "A = 1\nC = 3\n");
    check("A = 1\n\nB = 2\n\nC = 3\n", remove("B = 2"), "A = 1\n\nC = 3\n");
    check("A = 1; B = 2; C = 3\n", remove("B = 2"), "A = 1; C = 3\n");
    check("A = 1; B = 2\n", remove("B = 2"), "A = 1\n");
    check("A = 1; B = 2\n", remove("A = 1"), "B = 2\n");
    check("def f():\n    return 1  # one\n", remove("return 1"), "def f():\n    pass  # one\n");
    check("if x: A = 1\n", remove("A = 1"), "if x: pass\n");
    check("A = 1\nB = 2", remove("B = 2"), "A = 1");
    check(
        "class A:\n    b = 1\n\n    def c(self): ...\n",
        remove("b = 1"),
        "class A:\n    def c(self): ...\n",
    );
}

fn import(module: &'static str, name: &'static str) -> impl Fn(&Given) -> Vec<Operation> {
    move |g| vec![Operation::AddImport { file: g.file, module: module.into(), name: name.into() }]
}

#[test]
fn an_import_goes_into_its_block() {
    for (before, after) in [
        ("import json\nimport sys\n\nA = 1\n", "import json\nimport os\nimport sys\n\nA = 1\n"),
        ("import os\n\nA = 1\n", "import os\n\nA = 1\n"),
        ("import os.path\n\nA = 1\n", "import os.path\n\nA = 1\n"),
        ("from django import x\n\nA = 1\n", "import os\n\nfrom django import x\n\nA = 1\n"),
        ("\"\"\"Doc.\"\"\"\nA = 1\n", "\"\"\"Doc.\"\"\"\n\nimport os\n\nA = 1\n"),
        ("\"\"\"Doc.\"\"\"\n\nA = 1\n", "\"\"\"Doc.\"\"\"\n\nimport os\n\nA = 1\n"),
        (
            "#!/usr/bin/python\n# coding: utf-8\n\nA = 1\n",
            "#!/usr/bin/python\n# coding: utf-8\n\nimport os\n\nA = 1\n",
        ),
        (
            "from __future__ import annotations\n\nA = 1\n",
            "from __future__ import annotations\n\nimport os\n\nA = 1\n",
        ),
        ("import re; A = 1\n", "import os\nimport re; A = 1\n"),
        ("from a import \\\n    b\nA = 1\n", "import os\n\nfrom a import \\\n    b\nA = 1\n"),
        (
            "if TYPE_CHECKING:\n    import os\nA = 1\n",
            "import os\n\nif TYPE_CHECKING:\n    import os\nA = 1\n",
        ),
        ("A = 1\n", "import os\n\nA = 1\n"),
    ] {
        check(before, import("os", ""), after);
    }
}

#[test]
fn a_simple_from_import_is_extended() {
    for (before, after) in [
        ("from m import A, C\n", "from m import A, B, C\n"),
        ("from m import B\n", "from m import B\n"),
        ("from m import A  # noqa\n", "from m import A  # noqa\nfrom m import B\n"),
        ("from m import (\n    A,\n    C,\n)\n", "from m import (\n    A,\n    B,\n    C,\n)\n"),
        ("from m import *\n", "from m import *\nfrom m import B\n"),
        ("from .m import A\n", "from m import B\n\nfrom .m import A\n"),
    ] {
        check(before, import("m", "B"), after);
    }
}

#[test]
fn a_name_with_another_meaning_is_not_taken() {
    for text in
        ["from x import y as B\n", "class B: pass\n", "try:\n    from x import B\nexcept E:\n    B = None\n"]
    {
        let given = given("settings.py", text);
        let found = given.plan(&import("m", "B")(&given));
        assert!(matches!(found, Err(Refusal::NameTaken { .. })), "{text}");
    }
}

fn attribute(g: &Given) -> Vec<Operation> {
    let text = g.sources.text(g.file);
    let class = g.at(text[..].trim_end().split("# after").next().unwrap().trim_end());
    vec![Operation::SetClassAttribute {
        class,
        name: "p".into(),
        value: Code::List(vec![Code::Name("A".into())]),
    }]
}

#[test]
fn a_class_attribute_is_replaced_or_added_at_the_top() {
    for (before, after) in [
        ("class V:\n    p = []\n", "class V:\n    p = [A]\n"),
        ("class V:\n    p: list\n", "class V:\n    p: list = [A]\n"),
        ("class V:\n    q = 1\n", "class V:\n    p = [A]\n    q = 1\n"),
        (
            "class V:\n    \"\"\"Doc.\"\"\"\n\n    q = 1\n",
            "class V:\n    \"\"\"Doc.\"\"\"\n\n    p = [A]\n    q = 1\n",
        ),
        ("class V:\n\t'Doc.'\n", "class V:\n\t'Doc.'\n\n\tp = [A]\n"),
        (
            "class V:\n    # about f\n    def f(self): ...\n",
            "class V:\n    p = [A]\n\n    # about f\n    def f(self): ...\n",
        ),
        ("class V:\n    pass  # later\n", "class V:\n    p = [A]  # later\n"),
        ("class V(B): pass\n", "class V(B):\n    p = [A]\n"),
        ("class V: q = 1", "class V:\n    p = [A]\n    q = 1"),
    ] {
        if before.contains("# later") {
            let given = given("v.py", before);
            let class = given.at("class V:\n    pass");
            let op = Operation::SetClassAttribute {
                class,
                name: "p".into(),
                value: Code::List(vec![Code::Name("A".into())]),
            };
            assert_eq!(given.plan(&[op]).unwrap(), after);
            continue;
        }
        check(before, attribute, after);
    }
}

#[test]
fn files_that_cannot_be_edited_safely_are_refused() {
    let broken = given("settings.py", "A = 1\ndef f(:\n");
    assert!(matches!(broken.plan(&assign(|_| Place::End)(&broken)), Err(Refusal::Broken { line: 2, .. })));
    let latin = given_bytes("settings.py", b"# coding: latin-1\nA = '\xe9'\n");
    assert_eq!(latin.plan(&assign(|_| Place::End)(&latin)), Err(Refusal::SingleByte));
}

#[test]
fn a_span_of_another_text_is_refused() {
    let given = given("settings.py", "A = 1 + 2\n");
    let stale = [Operation::ReplaceExpression { at: given.at("1 +"), with: Code::None }];
    assert_eq!(given.plan(&stale), Err(Refusal::Stale));
}
