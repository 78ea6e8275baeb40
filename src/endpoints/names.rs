//! What the evaluation of URLs asks about names, answered from the index.

use crate::index::{
    Ancestor, ClassId, Entity, Framework, FrameworkValue, FunctionId, Lookup, ProjectIndex, REDIRECT_VIEW,
    Resolution,
};
use crate::settings::routes::{LibraryClass, LibraryRoute, Located, ModelField, Names};
use crate::settings::{Items, Node, Value};
use crate::source::{FileId, Span};

/// The index as seen from one project's settings.
pub(super) struct IndexNames<'a> {
    pub(super) index: &'a ProjectIndex,
    /// Of several modules of one name, that nearest to this file is meant.
    pub(super) near: FileId,
}

impl IndexNames<'_> {
    /// The deepest module of a dotted name, and what is left of it.
    fn split<'n>(&self, name: &'n str) -> Option<(FileId, &'n str)> {
        let mut module = name;
        loop {
            if let Some(file) = self.index.module_file(module, self.near) {
                let rest = name[module.len()..].trim_start_matches('.');
                return Some((file, rest));
            }
            module = module.rsplit_once('.')?.0;
        }
    }

    /// What a dotted name of the project ends at.
    fn entity(&self, name: &str) -> Option<Resolution<Entity>> {
        let (file, rest) = self.split(name)?;
        if !rest.is_empty() {
            return Some(self.index.resolve(file, rest));
        }
        // A package may bind the name of one of its modules to something else.
        if let Some((parent, last)) = name.rsplit_once('.')
            && let Some(package) = self.index.module_file(parent, self.near)
        {
            match self.index.resolve(package, last) {
                Resolution::Resolved(Entity::Module(_)) | Resolution::Unresolved(_) => {}
                // A module may be called as something of Python's own.
                Resolution::External(name) if name.starts_with("builtins.") => {}
                other => return Some(other),
            }
        }
        Some(Resolution::Resolved(Entity::Module(file)))
    }

    /// The module and the name in it, where one branch binds the name to nothing: `except ImportError: Panel = None`.
    fn optional(&self, name: &str) -> Option<Located> {
        let (file, rest) = self.split(name)?;
        if rest.is_empty() || rest.contains('.') || !self.index.may_be_none(file, rest) {
            return None;
        }
        Some(Located::Value(self.index.module_name(file)?.to_owned(), rest.to_owned()))
    }

    /// The class of the project behind a dotted name.
    pub(super) fn class(&self, name: &str) -> Option<ClassId> {
        match self.entity(name)? {
            Resolution::Resolved(Entity::Class(id)) => Some(id),
            _ => None,
        }
    }

    /// The function of the project behind a dotted name.
    pub(super) fn function(&self, name: &str) -> Option<FunctionId> {
        match self.entity(name)? {
            Resolution::Resolved(Entity::Function(id)) => Some(id),
            _ => None,
        }
    }
}

