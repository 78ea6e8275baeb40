//! The fields of one model class, and what a relation points to.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::{Field, Model, Models, Target};
use crate::index::framework::is_surely_no_view;
use crate::index::items::ValueItem;
use crate::index::{Ancestor, Call, ClassId, Entity, Expression, Framework, ProjectIndex, Resolution};
use crate::source::Span;
use crate::tables::table;

/// A model of a library.
#[derive(serde::Deserialize)]
pub(super) struct LibraryModel {
    #[serde(rename = "abstract")]
    pub(super) is_abstract: bool,
    /// `name: Kind`, `name: Kind target`, `name: Kind key`.
    fields: Vec<String>,
}

fn library() -> &'static BTreeMap<String, LibraryModel> {
    static TABLE: OnceLock<BTreeMap<String, LibraryModel>> = OnceLock::new();
    TABLE.get_or_init(|| {
        serde_json::from_str(table!("assets/models.toml")).expect("internal error: assets/models.toml")
    })
}

/// The library's model, where the table has it. GeoDjango offers Django's own.
pub(super) fn of_library(name: &str) -> Option<&'static LibraryModel> {
    library().get(name).or_else(|| {
        let rest = name.strip_prefix("django.contrib.gis.db.models.")?;
        library().get(&format!("django.db.models.{rest}"))
    })
}

pub(super) fn model(index: &ProjectIndex, class: ClassId) -> Option<Model> {
    let mut outside = index.outside_bases(class);
    let order = &index.mro(class).order;
    let bases = index.library_bases(class);
    let inherited: Vec<&LibraryModel> = bases.iter().filter_map(|b| of_library(b)).collect();
    let unknown = outside.any(|base| match base {
        Resolution::External(name) => {
            of_library(name).is_none()
                && !is_surely_no_view(name)
                && Framework::builtin().find(name).is_none()
        }
        _ => true,
    });
    if inherited.is_empty() && !unknown {
        return None;
    }
    let mut fields: Vec<Field> = Vec::new();
    for field in inherited.iter().rev().flat_map(|m| m.fields.iter().filter_map(|f| library_field(f))) {
        fields.retain(|f| f.name != field.name);
        fields.push(field);
    }
    let mut unclear = false;
    for ancestor in order.iter().rev() {
        let Ancestor::Project(id) = ancestor else { continue };
        for value in &index.class(*id).attributes {
            fields.retain(|f| f.name != value.name);
            let made = field(index, value);
            unclear |= made.is_none() && may_add_columns(index, value);
            fields.extend(made);
        }
    }
    // A class with an unknown base is a model when its body says so: by fields of Django.
    if inherited.is_empty() && !(unknown && fields.iter().any(|f| f.at.is_some())) {
        return None;
    }
    let is_abstract = index.nested(class, "Meta").is_some_and(|meta| {
        let value = index.class(meta).attribute("abstract");
        value.is_some_and(|v| v.value == Expression::Bool(true))
    });
    if !is_abstract && !fields.iter().any(|f| f.is_key) {
        let key = Field {
            name: "id".into(),
            kind: "AutoField".into(),
            at: None,
            is_key: true,
            is_editable: false,
            target: None,
        };
        fields.insert(0, key);
    }
    let is_user = bases.iter().any(|b| {
        let name = b.strip_prefix("django.contrib.auth.").unwrap_or_default();
        matches!(name.rsplit('.').next(), Some("AbstractUser" | "AbstractBaseUser" | "User"))
    });
    Some(Model { class, is_abstract, is_user, is_complete: !unknown && !unclear, fields })
}

