//! What views ask of a caller, in the words that checks need: a login, more than a login, the object itself. What is
//! asked is told by `endpoints::policy`, handler by handler, with the project's default and whatever methods decide.
//!
//! Added here is what code in front of the permissions may refuse by itself: that is `unclear`.

use std::sync::Arc;

use crate::checks::CheckContext;
use crate::endpoints::Exposure;
use crate::endpoints::policy::{Access, Asked, Detail, HandlerAccess};
use crate::index::{Ancestor, ClassId, Expression, Lookup, Openness, Owner, Policy, PolicySite};
use crate::settings::Truth;

use super::permission_lists::{self, Named};

/// What is asked of the callers of some handlers; the weakest of them decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Guard {
    /// A login.
    pub(crate) login: bool,
    /// More than a login, before an object is looked at: staff, a role, a right.
    special: bool,
    /// Whether some permission has a say about the object.
    pub(crate) object: bool,
    /// Why something may be asked that is not seen here.
    pub(crate) unclear: Option<String>,
}

impl Guard {
    /// Whether only chosen callers get in, of whom it is likely that they may see rows of others.
    pub(crate) fn is_special(&self) -> bool {
        self.special
    }

    fn unclear(why: impl Into<String>) -> Self {
        Self { unclear: Some(why.into()), ..Self::default() }
    }
}

/// Which handlers of a view are meant.
#[derive(Clone, Copy)]
pub(crate) enum Handlers<'n> {
    /// All of them.
    All,
    /// Those that serve rows that are there.
    OfRows,
    /// Those that list rows.
    OfLists,
    /// Those that store what is sent.
    Writing,
    /// The one of this name.
    Named(&'n str),
}

impl Handlers<'_> {
    fn takes(self, handler: &HandlerAccess) -> bool {
        let name = &*handler.name;
        match self {
            Self::All => true,
            Self::OfRows => matches!(
                name,
                "list"
                    | "retrieve"
                    | "update"
                    | "partial_update"
                    | "destroy"
                    | "get"
                    | "put"
                    | "patch"
                    | "delete"
            ),
            Self::OfLists => matches!(name, "list" | "get"),
            Self::Writing => {
                matches!(name, "create" | "update" | "partial_update" | "post" | "put" | "patch")
            }
            Self::Named(wanted) => name == wanted,
        }
    }
}

/// What the handlers of a view, an action of it, or a function view ask.
pub(crate) fn of(cx: &CheckContext<'_>, owner: Owner, wanted: Handlers<'_>) -> Guard {
    match owner {
        Owner::Function(function) => fold(&cx.access.of_function(function), wanted),
        Owner::Class(class) => of_class(cx, class, wanted),
        Owner::Action(class, position) => {
            let name = &cx.index.class(class).methods[position].name;
            of_class(cx, class, Handlers::Named(name))
        }
    }
}

fn of_class(cx: &CheckContext<'_>, class: ClassId, wanted: Handlers<'_>) -> Guard {
    if let Some(why) = refused_before(cx, class) {
        return Guard::unclear(why);
    }
    let access = cx.access.of_class(class, Detail::Objects);
    if !access.handlers.is_empty() {
        return fold(&access, wanted);
    }
    // A base that answers nothing by itself asks what the views ask that are made of it.
    let views = cx.index.views().map(|(view, _)| view);
    let mut heirs = views.filter(|view| *view != class && inherits(cx, *view, class));
    let Some(first) = heirs.next() else { return fold(&access, wanted) };
    let each = |view: ClassId| fold(&cx.access.of_class(view, Detail::Objects), wanted);
    heirs.fold(each(first), |guard, view| weaker(guard, each(view)))
}

/// Whether a view is made of a class of the project, or is it.
pub(crate) fn inherits(cx: &CheckContext<'_>, view: ClassId, class: ClassId) -> bool {
    cx.index.mro(view).order.contains(&Ancestor::Project(class))
}

