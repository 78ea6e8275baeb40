//! The well-known classes of Django, DRF and the libraries around them, from `assets/framework.toml` (written by
//! `scripts/dump_framework.py` from the installed libraries): bases, aliases, and what they set themselves.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::python::is_standard_library;
use crate::settings::Truth;
use crate::tables::table;

/// The table.
#[derive(Debug)]
pub struct Framework {
    classes: Vec<FrameworkClass>,
    by_name: FxHashMap<String, FrameworkId>,
    aliases: FxHashMap<String, String>,
    versions: BTreeMap<String, String>,
    views: BTreeMap<String, String>,
}

/// A class of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FrameworkId(u32);

/// A class of a library.
#[derive(Debug, serde::Deserialize)]
pub struct FrameworkClass {
    /// Its dotted name, where it is defined.
    #[serde(skip)]
    pub name: String,
    /// Its bases, in order, without `object`.
    pub bases: Vec<String>,
    /// Methods that it defines itself, of those that matter for policy.
    #[serde(default)]
    pub methods: Vec<String>,
    /// For a permission class: whom its own methods let in.
    #[serde(default)]
    pub grants: Vec<Grant>,
    /// Those of its methods that call the same method of `super()`.
    #[serde(default)]
    pub chains: Vec<String>,
    /// For a Django view: `authenticated` when its `dispatch` asks for a login.
    #[serde(default)]
    pub protected: Option<String>,
    /// Policy attributes that it sets itself.
    #[serde(flatten)]
    pub attributes: FxHashMap<String, FrameworkValue>,
}

/// Whom a method of a library's permission class lets in, as a real call answered.
#[derive(Debug, serde::Deserialize)]
pub struct Grant {
    /// `has_permission` or `has_object_permission`.
    pub method: String,
    /// `anonymous`, or `user`: somebody who has logged in and is nothing else.
    pub who: String,
    /// Whether a `GET` passes.
    pub read: Answer,
    /// Whether a `POST` passes.
    pub write: Answer,
    /// Attributes of the permission that the answers depend on.
    #[serde(default)]
    pub reads: Vec<String>,
}

/// The answer of a permission class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// It lets the caller in.
    Yes,
    /// It refuses.
    No,
    /// It needs more than a request to answer.
    Unknown,
}

impl From<Answer> for Truth {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Yes => Self::Yes,
            Answer::No => Self::No,
            Answer::Unknown => Self::Maybe,
        }
    }
}

/// The value of a library class's attribute.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(untagged)]
pub enum FrameworkValue {
    /// A list or tuple of dotted names or texts.
    List(Vec<String>),
    /// A dotted name or a text; `None`, `computed`, or `settings:KEY` for the project's own default.
    One(String),
}

#[derive(serde::Deserialize)]
struct Table {
    versions: BTreeMap<String, String>,
    aliases: FxHashMap<String, String>,
    #[serde(default)]
    views: BTreeMap<String, String>,
    class: BTreeMap<String, FrameworkClass>,
}

