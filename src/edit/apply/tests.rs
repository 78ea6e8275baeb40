//! Writes and undos on a real disk, with every way in which they can go wrong.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::edit::{Code, Operation, plan};
use crate::source::{SourceFile, Sources, Span};

/// A project in a temporary folder, with a journal beside it.
struct World {
    _folder: TempDir,
    root: PathBuf,
    journal: PathBuf,
}

fn world(files: &[(&str, &[u8])]) -> World {
    let folder = tempfile::tempdir().unwrap();
    let (root, journal) = (folder.path().join("project"), folder.path().join("state/journal"));
    fs::create_dir(&root).unwrap();
    for (path, bytes) in files {
        fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        fs::write(root.join(path), bytes).unwrap();
    }
    World { _folder: folder, root, journal }
}

impl World {
    /// A change of the first `1` of each file to `2`.
    fn change(&self, paths: &[&str]) -> SourceChange {
        let read =
            |p: &&str| SourceFile::from_bytes((*p).to_owned(), fs::read(self.root.join(p)).unwrap()).unwrap();
        let sources = Sources::new(self.root.clone(), paths.iter().map(read).collect());
        let operations: Vec<Operation> = sources
            .iter()
            .map(|(file, source)| {
                let at = source.text.find('1').unwrap() as u32;
                Operation::ReplaceExpression { at: Span { file, range: (at, at + 1) }, with: Code::Int(2) }
            })
            .collect();
        plan(&sources, &[("f", &operations)]).unwrap()
    }

    fn apply(&self, change: &SourceChange) -> Result<Applied, ApplyError> {
        apply(&self.root, change, &self.journal, &meta())
    }

    fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.root.join(path)).unwrap()
    }

    fn undo(&self) -> Result<Undone, UndoError> {
        undo(&self.root, &self.journal, None)
    }

    /// All names below the root: nothing may be left behind.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(&self.root)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn meta() -> ApplyMeta {
    ApplyMeta { title: "2 fixes".into(), date: "20261123".into(), time: "2026-11-23 11:42".into() }
}

