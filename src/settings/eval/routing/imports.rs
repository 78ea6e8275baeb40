//! Imports while URLs are evaluated: names are bound, modules run only for the values that they compute.

use std::rc::Rc;

use super::super::imports::Found;
use super::super::raise::{R, Raise};
use super::super::val::{V, Val};
use super::super::{Frame, Interp};
use super::PRELUDE;
use crate::python::ast::{StmtImport, StmtImportFrom};
use crate::python::{ModulePath, is_standard_library};
use crate::settings::How;
use crate::settings::routes::{Located, says_any};
use crate::source::Span;

/// Through so many modules of installed packages a name is followed to where it is bound.
const MAX_REEXPORTS: usize = 4;

impl<'a> Interp<'a> {
    pub(in super::super) fn import_routed(&mut self, import: &'a StmtImport) -> R<()> {
        for alias in &import.names {
            let name = alias.name.as_str();
            let at = self.span(alias);
            let val = self.module_named(name, at)?;
            self.run_fillers(name, at)?;
            let step = self.step(at, How::Imported, "");
            match &alias.asname {
                Some(asname) => self.bind(asname, val, step, Vec::new()),
                None => {
                    let top = name.split('.').next().unwrap_or(name);
                    self.bind(top, Val::new(V::Ref(top.into())), step, Vec::new());
                }
            }
        }
        Ok(())
    }

    pub(in super::super) fn import_from_routed(&mut self, import: &'a StmtImportFrom) -> R<()> {
        let at = self.span(import);
        let module = import.module.as_deref();
        if module == Some("__future__") {
            return Ok(());
        }
        let own = &self.modules[self.frame_ref().module as usize];
        let own = ModulePath { name: own.name.to_string(), is_package: own.is_package };
        let Some(name) = own.resolve_relative(import.level, module) else {
            return Err(Raise::new("ImportError", "imports from above the top package"));
        };
        if import.names.iter().any(|a| a.name.as_str() == "*") {
            return self.import_star_routed(&name, at);
        }
        self.module_named(&name, at)?;
        self.run_fillers(&name, at)?;
        for alias in &import.names {
            let step = self.step(self.span(alias), How::Imported, "");
            let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            let full = format!("{name}.{}", alias.name);
            self.run_fillers(&full, at)?;
            let val = match self.postponed_import(&full).map_or_else(|| self.dotted_value(&full), Ok) {
                Ok(val) => val,
                Err(raise) if raise.stop || self.catches(&raise) => return Err(raise),
                Err(raise) => Val::unknown(raise.cause),
            };
            self.bind(bound, val, step, Vec::new());
            if let (Some(at), Some(routing), "urlpatterns") = (at, &mut self.routing, alias.name.as_str()) {
                routing.taken.push(at);
            }
        }
        Ok(())
    }

    fn import_star_routed(&mut self, name: &str, at: Option<Span>) -> R<()> {
        self.module_named(name, at)?;
        self.run_fillers(name, at)?;
        let id = match self.force_module(name)? {
            Some(id) => Some(id),
            None => match self.prelude(name)? {
                Some(id) => Some(id),
                None => self.load_installed(name)?,
            },
        };
        if let Some(id) = id {
            self.import_star(id, at)?;
        } else if !is_standard_library(name) {
            let cause: Rc<str> = format!("everything is imported from {name}, which is not read").into();
            let scope = self.frame_ref().scope;
            self.open_scope(scope, &cause, false);
        }
        Ok(())
    }

    /// Whether the names below a top-level name are the project's.
    pub(super) fn is_ours(&self, name: &str) -> bool {
        let top = name.split('.').next().unwrap_or(name);
        if matches!(top, "django" | "rest_framework") || is_standard_library(top) {
            return false;
        }
        self.names().module(top).is_some() || self.names().is_namespace(top)
    }

