//! Django's mixins and decorators that stand before the `dispatch` of a class view, in method resolution order: those
//! behind the view that answers are never asked.

use super::eval::{ClassRef, Evaluator, Owner, Persona, Situation, USER_PASSES_TEST};
use super::shape::Shape;
use super::value::Exposure;
use crate::index::{Ancestor, ClassId, Entity, Expression, Framework, Resolution};
use crate::settings::Truth;
use crate::source::Span;

/// Decorators and mixins that ask for a login.
pub(super) const LOGIN: [&str; 2] =
    ["django.contrib.auth.decorators.login_required", "django.contrib.auth.mixins.LoginRequiredMixin"];
/// Those that ask for more.
pub(super) const MORE: [&str; 3] = [
    "django.contrib.auth.decorators.permission_required",
    PERMISSION_MIXIN,
    "django.contrib.admin.views.decorators.staff_member_required",
];
const PERMISSION_MIXIN: &str = "django.contrib.auth.mixins.PermissionRequiredMixin";
const TEST_MIXIN: &str = "django.contrib.auth.mixins.UserPassesTestMixin";
/// The views whose `dispatch` calls the handler.
const LAST: [&str; 2] = ["django.views.generic.base.View", "rest_framework.views.APIView"];
/// Words of a refusal that may come to the handler after all.
const WAYS_ON: [&str; 6] = ["dispatch", "self.get", "self.post", "getattr", "render", "as_view"];

/// Whom a view lets in, and why.
type Verdict = (Exposure, String);

/// Where the search for guards ended.
pub(super) enum Stop {
    /// At a `dispatch` of the project.
    Own,
    /// At the view that answers.
    Last,
    /// At something that cannot be told.
    Unclear(String),
}

/// The strongest guard that stands before the view's `dispatch`, and where the search ended.
pub(super) fn before_dispatch(
    evaluator: &Evaluator<'_>,
    shape: &Shape,
    class: &ClassRef,
    verb: &str,
) -> (Option<Verdict>, Stop) {
    let mut strongest: Option<Verdict> = None;
    let mut add = |found: Option<Verdict>| {
        if let Some(found) = found
            && strongest.as_ref().is_none_or(|(e, _)| *e < found.0)
        {
            strongest = Some(found);
        }
    };
    let mut stop = Stop::Last;
    for ancestor in &evaluator.mro(class).order {
        match ancestor {
            Ancestor::Project(id) => {
                add(decorated(evaluator, shape, verb, *id));
                let namespace = evaluator.namespace(*id);
                if let Some(cause) = namespace.opaque.as_ref().or(namespace.guarded.as_ref()) {
                    stop = Stop::Unclear(cause.to_string());
                    break;
                }
                if namespace.names.contains_key("dispatch") {
                    stop = Stop::Own;
                    break;
                }
            }
            Ancestor::Framework(id) => {
                let library = Framework::builtin().class(*id);
                let name = library.name.as_str();
                if LAST.contains(&name) {
                    break;
                }
                if let Some(found) = mixin(evaluator, shape, class, verb, name) {
                    add(Some(found));
                } else if library.protected.is_some() {
                    add(Some((Exposure::Authenticated, format!("`{}` asks for a login", short(name)))));
                } else if !name.starts_with("django.") && library.methods.iter().any(|m| m == "dispatch") {
                    stop = Stop::Unclear(format!("`{}` may ask who calls", short(name)));
                    break;
                }
            }
            Ancestor::Plain(_) => {}
            Ancestor::Unknown(cause) => {
                stop = Stop::Unclear(cause.to_string());
                break;
            }
        }
    }
    (strongest, stop)
}

fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// What one of Django's mixins asks, with the methods of the view that it calls.
fn mixin(
    evaluator: &Evaluator<'_>,
    shape: &Shape,
    class: &ClassRef,
    verb: &str,
    name: &str,
) -> Option<Verdict> {
    let own = |method: &str| evaluator.project_method(class, method);
    let found = match name {
        TEST_MIXIN => match own("get_test_func") {
            Some(_) => (Exposure::Unknown, "`get_test_func` says whom it lets in".into()),
            None => tested(evaluator, shape, verb, "test_func"),
        },
        PERMISSION_MIXIN if own("has_permission").is_some() => {
            tested(evaluator, shape, verb, "has_permission")
        }
        PERMISSION_MIXIN if own("get_permission_required").is_some() => {
            (Exposure::Unknown, "`get_permission_required` says what it asks".into())
        }
        PERMISSION_MIXIN => permission_required(evaluator, shape),
        name if LOGIN.contains(&name) => {
            (Exposure::Authenticated, format!("`{}` asks for a login", short(name)))
        }
        _ => return None,
    };
    let refusal = own("handle_no_permission").map(|(_, at)| evaluator.sources.slice(at));
    if refusal.is_some_and(|text| WAYS_ON.iter().any(|word| text.contains(word))) {
        return Some((Exposure::Unknown, "`handle_no_permission` may answer all the same".into()));
    }
    Some(found)
}

