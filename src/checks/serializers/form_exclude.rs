//! `exclude` in a model form: every editable column but some is an input, and so is each that somebody adds later.
//!
//! Forms of the admin, for trusted staff, are passed over; `exclude` beside `fields` only takes away and is no flaw.
//! <https://docs.djangoproject.com/en/stable/topics/forms/modelforms/#selecting-the-fields-to-use>

use crate::checks::support::serializers;
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::whole::{self, Whole};
use crate::checks::{Check, CheckContext};
use crate::finding::{Label, Outcome};
use crate::index::ClassId;
use crate::index::items::ValueItem;

pub(crate) struct FormExclude;

const ID: &str = "form-exclude";

impl Check for FormExclude {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let all = serializers::model_forms(cx);
        if all.is_empty() {
            return Outcome::not_applicable("there is no model form here");
        }
        let mut tally = Tally::default();
        for class in all {
            let fields = serializers::own_meta_value(cx.index, class, "fields");
            match (serializers::own_meta_value(cx.index, class, "exclude"), fields) {
                (Some(value), None) => judge(cx, class, value, &mut tally),
                (Some(value), Some(_)) => {
                    tally.passed.push(Label::new(value.at, "takes away from those that `fields` names"));
                }
                (None, Some(value)) => tally.passed.push(Label::new(value.at, "excludes nothing")),
                (None, None) => {}
            }
            if let Some(why) = whole::meta_is_computed(cx, class) {
                tally.unclear.push(Label::new(cx.index.class(class).name_at, why));
            }
        }
        tally.outcome(&Words {
            places: "model forms",
            wrong: "name fields by exception",
            right: "name the fields that they take",
            none: "No model form lists fields of its own.",
        })
    }
}

fn judge(cx: &CheckContext<'_>, class: ClassId, value: &ValueItem, tally: &mut Tally) {
    if !serializers::has_model(cx, class) {
        return tally.passed.push(Label::new(value.at, "a base without a model"));
    }
    if whole::is_for_admin(cx, class) {
        return tally.passed.push(Label::new(value.at, "a form of the admin"));
    }
    let name = &cx.index.class(class).name;
    let message = format!("`{name}` takes every editable column of its model but those it excludes");
    tally.findings.push(whole::of_form(cx, &Whole { check: ID, class, value, message }));
}
