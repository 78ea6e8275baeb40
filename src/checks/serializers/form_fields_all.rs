//! `fields = "__all__"` in a model form: every editable column of the model is an input, whatever the page shows.
//!
//! Forms of the admin, for trusted staff, are passed over.
//! <https://docs.djangoproject.com/en/stable/topics/forms/modelforms/#selecting-the-fields-to-use>

use crate::checks::support::serializers::{self, Fields};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::views;
use crate::checks::support::whole::{self, Whole};
use crate::checks::{Check, CheckContext};
use crate::finding::{Finding, Label, Outcome};
use crate::index::ClassId;
use crate::index::items::ValueItem;
use crate::settings::Truth;

pub(crate) struct FormFieldsAll;

const ID: &str = "form-fields-all";

impl Check for FormFieldsAll {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let all = serializers::model_forms(cx);
        let views = edit_views(cx);
        if all.is_empty() && views.is_empty() {
            return Outcome::not_applicable("there is no model form here");
        }
        let mut tally = Tally::default();
        for (class, value) in views {
            match serializers::read_fields(cx.index, class, value) {
                Fields::All => tally.findings.push(of_view(cx, class, value)),
                Fields::Named(_) => tally.passed.push(Label::new(value.at, "names its fields")),
                Fields::Unclear => tally.unclear.push(Label::new(value.at, "the list is computed")),
            }
        }
        for class in all {
            let Some(value) = serializers::own_meta_value(cx.index, class, "fields") else { continue };
            let Some(meta) = cx.index.meta(class) else { continue };
            match serializers::read_fields(cx.index, meta, value) {
                Fields::Named(_) => tally.passed.push(Label::new(value.at, "names its fields")),
                Fields::Unclear if whole::is_built_from_names(cx, value) => {
                    tally.passed.push(Label::new(value.at, "names its fields"));
                }
                Fields::Unclear => tally.unclear.push(Label::new(value.at, "the list is computed")),
                Fields::All if !serializers::has_model(cx, class) => {
                    tally.passed.push(Label::new(value.at, "a base without a model"));
                }
                Fields::All if whole::is_for_admin(cx, class) => {
                    tally.passed.push(Label::new(value.at, "a form of the admin"));
                }
                Fields::All => {
                    let name = &cx.index.class(class).name;
                    let message = format!("`{name}` takes every editable column of its model");
                    tally.findings.push(whole::of_form(cx, &Whole { check: ID, class, value, message }));
                }
            }
        }
        tally.outcome(&Words {
            places: "lists of form fields",
            wrong: "take the whole model",
            right: "name their fields",
            none: "No model form lists fields of its own.",
        })
    }
}

/// Django's views that make a form from a model, and their `fields`.
fn edit_views<'a>(cx: &CheckContext<'a>) -> Vec<(ClassId, &'a ValueItem)> {
    let index = cx.index;
    let classes = index.classes().filter(|(_, c)| !views::is_beside(cx, c.at.file));
    let with_fields = classes.filter_map(|(id, class)| Some((id, class.attribute("fields")?)));
    with_fields
        .filter(|(id, _)| index.is_subclass_of(*id, "django.views.generic.edit.ModelFormMixin") == Truth::Yes)
        .collect()
}

fn of_view(cx: &CheckContext<'_>, class: ClassId, value: &ValueItem) -> Finding {
    let name = &cx.index.class(class).name;
    let message = format!("The form of `{name}` takes every editable column of its model.");
    let symbol = format!("{}.fields", cx.index.class_name(class));
    Finding::new(ID, symbol, Label::new(value.at, "not named one by one"), message)
        .instruction("Name the fields that users may set, and nothing else.")
}
