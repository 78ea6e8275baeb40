//! Bad input, row by row: one clear sentence, the right exit code, nothing lost.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;

const SETTINGS: &str =
    "INSTALLED_APPS = ['rest_framework']\nSECRET_KEY = 'x'\nDEBUG = True\nROOT_URLCONF = 'urls'\n";

/// A project of one settings module, and a place for the tool's own files.
struct Case {
    root: TempDir,
    state: TempDir,
}

impl Case {
    fn new() -> Self {
        let case = Self { root: tempfile::tempdir().unwrap(), state: tempfile::tempdir().unwrap() };
        case.write("manage.py", b"import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n");
        case.write("settings.py", SETTINGS.as_bytes());
        case.write("urls.py", b"urlpatterns = []\n");
        case
    }

    fn path(&self) -> &Path {
        self.root.path()
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.path().join(path)).unwrap()
    }

    fn command(&self) -> Command {
        let mut command = Command::cargo_bin("drf-harden").unwrap();
        command.env_clear().env("HOME", self.state.path()).env("XDG_STATE_HOME", self.state.path());
        command
    }

    /// Runs with the project's folder behind the arguments; gives exit code, stdout, stderr.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = self.command().args(arguments).arg(self.path()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn check(&self) -> serde_json::Value {
        let (code, stdout, stderr) = self.run(&["check", "--format", "json"]);
        assert!(code == 0 || code == 1, "{code}: {stderr}");
        serde_json::from_str(&stdout).unwrap()
    }

    /// The reason for which `path` was not read.
    fn not_read(&self, path: &str) -> String {
        let report = self.check();
        let rows = report["not_read"].as_array().unwrap();
        let row = rows
            .iter()
            .find(|r| r["path"] == path)
            .unwrap_or_else(|| panic!("{path} is not listed: {rows:?}"));
        row["reason"].as_str().unwrap().to_owned()
    }

    /// Whether `debug-enabled` is found at `settings.py`.
    fn finds_debug(&self) -> bool {
        let report = self.check();
        let findings = report["findings"].as_array().unwrap();
        findings.iter().any(|f| f["check"] == "debug-enabled" && f["path"] == "settings.py")
    }

    /// Applies the fix of `debug-enabled`, checks that it took, undoes it, and compares bytes.
    fn debug_fix_round_trip(&self) {
        let before = self.read("settings.py");
        let (code, _, stderr) =
            self.run(&["apply", "--select", "debug-enabled", "--allow", "tightens,reshapes,choose"]);
        assert_eq!(code, 0, "{stderr}");
        let after = self.read("settings.py");
        assert_ne!(before, after);
        assert!(!self.finds_debug());
        let output = self.command().current_dir(self.path()).arg("undo").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(self.read("settings.py"), before);
    }
}

#[test]
fn no_django_project() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.py"), "A = 1\n").unwrap();
    let mut command = Command::cargo_bin("drf-harden").unwrap();
    let output = command.arg("check").arg(folder.path()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr.contains("no Django or DRF project") && stderr.contains("manage.py"), "{stderr}");
    let mut command = Command::cargo_bin("drf-harden").unwrap();
    assert_eq!(
        command.args(["check", "--allow-empty"]).arg(folder.path()).output().unwrap().status.code(),
        Some(0)
    );
}

#[test]
fn a_folder_inside_a_project_stands_for_the_project() {
    let case = Case::new();
    fs::remove_file(case.path().join("manage.py")).unwrap();
    fs::create_dir(case.path().join(".git")).unwrap();
    case.write("orders/views.py", b"from rest_framework.views import APIView\nclass V(APIView):\n    pass\n");
    let output =
        case.command().args(["check", "--format", "json"]).arg(case.path().join("orders")).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["projects"][0]["settings"], "settings");
    let notices = report["notices"].to_string();
    assert!(notices.contains("the whole project was judged"), "{notices}");
}

