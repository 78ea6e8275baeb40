use time::macros::date;

use super::*;
use crate::checklist::{Kind, Question};
use crate::finding::Outcome;

fn practice(question: bool) -> Practice {
    Practice {
        id: "p".into(),
        section: "API1:2019".into(),
        kind: Kind::Do,
        severity: Severity::Med,
        sheet: None,
        standard: "owasp-drf-cheat-sheet".into(),
        title: String::new(),
        why: String::new(),
        remedy: String::new(),
        owasp: Vec::new(),
        references: Vec::new(),
        checks: Vec::new(),
        question: question.then(|| Question {
            ask: "?".into(),
            look_at: String::new(),
            choices: Vec::new(),
            review_months: 12,
        }),
    }
}

fn check(verdict: Verdict, places: (u32, u32)) -> CheckResult {
    let outcome =
        Outcome { verdict, findings: Vec::new(), evidence: Vec::new(), reason: String::new(), places };
    CheckResult { check: "c".into(), outcome }
}

fn finding(severity: Severity, waived: bool) -> ReportedFinding {
    let sources = crate::source::Sources::new(
        "/".into(),
        vec![crate::source::SourceFile::from_bytes("a.py".into(), b"A = 1\n").unwrap()],
    );
    let file = sources.find("a.py").unwrap();
    let label = crate::finding::Label::new(crate::source::Span { file, range: (0, 1) }, "");
    ReportedFinding {
        id: "f1".into(),
        finding: crate::finding::Finding::new("c", "A", label, ""),
        severity,
        confidence: crate::finding::Confidence::High,
        verdict: Verdict::Fail,
        fingerprint: String::new(),
        suppressed: None,
        known: None,
        waived: waived.then(|| crate::decisions::Waiver {
            project: String::new(),
            check: "c".into(),
            scope: crate::decisions::WaiverScope::Everywhere,
            reason: "r".into(),
            owner: "o".into(),
            expires: date!(2027 - 01 - 01),
            ticket: String::new(),
            on: date!(2026 - 01 - 01),
        }),
        practices: Vec::new(),
    }
}

fn answer(becomes: Becomes, review: Date) -> Answer {
    Answer {
        project: String::new(),
        practice: "p".into(),
        becomes,
        choice: None,
        note: String::new(),
        by: "d".into(),
        on: date!(2026 - 01 - 01),
        review: Some(review),
    }
}

fn state(
    question: bool,
    checks: &[CheckResult],
    findings: &[&ReportedFinding],
    answer: Option<&Answer>,
) -> State {
    let practice = practice(question);
    judge(&Inputs { practice: &practice, checks, findings, answer, today: date!(2026 - 11 - 23) }).0
}

#[test]
fn unknown_is_never_a_pass() {
    let checks = [check(Verdict::Pass, (0, 0)), check(Verdict::Unknown, (0, 0))];
    assert_eq!(state(false, &checks, &[], None), State::Unknown);
}

#[test]
fn a_question_stays_open_until_somebody_answers() {
    let checks = [check(Verdict::Pass, (0, 0))];
    assert_eq!(state(true, &checks, &[], None), State::Ask);
    let open = answer(Becomes::Open, date!(2027 - 01 - 01));
    assert_eq!(state(true, &checks, &[], Some(&open)), State::Ask);
    let yes = answer(Becomes::Attested, date!(2027 - 01 - 01));
    assert_eq!(state(true, &checks, &[], Some(&yes)), State::Attested);
    let old = answer(Becomes::Attested, date!(2026 - 11 - 22));
    assert_eq!(state(true, &checks, &[], Some(&old)), State::Ask);
}

#[test]
fn a_word_does_not_override_the_code() {
    let found = finding(Severity::High, false);
    let checks = [check(Verdict::Fail, (0, 0))];
    let yes = answer(Becomes::Attested, date!(2027 - 01 - 01));
    assert_eq!(state(false, &checks, &[&found], Some(&yes)), State::Fail);
    let none = answer(Becomes::NotApplicable, date!(2027 - 01 - 01));
    assert_eq!(state(false, &checks, &[&found], Some(&none)), State::NotApplicable);
}

#[test]
fn partly_needs_something_in_order_and_nothing_severe() {
    let (med, high) = (finding(Severity::Med, false), finding(Severity::High, false));
    let some = [check(Verdict::Fail, (7, 9))];
    assert_eq!(state(false, &some, &[&med], None), State::Part);
    assert_eq!(state(false, &some, &[&high], None), State::Fail);
    assert_eq!(state(false, &[check(Verdict::Fail, (0, 9))], &[&med], None), State::Fail);
}

#[test]
fn mending_a_finding_never_takes_points() {
    let (med, waived) = (finding(Severity::Med, false), finding(Severity::Med, true));
    let before = [check(Verdict::Fail, (7, 9))];
    let after = [check(Verdict::Pass, (9, 9))];
    let half = [check(Verdict::Fail, (7, 9)), check(Verdict::Unknown, (0, 0))];
    let left = [check(Verdict::Pass, (9, 9)), check(Verdict::Unknown, (0, 0))];
    let yes = answer(Becomes::Attested, date!(2027 - 01 - 01));
    let fail = answer(Becomes::Fail, date!(2027 - 01 - 01));
    for question in [false, true] {
        for answer in [None, Some(&yes), Some(&fail)] {
            for (before, after) in [(&before[..], &after[..]), (&half, &left)] {
                for rest in [&[][..], &[&waived]] {
                    let practice = practice(question);
                    let earned = |checks: &[CheckResult], findings: &[&ReportedFinding]| {
                        let today = date!(2026 - 11 - 23);
                        judge(&Inputs { practice: &practice, checks, findings, answer, today }).2
                    };
                    let mut with = rest.to_vec();
                    with.push(&med);
                    assert!(earned(before, &with) <= earned(after, rest), "{question} {answer:?}");
                }
            }
        }
    }
    let practice = practice(false);
    let findings = [&med];
    let inputs = Inputs {
        practice: &practice,
        checks: &before,
        findings: &findings,
        answer: None,
        today: date!(2026 - 11 - 23),
    };
    assert_eq!(judge(&inputs).2, 77);
}

#[test]
fn waived_only_when_all_is_waived() {
    let (open, waived) = (finding(Severity::Med, false), finding(Severity::Med, true));
    let checks = [check(Verdict::Fail, (0, 0))];
    assert_eq!(state(false, &checks, &[&waived], None), State::Waived);
    assert_eq!(state(false, &checks, &[&waived, &open], None), State::Fail);
}

#[test]
fn the_score_counts_what_applies() {
    let report = |state, points, earned| PracticeReport {
        practice: 0,
        state,
        checks: Vec::new(),
        findings: Vec::new(),
        decision: None,
        points,
        earned,
    };
    let practices = [
        report(State::Pass, 5, 500),
        report(State::Attested, 3, 300),
        report(State::Ask, 1, 0),
        report(State::NotApplicable, 0, 0),
    ];
    let score = score(&practices, |_| Severity::Low);
    assert_eq!((score.total, score.verified, score.decided, score.of), (88, 55, 2, 3));
    assert_eq!(score.band(), "fair");
}
