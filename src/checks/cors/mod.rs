//! Which other origins browsers let in.

mod cors_allow_all;
mod cors_allow_all_with_credentials;
mod cors_middleware_misplaced;
mod csrf_trusted_origins_insecure;

use crate::checks::Check;

/// The family, by id.
pub(super) const CHECKS: &[&dyn Check] = &[
    &cors_allow_all::CorsAllowAll,
    &cors_allow_all_with_credentials::CorsAllowAllWithCredentials,
    &cors_middleware_misplaced::CorsMiddlewareMisplaced,
    &csrf_trusted_origins_insecure::CsrfTrustedOriginsInsecure,
];
