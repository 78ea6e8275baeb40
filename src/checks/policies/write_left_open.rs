//! `get_permissions` asks for something in some actions and leaves others that write to everybody: an action that no
//! branch names gets an empty list, or a default that is open. Told by what the method returns for each action. Or a
//! permission class of the project does so: it asks in some methods and lets everybody write by others.
//!
//! Branches that say `AllowAny` or return an empty list are `permission-branch-open`'s, an open attribute is
//! `view-permission-open`'s.

use std::collections::BTreeSet;

use crate::checks::support::classes::find;
use crate::checks::support::permission_lists::is_object_only;
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::{intent, views};
use crate::checks::{Check, CheckContext};
use crate::endpoints::Exposure;
use crate::endpoints::policy::{Access, Detail, HandlerAccess};
use crate::finding::{Confidence, Finding, Label, Outcome};
use crate::index::{ClassId, Lookup, Owner, Policy};
use crate::settings::Truth;
use crate::source::Span;

pub(crate) struct WriteLeftOpen;

const ID: &str = "write-left-open";
/// What a caller who signs up calls.
const DOOR: &str = "create";

impl Check for WriteLeftOpen {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        // One method may serve several views: one finding.
        let mut told: BTreeSet<Span> = BTreeSet::new();
        for (class, truth) in views::classes(cx) {
            let decided = match cx.index.lookup(class, Policy::Permission.method()) {
                Lookup::Method { class: owner, method } => {
                    Decided { owner, at: method.at, label: method.name_at, by: "get_permissions" }
                }
                _ => match cx.index.lookup(class, Policy::Permission.name()) {
                    Lookup::Value { class: owner, value } => {
                        Decided { owner, at: value.at, label: value.at, by: "permission_classes" }
                    }
                    _ => continue,
                },
            };
            let access = cx.access.of_class(class, Detail::Callers);
            if truth != Truth::Yes || access.handlers.is_empty() || told.contains(&decided.at) {
                continue;
            }
            let open = left_open(cx, class, &decided, &access);
            let asks = |h: &HandlerAccess| {
                matches!(h.asked.exposure, Exposure::Authenticated | Exposure::Restricted)
            };
            let asked: Vec<&str> =
                access.handlers.iter().filter(|h| asks(h)).map(|h| h.name.as_str()).collect();
            if !open.is_empty() && !asked.is_empty() {
                told.insert(decided.at);
                tally.findings.push(finding(cx, class, &decided, &open, &asked));
            } else if let Some(unknown) =
                access.handlers.iter().find(|h| is_write(h) && h.asked.exposure == Exposure::Unknown)
            {
                tally.unclear.push(Label::new(decided.label, unknown.asked.why.clone()));
            } else {
                tally.passed.push(Label::new(decided.label, "leaves no write open by accident"));
            }
        }
        tally.outcome(&Words {
            places: "views that make or name their permissions",
            wrong: "leave a write to everybody",
            right: "leave no write open by accident",
            none: "No view makes or names its permissions.",
        })
    }
}

/// What decides about a view's permissions.
struct Decided {
    /// The class that it stands in.
    owner: ClassId,
    /// The method or the assignment.
    at: Span,
    /// Where to point.
    label: Span,
    by: &'static str,
}

fn is_write(handler: &HandlerAccess) -> bool {
    !matches!(handler.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE")
}

/// The handlers that write, let everybody in, and are not said to be open.
fn left_open<'h>(
    cx: &CheckContext<'_>,
    class: ClassId,
    decided: &Decided,
    access: &'h Access,
) -> Vec<&'h str> {
    let text = cx.sources.slice(decided.at);
    let returns_nothing = text.contains("return []") || text.contains("return ()");
    let by_default = matches!(cx.index.lookup(class, Policy::Permission.name()), Lookup::Settings { .. });
    let is_left = |handler: &&HandlerAccess| {
        let Some(classes) = &handler.asked.classes else { return false };
        let names_open = classes.iter().any(|name| name.ends_with(".AllowAny"));
        // `object-permission-on-collection` tells of these.
        let is_of_objects =
            |name: &String| find(cx.index, name).is_some_and(|id| is_object_only(cx.index, id));
        if !classes.is_empty() && classes.iter().all(is_of_objects) {
            return false;
        }
        is_write(handler)
            && handler.asked.exposure == Exposure::Open
            && handler.of_view.is_none()
            && if names_open { by_default && !text.contains("AllowAny") } else { !returns_nothing }
    };
    access.handlers.iter().filter(is_left).map(|h| h.name.as_str()).collect()
}

fn finding(
    cx: &CheckContext<'_>,
    class: ClassId,
    decided: &Decided,
    open: &[&str],
    asked: &[&str],
) -> Finding {
    let name = &cx.index.class(class).name;
    let &Decided { owner, by, .. } = decided;
    let by_class = by == Policy::Permission.name();
    let (asks, leaves) = if by_class { ("ask", "leave") } else { ("asks", "leaves") };
    let message = format!(
        "`{by}` of `{name}` {asks} for something in {}, and {leaves} {} to everybody.",
        list(asked),
        list(open)
    );
    let symbol = format!("{}.{by}", cx.index.class_name(owner));
    let mut found = Finding::new(ID, symbol, Label::new(decided.label, "asks nothing for a write"), message);
    if owner != class {
        found.related.push(Label::new(cx.index.class(class).name_at, "gets it from here"));
    }
    if by_class {
        found.confidence = Some(Confidence::Low);
        return found.instruction(
            "Let the class ask for something where it now lets everybody write; where that is meant, keep it with a \
             comment `# drf-harden: ignore[write-left-open] reason`.",
        );
    }
    if open == [DOOR] || intent::public(cx, Owner::Class(class)).is_some() {
        found.confidence = Some(Confidence::Low);
    }
    found.instruction(
        "Let the method end with what every other action needs, such as `return [IsAuthenticated()]`, and name the \
         actions that are for everybody.",
    )
}

/// Names in backticks; the first few.
fn list(names: &[&str]) -> String {
    const SHOWN: usize = 4;
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(|n| format!("`{n}`")).collect();
    if names.len() > SHOWN {
        shown.push(format!("{} more", names.len() - SHOWN));
    }
    shown.join(", ")
}
