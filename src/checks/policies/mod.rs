//! Policies of views that do not do what they say.

mod policy_attribute_misshapen;
mod policy_attribute_misspelled;
mod policy_decorator_ineffective;

use super::Check;

/// The family, sorted by id.
pub(crate) static CHECKS: &[&dyn Check] = &[
    &policy_attribute_misshapen::PolicyAttributeMisshapen,
    &policy_attribute_misspelled::PolicyAttributeMisspelled,
    &policy_decorator_ineffective::PolicyDecoratorIneffective,
];
