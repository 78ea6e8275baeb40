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
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Outcome, Severity};
use crate::index::{ClassId, Expression, Lookup, ModelName};
use crate::settings::Truth;

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
    let secret = |name: &&String| columns::sensitivity(name) == Some(Sensitivity::Secret);
    let sent: Vec<&String> = names.iter().filter(secret).filter(|n| is_readable(cx, class, n)).collect();
    if sent.is_empty() {
        return tally.passed.push(Label::new(at, "sends no secret"));
    }
    if hands_out(&item.name) {
        return tally.passed.push(Label::new(at, "hands the secret out on purpose, as its name says"));
    }
    // Somebody decided that a read-only one is sent.
    let (decided, open): (Vec<_>, Vec<_>) = sent.into_iter().partition(|n| whole::is_read_only(cx, class, n));
    let is_decided = open.is_empty();
    let sent = if is_decided { decided } else { open };
    let list = sent.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    let (is, it) = if sent.len() == 1 { ("it is", "it") } else { ("they are", "them") };
    let message = format!("`{}` sends {list}: {is} not write-only.", item.name);
    let symbol = format!("{}.{}", cx.index.class_name(class), sent[0]);
    let mut finding = Finding::new(ID, symbol, Label::new(value.at, format!("holds {list}")), message);
    if is_decided {
        // Some keys are shown to their owner; what proves who somebody is never is.
        let proof = sent.iter().any(|name| name.ends_with("password") || name.ends_with("otp"));
        finding.confidence = Some(if proof { Confidence::Med } else { Confidence::Low });
        return tally.findings.push(finding.instruction(format!(
            "Take {list} out of `fields`, or say by an ignore comment why callers need {it}."
        )));
    }
    let users = serializers::views_of(cx, class);
    let used = !users.is_empty();
    let is_generic =
        |view: &ClassId| cx.index.is_subclass_of(*view, "rest_framework.generics.GenericAPIView");
    if used && users.iter().all(|view| is_generic(view) == Truth::No) {
        // Such views answer with what their own code says; the serializer may only take what is sent.
        finding.confidence = Some(Confidence::Low);
        finding.severity = Some(Severity::Med);
    } else if !used && item.name.contains("Password") {
        // Made to take a new password; whether its answer is ever sent is not told.
        finding.confidence = Some(Confidence::Low);
        finding.severity = Some(Severity::Med);
    } else if !used || sent.iter().all(|name| matches!(name.as_str(), "secret" | "token" | "pin")) {
        // Of a ticket or a gift card it may be what its holder shows.
        finding.confidence = Some(Confidence::Med);
    }
    tally.findings.push(match fix(cx, class, &sent) {
        Some(operations) => finding.fix(Fix {
            title: format!("Make {list} write-only"),
            effect: Effect::Reshapes,
            effect_note: format!("Answers no longer hold {list}; callers can still send {it}."),
            operations,
        }),
        None => {
            finding.instruction(format!("Mark {list} as `write_only=True`, or take {it} out of `fields`."))
        }
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
        return !write_only && !computed && !whole::is_declared_safe(cx, class, name);
    }
    if whole::is_declared_safe(cx, class, name) || takes_away(cx, class) {
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
    ["to_representation", "get_fields", "__init__"].iter().any(|name| match cx.index.lookup(class, name) {
        Lookup::Method { method, .. } => {
            let text = cx.sources.slice(method.at);
            text.contains("pop(") || text.contains("del ") || text.contains("write_only")
        }
        _ => false,
    })
}

/// Whether a serializer is made to hand a secret out: the answer to a login, the creation of a key.
fn hands_out(name: &str) -> bool {
    ["Token", "ApiKey", "APIKey", "Login", "Auth", "Create", "Secret", "Credential"]
        .iter()
        .any(|w| name.contains(w))
}

/// Marks fields that the class itself declares, and adds the others to `extra_kwargs` of its own `Meta`.
fn fix(cx: &CheckContext<'_>, class: ClassId, names: &[&String]) -> Option<Vec<Operation>> {
    let declared = serializers::all_declared(cx.index, class);
    let mut operations = Vec::new();
    let mut columns = Vec::new();
    for name in names {
        let Some((owner, field)) = declared.iter().find(|(_, v)| *v.name == ***name) else {
            columns.push(name.as_str());
            continue;
        };
        let Expression::Call(call) = &field.value else { return None };
        let clash = call.keywords.iter().any(|(k, _)| matches!(&**k, "read_only" | "write_only" | "default"));
        if *owner != class || clash {
            return None;
        }
        operations.push(Operation::SetKeyword {
            call: field.value_at,
            name: "write_only".to_owned(),
            value: Code::Bool(true),
        });
    }
    if columns.is_empty() {
        return Some(operations);
    }
    if let Some(value) = serializers::own_meta_value(cx.index, class, "extra_kwargs") {
        let written = cx.sources.slice(value.value_at);
        let known =
            |name: &&str| written.contains(&format!("\"{name}\"")) || written.contains(&format!("'{name}'"));
        if value.value != Expression::Dict || columns.iter().any(known) {
            return None;
        }
        operations.extend(columns.into_iter().map(|name| Operation::SetDictEntry {
            dict: value.value_at,
            key: name.to_owned(),
            value: Code::Dict(vec![(Code::str("write_only"), Code::Bool(true))]),
        }));
        return Some(operations);
    }
    if cx.index.meta_value(class, "extra_kwargs").is_some() {
        return None;
    }
    let fields = serializers::own_meta_value(cx.index, class, "fields")?;
    let entries: Vec<_> = columns.iter().map(|n| format!("\"{n}\": {{\"write_only\": True}}")).collect();
    operations.push(Operation::AddStatement {
        file: fields.at.file,
        lines: vec![format!("extra_kwargs = {{{}}}", entries.join(", "))],
        place: Place::After(fields.at),
    });
    Some(operations)
}
