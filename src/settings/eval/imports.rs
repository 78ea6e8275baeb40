//! Imports: modules of the project are evaluated once, in order; installed packages are read where they are found;
//! anything else is a name outside the project.

use std::rc::Rc;

use super::functions::Args;
use super::raise::{R, Raise, TryFrame};
use super::val::{Binding, Name, Unk, V, Val};
use super::{Frame, Interp, ModuleInfo};
use crate::python::ast::{StmtImport, StmtImportFrom};
use crate::python::{ModulePath, ParsedModule, is_standard_library, parse};
use crate::settings::How;
use crate::source::{FileId, Span};

/// How deep imports may nest.
pub(super) const MAX_IMPORTS: usize = 100;
/// How many modules are evaluated, and how many in an outline.
pub(super) const MAX_MODULES: usize = 2000;
pub(super) const MAX_OUTLINE: usize = 24;
/// What including a file costs at least.
const INCLUDE_STEPS: usize = 500;

/// Where a module of the project is.
#[derive(Clone, Debug)]
pub(super) enum Found {
    File {
        file: FileId,
        is_package: bool,
    },
    /// A folder without `__init__.py`.
    Namespace,
    /// A file in `site-packages`.
    Installed {
        path: std::path::PathBuf,
        is_package: bool,
    },
}

impl<'a> Interp<'a> {
    /// The file of a dotted name.
    pub(super) fn find_module(&self, name: &str) -> Option<Found> {
        if let Some((file, is_package)) = self.project.module_file(self.sources, name) {
            return Some(Found::File { file, is_package });
        }
        let inner = name.replace('.', "/");
        for root in self.project.roots() {
            let prefix = if root.is_empty() { format!("{inner}/") } else { format!("{root}/{inner}/") };
            if self.sources.below(&prefix).any(|(_, f)| f.path.ends_with(".py")) {
                return Some(Found::Namespace);
            }
        }
        None
    }

    pub(super) fn find_installed(&self, name: &str) -> Option<Found> {
        let site = self.project.site_packages.as_ref()?;
        let mut path = site.clone();
        for part in name.split('.') {
            if part.is_empty() || part.contains('/') {
                return None;
            }
            path.push(part);
        }
        let package = path.join("__init__.py");
        if package.is_file() {
            return Some(Found::Installed { path: package, is_package: true });
        }
        path.set_extension("py");
        path.is_file().then_some(Found::Installed { path, is_package: false })
    }

    /// Evaluates a module of the project, or gives the one there is. `None` when it is not in the project.
    pub(super) fn load(&mut self, name: &str) -> R<Option<u32>> {
        if let Some(&id) = self.by_name.get(name)
            && self.heap.get(self.modules[id as usize].scope).is_some()
        {
            return Ok(Some(id));
        }
        let Some(found) = self.find_module(name) else { return Ok(None) };
        // Packages on the way are imported first.
        if let Some((parent, _)) = name.rsplit_once('.')
            && !self.by_name.contains_key(parent)
        {
            self.load(parent)?;
        }
        match found {
            Found::File { file, is_package } => self.load_file(name, file, is_package).map(Some),
            Found::Namespace => Ok(Some(self.register(name, None, "".into(), true))),
            Found::Installed { .. } => Ok(None),
        }
    }

