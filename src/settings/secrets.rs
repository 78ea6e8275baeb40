//! Which names hold secrets, so that their text is never shown.

/// Whether a setting or dict key of this name holds a secret: `SECRET_KEY`, `PASSWORD`, `API_TOKEN`.
/// Names that only speak of secrets (`AUTH_PASSWORD_VALIDATORS`, `PASSWORD_RESET_TIMEOUT`) do not.
pub fn is_secret_name(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let words: Vec<&str> =
        upper.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let Some(last) = words.last() else { return false };
    if matches!(
        *last,
        "PASSWORD"
            | "PASSWD"
            | "PASS"
            | "PWD"
            | "SECRET"
            | "SECRETS"
            | "TOKEN"
            | "APIKEY"
            | "PASSPHRASE"
            | "DSN"
    ) {
        return true;
    }
    let key = matches!(*last, "KEY" | "KEYS" | "FALLBACKS");
    key && words
        .iter()
        .any(|w| matches!(*w, "SECRET" | "API" | "PRIVATE" | "SIGNING" | "ENCRYPTION" | "ACCESS" | "AUTH"))
}

#[cfg(test)]
mod tests {
    use super::is_secret_name;

    #[test]
    fn secrets_are_told_from_settings_about_them() {
        for name in [
            "SECRET_KEY",
            "EMAIL_HOST_PASSWORD",
            "PASSWORD",
            "AWS_SECRET_ACCESS_KEY",
            "api_token",
            "SIGNING_KEY",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "AUTH_PASSWORD_VALIDATORS",
            "PASSWORD_HASHERS",
            "CACHE_KEY_PREFIX",
            "DEBUG",
            "PASSWORD_RESET_TIMEOUT",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
