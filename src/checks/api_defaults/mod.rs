//! What `REST_FRAMEWORK` gives every view that does not choose for itself.

mod basic_authentication_enabled;
mod browsable_api_enabled;
mod default_authentication_implicit;
mod default_permission_open;
mod default_permission_read_open;
mod pagination_unbounded;
mod rest_framework_unknown_key;
mod throttle_missing;

use crate::checks::Check;

/// The family, by id.
pub(super) const CHECKS: &[&dyn Check] = &[
    &basic_authentication_enabled::BasicAuthenticationEnabled,
    &browsable_api_enabled::BrowsableApiEnabled,
    &default_authentication_implicit::DefaultAuthenticationImplicit,
    &default_permission_open::DefaultPermissionOpen,
    &default_permission_read_open::DefaultPermissionReadOpen,
    &pagination_unbounded::PaginationUnbounded,
    &rest_framework_unknown_key::RestFrameworkUnknownKey,
    &throttle_missing::ThrottleMissing,
];
