//! What is staged, the one write step, patches and reports. A write needs `W` and then `y`.

use crate::tui::backend::ReportFormat;
use crate::tui::keymap::Action;
use crate::tui::model::{Confirm, Cursor, Model, Overlay, Plan, Screen};
use crate::tui::msg::Effect;
use crate::tui::page::report::{self, ReportRow};
use crate::tui::session::Mark;

/// `W`: shows what is staged; there, asks.
pub(super) fn write(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Some(why) = model.why_not(Action::Write) {
        model.say(why);
        return;
    }
    let staged = model.staged();
    if model.screen() != Screen::Staged {
        super::tab(model, Screen::Staged);
    }
    match model.plans.get(&staged) {
        Some(Plan::Failed(why)) => {
            let why = why.clone();
            model.fail(why);
            return;
        }
        Some(Plan::Ready(files)) => {
            let paths = files.iter().map(|f| f.path.clone()).collect();
            effects.push(Effect::AskUncommitted(paths));
        }
        Some(Plan::Pending) | None => {}
    }
    model.uncommitted.clear();
    model.overlay = Some(Overlay::Confirm(Confirm::Write));
}

/// `p`: a patch file instead of writing.
pub(super) fn save_patch(model: &mut Model, effects: &mut Vec<Effect>) {
    if !matches!(model.overlay, None | Some(Overlay::Confirm(Confirm::Write))) {
        return;
    }
    if let Some(why) = model.why_not(Action::SavePatch) {
        model.say(why);
        return;
    }
    model.overlay = None;
    model.busy = Some("saving the patch");
    effects.push(Effect::SavePatch(model.staged()));
}

/// `y` in a confirmation.
pub(super) fn confirm(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(Overlay::Confirm(about)) = model.overlay.clone() else { return };
    match about {
        Confirm::Write => {
            let staged = model.staged();
            if !matches!(model.plans.get(&staged), Some(Plan::Ready(_))) {
                // What has not been shown is not written.
                model.say("one moment: the change is still being put together");
                return;
            }
            model.busy = Some("writing");
            effects.push(Effect::Apply(staged));
        }
        Confirm::AcceptSafe { fixes, left } => {
            super::review::set(model, &fixes, Some(Mark::Accepted));
            let accepted = super::review::count(fixes.len(), "safe fix", "safe fixes");
            model.say(match left {
                0 => format!("{accepted} accepted; nothing is written until W"),
                left => format!("{accepted} accepted; {left} of other classes stay undecided"),
            });
        }
        Confirm::Undo => {
            model.busy = Some("undoing the write");
            effects.push(Effect::Undo(model.session.last_write.clone()));
        }
    }
    model.overlay = None;
}

/// The rows of the staged screen: every fix of the project with a mark, by the file that it changes first.
pub(crate) fn staged_rows(model: &Model) -> Vec<String> {
    let mut marked: Vec<_> = model.all_fixes().filter(|f| model.mark(&f.fingerprint).is_some()).collect();
    // Files are numbered by path.
    marked.sort_by_key(|f| model.fix_files(f).first().copied());
    marked.iter().map(|f| f.fingerprint.clone()).collect()
}

fn staged_at_cursor(model: &Model) -> Option<String> {
    staged_rows(model).get(model.view(Screen::Staged).cursor).cloned()
}

/// Space on the staged screen: takes a fix out, or puts it back.
pub(super) fn toggle_staged(model: &mut Model) {
    let Some(fix) = staged_at_cursor(model) else { return };
    // Taken out means rejected: it stays in the list, so that it can be put back.
    let accepted = model.mark(&fix) == Some(Mark::Accepted);
    super::review::set(model, &[fix], Some(if accepted { Mark::Rejected } else { Mark::Accepted }));
    model.say(if accepted { "taken out" } else { "put back" });
}

/// Enter on the staged screen: the fix in the review of its practice.
pub(super) fn open_staged(model: &mut Model) {
    let Some(fix) = staged_at_cursor(model) else { return };
    let found = model.project().and_then(|p| {
        let position = *p.findings.iter().find(|f| f.fingerprint == fix)?.practices.first()?;
        Some(position)
    });
    let Some(position) = found else { return };
    let at = model.fixes(position).iter().position(|f| f.fingerprint == fix);
    let Some(id) = model.practice(position).map(|(p, _)| p.id.clone()) else { return };
    // `settle` would start the new practice at its first fix.
    model.session.practice.clone_from(&id);
    model.cursor = Cursor::Practice(id);
    (model.place, model.link) = (0, 0);
    model.fix = at.unwrap_or(0);
    super::go(model, Screen::Review);
}

/// Enter on the report: opens the practice, or writes the report.
pub(super) fn open_report_row(model: &mut Model, effects: &mut Vec<Effect>) {
    let rows = report::rows(model);
    match rows.get(model.view(Screen::Report).cursor) {
        Some(ReportRow::Practice(position)) => {
            let Some(id) = model.practice(*position).map(|(p, _)| p.id.clone()) else { return };
            model.cursor = Cursor::Practice(id);
            super::go(model, Screen::Item);
        }
        Some(ReportRow::Write) => {
            if model.formats.is_empty() {
                model.say("tick a format with Space first");
                return;
            }
            model.busy = Some("writing the report");
            for &format in &model.formats {
                effects.push(Effect::WriteReport(format));
            }
        }
        Some(ReportRow::Format(_)) => toggle_format(model),
        None => {}
    }
}

/// Space on a format of the report.
pub(super) fn toggle_format(model: &mut Model) {
    let rows = report::rows(model);
    let Some(ReportRow::Format(format)) = rows.get(model.view(Screen::Report).cursor) else { return };
    let format: ReportFormat = *format;
    if model.formats.contains(&format) {
        model.formats.retain(|f| *f != format);
    } else {
        model.formats.push(format);
        model.formats.sort();
    }
}
