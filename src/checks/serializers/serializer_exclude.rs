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
use crate::index::items::ValueItem;
use crate::index::{ClassId, Expression};

pub(crate) struct SerializerExclude;

const ID: &str = "serializer-exclude";

impl Check for SerializerExclude {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let all = serializers::model_serializers(cx);
        if all.is_empty() {
            return Outcome::not_applicable("there is no model serializer here");
        }
        let mut tally = Tally::default();
        for class in all {
            match serializers::own_meta_value(cx.index, class, "exclude") {
                Some(value) => judge(cx, class, value, &mut tally),
                None if serializers::own_meta_value(cx.index, class, "fields").is_some() => {
                    let at = cx.index.class(class).name_at;
                    tally.passed.push(Label::new(at, "excludes nothing"));
                }
                None => {}
            }
            if let Some(why) = whole::meta_is_computed(cx, class) {
                tally.unclear.push(Label::new(cx.index.class(class).name_at, why));
            }
        }
        tally.outcome(&Words {
            places: "model serializers",
            wrong: "name fields by exception",
            right: "name the fields that they send",
            none: "No model serializer lists fields of its own.",
        })
    }
}

fn judge(cx: &CheckContext<'_>, class: ClassId, value: &ValueItem, tally: &mut Tally) {
    if value.value == Expression::None {
        return tally.passed.push(Label::new(value.at, "excludes nothing"));
    }
    let name = &cx.index.class(class).name;
    let left_out = whole::names(cx, class, value);
    let finding = whole::of_serializer(
        cx,
        &Whole {
            check: ID,
            class,
            at: value.at,
            symbol: format!("{}.Meta.exclude", cx.index.class_name(class)),
            message: format!("`{name}` sends and takes every column of its model but those it excludes"),
            left_out: left_out.as_deref().unwrap_or_default(),
            operations: &|names| match &left_out {
                Some(_) => whole::replace_exclude(cx, value, names),
                None => Vec::new(),
            },
        },
    );
    tally.findings.push(finding);
}
