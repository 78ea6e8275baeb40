//! What a check finds place by place, added up to one outcome.

use crate::finding::{Finding, Label, Outcome};

/// Places judged so far.
#[derive(Default)]
pub(crate) struct Tally {
    /// Places that are wrong.
    pub(crate) findings: Vec<Finding>,
    /// Places that cannot be told, each with the clause that says why.
    pub(crate) unclear: Vec<Label>,
    /// Places in order.
    pub(crate) passed: Vec<Label>,
}

/// The words of an outcome.
pub(crate) struct Words {
    /// What was judged, in the plural: "lookups by an id".
    pub(crate) places: &'static str,
    /// What is wrong with some: "hand out rows unasked".
    pub(crate) wrong: &'static str,
    /// What is right when all are: "ask whose the row is".
    pub(crate) right: &'static str,
    /// The sentence for none at all.
    pub(crate) none: &'static str,
}

/// Labels beyond this number say nothing more.
const SHOWN: usize = 20;

impl Tally {
    /// The outcome: failing if any fails, unknown if any cannot be told.
    pub(crate) fn outcome(mut self, words: &Words) -> Outcome {
        let passed = self.passed.len() as u32;
        let count = passed + (self.findings.len() + self.unclear.len()) as u32;
        let Words { places, wrong, right, none } = words;
        self.passed.truncate(SHOWN);
        let outcome = if !self.findings.is_empty() {
            let many = self.findings.len();
            Outcome::fail(format!("{many} of {count} {places} {wrong}."), self.findings)
        } else if !self.unclear.is_empty() {
            let many = self.unclear.len();
            self.unclear.truncate(SHOWN);
            Outcome::unknown(format!("{many} of {count} {places} cannot be told."), self.unclear)
        } else if count == 0 {
            Outcome::pass(*none, Vec::new())
        } else {
            Outcome::pass(format!("All {count} {places} {right}."), self.passed)
        };
        outcome.with_places(passed, count)
    }
}
