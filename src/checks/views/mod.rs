//! What views set for themselves, against the project's defaults, and what they leave out.

mod action_object_unchecked;
mod filter_fields_open;
mod get_queryset_ignores_caller;
mod list_handwritten_unbounded;
mod object_permission_unchecked;
mod ordering_fields_all;
mod owner_id_trusted;
mod public_view_unconfirmed;
mod queryset_unlimited;
mod relation_field_unlimited;
mod row_unchecked;
mod search_fields_sensitive;
mod view_authentication_disabled;
mod view_permission_open;

use super::Check;

/// The family, sorted by id.
pub(crate) static CHECKS: &[&dyn Check] = &[
    &action_object_unchecked::ActionObjectUnchecked,
    &filter_fields_open::FilterFieldsOpen,
    &get_queryset_ignores_caller::GetQuerysetIgnoresCaller,
    &list_handwritten_unbounded::ListHandwrittenUnbounded,
    &object_permission_unchecked::ObjectPermissionUnchecked,
    &ordering_fields_all::OrderingFieldsAll,
    &owner_id_trusted::OwnerIdTrusted,
    &public_view_unconfirmed::PublicViewUnconfirmed,
    &queryset_unlimited::QuerysetUnlimited,
    &relation_field_unlimited::RelationFieldUnlimited,
    &row_unchecked::RowUnchecked,
    &search_fields_sensitive::SearchFieldsSensitive,
    &view_authentication_disabled::ViewAuthenticationDisabled,
    &view_permission_open::ViewPermissionOpen,
];
