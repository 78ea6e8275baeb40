//! The methods and functions that answer requests, and of which model a view is.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::checks::CheckContext;
use crate::index::items::FunctionItem;
use crate::index::{Ancestor, ClassId, Entity, Lookup, Model, ModelName, Owner, ProjectIndex, Resolution};
use crate::python::ast::{Expr, Stmt};
use crate::python::{ParsedModule, parse};
use crate::settings::Truth;

use super::functions::find;
use super::guards::{self, Guard, Handlers};
use super::lookups::{HANDLERS, Handler, Root};
use super::{rows, views};

/// A method or function that answers requests.
pub(crate) struct Site<'a> {
    /// Whose policy counts.
    pub(crate) owner: Owner,
    /// The view; `None` for a function.
    pub(crate) view: Option<ClassId>,
    /// The `def`.
    pub(crate) item: &'a FunctionItem,
}

/// All of them, in order of files.
pub(crate) fn sites<'a>(cx: &CheckContext<'a>) -> Vec<Site<'a>> {
    let index = cx.index;
    let mut found = Vec::new();
    for (class, view) in view_classes(index) {
        let item = index.class(class);
        if views::is_beside(cx, item.at.file) {
            continue;
        }
        for (position, method) in item.methods.iter().enumerate() {
            let action = is_action(index, method);
            if !action && !HANDLERS.contains(&&*method.name) {
                continue;
            }
            // A policy in the decorator counts for the class that the action stands in.
            let owner =
                if action && view == class { Owner::Action(class, position) } else { Owner::Class(view) };
            found.push(Site { owner, view: Some(view), item: method });
        }
    }
    for (id, item) in index.api_views() {
        if !views::is_beside(cx, item.at.file) {
            found.push(Site { owner: Owner::Function(id), view: None, item });
        }
    }
    found.sort_by_key(|s| s.item.at);
    found
}

/// The `get_queryset` methods of the project's generic views, each for the first view that uses it.
pub(crate) fn querysets<'a>(cx: &CheckContext<'a>) -> Vec<Site<'a>> {
    let mut seen = BTreeSet::new();
    let views = rows::generic_views(cx).into_iter();
    let found = views.filter_map(|view| match cx.index.lookup(view, "get_queryset") {
        Lookup::Method { method, .. } => seen.insert(method.at).then_some((view, method)),
        _ => None,
    });
    found.map(|(view, item)| Site { owner: Owner::Class(view), view: Some(view), item }).collect()
}

/// Project classes whose methods answer for a view, with that view: the class itself, or the first that inherits it.
fn view_classes(index: &ProjectIndex) -> Vec<(ClassId, ClassId)> {
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    let certain = || index.views().filter(|(_, truth)| *truth == Truth::Yes);
    for (view, _) in certain() {
        seen.insert(view);
        all.push((view, view));
    }
    for (view, _) in certain() {
        for ancestor in &index.mro(view).order {
            if let Ancestor::Project(id) = ancestor
                && seen.insert(*id)
            {
                all.push((*id, view));
            }
        }
    }
    all
}

/// Whether a method is an extra action.
fn is_action(index: &ProjectIndex, method: &FunctionItem) -> bool {
    method.decorators.iter().any(|decorator| {
        let Some(name) = decorator.name.as_deref() else { return false };
        let Resolution::External(full) = index.resolve_at(decorator.at, name) else { return false };
        full.strip_prefix("rest_framework.decorators.")
            .is_some_and(|name| matches!(name, "action" | "detail_route" | "list_route"))
    })
}

