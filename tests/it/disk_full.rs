//! A disk that is full, for real: the project (or the undo journal) lies on a file system of a few hundred
//! kilobytes that has no room left. Mounting it needs rights; without them the tests say that they were skipped.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use drf_harden::decisions::Decisions;
use drf_harden::engine::{Engine, Options};
use drf_harden::tui::{Backend as _, EngineBackend};

use crate::support::case::Case;

/// A small file system, unmounted when dropped.
struct Tiny(PathBuf);

impl Tiny {
    fn mount(folder: &Path) -> Option<Self> {
        fs::create_dir_all(folder).unwrap();
        let mut mount = Command::new("mount");
        let done = mount.args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"]).arg(folder).output();
        if done.is_ok_and(|output| output.status.success()) {
            return Some(Self(folder.to_owned()));
        }
        eprintln!("SKIPPED: no file system can be mounted here, so a full disk was not tried");
        None
    }

    /// Takes all room that is left.
    fn fill(&self) {
        let mut file = fs::File::create(self.0.join("filler")).unwrap();
        while file.write_all(&[b'x'; 512]).is_ok() {}
        assert!(fs::write(self.0.join("another"), [b'x'; 8192]).is_err(), "the disk is full");
        let _ = fs::remove_file(self.0.join("another"));
    }
}

impl Drop for Tiny {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

const APPLY: &[&str] = &["apply", "--allow", "tightens,reshapes,choose"];

#[test]
fn a_write_on_a_full_disk_changes_nothing() {
    let case = Case::empty();
    let Some(disk) = Tiny::mount(&case.root()) else { return };
    case.fill("single");
    disk.fill();
    let before = case.files();
    let ran = case.run(APPLY);
    assert_eq!(ran.code, 4, "{}", ran.err);
    assert!(ran.err.contains("nothing was written: the disk is full"), "{}", ran.err);
    assert!(case.files() == before, "a file was changed or left behind");
    // With room again the same command does its work.
    fs::remove_file(case.root().join("filler")).unwrap();
    assert_eq!(case.run(APPLY).code, 0);
    assert_eq!(case.run(&["undo"]).code, 0);
}

#[test]
fn without_room_for_the_copies_nothing_is_written() {
    let case = Case::new("single");
    let Some(disk) = Tiny::mount(&case.state()) else { return };
    disk.fill();
    let before = case.files();
    let ran = case.run(APPLY);
    assert_eq!(ran.code, 4, "{}", ran.err);
    assert!(ran.err.contains("disk is full") || ran.err.contains("No space left"), "{}", ran.err);
    assert!(case.files() == before, "a file was changed");
}

#[test]
fn a_report_on_a_full_disk_leaves_the_former_one() {
    let case = Case::new("single");
    let folder = case.root().join("reports");
    let Some(disk) = Tiny::mount(&folder) else { return };
    fs::write(folder.join("report.json"), "{}").unwrap();
    disk.fill();
    let ran = case.run(&["check", "--format", "json", "--output", "reports/report.json"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("reports/report.json cannot be written: the disk is full"), "{}", ran.err);
    assert_eq!(fs::read_to_string(folder.join("report.json")).unwrap(), "{}");
}

#[test]
fn an_answer_on_a_full_disk_is_said_not_to_be_saved() {
    let case = Case::empty();
    let Some(disk) = Tiny::mount(&case.root()) else { return };
    case.fill("single");
    disk.fill();
    let before = case.files();
    let mut options = Options::new(time::macros::date!(2026 - 11 - 23));
    options.state_dir = Some(case.state());
    let backend = EngineBackend::new(Engine::open(&case.root(), options).unwrap());
    let mut decisions = Decisions::default();
    decisions.settings.push((String::new(), "shop.settings".to_owned()));
    let error = backend.save_decisions(&decisions).unwrap_err();
    assert!(error.contains("drf-harden-decisions.toml"), "{error}");
    assert!(case.files() == before);
}
