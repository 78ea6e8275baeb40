//! What people decided: answers, attestations, waivers, not applicable. Kept in `drf-harden-decisions.toml`,
//! edited in place so that comments and order survive, and reviewed like code. What a decision does to a state is
//! the engine's work.

mod file;

use time::Date;

pub use file::{DecisionsError, DecisionsFile, FILE_NAME, parse_date};

/// All decisions of one scanned root.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decisions {
    /// Answers to questions, attestations and "does not apply", at most one for each practice and project.
    pub answers: Vec<Answer>,
    /// Waived findings.
    pub waivers: Vec<Waiver>,
    /// The settings module chosen for a project: (project root, module).
    pub settings: Vec<(String, String)>,
    /// Views that are for everybody, at most one entry for each view and project.
    pub public: Vec<PublicView>,
}

/// A view that is for everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicView {
    /// Project root.
    pub project: String,
    /// The view's dotted name.
    pub view: String,
    /// Why.
    pub reason: String,
    /// Who says so.
    pub by: String,
    /// When.
    pub on: Date,
}

/// A person's answer about one practice.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Project root, relative to the scanned root; empty for the root itself.
    pub project: String,
    /// The practice's id.
    pub practice: String,
    /// What it becomes.
    pub becomes: crate::checklist::Becomes,
    /// The letter of the chosen answer; `None` for a plain attestation or n/a.
    pub choice: Option<char>,
    /// Where and how, or why it does not apply.
    pub note: String,
    /// Who says so.
    pub by: String,
    /// When.
    pub on: Date,
    /// When it is asked again.
    pub review: Option<Date>,
}

/// A finding that is accepted for a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiver {
    /// Project root.
    pub project: String,
    /// The check's id.
    pub check: String,
    /// How wide it is.
    pub scope: WaiverScope,
    /// Why.
    pub reason: String,
    /// Who stands for it.
    pub owner: String,
    /// The last day it holds.
    pub expires: Date,
    /// A ticket, if any.
    pub ticket: String,
    /// When it was written.
    pub on: Date,
}

/// What a waiver covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaiverScope {
    /// One finding, by fingerprint.
    Place(String),
    /// The check in all files below a folder.
    Folder(String),
    /// The check everywhere.
    Everywhere,
}
