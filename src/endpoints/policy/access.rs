//! What one class or function of the project asks of its callers, on demand and without a URL pattern: each handler
//! as a router or `as_view()` would route it, judged as [`Policies`] judges a route.
//!
//! Keywords of `as_view()` and decorators in the URLconf belong to a route: only a view of plain Django is asked with them.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use once_map::OnceMap;
use rustc_hash::FxBuildHasher;

use super::eval::{ClassRef, Composed, Evaluator, Found, Owner, Persona, Situation, Val};
use super::shape::{Shape, inherits};
use super::value::{Exposure, Kind};
use super::{Policies, ViewCall, exposure, permission};
use crate::endpoints::ViewTarget;
use crate::index::items::{ArgumentItem, FunctionItem};
use crate::index::{Ancestor, ClassId, FunctionId, ProjectIndex};
use crate::settings::{SettingsModel, Truth};
use crate::source::Sources;

/// The actions of a view set that every router knows, with their methods.
const ACTIONS: [(&str, &str); 6] = [
    ("list", "get"),
    ("create", "post"),
    ("retrieve", "get"),
    ("update", "put"),
    ("partial_update", "patch"),
    ("destroy", "delete"),
];
/// DRF's decorator of extra actions.
const ACTION: &str = "rest_framework.decorators.action";

/// What a view asks, handler by handler.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Access {
    /// The handlers: DRF's own actions, then extra ones, in order.
    pub handlers: Vec<HandlerAccess>,
    /// What a view without handlers would ask of a request that writes.
    pub general: Option<Asked>,
    /// Why some handlers may be missing.
    pub problem: Option<String>,
}

/// One handler.
#[derive(Clone, Debug, PartialEq)]
pub struct HandlerAccess {
    /// The method of the class that answers: the action, or the HTTP method in lower case.
    pub name: String,
    /// The HTTP method, upper case.
    pub method: String,
    /// What is asked.
    pub asked: Asked,
    /// What would be asked without the permissions in the decorator of an extra action; `None` where it has none.
    pub of_view: Option<Asked>,
}

/// What a handler asks of its callers.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// Whom it lets in.
    pub exposure: Exposure,
    /// Why, in one sentence.
    pub why: String,
    /// Whether an account without any rights comes through, before an object is looked at.
    pub account: Truth,
    /// Whether some permission has a say about single objects; `None` where only callers were asked about.
    pub object: Option<bool>,
    /// The dotted names of the permissions, where they are one plain list.
    pub classes: Option<Vec<String>>,
}

/// What the classes and functions of a project ask, each worked out once, when somebody first asks.
pub struct Accesses<'a> {
    index: &'a ProjectIndex,
    settings: Option<&'a SettingsModel>,
    sources: &'a Sources,
    classes: Known<(ClassId, Detail), Access>,
    functions: Known<FunctionId, Access>,
    permissions: Known<ClassId, Truth>,
}

/// How much of what a class asks is worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Detail {
    /// Which callers come through.
    Callers,
    /// That, and whether permissions have a say about single objects, which takes several times as long.
    Objects,
}

type Known<K, A> = OnceMap<K, Arc<A>, FxBuildHasher>;

impl<'a> Accesses<'a> {
    /// With the settings that production gets, where they are known.
    pub fn new(index: &'a ProjectIndex, settings: Option<&'a SettingsModel>, sources: &'a Sources) -> Self {
        let (classes, functions, permissions) = Default::default();
        Self { index, settings, sources, classes, functions, permissions }
    }

    /// For one asker on one thread.
    pub fn reader(&'a self) -> AccessReader<'a> {
        AccessReader { shared: self, policies: OnceCell::new() }
    }
}

/// Tells what classes and functions ask.
pub trait AccessOf {
    /// Of a class.
    fn of_class(&self, class: ClassId, detail: Detail) -> Arc<Access>;

    /// Of a function under `@api_view`.
    fn of_function(&self, function: FunctionId) -> Arc<Access>;

    /// Whom the code of a plain Django view lets in, and why.
    fn of_django_view(&self, view: &ViewCall) -> (Exposure, String);

    /// Whether a permission class lets in whoever the authenticators do not know, whatever the view and the method are.
    fn admits_strangers(&self, permission: ClassId) -> Truth;
}

/// Asks one after the other: what bases and modules mean is worked out once for all that it asks.
pub struct AccessReader<'a> {
    shared: &'a Accesses<'a>,
    policies: OnceCell<Policies<'a>>,
}

