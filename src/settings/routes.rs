//! The URL patterns that a project's `ROOT_URLCONF` gives, as the abstract interpreter computes them: the entry
//! point, and the result as plain data. What a dotted name of the project stands for is asked of [`Names`], so that
//! a module of views is run only where one of its values is needed.

use std::collections::{BTreeMap, BTreeSet};

use super::{Node, Problem, SettingsModel, env, eval};
use crate::project::Project;
use crate::source::{FileId, Sources, Span};

/// `View.http_method_names`.
pub const HTTP_METHODS: [&str; 8] = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];

/// Parts of names by which what an app does at the start speaks of URLs.
pub const SPEAKING: [&str; 4] = ["url", "router", "admin_site", "default_site"];

/// Whether a text holds one of these words (in small letters), in whatever letters.
pub fn says_any(text: &str, words: &[&str]) -> bool {
    let says = |text: &str| words.iter().any(|word| text.contains(word));
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        says(&text.to_ascii_lowercase())
    } else {
        says(text)
    }
}

/// What the interpreter must know of the project's names and of library classes.
pub trait Names: Sync {
    /// The file of a module, and whether it is a package's `__init__`.
    fn module(&self, name: &str) -> Option<(FileId, bool)>;
    /// Whether modules of the project lie below this name.
    fn is_namespace(&self, name: &str) -> bool;
    /// What a dotted name stands for.
    fn locate(&self, name: &str) -> Located;
    /// Whether the class statement at this place makes a view, a router, the configuration of an app, a
    /// class of classes, or a part of one.
    fn is_routed(&self, class: Span) -> bool;
    /// Whether a function of the project stands under a decorator of the project.
    fn is_wrapped(&self, function: &str) -> bool;
    /// The module-level function around a place, by dotted name.
    fn function_around(&self, at: Span) -> Option<String>;
    /// Whether a dotted name is a class of a model.
    fn is_model(&self, name: &str) -> bool;
    /// The field of a model of the project.
    fn field(&self, model: &str, name: &str) -> ModelField;
    /// A well-known class of a library.
    fn library(&self, name: &str) -> Option<LibraryClass>;
    /// A list of patterns that a library offers, such as `rest_framework.urls.urlpatterns`.
    fn library_urls(&self, name: &str) -> Option<Vec<LibraryRoute>>;
}

/// What a dotted name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Located {
    /// A module of the project.
    Module,
    /// A class of the project, by the name under which it is defined.
    Class(String),
    /// A function of the project, by the name under which it is defined.
    Function(String),
    /// A method of a class of the project.
    Method,
    /// A value that the module computes: the module and the name in it.
    Value(String, String),
    /// Something of a library, by the name under which it is defined.
    Library(String),
    /// It is the project's and cannot be told without running the module.
    Unclear,
    /// Not the project's.
    Foreign,
}

/// What is known of a field of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelField {
    /// The model has it.
    There {
        /// Django's class for it, or the library's.
        kind: String,
        /// Whether forms may write it.
        is_editable: bool,
    },
    /// All of the model's fields are known, and it is none of them.
    Absent,
    /// Not all of them are known.
    Unclear,
}

/// What is known of a class of a library.
#[derive(Clone, Debug, Default)]
pub struct LibraryClass {
    /// Its dotted name, where it is defined.
    pub name: String,
    /// Its bases, in order.
    pub bases: Vec<String>,
    /// Attributes that it sets itself.
    pub attributes: Vec<(String, Node)>,
    /// Methods that it defines itself.
    pub methods: Vec<String>,
    /// Its own extra actions (`@action`).
    pub actions: Vec<LibraryAction>,
    /// The model of its queryset; `@user` for the project's user model.
    pub model: Option<String>,
}

/// A pattern that a library offers.
#[derive(Clone, Debug, Default)]
pub struct LibraryRoute {
    /// The patterns on the way, joined.
    pub path: String,
    /// Its own name.
    pub name: Option<String>,
    /// The class or function.
    pub view: String,
    /// Whether the view is a class.
    pub is_class: bool,
    /// HTTP methods (lower case) of a class.
    pub methods: Option<Vec<String>>,
    /// HTTP method to action, for view sets.
    pub actions: Option<Vec<(String, String)>>,
}

