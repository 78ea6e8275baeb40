//! What lies over a screen besides menus: confirmations and the list of settings modules.

use crate::finding::Effect;
use crate::project::SettingsChoice;
use crate::source::clean;
use crate::tui::diff;
use crate::tui::model::{Confirm, Model, Overlay, Plan};
use crate::tui::text::{Role, Row, fit, wrap};
use crate::tui::update::count;

/// Settings modules of the shown project, with what is known of each.
pub(crate) fn modules(model: &Model) -> Vec<(String, String)> {
    let Some(project) = model.project().and_then(|p| p.project.as_ref()) else { return Vec::new() };
    let first: &[String] = match &project.choice {
        SettingsChoice::Ambiguous { modules, .. } => modules,
        SettingsChoice::Module { .. } | SettingsChoice::None => &[],
    };
    let about = |module: &str| {
        let candidate = project.candidates.iter().find(|c| c.module == module);
        candidate.map_or(String::new(), |c| {
            let named =
                if c.named_by.is_empty() { String::new() } else { format!(": {}", c.named_by.join(", ")) };
            format!("{}{named}", c.role.as_str())
        })
    };
    let mut modules: Vec<(String, String)> = first.iter().map(|m| (m.clone(), about(m))).collect();
    for candidate in &project.candidates {
        if !modules.iter().any(|(module, _)| *module == candidate.module) {
            modules.push((candidate.module.clone(), about(&candidate.module)));
        }
    }
    modules
}

/// The rows of the overlay with its title, for a box of `width` cells.
pub(crate) fn rows(model: &Model, width: usize) -> Option<(&'static str, Vec<Row>)> {
    match model.overlay.as_ref()? {
        Overlay::Confirm(Confirm::Write) => Some(("Write these changes?", write(model, width))),
        Overlay::Confirm(Confirm::AcceptSafe { fixes, left }) => {
            Some(("Accept all safe fixes?", accept_safe(fixes.len(), *left, width)))
        }
        Overlay::Confirm(Confirm::Undo) => Some(("Undo the last write?", undo(model, width))),
        Overlay::Picker { cursor } => {
            Some(("Which settings module does production use?", picker(model, *cursor, width)))
        }
        Overlay::Menu { .. } | Overlay::Filter => None,
    }
}

fn answers(rows: &mut Vec<Row>, keys: &[(&str, &str)]) {
    rows.push(Row::new());
    let mut row = Row::of("    ", Role::Text);
    for (key, words) in keys {
        row.push(*key, Role::Key);
        row.push(format!("  {words}     "), Role::Text);
    }
    rows.push(row);
}

fn write(model: &Model, width: usize) -> Vec<Row> {
    let staged = model.staged();
    let mut rows = Vec::new();
    match model.plans.get(&staged) {
        Some(Plan::Ready(files)) => {
            let (added, removed) = files.iter().map(diff::counts).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
            let text = format!(
                "{}, {} added, {removed} removed, for {}.",
                count(files.len(), "file", "files"),
                count(added, "line", "lines"),
                count(staged.len(), "fix", "fixes")
            );
            rows.extend(wrap(&text, width, 1, Role::Strong));
            for file in files.iter().take(8) {
                let (added, removed) = diff::counts(file);
                let right =
                    Row::of(format!("+{added} "), Role::Added).with(format!("-{removed} "), Role::Removed);
                rows.push(
                    Row::of(format!("   {}", clean(&file.path)), Role::Place).right(right, width).cut(width),
                );
            }
            if files.len() > 8 {
                rows.push(Row::of(format!("   and {} more", files.len() - 8), Role::Dim));
            }
        }
        Some(Plan::Failed(why)) => rows.extend(wrap(why, width, 1, Role::Bad)),
        Some(Plan::Pending) | None => {
            rows.push(Row::of(" The change is being put together.", Role::Dim));
        }
    }
    consequences(model, &staged, width, &mut rows);
    if !model.uncommitted.is_empty() {
        let files = model.uncommitted.iter().map(|f| clean(f)).collect::<Vec<_>>().join(", ");
        rows.extend(wrap(&format!("Uncommitted edits of yours in: {files}"), width, 1, Role::Warn));
    }
    rows.extend(wrap(
        "A copy of every file is kept; `u` or `drf-harden undo` takes the write back.",
        width,
        1,
        Role::Dim,
    ));
    answers(&mut rows, &[("y", "write"), ("p", "save as a patch"), ("Esc", "go back")]);
    rows
}

