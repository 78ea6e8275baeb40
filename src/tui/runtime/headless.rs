//! The session without a terminal: keys in as text, screens out as text or SVG, effects done in place. Tests, bug
//! reports and the README's picture use it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

use crate::tui::backend::Backend;
use crate::tui::keymap;
use crate::tui::model::Model;
use crate::tui::msg::{Effect, Msg};
use crate::tui::theme::Theme;
use crate::tui::{update, view};

/// A session driven by calls.
pub struct Headless {
    backend: Arc<dyn Backend>,
    theme: Theme,
    /// The state.
    pub model: Model,
    /// Every effect asked for, oldest first.
    pub effects: Vec<Effect>,
}

impl Headless {
    /// A session of this size; its first scan is done at once.
    pub fn start(backend: Arc<dyn Backend>, size: (u16, u16)) -> Self {
        let mut model = Model::new(backend.name(), backend.today(), backend.author(), backend.load_session());
        model.size = size;
        let mut session = Self { backend, theme: Theme::colour(), model, effects: Vec::new() };
        let effects = update::start(&mut session.model);
        session.perform(effects);
        session
    }

    /// The same without colours.
    #[must_use]
    pub fn mono(mut self) -> Self {
        self.theme = Theme::mono();
        self
    }

    /// The same with ASCII marks and frames.
    #[must_use]
    pub fn ascii(mut self) -> Self {
        self.model.ascii = true;
        self
    }

    /// Presses keys written as in [`keymap::parse_keys`]. The exit code, once a key has ended the session.
    ///
    /// # Panics
    /// When a word is not a key.
    pub fn keys(&mut self, keys: &str) -> Option<u8> {
        let presses = keymap::parse_keys(keys).unwrap_or_else(|| panic!("not keys: {keys}"));
        for press in presses {
            if let Some(msg) = keymap::resolve(self.model.focus(), press) {
                self.send(msg);
            }
            if let Some(Effect::Quit(code)) = self.effects.last() {
                return Some(*code);
            }
        }
        None
    }

    /// Sends one message and does what it asks for.
    pub fn send(&mut self, msg: Msg) {
        let effects = update::update(&mut self.model, msg);
        self.perform(effects);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            self.effects.push(effect.clone());
            if let Effect::SaveSession(state) = &effect {
                if let Err(error) = self.backend.save_session(state) {
                    self.send(Msg::NotKept(error));
                }
                continue;
            }
            let (tell, messages) = mpsc::channel();
            let report = self.model.report.clone();
            let never = AtomicBool::new(false);
            super::worker::execute(&*self.backend, effect, report.as_deref(), &tell, &never);
            drop(tell);
            for msg in messages {
                self.send(msg);
            }
        }
    }

    fn buffer(&self) -> Buffer {
        let (width, height) = self.model.size;
        let mut buffer = Buffer::empty(Rect { x: 0, y: 0, width, height });
        view::draw(&self.model, self.theme, &mut buffer);
        buffer
    }

    /// The screen as text, one line for each row, without spaces at the ends.
    pub fn screen(&self) -> String {
        let buffer = self.buffer();
        let mut text = String::new();
        for y in 0..buffer.area.height {
            let mut line = String::new();
            let mut x = 0;
            while let Some(cell) = buffer.cell((x, y)).filter(|_| x < buffer.area.width) {
                line.push_str(cell.symbol());
                x += (crate::tui::layout::width(cell.symbol()) as u16).max(1);
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// The stretches of the screen that are not plain: row, text, style in words. For tests of styles.
    pub fn styles(&self) -> Vec<(u16, String, String)> {
        let buffer = self.buffer();
        let mut runs: Vec<(u16, String, String)> = Vec::new();
        for y in 0..buffer.area.height {
            let mut last: Option<(Color, Modifier)> = None;
            for x in 0..buffer.area.width {
                let Some(cell) = buffer.cell((x, y)) else { break };
                let look = (cell.fg, cell.modifier);
                if look == (Color::Reset, Modifier::empty()) {
                    last = None;
                    continue;
                }
                match runs.last_mut().filter(|_| last == Some(look)) {
                    Some((_, text, _)) => text.push_str(cell.symbol()),
                    None => runs.push((y, cell.symbol().to_owned(), format!("{:?} {:?}", look.0, look.1))),
                }
                last = Some(look);
            }
        }
        runs
    }

    /// The screen as an SVG picture.
    pub fn svg(&self, title: &str) -> String {
        view::svg(&self.buffer(), title)
    }
}
