//! Attributes of names that stand for something of the project or a library, and of the objects of this model.

use std::rc::Rc;

use super::super::Interp;
use super::super::raise::R;
use super::super::val::{LibObject, V, Val};
use super::{is_class_like, lib, querysets, short};
use crate::source::Span;

/// Class methods of views that are modelled.
const CLASS_METHODS: &[&str] = &["as_view", "get_extra_actions", "get_extra_action_url_map"];

/// The class method by which a view of Wagtail's API makes its patterns.
const PATTERNS: &str = "get_urlpatterns";

impl Interp<'_> {
    /// `owner.name`, where this model knows better than the interpreter.
    pub(in super::super) fn routed_attr(&mut self, owner: &Val, name: &str) -> R<Option<Val>> {
        if !self.is_routing() {
            return Ok(None);
        }
        match &owner.v {
            V::Ref(reference) => {
                let reference = reference.clone();
                self.reference_attr(owner, &reference, name)
            }
            V::Class(id) => {
                let id = *id;
                if self.class_member(id, name).is_some() {
                    return Ok(None);
                }
                if self.has_class_method(id, name) {
                    return Ok(Some(class_method(owner, name)));
                }
                if matches!(name, "objects" | "_default_manager") {
                    let class = self.class_path(id);
                    return Ok(Some(Val::new(V::Ref(format!("{class}.{name}").into()))));
                }
                Ok(None)
            }
            V::Module(id) => {
                // A submodule is there once somebody imports it, which the apps of a project do.
                let module = &self.modules[*id as usize];
                if self.scope(module.scope).is_some_and(|s| s.vars.contains_key(name)) {
                    return Ok(None);
                }
                let full = format!("{}.{name}", module.name);
                let is_module = self.is_ours(&full) && self.names().module(&full).is_some();
                Ok(is_module.then(|| Val::new(V::Ref(full.into()))))
            }
            V::Instance(id) => {
                if self.is_app_config(*id) {
                    if let Some(known) = self.name_of_config(*id, name) {
                        return Ok(Some(known));
                    }
                    self.start_attribute(owner, *id, name);
                }
                let class = self.instance_class(owner);
                let is_settings = class.is_some_and(|class| {
                    let external = &self.classes[class as usize].external;
                    external.iter().any(|e| {
                        matches!(&**e, "django.conf.LazySettings" | "django.conf.UserSettingsHolder")
                    })
                });
                let is_own = self.scope(*id).is_some_and(|s| s.vars.contains_key(name))
                    || class.is_none_or(|class| self.class_member(class, name).is_some());
                match class {
                    // A class method is the same asked of an object.
                    Some(class) if !is_own && CLASS_METHODS.contains(&name) => {
                        Ok(Some(class_method(&Val::new(V::Class(class)).at(owner.at), name)))
                    }
                    _ if is_settings && !is_own => self.setting(name).map(Some),
                    _ => Ok(None),
                }
            }
            _ => Ok(None),
        }
    }

    /// `super().name` where no class of the project has it.
    pub(in super::super) fn routed_super(&self, this: &Val, name: &str) -> Option<Val> {
        match this.v {
            V::Class(id) if self.is_routing() && self.has_class_method(id, name) => {
                Some(class_method(this, name))
            }
            _ => None,
        }
    }

    /// Whether a class has, from a library, a class method that is modelled.
    fn has_class_method(&self, class: u32, name: &str) -> bool {
        CLASS_METHODS.contains(&name) || name == PATTERNS && self.is_wagtail_endpoint(class)
    }

    /// Whether a class is a view of Wagtail's API, which makes its own patterns.
    fn is_wagtail_endpoint(&self, class: u32) -> bool {
        let mut bases = self.classes[class as usize].mro.iter().map(|&base| &self.classes[base as usize]);
        bases.any(|base| base.external.iter().any(|name| is_wagtail_api(name)))
    }

    fn reference_attr(&mut self, owner: &Val, reference: &str, name: &str) -> R<Option<Val>> {
        if reference == "django.conf.settings" {
            return self.setting(name).map(Some);
        }
        let full = format!("{reference}.{name}");
        if CLASS_METHODS.contains(&name) && is_class_like(reference) {
            return Ok(Some(class_method(owner, name)));
        }
        if name == PATTERNS && is_class_like(reference) {
            if let Some(class) = self.class_named(reference)? {
                return self.get_attr(&Val::new(V::Class(class)).at(owner.at), name).map(Some);
            }
            if is_wagtail_api(reference) {
                return Ok(Some(class_method(owner, name)));
            }
        }
        match name {
            "__name__" | "__qualname__" => return Ok(Some(Val::str(short(reference)))),
            "__module__" => {
                let module = reference.rsplit_once('.').map_or("", |p| p.0);
                return Ok(Some(Val::str(module)));
            }
            _ => {}
        }
        if querysets::is_manager_path(&full) || querysets::is_manager_path(reference) {
            return Ok(Some(Val::new(V::Ref(full.into()))));
        }
        if self.is_ours(reference) && self.names().is_model(reference) {
            // A manager, most likely; the module of models need not run.
            return Ok(Some(Val::new(V::Ref(full.into()))));
        }
        if self.is_ours(reference) {
            return self.dotted_value(&full).map(Some);
        }
        self.foreign_value(&full).map(Some)
    }

    /// An attribute of an object of this model.
    pub(in super::super) fn routed_lib_attr(&mut self, object: &Rc<LibObject>, name: &str) -> Option<Val> {
        let arg = |at: usize| object.args.get(at).cloned();
        match (object.class, name) {
            ("instance", _) if CLASS_METHODS.contains(&name) => Some(class_method(&arg(0)?, name)),
            ("view", "cls" | "view_class") => arg(0),
            ("view", "actions") => arg(1),
            ("view", "initkwargs" | "view_initkwargs") => arg(2),
            ("extra-action", "mapping") => {
                Some(Val::lib("method-mapper", vec![arg(1)?, arg(5)?], Vec::new()))
            }
            ("extra-action", "detail") => arg(2),
            ("extra-action", "url_path") => arg(3),
            ("extra-action", "url_name") => arg(4),
            ("extra-action", "__name__") => arg(5),
            ("extra-action", "kwargs") => arg(6),
            ("app-config", "name") => arg(0),
            ("app-config", "label") => arg(1),
            ("queryset", "model") => Some(Val::lib("model", object.args.clone(), Vec::new())),
            ("model", "_meta") => Some(Val::lib("model-meta", object.args.clone(), Vec::new())),
            ("model-field", "name" | "attname") => arg(0),
            ("model-field", "editable") => arg(2),
            ("model" | "model-meta", "__name__" | "object_name") => arg(0),
            ("model-meta", "model_name") => Some(Val::str(&arg(0)?.as_str()?.to_lowercase())),
            ("url-pattern", "name") => arg(3),
            ("url-pattern", "callback") => Some(self.callback_of(object)),
            ("url-resolver", "url_patterns") => Some(self.patterns_of(&arg(2)?)),
            ("url-resolver", "urlconf_module" | "urlconf_name") => arg(2),
            ("url-resolver", "app_name") => arg(3),
            ("url-resolver", "namespace") => arg(4),
            ("url-pattern" | "url-resolver", "pattern") => Some(Val::new(V::Lib(object.clone()))),
            ("url-pattern" | "url-resolver", "_route" | "_regex") => arg(1),
            _ => None,
        }
    }

    /// `owner.name = …` of an object of this model. Of patterns only the callback is followed.
    pub(in super::super) fn routed_set_attr(&mut self, owner: &Val, name: &str, val: Val, at: Option<Span>) {
        let V::Lib(object) = &owner.v else { return };
        match (object.class, name) {
            ("url-pattern", "callback") => self.replace_callback(owner, object, val, at),
            ("url-pattern" | "url-resolver", _) => self.not_replaced(name, at),
            _ => {}
        }
    }

    fn not_replaced(&mut self, name: &str, at: Option<Span>) {
        self.cannot_tell(at, format!("the {name} of patterns is replaced here, which is not followed"));
    }

    /// A pattern gets another callback. It is kept beside the pattern, among what branches may change.
    fn replace_callback(&mut self, pattern: &Val, object: &Rc<LibObject>, callback: Val, at: Option<Span>) {
        let Some(id) = self.routing.as_ref().map(|routing| routing.callbacks) else { return };
        match self.dict_mut(id) {
            Some(callbacks) if callbacks.rest.is_none() && !callback.is_unknown() => {
                // The pattern is kept, too, so that no other gets its key.
                drop(
                    callbacks.insert(Val::str(&key_of(object)), Val::tuple(vec![callback, pattern.clone()])),
                );
            }
            _ => self.not_replaced("callback", at),
        }
    }

    /// The callback that a pattern has.
    pub(super) fn callback_of(&mut self, pattern: &Rc<LibObject>) -> Val {
        let Some(id) = self.routing.as_ref().map(|routing| routing.callbacks) else {
            return pattern.args[2].clone();
        };
        let (found, rest) = match self.dict_obj(id) {
            Ok(callbacks) => (callbacks.get(&key_of(pattern)).cloned(), callbacks.rest.clone()),
            Err(cause) => (None, Some(cause)),
        };
        match found.map(|val| val.v) {
            Some(V::Tuple(parts)) => parts.items[0].clone(),
            Some(_) => Val::unknown("its callback is replaced on a condition that cannot be told"),
            None => {
                if let Some(cause) = rest {
                    self.cannot_tell(None, format!("the callback of patterns is replaced: {cause}"));
                }
                pattern.args[2].clone()
            }
        }
    }

    /// `a.b.Class` of a class that was evaluated.
    pub(in super::super) fn class_path(&self, id: u32) -> String {
        let class = &self.classes[id as usize];
        format!("{}.{}", self.modules[class.module as usize].name, class.qualname)
    }
}

/// Whether a class is one of Wagtail's public API, none of which replaces the patterns.
fn is_wagtail_api(name: &str) -> bool {
    name.starts_with("wagtail.") && name.contains(".api.v2.views.")
}

/// What a pattern is known by.
fn key_of(pattern: &Rc<LibObject>) -> String {
    format!("{:p}", Rc::as_ptr(pattern))
}

fn class_method(owner: &Val, name: &str) -> Val {
    let val = Val::lib("class-method", vec![owner.clone(), Val::str(name)], Vec::new());
    val.at(owner.at)
}

/// The class and the name behind a class method that is modelled.
pub(super) fn as_class_method(val: &Val) -> Option<(Val, Rc<str>)> {
    let object = lib(val, "class-method")?;
    Some((object.args.first()?.clone(), object.args.get(1)?.as_str()?.clone()))
}
