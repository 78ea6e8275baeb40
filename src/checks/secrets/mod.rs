//! Secrets in settings. Their values never reach a message.

mod secret_key_fallback;
mod secret_key_literal;
mod secret_key_random;
mod secret_key_weak;
mod settings_secret_literal;

use crate::checks::Check;

/// The family, by id.
pub(super) const CHECKS: &[&dyn Check] = &[
    &secret_key_fallback::SecretKeyFallback,
    &secret_key_literal::SecretKeyLiteral,
    &secret_key_random::SecretKeyRandom,
    &secret_key_weak::SecretKeyWeak,
    &settings_secret_literal::SettingsSecretLiteral,
];