/// A method under `@action` of a library's view set.
#[derive(Clone, Debug, Default)]
pub struct LibraryAction {
    /// The method's name.
    pub name: String,
    /// HTTP method (lower case) to the name of the method that serves it.
    pub mapping: Vec<(String, String)>,
    /// Whether it belongs to one object.
    pub detail: bool,
    /// The part of the URL.
    pub url_path: String,
    /// The part of the pattern's name.
    pub url_name: String,
}

/// Modules that fill collections of other modules when they are imported.
#[derive(Clone, Debug, Default)]
pub struct Fill {
    /// By the name of a module: those that run when it is imported, itself among them.
    pub by_import: BTreeMap<String, Vec<String>>,
    /// All of them.
    pub modules: BTreeSet<String>,
    /// The names of the collections, of what fills them and of such modules: what an app does at the start and speaks of
    /// them counts.
    pub words: Vec<String>,
}

/// All patterns, in the order in which Django's resolver lists them.
#[derive(Clone, Debug, Default)]
pub struct UrlMap {
    /// One for each pattern and view.
    pub patterns: Vec<UrlPattern>,
    /// What could not be followed. Where this is empty, the list is complete.
    pub problems: Vec<Problem>,
    /// The files whose `urlpatterns` were read.
    pub urlconfs: Vec<FileId>,
    /// Imports of the name `urlpatterns` that were followed.
    pub taken: Vec<Span>,
    /// `REST_FRAMEWORK`, where the configuration of an app changes it before DRF reads it.
    pub rest_framework: Option<Node>,
    /// Module-level names whose collections were looked at.
    pub walked: Vec<(FileId, String)>,
    /// The files that ran.
    pub ran: Vec<FileId>,
}

/// One URL pattern.
#[derive(Clone, Debug)]
pub struct UrlPattern {
    /// The patterns on the way, joined as Django prints them.
    pub path: String,
    /// Its own name, without namespaces.
    pub name: Option<String>,
    /// What is called.
    pub callback: Callback,
    /// Where it is written: the call of `path` or `register`.
    pub at: Option<Span>,
}

/// The callback of a pattern.
#[derive(Clone, Debug)]
pub struct Callback {
    /// The class or function.
    pub target: Target,
    /// Keywords of `as_view`; from a router also those of `@action` and the router's own.
    pub initkwargs: Vec<(String, Node)>,
    /// HTTP method (lower case) to action, for view sets.
    pub actions: Option<Vec<(String, String)>>,
    /// Dotted names of the decorators around it, outermost first.
    pub wrappers: Vec<String>,
    /// HTTP methods (lower case) for which a class has a handler, where only the interpreter has seen the class: it
    /// is a library's.
    pub methods: Option<Vec<String>>,
    /// What the resolver has instead of the target: a decorator's inner function that does not carry its names.
    pub shown: Option<Shown>,
}

/// What stands in front of a view without its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A function.
    Function(Target),
    /// A class that `@api_view` made of such a function, with its methods (lower case).
    ApiView(Target, Vec<String>),
}

/// A class or function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// By dotted name: of the project or of a library.
    Name(String),
    /// The class of the project whose statement stands here.
    Class(Span),
    /// The function or lambda of the project that begins here, and its name.
    Function(Span, String),
    /// It cannot be told, because of this.
    Unknown(String),
}

/// Computes the patterns of a project under the settings of `model`.
pub fn routes(
    sources: &Sources,
    project: &Project,
    model: &SettingsModel,
    names: &dyn Names,
    fill: &Fill,
) -> UrlMap {
    let failed = || UrlMap {
        problems: vec![Problem { at: None, message: "the URL patterns could not be evaluated".into() }],
        ..UrlMap::default()
    };
    env::on_deep_stack("routes", || eval::run_routes(sources, project, model, names, fill))
        .unwrap_or_else(failed)
}