    pub(super) fn register(
        &mut self,
        name: &str,
        file: Option<FileId>,
        path: Rc<str>,
        is_package: bool,
    ) -> u32 {
        let scope = self.new_scope();
        let name: Name = name.into();
        let id = self.modules.len() as u32;
        let base: Name =
            if is_package { name.clone() } else { name.rsplit_once('.').map_or("".into(), |p| p.0.into()) };
        for (key, val) in [
            ("__name__", Val::str(&name)),
            ("__file__", Val::new(V::Str(path.clone()))),
            ("__package__", Val::str(&base)),
            ("__path__", Val::new(V::None)),
            ("__doc__", Val::new(V::None)),
        ] {
            let val = match key {
                "__path__" if !is_package => continue,
                "__path__" => self.list(vec![Val::str(super::paths::dirname(&path))]),
                _ => val,
            };
            if let Some(scope) = self.scope_mut(scope) {
                scope.vars.insert(key.into(), Binding::plain(val));
            }
        }
        self.modules.push(ModuleInfo { name: name.clone(), file, is_package, scope });
        self.by_name.insert(name.clone(), id);
        // A submodule is an attribute of its package.
        if let Some((parent, short)) = name.rsplit_once('.')
            && let Some(&parent) = self.by_name.get(parent)
        {
            let scope = self.modules[parent as usize].scope;
            if let Some(scope) = self.scope_mut(scope)
                && !scope.vars.contains_key(short)
            {
                scope.vars.insert(short.into(), Binding::plain(Val::new(V::Module(id))));
            }
        }
        id
    }

    pub(super) fn absolute_path(&self, file: FileId) -> Rc<str> {
        let root = self.sources.root().to_string_lossy();
        format!("{}/{}", root.trim_end_matches('/'), self.sources.path(file)).into()
    }

    /// Evaluates a file as a module.
    pub(super) fn load_file(&mut self, name: &str, file: FileId, is_package: bool) -> R<u32> {
        // What it imports in turn belongs to it.
        let Some(watched) = self.beforehand.take() else { return self.run_file(name, file, is_package) };
        let before = self.heap.clone();
        let result = self.run_file(name, file, is_package);
        self.beforehand = Some(watched);
        self.note_import(&before);
        result
    }

    fn run_file(&mut self, name: &str, file: FileId, is_package: bool) -> R<u32> {
        let path = self.absolute_path(file);
        let id = self.register(name, Some(file), path, is_package);
        let scope = self.modules[id as usize].scope;
        let most = if self.imports_settings() { MAX_MODULES } else { self.most_modules };
        let cause: Rc<str> = if self.modules.len() > most {
            "too many modules are imported".into()
        } else if self.frames.len() > MAX_IMPORTS {
            "imports nest too deeply".into()
        } else {
            self.note_file(file);
            let arena = self.arena;
            self.run_module(id, scope, Some(file), arena.file(file))?;
            return Ok(id);
        };
        self.open_scope(scope, &cause, true);
        Ok(id)
    }

    /// Whether the import stands in a file beside settings modules: these are composed there.
    fn imports_settings(&self) -> bool {
        let folder = |file: FileId| self.sources.path(file).rsplit_once('/').map_or("", |(folder, _)| folder);
        let Some(here) = self.frame_ref().file.map(folder) else { return true };
        self.project.candidates.iter().any(|candidate| folder(candidate.file) == here)
    }

    pub(super) fn note_file(&mut self, file: FileId) {
        if !self.files.contains(&file) {
            self.files.push(file);
        }
    }

    /// Runs the body of a module in a namespace.
    pub(super) fn run_module(
        &mut self,
        module: u32,
        scope: u32,
        file: Option<FileId>,
        parsed: &'a ParsedModule,
    ) -> R<()> {
        if let Some(error) = parsed.errors.first() {
            let at = file.map(|f| Span::new(f, error.range));
            let line = at.map_or(0, |at| self.sources.line(at));
            let cause: Rc<str> = format!("the module has a syntax error in line {line}").into();
            self.problem(at, format!("a syntax error: {}", error.message));
            self.open_scope(scope, &cause, true);
            let raise = Raise::new("SyntaxError", cause.clone());
            if self.catches(&raise) {
                self.may_raise(&cause);
            } else {
                self.note_end(&raise);
            }
            return Ok(());
        }
        let uncertain = self.frames.last().map_or(0, |f| f.uncertain);
        self.frames.push(Frame { uncertain, ..Frame::of_body(vec![scope], module, file, None) });
        let result = self.exec_block(parsed.body());
        self.frames.pop();
        match result {
            Ok(_) => Ok(()),
            Err(raise) if raise.stop || self.catches(&raise) => {
                if raise.stop {
                    self.open_scope(scope, &raise.cause, false);
                }
                Err(raise)
            }
            Err(raise) => {
                let at = file.map(|f| Span { file: f, range: (0, 0) });
                let what = match parsed.body().first() {
                    Some(_) => format!("the import of this module ends early: it {}", raise.cause),
                    None => raise.cause.to_string(),
                };
                self.problem(at, what);
                self.note_end(&raise);
                // A program that ends delivers nothing.
                self.open_scope(scope, &raise.cause, raise.is_meant());
                Ok(())
            }
        }
    }

