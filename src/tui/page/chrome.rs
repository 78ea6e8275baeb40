//! What stands around every screen: the header with the score, the tabs, the notice, and the hints made from the
//! key table.

use crate::source::clean;
use crate::tui::keymap::{self, Action, Hint};
use crate::tui::layout::{Arrangement, width};
use crate::tui::model::{Model, Overlay, Screen};
use crate::tui::text::{Role, Row};

/// The top line.
pub(crate) fn header(model: &Model, arrangement: Arrangement, total: usize) -> Row {
    let name = model.project().map_or_else(|| clean(&model.name), |p| clean(&p.name));
    let compact = arrangement <= Arrangement::Compact;
    let mut left = Row::of(if compact { " " } else { " drf-harden  " }, Role::Strong).with(name, Role::Title);
    let Some(project) = model.project() else {
        let state = if model.scan.running { "scanning" } else { "" };
        return left.right(Row::of(format!("{state} "), Role::Dim), total);
    };
    let score = project.score;
    if compact {
        let open = project.practices.iter().filter(|p| p.state.is_open()).count();
        let short =
            format!("{} ({})  {}/{}  open {open} ", score.total, score.verified, score.decided, score.of);
        return left.right(Row::of(short, Role::Text), total).cut(total);
    }
    let mut right = Row::new();
    if let Some(busy) = model.busy {
        right.push(format!("{busy}   "), Role::Ask);
    }
    right.push("Score ", Role::Dim);
    right.push(score.total.to_string(), Role::Strong);
    right.push(format!(" (verified {})", score.verified), Role::Dim);
    if total >= 110 {
        right.push("  ", Role::Text);
        right.extend(super::marks::bar(score.total, 100, 20));
    }
    right.push("  Decided ", Role::Dim);
    right.push(format!("{}/{} ", score.decided, score.of), Role::Strong);
    if let Some(settings) = &project.model {
        let room = total.saturating_sub(left.width() + right.width() + 4);
        let module = clean(&settings.module);
        let last = module.rsplit('.').next().unwrap_or_default();
        let shown = if width(&module) <= room { module.as_str() } else { last };
        if width(shown) <= room {
            left.push(format!(" / {shown}"), Role::Text);
        }
    }
    if let (Some(found), true) = (&project.project, total >= 130) {
        let mut versions = String::new();
        for (name, version) in [("Django", &found.django), ("DRF", &found.drf)] {
            if let Some(version) = version {
                versions.push_str("   ");
                versions.push_str(name);
                versions.push(' ');
                versions.push_str(&clean(&version.version));
            }
        }
        if left.width() + right.width() + width(&versions) + 2 <= total {
            left.push(versions, Role::Dim);
        }
    }
    left.right(right, total).cut(total)
}

/// The line of tabs.
pub(crate) fn tabs(model: &Model, total: usize) -> Row {
    let active = model.stack.get(1).or(model.stack.first()).copied().unwrap_or(Screen::Checklist);
    let [accepted, rejected, undecided] = model.marks();
    let staged = if accepted > 0 { format!("Staged {accepted}") } else { "Staged".to_owned() };
    let tabs = [
        ("1", "Checklist".to_owned(), !matches!(active, Screen::Staged | Screen::Report | Screen::Log)),
        ("2", staged, active == Screen::Staged),
        ("3", "Report".to_owned(), active == Screen::Report),
        ("4", "Log".to_owned(), active == Screen::Log),
    ];
    let mut row = Row::of(" ", Role::Text);
    for (key, name, on) in tabs {
        if on {
            row.push(format!("[{key} {name}]"), Role::Strong);
        } else {
            row.push(format!(" {key} "), Role::Key);
            row.push(format!("{name} "), Role::Dim);
        }
        row.push(" ", Role::Text);
    }
    let mut right = Row::new();
    match model.screen() {
        Screen::Checklist => {
            if !model.session.filter.is_empty() || matches!(model.overlay, Some(Overlay::Filter)) {
                right.push("/", Role::Key);
                right.push(clean(&model.session.filter), Role::Input);
                if matches!(model.overlay, Some(Overlay::Filter)) {
                    right.push(" ", Role::Caret);
                }
                right.push(format!("  {} ", matching(model)), Role::Dim);
            }
            let (show, sort) = (model.session.show.as_str(), model.session.sort.as_str());
            let state = format!("show: {show}  order: {sort} ");
            if row.width() + right.width() + width(&state) < total {
                right.push(state, Role::Dim);
            }
        }
        _ if accepted + rejected > 0 => {
            right.push(format!("fixes: {accepted} yes  {rejected} no  {undecided} undecided "), Role::Dim);
        }
        _ => {}
    }
    row.right(right, total).cut(total)
}

