//! A view sets `permission_class`, `permissions_classes` or another name that nearly is one of DRF's: DRF never reads
//! it, so the default counts. Names that the project itself reads somewhere, or that a base defines, are left alone.
//!
//! Not covered: keywords of `@action` and `as_view()`, where DRF refuses a name that it does not know.

use std::collections::BTreeMap;

use crate::checks::support::permission_lists::MODULE;
use crate::checks::support::spelling::is_close;
use crate::checks::support::syntax::is_read;
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::views;
use crate::checks::{Check, CheckContext};
use crate::edit::{Code, Operation};
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Outcome, Severity};
use crate::index::items::ValueItem;
use crate::index::{ClassId, Entity, Expression, Lookup, Openness, Resolution};
use crate::settings::Truth;
use crate::source::Span;

pub(crate) struct PolicyAttributeMisspelled;

const ID: &str = "policy-attribute-misspelled";

/// What DRF reads from a view and what decides who may do how much.
const KNOWN: [&str; 8] = [
    "authentication_classes",
    "http_method_names",
    "pagination_class",
    "parser_classes",
    "permission_classes",
    "renderer_classes",
    "throttle_classes",
    "throttle_scope",
];

impl Check for PolicyAttributeMisspelled {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        let mut read: BTreeMap<&str, bool> = BTreeMap::new();
        let mut slips: BTreeMap<&str, Option<&'static str>> = BTreeMap::new();
        for (class, view) in views::classes(cx) {
            for value in &cx.index.class(class).attributes {
                let name = &*value.name;
                if KNOWN.contains(&name) {
                    tally.passed.push(Label::new(value.at, "DRF reads this name"));
                }
                let slip = *slips.entry(name).or_insert_with(|| meant(name));
                let Some(meant) = slip.or_else(|| meant_by_value(cx, class, value)) else { continue };
                let is_read = *read.entry(name).or_insert_with(|| match slip {
                    Some(_) => is_read(cx, name),
                    // The name of DRF's module says nothing.
                    None => is_asked_of_views(cx, name),
                });
                if is_read || is_inherited(cx, class, name) {
                    tally.passed.push(Label::new(value.at, "the name is read elsewhere"));
                } else if view == Truth::Yes {
                    tally.findings.push(finding(cx, class, value, meant));
                } else {
                    tally.unclear.push(Label::new(value.at, "a base that is not known may read the name"));
                }
            }
        }
        tally.outcome(&Words {
            places: "policy attributes of views",
            wrong: "are misspelled, so DRF ignores them",
            right: "bear a name that DRF reads",
            none: "No view sets a policy by itself, so the defaults count.",
        })
    }
}

/// The name that an unknown one was meant to be.
fn meant(name: &str) -> Option<&'static str> {
    if KNOWN.contains(&name) || name.starts_with('_') {
        return None;
    }
    // Longer words in the plural are further away than any slip.
    let close = |known: &&&str| {
        let stem = known.rsplit_once('_').map_or(**known, |(stem, _)| stem);
        is_close(name, known, 2) || name == format!("{stem}s_class")
    };
    // A throttle of the project may well take several scopes.
    KNOWN.iter().find(close).copied().filter(|_| name != "throttle_scopes")
}

