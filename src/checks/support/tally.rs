//! Places judged one by one, put together as one outcome.

use crate::finding::{Finding, Label, Outcome};

/// More places than these are not listed as evidence of a pass.
const SHOWN: usize = 20;

/// What was concluded at each place.
#[derive(Default)]
pub(crate) struct Tally {
    /// What is wrong.
    pub(crate) findings: Vec<Finding>,
    /// Places that cannot be told, with why.
    pub(crate) unclear: Vec<Label>,
    /// Places that are in order, with what was seen.
    pub(crate) passed: Vec<Label>,
}

/// How the outcome is worded.
pub(crate) struct Words {
    /// The places, in the plural: "permission classes".
    pub(crate) places: &'static str,
    /// What is wrong with them, as what follows "3 of 5 permission classes": "let everybody in".
    pub(crate) wrong: &'static str,
    /// The reason where there is no place at all.
    pub(crate) none: &'static str,
}

impl Tally {
    /// Failing if one place does, else unknown if one cannot be told.
    pub(crate) fn outcome(self, words: &Words) -> Outcome {
        let Words { places, wrong, none } = words;
        let (failing, unclear) = (self.findings.len(), self.unclear.len());
        let passed = self.passed.len() as u32;
        let count = passed + (failing + unclear) as u32;
        let outcome = if failing > 0 {
            Outcome::fail(format!("{failing} of {count} {places} {wrong}."), self.findings)
        } else if unclear > 0 {
            Outcome::unknown(format!("{unclear} of {count} {places} cannot be told."), self.unclear)
        } else if count == 0 {
            Outcome::pass(*none, Vec::new())
        } else {
            let seen = self.passed.into_iter().take(SHOWN).collect();
            Outcome::pass(format!("None of the {count} {places} {wrong}."), seen)
        };
        outcome.with_places(passed, count)
    }
}
