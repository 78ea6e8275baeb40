//! The session in a real pseudo-terminal: whatever ends it, the terminal is as it was. The harness never answers a
//! question for the cursor's position, so a session that asked it would hang here.
//!
//! The child is this test binary again, running [`child`] over a project in memory.

use std::path::PathBuf;
use std::sync::Arc;

use drf_harden::decisions::Decisions;
use drf_harden::engine::{ProgressSink, Report};
use drf_harden::tui::{self, Backend, FilePatch, ReportFormat, SessionState, TuiOptions, Written};
use portable_pty::CommandBuilder;
use time::Date;

use crate::support::demo::Demo;
use crate::support::pty::{self, Pty};
use crate::support::world::World;

const CTRL_C: &str = "\x03";
const CTRL_Z: &str = "\x1a";

/// Runs the session on this terminal; started by the other tests only.
#[test]
#[ignore = "runs inside the pseudo-terminal of the other tests"]
fn child() {
    let Ok(kind) = std::env::var("SESSION") else { return };
    let backend: Arc<dyn Backend> = Arc::new(Broken { world: World::new(), kind });
    let color = std::env::var_os("NO_COLOR").is_none();
    let ended = tui::run(&backend, TuiOptions { ascii: false, color });
    match ended {
        Ok(reason) => println!("ended with {}", reason.code),
        Err(error) => println!("refused: {error}"),
    }
}

/// A world that breaks down where it is told to.
struct Broken {
    world: Arc<World>,
    kind: String,
}

impl Backend for Broken {
    fn name(&self) -> String {
        self.world.name()
    }

    fn today(&self) -> Date {
        self.world.today()
    }

    fn author(&self) -> String {
        self.world.author()
    }

    fn load_session(&self) -> SessionState {
        self.world.load_session()
    }

    fn save_session(&self, state: &SessionState) -> Result<(), String> {
        self.world.save_session(state)
    }

    fn scan(&self, progress: &dyn ProgressSink) -> Result<Report, String> {
        assert!(self.kind != "worker-panics", "the worker fell over");
        let mut report = self.world.scan(progress)?;
        if self.kind == "screen-panics" {
            // A report that no engine makes: drawing it panics.
            report.projects[0].practices[0].practice = usize::MAX;
        }
        Ok(report)
    }

    fn decisions(&self) -> Result<Decisions, String> {
        self.world.decisions()
    }

    fn save_decisions(&self, decisions: &Decisions) -> Result<Report, String> {
        self.world.save_decisions(decisions)
    }

    fn plan(&self, report: &Report, fixes: &[String]) -> Result<Vec<FilePatch>, String> {
        self.world.plan(report, fixes)
    }

    fn apply(&self, report: &Report, fixes: &[String]) -> Result<Written, String> {
        self.world.apply(report, fixes)
    }

    fn undo(&self, id: &str) -> Result<Report, String> {
        self.world.undo(id)
    }

    fn save_patch(&self, report: &Report, fixes: &[String]) -> Result<PathBuf, String> {
        self.world.save_patch(report, fixes)
    }

    fn write_report(&self, report: &Report, format: ReportFormat) -> Result<PathBuf, String> {
        self.world.write_report(report, format)
    }

    fn endpoints(&self, project: &str) -> Result<drf_harden::engine::EndpointReport, String> {
        self.world.endpoints(project)
    }

    fn uncommitted(&self, paths: &[String]) -> Vec<String> {
        self.world.uncommitted(paths)
    }
}

/// A session in a terminal of 24 rows and 80 columns.
fn session(kind: &str, environment: &[(&str, &str)]) -> Pty {
    session_of(kind, (24, 80), environment)
}

fn session_of(kind: &str, size: (u16, u16), environment: &[(&str, &str)]) -> Pty {
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.env_clear();
    command.args(["tui_terminal::child", "--exact", "--ignored", "--nocapture"]);
    let path = std::env::var("PATH").unwrap_or_default();
    let usual = [("SESSION", kind), ("PATH", path.as_str()), ("TERM", "xterm-256color"), ("LANG", "C.UTF-8")];
    for (name, value) in usual.iter().chain(environment) {
        command.env(name, value);
    }
    pty::spawn(command, size)
}

#[test]
fn quitting_restores_the_terminal() {
    let mut pty = session("", &[]);
    pty.wait_for("Enter opens the checklist");
    pty.send("\r");
    pty.wait_for("Choose the default permission classes");
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
    pty.assert_restored();
    assert!(pty.screen().contains("ended with 0"), "{}", pty.screen());
    let bytes = String::from_utf8_lossy(&pty.bytes()).into_owned();
    assert!(!bytes.contains("\x1b[6n"), "the cursor's position must not be asked for");
    assert!(bytes.contains("\x1b[22;0t") && bytes.contains("\x1b[23;0t"), "the title is put back");
}

