//! `fields = "__all__"` and `exclude` written out: the names that DRF or Django would work out from the model at import.
//!
//! Where one name could be missing or too many (an unknown base, inheritance of tables, a field of a library that adds
//! columns) there is no answer.

use crate::checks::CheckContext;
use crate::index::{Ancestor, ClassId, Entity, Expression, Field, Model, ProjectIndex, Resolution};

use super::serializers;

/// The fields of a model serializer with `fields = "__all__"`, in DRF's order: the key, what it declares, columns, then
/// relations.
pub(crate) fn of_serializer(cx: &CheckContext<'_>, class: ClassId, model: &Model) -> Option<Vec<String>> {
    if !is_known(cx, model) || takes_columns_of(cx, model, &STEADY) {
        return None;
    }
    let bases = cx.index.library_bases(class);
    // Others bring fields of their own, or write the rows in another way.
    if bases.iter().any(|b| {
        b.rsplit('.').next() != Some("ModelSerializer") || !b.starts_with("rest_framework.serializers.")
    }) {
        return None;
    }
    let key = model.fields.iter().find(|f| f.is_key)?;
    let mut names = vec![key.name.to_string()];
    let mut add = |name: &str| {
        if !names.iter().any(|n| n == name) {
            names.push(name.to_owned());
        }
    };
    for (_, value) in declared_in_order(cx, class)? {
        add(&value);
    }
    for field in model.fields.iter().filter(|f| f.target.is_none()) {
        add(&field.name);
    }
    for field in model.fields.iter().filter(|f| f.target.is_some() && !f.is_many()) {
        add(&field.name);
    }
    for field in model.fields.iter().filter(|f| f.is_many()) {
        add(&field.name);
    }
    Some(names)
}

/// Names that a serializer declares, those of bases first; `None` when it cannot be told whether something is a field.
fn declared_in_order(cx: &CheckContext<'_>, class: ClassId) -> Option<Vec<(ClassId, String)>> {
    let mut all = Vec::new();
    for (owner, value) in serializers::all_declared(cx.index, class) {
        let Expression::Call(call) = &value.value else { continue };
        let is_field = match cx.index.resolve_at(value.at, &call.callee) {
            // `ModelSerializer.serializer_field_mapping.copy()` makes no field.
            Resolution::External(name) => {
                let last = name.rsplit('.').next().unwrap_or(&name);
                last.ends_with("Field")
                    || name.starts_with("rest_framework.") && last.starts_with(char::is_uppercase)
            }
            Resolution::Resolved(Entity::Class(id)) => {
                let bases = cx.index.library_bases(id);
                if !bases.iter().any(|b| b.starts_with("rest_framework.")) {
                    return None;
                }
                true
            }
            _ => return None,
        };
        if is_field {
            all.push((owner, value.name.to_string()));
        }
    }
    let mut owners = Vec::new();
    bases_first(cx.index, class, &mut Vec::new(), &mut owners);
    let of = |owner: ClassId| all.iter().filter(move |(o, _)| *o == owner).cloned();
    Some(owners.into_iter().flat_map(of).collect())
}

/// The project's classes of a serializer as DRF gathers what they declare: base by base as they are listed, each with
/// its own bases before it.
fn bases_first(index: &ProjectIndex, class: ClassId, seen: &mut Vec<ClassId>, found: &mut Vec<ClassId>) {
    if seen.contains(&class) {
        return;
    }
    seen.push(class);
    let item = index.class(class);
    for name in item.bases.iter().filter_map(|base| base.name.as_deref()) {
        if let Resolution::Resolved(Entity::Class(base)) = index.resolve_at(item.at, name) {
            bases_first(index, base, seen, found);
        }
    }
    found.push(class);
}

/// The fields of a model form with `fields = "__all__"`, in Django's order, which is that of the source.
pub(crate) fn of_form(cx: &CheckContext<'_>, model: &Model) -> Option<Vec<String>> {
    // Of the columns of other libraries it is not known which a form may write; one too many ends in an error.
    if !is_known(cx, model) || takes_columns_of(cx, model, &STEADY_IN_FORMS) {
        return None;
    }
    let shown = model.fields.iter().filter(|f| f.is_editable && !f.kind.ends_with("AutoField"));
    Some(shown.map(|f| f.name.to_string()).collect())
}

/// Libraries whose models have the same columns in every version in use.
const STEADY: [&str; 3] = ["django.", "model_utils.models.", "django_extensions.db.models."];

/// Those of them of whose columns it is known which a form may write.
const STEADY_IN_FORMS: [&str; 3] =
    ["django.", "model_utils.models.TimeStampedModel", "django_extensions.db.models.TimeStampedModel"];

/// Whether a model has columns of a library other than these: with another version of it they are others, and a name
/// too many ends in an error.
fn takes_columns_of(cx: &CheckContext<'_>, model: &Model, steady: &[&str]) -> bool {
    let brought = |field: &Field| field.at.is_none() && !field.is_key;
    let order = cx.index.mro(model.class).order.iter();
    let own =
        order.filter_map(|a| if let Ancestor::Project(id) = a { Some(cx.index.class(*id)) } else { None });
    let mut bases = own.flat_map(|class| class.bases.iter().map(|base| (class.at, base.name.as_deref())));
    model.fields.iter().any(brought)
        && bases.any(|(at, name)| match name.map(|name| cx.index.resolve_at(at, name)) {
            Some(Resolution::External(full)) => !steady.iter().any(|s| full.starts_with(s)),
            Some(Resolution::Resolved(_)) => false,
            Some(Resolution::Unresolved(_)) | None => true,
        })
}

/// Whether the fields of a model are all known, and all its own.
fn is_known(cx: &CheckContext<'_>, model: &Model) -> bool {
    let has_table = |id: ClassId| cx.index.models().of(id).is_some_and(|m| !m.is_abstract);
    let inherits_table = cx.index.mro(model.class).order.iter().skip(1).any(|ancestor| match ancestor {
        Ancestor::Project(id) => has_table(*id),
        _ => false,
    });
    model.is_complete && !model.is_abstract && !inherits_table && !model.fields.is_empty()
}
