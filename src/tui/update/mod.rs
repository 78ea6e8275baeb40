//! What each message does to the model, and what it asks for. Pure: no I/O, no clock. Each screen has its own
//! file; here are the messages from outside and what is common to all screens.

mod decide;
mod endpoints;
mod forms;
mod input;
mod moves;
mod public;
mod results;
mod review;
mod rewrite;
mod settle;
mod writes;

pub(crate) use endpoints::{selected as selected_endpoint, shown as shown_endpoints};
pub(crate) use public::marked as marked_public;
pub(crate) use review::count;
pub(crate) use writes::staged_rows;

use crate::project::SettingsChoice;
use crate::tui::keymap::Action;
use crate::tui::layout::Arrangement;
use crate::tui::model::{Cursor, Model, Overlay, Screen, View};
use crate::tui::msg::{Effect, Msg};
use crate::tui::page;

/// Takes in one message and says what is to be done outside.
pub(crate) fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let before = model.session.clone();
    let mut effects = Vec::new();
    match msg {
        Msg::Do(action) => {
            let small = Arrangement::of(model.size) == Arrangement::TooSmall;
            if small && !matches!(action, Action::Quit | Action::Close | Action::Suspend | Action::Repaint) {
                return effects;
            }
            if small && action == Action::Close {
                effects.push(Effect::Quit(0));
            } else {
                model.notice = None;
                perform(model, action, &mut effects);
            }
        }
        Msg::Type(_) | Msg::Edit(_) | Msg::Paste(_)
            if Arrangement::of(model.size) == Arrangement::TooSmall => {}
        Msg::Type(c) => input::type_char(model, c),
        Msg::Edit(edit) => input::edit_text(model, edit),
        Msg::Paste(text) => input::paste(model, &text),
        Msg::Resized(columns, rows) => model.size = (columns, rows),
        other => results::take(model, other, &mut effects),
    }
    settle::settle(model, &mut effects);
    if model.session != before {
        effects.push(Effect::SaveSession(Box::new(model.session.clone())));
    }
    effects
}

/// What to do at the start.
pub(crate) fn start(model: &mut Model) -> Vec<Effect> {
    let mut effects = vec![Effect::ReadDecisions];
    if model.screen() == Screen::Scan {
        scan(model, &mut effects);
    }
    effects
}

/// Starts a scan; the results of an earlier one are dropped.
fn scan(model: &mut Model, effects: &mut Vec<Effect>) {
    let generation = model.scan.generation + 1;
    let go_on = model.scan.go_on;
    model.scan = crate::tui::model::Scan { generation, running: true, go_on, ..Default::default() };
    model.busy = Some("scanning");
    effects.push(Effect::Scan(generation));
}

