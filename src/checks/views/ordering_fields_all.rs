//! `ordering_fields = "__all__"`: callers may sort by every column of the model, also by those that no answer shows, and
//! learn their values by the order.
//!
//! A view without an ordering filter is passed over, and so is one whose serializer shows every column anyway.
//! <https://www.django-rest-framework.org/api-guide/filtering/#specifying-which-fields-may-be-ordered-against>

use crate::checks::support::columns::{self, Sensitivity};
use crate::checks::support::serializers::{self, Fields};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::{filters, handlers, views};
use crate::checks::{Check, CheckContext};
use crate::edit::{Code, Operation};
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Outcome, Severity};
use crate::index::items::ValueItem;
use crate::index::{ClassId, Expression, Model};
use crate::settings::Truth;

pub(crate) struct OrderingFieldsAll;

const ID: &str = "ordering-fields-all";

impl Check for OrderingFieldsAll {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        for (class, value) in filters::attributes(cx, "ordering_fields") {
            judge(cx, class, value, &mut tally);
        }
        tally.outcome(&Words {
            places: "lists of columns to sort by",
            wrong: "hold every column",
            right: "name their columns, or show them all anyway",
            none: "No view says by which columns callers may sort, so only those that it shows count.",
        })
    }
}

fn judge(cx: &CheckContext<'_>, class: ClassId, value: &ValueItem, tally: &mut Tally) {
    match &value.value {
        Expression::Str(text) if &**text == "__all__" => {}
        Expression::List(_) | Expression::Tuple(_) | Expression::None => {
            return tally.passed.push(Label::new(value.at, "names its columns"));
        }
        _ => return tally.unclear.push(Label::new(value.at, "the list is computed")),
    }
    if filters::backend(cx, class, "OrderingFilter") == Truth::No {
        return tally.passed.push(Label::new(value.at, "no ordering filter reads it"));
    }
    let model = handlers::model_of(cx, class).and_then(|served| served.model);
    let shown = serializers::of_view(cx.index, class).map(|s| (s, serializers::fields(cx.index, s)));
    let hidden = model.and_then(|m| hidden(cx, m, shown.as_ref()));
    if hidden.as_ref().is_some_and(Vec::is_empty) {
        return tally.passed.push(Label::new(value.at, "every column is shown anyway"));
    }
    let name = &cx.index.class(class).name;
    let secret =
        hidden.as_ref().and_then(|h| h.iter().find(|f| columns::sensitivity(f) == Some(Sensitivity::Secret)));
    let what = match (secret, &hidden) {
        (Some(secret), _) => format!(", `{secret}` among them"),
        (None, Some(hidden)) => format!(", also by those that it does not show, such as `{}`", hidden[0]),
        (None, None) => String::new(),
    };
    let message = format!("Callers may sort the answers of `{name}` by every column of the model{what}.");
    let symbol = format!("{}.ordering_fields", cx.index.class_name(class));
    let mut finding = Finding::new(ID, symbol, Label::new(value.at, "every column"), message);
    finding.severity = secret.map(|_| Severity::Med);
    finding.confidence = hidden.is_none().then_some(Confidence::Low);
    let by_hand = "Name the columns that clients sort by, or remove the line: DRF then takes the fields of the serializer.";
    tally.findings.push(match columns_shown(model, shown) {
        Some(columns) => finding.fix(Fix {
            title: "Name the columns to sort by".to_owned(),
            effect: Effect::Reshapes,
            effect_note: "An order by a column that the view does not show is no longer followed.".to_owned(),
            operations: vec![Operation::ReplaceExpression {
                at: value.value_at,
                with: Code::Tuple(columns.into_iter().map(Code::Str).collect()),
            }],
        }),
        None => finding.instruction(by_hand),
    });
}

/// Columns of the model that the serializer does not show; `None` when that cannot be told.
fn hidden(cx: &CheckContext<'_>, model: &Model, shown: Option<&(ClassId, Fields)>) -> Option<Vec<String>> {
    let (serializer, fields) = shown?;
    let names = match fields {
        Fields::All => return model.is_complete.then(Vec::new),
        Fields::Named(names) => names,
        Fields::Unclear => return None,
    };
    let columns = model.fields.iter().filter(|f| !f.is_many() && !f.is_key);
    let missing = columns.filter(|f| !names.iter().any(|n| **n == *f.name || n == "id" && f.is_key));
    let missing: Vec<_> = missing.map(|f| f.name.to_string()).collect();
    // A field of the serializer may show a column under another name.
    let renamed = serializers::all_declared(cx.index, *serializer).iter().any(|(_, v)| {
        matches!(&v.value, Expression::Call(call) if call.keywords.iter().any(|(k, _)| &**k == "source"))
    });
    (model.is_complete && !(renamed && missing.is_empty()) || !missing.is_empty()).then_some(missing)
}

/// The columns that the serializer shows, which is what DRF takes by itself.
fn columns_shown(model: Option<&Model>, shown: Option<(ClassId, Fields)>) -> Option<Vec<String>> {
    let (_, Fields::Named(names)) = shown? else { return None };
    let model = model?;
    let is_plain = |name: &String| {
        model.field(name).is_some_and(|f| !f.is_many()) && columns::sensitivity(name).is_none()
    };
    let columns: Vec<_> = names.into_iter().filter(is_plain).collect();
    (!columns.is_empty()).then_some(columns)
}
