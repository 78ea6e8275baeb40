//! Names across files: imports, aliases, re-exports, star imports.

use super::items::{Binding, Bound, FileItems, FunctionItem, ImportItem, ValueItem};
use super::{ClassId, Expression, Framework, FunctionId, Lookup, ProjectIndex, join};
use crate::source::{FileId, Span};

/// Longer chains of re-exports are cyclic, or as good as.
const MAX_HOPS: usize = 40;

/// Where a name ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution<T> {
    /// In the project.
    Resolved(T),
    /// In a library, by the name under which it is defined where that is known, else as imported.
    External(String),
    /// It cannot be told; the clause says why.
    Unresolved(String),
}

/// What a name of the project stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entity {
    /// A class.
    Class(ClassId),
    /// A module-level function.
    Function(FunctionId),
    /// A module-level value that is no plain alias: the file, and the position in its values.
    Value(FileId, u32),
    /// A module, or a package's `__init__`.
    Module(FileId),
}

/// An entity, or a folder of modules on the way to one.
#[derive(Clone, Debug)]
pub(super) enum Step {
    At(Entity),
    /// The folder, and the file that names it.
    Namespace(String, FileId),
    External(String),
    Failed(String),
}

impl ProjectIndex {
    /// What a dotted name means at module level of `file`, once the module has run.
    pub fn resolve(&self, file: FileId, name: &str) -> Resolution<Entity> {
        finish(self.dotted(file, name, None, 0))
    }

    /// What a dotted name means for module-level code at `at`: later bindings do not count
    /// (`class View(View)` after `from library import View`).
    pub fn resolve_at(&self, at: Span, name: &str) -> Resolution<Entity> {
        finish(self.dotted(at.file, name, Some(at.range.0), 0))
    }

    /// What a dotted name means in the body of a class: its own names come before the module's.
    pub fn resolve_in_class(&self, class: ClassId, name: &str) -> Resolution<Entity> {
        let end = self.class(class).at.range.1;
        self.resolve_in_body(class, Span { file: self.class_file(class), range: (end, end) }, name)
    }

