//! Serializers of the project: which classes they are, their `Meta`, the fields that they declare, and which views use
//! them.

use crate::checks::CheckContext;
use crate::finding::Outcome;
use crate::index::items::ValueItem;
use crate::index::{
    Ancestor, ClassId, Entity, Expression, Lookup, Model, ModelName, ProjectIndex, Resolution,
};
use crate::settings::Truth;

use super::tally::{Tally, Words};
use super::{views, whole};

/// What `Meta.fields` says.
pub(crate) enum Fields {
    /// Nothing, or nothing that can be read.
    Unclear,
    /// `"__all__"`.
    All,
    /// These names.
    Named(Vec<String>),
}

/// Serializers and `Meta`-driven classes of other libraries by the ends of their names.
fn is_model_serializer(name: &str) -> bool {
    matches!(
        name,
        "rest_framework.serializers.ModelSerializer"
            | "rest_framework.serializers.HyperlinkedModelSerializer"
    ) || name.ends_with("ModelSerializer")
}

/// The project's classes that surely are model serializers, without those of tests.
pub(crate) fn model_serializers(cx: &CheckContext<'_>) -> Vec<ClassId> {
    of_kind(cx, |base| is_model_serializer(base) || is_library_model_serializer(base))
}

/// Judges every model serializer by itself.
pub(crate) fn judge_each(
    cx: &CheckContext<'_>,
    words: &Words,
    judge: impl Fn(&CheckContext<'_>, ClassId, &mut Tally),
) -> Outcome {
    let all = model_serializers(cx);
    if all.is_empty() {
        return Outcome::not_applicable("there is no model serializer here");
    }
    let mut tally = Tally::default();
    for class in all {
        judge(cx, class, &mut tally);
    }
    tally.outcome(words)
}

/// Serializers of libraries that build on a model.
fn is_library_model_serializer(name: &str) -> bool {
    matches!(
        name,
        "djoser.serializers.UserSerializer"
            | "djoser.serializers.UserCreateSerializer"
            | "dj_rest_auth.serializers.UserDetailsSerializer"
            | "rest_framework_gis.serializers.GeoFeatureModelSerializer"
    )
}

/// The project's classes that surely are serializers.
pub(crate) fn serializers(cx: &CheckContext<'_>) -> Vec<ClassId> {
    of_kind(cx, |base| {
        base.starts_with("rest_framework.serializers.") && base.ends_with("Serializer")
            || is_model_serializer(base)
            || is_library_model_serializer(base)
    })
}

/// The project's model forms.
pub(crate) fn model_forms(cx: &CheckContext<'_>) -> Vec<ClassId> {
    of_kind(cx, |base| {
        matches!(
            base,
            "django.forms.ModelForm"
                | "django.forms.models.ModelForm"
                | "django.forms.BaseModelForm"
                | "django.contrib.gis.forms.ModelForm"
        )
    })
}

/// Whether a model form has a model, or one that is made of it: a base without one takes nothing yet.
pub(crate) fn has_model(cx: &CheckContext<'_>, form: ClassId) -> bool {
    let names = |class| {
        cx.index.meta(class).is_none_or(|meta| !matches!(cx.index.lookup(meta, "model"), Lookup::Absent))
    };
    let is_heir = |class: &ClassId| cx.index.mro(*class).order.contains(&Ancestor::Project(form));
    names(form) || cx.index.classes().map(|(id, _)| id).filter(is_heir).any(names)
}

/// The project's filter sets of django-filter.
pub(crate) fn filter_sets(cx: &CheckContext<'_>) -> Vec<ClassId> {
    of_kind(cx, |base| {
        (base.starts_with("django_filters.") || base.starts_with("rest_framework_filters."))
            && base.ends_with("FilterSet")
    })
}

/// Classes of which some library base is of a kind, without those of tests.
fn of_kind(cx: &CheckContext<'_>, is_kind: impl Fn(&str) -> bool) -> Vec<ClassId> {
    let index = cx.index;
    let kept = index.classes().filter(|(id, class)| {
        !class.bases.is_empty()
            && index.inherits_library(*id, &is_kind)
            && !views::is_beside(cx, class.at.file)
    });
    kept.map(|(id, _)| id).collect()
}

/// What the class's own `Meta` writes for a name; what a base writes is told there.
pub(crate) fn own_meta_value<'a>(
    index: &'a ProjectIndex,
    class: ClassId,
    name: &str,
) -> Option<&'a ValueItem> {
    let meta = index.meta(class)?;
    if index.outer_class(meta) != Some(class) {
        return None;
    }
    index.class(meta).attribute(name)
}

/// What `Meta.fields` says for a class, through bases.
pub(crate) fn fields(index: &ProjectIndex, class: ClassId) -> Fields {
    match index.meta_value(class, "fields") {
        Some((meta, value)) => read_fields(index, meta, value),
        None => Fields::Unclear,
    }
}

/// What a value for `fields` says, written in the body of `class`.
pub(crate) fn read_fields(index: &ProjectIndex, class: ClassId, value: &ValueItem) -> Fields {
    match &value.value {
        Expression::Str(text) if &**text == "__all__" => Fields::All,
        Expression::Name(name) => match index.resolve_in_class(class, name) {
            Resolution::External(full) if full == "rest_framework.serializers.ALL_FIELDS" => Fields::All,
            Resolution::External(full) if full == "django.forms.models.ALL_FIELDS" => Fields::All,
            _ => names(index, class, value),
        },
        _ => names(index, class, value),
    }
}

