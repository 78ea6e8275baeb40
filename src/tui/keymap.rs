//! One table from key and focus to action. The hints at the bottom, the help and the command palette are made from
//! it, so they cannot disagree with what the keys do.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::msg::{Edit, Msg};

/// Where the keys go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Focus {
    /// The notice of the first start.
    Notice,
    /// The scan.
    Scan,
    /// The checklist.
    Checklist,
    /// One practice.
    Item,
    /// The fixes of one practice.
    Review,
    /// The accepted fixes.
    Staged,
    /// The result of a write.
    Applied,
    /// The report.
    Report,
    /// The log.
    Log,
    /// A rule's page.
    Rule,
    /// A question with one dangerous answer.
    Confirm,
    /// The list of settings modules.
    Picker,
    /// A text field of a form.
    TextField,
    /// A field of a form with choices.
    ChoiceField,
    /// A field of a form that cycles through values.
    CycleField,
    /// A button of a form.
    Button,
    /// The filter's field.
    Filter,
    /// A list of actions with a field to filter it: help, commands.
    Menu,
}

impl Focus {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::Notice,
        Self::Scan,
        Self::Checklist,
        Self::Item,
        Self::Review,
        Self::Staged,
        Self::Applied,
        Self::Report,
        Self::Log,
        Self::Rule,
        Self::Confirm,
        Self::Picker,
        Self::TextField,
        Self::ChoiceField,
        Self::CycleField,
        Self::Button,
        Self::Filter,
        Self::Menu,
    ];

    /// The name in the help.
    pub fn name(self) -> &'static str {
        match self {
            Self::Notice => "before the first scan",
            Self::Scan => "scan",
            Self::Checklist => "checklist",
            Self::Item => "practice",
            Self::Review => "fix review",
            Self::Staged => "staged changes",
            Self::Applied => "result of a write",
            Self::Report => "report",
            Self::Log => "log",
            Self::Rule => "rule page",
            Self::Confirm => "confirmation",
            Self::Picker => "settings modules",
            Self::TextField | Self::ChoiceField | Self::CycleField | Self::Button => "form",
            Self::Filter => "filter",
            Self::Menu => "menu",
        }
    }

    /// Whether printable keys are text here.
    pub fn takes_text(self) -> bool {
        matches!(self, Self::TextField | Self::CycleField | Self::Filter | Self::Menu)
    }
}

macro_rules! actions {
    ($($name:ident $text:literal $about:literal,)*) => {
        /// What a key can mean. Each has a name for the palette and for key strings.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $(#[doc = $about] $name,)*
        }

        impl Action {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The kebab name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What it does, in a few words.
            pub fn about(self) -> &'static str {
                match self { $(Self::$name => $about,)* }
            }
        }
    };
}

