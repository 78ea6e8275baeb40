//! Every origin is let in and cookies go with the calls: django-cors-headers then answers each origin by its name,
//! so any site acts for a user who is logged in.
//! <https://github.com/adamchainz/django-cors-headers#cors_allow_credentials-bool>

use crate::checks::support::cors::{self, is_used, open_flag};
use crate::checks::support::fixes::{Remedy, set_truth};
use crate::checks::support::settings::{finding, label, no_settings, own, wording};
use crate::checks::{Check, CheckContext};
use crate::edit::Code;
use crate::finding::{Effect, Outcome};
use crate::settings::Truth;

pub(crate) struct CorsAllowAllWithCredentials;

const NAME: &str = "CORS_ALLOW_CREDENTIALS";

impl Check for CorsAllowAllWithCredentials {
    fn id(&self) -> &'static str {
        "cors-allow-all-with-credentials"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        if is_used(model) == Truth::No {
            return cors::not_used();
        }
        let (open_name, open) = open_flag(model);
        let credentials = own(model, NAME).map_or(Truth::No, |s| s.node.truthy());
        let seen = vec![label(cx, model, NAME), label(cx, model, open_name)];
        match open.and(credentials) {
            Truth::No if open == Truth::No => Outcome::pass(format!("{}.", wording(model, open_name)), seen),
            Truth::No => Outcome::pass(format!("{}.", wording(model, NAME)), seen),
            Truth::Maybe => Outcome::unknown(
                format!("{}, and {}.", wording(model, open_name), wording(model, NAME)),
                seen,
            ),
            Truth::Yes => {
                let message = format!(
                    "{}, and {}, so every site may act for a user who is logged in",
                    wording(model, open_name),
                    wording(model, NAME)
                );
                let found = finding(cx, model, self.id(), NAME, message.clone())
                    .related([label(cx, model, open_name)]);
                let found = Remedy {
                    title: format!("Set `{NAME}` to `False` for production"),
                    effect: Effect::Tightens,
                    note: "Calls from other origins no longer carry cookies; name your own origins in \
                           `CORS_ALLOWED_ORIGINS` if they need them."
                        .to_owned(),
                    by_hand: format!("Set `{NAME} = False`, or name the origins instead of letting all in"),
                }
                .attach(found, set_truth(cx, model, NAME, false, Code::Bool(false)));
                Outcome::fail(format!("{message}."), vec![found])
            }
        }
    }
}
