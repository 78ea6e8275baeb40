//! One table from key and focus to action. The hints at the bottom, the help and the command palette are made from
//! it, so they cannot disagree with what the keys do.

mod action;
mod press;

use crate::tui::msg::{Edit, Msg};

pub use action::{Action, Focus};
pub use press::{Key, KeyPress, parse_keys};

/// Some keys, where they count, and what they mean.
struct Binding {
    focus: &'static [Focus],
    keys: &'static str,
    action: Action,
    /// The words in the hint bar; empty for none. Hints stand in the order of the table.
    hint: &'static str,
}

const PLAIN: &[Focus] = &[
    Focus::Notice,
    Focus::Scan,
    Focus::Checklist,
    Focus::Item,
    Focus::Review,
    Focus::Staged,
    Focus::Applied,
    Focus::Report,
    Focus::Log,
    Focus::Endpoints,
    Focus::Rule,
];
const MAIN: &[Focus] = &[Focus::Checklist, Focus::Item, Focus::Review];
const PRACTICE: &[Focus] = &[Focus::Checklist, Focus::Item];
const TOOLS: &[Focus] = &[
    Focus::Scan,
    Focus::Checklist,
    Focus::Item,
    Focus::Review,
    Focus::Staged,
    Focus::Applied,
    Focus::Report,
    Focus::Log,
    Focus::Endpoints,
    Focus::Rule,
];
const FORM: &[Focus] = &[Focus::TextField, Focus::ChoiceField, Focus::CycleField, Focus::Button];
const EVERYWHERE: &[Focus] = &Focus::ALL;

const fn key(focus: &'static [Focus], keys: &'static str, action: Action, hint: &'static str) -> Binding {
    Binding { focus, keys, action, hint }
}

