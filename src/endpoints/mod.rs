//! Every endpoint of a project: its URL patterns as Django's resolver lists them, and the views behind them.
//!
//! The patterns come from the abstract interpreter ([`crate::settings::routes`]); here names become classes and
//! functions of the index, and each view gets its kind and its methods. What cannot be followed is a problem, with
//! place and cause: where `problems` is empty, the inventory is complete.

mod elsewhere;
mod filled;
mod functions;
mod installed;
mod library;
mod methods;
mod names;
pub mod policy;
mod route;

pub use policy::{Exposure, Kind, Origin, PolicyValue, ViewPolicy};
pub use route::{Route, ViewCall, ViewTarget};

use crate::index::{API_VIEW, ProjectIndex};
use crate::portions::in_portions;
use crate::project::Project;
use crate::settings::routes::{Callback, Fill, Shown, Target, UrlMap, UrlPattern, routes};
use crate::settings::{Problem, Setting, SettingsModel};
use crate::source::Sources;
use names::IndexNames;
use policy::Policies;

/// So many patterns are one portion of work: those that stand together mostly share views' bases and permissions.
const PORTION: usize = 16;

/// All endpoints of one project under one settings module.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// One for each URL pattern and view, in the resolver's order.
    pub endpoints: Vec<Endpoint>,
    /// What could not be followed.
    pub problems: Vec<Problem>,
    /// Whether every pattern is listed.
    pub complete: bool,
}

/// One URL pattern and what serves it.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// The pattern.
    pub route: Route,
    /// The view by dotted name, as the resolver's callback has it; empty where it cannot be told.
    pub view: String,
    /// What kind of view it is.
    pub kind: Kind,
    /// HTTP methods in upper case, sorted; empty for a plain function, which takes any.
    pub methods: Vec<String>,
    /// What protects it.
    pub policy: ViewPolicy,
}

/// Computes the inventory of a project under the settings of `model`.
pub fn inventory(
    sources: &Sources,
    project: &Project,
    model: &SettingsModel,
    index: &ProjectIndex,
) -> Inventory {
    list(sources, project, model, index, false)
}

/// The same with what is plain about access alone ([`Policies::plain`]), in a fraction of the time.
pub fn plain_inventory(
    sources: &Sources,
    project: &Project,
    model: &SettingsModel,
    index: &ProjectIndex,
) -> Inventory {
    list(sources, project, model, index, true)
}

fn list(
    sources: &Sources,
    project: &Project,
    model: &SettingsModel,
    index: &ProjectIndex,
    is_plain: bool,
) -> Inventory {
    let names = IndexNames { index, near: model.file };
    // The packages are read beside the URLs, where a thread is free.
    let ((map, left), packages) = rayon::join(
        || followed(sources, project, model, &names),
        || installed::begin(sources, project, model, index),
    );
    // The settings as the apps leave them.
    let changed = map.rest_framework.as_ref().map(|node| {
        let mut model = model.clone();
        let name = "REST_FRAMEWORK".to_owned();
        let steps = model.settings.get(&name).map(|s| s.steps.clone()).unwrap_or_default();
        let setting = Setting { name: name.clone(), node: node.clone(), steps, is_default: false };
        model.settings.insert(name, setting);
        model
    });
    let is_changed = changed.is_some();
    let model = changed.as_ref().unwrap_or(model);
    let installed = packages.and_then(|packages| packages.finish(project, model, index, &map));
    let mut inventory = Inventory { problems: map.problems, ..Inventory::default() };
    {
        let (sources, index) = installed.as_ref().map_or((sources, index), |i| (&i.sources, &i.index));
        let names = IndexNames { index, near: model.file };
        let policies = || {
            let policies = Policies::new(index, Some(model), sources);
            let policies = if is_plain { policies.plain() } else { policies };
            if is_changed { policies.started() } else { policies }
        };
        let of_portion = |policies: &mut Policies<'_>, patterns: &[UrlPattern]| {
            let mut problems = Vec::new();
            let each = patterns.iter().cloned();
            let found: Vec<Endpoint> =
                each.map(|pattern| endpoint(&names, sources, policies, pattern, &mut problems)).collect();
            (found, problems)
        };
        for (endpoints, problems) in in_portions(&map.patterns, PORTION, policies, of_portion) {
            inventory.endpoints.extend(endpoints);
            inventory.problems.extend(problems);
        }
    }
    if let Some(installed) = &installed {
        inventory.endpoints.iter_mut().for_each(|e| as_external(e, &installed.index));
    }
    inventory.problems.extend(elsewhere::find(&names, sources, &map.urlconfs, &map.taken));
    inventory.problems.extend(left);
    if inventory.endpoints.is_empty() && inventory.problems.is_empty() {
        let message = "the URLconf lists no patterns; something may add them when the project starts";
        inventory.problems.push(Problem { at: None, message: message.to_owned() });
    }
    inventory.complete = inventory.problems.is_empty();
    inventory
}

