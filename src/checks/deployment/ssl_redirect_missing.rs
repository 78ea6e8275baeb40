//! `SECURE_SSL_REDIRECT` is off: a request over plain HTTP is answered instead of being sent to HTTPS. A redirect
//! at the edge (a proxy, a load balancer) is not seen here; a waiver is the place to say so.
//! <https://docs.djangoproject.com/en/stable/ref/settings/#secure-ssl-redirect>

use crate::checks::support::flag::{self, Flag};
use crate::checks::support::settings::no_settings;
use crate::checks::{Check, CheckContext};
use crate::finding::{Effect, Outcome};

pub(crate) struct SslRedirectMissing;

impl Check for SslRedirectMissing {
    fn id(&self) -> &'static str {
        "ssl-redirect-missing"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        let flag = Flag {
            check: self.id(),
            name: "SECURE_SSL_REDIRECT",
            wanted: true,
            default: false,
            consequence: "so requests over plain HTTP are answered",
            effect: Effect::Tightens,
            effect_note: "Requests over plain HTTP are redirected to HTTPS; behind a proxy that ends TLS, set \
                          `SECURE_PROXY_SSL_HEADER` too, or the redirect never ends.",
            severity: None,
        };
        flag::judge(cx, model, &flag)
    }
}