    /// What each beginning of a dotted name means, shortest first (of `shop.models.Order`: `shop`, `shop.models`, …), in
    /// the body of a class or at module level. It ends where there is nothing more to find.
    pub(super) fn resolve_each<'a>(
        &'a self,
        file: FileId,
        class: Option<ClassId>,
        dotted: &'a str,
    ) -> impl Iterator<Item = Resolution<Entity>> + 'a {
        let (first, rest) = dotted.split_once('.').unwrap_or((dotted, ""));
        let start = match class {
            Some(class) => {
                let end = self.class(class).at.range.1;
                self.first_in_body(class, Span { file: self.class_file(class), range: (end, end) }, first)
            }
            None => self.name(file, first, None, 0),
        };
        let mut parts = rest.split('.').filter(|part| !part.is_empty());
        let next = move |step: &Step| match step {
            Step::Failed(_) => None,
            step => Some(self.member(step.clone(), parts.next()?, 0)),
        };
        std::iter::successors(Some(start), next).map(finish)
    }

    /// What a dotted name means in the body of a class for the code at `at`.
    pub(super) fn resolve_in_body(&self, class: ClassId, at: Span, name: &str) -> Resolution<Entity> {
        let (first, rest) = name.split_once('.').map_or((name, None), |(f, r)| (f, Some(r)));
        finish(self.members(self.first_in_body(class, at, first), rest, 0))
    }

    /// What a name without dots means there.
    fn first_in_body(&self, class: ClassId, at: Span, name: &str) -> Step {
        let item = self.class(class);
        if let Some(inner) = self.nested(class, name).filter(|&i| self.class(i).at.range.0 < at.range.0) {
            return Step::At(Entity::Class(inner));
        }
        if item.attribute(name).is_some() || item.method(name).is_some() {
            return Step::Failed(format!("`{name}` is a name of the class body"));
        }
        self.name(item.at.file, name, Some(item.at.range.0), 0)
    }

    /// The value of a module-level name, for [`Entity::Value`].
    pub fn value(&self, file: FileId, position: u32) -> Option<&ValueItem> {
        self.file(file)?.values.get(position as usize)
    }

    /// The function item of an entity, where it is one.
    pub fn as_function(&self, entity: Entity) -> Option<&FunctionItem> {
        match entity {
            Entity::Function(id) => Some(self.function(id)),
            _ => None,
        }
    }

    fn dotted(&self, file: FileId, name: &str, before: Option<u32>, hops: usize) -> Step {
        let (first, rest) = name.split_once('.').map_or((name, None), |(f, r)| (f, Some(r)));
        self.members(self.name(file, first, before, hops), rest, hops)
    }

    fn members(&self, mut step: Step, rest: Option<&str>, hops: usize) -> Step {
        for part in rest.into_iter().flat_map(|r| r.split('.')) {
            step = self.member(step, part, hops);
        }
        step
    }

    /// A name at module level, as the code at the offset `before` sees it.
    fn name(&self, file: FileId, name: &str, before: Option<u32>, hops: usize) -> Step {
        if hops > MAX_HOPS {
            return Step::Failed(format!("`{name}` is imported in a circle"));
        }
        let Some(items) = self.file(file) else {
            return Step::Failed(format!("the file of `{name}` was not read"));
        };
        let bindings = seen_by(items, name, before);
        match bindings {
            [] => self.through_stars(file, name, hops),
            [one] => self.bound(file, items, one, hops),
            _ => self.agree(name, bindings.iter().map(|b| self.bound(file, items, b, hops)).collect()),
        }
    }

    /// What one binding of a module makes of its name.
    fn bound(&self, file: FileId, items: &FileItems, binding: &Binding, hops: usize) -> Step {
        match binding.to {
            Bound::Class(position) => Step::At(Entity::Class(self.class_at(file, position))),
            Bound::Function(position) => Step::At(Entity::Function(FunctionId { file, position })),
            Bound::Import(position) => self.imported(file, items, position, hops + 1),
            Bound::Value(position) => match &items.values[position as usize] {
                ValueItem { value: Expression::Name(other), augmented: false, at, .. } => {
                    self.dotted(file, other, Some(at.range.0), hops + 1)
                }
                _ => Step::At(Entity::Value(file, position)),
            },
        }
    }

    /// What a name of module-level code at `at` may mean: one answer for each branch that binds it, there or in the
    /// project's modules that it is imported from.
    pub fn meanings_at(&self, at: Span, name: &str) -> Vec<Resolution<Entity>> {
        let mut found = Vec::new();
        self.meanings(at.file, name, Some(at.range.0), 0, &mut found);
        if found.is_empty() { vec![self.resolve_at(at, name)] } else { found }
    }

    /// Whether one branch of a module binds a name to `None`, and another to something else.
    pub fn may_be_none(&self, file: FileId, name: &str) -> bool {
        let Some(items) = self.file(file) else { return false };
        let bindings = seen_by(items, name, None);
        let is_none = |binding: &Binding| match binding.to {
            Bound::Value(position) => items.values[position as usize].value == Expression::None,
            _ => false,
        };
        bindings.len() > 1 && bindings.iter().any(is_none)
    }

    fn meanings(
        &self,
        file: FileId,
        name: &str,
        before: Option<u32>,
        hops: usize,
        found: &mut Vec<Resolution<Entity>>,
    ) {
        let Some(items) = self.file(file).filter(|_| hops <= MAX_HOPS) else { return };
        let bindings = seen_by(items, name, before);
        for binding in bindings {
            let import = match binding.to {
                Bound::Import(position) => Some(&items.imports[position as usize]),
                _ => None,
            };
            let from = import.and_then(|i| Some((self.absolute(file, i).ok()?, i.name.as_deref()?)));
            match from.map(|(module, name)| (self.module(file, &module), name)) {
                Some((Step::At(Entity::Module(other)), name)) if other != file => {
                    let known = found.len();
                    self.meanings(other, name, None, hops + 1, found);
                    if found.len() == known {
                        found.push(finish(self.name(other, name, None, hops + 1)));
                    }
                }
                _ => found.push(finish(self.bound(file, items, binding, hops))),
            }
        }
    }

    /// One answer of several branches: when all are the same, or when only one names a known class (the usual
    /// `try: from library import X` / `except ImportError: X = None`).
    fn agree(&self, name: &str, found: Vec<Step>) -> Step {
        let mut answers: Vec<Resolution<Entity>> = Vec::new();
        for answer in found.into_iter().map(finish) {
            if !answers.contains(&answer) {
                answers.push(answer);
            }
        }
        if answers.len() > 1 {
            answers.retain(|a| match a {
                Resolution::Resolved(Entity::Value(file, position)) => {
                    !matches!(self.value(*file, *position).map(|v| &v.value), Some(Expression::None))
                }
                Resolution::External(name) => name != "builtins.object" && name != "builtins.None",
                _ => true,
            });
        }
        if answers.len() > 1 && answers.iter().filter(|a| is_known_class(a)).count() == 1 {
            answers.retain(is_known_class);
        }
        match <[_; 1]>::try_from(answers) {
            Ok([Resolution::Resolved(entity)]) => Step::At(entity),
            Ok([Resolution::External(name)]) => Step::External(name),
            Ok([Resolution::Unresolved(cause)]) => Step::Failed(cause),
            Err(_) => Step::Failed(format!("`{name}` is bound differently on several branches")),
        }
    }

    /// A name that only a star import or Python itself can bring.
    fn through_stars(&self, file: FileId, name: &str, hops: usize) -> Step {
        let Some(items) = self.file(file) else { return Step::Failed(format!("`{name}` is not defined")) };
        let mut failed = None;
        for star in items.stars.iter().rev() {
            match self.star_module(file, star) {
                Step::At(Entity::Module(other)) if other != file => {
                    if !self.exports(other, name) {
                        continue;
                    }
                    match self.name(other, name, None, hops + 1) {
                        Step::Failed(cause) if cause.ends_with("is not defined") => {}
                        Step::External(full) if full.starts_with("builtins.") => {}
                        Step::Failed(cause) => failed = Some(cause),
                        found => return found,
                    }
                }
                Step::External(module) => {
                    if Framework::builtin().offers(&module, name) {
                        return Step::External(format!("{module}.{name}"));
                    }
                    failed = Some(format!("`{name}` may come from `from {module} import *`"));
                }
                Step::Failed(cause) => failed = Some(cause),
                _ => {}
            }
        }
        if BUILTIN_NAMES.binary_search(&name).is_ok() {
            return Step::External(format!("builtins.{name}"));
        }
        Step::Failed(failed.unwrap_or_else(|| format!("`{name}` is not defined")))
    }

    /// Whether `from module import *` brings this name, as far as a literal `__all__` or a leading `_` tell.
    fn exports(&self, module: FileId, name: &str) -> bool {
        let Some(items) = self.file(module) else { return false };
        let all = items.values.iter().filter(|v| &*v.name == "__all__").collect::<Vec<_>>();
        match all[..] {
            [] => !name.starts_with('_'),
            [one] => one.value.elements().is_none_or(|names| {
                names.iter().any(|n| !matches!(n, Expression::Str(text) if &**text != name))
            }),
            _ => true,
        }
    }

    fn star_module(&self, file: FileId, star: &ImportItem) -> Step {
        match self.absolute(file, star) {
            Ok(module) => self.module(file, &module),
            Err(cause) => Step::Failed(cause),
        }
    }

    /// What an import brings; worked out once, for most names of a project are asked for again and again.
    fn imported(&self, file: FileId, items: &FileItems, position: u32, hops: usize) -> Step {
        let import = &items.imports[position as usize];
        let known = self.indexed(file).and_then(|f| f.imported.get(position as usize));
        let Some(known) = known else { return self.import(file, import, hops) };
        if let Some(step) = known.get() {
            return step.clone();
        }
        let step = self.import(file, import, hops);
        // Inside a chain the answer may be that the chain grew too long, which is true of that chain alone.
        if hops <= 1 {
            let _ = known.set(step.clone());
        }
        step
    }

    pub(super) fn import(&self, file: FileId, import: &ImportItem, hops: usize) -> Step {
        let module = match self.absolute(file, import) {
            Ok(module) => module,
            Err(cause) => return Step::Failed(cause),
        };
        let Some(name) = &import.name else { return self.module(file, &module) };
        self.member(self.module(file, &module), name, hops)
    }

    /// The absolute name of an import's module.
    fn absolute(&self, file: FileId, import: &ImportItem) -> Result<String, String> {
        if import.level == 0 {
            return Ok(import.module.to_string());
        }
        let within = self.indexed(file).map(|f| &f.module);
        let module = (!import.module.is_empty()).then_some(&*import.module);
        within.and_then(|m| m.resolve_relative(import.level, module)).ok_or_else(|| {
            format!(
                "the relative import `{}{}` leaves the package",
                ".".repeat(import.level as usize),
                import.module
            )
        })
    }

    fn module(&self, from: FileId, name: &str) -> Step {
        if let Some(file) = self.modules.find(name, from) {
            return Step::At(Entity::Module(file));
        }
        if self.modules.is_namespace(name) {
            return Step::Namespace(name.to_owned(), from);
        }
        let mut outer = name;
        while let Some((parent, _)) = outer.rsplit_once('.') {
            outer = parent;
            if let Some(file) = self.modules.find(outer, from) {
                // Of an installed package only what matters was read.
                if self.is_library(file) {
                    break;
                }
                return Step::Failed(format!("the module `{name}` is not in the project"));
            }
        }
        Step::External(name.to_owned())
    }

    fn member(&self, step: Step, name: &str, hops: usize) -> Step {
        match step {
            Step::External(module) => Step::External(format!("{module}.{name}")),
            Step::Failed(cause) => Step::Failed(cause),
            Step::Namespace(module, from) => {
                let full = format!("{module}.{name}");
                match self.modules.find(&full, from) {
                    Some(file) => Step::At(Entity::Module(file)),
                    None if self.modules.is_namespace(&full) => Step::Namespace(full, from),
                    None if self.is_library_folder(&module) => Step::External(full),
                    None => Step::Failed(format!("the module `{full}` is not in the project")),
                }
            }
            Step::At(Entity::Module(file)) => self.module_member(file, name, hops),
            Step::At(Entity::Class(class)) => match self.nested(class, name) {
                Some(inner) => Step::At(Entity::Class(inner)),
                None => match self.lookup(class, name) {
                    Lookup::Value { class, value } => match value.value.name() {
                        Some(alias) => match self.resolve_in_class(class, alias) {
                            Resolution::Resolved(entity) => Step::At(entity),
                            Resolution::External(name) => Step::External(name),
                            Resolution::Unresolved(cause) => Step::Failed(cause),
                        },
                        None => Step::Failed(format!("`{name}` is computed in the class body")),
                    },
                    _ => Step::Failed(format!("`{name}` is looked up on a class")),
                },
            },
            Step::At(Entity::Function(_) | Entity::Value(..)) => {
                Step::Failed(format!("`{name}` is looked up on a computed value"))
            }
        }
    }

    /// Whether only files of installed packages lie below a folder of modules.
    pub(super) fn is_library_folder(&self, name: &str) -> bool {
        self.library_tops.contains(name.split('.').next().unwrap_or(name))
    }

    /// A name of a module, or a module of a package.
    fn module_member(&self, file: FileId, name: &str, hops: usize) -> Step {
        let package = self.indexed(file).map(|f| &f.module).filter(|m| m.is_package);
        let submodule = || {
            let full = format!("{}.{name}", package?.name);
            self.modules.find(&full, file).filter(|&f| f != file)
        };
        match self.name(file, name, None, hops + 1) {
            Step::Failed(cause) => match submodule() {
                Some(inner) => Step::At(Entity::Module(inner)),
                None if self.is_library(file) => {
                    Step::External(join(&self.files[self.by_file[&file] as usize].module.name, name))
                }
                None => Step::Failed(cause),
            },
            Step::External(full) if full.starts_with("builtins.") => match submodule() {
                Some(inner) => Step::At(Entity::Module(inner)),
                None => Step::Failed(format!("`{name}` is not defined")),
            },
            found => found,
        }
    }

    /// A class directly in the body of another.
    pub(super) fn nested(&self, class: ClassId, name: &str) -> Option<ClassId> {
        let first = self.files[self.classes[class.0 as usize].file as usize].first_class;
        let file = self.file(self.class_file(class))?;
        let position =
            file.classes.iter().rposition(|c| c.parent == Some(class.0 - first) && &*c.name == name)?;
        Some(ClassId(first + position as u32))
    }

    fn class_at(&self, file: FileId, position: u32) -> ClassId {
        ClassId(self.indexed(file).map_or(0, |f| f.first_class) + position)
    }
}

