//! What libraries offer for URLs, from `assets/library_urls.toml` (written by `scripts/dump_library_urls.py` from the
//! installed libraries): lists of patterns for `include`, and what a router asks of their view sets.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::settings::routes::{LibraryAction, LibraryRoute};
use crate::tables::table;

#[derive(Deserialize)]
struct Table {
    urls: BTreeMap<String, Urls>,
    viewset: BTreeMap<String, ViewSet>,
}

#[derive(Deserialize)]
struct Urls {
    routes: Vec<Route>,
}

#[derive(Deserialize)]
struct Route {
    path: String,
    name: Option<String>,
    view: String,
    #[serde(default)]
    class: bool,
    methods: Option<Vec<String>>,
    actions: Option<BTreeMap<String, String>>,
}

/// What a router asks of a library's view set.
#[derive(Deserialize, Default)]
pub(super) struct ViewSet {
    pub(super) lookup_value_regex: Option<String>,
    pub(super) lookup_value_converter: Option<String>,
    /// The model of its queryset; `@user` for the project's user model.
    pub(super) model: Option<String>,
    #[serde(default)]
    actions: Vec<Action>,
}

#[derive(Deserialize)]
struct Action {
    name: String,
    detail: bool,
    url_path: String,
    url_name: String,
    mapping: BTreeMap<String, String>,
}

impl ViewSet {
    pub(super) fn actions(&self) -> Vec<LibraryAction> {
        let action = |a: &Action| LibraryAction {
            name: a.name.clone(),
            mapping: a.mapping.clone().into_iter().collect(),
            detail: a.detail,
            url_path: a.url_path.clone(),
            url_name: a.url_name.clone(),
        };
        self.actions.iter().map(action).collect()
    }
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        serde_json::from_str(table!("assets/library_urls.toml"))
            .expect("internal error: assets/library_urls.toml")
    })
}

/// The patterns of `module.urlpatterns`, or of another list of a URLconf, by dotted name.
pub(super) fn urls(name: &str) -> Option<Vec<LibraryRoute>> {
    let route = |r: &Route| LibraryRoute {
        path: r.path.clone(),
        name: r.name.clone(),
        view: r.view.clone(),
        is_class: r.class,
        methods: r.methods.clone(),
        actions: r.actions.clone().map(|a| a.into_iter().collect()),
    };
    Some(table().urls.get(name)?.routes.iter().map(route).collect())
}

/// What is known of a view set.
pub(super) fn viewset(name: &str) -> Option<&'static ViewSet> {
    table().viewset.get(name)
}
