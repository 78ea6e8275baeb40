//! `SECURE_PROXY_SSL_HEADER` or `USE_X_FORWARDED_HOST` makes Django believe a header that any client can send unless
//! the proxy strips it. Code cannot tell what the proxy does, so the verdict is never more than "unknown".
//! <https://docs.djangoproject.com/en/stable/ref/settings/#secure-proxy-ssl-header>

use crate::checks::support::settings::{combine, finding, hidden, label, no_settings, wording};
use crate::checks::{Check, CheckContext};
use crate::finding::{Outcome, Severity};
use crate::settings::{SettingsModel, Truth};

pub(crate) struct ProxyHeaderTrusted;

impl Check for ProxyHeaderTrusted {
    fn id(&self) -> &'static str {
        "proxy-header-trusted"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        let scheme = self.trusted(cx, model, "SECURE_PROXY_SSL_HEADER", "which scheme the client used");
        let host = self.trusted(cx, model, "USE_X_FORWARDED_HOST", "which host the client asked for");
        let mut outcome = combine(vec![scheme, host]);
        outcome.places = (0, 0);
        outcome
    }
}

impl ProxyHeaderTrusted {
    fn trusted(
        &self,
        cx: &CheckContext<'_>,
        model: &SettingsModel,
        name: &'static str,
        what: &str,
    ) -> Outcome {
        let seen = label(cx, model, name);
        if let Some(cause) = hidden(model, name) {
            return Outcome::unknown(format!("`{name}` cannot be told: {cause}"), vec![seen]);
        }
        match model.get(name).map_or(Truth::No, |s| s.node.truthy()) {
            Truth::No => Outcome::pass(wording(model, name), vec![seen]),
            Truth::Maybe => Outcome::unknown(wording(model, name), vec![seen]),
            Truth::Yes => {
                let message = format!(
                    "{}, so a header says {what}; that is right only behind a proxy that removes the header from \
                     requests of clients",
                    wording(model, name)
                );
                let mut found = finding(cx, model, self.id(), name, message.clone()).instruction(
                    "Make sure that the proxy sets this header on every request and drops what clients send; \
                     then attest it.",
                );
                found.severity = Some(Severity::Low);
                let mut outcome = Outcome::unknown(message, vec![seen]);
                outcome.findings.push(found);
                outcome
            }
        }
    }
}
