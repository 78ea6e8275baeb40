//! What views set for themselves, against the project's defaults, and what they leave out.

mod action_object_unchecked;
mod list_handwritten_unbounded;
mod object_permission_unchecked;
mod owner_id_trusted;
mod row_unchecked;
mod view_authentication_disabled;
mod view_permission_open;

use super::Check;

/// The family, sorted by id.
pub(crate) static CHECKS: &[&dyn Check] = &[
    &action_object_unchecked::ActionObjectUnchecked,
    &list_handwritten_unbounded::ListHandwrittenUnbounded,
    &object_permission_unchecked::ObjectPermissionUnchecked,
    &owner_id_trusted::OwnerIdTrusted,
    &row_unchecked::RowUnchecked,
    &view_authentication_disabled::ViewAuthenticationDisabled,
    &view_permission_open::ViewPermissionOpen,
];
