//! What routers ask a view set for: extra actions, the methods that it has, lookup attributes, its model's name.

use std::rc::Rc;

use super::super::functions::Args;
use super::super::raise::{R, Raise};
use super::super::val::{DictObj, V, Val};
use super::super::{Interp, cause_of};
use super::lib;
use crate::settings::routes::LibraryAction;

impl Interp<'_> {
    /// `action(methods, detail, url_path, url_name, **kwargs)`: a decorator.
    pub(super) fn action_decorator(args: &Args) -> Val {
        let mut kwargs = args.kw.clone();
        for (at, name) in ["methods", "detail", "url_path", "url_name"].into_iter().enumerate() {
            if let Some(val) = args.pos.get(at) {
                kwargs.push((name.into(), val.clone()));
            }
        }
        Val::lib("action-decorator", Vec::new(), kwargs).at(args.at)
    }

    /// `@detail_route(…)` and `@list_route(…)` of DRF before 3.10, which name the route after its path.
    pub(super) fn route_decorator(args: &Args, is_detail: bool) -> Val {
        let mut kwargs = args.kw.clone();
        kwargs.extend(args.pos.first().map(|methods| ("methods".into(), methods.clone())));
        kwargs.push(("detail".into(), Val::bool(is_detail)));
        if let Some(path) = args.named("url_path").and_then(Val::as_str)
            && args.named("url_name").is_none()
        {
            kwargs.push(("url_name".into(), Val::str(&path.replace('_', "-"))));
        }
        Val::lib("action-decorator", Vec::new(), kwargs).at(args.at)
    }

    /// The method that `@action(…)` makes of a function.
    pub(super) fn extra_action(&mut self, decorator: &Val, func: &Val) -> Option<Val> {
        let object = lib(decorator, "action-decorator")?.clone();
        let name = self.function_name(func)?;
        let get = |key: &str| object.kwargs.iter().find(|(n, _)| &**n == key).map(|(_, v)| v.clone());
        let mut mapping = DictObj::default();
        match get("methods") {
            None => drop(mapping.insert(Val::str("get"), Val::str(&name))),
            Some(methods) if matches!(methods.v, V::None) => {
                drop(mapping.insert(Val::str("get"), Val::str(&name)));
            }
            Some(methods) => {
                let seq = self.iterate(&methods);
                for method in &seq.items {
                    match method.as_str() {
                        Some(method) => {
                            drop(mapping.insert(Val::str(&method.to_lowercase()), Val::str(&name)));
                        }
                        None => mapping.rest = Some(cause_of(method)),
                    }
                }
                mapping.rest = mapping.rest.or(seq.rest);
            }
        }
        let mapping = self.dict_of(mapping);
        let text_or = |val: Option<Val>, default: &str| match val {
            Some(val) if !matches!(&val.v, V::None) && val.as_str().is_none_or(|t| !t.is_empty()) => val,
            _ => Val::str(default),
        };
        let detail = get("detail").unwrap_or_else(|| Val::bool(false));
        let url_path = text_or(get("url_path"), &name);
        let url_name = text_or(get("url_name"), &name.replace('_', "-"));
        let kept = ["methods", "detail", "url_path", "url_name"];
        let mut kwargs: Vec<(Val, Val)> = object
            .kwargs
            .iter()
            .filter(|(n, _)| !kept.contains(&&**n))
            .map(|(n, v)| (Val::str(n), v.clone()))
            .collect();
        if get("name").is_none() && get("suffix").is_none() {
            kwargs.push((Val::str("name"), Val::str(&pretty(&name))));
        }
        kwargs.push((Val::str("description"), Val::unknown("the method's docstring")));
        let kwargs = self.dict(kwargs);
        let parts = vec![func.clone(), mapping, detail, url_path, url_name, Val::str(&name), kwargs];
        Some(Val::lib("extra-action", parts, Vec::new()).at(func.at))
    }

    /// An extra action of a library's view set.
    pub(super) fn library_action(&mut self, action: &LibraryAction) -> Val {
        let mapping = action.mapping.iter().map(|(m, a)| (Val::str(m), Val::str(a))).collect();
        let mapping = self.dict(mapping);
        let kwargs = self.dict(Vec::new());
        let parts = vec![
            Val::new(V::None),
            mapping,
            Val::bool(action.detail),
            Val::str(&action.url_path),
            Val::str(&action.url_name),
            Val::str(&action.name),
            kwargs,
        ];
        Val::lib("extra-action", parts, Vec::new())
    }

    /// `@other.mapping.post`: a further method of an extra action.
    pub(super) fn map_method(&mut self, mapper: &Val, method: &str, func: &Val) -> Option<Val> {
        let V::Dict(id) = lib(mapper, "method-mapper")?.args.first()?.v else { return None };
        let name = self.function_name(func)?;
        self.dict_mut(id)?.insert(Val::str(method), Val::str(&name));
        Some(func.clone())
    }

    /// The name of a function, also behind decorators.
    pub(super) fn function_name(&self, val: &Val) -> Option<Rc<str>> {
        match &val.v {
            V::Func(id) => Some(self.funcs[*id as usize].name.clone()),
            V::Ref(name) => Some(super::short(name).into()),
            V::Lib(object) => match object.class {
                "extra-action" => object.args.get(5)?.as_str().cloned(),
                "wrapped" => self.function_name(object.args.get(1)?),
                _ => None,
            },
            _ => None,
        }
    }

    /// `viewset.get_extra_actions()`: the methods that `@action` marks, by name.
    pub(super) fn extra_actions(&mut self, class: u32, at: &Val) -> Val {
        let mro = self.classes[class as usize].mro.clone();
        let mut members: Vec<(Rc<str>, Val)> = Vec::new();
        for id in mro {
            let Some(scope) = self.scope(self.classes[id as usize].scope) else { continue };
            for (name, binding) in &scope.vars {
                if !members.iter().any(|(n, _)| n == name) {
                    members.push((name.clone(), binding.val.clone()));
                }
            }
        }
        members.sort_by(|a, b| a.0.cmp(&b.0));
        if let Some(cause) = self.hidden_base(class) {
            let path = self.class_path(class);
            self.cannot_tell(at.at, format!("{path} may have more actions than are listed: {cause}"));
        }
        let actions = members.into_iter().map(|m| m.1).filter(|m| lib(m, "extra-action").is_some()).collect();
        self.list(actions)
    }

    /// Whether a class has an attribute. `None` when only an unknown base could bring it.
    pub(super) fn class_has(&self, class: u32, name: &str) -> Option<bool> {
        if self.class_member(class, name).is_some() {
            return Some(true);
        }
        if self.hidden_base(class).is_some() { None } else { Some(false) }
    }

    /// The entries of `{method: action}` whose action the view set has.
    pub(super) fn method_map(&mut self, class: u32, mapping: &Val, at: &Val) -> Val {
        let (entries, rest) = self.entries_of(mapping);
        let mut kept = DictObj { rest, ..DictObj::default() };
        let mut hidden = Vec::new();
        for (method, action) in entries {
            let Some(name) = action.as_str().cloned() else {
                kept.rest = Some(cause_of(&action));
                continue;
            };
            match self.class_has(class, &name) {
                Some(true) => drop(kept.insert(method, action)),
                Some(false) => {}
                None => hidden.push(name),
            }
        }
        if !hidden.is_empty() {
            let cause = self.hidden_base(class).unwrap_or_else(|| "a base is not known".into());
            let path = self.class_path(class);
            let names = hidden.join(", ");
            self.cannot_tell(at.at, format!("whether {path} has {names} cannot be told: {cause}"));
        }
        self.dict_of(kept)
    }

    /// `getattr(viewset, name, default)` over the bases that are known.
    pub(super) fn known_attribute(&mut self, class: u32, name: &str, default: &Val) -> R<Val> {
        self.class_member(class, name).map_or_else(|| Ok(default.clone()), |val| self.made(val))
    }

    /// The default basename of a view set: its model's name in lower case.
    pub(super) fn default_basename(&mut self, class: u32, at: &Val) -> R<Val> {
        let path = self.class_path(class);
        let queryset = self.class_member(class, "queryset");
        let name = queryset.as_ref().and_then(|q| self.model_name(q));
        match (name, queryset) {
            (Some(name), _) => Ok(Val::str(&name.to_lowercase())),
            (None, Some(queryset)) if !matches!(queryset.v, V::None) => {
                let cause: Rc<str> =
                    format!("the model of {path} gives the name, and its queryset cannot be told").into();
                self.cannot_tell(at.at, cause.to_string());
                Ok(Val::unknown(cause))
            }
            _ => {
                let cause = format!("{path} is registered without a basename and has no queryset");
                let raise = Raise::new("AssertionError", cause.clone());
                if self.catches(&raise) {
                    return Err(raise);
                }
                self.cannot_tell(at.at, cause.clone());
                Ok(Val::unknown(cause))
            }
        }
    }
}

/// `set_password` as `Set password`.
fn pretty(name: &str) -> String {
    let text = name.replace('_', " ");
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
