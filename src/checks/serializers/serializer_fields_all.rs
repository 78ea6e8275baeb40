//! `fields = "__all__"` in the `Meta` of a model serializer: every column of the model is sent and, unless read-only,
//! taken, those of next year too.
//!
//! Told is the `Meta` that writes it; serializers that inherit it are not told again. Serializers whose views are all for
//! chosen callers are told as a hint.
//! <https://www.django-rest-framework.org/api-guide/serializers/#specifying-which-fields-to-include>

use crate::checks::support::serializers::{self, Fields};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::whole::{self, Whole};
use crate::checks::{Check, CheckContext};
use crate::edit::{Code, Operation};
use crate::finding::{Label, Outcome};
use crate::index::ClassId;
use crate::index::items::ValueItem;

pub(crate) struct SerializerFieldsAll;

const ID: &str = "serializer-fields-all";

impl Check for SerializerFieldsAll {
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
            if let Some(value) = serializers::own_meta_value(cx.index, class, "fields") {
                judge(cx, class, value, &mut tally);
            }
        }
        tally.outcome(&Words {
            places: "lists of serializer fields",
            wrong: "take the whole model",
            right: "name their fields",
            none: "No model serializer lists fields of its own.",
        })
    }
}

fn judge(cx: &CheckContext<'_>, class: ClassId, value: &ValueItem, tally: &mut Tally) {
    let Some(meta) = cx.index.meta(class) else { return };
    match serializers::read_fields(cx.index, meta, value) {
        Fields::Named(_) => return tally.passed.push(Label::new(value.at, "names its fields")),
        Fields::Unclear => {
            if whole::is_built_from_names(cx, value) {
                return tally.passed.push(Label::new(value.at, "names its fields"));
            }
            return tally.unclear.push(Label::new(value.at, "the list is computed"));
        }
        Fields::All => {}
    }
    let name = &cx.index.class(class).name;
    let finding = whole::of_serializer(
        cx,
        &Whole {
            check: ID,
            class,
            at: value.at,
            symbol: format!("{}.Meta.fields", cx.index.class_name(class)),
            message: format!("`{name}` sends and takes every column of its model"),
            left_out: &[],
            operations: &|names| {
                let items = names.iter().map(Code::str).collect();
                vec![Operation::ReplaceExpression { at: value.value_at, with: Code::List(items) }]
            },
        },
    );
    tally.findings.push(finding);
}
