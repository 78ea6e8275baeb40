//! What the apps' configurations do to URLs and settings when the project starts: their `__init__` and `ready` run,
//! as far as a statement of them speaks of either. What else they do (signals, checks, registries) is left out.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::super::edits::is_edit;
use super::super::functions::{Args, Body};
use super::super::havoc::{self, root_name};
use super::super::raise::R;
use super::super::val::{Id, Name, V, Val};
use super::super::{Flow, Interp};
use super::is_class_like;
use crate::python::ast::{Expr, Stmt};
use crate::python::is_standard_library;
use crate::python::visitor::{self, Visitor};
use crate::settings::Node;
use crate::settings::routes::{SPEAKING, says_any};

/// Methods of a configuration that Django calls, in this order: the first of all apps, then the second of all.
const HOOKS: [&str; 2] = ["__init__", "ready"];
/// How far calls are followed to find out whether they speak of URLs.
const MAX_CALLS: usize = 4;

/// What statements of a hook are to speak of so that they run.
#[derive(Clone, Default)]
pub(super) struct Wanted {
    /// Names, beside URLs and settings.
    words: Rc<[Name]>,
    /// An attribute of the configuration that they set, and nothing else.
    attribute: Option<Name>,
}

/// A hook that runs.
pub(super) struct Starting {
    /// The class of the configuration.
    class: u32,
    wanted: Wanted,
    /// How many frames there are below it.
    depth: usize,
    /// Why it did not run to its end.
    failed: Option<Rc<str>>,
}

impl<'a> Interp<'a> {
    /// Runs what the installed apps do at the start.
    pub(super) fn start_apps(&mut self) {
        let apps: Vec<String> = self.installed_apps().0.into_iter().map(str::to_owned).collect();
        let mut started = Vec::new();
        let fill = self.routing.as_ref().map(|routing| routing.fill);
        let words = fill.into_iter().flat_map(|fill| &fill.words).map(|word| word.as_str().into()).collect();
        let wanted = Wanted { words, attribute: None };
        self.routing.as_mut().expect("internal error: no URLs are evaluated").wanted = wanted.clone();
        // Whatever goes wrong is stated where it does.
        let _ = self.import_apps(&apps);
        self.routing.as_mut().expect("internal error: no URLs are evaluated").is_starting = true;
        for app in apps {
            let Ok(Some(class)) = self.starting_class(&app) else { continue };
            self.take_default_site(class);
            let speaks = |f| self.speaks(class, f, &wanted, 0);
            if HOOKS.iter().any(|hook| self.hook(class, hook).is_some_and(speaks)) {
                started.push((class, self.app_config(&app, Some(class))));
            }
        }
        let mut rest_framework = vec![self.rest_framework()];
        let mut is_followed = true;
        for hook in HOOKS {
            for (class, config) in &started {
                if let Some(func) = self.hook(*class, hook).filter(|f| self.speaks(*class, *f, &wanted, 0)) {
                    is_followed &= self.start(*class, config, func, hook, &wanted);
                }
            }
            rest_framework.push(self.rest_framework());
        }
        let routing = self.routing.as_mut().expect("internal error: no URLs are evaluated");
        routing.is_starting = false;
        // The views may have taken their defaults by the time of `ready`, and may have not.
        if let [before, made, after] = &rest_framework[..]
            && is_followed
            && before != made
            && made == after
        {
            routing.rest_framework.clone_from(made);
        }
    }

    /// An attribute of a configuration is asked for: what its hooks do about it is done now.
    pub(super) fn start_attribute(&mut self, config: &Val, id: Id, name: &str) {
        let Some(class) = self.instance_class(config) else { return };
        let Some(routing) = self.routing.as_mut() else { return };
        let is_new = |(of, known): &(Id, Name)| *of != id || **known != *name;
        if routing.starting.is_some() || !routing.started.iter().all(is_new) {
            return;
        }
        routing.started.push((id, name.into()));
        let wanted = Wanted { attribute: Some(name.into()), ..routing.wanted.clone() };
        for hook in HOOKS {
            if let Some(func) = self.hook(class, hook).filter(|f| self.speaks(class, *f, &wanted, 0)) {
                self.start(class, config, func, hook, &wanted);
            }
        }
    }

    fn rest_framework(&self) -> Option<Node> {
        let settings = self.routing.as_ref()?.settings;
        let binding = self.scope(settings)?.vars.get("REST_FRAMEWORK")?;
        Some(self.node(&binding.val, &mut 2000, &mut Vec::new()))
    }