#[test]
fn control_c_ends_it_anywhere() {
    let mut pty = session("", &[]);
    pty.wait_for("Enter opens the checklist");
    pty.send("\rw");
    pty.wait_for("Waive this finding");
    pty.send(CTRL_C);
    pty.wait_exit();
    pty.assert_restored();
    assert!(pty.screen().contains("ended with 130"), "{}", pty.screen());
}

#[cfg(unix)]
#[test]
fn a_signal_to_end_restores_the_terminal() {
    for signal in ["-TERM", "-HUP"] {
        let mut pty = session("", &[]);
        pty.wait_for("Enter opens the checklist");
        let pid = pty.pid().to_string();
        assert!(std::process::Command::new("kill").args([signal, &pid]).status().unwrap().success());
        pty.wait_exit();
        pty.assert_restored();
        assert!(pty.screen().contains("ended with 130"), "{}", pty.screen());
    }
}

#[cfg(unix)]
#[test]
fn it_ends_when_its_terminal_goes_away() {
    let mut pty = session("", &[]);
    pty.wait_for("Enter opens the checklist");
    pty.hang_up("\r");
    // No process may stay behind that nobody sees.
    pty.wait_exit();
}

#[cfg(unix)]
#[test]
fn it_stops_and_continues_with_a_whole_screen() {
    let mut pty = session("", &[]);
    pty.wait_for("Enter opens the checklist");
    pty.send("\r");
    pty.wait_for("Choose the default permission classes");
    pty.send(CTRL_Z);
    pty.wait_until("the shell's own screen", |screen| !screen.contains("Choose the default"));
    let pid = pty.pid().to_string();
    // The screen is given back before the process stops: a signal to continue must not come between.
    let is_stopped = || {
        if let Ok(state) = std::fs::read_to_string(format!("/proc/{pid}/stat")) {
            return state.contains(") T ");
        }
        let state = std::process::Command::new("ps").args(["-o", "state=", "-p", &pid]).output().unwrap();
        state.stdout.starts_with(b"T")
    };
    pty.wait_until("the stop", |_| is_stopped());
    assert!(std::process::Command::new("kill").args(["-CONT", &pid]).status().unwrap().success());
    pty.wait_for("Choose the default permission classes");
    pty.send("q");
    pty.wait_exit();
    pty.assert_restored();
}

#[test]
fn a_panic_of_the_screen_restores_the_terminal_and_says_why() {
    let mut pty = session("screen-panics", &[]);
    assert_ne!(pty.wait_exit(), 0);
    pty.assert_restored();
    assert!(pty.screen().contains("panicked at"), "{}", pty.screen());
}

#[test]
fn a_panic_of_a_worker_is_a_message_and_the_session_goes_on() {
    let mut pty = session("worker-panics", &[]);
    pty.wait_for("The scan stopped");
    let screen = pty.wait_for("the scan broke down");
    assert!(!screen.contains("panicked at"), "{screen}");
    pty.send("4");
    pty.wait_for("Notices");
    pty.send("qq");
    assert_eq!(pty.wait_exit(), 0);
    pty.assert_restored();
}

#[cfg(unix)]
#[test]
fn the_editor_gets_the_terminal_and_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("vim");
    let note = folder.path().join("arguments");
    std::fs::write(&script, format!("#!/bin/sh\necho \"$@\" > '{}'\n", note.display())).unwrap();
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let editor = format!("'{}' -u NONE", script.display());
    let mut pty = session("", &[("EDITOR", &editor)]);
    pty.wait_for("Enter opens the checklist");
    pty.send("\re");
    let start = std::time::Instant::now();
    while !note.exists() {
        assert!(start.elapsed().as_secs() < 60, "the editor was not started\n{}", pty.screen());
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    pty.wait_for("Choose the default permission classes");
    pty.send("q");
    pty.wait_exit();
    pty.assert_restored();
    let arguments = std::fs::read_to_string(note).unwrap();
    assert_eq!(arguments.trim(), "-u NONE +17 /home/dana/shop-api/config/settings/base.py");
}

#[test]
fn a_missing_editor_is_a_message() {
    let mut pty = session("", &[]);
    pty.wait_for("Enter opens the checklist");
    pty.send("\re");
    pty.wait_for("no editor is set");
    pty.send("q");
    pty.wait_exit();
    pty.assert_restored();
}

