//! Django's model classes: their fields, what relations point to, and which of them is the user model.
//!
//! A class is a model by its bases, not by its name. Fields are those of the class and its bases, of the project and
//! of the libraries in `assets/models.toml` (written by `scripts/dump_models.py`). Managers, reverse relations,
//! generic foreign keys and fields added by `contribute_to_class` are left out.

mod fields;

use rustc_hash::FxHashMap;

use super::items::{BaseItem, ValueItem};
use super::{Ancestor, ClassId, Entity, Expression, Lookup, ProjectIndex, Resolution};
use crate::source::{FileId, Span};
use fields::{is_user_call, is_user_name, model, of_library, target};

/// The model classes of a project.
#[derive(Debug, Default)]
pub struct Models {
    list: Vec<Model>,
    by_class: FxHashMap<ClassId, u32>,
}

/// A model class.
#[derive(Debug)]
pub struct Model {
    /// The class.
    pub class: ClassId,
    /// Whether it has no table of its own.
    pub is_abstract: bool,
    /// Whether it can be the user model: it derives from Django's user classes.
    pub is_user: bool,
    /// Whether all bases are known, so that `fields` holds all columns.
    pub is_complete: bool,
    /// The fields: the key first, then those of bases, then its own.
    pub fields: Vec<Field>,
}

/// A field of a model.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: Box<str>,
    /// Django's class for it, or the library's: `CharField`.
    pub kind: Box<str>,
    /// The assignment in the project; `None` when a library brings it, or Django itself.
    pub at: Option<Span>,
    /// Whether it is the primary key.
    pub is_key: bool,
    /// Whether forms may write it.
    pub is_editable: bool,
    /// What a relation points to.
    pub target: Option<Target>,
}

/// What a relation points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The user model, whichever it is.
    User,
    /// A model of the project.
    Model(ClassId),
    /// A model of a library, or one that cannot be told.
    Other,
}

impl Model {
    /// The field with this name, or with this name and `_id`.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|f| &*f.name == name).or_else(|| {
            let bare = name.strip_suffix("_id")?;
            self.fields.iter().find(|f| &*f.name == bare && f.target.is_some())
        })
    }

    /// Fields that point to one user.
    pub fn user_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|f| f.target == Some(Target::User) && !f.is_many())
    }
}

impl Field {
    /// Whether it points to many rows.
    pub fn is_many(&self) -> bool {
        self.kind.contains("ManyToMany")
    }
}

impl Models {
    /// All models, in order of their classes.
    pub fn iter(&self) -> impl Iterator<Item = &Model> {
        self.list.iter()
    }

    /// The model of a class.
    pub fn of(&self, class: ClassId) -> Option<&Model> {
        self.by_class.get(&class).map(|&i| &self.list[i as usize])
    }

    /// Reads the models of an index.
    pub(super) fn read(index: &ProjectIndex) -> Self {
        let mut models = Self::default();
        for (class, _) in index.classes() {
            if let Some(model) = model(index, class) {
                models.by_class.insert(class, models.list.len() as u32);
                models.list.push(model);
            }
        }
        let targets: Vec<Vec<Option<Target>>> = models
            .list
            .iter()
            .map(|m| m.fields.iter().map(|f| f.at.and_then(|at| target(index, &models, m, f, at))).collect())
            .collect();
        for (model, targets) in models.list.iter_mut().zip(targets) {
            for (field, target) in model.fields.iter_mut().zip(targets) {
                field.target = target.or(field.target);
            }
        }
        models
    }

