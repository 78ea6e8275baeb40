//! TOML.

use super::{given, given_bytes, list};
use crate::edit::{Code, Operation, Refusal};

fn set(path: &[&str], key: &str, value: Code) -> impl Fn(crate::source::FileId) -> Operation {
    let table = path.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>();
    let key = key.to_owned();
    move |file| Operation::SetTomlKey { file, table: table.clone(), key: key.clone(), value: value.clone() }
}

fn check(before: &str, operation: impl Fn(crate::source::FileId) -> Operation, after: &str) {
    for crlf in [false, true] {
        let turn = |text: &str| {
            if crlf && before.contains('\n') { text.replace('\n', "\r\n") } else { text.to_owned() }
        };
        let given = given("settings.toml", &turn(before));
        match given.plan(&[operation(given.file)]) {
            Ok(found) => assert_eq!(found, turn(after), "before:\n{before}"),
            Err(why) => panic!("{why}\nbefore:\n{before}"),
        }
    }
}

#[test]
fn a_value_is_replaced_in_place() {
    let off = || set(&["production"], "DEBUG", Code::Bool(false));
    check(
        "[production]\nDEBUG = true # why\nA = 0x10\n",
        off(),
        "[production]\nDEBUG = false # why\nA = 0x10\n",
    );
    check("production.DEBUG = true", off(), "production.DEBUG = false");
    check("production = {DEBUG=true , A = 1}\n", off(), "production = {DEBUG=false , A = 1}\n");
    check("H = [\n  'a', # a\n  \"b\"\n]\n", set(&[], "H", list(&["c"])), "# a\nH = [\n    \"c\",\n]\n");
    check("K = 'x'\n", set(&[], "K", Code::str("y")), "K = 'y'\n");
}

#[test]
fn a_key_is_added_to_its_table() {
    let key = || set(&["production"], "K", Code::str("v"));
    check(
        "[production]\nA = 1 # a\n\n[test]\nA = 2\n",
        key(),
        "[production]\nA = 1 # a\nK = \"v\"\n\n[test]\nA = 2\n",
    );
    check(
        "[production]\n  A = 1\n[production.x]\nB = 1\n",
        key(),
        "[production]\n  A = 1\n  K = \"v\"\n[production.x]\nB = 1\n",
    );
    check("[production]", key(), "[production]\nK = \"v\"");
    check("production.A = 1\nB = 2\n", key(), "production.A = 1\nproduction.K = \"v\"\nB = 2\n");
    check("production = { A = 1 }\n", key(), "production = { A = 1, K = \"v\" }\n");
    check("production = {}\n", key(), "production = { K = \"v\" }\n");
}

#[test]
fn a_table_is_added_where_it_belongs() {
    check("A = 1\n", set(&["production"], "K", Code::Int(1)), "A = 1\n\n[production]\nK = 1\n");
    check("A = 1", set(&["production"], "K", Code::Int(1)), "A = 1\n\n[production]\nK = 1");
    check("", set(&["production"], "K", Code::Int(1)), "[production]\nK = 1\n");
    check(
        "[production]\nA = 1\n\n[test]\nA = 2\n",
        set(&["production", "REST_FRAMEWORK"], "PAGE_SIZE", Code::Int(50)),
        "[production]\nA = 1\n\n[production.REST_FRAMEWORK]\nPAGE_SIZE = 50\n\n[test]\nA = 2\n",
    );
}

#[test]
fn a_key_at_the_top_stands_before_the_first_header() {
    check("# about t\n[t]\nA = 1\n", set(&[], "K", Code::Int(1)), "K = 1\n\n# about t\n[t]\nA = 1\n");
    check("A = 1\n[t]\nA = 1\n", set(&[], "K", Code::Int(1)), "A = 1\nK = 1\n[t]\nA = 1\n");
}

#[test]
fn values_of_every_kind() {
    let dict = Code::Dict(vec![(Code::str("a b"), list(&["x\"y"])), (Code::str("n"), Code::Int(-1))]);
    check("", set(&[], "K", dict), "K = { \"a b\" = [\"x\\\"y\"], n = -1 }\n");
    let given = given("settings.toml", "");
    let operation = set(&[], "K", Code::Raw("os.environ".into()))(given.file);
    assert!(matches!(given.plan(&[operation]), Err(Refusal::BadCode(_))));
}

#[test]
fn a_key_is_removed_with_its_line() {
    let remove = |path: &'static [&'static str]| {
        move |file| Operation::RemoveTomlKey {
            file,
            table: path.iter().map(|p| (*p).to_owned()).collect(),
            key: "K".into(),
        }
    };
    check("A = 1\nK = [ # c\n 1]  # k\nB = 2\n", remove(&[]), "A = 1\nB = 2\n");
    check("[t]\nA = 1\nK = 2", remove(&["t"]), "[t]\nA = 1");
    check("t = { A = 1, K = 2 }\n", remove(&["t"]), "t = { A = 1 }\n");
    check("t = { K = 2, A = 1 }\n", remove(&["t"]), "t = { A = 1 }\n");
    check("t.K = 1\nt.A = 2\n", remove(&["t"]), "t.A = 2\n");
    check("A = 1\n", remove(&["t"]), "A = 1\n");
}

#[test]
fn a_mark_at_the_start_does_not_shift_the_edit() {
    let given = given_bytes("settings.toml", b"\xef\xbb\xbfA = 1\r\nK = 2\r\n");
    let found = given.plan(&[set(&[], "K", Code::Int(3))(given.file)]).unwrap();
    assert_eq!(found, "A = 1\r\nK = 3\r\n");
}

#[test]
fn broken_files_and_arrays_of_tables_are_left() {
    let broken = given("settings.toml", "A = 1\nA = 2\n");
    assert!(matches!(
        broken.plan(&[set(&[], "K", Code::Int(1))(broken.file)]),
        Err(Refusal::Broken { line: 2, .. })
    ));
    let tables = given("settings.toml", "[[t]]\nA = 1\n");
    let found = tables.plan(&[set(&["t"], "K", Code::Int(1))(tables.file)]);
    assert!(matches!(found, Err(Refusal::Unsupported { line: 1, .. })), "{found:?}");
}
