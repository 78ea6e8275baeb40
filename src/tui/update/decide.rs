//! Answers, waivers and the choice of the settings module; undo and redo.

use crate::decisions::Decisions;
use crate::tui::model::{Change, Confirm, Model, Overlay};
use crate::tui::msg::Effect;
use crate::tui::page;

/// Puts new decisions in force: kept at once, judged again, undone with `u`.
pub(super) fn set(model: &mut Model, decisions: Decisions, effects: &mut Vec<Effect>) {
    let before = std::mem::replace(&mut model.decisions, decisions);
    model.undo.push(Change::Decisions(Box::new(before), model.cursor.clone()));
    model.redo.clear();
    save(model, effects);
}

fn save(model: &mut Model, effects: &mut Vec<Effect>) {
    model.scan.generation += 1;
    model.busy = Some("judging again");
    effects.push(Effect::SaveDecisions(model.scan.generation, model.decisions.clone()));
}

/// Chooses a settings module for the shown project.
pub(super) fn choose_settings(model: &mut Model, at: usize, effects: &mut Vec<Effect>) {
    let modules = page::overlay::modules(model);
    let (Some((module, _)), Some(project)) = (modules.get(at), model.project()) else { return };
    let root = project.root.clone();
    let mut decisions = model.decisions.clone();
    decisions.settings.retain(|(r, _)| *r != root);
    decisions.settings.push((root, module.clone()));
    decisions.settings.sort();
    model.overlay = None;
    model.say(format!("judging {}", crate::source::clean(module)));
    set(model, decisions, effects);
}

/// `u` and `U`. When no mark or answer is left to undo, `u` asks about the last write.
pub(super) fn undo_redo(model: &mut Model, undo: bool, effects: &mut Vec<Effect>) {
    let change = if undo { model.undo.pop() } else { model.redo.pop() };
    let Some(change) = change else {
        if !undo {
            model.say("nothing to redo");
        } else if model.session.last_write.is_empty() {
            model.say("nothing to undo");
        } else {
            model.overlay = Some(Overlay::Confirm(Confirm::Undo));
        }
        return;
    };
    let opposite = match change {
        Change::Marks(marks) => {
            model.say(if undo { "the last mark is undone" } else { "the mark is back" });
            Change::Marks(std::mem::replace(&mut model.session.marks, marks))
        }
        Change::Rewrites(rewrites, marks) => {
            model.say(if undo { "the proposal is as it was" } else { "the proposal is yours again" });
            super::rewrite::swap(model, rewrites, marks)
        }
        Change::Decisions(decisions, cursor) => {
            model.say(if undo { "the last answer is undone" } else { "the answer is back" });
            let former = std::mem::replace(&mut model.decisions, *decisions);
            save(model, effects);
            // The practice may be shown only when it is judged again.
            model.return_to = Some(cursor.clone());
            Change::Decisions(Box::new(former), cursor)
        }
    };
    if undo {
        model.redo.push(opposite);
    } else {
        model.undo.push(opposite);
    }
}
