//! `read_only_fields` that DRF never reads: written with another name (`readonly_fields`), in the body of the serializer
//! instead of its `Meta`, or holding fields that the serializer declares itself, which it does not apply to.
//!
//! The fields then stay writable although the code says otherwise.
//! <https://www.django-rest-framework.org/api-guide/serializers/#specifying-read-only-fields>

use crate::checks::support::serializers::{self, Fields};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::{Check, CheckContext};
use crate::edit::{Code, Operation};
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Outcome, Severity};
use crate::index::items::ValueItem;
use crate::index::{ClassId, Expression};
use crate::python::{Ranged as _, TokenKind};
use crate::source::Span;

pub(crate) struct ReadOnlyFieldsMisspelt;

const ID: &str = "read-only-fields-misspelt";
const NAME: &str = "read_only_fields";
/// What people write for it.
const WRONG: [&str; 7] = [
    "readonly_fields",
    "read_only_field",
    "readonly",
    "readonly_field",
    "read_only",
    "readOnly_fields",
    "read_only_feilds",
];

impl Check for ReadOnlyFieldsMisspelt {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let words = Words {
            places: "lists of read-only fields",
            wrong: "have no effect",
            right: "are where DRF reads them",
            none: "No model serializer lists read-only fields.",
        };
        serializers::judge_each(cx, &words, judge)
    }
}

fn judge(cx: &CheckContext<'_>, class: ClassId, tally: &mut Tally) {
    let index = cx.index;
    let item = index.class(class);
    let name = &item.name;
    let symbol = |what: &str| format!("{}.{what}", index.class_name(class));
    for wrong in WRONG {
        if let Some(value) = serializers::own_meta_value(index, class, wrong)
            && serializers::own_meta_value(index, class, NAME).is_none()
        {
            let message = format!(
                "`Meta` of `{name}` says `{wrong}`, which DRF does not read: the fields stay writable."
            );
            let finding =
                Finding::new(ID, symbol(wrong), Label::new(value.at, "means nothing here"), message);
            tally.findings.push(if is_read_again(cx, value, wrong) {
                finding.instruction(format!("Call it `{NAME}`, here and where it is read."))
            } else {
                match rename(value, wrong) {
                    Some(fix) => finding.fix(fix),
                    None => finding.instruction(format!("Call it `{NAME}`.")),
                }
            });
        }
    }
    if let Some(value) = item.attribute(NAME).or_else(|| item.attribute("readonly_fields"))
        && value.value.elements().is_some()
    {
        let message = format!(
            "`{}` stands in the body of `{name}` and not in its `Meta`, where DRF would read it.",
            value.name
        );
        let finding = Finding::new(ID, symbol(&value.name), Label::new(value.at, "not in `Meta`"), message);
        tally.findings.push(finding.instruction(format!("Move it into `Meta`, as `{NAME}`.")));
    }
    let Some(value) = serializers::own_meta_value(index, class, NAME) else { return };
    let Some(meta) = index.meta(class) else { return };
    let names = match serializers::read_fields(index, meta, value) {
        Fields::Named(names) => names,
        _ if matches!(&value.value, Expression::Name(n) if &**n == "fields") => {
            return tally.passed.push(Label::new(value.at, "all fields"));
        }
        _ => return tally.unclear.push(Label::new(value.at, "the list is computed")),
    };
    let declared = serializers::all_declared(index, class);
    let open: Vec<_> = declared
        .into_iter()
        .filter(|(_, v)| names.iter().any(|n| **n == *v.name) && stays_writable(cx, v))
        .collect();
    if open.is_empty() {
        tally.passed.push(Label::new(value.at, "applies to all fields it names"));
    }
    tally.findings.extend(open.into_iter().map(|(owner, field)| unapplied(cx, class, owner, field, value)));
}

/// A field that is named in `read_only_fields` of `class` although `owner`, the class or a base of it, declares it.
fn unapplied(
    cx: &CheckContext<'_>,
    class: ClassId,
    owner: ClassId,
    field: &ValueItem,
    list: &ValueItem,
) -> Finding {
    let mut finding = unapplied_as_declared(cx, class, owner, field, list);
    let views = serializers::views_of(cx, class);
    if !views.iter().any(|view| serializers::writes(cx, *view)) {
        // It matters once somebody writes with it.
        finding.severity = Some(if views.is_empty() { Severity::Med } else { Severity::Low });
    }
    finding
}

