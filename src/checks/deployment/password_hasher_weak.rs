//! The first of `PASSWORD_HASHERS`, with which new passwords are stored, is a fast hash.
//! <https://docs.djangoproject.com/en/stable/topics/auth/passwords/>

use crate::checks::support::fixes::Remedy;
use crate::checks::support::lists::{Among, insert, last_part, name_of, remove};
use crate::checks::support::settings::{element_place, finding, judged_setting, wording};
use crate::checks::{Check, CheckContext};
use crate::finding::{Effect, Outcome};

pub(crate) struct PasswordHasherWeak;

const NAME: &str = "PASSWORD_HASHERS";
const STRONG: &str = "django.contrib.auth.hashers.PBKDF2PasswordHasher";
const WEAK: &[&str] = &[
    "CryptPasswordHasher",
    "MD5PasswordHasher",
    "SHA1PasswordHasher",
    "UnsaltedMD5PasswordHasher",
    "UnsaltedSHA1PasswordHasher",
];

impl Check for PasswordHasherWeak {
    fn id(&self) -> &'static str {
        "password-hasher-weak"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let absent =
            |seen| Outcome::pass(format!("`{NAME}` is left to Django, which starts with PBKDF2."), seen);
        let (model, setting, seen) = match judged_setting(cx, NAME, absent) {
            Ok(found) => found,
            Err(outcome) => return outcome,
        };
        let Some(first) = setting.node.as_items().and_then(|i| i.items.first()) else {
            return Outcome::unknown(format!("{}.", wording(model, NAME)), vec![seen]);
        };
        let Some(class) = name_of(first) else {
            return Outcome::unknown(format!("the first entry of `{NAME}` cannot be told."), vec![seen]);
        };
        let short = last_part(class);
        if !WEAK.contains(&short) {
            return Outcome::pass(format!("`{NAME}` starts with `{short}`."), vec![seen]);
        }
        let message = format!("`{NAME}` starts with `{short}`, so new passwords are stored with a fast hash");
        let mut found = finding(cx, model, self.id(), NAME, message.clone());
        found.primary.span = element_place(cx, found.primary.span, first);
        // A strong one further down is moved, so that it does not stand there twice.
        let items = &setting.node.as_items().expect("internal error: it has a first element").items;
        let later = items.iter().find(|item| name_of(item) == Some(STRONG));
        let operations = later
            .map_or(Ok(Vec::new()), |later| remove(cx, model, NAME, &setting.node, later))
            .and_then(|mut operations| {
                operations.extend(insert(cx, model, NAME, STRONG, Among::First)?);
                Ok(operations)
            });
        let found = Remedy {
            title: format!("Put `PBKDF2PasswordHasher` first in `{NAME}`"),
            effect: Effect::Reshapes,
            note: "Stored passwords still work and are hashed anew at the next login, which takes longer."
                .to_owned(),
            by_hand: format!("Put a slow hasher such as `\"{STRONG}\"` first in `{NAME}`"),
        }
        .attach(found, operations);
        Outcome::fail(format!("{message}."), vec![found])
    }
}
