//! One boolean setting that has a safe side.

use crate::checks::CheckContext;
use crate::edit::Code;
use crate::finding::{Confidence, Effect, Outcome, Severity};
use crate::settings::{Node, SettingState, SettingsModel, Truth, Value};

use super::fixes::{self, Remedy};
use super::settings::{finding, hidden, label, wording};

/// What is judged, and how it is put right.
pub(crate) struct Flag {
    /// The check.
    pub(crate) check: &'static str,
    /// The setting.
    pub(crate) name: &'static str,
    /// Its safe side.
    pub(crate) wanted: bool,
    /// What the framework takes when nobody sets it and its version's default is not known.
    pub(crate) default: bool,
    /// What follows from the unsafe side, as a clause: "so browsers send the cookie over plain HTTP".
    pub(crate) consequence: &'static str,
    /// Who notices the fix.
    pub(crate) effect: Effect,
    /// What changes for them.
    pub(crate) effect_note: &'static str,
    /// Differs from the catalogue's.
    pub(crate) severity: Option<Severity>,
}

/// Judges the setting as production gets it with an empty environment.
pub(crate) fn judge(cx: &CheckContext<'_>, model: &SettingsModel, flag: &Flag) -> Outcome {
    let seen = label(cx, model, flag.name);
    if let Some(cause) = hidden(model, flag.name) {
        return Outcome::unknown(format!("`{}` cannot be told: {cause}", flag.name), vec![seen]);
    }
    let assumed = Node::plain(Value::Bool(flag.default));
    let node = model.get(flag.name).map_or(&assumed, |s| &s.node);
    let good = if flag.wanted { node.truthy() } else { !node.truthy() };
    match good {
        Truth::Yes => Outcome::pass(format!("{}.", wording(model, flag.name)), vec![seen]),
        Truth::Maybe => Outcome::unknown(format!("{}.", wording(model, flag.name)), vec![seen]),
        Truth::No => {
            let wanted = if flag.wanted { "True" } else { "False" };
            let message = format!("{}, {}", wording(model, flag.name), flag.consequence);
            let mut found = finding(cx, model, flag.check, flag.name, message.clone());
            found.severity = flag.severity;
            if model.get(flag.name).is_some_and(|s| s.state() == SettingState::Env) {
                found.confidence = Some(Confidence::Med);
            }
            let found = Remedy {
                title: format!("Set `{}` to `{wanted}` for production", flag.name),
                effect: flag.effect,
                note: flag.effect_note.to_owned(),
                by_hand: format!("Set `{} = {wanted}` where production's value is decided", flag.name),
            }
            .attach(found, fixes::set_truth(cx, model, flag.name, flag.wanted, Code::Bool(flag.wanted)));
            Outcome::fail(format!("{message}."), vec![found])
        }
    }
}
