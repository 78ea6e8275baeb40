//! Progress of a scan on the terminal: one line on stderr, only when it takes longer than a blink, gone at the end.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::engine::{Progress, ProgressSink};

/// A scan shorter than this shows nothing.
const BLINK: Duration = Duration::from_millis(200);
/// The line is not written more often than this.
const PAUSE: Duration = Duration::from_millis(60);

/// Draws the line, and cancels the scan when the user interrupts.
pub(super) struct Line {
    shown: bool,
    state: Mutex<Drawn>,
    interrupted: Arc<AtomicBool>,
}

struct Drawn {
    started: Instant,
    last: Option<Instant>,
}

impl Line {
    /// `wanted` is false with `--no-progress` and `-q`.
    pub(super) fn new(wanted: bool, interrupted: Arc<AtomicBool>) -> Self {
        let shown = wanted && io::stderr().is_terminal();
        Self { shown, state: Mutex::new(Drawn { started: Instant::now(), last: None }), interrupted }
    }
}

impl ProgressSink for Line {
    fn step(&self, progress: Progress) -> bool {
        if self.shown
            && let Ok(mut drawn) = self.state.try_lock()
            && drawn.started.elapsed() > BLINK
            && drawn.last.is_none_or(|last| last.elapsed() > PAUSE)
            && let Some(text) = sentence(&progress)
        {
            drawn.last = Some(Instant::now());
            let _ = write!(io::stderr(), "\r\x1b[K{text}");
        }
        !self.interrupted.load(Ordering::Relaxed)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.state.get_mut().is_ok_and(|drawn| drawn.last.is_some()) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

fn sentence(progress: &Progress) -> Option<String> {
    match progress {
        Progress::Discovering { found } => Some(format!("Looking for files: {found}")),
        Progress::Parsing { done, of } => Some(format!("Reading files: {done} of {of}")),
        Progress::Project { .. } => None,
        Progress::Checking { done, of } => Some(format!("Checking: {done} of {of}")),
    }
}
