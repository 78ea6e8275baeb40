//! Which names mean a secret, and which texts can be one.

use crate::settings::password_in_url;

/// Whether the name of a setting or key says that it holds a secret that nobody may read. The public half of a pair
/// and names of headers do not.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase().replace('-', "_");
    let public = name
        .split('_')
        .any(|w| matches!(w, "PUBLIC" | "VERIFYING" | "SITE" | "PUBLISHABLE" | "HEADER" | "COOKIE"));
    crate::settings::is_secret_name(&name) && !public && !names_an_entry(&name)
}

/// `…_ERROR_KEY`, `…_SESSION_KEY`: the name under which something is stored.
fn names_an_entry(name: &str) -> bool {
    let Some(kind) = name.strip_suffix("_KEY").and_then(|rest| rest.rsplit('_').next()) else { return false };
    matches!(kind, "ERROR" | "SESSION" | "CACHE" | "CONTEXT" | "FIELD" | "PARAM")
}

/// Whether a text under such a name can be a secret.
pub(crate) fn is_secret_value(text: &str) -> bool {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let placeholder =
        ["changeme", "change-me", "change_me", "your-", "your_", "xxx", "todo", "replace", "example"];
    let plain_word = matches!(
        lower.as_str(),
        "" | "none"
            | "null"
            | "true"
            | "false"
            | "password"
            | "secret"
            | "token"
            | "key"
            | "api_key"
            | "bearer"
    );
    // `package.module.Class`, `%(name)s`, `{name}`, `<name>`, `${NAME}`, a path or a URL.
    let dotted = text.split('.').count() > 1 && text.split('.').all(is_identifier);
    let template = text.contains(['{', '<', '%', '$']) && text.contains(['}', '>', ')']);
    let location = text.contains("://") || text.starts_with('/');
    let rate = text.split_once('/').is_some_and(|(n, _)| n.parse::<u32>().is_ok());
    !(plain_word
        || dotted
        || template
        || location
        || rate
        || text.contains(char::is_whitespace) && !text.starts_with("-----BEGIN")
        || placeholder.iter().any(|p| lower.contains(p))
        || text.chars().all(|c| matches!(c, '*' | 'x' | 'X' | '.' | '-')))
}

fn is_identifier(part: &str) -> bool {
    part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether a URL carries a password that is written out.
pub(crate) fn holds_password(text: &str) -> bool {
    password_in_url(text).is_some_and(|password| !password.contains(['{', '$', '<', '%']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in [
            "PASSWORD",
            "EMAIL_HOST_PASSWORD",
            "AWS_SECRET_ACCESS_KEY",
            "SIGNING_KEY",
            "STRIPE_API_KEY",
            "x-api-key",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "AUTH_PASSWORD_VALIDATORS",
            "PASSWORD_HASHERS",
            "AWS_ACCESS_KEY_ID",
            "TOKEN_LIFETIME",
            "CSRF_COOKIE_NAME",
            "VERIFYING_KEY",
            "KEY",
            "STRIPE_PUBLIC_KEY",
            "PRIMARY_KEY",
            "KEY_PREFIX",
            "SOCIAL_AUTH_ERROR_KEY",
            "AUTH_SESSION_KEY",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn values() {
        for text in ["hunter2", "s3cr3t-value", "postgres", "AKIAIOSFODNN7", "-----BEGIN PRIVATE KEY-----\nx"]
        {
            assert!(is_secret_value(text), "{text}");
        }
        for text in [
            "",
            "rest_framework.authtoken.models.Token",
            "100/day",
            "<your key>",
            "${X}",
            "changeme",
            "/run/secrets/x",
            "https://x/token",
        ] {
            assert!(!is_secret_value(text), "{text}");
        }
    }

    #[test]
    fn urls() {
        assert!(holds_password("postgres://app:pw@db/app"));
        for text in [
            "redis://localhost:6379/0",
            "https://example.org/a:b@c",
            "amqp://user@host",
            "postgres://u:{pw}@h",
        ] {
            assert!(!holds_password(text), "{text}");
        }
    }
}