    /// An exception that nobody catches, and that no other variable would avoid, ends the import.
    pub(super) fn note_end(&mut self, raise: &Raise) {
        let in_any_environment = raise.env.as_slice().iter().all(|r| r.supplied);
        let missing = raise.classes.iter().any(|c| &**c == "ImportError");
        if self.ended.is_none()
            && !raise.any
            && !missing
            && self.frame_ref().uncertain == 0
            && in_any_environment
        {
            self.ended = Some(format!("the import ends early: it {}", raise.cause).into());
        }
    }

    /// Whether the first part of a dotted name is a package of the project.
    fn is_own(&self, name: &str) -> bool {
        let top = name.split('.').next().unwrap_or(name);
        self.find_module(top).is_some()
    }

    pub(super) fn exec_import(&mut self, import: &'a StmtImport) -> R<()> {
        if self.is_routing() {
            return self.import_routed(import);
        }
        for alias in &import.names {
            let name = alias.name.as_str();
            let val = self.import_value(name, None)?;
            let at = self.span(alias);
            let step = self.step(at, How::Imported, "");
            match &alias.asname {
                Some(asname) => self.bind(asname, val, step, Vec::new()),
                None => {
                    let top = name.split('.').next().unwrap_or(name);
                    let val = if top == name { val } else { self.import_value(top, None)? };
                    self.bind(top, val, step, Vec::new());
                }
            }
        }
        Ok(())
    }

    /// The module of a dotted name; an exception when it is the project's and is not there.
    pub(super) fn import_value(&mut self, name: &str, at: Option<Span>) -> R<Val> {
        if let Some(id) = self.load(name)? {
            return Ok(Val::new(V::Module(id)).at(at));
        }
        if is_standard_library(name) {
            return Ok(Val::new(V::Ref(name.into())));
        }
        if self.is_own(name) {
            self.miss(name)?;
            self.problem(at, format!("{name} is imported but is not in the project"));
            return Ok(Val::unknown(format!("{name} is not in the project")));
        }
        self.may_be_missing(name);
        Ok(Val::new(V::Ref(name.into())))
    }

    /// A module without a file: an exception where somebody is ready for it, unless nothing works without it.
    fn miss(&mut self, name: &str) -> R<()> {
        let raise = Raise::no_module(name);
        let wanted = self.catches(&raise) && !self.indispensable.iter().any(|known| **known == *name);
        if wanted { Err(raise) } else { Ok(()) }
    }

    /// A package that is not part of the project may not be installed.
    pub(super) fn may_be_missing(&mut self, name: &str) {
        let top = name.split('.').next().unwrap_or(name);
        if is_standard_library(name)
            || matches!(top, "django" | "rest_framework" | "environ" | "decouple" | "__native__")
            || self.is_needed_at_start()
        {
            return;
        }
        if self.project.site_packages.is_some() && self.find_installed(top).is_some() {
            return;
        }
        let mut raise = *Raise::new("ModuleNotFoundError", format!("{name} may not be installed"));
        raise.any = false;
        self.pend(self.heap.clone(), raise);
    }

