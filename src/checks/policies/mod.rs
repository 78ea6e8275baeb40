//! Policies of views that do not do what they say.

mod policy_attribute_misspelled;

use super::Check;

/// The family, sorted by id.
pub(crate) static CHECKS: &[&dyn Check] = &[&policy_attribute_misspelled::PolicyAttributeMisspelled];
