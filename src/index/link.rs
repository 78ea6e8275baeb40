//! Phase 2: file items to a [`ProjectIndex`].

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use super::items::FileItems;
use super::modules::Modules;
use super::mro::{Mro, linearize_all};
use super::{IndexedClass, IndexedFile, ProjectIndex};
use crate::project::Project;
use crate::source::Sources;

impl ProjectIndex {
    /// Links the items of a project's files. Without a project (a library of apps), module names follow from
    /// the folders that hold an `__init__.py`.
    pub fn link(sources: &Sources, project: Option<&Project>, mut items: Vec<Arc<FileItems>>) -> Self {
        items.sort_by_key(|f| f.file);
        items.dedup_by_key(|f| f.file);
        let ids: Vec<_> = items.iter().map(|f| f.file).collect();
        let mut modules = Modules::default();
        let names = modules.name_all(sources, project.map_or(&[], |p| &p.import_roots), &ids);

        let mut classes = Vec::new();
        let mut files = Vec::with_capacity(items.len());
        let mut by_file = FxHashMap::default();
        for (position, (items, module)) in items.into_iter().zip(names).enumerate() {
            let file = position as u32;
            by_file.insert(items.file, file);
            let first_class = classes.len() as u32;
            let made = (0..items.classes.len() as u32).map(|position| IndexedClass {
                file,
                position,
                mro: Mro::default(),
                outside: OnceLock::new(),
            });
            classes.extend(made);
            let imported = items.imports.iter().map(|_| OnceLock::new()).collect();
            files.push(IndexedFile { items, module, first_class, imported });
        }
        let mut index = Self { files, by_file, classes, modules, ..Self::default() };
        for (class, mro) in linearize_all(&index).into_iter().enumerate() {
            index.classes[class].mro = mro;
        }
        // Without the orders, an attribute of a class was not found yet.
        for imported in index.files.iter_mut().flat_map(|f| &mut f.imported) {
            imported.take();
        }
        index
    }
}