    pub(super) fn exec_import_from(&mut self, import: &'a StmtImportFrom) -> R<()> {
        if self.is_routing() {
            return self.import_from_routed(import);
        }
        let at = self.span(import);
        let module = import.module.as_deref();
        if module == Some("__future__") {
            return Ok(());
        }
        let own = &self.modules[self.frame_ref().module as usize];
        let own = ModulePath { name: own.name.to_string(), is_package: own.is_package };
        let outside = import.level > 0 && !own.is_package && !own.name.contains('.');
        let Some(name) = own.resolve_relative(import.level, module).filter(|_| !outside) else {
            return Err(Raise::new("ImportError", "imports from above the top package"));
        };
        let star = import.names.iter().any(|a| a.name.as_str() == "*");
        let Some(id) = self.load(&name)? else {
            return self.import_from_outside(import, &name, star, at);
        };
        if star {
            return self.import_star(id, at);
        }
        for alias in &import.names {
            let step = self.step(self.span(alias), How::Imported, "");
            let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            let scope = self.modules[id as usize].scope;
            let found = self.scope(scope).and_then(|s| s.vars.get(alias.name.as_str())).cloned();
            if let Some(binding) = found {
                self.bind(bound, binding.val, step, (*binding.steps).clone());
                continue;
            }
            let submodule = format!("{name}.{}", alias.name);
            if let Some(module) = self.load(&submodule)? {
                self.bind(bound, Val::new(V::Module(module)), step, Vec::new());
                continue;
            }
            let val = match self.module_attr(id, &alias.name) {
                Ok(val) => val,
                Err(_) => {
                    let raise = Raise::new(
                        "ImportError",
                        format!("imports {}, which {name} does not have", alias.name),
                    );
                    if self.catches(&raise) {
                        return Err(raise);
                    }
                    self.problem(at, format!("{name} has no {}", alias.name));
                    Val::unknown(format!("{name} has no {}", alias.name))
                }
            };
            self.bind(bound, val, step, Vec::new());
        }
        Ok(())
    }