/// The bindings of a name that the code at the offset `before` may see: from the last sure one on.
fn seen_by<'i>(items: &'i FileItems, name: &str, before: Option<u32>) -> &'i [Binding] {
    let mut bindings = items.bindings_of(name);
    if let Some(before) = before {
        let seen = bindings.partition_point(|b| items.place(b.to).range.0 < before);
        bindings = if seen == 0 { bindings } else { &bindings[..seen] };
    }
    let start = bindings.iter().rposition(|b| !b.conditional).unwrap_or(0);
    &bindings[start..]
}

pub(super) fn finish(step: Step) -> Resolution<Entity> {
    match step {
        Step::At(entity) => Resolution::Resolved(entity),
        Step::External(name) => Resolution::External(Framework::builtin().canonical(&name).to_owned()),
        Step::Namespace(name, _) => Resolution::Unresolved(format!("`{name}` is a folder of modules")),
        Step::Failed(cause) => Resolution::Unresolved(cause),
    }
}

fn is_known_class(answer: &Resolution<Entity>) -> bool {
    match answer {
        Resolution::Resolved(Entity::Class(_)) => true,
        Resolution::External(name) => Framework::builtin().find(name).is_some(),
        _ => false,
    }
}

/// Python's own classes that projects inherit from, and its singletons, sorted.
const BUILTIN_NAMES: &[&str] = &[
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BaseException",
    "ConnectionError",
    "EnvironmentError",
    "Exception",
    "FileNotFoundError",
    "IOError",
    "ImportError",
    "IndexError",
    "KeyError",
    "LookupError",
    "NotImplementedError",
    "OSError",
    "PermissionError",
    "RuntimeError",
    "StopIteration",
    "SyntaxError",
    "SystemExit",
    "TimeoutError",
    "TypeError",
    "UnicodeError",
    "UserWarning",
    "ValueError",
    "Warning",
    "bool",
    "bytes",
    "dict",
    "float",
    "frozenset",
    "int",
    "list",
    "object",
    "property",
    "set",
    "str",
    "super",
    "tuple",
    "type",
];