/// Why code in front of the permissions may refuse a caller by itself.
fn refused_before(cx: &CheckContext<'_>, class: ClassId) -> Option<String> {
    const ASKS: [&str; 5] = ["ermission", "has_perm", "user", "NotAuthenticated", "Http404"];
    ["check_permissions", "initial", "dispatch"].into_iter().find_map(|name| {
        let Lookup::Method { method, .. } = cx.index.lookup(class, name) else { return None };
        let body = cx.sources.slice(method.at).split_once(':').map_or("", |(_, body)| body);
        let body = body.replace(&format!("super().{name}("), "");
        ASKS.iter().any(|asks| body.contains(asks)).then(|| format!("`{name}` decides"))
    })
}

fn fold(access: &Access, wanted: Handlers<'_>) -> Guard {
    let some = access.handlers.iter().any(|h| wanted.takes(h));
    // A handler that is not routed by its own name is reached through others.
    let taken = access.handlers.iter().filter(|h| !some || wanted.takes(h)).map(|h| &h.asked);
    let guard = taken.chain(&access.general).map(of_asked).reduce(weaker);
    guard.unwrap_or_else(|| {
        let why = access.problem.clone();
        Guard::unclear(why.unwrap_or_else(|| "it answers no request by itself".to_owned()))
    })
}

fn of_asked(asked: &Asked) -> Guard {
    let login = matches!(asked.exposure, Exposure::Authenticated | Exposure::Restricted);
    Guard {
        login,
        special: asked.exposure == Exposure::Restricted && asked.account != Truth::Yes,
        object: asked.object.unwrap_or(false),
        unclear: (asked.exposure == Exposure::Unknown).then(|| asked.why.clone()),
    }
}

fn weaker(a: Guard, b: Guard) -> Guard {
    Guard {
        login: a.login && b.login,
        special: a.special && b.special,
        object: a.object || b.object,
        unclear: a.unclear.or(b.unclear),
    }
}

/// Why it cannot be told of any of these views whom they let in; `None` where one of them is plain, or there is none.
pub(crate) fn unclear_everywhere(guards: &[Guard]) -> Option<String> {
    let open = guards.iter().filter(|guard| !guard.is_special());
    open.map(|guard| guard.unclear.clone()).reduce(Option::and).flatten()
}

/// A view for whose handlers the permissions of a place count.
pub(crate) struct Counted {
    /// The class; `None` for a function.
    pub(crate) view: Option<ClassId>,
    access: Arc<Access>,
    /// The action that the place is for.
    action: Option<String>,
}

impl Counted {
    /// The handlers.
    pub(crate) fn handlers(&self) -> impl Iterator<Item = &HandlerAccess> {
        self.access.handlers.iter().filter(|handler| match &self.action {
            Some(action) => handler.name == *action,
            // What an action sets by itself replaces the list of the view.
            None => handler.of_view.is_none(),
        })
    }

    /// What the handlers ask; of a view that answers nothing by itself, what it would ask.
    pub(crate) fn asked(&self) -> impl Iterator<Item = &Asked> {
        self.handlers().map(|h| &h.asked).chain(&self.access.general)
    }
}

/// The handlers of one view.
pub(crate) fn counted_view(cx: &CheckContext<'_>, view: ClassId) -> Counted {
    Counted { view: Some(view), access: cx.access.of_class(view, Detail::Callers), action: None }
}

/// The views for which a list of permissions counts: the one that it stands in, and those that inherit it.
pub(crate) fn counted(cx: &CheckContext<'_>, site: &PolicySite<'_>) -> Vec<Counted> {
    let of_class = |view: ClassId, action: Option<String>| Counted {
        view: Some(view),
        access: cx.access.of_class(view, Detail::Callers),
        action,
    };
    match site.owner {
        Owner::Function(function) => {
            vec![Counted { view: None, access: cx.access.of_function(function), action: None }]
        }
        Owner::Action(class, position) => {
            let name = &cx.index.class(class).methods[position].name;
            let views = cx.index.views().map(|(view, _)| view).filter(|view| inherits(cx, *view, class));
            views.map(|view| of_class(view, Some(name.to_string()))).collect()
        }
        Owner::Class(class) => {
            let gets = |view: ClassId| {
                let found = cx.index.lookup(view, Policy::Permission.name());
                matches!(found, Lookup::Value { class: of, .. } if of == class)
            };
            let views = cx.index.views().map(|(view, _)| view);
            views
                .filter(|view| inherits(cx, *view, class) && gets(*view))
                .map(|v| of_class(v, None))
                .collect()
        }
    }
}

