//! A view set is routed with methods that write and that it has no use for: all fields of its serializer are read-only,
//! or it says of itself that it is for reading. A `POST` then stores an empty row, a `DELETE` deletes one all the same.
//!
//! Left alone: view sets with code of their own for the writes, those that refuse them (`http_method_names`), and those
//! whose route has only reads.

use std::collections::BTreeSet;

use crate::checks::support::serializers::{self, Fields};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::{endpoints, views};
use crate::checks::{Check, CheckContext, EndpointUse};
use crate::edit::{Code, Operation};
use crate::endpoints::policy::Detail;
use crate::endpoints::{Inventory, ViewTarget};
use crate::finding::{Effect, Finding, Fix, Label, Outcome};
use crate::index::{ClassId, Lookup, Resolution};
use crate::settings::Truth;

pub(crate) struct WriteMethodsUnneeded;

const ID: &str = "write-methods-unneeded";
const FULL: &str = "rest_framework.viewsets.ModelViewSet";
const READS: &str = "ReadOnlyModelViewSet";
/// What a view set may do for its writes by itself.
const OWN: [&str; 11] = [
    "create",
    "update",
    "partial_update",
    "destroy",
    "perform_create",
    "perform_update",
    "perform_destroy",
    "get_serializer_class",
    "get_serializer",
    "dispatch",
    "initial",
];

impl Check for WriteMethodsUnneeded {
    fn id(&self) -> &'static str {
        ID
    }

    fn endpoints(&self, cx: &CheckContext<'_>) -> EndpointUse {
        // Listing them takes time: only where a view set may be meant.
        if candidates(cx).is_empty() {
            EndpointUse::Idle("no full view set is for reading by what it says")
        } else {
            EndpointUse::Basis
        }
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        endpoints::judge(cx, |inventory| {
            let mut tally = Tally::default();
            for (class, why) in candidates(cx) {
                let at = cx.index.class(class).name_at;
                match writes(cx, inventory, class) {
                    writes if !writes.is_empty() => {
                        tally.findings.push(finding(cx, class, &why, &writes));
                    }
                    _ if inventory.complete => tally.passed.push(Label::new(at, "its writes are not routed")),
                    _ => tally.unclear.push(Label::new(at, "its routes cannot all be followed")),
                }
            }
            tally.outcome(&Words {
                places: "view sets that are for reading",
                wrong: "are routed with methods that write",
                right: "are routed for reads alone",
                none: "No full view set is for reading by what it says.",
            })
        })
    }
}

/// Full view sets without code for their writes that are for reading, and how they say so.
fn candidates(cx: &CheckContext<'_>) -> Vec<(ClassId, String)> {
    let views = views::classes(cx).into_iter().filter(|(_, truth)| *truth == Truth::Yes);
    let full = views.map(|(id, _)| id).filter(|id| {
        cx.index.is_subclass_of(*id, FULL) == Truth::Yes
            && !OWN.iter().any(|name| matches!(cx.index.lookup(*id, name), Lookup::Method { .. }))
    });
    full.filter_map(|id| Some((id, reads_only(cx, id)?))).collect()
}

/// How a view set says that it is for reading.
fn reads_only(cx: &CheckContext<'_>, class: ClassId) -> Option<String> {
    let item = cx.index.class(class);
    if item.name.to_lowercase().contains("readonly") {
        return Some("its name says that it is for reading".to_owned());
    }
    let serializer = serializers::of_view(cx.index, class)?;
    let Fields::Named(names) = serializers::fields(cx.index, serializer) else { return None };
    let read_only = serializers::read_only_names(cx, serializer)?;
    // The key is written by nobody.
    let is_key = |n: &String| matches!(n.as_str(), "id" | "pk" | "url");
    let is_closed =
        |n: &String| is_key(n) || read_only.contains(n) || !serializers::is_writable(cx, serializer, n);
    let told = names.iter().any(|n| !is_key(n));
    let code = ["create", "update", "save", "__init__", "get_fields", "to_internal_value"];
    let has_code = code.iter().any(|name| matches!(cx.index.lookup(serializer, name), Lookup::Method { .. }));
    (told && !has_code && names.iter().all(is_closed))
        .then(|| format!("`{}` takes no field from callers", cx.index.class(serializer).name))
}

/// The methods that write among those of a view set's routes.
fn writes(cx: &CheckContext<'_>, inventory: &Inventory, class: ClassId) -> BTreeSet<String> {
    let access = cx.access.of_class(class, Detail::Callers);
    let answers = |method: &str| access.handlers.iter().any(|h| h.method == method);
    let of_class = inventory.endpoints.iter().filter(|e| e.route.view.target == ViewTarget::Class(class));
    let standard =
        |action: &String| matches!(action.as_str(), "create" | "update" | "partial_update" | "destroy");
    let routed = of_class.flat_map(|e| e.route.view.actions.iter().flatten());
    let methods = routed.filter(|(_, action)| standard(action)).map(|(method, _)| method.to_uppercase());
    methods.filter(|method| answers(method)).collect()
}

fn finding(cx: &CheckContext<'_>, class: ClassId, why: &str, writes: &BTreeSet<String>) -> Finding {
    let item = cx.index.class(class);
    let methods = writes.iter().map(|m| format!("`{m}`")).collect::<Vec<_>>().join(", ");
    let message = format!("`{}` answers {methods}, and {why}.", item.name);
    let label = Label::new(item.name_at, "answers methods that write");
    let found = Finding::new(ID, cx.index.class_name(class), label, message);
    match fix(cx, class) {
        Some(operations) => found.fix(Fix {
            title: format!("Make it a `{READS}`"),
            effect: Effect::Tightens,
            effect_note: format!("{methods} are answered with 405."),
            operations,
        }),
        None => found.instruction(format!(
            "Make it a `{READS}`, or name the methods that it needs in `http_method_names`."
        )),
    }
}

/// Puts the view set for reading in the place of the full one, where that is named as a base.
fn fix(cx: &CheckContext<'_>, class: ClassId) -> Option<Vec<Operation>> {
    let item = cx.index.class(class);
    let base = item.bases.iter().find(|base| {
        let name = base.name.as_deref().unwrap_or_default();
        matches!(cx.index.resolve_at(item.at, name), Resolution::External(full) if full == FULL)
    })?;
    let name = base.name.as_deref()?;
    if let Some((module, _)) = name.rsplit_once('.') {
        let with = Code::Name(format!("{module}.{READS}"));
        return Some(vec![Operation::ReplaceExpression { at: base.at, with }]);
    }
    let file = item.at.file;
    let taken = !cx.index.file(file)?.bindings_of(READS).is_empty();
    let import =
        Operation::AddImport { file, module: "rest_framework.viewsets".to_owned(), name: READS.to_owned() };
    let is_there =
        matches!(cx.index.resolve_at(item.at, READS), Resolution::External(full) if full.ends_with(READS));
    let replace = Operation::ReplaceExpression { at: base.at, with: Code::Name(READS.to_owned()) };
    match (is_there, taken) {
        (true, _) => Some(vec![replace]),
        (false, true) => None,
        (false, false) => Some(vec![replace, import]),
    }
}
