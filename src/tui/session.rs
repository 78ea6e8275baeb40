//! What one person's session remembers between runs: marks on fixes, drafts, notes, where they were, and the
//! states last seen. Answers meant for the team are `decisions`' business.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::engine::Rewrite;

/// A person's mark on a fix. A fix without one is undecided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// To be written.
    Accepted,
    /// Not wanted.
    Rejected,
}

/// Which practices the checklist shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Show {
    /// Those that somebody has still to do something about.
    #[default]
    Open,
    /// Those that fail, wholly or partly.
    Failing,
    /// Those with a question.
    Questions,
    /// All of them.
    All,
}

/// The order of the checklist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// By section, as OWASP has them.
    #[default]
    Owasp,
    /// By points to gain.
    Points,
    /// By the file of the first finding.
    File,
}

/// Kept after each change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionState {
    /// Whether the first-start notice was seen.
    pub seen_notice: bool,
    /// The project (its folder) that was looked at.
    pub project: String,
    /// The practice that was selected.
    pub practice: String,
    /// Folded sections, by id.
    pub folded: BTreeSet<String>,
    /// Which practices are shown.
    pub show: Show,
    /// In which order.
    pub sort: Sort,
    /// The filter's words.
    pub filter: String,
    /// Marks on fixes, by fingerprint.
    pub marks: BTreeMap<String, Mark>,
    /// Proposals that were changed by hand, by the fingerprint of their fix.
    pub rewrites: BTreeMap<String, Vec<Rewrite>>,
    /// Unfinished forms: `form/practice` to the fields' texts.
    pub drafts: BTreeMap<String, Vec<String>>,
    /// Notes, by `project/practice`.
    pub notes: BTreeMap<String, String>,
    /// The state of each practice when last seen, by `project/practice`.
    pub states: BTreeMap<String, String>,
    /// The day of `states`, such as `12 Nov 2026`.
    pub seen_on: String,
    /// The id of the last write that is not undone; empty for none.
    pub last_write: String,
    /// The fixes of that write.
    pub last_written: Vec<String>,
}

impl Show {
    /// The next one, around.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Open => Self::Failing,
            Self::Failing => Self::Questions,
            Self::Questions => Self::All,
            Self::All => Self::Open,
        }
    }

    /// The word in the header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Failing => "failing",
            Self::Questions => "questions",
            Self::All => "all",
        }
    }
}

impl Sort {
    /// The next one, around.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Owasp => Self::Points,
            Self::Points => Self::File,
            Self::File => Self::Owasp,
        }
    }

    /// The word in the header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owasp => "OWASP",
            Self::Points => "points",
            Self::File => "file",
        }
    }
}
