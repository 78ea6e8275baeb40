//! Views of Django that are no DRF views, and the decorators and mixins that protect any view.
//!
//! What a view's own body asks is not run: where it speaks of users or permissions, the verdict is unknown.

use super::eval::{ClassRef, Evaluator, Persona, Situation};
use super::shape::{Shape, inherits};
use super::value::Exposure;
use super::{flow, middleware};
use crate::index::{Ancestor, Entity, Framework, FunctionId, Resolution};
use crate::settings::Truth;
use crate::source::Span;

/// Decorators and mixins that ask for a login.
const LOGIN: [&str; 2] =
    ["django.contrib.auth.decorators.login_required", "django.contrib.auth.mixins.LoginRequiredMixin"];
/// Those that ask for more.
const MORE: [&str; 3] = [
    "django.contrib.auth.decorators.permission_required",
    "django.contrib.auth.mixins.PermissionRequiredMixin",
    "django.contrib.admin.views.decorators.staff_member_required",
];
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

/// Whether a decorator surely refuses nobody for who they are.
fn is_neutral(evaluator: &Evaluator<'_>, name: &str) -> bool {
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
    let Some(file) = evaluator.index.files().next().map(|f| f.file) else { return false };
    match evaluator.index.resolve_path(file, name) {
        Resolution::Resolved(entity @ (Entity::Function(_) | Entity::Class(_))) => {
            evaluator.place_of(entity).is_some_and(|at| !speaks_of_refusal(evaluator, at))
        }
        _ => false,
    }
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
    let decorated = decorated_dispatch(evaluator, class);
    // A mixin protects only when it comes before the view in the order, and nothing before it answers itself.
    let mro = evaluator.mro(class);
    if mro.problem.is_some() {
        return (Exposure::Unknown, "its bases have no order".into());
    }
    for ancestor in &mro.order {
        match ancestor {
            Ancestor::Project(id) => {
                let namespace = evaluator.namespace(*id);
                if namespace.names.contains_key("dispatch") {
                    let visited = flow::visited(evaluator, &shape.request(verb), class, "dispatch");
                    let found = match visited {
                        (Exposure::Open, _) if speaks(evaluator, &mro.order) => {
                            (Exposure::Unknown, "its code may ask who calls".into())
                        }
                        visited => visited,
                    };
                    return match decorated {
                        Some(outer) if outer.0 > found.0 => outer,
                        _ => found,
                    };
                }
            }
            Ancestor::Framework(id) => {
                let library = Framework::builtin().class(*id);
                let name = library.name.as_str();
                let short = name.rsplit('.').next().unwrap_or(name);
                if LOGIN.contains(&name) || library.protected.is_some() {
                    return (Exposure::Authenticated, format!("`{short}` asks for a login"));
                }
                if MORE.contains(&name) {
                    return (Exposure::Restricted, format!("`{short}` asks for a permission"));
                }
                if name == "django.contrib.auth.mixins.UserPassesTestMixin" {
                    return user_passes_test(evaluator, shape);
                }
                if !name.starts_with("django.") && library.methods.iter().any(|m| m == "dispatch") {
                    return (Exposure::Unknown, format!("`{short}` may ask who calls"));
                }
            }
            Ancestor::Plain(_) => {}
            Ancestor::Unknown(cause) => return (Exposure::Unknown, cause.to_string()),
        }
    }
    if let Some(found) = decorated {
        return found;
    }
    if speaks(evaluator, &mro.order) {
        return (Exposure::Unknown, "its code may ask who calls".into());
    }
    (Exposure::Open, "nothing asks who calls".into())
}

/// Whether the code of some class speaks of what may refuse somebody.
fn speaks(evaluator: &Evaluator<'_>, order: &[Ancestor]) -> bool {
    order.iter().any(|ancestor| match ancestor {
        Ancestor::Project(id) => speaks_of_refusal(evaluator, evaluator.index.class(*id).at),
        _ => false,
    })
}

/// `@method_decorator(login_required, name="dispatch")` on the class, or on its `dispatch`.
fn decorated_dispatch(evaluator: &Evaluator<'_>, class: &ClassRef) -> Option<(Exposure, String)> {
    let ClassRef::Project(id) = class else { return None };
    let item = evaluator.index.class(*id);
    let on_class = item.decorators.iter().filter(|d| {
        let arguments = d.arguments.iter().flatten();
        arguments.clone().any(|a| {
            a.keyword.as_deref() == Some("name")
                && matches!(&a.value, crate::index::Expression::Str(text) if &**text == "dispatch")
        })
    });
    let on_method = item.method("dispatch").into_iter().flat_map(|m| m.decorators.iter());
    let mut strongest = None;
    for decorator in on_class.chain(on_method) {
        let Some(name) = decorator.name.as_deref() else { continue };
        if !evaluator.index.is_external(decorator.at, name, "django.utils.decorators.method_decorator") {
            continue;
        }
        for argument in decorator.arguments.iter().flatten().filter(|a| a.keyword.is_none()) {
            let text = evaluator.sources.slice(argument.value_at);
            let asks =
                |names: &[&str]| names.iter().any(|n| text.contains(n.rsplit('.').next().unwrap_or(n)));
            if asks(&MORE) {
                strongest = Some((Exposure::Restricted, "a decorator of `dispatch` asks for it".into()));
            } else if asks(&LOGIN) && strongest.is_none() {
                strongest =
                    Some((Exposure::Authenticated, "a decorator of `dispatch` asks for a login".into()));
            }
        }
    }
    strongest
}

/// `UserPassesTestMixin`: the test, as nobody and as a plain user.
fn user_passes_test(evaluator: &Evaluator<'_>, shape: &Shape) -> (Exposure, String) {
    let passes = |who| {
        let situation = Situation { persona: Some(who), ..shape.situation() };
        evaluator.view_test(&situation, "test_func")
    };
    match (passes(Persona::Anonymous), passes(Persona::User)) {
        (Truth::Yes, _) => (Exposure::Open, "`test_func` lets anybody in".into()),
        (Truth::No, Truth::Yes) => (Exposure::Authenticated, "`test_func` asks for a login".into()),
        (Truth::No, _) => (Exposure::Restricted, "`test_func` asks for more than a login".into()),
        (Truth::Maybe, _) => (Exposure::Unknown, "whom `test_func` lets in cannot be told".into()),
    }
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
