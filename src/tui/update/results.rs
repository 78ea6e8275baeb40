//! Messages from outside: progress, reports, plans, the result of a write.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::{Progress, Report, State};
use crate::tui::backend::Written;
use crate::tui::form::show_date;
use crate::tui::model::{Applied, Confirm, Model, Overlay, Plan, Screen};
use crate::tui::msg::{Effect, Msg};

/// Takes in a message from outside.
pub(super) fn take(model: &mut Model, msg: Msg, effects: &mut Vec<Effect>) {
    match msg {
        Msg::Progress(generation, progress) if generation == model.scan.generation => {
            follow(model, progress);
        }
        Msg::Scanned(generation, result) if generation == model.scan.generation => {
            model.busy = None;
            model.scan.running = false;
            match result {
                Ok(report) => {
                    let first = model.report.is_none();
                    install(model, report);
                    if first {
                        greet(model);
                    }
                    effects.push(Effect::ReadDecisions);
                    if model.screen() == Screen::Scan && model.scan.go_on {
                        model.stack = vec![Screen::Checklist];
                        super::ask_settings(model);
                    }
                }
                Err(error) => {
                    model.scan.error = Some(error.clone());
                    model.fail(error);
                }
            }
        }
        Msg::DecisionsRead(result) => match result {
            Ok(decisions) => model.decisions = decisions,
            Err(error) => model.fail(error),
        },
        Msg::DecisionsSaved(generation, result) => {
            model.busy = None;
            match result {
                Ok(report) if generation == model.scan.generation => {
                    install(model, report);
                    if let Some(cursor) = model.return_to.take() {
                        model.cursor = cursor;
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    model.fail(format!("the answer was not saved: {error}"));
                    effects.push(Effect::ReadDecisions);
                }
            }
        }
        Msg::Planned(generation, fixes, result) if generation == model.scan.generation => {
            let plan = match result {
                Ok(files) => {
                    let asks = matches!(model.overlay, Some(Overlay::Confirm(Confirm::Write)));
                    if asks && fixes == model.staged() {
                        let paths = files.iter().map(|f| f.path.clone()).collect();
                        effects.push(Effect::AskUncommitted(paths));
                    }
                    Plan::Ready(Arc::new(files))
                }
                Err(error) => Plan::Failed(error),
            };
            model.plans.insert(fixes, plan);
        }
        Msg::Uncommitted(paths) => model.uncommitted = paths,
        Msg::Applied(result) => {
            model.busy = None;
            match result {
                Ok(written) => show_written(model, written),
                Err(error) => model.fail(format!("nothing was written: {error}")),
            }
        }
        Msg::Undone(result) => {
            model.busy = None;
            match result {
                Ok(report) => undone(model, report),
                Err(error) => model.fail(format!("the write was not undone: {error}")),
            }
        }
        Msg::Saved(result) => {
            model.busy = None;
            match result {
                Ok(path) => model.say(format!("saved: {}", crate::source::clean(&path.to_string_lossy()))),
                Err(error) => model.fail(error),
            }
        }
        Msg::NotKept(error) => model.fail(format!("the session could not be kept: {error}")),
        Msg::Failed(error) => {
            model.busy = None;
            if model.scan.running {
                model.scan.running = false;
                model.scan.error = Some(error.clone());
            }
            model.fail(error);
        }
        Msg::Rewritten(fingerprint, text) => super::rewrite::take(model, &fingerprint, text),
        Msg::EditorClosed(error) => match error {
            Some(error) => model.fail(error),
            None => super::scan(model, effects),
        },
        // Of a former scan, or not from outside.
        _ => {}
    }
}

fn follow(model: &mut Model, progress: Progress) {
    match progress {
        Progress::Discovering { found } => model.scan.found = found,
        Progress::Parsing { done, of } => model.scan.parsed = further(model.scan.parsed, (done, of)),
        Progress::Project { root, versions, settings } => {
            model.scan.projects.push((root, versions, settings));
        }
        Progress::Checking { done, of } => model.scan.checked = further(model.scan.checked, (done, of)),
    }
}

/// Counts come from several threads and may overtake each other; another total begins a new count.
fn further((before, total): (usize, usize), (done, of): (usize, usize)) -> (usize, usize) {
    if of == total { (done.max(before), of) } else { (done, of) }
}

/// Puts a new report in force. What was planned on the former one is dropped.
fn install(model: &mut Model, report: Arc<Report>) {
    let wanted = model.session.project.clone();
    let same = report.projects.iter().position(|p| p.root == wanted && p.project.is_some());
    let first = report.projects.iter().position(|p| p.project.is_some()).unwrap_or(0);
    for notice in &report.notices {
        let text = crate::source::clean(notice);
        if !model.log.iter().any(|entry| entry.text == text) {
            model.log.push(crate::tui::model::Entry { error: false, text });
        }
    }
    model.secrets = crate::output::redact::Secrets::of(&report);
    model.report = Some(report);
    model.project = same.unwrap_or(first);
    model.plans.clear();
    model.proposals.clear();
    super::rewrite::in_force(model);
    if let Some(project) = model.project() {
        let root = project.root.clone();
        model.session.project = root;
    }
}

/// States by session key.
fn states(report: &Report) -> BTreeMap<String, State> {
    let mut states = BTreeMap::new();
    for project in &report.projects {
        for found in &project.practices {
            let id = &report.catalog.practices[found.practice].id;
            states.insert(format!("{}/{id}", project.root), found.state);
        }
    }
    states
}

/// After the first scan: says what changed since the last session, and remembers the states.
fn greet(model: &mut Model) {
    let Some(report) = &model.report else { return };
    let now = states(report);
    let before = &model.session.states;
    if !before.is_empty() {
        let (mut better, mut worse, mut new, mut gone) = (0, 0, 0, 0);
        for (key, state) in &now {
            match before.get(key) {
                Some(word) if word == state.as_str() => {}
                Some(_) if state.is_open() => worse += 1,
                Some(_) => better += 1,
                None => new += 1,
            }
        }
        for key in before.keys() {
            gone += usize::from(!now.contains_key(key));
        }
        let parts: Vec<String> = [(better, "better"), (worse, "worse"), (new, "new"), (gone, "gone")]
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, word)| format!("{n} {word}"))
            .collect();
        let what = if parts.is_empty() { "nothing changed".to_owned() } else { parts.join(", ") };
        model.since = Some(format!("Since {}: {what}", model.session.seen_on));
    }
    if let Some(since) = model.since.clone() {
        model.log.push(crate::tui::model::Entry { error: false, text: since });
    }
    remember(model);
}