impl AccessOf for AccessReader<'_> {
    fn of_class(&self, class: ClassId, detail: Detail) -> Arc<Access> {
        let ask = |policies: &Policies<'_>| policies.access_of_class(class, detail);
        self.known(&self.shared.classes, (class, detail), ask)
    }

    fn of_function(&self, function: FunctionId) -> Arc<Access> {
        self.known(&self.shared.functions, function, |policies| policies.access_of_function(function))
    }

    fn of_django_view(&self, view: &ViewCall) -> (Exposure, String) {
        let policies = self.policies();
        let verdict = exposure::judge(&policies.evaluator, &Shape::of(&policies.evaluator, view));
        (verdict.exposure, verdict.why)
    }

    fn admits_strangers(&self, permission: ClassId) -> Truth {
        *self.known(&self.shared.permissions, permission, |policies| policies.admits_strangers(permission))
    }
}

impl<'a> AccessReader<'a> {
    fn policies(&self) -> &Policies<'a> {
        let Accesses { index, settings, sources, .. } = *self.shared;
        self.policies.get_or_init(|| Policies::new(index, settings, sources).near())
    }

    fn known<K: Copy + Eq + std::hash::Hash, A>(
        &self,
        known: &Known<K, A>,
        key: K,
        ask: impl FnOnce(&Policies<'_>) -> A,
    ) -> Arc<A> {
        // Where two threads ask the same, one works it out and the other waits.
        known.insert_cloned(key, |_| Arc::new(ask(self.policies())))
    }
}

impl Policies<'_> {
    /// What a class of the project asks.
    pub fn access_of_class(&self, class: ClassId, detail: Detail) -> Access {
        let evaluator = &self.evaluator;
        let mut plain = Shape::of(evaluator, &call(ViewTarget::Class(class), None));
        let mut access = Access { problem: plain.problem.take(), ..Access::default() };
        let Some(reference) = plain.class.clone().filter(|_| plain.kind == Kind::Drf) else { return access };
        if inherits(evaluator, &reference, &["rest_framework.viewsets.ViewSetMixin"]) == Truth::No {
            each_method(evaluator, &mut plain, &mut access, detail);
        } else {
            self.each_action(class, &plain, &reference, &mut access, detail);
        }
        if access.handlers.is_empty() {
            access.general = Some(asked(evaluator, &mut plain, "POST", detail));
        }
        access
    }

    fn each_action(
        &self,
        class: ClassId,
        plain: &Shape,
        reference: &ClassRef,
        access: &mut Access,
        detail: Detail,
    ) {
        let evaluator = &self.evaluator;
        let allowed = allowed(evaluator, plain);
        let is_allowed = |method: &str| allowed.as_ref().is_none_or(|a| a.iter().any(|m| m == method));
        for (name, method) in ACTIONS {
            let found = evaluator.class_attribute(reference, name, None);
            match found.owner {
                Owner::Unknown => {
                    let cause = found.value.cause().unwrap_or_else(|| "its bases are not known".into());
                    access.problem.get_or_insert_with(|| cause.to_string());
                }
                Owner::Absent => {}
                _ if found.value == Val::None || !is_allowed(method) => {}
                _ => {
                    let shape = action(evaluator, class, name, method);
                    access.handlers.push(handler(evaluator, &shape, name, method, detail));
                }
            }
        }
        for extra in extra_actions(evaluator, class) {
            for method in extra.methods.iter().filter(|m| is_allowed(m)) {
                let mut shape = action(evaluator, class, extra.name, method);
                let without = shape.overrides.clone();
                shape.overrides = Rc::new(extra.keywords.clone());
                let mut found = handler(evaluator, &shape, extra.name, method, detail);
                if extra.keywords.contains_key("permission_classes") {
                    shape.overrides = without;
                    found.of_view = Some(asked(evaluator, &mut shape, &method.to_uppercase(), detail));
                }
                access.handlers.push(found);
            }
            if extra.methods.is_empty() {
                let cause = || format!("which methods `{}` answers cannot be told", extra.name);
                access.problem.get_or_insert_with(cause);
            }
        }
        self.each_plain_method(class, reference, access, detail, is_allowed);
    }

    /// Methods that are called after HTTP methods answer these on every route of a view set that maps no action to them.
    fn each_plain_method(
        &self,
        class: ClassId,
        reference: &ClassRef,
        access: &mut Access,
        detail: Detail,
        is_allowed: impl Fn(&str) -> bool,
    ) {
        for name in ["get", "post", "put", "patch", "delete"] {
            let found = self.evaluator.class_attribute(reference, name, None);
            let is_own = matches!(found.owner, Owner::Class(_)) && found.value != Val::None;
            if is_own && is_allowed(name) && !access.handlers.iter().any(|h| h.name == name) {
                let shape = action(&self.evaluator, class, name, name);
                access.handlers.push(handler(&self.evaluator, &shape, name, name, detail));
            }
        }
    }

    /// Whether a permission class lets in whoever the authenticators do not know.
    fn admits_strangers(&self, permission: ClassId) -> Truth {
        let list = Val::list(vec![Val::Class(ClassRef::Project(permission))]);
        let anything = Situation::default();
        permission::lets_in(&self.evaluator, &anything, Persona::Anonymous, &list, "has_permission")
    }

    /// What a function view of DRF asks.
    pub fn access_of_function(&self, function: FunctionId) -> Access {
        let mut shape = Shape::of(&self.evaluator, &call(ViewTarget::Function(function), None));
        let mut access = Access { problem: shape.problem.take(), ..Access::default() };
        if shape.kind == Kind::Drf {
            each_method(&self.evaluator, &mut shape, &mut access, Detail::Objects);
        }
        access
    }
}