fn perform(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Quit => effects.push(Effect::Quit(130)),
        Action::Suspend => effects.push(Effect::Suspend),
        Action::Repaint => effects.push(Effect::Repaint),
        Action::Help | Action::Palette => {
            let from = model.focus();
            let help = (action == Action::Help).then_some(from);
            if matches!(model.overlay, None | Some(Overlay::Filter)) {
                model.overlay =
                    Some(Overlay::Menu { help, from, query: String::new(), cursor: 0, scroll: 0 });
            }
        }
        Action::Back | Action::Close => back(model, action, effects),
        Action::Open => open(model, effects),
        Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::Top | Action::Bottom => {
            moves::vertical(model, action);
        }
        Action::Left | Action::Right => moves::sideways(model, action),
        Action::NextGroup | Action::PrevGroup => moves::group(model, action == Action::NextGroup),
        Action::NextOpen | Action::PrevOpen => moves::open_practice(model, action == Action::NextOpen),
        Action::NextPlace | Action::PrevPlace => moves::place(model, action == Action::NextPlace),
        Action::NextPane | Action::PrevPane => moves::pane(model, action == Action::NextPane),
        Action::TabChecklist => tab(model, Screen::Checklist),
        Action::TabStaged => tab(model, Screen::Staged),
        Action::TabReport => tab(model, Screen::Report),
        Action::TabLog | Action::NotRead => tab(model, Screen::Log),
        Action::TabEndpoints => tab(model, Screen::Endpoints),
        Action::Filter => model.overlay = Some(Overlay::Filter),
        Action::Show if matches!(model.screen(), Screen::Endpoints | Screen::Endpoint) => {
            endpoints::show_next(model);
        }
        Action::Show => {
            model.session.show = model.session.show.next();
            model.say(format!("showing: {}", model.session.show.as_str()));
        }
        Action::Sort => {
            model.session.sort = model.session.sort.next();
            model.say(format!("order: {}", model.session.sort.as_str()));
        }
        Action::Zoom => model.zoom = !model.zoom,
        Action::NextProject => next_project(model),
        Action::Settings => picker(model),
        Action::Rescan => {
            scan(model, effects);
            model.say("scanning again");
        }
        Action::Fix => {
            if let Some(why) = model.why_not(Action::Fix) {
                model.say(why);
            } else {
                go(model, Screen::Review);
            }
        }
        Action::Rule => match model.why_not(Action::Rule) {
            Some(why) => model.say(why),
            None => go(model, Screen::Rule),
        },
        Action::Editor => editor(model, effects),
        Action::Rewrite => rewrite::open(model, effects),
        Action::Copy => copy(model, effects),
        Action::SideBySide => {
            model.side_by_side = !model.side_by_side;
            if model.side_by_side && model.size.0 < 130 {
                model.side_by_side = false;
                model.say(format!("side by side needs 130 columns; there are {}", model.size.0));
            }
        }
        Action::MoreContext => model.context = (model.context + 2).min(41),
        Action::LessContext => model.context = model.context.saturating_sub(2).max(1),
        Action::Accept
        | Action::Reject
        | Action::AcceptRest
        | Action::RejectRest
        | Action::AcceptSafe
        | Action::Toggle => review::mark(model, action),
        Action::Undo | Action::Redo => decide::undo_redo(model, action == Action::Undo, effects),
        Action::Write => writes::write(model, effects),
        Action::SavePatch => writes::save_patch(model, effects),
        Action::Confirm => writes::confirm(model, effects),
        Action::Waive | Action::NotApplicable | Action::Attest | Action::Note | Action::Answer => {
            forms::open(model, action);
        }
        Action::MarkPublic => public::mark(model, effects),
        Action::NextField
        | Action::PrevField
        | Action::Pick
        | Action::PickNext
        | Action::PickPrev
        | Action::Press
        | Action::Save => forms::act(model, action, effects),
    }
}

/// Shows a screen on top of the shown one; one that is already on the stack is gone back to.
fn go(model: &mut Model, screen: Screen) {
    if let Some(at) = model.stack.iter().position(|s| *s == screen) {
        model.stack.truncate(at + 1);
    } else {
        model.stack.push(screen);
    }
    if matches!(screen, Screen::Item | Screen::Rule | Screen::Review) {
        *model.view_mut(screen) = View::default();
    }
}

/// A tab: the checklist at the bottom, the others above it.
fn tab(model: &mut Model, screen: Screen) {
    if model.report.is_none() && screen != Screen::Log {
        model.say("the scan is still running");
        return;
    }
    let root = if model.report.is_some() { Screen::Checklist } else { Screen::Scan };
    model.stack = vec![root];
    if screen != root {
        model.stack.push(screen);
    }
}

fn back(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    match model.overlay.take() {
        Some(Overlay::Filter) => {
            model.session.filter.clear();
            return;
        }
        Some(_) => return,
        None => {}
    }
    match model.screen() {
        Screen::Form => forms::leave(model),
        Screen::Checklist if action == Action::Back => {
            if model.session.filter.is_empty() {
                model.say("this is the checklist; q quits");
            } else {
                model.session.filter.clear();
            }
        }
        Screen::Scan if action == Action::Back => {
            if model.scan.running {
                effects.push(Effect::CancelScan);
                model.say("the scan was cancelled; r starts it again");
            }
        }
        Screen::Notice if action == Action::Back => {}
        _ if model.stack.len() > 1 => {
            model.stack.pop();
        }
        _ => effects.push(Effect::Quit(0)),
    }
}

