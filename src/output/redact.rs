//! Takes the text of secrets out of what is shown. Which names hold secrets is decided here, once, for every
//! output.

use std::collections::BTreeSet;

use crate::engine::Report;
use crate::settings::{Node, Value, is_secret_name, password_in_url};
use crate::source::Sources;

/// The secret texts of a report's settings.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    texts: BTreeSet<String>,
}

impl Secrets {
    /// Collects them from every judged settings module.
    pub fn of(report: &Report) -> Self {
        let mut secrets = Self::default();
        for model in report.projects.iter().filter_map(|p| p.model.as_deref()) {
            for setting in model.settings.values() {
                secrets.collect(&report.sources, &setting.node, is_secret_name(&setting.name));
            }
        }
        secrets
    }

    fn collect(&mut self, sources: &Sources, node: &Node, secret: bool) {
        match &node.value {
            Value::Str(text) if secret || password_in_url(text).is_some() => {
                self.add(text);
                self.add_literals(sources, node);
            }
            Value::PartlyStr(parts) if secret => parts.iter().flatten().for_each(|part| self.add(part)),
            Value::Unknown(unknown) => {
                unknown.candidates.iter().for_each(|node| self.collect(sources, node, secret));
            }
            Value::Dict(dict) => {
                for entry in &dict.entries {
                    let named = entry.key.as_str().is_some_and(is_secret_name);
                    self.collect(sources, &entry.value, secret || named);
                }
            }
            _ => node.children().into_iter().for_each(|child| self.collect(sources, child, secret)),
        }
    }

    /// The literals as they are written, which differ from the value by escapes or by being in several parts.
    fn add_literals(&mut self, sources: &Sources, node: &Node) {
        let spans = node.at.into_iter().filter(|_| node.env.is_empty());
        let defaults = node.env.iter().filter_map(|read| read.default_at);
        for span in spans.chain(defaults) {
            let code = sources.slice(span);
            let mut rest = code;
            while let Some(start) = rest.find(['"', '\'']) {
                let quote = &rest[start..=start];
                let body = &rest[start + 1..];
                let Some(end) = closing(body, quote) else { break };
                // A mapping or call may stand here too; only texts that are the secret or a part of it count.
                if node
                    .as_str()
                    .is_some_and(|value| value.contains(&body[..end]) || body[..end].contains('\\'))
                {
                    self.add(&body[..end]);
                }
                rest = &body[end + 1..];
            }
        }
    }

    fn add(&mut self, text: &str) {
        // Very short texts could be anything; on their own they are only taken out in quotes.
        if !text.trim().is_empty() {
            self.texts.insert(text.to_owned());
        }
    }

    /// The text with each secret replaced by `****`: long ones anywhere, short ones where they stand in quotes.
    pub fn hide(&self, text: &str) -> String {
        let mut hidden = text.to_owned();
        // Longest first, so that a part does not break up the whole.
        let mut texts: Vec<&String> = self.texts.iter().collect();
        texts.sort_by_key(|t| std::cmp::Reverse(t.len()));
        for secret in texts {
            if secret.len() >= 12 {
                hidden = hidden.replace(secret.as_str(), "****");
            } else if hidden.contains(secret.as_str()) {
                for quote in ['"', '\'', '`'] {
                    hidden =
                        hidden.replace(&format!("{quote}{secret}{quote}"), &format!("{quote}****{quote}"));
                }
            }
        }
        hidden
    }
}

/// The offset of the quote that ends a literal's body.
fn closing(body: &str, quote: &str) -> Option<usize> {
    let mut escaped = false;
    body.char_indices().find_map(|(i, c)| {
        let ends = !escaped && body[i..].starts_with(quote);
        escaped = c == '\\' && !escaped;
        ends.then_some(i)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_hold_secrets() {
        for name in [
            "SECRET_KEY",
            "PASSWORD",
            "EMAIL_HOST_PASSWORD",
            "client_secret",
            "clientSecret",
            "SENTRY_TOKEN",
            "SECRET_KEY_FALLBACKS",
            "AWS_SECRET_ACCESS_KEY",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "AUTH_PASSWORD_VALIDATORS",
            "KEY_PREFIX",
            "PASSWORD_HASHERS",
            "TOKEN_MODEL",
            "PASSWORD_RESET_TIMEOUT",
            "CSRF_COOKIE_NAME",
            "BYPASS",
            "DEBUG",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn short_secrets_are_hidden_in_quotes_only_and_long_ones_anywhere() {
        let texts = ["postgres", "correct horse battery"].map(str::to_owned).into();
        let secrets = Secrets { texts };
        assert_eq!(
            secrets.hide("ENGINE = 'postgresql'; P = 'postgres'; K = 'x-correct horse battery-y'"),
            "ENGINE = 'postgresql'; P = '****'; K = 'x-****-y'"
        );
    }
}