    /// A module by name; an exception when it is the project's and is not there.
    fn module_named(&mut self, name: &str, at: Option<Span>) -> R<Val> {
        let val = Val::new(V::Ref(name.into())).at(at);
        if self.is_ours(name) {
            if self.names().module(name).is_some() || self.names().is_namespace(name) {
                return Ok(val);
            }
            if self.find_installed(name).is_none() {
                let raise =
                    Raise::new("ModuleNotFoundError", format!("imports {name}, which is not in the project"));
                if self.catches(&raise) {
                    return Err(raise);
                }
                self.cannot_tell(at, format!("{name} is imported but is not in the project"));
                return Ok(Val::unknown(raise.cause));
            }
        }
        if PRELUDE.iter().all(|(prelude, _)| *prelude != name) && !self.is_installed_app(name) {
            self.may_be_missing(name);
        }
        Ok(val)
    }

    /// Runs a module of the project, or gives the one that ran.
    pub(super) fn force_module(&mut self, name: &str) -> R<Option<u32>> {
        if let Some(&id) = self.by_name.get(name)
            && self.heap.get(self.modules[id as usize].scope).is_some()
        {
            return Ok(Some(id));
        }
        if !self.is_ours(name) {
            return Ok(None);
        }
        let Some((file, is_package)) = self.names().module(name) else { return Ok(None) };
        let outer = std::mem::replace(&mut self.outer_tries, self.tries.len());
        let loaded = self.on_a_share(name, &mut |i: &mut Self| i.load_file(name, file, is_package));
        self.outer_tries = outer;
        loaded.map(Some)
    }

    /// Runs a module on a share of the steps that are left, so that one that takes too many costs only what it says.
    fn on_a_share(&mut self, name: &str, run: &mut dyn FnMut(&mut Self) -> R<u32>) -> R<u32> {
        let left = self.steps;
        let share = if self.frames.len() > 1 { self.share() } else { left };
        match self.on_steps(share, run) {
            Err(raise) if raise.stop && share < left => {
                self.cannot_tell(None, format!("{name} was not evaluated to the end: {}", raise.cause));
                match self.by_name.get(name) {
                    Some(&id) => Ok(id),
                    None => Err(Raise::new("ImportError", raise.cause)),
                }
            }
            result => result,
        }
    }

    /// A module that is written for the interpreter.
    pub(super) fn prelude(&mut self, name: &str) -> R<Option<u32>> {
        let Some(at) = PRELUDE.iter().position(|(prelude, _)| *prelude == name) else { return Ok(None) };
        if let Some(&id) = self.by_name.get(name)
            && self.heap.get(self.modules[id as usize].scope).is_some()
        {
            return Ok(Some(id));
        }
        let arena = self.arena;
        let parsed = arena.prelude[at].get_or_init(|| crate::python::parse(PRELUDE[at].1));
        let id = self.register(name, None, "".into(), false);
        let scope = self.modules[id as usize].scope;
        self.run_module(id, scope, None, parsed)?;
        Ok(Some(id))
    }

    /// What a dotted name stands for: a name as long as possible, else the value that a module computes.
    pub(super) fn dotted_value(&mut self, full: &str) -> R<Val> {
        let located = if self.is_ours(full) { self.names().locate(full) } else { Located::Foreign };
        match located {
            Located::Module | Located::Method => Ok(Val::new(V::Ref(full.into()))),
            Located::Class(name) | Located::Function(name) => Ok(Val::new(V::Ref(name.into()))),
            Located::Library(name) => self.foreign_value(&name),
            Located::Foreign => self.foreign_value(full),
            Located::Value(module, name) => self.computed(&module, &name),
            Located::Unclear => {
                let Some((parent, name)) = full.rsplit_once('.') else { return self.foreign_value(full) };
                if self.names().module(parent).is_some() {
                    return self.computed(parent, name);
                }
                match self.class_named(parent)? {
                    Some(class) => self.class_attr(class, name),
                    None => Ok(Val::new(V::Ref(full.into()))),
                }
            }
        }
    }

