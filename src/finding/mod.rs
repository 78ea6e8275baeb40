//! What a check says: an [`Outcome`] with a verdict, evidence, and a [`Finding`] for each place and cause.
//!
//! Owned data and ids, so that the session can keep it. How it is shown is `output`'s and `tui`'s work.

mod fix;
mod suppress;

pub use fix::{Effect, Fix};
pub use suppress::{Suppressed, suppression_for};

use crate::source::Span;

/// What a check concludes for one project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// Looked at and in order.
    Pass,
    /// Something is wrong.
    Fail,
    /// Cannot be told without running the project.
    Unknown,
    /// There is nothing of this kind in the project.
    NotApplicable,
}

/// How bad it is. Points: high 5, med 3, low 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth doing.
    Low,
    /// Should not stay.
    Med,
    /// An attacker's way in.
    High,
}

impl Severity {
    /// The word in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Med => "med",
            Self::High => "high",
        }
    }

    /// Points of a practice of this severity.
    pub fn points(self) -> u32 {
        match self {
            Self::Low => 1,
            Self::Med => 3,
            Self::High => 5,
        }
    }
}

/// How sure the tool is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A hint.
    Low,
    /// Likely.
    Med,
    /// Follows from what was read.
    High,
}

impl Confidence {
    /// The word in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Med => "med",
            Self::High => "high",
        }
    }
}

/// A place with a remark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be seen there, in a few words.
    pub message: String,
}

impl Label {
    /// A label.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into() }
    }
}

/// The result of one check on one project.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The conclusion.
    pub verdict: Verdict,
    /// One for each place and cause; empty unless the verdict is fail (or unknown, with places to look at).
    pub findings: Vec<Finding>,
    /// What was looked at: the answer to "why do you say pass?".
    pub evidence: Vec<Label>,
    /// How it was decided, or why it cannot be told: one or two sentences with the values met.
    pub reason: String,
    /// How many places or keys were judged and how many of them pass; `(0, 0)` when there is just one thing.
    pub places: (u32, u32),
}

impl Outcome {
    /// In order. `reason` says what was found.
    pub fn pass(reason: impl Into<String>, evidence: Vec<Label>) -> Self {
        Self { verdict: Verdict::Pass, findings: Vec::new(), evidence, reason: reason.into(), places: (0, 0) }
    }

    /// Cannot be told; `reason` says why.
    pub fn unknown(reason: impl Into<String>, evidence: Vec<Label>) -> Self {
        Self {
            verdict: Verdict::Unknown,
            findings: Vec::new(),
            evidence,
            reason: reason.into(),
            places: (0, 0),
        }
    }

    /// Nothing of this kind here; `reason` says what was looked for.
    pub fn not_applicable(reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self {
            verdict: Verdict::NotApplicable,
            findings: Vec::new(),
            evidence: Vec::new(),
            reason,
            places: (0, 0),
        }
    }

    /// Something is wrong.
    ///
    /// # Panics
    /// Without a finding: a check that fails says where.
    pub fn fail(reason: impl Into<String>, findings: Vec<Finding>) -> Self {
        assert!(!findings.is_empty(), "internal error: a failing outcome without a finding");
        let reason = reason.into();
        Self { verdict: Verdict::Fail, findings, evidence: Vec::new(), reason, places: (0, 0) }
    }

    /// The same outcome with the number of places that pass, of how many.
    #[must_use]
    pub fn with_places(mut self, passed: u32, of: u32) -> Self {
        self.places = (passed, of);
        self
    }
}

/// One thing that is wrong, at one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The check's id, such as `debug-enabled`.
    pub check: &'static str,
    /// What is true here: present tense, code in backticks.
    pub message: String,
    /// The place to change or to look at.
    pub primary: Label,
    /// Further places: links of the chain, the class, the other setting.
    pub related: Vec<Label>,
    /// The setting's name and key (`REST_FRAMEWORK.PAGE_SIZE`), or `module.Class.method`.
    pub symbol: String,
    /// Differs from the catalogue's severity only with a reason that the message states.
    pub severity: Option<Severity>,
    /// Differs from the catalogue's confidence where this place is less sure.
    pub confidence: Option<Confidence>,
    /// Which of Django's own checks report it, where that differs from the catalogue's list.
    pub django: Option<&'static [&'static str]>,
    /// The smallest change that puts it right, where one is known to be right.
    pub fix: Option<Fix>,
    /// What to do by hand when there is no fix, with the values of this place.
    pub instruction: Option<String>,
    /// The views that it is about, where people may say that some are for everybody.
    pub open_views: Vec<OpenView>,
}

/// A view that lets everybody in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenView {
    /// Its dotted name.
    pub view: String,
    /// `GET, POST api/orders/`, where the endpoints were listed.
    pub endpoints: Vec<String>,
    /// Why it seems to be meant for everybody, as a clause.
    pub seems_public: Option<String>,
    /// Why the team keeps it open.
    pub kept_public: Option<String>,
}

impl Finding {
    /// A finding at a place.
    pub fn new(
        check: &'static str,
        symbol: impl Into<String>,
        primary: Label,
        message: impl Into<String>,
    ) -> Self {
        Self {
            check,
            message: message.into(),
            primary,
            related: Vec::new(),
            symbol: symbol.into(),
            severity: None,
            confidence: None,
            django: None,
            fix: None,
            instruction: None,
            open_views: Vec::new(),
        }
    }

    /// With further places.
    #[must_use]
    pub fn related(mut self, labels: impl IntoIterator<Item = Label>) -> Self {
        self.related.extend(labels);
        self
    }

    /// With a fix.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<Option<Fix>>) -> Self {
        self.fix = fix.into();
        self
    }

    /// With an instruction for people.
    #[must_use]
    pub fn instruction(mut self, text: impl Into<String>) -> Self {
        self.instruction = Some(text.into());
        self
    }
}