/// `permission_required` of the view: nothing asks nobody.
fn permission_required(evaluator: &Evaluator<'_>, shape: &Shape) -> Verdict {
    let asked = evaluator.view_attribute(&shape.situation(), "permission_required");
    match asked.value.exact_elements() {
        Some([]) => (Exposure::Open, "`permission_required` is empty".into()),
        None if matches!(asked.owner, Owner::Unknown) || asked.value.cause().is_some() => {
            (Exposure::Unknown, "what `permission_required` asks cannot be told".into())
        }
        _ => (Exposure::Restricted, "`PermissionRequiredMixin` asks for a permission".into()),
    }
}

/// A test of the view, as nobody and as a plain user.
fn tested(evaluator: &Evaluator<'_>, shape: &Shape, verb: &str, method: &str) -> Verdict {
    by_persona(shape, verb, method, |situation| evaluator.view_test(situation, method))
}

/// The test that a `user_passes_test` is given, likewise.
fn user_test(evaluator: &Evaluator<'_>, shape: &Shape, verb: &str, decorator: Span) -> Verdict {
    by_persona(shape, verb, "user_passes_test", |situation| {
        evaluator.passes_user_test(situation, decorator).unwrap_or(Truth::Maybe)
    })
}

/// The verdict on a test that a request passes or does not.
fn by_persona(shape: &Shape, verb: &str, name: &str, passes: impl Fn(&Situation) -> Truth) -> Verdict {
    let passes = |who| passes(&Situation { persona: Some(who), ..shape.request(verb) });
    match (passes(Persona::Anonymous), passes(Persona::User)) {
        (Truth::Yes, _) => (Exposure::Open, format!("`{name}` lets anybody in")),
        (Truth::No, Truth::Yes) => (Exposure::Authenticated, format!("`{name}` asks for a login")),
        (Truth::No, _) => (Exposure::Restricted, format!("`{name}` asks for more than a login")),
        (Truth::Maybe, _) => (Exposure::Unknown, format!("whom `{name}` lets in cannot be told")),
    }
}

/// `@method_decorator(login_required, name="dispatch")` on a class, or on its `dispatch`.
fn decorated(evaluator: &Evaluator<'_>, shape: &Shape, verb: &str, id: ClassId) -> Option<Verdict> {
    let item = evaluator.index.class(id);
    let on_class = item.decorators.iter().filter(|d| {
        let arguments = d.arguments.iter().flatten();
        arguments.clone().any(|a| {
            a.keyword.as_deref() == Some("name")
                && matches!(&a.value, Expression::Str(text) if &**text == "dispatch")
        })
    });
    let on_method = item.method("dispatch").into_iter().flat_map(|m| m.decorators.iter());
    let mut strongest: Option<Verdict> = None;
    for decorator in on_class.chain(on_method) {
        let Some(name) = decorator.name.as_deref() else { continue };
        if !evaluator.index.is_external(decorator.at, name, "django.utils.decorators.method_decorator") {
            continue;
        }
        for argument in decorator.arguments.iter().flatten().filter(|a| a.keyword.is_none()) {
            let given = argument.value.elements().unwrap_or(std::slice::from_ref(&argument.value));
            for each in given.iter().filter(|e| !asks_nothing(e)) {
                let Some(name) = each.name().or_else(|| callee(each)) else { continue };
                let is =
                    |names: &[&str]| names.iter().any(|n| evaluator.index.is_external(decorator.at, name, n));
                if is(&MORE) {
                    strongest = Some((Exposure::Restricted, "a decorator of `dispatch` asks for it".into()));
                } else if is(&LOGIN)
                    && strongest.as_ref().is_none_or(|(exposure, _)| *exposure < Exposure::Authenticated)
                {
                    let why = "a decorator of `dispatch` asks for a login".into();
                    strongest = Some((Exposure::Authenticated, why));
                } else if is(&[USER_PASSES_TEST]) {
                    let found = user_test(evaluator, shape, verb, decorator.at);
                    if strongest.as_ref().is_none_or(|(exposure, _)| *exposure < found.0) {
                        strongest = Some(found);
                    }
                } else if strongest.is_none() && !is_neutral_here(evaluator, decorator.at, name) {
                    let why = format!("what `{}` asks before `dispatch` cannot be told", short(name));
                    strongest = Some((Exposure::Unknown, why));
                }
            }
        }
    }
    strongest
}

/// Whether a decorator, named at this place, surely refuses nobody.
fn is_neutral_here(evaluator: &Evaluator<'_>, at: Span, name: &str) -> bool {
    match evaluator.index.resolve_at(at, name) {
        Resolution::External(full) => super::django::is_neutral(evaluator, &full),
        Resolution::Resolved(Entity::Function(id)) => {
            super::django::is_neutral(evaluator, &evaluator.index.function_name(id))
        }
        _ => false,
    }
}

fn callee(expression: &Expression) -> Option<&str> {
    match expression {
        Expression::Call(call) => Some(&call.callee),
        _ => None,
    }
}

/// `permission_required([])`, which everybody passes.
fn asks_nothing(expression: &Expression) -> bool {
    matches!(expression, Expression::Call(call) if is_empty(call.arguments.first()))
}

/// Whether an argument is an empty list or tuple.
pub(super) fn is_empty(argument: Option<&Expression>) -> bool {
    argument.and_then(Expression::elements).is_some_and(<[_]>::is_empty)
}
