//! `exclude` in the `Meta` of a model serializer: every column but some is sent, and each that somebody adds to the model
//! later is published at once.
//!
//! Told is the `Meta` that writes it. `exclude` with an empty list says the same as `"__all__"` and is told too.
//! <https://www.django-rest-framework.org/api-guide/serializers/#specifying-which-fields-to-include>

use crate::checks::support::serializers;
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::whole::{self, Whole};
use crate::checks::{Check, CheckContext};
use crate::finding::{Label, Outcome};
use crate::index::{ClassId, Expression};

pub(crate) struct SerializerExclude;

const ID: &str = "serializer-exclude";

impl Check for SerializerExclude {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let words = Words {
            places: "model serializers",
            wrong: "name fields by exception",
            right: "name the fields that they send",
            none: "No model serializer lists fields of its own.",
        };
        serializers::judge_each(cx, &words, judge)
    }
}

fn judge(cx: &CheckContext<'_>, class: ClassId, tally: &mut Tally) {
    let item = cx.index.class(class);
    match serializers::own_meta_value(cx.index, class, "exclude") {
        Some(value) if value.value == Expression::None => {
            tally.passed.push(Label::new(value.at, "excludes nothing"));
        }
        Some(value) => {
            let name = &item.name;
            let message = format!("`{name}` sends and takes every column of its model but those it excludes");
            tally.findings.push(whole::of_serializer(cx, &Whole { check: ID, class, value, message }));
        }
        None if serializers::own_meta_value(cx.index, class, "fields").is_some() => {
            tally.passed.push(Label::new(item.name_at, "excludes nothing"));
        }
        None => {}
    }
    if let Some(why) = whole::meta_is_computed(cx, class) {
        tally.unclear.push(Label::new(item.name_at, why));
    }
}