    /// The admin site that a configuration gives in place of Django's.
    fn take_default_site(&mut self, class: u32) {
        let is_admin = |base: &Name| base.starts_with("django.contrib.admin.apps.");
        if self.classes[class as usize].external.iter().any(is_admin)
            && let Some(path) = self.class_member(class, "default_site")
            && let Err(raise) = self.set_default_site(&path)
        {
            let at = self.classes[class as usize].at;
            self.cannot_tell(at, format!("the admin site is not made: it {}", raise.cause));
        }
    }

    /// A function of an installed package that the code of an installed app calls while it starts.
    pub(super) fn library_helper(&mut self, name: &str) -> R<Option<Val>> {
        let is_starting = self.routing.as_ref().is_some_and(|routing| routing.is_starting);
        let is_modelled = matches!(name.split('.').next(), Some("django" | "rest_framework" | "builtins"));
        if !is_starting || is_modelled || self.frame_ref().file.is_some() || is_standard_library(name) {
            return Ok(None);
        }
        Ok(self.installed_value(name)?.filter(|val| matches!(val.v, V::Func(_))))
    }

    /// Runs a hook of a configuration; whether it could be followed.
    fn start(&mut self, class: u32, config: &Val, func: u32, hook: &str, wanted: &Wanted) -> bool {
        let mut args = Args::default();
        if hook == "__init__" {
            args.pos = vec![Val::unknown("the name of the app"), Val::unknown("the module of the app")];
        }
        let routing = self.routing.as_mut().expect("internal error: no URLs are evaluated");
        routing.starting =
            Some(Starting { class, wanted: wanted.clone(), depth: self.frames.len(), failed: None });
        let run = &mut |i: &mut Self| i.call_function(func, Some(config.clone()), args.clone());
        let result = self.on_steps(self.steps / 4, run);
        let routing = self.routing.as_mut().expect("internal error: no URLs are evaluated");
        let failed = routing.starting.take().and_then(|starting| starting.failed);
        let Some(cause) = failed.or_else(|| Some(result.err()?.cause)) else { return true };
        let at = self.classes[class as usize].at;
        let path = self.class_path(class);
        self.cannot_tell(at, format!("what {path}.{hook} does to the URLs is not followed: it {cause}"));
        false
    }

    /// Whether a module of the project runs because an app needs it when it starts: what it imports is installed.
    pub(in super::super) fn is_needed_at_start(&self) -> bool {
        let is_starting = self.routing.as_ref().is_some_and(|routing| routing.starting.is_some());
        is_starting && self.outer_tries > 0 && self.tries.len() <= self.outer_tries
    }

    /// Whether a hook of an app runs: those of other apps, which are not all followed, ran before it.
    pub(in super::super) fn is_starting(&self) -> bool {
        self.routing.as_ref().is_some_and(|routing| routing.starting.is_some())
    }

    /// An exception ends a function that nobody catches it around: what the hook that called it does is not known.
    pub(in super::super) fn note_failed_start(&mut self, cause: &Rc<str>) {
        if let Some(starting) = self.routing.as_mut().and_then(|routing| routing.starting.as_mut())
            && self.frames.iter().skip(starting.depth).all(|frame| frame.is_function)
        {
            starting.failed.get_or_insert_with(|| cause.clone());
        }
    }

    /// The class of an app's configuration. Of the libraries that are modelled nothing is to be found out.
    pub(super) fn starting_class(&mut self, app: &str) -> R<Option<u32>> {
        if matches!(app.split('.').next(), Some("django" | "rest_framework")) {
            return Ok(None);
        }
        self.config_class(app)
    }

    /// The method of a configuration's class that Django calls.
    fn hook(&self, class: u32, name: &str) -> Option<u32> {
        match self.class_member(class, name)?.v {
            V::Func(id) => Some(id),
            _ => None,
        }
    }

    /// Whether a function says anything of URLs, or changes settings.
    fn speaks(&self, class: u32, func: u32, wanted: &Wanted, depth: usize) -> bool {
        let speaks = |stmt| self.statement_speaks(class, func, stmt, wanted, depth);
        match self.funcs[func as usize].body {
            Body::Block(body) => body.iter().any(speaks),
            Body::Expr(_) => false,
        }
    }