fn unapplied_as_declared(
    cx: &CheckContext<'_>,
    class: ClassId,
    owner: ClassId,
    field: &ValueItem,
    list: &ValueItem,
) -> Finding {
    let index = cx.index;
    let message = format!(
        "`{}` is declared by `{}`, so naming it in `{NAME}` has no effect: it stays writable.",
        field.name,
        index.class(owner).name
    );
    let symbol = format!("{}.{}", index.class_name(class), field.name);
    let declared = Label::new(field.at, "declared without `read_only`");
    let named = Label::new(list.at, "not applied to declared fields");
    if owner != class {
        // Other serializers may take the base's field.
        let by_hand = format!("Declare `{}` with `read_only=True` here too.", field.name);
        return Finding::new(ID, symbol, named, message).related([declared]).instruction(by_hand);
    }
    let mut finding = Finding::new(ID, symbol, declared, message).related([named]);
    let takes = |name: &str| matches!(&field.value, Expression::Call(c) if c.keywords.iter().any(|(k, _)| &**k == name));
    // Neither goes with `read_only`.
    if ["required", "write_only", "queryset", "default"].iter().any(|k| takes(k)) {
        // It was declared to be sent; which of the two is meant is not told.
        finding.confidence = Some(Confidence::Med);
        return finding.instruction(format!("Declare `{}` with `read_only=True`.", field.name));
    }
    finding.fix(Fix {
        title: format!("Declare `{}` read-only", field.name),
        effect: Effect::Tightens,
        effect_note: "What callers send for this field is no longer stored.".to_owned(),
        operations: vec![Operation::SetKeyword {
            call: field.value_at,
            name: "read_only".to_owned(),
            value: Code::Bool(true),
        }],
    })
}

/// Whether a declared field takes what callers send.
fn stays_writable(cx: &CheckContext<'_>, value: &ValueItem) -> bool {
    let Expression::Call(call) = &value.value else { return false };
    let closed = call.keywords.iter().any(|(k, v)| &**k == "read_only" && *v != Expression::Bool(false));
    // A class of the project may be read-only by itself.
    let crate::index::Resolution::External(kind) = cx.index.resolve_at(value.at, &call.callee) else {
        return false;
    };
    let computed =
        ["MethodField", "ReadOnlyField", "HiddenField", "StringRelatedField", "HyperlinkedIdentityField"];
    !closed && kind.starts_with("rest_framework.") && !computed.iter().any(|c| kind.ends_with(c))
}

/// Whether code of the same class body reads the name (`fields = ["title"] + readonly`), or code of the file does by a
/// dot: both would miss it under another name.
fn is_read_again(cx: &CheckContext<'_>, value: &ValueItem, name: &str) -> bool {
    let text = cx.sources.text(value.at.file);
    let body = cx.index.class_around(value.at).map(|class| cx.index.class(class).at);
    let tree = cx.index.tree(cx.sources, value.at.file);
    tree.tokens().iter().filter(|token| token.kind() == TokenKind::Name).any(|token| {
        let (start, end) = (token.start().to_usize(), token.end().to_usize());
        let own = start == value.at.start();
        let within = body.is_none_or(|body| body.start() <= start && end <= body.end());
        !own && &text[start..end] == name && (within || text[..start].ends_with('.'))
    })
}

fn rename(value: &ValueItem, wrong: &str) -> Option<Fix> {
    if !value.alone || value.augmented {
        return None;
    }
    let start = value.at.range.0;
    let name = Span { file: value.at.file, range: (start, start + wrong.len() as u32) };
    Some(Fix {
        title: format!("Call it `{NAME}`"),
        effect: Effect::Tightens,
        effect_note: "What callers send for these fields is no longer stored.".to_owned(),
        operations: vec![Operation::ReplaceExpression { at: name, with: Code::Name(NAME.to_owned()) }],
    })
}
