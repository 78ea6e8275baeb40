//! `AUTH_PASSWORD_VALIDATORS` is empty, so any password is accepted. Whether the list that is there suits the project
//! is not judged. <https://docs.djangoproject.com/en/stable/topics/auth/passwords/#password-validation>

use crate::checks::support::fixes::{Remedy, set};
use crate::checks::support::settings::{finding, hidden, label, no_settings, own, wording};
use crate::checks::{Check, CheckContext};
use crate::edit::Code;
use crate::finding::{Effect, Outcome};
use crate::settings::Truth;

pub(crate) struct PasswordValidatorsMissing;

const NAME: &str = "AUTH_PASSWORD_VALIDATORS";
const STOCK: &[&str] = &[
    "UserAttributeSimilarityValidator",
    "MinimumLengthValidator",
    "CommonPasswordValidator",
    "NumericPasswordValidator",
];

impl Check for PasswordValidatorsMissing {
    fn id(&self) -> &'static str {
        "password-validators-missing"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        let seen = label(cx, model, NAME);
        let auth = own(model, "INSTALLED_APPS").map_or(Truth::Maybe, |apps| {
            apps.node.any_item(&|app| match app.as_str() {
                Some(name) => {
                    (name == "django.contrib.auth" || name.starts_with("django.contrib.auth.")).into()
                }
                None => Truth::Maybe,
            })
        });
        if auth == Truth::No {
            return Outcome::not_applicable("`django.contrib.auth` is not installed");
        }
        if let Some(cause) = hidden(model, NAME) {
            return Outcome::unknown(format!("`{NAME}` cannot be told: {cause}."), vec![seen]);
        }
        let state = wording(model, NAME);
        match model.get(NAME).map_or(Truth::No, |s| s.node.truthy()) {
            Truth::Yes => Outcome::pass(format!("{state}."), vec![seen]),
            Truth::Maybe => Outcome::unknown(format!("{state}."), vec![seen]),
            Truth::No => {
                let message = format!("{state}, so any password is accepted");
                let found = finding(cx, model, self.id(), NAME, message.clone());
                let entry = |class: &&str| {
                    let path = format!("django.contrib.auth.password_validation.{class}");
                    Code::Dict(vec![(Code::str("NAME"), Code::Str(path))])
                };
                let found = Remedy {
                    title: "Turn on Django's four password validators".to_owned(),
                    effect: Effect::Tightens,
                    note: "New passwords that are short, common, all digits or like the user's name are refused; \
                           stored ones keep working."
                        .to_owned(),
                    by_hand: format!("List Django's validators in `{NAME}`"),
                }
                .attach(found, set(cx, model, NAME, Code::List(STOCK.iter().map(entry).collect())));
                Outcome::fail(format!("{message}."), vec![found])
            }
        }
    }
}