fn call(target: ViewTarget, actions: Option<BTreeMap<String, String>>) -> ViewCall {
    ViewCall { target, initkwargs: Vec::new(), actions, wrappers: Vec::new() }
}

/// A view set as a router routes one action.
fn action(evaluator: &Evaluator<'_>, class: ClassId, name: &str, method: &str) -> Shape {
    let actions = [(method.to_owned(), name.to_owned())];
    Shape::of(evaluator, &call(ViewTarget::Class(class), Some(actions.into())))
}

/// The HTTP methods that a class does not refuse by itself, lower case; `None` when they cannot be told.
fn allowed(evaluator: &Evaluator<'_>, shape: &Shape) -> Option<Vec<String>> {
    let names = evaluator.view_attribute(&shape.situation(), "http_method_names").value;
    names.exact_elements()?.iter().map(|name| name.as_str().map(str::to_lowercase)).collect()
}

/// The methods of a view without actions. `OPTIONS` and the like tell nothing that the others do not.
fn each_method(evaluator: &Evaluator<'_>, shape: &mut Shape, access: &mut Access, detail: Detail) {
    for method in shape.methods.clone() {
        if !matches!(&*method, "OPTIONS" | "HEAD" | "TRACE") {
            let asked = asked(evaluator, shape, &method, detail);
            access.handlers.push(HandlerAccess { name: method.to_lowercase(), method, asked, of_view: None });
        }
    }
}

fn handler(
    evaluator: &Evaluator<'_>,
    shape: &Shape,
    name: &str,
    method: &str,
    detail: Detail,
) -> HandlerAccess {
    let method = method.to_uppercase();
    let mut shape = shape.clone();
    let asked = asked(evaluator, &mut shape, &method, detail);
    HandlerAccess { name: name.to_owned(), method, asked, of_view: None }
}

/// What one method of a view asks.
fn asked(evaluator: &Evaluator<'_>, shape: &mut Shape, method: &str, detail: Detail) -> Asked {
    shape.methods = vec![method.to_owned()];
    let verdict = exposure::judge(evaluator, shape);
    let situation = shape.request(method);
    let lists = exposure::permissions(evaluator, shape, method).unwrap_or_default();
    let mut conditions = BTreeSet::new();
    let lists: Vec<Val> = lists.iter().map(|(_, list)| exposure::settled(list, &mut conditions)).collect();
    let user = |list: &Val, method| permission::lets_in(evaluator, &situation, Persona::User, list, method);
    let each = lists.iter().map(|list| user(list, "has_permission"));
    let account = each.reduce(|a, b| if a == b { a } else { Truth::Maybe }).unwrap_or(Truth::Maybe);
    let has_say = |item: &Val| has_say(evaluator, &situation, item);
    let object =
        (detail == Detail::Objects).then(|| lists.iter().filter_map(Val::elements).flatten().any(has_say));
    let by_method = shape
        .class
        .as_ref()
        .is_some_and(|class| evaluator.project_method(class, "get_permissions").is_some());
    let named = |item: &Val| match item {
        // An instance in a list is configured, and so is not what its class is by itself.
        Val::Instance(_) if !by_method => None,
        item => evaluator.class_text(item).ok(),
    };
    let classes = match &lists[..] {
        [list] => list.exact_elements().and_then(|items| items.iter().map(named).collect()),
        _ => None,
    };
    Asked { exposure: verdict.exposure, why: verdict.why, account, object, classes }
}

