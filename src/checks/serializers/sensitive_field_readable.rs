//! A serializer that sends a secret: a column named `password`, `token` and the like is among its fields and is not
//! write-only.
//!
//! Judged are names, where the model has such a column or the serializer declares such a field. Serializers that hand
//! out a token on purpose (login, creation of a key) are passed over by what they are called.
//! <https://www.django-rest-framework.org/api-guide/serializers/#additional-keyword-arguments>

use crate::checks::support::columns::{self, Sensitivity};
use crate::checks::support::serializers::{self, Fields};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::whole;
use crate::checks::{Check, CheckContext};
use crate::edit::{Code, Operation, Place};
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Outcome};
use crate::index::{ClassId, Expression, ModelName};

pub(crate) struct SensitiveFieldReadable;

const ID: &str = "sensitive-field-readable";

impl Check for SensitiveFieldReadable {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let words = Words {
            places: "model serializers",
            wrong: "send a secret",
            right: "send no secret that its name tells",
            none: "No model serializer lists its fields.",
        };
        serializers::judge_each(cx, &words, judge)
    }
}

fn judge(cx: &CheckContext<'_>, class: ClassId, tally: &mut Tally) {
    let item = cx.index.class(class);
    let at = item.name_at;
    let Some(value) = serializers::own_meta_value(cx.index, class, "fields") else { return };
    let names = match serializers::fields(cx.index, class) {
        Fields::Named(names) => names,
        // The whole model is another check's.
        Fields::All => return,
        Fields::Unclear => return tally.unclear.push(Label::new(at, "its list of fields is computed")),
    };
    let secrets: Vec<_> =
        names.iter().filter(|n| columns::sensitivity(n) == Some(Sensitivity::Secret)).collect();
    let readable = secrets.into_iter().find(|name| is_readable(cx, class, name));
    let Some(name) = readable else { return tally.passed.push(Label::new(at, "sends no secret")) };
    if hands_out(&item.name) {
        return tally.passed.push(Label::new(at, "hands the secret out on purpose, as its name says"));
    }
    let message = format!("`{}` sends `{name}`: it is not write-only.", item.name);
    let symbol = format!("{}.{name}", cx.index.class_name(class));
    let mut finding = Finding::new(ID, symbol, Label::new(value.at, format!("holds `{name}`")), message);
    if whole::is_read_only(cx, class, name) {
        // Somebody decided that it is sent.
        finding.confidence = Some(Confidence::Low);
    } else if matches!(name.as_str(), "secret" | "token" | "pin")
        || serializers::views_of(cx, class).is_empty()
    {
        // Of a ticket or a gift card it may be what its holder shows.
        finding.confidence = Some(Confidence::Med);
    }
    if finding.confidence == Some(Confidence::Low) {
        return tally.findings.push(finding.instruction(format!(
            "Take `{name}` out of `fields`, or say by an ignore comment why callers need it."
        )));
    }
    let by_hand = format!("Mark `{name}` as `write_only=True`, or take it out of `fields`.");
    tally.findings.push(match fix(cx, class, name) {
        Some(operations) => finding.fix(Fix {
            title: format!("Make `{name}` write-only"),
            effect: Effect::Reshapes,
            effect_note: format!("Answers no longer hold `{name}`; it can still be sent."),
            operations,
        }),
        None => finding.instruction(by_hand),
    });
}

/// Whether a field of the list leaves the server.
fn is_readable(cx: &CheckContext<'_>, class: ClassId, name: &str) -> bool {
    let declared = serializers::all_declared(cx.index, class).into_iter().find(|(_, v)| &*v.name == name);
    if let Some((_, value)) = declared {
        let Expression::Call(call) = &value.value else { return false };
        let write_only =
            call.keywords.iter().any(|(k, v)| &**k == "write_only" && *v != Expression::Bool(false));
        // A method may mask it; a nested serializer has fields of its own.
        let computed = call.callee.ends_with("MethodField")
            || call.callee.ends_with("Serializer")
            || call.callee.ends_with("HiddenField");
        return !write_only && !computed;
    }
    if whole::write_only_in_extra(cx, class, name) || takes_away(cx, class) {
        return false;
    }
    match serializers::model_of(cx, class) {
        // `can_edit_password` is a switch.
        Some(ModelName::Model(model)) => model.field(name).is_some_and(|f| columns::of_field(f).is_some()),
        Some(ModelName::User) => true,
        Some(ModelName::Library(_)) | None => false,
    }
}

/// Whether a method of the serializer may take a field out of the answer.
fn takes_away(cx: &CheckContext<'_>, class: ClassId) -> bool {
    let item = cx.index.class(class);
    ["to_representation", "get_fields", "__init__"].iter().any(|name| {
        item.method(name).is_some_and(|m| {
            let text = cx.sources.slice(m.at);
            text.contains("pop(") || text.contains("del ") || text.contains("write_only")
        })
    })
}

/// Whether a serializer is made to hand a secret out: the answer to a login, the creation of a key.
fn hands_out(name: &str) -> bool {
    ["Token", "ApiKey", "APIKey", "Login", "Auth", "Create", "Secret", "Credential"]
        .iter()
        .any(|w| name.contains(w))
}

/// Adds the field to `extra_kwargs` of the class's own `Meta`.
fn fix(cx: &CheckContext<'_>, class: ClassId, name: &str) -> Option<Vec<Operation>> {
    if serializers::all_declared(cx.index, class).iter().any(|(_, v)| &*v.name == name) {
        return None;
    }
    let option = || Code::Dict(vec![(Code::str("write_only"), Code::Bool(true))]);
    if let Some(value) = serializers::own_meta_value(cx.index, class, "extra_kwargs") {
        let known = cx.sources.slice(value.value_at).contains(&format!("\"{name}\""));
        let quoted = cx.sources.slice(value.value_at).contains(&format!("'{name}'"));
        if value.value != Expression::Dict || known || quoted {
            return None;
        }
        return Some(vec![Operation::SetDictEntry {
            dict: value.value_at,
            key: name.to_owned(),
            value: option(),
        }]);
    }
    if cx.index.meta_value(class, "extra_kwargs").is_some() {
        return None;
    }
    let fields = serializers::own_meta_value(cx.index, class, "fields")?;
    Some(vec![Operation::AddStatement {
        file: fields.at.file,
        lines: vec![format!("extra_kwargs = {{\"{name}\": {{\"write_only\": True}}}}")],
        place: Place::After(fields.at),
    }])
}