fn library_field(text: &str) -> Option<Field> {
    let (name, rest) = text.split_once(": ")?;
    let (kind, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let target = match rest.trim_end_matches("key").trim() {
        "" => None,
        "user" => Some(Target::User),
        _ => Some(Target::Other),
    };
    let is_key = rest.ends_with("key");
    let is_stamp = matches!(
        kind,
        "AutoCreatedField" | "AutoLastModifiedField" | "CreationDateTimeField" | "ModificationDateTimeField"
    );
    Some(Field {
        name: name.into(),
        kind: kind.into(),
        at: None,
        is_key,
        is_editable: !is_key && !is_stamp,
        target,
    })
}

/// The field that an assignment in a class body makes.
fn field(index: &ProjectIndex, value: &ValueItem) -> Option<Field> {
    let Expression::Call(call) = &value.value else { return None };
    let kind = field_class(index, value.at, &call.callee)?;
    let is_key = keyword(call, "primary_key") == Some(&Expression::Bool(true));
    let relation = is_relation(&kind);
    let is_true = |name: &str| keyword(call, name) == Some(&Expression::Bool(true));
    let is_editable = keyword(call, "editable") != Some(&Expression::Bool(false))
        && !is_true("auto_now")
        && !is_true("auto_now_add");
    Some(Field {
        name: value.name.clone(),
        kind: kind.into(),
        at: Some(value.at),
        is_key,
        is_editable,
        target: relation.then_some(Target::Other),
    })
}

/// Whether a value that is no field may bring columns by itself, such as a tag manager.
fn may_add_columns(index: &ProjectIndex, value: &ValueItem) -> bool {
    const HARMLESS: [&str; 4] =
        ["HistoricalRecords", "FieldTracker", "AuditlogHistoryField", "GenericForeignKey"];
    let Expression::Call(call) = &value.value else { return false };
    let is_manager =
        |name: &str| name.ends_with("Manager") || name.ends_with("as_manager") || &*value.name == "objects";
    match index.resolve_at(value.at, &call.callee) {
        Resolution::External(name) => {
            let last = name.rsplit('.').next().unwrap_or(&name);
            let known =
                name.starts_with("django.") || name.starts_with("builtins.") || HARMLESS.contains(&last);
            !known && (last == "TaggableManager" || !is_manager(last))
        }
        Resolution::Resolved(Entity::Class(_) | Entity::Function(_)) => false,
        _ => !is_manager(&call.callee),
    }
}

fn is_relation(kind: &str) -> bool {
    kind.ends_with("ForeignKey")
        || matches!(kind, "OneToOneField" | "ManyToManyField" | "ParentalKey" | "ParentalManyToManyField")
        || kind.ends_with("ManyToManyField")
        || kind.ends_with("OneToOneField")
}

fn keyword<'a>(call: &'a Call, name: &str) -> Option<&'a Expression> {
    call.keywords.iter().find(|(key, _)| &**key == name).map(|(_, value)| value)
}

/// The class of a field as Django knows it; `None` when what is called makes no field.
fn field_class(index: &ProjectIndex, at: Span, callee: &str) -> Option<String> {
    let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
    let is_field = |name: &str| name.ends_with("Field") || name.ends_with("Key");
    match index.resolve_at(at, callee) {
        Resolution::External(name) => {
            let kind = last(&name);
            let column =
                is_field(&kind) && kind != "GenericForeignKey" && !name.starts_with("rest_framework.");
            let form = name.starts_with("django.forms.") || name.contains(".forms.");
            (column && !form).then_some(kind)
        }
        // A field class of the project: the first library class that it comes from says what it is.
        Resolution::Resolved(Entity::Class(class)) => {
            let bases = index.library_bases(class);
            let known = bases.iter().find(|b| is_field(b) && b.starts_with("django."));
            known.or_else(|| bases.iter().find(|b| is_field(b))).map(|b| last(b))
        }
        Resolution::Resolved(_) | Resolution::Unresolved(_) => None,
    }
}

pub(super) fn target(
    index: &ProjectIndex,
    models: &Models,
    model: &Model,
    field: &Field,
    at: Span,
) -> Option<Target> {
    field.target?;
    let owner = index.mro(model.class).order.iter().find_map(|ancestor| {
        let Ancestor::Project(id) = ancestor else { return None };
        index.class(*id).attributes.iter().find(|a| a.at == at).map(|value| (*id, value))
    });
    let (class, value) = owner?;
    let Expression::Call(call) = &value.value else { return None };
    let to = call.arguments.first().or_else(|| keyword(call, "to"))?;
    Some(match to {
        Expression::Str(text) if &**text == "self" => Target::Model(model.class),
        Expression::Str(text) if &**text == "auth.User" => Target::User,
        Expression::Str(text) => models.named(index, at.file, text).map_or(Target::Other, of_model),
        Expression::Name(name) => match index.resolve_in_body(class, at, name) {
            Resolution::Resolved(Entity::Class(id)) => models.of(id).map_or(Target::Other, of_model),
            Resolution::Resolved(Entity::Value(file, position)) => {
                match index.value(file, position).map(|v| &v.value) {
                    Some(Expression::Call(call)) if is_user_call(index, value.at, call) => Target::User,
                    Some(Expression::Str(text)) => {
                        models.named(index, at.file, text).map_or(Target::Other, of_model)
                    }
                    _ => Target::Other,
                }
            }
            Resolution::External(name) if is_user_name(&name) => Target::User,
            _ => Target::Other,
        },
        Expression::Call(call) if is_user_call(index, at, call) => Target::User,
        // `getattr(settings, "AUTH_USER_MODEL", "auth.User")`
        Expression::Call(call)
            if call.arguments.iter().any(|a| *a == Expression::Str("AUTH_USER_MODEL".into())) =>
        {
            Target::User
        }
        _ => Target::Other,
    })
}

fn of_model(model: &Model) -> Target {
    if model.is_user { Target::User } else { Target::Model(model.class) }
}

pub(super) fn is_user_call(index: &ProjectIndex, at: Span, call: &Call) -> bool {
    &*call.callee == "get_user_model"
        || index.is_external(at, &call.callee, "django.contrib.auth.get_user_model")
}

/// Whether a library name means the user model.
pub(super) fn is_user_name(name: &str) -> bool {
    matches!(
        name,
        "django.contrib.auth.models.User"
            | "django.conf.settings.AUTH_USER_MODEL"
            | "django.contrib.auth.get_user_model"
    )
}
