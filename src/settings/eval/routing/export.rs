//! The entry point, and the walk over the patterns as Django's resolver lists them.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::functions::{Args, Body};
use super::super::val::{Callee, DictObj, Kind, Seq, V, Val};
use super::super::{Arena, Interp, cause_of};
use super::patterns::{UNTOLD, route_shown, route_text};
use super::views::face;
use super::{MAX_INSTALLED, MAX_STEPS, PRELUDE, Routing, lib};
use crate::project::Project;
use crate::python::ast::{Expr, Stmt};
use crate::python::{Ranged, parse};
use crate::settings::routes::{Callback, Fill, HTTP_METHODS, Names, Shown, Target, UrlMap, UrlPattern};
use crate::settings::{Environment, How, Node, SettingsModel};
use crate::source::{Sources, Span};

/// The most patterns that are listed, and how deep they nest.
const MAX_PATTERNS: usize = 50_000;
const MAX_NEST: usize = 40;

/// Computes the patterns of the project's `ROOT_URLCONF`.
pub(in crate::settings) fn run(
    sources: &Sources,
    project: &Project,
    model: &SettingsModel,
    names: &dyn Names,
    fill: &Fill,
) -> UrlMap {
    let arena = Arena::for_routes(sources, MAX_INSTALLED, PRELUDE.len());
    let environment = Environment::default();
    let mut interp = Interp::new(&arena, project, &environment);
    interp.steps = MAX_STEPS;
    interp.routing = Some(Box::new(Routing {
        names,
        model,
        fill,
        walked: RefCell::default(),
        classes: FxHashMap::default(),
        open: FxHashSet::default(),
        later: Vec::new(),
        urlconfs: Vec::new(),
        settings: interp.new_scope(),
        is_starting: false,
        starting: None,
        wanted: super::starting::Wanted::default(),
        configs: Vec::new(),
        started: Vec::new(),
        callbacks: interp.alloc(Kind::Dict(DictObj::default())),
        is_before_settings: false,
        rest_framework: None,
        taken: Vec::new(),
        problems: Vec::new(),
    }));
    interp.push_outer_frame();
    interp.fill_settings();
    interp.start_apps();
    let mut map = UrlMap::default();
    interp.walk_root(&mut map);
    map.walked = interp.walked_names();
    map.ran = interp.modules.iter().filter_map(|module| module.file).collect();
    let Some(mut routing) = interp.routing.take() else { return map };
    map.problems.append(&mut routing.problems);
    // What went wrong while a URLconf ran may have cost patterns; what went wrong in a module of views shows itself
    // where a value of it is used.
    for problem in std::mem::take(&mut interp.problems) {
        let concerns = problem.at.is_some_and(|at| routing.urlconfs.contains(&at.file));
        if concerns && !map.problems.contains(&problem) {
            map.problems.push(problem);
        }
    }
    map.urlconfs = routing.urlconfs;
    map.taken = routing.taken;
    map.rest_framework = routing.rest_framework;
    map
}