    /// `import_string(name)`: an exception when its module is the project's and is not there.
    pub(super) fn imported_string(&mut self, name: &str) -> R<Val> {
        if let Some((module, _)) = name.rsplit_once('.')
            && self.is_ours(module)
            && self.names().locate(module) != Located::Module
            && self.class_named(module)?.is_none()
            && self.find_installed(module).is_none()
        {
            return Err(Raise::new("ImportError", format!("imports {module}, which is not in the project")));
        }
        self.dotted_value(name)
    }

    fn computed(&mut self, module: &str, name: &str) -> R<Val> {
        let Some(id) = self.force_module(module)? else {
            return Ok(Val::unknown(format!("{module} is not in the project")));
        };
        match self.module_attr(id, name) {
            Ok(val) => Ok(val),
            Err(raise) if raise.stop => Err(raise),
            Err(_) => Err(Raise::new("ImportError", format!("imports {name}, which {module} does not have"))),
        }
    }

    /// A name outside the project: of a module written for the interpreter, of an installed package, or just a name.
    pub(super) fn foreign_value(&mut self, full: &str) -> R<Val> {
        if full == "django.VERSION" {
            return Ok(self.django_version());
        }
        if let Some((module, name)) = full.rsplit_once('.') {
            if let Some(id) = self.prelude(module)?
                && let Some(binding) =
                    self.scope(self.modules[id as usize].scope).and_then(|s| s.vars.get(name))
            {
                return Ok(binding.val.clone());
            }
            // Lists of patterns, routers and constants are values; classes and functions stay names.
            let is_value = speaks_of_routes(name) && !is_standard_library(full);
            let is_constant = is_constant(name, module) && !is_core(full) && !is_standard_library(full);
            // Django's own are known but for its lists, and to run its modules for a `URLField` takes long.
            let is_read = is_value && (!is_core(full) || name.to_ascii_lowercase().contains("pattern"));
            if (is_read || is_constant)
                && self.find_installed(full).is_none()
                && let Some(id) = self.load_installed(module)?
                && (is_constant || !self.defines(id, name))
                && let Ok(val) = self.module_attr(id, name)
            {
                return Ok(val);
            }
            if is_value && let Some(patterns) = self.library_patterns(full) {
                return Ok(patterns);
            }
            // Of other names nothing is assumed.
            if super::is_class_like(full)
                && !is_core(full)
                && self.is_within_library()
                && self.may_be_none(module, name)
                && let Some(val) = self.installed_value(full)?
            {
                return Ok(val);
            }
        }
        Ok(self.ref_value(full))
    }

    /// Whether code of an installed package's module of settings led here.
    fn works_out_constant(&self) -> bool {
        let leads = |f: &Frame| f.file.is_none() && is_of_settings(&self.modules[f.module as usize].name);
        self.is_within_library() && self.frames.iter().any(leads)
    }

    /// Whether the running module is one of an installed package.
    fn is_within_library(&self) -> bool {
        self.frame_ref().file.is_none()
    }

    /// Whether a module of an installed package binds a name to nothing: `except ImportError: Collector = None`.
    fn may_be_none(&self, module: &str, name: &str) -> bool {
        self.installed_text_has(module, &format!("{name} = None"))
    }

    /// Whether a module of an installed package binds a name by an assignment.
    fn is_assigned(&self, full: &str) -> bool {
        full.rsplit_once('.')
            .is_some_and(|(module, name)| self.installed_text_has(module, &format!("\n{name} = ")))
    }

    fn installed_text_has(&self, module: &str, words: &str) -> bool {
        let Some(Found::Installed { path, .. }) = self.find_installed(module) else { return false };
        let bytes = crate::source::read_file(&path).unwrap_or_default();
        crate::source::decode(&bytes).is_ok_and(|(text, _)| text.contains(words))
    }

