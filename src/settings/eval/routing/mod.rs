//! URLs in the interpreter: the modules of a URLconf run as settings modules do, with `django.conf.settings` as
//! evaluated before, Django's URL functions modelled here, and routers written in Python (`assets/urls`). Modules of
//! views do not run: an imported class or function stays a name until a value of it is needed.

mod admin;
mod apps;
mod calls;
mod classes;
mod export;
mod fields;
mod filled;
mod imports;
mod known;
mod later;
mod library;
mod members;
mod patterns;
mod querysets;
mod reference;
mod resolvers;
mod settings;
mod starting;
mod views;

pub(in crate::settings) use export::run as run_routes;
pub(super) use known::lacks;
pub(super) use patterns::{maybe, place_of_maybe};

use std::cell::RefCell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Interp;
use super::val::{Id, LibObject, Name, V, Val};
use crate::settings::routes::{Fill, Names};
use crate::settings::{Node, Problem, SettingsModel};
use crate::source::{FileId, Span};

/// The module of the router of Wagtail's API.
const WAGTAIL_ROUTER: &str = "wagtail.api.v2.router";

/// Steps that one evaluation of the URLs may take.
const MAX_STEPS: u64 = 8_000_000;
/// How many modules of installed packages are read.
pub(super) const MAX_INSTALLED: usize = 400;
/// Modules that are written for the interpreter, by the name that they stand for.
pub(super) const PRELUDE: &[(&str, &str)] = &[
    ("django.contrib.admin", include_str!("../../../../assets/urls/admin.py")),
    ("drf_yasg.views", include_str!("../../../../assets/urls/yasg.py")),
    ("rest_framework.routers", include_str!("../../../../assets/urls/routers.py")),
    ("rest_framework.schemas", include_str!("../../../../assets/urls/schemas.py")),
    ("rest_framework_extensions.routers", include_str!("../../../../assets/urls/extensions.py")),
    ("rest_framework_nested.routers", include_str!("../../../../assets/urls/nested.py")),
    (WAGTAIL_ROUTER, include_str!("../../../../assets/urls/wagtail.py")),
];

/// What the evaluation of URLs needs beside the interpreter.
pub(super) struct Routing<'a> {
    names: &'a dyn Names,
    model: &'a SettingsModel,
    /// Which modules run when others are imported, for what they put into collections.
    fill: &'a Fill,
    /// Collections whose elements were looked at, and the module whose code ran.
    walked: RefCell<FxHashSet<(Id, Option<u32>)>>,
    /// Classes that were made or looked for, by dotted name.
    classes: FxHashMap<Name, Option<u32>>,
    /// Classes being looked for.
    open: FxHashSet<Name>,
    /// Attributes of classes that are made when they are asked for.
    later: Vec<later::Later<'a>>,
    /// The files whose `urlpatterns` were read.
    urlconfs: Vec<FileId>,
    /// The namespace of `django.conf.settings`.
    settings: Id,
    /// Whether the apps are being started, and whose hook runs.
    is_starting: bool,
    starting: Option<starting::Starting>,
    /// What the hooks of configurations are to speak of.
    wanted: starting::Wanted,
    /// The configurations of apps, with their classes.
    configs: Vec<(Name, Option<u32>, Val)>,
    /// Attributes of configurations that were asked for.
    started: Vec<(Id, Name)>,
    /// The callbacks that patterns got after they were made.
    callbacks: Id,
    /// Whether something is made that the settings have made before.
    is_before_settings: bool,
    /// `REST_FRAMEWORK`, where an app changes it before DRF reads it.
    rest_framework: Option<Node>,
    /// Imports of somebody's `urlpatterns` that ran.
    taken: Vec<Span>,
    problems: Vec<Problem>,
}

impl<'a> Interp<'a> {
    pub(super) fn is_routing(&self) -> bool {
        self.routing.is_some()
    }

    fn names(&self) -> &'a dyn Names {
        self.routing.as_ref().expect("internal error: no URLs are evaluated").names
    }

    /// States that something of the URLs cannot be told.
    pub(super) fn cannot_tell(&mut self, at: Option<Span>, message: impl Into<String>) {
        let problem = Problem { at, message: message.into() };
        if let Some(routing) = &mut self.routing
            && routing.problems.len() < 2000
            && !routing.problems.contains(&problem)
        {
            routing.problems.push(problem);
        }
    }
}

/// The object of a modelled library, if the value is one of this class.
fn lib<'v>(val: &'v Val, class: &str) -> Option<&'v LibObject> {
    match &val.v {
        V::Lib(object) if object.class == class => Some(object),
        _ => None,
    }
}

/// The last part of a dotted name.
fn short(name: &str) -> &str {
    name.bytes().rposition(|byte| byte == b'.').map_or(name, |at| &name[at + 1..])
}

/// Whether a dotted name ends as a class is written.
fn is_class_like(name: &str) -> bool {
    short(name).trim_start_matches('_').starts_with(|c: char| c.is_ascii_uppercase())
}
