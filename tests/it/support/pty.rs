//! The binary in a real pseudo-terminal, seen through a terminal emulator. Waits for text, never sleeps blindly.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Long enough for a loaded machine in a development build.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running session.
pub(crate) struct Pty {
    /// The terminal's own side, until it hangs up.
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn std::io::Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    state: Arc<Mutex<State>>,
}

struct State {
    screen: vt100::Parser,
    bytes: Vec<u8>,
    closed: bool,
    /// The reader lets go of the terminal at the next output.
    hangs_up: bool,
}

/// Starts `drf-harden` with these arguments in `folder`. The environment is clean: `state` takes all user files.
pub(crate) fn start(
    folder: &Path,
    state: &Path,
    size: (u16, u16),
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Pty {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_drf-harden"));
    command.env_clear();
    command.args(arguments);
    command.cwd(folder);
    for (name, value) in [
        ("PATH", std::env::var("PATH").unwrap_or_default().as_str()),
        ("HOME", &state.to_string_lossy()),
        ("XDG_STATE_HOME", &state.join("state").to_string_lossy()),
        ("XDG_CONFIG_HOME", &state.join("config").to_string_lossy()),
        ("TERM", "xterm-256color"),
        ("LANG", "C.UTF-8"),
    ] {
        command.env(name, value);
    }
    for (name, value) in environment {
        command.env(name, value);
    }
    spawn(command, size)
}

/// Starts any command in a pseudo-terminal of `size` (rows, columns).
pub(crate) fn spawn(command: CommandBuilder, size: (u16, u16)) -> Pty {
    let pair = native_pty_system().openpty(pty_size(size)).expect("a pseudo-terminal");
    let child = pair.slave.spawn_command(command).expect("the binary starts");
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().expect("a reader");
    let writer = pair.master.take_writer().expect("a writer");
    let screen = vt100::Parser::new(cells(size.0), cells(size.1), 0);
    let state = Arc::new(Mutex::new(State { screen, bytes: Vec::new(), closed: false, hangs_up: false }));
    let shared = Arc::clone(&state);
    std::thread::spawn(move || {
        let mut buffer = vec![0; 65536];
        loop {
            let read = reader.read(&mut buffer).unwrap_or(0);
            let mut state = shared.lock().unwrap();
            if read == 0 || state.hangs_up {
                drop(reader);
                state.closed = true;
                return;
            }
            state.screen.process(&buffer[..read]);
            state.bytes.extend_from_slice(&buffer[..read]);
        }
    });
    Pty { master: Some(pair.master), writer: Some(writer), child, state }
}

fn pty_size((rows, cols): (u16, u16)) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

fn cells(n: u16) -> std::num::NonZero<u16> {
    n.try_into().expect("a size above zero")
}

impl Pty {
    /// The visible text.
    pub(crate) fn screen(&self) -> String {
        self.state.lock().unwrap().screen.screen().contents()
    }

    /// Everything that was ever written, escape sequences included.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.state.lock().unwrap().bytes.clone()
    }

    /// The terminal is as it was: on the shell's own screen, with the cursor shown and no mode left on; it echoes
    /// and edits lines.
    pub(crate) fn assert_restored(&self) {
        #[cfg(unix)]
        if let Some(line) = self.master.as_ref().and_then(|m| m.get_termios()) {
            let flags = format!("{:?}", line.local_flags);
            assert!(flags.contains("ICANON") && flags.contains("ECHO"), "the line was left raw: {flags}");
        }
        let state = self.state.lock().unwrap();
        let screen = state.screen.screen();
        assert!(!screen.alternate_screen(), "the alternate screen was left on");
        assert!(!screen.hide_cursor(), "the cursor was left hidden");
        assert!(!screen.bracketed_paste(), "bracketed paste was left on");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse was left on");
    }

    /// Waits until the screen passes `test`, and gives the screen.
    pub(crate) fn wait_until(&self, what: &str, test: impl Fn(&str) -> bool) -> String {
        let start = Instant::now();
        loop {
            let screen = self.screen();
            if test(&screen) {
                return screen;
            }
            let closed = self.state.lock().unwrap().closed;
            assert!(!closed, "ended while waiting for {what}; the last screen:\n{screen}");
            assert!(start.elapsed() < PATIENCE, "no {what} in time; the screen is:\n{screen}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for a text on the screen and gives the screen.
    pub(crate) fn wait_for(&self, text: &str) -> String {
        self.wait_until(&format!("`{text}`"), |screen| screen.contains(text))
    }

    /// Types.
    pub(crate) fn send(&mut self, keys: &str) {
        let writer = self.writer.as_mut().expect("a terminal that is there");
        writer.write_all(keys.as_bytes()).expect("the terminal takes keys");
        writer.flush().expect("the terminal takes keys");
    }

    /// The terminal goes away, as when its window is closed. `key` must make the screen change.
    pub(crate) fn hang_up(&mut self, key: &str) {
        self.state.lock().unwrap().hangs_up = true;
        self.send(key);
        let start = Instant::now();
        while !self.state.lock().unwrap().closed {
            assert!(start.elapsed() < PATIENCE, "the screen does not change");
            std::thread::sleep(Duration::from_millis(5));
        }
        (self.master, self.writer) = (None, None);
    }

    /// Changes the terminal's size (rows, columns).
    pub(crate) fn resize(&mut self, size: (u16, u16)) {
        self.state.lock().unwrap().screen.screen_mut().set_size(cells(size.0), cells(size.1));
        self.master.as_ref().expect("a terminal that is there").resize(pty_size(size)).expect("a new size");
    }

    /// The process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.process_id().expect("a process id")
    }

    /// Waits for the end and gives the exit code.
    pub(crate) fn wait_exit(&mut self) -> u32 {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a status") {
                // What was written last must have been read.
                let drain = Instant::now();
                while !self.state.lock().unwrap().closed && drain.elapsed() < Duration::from_secs(2) {
                    std::thread::sleep(Duration::from_millis(5));
                }
                return status.exit_code();
            }
            assert!(start.elapsed() < PATIENCE, "still running; the screen is:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // A failed test must not leave a process behind.
        let _ = self.child.kill();
    }
}