#[test]
fn without_colour_the_selected_row_stays_marked_to_its_end() {
    let mut pty = session("", &[("NO_COLOR", "1")]);
    pty.wait_for("Enter opens the checklist");
    pty.send("\r");
    pty.wait_for("Choose the default permission classes");
    let mut screen = vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0);
    screen.process(&pty.bytes());
    let row = (0..24)
        .find(|&row| {
            screen.screen().contents_between(row, 0, row, 80).contains("Choose the default permission")
        })
        .expect("the selected row");
    for column in 0..80 {
        let cell = screen.screen().cell(row, column).unwrap();
        assert!(cell.inverse(), "column {column} of the selected row is not marked");
        assert_eq!(cell.fgcolor(), vt100::Color::Default);
    }
    pty.send("q");
    pty.wait_exit();
}

#[test]
fn a_terminal_of_ten_by_three_gets_a_notice_and_can_be_left() {
    let mut pty = session_of("", (3, 10), &[]);
    pty.wait_for("10x3");
    pty.resize((24, 80));
    pty.wait_for("Enter opens the checklist");
    pty.resize((3, 10));
    pty.wait_for("10x3");
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
    pty.assert_restored();
}

/// A pasted text arrives between two marks and is no row of commands.
#[test]
fn a_paste_does_nothing_outside_a_field() {
    let mut pty = session("", &[]);
    pty.wait_for("Enter opens the checklist");
    pty.send("\r");
    pty.wait_for("Choose the default permission classes");
    pty.send("\x1b[200~A\ry\x1b[201~");
    let screen = pty.wait_for("pasted text is ignored outside a field");
    assert!(!screen.contains("Staged 3"), "{screen}");
    pty.send("q");
    pty.wait_exit();
}

#[cfg(unix)]
#[test]
fn a_proposal_goes_through_the_real_editor() {
    let demo = Demo::new();
    let folder = tempfile::tempdir().unwrap();
    let editor = "sed -i s/IsAuthenticated/IsAdminUser/";
    let mut pty = pty::start(&demo.root(), folder.path(), (24, 80), &[], &[("EDITOR", editor)]);
    pty.wait_for("Before the first scan");
    pty.send("\r");
    pty.wait_for("Enter opens the checklist");
    pty.send("\r");
    pty.wait_for("Choose the default permission classes");
    pty.send("f");
    pty.wait_for("IsAuthenticated");
    pty.send("e");
    pty.wait_for("changed by you");
    let screen = pty.wait_for("IsAdminUser");
    assert!(screen.contains("[ ]"), "nothing is accepted by it: {screen}");
    pty.send("q");
    pty.send("\x03");
    pty.wait_exit();
    pty.assert_restored();
}

/// A shell with job control runs the program; its prompt is `>`, so that what it prints is told from the session.
#[cfg(unix)]
fn shell(folder: &std::path::Path) -> Option<Pty> {
    if !std::path::Path::new("/bin/bash").exists() {
        eprintln!("SKIPPED: without bash there is no job control to try");
        return None;
    }
    let mut command = CommandBuilder::new("/bin/bash");
    command.env_clear();
    command.args(["--norc", "--noprofile", "--noediting", "-i"]);
    command.cwd(folder);
    let path = std::env::var("PATH").unwrap_or_default();
    let state = folder.join("state").to_string_lossy().into_owned();
    for (name, value) in [
        ("PATH", path.as_str()),
        ("HOME", state.as_str()),
        ("XDG_STATE_HOME", state.as_str()),
        ("TERM", "xterm-256color"),
        ("LANG", "C.UTF-8"),
        ("PS1", "> "),
        ("PROGRAM", env!("CARGO_BIN_EXE_drf-harden")),
    ] {
        command.env(name, value);
    }
    Some(pty::spawn(command, (24, 80)))
}

/// Under a real shell: the line discipline is as before while the session is stopped, and `fg` brings all back.
#[cfg(unix)]
#[test]
fn a_shell_stops_it_and_brings_it_back() {
    let demo = Demo::new();
    let Some(mut pty) = shell(&demo.root()) else { return };
    pty.wait_for("> ");
    pty.send("$PROGRAM\r");
    pty.wait_for("Before the first scan");
    pty.send("\r");
    pty.wait_for("Enter opens the checklist");
    pty.send("\r");
    pty.wait_for("Choose the default permission classes");
    pty.send(CTRL_Z);
    pty.wait_for("Stopped");
    pty.assert_restored();
    pty.send("clear; fg\r");
    pty.wait_for("Choose the default permission classes");
    pty.send("q");
    // What is typed while the session still ends may be lost.
    pty.wait_until("the prompt", |screen| {
        !screen.contains("Choose the default") && screen.trim_end().ends_with('>')
    });
    pty.send("echo code $?\r");
    pty.wait_for("code 0");
    pty.assert_restored();
    pty.send("exit\r");
    pty.wait_exit();
}
