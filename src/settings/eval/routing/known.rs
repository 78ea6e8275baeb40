//! Names that the views of Django and DRF and an app's configuration may have as attributes, in any version
//! (`assets/view_names.toml`, written by `scripts/dump_view_names.py`). Others are surely not theirs.

use std::sync::OnceLock;

use rustc_hash::FxHashSet;

use crate::tables::table;

/// Modules of the classes that the table was written from.
const MODULES: &[&str] = &[
    "django.apps.",
    "django.contrib.auth.mixins.",
    "django.contrib.auth.views.",
    "django.views.",
    "rest_framework.authtoken.views.",
    "rest_framework.generics.",
    "rest_framework.mixins.",
    "rest_framework.schemas.views.",
    "rest_framework.views.",
    "rest_framework.viewsets.",
];

#[derive(serde::Deserialize)]
struct Table {
    names: FxHashSet<String>,
}

/// Attributes of which the table of library classes says for each class whether it has them.
const TABLED: &[&str] =
    &["lookup_field", "lookup_url_kwarg", "queryset", "serializer_class", "throttle_scope"];

/// Whether a class of a library, by dotted name, surely lacks an attribute.
pub(in super::super) fn lacks(class: &str, name: &str) -> bool {
    static TABLE: OnceLock<Table> = OnceLock::new();
    let table = || {
        serde_json::from_str(table!("assets/view_names.toml"))
            .expect("internal error: assets/view_names.toml")
    };
    let is_listed = MODULES.iter().any(|module| class.starts_with(module));
    // What every class has is not the library's own.
    let may_be = |name| TABLE.get_or_init(table).names.contains(name) && !TABLED.contains(&name);
    is_listed && !name.starts_with("__") && !may_be(name)
}
