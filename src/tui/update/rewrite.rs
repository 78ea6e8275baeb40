//! Changing a proposal by hand: its new lines go to the editor and come back, are taken when the file still parses,
//! and are kept as a draft when not. A changed proposal is undecided until somebody accepts it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::{Report, Rewrite, rewrites};
use crate::output::diff::{FileChange, Hunk, hunks};
use crate::tui::model::{Change, Model, Plan};
use crate::tui::msg::Effect;

const HEAD: &str = "# Change the lines below, save, and close. Keep the lines that begin with `#>`.\n";
const PLACE: &str = "#> ";

/// `e` in the review: opens the new lines of the shown fix.
pub(super) fn open(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(fingerprint) = model.current_fix().map(|f| f.fingerprint.clone()) else { return };
    let Some(files) = planned(model, &fingerprint) else {
        model.say("one moment: the change is still being put together");
        return;
    };
    if let Some(other) = files.iter().find(|f| !f.path.ends_with(".py")) {
        model.say(format!("{} is no Python file; change the file itself", crate::source::clean(&other.path)));
        return;
    }
    let hunks: Vec<(&FileChange, Hunk)> =
        files.iter().flat_map(|f| hunks(f).into_iter().map(move |h| (f, h))).collect();
    let draft = model.session.drafts.get(&draft_key(&fingerprint)).filter(|d| d.len() == hunks.len());
    let mut text = HEAD.to_owned();
    for (i, (file, hunk)) in hunks.iter().enumerate() {
        text += &format!("{PLACE}{}:{}\n", file.path, hunk.start);
        let lines = draft.map_or(hunk.after.as_str(), |draft| draft[i].as_str());
        text += &lines.replace("\r\n", "\n");
        if !text.ends_with('\n') {
            text.push('\n');
        }
    }
    effects.push(Effect::EditText(fingerprint, text));
}

/// What the editor left.
pub(super) fn take(model: &mut Model, fingerprint: &str, text: Result<String, String>) {
    let text = match text {
        Ok(text) => text,
        Err(why) => return model.fail(why),
    };
    let Some(files) = planned(model, fingerprint) else { return };
    let Some(sections) = sections(&text) else {
        return model.fail("not taken: the first line was lost");
    };
    let wanted: usize = files.iter().map(|f| hunks(f).len()).sum();
    if sections.len() != wanted {
        return model
            .fail(format!("not taken: there were {wanted} places and now there are {}", sections.len()));
    }
    let edited = put_in(&files, &sections);
    if edited.iter().zip(&files).all(|(after, file)| *after == file.after) {
        return model.say("left as it was");
    }
    let key = draft_key(fingerprint);
    let Some(report) = model.report.clone() else { return };
    let found: Result<Vec<Vec<Rewrite>>, String> =
        files.iter().zip(&edited).map(|(file, after)| rewrites(&report, &file.path, after)).collect();
    match found {
        Err(why) => {
            model.session.drafts.insert(key, sections);
            model.fail(format!("not taken: {why}; your text is kept, e opens it again"));
        }
        Ok(found) => {
            let (rewrites, marks) = (model.session.rewrites.clone(), model.session.marks.clone());
            model.undo.push(Change::Rewrites(rewrites, marks));
            model.redo.clear();
            model.session.drafts.remove(&key);
            // What was accepted was another text.
            model.session.marks.remove(fingerprint);
            model.session.rewrites.insert(fingerprint.to_owned(), found.concat());
            in_force(model);
            model.say("the proposal is yours now: y accepts it, u takes the change back");
        }
    }
}

/// Lets the kept rewrites take the place of their proposals in the report. One whose file has changed is dropped
/// with its mark: it would be another text that is written.
pub(super) fn in_force(model: &mut Model) {
    let Some(mut report) = model.report.take() else { return };
    if model.session.rewrites.is_empty() && model.proposals.is_empty() {
        model.report = Some(report);
        return;
    }
    let inner = Arc::make_mut(&mut report);
    for (fingerprint, operations) in std::mem::take(&mut model.proposals) {
        model.plans.retain(|fixes, _| !fixes.contains(&fingerprint));
        inner.restore(&fingerprint, operations);
    }
    let known = |report: &Report, fingerprint: &str| {
        report.projects.iter().flat_map(|p| &p.findings).any(|f| f.fingerprint == fingerprint)
    };
    let mut dropped = 0;
    for (fingerprint, rewrites) in model.session.rewrites.clone() {
        if !known(inner, &fingerprint) {
            continue;
        }
        model.plans.retain(|fixes, _| !fixes.contains(&fingerprint));
        if let Some(operations) = inner.rewrite(&fingerprint, &rewrites) {
            model.proposals.insert(fingerprint, operations);
        } else {
            let texts = rewrites.into_iter().map(|r| r.after).collect();
            model.session.drafts.insert(draft_key(&fingerprint), texts);
            model.session.rewrites.remove(&fingerprint);
            model.session.marks.remove(&fingerprint);
            dropped += 1;
        }
    }
    model.report = Some(report);
    if dropped > 0 {
        let what = super::count(dropped, "proposal of yours is", "proposals of yours are");
        model.say(format!("{what} undecided again, because its file changed; e opens the text you wrote"));
    }
}

