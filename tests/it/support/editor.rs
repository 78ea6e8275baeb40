//! What a session asks the editor to open.

use drf_harden::tui::{Effect, Headless};

/// Presses `e`: the `path:line` that the editor is asked for, if it is asked.
pub(crate) fn opened_in_editor(session: &mut Headless) -> Option<String> {
    session.effects.clear();
    session.keys("e");
    session.effects.iter().find_map(|effect| match effect {
        Effect::OpenEditor(path, line) => Some(format!("{path}:{line}")),
        _ => None,
    })
}
