//! A key press: from the terminal, from text, and as text for hints and help.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// One key press, as the session understands it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPress {
    /// The key.
    pub key: Key,
    /// With the control key.
    pub ctrl: bool,
}

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A printable one; a space is one too.
    Char(char),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Tabulator.
    Tab,
    /// Tabulator with shift.
    BackTab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Arrow.
    Up,
    /// Arrow.
    Down,
    /// Arrow.
    Left,
    /// Arrow.
    Right,
    /// First.
    Home,
    /// Last.
    End,
    /// Page.
    PageUp,
    /// Page.
    PageDown,
    /// A function key.
    F(u8),
}

const NAMED: &[(&str, Key)] = &[
    ("enter", Key::Enter),
    ("esc", Key::Esc),
    ("tab", Key::Tab),
    ("shift-tab", Key::BackTab),
    ("backspace", Key::Backspace),
    ("delete", Key::Delete),
    ("up", Key::Up),
    ("down", Key::Down),
    ("left", Key::Left),
    ("right", Key::Right),
    ("home", Key::Home),
    ("end", Key::End),
    ("pageup", Key::PageUp),
    ("pagedown", Key::PageDown),
    ("space", Key::Char(' ')),
    ("f1", Key::F(1)),
];

impl KeyPress {
    /// From a key name as in the table: `j`, `W`, `ctrl-c`, `enter`, `shift-tab`.
    pub fn parse(name: &str) -> Option<Self> {
        let (ctrl, rest) = match name.strip_prefix("ctrl-") {
            Some(rest) => (true, rest),
            None => (false, name),
        };
        let named = NAMED.iter().find(|(n, _)| *n == rest).map(|(_, key)| *key);
        let mut chars = rest.chars();
        let key = named.or_else(|| chars.next().filter(|_| chars.next().is_none()).map(Key::Char))?;
        Some(Self { key, ctrl })
    }

    /// From what the terminal reports; `None` for releases and keys without a meaning here.
    pub fn from_event(event: KeyEvent) -> Option<Self> {
        if event.is_release() {
            return None;
        }
        let key = match event.code {
            KeyCode::Char(c) => Key::Char(c),
            KeyCode::Enter => Key::Enter,
            KeyCode::Esc => Key::Esc,
            KeyCode::Tab => Key::Tab,
            KeyCode::BackTab => Key::BackTab,
            KeyCode::Backspace => Key::Backspace,
            KeyCode::Delete => Key::Delete,
            KeyCode::Up => Key::Up,
            KeyCode::Down => Key::Down,
            KeyCode::Left => Key::Left,
            KeyCode::Right => Key::Right,
            KeyCode::Home => Key::Home,
            KeyCode::End => Key::End,
            KeyCode::PageUp => Key::PageUp,
            KeyCode::PageDown => Key::PageDown,
            KeyCode::F(n) => Key::F(n),
            _ => return None,
        };
        let (ctrl, alt) =
            (event.modifiers.contains(KeyModifiers::CONTROL), event.modifiers.contains(KeyModifiers::ALT));
        // AltGr arrives as Ctrl+Alt on some systems: that is text. Alt alone means nothing here.
        match (ctrl, alt) {
            (true, true) => Some(Self { key, ctrl: false }),
            (false, true) => None,
            (ctrl, false) => Some(Self { key, ctrl }),
        }
    }

    /// As it stands in hints and help.
    pub fn show(self) -> String {
        let name = match self.key {
            Key::Char(' ') => "Space".to_owned(),
            Key::Char(c) if self.ctrl => c.to_uppercase().to_string(),
            Key::Char(c) => c.to_string(),
            Key::BackTab => "Shift-Tab".to_owned(),
            Key::PageUp => "PgUp".to_owned(),
            Key::PageDown => "PgDn".to_owned(),
            Key::F(n) => format!("F{n}"),
            other => format!("{other:?}"),
        };
        if self.ctrl { format!("Ctrl-{name}") } else { name }
    }
}

/// Keys written as text: names and single characters apart by spaces, and `"quoted text"` typed as it stands.
/// `None` when a word is not a key.
pub fn parse_keys(text: &str) -> Option<Vec<KeyPress>> {
    let mut keys = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('"').filter(|q| q.contains('"')) {
            let (typed, after) = quoted.split_once('"')?;
            keys.extend(typed.chars().map(|c| KeyPress { key: Key::Char(c), ctrl: false }));
            rest = after.trim_start();
        } else {
            let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            keys.push(KeyPress::parse(word)?);
            rest = after.trim_start();
        }
    }
    Some(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_from_text() {
        let keys = parse_keys("j enter \"a b\" ctrl-c W").unwrap();
        let shown: Vec<_> = keys.iter().map(|k| k.show()).collect();
        assert_eq!(shown, ["j", "Enter", "a", "Space", "b", "Ctrl-C", "W"]);
        assert_eq!(parse_keys("nonsense"), None);
    }
}