    /// Whether a statement of a hook or of what it calls speaks of what is wanted.
    fn statement_speaks(&self, class: u32, func: u32, stmt: &Stmt, wanted: &Wanted, depth: usize) -> bool {
        if wanted.attribute.is_some() && depth == 0 {
            // What speaks of URLs has run.
            let usual = Wanted { attribute: None, ..wanted.clone() };
            if self.statement_speaks(class, func, stmt, &usual, depth) {
                return false;
            }
        }
        let speech = Speech::of(stmt, &wanted.words);
        let found = match wanted.attribute.as_deref() {
            Some(attribute) => speech.stored.contains(&attribute),
            None => speech.found,
        };
        if found || depth > MAX_CALLS {
            return found;
        }
        let speaks = |id: u32| id != func && self.speaks(class, id, wanted, depth + 1);
        let own = speech.own.iter().filter_map(|name| self.hook(class, name));
        let inherited = speech.inherited.iter().filter_map(|name| self.inherited(class, func, name));
        own.chain(inherited).any(speaks)
            || speech.called.iter().any(|name| self.named(func, name).is_some_and(speaks))
    }

    /// What `super().name` is in a method.
    fn inherited(&self, class: u32, func: u32, name: &str) -> Option<u32> {
        let mro = &self.classes[class as usize].mro;
        let defined = self.funcs[func as usize].class?;
        let after = mro.iter().position(|&c| c == defined)? + 1;
        mro[after..].iter().find_map(|&base| {
            match self.scope(self.classes[base as usize].scope)?.vars.get(name)?.val.v {
                V::Func(id) => Some(id),
                _ => None,
            }
        })
    }

    /// The function that a plain name is where another was defined.
    fn named(&self, func: u32, name: &str) -> Option<u32> {
        let chain = &self.funcs[func as usize].chain;
        let binding = chain.iter().find_map(|&id| self.scope(id)?.vars.get(name))?;
        match binding.val.v {
            V::Func(id) => Some(id),
            _ => None,
        }
    }

    /// Runs the body of a function. Of what an app does at the start, only what speaks of URLs or settings.
    pub(in super::super) fn exec_body(&mut self, func: u32, body: &'a [Stmt]) -> R<Flow> {
        let starting = self.routing.as_ref().and_then(|routing| routing.starting.as_ref());
        let Some((class, wanted)) = starting.map(|s| (s.class, s.wanted.clone())) else {
            return self.exec_block(body);
        };
        let def = &self.funcs[func as usize];
        let is_own = def.class.is_some_and(|own| self.classes[class as usize].mro.contains(&own));
        if !is_own || !HOOKS.contains(&&*def.name) {
            return self.exec_block(body);
        }
        for (stmt, is_kept) in body.iter().zip(self.kept(class, func, body, &wanted)) {
            if is_kept {
                match self.exec_block(std::slice::from_ref(stmt))? {
                    Flow::Next => {}
                    flow => return Ok(flow),
                }
            }
        }
        Ok(Flow::Next)
    }

    /// Which statements speak, decide whether others run, or make what these read.
    fn kept(&self, class: u32, func: u32, body: &[Stmt], wanted: &Wanted) -> Vec<bool> {
        let speeches: Vec<Speech<'_>> = body.iter().map(|stmt| Speech::of(stmt, &wanted.words)).collect();
        let bound: Vec<_> = body.iter().map(|stmt| havoc::bound_names(std::slice::from_ref(stmt))).collect();
        let local: FxHashSet<&str> = bound.iter().flat_map(|names| names.iter()).map(|own| &**own).collect();
        let mut kept: Vec<bool> = body
            .iter()
            .map(|stmt| self.statement_speaks(class, func, stmt, wanted, 0) || Leaving::find(stmt))
            .collect();
        let mut read: FxHashSet<&str> = FxHashSet::default();
        loop {
            for (speech, _) in speeches.iter().zip(&kept).filter(|(_, is_kept)| **is_kept) {
                read.extend(&speech.read);
            }
            let makes = |at: usize| {
                let speech = &speeches[at];
                // Whatever handles a local object may change it.
                bound[at].iter().any(|name| read.contains(&**name))
                    || speech.edited.iter().any(|name| read.contains(name))
                    || speech.read.iter().any(|name| read.contains(name) && local.contains(name))
            };
            let Some(at) = (0..body.len()).find(|&at| !kept[at] && makes(at)) else { return kept };
            kept[at] = true;
        }
    }
}

/// What a statement says of URLs, and whom it calls.
#[derive(Default)]
struct Speech<'t> {
    found: bool,
    /// Names that say as much as URLs do.
    wanted: &'t [Name],
    /// Methods of the object itself.
    own: Vec<&'t str>,
    /// Methods of its bases.
    inherited: Vec<&'t str>,
    called: Vec<&'t str>,
    /// The names that it reads, and the attributes of the object itself.
    read: Vec<&'t str>,
    /// Those of which it changes the object.
    edited: Vec<&'t str>,
    /// Those that it sets, or of which it changes the object.
    stored: Vec<&'t str>,
}

impl<'t> Speech<'t> {
    fn of(stmt: &'t Stmt, wanted: &'t [Name]) -> Self {
        let mut speech = Self { wanted, ..Self::default() };
        speech.visit_stmt(stmt);
        speech
    }