const BINDINGS: &[Binding] = &[
    // What a screen is for comes first, so that its hint survives on narrow screens.
    key(&[Focus::Notice], "enter space", Action::Open, "start the scan"),
    key(&[Focus::Scan], "enter", Action::Open, "checklist"),
    key(&[Focus::Scan], "s", Action::Settings, "settings module"),
    key(&[Focus::Scan], "n", Action::NotRead, "files not read"),
    key(&[Focus::Checklist], "enter", Action::Open, "open"),
    key(&[Focus::Review], "y", Action::Accept, "accept"),
    key(&[Focus::Review], "n", Action::Reject, "reject"),
    key(&[Focus::Review], "enter", Action::Open, "next undecided"),
    key(&[Focus::Item], "enter", Action::Open, ""),
    key(&[Focus::Staged], "space", Action::Toggle, "take out, put back"),
    key(&[Focus::Staged], "enter", Action::Open, "look at the fix"),
    key(&[Focus::Report], "enter", Action::Open, "open, or write"),
    key(&[Focus::Report], "space", Action::Toggle, "tick a format"),
    key(&[Focus::Applied], "enter", Action::Open, "checklist"),
    key(&[Focus::Log, Focus::Rule], "enter", Action::Open, ""),
    key(PRACTICE, "f", Action::Fix, "fix"),
    key(PRACTICE, "a", Action::Answer, "answer"),
    key(PRACTICE, "w", Action::Waive, "waive"),
    key(PRACTICE, "x", Action::NotApplicable, "n/a"),
    key(PRACTICE, "c", Action::Attest, "checked"),
    key(&[Focus::Item], "m", Action::Note, "note"),
    key(&[Focus::Endpoints], "enter", Action::Open, "details"),
    key(&[Focus::Endpoints], "m", Action::MarkPublic, "mark public"),
    key(&[Focus::Item, Focus::Endpoints], "o", Action::NextPlace, "next place"),
    key(&[Focus::Item, Focus::Endpoints], "O", Action::PrevPlace, ""),
    key(&[Focus::Review], "e", Action::Rewrite, "edit"),
    key(&[Focus::Review], "v", Action::SideBySide, "side by side"),
    key(&[Focus::Review], "+ =", Action::MoreContext, "context"),
    key(&[Focus::Review], "-", Action::LessContext, ""),
    key(&[Focus::Review], "a", Action::AcceptRest, "accept safe rest"),
    key(&[Focus::Review], "d", Action::RejectRest, "reject rest"),
    key(&[Focus::Review, Focus::Checklist], "A", Action::AcceptSafe, "all safe"),
    key(PRACTICE, "space", Action::Toggle, "stage"),
    key(MAIN, ".", Action::NextOpen, "next open"),
    key(MAIN, ",", Action::PrevOpen, ""),
    key(&[Focus::Checklist], "/", Action::Filter, "filter"),
    key(&[Focus::Checklist, Focus::Endpoints], "s", Action::Show, "show"),
    key(&[Focus::Checklist], "S", Action::Sort, "order"),
    key(&[Focus::Checklist], "m", Action::Note, ""),
    key(&[Focus::Staged], "p", Action::SavePatch, "save as patch"),
    key(TOOLS, "W", Action::Write, "write"),
    key(&[Focus::Item, Focus::Review], "J", Action::NextGroup, "next"),
    key(&[Focus::Item, Focus::Review], "K", Action::PrevGroup, "previous"),
    key(
        &[
            Focus::Checklist,
            Focus::Staged,
            Focus::Applied,
            Focus::Report,
            Focus::Log,
            Focus::Endpoints,
            Focus::Rule,
        ],
        "J",
        Action::NextGroup,
        "",
    ),
    key(
        &[
            Focus::Checklist,
            Focus::Staged,
            Focus::Applied,
            Focus::Report,
            Focus::Log,
            Focus::Endpoints,
            Focus::Rule,
        ],
        "K",
        Action::PrevGroup,
        "",
    ),
    key(TOOLS, "u", Action::Undo, "undo"),
    key(TOOLS, "U", Action::Redo, ""),
    key(&[Focus::Checklist, Focus::Item, Focus::Review, Focus::Staged], "i", Action::Rule, "rule"),
    key(&[Focus::Checklist, Focus::Item, Focus::Staged, Focus::Endpoints], "e", Action::Editor, "editor"),
    key(&[Focus::Checklist, Focus::Item, Focus::Review, Focus::Endpoints], "Y", Action::Copy, ""),
    key(MAIN, "z", Action::Zoom, ""),
    key(MAIN, "tab", Action::NextPane, ""),
    key(MAIN, "shift-tab", Action::PrevPane, ""),
    key(PLAIN, "up k", Action::Up, ""),
    key(PLAIN, "down j", Action::Down, ""),
    key(PLAIN, "pageup ctrl-u", Action::PageUp, ""),
    key(PLAIN, "pagedown ctrl-d", Action::PageDown, ""),
    key(PLAIN, "g home", Action::Top, ""),
    key(PLAIN, "G end", Action::Bottom, ""),
    key(PLAIN, "left h", Action::Left, ""),
    key(PLAIN, "right l", Action::Right, ""),
    key(&[Focus::Checklist], "C", Action::Settings, ""),
    key(&[Focus::Checklist, Focus::Report, Focus::Scan], "P", Action::NextProject, ""),
    key(TOOLS, "1", Action::TabChecklist, ""),
    key(TOOLS, "2", Action::TabStaged, ""),
    key(TOOLS, "3", Action::TabReport, ""),
    key(TOOLS, "4", Action::TabLog, ""),
    key(TOOLS, "5", Action::TabEndpoints, ""),
    key(TOOLS, "r R", Action::Rescan, ""),
    // Confirmation, picker, forms, fields.
    key(&[Focus::Confirm], "y", Action::Confirm, "yes"),
    key(&[Focus::Confirm], "p", Action::SavePatch, "save as patch"),
    key(&[Focus::Picker], "up k", Action::Up, ""),
    key(&[Focus::Picker], "down j", Action::Down, ""),
    key(&[Focus::Picker], "enter", Action::Open, "use this module"),
    key(&[Focus::Menu], "up", Action::Up, ""),
    key(&[Focus::Menu], "down", Action::Down, ""),
    key(&[Focus::Menu], "pageup", Action::PageUp, ""),
    key(&[Focus::Menu], "pagedown", Action::PageDown, ""),
    key(&[Focus::Menu], "enter", Action::Open, "run"),
    key(&[Focus::Filter], "enter", Action::Open, "keep the filter"),
    key(&[Focus::Filter], "up", Action::Up, ""),
    key(&[Focus::Filter], "down", Action::Down, ""),
    key(&[Focus::ChoiceField], "space", Action::Pick, "choose"),
    key(&[Focus::ChoiceField], "up k", Action::Up, ""),
    key(&[Focus::ChoiceField], "down j", Action::Down, ""),
    key(&[Focus::CycleField], "right", Action::PickNext, "longer"),
    key(&[Focus::CycleField], "left", Action::PickPrev, "shorter"),
    key(&[Focus::TextField, Focus::CycleField, Focus::Button], "up", Action::PrevField, ""),
    key(&[Focus::TextField, Focus::CycleField, Focus::Button], "down", Action::NextField, ""),
    key(FORM, "tab", Action::NextField, "next field"),
    key(FORM, "shift-tab", Action::PrevField, ""),
    key(FORM, "enter", Action::Press, "next, or press"),
    key(FORM, "ctrl-s", Action::Save, "save"),
    key(&[Focus::Button], "space", Action::Press, ""),
    key(
        &[
            Focus::Item,
            Focus::Review,
            Focus::Staged,
            Focus::Report,
            Focus::Log,
            Focus::Endpoints,
            Focus::Rule,
        ],
        "esc",
        Action::Back,
        "back",
    ),
    key(&[Focus::Checklist], "esc", Action::Back, ""),
    key(&[Focus::Applied], "esc", Action::Back, ""),
    key(&[Focus::Notice, Focus::Scan], "esc", Action::Back, ""),
    key(&[Focus::Confirm], "esc n q", Action::Back, "go back"),
    key(&[Focus::Picker], "esc q", Action::Back, "later"),
    key(FORM, "esc", Action::Back, "leave, keep the draft"),
    key(&[Focus::Filter], "esc", Action::Back, "clear"),
    key(&[Focus::Menu], "esc", Action::Back, "close"),
    // The last ones are never dropped from the bar.
    key(TOOLS, ": ctrl-p", Action::Palette, "commands"),
    key(PLAIN, "? f1", Action::Help, "help"),
    key(&[Focus::Confirm, Focus::Picker, Focus::ChoiceField, Focus::Button], "? f1", Action::Help, ""),
    key(&[Focus::TextField, Focus::CycleField, Focus::Filter], "f1", Action::Help, ""),
    key(PLAIN, "q", Action::Close, "quit"),
    key(EVERYWHERE, "ctrl-c", Action::Quit, ""),
    key(EVERYWHERE, "ctrl-z", Action::Suspend, ""),
    key(EVERYWHERE, "ctrl-l", Action::Repaint, ""),
];

