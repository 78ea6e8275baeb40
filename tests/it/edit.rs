//! The editor on containers that nobody wrote a case for: generated ones, and every one in the settings files and
//! views of real projects. Whatever it does not refuse has to parse, to change one item, and to keep the rest.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use drf_harden::edit::{Code, Operation, PlanError, Position, Refusal, plan};
use drf_harden::python::visitor::{Visitor, walk_expr};
use drf_harden::python::{Ranged as _, TokenKind, ast::Expr, parse};
use drf_harden::source::{FileId, SourceFile, Sources, Span};
use proptest::prelude::*;

/// A display or call: its place, its kind, its items' places.
#[derive(Clone, Debug, PartialEq)]
struct Shape {
    start: u32,
    end: u32,
    kind: &'static str,
    items: Vec<(u32, u32)>,
    /// How many of its kind start at the same place and come before it.
    rank: usize,
}

#[derive(Default)]
struct Shapes(Vec<Shape>);

impl<'a> Visitor<'a> for Shapes {
    fn visit_expr(&mut self, expr: &'a Expr) {
        let at = |e: &Expr| (e.range().start().to_u32(), e.range().end().to_u32());
        let (start, end) = at(expr);
        let found = match expr {
            Expr::List(list) => Some(("list", list.elts.iter().map(at).collect())),
            Expr::Tuple(tuple) => Some(("tuple", tuple.elts.iter().map(at).collect())),
            Expr::Set(set) => Some(("set", set.elts.iter().map(at).collect())),
            Expr::Dict(dict) => Some(("dict", dict.items.iter().map(|i| at(&i.value)).collect())),
            Expr::Call(call) => {
                let mut items: Vec<(u32, u32)> = call.arguments.args.iter().map(at).collect();
                let named = call.arguments.keywords.iter();
                items.extend(named.map(|k| (k.range().start().to_u32(), k.range().end().to_u32())));
                items.sort_unstable();
                Some(("call", items))
            }
            Expr::FString(_) | Expr::TString(_) => return,
            _ => None,
        };
        if let Some((kind, items)) = found {
            let rank = self.0.iter().filter(|s| s.start == start && s.kind == kind).count();
            self.0.push(Shape { start, end, kind, items, rank });
        }
        walk_expr(self, expr);
    }
}

fn shapes(text: &str) -> Vec<Shape> {
    let module = parse(text);
    let mut found = Shapes::default();
    found.visit_body(module.body());
    // `a[1, 2]` and `for a, b in c` are tuples that nobody edits.
    found.0.retain(|s| s.kind != "tuple" || text[s.start as usize..].starts_with('('));
    found.0
}

fn comments(text: &str) -> Vec<&str> {
    let module = parse(text);
    let of = |t: &drf_harden::python::Token| &text[t.range().start().to_usize()..t.range().end().to_usize()];
    module.tokens().iter().filter(|t| t.kind() == TokenKind::Comment).map(of).collect()
}

fn sources(text: &str) -> (Sources, FileId) {
    let file = SourceFile::from_bytes("x.py".into(), text.as_bytes()).unwrap();
    let sources = Sources::new(PathBuf::from("/x"), vec![file]);
    let id = sources.find("x.py").unwrap();
    (sources, id)
}

/// Plans on a text. A refusal is an answer, but never one that is our own mistake.
fn planned(sources: &Sources, file: FileId, operations: &[Operation]) -> Option<String> {
    match plan(sources, &[("f", operations)]) {
        Ok(change) => {
            Some(change.files.first().map_or_else(|| sources.text(file).to_owned(), |f| f.after.clone()))
        }
        Err(PlanError::Refused { why, .. }) => {
            let ours = matches!(why, Refusal::Unverified(_) | Refusal::BadCode(_) | Refusal::Stale);
            assert!(!ours, "{why}: {operations:?} on\n{}", sources.text(file));
            None
        }
        Err(conflict) => panic!("{conflict}: {operations:?}"),
    }
}

fn add(file: FileId, shape: &Shape, name: &str, position: Position) -> Operation {
    let at = Span { file, range: (shape.start, shape.end) };
    let (name, value) = (name.to_owned(), Code::str(name));
    match shape.kind {
        "dict" => Operation::SetDictEntry { dict: at, key: name, value },
        "call" => Operation::SetKeyword { call: at, name, value },
        _ => Operation::AddElement { list: at, value, position },
    }
}

fn remove(file: FileId, shape: &Shape, index: usize, text: &str) -> Option<Operation> {
    let at = Span { file, range: (shape.start, shape.end) };
    let item = Span { file, range: shape.items[index] };
    match shape.kind {
        "dict" => {
            let key = parse(&text[shape.start as usize..shape.end as usize]);
            let [drf_harden::python::ast::Stmt::Expr(stmt)] = key.body() else { return None };
            let key = stmt.value.as_dict_expr()?.items[index].key.as_ref()?.as_string_literal_expr()?;
            Some(Operation::RemoveDictEntry { dict: at, key: key.value.to_str().to_owned() })
        }
        "call" => Some(Operation::RemoveArgument { call: at, argument: item }),
        _ => Some(Operation::RemoveElement { list: at, element: item }),
    }
}

