//! Marks on fixes. Only `y`, `n`, Space on a safe fix and the bulk keys change one; Enter and Esc never do.

use crate::finding::Effect as Class;
use crate::tui::keymap::Action;
use crate::tui::model::{Change, Confirm, Model, Overlay, Screen};
use crate::tui::session::Mark;

/// Sets or clears marks, remembering the former ones for undo.
pub(super) fn set(model: &mut Model, fixes: &[String], mark: Option<Mark>) {
    let before = model.session.marks.clone();
    for fix in fixes {
        match mark {
            Some(mark) => model.session.marks.insert(fix.clone(), mark),
            None => model.session.marks.remove(fix),
        };
    }
    if before != model.session.marks {
        model.undo.push(Change::Marks(before));
        model.redo.clear();
    }
}

/// The keys that mark.
pub(super) fn mark(model: &mut Model, action: Action) {
    match (model.screen(), action) {
        (Screen::Review, Action::Accept) => one(model, Mark::Accepted),
        (Screen::Review, Action::Reject) => one(model, Mark::Rejected),
        (Screen::Review, Action::AcceptRest) => rest(model, true),
        (Screen::Review, Action::RejectRest) => rest(model, false),
        (Screen::Review | Screen::Checklist, Action::AcceptSafe) => ask_all_safe(model),
        (Screen::Checklist | Screen::Item, Action::Toggle) => toggle(model),
        (Screen::Staged, Action::Toggle) => super::writes::toggle_staged(model),
        (Screen::Report, Action::Toggle) => super::writes::toggle_format(model),
        _ => {}
    }
}

fn one(model: &mut Model, mark: Mark) {
    let Some(fix) = model.current_fix() else { return };
    let (fingerprint, title) = (fix.fingerprint.clone(), fix_title(fix));
    set(model, &[fingerprint], Some(mark));
    let word = if mark == Mark::Accepted { "accepted" } else { "rejected" };
    model.say(format!("{word}: {title}"));
    // On to the next undecided fix, as git does; at the last one stay, so that the result is seen.
    advance(model);
}

fn fix_title(fix: &crate::engine::ReportedFinding) -> String {
    fix.finding.fix.as_ref().map(|f| crate::source::clean(&f.title).replace('`', "")).unwrap_or_default()
}

/// Goes to the next undecided fix of the practice; `false` when all are decided.
fn advance(model: &mut Model) -> bool {
    let Some(practice) = model.selected() else { return false };
    let fixes: Vec<String> = model.fixes(practice).iter().map(|f| f.fingerprint.clone()).collect();
    let count = fixes.len();
    let next = (1..count).map(|i| (model.fix + i) % count).find(|&i| model.mark(&fixes[i]).is_none());
    if let Some(next) = next {
        model.fix = next;
        *model.view_mut(Screen::Review) = crate::tui::model::View::default();
    }
    next.is_some()
}

/// Enter in the review: the next undecided fix. Decides nothing.
pub(super) fn next_undecided(model: &mut Model) {
    if advance(model) {
        return;
    }
    let undecided = model.current_fix().is_some_and(|f| model.mark(&f.fingerprint).is_none());
    model.say(if undecided {
        "this is the only undecided fix here: y accepts, n rejects"
    } else {
        "every fix here is decided; . goes to the next open practice"
    });
}

/// `a` and `d`: the undecided fixes of this practice in the same file, from the shown one on. Bulk accept takes
/// only safe ones.
fn rest(model: &mut Model, accept: bool) {
    let Some(practice) = model.selected() else { return };
    let fixes = model.fixes(practice);
    let Some(current) = fixes.get(model.fix) else { return };
    let file = model.fix_files(current).first().copied();
    let undecided: Vec<_> = fixes[model.fix..]
        .iter()
        .filter(|f| model.fix_files(f).first().copied() == file && model.mark(&f.fingerprint).is_none())
        .collect();
    let safe = |f: &crate::engine::ReportedFinding| {
        f.finding.fix.as_ref().is_some_and(|fix| fix.effect == Class::Safe)
    };
    let taken: Vec<String> =
        undecided.iter().filter(|f| !accept || safe(f)).map(|f| f.fingerprint.clone()).collect();
    let left = undecided.len() - taken.len();
    set(model, &taken, Some(if accept { Mark::Accepted } else { Mark::Rejected }));
    model.say(match (accept, taken.len(), left) {
        (_, 0, 0) => "every fix from here on is decided".to_owned(),
        (false, n, _) => format!("{n} rejected in this file"),
        (true, n, 0) => format!("{n} safe accepted in this file"),
        (true, n, left) => {
            format!("{n} safe accepted in this file; {left} not safe: decide each with y or n")
        }
    });
}

/// `A`: asks whether to accept every undecided safe fix of the project.
fn ask_all_safe(model: &mut Model) {
    let undecided: Vec<_> = model.all_fixes().filter(|f| model.mark(&f.fingerprint).is_none()).collect();
    let fixes: Vec<String> = undecided
        .iter()
        .filter(|f| f.finding.fix.as_ref().is_some_and(|fix| fix.effect == Class::Safe))
        .map(|f| f.fingerprint.clone())
        .collect();
    let left = undecided.len() - fixes.len();
    if fixes.is_empty() {
        model.say(match left {
            0 => "every fix is decided".to_owned(),
            left => format!("no undecided fix is safe; {left} of other classes: decide each with y or n"),
        });
        return;
    }
    model.overlay = Some(Overlay::Confirm(Confirm::AcceptSafe { fixes, left }));
}

/// Space on a practice: stages its fixes when all are safe, takes them out when all are staged, else opens them.
fn toggle(model: &mut Model) {
    let Some(practice) = model.selected() else {
        if model.screen() == Screen::Checklist {
            super::moves::fold(model, None);
        }
        return;
    };
    let fixes = model.fixes(practice);
    if fixes.is_empty() {
        model.say("no automatic fix here");
        return;
    }
    let names: Vec<String> = fixes.iter().map(|f| f.fingerprint.clone()).collect();
    let all_safe = fixes.iter().all(|f| f.finding.fix.as_ref().is_some_and(|fix| fix.effect == Class::Safe));
    let staged = names.iter().all(|f| model.mark(f) == Some(Mark::Accepted));
    if staged {
        set(model, &names, None);
        model.say(format!("{} taken out", count(names.len(), "fix", "fixes")));
    } else if all_safe {
        set(model, &names, Some(Mark::Accepted));
        model.say(format!(
            "{} accepted; nothing is written until W",
            count(names.len(), "safe fix", "safe fixes")
        ));
    } else {
        super::go(model, Screen::Review);
        model.say("not safe for every caller: look at it, then y or n");
    }
}

/// `1 fix`, `3 fixes`.
pub(crate) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
