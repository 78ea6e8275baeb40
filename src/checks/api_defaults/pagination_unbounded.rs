//! List views return as many rows as there are, or as a client asks for: no default pagination class, no page size,
//! or a class whose size the client chooses without a maximum. Class, size and maximum are judged as one. Views that
//! set their own `pagination_class` are not looked at here.
//! <https://www.django-rest-framework.org/api-guide/pagination/>

use crate::checks::support::classes::find;
use crate::checks::support::fixes::Remedy;
use crate::checks::support::lists::{last_part, name_of};
use crate::checks::support::paginators::{Bound, PAGE_NUMBER, bound, limit_pages};
use crate::checks::support::rest::{self, Key};
use crate::checks::{Check, CheckContext};
use crate::edit::Code;
use crate::finding::{Effect, Outcome};
use crate::settings::{Node, SettingsModel, Truth, Value};

pub(crate) struct PaginationUnbounded;

const CLASS: &str = "DEFAULT_PAGINATION_CLASS";
const SIZE: &str = "PAGE_SIZE";

impl Check for PaginationUnbounded {
    fn id(&self) -> &'static str {
        "pagination-unbounded"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let model = match rest::judged(cx) {
            Ok(model) => model,
            Err(outcome) => return outcome,
        };
        let seen = vec![rest::label_of(cx, model, CLASS), rest::label_of(cx, model, SIZE)];
        let size = match rest::key(model, SIZE) {
            Key::Absent => Truth::No,
            Key::Set(node) => node.truthy(),
            Key::Unclear(_) => Truth::Maybe,
        };
        let class = match rest::key(model, CLASS) {
            Key::Unclear(cause) => return rest::unclear(cx, model, CLASS, &cause),
            Key::Set(Node { value: Value::None, .. }) | Key::Absent => return self.no_class(cx, model, size),
            Key::Set(node) => match name_of(node) {
                Some(name) => name,
                None => return rest::unclear(cx, model, CLASS, "it is not a class"),
            },
        };
        let short = last_part(class);
        match (bound(cx, class), size) {
            (Bound::Always, _) => Outcome::pass(format!("`{short}` sets a page size and a maximum."), seen),
            (Bound::BySize, Truth::Yes) => Outcome::pass(
                format!("`{short}` returns pages of a fixed size: {}.", rest::wording(model, SIZE)),
                seen,
            ),
            (Bound::BySize, Truth::Maybe) => {
                Outcome::unknown(format!("{}.", rest::wording(model, SIZE)), seen)
            }
            (Bound::BySize, Truth::No) => {
                let message = format!(
                    "`{CLASS}` is `{short}` but {}, so lists are not paged at all",
                    rest::wording(model, SIZE)
                );
                let found = rest::finding(cx, model, self.id(), SIZE, message.clone());
                let found =
                    remedy("Set a page size").attach(found, rest::set_key(cx, model, SIZE, Code::Int(50)));
                Outcome::fail(format!("{message}."), vec![found])
            }
            (Bound::Never(why), _) => {
                let message = format!("`{CLASS}` is `{short}`, {why}");
                let found = rest::finding(cx, model, self.id(), CLASS, message.clone());
                let found = match find(cx.index, class).and_then(|id| limit_pages(cx, id)) {
                    Some(fix) => found.fix(fix),
                    None => found.instruction(
                        "Subclass it with a maximum (`max_limit` or `max_page_size`) and name the subclass in \
                         `DEFAULT_PAGINATION_CLASS`.",
                    ),
                };
                Outcome::fail(format!("{message}."), vec![found])
            }
            (Bound::Unclear(cause), _) => {
                Outcome::unknown(format!("what `{short}` allows cannot be told: {cause}."), seen)
            }
        }
    }
}

fn remedy(title: &str) -> Remedy {
    Remedy {
        title: title.to_owned(),
        effect: Effect::Reshapes,
        note: "List answers come in pages of 50 with `count`, `next` and `previous`; clients that expect a plain \
               list must follow."
            .to_owned(),
        by_hand: format!("Set `{CLASS}` and `{SIZE}` in `REST_FRAMEWORK`"),
    }
}

impl PaginationUnbounded {
    fn no_class(&self, cx: &CheckContext<'_>, model: &SettingsModel, size: Truth) -> Outcome {
        let message = match size {
            Truth::Yes => {
                format!("{}, so `{SIZE}` has no effect and lists hold every row", rest::wording(model, CLASS))
            }
            Truth::No | Truth::Maybe => format!("{}, so lists hold every row", rest::wording(model, CLASS)),
        };
        let found = rest::finding(cx, model, self.id(), CLASS, message.clone());
        let mut entries = vec![(CLASS, Code::str(PAGE_NUMBER))];
        if size == Truth::No {
            entries.push((SIZE, Code::Int(50)));
        }
        let operations = rest::set_keys(cx, model, entries);
        let found = remedy("Page all lists").attach(found, operations);
        Outcome::fail(format!("{message}."), vec![found])
    }
}