    /// A function of an installed package that, by its name, makes patterns, or by which one works out a constant.
    pub(super) fn installed_function(&mut self, full: &str) -> R<Option<Val>> {
        let says_so =
            speaks_of_routes(super::short(full)) || self.works_out_constant() && !super::is_class_like(full);
        if !says_so || is_core(full) || is_standard_library(full) || self.is_ours(full) {
            return Ok(None);
        }
        Ok(self.installed_value(full)?.filter(|val| matches!(val.v, V::Func(_))))
    }

    /// What a module of an installed package makes a view of: `login = LoginView.as_view()`.
    pub(super) fn installed_view(&mut self, full: &str) -> R<Option<Val>> {
        let mut full: Rc<str> = full.into();
        for _ in 0..MAX_REEXPORTS {
            if is_core(&full)
                || super::is_class_like(&full)
                || is_standard_library(&full)
                || self.is_ours(&full)
            {
                break;
            }
            match self.installed_value(&full)? {
                Some(Val { v: V::Ref(next), .. }) if next != full => full = next,
                // What a function has made bears another name than it is bound to.
                Some(val) => {
                    let is_made = is_made_view(&val) || val.is_unknown() && self.is_assigned(&full);
                    return Ok(is_made.then_some(val));
                }
                None => break,
            }
        }
        Ok(None)
    }

    /// The value of a name in a module of an installed package.
    pub(super) fn installed_value(&mut self, full: &str) -> R<Option<Val>> {
        let Some((module, name)) = full.rsplit_once('.') else { return Ok(None) };
        let Some(id) = self.load_installed(module)? else { return Ok(None) };
        let scope = self.scope(self.modules[id as usize].scope);
        Ok(scope.and_then(|s| s.vars.get(name)).map(|binding| binding.val.clone()))
    }

    /// Whether a module of an installed package binds the name by `class` or `def`.
    fn defines(&self, id: u32, name: &str) -> bool {
        let scope = self.modules[id as usize].scope;
        self.scope(scope)
            .and_then(|s| s.vars.get(name))
            .is_some_and(|b| matches!(b.val.v, V::Class(_) | V::Func(_) | V::Ref(_)))
    }

    /// A module of the project or an installed one, to read its values.
    pub(super) fn any_module(&mut self, name: &str) -> R<Option<u32>> {
        match self.force_module(name)? {
            Some(id) => Ok(Some(id)),
            None if is_standard_library(name) => Ok(None),
            None => self.load_installed(name),
        }
    }

    /// Whether an app of `INSTALLED_APPS` lies in the same package, which is therefore installed.
    fn is_installed_app(&self, name: &str) -> bool {
        let top = name.split('.').next().unwrap_or(name);
        self.installed_apps().0.iter().any(|app| app.split('.').next() == Some(top))
    }
}

/// Whether a name is Django's or DRF's own, which are modelled.
fn is_core(full: &str) -> bool {
    matches!(full.split('.').next(), Some("django" | "rest_framework" | "builtins" | "__native__"))
}

/// Whether a name speaks of patterns or routers.
fn speaks_of_routes(name: &str) -> bool {
    says_any(name, &["url", "router", "pattern"])
}

/// Whether a name is that of a version, or, by PEP 8, that of a constant in a module of settings. Other modules take long
/// to run for what nobody decides by.
fn is_constant(name: &str, module: &str) -> bool {
    let is_capital = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let is_capitals = name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(is_capital);
    name == "__version__" || is_capitals && (name == "VERSION" || is_of_settings(module))
}

/// Whether a module of a package holds its settings, by its name: `app_settings`, `conf`, `defaults`.
fn is_of_settings(module: &str) -> bool {
    ["settings", "conf", "defaults", "constants"].iter().any(|word| super::short(module).contains(word))
}

/// Whether a value is what `as_view()` gave, also behind decorators.
fn is_made_view(val: &Val) -> bool {
    super::lib(val, "view").is_some()
        || super::lib(val, "wrapped").and_then(|w| w.args.get(1)).is_some_and(is_made_view)
}
