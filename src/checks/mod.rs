//! The checks: what is looked at and what is concluded. Adding one takes one Rust file in a family's folder, one
//! entry in `checklists/checks/<family>.toml`, one literate fixture `tests/fixtures/checks/<id>.md`, and two
//! sorted lines in the family's `mod.rs`; a guard test names whatever is missing.
//!
//! A check says *what* to change (see `support`); how text is changed is `edit`'s work, when is the session's.

pub(crate) mod support;

mod api_defaults;
mod authentication;
mod cors;
mod deployment;
mod endpoints;
mod limits;
mod logging;
mod permissions;
mod policies;
mod secrets;
mod serializers;
mod views;

use std::sync::Arc;

use crate::checklist::Catalog;
use crate::endpoints::Inventory;
use crate::endpoints::policy::AccessOf;
use crate::finding::Outcome;
use crate::index::ProjectIndex;
use crate::project::Project;
use crate::settings::SettingsModel;
use crate::source::Sources;

pub use support::intent::Intents;
pub use support::views::Beside;

/// One check. It never fails and never panics on any input; what it cannot tell is `Verdict::Unknown`.
pub trait Check: Sync {
    /// The kebab id, named for what is wrong.
    fn id(&self) -> &'static str;

    /// Judges one project.
    fn run(&self, cx: &CheckContext<'_>) -> Outcome;

    /// What the endpoints are to it here. Checks that ask for them run once these are worked out, so that none waits
    /// for them; where no selected check asks, they are not worked out at all.
    fn endpoints(&self, cx: &CheckContext<'_>) -> EndpointUse {
        let _ = cx;
        EndpointUse::None
    }
}

/// All that a check may look at.
pub struct CheckContext<'a> {
    /// The texts.
    pub sources: &'a Sources,
    /// The project judged; `None` for Python files under no Django project.
    pub project: Option<&'a Project>,
    /// The settings of the judged module; `None` when there is none.
    pub model: Option<&'a SettingsModel>,
    /// The settings of the project's other modules (development, test), for fix placement.
    pub others: &'a dyn OtherSettings,
    /// Evaluates the judged module again with one more environment variable set: what if `DEBUG=False`?
    pub what_if: &'a (dyn Fn(&str, &str) -> Option<Arc<SettingsModel>> + Sync),
    /// Classes, functions and imports of the project's files.
    pub index: &'a ProjectIndex,
    /// Prose and mappings.
    pub catalog: &'a Catalog,
    /// What each class and function asks of its callers, asked one by one.
    pub access: &'a dyn AccessOf,
    /// The endpoints of the project under the judged settings.
    pub endpoints: &'a dyn Endpoints,
    /// The views that the team has said are for everybody.
    pub public: &'a [PublicView],
    /// Which views seem to be for everybody.
    pub intents: &'a Intents,
    /// Which files are beside the API.
    pub beside: &'a Beside,
}

/// What the endpoints are to a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointUse {
    /// Nothing: it runs without them.
    None,
    /// It would judge them, but here there is nothing of what it looks for; the clause says what. It does not run.
    Idle(&'static str),
    /// They make its message fuller.
    Detail,
    /// It judges them: it runs only where it is selected.
    Basis,
}

/// The settings for development and tests, evaluated when the first fix asks what it may change.
pub trait OtherSettings: Sync {
    /// Their models.
    fn get(&self) -> &[SettingsModel];
}

/// Endpoints that are worked out once, when first asked for.
pub trait Endpoints: Sync {
    /// The endpoints; `None` without a project or its settings, without DRF, or where they could not be worked out.
    fn get(&self) -> Option<&Inventory>;
}

/// A view that is for everybody on a person's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicView {
    /// Its dotted name.
    pub view: String,
    /// Why.
    pub reason: String,
}

/// The families, sorted by name.
static FAMILIES: [&[&dyn Check]; 12] = [
    api_defaults::CHECKS,
    authentication::CHECKS,
    cors::CHECKS,
    deployment::CHECKS,
    endpoints::CHECKS,
    limits::CHECKS,
    logging::CHECKS,
    permissions::CHECKS,
    policies::CHECKS,
    secrets::CHECKS,
    serializers::CHECKS,
    views::CHECKS,
];

/// Every check, by family, then by id.
pub fn all() -> Vec<&'static dyn Check> {
    FAMILIES.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_each_family_is_sorted() {
        for family in FAMILIES {
            assert!(family.is_sorted_by_key(|check| check.id()), "sort the list in the family's mod.rs");
        }
        let mut ids: Vec<_> = all().iter().map(|check| check.id()).collect();
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count, "two checks have the same id");
    }
}
