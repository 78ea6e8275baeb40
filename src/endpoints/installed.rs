//! The source of installed packages, as far as the project's views rest on it: classes behind URLs, bases of the
//! project's classes, permissions and the like that views and settings name. Files are read on demand, name by name.
//!
//! Django and DRF themselves, and what else the table of library classes holds, are left out: their source would say
//! nothing more.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::index::items::{Bound, ClassItem, FileItems, FunctionItem, ImportItem, collect};
use crate::index::{Ancestor, Framework, ProjectIndex, Resolution};
use crate::project::{Project, speaks_of_django};
use crate::python::{ModulePath, tree};
use crate::settings::routes::{Target, UrlMap};
use crate::settings::{Node, SettingsModel, Value};
use crate::source::{SourceFile, Sources, read_file};

/// More files of packages are not read.
const MAX_FILES: usize = 400;
/// The views behind the URLs come last and may take so many more.
const MAX_VIEW_FILES: usize = 100;
/// Longer chains of imports are circles.
const MAX_HOPS: usize = 40;
/// How far from a view's class the names are followed that only its methods use.
const MAX_USES: usize = 2;

/// The project with the installed source that matters to its views.
pub(super) struct Installed {
    pub(super) sources: Sources,
    pub(super) index: ProjectIndex,
}

/// Begins with what matters whatever the URLs are. `None` where no environment is there.
pub(super) fn begin(
    sources: &Sources,
    project: &Project,
    model: &SettingsModel,
    index: &ProjectIndex,
) -> Option<Reader> {
    let mut reader = Reader {
        site: project.site_packages.clone()?,
        sources: sources.clone(),
        modules: FxHashMap::default(),
        files: Vec::new(),
        seen: FxHashMap::default(),
        speaking: FxHashMap::default(),
        most: MAX_FILES,
        hops: 0,
    };
    reader.need_of_settings(model);
    reader.need_of_project(index);
    let apps = model.get("INSTALLED_APPS").and_then(|apps| apps.node.as_items());
    for app in apps.iter().flat_map(|apps| &apps.items) {
        if let Some(app) = app.as_str().filter(|app| !is_core(app)) {
            reader.need_app(app);
        }
    }
    Some(reader)
}

