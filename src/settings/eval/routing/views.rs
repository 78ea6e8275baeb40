//! Views: what `as_view()` gives, and decorators around them.

use std::rc::Rc;

use super::super::functions::{Args, Body};
use super::super::raise::R;
use super::super::val::{Callee, DictObj, LibObject, V, Val};
use super::super::{Interp, cause_of};
use super::lib;
use crate::python::ast::{Expr, Stmt};
use crate::python::is_standard_library;
use crate::settings::routes::{Located, Target};

/// Functions that give a decorator when they are called.
const FACTORIES: &[&str] = &[
    "cache_control",
    "cache_page",
    "condition",
    "conditional_page",
    "decorator_from_middleware_with_args",
    "etag",
    "extend_schema",
    "last_modified",
    "method_decorator",
    "permission_required",
    "permission_required_or_403",
    "permission_required_or_404",
    "ratelimit",
    "require_http_methods",
    "swagger_auto_schema",
    "user_passes_test",
    "vary_on_headers",
    "waffle_flag",
    "waffle_switch",
];

impl Interp<'_> {
    /// `Class.as_view(…)`.
    pub(super) fn as_view(&mut self, class: &Val, args: &Args) -> Val {
        let named = args.named("actions").or_else(|| args.pos.first()).cloned();
        let actions = named.unwrap_or_else(|| Val::new(V::None));
        let mut init = DictObj { rest: args.open.clone(), ..DictObj::default() };
        for (name, val) in args.kw.iter().filter(|(n, _)| &**n != "actions") {
            init.insert(Val::str(name), val.clone());
        }
        let init = self.dict_of(init);
        Val::lib("view", vec![class.clone(), actions, init], Vec::new()).at(args.at.or(class.at))
    }

    /// `Class.as_view(…)` of a class that has its own: it runs, and what it puts in front of the view is kept.
    pub(super) fn own_as_view(&mut self, class: &Val, args: &Args) -> R<Val> {
        let plain = self.as_view(class, args);
        let V::Ref(name) = &class.v else { return Ok(plain) };
        let full = format!("{name}.as_view");
        if !self.is_ours(name) || self.names().locate(&full) != Located::Method {
            return Ok(plain);
        }
        let name = name.clone();
        let Some(id) = self.class_named(&name)? else { return Ok(plain) };
        let method = self.class_attr(id, "as_view")?;
        let result = self.call(&method, args.clone())?;
        Ok(match &result.v {
            V::Lib(object) if matches!(object.class, "view" | "wrapped") => result.at(plain.at),
            V::Lib(object) if object.class == "shown" => {
                let parts = vec![object.args[0].clone(), plain.clone(), object.args[2].clone()];
                Val::lib("shown", parts, Vec::new()).at(plain.at)
            }
            V::Func(id) if self.class_told(*id).is_some() => Self::wrap(&plain, &plain, &full),
            V::Func(_) => Val::lib("shown", vec![result.clone(), plain.clone(), Val::str(&full)], Vec::new())
                .at(plain.at),
            _ => {
                self.cannot_tell(
                    plain.at,
                    format!("what {full}() puts in front of the view is not followed"),
                );
                plain
            }
        })
    }

    /// The class that an `as_view` of the project wrote on the function that it gave, as Django's own does, and the
    /// method's dotted name.
    pub(super) fn class_told(&self, func: u32) -> Option<(Val, String)> {
        let func = &self.funcs[func as usize];
        let maker = &self.funcs[func.within? as usize];
        let Body::Block(body) = maker.body else { return None };
        let class = maker.parameters?.iter().next()?.name().as_str();
        let tells = |target: &Expr| {
            target.as_attribute_expr().is_some_and(|a| {
                let of_func = a.value.as_name_expr().is_some_and(|name| *name.id == *func.name);
                of_func && matches!(a.attr.as_str(), "cls" | "view_class")
            })
        };
        let is_told = body.iter().filter_map(Stmt::as_assign_stmt).any(|assign| {
            assign.value.as_name_expr().is_some_and(|name| name.id == class)
                && assign.targets.iter().any(tells)
        });
        let mut scopes = func.chain.iter().rev().filter_map(|id| self.scope(*id));
        let value = scopes.find_map(|scope| scope.vars.get(class)).filter(|_| is_told)?.val.clone();
        let name = format!("{}.{}", self.class_path(maker.class?), maker.name);
        matches!(value.v, V::Class(_) | V::Ref(_)).then_some((value, name))
    }

    /// Whether a value is surely a view, or a function of the project that may be one.
    pub(super) fn is_view(&self, val: &Val) -> bool {
        match &val.v {
            V::Lib(object) => {
                matches!(object.class, "view" | "wrapped" | "shown" | "api-view" | "partial" | "instance")
            }
            V::Func(_) => true,
            V::Ref(name) => {
                self.is_ours(name)
                    && matches!(self.names().locate(name), Located::Function(_) | Located::Method)
            }
            _ => false,
        }
    }

    /// A view with one more decorator around it.
    pub(super) fn wrap(inner: &Val, original: &Val, wrapper: &str) -> Val {
        Val::lib("wrapped", vec![inner.clone(), original.clone(), Val::str(wrapper)], Vec::new())
            .at(original.at)
    }

    /// A call of something outside the project that may be a decorator, or make one.
    pub(super) fn foreign_decorator(&mut self, name: &str, args: &Args) -> Option<Val> {
        let short = super::short(name);
        if FACTORIES.contains(&short) || (short == "api_view" && !args.pos.iter().any(|a| self.is_view(a))) {
            // `permission_required("x")(view)`; the decorator keeps the view's own attributes.
            let mut parts = vec![Val::str(name)];
            parts.extend(args.pos.first().or_else(|| args.named("http_method_names")).cloned());
            return Some(Val::lib("decorator", parts, Vec::new()).at(args.at));
        }
        let [only] = args.pos.as_slice() else {
            if args.pos.is_empty() && !args.kw.is_empty() && short == "login_required" {
                return Some(Val::lib("decorator", vec![Val::str(name)], Vec::new()).at(args.at));
            }
            return None;
        };
        let is_builtin = name.starts_with("builtins.")
            || name.starts_with("django.utils.functional.")
            || is_standard_library(name);
        (!is_builtin && self.is_view(only)).then(|| Self::wrap(only, only, name))
    }

    /// What a function of the project gave that was called with one view: as a rule it is a decorator.
    pub(in super::super) fn after_call(&mut self, func: u32, result: Val, view: Option<&Val>) -> Val {
        let Some(view) = view.filter(|v| self.is_routing() && self.is_view(v)) else { return result };
        let name = self.decorator_name(func);
        match (face(&result), face(view)) {
            (Some(front), Some(own)) if is_same(&front, &own) => match &result.v {
                // `@wraps(view) def inner(…)`: the wrapper carries the view's names.
                V::Lib(object) if object.class == "wrapped" => Self::wrap(&object.args[0], view, &name),
                _ => result,
            },
            (Some(front), _) if matches!(front.v, V::Func(_)) => {
                Val::lib("shown", vec![front, view.clone(), Val::str(&name)], Vec::new()).at(view.at)
            }
            _ if result.is_unknown() => {
                let cause: Rc<str> = format!("{name}() wraps it in a way that is not followed").into();
                Val::unknown(cause).at(view.at)
            }
            _ => result,
        }
    }

    /// The module-level function to which a function belongs, by dotted name.
    fn decorator_name(&self, func: u32) -> String {
        let named = match self.function_target(func) {
            Target::Function(at, _) => self.names().function_around(at),
            _ => None,
        };
        let func = &self.funcs[func as usize];
        named.unwrap_or_else(|| format!("{}.{}", self.modules[func.module as usize].name, func.name))
    }

    /// What a decorator makes of a function, class or view. `None` leaves it to the interpreter.
    pub(in super::super) fn decorate_routed(&mut self, wrapper: &Val, val: &Val) -> R<Option<Val>> {
        if !self.is_routing() {
            return Ok(None);
        }
        if lib(wrapper, "action-decorator").is_some() {
            return Ok(Some(self.extra_action(wrapper, val).unwrap_or_else(|| val.clone())));
        }
        if let Some(object) = lib(wrapper, "wraps") {
            let original = object.args.first().cloned().unwrap_or_else(|| val.clone());
            return Ok(Some(Self::wrap(val, &original, "")));
        }
        match &wrapper.v {
            V::Bound(bound) => match &bound.1 {
                Callee::Method(method) if lib(&bound.0, "method-mapper").is_some() => {
                    let (mapper, method) = (bound.0.clone(), method.clone());
                    return Ok(self.map_method(&mapper, &method, val));
                }
                Callee::Func(_) if self.takes_note(val) => return self.noted(wrapper, val).map(Some),
                _ => {}
            },
            V::Func(_) if matches!(val.v, V::Class(_)) && self.takes_note(val) => {
                return self.noted(wrapper, val).map(Some);
            }
            V::Ref(_) | V::Instance(_) if self.is_filler() && self.takes_note(val) => {
                return self.noted(wrapper, val).map(Some);
            }
            V::Ref(name) => {
                let is_known = matches!(
                    super::short(name),
                    "property"
                        | "cached_property"
                        | "staticmethod"
                        | "classmethod"
                        | "classonlymethod"
                        | "classproperty"
                );
                if is_known {
                    return Ok(None);
                }
                let is_function = matches!(val.v, V::Func(_)) || self.is_view(val);
                let in_class = self.frame_ref().class.is_some() && !self.frame_ref().is_function;
                if is_function && !in_class && self.is_ours(name) {
                    return self.decorated(wrapper, val).map(Some);
                }
            }
            V::Func(_) if matches!(val.v, V::Func(_)) || self.is_view(val) => {
                let in_class = self.frame_ref().class.is_some() && !self.frame_ref().is_function;
                if !in_class {
                    return self.decorated(wrapper, val).map(Some);
                }
            }
            V::Lib(object) if object.class == "decorator" && !matches!(val.v, V::Class(_)) => {
                if let Some(made) = self.api_view(object, val) {
                    return Ok(Some(made));
                }
            }
            _ => {}
        }
        // What stays is the function or class itself.
        let is_kept = matches!(val.v, V::Func(_) | V::Class(_) | V::Lib(_));
        Ok(is_kept.then(|| val.clone()))
    }

    /// Whether a decorator may keep a function or class of a module in a collection.
    fn takes_note(&self, val: &Val) -> bool {
        let frame = self.frame_ref();
        let in_class = frame.class.is_some() && !frame.is_function;
        !in_class && (matches!(val.v, V::Func(_) | V::Class(_)) || self.is_view(val))
    }

    /// What a decorator makes of a function. A class stays what it is, and so does what cannot be told.
    fn noted(&mut self, wrapper: &Val, val: &Val) -> R<Val> {
        let made = match self.call(wrapper, Args { pos: vec![val.clone()], ..Args::default() }) {
            Ok(made) => made,
            Err(raise) if raise.stop => return Err(raise),
            Err(_) => return Ok(val.clone()),
        };
        let is_kept = matches!(val.v, V::Class(_)) || made.is_unknown() || matches!(made.v, V::None);
        Ok(if is_kept { val.clone() } else { made })
    }

    fn decorated(&mut self, wrapper: &Val, val: &Val) -> R<Val> {
        let made = self.call(wrapper, Args { pos: vec![val.clone()], ..Args::default() })?;
        // What a decorator that is not followed gives has at least the function's name as a rule.
        Ok(if made.is_unknown() { val.clone() } else { made })
    }

    /// `@api_view([…])` around a function.
    pub(super) fn api_view(&self, decorator: &LibObject, func: &Val) -> Option<Val> {
        let name = decorator.args.first()?.as_str()?;
        if super::short(name) != "api_view" {
            return None;
        }
        let methods = decorator.args.get(1).cloned().unwrap_or_else(|| Val::tuple(vec![Val::str("get")]));
        Some(Val::lib("api-view", vec![func.clone(), methods], Vec::new()).at(func.at))
    }

    /// Why a view cannot be told, when it is none.
    pub(super) fn no_view(val: &Val) -> Rc<str> {
        cause_of(val)
    }
}

/// The function or view whose names a value carries.
pub(super) fn face(val: &Val) -> Option<Val> {
    match &val.v {
        V::Func(_) | V::Ref(_) => Some(val.clone()),
        V::Lib(object) => match object.class {
            "wrapped" => face(object.args.get(1)?),
            "shown" => face(object.args.first()?),
            "view" | "api-view" | "extra-action" => Some(val.clone()),
            _ => None,
        },
        _ => None,
    }
}

fn is_same(a: &Val, b: &Val) -> bool {
    match (&a.v, &b.v) {
        (V::Func(a), V::Func(b)) => a == b,
        (V::Ref(a), V::Ref(b)) => a == b,
        (V::Lib(a), V::Lib(b)) => Rc::ptr_eq(a, b),
        _ => false,
    }
}
