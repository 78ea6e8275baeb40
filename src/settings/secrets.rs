//! Which names hold secrets, so that their text is never shown.

/// Whether a setting or dict key of this name holds a secret: `SECRET_KEY`, `PASSWORD`, `API_TOKEN`.
/// Names that only speak of secrets (`AUTH_PASSWORD_VALIDATORS`, `PASSWORD_RESET_TIMEOUT`) do not.
pub fn is_secret_name(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let words: Vec<&str> =
        upper.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let Some(last) = words.last() else { return false };
    let secret = matches!(
        *last,
        "PASSWORD"
            | "PASSWD"
            | "PASS"
            | "PWD"
            | "SECRET"
            | "SECRETS"
            | "SECRETKEY"
            | "CLIENTSECRET"
            | "TOKEN"
            | "APIKEY"
            | "PASSPHRASE"
            | "DSN"
    );
    let key = matches!(*last, "KEY" | "KEYS" | "FALLBACKS");
    secret || key && words.iter().any(|w| KEY_KINDS.contains(w))
}

/// The kinds of keys that are secrets.
const KEY_KINDS: [&str; 14] = [
    "ACCESS",
    "ACCOUNT",
    "API",
    "AUTH",
    "ENCRYPT",
    "ENCRYPTION",
    "FERNET",
    "FIELD",
    "HMAC",
    "JWT",
    "PRIVATE",
    "SECRET",
    "SERVER",
    "SIGNING",
];

/// The password of an address: `scheme://user:password@host`.
pub fn password_in_url(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    let plain = !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let (user, _host) = authority.rsplit_once('@').filter(|_| plain)?;
    user.split_once(':').map(|(_, password)| password).filter(|password| !password.is_empty())
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