impl Framework {
    /// The built-in table, read once.
    pub fn builtin() -> &'static Self {
        static TABLE: OnceLock<Framework> = OnceLock::new();
        TABLE.get_or_init(|| Self::read(table!("assets/framework.toml")))
    }

    fn read(text: &str) -> Self {
        let table: Table = serde_json::from_str(text).expect("internal error: assets/framework.toml");
        let mut classes = Vec::with_capacity(table.class.len());
        let mut by_name = FxHashMap::default();
        for (name, class) in table.class {
            by_name.insert(name.clone(), FrameworkId(classes.len() as u32));
            classes.push(FrameworkClass { name, ..class });
        }
        Self { classes, by_name, aliases: table.aliases, versions: table.versions, views: table.views }
    }

    /// The class with this dotted name, or with this name under which another module offers it.
    pub fn find(&self, name: &str) -> Option<FrameworkId> {
        let named = |name: &str| self.by_name.get(name).or_else(|| self.by_name.get(self.aliases.get(name)?));
        // DRF's modules import one another: `viewsets.mixins` is `mixins`.
        let through = || {
            let inner = name.strip_prefix("rest_framework.")?;
            let (_, inner) = inner.split_once('.').filter(|(_, rest)| rest.contains('.'))?;
            named(&format!("rest_framework.{inner}"))
        };
        named(name).or_else(through).copied()
    }

    /// The class behind a library's name that is a finished view: `obtain_auth_token` is
    /// `ObtainAuthToken.as_view()`.
    pub fn view_class(&self, name: &str) -> Option<FrameworkId> {
        self.find(self.views.get(name)?)
    }

    /// What is known of a class.
    pub fn class(&self, id: FrameworkId) -> &FrameworkClass {
        &self.classes[id.0 as usize]
    }

    /// The name under which a class is defined: `django.views.View` is `django.views.generic.base.View`.
    pub fn canonical<'a>(&'a self, name: &'a str) -> &'a str {
        self.find(name).map_or(name, |id| &self.class(id).name)
    }

    /// Whether the table holds a class under `module` with this last name (for `from module import *`).
    pub fn offers(&self, module: &str, name: &str) -> bool {
        self.find(&format!("{module}.{name}")).is_some()
    }

    /// The version of a library that the table was read from.
    pub fn version(&self, library: &str) -> Option<&str> {
        self.versions.get(library).map(String::as_str)
    }
}

/// Whether a class of this name that is not in the table can be no view: it comes with Python, or from a part
/// of Django that the table covers whole.
pub(super) fn is_surely_no_view(name: &str) -> bool {
    let root = name.split('.').next().unwrap_or_default();
    root == "django" || root == "builtins" || is_standard_library(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_views_their_bases_and_their_policy() {
        let table = Framework::builtin();
        let token = table.class(table.find("rest_framework.authtoken.views.ObtainAuthToken").unwrap());
        assert_eq!(token.bases, ["rest_framework.views.APIView"]);
        assert_eq!(token.attributes["permission_classes"], FrameworkValue::List(vec![]));
        assert_eq!(token.attributes["throttle_classes"], FrameworkValue::List(vec![]));
        let view = table.class(table.find("rest_framework.views.APIView").unwrap());
        assert_eq!(
            view.attributes["permission_classes"],
            FrameworkValue::One("settings:DEFAULT_PERMISSION_CLASSES".into())
        );
        assert_eq!(table.canonical("django.views.View"), "django.views.generic.base.View");
    }

    #[test]
    fn every_base_is_in_the_table_or_surely_no_view() {
        let table = Framework::builtin();
        for class in &table.classes {
            for base in &class.bases {
                assert!(table.find(base).is_some() || is_surely_no_view(base), "{}: {base}", class.name);
            }
        }
    }

    #[test]
    fn permission_classes_say_whom_they_let_in_and_what_that_depends_on() {
        let table = Framework::builtin();
        let grant = |class: &str, who: &str| {
            let class = table.class(table.find(&format!("rest_framework.permissions.{class}")).unwrap());
            let found = class.grants.iter().find(|g| g.method == "has_permission" && g.who == who).unwrap();
            (found.read, found.write, found.reads.clone())
        };
        assert_eq!(grant("AllowAny", "anonymous"), (Answer::Yes, Answer::Yes, vec![]));
        assert_eq!(grant("IsAuthenticatedOrReadOnly", "anonymous"), (Answer::Yes, Answer::No, vec![]));
        assert_eq!(grant("IsAdminUser", "user"), (Answer::No, Answer::No, vec![]));
        // One attribute lets everybody read: a subclass that sets it must not pass for protected.
        let (read, _, reads) = grant("DjangoModelPermissions", "anonymous");
        assert_eq!((read, reads), (Answer::No, vec!["authenticated_users_only".to_owned()]));
        assert_eq!(grant("DjangoModelPermissionsOrAnonReadOnly", "anonymous").0, Answer::Yes);
    }

    #[test]
    fn a_finished_view_has_its_class() {
        let table = Framework::builtin();
        let id = table.view_class("rest_framework.authtoken.views.obtain_auth_token").unwrap();
        assert_eq!(table.class(id).name, "rest_framework.authtoken.views.ObtainAuthToken");
    }
}
