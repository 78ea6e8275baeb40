//! Calls that mean something for URLs.

use std::rc::Rc;

use super::super::Interp;
use super::super::functions::Args;
use super::super::raise::R;
use super::super::val::{LibObject, V, Val};
use super::reference::as_class_method;
use super::{is_class_like, lib, short};
use crate::python::is_standard_library;
use crate::settings::routes::Located;

impl Interp<'_> {
    /// A call of a name: of Django's URL functions, of a function or class of the project, of a decorator.
    pub(in super::super) fn call_routed(&mut self, name: &str, args: &Args) -> R<Option<Val>> {
        if !self.is_routing() {
            return Ok(None);
        }
        if let Some(native) = name.strip_prefix("__native__.") {
            return self.call_native(native, args).map(Some);
        }
        let val = match name {
            "django.urls.path" | "django.urls.conf.path" => self.pattern("path", args),
            "django.urls.re_path"
            | "django.urls.conf.re_path"
            | "django.conf.urls.url"
            | "django.conf.urls.defaults.url" => self.pattern("re_path", args),
            "django.urls.include" | "django.urls.conf.include" | "django.conf.urls.include" => {
                return self.include_urls(args).map(Some);
            }
            "django.urls.URLResolver" | "django.urls.resolvers.URLResolver" => {
                return self.url_resolver(args).map(Some);
            }
            "django.urls.URLPattern" | "django.urls.resolvers.URLPattern" => {
                return self.url_pattern(args).map(Some);
            }
            "django.urls.resolvers.RoutePattern" => Self::pattern_object("path", args),
            "django.urls.resolvers.RegexPattern" => Self::pattern_object("re_path", args),
            "django.urls.LocalePrefixPattern" | "django.urls.resolvers.LocalePrefixPattern" => {
                self.locale_pattern(args)
            }
            "django.conf.urls.i18n.i18n_patterns" => self.i18n_patterns(args),
            "django.conf.urls.patterns" => {
                let items = args.pos.get(1..).unwrap_or_default().to_vec();
                self.list(items)
            }
            "django.conf.urls.static.static" => self.static_patterns(args),
            "django.contrib.staticfiles.urls.staticfiles_urlpatterns" => self.staticfiles(args),
            "debug_toolbar.toolbar.debug_toolbar_urls" if self.setting_truth("DEBUG") == Some(false) => {
                self.list(Vec::new())
            }
            "rest_framework.urlpatterns.format_suffix_patterns" => self.format_suffixes(args),
            "rest_framework.decorators.action" => Self::action_decorator(args),
            "rest_framework.decorators.detail_route" => Self::route_decorator(args, true),
            "rest_framework.decorators.list_route" => Self::route_decorator(args, false),
            "functools.wraps" => Val::lib("wraps", args.pos.clone(), Vec::new()),
            "functools.update_wrapper" if args.pos.len() > 1 => Self::wrap(&args.pos[0], &args.pos[1], ""),
            "django.apps.apps.is_installed" => match args.pos.first().and_then(Val::as_str) {
                Some(app) => self.is_installed(app),
                None => Val::unknown("an app whose name cannot be told"),
            },
            "django.apps.apps.get_app_configs" => self.app_configs(args.at)?,
            "django.apps.apps.get_app_config" => self.app_config_named(args)?,
            "importlib.util.find_spec" => match args.pos.first().and_then(Val::as_str).cloned() {
                Some(name) if self.is_ours(&name) => {
                    let is_there = self.names().module(&name).is_some() || self.names().is_namespace(&name);
                    if is_there { Val::bool(true) } else { Val::new(V::None) }
                }
                Some(name) if self.find_installed(&name).is_some() => Val::bool(true),
                _ => Val::unknown("whether a package is installed"),
            },
            "django.utils.module_loading.autodiscover_modules" => return self.autodiscover(args).map(Some),
            "django.utils.module_loading.module_has_submodule" => self.has_submodule(args)?,
            "django.contrib.auth.get_user_model" => {
                let model = self.setting_text("AUTH_USER_MODEL").unwrap_or_else(|| "auth.User".into());
                Val::new(V::Ref(
                    format!("{}.models.{}", model.split('.').next().unwrap_or(""), short(&model)).into(),
                ))
            }
            "django.apps.apps.get_model" => {
                let texts: Vec<_> = args.all().filter_map(Val::as_str).collect();
                let model = texts.iter().map(|t| &***t).collect::<Vec<_>>().join(".");
                match model.rsplit_once('.') {
                    Some((app, model)) => Val::new(V::Ref(format!("{app}.models.{model}").into())),
                    None => Val::unknown("a model whose name cannot be told"),
                }
            }
            "django.urls.get_callable" | "django.urls.utils.get_callable"
                if args.pos.first().is_some_and(|view| self.is_view(view)) =>
            {
                args.pos[0].clone()
            }
            "django.urls.get_callable"
            | "django.urls.utils.get_callable"
            | "django.utils.module_loading.import_string"
            | "rest_framework.settings.import_from_string" => {
                let path =
                    args.pos.first().or_else(|| args.named("dotted_path")).or_else(|| args.named("val"));
                match path.and_then(Val::as_str).cloned() {
                    Some(name) => return self.imported_string(&name).map(Some),
                    None => Val::unknown("a name that cannot be told is imported"),
                }
            }
            "importlib.import_module" => match args.pos.first().and_then(Val::as_str).cloned() {
                Some(name) if !name.starts_with('.') => match self.any_module(&name)? {
                    Some(id) => Val::new(V::Module(id)),
                    None => Val::new(V::Ref(name)),
                },
                _ => return Ok(None),
            },
            _ => return self.call_named(name, args),
        };
        Ok(Some(val.at(args.at)))
    }

    /// `module_has_submodule(package, name)`.
    fn has_submodule(&mut self, args: &Args) -> R<Val> {
        let package = match args.get(0, "package").map(|package| &package.v) {
            Some(V::Ref(name)) => Some(name.to_string()),
            Some(V::Module(id)) => Some(self.modules[*id as usize].name.to_string()),
            _ => None,
        };
        let name = args.get(1, "module_name").and_then(Val::as_str);
        let Some(full) = package.zip(name).map(|(package, name)| format!("{package}.{name}")) else {
            return Ok(self.give_up(args, "a module that cannot be told"));
        };
        let is_there = self.is_ours(&full) && self.names().module(&full).is_some();
        Ok(Val::bool(is_there || self.find_installed(&full).is_some()))
    }

    fn call_named(&mut self, name: &str, args: &Args) -> R<Option<Val>> {
        if let Some(queryset) = Self::manager_call(name, args) {
            return Ok(Some(queryset));
        }
        if self.is_ours(name) {
            return match self.names().locate(name) {
                Located::Function(defined) => self.call_own_function(&defined, args).map(Some),
                Located::Class(_) => match self.class_named(name)? {
                    Some(class) => match self.made_queryset(class, args) {
                        Some(queryset) => Ok(Some(queryset)),
                        None => self.instantiate(class, args.clone()).map(Some),
                    },
                    None => Ok(Some(instance(name, args))),
                },
                Located::Method => self.call_own_method(name, args).map(Some),
                _ => Ok(Some(self.give_up(args, format!("{name}() is not followed")))),
            };
        }
        if let Some(val) = self.foreign_decorator(name, args) {
            return Ok(Some(val));
        }
        if !name.starts_with("builtins.") && is_class_like(name) && !is_standard_library(name) {
            // A router of an installed package, say; another object is at least known by its class.
            if self.is_router_like(name)
                && let Some(class) = self.class_named(name)?
            {
                return self.instantiate(class, args.clone()).map(Some);
            }
        }
        if let Some(function) = self.library_helper(name)? {
            return self.call(&function, args.clone()).map(Some);
        }
        match self.installed_function(name)? {
            Some(function) => self.call(&function, args.clone()).map(Some),
            None => Ok(None),
        }
    }

    fn is_router_like(&self, name: &str) -> bool {
        ["Router", "AdminSite"].iter().any(|end| short(name).ends_with(end))
    }

    /// Runs a function of the project that is known by name.
    fn call_own_function(&mut self, name: &str, args: &Args) -> R<Val> {
        let Some((module, function)) = name.rsplit_once('.') else {
            return Ok(self.give_up(args, format!("{name}() is not followed")));
        };
        let Some(id) = self.force_module(module)? else {
            return Ok(self.give_up(args, format!("{module} is not in the project")));
        };
        let val = self.scope(self.modules[id as usize].scope).and_then(|s| s.vars.get(function));
        let Some(val) = val.map(|b| b.val.clone()) else {
            return Ok(self.give_up(args, format!("{name}() is imported in a circle")));
        };
        if matches!(val.v, V::Ref(_)) {
            return Ok(self.give_up(args, format!("{name}() is not followed")));
        }
        self.call(&val, args.clone())
    }

    /// A static or class method of the project.
    fn call_own_method(&mut self, name: &str, args: &Args) -> R<Val> {
        let Some((class, method)) = name.rsplit_once('.') else {
            return Ok(self.give_up(args, format!("{name}() is not followed")));
        };
        let Some(id) = self.class_named(class)? else {
            return Ok(self.give_up(args, format!("{name}() is not followed")));
        };
        let method = self.class_attr(id, method)?;
        self.call(&method, args.clone())
    }

    /// A call of an object of this model.
    pub(in super::super) fn call_routed_lib(
        &mut self,
        object: &Rc<LibObject>,
        args: &Args,
    ) -> R<Option<Val>> {
        if !self.is_routing() {
            return Ok(None);
        }
        let callee = Val::new(V::Lib(object.clone()));
        if let Some((class, method)) = as_class_method(&callee) {
            return self.call_class_method(&class, &method, args).map(Some);
        }
        match object.class {
            "decorator" => {
                let name = object.args.first().and_then(Val::as_str).cloned().unwrap_or_else(|| "".into());
                if let Some(made) = args.pos.first().and_then(|func| self.api_view(object, func)) {
                    return Ok(Some(made));
                }
                Ok(args.pos.first().map(|view| {
                    if matches!(view.v, V::Unknown(_)) { view.clone() } else { Self::wrap(view, view, &name) }
                }))
            }
            "wrapped" => match object.args.first() {
                Some(inner) if matches!(inner.v, V::Func(_)) => {
                    self.call(&inner.clone(), args.clone()).map(Some)
                }
                _ => Ok(None),
            },
            "extra-action" => Ok(Some(Val::unknown("a view is called"))),
            "wraps" => {
                let original = object.args.first().cloned();
                Ok(args.pos.first().map(|f| Self::wrap(f, original.as_ref().unwrap_or(f), "")))
            }
            "action-decorator" => Ok(args.pos.first().and_then(|f| self.extra_action(&callee, f))),
            _ => Ok(None),
        }
    }

    fn call_class_method(&mut self, class: &Val, method: &str, args: &Args) -> R<Val> {
        match method {
            "as_view" => self.own_as_view(class, args),
            "get_extra_actions" => match self.as_class(class)? {
                Some(id) => Ok(self.extra_actions(id, class)),
                None => Ok(Val::unknown("the actions of a class that is not known")),
            },
            "get_urlpatterns" => {
                let Some(module) = self.prelude(super::WAGTAIL_ROUTER)? else {
                    return Ok(Val::unknown("a class method that is not modelled"));
                };
                let maker = self.module_attr(module, "endpoint_patterns")?;
                self.call(&maker, Args { pos: vec![class.clone()], ..Args::default() })
            }
            _ => Ok(Val::unknown("a class method that is not modelled")),
        }
    }

    /// A method of an object of this model.
    pub(in super::super) fn routed_lib_method(
        &mut self,
        object: &Rc<LibObject>,
        name: &str,
        args: &Args,
    ) -> R<Option<Val>> {
        let owner = Val::new(V::Lib(object.clone()));
        Ok(match object.class {
            "queryset" => Some(Self::queryset_call(&owner, name)),
            "app-config" if name == "get_model" => Some(self.model_of_app(object, args)),
            "model-meta" if name == "get_field" => Some(self.get_field(object, args)?),
            "method-mapper" => match name {
                "items" | "keys" | "values" | "copy" => None,
                _ => Some(Val::unknown("a method of a mapping")),
            },
            _ => None,
        })
    }

    /// The class of a view set that a router got; that nothing is known of it is stated.
    fn view_set(&mut self, val: &Val) -> R<Option<u32>> {
        let class = self.as_class(val)?;
        if class.is_none() {
            let what = match &val.v {
                V::Ref(name) => name.to_string(),
                _ => format!("a view set that cannot be told ({})", super::super::cause_of(val)),
            };
            self.cannot_tell(
                val.at,
                format!("the routes of {what} cannot be told: nothing is known of its class"),
            );
        }
        Ok(class)
    }

    /// The functions that the modules in `assets/urls` are written with.
    fn call_native(&mut self, name: &str, args: &Args) -> R<Val> {
        let first = args.pos.first().cloned().unwrap_or_else(|| Val::new(V::None));
        let second = args.pos.get(1).cloned().unwrap_or_else(|| Val::new(V::None));
        let third = args.pos.get(2).cloned().unwrap_or_else(|| Val::new(V::None));
        Ok(match name {
            "path" => self.pattern("path", args),
            "re_path" => self.pattern("re_path", args),
            "include" => return self.include_urls(args),
            "wrap" => Self::wrap(&first, &first, "django.contrib.admin.sites.AdminSite.admin_view"),
            "library_view" => Val::new(V::Ref(first.as_str().cloned().unwrap_or_else(|| "".into()))),
            "models_of_admin" => {
                self.models_of_admin();
                Val::new(V::None)
            }
            "format_suffix_patterns" => self.format_suffixes(args),
            "shortcut_route" => {
                let kind = if self.django_is_at_least((5, 2)) { "path" } else { "int" };
                Val::str(&format!("r/<{kind}:content_type_id>/<path:object_id>/"))
            }
            "root_is_path" => Val::bool(self.drf_is_at_least((3, 15))),
            "view_class" => match self.view_set(&first)? {
                Some(id) => Val::new(V::Class(id)).at(first.at),
                None => Val::new(V::None),
            },
            "attribute" => match (self.view_set(&first)?, second.as_str()) {
                (Some(id), Some(name)) => self.known_attribute(id, name, &third)?,
                _ => third,
            },
            "method_map" => match self.view_set(&first)? {
                Some(id) => self.method_map(id, &second, &first),
                None => self.dict(Vec::new()),
            },
            "action_mapping" => match lib(&first, "extra-action").and_then(|o| o.args.get(1)) {
                Some(mapping) => mapping.clone(),
                None => self.get_attr(&first, "mapping")?,
            },
            "default_basename" => match self.view_set(&first)? {
                Some(id) => return self.default_basename(id, &first),
                None => Val::unknown("a view set that cannot be told"),
            },
            _ => Val::unknown("a function of the model that is not there"),
        })
    }
}

/// An object of which only the class is known: a feed that serves as a view.
pub(super) fn instance(class: &str, args: &Args) -> Val {
    Val::lib("instance", vec![Val::new(V::Ref(class.into()))], Vec::new()).at(args.at)
}
