//! How much one caller may ask for: throttles and pages.

mod num_proxies_unset;
mod paginator_unbounded;
mod throttle_cache_local;
mod throttle_rate_lax;
mod view_pagination_disabled;
mod view_throttle_disabled;
mod view_throttle_ineffective;

use super::Check;

/// The family, sorted by id.
pub(crate) static CHECKS: &[&dyn Check] = &[
    &num_proxies_unset::NumProxiesUnset,
    &paginator_unbounded::PaginatorUnbounded,
    &throttle_cache_local::ThrottleCacheLocal,
    &throttle_rate_lax::ThrottleRateLax,
    &view_pagination_disabled::ViewPaginationDisabled,
    &view_throttle_disabled::ViewThrottleDisabled,
    &view_throttle_ineffective::ViewThrottleIneffective,
];