fn names(index: &ProjectIndex, class: ClassId, value: &ValueItem) -> Fields {
    if value.augmented || value.conditional {
        return Fields::Unclear;
    }
    let Some(elements) = index.list_elements(value.at, Some(class), &value.value) else {
        return Fields::Unclear;
    };
    let names: Option<Vec<String>> = elements
        .iter()
        .map(|e| if let Expression::Str(text) = e.value { Some(text.to_string()) } else { None })
        .collect();
    names.map_or(Fields::Unclear, Fields::Named)
}

/// The model of a serializer, form or filter set.
pub(crate) fn model_of<'a>(cx: &CheckContext<'a>, class: ClassId) -> Option<ModelName<'a>> {
    let (meta, value) = cx.index.meta_value(class, "model")?;
    match &value.value {
        Expression::Name(name) => cx.index.model_named(cx.index.class(meta).at, None, name),
        Expression::Call(call) if call.callee.ends_with("get_user_model") => Some(ModelName::User),
        _ => None,
    }
}

/// The model as a class of the project.
pub(crate) fn project_model<'a>(cx: &CheckContext<'a>, class: ClassId) -> Option<&'a Model> {
    match model_of(cx, class)? {
        ModelName::Model(model) => Some(model),
        ModelName::User => {
            let mut users = cx.index.models().iter().filter(|m| m.is_user && !m.is_abstract);
            users.next().filter(|_| users.next().is_none())
        }
        ModelName::Library(_) => None,
    }
}

/// All fields that a serializer and its bases of the project declare.
pub(crate) fn all_declared(index: &ProjectIndex, class: ClassId) -> Vec<(ClassId, &ValueItem)> {
    let mut all: Vec<(ClassId, &ValueItem)> = Vec::new();
    for ancestor in &index.mro(class).order {
        let Ancestor::Project(id) = ancestor else { continue };
        for value in &index.class(*id).attributes {
            let known = all.iter().any(|(_, v)| v.name == value.name);
            if !known && matches!(value.value, Expression::Call(_)) {
                all.push((*id, value));
            }
        }
    }
    all
}

/// Names of `Meta.read_only_fields`; `None` when they cannot be told.
pub(crate) fn read_only_names(cx: &CheckContext<'_>, class: ClassId) -> Option<Vec<String>> {
    let Some((meta, value)) = cx.index.meta_value(class, "read_only_fields") else { return Some(Vec::new()) };
    if matches!(&value.value, Expression::Name(name) if &**name == "fields") {
        // `read_only_fields = fields`
        return match fields(cx.index, class) {
            Fields::Named(names) => Some(names),
            Fields::All | Fields::Unclear => None,
        };
    }
    match read_fields(cx.index, meta, value) {
        Fields::Named(names) => Some(names),
        Fields::All | Fields::Unclear => None,
    }
}

/// Whether a field that is named takes what callers send, apart from `read_only_fields`.
pub(crate) fn is_writable(cx: &CheckContext<'_>, class: ClassId, name: &str) -> bool {
    match all_declared(cx.index, class).into_iter().find(|(_, v)| &*v.name == name) {
        Some((_, value)) => {
            let Expression::Call(call) = &value.value else { return false };
            let closed =
                call.keywords.iter().any(|(k, v)| &**k == "read_only" && *v != Expression::Bool(false));
            let computed =
                ["MethodField", "ReadOnlyField", "HiddenField", "StringRelatedField", "Serializer"];
            !closed && !computed.iter().any(|c| call.callee.ends_with(c))
        }
        None => !whole::extra(cx, class, name, "read_only"),
    }
}

/// The serializer that a view names.
pub(crate) fn of_view(index: &ProjectIndex, view: ClassId) -> Option<ClassId> {
    let Lookup::Value { class, value } = index.lookup(view, "serializer_class") else { return None };
    match index.resolve_in_class(class, value.value.name()?) {
        Resolution::Resolved(Entity::Class(id)) => Some(id),
        _ => None,
    }
}

/// The views that name a serializer by `serializer_class`.
pub(crate) fn views_of(cx: &CheckContext<'_>, serializer: ClassId) -> Vec<ClassId> {
    let index = cx.index;
    let certain = index.views().filter(|(_, truth)| *truth == Truth::Yes).map(|(id, _)| id);
    certain.filter(|view| of_view(index, *view) == Some(serializer)).collect()
}

/// Whether a view stores what callers send.
pub(crate) fn writes(cx: &CheckContext<'_>, view: ClassId) -> bool {
    let index = cx.index;
    let mixin =
        |name: &str| index.is_subclass_of(view, &format!("rest_framework.mixins.{name}")) != Truth::No;
    let handler = |name: &&str| matches!(index.lookup(view, name), Lookup::Method { .. });
    mixin("CreateModelMixin")
        || mixin("UpdateModelMixin")
        || ["post", "put", "patch", "create", "update"].iter().any(handler)
}