fn keys_of(binding: &Binding) -> impl Iterator<Item = KeyPress> {
    binding
        .keys
        .split(' ')
        .map(|name| KeyPress::parse(name).expect("internal error: the key table names keys that exist"))
}

/// What a key means where the focus is.
pub fn resolve(focus: Focus, press: KeyPress) -> Option<Msg> {
    let bound = BINDINGS.iter().find(|b| b.focus.contains(&focus) && keys_of(b).any(|k| k == press));
    if let Some(binding) = bound {
        return Some(Msg::Do(binding.action));
    }
    if !focus.takes_text() {
        // The letters of a question's answers.
        return match press {
            KeyPress { key: Key::Char(c), ctrl: false } if focus == Focus::ChoiceField => Some(Msg::Type(c)),
            _ => None,
        };
    }
    Some(match press {
        KeyPress { key: Key::Char(c), ctrl: false } => Msg::Type(c),
        KeyPress { key: Key::Char('w'), ctrl: true } => Msg::Edit(Edit::DeleteWord),
        KeyPress { key: Key::Char('u'), ctrl: true } => Msg::Edit(Edit::DeleteToStart),
        KeyPress { key: Key::Char('a'), ctrl: true } | KeyPress { key: Key::Home, .. } => {
            Msg::Edit(Edit::Home)
        }
        KeyPress { key: Key::Char('e'), ctrl: true } | KeyPress { key: Key::End, .. } => Msg::Edit(Edit::End),
        KeyPress { key: Key::Backspace, .. } => Msg::Edit(Edit::Backspace),
        KeyPress { key: Key::Delete, .. } => Msg::Edit(Edit::Delete),
        KeyPress { key: Key::Left, .. } => Msg::Edit(Edit::Left),
        KeyPress { key: Key::Right, .. } => Msg::Edit(Edit::Right),
        _ => return None,
    })
}

