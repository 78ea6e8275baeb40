//! A writable relation of a serializer that takes every row (`PrimaryKeyRelatedField(queryset=Order.objects.all())`) of a
//! model whose rows belong to accounts: a caller can attach the rows of another.
//!
//! Lookup tables belong to nobody and are passed over, as are read-only fields, and serializers whose views are all for
//! chosen callers.
//! <https://www.django-rest-framework.org/api-guide/relations/>

use crate::checks::support::guards::{self, Guard, Handlers, unclear_everywhere};
use crate::checks::support::ownership::{self, Ownership};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::{serializers, views};
use crate::checks::{Check, CheckContext};
use crate::finding::{Finding, Label, Outcome};
use crate::index::items::ValueItem;
use crate::index::{Call, ClassId, Expression, ModelName, Owner, Resolution};

pub(crate) struct RelationFieldUnlimited;

const ID: &str = "relation-field-unlimited";

impl Check for RelationFieldUnlimited {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        for class in serializers::serializers(cx) {
            for value in &cx.index.class(class).attributes {
                if let Expression::Call(call) = &value.value {
                    judge(cx, class, value, call, &mut tally);
                }
            }
        }
        tally.outcome(&Words {
            places: "writable relations",
            wrong: "take the rows of all accounts",
            right: "take rows that belong to no account, or are for chosen callers",
            none: "No serializer declares a writable relation.",
        })
    }
}

fn judge(cx: &CheckContext<'_>, class: ClassId, value: &ValueItem, call: &Call, tally: &mut Tally) {
    const RELATIONS: [&str; 3] = ["PrimaryKeyRelatedField", "SlugRelatedField", "HyperlinkedRelatedField"];
    let Resolution::External(full) = cx.index.resolve_at(value.at, &call.callee) else { return };
    let kind = full.rsplit('.').next().unwrap_or_default();
    if !full.starts_with("rest_framework.") || !RELATIONS.contains(&kind) {
        return;
    }
    let keyword = |name: &str| call.keywords.iter().find(|(key, _)| &**key == name).map(|(_, value)| value);
    if keyword("read_only") == Some(&Expression::Bool(true)) {
        return;
    }
    let Some(queryset) = keyword("queryset") else { return };
    let at = value.at;
    let dotted = match queryset {
        Expression::Call(call) if call.arguments.is_empty() && call.keywords.is_empty() => &*call.callee,
        Expression::Name(name) => &**name,
        _ => return tally.unclear.push(Label::new(at, "its rows are limited by a condition")),
    };
    if !dotted.ends_with(".all") && !dotted.ends_with(".objects") {
        return tally.unclear.push(Label::new(at, "which rows it takes is worked out elsewhere"));
    }
    let model = match cx.index.model_named(at, None, dotted) {
        Some(ModelName::Model(model)) => model,
        // Naming an account, such as the one to invite, gives nothing away by itself.
        Some(_) => return tally.passed.push(Label::new(at, "names an account, or a row of a library")),
        None => return tally.unclear.push(Label::new(at, "the model is not found")),
    };
    let owner = match ownership::of(cx, model) {
        Ownership::Nobody => return tally.passed.push(Label::new(at, "the rows belong to no account")),
        Ownership::Perhaps(field) => {
            let why = format!("whether `{}` means an owner is not told by the model", field.name);
            return tally.unclear.push(Label::new(at, why));
        }
        Ownership::Owner(field) => field,
    };
    if ownership::manager_may_limit(cx, model.class) {
        return tally.unclear.push(Label::new(at, "the model's manager may limit the rows"));
    }
    let item = cx.index.class(class);
    let own = ["__init__", "get_fields", "to_internal_value", "validate"].into_iter().find(|name| {
        item.method(name).is_some_and(|m| {
            let text = cx.sources.slice(m.at);
            text.contains(&*value.name) || text.contains("request") || text.contains("user")
        })
    });
    let validator = format!("validate_{}", value.name);
    if own.is_some() || item.method(&validator).is_some() {
        let name = own.unwrap_or(&validator);
        return tally.unclear.push(Label::new(at, format!("`{name}` may refuse rows of others")));
    }
    let users = serializers::views_of(cx, class);
    let guards: Vec<Guard> =
        users.iter().map(|view| guards::of(cx, Owner::Class(*view), Handlers::Writing)).collect();
    if !guards.is_empty() && guards.iter().all(Guard::is_special) {
        return tally.passed.push(Label::new(at, "only chosen callers get to it"));
    }
    if let Some(why) = unclear_everywhere(&guards) {
        return tally.unclear.push(Label::new(at, why));
    }
    let model_name = &cx.index.class(model.class).name;
    let message = format!(
        "`{}` of `{}` takes any `{model_name}`, also one of another account: `{}` is not looked at.",
        value.name, item.name, owner.name
    );
    let symbol = format!("{}.{}", cx.index.class_name(class), value.name);
    let finding = Finding::new(ID, symbol, Label::new(at, "takes every row"), message);
    let field = &value.name;
    tally.findings.push(finding.instruction(format!(
        "Narrow the rows where the request is known, such as in `get_fields`: \
         `fields[\"{field}\"].queryset = {model_name}.objects.filter({}=self.context[\"request\"].user)`.",
        owner.name
    )));
}