    fn import_from_outside(
        &mut self,
        import: &'a StmtImportFrom,
        name: &str,
        star: bool,
        at: Option<Span>,
    ) -> R<()> {
        if self.is_own(name) && !is_standard_library(name) {
            self.miss(name)?;
            self.problem(at, format!("{name} is imported but is not in the project"));
            let cause: Rc<str> = format!("{name} is not in the project").into();
            if star {
                let scope = self.frame_ref().scope;
                self.open_scope(scope, &cause, true);
            }
            for alias in import.names.iter().filter(|a| a.name.as_str() != "*") {
                let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                self.bind(bound, Val::unknown(cause.clone()), None, Vec::new());
            }
            return Ok(());
        }
        let upper = |n: &str| {
            n.len() > 1 && n.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit())
        };
        let wants_source = star || import.names.iter().any(|a| upper(&a.name));
        let modelled = is_standard_library(name) || name.starts_with("django.");
        if wants_source
            && !modelled
            && let Some(id) = self.load_installed(name)?
        {
            if star {
                return self.import_star(id, at);
            }
            for alias in &import.names {
                let step = self.step(self.span(alias), How::Imported, "");
                let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                let val = self
                    .module_attr(id, &alias.name)
                    .unwrap_or_else(|_| Val::unknown(format!("{name} has no {}", alias.name)));
                self.bind(bound, val, step, Vec::new());
            }
            return Ok(());
        }
        if star && !name.contains('.') && !is_standard_library(name) && self.find_installed(name).is_none() {
            // `try: from local_settings import *`: a module of the machine, which is not in the repository.
            self.miss(name)?;
        }
        self.may_be_missing(name);
        if star {
            if name == "django.conf.global_settings" {
                self.bind_django_defaults();
                return Ok(());
            }
            if is_standard_library(name) {
                return Ok(());
            }
            let cause: Rc<str> =
                format!("everything is imported from {name}, which is not installed here").into();
            self.problem(at, cause.to_string());
            let scope = self.frame_ref().scope;
            self.open_scope(scope, &cause, true);
            return Ok(());
        }
        for alias in &import.names {
            let step = self.step(self.span(alias), How::Imported, "");
            let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            let val = self.ref_attr(name, &alias.name);
            let val = match &val.v {
                // A constant of a package: what it is, only its source says.
                V::Ref(_) if upper(&alias.name) && !modelled => {
                    Val::unknown(format!("imported from {name}, which is not part of the project"))
                }
                _ => val,
            };
            self.bind(bound, val, step, Vec::new());
        }
        Ok(())
    }

    /// Reads a module of an installed package.
    pub(super) fn load_installed(&mut self, name: &str) -> R<Option<u32>> {
        if let Some(&id) = self.by_name.get(name) {
            return Ok(Some(id));
        }
        let Some(Found::Installed { path, is_package }) = self.find_installed(name) else { return Ok(None) };
        if self.installed >= self.arena.installed.len() {
            return Ok(None);
        }
        let Ok(bytes) = crate::source::read_file(&path) else { return Ok(None) };
        let Ok((text, _)) = crate::source::decode(&bytes) else { return Ok(None) };
        let slot = self.installed;
        self.installed += 1;
        let arena = self.arena;
        let parsed = arena.installed[slot].get_or_init(|| parse(&text));
        let id = self.register(name, None, path.to_string_lossy().into(), is_package);
        let scope = self.modules[id as usize].scope;
        self.run_module(id, scope, None, parsed)?;
        Ok(Some(id))
    }

    /// `from module import *` into the running namespace.
    pub(super) fn import_star(&mut self, id: u32, at: Option<Span>) -> R<()> {
        let target = self.frame_ref().scope;
        let source = self.modules[id as usize].scope;
        if source == target {
            return Ok(());
        }
        let Some(scope) = self.scope(source) else { return Ok(()) };
        let open = scope.open.clone();
        let all = scope.vars.get("__all__").map(|b| b.val.clone());
        let bindings: Vec<(Name, Binding)> = scope.vars.iter().map(|(n, b)| (n.clone(), b.clone())).collect();
        let all = all.map(|val| self.iterate(&val));
        let in_all = |seq: &super::Seq| seq.items.iter().filter_map(|v| v.as_str().cloned()).collect();
        let listed: Option<Vec<Rc<str>>> = all.as_ref().filter(|seq| seq.rest.is_none()).map(in_all);
        // Of these nobody knows whether they are listed.
        let surely: Vec<Rc<str>> = all.as_ref().map(in_all).unwrap_or_default();
        let unclear = all.and_then(|seq| seq.rest);
        let is_open = open.is_some();
        if let Some(cause) = open {
            // What is bound already may be replaced by what nobody saw.
            self.open_scope(target, &cause, true);
        }
        let step = self.step(at, How::Imported, "");
        let find = |name: &str| bindings.iter().find(|(n, _)| **n == *name).map(|(_, b)| b.clone());
        let names: Vec<Name> = match &listed {
            Some(names) => names.clone(),
            None => bindings.iter().map(|(n, _)| n.clone()).filter(|n| !n.starts_with('_')).collect(),
        };
        for name in names {
            if let Some(binding) = find(&name) {
                if let Some(cause) = unclear.as_ref().filter(|_| !surely.contains(&name)) {
                    self.bind_perhaps(target, &name, binding.val, cause);
                    continue;
                }
                self.bind_in(target, &name, binding.val, step.clone(), (*binding.steps).clone());
                continue;
            }
            let module = self.modules[id as usize].name.clone();
            match self.load(&format!("{module}.{name}"))? {
                Some(part) => {
                    self.bind_in(target, &name, Val::new(V::Module(part)), step.clone(), Vec::new());
                }
                None if is_open => {}
                None => {
                    let text = format!("lists {name} in __all__, which {module} does not have");
                    return Err(Raise::new("AttributeError", text));
                }
            }
        }
        Ok(())
    }

    /// A name that may be bound to this, or stay what it is.
    fn bind_perhaps(&mut self, scope: u32, name: &str, val: Val, cause: &Rc<str>) {
        let old = self.scope(scope).and_then(|s| s.vars.get(name)).map(|b| b.val.clone());
        let given = match val.unk().map(|unk| unk.candidates.as_slice()) {
            Some([only]) => only,
            _ => &val,
        };
        let is_same = |old: &Val| {
            old.heap_id() == given.heap_id() && super::join::same(old, &self.heap, given, &self.heap, 0)
        };
        if old.as_ref().is_some_and(is_same) {
            return;
        }
        let old_is_unknown = old.as_ref().is_some_and(Val::is_unknown);
        let (maybe_unset, mut candidates) = match old {
            Some(old) if old.is_unknown() => (old.unk().is_some_and(|u| u.maybe_unset), Vec::new()),
            Some(old) => (false, vec![old]),
            None => (true, Vec::new()),
        };
        if val.is_unknown() || old_is_unknown {
            self.taint_all(&candidates, cause);
            self.taint(&val, cause);
            candidates.clear();
        } else {
            candidates.push(val.clone());
        }
        let unk = Unk { candidates, maybe_unset, ..Unk::of(cause.clone()) };
        let val = Val { v: V::Unknown(Rc::new(unk)), ..val };
        self.bind_in(scope, name, val, None, Vec::new());
    }

    /// `module.name`.
    pub(super) fn module_attr(&mut self, id: u32, name: &str) -> R<Val> {
        let scope = self.modules[id as usize].scope;
        if let Some(binding) = self.scope(scope).and_then(|s| s.vars.get(name)) {
            let val = binding.val.clone();
            return self.made(val);
        }
        if name == "__dict__" {
            return Ok(Val::new(V::Namespace(scope)));
        }
        if let Some(cause) = self.scope(scope).and_then(|s| s.open.clone()) {
            self.may_raise(&cause);
            return Ok(Val::unknown(cause));
        }
        if name == "__package__" {
            let module = &self.modules[id as usize];
            let parent = module.name.rsplit_once('.').map_or("", |(parent, _)| parent);
            return Ok(Val::str(if module.is_package { &module.name } else { parent }));
        }
        if matches!(name, "__builtins__" | "__cached__" | "__doc__" | "__loader__" | "__path__" | "__spec__")
        {
            return Ok(Val::unknown(format!("{name} of a module")));
        }
        let module = self.modules[id as usize].name.clone();
        if let Some(V::Func(func)) =
            self.scope(scope).and_then(|s| s.vars.get("__getattr__")).map(|b| b.val.v.clone())
        {
            // That it raises is seen by whoever asks, who may catch something else.
            let handlers = vec![Some(vec!["AttributeError".to_owned()])];
            self.tries.push(TryFrame { handlers, ..TryFrame::default() });
            let args = Args { pos: vec![Val::str(name)], ..Args::default() };
            let result = self.call_function(func, None, args);
            let pending = self.tries.pop().map(|frame| frame.pending).unwrap_or_default();
            for (heap, raise) in pending {
                self.pend(heap, raise);
            }
            return result;
        }
        Err(Raise::new("AttributeError", format!("asks {module} for {name}, which is not there")))
    }

    /// Runs a file in the running namespace (split_settings, `exec`).
    pub(super) fn include_file(&mut self, file: FileId, scope: u32) -> R<()> {
        if self.frames.len() > MAX_IMPORTS {
            return Ok(());
        }
        // Reading and running a file costs more than a statement.
        self.spend(INCLUDE_STEPS)?;
        self.note_file(file);
        let included = (file, scope, self.frame_ref().uncertain == 0);
        if !self.included.contains(&included) {
            self.included.push(included);
        }
        let arena = self.arena;
        let module = self.frame_ref().module;
        let path = self.absolute_path(file);
        let old = self.scope(scope).and_then(|s| s.vars.get("__file__").cloned());
        if let Some(scope) = self.scope_mut(scope) {
            scope.vars.insert("__file__".into(), Binding::plain(Val::new(V::Str(path))));
        }
        let result = self.run_module(module, scope, Some(file), arena.file(file));
        if let (Some(scope), Some(old)) = (self.scope_mut(scope), old) {
            scope.vars.insert("__file__".into(), old);
        }
        result
    }
}
