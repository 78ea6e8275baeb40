//! `Meta.depth` sends related rows whole: DRF makes a nested serializer with `fields = "__all__"` for each relation, so an
//! account behind a foreign key arrives with the hash of its password.
//!
//! Told are relations that lead to a secret within the depth. Small lookup tables are sent whole without harm; reverse
//! relations are not followed.
//! <https://www.django-rest-framework.org/api-guide/serializers/#specifying-nested-serialization>

use crate::checks::support::columns::{self, Sensitivity};
use crate::checks::support::serializers::{self, Fields};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::{Check, CheckContext};
use crate::finding::{Finding, Label, Outcome};
use crate::index::{ClassId, Field, Model, Target};

pub(crate) struct NestedDepthOpen;

const ID: &str = "nested-depth-open";
/// DRF refuses more.
const DEEPEST: usize = 10;

impl Check for NestedDepthOpen {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let words = Words {
            places: "serializers with a depth",
            wrong: "send a secret of a related row",
            right: "send no secret that its name tells",
            none: "No serializer has a depth.",
        };
        serializers::judge_each(cx, &words, judge)
    }
}

fn judge(cx: &CheckContext<'_>, class: ClassId, tally: &mut Tally) {
    let Some(value) = serializers::own_meta_value(cx.index, class, "depth") else { return };
    let depth = match cx.sources.slice(value.value_at).trim().parse::<usize>() {
        Ok(0) => return,
        Ok(depth) => depth.min(DEEPEST),
        Err(_) => return tally.unclear.push(Label::new(value.at, "the depth is computed")),
    };
    let Some(model) = serializers::project_model(cx, class) else {
        return tally.unclear.push(Label::new(value.at, "the model is not found"));
    };
    let names = match serializers::fields(cx.index, class) {
        Fields::Named(names) => Some(names),
        Fields::All => None,
        Fields::Unclear => return tally.unclear.push(Label::new(value.at, "its list of fields is computed")),
    };
    let declared = serializers::all_declared(cx.index, class);
    let expanded = model.fields.iter().filter(|f| {
        names.as_ref().is_none_or(|names| names.iter().any(|n| **n == *f.name))
            && !declared.iter().any(|(_, v)| v.name == f.name)
    });
    let mut unknown = None;
    let found: Vec<String> = expanded.filter_map(|field| secret(cx, field, depth, &mut unknown)).collect();
    let item = cx.index.class(class);
    let Some(first) = found.first() else {
        return match unknown {
            Some(name) => {
                let why = format!("the model behind `{name}` is not found");
                tally.unclear.push(Label::new(value.at, why));
            }
            None => tally.passed.push(Label::new(value.at, "the related rows hold no secret")),
        };
    };
    let more = if found.len() > 1 { format!(" and {} more", found.len() - 1) } else { String::new() };
    let message =
        format!("The depth of `{}` sends related rows whole, `{first}`{more} among them.", item.name);
    let symbol = format!("{}.Meta.depth", cx.index.class_name(class));
    let finding = Finding::new(ID, symbol, Label::new(value.at, "sends related rows whole"), message);
    let relation = first.split('.').next().unwrap_or_default();
    tally.findings.push(finding.related([Label::new(item.name_at, "the serializer")]).instruction(format!(
        "Take `depth` away and declare a serializer for `{relation}` that names what callers may see."
    )));
}

/// The path to the first secret within the depth behind a relation; a relation whose model is not known is noted.
fn secret(
    cx: &CheckContext<'_>,
    field: &Field,
    depth: usize,
    unknown: &mut Option<String>,
) -> Option<String> {
    let model: &Model = match field.target? {
        _ if depth == 0 => return None,
        Target::User => return Some(format!("{}.password", field.name)),
        Target::Model(class) => cx.index.models().of(class)?,
        Target::Other => {
            unknown.get_or_insert_with(|| field.name.to_string());
            return None;
        }
    };
    let own = model.fields.iter().find(|f| columns::of_field(f) == Some(Sensitivity::Secret));
    own.map(|f| f.name.to_string())
        .or_else(|| model.fields.iter().find_map(|f| secret(cx, f, depth - 1, unknown)))
        .map(|rest| format!("{}.{rest}", field.name))
}
