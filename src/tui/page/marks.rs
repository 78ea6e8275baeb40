//! Marks, words and bars for states, severities and effects. The word always stands there; mark and colour are
//! extra, so nothing is lost without them.

use crate::engine::State;
use crate::finding::{Effect, Severity};
use crate::tui::session::Mark;
use crate::tui::text::{Piece, Role};

/// The mark of a state.
pub(crate) fn mark(state: State, ascii: bool) -> &'static str {
    match (state, ascii) {
        (State::Pass, false) => "\u{2713}",
        (State::Pass, true) => "+",
        (State::Part, _) => "~",
        (State::Fail, false) => "\u{2717}",
        (State::Fail, true) => "x",
        (State::Ask, _) => "?",
        (State::Attested, false) => "\u{25c6}",
        (State::Attested, true) => "a",
        (State::Waived, false) => "\u{2013}",
        (State::Waived, true) => "w",
        (State::NotApplicable, false) => "\u{b7}",
        (State::NotApplicable, true) => ".",
        (State::Unknown, _) => "u",
    }
}

/// The short word of a state, four cells at most.
pub(crate) fn word(state: State) -> &'static str {
    match state {
        State::Pass => "pass",
        State::Part => "part",
        State::Fail => "FAIL",
        State::Ask => "ask",
        State::Attested => "att",
        State::Waived => "waiv",
        State::NotApplicable => "n/a",
        State::Unknown => "unk",
    }
}

/// The role of a state.
pub(crate) fn role(state: State) -> Role {
    match state {
        State::Pass | State::Attested => Role::Ok,
        State::Part => Role::Warn,
        State::Fail => Role::Bad,
        State::Ask | State::Unknown => Role::Ask,
        State::Waived | State::NotApplicable => Role::Dim,
    }
}

/// The role of a severity.
pub(crate) fn severity_role(severity: Severity) -> Role {
    match severity {
        Severity::High => Role::Strong,
        Severity::Med => Role::Text,
        Severity::Low => Role::Dim,
    }
}

/// The role of a class of fix.
pub(crate) fn effect_role(effect: Effect) -> Role {
    match effect {
        Effect::Safe => Role::Ok,
        Effect::Tightens | Effect::Reshapes => Role::Warn,
        Effect::Choose => Role::Ask,
    }
}

/// The box of a decision on a fix.
pub(crate) fn decision(mark: Option<Mark>) -> (&'static str, Role) {
    match mark {
        Some(Mark::Accepted) => ("[y]", Role::Ok),
        Some(Mark::Rejected) => ("[n]", Role::Bad),
        None => ("[ ]", Role::Text),
    }
}

/// A bar of `cells` cells and brackets, filled for `part` of `whole`.
pub(crate) fn bar(part: u32, whole: u32, cells: usize) -> Vec<Piece> {
    let full = if whole == 0 { 0 } else { (part as usize * cells / whole as usize).min(cells) };
    let piece = |text: String, role| Piece { text, role };
    vec![
        piece("[".into(), Role::Gutter),
        piece("#".repeat(full), Role::Bar),
        piece("-".repeat(cells - full), Role::Gutter),
        piece("]".into(), Role::Gutter),
    ]
}

/// States counted, worst first: `2 FAIL 1 ask`.
pub(crate) fn counts(states: impl Iterator<Item = State>, wanted: &[State]) -> Vec<(State, usize)> {
    let mut counts: Vec<(State, usize)> = wanted.iter().map(|s| (*s, 0)).collect();
    for state in states {
        if let Some((_, n)) = counts.iter_mut().find(|(s, _)| *s == state) {
            *n += 1;
        }
    }
    counts.retain(|(_, n)| *n > 0);
    counts
}