/// Whether a permission has a say about single objects; one of which nothing is known has none here. Code too long to
/// follow has one: what lets every object through is short.
fn has_say(evaluator: &Evaluator<'_>, situation: &Situation, permission: &Val) -> bool {
    const METHOD: &str = "has_object_permission";
    let inner = |value: &Val| has_say(evaluator, situation, value);
    match permission {
        Val::Class(class) => {
            let list = Val::list(vec![permission.clone()]);
            let lets_in =
                || permission::lets_in(evaluator, situation, Persona::User, &list, METHOD) == Truth::Yes;
            evaluator.class_attribute(class, METHOD, None).owner != Owner::Unknown
                && !evaluator.repeats_permission(class)
                && !evaluator.briefly(4, lets_in)
        }
        Val::Instance(class) => inner(class),
        Val::Composed(composed) => match &**composed {
            Composed::And(a, b) | Composed::Or(a, b) => inner(a) || inner(b),
            Composed::Not(a) => inner(a),
        },
        _ => false,
    }
}

/// An extra action of a view set.
struct Extra<'a> {
    name: &'a str,
    /// Lower case; none where they cannot be told.
    methods: Vec<String>,
    /// What its decorator puts over the attributes of the class.
    keywords: BTreeMap<String, Found>,
}

/// The extra actions of a view set, its bases' among them, and the further methods that `.mapping` gives them.
fn extra_actions<'a>(evaluator: &Evaluator<'a>, class: ClassId) -> Vec<Extra<'a>> {
    let index = evaluator.index;
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut extras: Vec<Extra<'a>> = Vec::new();
    for ancestor in &index.mro(class).order {
        let Ancestor::Project(id) = ancestor else { continue };
        for method in index.class(*id).methods.iter().filter(|m| !seen.contains(&*m.name)) {
            if let Some(arguments) = arguments(index, method) {
                let keywords = keywords(evaluator, *id, arguments);
                extras.push(Extra {
                    name: &method.name,
                    methods: methods(evaluator, *id, arguments),
                    keywords,
                });
            } else if let Some((of, verb)) = mapped(method)
                && let Some(keywords) = extras.iter().find(|e| e.name == of).map(|e| e.keywords.clone())
            {
                extras.push(Extra { name: &method.name, methods: vec![verb.to_owned()], keywords });
            }
        }
        let item = index.class(*id);
        seen.extend(item.methods.iter().map(|m| &*m.name).chain(item.attributes.iter().map(|a| &*a.name)));
    }
    extras
}

/// The arguments of `@action`.
fn arguments<'a>(index: &ProjectIndex, method: &'a FunctionItem) -> Option<&'a [ArgumentItem]> {
    let decorator = method
        .decorators
        .iter()
        .find(|d| d.name.as_deref().is_some_and(|name| index.is_external(d.at, name, ACTION)))?;
    Some(decorator.arguments.as_deref().unwrap_or_default())
}

/// `pay` and `delete` of `@pay.mapping.delete`.
fn mapped(method: &FunctionItem) -> Option<(&str, &str)> {
    method.decorators.iter().find_map(|d| d.name.as_deref()?.split_once(".mapping."))
}

fn keywords(
    evaluator: &Evaluator<'_>,
    class: ClassId,
    arguments: &[ArgumentItem],
) -> BTreeMap<String, Found> {
    const OWN: [&str; 4] = ["methods", "detail", "url_path", "url_name"];
    let named = arguments.iter().filter_map(|a| Some((a.keyword.as_deref()?, a)));
    let put = named.filter(|(name, _)| !name.is_empty() && !OWN.contains(name)).map(|(name, argument)| {
        let value = evaluator.at_place(argument.value_at, Some(class));
        (name.to_owned(), Found { value, owner: Owner::Keyword, at: Some(argument.at) })
    });
    put.collect()
}

fn methods(evaluator: &Evaluator<'_>, class: ClassId, arguments: &[ArgumentItem]) -> Vec<String> {
    let named = arguments.iter().find(|a| a.keyword.as_deref() == Some("methods"));
    let Some(argument) = named.or_else(|| arguments.first().filter(|a| a.keyword.is_none())) else {
        return vec!["get".to_owned()];
    };
    let value = evaluator.at_place(argument.value_at, Some(class));
    let all: Option<Vec<String>> = match &value {
        Val::None => Some(vec!["get".to_owned()]),
        value => value
            .exact_elements()
            .and_then(|items| items.iter().map(|item| item.as_str().map(str::to_lowercase)).collect()),
    };
    all.unwrap_or_default()
}
