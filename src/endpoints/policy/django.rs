//! Views of Django that are no DRF views, and the decorators that protect any view.
//!
//! What a view's own body asks is not run: where it speaks of users or permissions, the verdict is unknown.

use super::eval::{ClassRef, Evaluator};
use super::mixins::{LOGIN, MORE, Stop, before_dispatch};
use super::shape::{Shape, inherits};
use super::value::Exposure;
use super::{flow, middleware};
use crate::index::{Ancestor, Entity, FunctionId, Resolution};
use crate::settings::Truth;
use crate::source::Span;

/// What code says that may refuse somebody.
const REFUSALS: [&str; 12] = [
    "user",
    "permission",
    "Permission",
    "auth",
    "Auth",
    "denied",
    "Forbidden",
    "forbidden",
    "login",
    "token",
    "401",
    "403",
];

/// The strongest protection that the decorators around a callback give; `None` when there is none.
pub(super) fn wrappers(evaluator: &Evaluator<'_>, shape: &Shape) -> Option<(Exposure, String)> {
    let mut strongest: Option<(Exposure, String)> = None;
    for name in &shape.wrappers {
        let short = name.rsplit('.').next().unwrap_or(name);
        let found = if LOGIN.contains(&&**name) {
            Exposure::Authenticated
        } else if MORE.contains(&&**name) {
            Exposure::Restricted
        } else if is_neutral(evaluator, name) {
            continue;
        } else {
            Exposure::Unknown
        };
        let why = match found {
            Exposure::Unknown => format!("what `{short}` asks cannot be told"),
            _ => format!("`{short}` asks for it"),
        };
        if strongest.as_ref().is_none_or(|(e, _)| *e < found) {
            strongest = Some((found, why));
        }
    }
    strongest
}

/// What around a callback may call another than the view with its guards: a decorator of the project that reaches for
/// what others wrap, an `as_view` that does not ask the base's.
pub(super) fn way_around(evaluator: &Evaluator<'_>, shape: &Shape) -> Option<String> {
    let text = |at: Span| evaluator.sources.slice(at);
    shape.wrappers.iter().find_map(|name| {
        if own_code(evaluator, name).is_some_and(|at| text(at).contains("__wrapped__")) {
            return Some(format!("`{name}` takes decorators off"));
        }
        let class = own_code(evaluator, name.strip_suffix(".as_view")?)?;
        let class = evaluator.index.class(evaluator.index.class_around(class)?);
        let is_blind = class.method("as_view").is_some_and(|m| !text(m.at).contains("super("));
        is_blind.then(|| format!("`{name}` gives another view"))
    })
}

/// The class or function of the project that a dotted name means.
fn own_code(evaluator: &Evaluator<'_>, name: &str) -> Option<Span> {
    let file = evaluator.index.files().next()?.file;
    match evaluator.index.resolve_path(file, name) {
        Resolution::Resolved(entity @ (Entity::Function(_) | Entity::Class(_))) => evaluator.place_of(entity),
        _ => None,
    }
}

/// Whether a decorator surely refuses nobody for who they are.
pub(super) fn is_neutral(evaluator: &Evaluator<'_>, name: &str) -> bool {
    if name.starts_with("django.views.decorators.")
        || name.starts_with("rest_framework.decorators.")
        || name.starts_with("django.utils.decorators.")
        || name.starts_with("django.db.transaction.")
        || name.starts_with("functools.")
        || name == "django.contrib.auth.decorators.login_not_required"
        || name.starts_with("drf_spectacular.")
        || name.starts_with("drf_yasg.")
    {
        return true;
    }
    own_code(evaluator, name).is_some_and(|at| !speaks_of_refusal(evaluator, at))
}

fn speaks_of_refusal(evaluator: &Evaluator<'_>, at: Span) -> bool {
    let text = evaluator.sources.slice(at);
    REFUSALS.iter().any(|word| text.contains(word))
}

