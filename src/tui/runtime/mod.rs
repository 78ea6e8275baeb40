//! The only impure part: terminal, keys, signals, worker threads. One loop on one thread polls for events, drains
//! them, draws once and only when something changed; work is done elsewhere and comes back as messages.

mod guard;
mod headless;
mod outside;
mod worker;

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::event::{self, Event};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use crate::tui::backend::Backend;
use crate::tui::keymap::{self, KeyPress};
use crate::tui::layout::SMALLEST;
use crate::tui::model::Model;
use crate::tui::msg::{Effect, Msg};
use crate::tui::theme::Theme;
use crate::tui::{update, view};

use guard::Guard;
use worker::Workers;

pub use headless::Headless;

/// How the session looks and behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TuiOptions {
    /// ASCII marks and frames whatever the locale says.
    pub ascii: bool,
    /// With colours; decided by the caller from `--color` and `NO_COLOR`.
    pub color: bool,
}

/// How the session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitReason {
    /// The exit code: 0 when quit, 130 when interrupted.
    pub code: u8,
    /// Fixes that are accepted and not written.
    pub staged: usize,
}

/// How long the loop sleeps when nothing is going on, and when a worker is about to answer.
const IDLE: Duration = Duration::from_millis(200);
const BUSY: Duration = Duration::from_millis(20);

/// How long the session has to leave in good order after a signal to end.
#[cfg(unix)]
const GRACE: Duration = Duration::from_secs(2);

/// Runs the session until the user leaves.
///
/// # Errors
/// When stdin or stdout is not a terminal, or the terminal cannot be driven. The terminal is restored first.
pub fn run(backend: &Arc<dyn Backend>, options: TuiOptions) -> io::Result<ExitReason> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "the session needs a terminal on stdin and stdout",
        ));
    }
    if options.color {
        // Colours are wanted: crossterm must not drop them because NO_COLOR is set.
        crossterm::style::force_color_output(true);
    }
    let mut model = Model::new(backend.name(), backend.today(), backend.author(), backend.load_session());
    model.ascii = options.ascii || needs_ascii();
    model.size = crossterm::terminal::size().unwrap_or(SMALLEST);
    let theme = if options.color { Theme::colour() } else { Theme::mono() };
    let signals = Signals::install()?;
    let workers = Workers::start(backend);
    let guard = Guard::enter(&format!("drf-harden: {}", crate::source::clean(&model.name)))?;
    let mut session = Session { model, theme, workers, guard, signals, dirty: true, leave: None };
    let code = session.event_loop()?;
    let Session { model, workers, guard, .. } = session;
    // First the terminal, so that a slow disk does not keep it.
    drop(guard);
    workers.finish(&model.session);
    Ok(ExitReason { code, staged: model.staged().len() })
}

/// Whether locale or terminal want ASCII: not UTF-8, or a console without the glyphs.
fn needs_ascii() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .unwrap_or_default()
        .to_ascii_lowercase();
    let utf8 =
        locale.contains("utf-8") || locale.contains("utf8") || cfg!(windows) || cfg!(target_os = "macos");
    let term = std::env::var("TERM").unwrap_or_default();
    !utf8 || matches!(term.as_str(), "linux" | "dumb")
}

/// Flags that signals raise.
struct Signals {
    /// Leave: the terminal or the system is going away.
    terminate: Arc<AtomicBool>,
    /// Leave, unless it was meant for the editor that had the terminal. In raw mode Ctrl-C is a key.
    interrupt: Arc<AtomicBool>,
    /// The shell continued the stopped process.
    resumed: Arc<AtomicBool>,
}

impl Signals {
    fn install() -> io::Result<Self> {
        let signals = Self { terminate: Arc::default(), interrupt: Arc::default(), resumed: Arc::default() };
        #[cfg(unix)]
        {
            use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM};
            for signal in [SIGTERM, SIGHUP] {
                signal_hook::flag::register(signal, Arc::clone(&signals.terminate))?;
            }
            signal_hook::flag::register(SIGINT, Arc::clone(&signals.interrupt))?;
            signal_hook::flag::register(SIGCONT, Arc::clone(&signals.resumed))?;
            Self::insist(&[SIGTERM, SIGHUP])?;
        }
        Ok(signals)
    }

    /// Ends the process when one of these signals was not followed in time: waiting for keys of a terminal that is
    /// gone does not come back. Every decision is saved when it is made, so nothing is lost.
    #[cfg(unix)]
    fn insist(signals: &[i32]) -> io::Result<()> {
        let mut pending = signal_hook::iterator::Signals::new(signals)?;
        std::thread::Builder::new().name("signals".into()).spawn(move || {
            if let Some(signal) = pending.forever().next() {
                std::thread::sleep(GRACE);
                signal_hook::low_level::exit(128 + signal);
            }
        })?;
        Ok(())
    }
}