fn refused(result: Result<Applied, ApplyError>) -> Vec<RefusedFile> {
    match result {
        Err(ApplyError::Refused(files)) => files,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_write_and_its_undo_change_only_the_edit() {
    let before = b"\xef\xbb\xbfA = 1\r\n# \xc3\xa9\r\nB = 2".as_slice();
    let world = world(&[("s.py", before), ("t.py", b"A = 1\n")]);
    fs::set_permissions(world.root.join("s.py"), fs::Permissions::from_mode(0o640)).unwrap();
    let applied = world.apply(&world.change(&["s.py", "t.py"])).unwrap();
    assert_eq!(applied, Applied { id: "20261123-1".into(), written: vec!["s.py".into(), "t.py".into()] });
    assert_eq!(world.read("s.py"), b"\xef\xbb\xbfA = 2\r\n# \xc3\xa9\r\nB = 2");
    assert_eq!(world.root.join("s.py").metadata().unwrap().mode() & 0o777, 0o640);
    assert_eq!(world.undo().unwrap().restored, ["s.py", "t.py"]);
    assert_eq!(world.read("s.py"), before);
    assert_eq!(world.root.join("s.py").metadata().unwrap().mode() & 0o777, 0o640);
    assert_eq!(world.names(), ["s.py", "t.py"]);
    assert!(matches!(world.undo(), Err(UndoError::Nothing)));
    let again = undo(&world.root, &world.journal, Some("20261123-1"));
    assert!(matches!(again, Err(UndoError::AlreadyUndone(_))));
}

#[test]
fn ids_count_up_and_the_last_write_is_undone_first() {
    let world = world(&[("s.py", b"A = 1, 1\n"), ("t.py", b"A = 1\n")]);
    world.apply(&world.change(&["s.py"])).unwrap();
    let second = world.apply(&world.change(&["t.py"])).unwrap();
    assert_eq!(second.id, "20261123-2");
    let ids: Vec<String> = list(&world.journal).unwrap().into_iter().map(|l| l.id).collect();
    assert_eq!(ids, ["20261123-2", "20261123-1"]);
    assert_eq!(world.undo().unwrap().id, "20261123-2");
    assert_eq!(world.undo().unwrap().id, "20261123-1");
    assert_eq!(world.apply(&world.change(&["t.py"])).unwrap().id, "20261123-3");
}

#[test]
fn the_journal_is_for_its_owner_only() {
    let world = world(&[("s.py", b"SECRET_KEY = 1\n")]);
    let applied = world.apply(&world.change(&["s.py"])).unwrap();
    let entry = world.journal.join(applied.id);
    for (path, mode) in [
        (world.journal.clone(), 0o700),
        (entry.clone(), 0o700),
        (entry.join("0.orig"), 0o600),
        (entry.join("entry.json"), 0o600),
    ] {
        assert_eq!(path.metadata().unwrap().mode() & 0o777, mode, "{}", path.display());
    }
}

#[test]
fn a_link_inside_the_root_is_followed_and_kept() {
    let world = world(&[("real/s.py", b"A = 1\n")]);
    symlink("real/s.py", world.root.join("s.py")).unwrap();
    world.apply(&world.change(&["s.py"])).unwrap();
    assert!(world.root.join("s.py").is_symlink());
    assert_eq!(world.read("real/s.py"), b"A = 2\n");
    world.undo().unwrap();
    assert!(world.root.join("s.py").is_symlink());
    assert_eq!(world.read("real/s.py"), b"A = 1\n");
}

#[test]
fn a_link_out_of_the_root_is_refused() {
    let world = world(&[("keep.py", b"A = 1\n")]);
    let outside = world.root.parent().unwrap().join("outside.py");
    fs::write(&outside, "A = 1\n").unwrap();
    symlink(&outside, world.root.join("s.py")).unwrap();
    let change = world.change(&["s.py"]);
    assert_eq!(stale_files(&world.root, &change).len(), 1);
    let files = refused(world.apply(&change));
    assert!(files[0].to_string().starts_with("s.py: it leads outside the project ("), "{}", files[0]);
    let mut climbing = world.change(&["keep.py"]);
    climbing.files[0].path = "../outside.py".into();
    assert!(matches!(refused(world.apply(&climbing))[0].reason, RefusedReason::Outside(_)));
    assert_eq!(fs::read(&outside).unwrap(), b"A = 1\n");
}

#[test]
fn one_file_under_two_names_is_refused() {
    let world = world(&[("s.py", b"A = 1\n")]);
    symlink("s.py", world.root.join("t.py")).unwrap();
    let files = refused(world.apply(&world.change(&["s.py", "t.py"])));
    assert_eq!(files[0].to_string(), "t.py: it is the same file as s.py");
}

#[test]
fn a_hard_link_still_names_the_same_file() {
    let world = world(&[("s.py", b"A = 1, 'a long text'\n")]);
    fs::hard_link(world.root.join("s.py"), world.root.join("other.py")).unwrap();
    world.apply(&world.change(&["s.py"])).unwrap();
    assert_eq!(world.read("other.py"), b"A = 2, 'a long text'\n");
    assert_eq!(world.root.join("s.py").metadata().unwrap().nlink(), 2);
    world.undo().unwrap();
    assert_eq!(world.read("other.py"), b"A = 1, 'a long text'\n");
    assert_eq!(world.names(), ["other.py", "s.py"]);
}

#[test]
fn a_file_that_changed_since_the_scan_stops_the_whole_write() {
    let world = world(&[("s.py", b"A = 1\n"), ("t.py", b"A = 1\n")]);
    let change = world.change(&["s.py", "t.py"]);
    fs::write(world.root.join("t.py"), "A = 1  # mine\n").unwrap();
    let files = refused(world.apply(&change));
    assert_eq!(files, [RefusedFile { path: "t.py".into(), reason: RefusedReason::Changed }]);
    assert_eq!(stale_files(&world.root, &change), files);
    assert_eq!(world.read("s.py"), b"A = 1\n");
    fs::remove_file(world.root.join("t.py")).unwrap();
    assert_eq!(refused(world.apply(&change))[0].reason, RefusedReason::Gone);
}

#[test]
fn a_file_that_changes_while_staging_stops_the_whole_write() {
    let world = world(&[("s.py", b"A = 1\n"), ("t.py", b"A = 1\n")]);
    let change = world.change(&["s.py", "t.py"]);
    let target = world.root.join("t.py");
    let result = apply_watched(&world.root, &change, &world.journal, &meta(), &mut |step| {
        if step == Step::Staged { fs::write(&target, "mine\n") } else { Ok(()) }
    });
    assert_eq!(refused(result)[0].path, "t.py");
    assert_eq!((world.read("s.py"), world.read("t.py")), (b"A = 1\n".to_vec(), b"mine\n".to_vec()));
    assert_eq!(world.names(), ["s.py", "t.py"]);
}

#[test]
fn a_read_only_file_is_refused() {
    let world = world(&[("s.py", b"A = 1\n")]);
    fs::set_permissions(world.root.join("s.py"), fs::Permissions::from_mode(0o444)).unwrap();
    assert_eq!(refused(world.apply(&world.change(&["s.py"])))[0].to_string(), "s.py: it is read-only");
}

/// Lets one step fail and checks that the disk is as before.
fn fails_at(at: Step, error: fn() -> io::Error) -> ApplyError {
    let world = world(&[("a.py", b"A = 1\n"), ("b.py", b"A = 1\n"), ("c.py", b"A = 1\n")]);
    let change = world.change(&["a.py", "b.py", "c.py"]);
    let result = apply_watched(&world.root, &change, &world.journal, &meta(), &mut |step| {
        if step == at { Err(error()) } else { Ok(()) }
    });
    for name in ["a.py", "b.py", "c.py"] {
        assert_eq!(world.read(name), b"A = 1\n", "{at:?}");
    }
    assert_eq!(world.names(), ["a.py", "b.py", "c.py"], "{at:?}");
    assert!(list(&world.journal).unwrap().is_empty(), "{at:?}");
    result.unwrap_err()
}

#[test]
fn a_full_disk_changes_nothing() {
    let full = || io::Error::from(io::ErrorKind::StorageFull);
    for at in [Step::Stage(0), Step::Stage(2), Step::Rename(0), Step::Rename(2)] {
        let error = fails_at(at, full);
        assert!(error.to_string().starts_with("nothing was written: the disk is full ("), "{error}");
    }
}

#[test]
fn any_failure_puts_all_files_back() {
    let denied = || io::Error::from(io::ErrorKind::PermissionDenied);
    for at in [Step::Stage(1), Step::Staged, Step::Rename(1), Step::Rename(2)] {
        assert!(matches!(fails_at(at, denied), ApplyError::Failed { .. }), "{at:?}");
    }
}

/// A write that dies before the rename with this number.
fn crash(world: &World, change: &SourceChange, at: usize) {
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        apply_watched(&world.root, change, &world.journal, &meta(), &mut |step| {
            assert!(step != Step::Rename(at), "the power fails");
            Ok(())
        })
    }));
    assert!(result.is_err());
}

