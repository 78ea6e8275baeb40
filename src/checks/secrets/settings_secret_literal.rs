//! A password, key or token other than `SECRET_KEY` is written in the settings, or a URL there holds a password.
//! Names decide, and then the value: class paths, numbers, placeholders, addresses and field names are no secrets.
//! A default of an environment read is reported with low severity. The value is never shown.
//! <https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html>

use crate::checks::support::environment;
use crate::checks::support::fixes::Remedy;
use crate::checks::support::secret_text::{holds_password, is_secret_name, is_secret_value};
use crate::checks::support::settings::{chain, first_line, module_start, no_settings};
use crate::checks::{Check, CheckContext};
use crate::finding::{Confidence, Effect, Finding, Label, Outcome, Severity};
use crate::settings::{Node, Setting, SettingsModel, Value};
use crate::source::clean;

pub(crate) struct SettingsSecretLiteral;

/// Nested deeper than any setting a person writes.
const DEPTH: usize = 12;

impl Check for SettingsSecretLiteral {
    fn id(&self) -> &'static str {
        "settings-secret-literal"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        let mut findings = Vec::new();
        for setting in model.settings.values() {
            if setting.is_default || matches!(setting.name.as_str(), "SECRET_KEY" | "SECRET_KEY_FALLBACKS") {
                continue;
            }
            if makes_secret_key(model, setting) {
                continue;
            }
            let mut path = vec![setting.name.clone()];
            self.walk(cx, model, setting, &setting.node, &mut path, &mut findings);
        }
        // `A = B = "..."` and `X = DATABASES["default"]["PASSWORD"]` show one text under two names.
        findings.sort_by_key(|f| (f.primary.span, f.symbol.len()));
        findings.dedup_by_key(|f| f.primary.span);
        if findings.is_empty() {
            if let Some(cause) = &model.open {
                let seen = vec![Label::new(module_start(cx, model), "read from here")];
                return Outcome::unknown(format!("there may be settings that were not read: {cause}."), seen);
            }
            let reason = "no setting with the name of a secret holds a written value.";
            return Outcome::pass(reason, vec![Label::new(module_start(cx, model), "read from here")]);
        }
        Outcome::fail(format!("{} of the settings hold a written secret.", findings.len()), findings)
    }
}

/// Whether the setting only names the text that `SECRET_KEY` has or falls back to (`DEFAULT_SECRET_KEY = "..."`):
/// the checks of `SECRET_KEY` tell that defect, and once is enough.
fn makes_secret_key(model: &SettingsModel, setting: &Setting) -> bool {
    let Some(key) = model.settings.get("SECRET_KEY") else { return false };
    setting.name.contains("SECRET_KEY")
        && setting.node.env.is_empty()
        && !key.node.env.iter().any(|read| read.supplied)
        && key.node.as_str().is_some_and(|text| setting.node.as_str() == Some(text))
}

impl SettingsSecretLiteral {
    fn walk(
        &self,
        cx: &CheckContext<'_>,
        model: &SettingsModel,
        setting: &Setting,
        node: &Node,
        path: &mut Vec<String>,
        out: &mut Vec<Finding>,
    ) {
        match &node.value {
            Value::Str(text) => {
                let name = path.last().map_or("", String::as_str);
                let what = if is_secret_name(name) && is_secret_value(text) {
                    "a written secret"
                } else if holds_password(text) {
                    "a URL with a password"
                } else {
                    return;
                };
                out.push(self.found(cx, model, setting, node, path, what));
            }
            Value::Dict(dict) if path.len() < DEPTH => {
                for entry in &dict.entries {
                    let Some(key) = entry.key.as_str() else { continue };
                    path.push(key.to_owned());
                    // A URL that was read from the environment fills the dict, or its default does.
                    let filled = entry.value.env.is_empty()
                        && !node.env.is_empty()
                        && (entry.value.at.is_none() || entry.value.at == node.at);
                    let read = filled.then(|| Node { env: node.env.clone(), ..entry.value.clone() });
                    self.walk(cx, model, setting, read.as_ref().unwrap_or(&entry.value), path, out);
                    path.pop();
                }
            }
            Value::List(items) | Value::Tuple(items) if path.len() < DEPTH => {
                for item in &items.items {
                    if let Value::Dict(_) = item.value {
                        self.walk(cx, model, setting, item, path, out);
                    } else if item.as_str().is_some_and(holds_password) {
                        out.push(self.found(cx, model, setting, item, path, "a URL with a password"));
                    }
                }
            }
            _ => {}
        }
    }

    fn found(
        &self,
        cx: &CheckContext<'_>,
        model: &SettingsModel,
        setting: &Setting,
        node: &Node,
        path: &[String],
        what: &str,
    ) -> Finding {
        let symbol = clean(&path.join("."));
        let at = node.at.or_else(|| setting.decided_at()).unwrap_or_else(|| module_start(cx, model));
        let span = first_line(cx, at);
        let is_fallback = node.env.iter().any(|r| !r.supplied);
        let message = if is_fallback {
            let names: Vec<_> = node.env_names().map(|n| format!("`{}`", clean(n))).collect();
            format!(
                "`{symbol}` falls back to {what} when the environment does not set {}",
                names.join(" or ")
            )
        } else {
            format!("`{symbol}` is {what}")
        };
        let mut found = Finding::new(self.id(), symbol.clone(), Label::new(span, "written here"), message)
            .related(chain(setting, span));
        if is_fallback {
            found.severity = Some(Severity::Low);
            found.confidence = Some(Confidence::Med);
        }
        let last = path.last().map_or("", String::as_str);
        let name = match path {
            [first, .., key] if first == "DATABASES" => format!("DATABASE_{}", key.to_uppercase()),
            [first, .., key] if path.len() > 1 => format!("{first}_{}", key.to_uppercase()),
            _ => last.to_owned(),
        };
        let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let operations = match (node.at, is_fallback) {
            (Some(at), false) => environment::require_at(cx, model, setting, at, &name),
            _ => Err(String::new()),
        };
        Remedy {
            title: format!("Read `{symbol}` from the environment"),
            effect: Effect::Choose,
            note: format!(
                "Set `{}` in production's environment before you deploy, with a new value: the old one is in the history.",
                environment::variable(model, &name)
            ),
            by_hand: format!("Take `{symbol}` out of the code and supply a new value from the environment"),
        }
        .attach(found, operations)
    }
}
