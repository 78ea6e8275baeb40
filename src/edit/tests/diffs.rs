//! Hunks and patches.

use std::path::Path;
use std::process::Command;

use super::given_bytes;
use crate::edit::diff::{DiffKind, file_diff, unified};
use crate::edit::{FileEdit, SourceChange};

fn edit(path: &str, before: &[u8], after: &str) -> FileEdit {
    let given = given_bytes(path, before);
    let source = given.sources.file(given.file);
    FileEdit {
        is_new: false,
        file: given.file,
        path: path.to_owned(),
        before: source.text.clone(),
        after: after.to_owned(),
        before_hash: source.hash,
    }
}

#[test]
fn a_hunk_has_numbers_header_and_marks() {
    use DiffKind::{Added, Context, Removed};
    let before = "A = 1\nR = {\n    'A': 1,\n    'B': 'old text here',\n}\nZ = 1\n";
    let after = before.replace("old", "new").replace("}\n", "    'C': 3,\n}\n");
    let diff = file_diff("s.py", before, &after, 1);
    let [hunk] = diff.hunks.as_slice() else { panic!("{diff:?}") };
    assert_eq!((hunk.old_start, hunk.old_len, hunk.new_start, hunk.new_len), (3, 3, 3, 4));
    assert_eq!(hunk.header, "R");
    let kinds: Vec<DiffKind> = hunk.lines.iter().map(|l| l.kind).collect();
    assert_eq!(kinds, [Context, Removed, Added, Added, Context]);
    let (old, new) = (&hunk.lines[1], &hunk.lines[2]);
    assert_eq!((&old.text[old.emphasis[0].clone()], &new.text[new.emphasis[0].clone()]), ("old", "new"));
    assert_eq!((old.old_no, old.new_no, new.old_no, new.new_no), (Some(4), None, None, Some(4)));
    assert!(hunk.lines[3].emphasis.is_empty());
}

#[test]
fn headers_name_what_encloses_the_change() {
    let header = |path: &str, before: &str| {
        file_diff(path, before, &before.replace("= 1", "= 2"), 0).hunks[0].header.clone()
    };
    assert_eq!(header("v.py", "class A:\n    class M:\n        x = 1\n"), "class A, class M, x");
    assert_eq!(header("v.py", "class A:\n    def f(self):\n        x = 1\n"), "class A, def f");
    assert_eq!(header("s.toml", "[a]\nx = 0\n[b.c]\nx = 1\n"), "[b.c]");
    assert_eq!(header("s.py", "f(x = 1)\n"), "");
}

#[test]
fn line_breaks_of_every_kind_are_left_out_of_the_text() {
    for eol in ["\n", "\r\n", "\r"] {
        let before = ["A = 1", "B = 2", ""].join(eol);
        let diff = file_diff("s.py", &before, &before.replace('2', "3"), 3);
        let texts: Vec<&str> = diff.hunks[0].lines.iter().map(|l| l.text.as_str()).collect();
        assert_eq!(texts, ["A = 1", "B = 2", "B = 3"], "{eol:?}");
    }
    let diff = file_diff("s.py", "A = 1", "A = 1\nB = 2", 3);
    assert!(diff.hunks[0].lines.iter().any(|l| l.no_newline));
}

/// Runs a patch program in a folder; `None` when it is not installed.
fn run(program: &str, arguments: &[&str], folder: &Path) -> Option<bool> {
    let output = Command::new(program).args(arguments).current_dir(folder).output().ok()?;
    if !output.status.success() {
        eprintln!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    }
    Some(output.status.success())
}

#[test]
fn a_patch_is_taken_by_git_and_patch() {
    let files: [(&str, &[u8], &str); 6] = [
        ("lf.py", b"A = 1\nB = 2\nC = 3\n", "A = 1\nB = 5\nC = 3\nD = 4\n"),
        ("crlf.py", b"A = 1\r\nB = 2\r\n", "A = 1\r\nB = 3\r\n"),
        ("open end.py", b"A = 1\nB = 2", "A = 1\nB = 3"),
        ("sub/bom.py", b"\xef\xbb\xbfA = 1\nB = 2\n", "A = 2\nB = 2\n"),
        ("caf\u{e9}.py", b"A = 1\n", "A = 1\nB = 2"),
        ("gap.py", b"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n", "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n"),
    ];
    let change =
        SourceChange { files: files.iter().map(|(path, before, after)| edit(path, before, after)).collect() };
    let patch = unified(&change);
    let programs: [(&str, &[&str]); 2] = [
        ("git", &["apply", "--whitespace=nowarn", "p.diff"]),
        ("patch", &["-p1", "--binary", "-s", "-i", "p.diff"]),
    ];
    for (program, arguments) in programs {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        for (path, before, _) in &files {
            std::fs::write(folder.path().join(path), before).unwrap();
        }
        std::fs::write(folder.path().join("p.diff"), &patch).unwrap();
        let Some(taken) = run(program, arguments, folder.path()) else {
            eprintln!("SKIPPED: {program} is not installed");
            continue;
        };
        assert!(taken, "{program} refuses\n{patch}");
        for (path, before, after) in &files {
            let mark: &[u8] = if before.starts_with(b"\xef\xbb\xbf") { b"\xef\xbb\xbf" } else { b"" };
            let found = std::fs::read(folder.path().join(path)).unwrap();
            assert_eq!(found, [mark, after.as_bytes()].concat(), "{program} {path}");
        }
    }
}