#[test]
fn a_crash_between_renames_is_put_in_order_by_the_next_run() {
    let world = world(&[("a.py", b"A = 1\n"), ("b.py", b"A = 1\n")]);
    crash(&world, &world.change(&["a.py", "b.py"]), 1);
    assert_eq!((world.read("a.py"), world.read("b.py")), (b"A = 2\n".to_vec(), b"A = 1\n".to_vec()));
    let recovered = recover(&world.journal).unwrap();
    assert_eq!(
        (recovered[0].restored.as_slice(), recovered[0].left.len()),
        (["a.py".to_owned()].as_slice(), 0)
    );
    assert_eq!(world.read("a.py"), b"A = 1\n");
    assert!(recover(&world.journal).unwrap().is_empty());
    assert!(list(&world.journal).unwrap().is_empty());
    world.apply(&world.change(&["a.py"])).unwrap();
}

#[test]
fn recovery_leaves_what_somebody_changed_and_keeps_its_copy() {
    let world = world(&[("a.py", b"A = 1\n"), ("b.py", b"A = 1\n")]);
    crash(&world, &world.change(&["a.py", "b.py"]), 1);
    fs::write(world.root.join("a.py"), "mine\n").unwrap();
    let recovered = recover(&world.journal).unwrap();
    assert_eq!(recovered[0].left[0].path, "a.py");
    assert_eq!(fs::read(&recovered[0].left[0].saved).unwrap(), b"A = 1\n");
    assert_eq!(world.read("a.py"), b"mine\n");
}

#[test]
fn an_undo_that_would_lose_work_is_refused_and_names_the_copy() {
    let world = world(&[("a.py", b"A = 1\n"), ("b.py", b"A = 1\n")]);
    world.apply(&world.change(&["a.py", "b.py"])).unwrap();
    fs::write(world.root.join("b.py"), "A = 2\nmine = 1\n").unwrap();
    let Err(UndoError::Changed(files)) = world.undo() else { panic!("the undo went through") };
    assert_eq!(fs::read(&files[0].saved).unwrap(), b"A = 1\n");
    assert_eq!(
        (world.read("a.py"), world.read("b.py")),
        (b"A = 2\n".to_vec(), b"A = 2\nmine = 1\n".to_vec())
    );
}