impl Site<'_> {
    /// Reads the body and hands it to `judge`; `None` when it cannot be read.
    pub(crate) fn read<T>(&self, cx: &CheckContext<'_>, judge: impl FnOnce(&Handler<'_>) -> T) -> Option<T> {
        let file = self.item.at.file;
        let tree: Arc<ParsedModule> = cx.index.tree(cx.sources, file);
        let function = find(&tree, self.item.at)?;
        Some(judge(&Handler::new(cx, file, self.view, function)))
    }

    /// What its permissions ask.
    pub(crate) fn guard(&self, cx: &CheckContext<'_>) -> Guard {
        guards::of(cx, self.owner, Handlers::Named(&self.item.name))
    }

    /// `module.Class.method` or `module.function`.
    pub(crate) fn symbol(&self, cx: &CheckContext<'_>) -> String {
        match self.owner {
            Owner::Function(id) => cx.index.function_name(id),
            Owner::Class(class) | Owner::Action(class, _) => {
                format!("{}.{}", cx.index.class_name(class), self.item.name)
            }
        }
    }

    /// The handler in words: `` `OrderViewSet.pay` `` or `` `order_list` ``.
    pub(crate) fn words(&self, cx: &CheckContext<'_>) -> String {
        match self.view {
            Some(class) => format!("`{}.{}`", cx.index.class(class).name, self.item.name),
            None => format!("`{}`", self.item.name),
        }
    }

    /// Whether the view is one of DRF's generic views, which have a `get_object`.
    pub(crate) fn is_generic(&self, cx: &CheckContext<'_>) -> bool {
        self.view.is_some_and(|view| {
            cx.index.is_subclass_of(view, "rest_framework.generics.GenericAPIView") == Truth::Yes
        })
    }
}

/// The model of which a view serves rows, and its name as written.
pub(crate) struct Served<'a> {
    /// The model, when it is one of the project.
    pub(crate) model: Option<&'a Model>,
    /// `Order`.
    pub(crate) name: String,
}

/// The model of a view: of `queryset`, of what `get_queryset` reads, or of the serializer.
pub(crate) fn model_of<'a>(cx: &CheckContext<'a>, view: ClassId) -> Option<Served<'a>> {
    let index = cx.index;
    if let Lookup::Value { class, value } = index.lookup(view, "queryset") {
        let dotted = first_name(&parse(cx.sources.slice(value.value_at)))?;
        return Some(served(index, class, &dotted));
    }
    if let Lookup::Method { class, method } = index.lookup(view, "get_queryset") {
        let tree = index.tree(cx.sources, method.at.file);
        let function = find(&tree, method.at)?;
        let handler = Handler::new(cx, method.at.file, Some(view), function);
        let lookups = handler.lookups();
        // `self.request.query_params.get(...)` reads like a lookup, and is none of rows.
        let of_model = lookups.iter().find(|lookup| matches!(lookup.root, Root::Model(_)));
        if let Some(lookup) = of_model.or_else(|| lookups.first()) {
            return Some(served(index, class, &lookup.model_name));
        }
    }
    let Lookup::Value { class, value } = index.lookup(view, "serializer_class") else { return None };
    let name = value.value.name()?;
    let Resolution::Resolved(Entity::Class(serializer)) = index.resolve_in_class(class, name) else {
        return None;
    };
    let (meta, model) = index.meta_value(serializer, "model")?;
    Some(served(index, meta, model.value.name()?))
}

fn served<'a>(index: &'a ProjectIndex, class: ClassId, dotted: &str) -> Served<'a> {
    let at = index.class(class).at;
    let model = match index.model_named(at, None, dotted) {
        Some(ModelName::Model(model)) => Some(model),
        Some(ModelName::User) => user_model(index),
        _ => None,
    };
    let name = dotted.split(".objects").next().unwrap_or(dotted);
    Served { model, name: name.rsplit('.').next().unwrap_or(name).to_owned() }
}

/// The project's own user model, when there is one.
fn user_model(index: &ProjectIndex) -> Option<&Model> {
    let mut users = index.models().iter().filter(|m| m.is_user && !m.is_abstract);
    users.next().filter(|_| users.next().is_none())
}

/// The dotted name that an expression begins with: `Order.objects.all` of `Order.objects.all().order_by("x")`.
fn first_name(module: &ParsedModule) -> Option<String> {
    let [Stmt::Expr(statement)] = module.body() else { return None };
    let mut expr = &*statement.value;
    loop {
        if let Some(name) = crate::python::dotted_name(expr) {
            return Some(name);
        }
        expr = match expr {
            Expr::Call(call) => &call.func,
            Expr::Attribute(attribute) => &attribute.value,
            Expr::Subscript(part) => &part.value,
            _ => return None,
        };
    }
}
