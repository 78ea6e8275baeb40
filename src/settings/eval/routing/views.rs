//! Views: what `as_view()` gives, and decorators around them.

use std::rc::Rc;

use super::super::functions::Args;
use super::super::raise::R;
use super::super::val::{Callee, DictObj, V, Val};
use super::super::{Interp, cause_of};
use super::lib;
use crate::settings::routes::Located;

/// Functions that give a decorator when they are called.
const FACTORIES: &[&str] = &[
    "cache_control",
    "cache_page",
    "condition",
    "conditional_page",
    "decorator_from_middleware_with_args",
    "etag",
    "last_modified",
    "method_decorator",
    "permission_required",
    "permission_required_or_403",
    "permission_required_or_404",
    "ratelimit",
    "require_http_methods",
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

    /// Whether a value is surely a view, or a function of the project that may be one.
    pub(super) fn is_view(&self, val: &Val) -> bool {
        match &val.v {
            V::Lib(object) => matches!(object.class, "view" | "wrapped" | "partial" | "instance"),
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
            return Some(Val::lib("decorator", vec![Val::str(name)], Vec::new()).at(args.at));
        }
        let [only] = args.pos.as_slice() else {
            if args.pos.is_empty() && !args.kw.is_empty() && short == "login_required" {
                return Some(Val::lib("decorator", vec![Val::str(name)], Vec::new()).at(args.at));
            }
            return None;
        };
        let is_builtin = name.starts_with("builtins.") || super::super::stdlib::is_stdlib(name);
        (!is_builtin && self.is_view(only)).then(|| Self::wrap(only, only, name))
    }

    /// A decorator of the project is called: it runs, and what it gives is a view by another name.
    pub(super) fn own_decorator(&mut self, name: &str, result: Val, args: &Args) -> Val {
        let Some(view) = args.pos.iter().find(|a| self.is_view(a)).cloned() else { return result };
        match &result.v {
            // `@wraps(view) def inner(…)`: the wrapper carries the view's names.
            V::Lib(object)
                if object.class == "wrapped"
                    && object.args.get(2).is_some_and(|w| w.as_str().is_some_and(|w| w.is_empty())) =>
            {
                let (inner, original) = (object.args[0].clone(), object.args[1].clone());
                Self::wrap(&inner, &original, name)
            }
            V::Unknown(_) => {
                let cause: Rc<str> = format!("{name}() wraps it in a way that is not followed").into();
                Val::unknown(cause).at(view.at)
            }
            _ => result,
        }
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
            V::Bound(bound) => {
                if let Callee::Method(method) = &bound.1
                    && lib(&bound.0, "method-mapper").is_some()
                {
                    let (mapper, method) = (bound.0.clone(), method.clone());
                    return Ok(self.map_method(&mapper, &method, val));
                }
            }
            V::Ref(name) => {
                let known = ["property", "cached_property", "staticmethod", "classmethod", "classproperty"];
                if known.contains(&super::short(name)) {
                    return Ok(None);
                }
                let is_function = matches!(val.v, V::Func(_)) || self.is_view(val);
                let in_class = self.frame_ref().class.is_some() && !self.frame_ref().is_function;
                if is_function && !in_class && self.is_ours(name) {
                    let args = Args { pos: vec![val.clone()], ..Args::default() };
                    return self.call(wrapper, args).map(Some);
                }
            }
            _ => {}
        }
        // What stays is the function or class itself.
        let is_kept = matches!(val.v, V::Func(_) | V::Class(_) | V::Lib(_));
        Ok(is_kept.then(|| val.clone()))
    }

    /// Why a view cannot be told, when it is none.
    pub(super) fn no_view(val: &Val) -> Rc<str> {
        cause_of(val)
    }
}