    /// The model that a text such as `orders.Order` or `Order` means for code in `file`.
    fn named(&self, index: &ProjectIndex, file: FileId, text: &str) -> Option<&Model> {
        let (label, name) = text.rsplit_once('.').map_or((None, text), |(l, n)| (Some(l), n));
        let mut found: Vec<_> =
            self.list.iter().filter(|m| index.class(m.class).name.eq_ignore_ascii_case(name)).collect();
        if found.len() > 1 {
            let own = index.module_name(file).unwrap_or_default();
            found.retain(|m| {
                let module = index.module_name(index.class_file(m.class)).unwrap_or_default();
                match label {
                    Some(label) => module.split('.').any(|part| part == label),
                    None => module == own || package(module) == package(own),
                }
            });
        }
        match found[..] {
            [one] => Some(one),
            _ => None,
        }
    }
}

/// The app's package: what stands before `models`.
fn package(module: &str) -> &str {
    module.split_once(".models").map_or(module, |(package, _)| package)
}

impl ProjectIndex {
    /// The project's models.
    pub fn models(&self) -> &Models {
        self.models.get_or_init(|| Models::read(self))
    }

    /// The library classes that a class inherits from, directly or through project classes, by dotted name.
    pub fn library_bases(&self, class: ClassId) -> Vec<String> {
        let mut names = Vec::new();
        for found in self.outside_bases(class) {
            if let Resolution::External(name) = found
                && !names.contains(name)
            {
                names.push(name.clone());
            }
        }
        names
    }

    /// Whether a library class that a class inherits from is one of these.
    pub fn inherits_library(&self, class: ClassId, is_one: impl Fn(&str) -> bool) -> bool {
        self.outside_bases(class).any(|found| matches!(found, Resolution::External(name) if is_one(name)))
    }

    /// What the bases of a class and of its project bases mean, where that is no class of the project.
    fn outside_bases(&self, class: ClassId) -> impl Iterator<Item = &Resolution<Entity>> {
        let own = |ancestor: &Ancestor| match ancestor {
            Ancestor::Project(id) => Some(self.own_outside_bases(*id)),
            _ => None,
        };
        self.mro(class).order.iter().filter_map(own).flatten()
    }

    fn own_outside_bases(&self, class: ClassId) -> &[Resolution<Entity>] {
        self.classes[class.0 as usize].outside.get_or_init(|| {
            let item = self.class(class);
            let found = |base: &BaseItem| match (&base.name, self.outer_class(class)) {
                (None, _) => Resolution::Unresolved("a base is computed".to_owned()),
                (Some(name), Some(outer)) => self.resolve_in_body(outer, item.at, name),
                (Some(name), None) => self.resolve_at(item.at, name),
            };
            let found = item.bases.iter().map(found);
            found.filter(|f| !matches!(f, Resolution::Resolved(Entity::Class(_)))).collect()
        })
    }

    /// The class `Meta` that counts for a class: its own, or the nearest base's.
    pub fn meta(&self, class: ClassId) -> Option<ClassId> {
        self.mro(class).order.iter().find_map(|ancestor| match ancestor {
            Ancestor::Project(id) => self.nested(*id, "Meta"),
            _ => None,
        })
    }
}

impl ProjectIndex {
    /// The model that a dotted name (or the beginning of one, as in `Order.objects`) means for code in the body of
    /// `class`, or at module level of a file.
    pub fn model_named(&self, at: Span, class: Option<ClassId>, dotted: &str) -> Option<ModelName<'_>> {
        for found in self.resolve_each(at.file, class, dotted) {
            match found {
                Resolution::Resolved(Entity::Class(id)) => {
                    return match self.models().of(id) {
                        Some(model) if model.is_user => Some(ModelName::User),
                        Some(model) => Some(ModelName::Model(model)),
                        None => None,
                    };
                }
                Resolution::Resolved(Entity::Value(file, position)) => {
                    let value = self.value(file, position)?;
                    return match &value.value {
                        Expression::Call(call) if is_user_call(self, value.at, call) => Some(ModelName::User),
                        _ => None,
                    };
                }
                Resolution::External(name) if is_user_name(&name) => return Some(ModelName::User),
                Resolution::External(name) if of_library(&name).is_some_and(|m| !m.is_abstract) => {
                    return Some(ModelName::Library(name));
                }
                _ => {}
            }
        }
        None
    }

    /// The literal value of an attribute of a class's `Meta`, through bases.
    pub fn meta_value(&self, class: ClassId, name: &str) -> Option<(ClassId, &ValueItem)> {
        match self.lookup(self.meta(class)?, name) {
            Lookup::Value { class, value } => Some((class, value)),
            _ => None,
        }
    }
}

