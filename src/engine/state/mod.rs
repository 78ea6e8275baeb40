//! From verdicts and decisions to the state of a practice, and from states to the score.
//!
//! Unknown is never a pass, and a person's word never overrides what the code shows: a failing practice is waived
//! or marked as not applicable, not attested.

use time::Date;

use super::report::{CheckResult, DecisionNote, PracticeReport, ReportedFinding, Score, State};
use crate::checklist::{Becomes, Practice};
use crate::decisions::Answer;
use crate::finding::{Severity, Verdict};

/// The most that a practice which is partly in order can earn, in hundredths of its points.
const MOST_OF_PART: u32 = 90;

/// What the state of a practice is made of.
pub(super) struct Inputs<'a> {
    pub(super) practice: &'a Practice,
    pub(super) checks: &'a [CheckResult],
    /// The findings that the practice shows.
    pub(super) findings: &'a [&'a ReportedFinding],
    pub(super) answer: Option<&'a Answer>,
    pub(super) today: Date,
}

/// State, the decision that shapes it, and earned hundredths of the points.
pub(super) fn judge(inputs: &Inputs<'_>) -> (State, Option<DecisionNote>, u32) {
    let expired = inputs.answer.filter(|a| a.review.is_some_and(|d| d < inputs.today));
    let answer = inputs.answer.filter(|_| expired.is_none());
    let note = || {
        expired
            .map(|a| DecisionNote::Expired(a.clone()))
            .or_else(|| answer.map(|a| DecisionNote::Answer(a.clone())))
    };
    let becomes = answer.map(|a| a.becomes);
    if becomes == Some(Becomes::NotApplicable) {
        return (State::NotApplicable, note(), 0);
    }
    let failing: Vec<_> = inputs.findings.iter().filter(|f| f.verdict == Verdict::Fail).collect();
    if failing.iter().any(|f| f.is_active()) {
        let share = share(inputs);
        let severe = failing.iter().any(|f| f.is_active() && f.severity == Severity::High);
        return if share > 0 && !severe {
            // What the practice would not earn without its findings it does not earn with them: a fix never takes points.
            let most = if earns_when_mended(inputs, becomes) { MOST_OF_PART } else { 0 };
            (State::Part, note(), share.min(most))
        } else {
            (State::Fail, note(), 0)
        };
    }
    if becomes == Some(Becomes::Fail) {
        return (State::Fail, note(), 0);
    }
    if !failing.is_empty() {
        let first = failing.iter().filter_map(|f| f.waived.as_ref()).min_by_key(|w| w.expires);
        return (State::Waived, first.map(|w| DecisionNote::Waiver(w.clone())), 0);
    }
    if becomes == Some(Becomes::Attested) {
        return (State::Attested, note(), 100);
    }
    let verdicts = || inputs.checks.iter().map(|c| c.outcome.verdict);
    let state = if verdicts().any(|v| v == Verdict::Unknown) {
        State::Unknown
    } else if inputs.practice.question.is_some() {
        State::Ask
    } else if verdicts().any(|v| v == Verdict::Pass) {
        State::Pass
    } else {
        State::NotApplicable
    };
    (state, note(), if state == State::Pass { 100 } else { 0 })
}

/// Whether a practice earns its points once the active findings are mended: nobody is still to be asked or has said that
/// it fails, every check can tell, and nothing is waived.
fn earns_when_mended(inputs: &Inputs<'_>, becomes: Option<Becomes>) -> bool {
    let waived = inputs.findings.iter().any(|f| f.verdict == Verdict::Fail && !f.is_active());
    let known = inputs.checks.iter().all(|c| c.outcome.verdict != Verdict::Unknown);
    !waived
        && match becomes {
            Some(Becomes::Attested) => true,
            Some(Becomes::Fail) => false,
            _ => known && inputs.practice.question.is_none(),
        }
}

/// The share of what is in order, in hundredths: the mean over the checks that apply.
fn share(inputs: &Inputs<'_>) -> u32 {
    let shares: Vec<u32> = inputs
        .checks
        .iter()
        .filter_map(|c| match (c.outcome.verdict, c.outcome.places) {
            (Verdict::Pass, _) => Some(100),
            (Verdict::Fail, (passed, of)) if of > 0 => Some(100 * passed / of),
            (Verdict::Fail | Verdict::Unknown, _) => Some(0),
            (Verdict::NotApplicable, _) => None,
        })
        .collect();
    let count = u32::try_from(shares.len()).unwrap_or(u32::MAX);
    shares.iter().sum::<u32>().checked_div(count).unwrap_or(0)
}

/// The score over all practices of a project. `severity` gives the severity of a practice report.
pub(super) fn score(practices: &[PracticeReport], severity: impl Fn(&PracticeReport) -> Severity) -> Score {
    let mut score = Score::default();
    let (mut possible, mut earned, mut verified) = (0, 0, 0);
    for practice in practices.iter().filter(|p| p.state != State::NotApplicable) {
        possible += 100 * practice.points;
        earned += practice.earned;
        if practice.state != State::Attested {
            verified += practice.earned;
        }
        score.of += 1;
        score.decided += u32::from(!matches!(practice.state, State::Ask | State::Unknown));
        score.high_open |= practice.state.is_open() && severity(practice) == Severity::High;
    }
    // A project in which nothing applies has lost nothing.
    score.total = (100 * earned).checked_div(possible).unwrap_or(100);
    score.verified = (100 * verified).checked_div(possible).unwrap_or(100);
    score
}

#[cfg(test)]
mod tests;