/// One entry of the hint bar: the key as shown, the words, the action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Such as `Enter`.
    pub key: String,
    /// Such as `open`.
    pub words: &'static str,
    /// The action.
    pub action: Action,
}

/// The hints of a focus, most useful first; the last ones are those that must stay.
pub fn hints(focus: Focus) -> Vec<Hint> {
    BINDINGS
        .iter()
        .filter(|b| b.focus.contains(&focus) && !b.hint.is_empty())
        .filter_map(|b| {
            let key = keys_of(b).next()?;
            Some(Hint { key: key.show(), words: b.hint, action: b.action })
        })
        .collect()
}

/// Every key of a focus with its action, in the order of the table; keys of one action together.
pub fn bindings(focus: Focus) -> Vec<(Vec<KeyPress>, Action)> {
    let mut all: Vec<(Vec<KeyPress>, Action)> = Vec::new();
    for binding in BINDINGS.iter().filter(|b| b.focus.contains(&focus)) {
        match all.iter_mut().find(|(_, action)| *action == binding.action) {
            Some((keys, _)) => keys.extend(keys_of(binding)),
            None => all.push((keys_of(binding).collect(), binding.action)),
        }
    }
    all
}

/// The first key of an action, wherever it is bound.
pub fn key_of(action: Action) -> Option<KeyPress> {
    BINDINGS.iter().find(|b| b.action == action).and_then(|b| keys_of(b).next())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn no_key_means_two_things_in_one_place() {
        for focus in Focus::ALL {
            let mut seen = BTreeMap::new();
            for (keys, action) in bindings(focus) {
                for key in keys {
                    assert_eq!(seen.insert(key, action), None, "{focus:?}: {key:?}");
                }
            }
        }
    }

    #[test]
    fn every_action_has_a_key_and_a_name_of_its_own() {
        let mut names = std::collections::BTreeSet::new();
        for &action in Action::ALL {
            assert!(key_of(action).is_some(), "{action:?}");
            assert!(names.insert(action.name()), "{action:?}");
        }
    }

    #[test]
    fn one_can_leave_every_place() {
        for focus in Focus::ALL {
            let actions: Vec<_> = bindings(focus).into_iter().map(|(_, action)| action).collect();
            assert!(actions.contains(&Action::Quit), "{focus:?}");
            assert!(actions.contains(&Action::Back), "{focus:?}");
        }
    }

    #[test]
    fn keys_that_are_hard_to_type_are_never_the_only_way() {
        for &action in Action::ALL {
            let easy = Focus::ALL.iter().flat_map(|f| bindings(*f)).any(|(keys, a)| {
                a == action && keys.iter().any(|k| !matches!(k.key, Key::Char(c) if "[]{}|\\~@".contains(c)))
            });
            assert!(easy, "{action:?}");
        }
    }

    #[test]
    fn letters_are_text_in_a_field_and_actions_elsewhere() {
        let w = KeyPress::parse("W").unwrap();
        assert!(matches!(resolve(Focus::TextField, w), Some(Msg::Type('W'))));
        assert!(matches!(resolve(Focus::Checklist, w), Some(Msg::Do(Action::Write))));
        assert!(resolve(Focus::Confirm, w).is_none());
    }

    #[test]
    fn enter_confirms_nothing() {
        assert!(resolve(Focus::Confirm, KeyPress::parse("enter").unwrap()).is_none());
    }
}
