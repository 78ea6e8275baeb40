//! From a real project's settings to an applied, undoable patch, in a real pseudo-terminal, with real Django as the
//! judge. The project is Misago 0.39.6: its settings import and its system checks run without a database, with its
//! own requirements in an environment that this test makes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::oracle::{self, Imported};
use crate::support::{corpus, pty, venv};

/// The three fixes: check, the setting it promises, the value, and Django's id that must be gone.
const FIXES: [(&str, &str, bool, &str); 3] = [
    ("csrf-cookie-insecure", "CSRF_COOKIE_SECURE", true, "security.W016"),
    ("debug-enabled", "DEBUG", false, "security.W018"),
    ("session-cookie-insecure", "SESSION_COOKIE_SECURE", true, "security.W012"),
];
const MODULE: &str = "devproject.settings";

/// A copy of Misago, and a place for the tool's own files.
struct Copy {
    folder: tempfile::TempDir,
    state: tempfile::TempDir,
}

impl Copy {
    fn of(source: &Path) -> Self {
        let copy = Self { folder: tempfile::tempdir().unwrap(), state: tempfile::tempdir().unwrap() };
        for part in ["devproject", "misago"] {
            corpus::copy(&source.join(part), copy.root());
        }
        copy
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Every Python file with its bytes.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut todo = vec![self.root().to_path_buf()];
        while let Some(path) = todo.pop() {
            if path.is_dir() {
                todo.extend(fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()));
            } else if !path.to_string_lossy().contains("__pycache__") {
                let bytes = fs::read(&path).unwrap();
                files.insert(path.strip_prefix(self.root()).unwrap().to_path_buf(), bytes);
            }
        }
        files
    }

    fn tool(&self, arguments: &[&str]) -> std::process::Output {
        let mut command = assert_cmd::Command::cargo_bin("drf-harden").unwrap();
        command
            .env_clear()
            .env("HOME", self.state.path())
            .env("XDG_STATE_HOME", self.state.path().join("state"));
        command.current_dir(self.root()).args(arguments).output().unwrap()
    }

    /// The patch of the three fixes, as `apply --patch` saves it.
    fn patch(&self) -> String {
        let file = self.state.path().join("three.patch");
        let path = file.to_string_lossy().into_owned();
        let output = self.tool(&arguments(&["apply", "--patch", &path]));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::read_to_string(&file).unwrap()
    }

    /// Fails with the names of the files that are not as in `expected`.
    fn assert_files(&self, expected: &BTreeMap<PathBuf, Vec<u8>>, why: &str) {
        let now = self.files();
        let differ = |path: &&PathBuf| now.get(*path) != expected.get(*path);
        let names: Vec<_> = now.keys().chain(expected.keys()).filter(differ).collect();
        assert!(names.is_empty(), "{why}, yet these differ: {names:?}");
    }
}

fn arguments<'a>(first: &[&'a str]) -> Vec<&'a str> {
    let mut all = first.to_vec();
    for (check, ..) in FIXES {
        all.extend(["--select", check]);
    }
    all.extend(["--allow", "tightens,reshapes,choose"]);
    all
}

/// The removed and added lines of a patch, without the file headers.
fn changed_lines(patch: &str) -> Vec<&str> {
    patch
        .lines()
        .filter(|l| {
            (l.starts_with('-') || l.starts_with('+')) && !l.starts_with("---") && !l.starts_with("+++")
        })
        .collect()
}