impl Names for IndexNames<'_> {
    fn module(&self, name: &str) -> Option<(FileId, bool)> {
        let file = self.index.module_file(name, self.near)?;
        Some((file, self.index.is_package(file)))
    }

    fn is_namespace(&self, name: &str) -> bool {
        self.index.is_namespace(name)
    }

    fn locate(&self, name: &str) -> Located {
        let Some(entity) = self.entity(name) else {
            return if self.index.is_namespace(name) { Located::Module } else { Located::Foreign };
        };
        if !matches!(entity, Resolution::Unresolved(_) | Resolution::Resolved(Entity::Value(..)))
            && let Some(value) = self.optional(name)
        {
            return value;
        }
        match entity {
            Resolution::Resolved(Entity::Module(_)) => Located::Module,
            Resolution::Resolved(Entity::Class(id)) => Located::Class(self.index.class_name(id)),
            Resolution::Resolved(Entity::Function(id)) => Located::Function(self.index.function_name(id)),
            Resolution::Resolved(Entity::Value(file, position)) => {
                match (self.index.module_name(file), self.index.value(file, position)) {
                    (Some(module), Some(value)) => Located::Value(module.to_owned(), value.name.to_string()),
                    _ => Located::Unclear,
                }
            }
            Resolution::External(name) => Located::Library(name),
            Resolution::Unresolved(_) => {
                let class = name.rsplit_once('.').and_then(|(class, last)| Some((self.class(class)?, last)));
                match class.map(|(class, last)| self.index.lookup(class, last)) {
                    Some(Lookup::Method { .. }) => Located::Method,
                    _ => Located::Unclear,
                }
            }
        }
    }

    fn is_routed(&self, class: Span) -> bool {
        let Some(id) = self.index.class_standing_at(class) else { return true };
        let order = &self.index.mro(id).order;
        order.iter().all(|a| matches!(a, Ancestor::Project(_)))
            || order.iter().any(|a| match a {
                Ancestor::Framework(_) | Ancestor::Unknown(_) => true,
                Ancestor::Plain(name) => ["AdminSite", ".AppConfig", "AdminConfig", ".ABCMeta", ".type"]
                    .iter()
                    .any(|end| name.ends_with(end)),
                Ancestor::Project(_) => false,
            })
    }

    fn library(&self, name: &str) -> Option<LibraryClass> {
        let table = Framework::builtin();
        let class = table.class(table.find(name)?);
        let mut attributes: Vec<(String, Node)> =
            class.attributes.iter().filter_map(|(name, value)| Some((name.clone(), node(value)?))).collect();
        // The table keeps them by hash.
        attributes.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let extra = super::library::viewset(&class.name);
        let text = |name: &str, value: Option<&String>| {
            Some((name.to_owned(), Node::plain(Value::Str(value?.clone()))))
        };
        attributes.extend(text("lookup_value_regex", extra.and_then(|v| v.lookup_value_regex.as_ref())));
        attributes
            .extend(text("lookup_value_converter", extra.and_then(|v| v.lookup_value_converter.as_ref())));
        let mut methods = class.methods.clone();
        if class.name == REDIRECT_VIEW {
            methods.push("head".to_owned());
        }
        Some(LibraryClass {
            name: class.name.clone(),
            bases: class.bases.clone(),
            attributes,
            methods,
            actions: extra.map(super::library::ViewSet::actions).unwrap_or_default(),
            model: extra.and_then(|v| v.model.clone()),
        })
    }

    fn is_wrapped(&self, function: &str) -> bool {
        let Some(id) = self.function(function) else { return false };
        self.index.function(id).decorators.iter().any(|d| {
            let found = d.name.as_deref().map(|name| self.index.resolve_at(d.at, name));
            matches!(found, Some(Resolution::Resolved(_)))
        })
    }

    fn function_around(&self, at: Span) -> Option<String> {
        self.index.function_around(at).map(|(id, _)| self.index.function_name(id))
    }

    fn is_model(&self, name: &str) -> bool {
        let Some(id) = self.class(name) else { return false };
        self.index.mro(id).order.iter().any(|a| match a {
            Ancestor::Plain(base) => {
                base.starts_with("django.db.models") || base.starts_with("django.contrib.")
            }
            Ancestor::Unknown(cause) => cause.contains(".models.") || cause.contains("Model"),
            _ => false,
        })
    }

    fn field(&self, model: &str, name: &str) -> ModelField {
        let Some(model) = self.class(model).and_then(|id| self.index.models().of(id)) else {
            return ModelField::Unclear;
        };
        match model.field(name) {
            Some(field) => ModelField::There { kind: field.kind.to_string(), is_editable: field.is_editable },
            None if model.is_complete => ModelField::Absent,
            None => ModelField::Unclear,
        }
    }

    fn library_urls(&self, name: &str) -> Option<Vec<LibraryRoute>> {
        super::library::urls(name)
    }
}

/// A value of the table. What the project's settings decide is of no matter for URLs.
fn node(value: &FrameworkValue) -> Option<Node> {
    Some(Node::plain(match value {
        FrameworkValue::One(text) if text == "None" || text == "none" => Value::None,
        FrameworkValue::One(text) if text == "computed" || text.starts_with("settings:") => return None,
        FrameworkValue::One(text) => Value::Str(text.clone()),
        FrameworkValue::List(items) => {
            let items = items.iter().map(|i| Node::plain(Value::Str(i.clone()))).collect();
            Value::List(Items { items, rest: None })
        }
    }))
}
