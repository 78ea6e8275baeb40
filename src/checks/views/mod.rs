//! What views set for themselves, against the project's defaults, and what they leave out.

mod object_permission_unchecked;
mod view_authentication_disabled;
mod view_permission_open;

use super::Check;

/// The family, sorted by id.
pub(crate) static CHECKS: &[&dyn Check] = &[
    &object_permission_unchecked::ObjectPermissionUnchecked,
    &view_authentication_disabled::ViewAuthenticationDisabled,
    &view_permission_open::ViewPermissionOpen,
];
