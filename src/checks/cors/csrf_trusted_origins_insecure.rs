//! `CSRF_TRUSTED_ORIGINS` trusts plain HTTP origins, or every host. Origins on the developer's own machine are not
//! judged. <https://docs.djangoproject.com/en/stable/ref/settings/#csrf-trusted-origins>

use crate::checks::support::fixes::{Remedy, set_at_key};
use crate::checks::support::settings::{element_place, finding, judged_setting, wording};
use crate::checks::{Check, CheckContext};
use crate::edit::Code;
use crate::finding::{Effect, Outcome};
use crate::source::clean;

pub(crate) struct CsrfTrustedOriginsInsecure;

const NAME: &str = "CSRF_TRUSTED_ORIGINS";

impl Check for CsrfTrustedOriginsInsecure {
    fn id(&self) -> &'static str {
        "csrf-trusted-origins-insecure"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let absent = |_| Outcome::not_applicable(format!("`{NAME}` is not set"));
        let (model, setting, seen) = match judged_setting(cx, NAME, absent) {
            Ok(found) => found,
            Err(outcome) => return outcome,
        };
        let Some(items) = setting.node.as_items() else {
            return Outcome::unknown(format!("{}.", wording(model, NAME)), vec![seen]);
        };
        let mut findings = Vec::new();
        for item in &items.items {
            let Some(origin) = item.as_str() else { continue };
            let shown = clean(origin);
            let (message, replacement) = if is_everything(origin) {
                (format!("`{NAME}` holds `{shown}`, which trusts every host"), None)
            } else if let Some(host) = origin.strip_prefix("http://").filter(|host| !is_local(host)) {
                let message =
                    format!("`{NAME}` holds `{shown}`, so pages fetched over plain HTTP may post forms");
                (message, Some(format!("https://{host}")))
            } else {
                continue;
            };
            let mut found = finding(cx, model, self.id(), NAME, message);
            found.primary.span = element_place(cx, found.primary.span, item);
            let operations = match (replacement, item.at, item.env.is_empty()) {
                (Some(text), Some(at), true) => set_at_key(cx, model, setting, at, Code::Str(text)),
                (Some(_), _, _) => Err("the origin is not written as a text of its own".to_owned()),
                (None, ..) => Err(String::new()),
            };
            let found = Remedy {
                title: "Trust the origin over HTTPS only".to_owned(),
                effect: Effect::Tightens,
                note: "Forms on pages that were fetched over plain HTTP get 403.".to_owned(),
                by_hand: format!("Name in `{NAME}` the origins that may post, each with `https://`"),
            }
            .attach(found, operations);
            findings.push(found);
        }
        if findings.is_empty() {
            return match (&items.rest, items.items.iter().all(|i| i.as_str().is_some())) {
                (None, true) => Outcome::pass(format!("{}.", wording(model, NAME)), vec![seen]),
                _ => Outcome::unknown(format!("not every entry of `{NAME}` can be told."), vec![seen]),
            };
        }
        Outcome::fail(format!("{}.", findings[0].message), findings)
    }
}

fn is_local(host: &str) -> bool {
    let name = host.split([':', '/']).next().unwrap_or_default();
    matches!(name, "localhost" | "127.0.0.1" | "0.0.0.0" | "[")
        || matches!(name.rsplit('.').next(), Some("localhost" | "local"))
}

/// `*`, `https://*`, and a star above a whole top-level domain.
fn is_everything(origin: &str) -> bool {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    host == "*" || host.strip_prefix("*.").is_some_and(|rest| !rest.is_empty() && !rest.contains('.'))
}
