//! Text typed or pasted: into the filter, a menu or a form.

use crate::tui::form::Form;
use crate::tui::model::{Model, Overlay};
use crate::tui::msg::Edit;

use super::forms;

/// A character typed into whatever has the focus.
pub(super) fn type_char(model: &mut Model, c: char) {
    match &mut model.overlay {
        Some(Overlay::Menu { query, cursor, scroll, .. }) if !c.is_control() => {
            query.push(c);
            (*cursor, *scroll) = (0, 0);
        }
        Some(Overlay::Filter) if !c.is_control() => model.session.filter.push(c),
        Some(_) => {}
        None => forms::type_char(model, c),
    }
}

/// An editing key in whatever has the focus.
pub(super) fn edit_text(model: &mut Model, edit: Edit) {
    let shorten = |text: &mut String| match edit {
        Edit::Backspace => {
            text.pop();
        }
        Edit::DeleteToStart => text.clear(),
        Edit::DeleteWord => {
            let kept = text.trim_end().rfind(' ').map_or(0, |at| at + 1);
            text.truncate(kept);
        }
        Edit::Delete | Edit::Left | Edit::Right | Edit::Home | Edit::End => {}
    };
    match &mut model.overlay {
        Some(Overlay::Menu { query, cursor, scroll, .. }) => {
            shorten(query);
            (*cursor, *scroll) = (0, 0);
        }
        Some(Overlay::Filter) => shorten(&mut model.session.filter),
        Some(_) => {}
        None => {
            if let Some(text) = model.form.as_mut().and_then(Form::text_mut) {
                text.edit(edit);
            }
        }
    }
}

/// Pasted text goes into a text field, or nowhere.
pub(super) fn paste(model: &mut Model, text: &str) {
    if !model.focus().takes_text() {
        model.say("pasted text is ignored outside a field");
        return;
    }
    for c in text.chars() {
        type_char(model, if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c });
    }
}