struct Session {
    model: Model,
    theme: Theme,
    workers: Workers,
    guard: Guard,
    signals: Signals,
    dirty: bool,
    leave: Option<u8>,
}

impl Session {
    fn event_loop(&mut self) -> io::Result<u8> {
        let mut terminal = screen()?;
        self.draw(&mut terminal)?;
        for effect in update::start(&mut self.model) {
            self.perform(effect, &mut terminal)?;
        }
        loop {
            let patience = if self.workers.is_busy() { BUSY } else { IDLE };
            if event::poll(patience)? {
                // Everything that waits is taken in before one drawing.
                loop {
                    self.take(event::read()?, &mut terminal)?;
                    if self.leave.is_some() || !event::poll(Duration::ZERO)? {
                        break;
                    }
                }
            }
            while let Some(msg) = self.workers.next() {
                self.update(msg, &mut terminal)?;
            }
            let interrupted = self.signals.interrupt.load(Ordering::Relaxed);
            if interrupted || self.signals.terminate.load(Ordering::Relaxed) {
                self.leave = Some(130);
            }
            if self.signals.resumed.swap(false, Ordering::Relaxed) {
                self.guard.reenter()?;
                terminal = screen()?;
                self.resize()?;
            }
            if let Some(code) = self.leave {
                return Ok(code);
            }
            if std::mem::take(&mut self.dirty) {
                self.draw(&mut terminal)?;
            }
        }
    }

    fn take(&mut self, event: Event, terminal: &mut Screen) -> io::Result<()> {
        let msg = match event {
            Event::Key(key) => {
                KeyPress::from_event(key).and_then(|press| keymap::resolve(self.model.focus(), press))
            }
            Event::Paste(text) => Some(Msg::Paste(text)),
            Event::Resize(columns, rows) => Some(Msg::Resized(columns, rows)),
            Event::FocusGained | Event::FocusLost | Event::Mouse(_) => None,
        };
        match msg {
            Some(msg) => self.update(msg, terminal),
            None => Ok(()),
        }
    }

    fn update(&mut self, msg: Msg, terminal: &mut Screen) -> io::Result<()> {
        self.dirty = true;
        for effect in update::update(&mut self.model, msg) {
            self.perform(effect, terminal)?;
        }
        Ok(())
    }

    fn perform(&mut self, effect: Effect, terminal: &mut Screen) -> io::Result<()> {
        match effect {
            Effect::Quit(code) => self.leave = Some(code),
            Effect::Repaint => {
                *terminal = screen()?;
                self.guard.wipe()?;
                self.resize()?;
            }
            Effect::Suspend => {
                if cfg!(unix) {
                    self.guard.away(outside::stop)?;
                    self.signals.resumed.store(false, Ordering::Relaxed);
                    *terminal = screen()?;
                    self.resize()?;
                } else {
                    self.model.say("suspending works on Unix only");
                }
            }
            Effect::OpenEditor(path, line) => {
                let root = self.model.report.as_ref().map(|r| r.root.clone()).unwrap_or_default();
                let result = self.with_plain_terminal(terminal, || outside::edit(&root.join(&path), line))?;
                self.update(Msg::EditorClosed(result.err()), terminal)?;
            }
            Effect::EditText(fingerprint, text) => {
                let result = self.with_plain_terminal(terminal, || outside::edit_text(&text))?;
                self.update(Msg::Rewritten(fingerprint, result), terminal)?;
            }
            Effect::Copy(text) => outside::copy(&text)?,
            other => self.workers.start_work(other, self.model.report.clone()),
        }
        Ok(())
    }

    /// Does something that has the terminal for itself, such as the editor.
    fn with_plain_terminal<T>(&mut self, terminal: &mut Screen, doing: impl FnOnce() -> T) -> io::Result<T> {
        let result = self.guard.away(doing)?;
        self.signals.interrupt.store(false, Ordering::Relaxed);
        *terminal = screen()?;
        self.resize()?;
        Ok(result)
    }

    fn resize(&mut self) -> io::Result<()> {
        self.model.size = crossterm::terminal::size()?;
        self.dirty = true;
        Ok(())
    }

    fn draw(&mut self, terminal: &mut Screen) -> io::Result<()> {
        let (model, theme) = (&self.model, self.theme);
        terminal.draw(|frame| view::draw(model, theme, frame.buffer_mut()))?;
        Ok(())
    }
}

type Screen = Terminal<CrosstermBackend<io::Stdout>>;

/// A terminal that knows nothing of what is on the screen, so its first drawing is whole.
fn screen() -> io::Result<Screen> {
    Terminal::new(CrosstermBackend::new(io::stdout()))
}