actions! {
    Up "up" "one row up",
    Down "down" "one row down",
    PageUp "page-up" "half a page up",
    PageDown "page-down" "half a page down",
    Top "top" "to the first row",
    Bottom "bottom" "to the last row",
    Left "left" "fold, or scroll code left",
    Right "right" "unfold, or scroll code right",
    NextGroup "next-group" "next section, practice or fix",
    PrevGroup "previous-group" "previous section, practice or fix",
    NextPane "next-pane" "next pane",
    PrevPane "previous-pane" "previous pane",
    NextOpen "next-open" "next open practice",
    PrevOpen "previous-open" "previous open practice",
    Open "open" "open, or go to the next undecided fix",
    Back "back" "back, close, clear the filter",
    Close "close" "back one level; on the checklist quit",
    Quit "quit" "quit now; everything is kept",
    Suspend "suspend" "suspend",
    Help "help" "help for this screen",
    Palette "commands" "all commands",
    Filter "filter" "filter the checklist",
    TabChecklist "checklist" "the checklist",
    TabStaged "staged" "the accepted fixes",
    TabReport "report" "the report",
    TabLog "log" "the log",
    Undo "undo" "undo the last mark or answer, then the last write",
    Redo "redo" "redo what was undone",
    Write "write" "go through what is staged and write it",
    Rescan "rescan" "scan again",
    Editor "editor" "open the file in your editor",
    Rule "rule" "the rule's page",
    Copy "copy" "copy the place",
    Zoom "zoom" "one pane or several",
    Repaint "repaint" "draw the screen anew",
    NextProject "next-project" "the next Django project of this folder",
    Settings "settings" "choose the settings module",
    NotRead "not-read" "list the files that were not read",
    Toggle "toggle" "stage a safe fix or take it out; tick",
    Fix "fix" "look at the fixes",
    Waive "waive" "waive: accept the risk for a time",
    NotApplicable "not-applicable" "say that it does not apply",
    Attest "attest" "say that you checked it by hand",
    Note "note" "write a note for yourself",
    Answer "answer" "answer the question",
    Show "show" "show open, failing, questions or all",
    Sort "sort" "order by section, points or file",
    NextPlace "next-place" "next place of evidence",
    PrevPlace "previous-place" "previous place of evidence",
    Accept "accept" "accept this fix",
    Reject "reject" "reject this fix",
    AcceptRest "accept-rest" "accept the safe undecided fixes of this file",
    RejectRest "reject-rest" "reject the undecided fixes of this file",
    AcceptSafe "accept-safe" "accept all safe fixes of the project (asks)",
    MoreContext "more-context" "more lines around the change",
    LessContext "less-context" "fewer lines around the change",
    SideBySide "side-by-side" "before and after side by side",
    SavePatch "save-patch" "save as a patch file instead of writing",
    Confirm "confirm" "yes, do it",
    NextField "next-field" "next field",
    PrevField "previous-field" "previous field",
    Pick "pick" "choose",
    PickNext "pick-next" "the next value",
    PickPrev "pick-previous" "the previous value",
    Press "press" "press the button, or next field",
    Save "save" "save the form",
}

impl Action {
    /// Whether it changes a mark, an answer or a file. Such an action is never run by Enter from a menu.
    pub fn decides(self) -> bool {
        matches!(
            self,
            Self::Undo
                | Self::Redo
                | Self::Toggle
                | Self::Accept
                | Self::Reject
                | Self::AcceptRest
                | Self::RejectRest
                | Self::SavePatch
                | Self::Confirm
                | Self::Save
        )
    }
}

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
    key(&[Focus::Item], "o", Action::NextPlace, "next place"),
    key(&[Focus::Item], "O", Action::PrevPlace, ""),
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
    key(&[Focus::Checklist], "s", Action::Show, "show"),
    key(&[Focus::Checklist], "S", Action::Sort, "order"),
    key(&[Focus::Checklist], "m", Action::Note, ""),
    key(&[Focus::Staged], "p", Action::SavePatch, "save as patch"),
    key(TOOLS, "W", Action::Write, "write"),
    key(&[Focus::Item, Focus::Review], "J", Action::NextGroup, "next"),
    key(&[Focus::Item, Focus::Review], "K", Action::PrevGroup, "previous"),
    key(
        &[Focus::Checklist, Focus::Staged, Focus::Applied, Focus::Report, Focus::Log, Focus::Rule],
        "J",
        Action::NextGroup,
        "",
    ),
    key(
        &[Focus::Checklist, Focus::Staged, Focus::Applied, Focus::Report, Focus::Log, Focus::Rule],
        "K",
        Action::PrevGroup,
        "",
    ),
    key(TOOLS, "u", Action::Undo, "undo"),
    key(TOOLS, "U", Action::Redo, ""),
    key(&[Focus::Checklist, Focus::Item, Focus::Review, Focus::Staged], "i", Action::Rule, "rule"),
    key(&[Focus::Checklist, Focus::Item, Focus::Review, Focus::Staged], "e", Action::Editor, "editor"),
    key(&[Focus::Checklist, Focus::Item, Focus::Review], "Y", Action::Copy, ""),
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
        &[Focus::Item, Focus::Review, Focus::Staged, Focus::Report, Focus::Log, Focus::Rule],
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
    fn keys_are_read_from_text() {
        let keys = parse_keys("j enter \"a b\" ctrl-c W").unwrap();
        let shown: Vec<_> = keys.iter().map(|k| k.show()).collect();
        assert_eq!(shown, ["j", "Enter", "a", "Space", "b", "Ctrl-C", "W"]);
        assert_eq!(parse_keys("nonsense"), None);
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