#[test]
fn three_fixes_by_keys_and_by_command_judged_by_django() {
    let Some(source) = corpus::project("misago") else { return };
    let by_keys = Copy::of(&source);
    let original = by_keys.files();
    let patch = by_keys.patch();
    by_keys.assert_files(&original, "saving a patch writes nothing else");
    let lines = changed_lines(&patch);
    assert!(lines.len() >= 4, "{patch}");

    // The session: find each item, look at its diff, accept, then write.
    let mut session = pty::start(by_keys.root(), by_keys.state.path(), (50, 120), &["session"], &[]);
    let mut shown = String::new();
    session.wait_for("Before the first scan");
    session.send("\r");
    session.wait_for("Enter opens the checklist");
    session.send("\r");
    session.wait_for("show: open");
    for (check, ..) in FIXES {
        session.send("/");
        session.send(check);
        session.send("\r");
        session.wait_for(&format!("/{check}  1 of "));
        session.send("f");
        // The practice may have another fix first; J goes on to the one that is wanted.
        let wanted = |s: &str| s.lines().any(|l| l.contains("> [ ]") && l.contains(title_word(check)));
        if !wanted(&session.wait_for("[FIX]")) {
            session.send("J");
        }
        // The diff is planned beside the screen: wait for its lines, not only for the mark.
        let setting = title_word(check);
        let promised: Vec<&str> =
            lines.iter().filter(|l| l.contains(setting)).map(|l| l[1..].trim()).collect();
        let complete = |s: &str| wanted(s) && promised.iter().all(|text| s.contains(text));
        shown.push_str(&session.wait_until(check, complete));
        session.send("y");
        session.wait_until("the mark", |s| {
            s.lines().any(|l| l.contains("[y]") && l.contains(title_word(check)))
        });
        session.send("\u{1b}");
        session.wait_for("[CHECKLIST]");
        session.send("\u{1b}");
        session.wait_until("the whole list", |s| !s.contains(&format!("/{check}")));
    }
    by_keys.assert_files(&original, "nothing is written before W and y");
    session.send("W");
    session.wait_for("Write these changes");
    session.send("\r");
    by_keys.assert_files(&original, "Enter does not write");
    session.send("y");
    session.wait_for("undo id");
    session.send("\u{3}");
    assert_eq!(session.wait_exit(), 130);
    session.assert_restored();

    let written = by_keys.files();
    let changed: Vec<_> =
        original.iter().filter(|(path, bytes)| written[*path] != **bytes).map(|(p, _)| p.clone()).collect();
    assert_eq!(changed, [PathBuf::from("devproject/settings.py")]);
    assert_eq!(written.len(), original.len(), "no file is left behind");
    for line in &lines {
        let text = line[1..].trim();
        assert!(
            text.is_empty() || shown.contains(text),
            "`{line}` is in the patch and was not on the screen:\n{shown}"
        );
    }

    // The same by command gives the same bytes, and exactly what the patch says.
    let by_command = Copy::of(&source);
    let output = by_command.tool(&arguments(&["apply"]));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    by_command.assert_files(&written, "the command writes what the keys wrote");
    let patched = Copy::of(&source);
    apply_patch(patched.root(), &patch);
    patched.assert_files(&written, "the files differ exactly by the diff shown");

    django_agrees(&source, &by_keys);

    // From another run, byte for byte.
    let output = by_keys.tool(&["undo"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    by_keys.assert_files(&original, "undo gives every byte back");
}

/// The setting's name, which the title of its fix holds.
fn title_word(check: &str) -> &'static str {
    FIXES.iter().find(|(id, ..)| *id == check).expect("one of the three").1
}

fn apply_patch(root: &Path, patch: &str) {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), patch).unwrap();
    let status = Command::new("patch").args(["-p1", "-s", "-i"]).arg(file.path()).current_dir(root).status();
    let status =
        status.or_else(|_| Command::new("git").arg("apply").arg(file.path()).current_dir(root).status());
    assert!(status.expect("patch or git").success(), "{patch}");
}

/// The patched module imports, its values are the promised ones, and the ids of the fixed items are gone.
fn django_agrees(source: &Path, patched: &Copy) {
    let Some(python) = venv::python("misago", &["misago==0.39.6"]) else { return };
    let Imported::Settings { settings, .. } = oracle::import(&python, patched.root(), MODULE, None, &[])
    else {
        panic!("the patched settings do not import");
    };
    let unpatched = Copy::of(source);
    let (before, after) = (deploy_check(&python, unpatched.root()), deploy_check(&python, patched.root()));
    for (_, setting, value, id) in FIXES {
        assert_eq!(settings[setting], serde_json::Value::Bool(value), "{setting}");
        assert!(before.contains(id), "{id} was not there before:\n{before}");
        assert!(!after.contains(id), "{id} is still there:\n{after}");
    }
}

fn deploy_check(python: &Path, root: &Path) -> String {
    let output = Command::new(python)
        .args(["-m", "django", "check", "--deploy"])
        .env_clear()
        .env("PYTHONPATH", root)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("DJANGO_SETTINGS_MODULE", MODULE)
        .current_dir(root)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("System check identified"), "{text}");
    text
}
