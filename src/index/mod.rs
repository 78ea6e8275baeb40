//! Classes, functions and imports of the project, linked across files: bases, method resolution order, and
//! attribute lookup that says where it ended. Settings are `settings`' work; what a class means for security is
//! the checks'.
//!
//! Phase 1 ([`items`]) reads each file by itself and can run in parallel; phase 2 ([`ProjectIndex::link`])
//! resolves names across files. Nothing is guessed: a name ends as [`Resolution::Resolved`] in the project, as
//! [`Resolution::External`] in a library, or as [`Resolution::Unresolved`] with a cause.

mod absolute;
mod class;
mod expression;
mod framework;
pub mod items;
mod link;
mod models;
mod modules;
mod mro;
mod policy;
mod resolve;

#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

pub use class::{API_VIEW, API_VIEW_DECORATOR, Lookup, REDIRECT_VIEW};
pub use expression::{Call, Expression, Operator};
pub use framework::{Answer, Framework, FrameworkClass, FrameworkId, FrameworkValue, Grant};
pub use link::ModuleNames;
pub use models::{Field, Model, ModelName, Models, Target};
pub use mro::{Ancestor, Mro};
pub use policy::{Element, Openness, Owner, Policy, PolicySite, Written};
pub use resolve::{Entity, Resolution};

use crate::python::{ParsedModule, tree};
use crate::settings::Truth;
use crate::source::{FileId, Sources, Span};
use items::{ClassItem, FileItems, FunctionItem};

/// A class of the index. Ids follow the order of files, then of class statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClassId(u32);

/// A module-level function: the file, and its position there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId {
    /// The file.
    pub file: FileId,
    position: u32,
}

/// The linked index of one project.
#[derive(Debug, Default)]
pub struct ProjectIndex {
    files: Vec<IndexedFile>,
    by_file: FxHashMap<FileId, u32>,
    classes: Vec<IndexedClass>,
    modules: modules::Modules,
    models: OnceLock<models::Models>,
    /// The first file of installed packages, whose source was added.
    library_from: Option<FileId>,
    /// The first parts of their modules' names, without those that are the project's, too.
    library_tops: FxHashSet<String>,
    known: Known,
}

/// What nearly every check asks for, found out when first asked for.
#[derive(Debug, Default)]
struct Known {
    views: OnceLock<Vec<(ClassId, Truth)>>,
    api_views: OnceLock<Vec<FunctionId>>,
    mixed_into_views: OnceLock<FxHashSet<ClassId>>,
    of_views: OnceLock<Vec<(ClassId, Truth)>>,
}

#[derive(Debug)]
struct IndexedFile {
    items: Arc<FileItems>,
    /// The dotted name, and whether the file is a package's `__init__`.
    module: crate::python::ModulePath,
    /// The id of the file's first class.
    first_class: u32,
    /// What each of its imports brings, as far as somebody asked.
    imported: Box<[OnceLock<resolve::Step>]>,
}

#[derive(Debug)]
struct IndexedClass {
    file: u32,
    position: u32,
    mro: Mro,
    /// What those of its own bases mean that are no class of the project; found out when first asked for.
    outside: OnceLock<Box<[Resolution<Entity>]>>,
}

impl ProjectIndex {
    /// All classes, in order of their ids.
    pub fn classes(&self) -> impl ExactSizeIterator<Item = (ClassId, &ClassItem)> {
        self.classes.iter().enumerate().map(|(i, c)| (ClassId(i as u32), self.item(c)))
    }

    /// What the class statement says.
    pub fn class(&self, id: ClassId) -> &ClassItem {
        self.item(&self.classes[id.0 as usize])
    }

    /// The file of a class.
    pub fn class_file(&self, id: ClassId) -> FileId {
        self.class(id).at.file
    }

    /// `package.module.Outer.Inner`.
    pub fn class_name(&self, id: ClassId) -> String {
        let class = &self.classes[id.0 as usize];
        join(&self.files[class.file as usize].module.name, &self.item(class).qualname)
    }

    /// The class directly around a nested one.
    pub fn outer_class(&self, id: ClassId) -> Option<ClassId> {
        let first = self.files[self.classes[id.0 as usize].file as usize].first_class;
        self.class(id).parent.map(|p| ClassId(first + p))
    }

    /// All module-level functions, in order of files.
    pub fn functions(&self) -> impl Iterator<Item = (FunctionId, &FunctionItem)> {
        self.files.iter().flat_map(|f| {
            let file = f.items.file;
            let id = move |(i, item)| (FunctionId { file, position: i as u32 }, item);
            f.items.functions.iter().enumerate().map(id)
        })
    }

    /// What the `def` statement says.
    pub fn function(&self, id: FunctionId) -> &FunctionItem {
        let file = &self.files[self.by_file[&id.file] as usize];
        &file.items.functions[id.position as usize]
    }

    /// `package.module.function`.
    pub fn function_name(&self, id: FunctionId) -> String {
        join(self.module_name(id.file).unwrap_or_default(), &self.function(id).name)
    }

    /// Items of all files, in order of paths.
    pub fn files(&self) -> impl ExactSizeIterator<Item = &FileItems> {
        self.files.iter().map(|f| &*f.items)
    }

    /// The items of one file; `None` when it is not part of this index.
    pub fn file(&self, file: FileId) -> Option<&FileItems> {
        self.indexed(file).map(|f| &*f.items)
    }

    /// The dotted name under which a file is imported.
    pub fn module_name(&self, file: FileId) -> Option<&str> {
        self.indexed(file).map(|f| f.module.name.as_str())
    }

    /// The tree of a file, parsed when first asked for and kept.
    pub fn tree(&self, sources: &Sources, file: FileId) -> Arc<ParsedModule> {
        tree(sources, file)
    }

    /// The file of a module; of several with the name, that nearest to the file `near`.
    pub fn module_file(&self, name: &str, near: FileId) -> Option<FileId> {
        self.modules.find(name, near)
    }

    /// Whether a file is a package's `__init__`.
    pub fn is_package(&self, file: FileId) -> bool {
        self.indexed(file).is_some_and(|f| f.module.is_package)
    }

    /// Whether a dotted name is a folder of modules.
    pub fn is_namespace(&self, name: &str) -> bool {
        self.modules.is_namespace(name)
    }

    /// The class whose statement stands here.
    pub fn class_standing_at(&self, at: Span) -> Option<ClassId> {
        let file = self.indexed(at.file)?;
        let position = file.items.classes.iter().position(|c| c.at == at)?;
        Some(ClassId(file.first_class + position as u32))
    }

    /// The module-level function around a place, and its name.
    pub fn function_around(&self, at: Span) -> Option<(FunctionId, &str)> {
        let items = &self.indexed(at.file)?.items;
        let position = items.functions.iter().position(|f| f.at.contains(at))?;
        let id = FunctionId { file: at.file, position: position as u32 };
        Some((id, &items.functions[position].name))
    }

    /// Whether a file is an installed package's.
    pub fn is_library(&self, file: FileId) -> bool {
        self.library_from.is_some_and(|first| file >= first)
    }

    fn indexed(&self, file: FileId) -> Option<&IndexedFile> {
        self.by_file.get(&file).map(|&i| &self.files[i as usize])
    }

    fn item(&self, class: &IndexedClass) -> &ClassItem {
        &self.files[class.file as usize].items.classes[class.position as usize]
    }
}

fn join(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { [module, ".", name].concat() }
}