#[test]
fn two_writers_do_not_meet() {
    let world = world(&[("a.py", b"A = 1\n")]);
    let change = world.change(&["a.py"]);
    let held = Journal::open(&world.journal).unwrap();
    assert!(matches!(world.apply(&change), Err(ApplyError::Busy)));
    drop(held);
    world.apply(&change).unwrap();
}

#[test]
fn another_project_has_its_own_undo() {
    let (one, two) = (world(&[("a.py", b"A = 1\n")]), world(&[("a.py", b"A = 1\n")]));
    one.apply(&one.change(&["a.py"])).unwrap();
    assert!(matches!(undo(&two.root, &one.journal, None), Err(UndoError::Nothing)));
}

#[test]
fn own_files_are_written_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("decisions.toml");
    write_atomic(&path, b"one").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o604)).unwrap();
    let link = folder.path().join("link.toml");
    symlink(&path, &link).unwrap();
    write_atomic(&link, b"two").unwrap();
    assert!(link.is_symlink());
    assert_eq!(fs::read(&path).unwrap(), b"two");
    assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o604);
    assert!(write_atomic(Path::new("/no/such/folder/x"), b"").is_err());
}

/// A change that makes a new file beside a changed one.
fn with_new_file(world: &World, path: &str) -> SourceChange {
    let bytes = fs::read(world.root.join("a.py")).unwrap();
    let file = SourceFile::from_bytes("a.py".to_owned(), bytes).unwrap();
    let sources = Sources::new(world.root.clone(), vec![file]);
    let near = sources.find("a.py").unwrap();
    let operations = [
        Operation::ReplaceExpression { at: Span { file: near, range: (4, 5) }, with: Code::Int(2) },
        Operation::CreateFile { near, path: path.to_owned(), text: "y = 1\n".to_owned() },
    ];
    plan(&sources, &[("f", &operations)]).unwrap()
}

#[test]
fn a_new_file_is_written_and_taken_back() {
    let world = world(&[("a.py", b"x = 1\n")]);
    let change = with_new_file(&world, "test_a.py");
    let applied = world.apply(&change).unwrap();
    assert_eq!(applied.written, ["a.py", "test_a.py"]);
    assert_eq!(world.read("test_a.py"), b"y = 1\n");
    let undone = world.undo().unwrap();
    assert_eq!(undone.restored, ["a.py", "test_a.py"]);
    assert_eq!(world.read("a.py"), b"x = 1\n");
    assert!(!world.root.join("test_a.py").exists());
}

#[test]
fn a_new_file_takes_nothing_over() {
    let world = world(&[("a.py", b"x = 1\n"), ("test_a.py", b"mine = 1\n")]);
    let change = with_new_file(&world, "test_a.py");
    assert!(matches!(world.apply(&change), Err(ApplyError::Refused(_))));
    assert_eq!(world.read("a.py"), b"x = 1\n");
    for path in ["../test_a.py", "missing/test_a.py"] {
        let refused = world.apply(&with_new_file(&world, path));
        assert!(matches!(refused, Err(ApplyError::Refused(_))), "{path}");
    }
}

#[test]
fn a_new_file_that_somebody_changed_is_not_taken_back() {
    let world = world(&[("a.py", b"x = 1\n")]);
    world.apply(&with_new_file(&world, "test_a.py")).unwrap();
    fs::write(world.root.join("test_a.py"), "y = 2\n").unwrap();
    assert!(matches!(world.undo(), Err(UndoError::Changed(_))));
    assert_eq!(world.read("a.py"), b"x = 2\n");
    fs::remove_file(world.root.join("test_a.py")).unwrap();
    assert_eq!(world.undo().unwrap().restored, ["a.py"]);
}

#[test]
fn a_write_that_fails_leaves_no_new_file() {
    let world = world(&[("z.py", b""), ("a.py", b"x = 1\n")]);
    let change = with_new_file(&world, "b.py");
    let fail = |step| if step == Step::Rename(1) { Err(io::Error::other("no")) } else { Ok(()) };
    let failed = apply_watched(&world.root, &change, &world.journal, &meta(), &mut { fail });
    assert!(failed.is_err());
    assert_eq!(world.read("a.py"), b"x = 1\n");
    assert!(!world.root.join("b.py").exists());
}