fn remember(model: &mut Model) {
    let Some(report) = &model.report else { return };
    model.session.states =
        states(report).into_iter().map(|(key, state)| (key, state.as_str().to_owned())).collect();
    model.session.seen_on = show_date(model.today);
}

fn show_written(model: &mut Model, written: Arc<Written>) {
    let before = model.project().map(|p| (p.score.total, p.score.verified)).unwrap_or_default();
    let old = model.report.as_ref().map(|r| states(r)).unwrap_or_default();
    let new = states(&written.report);
    let fixes = model.staged();
    let prefix = format!("{}/", model.session.project);
    let mut changed: Vec<(String, State, State)> = new
        .iter()
        .filter_map(|(key, &after)| {
            let id = key.strip_prefix(&prefix)?;
            let before = *old.get(key)?;
            (before != after).then(|| (id.to_owned(), before, after))
        })
        .collect();
    // What got worse comes first.
    changed.sort_by_key(|(id, _, after)| (!after.is_open(), id.clone()));
    let count = fixes.len();
    if !written.undo.is_empty() {
        model.session.last_write.clone_from(&written.undo);
        model.session.last_written = fixes;
        model.undo.clear();
        model.redo.clear();
    }
    install(model, Arc::new(written.report.clone()));
    // A written fix is gone from the report; one that was refused keeps its mark.
    let still: Vec<String> = model
        .report
        .iter()
        .flat_map(|r| &r.projects)
        .flat_map(|p| &p.findings)
        .map(|f| f.fingerprint.clone())
        .collect();
    model.session.marks.retain(|fix, _| still.contains(fix));
    model.session.rewrites.retain(|fix, _| still.contains(fix));
    let after = model.project().map(|p| (p.score.total, p.score.verified)).unwrap_or_default();
    model.applied = Some(Applied { written, fixes: count, before, after, changed, undone: false });
    remember(model);
    super::tab(model, Screen::Checklist);
    model.stack.push(Screen::Applied);
}

fn undone(model: &mut Model, report: Arc<Report>) {
    install(model, report);
    // The fixes are proposed again, accepted as before, so that W writes them once more.
    for fix in std::mem::take(&mut model.session.last_written) {
        if model.fix_by(&fix).is_some() {
            model.session.marks.insert(fix, crate::tui::session::Mark::Accepted);
        }
    }
    model.session.last_write.clear();
    if let Some(applied) = &mut model.applied {
        applied.undone = true;
    }
    remember(model);
    model.say("the write is undone: every file is as it was; the fixes are staged again");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_go_on_and_a_new_total_begins_anew() {
        assert_eq!(further((5, 10), (4, 10)), (5, 10));
        assert_eq!(further((5, 10), (6, 10)), (6, 10));
        assert_eq!(further((10, 10), (1, 3)), (1, 3));
    }
}