/// The patterns, with what modules elsewhere put into the collections that they are made from; and the problem for each
/// module that may and was not followed.
fn followed(
    sources: &Sources,
    project: &Project,
    model: &SettingsModel,
    names: &IndexNames<'_>,
) -> (UrlMap, Vec<Problem>) {
    let map = routes(sources, project, model, names, &Fill::default());
    let fillers = filled::find(names, sources, &map);
    if fillers.is_empty() {
        return (map, Vec::new());
    }
    let filled = routes(sources, project, model, names, &filled::plan(names, &fillers));
    if filled.problems.len() > map.problems.len() {
        // More cannot be told than was to be found out.
        return (map, filled::problems(&fillers, true));
    }
    let left = filled::problems(&filled::find(names, sources, &filled), false);
    (filled, left)
}

/// Takes out what points into the source of installed packages, which the callers do not have.
fn as_external(endpoint: &mut Endpoint, index: &ProjectIndex) {
    let target = &mut endpoint.route.view.target;
    let (is_library, name) = match *target {
        ViewTarget::Class(id) => (index.is_library(index.class_file(id)), index.class_name(id)),
        ViewTarget::Function(id) => (index.is_library(id.file), index.function_name(id)),
        ViewTarget::External(_) | ViewTarget::Unknown(_) => (false, String::new()),
    };
    if is_library {
        *target = ViewTarget::External(name);
    }
    endpoint.policy.places_mut().for_each(|at| *at = at.filter(|at| !index.is_library(at.file)));
}

fn endpoint(
    names: &IndexNames<'_>,
    sources: &Sources,
    policies: &Policies<'_>,
    pattern: UrlPattern,
    problems: &mut Vec<Problem>,
) -> Endpoint {
    let Callback { target, initkwargs, actions, wrappers, methods, shown } = pattern.callback;
    let target = resolve(names, sources, target);
    let call = ViewCall { target, initkwargs, actions: actions.map(|a| a.into_iter().collect()), wrappers };
    let policy = policies.of(&call);
    let shown = shown.and_then(|shown| in_front(names, sources, &call, shown));
    if let Some((view, kind, methods)) = shown {
        let route = Route { path: pattern.path, name: pattern.name, view: call, at: pattern.at };
        return Endpoint { route, view, kind, methods, policy };
    }
    let view = view_name(names.index, &call);
    let (methods, unsure) = match call.target {
        ViewTarget::Class(_) => {
            // Django's view answers OPTIONS, and a class that is routed is one, whatever else its bases answer.
            let sure = policy.problem.as_ref().map(|_| "options");
            let methods = methods::upper(policy.methods.iter().map(String::as_str).chain(sure));
            (methods, policy.problem.clone())
        }
        ViewTarget::External(ref name) if methods.is_none() && is_untold(&call, name) => {
            (Vec::new(), Some(format!("nothing is known of the library class `{name}`")))
        }
        _ => (methods::of(names.index, &call, methods.as_deref()), None),
    };
    if let Some(cause) = unsure {
        let message = format!("the methods of `{}` cannot all be told: {cause}", pattern.path);
        problems.push(Problem { at: pattern.at, message });
    }
    let kind = match call.target {
        ViewTarget::Class(_) | ViewTarget::Function(_) => policy.kind,
        ViewTarget::External(_) | ViewTarget::Unknown(_) => kind(&call),
    };
    let route = Route { path: pattern.path, name: pattern.name, view: call, at: pattern.at };
    Endpoint { route, view, kind, methods, policy }
}