/// The shape that starts where `old` did; of those of one kind (`a(1)(2)`) the one with the same rank.
fn same<'a>(after: &'a [Shape], old: &Shape) -> Option<&'a Shape> {
    after.iter().filter(|s| s.start == old.start && s.kind == old.kind).nth(old.rank)
}

/// The same where an import above may have gone with its last use: what stands right before the shape is as it was.
fn moved<'a>(after: &str, found: &'a [Shape], text: &str, old: &Shape) -> Option<&'a Shape> {
    const SEEN: usize = 40;
    let start = old.start as usize;
    let before = &text.as_bytes()[start.saturating_sub(SEEN)..start];
    let is_it = |s: &&Shape| {
        s.kind == old.kind && s.start <= old.start && after.as_bytes()[..s.start as usize].ends_with(before)
    };
    same(found, old).or_else(|| {
        let nearest = found.iter().filter(is_it).max_by_key(|s| s.start)?.start;
        found.iter().filter(|s| s.start == nearest && s.kind == old.kind).nth(old.rank)
    })
}

/// Tries everything on one container.
fn exercise(text: &str, shape: &Shape) -> usize {
    let (sources, file) = sources(text);
    let crlf = text.contains("\r\n");
    let mut tried = 0;
    let mut positions = vec![Position::First, Position::Last];
    positions.extend(shape.items.iter().take(3).map(|&range| Position::Before(Span { file, range })));
    positions.extend(shape.items.iter().take(3).map(|&range| Position::After(Span { file, range })));
    for position in positions {
        let Some(after) = planned(&sources, file, &[add(file, shape, "zz_new", position)]) else { continue };
        let found = shapes(&after);
        let new = same(&found, shape).unwrap_or_else(|| panic!("{shape:?} is gone in\n{after}"));
        assert_eq!(new.items.len(), shape.items.len() + 1, "{shape:?} {position:?}\n{after}");
        assert_eq!(comments(&after), comments(text), "{shape:?}\n{after}");
        assert_eq!(parse(&after).body().len(), parse(text).body().len());
        if crlf {
            assert_eq!(after.matches('\n').count(), after.matches("\r\n").count(), "{shape:?}\n{after:?}");
        }
        assert_eq!(after.ends_with('\n'), text.ends_with('\n'));
        tried += 1;
        if shape.kind == "dict" || shape.kind == "call" {
            // The same again finds it done.
            let (sources, file) = self::sources(&after);
            assert_eq!(
                planned(&sources, file, &[add(file, new, "zz_new", Position::Last)]).as_ref(),
                Some(&after)
            );
            break;
        }
    }
    let two = [add(file, shape, "zz_one", Position::Last), add(file, shape, "zz_two", Position::Last)];
    if let Some(after) = planned(&sources, file, &two) {
        let found = shapes(&after);
        assert_eq!(
            same(&found, shape).map(|s| s.items.len()),
            Some(shape.items.len() + 2),
            "{shape:?}\n{after}"
        );
        tried += 1;
    }
    for index in 0..shape.items.len().min(6) {
        let Some(operation) = remove(file, shape, index, text) else { continue };
        let Some(after) = planned(&sources, file, std::slice::from_ref(&operation)) else { continue };
        let found = shapes(&after);
        let left = moved(&after, &found, text, shape);
        // A set without items would be a dict; that is for the caller to know.
        if shape.kind != "set" || shape.items.len() > 1 {
            let left = left.unwrap_or_else(|| panic!("{shape:?} is gone in\n{after}"));
            let gone = shape.items.len() - left.items.len();
            assert!(gone == 1 || (shape.kind == "dict" && gone > 1), "{shape:?} {index}\n{after}");
        }
        if shape.items.len() > 1 && index > 0 {
            let exchange = [operation, add(file, shape, "zz_new", Position::First)];
            let after = planned(&sources, file, &exchange);
            if shape.kind != "dict"
                && let Some(after) = after
            {
                let found = shapes(&after);
                let left = moved(&after, &found, text, shape);
                assert_eq!(left.map(|s| s.items.len()), Some(shape.items.len()), "{after}");
            }
        }
        tried += 1;
    }
    tried
}

