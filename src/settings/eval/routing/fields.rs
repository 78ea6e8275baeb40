//! `Model._meta.get_field(…)`, which view sets ask to decide which actions they have. Reverse relations are left out.

use super::super::Interp;
use super::super::functions::Args;
use super::super::raise::{R, Raise};
use super::super::val::{LibObject, V, Val};
use super::{lib, short};
use crate::settings::routes::ModelField;

/// Django's classes of fields that are no direct children of `Field`, with their bases.
const BASES: &[(&str, &str)] = &[
    ("AutoField", "IntegerField"),
    ("BigAutoField", "BigIntegerField"),
    ("BigIntegerField", "IntegerField"),
    ("CommaSeparatedIntegerField", "CharField"),
    ("DateTimeField", "DateField"),
    ("EmailField", "CharField"),
    ("ForeignKey", "ForeignObject"),
    ("ForeignObject", "RelatedField"),
    ("ImageField", "FileField"),
    ("ManyToManyField", "RelatedField"),
    ("OneToOneField", "ForeignKey"),
    ("PositiveBigIntegerField", "BigIntegerField"),
    ("PositiveIntegerField", "IntegerField"),
    ("PositiveSmallIntegerField", "SmallIntegerField"),
    ("SlugField", "CharField"),
    ("SmallAutoField", "SmallIntegerField"),
    ("SmallIntegerField", "IntegerField"),
    ("URLField", "CharField"),
];

/// Those that are.
const PLAIN: &[&str] = &[
    "BinaryField",
    "BooleanField",
    "CharField",
    "DateField",
    "DecimalField",
    "DurationField",
    "FileField",
    "FilePathField",
    "FloatField",
    "GeneratedField",
    "GenericIPAddressField",
    "IPAddressField",
    "IntegerField",
    "JSONField",
    "RelatedField",
    "TextField",
    "TimeField",
    "UUIDField",
];

impl Interp<'_> {
    /// `get_field(name)` of the model behind `_meta`.
    pub(super) fn get_field(&mut self, meta: &LibObject, args: &Args) -> R<Val> {
        let name = args.get(0, "field_name").and_then(Val::as_str).cloned();
        let model = meta.args.get(1).and_then(Val::as_str).cloned();
        let (Some(name), Some(model)) = (name, model) else {
            return Ok(self.give_up(args, "the field of a model that cannot be told"));
        };
        match self.names().field(&model, &name) {
            ModelField::There { kind, is_editable } => {
                let parts = vec![Val::str(&name), Val::str(&kind), Val::bool(is_editable)];
                Ok(Val::lib("model-field", parts, Vec::new()))
            }
            ModelField::Absent => {
                Err(Raise::new("FieldDoesNotExist", format!("asks {} for the field {name}", short(&model))))
            }
            ModelField::Unclear => {
                let cause = format!("whether {} has the field {name} cannot be told", short(&model));
                Ok(self.give_up(args, cause))
            }
        }
    }

    /// `isinstance(field, Class)`. `None` where the value is no field, or its class is not Django's.
    pub(in super::super) fn is_field_of(&self, val: &Val, class: &Val) -> Option<bool> {
        let kind = lib(val, "model-field")?.args.get(1)?.as_str()?;
        let V::Ref(name) = &class.v else { return None };
        if !name.starts_with("django.db.models.") {
            return None;
        }
        let wanted = short(name);
        let mut at: &str = kind;
        loop {
            if at == wanted || wanted == "Field" {
                return Some(true);
            }
            match BASES.iter().find(|(class, _)| *class == at) {
                Some((_, base)) => at = base,
                None => return PLAIN.contains(&at).then_some(false),
            }
        }
    }
}