/// A function view of Django.
pub(super) fn function(
    evaluator: &Evaluator<'_>,
    shape: &Shape,
    around: Option<(Exposure, String)>,
) -> (Exposure, String) {
    let inner = match shape.function {
        Some(id) => function_body(evaluator, id),
        None => library_function(&shape.name),
    };
    let inner = middleware::in_front(evaluator, shape, inner);
    match around {
        Some(outer) if outer.0 > inner.0 => outer,
        _ => inner,
    }
}

fn function_body(evaluator: &Evaluator<'_>, id: FunctionId) -> (Exposure, String) {
    if speaks_of_refusal(evaluator, evaluator.index.function(id).at) {
        return (Exposure::Unknown, "its code may ask who calls".into());
    }
    (Exposure::Open, "nothing asks who calls".into())
}

/// A function of a library: Django's own views are open, those of the admin are for the staff.
fn library_function(name: &str) -> (Exposure, String) {
    if name.starts_with("django.contrib.admin") {
        let is_door = name.ends_with(".login") || name.ends_with(".i18n_javascript");
        let open = (Exposure::Open, "the admin's login page".into());
        return if is_door { open } else { (Exposure::Restricted, "the admin is for the staff".into()) };
    }
    if name.starts_with("django.views.") || name.starts_with("django.contrib.sitemaps.") {
        return (Exposure::Open, "nothing asks who calls".into());
    }
    (Exposure::Unknown, format!("nothing is known of `{name}`"))
}

/// One method of a class view of Django.
pub(super) fn class_view(evaluator: &Evaluator<'_>, shape: &Shape, verb: &str) -> (Exposure, String) {
    let Some(class) = &shape.class else { return (Exposure::Unknown, "the view is not known".into()) };
    middleware::in_front(evaluator, shape, class_body(evaluator, shape, class, verb))
}

fn class_body(evaluator: &Evaluator<'_>, shape: &Shape, class: &ClassRef, verb: &str) -> (Exposure, String) {
    let order = evaluator.mro(class);
    if order.problem.is_some() {
        return (Exposure::Unknown, "its bases have no order".into());
    }
    let may_ask = || (Exposure::Unknown, "its code may ask who calls".into());
    let (guard, stop) = before_dispatch(evaluator, shape, class, verb);
    let found = match stop {
        Stop::Own => match flow::visited(evaluator, &shape.request(verb), class, "dispatch") {
            (Exposure::Open, _) if speaks(evaluator, &order.order) => may_ask(),
            visited => visited,
        },
        Stop::Unclear(cause) => (Exposure::Unknown, cause),
        Stop::Last if guard.is_none() && speaks(evaluator, &order.order) => may_ask(),
        Stop::Last => (Exposure::Open, "nothing asks who calls".into()),
    };
    match guard {
        Some(guard) if guard.0 >= found.0 => guard,
        _ => found,
    }
}

/// Whether the code of some class speaks of what may refuse somebody.
fn speaks(evaluator: &Evaluator<'_>, order: &[Ancestor]) -> bool {
    order.iter().any(|ancestor| match ancestor {
        Ancestor::Project(id) => speaks_of_refusal(evaluator, evaluator.index.class(*id).at),
        _ => false,
    })
}

/// Whether a view is one of those that must be open for anybody to log in.
pub(super) fn inherits_login_page(evaluator: &Evaluator<'_>, shape: &Shape) -> bool {
    const DOORS: [&str; 5] = [
        "django.contrib.auth.views.LoginView",
        "django.contrib.auth.views.PasswordResetView",
        "django.contrib.auth.views.PasswordResetDoneView",
        "django.contrib.auth.views.PasswordResetConfirmView",
        "django.contrib.auth.views.PasswordResetCompleteView",
    ];
    shape.class.as_ref().is_some_and(|class| inherits(evaluator, class, &DOORS) != Truth::No)
}
