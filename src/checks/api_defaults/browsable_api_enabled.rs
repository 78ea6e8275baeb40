//! The browsable API answers browsers in production: `DEFAULT_RENDERER_CLASSES` is absent, or names
//! `BrowsableAPIRenderer`, `AdminRenderer` or a class of the project that is made of one. A public developer's API may want it; that is a case for a waiver.
//! <https://www.django-rest-framework.org/api-guide/renderers/#setting-the-renderers>

use crate::checks::support::classes;
use crate::checks::support::fixes::{Operations, Remedy};
use crate::checks::support::lists::{last_part, name_of, remove, texts};
use crate::checks::support::rest::{self, Key};
use crate::checks::{Check, CheckContext};
use crate::edit::Code;
use crate::finding::{Effect, Outcome};
use crate::settings::{Node, SettingsModel};

pub(crate) struct BrowsableApiEnabled;

const KEY: &str = "DEFAULT_RENDERER_CLASSES";
const JSON: &str = "rest_framework.renderers.JSONRenderer";

/// Also by a class of the project that is one.
fn is_browsable(cx: &CheckContext<'_>, node: &Node) -> bool {
    let stock = |name: &str| {
        name.starts_with("rest_framework.")
            && matches!(last_part(name), "BrowsableAPIRenderer" | "AdminRenderer")
    };
    name_of(node).is_some_and(|name| stock(name) || classes::comes_from(cx.index, name, stock))
}

impl Check for BrowsableApiEnabled {
    fn id(&self) -> &'static str {
        "browsable-api-enabled"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let model = match rest::judged(cx) {
            Ok(model) => model,
            Err(outcome) => return outcome,
        };
        let seen = vec![rest::label_of(cx, model, KEY)];
        let (message, operations) = match rest::key(model, KEY) {
            Key::Unclear(cause) => return rest::unclear(cx, model, KEY, &cause),
            Key::Absent => (
                format!(
                    "{}, and DRF's default answers browsers with the browsable API",
                    rest::wording(model, KEY)
                ),
                rest::set_key(cx, model, KEY, Code::List(vec![Code::str(JSON)])),
            ),
            Key::Set(node) => {
                let Some(list) = node.as_items() else {
                    return rest::unclear(cx, model, KEY, "it is not a list of classes");
                };
                let browsable: Vec<_> = list.items.iter().filter(|item| is_browsable(cx, item)).collect();
                match (browsable.first(), &list.rest) {
                    (Some(first), _) => {
                        let name = name_of(first).map_or("a browsable renderer", last_part);
                        let message = format!("`{KEY}` names `{name}`, so browsers get pages with forms");
                        (message, without(cx, model, node, &browsable))
                    }
                    (None, Some(cause)) => return rest::unclear(cx, model, KEY, cause),
                    (None, None) if list.items.iter().any(|i| name_of(i).is_none()) => {
                        return rest::unclear(cx, model, KEY, "not every class can be told");
                    }
                    (None, None) => return Outcome::pass(format!("{}.", rest::wording(model, KEY)), seen),
                }
            }
        };
        let found = rest::finding(cx, model, self.id(), KEY, message.clone());
        let found = Remedy {
            title: "Answer in JSON only".to_owned(),
            effect: Effect::Reshapes,
            note: "Browsers get JSON instead of pages with forms; programs see no difference.".to_owned(),
            by_hand: format!("Take the browsable renderers out of `{KEY}` for production"),
        }
        .attach(found, operations);
        Outcome::fail(format!("{message}."), vec![found])
    }
}

/// Takes the renderers out of their display; where that is shared, sets the key to the other classes.
fn without(cx: &CheckContext<'_>, model: &SettingsModel, list: &Node, browsable: &[&Node]) -> Operations {
    let all = list.as_items().map_or(0, |i| i.items.len());
    if browsable.len() == all {
        return rest::set_key(cx, model, KEY, Code::List(vec![Code::str(JSON)]));
    }
    if let [one] = browsable
        && let Ok(operations) = remove(cx, model, rest::NAME, list, one)
    {
        return Ok(operations);
    }
    let others = texts(list).ok_or("the list holds more than plain texts")?;
    let names: Vec<_> = browsable.iter().filter_map(|b| b.as_str()).map(Code::str).collect();
    let others = others.into_iter().filter(|c| !names.contains(c)).collect();
    rest::set_key(cx, model, KEY, Code::List(others))
}