/// The name that a shortened one was meant to be, where its value is a list of such classes: `permissions = [IsOwner]`.
fn meant_by_value(cx: &CheckContext<'_>, class: ClassId, value: &ValueItem) -> Option<&'static str> {
    let (meant, library, base) = match &*value.name {
        "permissions" | "permission" => ("permission_classes", MODULE, "BasePermission"),
        "authentication" | "authentications" | "authenticators" => {
            ("authentication_classes", "rest_framework.authentication.", "BaseAuthentication")
        }
        "throttles" | "throttling" => ("throttle_classes", "rest_framework.throttling.", "BaseThrottle"),
        _ => return None,
    };
    let elements = value.value.elements().filter(|elements| !elements.is_empty())?;
    let full = format!("{library}{base}");
    let is_class = |element: &Expression| {
        element.name().is_some_and(|name| match cx.index.resolve_in_class(class, name) {
            Resolution::External(name) => name.starts_with(library),
            Resolution::Resolved(Entity::Class(id)) => cx.index.is_subclass_of(id, &full) == Truth::Yes,
            _ => false,
        })
    };
    elements.iter().all(is_class).then_some(meant)
}

/// Whether code reads an attribute of this name from a view.
fn is_asked_of_views(cx: &CheckContext<'_>, name: &str) -> bool {
    let forms = ["self.", "cls.", "view.", "view_class.", "\"", "'"].map(|before| format!("{before}{name}"));
    cx.index.files().any(|file| {
        let text = cx.sources.text(file.file);
        forms.iter().any(|form| {
            text.match_indices(form.as_str()).any(|(at, _)| {
                !text[at + form.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
            })
        })
    })
}

/// Whether a library class further up defines the name.
fn is_inherited(cx: &CheckContext<'_>, class: ClassId, name: &str) -> bool {
    matches!(
        cx.index.lookup_inherited(class, name),
        Lookup::Framework { .. } | Lookup::Settings { .. } | Lookup::Method { .. }
    )
}

fn finding(cx: &CheckContext<'_>, class: ClassId, value: &ValueItem, meant: &'static str) -> Finding {
    let item = cx.index.class(class);
    let (view, name) = (&item.name, &value.name);
    let message = format!(
        "`{view}` sets `{name}`, which DRF never reads; it reads `{meant}`, so what is inherited counts instead."
    );
    let symbol = format!("{}.{name}", cx.index.class_name(class));
    let label = Label::new(value.at, format!("meant to be `{meant}`"));
    let mut finding =
        Finding::new(ID, symbol, label, message).related([Label::new(item.name_at, "the view")]);
    if !["authentication_classes", "permission_classes"].contains(&meant) {
        finding.severity = Some(Severity::Med);
        finding.message.push_str(" No access is decided by it.");
    }
    if matches!(cx.index.lookup_inherited(class, name), Lookup::Unknown(_)) {
        finding.confidence = Some(Confidence::Med);
    }
    match fix(cx, class, value, meant) {
        Ok(fix) => finding.fix(fix),
        Err(why) => finding.instruction(format!(
            "Rename `{name}` to `{meant}`, or delete it where the default is right. There is no automatic fix: {why}."
        )),
    }
}

/// Renames the attribute, and puts a single class into a list where DRF wants one.
fn fix(
    cx: &CheckContext<'_>,
    class: ClassId,
    value: &ValueItem,
    meant: &'static str,
) -> Result<Fix, &'static str> {
    if cx.index.class(class).attribute(meant).is_some() {
        return Err("the view sets both names, so one of the two values has to be chosen");
    }
    if !value.alone || value.augmented {
        return Err("the statement sets more than this name");
    }
    let start = value.at.range.0;
    let target = Span { file: value.at.file, range: (start, start + value.name.len() as u32) };
    let mut operations =
        vec![Operation::ReplaceExpression { at: target, with: Code::Name(meant.to_owned()) }];
    let text = || Code::Raw(cx.sources.slice(value.value_at).to_owned());
    let is_list = value.value.elements().is_some();
    if meant.ends_with("_classes") {
        match &value.value {
            Expression::Name(_) | Expression::Binary(_) | Expression::Invert(_) => {
                let with = Code::List(vec![text()]);
                operations.push(Operation::ReplaceExpression { at: value.value_at, with });
            }
            _ if is_list => {}
            _ => return Err("its value is no list of classes"),
        }
        let empty = cx.index.is_empty_list(value.value_at, Some(class), &value.value) != Some(false);
        if is_list && empty {
            return Err("the empty list would take away what now protects the view");
        }
    } else if meant == "pagination_class" && is_list {
        return Err("a view has one pagination class, not a list");
    }
    if meant == "permission_classes" {
        let listed = Expression::List([value.value.clone()].into());
        let whole = if is_list { &value.value } else { &listed };
        if cx.index.openness(value.at, Some(class), whole) == Openness::Open {
            return Err("the permission lets everybody in, which the misspelled name does not");
        }
    }
    let effect = if ["pagination_class", "parser_classes", "renderer_classes"].contains(&meant) {
        Effect::Reshapes
    } else {
        Effect::Tightens
    };
    Ok(Fix {
        title: format!("Rename `{}` to `{meant}`", value.name),
        effect,
        effect_note: format!("The value takes effect as the view's `{meant}`, as its author meant it to."),
        operations,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_and_strangers() {
        for (name, known) in [
            ("permissions_classes", Some("permission_classes")),
            ("permission_class", Some("permission_classes")),
            ("permissions_class", Some("permission_classes")),
            ("authentication_class", Some("authentication_classes")),
            ("throttles_classes", Some("throttle_classes")),
            ("pagination_classes", Some("pagination_class")),
            ("http_method_name", Some("http_method_names")),
            ("permission_classes", None),
            ("permission_required", None),
            ("serializer_classes", None),
            ("filter_classes", None),
            ("paginate_by", None),
            ("throttle_scopes", None),
            ("_permission_classes", None),
        ] {
            assert_eq!(meant(name), known, "{name}");
        }
    }
}