    /// A name of a value or function. What a class is about, its name does not say.
    fn word(&mut self, name: &str) {
        let is_class = || is_class_like(name) && name.contains(|c: char| c.is_ascii_lowercase());
        self.found = self.found
            || self.wanted.iter().any(|wanted| **wanted == *name)
            || !is_class() && !names_a_page(name) && says_any(name, &SPEAKING);
    }

    /// What is assigned to, deleted, or changed in place.
    fn change(&mut self, target: &'t Expr) {
        let is_part = matches!(target, Expr::Attribute(_) | Expr::Subscript(_));
        self.edited.extend(whole(target).filter(|_| is_part));
        self.stored.extend(whole(target));
        let is_site = target.as_attribute_expr().is_some_and(|attribute| &attribute.attr == "site");
        self.found |= is_part && is_settings(target) || is_site;
    }
}

/// Whether a name is that of a model's `get_absolute_url`, or of what gives one: it asks for routes and makes none.
fn names_a_page(name: &str) -> bool {
    name.ends_with("_url") && name.contains("absolute")
}

/// The object that a chain of attributes and subscripts begins with: a name, or an attribute of the object itself.
fn whole(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => (name.id != "self").then_some(name.id.as_str()),
        Expr::Attribute(attribute) if attribute.value.as_name_expr().is_some_and(|n| n.id == "self") => {
            Some(&attribute.attr)
        }
        Expr::Attribute(attribute) => whole(&attribute.value),
        Expr::Subscript(subscript) => whole(&subscript.value),
        _ => None,
    }
}

/// Whether an expression begins with something that is called settings.
fn is_settings(expr: &Expr) -> bool {
    root_name(expr).is_some_and(|root| root.to_ascii_lowercase().contains("settings"))
}

impl<'t> Visitor<'t> for Speech<'t> {
    fn visit_stmt(&mut self, stmt: &'t Stmt) {
        match stmt {
            Stmt::Expr(only) if only.value.is_string_literal_expr() => return,
            Stmt::Assign(assign) => assign.targets.iter().for_each(|t| self.change(t)),
            Stmt::AugAssign(assign) => self.change(&assign.target),
            Stmt::Delete(delete) => delete.targets.iter().for_each(|t| self.change(t)),
            Stmt::Import(import) => import.names.iter().for_each(|alias| self.word(&alias.name)),
            Stmt::ImportFrom(import) => {
                import.names.iter().for_each(|alias| self.word(&alias.name));
                import.module.iter().for_each(|module| self.word(module));
            }
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'t Expr) {
        match expr {
            Expr::Name(name) => {
                self.word(&name.id);
                self.read.extend(whole(expr));
            }
            Expr::Attribute(attribute) => {
                self.word(&attribute.attr);
                self.read.extend(whole(expr));
            }
            Expr::StringLiteral(text) => {
                let text = text.value.to_str();
                let last = super::short(text);
                self.found |= text.contains("urls") || self.wanted.iter().any(|wanted| **wanted == *last);
            }
            Expr::Call(call) => match &*call.func {
                Expr::Name(name) => {
                    let is_set = matches!(name.id.as_str(), "setattr" | "delattr");
                    self.found |= is_set && call.arguments.args.first().is_some_and(is_settings);
                    let named = call.arguments.args.get(1).and_then(|arg| arg.as_string_literal_expr());
                    self.stored.extend(named.filter(|_| is_set).map(|text| text.value.to_str()));
                    self.called.push(&name.id);
                }
                Expr::Attribute(attribute) => match &*attribute.value {
                    Expr::Name(owner) if owner.id == "self" => self.own.push(&attribute.attr),
                    Expr::Call(inner) if inner.func.as_name_expr().is_some_and(|n| n.id == "super") => {
                        self.inherited.push(&attribute.attr);
                    }
                    owner if is_edit(&attribute.attr) => {
                        self.found |= is_settings(owner);
                        self.edited.extend(whole(owner));
                        self.stored.extend(whole(owner));
                    }
                    _ => {}
                },
                _ => {}
            },
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}

/// Whether a statement may end the function.
struct Leaving(bool);

impl Leaving {
    fn find(stmt: &Stmt) -> bool {
        let mut finder = Self(false);
        finder.visit_stmt(stmt);
        finder.0
    }
}

impl<'t> Visitor<'t> for Leaving {
    fn visit_stmt(&mut self, stmt: &'t Stmt) {
        match stmt {
            Stmt::Return(_) => self.0 = true,
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            _ => visitor::walk_stmt(self, stmt),
        }
    }
}