impl Interp<'_> {
    fn walk_root(&mut self, map: &mut UrlMap) {
        let Ok(root) = self.setting("ROOT_URLCONF") else {
            self.cannot_tell(None, "the settings have no ROOT_URLCONF");
            return;
        };
        let at = self.routing.as_ref().and_then(|r| r.model.get("ROOT_URLCONF")?.decided_at());
        let name = match (root.as_str().cloned(), self.likely_root(&root)) {
            (Some(name), _) => name,
            (None, Some(name)) => {
                let cause = cause_of(&root);
                self.cannot_tell(at, format!("ROOT_URLCONF may be another than {name}: {cause}"));
                name
            }
            (None, None) => {
                self.cannot_tell(at, format!("ROOT_URLCONF cannot be told: {}", cause_of(&root)));
                return;
            }
        };
        match self.any_module(&name) {
            Ok(Some(id)) => self.walk_conf(&Val::new(V::Module(id)), "", at, 0, map),
            _ if name.is_empty() => self.cannot_tell(at, "ROOT_URLCONF is empty, so no URL is routed"),
            Ok(None) => self.cannot_tell(at, format!("ROOT_URLCONF is {name}, which is not in the project")),
            Err(raise) => {
                self.frames.truncate(1);
                self.tries.clear();
                self.cannot_tell(at, format!("the URLs were not evaluated to the end: {}", raise.cause));
                if let Some(&id) = self.by_name.get(&*name) {
                    self.steps = MAX_STEPS / 8;
                    self.walk_conf(&Val::new(V::Module(id)), "", at, 0, map);
                }
            }
        }
    }

    /// What `ROOT_URLCONF` is unless something that cannot be followed changes it: one of its possible values, else
    /// the text that was assigned last.
    fn likely_root(&self, root: &Val) -> Option<Rc<str>> {
        if let Some(unk) = root.unk()
            && let Some(text) = unk.candidates.iter().find_map(Val::as_str)
        {
            return Some(text.clone());
        }
        let setting = self.routing.as_ref()?.model.get("ROOT_URLCONF")?;
        let assigned = setting.steps.iter().rev().find(|s| s.how == How::Assigned)?;
        let statement = parse(self.sources.slice(assigned.at));
        let value = match statement.body().first()? {
            Stmt::Assign(assign) => &*assign.value,
            Stmt::AnnAssign(assign) => assign.value.as_deref()?,
            _ => return None,
        };
        let Expr::StringLiteral(text) = value else { return None };
        Some(text.value.to_str().into())
    }

    /// The list behind what `include` took.
    pub(super) fn patterns_of(&mut self, conf: &Val) -> Val {
        if let Some(cause) = lib(conf, "library-urls").and_then(|object| object.args[1].as_str()) {
            return Val::unknown(cause.clone());
        }
        let V::Module(id) = conf.v else { return conf.clone() };
        if let (Some(file), Some(routing)) = (self.modules[id as usize].file, &mut self.routing)
            && !routing.urlconfs.contains(&file)
        {
            routing.urlconfs.push(file);
        }
        let module = self.modules[id as usize].name.clone();
        match self.module_attr(id, "urlpatterns") {
            Ok(val) => val,
            Err(_) => Val::unknown(format!("{module} has no urlpatterns")),
        }
    }

    fn walk_conf(&mut self, conf: &Val, prefix: &str, at: Option<Span>, depth: usize, map: &mut UrlMap) {
        if depth > MAX_NEST {
            self.cannot_tell(at, format!("the patterns under `{prefix}` nest too deeply"));
            return;
        }
        if let Some(object) = lib(conf, "library-urls").cloned() {
            let cause = object.args.get(1).and_then(Val::as_str).cloned().unwrap_or_else(|| "".into());
            self.cannot_tell(at, format!("the patterns under `{prefix}` are not listed: {cause}"));
            return;
        }
        let patterns = self.patterns_of(conf);
        if let Some(unk) = patterns.unk().filter(|u| !u.candidates.is_empty()).cloned() {
            self.walk_candidates(&unk.candidates, &unk.cause, prefix, at, depth, map);
            return;
        }
        let seq = match self.unordered(&patterns) {
            Some(items) => Seq { items, rest: None },
            None => self.iterate(&patterns),
        };
        if let Some(cause) = &seq.rest {
            let what = if seq.items.is_empty() { "cannot be told" } else { "may be more than are listed" };
            let cause = if patterns.is_unknown() || !seq.items.is_empty() {
                cause.clone()
            } else {
                self.why(&patterns)
            };
            self.cannot_tell(patterns.at.or(at), format!("the patterns under `{prefix}` {what}: {cause}"));
        }
        for item in &seq.items {
            self.walk_item(item, prefix, at, depth, map);
        }
    }

    /// Patterns of which one of several lists is the real one: what all of them show is sure.
    fn walk_candidates(
        &mut self,
        candidates: &[Val],
        cause: &str,
        prefix: &str,
        at: Option<Span>,
        depth: usize,
        map: &mut UrlMap,
    ) {
        let mut lists: Vec<UrlMap> = Vec::new();
        for candidate in candidates {
            let mut list = UrlMap::default();
            self.walk_conf(candidate, prefix, at, depth + 1, &mut list);
            lists.push(list);
        }
        let key = |p: &UrlPattern| (p.path.clone(), p.name.clone(), p.callback.target.clone());
        let sets: Vec<Vec<_>> = lists.iter().map(|l| l.patterns.iter().map(key).collect()).collect();
        let mut differs = false;
        let is_sure = |pattern: &UrlPattern| sets.iter().all(|set| set.contains(&key(pattern)));
        if !lists.iter().any(|list| list.patterns.iter().any(is_sure)) {
            // They have nothing in common. The one whose paths can be told is likely what a plain start gives.
            let untold = |list: &&UrlMap| list.patterns.iter().filter(|p| p.path.contains(UNTOLD)).count();
            let shown = lists.iter().filter(|list| !list.patterns.is_empty()).min_by_key(untold);
            if let Some(shown) = shown.filter(|_| lists.iter().all(|list| !list.patterns.is_empty())) {
                let message =
                    format!("one of several lists is served under `{prefix}`, one is shown: {cause}");
                self.cannot_tell(at, message);
                map.patterns.extend(shown.patterns.iter().cloned());
                return;
            }
        }
        for (at, list) in lists.into_iter().enumerate() {
            for pattern in list.patterns {
                let is_sure = is_sure(&pattern);
                differs |= !is_sure;
                if is_sure && at == 0 {
                    map.patterns.push(pattern);
                }
            }
        }
        if differs {
            self.cannot_tell(
                at,
                format!("the patterns under `{prefix}` may be more than are listed: {cause}"),
            );
        }
    }

    fn walk_item(&mut self, item: &Val, prefix: &str, at: Option<Span>, depth: usize, map: &mut UrlMap) {
        let V::Lib(object) = &item.v else {
            let cause = match &item.v {
                V::Unknown(_) => cause_of(item),
                _ => "it is no URL pattern".into(),
            };
            self.cannot_tell(item.at.or(at), format!("a pattern under `{prefix}` cannot be told: {cause}"));
            return;
        };
        let object = object.clone();
        let at = item.at.or(at);
        match object.class {
            "url-maybe" => {
                let cause = object.args.get(1).and_then(Val::as_str).cloned().unwrap_or_else(|| "".into());
                let route = object.args.first().and_then(|p| match &p.v {
                    V::Lib(inner) => route_text(&inner.args[1]).ok(),
                    _ => None,
                });
                let route =
                    route.map_or_else(|| format!("a pattern under `{prefix}`"), |r| format!("`{prefix}{r}`"));
                self.cannot_tell(at, format!("whether {route} is served cannot be told: {cause}"));
            }
            "url-resolver" | "url-pattern" => {
                let (route, cause) = route_shown(&object.args[1]);
                let path = format!("{prefix}{route}");
                if let Some(cause) = cause {
                    self.cannot_tell(at, format!("a part of the path `{path}` cannot be told: {cause}"));
                }
                if object.class == "url-resolver" {
                    let conf = object.args[2].clone();
                    // The pages of an included module stand where they are written; those of a library here.
                    self.walk_conf(&conf, &path, at, depth + 1, map);
                    return;
                }
                if map.patterns.len() >= MAX_PATTERNS {
                    self.cannot_tell(at, format!("there are more than {MAX_PATTERNS} patterns"));
                    return;
                }
                let view = self.callback_of(&object);
                let callback = self.callback(&view, 0);
                if let Target::Unknown(cause) = &callback.target {
                    self.cannot_tell(at, format!("the view of `{path}` cannot be told: {cause}"));
                }
                let name = match &object.args[3].v {
                    V::Str(name) | V::Lazy(name) => Some(name.to_string()),
                    V::None => None,
                    _ => {
                        let cause = cause_of(&object.args[3]);
                        let what = match at {
                            // One place may make dozens.
                            Some(_) => "the names of the URLs that are made here".to_owned(),
                            None => format!("the name of `{path}`"),
                        };
                        self.cannot_tell(at, format!("{what} cannot be told: {cause}"));
                        None
                    }
                };
                map.patterns.push(UrlPattern { path, name, callback, at });
            }
            _ => self.cannot_tell(at, format!("a pattern under `{prefix}` is no URL pattern")),
        }
    }

    /// Why a value that stands for something outside the project cannot be told.
    pub(super) fn why(&self, val: &Val) -> Rc<str> {
        match &val.v {
            V::Ref(name) if !self.is_ours(name) => {
                format!("{name} is not part of the project and is not installed here").into()
            }
            V::Bound(bound) => self.why(&bound.0),
            V::Instance(_) => {
                let class = self.instance_class(val).and_then(|c| self.hidden_base(c));
                class.unwrap_or_else(|| cause_of(val))
            }
            V::Lib(object) if object.class == "instance" => {
                object.args.first().map_or_else(|| cause_of(val), |class| self.why(class))
            }
            _ => cause_of(val),
        }
    }

    /// The callback as data.
    fn callback(&mut self, view: &Val, depth: usize) -> Callback {
        let plain = |target: Target| Callback {
            target,
            initkwargs: Vec::new(),
            actions: None,
            wrappers: Vec::new(),
            methods: None,
            shown: None,
        };
        if depth > MAX_NEST {
            return plain(Target::Unknown("decorators nest too deeply".into()));
        }
        let target = match &view.v {
            V::Lib(object) => {
                let object = object.clone();
                match object.class {
                    "view" => {
                        let methods = object.kwargs.iter().find(|(n, _)| &**n == "methods").map(|(_, v)| v);
                        return self.class_callback(&object.args, methods);
                    }
                    "wrapped" => {
                        let mut inner = self.callback(&object.args[1], depth + 1);
                        if let Some(wrapper) =
                            object.args.get(2).and_then(Val::as_str).filter(|w| !w.is_empty())
                        {
                            inner.wrappers.insert(0, wrapper.to_string());
                        }
                        return inner;
                    }
                    "shown" => {
                        let mut inner = self.callback(&object.args[1], depth + 1);
                        if let Some(wrapper) = object.args.get(2).and_then(Val::as_str) {
                            inner.wrappers.insert(0, wrapper.to_string());
                        }
                        inner.shown = self.shown(view);
                        return inner;
                    }
                    "api-view" => {
                        let mut inner = self.callback(&object.args[0], depth + 1);
                        inner.shown = self.shown(view);
                        return inner;
                    }
                    "partial" => Target::Name("functools.partial".into()),
                    "instance" => match object.args.first().map(|c| &c.v) {
                        Some(V::Ref(name)) => Target::Name(name.to_string()),
                        _ => Target::Unknown("an object whose class cannot be told".into()),
                    },
                    "extra-action" => return self.callback(&object.args[0], depth + 1),
                    _ => Target::Unknown("it is no view".into()),
                }
            }
            V::Func(id) => match self.class_told(*id) {
                Some((class, by)) => {
                    let view = self.as_view(&class, &Args::default());
                    return self.callback(&Self::wrap(&view, &view, &by), depth + 1);
                }
                None => self.function_target(*id),
            },
            V::Ref(name) if self.is_ours(name) && self.names().is_wrapped(name) => {
                let mut callback = plain(Target::Name(name.to_string()));
                callback.shown = self.dressed(&name.clone());
                return callback;
            }
            V::Ref(name) if !name.is_empty() => match self.installed_view(&name.clone()) {
                Ok(Some(made)) => return self.callback(&made, depth + 1),
                _ => Target::Name(name.to_string()),
            },
            V::Str(name) if !name.is_empty() => Target::Name(name.to_string()),
            V::Class(id) => self.class_target(*id),
            V::Instance(_) => match self.instance_class(view) {
                Some(id) => self.class_target(id),
                None => Target::Unknown("an object that is gone".into()),
            },
            V::Bound(bound) => match (&bound.0.v, &bound.1) {
                (_, Callee::Func(id)) => {
                    let func = &self.funcs[*id as usize];
                    match func.class {
                        Some(class) => Target::Name(format!("{}.{}", self.class_path(class), func.name)),
                        None => self.function_target(*id),
                    }
                }
                (V::Ref(owner), Callee::Method(name)) => Target::Name(format!("{owner}.{name}")),
                _ => Target::Unknown("a method that is not followed".into()),
            },
            _ => Target::Unknown(Self::no_view(view).to_string()),
        };
        plain(target)
    }

    /// What the resolver has for a view behind a function that does not carry its names.
    fn shown(&self, view: &Val) -> Option<Shown> {
        let V::Lib(object) = &view.v else { return None };
        match (object.class, &object.args.first()?.v) {
            ("shown", V::Func(id)) => Some(Shown::Function(self.function_target(*id))),
            ("api-view", _) => {
                let methods = self.iterate(object.args.get(1)?);
                let methods = methods.items.iter().filter_map(|m| Some(m.as_str()?.to_lowercase())).collect();
                let target = match face(&object.args[0])?.v {
                    V::Func(id) => self.function_target(id),
                    V::Ref(name) => Target::Name(name.to_string()),
                    _ => return None,
                };
                Some(Shown::ApiView(target, methods))
            }
            _ => None,
        }
    }

    /// The same for a function of the project that is known by name and stands under decorators of the project.
    fn dressed(&mut self, name: &str) -> Option<Shown> {
        let (module, function) = name.rsplit_once('.')?;
        let id = self.force_module(module).ok()??;
        let val = self.scope(self.modules[id as usize].scope)?.vars.get(function)?.val.clone();
        match &val.v {
            V::Func(id) => Some(Shown::Function(self.function_target(*id))),
            _ => self.shown(&val).or_else(|| match face(&val)?.v {
                V::Func(id) => Some(Shown::Function(self.function_target(id))),
                _ => None,
            }),
        }
    }

    fn class_callback(&mut self, parts: &[Val], methods: Option<&Val>) -> Callback {
        let mut class = None;
        let target = match &parts[0].v {
            V::Class(id) => {
                class = Some(*id);
                self.class_target(*id)
            }
            V::Ref(name) => {
                let name = name.clone();
                if !self.is_ours(&name) {
                    class = self.class_named(&name).ok().flatten();
                }
                class.map_or_else(|| Target::Name(name.to_string()), |id| self.class_target(id))
            }
            _ => Target::Unknown(cause_of(&parts[0]).to_string()),
        };
        let listed = methods
            .map(|m| self.iterate(m).items.iter().filter_map(|v| Some(v.as_str()?.to_string())).collect());
        let methods = listed.or_else(|| {
            class.filter(|&id| self.classes[id as usize].at.is_none()).map(|id| {
                let allowed = self.allowed_methods(id);
                let has = |method: &&str| {
                    allowed.as_ref().is_none_or(|all| all.iter().any(|a| **a == **method))
                        && (*method == "options" || self.class_has(id, method) == Some(true))
                };
                HTTP_METHODS.into_iter().filter(has).map(str::to_owned).collect()
            })
        });
        let actions = match &parts[1].v {
            V::Dict(_) => {
                let (entries, _) = self.entries_of(&parts[1]);
                let text = |v: &Val| v.as_str().map(ToString::to_string);
                Some(entries.iter().filter_map(|(m, a)| Some((text(m)?, text(a)?))).collect())
            }
            _ => None,
        };
        let (entries, _) = self.entries_of(&parts[2]);
        let initkwargs = entries
            .iter()
            .filter_map(|(name, val)| {
                let node = match &val.v {
                    // A class of the project that is known by name.
                    V::Ref(name) => {
                        Node { at: val.at, ..Node::plain(crate::settings::Value::Ref(name.to_string())) }
                    }
                    _ => self.node(val, &mut 2000, &mut Vec::new()),
                };
                Some((name.as_str()?.to_string(), node))
            })
            .collect();
        Callback { target, initkwargs, actions, wrappers: Vec::new(), methods, shown: None }
    }

    /// `http_method_names` of a library's class, where it says them. Before Django 5 a `GET` logged out, too.
    fn allowed_methods(&self, class: u32) -> Option<Vec<Rc<str>>> {
        if self.class_path(class) == "django.contrib.auth.views.LogoutView"
            && !self.django_is_at_least((5, 0))
        {
            return None;
        }
        let names = self.iterate(&self.class_member(class, "http_method_names")?);
        names.rest.is_none().then(|| names.items.iter().filter_map(|n| n.as_str().cloned()).collect())
    }

    fn class_target(&self, id: u32) -> Target {
        match self.classes[id as usize].at {
            Some(at) => Target::Class(at),
            None => Target::Name(self.class_path(id)),
        }
    }

    pub(super) fn function_target(&self, id: u32) -> Target {
        let func = &self.funcs[id as usize];
        let range = match func.body {
            Body::Block(body) => body.first().map(Ranged::range),
            Body::Expr(expr) => Some(expr.range()),
        };
        match (func.file, range) {
            (Some(file), Some(range)) => Target::Function(Span::new(file, range), func.name.to_string()),
            _ => {
                let module: &Rc<str> = &self.modules[func.module as usize].name;
                Target::Name(format!("{module}.{}", func.name))
            }
        }
    }
}
