//! The middleware stack: whether a class is in it, and how a missing one is put in at its right place.

use crate::checks::CheckContext;
use crate::finding::{Effect, Outcome, Severity};
use crate::settings::{Items, Node, SettingsModel, Truth};

use super::classes::inherits;
use super::fixes::{Operations, Remedy};
use super::lists::{Among, insert, last_part, name_of};
use super::settings::{finding, hidden, label, own};

pub(crate) const SECURITY: &str = "django.middleware.security.SecurityMiddleware";
pub(crate) const SESSION: &str = "django.contrib.sessions.middleware.SessionMiddleware";
pub(crate) const COMMON: &str = "django.middleware.common.CommonMiddleware";
pub(crate) const CSRF: &str = "django.middleware.csrf.CsrfViewMiddleware";
pub(crate) const AUTHENTICATION: &str = "django.contrib.auth.middleware.AuthenticationMiddleware";
pub(crate) const CLICKJACKING: &str = "django.middleware.clickjacking.XFrameOptionsMiddleware";
pub(crate) const CORS: &str = "corsheaders.middleware.CorsMiddleware";

/// The list of middleware and the name of the setting that holds it.
pub(crate) struct Stack<'a> {
    /// `MIDDLEWARE`, or `MIDDLEWARE_CLASSES` where only the old name is set.
    pub(crate) setting: &'static str,
    /// The list.
    pub(crate) items: &'a Items,
}

/// The stack, or why it cannot be told; `None` when nobody sets it.
pub(crate) fn stack(model: &SettingsModel) -> Result<Option<Stack<'_>>, String> {
    let setting = ["MIDDLEWARE", "MIDDLEWARE_CLASSES"].into_iter().find(|name| own(model, name).is_some());
    let Some(setting) = setting else {
        return match hidden(model, "MIDDLEWARE") {
            Some(cause) => Err(cause.to_owned()),
            None => Ok(None),
        };
    };
    let node = &own(model, setting).expect("internal error: the setting was just found").node;
    match node.as_items() {
        Some(items) => Ok(Some(Stack { setting, items })),
        None => Err(node.cause().unwrap_or("it is not a list").to_owned()),
    }
}

impl<'a> Stack<'a> {
    /// The position of a class.
    pub(crate) fn position(&self, class: &str) -> Option<usize> {
        self.items.items.iter().position(|item| name_of(item) == Some(class))
    }

    /// The element of a class.
    pub(crate) fn element(&self, class: &str) -> Option<&'a Node> {
        self.position(class).map(|i| &self.items.items[i])
    }

    /// Whether a class, or something that may stand for it, is in the stack. A project's own class whose name
    /// holds `keyword` may be a subclass, and so gives `Maybe`.
    pub(crate) fn has(&self, class: &str, keyword: &str) -> Truth {
        if self.element(class).is_some() {
            return Truth::Yes;
        }
        let stand_in = self.stand_in(keyword).is_some();
        let unread = self.items.rest.is_some() || self.items.items.iter().any(|i| name_of(i).is_none());
        if stand_in || unread { Truth::Maybe } else { Truth::No }
    }

    /// A middleware that is not Django's and whose name holds `keyword`.
    fn stand_in(&self, keyword: &str) -> Option<&'a str> {
        self.items
            .items
            .iter()
            .filter_map(name_of)
            .find(|name| !name.starts_with("django.") && last_part(name).to_lowercase().contains(keyword))
    }
}

/// A middleware that belongs into every stack.
pub(crate) struct Wanted {
    /// The check.
    pub(crate) check: &'static str,
    /// Its dotted name.
    pub(crate) class: &'static str,
    /// What a subclass of it would have in its name, in lower case.
    pub(crate) keyword: &'static str,
    /// What follows without it, as a clause.
    pub(crate) consequence: &'static str,
    /// Who notices the fix.
    pub(crate) effect: Effect,
    /// What changes for them.
    pub(crate) note: &'static str,
    /// Differs from the catalogue's.
    pub(crate) severity: Option<Severity>,
    /// What belongs to it: a setting that counts only once the middleware is there.
    pub(crate) with: Option<fn(&CheckContext<'_>, &SettingsModel) -> Operations>,
}

/// Judges whether the middleware is there; `among` names its right place in the stack.
pub(crate) fn judge(
    cx: &CheckContext<'_>,
    model: &SettingsModel,
    wanted: &Wanted,
    among: for<'s> fn(&Stack<'s>) -> Among<'s>,
) -> Outcome {
    let seen = label(cx, model, "MIDDLEWARE");
    let short = last_part(wanted.class);
    let stack = match stack(model) {
        Ok(stack) => stack,
        Err(cause) => return Outcome::unknown(format!("`MIDDLEWARE` cannot be told: {cause}."), vec![seen]),
    };
    let (name, present) = match &stack {
        Some(stack) => (stack.setting, stack.has(wanted.class, wanted.keyword)),
        None => ("MIDDLEWARE", Truth::No),
    };
    let seen = label(cx, model, name);
    let heir = stack.as_ref().and_then(|s| s.stand_in(wanted.keyword));
    if let Some(heir) = heir.filter(|heir| inherits(cx, heir, wanted.class) == Truth::Yes) {
        return Outcome::pass(format!("`{name}` holds `{heir}`, a subclass of `{short}`."), vec![seen]);
    }
    match present {
        Truth::Yes => Outcome::pass(format!("`{name}` holds `{short}`."), vec![seen]),
        Truth::Maybe => {
            let stack = stack.as_ref().expect("internal error: no stack is surely empty");
            let reason = match (stack.stand_in(wanted.keyword), &stack.items.rest) {
                (Some(other), _) => format!("`{name}` lacks `{short}`, but `{other}` may stand for it"),
                (None, Some(cause)) => format!("`{name}` may hold `{short}`: {cause}"),
                (None, None) => format!("`{name}` holds an entry that cannot be told"),
            };
            Outcome::unknown(format!("{reason}."), vec![seen])
        }
        Truth::No => {
            let message = match &stack {
                Some(_) => format!("`{name}` lacks `{short}`, {}", wanted.consequence),
                None => format!("`{name}` is not set, so `{short}` is missing, {}", wanted.consequence),
            };
            let operations = match &stack {
                Some(stack) => insert(cx, model, name, wanted.class, among(stack)).map(|mut operations| {
                    // Where its setting cannot be changed, that is a finding of its own afterwards.
                    let with = wanted.with.map(|with| with(cx, model));
                    operations.extend(with.and_then(Result::ok).unwrap_or_default());
                    operations
                }),
                None => Err("no middleware list is written yet".to_owned()),
            };
            let mut found = finding(cx, model, wanted.check, name, message.clone());
            found.severity = wanted.severity;
            let found = Remedy {
                title: format!("Add `{short}` to `{name}`"),
                effect: wanted.effect,
                note: wanted.note.to_owned(),
                by_hand: format!("Add `\"{}\"` to `{name}`", wanted.class),
            }
            .attach(found, operations);
            Outcome::fail(format!("{message}."), vec![found])
        }
    }
}
