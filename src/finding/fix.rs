//! A fix: operations that stand or fall together, with who notices them.

use crate::edit::Operation;

/// Who notices the change. Bulk accept and a bare `apply` take only [`Effect::Safe`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// No legitimate caller sees a difference.
    Safe,
    /// Requests that worked are refused.
    Tightens,
    /// Answers or stored data change.
    Reshapes,
    /// Needs a value from the developer; the proposal is a suggestion.
    Choose,
}

impl Effect {
    /// The word in every output and flag.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Tightens => "tightens",
            Self::Reshapes => "reshapes",
            Self::Choose => "choose",
        }
    }
}

/// The unit of decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// Imperative, short: "Read `DEBUG` from the environment, off by default".
    pub title: String,
    /// Who notices.
    pub effect: Effect,
    /// What changes for callers, in one sentence.
    pub effect_note: String,
    /// What to change.
    pub operations: Vec<Operation>,
}
