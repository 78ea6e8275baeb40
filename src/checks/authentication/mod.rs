//! How callers prove who they are.

mod credential_in_query_string;
mod csrf_enforcement_emptied;
mod token_login_unthrottled;

use super::Check;

/// The family, sorted by id.
pub(crate) static CHECKS: &[&dyn Check] = &[
    &credential_in_query_string::CredentialInQueryString,
    &csrf_enforcement_emptied::CsrfEnforcementEmptied,
    &token_login_unthrottled::TokenLoginUnthrottled,
];
