//! The shapes of the TOML files in `checklists/`, as serde reads them. Unknown keys are refused, so that a misspelled
//! one is an error. What the entries mean together is `load`'s work.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Becomes, Kind, Profile};
use crate::finding::{Confidence, Effect, Severity};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReferencesFile {
    pub(super) page: BTreeMap<String, RawReference>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawReference {
    pub(super) title: String,
    pub(super) url: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StandardFile {
    pub(super) standard: String,
    #[serde(default)]
    pub(super) section: Vec<RawSection>,
    #[serde(default)]
    pub(super) practice: Vec<RawPractice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSection {
    pub(super) id: String,
    pub(super) short: String,
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) url: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPractice {
    pub(super) id: String,
    pub(super) section: String,
    pub(super) sheet: Option<String>,
    pub(super) kind: Kind,
    pub(super) severity: Severity,
    pub(super) title: String,
    pub(super) why: String,
    pub(super) remedy: String,
    pub(super) owasp: Vec<String>,
    pub(super) references: Vec<String>,
    #[serde(default)]
    pub(super) checks: Vec<String>,
    pub(super) question: Option<RawQuestion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawQuestion {
    pub(super) ask: String,
    pub(super) look_at: String,
    pub(super) review_months: u32,
    pub(super) choices: Vec<RawChoice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawChoice {
    pub(super) becomes: Becomes,
    pub(super) label: String,
    #[serde(default)]
    pub(super) note: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChecksFile {
    pub(super) check: Vec<RawCheck>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCheck {
    pub(super) id: String,
    #[serde(default)]
    pub(super) aliases: Vec<String>,
    pub(super) title: String,
    pub(super) severity: Severity,
    pub(super) confidence: Confidence,
    pub(super) profile: Profile,
    pub(super) owasp: Vec<String>,
    pub(super) cwe: Vec<u32>,
    #[serde(default)]
    pub(super) django: Vec<String>,
    pub(super) rationale: String,
    pub(super) remediation: String,
    pub(super) decided: String,
    pub(super) wrong_if: String,
    pub(super) example_bad: String,
    pub(super) example_good: String,
    pub(super) fix: RawFix,
    pub(super) references: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TopicsFile {
    pub(super) topic: Vec<RawTopic>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTopic {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) blocks: Vec<RawBlock>,
}

/// One of the three kinds of body, perhaps under a heading.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBlock {
    pub(super) heading: Option<String>,
    pub(super) text: Option<String>,
    pub(super) list: Option<Vec<String>>,
    pub(super) code: Option<String>,
}

/// The effect class of the usual fix, or the word for having none.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RawFix {
    Safe,
    Tightens,
    Reshapes,
    Choose,
    None,
}

impl RawFix {
    pub(super) fn effect(self) -> Option<Effect> {
        match self {
            Self::Safe => Some(Effect::Safe),
            Self::Tightens => Some(Effect::Tightens),
            Self::Reshapes => Some(Effect::Reshapes),
            Self::Choose => Some(Effect::Choose),
            Self::None => None,
        }
    }
}