/// A bracket with some layout, comma and comment at every seam.
fn container() -> impl Strategy<Value = String> {
    let item = prop_oneof![
        Just("'a'".to_owned()),
        Just("\"b\"".to_owned()),
        Just("(1)".to_owned()),
        Just("lambda x, y: (x, [y])".to_owned()),
        Just("['n', {'d': 1}]".to_owned()),
        Just("f'{a}, {b}'".to_owned()),
        Just("'''two\nlines'''".to_owned()),
        Just("f(1, *a, k=2)".to_owned()),
    ];
    let seam = prop_oneof![
        Just(""),
        Just(" "),
        Just("\n    "),
        Just("\n\t"),
        Just("  # note\n    "),
        Just("\n    # own line\n    "),
        Just("\n\n  "),
    ];
    let bracket = prop_oneof![Just(("[", "]")), Just(("(", ")")), Just(("f(", ")")), Just(("{", "}"))];
    let items = proptest::collection::vec((item, seam.clone(), seam.clone()), 0..5);
    (bracket, items, seam, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |((open, close), items, first, trailing, nested, newline)| {
            let count = items.len();
            let mut text = format!("{open}{first}");
            for (i, (item, before_comma, after)) in items.into_iter().enumerate() {
                let key = if open == "{" { format!("'k{i}': ") } else { String::new() };
                let one_tuple = open == "(" && count == 1;
                let comma = if i + 1 < count || trailing || one_tuple { "," } else { "" };
                let _ = write!(text, "{key}{item}{before_comma}{comma}{after}");
            }
            text.push_str(close);
            let lead = if nested { "class A:\n  B = " } else { "B = " };
            format!("{lead}{text}{}", if newline { "  # end\nC = 1\n" } else { "" })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_containers_keep_what_is_not_edited(text in container(), crlf in any::<bool>()) {
        prop_assume!(parse(&text).is_valid());
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        for shape in shapes(&text) {
            exercise(&text, &shape);
        }
    }

    #[test]
    fn statements_and_imports_keep_the_rest(
        head in prop_oneof![Just(""), Just("\"\"\"Doc.\"\"\"\n"), Just("#!/x\n# coding: utf-8\n"), Just("import a; b = 1\n"),
            Just("from __future__ import c\n"), Just("if x:\n\timport y\n"), Just("\u{c}\n"), Just("x = \\\n  1\n")],
        body in proptest::collection::vec(prop_oneof![Just("A = 1\n"), Just("# note\n"), Just("\n"), Just("def f():\n  pass\n"),
            Just("A = 1; B = 2  # both\n"), Just("if a: b = 1\n"), Just("from m import (\n  n,\n)\n")], 0..5),
        end in prop_oneof![Just(""), Just("Z = 1"), Just("# last"), Just("  "), Just("if q:\n  Z = 1\n\n\n")],
        crlf in any::<bool>(),
    ) {
        let text = format!("{head}{}{end}", body.concat());
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        prop_assume!(parse(&text).is_valid());
        let (sources, file) = sources(&text);
        let operations = [
            Operation::AddImport { file, module: "os".into(), name: String::new() },
            Operation::AddImport { file, module: "m".into(), name: "k".into() },
            Operation::AddAssignment {
                file,
                name: "NEW".into(),
                value: Code::Call("os.getenv".into(), vec![Code::str("X")], vec![]),
                place: drf_harden::edit::Place::End,
                comment: "why".into(),
            },
        ];
        let after = planned(&sources, file, &operations).expect("nothing here is refused");
        prop_assert!(after.contains("NEW = os.getenv("));
        let kept: Vec<&str> = comments(&after).into_iter().filter(|c| *c != "# why").collect();
        prop_assert_eq!(kept, comments(&text));
    }
}

/// Python files below `folder` that hold settings or views.
fn real_files(folder: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            real_files(&path, out);
        } else if name.ends_with(".py")
            && ["settings", "views", "viewsets", "serializers"].iter().any(|w| name.contains(w))
        {
            out.push(path);
        }
    }
}

#[test]
fn containers_of_real_projects_keep_what_is_not_edited() {
    let corpus = crate::support::corpus::root();
    let mut files = Vec::new();
    real_files(&corpus, &mut files);
    if files.is_empty() {
        eprintln!("SKIPPED: no corpus in {}; see CONTRIBUTING", corpus.display());
        return;
    }
    // All of them takes minutes in a development build: `EDIT_EVERY=1 cargo test` does it.
    let every = std::env::var("EDIT_EVERY").ok().and_then(|n| n.parse().ok()).unwrap_or(12);
    let (mut read, mut tried) = (0, 0);
    for path in files.into_iter().step_by(every) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        if text.len() > 40_000 || !parse(&text).is_valid() {
            continue;
        }
        read += 1;
        // Some containers of each file, as found and with the other line break.
        let other =
            if text.contains("\r\n") { text.replace("\r\n", "\n") } else { text.replace('\n', "\r\n") };
        for text in [text, other] {
            let all = shapes(&text);
            let step = all.len() / 6 + 1;
            for shape in all.iter().step_by(step) {
                tried += exercise(&text, shape);
            }
        }
    }
    eprintln!("{tried} edits on {read} files");
    assert!(tried > 0);
}