/// What a name of a model means.
#[derive(Clone, Debug)]
pub enum ModelName<'a> {
    /// The user model.
    User,
    /// Another model of the project.
    Model(&'a Model),
    /// A model of a library, by dotted name.
    Library(String),
}

#[cfg(test)]
mod tests {
    use super::super::tests::index_of;
    use super::*;

    fn fields(index: &ProjectIndex, name: &str) -> Vec<String> {
        let (class, _) = index.classes().find(|(_, c)| &*c.name == name).expect(name);
        let model = index.models().of(class).expect(name);
        let word = |f: &Field| match f.target {
            Some(Target::User) => format!("{}>user", f.name),
            Some(Target::Model(id)) => format!("{}>{}", f.name, index.class(id).name),
            Some(Target::Other) => format!("{}>?", f.name),
            None => f.name.to_string(),
        };
        model.fields.iter().map(word).collect()
    }

    #[test]
    fn fields_come_from_bases_and_relations_know_their_target() {
        let (_, index) = index_of(&[
            (
                "people/models.py",
                "from django.contrib.auth.models import AbstractUser\n\
                 class Member(AbstractUser):\n    first_name = None\n    phone = PhoneField()\n",
            ),
            (
                "core/models.py",
                "from django.db import models\nfrom django.conf import settings\n\
                 class Owned(models.Model):\n    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)\n\
                 \x20   class Meta:\n        abstract = True\n",
            ),
            (
                "orders/models.py",
                "from django.contrib.auth import get_user_model\nfrom django.contrib.gis.db import models\n\
                 from core.models import Owned\nUser = get_user_model()\n\
                 class Order(Owned):\n    number = models.CharField(max_length=9)\n    objects = models.Manager()\n\
                 \x20   parent = models.ForeignKey('self', models.CASCADE)\n    packer = models.ForeignKey(User, models.CASCADE)\n\
                 class Line(models.Model):\n    order = models.ForeignKey('orders.Order', models.CASCADE)\n\
                 \x20   by = models.ForeignKey('people.Member', models.CASCADE)\n    code = models.UUIDField(primary_key=True)\n\
                 class Plain:\n    number = 1\n",
            ),
        ]);
        assert_eq!(fields(&index, "Order"), ["id", "owner>user", "number", "parent>Order", "packer>user"]);
        assert_eq!(fields(&index, "Line"), ["order>Order", "by>user", "code"]);
        assert!(!fields(&index, "Member").contains(&"first_name".to_owned()));
        assert_eq!(index.models().iter().count(), 4);
        let model = |text| index.model_named(index.class(ClassId(2)).at, None, text);
        assert!(matches!(model("Order.objects.all"), Some(ModelName::Model(m)) if m.is_complete));
        assert!(matches!(model("User.objects"), Some(ModelName::User)));
        assert!(model("Plain.objects").is_none() && model("nothing").is_none());
    }

    #[test]
    fn an_unknown_base_leaves_the_columns_open() {
        let text = "from django.db import models\nfrom mystery.models import Base\n\
                    class A(Base):\n    name = models.CharField()\nclass B(Base):\n    name = 'x'\n\
                    class F(models.Model):\n    class Meta:\n        abstract = True\n";
        let (_, index) = index_of(&[("m.py", text)]);
        let names: Vec<_> =
            index.models().iter().map(|m| (&*index.class(m.class).name, m.is_complete)).collect();
        assert_eq!(names, [("A", false), ("F", true)]);
        assert!(index.models().iter().last().is_some_and(|m| m.is_abstract && m.fields.is_empty()));
    }
}