/// Puts former rewrites and marks back, and gives the present ones.
pub(super) fn swap(
    model: &mut Model,
    rewrites: BTreeMap<String, Vec<Rewrite>>,
    marks: BTreeMap<String, crate::tui::session::Mark>,
) -> Change {
    let now = std::mem::replace(&mut model.session.rewrites, rewrites);
    let marked = std::mem::replace(&mut model.session.marks, marks);
    in_force(model);
    Change::Rewrites(now, marked)
}

fn draft_key(fingerprint: &str) -> String {
    format!("rewrite/{fingerprint}")
}

fn planned(model: &Model, fingerprint: &str) -> Option<Vec<FileChange>> {
    let Some(Plan::Ready(files)) = model.plans.get([fingerprint.to_owned()].as_slice()) else { return None };
    let change = |f: &crate::tui::backend::FilePatch| FileChange {
        path: f.path.clone(),
        before: Arc::clone(&f.before),
        after: f.after.to_string(),
    };
    Some(files.iter().map(change).collect())
}

/// The lines under each place.
fn sections(text: &str) -> Option<Vec<String>> {
    let mut sections: Vec<String> = Vec::new();
    for line in text.split_inclusive('\n') {
        if line.starts_with(PLACE) {
            sections.push(String::new());
        } else if let Some(section) = sections.last_mut() {
            section.push_str(line.trim_end_matches(['\n', '\r']));
            section.push('\n');
        }
    }
    (!sections.is_empty()).then_some(sections)
}

/// The files with the sections in the place of the hunks' new lines, with the file's own line ends.
fn put_in(files: &[FileChange], sections: &[String]) -> Vec<String> {
    let mut sections = sections.iter();
    files
        .iter()
        .map(|file| {
            let lines: Vec<&str> = file.before.split_inclusive('\n').collect();
            let crlf = lines.first().is_some_and(|line| line.ends_with("\r\n"));
            let (mut after, mut at) = (String::new(), 0);
            for hunk in hunks(file) {
                after.extend(lines[at..hunk.start - 1].iter().copied());
                let mut section = sections.next().cloned().unwrap_or_default();
                if !hunk.after.ends_with('\n') && hunk.end == lines.len() && !hunk.after.is_empty() {
                    section.truncate(section.trim_end_matches('\n').len());
                }
                after += &if crlf { section.replace('\n', "\r\n") } else { section };
                at = hunk.end.max(hunk.start - 1);
            }
            after.extend(lines[at..].iter().copied());
            after
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(before: &str, after: &str) -> FileChange {
        FileChange { path: "s.py".into(), before: before.into(), after: after.into() }
    }

    #[test]
    fn sections_take_the_place_of_the_new_lines() {
        let files = [change("A = 1\nB = 2\nC = 3\n", "A = 0\nB = 2\nC = 3\nD = 4\n")];
        let text = format!("{HEAD}{PLACE}s.py:1\nA = 7\n{PLACE}s.py:4\nD = 8\nE = 9\n");
        let sections = sections(&text).unwrap();
        assert_eq!(put_in(&files, &sections), ["A = 7\nB = 2\nC = 3\nD = 8\nE = 9\n"]);
    }

    #[test]
    fn line_ends_stay_those_of_the_file() {
        let crlf = [change("A = 1\r\nB = 2\r\n", "A = 0\r\nB = 2\r\n")];
        assert_eq!(put_in(&crlf, &["A = 7\n".to_owned()]), ["A = 7\r\nB = 2\r\n"]);
        let open = [change("A = 1\nB = 2", "A = 1\nB = 3")];
        assert_eq!(put_in(&open, &["B = 7\n".to_owned()]), ["A = 1\nB = 7"]);
    }
}