/// The dotted names that `REST_FRAMEWORK` gives.
fn setting_names(model: &SettingsModel) -> Vec<String> {
    let mut names = Vec::new();
    let mut todo: Vec<&Node> = model.lookup(&["REST_FRAMEWORK"]).into_iter().collect();
    while let Some(node) = todo.pop() {
        match &node.value {
            Value::Str(text) | Value::Ref(text) if text.contains('.') => names.push(text.clone()),
            _ => todo.extend(node.children()),
        }
    }
    names
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// Reads modules of one `site-packages`.
pub(super) struct Reader {
    site: PathBuf,
    sources: Sources,
    /// Position in `files` by module name; `None` for one that is not there.
    modules: FxHashMap<String, Option<usize>>,
    files: Vec<(Arc<FileItems>, ModulePath)>,
    /// How far from a view's class each name was followed at the least.
    seen: FxHashMap<String, usize>,
    /// Whether a top-level package has to do with Django, as far as somebody asked.
    speaking: FxHashMap<String, bool>,
    /// How many files are read.
    most: usize,
    hops: usize,
}

impl Reader {
    /// Adds what the URLs need, and the settings as the apps leave them. `None` where nothing of the packages matters.
    pub(super) fn finish(
        mut self,
        project: &Project,
        model: &SettingsModel,
        index: &ProjectIndex,
        map: &UrlMap,
    ) -> Option<Installed> {
        self.most += MAX_VIEW_FILES;
        for pattern in &map.patterns {
            if let Target::Name(name) = &pattern.callback.target {
                self.need_view(name);
            }
        }
        self.need_of_settings(model);
        if self.files.is_empty() {
            return None;
        }
        let Self { site, sources, files, .. } = self;
        let items: Vec<_> = files.into_iter().map(|(items, _)| items).collect();
        let index = index.with_library(&sources, project, &shown(&site), &items);
        Some(Installed { sources, index })
    }

    /// What `REST_FRAMEWORK` names.
    fn need_of_settings(&mut self, model: &SettingsModel) {
        for name in setting_names(model) {
            self.need(&name, 0);
        }
    }

    /// The configuration of an installed app, where it speaks of DRF's settings.
    fn need_app(&mut self, entry: &str) {
        let is_class = |name: &str| name.starts_with(|c: char| c.is_ascii_uppercase());
        let module = match entry.rsplit_once('.') {
            Some((module, class)) if is_class(class) => module.to_owned(),
            _ => format!("{entry}.apps"),
        };
        let path = self.site.join(module.replace('.', "/")).with_extension("py");
        let speaks = |bytes: Vec<u8>| memchr::memmem::find(&bytes, b"REST_FRAMEWORK").is_some();
        if !read_file(&path).is_ok_and(speaks) {
            return;
        }
        let Some(position) = self.module(&module) else { return };
        let names: Vec<String> = self.files[position].0.classes.iter().map(|c| c.name.to_string()).collect();
        for name in names {
            self.need(&format!("{module}.{name}"), 0);
        }
    }

    /// What the project's own views and permissions name of packages.
    fn need_of_project(&mut self, index: &ProjectIndex) {
        for items in index.files() {
            let is_ours = |class: &&ClassItem| {
                index.class_standing_at(class.at).is_some_and(|id| matters(&index.mro(id).order))
            };
            let classes: Vec<&ClassItem> = items.classes.iter().filter(is_ours).collect();
            let is_view = |f: &&FunctionItem| f.decorators.iter().any(|d| d.name.is_some());
            if classes.is_empty() && items.functions.iter().filter(is_view).count() == 0 {
                continue;
            }
            let mut names: Vec<(&str, crate::source::Span)> = Vec::new();
            for class in &classes {
                names.extend(class.bases.iter().filter_map(|b| Some((b.name.as_deref()?, class.at))));
                names.extend(class_names(class).into_iter().map(|n| (n, class.at)));
            }
            for function in items.functions.iter().filter(is_view) {
                names.extend(function_names(function).into_iter().map(|n| (n, function.at)));
            }
            for (name, at) in names {
                match index.resolve_at(at, name) {
                    Resolution::External(full) => self.need(&full, 0),
                    Resolution::Unresolved(_) => {
                        for star in items.stars.iter().filter(|s| s.level == 0) {
                            self.need(&format!("{}.{name}", star.module), 0);
                        }
                    }
                    Resolution::Resolved(_) => {}
                }
            }
            if classes.is_empty() {
                continue;
            }
            for import in items.imports.iter().filter(|i| is_class_name(i)) {
                let at = import.at;
                let name = import.name.as_deref();
                if let Resolution::External(full) =
                    index.resolve_import(at, import.level, &import.module, name)
                {
                    self.need(&full, 1);
                }
            }
        }
    }

    /// Reads what defines a view, also one of Django or DRF that the table does not hold.
    fn need_view(&mut self, name: &str) {
        if is_core(name) && Framework::builtin().find(name).is_none() {
            if let Some((module, class)) = name.rsplit_once('.')
                && let Some(position) = self.module(module)
            {
                self.local(position, class, MAX_USES);
            }
            return;
        }
        self.need(name, 0);
    }

    /// Reads what defines a dotted name, and what that rests on. Names that only methods use are as many as there are
    /// libraries: of these, those that have nothing to do with Django are left out.
    fn need(&mut self, full: &str, uses: usize) {
        let is_known = || Framework::builtin().find(full).is_some();
        if uses > 0 && !self.speaks(full) {
            return;
        }
        if !self.is_new(full, uses) || is_core(full) || is_known() {
            return;
        }
        let mut module = full;
        let position = loop {
            if let Some(position) = self.module(module) {
                break position;
            }
            match module.rsplit_once('.') {
                Some((outer, _)) => module = outer,
                None => return,
            }
        };
        let rest = full[module.len()..].trim_start_matches('.');
        if !rest.is_empty() && self.hops < MAX_HOPS {
            self.hops += 1;
            self.local(position, rest, uses);
            self.hops -= 1;
        }
    }

    /// Whether the package of a dotted name has to do with Django.
    fn speaks(&mut self, full: &str) -> bool {
        let top = full.split('.').next().unwrap_or(full);
        if let Some(known) = self.speaking.get(top) {
            return *known;
        }
        let speaks = speaks_of_django(&self.site, top);
        self.speaking.insert(top.to_owned(), speaks);
        speaks
    }

    /// What a dotted name means in a module that was read.
    fn local(&mut self, position: usize, name: &str, uses: usize) {
        let (items, module) = self.files[position].clone();
        let (first, rest) = name.split_once('.').map_or((name, ""), |(f, r)| (f, r));
        let bindings = items.bindings_of(first);
        for binding in bindings {
            match binding.to {
                Bound::Import(i) => {
                    if let Some(full) = absolute(&module, &items.imports[i as usize]) {
                        let full = if rest.is_empty() { full } else { format!("{full}.{rest}") };
                        self.need(&full, uses);
                    }
                }
                Bound::Class(i) => self.class(position, &items.classes[i as usize], uses),
                Bound::Function(i) => {
                    for name in function_names(&items.functions[i as usize]) {
                        self.inner(position, &module, name, uses);
                    }
                }
                Bound::Value(i) => {
                    for name in items.values[i as usize].value.names() {
                        self.inner(position, &module, name, uses);
                    }
                }
            }
        }
        if bindings.is_empty() {
            for star in &items.stars {
                if let Some(from) = absolute(&module, star).filter(|from| self.module(from).is_some()) {
                    self.need(&format!("{from}.{name}"), uses);
                }
            }
        }
    }

    /// A name that a module uses, followed once.
    fn inner(&mut self, position: usize, module: &ModulePath, name: &str, uses: usize) {
        let full = format!("{}.{name}", module.name);
        if self.is_new(&full, uses) {
            self.local(position, name, uses);
        }
    }

    /// Whether a name is to be followed: it was not, or only from farther away.
    fn is_new(&mut self, full: &str, uses: usize) -> bool {
        if self.seen.get(full).is_some_and(|before| *before <= uses) {
            return false;
        }
        self.seen.insert(full.to_owned(), uses);
        true
    }

    fn class(&mut self, position: usize, class: &ClassItem, uses: usize) {
        let (items, module) = self.files[position].clone();
        for name in class.bases.iter().filter_map(|b| b.name.as_deref()).chain(class_names(class)) {
            self.inner(position, &module, name, uses);
        }
        if uses >= MAX_USES {
            return;
        }
        for import in items.imports.iter().filter(|i| is_class_name(i)) {
            if let Some(full) = absolute(&module, import) {
                self.need(&full, uses + 1);
            }
        }
    }

    /// Reads a module, once.
    fn module(&mut self, name: &str) -> Option<usize> {
        if let Some(known) = self.modules.get(name) {
            return *known;
        }
        let position = self.read(name);
        if position.is_some() || self.files.len() < self.most {
            self.modules.insert(name.to_owned(), position);
        }
        position
    }

    fn read(&mut self, name: &str) -> Option<usize> {
        if self.files.len() >= self.most || name.split('.').any(|part| part.is_empty() || part.contains('/'))
        {
            return None;
        }
        let base = self.site.join(name.replace('.', "/"));
        let package = base.join("__init__.py");
        let (path, is_package) =
            if package.is_file() { (package, true) } else { (base.with_extension("py"), false) };
        let file = SourceFile::from_bytes(shown(&path), read_file(&path).ok()?).ok()?;
        let id = self.sources.add(file);
        let items = collect(&self.sources, id, &tree(&self.sources, id));
        self.files.push((Arc::new(items), ModulePath { name: name.to_owned(), is_package }));
        Some(self.files.len() - 1)
    }
}

/// Whether a class may be a view, a permission or the like: it has a base of a library that is no plain class.
fn matters(order: &[Ancestor]) -> bool {
    order.iter().any(|a| matches!(a, Ancestor::Framework(_) | Ancestor::Unknown(_)))
}

/// The names in what a class and its methods are decorated with, and in the attributes that may be policy.
fn class_names(class: &ClassItem) -> Vec<&str> {
    let is_policy =
        |name: &str| name.ends_with("_class") || name.ends_with("_classes") || name == "filter_backends";
    let attributes = class.attributes.iter().filter(|a| is_policy(&a.name)).flat_map(|a| a.value.names());
    let own = class.decorators.iter().filter_map(|d| d.name.as_deref());
    attributes.chain(own).chain(class.methods.iter().flat_map(function_names)).collect()
}

fn function_names(function: &FunctionItem) -> Vec<&str> {
    let names = function.decorators.iter().flat_map(|d| {
        d.name.as_deref().into_iter().chain(d.arguments.iter().flatten().flat_map(|a| a.value.names()))
    });
    names.collect()
}

/// Whether an import brings something that is named as a class.
fn is_class_name(import: &ImportItem) -> bool {
    import.name.as_deref().is_some_and(|name| name.starts_with(|c: char| c.is_ascii_uppercase()))
}

fn is_core(name: &str) -> bool {
    matches!(name.split('.').next(), Some("django" | "rest_framework" | "builtins"))
}

/// The absolute dotted name of what an import brings.
fn absolute(module: &ModulePath, import: &ImportItem) -> Option<String> {
    let written = (!import.module.is_empty()).then_some(&*import.module);
    let from = module.resolve_relative(import.level, written)?;
    Some(match &import.name {
        Some(name) => format!("{from}.{name}"),
        None => from,
    })
}