/// What callers will notice: the effect of each fix that is not safe, each sentence once.
fn consequences(model: &Model, staged: &[String], width: usize, rows: &mut Vec<Row>) {
    const MOST: usize = 4;
    let fixes = || staged.iter().filter_map(|f| model.fix_by(f)?.finding.fix.as_ref());
    let noticed = fixes().filter(|fix| fix.effect != Effect::Safe).count();
    if noticed == 0 {
        rows.extend(wrap("No legitimate caller will see a difference.", width, 1, Role::Ok));
        return;
    }
    let mut notes: Vec<&str> = Vec::new();
    for fix in fixes().filter(|fix| fix.effect != Effect::Safe) {
        if !notes.contains(&fix.effect_note.as_str()) {
            notes.push(&fix.effect_note);
        }
    }
    rows.push(Row::of(format!(" Callers will notice {}:", count(noticed, "fix", "fixes")), Role::Warn));
    for note in notes.iter().take(MOST) {
        let mut lines = wrap(note, width, 3, Role::Text);
        if let Some(first) = lines.first_mut().and_then(|row| row.pieces.first_mut()) {
            " - ".clone_into(&mut first.text);
        }
        rows.extend(lines);
    }
    if notes.len() > MOST {
        rows.push(Row::of(format!("   and {} more", notes.len() - MOST), Role::Dim));
    }
}

fn accept_safe(fixes: usize, left: usize, width: usize) -> Vec<Row> {
    let text =
        format!("{} nobody notices: no legitimate caller sees a difference.", count(fixes, "fix", "fixes"));
    let mut rows = wrap(&text, width, 1, Role::Text);
    if left > 0 {
        let text = format!("{left} of other classes stay undecided; decide each in its review.");
        rows.extend(wrap(&text, width, 1, Role::Dim));
    }
    rows.extend(wrap("Nothing is written until W.", width, 1, Role::Dim));
    answers(&mut rows, &[("y", "accept"), ("Esc", "go back")]);
    rows
}

fn undo(model: &Model, width: usize) -> Vec<Row> {
    let text = format!(
        "The files of write {} go back to what they were, byte for byte. A file that was changed since is left \
         alone and named.",
        clean(&model.session.last_write)
    );
    let mut rows = wrap(&text, width, 1, Role::Text);
    answers(&mut rows, &[("y", "undo the write"), ("Esc", "go back")]);
    rows
}

fn picker(model: &Model, cursor: usize, width: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(SettingsChoice::Ambiguous { why, .. }) =
        model.project().and_then(|p| p.project.as_ref()).map(|p| &p.choice)
    {
        rows.extend(wrap(why, width, 1, Role::Text));
        rows.push(Row::new());
    }
    let modules = modules(model);
    let longest = modules.iter().map(|(m, _)| crate::tui::layout::width(m)).max().unwrap_or(0).min(width / 2);
    let room = usize::from(model.size.1).saturating_sub(12).clamp(1, 12);
    let first = cursor.saturating_sub(room - 1);
    for (i, (module, about)) in modules.iter().enumerate().skip(first).take(room) {
        let mut row = Row::of(format!("  {}  ", fit(&clean(module), longest)), Role::Strong);
        row.push(clean(about), Role::Dim);
        let mut row = row.cut(width);
        row.selected = i == cursor;
        rows.push(row);
    }
    rows.push(Row::new());
    rows.extend(wrap("The answer is kept in `drf-harden-decisions.toml`.", width, 1, Role::Dim));
    answers(&mut rows, &[("Enter", "use this one"), ("Esc", "decide later")]);
    rows
}
