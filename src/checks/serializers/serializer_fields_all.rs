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
use crate::finding::{Label, Outcome};
use crate::index::ClassId;

pub(crate) struct SerializerFieldsAll;

const ID: &str = "serializer-fields-all";

impl Check for SerializerFieldsAll {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let words = Words {
            places: "lists of serializer fields",
            wrong: "take the whole model",
            right: "name their fields",
            none: "No model serializer lists fields of its own.",
        };
        serializers::judge_each(cx, &words, judge)
    }
}

fn judge(cx: &CheckContext<'_>, class: ClassId, tally: &mut Tally) {
    let Some(value) = serializers::own_meta_value(cx.index, class, "fields") else { return };
    let Some(meta) = cx.index.meta(class) else { return };
    match serializers::read_fields(cx.index, meta, value) {
        Fields::Named(_) => tally.passed.push(Label::new(value.at, "names its fields")),
        Fields::Unclear if whole::is_built_from_names(cx, value) => {
            tally.passed.push(Label::new(value.at, "names its fields"));
        }
        Fields::Unclear => tally.unclear.push(Label::new(value.at, "the list is computed")),
        Fields::All => {
            let name = &cx.index.class(class).name;
            let message = format!("`{name}` sends and takes every column of its model");
            tally.findings.push(whole::of_serializer(cx, &Whole { check: ID, class, value, message }));
        }
    }
}