/// What the resolver has in front of a view: its name, kind and methods. `None` when it is the view itself.
fn in_front(
    names: &IndexNames<'_>,
    sources: &Sources,
    call: &ViewCall,
    shown: Shown,
) -> Option<(String, Kind, Vec<String>)> {
    let (target, methods) = match shown {
        Shown::Function(target) => (target, None),
        Shown::ApiView(target, methods) => (target, Some(methods)),
    };
    let file = match &target {
        Target::Function(at, _) => Some(at.file),
        _ => None,
    };
    let target = resolve(names, sources, target);
    if target == call.target {
        return None;
    }
    let Some(methods) = methods else {
        let call = ViewCall { target, ..call.clone() };
        return Some((view_name(names.index, &call), Kind::Django, Vec::new()));
    };
    let view = match (file, &target) {
        (Some(file), _) => in_module(names.index, file, "WrappedAPIView"),
        (None, ViewTarget::External(name)) => {
            format!("{}.WrappedAPIView", name.rsplit_once('.').map_or("", |p| p.0))
        }
        _ => return None,
    };
    let with_options = methods.iter().map(String::as_str).chain(["options"]);
    Some((view, Kind::Drf, methods::upper(with_options)))
}

/// A target of the interpreter in terms of the index.
fn resolve(names: &IndexNames<'_>, sources: &Sources, target: Target) -> ViewTarget {
    let index = names.index;
    match target {
        Target::Unknown(cause) => ViewTarget::Unknown(cause),
        Target::Class(at) => match index.class_standing_at(at) {
            Some(id) => ViewTarget::Class(id),
            None => ViewTarget::Unknown("its class is not in the index".to_owned()),
        },
        Target::Function(at, name) => match index.function_around(at) {
            Some((id, around)) if around == name && functions::qualname(index, sources, at) == name => {
                ViewTarget::Function(id)
            }
            _ => {
                let mut qualname = functions::qualname(index, sources, at);
                if name == "<lambda>" {
                    qualname = if qualname.is_empty() { name } else { format!("{qualname}.<locals>.{name}") };
                }
                ViewTarget::External(in_module(index, at.file, &qualname))
            }
        },
        Target::Name(name) => {
            if let Some(id) = names.class(&name) {
                return ViewTarget::Class(id);
            }
            match names.function(&name) {
                Some(id) => ViewTarget::Function(id),
                None => ViewTarget::External(crate::index::Framework::builtin().canonical(&name).to_owned()),
            }
        }
    }
}

fn in_module(index: &ProjectIndex, file: crate::source::FileId, name: &str) -> String {
    match index.module_name(file) {
        Some(module) if !module.is_empty() => format!("{module}.{name}"),
        _ => name.to_owned(),
    }
}

/// The dotted name that the resolver's callback has. `@api_view` makes a class that keeps its own qualified name in
/// the module of the function.
fn view_name(index: &ProjectIndex, call: &ViewCall) -> String {
    match &call.target {
        ViewTarget::Class(id) => index.class_name(*id),
        ViewTarget::Function(id) if index.api_view(*id).is_some() => {
            in_module(index, id.file, "WrappedAPIView")
        }
        ViewTarget::Function(id) => index.function_name(*id),
        ViewTarget::External(name) => name.clone(),
        ViewTarget::Unknown(_) => String::new(),
    }
}

/// Whether a view is a class of a library of which nothing is known.
fn is_untold(call: &ViewCall, name: &str) -> bool {
    let short = name.rsplit('.').next().unwrap_or(name);
    call.actions.is_none()
        && short.starts_with(|c: char| c.is_ascii_uppercase())
        && ProjectIndex::library_handlers(name, &[]).is_none()
}

/// The kind of a view that is not a class or function of the project's own.
fn kind(call: &ViewCall) -> Kind {
    let is_drf = match &call.target {
        // Only view sets have actions.
        _ if call.actions.is_some() => true,
        ViewTarget::External(name) => ProjectIndex::is_library_subclass(name, API_VIEW),
        _ => false,
    };
    if is_drf { Kind::Drf } else { Kind::Django }
}

/// Whether a file holds tests, by its path: what they change, they change back.
fn is_test(path: &str) -> bool {
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.strip_suffix(".py").unwrap_or(file);
    folders.split('/').any(|f| matches!(f, "tests" | "test" | "testing" | "testutils"))
        || matches!(stem, "tests" | "conftest")
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_tests")
}
