//! A view class that no URL leads to: code that nobody calls, tests or reviews, until somebody routes it as it is.
//!
//! Classes that others inherit from, and those named as bases or mixins, are not meant. Told only where every pattern
//! of the project is listed.

use std::collections::BTreeSet;

use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::{endpoints, views};
use crate::checks::{Check, CheckContext, EndpointUse};
use crate::endpoints::ViewTarget;
use crate::finding::{Finding, Label, Outcome};
use crate::index::{Ancestor, ClassId};
use crate::settings::Truth;

pub(crate) struct ViewUnrouted;

const ID: &str = "view-unrouted";

impl Check for ViewUnrouted {
    fn id(&self) -> &'static str {
        ID
    }

    fn endpoints(&self, _: &CheckContext<'_>) -> EndpointUse {
        EndpointUse::Basis
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        endpoints::judge(cx, |inventory| {
            let routed: BTreeSet<ClassId> = inventory
                .endpoints
                .iter()
                .filter_map(|e| if let ViewTarget::Class(id) = e.route.view.target { Some(id) } else { None })
                .collect();
            let viewed = viewed(cx);
            let mut inherited: BTreeSet<ClassId> = BTreeSet::new();
            for (id, _) in cx.index.classes() {
                inherited.extend(cx.index.mro(id).order.iter().filter_map(|a| match a {
                    Ancestor::Project(base) if *base != id => Some(*base),
                    _ => None,
                }));
            }
            let mut tally = Tally::default();
            for (id, truth) in views::classes(cx) {
                let class = cx.index.class(id);
                let label = |text: &str| Label::new(class.name_at, text.to_owned());
                let is_part = inherited.contains(&id)
                    || class.in_function
                    || class.attributes.is_empty() && class.methods.is_empty()
                    || ["Base", "Mixin", "Abstract"].iter().any(|word| class.name.contains(word));
                if routed.contains(&id) || viewed.contains(&*class.name) {
                    tally.passed.push(label("is routed"));
                } else if !is_part && truth == Truth::Yes && inventory.complete {
                    let message = format!("No URL leads to `{}`.", class.name);
                    let finding = Finding::new(ID, cx.index.class_name(id), label("not routed"), message);
                    tally
                        .findings
                        .push(finding.instruction("Delete it, or route it and say who may call it."));
                } else if !is_part && truth == Truth::Yes {
                    tally.unclear.push(label("may be routed where the URLs cannot be followed"));
                }
            }
            tally.outcome(&Words {
                places: "view classes",
                wrong: "are not routed",
                right: "are routed",
                none: "There is no view class that could be routed.",
            })
        })
    }
}

/// Names of classes of which some code asks for a view, to wrap it in something that hides it.
fn viewed<'a>(cx: &CheckContext<'a>) -> BTreeSet<&'a str> {
    let texts = cx.index.files().map(|file| cx.sources.text(file.file));
    texts
        .flat_map(|text| {
            memchr::memmem::find_iter(text.as_bytes(), ".as_view").map(move |at| {
                let before = &text[..at];
                &before[before.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').len()..]
            })
        })
        .collect()
}
