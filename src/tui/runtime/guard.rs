//! Enters and leaves the terminal's modes. Whatever happens, the modes are undone in reverse order: on return, on
//! an error, on a panic of the drawing thread. Panics of worker threads do not touch the screen.

use std::io::{self, Write as _};
use std::sync::Mutex;
use std::sync::Once;
use std::thread::{self, ThreadId};

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::style::Print;
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, SetTitle, disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};

/// The thread that draws, while the screen is up.
static DRAWING: Mutex<Option<ThreadId>> = Mutex::new(None);

/// Puts the window's title on the terminal's own stack, and takes it back.
const KEEP_TITLE: &str = "\x1b[22;0t";
const RESTORE_TITLE: &str = "\x1b[23;0t";

/// The terminal in the session's modes. Dropping it leaves them.
#[derive(Debug)]
pub(super) struct Guard {
    title: String,
}

impl Guard {
    /// Enters the modes.
    pub(super) fn enter(title: &str) -> io::Result<Self> {
        install_hook();
        let guard = Self { title: title.to_owned() };
        guard.reenter()?;
        Ok(guard)
    }

    /// Enters the modes again, after the terminal was somebody else's.
    pub(super) fn reenter(&self) -> io::Result<()> {
        set_drawing(Some(thread::current().id()));
        enable_raw_mode()?;
        let mut out = io::stdout();
        queue!(
            out,
            Print(KEEP_TITLE),
            SetTitle(&self.title),
            EnterAlternateScreen,
            EnableBracketedPaste,
            Hide
        )?;
        out.flush()?;
        self.wipe()
    }

    /// An empty screen. (`Terminal::clear` would ask for the cursor's position and wait for the answer.)
    #[expect(clippy::unused_self, reason = "only a terminal in the session's modes is wiped")]
    pub(super) fn wipe(&self) -> io::Result<()> {
        execute!(io::stdout(), Clear(ClearType::All), MoveTo(0, 0))
    }

    /// Leaves the modes, does something that needs the plain terminal, and enters them again.
    pub(super) fn away<T>(&self, doing: impl FnOnce() -> T) -> io::Result<T> {
        leave()?;
        let result = doing();
        self.reenter()?;
        Ok(result)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // There is nobody left to tell when the terminal is gone.
        let _ = leave();
    }
}

fn set_drawing(thread: Option<ThreadId>) {
    *DRAWING.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = thread;
}

/// Undoes the modes in reverse order while still raw. Doing it twice does no harm.
fn leave() -> io::Result<()> {
    let was_up = DRAWING.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take().is_some();
    if !was_up {
        return Ok(());
    }
    let mut out = io::stdout();
    let written = queue!(out, Show, DisableBracketedPaste, LeaveAlternateScreen, Print(RESTORE_TITLE));
    let flushed = out.flush();
    disable_raw_mode()?;
    written.and(flushed)
}

/// On a panic of the drawing thread the terminal is restored before the message is printed. While the screen is
/// up, panics of other threads print nothing: they come back as messages.
fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let former = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let drawing = *DRAWING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            match drawing {
                Some(thread) if thread == thread::current().id() => {
                    let _ = leave();
                    former(info);
                }
                Some(_) => {}
                None => former(info),
            }
        }));
    });
}