#[test]
fn a_path_that_is_not_there_or_no_folder() {
    let case = Case::new();
    for (path, says) in [("missing", "missing"), ("settings.py", "settings.py")] {
        let output = case.command().arg("check").arg(case.path().join(path)).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(says), "{stderr}");
        assert_eq!(stderr.trim_end().lines().count(), 1, "{stderr}");
    }
}

#[test]
fn a_broken_file_costs_only_itself() {
    let case = Case::new();
    case.write("app/views.py", b"class V(\n    pass\n");
    assert!(
        case.not_read("app/views.py").contains("line 2") || case.not_read("app/views.py").contains("line 1")
    );
    assert!(case.finds_debug());
}

#[test]
fn a_broken_settings_file_is_reported_from_but_never_edited() {
    let case = Case::new();
    case.write("settings.py", format!("{SETTINGS}\nX = [1\n").as_bytes());
    assert!(case.not_read("settings.py").contains("not valid Python"));
    let before = case.read("settings.py");
    let (code, _, _) = case.run(&["apply", "--allow", "tightens,reshapes,choose"]);
    assert!(code == 0 || code == 4, "{code}");
    assert_eq!(case.read("settings.py"), before);
}

#[test]
fn binary_nul_and_other_encodings() {
    let case = Case::new();
    case.write("app/nul.py", b"A = '\0'\n");
    case.write("app/latin.py", b"A = '\xe9'\n");
    case.write("app/cookie.py", b"# -*- coding: latin-1 -*-\nA = '\xe9'\n");
    assert!(case.not_read("app/nul.py").contains("NUL"));
    assert!(case.not_read("app/latin.py").contains("UTF-8"));
    let report = case.check();
    assert!(report["not_read"].as_array().unwrap().iter().all(|r| r["path"] != "app/cookie.py"));
    assert!(case.finds_debug());
}

#[test]
fn a_file_of_50_megabytes() {
    let case = Case::new();
    let file = fs::File::create(case.path().join("big.py")).unwrap();
    file.set_len(50 * 1024 * 1024).unwrap();
    assert!(case.not_read("big.py").contains("larger than"));
    assert!(case.finds_debug());
}

#[test]
fn an_unreadable_file() {
    let case = Case::new();
    case.write("app/secret.py", b"A = 1\n");
    let path = case.path().join("app/secret.py");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&path).is_ok() {
        eprintln!("SKIPPED an_unreadable_file: this user may read everything");
    } else {
        assert!(case.not_read("app/secret.py").contains("could not be opened"));
    }
    assert!(case.finds_debug());
}

#[test]
fn line_ends_marks_tabs_and_missing_newlines_are_kept() {
    for text in [
        SETTINGS.replace('\n', "\r\n"),
        format!("\u{feff}{SETTINGS}"),
        format!("if True:\n\tX = 1\n{SETTINGS}"),
        SETTINGS.trim_end().to_owned(),
    ] {
        let case = Case::new();
        case.write("settings.py", text.as_bytes());
        assert!(case.finds_debug(), "{text:?}");
        case.debug_fix_round_trip();
    }
}

#[test]
fn an_empty_settings_file() {
    let case = Case::new();
    case.write("settings.py", b"");
    let (code, _, stderr) = case.run(&["check"]);
    assert!(code == 0 || code == 1, "{stderr}");
}

#[test]
fn a_symlink_loop_and_a_link_out_of_the_root() {
    let case = Case::new();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("stolen.py"), SETTINGS).unwrap();
    fs::create_dir_all(case.path().join("app")).unwrap();
    symlink(case.path(), case.path().join("app/loop")).unwrap();
    symlink(outside.path().join("stolen.py"), case.path().join("app/stolen.py")).unwrap();
    symlink(case.path().join("self"), case.path().join("self")).unwrap();
    let report = case.check();
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.iter().all(|f| !f["path"].as_str().unwrap().contains("stolen")));
    assert!(case.finds_debug());
}

