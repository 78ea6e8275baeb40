//! The registry of apps: which configurations `INSTALLED_APPS` makes.

use std::rc::Rc;

use super::super::Interp;
use super::super::functions::Args;
use super::super::raise::{R, Raise};
use super::super::val::{Binding, Callee, Id, LibObject, Name, Seq, V, Val};
use super::{is_class_like, short};
use crate::settings::routes::Located;
use crate::source::Span;

impl Interp<'_> {
    /// `apps.get_app_configs()`: objects of the project's own classes; others are known by their names alone.
    pub(super) fn app_configs(&mut self, at: Option<Span>) -> R<Val> {
        let (apps, rest) = self.installed_apps();
        let apps: Vec<String> = apps.into_iter().map(str::to_owned).collect();
        if let Some(cause) = rest.map(str::to_owned) {
            // A loop over the apps would else tell nothing at all.
            self.cannot_tell(at, format!("INSTALLED_APPS may hold more apps, with more patterns: {cause}"));
        }
        let mut seq = Seq::default();
        for app in apps {
            let class = if self.is_ours(&app) { self.config_class(&app)? } else { None };
            let config = self.app_config(&app, class);
            seq.items.push(config);
        }
        Ok(self.list_of(seq))
    }

    /// `apps.get_app_config(label)`.
    pub(super) fn app_config_named(&mut self, args: &Args) -> R<Val> {
        let Some(label) = args.get(0, "app_label").and_then(Val::as_str).cloned() else {
            return Ok(self.give_up(args, "the configuration of an app whose name cannot be told"));
        };
        let (apps, rest) = self.installed_apps();
        let rest = rest.map(str::to_owned);
        let apps: Vec<String> = apps.into_iter().map(str::to_owned).collect();
        for app in apps {
            let class = self.starting_class(&app)?;
            let config = self.app_config(&app, class);
            let found = match &config.v {
                V::Instance(id) => self.scope(*id).and_then(|s| s.vars.get("label")).map(|b| b.val.clone()),
                V::Lib(object) => object.args.get(1).cloned(),
                _ => None,
            };
            if found.as_ref().and_then(Val::as_str) == Some(&label) {
                return Ok(config);
            }
        }
        match rest {
            Some(cause) => Ok(self.give_up(args, cause)),
            None => {
                Err(Raise::new("LookupError", format!("asks for the app {label}, which is not installed")))
            }
        }
    }

    /// The class of an app's configuration, where there is one.
    pub(super) fn config_class(&mut self, app: &str) -> R<Option<u32>> {
        if is_class_like(app) { self.class_named(app) } else { self.default_config(app) }
    }

    /// The object that stands for an app, the same whenever it is asked for.
    pub(super) fn app_config(&mut self, app: &str, class: Option<u32>) -> Val {
        let routing = self.routing.as_ref().expect("internal error: no URLs are evaluated");
        let known = routing.configs.iter().find(|(name, of, _)| **name == *app && *of == class);
        let known = known.map(|(.., config)| config.clone());
        // What a branch that did not run has made is gone.
        if let Some(config) = known.filter(|c| c.heap_id().is_none_or(|id| self.heap.get(id).is_some())) {
            return config;
        }
        let config = self.new_config(app, class);
        let routing = self.routing.as_mut().expect("internal error: no URLs are evaluated");
        routing.configs.push((app.into(), class, config.clone()));
        config
    }

    /// Whether an object is the configuration of an app.
    pub(super) fn is_app_config(&self, id: Id) -> bool {
        self.app_of_config(id).is_some()
    }

    /// The entry and the class of the app that an object stands for.
    fn app_of_config(&self, id: Id) -> Option<(&str, Option<u32>)> {
        let is_it = |config: &Val| matches!(config.v, V::Instance(of) if of == id);
        let configs = &self.routing.as_ref()?.configs;
        configs.iter().find(|(.., config)| is_it(config)).map(|(app, class, _)| (&**app, *class))
    }

    /// The name and the label of an app.
    fn names_of_app(&self, app: &str, class: Option<u32>) -> (Val, Val) {
        let text = |val: Option<Val>| val.and_then(|v| v.as_str().cloned());
        let own = |name: &str| class.and_then(|c| self.class_member(c, name));
        let name = text(own("name")).unwrap_or_else(|| package_of(app).into());
        let label = text(own("label")).unwrap_or_else(|| short(&name).into());
        (Val::new(V::Str(name)), Val::new(V::Str(label)))
    }

    /// What nobody changes of a configuration, whoever was given it: its `name` and its `label`.
    pub(super) fn name_of_config(&self, id: Id, attribute: &str) -> Option<Val> {
        let (app, class) = self.app_of_config(id)?;
        let (name, label) = self.names_of_app(app, class);
        match attribute {
            "name" => Some(name),
            "label" => Some(label),
            _ => None,
        }
    }

    fn new_config(&mut self, app: &str, class: Option<u32>) -> Val {
        let (name, label) = self.names_of_app(app, class);
        let Some(class) = class else { return Val::lib("app-config", vec![name, label], Vec::new()) };
        let object = self.new_instance(class);
        if let V::Instance(id) = object.v
            && let Some(scope) = self.scope_mut(id)
        {
            let module =
                name.as_str().map_or_else(|| Val::unknown("its module"), |n| Val::new(V::Ref(n.clone())));
            scope.vars.insert("name".into(), Binding::plain(name));
            scope.vars.insert("label".into(), Binding::plain(label));
            scope.vars.insert("module".into(), Binding::plain(module));
        }
        object
    }

    /// A method that a configuration of the project has from Django's class.
    pub(in super::super) fn app_config_method(&self, id: Id, class: u32, name: &str) -> Option<Val> {
        let is_config = |base: &Name| base.starts_with("django.apps.");
        if name != "get_model"
            || !self.is_routing()
            || !self.classes[class as usize].external.iter().any(is_config)
        {
            return None;
        }
        let vars = &self.scope(id)?.vars;
        let parts = vec![vars.get("name")?.val.clone(), vars.get("label")?.val.clone()];
        let config = Val::lib("app-config", parts, Vec::new());
        Some(Val::new(V::Bound(Rc::new((config, Callee::Method(name.into()))))))
    }

    /// A model of an app, by name. Django looks at no letter's case; here only the name as written counts.
    pub(super) fn model_of_app(&self, config: &LibObject, args: &Args) -> Val {
        let app = config.args.first().and_then(Val::as_str);
        let model = args.get(0, "model_name").and_then(Val::as_str);
        let full = app.zip(model).map(|(app, model)| format!("{app}.models.{model}"));
        match full.filter(|name| matches!(self.names().locate(name), Located::Class(_))) {
            Some(name) => Val::new(V::Ref(name.into())),
            None => Val::unknown("a model that is looked up by its name"),
        }
    }

    /// The configuration that Django finds in `app.apps`: the only one there, or the one marked as the default.
    fn default_config(&mut self, app: &str) -> R<Option<u32>> {
        let module = format!("{app}.apps");
        let Some(id) = self.any_module(&module)? else { return Ok(None) };
        let Some(scope) = self.scope(self.modules[id as usize].scope) else { return Ok(None) };
        let classes =
            scope.vars.values().filter_map(|b| if let V::Class(c) = b.val.v { Some(c) } else { None });
        let found: Vec<u32> = classes.filter(|&c| self.classes[c as usize].module == id).collect();
        let is_default =
            |c: &&u32| matches!(self.class_member(**c, "default").map(|v| v.v), Some(V::Bool(true)));
        let default = found.iter().find(is_default).copied();
        let has_name = |c: &&u32| self.class_member(**c, "name").is_some();
        let named: Vec<u32> = found.iter().filter(has_name).copied().collect();
        Ok(default.or(if let [only] = named[..] { Some(only) } else { None }))
    }
}

/// The package of an app, by its entry in `INSTALLED_APPS`.
pub(super) fn package_of(app: &str) -> &str {
    match app.rsplit_once('.') {
        Some((module, _)) if is_class_like(app) => module.strip_suffix(".apps").unwrap_or(module),
        _ => app,
    }
}
