//! How production serves: debug mode, hosts, HTTPS, cookies, middleware, passwords.

mod allowed_hosts_wildcard;
mod clickjacking_middleware_missing;
mod content_type_sniffing_allowed;
mod csrf_cookie_insecure;
mod csrf_middleware_missing;
mod debug_enabled;
mod debug_from_string;
mod debug_propagate_exceptions;
mod frame_options_weak;
mod hsts_missing;
mod password_hasher_weak;
mod password_validators_missing;
mod proxy_header_trusted;
mod security_checks_silenced;
mod security_middleware_missing;
mod session_cookie_insecure;
mod ssl_redirect_missing;

use crate::checks::Check;

/// The family, by id.
pub(super) const CHECKS: &[&dyn Check] = &[
    &allowed_hosts_wildcard::AllowedHostsWildcard,
    &clickjacking_middleware_missing::ClickjackingMiddlewareMissing,
    &content_type_sniffing_allowed::ContentTypeSniffingAllowed,
    &csrf_cookie_insecure::CsrfCookieInsecure,
    &csrf_middleware_missing::CsrfMiddlewareMissing,
    &debug_enabled::DebugEnabled,
    &debug_from_string::DebugFromString,
    &debug_propagate_exceptions::DebugPropagateExceptions,
    &frame_options_weak::FrameOptionsWeak,
    &hsts_missing::HstsMissing,
    &password_hasher_weak::PasswordHasherWeak,
    &password_validators_missing::PasswordValidatorsMissing,
    &proxy_header_trusted::ProxyHeaderTrusted,
    &security_checks_silenced::SecurityChecksSilenced,
    &security_middleware_missing::SecurityMiddlewareMissing,
    &session_cookie_insecure::SessionCookieInsecure,
    &ssl_redirect_missing::SslRedirectMissing,
];
