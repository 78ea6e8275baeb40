//! The catalogue: standards, practices, questions and the prose of every check, compiled in from `checklists/`.
//!
//! Mappings to OWASP editions, CWE and Django's own check ids live there and nowhere else. What a practice's
//! state is in a project is the engine's work.

mod explain;
mod load;
mod schema;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

pub use explain::{Block, BodyKind, Page, explain};
pub use load::CatalogError;

use crate::finding::{Confidence, Effect, Severity};

/// Everything in `checklists/`, validated.
#[derive(Clone, Debug)]
pub struct Catalog {
    /// The standard's sections in walking order: introduction, API1 to API10, other risks.
    pub sections: Vec<Section>,
    /// All practices, in walking order.
    pub practices: Vec<Practice>,
    /// What is known of each check, by id.
    pub checks: BTreeMap<String, CheckMeta>,
    /// Pages about the tool itself: score, states, exit codes, effects.
    pub topics: Vec<Topic>,
}

impl Catalog {
    /// The catalogue that is compiled in. Read and validated once.
    ///
    /// # Panics
    /// Only when `checklists/` does not hold together, which `tests/it/checklist.rs` reports first.
    pub fn builtin() -> Arc<Self> {
        static CATALOG: LazyLock<Arc<Catalog>> = LazyLock::new(|| match load::builtin() {
            Ok(catalog) => Arc::new(catalog),
            Err(problem) => panic!("internal error: checklists/ does not hold together: {problem}"),
        });
        Arc::clone(&CATALOG)
    }

    /// The practice with this id.
    pub fn practice(&self, id: &str) -> Option<&Practice> {
        self.practices.iter().find(|practice| practice.id == id)
    }

    /// The check with this id, or with this former id.
    pub fn check(&self, id: &str) -> Option<&CheckMeta> {
        self.checks
            .get(id)
            .or_else(|| self.checks.values().find(|check| check.aliases.iter().any(|a| a == id)))
    }

    /// The section with this id or short form, in any case: `API5:2019`, `api5`, `secrets`.
    pub fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|s| s.id.eq_ignore_ascii_case(name) || s.short.eq_ignore_ascii_case(name))
    }

    /// The practices that a check has a say in, in walking order.
    pub fn practices_of<'a>(&'a self, check: &'a str) -> impl Iterator<Item = &'a Practice> {
        self.practices.iter().filter(move |practice| practice.checks.iter().any(|c| c == check))
    }

    /// The practices of a section, in walking order.
    pub fn practices_in<'a>(&'a self, section: &'a str) -> impl Iterator<Item = &'a Practice> {
        self.practices.iter().filter(move |practice| practice.section == section)
    }
}

/// A group of practices: one OWASP item, or a heading of the cheat sheet.
#[derive(Clone, Debug)]
pub struct Section {
    /// Such as `API5:2019`, `introduction`, `secrets`.
    pub id: String,
    /// Short form for narrow columns: `API5`, `Intro`.
    pub short: String,
    /// Such as "Broken function level authorization".
    pub title: String,
    /// Which standard it belongs to: `owasp-api-2019`, `owasp-drf-cheat-sheet`.
    pub standard: String,
    /// One or two sentences.
    pub summary: String,
    /// Where to read more.
    pub url: String,
}

/// How the cheat sheet words a practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// DO.
    Do,
    /// DO NOT.
    DoNot,
    /// TRY NOT TO.
    TryNotTo,
    /// EXTRA.
    Extra,
}

impl Kind {
    /// The word of the machine output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Do => "do",
            Self::DoNot => "do-not",
            Self::TryNotTo => "try-not-to",
            Self::Extra => "extra",
        }
    }
}

/// One DO, DO NOT, TRY NOT TO or EXTRA: an item of the checklist.
#[derive(Clone, Debug)]
pub struct Practice {
    /// Kebab id, never reused.
    pub id: String,
    /// The section's id.
    pub section: String,
    /// Who asks for it: the section's standard, or `django-deployment`, `drf-deployment` for what goes beyond it.
    pub standard: String,
    /// Which entry of the cheat sheet it stands for, such as `API7 DO 2`; `None` for what goes beyond it.
    pub sheet: Option<String>,
    /// How it is worded.
    pub kind: Kind,
    /// What it weighs.
    pub severity: Severity,
    /// In our words, imperative, under 60 characters.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// How to put it right.
    pub remedy: String,
    /// OWASP items of both editions, such as `API5:2019`, `API5:2023`.
    pub owasp: Vec<String>,
    /// Where to read more.
    pub references: Vec<Reference>,
    /// The checks that decide it; with a question beside them, they can only fail it.
    pub checks: Vec<String>,
    /// What a person answers, where code cannot tell; `None` when checks decide.
    pub question: Option<Question>,
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Whose page it is.
    pub title: String,
    /// Its address.
    pub url: String,
}

/// A question that code cannot answer.
#[derive(Clone, Debug)]
pub struct Question {
    /// One sentence with a question mark.
    pub ask: String,
    /// What to look at before answering.
    pub look_at: String,
    /// The possible answers, in order.
    pub choices: Vec<Choice>,
    /// After how many months it is asked again.
    pub review_months: u32,
}

/// One answer.
#[derive(Clone, Debug)]
pub struct Choice {
    /// One letter, `a` first.
    pub key: char,
    /// In a few words.
    pub label: String,
    /// What the practice becomes.
    pub becomes: Becomes,
    /// Whether a note (where, how) is required.
    pub note: bool,
}

/// A page about the tool itself.
#[derive(Clone, Debug)]
pub struct Topic {
    /// What `explain` knows it by: `score`.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// Its content.
    pub blocks: Vec<Block>,
}

/// What an answer makes of a practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Becomes {
    /// Not in order.
    Fail,
    /// In order, on a person's word.
    Attested,
    /// Nothing of the kind here.
    #[serde(rename = "n/a")]
    NotApplicable,
    /// Not known yet; asked again.
    Open,
}

/// Prose and mappings of one check.
#[derive(Clone, Debug)]
pub struct CheckMeta {
    /// Kebab id, named for what is wrong; the same word as file, fixture and entry.
    pub id: String,
    /// Older ids that still name it.
    pub aliases: Vec<String>,
    /// What is wrong, in a few words.
    pub title: String,
    /// How bad.
    pub severity: Severity,
    /// How sure, in general.
    pub confidence: Confidence,
    /// The smallest profile it belongs to.
    pub profile: Profile,
    /// OWASP items of both editions.
    pub owasp: Vec<String>,
    /// CWE numbers.
    pub cwe: Vec<u32>,
    /// Django's own check ids, such as `security.W018`.
    pub django: Vec<String>,
    /// Why it matters.
    pub rationale: String,
    /// How to put it right.
    pub remediation: String,
    /// How it is decided, and what would make it wrong.
    pub decided: String,
    /// What would make the verdict wrong.
    pub wrong_if: String,
    /// An example that fails and one that passes (Python or TOML); empty for none.
    pub example: (String, String),
    /// The effect class of its usual fix; `None` when there is no automatic fix.
    pub fix: Option<Effect>,
    /// Where to read more.
    pub references: Vec<Reference>,
}

/// How much is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// What nobody should ship.
    Essential,
    /// The cheat sheet.
    Standard,
    /// Opinions too.
    Everything,
}

impl Profile {
    /// The word of the `--profile` flag.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Essential => "essential",
            Self::Standard => "standard",
            Self::Everything => "everything",
        }
    }
}
