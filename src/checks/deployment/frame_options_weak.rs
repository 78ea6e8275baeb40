//! `X_FRAME_OPTIONS` lets pages be framed. Not judged where no middleware sends the header, which is a finding of
//! its own. <https://docs.djangoproject.com/en/stable/ref/settings/#x-frame-options>

use crate::checks::support::fixes::{Operations, Remedy, reads_in, set};
use crate::checks::support::middleware::{CLICKJACKING, stack};
use crate::checks::support::settings::{finding, hidden, label, no_settings, show, wording};
use crate::checks::{Check, CheckContext};
use crate::edit::Code;
use crate::finding::{Effect, Outcome};
use crate::settings::{Node, SettingsModel, Truth, Value};

pub(crate) struct FrameOptionsWeak;

const NAME: &str = "X_FRAME_OPTIONS";

impl Check for FrameOptionsWeak {
    fn id(&self) -> &'static str {
        "frame-options-weak"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        let sent = match stack(model) {
            Ok(Some(stack)) => stack.has(CLICKJACKING, "frame"),
            Ok(None) => Truth::No,
            Err(_) => Truth::Maybe,
        };
        if sent == Truth::No {
            return Outcome::not_applicable("no middleware sends `X-Frame-Options`");
        }
        let seen = label(cx, model, NAME);
        if let Some(cause) = hidden(model, NAME) {
            return Outcome::unknown(format!("`{NAME}` cannot be told: {cause}."), vec![seen]);
        }
        let Some(setting) = model.get(NAME) else {
            return Outcome::pass(format!("`{NAME}` is not set, and the default is `\"DENY\"`."), vec![seen]);
        };
        match denies(&setting.node) {
            Truth::Yes => Outcome::pass(format!("{}.", wording(model, NAME)), vec![seen]),
            Truth::Maybe => Outcome::unknown(format!("{}.", wording(model, NAME)), vec![seen]),
            Truth::No => {
                let who = match setting.node.as_str() {
                    Some(text) if text.eq_ignore_ascii_case("sameorigin") => "pages of the same site",
                    Some(_) | None => "other sites",
                };
                let message = format!("{}, so {who} may frame its pages", wording(model, NAME));
                let found = finding(cx, model, self.id(), NAME, message.clone());
                let found = Remedy {
                    title: format!("Set `{NAME}` to `\"DENY\"`"),
                    effect: Effect::Tightens,
                    note: "Browsers refuse to show the pages inside any frame.".to_owned(),
                    by_hand: format!("Set `{NAME} = \"DENY\"` where production's value is decided"),
                }
                .attach(found, deny(cx, model));
                Outcome::fail(format!("{message}."), vec![found])
            }
        }
    }
}

/// What makes the header refuse every frame, where it does not.
pub(super) fn deny(cx: &CheckContext<'_>, model: &SettingsModel) -> Operations {
    match model.get(NAME) {
        Some(setting) if denies(&setting.node) == Truth::No => {
            if reads_in(cx, &setting.node).is_empty() {
                set(cx, model, NAME, Code::str("DENY"))
            } else {
                Err(format!("`{}` comes from the environment", show(&setting.node)))
            }
        }
        _ => Ok(Vec::new()),
    }
}

fn denies(node: &Node) -> Truth {
    match &node.value {
        Value::Str(text) => text.eq_ignore_ascii_case("deny").into(),
        Value::Unknown(_) | Value::PartlyStr(_) => Truth::Maybe,
        _ => Truth::No,
    }
}
