//! A pagination class of the project, or one that a view names, lets the client choose the size of a page without a
//! maximum, or has no size at all. The default class has a check of its own.

use crate::checks::support::paginators::{Bound, bound_of, is_paginator, limit_pages, stock};
use crate::checks::support::rest::{self, Key};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::{classes, lists, views};
use crate::checks::{Check, CheckContext};
use crate::finding::{Finding, Label, Outcome};
use crate::index::{Ancestor, ClassId, Resolution};
use crate::settings::Truth;

pub(crate) struct PaginatorUnbounded;

const ID: &str = "paginator-unbounded";

impl Check for PaginatorUnbounded {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        let default = default_class(cx);
        for (class, item) in cx.index.classes() {
            let beside = views::is_beside(cx, item.at.file);
            if beside || Some(class) == default || !is_paginator(cx, class) {
                continue;
            }
            match bound_of(cx, class) {
                Bound::Never(why) if is_only_a_base(cx, class) => {
                    tally.passed.push(Label::new(item.name_at, format!("a base of others, {why}")));
                }
                Bound::Never(why) => tally.findings.push(own(cx, class, &why)),
                Bound::Always | Bound::BySize => {
                    tally.passed.push(Label::new(item.name_at, "pages have a limit"));
                }
                Bound::Unclear(why) => tally.unclear.push(Label::new(item.name_at, why)),
            }
        }
        for (class, view) in views::classes(cx) {
            let item = cx.index.class(class);
            for value in
                item.attributes.iter().filter(|a| &*a.name == "pagination_class" && view == Truth::Yes)
            {
                let Some(name) = value.value.name() else { continue };
                let Resolution::External(full) = cx.index.resolve_in_class(class, name) else { continue };
                match stock(&full) {
                    Some(Bound::Never(_)) if never_lists(cx, class) => {
                        tally.passed.push(Label::new(value.at, "the view lists no rows"));
                    }
                    Some(Bound::Never(why)) => {
                        let message =
                            format!("`{}` is paged by `{}`, {why}.", item.name, lists::last_part(&full));
                        let symbol = format!("{}.pagination_class", cx.index.class_name(class));
                        let found = Finding::new(ID, symbol, Label::new(value.at, "has no maximum"), message);
                        tally
                            .findings
                            .push(found.related([Label::new(item.name_at, "the view")]).instruction(
                            "Subclass it with `default_limit` and `max_limit`, and name the subclass here.",
                        ));
                    }
                    Some(_) => tally.passed.push(Label::new(value.at, "pages have a limit")),
                    None => tally.unclear.push(Label::new(value.at, "a library's class that is not known")),
                }
            }
        }
        tally.outcome(&Words {
            places: "pagination classes",
            wrong: "let a client ask for any number of rows",
            right: "limit the rows of a page",
            none: "The project has no pagination class besides its default.",
        })
    }
}

/// Whether a generic view surely pages nothing: it has no list, and no code that calls the paginator.
fn never_lists(cx: &CheckContext<'_>, class: ClassId) -> bool {
    let order = &cx.index.mro(class).order;
    let own = order.iter().filter_map(|a| if let Ancestor::Project(id) = a { Some(*id) } else { None });
    let is = |name: &str| cx.index.is_subclass_of(class, name);
    is("rest_framework.mixins.ListModelMixin") == Truth::No
        && is("rest_framework.generics.GenericAPIView") == Truth::Yes
        && !own.flat_map(|id| &cx.index.class(id).methods).any(|m| cx.sources.slice(m.at).contains("paginat"))
}

/// The project's class that pages all views by default.
fn default_class(cx: &CheckContext<'_>) -> Option<ClassId> {
    match rest::key(cx.model?, "DEFAULT_PAGINATION_CLASS") {
        Key::Set(node) => classes::find(cx.index, lists::name_of(node)?),
        Key::Absent | Key::Unclear(_) => None,
    }
}

/// Whether others inherit from a class and no view names it.
fn is_only_a_base(cx: &CheckContext<'_>, class: ClassId) -> bool {
    let name = &*cx.index.class(class).name;
    let has_heirs = cx
        .index
        .classes()
        .any(|(other, _)| other != class && cx.index.mro(other).order.contains(&Ancestor::Project(class)));
    let is_named = cx.index.classes().any(|(_, item)| {
        item.attributes.iter().any(|a| {
            &*a.name == "pagination_class"
                && a.value.name().is_some_and(|n| n.rsplit('.').next() == Some(name))
        })
    });
    has_heirs && !is_named
}

fn own(cx: &CheckContext<'_>, class: ClassId, why: &str) -> Finding {
    let item = cx.index.class(class);
    let message = match why.strip_prefix("and ") {
        Some(what) => format!("With `{}` {what}.", item.name),
        None => format!("`{}` is a pagination class {why}.", item.name),
    };
    let found =
        Finding::new(ID, cx.index.class_name(class), Label::new(item.name_at, "has no maximum"), message);
    match limit_pages(cx, class) {
        Some(fix) => found.fix(fix),
        None => found.instruction("Set `max_page_size`, or `max_limit` for limit and offset, on the class."),
    }
}