/// The hints, in `lines` rows of `total` cells. The last hints of the table stay whatever happens.
pub(crate) fn hints(model: &Model, total: usize, lines: usize) -> Vec<Row> {
    let all: Vec<Hint> = keymap::hints(model.focus())
        .into_iter()
        .filter(|hint| is_useful(model, hint.action))
        .map(|hint| renamed(model, hint))
        .collect();
    let last = |hint: &Hint| matches!(hint.action, Action::Palette | Action::Help | Action::Close);
    let (kept, others): (Vec<Hint>, Vec<Hint>) = all.into_iter().partition(last);
    let mut tail = Row::new();
    for hint in &kept {
        // On narrow screens quitting is left to the help.
        if total < 50 && hint.action != Action::Help {
            continue;
        }
        push(&mut tail, hint);
    }
    let mut rows = vec![Row::of(" ", Role::Text)];
    for hint in &others {
        let wide = width(&hint.key) + 1 + width(hint.words) + 2;
        let at_last = rows.len() == lines;
        let room = if at_last { total.saturating_sub(tail.width() + 1) } else { total };
        let used = rows.last().map_or(0, Row::width);
        if used + wide > room {
            if at_last {
                continue;
            }
            rows.push(Row::of(" ", Role::Text));
            // The next line may be the last one, where the tail takes room.
            if wide + 1 > total.saturating_sub(tail.width() + 1) {
                continue;
            }
        }
        if let Some(row) = rows.last_mut() {
            push(row, hint);
        }
    }
    rows.resize(lines, Row::of(" ", Role::Text));
    if let Some(row) = rows.pop() {
        let joined = row.right(tail, total);
        rows.push(joined.cut(total));
    }
    rows
}

fn push(row: &mut Row, hint: &Hint) {
    row.push(hint.key.clone(), Role::Key);
    row.push(format!(" {}  ", hint.words), Role::Dim);
}

/// How many practices the filter leaves, of how many.
fn matching(model: &Model) -> String {
    let rows = crate::tui::list::rows(model);
    let shown = rows.iter().filter(|row| matches!(row, crate::tui::list::ListRow::Practice(_))).count();
    format!("{shown} of {}", model.project().map_or(0, |p| p.practices.len()))
}

/// Hints that would lead to nothing here are left out.
fn is_useful(model: &Model, action: Action) -> bool {
    match action {
        Action::Fix
        | Action::Answer
        | Action::Waive
        | Action::Attest
        | Action::NotApplicable
        | Action::Rule
        | Action::Write
        | Action::Undo => model.why_not(action).is_none(),
        Action::Settings => model.screen() != Screen::Scan || model.report.is_some(),
        Action::NotRead => model.report.as_ref().is_some_and(|r| !r.not_read.is_empty()),
        Action::SavePatch => match &model.overlay {
            Some(Overlay::Confirm(about)) => *about == crate::tui::model::Confirm::Write,
            _ => model.why_not(action).is_none(),
        },
        Action::Toggle if matches!(model.screen(), Screen::Checklist | Screen::Item) => {
            model.why_not(Action::Fix).is_none()
        }
        Action::NextPlace => {
            let places = model.selected().map(|at| super::item::places(model, at)).unwrap_or_default();
            places.len() > 1 || places.iter().any(|place| super::item::links(model, place).len() > 1)
        }
        Action::SideBySide => model.size.0 >= 130,
        Action::AcceptSafe => model.all_fixes().next().is_some(),
        _ => true,
    }
}

/// Some hints say more exactly what they do here.
fn renamed(model: &Model, hint: Hint) -> Hint {
    let words = match (hint.action, model.screen(), &model.overlay) {
        (Action::Close, screen, None) if screen != Screen::Checklist && model.stack.len() > 1 => "back",
        (Action::Open, Screen::Checklist, None) if model.selected().is_none() => "fold",
        (Action::Confirm, _, Some(Overlay::Confirm(crate::tui::model::Confirm::Write))) => "write",
        _ => hint.words,
    };
    Hint { words, ..hint }
}
