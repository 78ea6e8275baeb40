//! What permission classes decide, by themselves and together.

mod permission_class_ineffective;

use super::Check;

/// The family, sorted by id.
pub(crate) static CHECKS: &[&dyn Check] =
    &[&permission_class_ineffective::PermissionClassIneffective];
