//! The code that a view runs besides its own lines, as far as names lead inside the project: its base classes, and the
//! functions, decorators and methods that these call. Texts only; what they say is for the caller to judge.

use std::collections::BTreeSet;

use crate::checks::CheckContext;
use crate::index::{Ancestor, ClassId, Entity, Lookup, Owner, Resolution};
use crate::source::Span;

/// Calls are followed so deep, and to so many places.
const DEPTH: usize = 2;
const MOST: usize = 60;

/// The view's own text first, then what it reaches.
pub(crate) fn texts<'a>(cx: &CheckContext<'a>, owner: Owner) -> Vec<&'a str> {
    let class = class_of(owner);
    let mut places = vec![place(cx, owner)];
    if matches!(owner, Owner::Class(_)) {
        places.extend(class.into_iter().flat_map(|class| bases(cx, class)));
    }
    let mut seen: BTreeSet<Span> = places.iter().copied().collect();
    let mut last = places.clone();
    for _ in 0..DEPTH {
        let found = last.iter().flat_map(|at| called(cx, *at, class)).filter(|at| seen.insert(*at));
        last = found.take(MOST).collect();
        places.extend(&last);
    }
    places.into_iter().map(|at| cx.sources.slice(at)).collect()
}

/// The functions and methods of the project that the view hands its request to.
pub(crate) fn handed_request<'a>(cx: &CheckContext<'a>, owner: Owner) -> Vec<&'a str> {
    let (at, class) = (place(cx, owner), class_of(owner));
    let text = cx.sources.slice(at);
    let takes_request = |name: &&str| {
        ["request", "self.request"].iter().any(|request| {
            let call = format!("{name}({request}");
            text.match_indices(&*call).any(|(at, _)| text[at + call.len()..].starts_with([',', ')']))
        })
    };
    let called = names(text).into_iter().filter(takes_request);
    called.filter_map(|name| resolve(cx, at, class, name)).map(|at| cx.sources.slice(at)).collect()
}

/// The view's own code.
pub(crate) fn place(cx: &CheckContext<'_>, owner: Owner) -> Span {
    match owner {
        Owner::Class(class) => cx.index.class(class).at,
        Owner::Action(class, method) => cx.index.class(class).methods[method].at,
        Owner::Function(function) => cx.index.function(function).at,
    }
}

fn class_of(owner: Owner) -> Option<ClassId> {
    match owner {
        Owner::Class(class) | Owner::Action(class, _) => Some(class),
        Owner::Function(_) => None,
    }
}

/// The project's classes that a class inherits from.
fn bases(cx: &CheckContext<'_>, class: ClassId) -> Vec<Span> {
    let order = cx.index.mro(class).order.iter();
    let project = order.filter_map(|a| if let Ancestor::Project(id) = a { Some(*id) } else { None });
    project.filter(|id| *id != class).map(|id| cx.index.class(id).at).collect()
}

/// The functions and methods of the project that the code at a place calls, or is decorated with.
fn called(cx: &CheckContext<'_>, at: Span, class: Option<ClassId>) -> Vec<Span> {
    names(cx.sources.slice(at)).into_iter().filter_map(|name| resolve(cx, at, class, name)).collect()
}

/// The function, method or class of the project that a called name means.
fn resolve(cx: &CheckContext<'_>, at: Span, class: Option<ClassId>, name: &str) -> Option<Span> {
    if let Some(method) = name.strip_prefix("self.") {
        return match cx.index.lookup(class?, method) {
            Lookup::Method { method, .. } => Some(method.at),
            _ => None,
        };
    }
    match cx.index.resolve_at(at, name) {
        Resolution::Resolved(Entity::Class(id)) => Some(cx.index.class(id).at),
        Resolution::Resolved(entity) => cx.index.as_function(entity).map(|f| f.at),
        Resolution::External(_) | Resolution::Unresolved(_) => None,
    }
}

/// The dotted names before an opening parenthesis or behind an `@`, each once.
fn names(text: &str) -> BTreeSet<&str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let calls = text.match_indices('(').map(|(open, _)| {
        let before = &text[..open];
        &before[before.trim_end_matches(is_part).len()..]
    });
    let decorators = text.match_indices('@').map(|(sign, _)| {
        let behind = &text[sign + 1..];
        &behind[..behind.len() - behind.trim_start_matches(is_part).len()]
    });
    calls.chain(decorators).filter(|name| name.starts_with(|c: char| c.is_alphabetic() || c == '_')).collect()
}
