//! What handlers store in rows, value by value: `Order.objects.create(owner_id=...)`, `Order(owner_id=...)`,
//! `order.owner_id = ...`, `serializer.save(owner_id=...)`.
//!
//! Left out: `update()` of rows that are there, `**values`, and models that are not found.

use std::collections::BTreeSet;

use crate::checks::CheckContext;
use crate::index::{ClassId, Entity, Lookup as Found, Model, ModelName, Owner, Resolution};
use crate::python::ast::{Expr, Stmt};
use crate::python::visitor::{self, Visitor};
use crate::python::{Ranged as _, dotted_name};
use crate::source::Span;

use super::handlers::{self, Site};
use super::lookups::Handler;
use super::rows;

/// A value that is stored.
pub(crate) struct Store<'m, 't> {
    /// Of which model the row is.
    pub(crate) model: &'m Model,
    /// The field as it is written: `owner` or `owner_id`.
    pub(crate) field: &'t str,
    /// What it gets.
    pub(crate) value: &'t Expr,
}

/// The methods by which generic views store what a serializer has read, each for the first view that uses it.
pub(crate) fn hooks<'a>(cx: &CheckContext<'a>) -> Vec<Site<'a>> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for view in rows::generic_views(cx) {
        for name in ["perform_create", "perform_update"] {
            if let Found::Method { method: item, .. } = cx.index.lookup(view, name)
                && seen.insert(item.at)
            {
                found.push(Site { owner: Owner::Class(view), view: Some(view), item });
            }
        }
    }
    found
}

/// All that the body of a handler stores.
pub(crate) fn read<'m, 't>(
    cx: &'m CheckContext<'_>,
    site: &Site<'_>,
    handler: &Handler<'t>,
) -> Vec<Store<'m, 't>> {
    let mut finder = Finder { cx, view: site.view, at: site.item.at, handler, found: Vec::new() };
    finder.visit_body(&handler.function().body);
    finder.found
}

struct Finder<'m, 't, 'h, 'c> {
    cx: &'m CheckContext<'c>,
    view: Option<ClassId>,
    /// The code around, which decides what names mean.
    at: Span,
    handler: &'h Handler<'t>,
    found: Vec<Store<'m, 't>>,
}

impl<'m> Finder<'m, '_, '_, '_> {
    fn model(&self, dotted: &str) -> Option<&'m Model> {
        match self.cx.index.model_named(self.at, None, dotted)? {
            ModelName::Model(model) => Some(model),
            ModelName::User | ModelName::Library(_) => None,
        }
    }

    /// The model of the row that a call makes.
    fn made(&self, func: &Expr) -> Option<&'m Model> {
        let dotted = dotted_name(func)?;
        let (before, last) = dotted.rsplit_once('.').unwrap_or(("", &dotted));
        match last {
            "create" | "acreate" if before.ends_with(".objects") || before.ends_with("._default_manager") => {
                self.model(before)
            }
            "save" | "asave" if !before.is_empty() => self.of_serializer(before),
            name if name.starts_with(char::is_uppercase) => self.model(&dotted),
            _ => None,
        }
    }

    /// The model of which a serializer stores rows; the name is a parameter, or holds what makes one.
    fn of_serializer(&self, name: &str) -> Option<&'m Model> {
        let made = self.handler.values(name).find_map(|value| {
            let Expr::Call(call) = value else { return None };
            dotted_name(&call.func)
        });
        let served = || handlers::model_of(self.cx, self.view?)?.model;
        match made {
            None if name == "serializer" => served(),
            Some(maker) if maker.ends_with(".get_serializer") => served(),
            Some(maker) => {
                let Resolution::Resolved(Entity::Class(class)) = self.cx.index.resolve_at(self.at, &maker)
                else {
                    return None;
                };
                let (meta, model) = self.cx.index.meta_value(class, "model")?;
                match self.cx.index.model_named(self.cx.index.class(meta).at, None, model.value.name()?)? {
                    ModelName::Model(model) => Some(model),
                    ModelName::User | ModelName::Library(_) => None,
                }
            }
            None => None,
        }
    }
}

impl<'t> Visitor<'t> for Finder<'_, 't, '_, '_> {
    fn visit_stmt(&mut self, stmt: &'t Stmt) {
        if let Stmt::Assign(assign) = stmt
            && let [Expr::Attribute(target)] = &assign.targets[..]
            && let Expr::Name(row) = &*target.value
        {
            let made = self.handler.values(row.id.as_str()).find_map(|value| match value {
                Expr::Call(call) => self.made(&call.func),
                _ => None,
            });
            let (field, value) = (target.attr.as_str(), &*assign.value);
            self.found.extend(made.map(|model| Store { model, field, value }));
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'t Expr) {
        if let Expr::Call(call) = expr
            && call.arguments.keywords.iter().any(|k| k.arg.is_some())
            && let Some(model) = self.made(&call.func)
        {
            let named = call.arguments.keywords.iter().filter_map(|k| Some((k.arg.as_ref()?, &k.value)));
            self.found.extend(named.map(|(name, value)| Store { model, field: name.as_str(), value }));
        }
        visitor::walk_expr(self, expr);
    }
}

/// Where a stored value stands.
pub(crate) fn place(site: &Site<'_>, store: &Store<'_, '_>) -> Span {
    Span::new(site.item.at.file, store.value.range())
}
