//! Help and commands: lists of actions with their keys, made from the key table.

use crate::tui::keymap::{self, Action, Focus};
use crate::tui::list::subsequence;
use crate::tui::model::Model;
use crate::tui::text::{Role, Row, fit};

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The action.
    pub action: Action,
    /// Its keys, as shown.
    pub keys: String,
    /// What it does.
    pub about: &'static str,
    /// Why it cannot be run from here.
    pub why_not: Option<String>,
}

/// The entries of the help of a focus, or of all commands from a focus, that match a query.
pub(crate) fn entries(model: &Model, help: Option<Focus>, from: Focus, query: &str) -> Vec<Entry> {
    let bound = keymap::bindings(from);
    let mut entries: Vec<Entry> = Vec::new();
    for (keys, action) in &bound {
        let keys = keys.iter().map(|k| k.show()).collect::<Vec<_>>().join(" ");
        entries.push(Entry { action: *action, keys, about: action.about(), why_not: reason(model, *action) });
    }
    if help.is_none() {
        for &action in Action::ALL {
            if bound.iter().any(|(_, a)| *a == action) {
                continue;
            }
            let Some(key) = keymap::key_of(action) else { continue };
            let place = Focus::ALL
                .iter()
                .find(|f| keymap::bindings(**f).iter().any(|(_, a)| *a == action))
                .map_or("another screen", |f| f.name());
            entries.push(Entry {
                action,
                keys: key.show(),
                about: action.about(),
                why_not: Some(format!("works on another screen: {place}")),
            });
        }
    }
    let query = query.to_lowercase();
    entries.retain(|entry| {
        query.split_whitespace().all(|word| {
            entry.about.to_lowercase().contains(word)
                || entry.action.name().contains(word)
                || subsequence(word, entry.action.name())
        })
    });
    entries
}

/// Why Enter does not run it: it cannot be done now, or it decides something and wants its own key.
fn reason(model: &Model, action: Action) -> Option<String> {
    if let Some(why) = model.why_not(action) {
        return Some(why.to_owned());
    }
    let key = keymap::key_of(action).map(keymap::KeyPress::show).unwrap_or_default();
    action.decides().then(|| format!("Enter never decides: press {key}"))
}

/// How many entries are seen at once.
pub(crate) fn height(size: (u16, u16)) -> usize {
    usize::from(size.1).saturating_sub(9).clamp(1, 24)
}

/// Title, the field, the visible entries, and a line about the selected one.
pub(crate) fn rows(model: &Model, width: usize) -> Vec<Row> {
    let Some(crate::tui::model::Overlay::Menu { help, from, query, cursor, scroll }) = &model.overlay else {
        return Vec::new();
    };
    let entries = entries(model, *help, *from, query);
    let title = match help {
        Some(focus) => format!(" Keys: {}", focus.name()),
        None => " Commands".to_owned(),
    };
    let count = format!("{} ", crate::tui::update::count(entries.len(), "entry", "entries"));
    let mut rows = vec![Row::of(title, Role::Title).right(Row::of(count, Role::Dim), width)];
    rows.push(
        Row::of(" Filter ", Role::Dim)
            .with(crate::source::clean(query), Role::Input)
            .with(" ", Role::Caret)
            .cut(width),
    );
    let height = height(model.size);
    for (i, entry) in entries.iter().enumerate().skip(*scroll).take(height) {
        let possible = entry.why_not.is_none();
        let mut row =
            Row::of(format!(" {} ", fit(&entry.keys, 14)), if possible { Role::Key } else { Role::Dim });
        row.push(entry.about, if possible { Role::Text } else { Role::Dim });
        let mut row = row.cut(width);
        row.selected = i == *cursor;
        rows.push(row);
    }
    rows.resize(height + 2, Row::new());
    let why = entries.get(*cursor).map(|e| match &e.why_not {
        Some(why) => why.clone(),
        None => format!("Enter runs: {}", e.action.name()),
    });
    rows.push(
        Row::of(format!(" {}", why.unwrap_or_else(|| "nothing matches".to_owned())), Role::Dim).cut(width),
    );
    rows
}
