//! Pagination classes: whether a page has a size and a maximum, and how a class of the project gets one.

use crate::checks::CheckContext;
use crate::edit::{Code, Operation};
use crate::finding::{Effect, Fix};
use crate::index::ClassId;

use super::classes::{attribute, defines, find, is_none};

/// Pages by number.
pub(crate) const PAGE_NUMBER: &str = "rest_framework.pagination.PageNumberPagination";
/// Pages by limit and offset.
pub(crate) const LIMIT_OFFSET: &str = "rest_framework.pagination.LimitOffsetPagination";
/// Pages by cursor.
pub(crate) const CURSOR: &str = "rest_framework.pagination.CursorPagination";
/// A maximum that no screen needs more than.
const MAXIMUM: i64 = 100;

/// What a class does.
pub(crate) enum Bound {
    /// Page size and maximum are set, whatever the settings say.
    Always,
    /// Bounded when `PAGE_SIZE` is set.
    BySize,
    /// The client chooses without a maximum; why, as a clause.
    Never(String),
    /// It cannot be told.
    Unclear(String),
}

/// What the class with this dotted name allows: known ones by name, the project's own by their attributes.
pub(crate) fn bound(cx: &CheckContext<'_>, class: &str) -> Bound {
    if let Some(bound) = stock(class) {
        return bound;
    }
    match find(cx.index, class) {
        Some(id) => bound_of(cx, id),
        None => Bound::Unclear("the class is not in the project".to_owned()),
    }
}

/// What a class of the project allows.
pub(crate) fn bound_of(cx: &CheckContext<'_>, id: ClassId) -> Bound {
    // The last are properties.
    let methods = ["paginate_queryset", "get_page_size", "get_limit", "max_limit", "max_page_size"];
    if let Some(method) = methods.iter().find(|m| defines(cx, id, m)) {
        return Bound::Unclear(format!("it has its own `{method}`"));
    }
    let set = |name: &str| match attribute(cx, id, name) {
        Some(source) => Some(!is_none(source)),
        None => defines(cx, id, name).then_some(true),
    };
    let libraries = cx.index.library_bases(id);
    let base = |name: &str| libraries.iter().any(|l| l == name);
    if base(LIMIT_OFFSET) {
        return match (set("max_limit"), set("default_limit")) {
            (Some(true), Some(true)) => Bound::Always,
            (Some(true), Some(false)) => Bound::Never("whose `default_limit` is `None`".to_owned()),
            (Some(true), None) => Bound::BySize,
            (Some(false) | None, _) => Bound::Never("and a client may ask for any `limit`".to_owned()),
        };
    }
    if base(PAGE_NUMBER) || base(CURSOR) {
        let sized = set("page_size");
        let chosen = set("page_size_query_param") == Some(true);
        return match (chosen, set("max_page_size"), sized) {
            (true, Some(false) | None, _) => {
                Bound::Never("and a client may ask for a page of any size".to_owned())
            }
            (_, _, Some(true)) => Bound::Always,
            (_, _, Some(false)) => Bound::Never("whose `page_size` is `None`".to_owned()),
            (_, _, None) => Bound::BySize,
        };
    }
    match libraries.iter().find_map(|l| stock(l)) {
        Some(bound) => bound,
        None => Bound::Unclear("its base is not known".to_owned()),
    }
}

pub(crate) fn stock(class: &str) -> Option<Bound> {
    Some(match class {
        PAGE_NUMBER
        | CURSOR
        | "rest_framework_json_api.pagination.JsonApiPageNumberPagination"
        | "rest_framework_json_api.pagination.JsonApiLimitOffsetPagination" => Bound::BySize,
        LIMIT_OFFSET => Bound::Never("and a client may ask for any `limit`".to_owned()),
        _ => return None,
    })
}

/// Whether a class of the project is a pagination class.
pub(crate) fn is_paginator(cx: &CheckContext<'_>, id: ClassId) -> bool {
    cx.index.inherits_library(id, |l| stock(l).is_some())
}

/// The fix that gives a class of the project a maximum; `None` where no number is surely large enough.
pub(crate) fn limit_pages(cx: &CheckContext<'_>, id: ClassId) -> Option<Fix> {
    let limits = cx.index.inherits_library(id, |l| l == LIMIT_OFFSET);
    let (name, size) = if limits { ("max_limit", "default_limit") } else { ("max_page_size", "page_size") };
    // What the class gives by itself must stay allowed.
    let own = match attribute(cx, id, size) {
        Some(source) if !is_none(source) => source.trim().replace('_', "").parse::<i64>().ok()?,
        _ if defines(cx, id, size) => return None,
        _ => 0,
    };
    let item = cx.index.class(id);
    let value = Code::Int(own.max(MAXIMUM));
    let operation = Operation::SetClassAttribute { class: item.at, name: name.to_owned(), value };
    Some(Fix {
        title: format!("Set `{name}` on `{}`", item.name),
        effect: Effect::Reshapes,
        effect_note: format!("Whoever asks for more than {} rows gets that many.", own.max(MAXIMUM)),
        operations: vec![operation],
    })
}
