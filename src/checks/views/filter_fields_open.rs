//! Filters over every column (`filterset_fields = "__all__"`, a `FilterSet` with `fields = "__all__"` or `exclude`), or by
//! a path that reaches a secret: a caller who may filter by a column can find out its value by trying.
//!
//! Paths across relations to plain columns are passed over; so are views that no django-filter backend serves.
//! <https://django-filter.readthedocs.io/en/stable/guide/rest_framework.html>

use crate::checks::support::columns::{self, Sensitivity};
use crate::checks::support::serializers::{self, Fields};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::{filters, handlers, views};
use crate::checks::{Check, CheckContext};
use crate::edit::{Code, Operation};
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Outcome, Severity};
use crate::index::items::ValueItem;
use crate::index::{ClassId, Expression, Model};
use crate::python::ast::{Expr, Stmt};
use crate::python::parse;
use crate::settings::Truth;

pub(crate) struct FilterFieldsOpen;

const ID: &str = "filter-fields-open";

impl Check for FilterFieldsOpen {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        for name in ["filterset_fields", "filter_fields"] {
            for (class, value) in filters::attributes(cx, name) {
                if filters::backend(cx, class, "FilterBackend") == Truth::No {
                    tally.passed.push(Label::new(value.at, "no filter backend reads it"));
                    continue;
                }
                let model = handlers::model_of(cx, class).and_then(|served| served.model);
                let symbol = format!("{}.{name}", cx.index.class_name(class));
                judge(cx, &Place { class, owner: class, value, model, symbol }, &mut tally);
            }
        }
        for class in serializers::filter_sets(cx) {
            let model = serializers::project_model(cx, class);
            declared(cx, class, &mut tally);
            for name in ["fields", "exclude"] {
                let Some(value) = serializers::own_meta_value(cx.index, class, name) else { continue };
                let Some(owner) = cx.index.meta(class) else { continue };
                let symbol = format!("{}.Meta.{name}", cx.index.class_name(class));
                let place = Place { class, owner, value, model, symbol };
                if name == "exclude" {
                    exclude(cx, &place, &mut tally);
                } else {
                    judge(cx, &place, &mut tally);
                }
            }
        }
        tally.outcome(&Words {
            places: "lists of columns to filter by",
            wrong: "hold every column, or reach a secret",
            right: "name columns that are no secret",
            none: "No view offers filters by columns.",
        })
    }
}

/// Where filters are listed.
struct Place<'a> {
    /// The view or filter set.
    class: ClassId,
    /// The class in whose body the list stands.
    owner: ClassId,
    value: &'a ValueItem,
    model: Option<&'a Model>,
    symbol: String,
}

fn judge(cx: &CheckContext<'_>, place: &Place<'_>, tally: &mut Tally) {
    let at = place.value.at;
    match serializers::read_fields(cx.index, place.owner, place.value) {
        Fields::All => {
            let finding = whole(cx, place, "every column of the model");
            tally.findings.push(with_columns(place, finding, &[]));
        }
        Fields::Named(names) => judge_names(cx, place, &names, &names, tally),
        Fields::Unclear => match keys(cx, place.value) {
            Some((names, whole)) => judge_names(cx, place, &names, &whole, tally),
            None if place.value.value == Expression::None => {
                tally.passed.push(Label::new(at, "offers no columns"));
            }
            None => tally.unclear.push(Label::new(at, "the list is computed")),
        },
    }
}

/// Filters that are declared one by one: `CharFilter(field_name="owner__password")`.
fn declared(cx: &CheckContext<'_>, class: ClassId, tally: &mut Tally) {
    let is_secret = |part: &str| columns::sensitivity(part) == Some(Sensitivity::Secret);
    for value in &cx.index.class(class).attributes {
        let Expression::Call(call) = &value.value else { continue };
        if !call.callee.ends_with("Filter") {
            continue;
        }
        let keyword = call.keywords.iter().find(|(name, _)| matches!(&**name, "field_name" | "name"));
        let Some((_, Expression::Str(path))) = keyword else { continue };
        // One of the model's own columns compared whole tells nothing to whom does not know it already.
        let lookup = call.keywords.iter().find(|(name, _)| &**name == "lookup_expr");
        let whole = lookup.is_none_or(|(_, value)| {
            matches!(value, Expression::Str(text) if matches!(&**text, "exact" | "iexact" | "in"))
        });
        if !path.split("__").any(is_secret) || whole && !path.contains("__") {
            continue;
        }
        let name = &cx.index.class(class).name;
        let message =
            format!("Callers may filter `{name}` by `{path}`, and so find out its value by trying.");
        let symbol = format!("{}.{}", cx.index.class_name(class), value.name);
        let mut finding = Finding::new(ID, symbol, Label::new(value.at, format!("reads `{path}`")), message);
        finding.severity = Some(Severity::High);
        tally.findings.push(finding.instruction(format!("Leave `{}` out of the filters.", value.name)));
    }
}