fn open(model: &mut Model, effects: &mut Vec<Effect>) {
    match model.overlay.clone() {
        Some(Overlay::Menu { help, from, query, cursor, .. }) => {
            let entries = page::menu::entries(model, help, from, &query);
            let Some(entry) = entries.get(cursor) else { return };
            let action = entry.action;
            if let Some(why) = &entry.why_not {
                model.say(why.clone());
                return;
            }
            model.overlay = None;
            if model.focus() == from {
                perform(model, action, effects);
            }
            return;
        }
        Some(Overlay::Filter) => {
            model.overlay = None;
            return;
        }
        Some(Overlay::Picker { cursor }) => {
            decide::choose_settings(model, cursor, effects);
            return;
        }
        Some(Overlay::Confirm(_)) => return,
        None => {}
    }
    match model.screen() {
        Screen::Notice => {
            model.session.seen_notice = true;
            model.stack = vec![Screen::Scan];
            scan(model, effects);
        }
        Screen::Scan => {
            model.scan.go_on = true;
            if model.report.is_some() {
                model.stack = vec![Screen::Checklist];
                ask_settings(model);
            } else if model.scan.running {
                model.say("the checklist opens as soon as there is one");
            }
        }
        Screen::Checklist => match &model.cursor {
            Cursor::Section(_) => moves::fold(model, None),
            Cursor::Practice(_) => go(model, Screen::Item),
        },
        Screen::Item => {
            // A question opens its form; Enter in it decides nothing before the button.
            let asks = model
                .selected()
                .and_then(|p| model.practice(p))
                .is_some_and(|(p, r)| p.question.is_some() && r.findings.is_empty() && r.state.is_open());
            if asks {
                forms::open(model, Action::Answer);
            } else if model.why_not(Action::Fix).is_none() {
                go(model, Screen::Review);
            }
        }
        Screen::Review => review::next_undecided(model),
        Screen::Staged => writes::open_staged(model),
        Screen::Applied => tab(model, Screen::Checklist),
        Screen::Report => writes::open_report_row(model, effects),
        Screen::Endpoints => {
            if endpoints::selected(model).is_some() {
                go(model, Screen::Endpoint);
            }
        }
        Screen::Log | Screen::Rule | Screen::Form | Screen::Endpoint => {}
    }
}

/// Asks for the settings module where it cannot be told, once.
fn ask_settings(model: &mut Model) {
    let Some(project) = model.project() else { return };
    let chosen = model.decisions.settings.iter().any(|(root, _)| *root == project.root);
    let ambiguous =
        project.project.as_ref().is_some_and(|p| matches!(p.choice, SettingsChoice::Ambiguous { .. }));
    if ambiguous && !chosen {
        model.overlay = Some(Overlay::Picker { cursor: 0 });
    }
}

fn picker(model: &mut Model) {
    let candidates = page::overlay::modules(model);
    let judged = model.project().and_then(|p| p.model.as_ref()).map(|m| m.module.clone());
    if candidates.is_empty() {
        model.say("no settings module was found");
        return;
    }
    let cursor = candidates.iter().position(|(module, _)| Some(module) == judged.as_ref()).unwrap_or(0);
    model.overlay = Some(Overlay::Picker { cursor });
}

fn next_project(model: &mut Model) {
    if let Some(why) = model.why_not(Action::NextProject) {
        model.say(why);
        return;
    }
    let count = model.report.as_ref().map_or(1, |r| r.projects.len());
    show_project(model, (model.project + 1) % count);
    let name = model.project().map(|p| p.name.clone()).unwrap_or_default();
    model.say(format!("project: {}", crate::source::clean(&name)));
    ask_settings(model);
}

fn show_project(model: &mut Model, at: usize) {
    model.project = at;
    model.session.project = model.project().map(|p| p.root.clone()).unwrap_or_default();
    model.undo.clear();
    model.redo.clear();
    (model.place, model.link, model.fix) = (0, 0, 0);
    model.endpoints = crate::tui::model::Endpoints::Unasked;
    model.views.clear();
}

fn editor(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some((file, line)) = page::item::current_place(model) else {
        model.say("no place to open here");
        return;
    };
    let Some(report) = &model.report else { return };
    effects.push(Effect::OpenEditor(report.sources.path(file).to_owned(), line));
}

fn copy(model: &mut Model, effects: &mut Vec<Effect>) {
    let place = page::item::current_place(model).zip(model.report.as_ref());
    let text =
        place.map(|((file, line), r)| format!("{}:{line}", crate::source::clean(r.sources.path(file))));
    let text = text.or_else(|| Some(model.practice(model.selected()?)?.0.id.clone()));
    let Some(text) = text else { return };
    model.say(format!("copied: {text}"));
    effects.push(Effect::Copy(text));
}