#[test]
fn a_settings_file_that_links_out_of_the_root_is_not_written() {
    let case = Case::new();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("settings.py"), SETTINGS).unwrap();
    fs::remove_file(case.path().join("settings.py")).unwrap();
    symlink(outside.path().join("settings.py"), case.path().join("settings.py")).unwrap();
    case.run(&["apply", "--allow", "tightens,reshapes,choose"]);
    assert_eq!(fs::read_to_string(outside.path().join("settings.py")).unwrap(), SETTINGS);
}

#[test]
fn a_link_inside_the_root_stays_a_link_and_modes_stay() {
    let case = Case::new();
    fs::rename(case.path().join("settings.py"), case.path().join("real_settings.py")).unwrap();
    fs::set_permissions(case.path().join("real_settings.py"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real_settings.py", case.path().join("settings.py")).unwrap();
    case.debug_fix_round_trip();
    assert!(fs::symlink_metadata(case.path().join("settings.py")).unwrap().is_symlink());
    let mode = fs::metadata(case.path().join("real_settings.py")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn a_read_only_file_is_named_and_left() {
    let case = Case::new();
    let path = case.path().join("settings.py");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    let (code, _, stderr) =
        case.run(&["apply", "--select", "debug-enabled", "--allow", "tightens,reshapes,choose"]);
    assert_eq!(code, 4, "{stderr}");
    assert!(stderr.contains("settings.py") && stderr.contains("read-only"), "{stderr}");
    assert_eq!(case.read("settings.py"), SETTINGS.as_bytes());
}

#[test]
fn the_session_needs_a_terminal() {
    let case = Case::new();
    for arguments in [&[][..], &["session"]] {
        let output = case.command().args(arguments).current_dir(case.path()).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains("terminal") && stderr.contains("drf-harden check"), "{stderr}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_broken_decisions_file_stops_with_its_line() {
    let case = Case::new();
    case.write("drf-harden-decisions.toml", b"\n[[waiver]]\ncheck = 1\n");
    let (code, _, stderr) = case.run(&["check"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("drf-harden-decisions.toml, line 2"), "{stderr}");
}

#[test]
fn hostile_text_does_not_reach_the_terminal() {
    let case = Case::new();
    case.write("settings.py", format!("{SETTINGS}ALLOWED_HOSTS = ['*', '\u{1b}[31m\u{202e}']\n").as_bytes());
    let (_, stdout, stderr) = case.run(&["check", "--profile", "everything", "--color", "never"]);
    assert!(!stdout.contains('\u{1b}') && !stdout.contains('\u{202e}'), "{stdout}");
    assert!(!stderr.contains('\u{1b}') && !stderr.contains('\u{202e}'));
}

#[test]
fn a_device_is_written_to_and_not_replaced() {
    let case = Case::new();
    let (code, stdout, stderr) = case.run(&["check", "--exit-zero", "--output", "/dev/stdout"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("findings"), "{stdout}");
    let full = Path::new("/dev/full");
    if full.exists() {
        let (code, _, stderr) = case.run(&["check", "--output", "/dev/full"]);
        assert_eq!(code, 2);
        assert!(stderr.contains("/dev/full cannot be written: the disk is full"), "{stderr}");
        assert!(!full.is_file(), "the device is still one");
        let (code, _, stderr) = case.run(&["check", "/dev/full"]);
        assert_eq!(code, 2, "two folders are one too many: {stderr}");
        let output = case.command().args(["check", "/dev/full"]).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(stderr.matches("is not a folder").count(), 1, "{stderr}");
    }
}

#[test]
fn a_full_standard_output_is_an_error_and_a_closed_one_is_not() {
    let case = Case::new();
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else { return };
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_drf-harden"));
    command.env_clear().env("HOME", case.state.path()).arg("check").arg(case.path()).stdout(full);
    let output = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("standard output cannot be written"), "{stderr}");
}