fn judge_names(
    cx: &CheckContext<'_>,
    place: &Place<'_>,
    names: &[String],
    whole: &[String],
    tally: &mut Tally,
) {
    let at = place.value.at;
    // One of the model's own columns compared whole tells nothing to whom does not know it already.
    let is_secret = |part: &str| columns::sensitivity(part) == Some(Sensitivity::Secret);
    let secret = names.iter().find(|path| match path.split_once("__") {
        Some(_) => path.split("__").any(is_secret),
        None => is_secret(path) && !whole.contains(path),
    });
    let Some(secret) = secret else {
        return tally.passed.push(Label::new(at, "names columns that are no secret"));
    };
    let name = &cx.index.class(place.class).name;
    let message = format!("Callers may filter `{name}` by `{secret}`, and so find out its value by trying.");
    let label = Label::new(at, format!("holds `{secret}`"));
    let mut finding = Finding::new(ID, place.symbol.clone(), label, message);
    finding.severity = Some(Severity::High);
    tally.findings.push(finding.instruction(format!("Leave `{secret}` out of the filters.")));
}

fn exclude(cx: &CheckContext<'_>, place: &Place<'_>, tally: &mut Tally) {
    if cx.index.meta(place.class).is_some_and(|meta| cx.index.class(meta).attribute("fields").is_some()) {
        return tally.passed.push(Label::new(place.value.at, "`fields` names the columns"));
    }
    let finding = whole(cx, place, "every column but those excluded");
    let by_hand = "Replace `exclude` by `fields` with the columns that clients filter by.";
    tally.findings.push(finding.instruction(by_hand));
}

fn whole(cx: &CheckContext<'_>, place: &Place<'_>, what: &str) -> Finding {
    let name = &cx.index.class(place.class).name;
    let secret = place
        .model
        .and_then(|model| model.fields.iter().find(|f| columns::of_field(f) == Some(Sensitivity::Secret)));
    let among = secret.map(|f| format!(", `{}` among them", f.name)).unwrap_or_default();
    let message = format!("Callers may filter `{name}` by {what}{among}.");
    let mut finding =
        Finding::new(ID, place.symbol.clone(), Label::new(place.value.at, "not named one by one"), message);
    finding.severity = secret.map(|_| Severity::High);
    finding.confidence = place.model.is_none().then_some(Confidence::Low);
    finding
}

/// With the fix that names all columns that are no secret.
fn with_columns(place: &Place<'_>, finding: Finding, left_out: &[String]) -> Finding {
    let columns: Vec<Code> = place
        .model
        .filter(|m| m.is_complete)
        .map(|model| {
            let kept = model.fields.iter().filter(|f| {
                columns::of_field(f).is_none()
                    && !left_out.iter().any(|l| **l == *f.name)
                    && is_filterable(&f.kind)
            });
            kept.map(|f| Code::str(&*f.name)).collect()
        })
        .unwrap_or_default();
    if columns.is_empty() {
        return finding.instruction("Name the columns that clients filter by.");
    }
    finding.fix(Fix {
        title: "Name the columns to filter by".to_owned(),
        effect: Effect::Reshapes,
        effect_note: "A filter by a column that is not named is no longer looked at.".to_owned(),
        operations: vec![Operation::ReplaceExpression {
            at: place.value.value_at,
            with: Code::List(columns),
        }],
    })
}

/// Whether django-filter knows a filter for a kind of column; for the others it refuses the whole set.
fn is_filterable(kind: &str) -> bool {
    !matches!(kind, "FileField" | "ImageField" | "JSONField" | "ArrayField" | "BinaryField" | "HStoreField")
}

/// The columns of a dict of lookups (`{"name": ["exact", "icontains"]}`), and those that are only compared whole.
fn keys(cx: &CheckContext<'_>, value: &ValueItem) -> Option<(Vec<String>, Vec<String>)> {
    let module = parse(cx.sources.slice(value.value_at));
    let [Stmt::Expr(statement)] = module.body() else { return None };
    let Expr::Dict(dict) = &*statement.value else { return None };
    let is_whole = |lookups: &Expr| {
        let whole = |e: &Expr| matches!(e, Expr::StringLiteral(s) if matches!(s.value.to_str(), "exact" | "iexact" | "in" | "isnull"));
        match lookups {
            Expr::List(list) => list.elts.iter().all(whole),
            Expr::Tuple(tuple) => tuple.elts.iter().all(whole),
            _ => false,
        }
    };
    let (mut all, mut compared) = (Vec::new(), Vec::new());
    for item in &dict.items {
        let Some(Expr::StringLiteral(key)) = &item.key else { return None };
        all.push(key.value.to_string());
        if is_whole(&item.value) {
            compared.push(key.value.to_string());
        }
    }
    Some((all, compared))
}