/// Whom the views let in for which a list of permissions counts. What is written decides where the policy of the views
/// does not tell more; a list that is open only by a negation, by classes that look at objects alone, or on a branch of
/// `get_permissions`, is told by checks of its own.
pub(crate) fn openness(cx: &CheckContext<'_>, site: &PolicySite<'_>) -> Openness {
    let written = cx.index.openness(site.at(), site.class(), site.value);
    if written == Openness::Closed && is_closed_to_strangers(cx, site) {
        return written;
    }
    let counted = counted(cx, site);
    let asked = || counted.iter().flat_map(Counted::asked);
    let Some(weakest) = asked().map(|a| a.exposure).min() else { return written };
    let by_method = counted
        .iter()
        .filter_map(|c| c.view)
        .any(|view| matches!(cx.index.lookup(view, Policy::Permission.method()), Lookup::Method { .. }));
    let unknown = || asked().find(|a| a.exposure == Exposure::Unknown).map(|a| a.why.clone());
    // A list that holds an instance may end in an error instead; a class that asks in some actions is meant to.
    let is_plain =
        || asked().all(|a| matches!(a.exposure, Exposure::Open | Exposure::ReadOpen) && a.classes.is_some());
    match (written, weakest) {
        (Openness::Open, Exposure::Open | Exposure::ReadOpen) => Openness::Open,
        (Openness::Unclear(_) | Openness::Closed, Exposure::Open)
            if !by_method && is_plain() && !is_told_elsewhere(cx, site) =>
        {
            Openness::Open
        }
        (Openness::Open, Exposure::Unknown) if by_method => Openness::Unclear(unknown().unwrap_or_default()),
        (_, Exposure::Authenticated | Exposure::Restricted) => Openness::Closed,
        (written, _) => written,
    }
}

/// Whether the views for which a list of permissions counts answer nothing but reads.
pub(crate) fn only_reads(cx: &CheckContext<'_>, site: &PolicySite<'_>) -> bool {
    let counted = counted(cx, site);
    let known = counted.iter().all(|c| c.access.problem.is_none());
    let mut handlers = counted.iter().flat_map(Counted::handlers).peekable();
    known && handlers.peek().is_some() && handlers.all(|h| h.method == "GET")
}

/// Whether one class of a list turns away whoever has no account, whatever the view.
fn is_closed_to_strangers(cx: &CheckContext<'_>, site: &PolicySite<'_>) -> bool {
    let elements = cx.index.list_elements(site.at(), site.class(), site.value).unwrap_or_default();
    let plain = elements.iter().filter(|element| matches!(element.value, Expression::Name(_)));
    plain
        .flat_map(|element| permission_lists::leaves(cx.index, element))
        .any(|leaf| matches!(leaf, Named::Project(class) if cx.access.admits_strangers(class) == Truth::No))
}

/// Whether a list holds a negation, or a class that decides about single objects only.
fn is_told_elsewhere(cx: &CheckContext<'_>, site: &PolicySite<'_>) -> bool {
    let Some(elements) = cx.index.list_elements(site.at(), site.class(), site.value) else { return false };
    elements.iter().any(|element| {
        permission_lists::negates(element.value)
            || permission_lists::leaves(cx.index, element).iter().any(
                |leaf| matches!(leaf, Named::Project(id) if permission_lists::is_object_only(cx.index, *id)),
            )
    })
}
