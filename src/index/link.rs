//! Phase 2: file items to a [`ProjectIndex`].

use std::sync::{Arc, OnceLock};

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::items::FileItems;
use super::modules::Modules;
use super::mro::{Mro, linearize_all};
use super::{IndexedClass, IndexedFile, ProjectIndex};
use crate::project::Project;
use crate::python::ModulePath;
use crate::source::{FileId, Sources};

impl ProjectIndex {
    /// Links the items of a project's files. Without a project (a library of apps), module names follow from
    /// the folders that hold an `__init__.py`.
    pub fn link(sources: &Sources, project: Option<&Project>, items: Vec<Arc<FileItems>>) -> Self {
        let names = ModuleNames::of(sources, project, items.iter().map(|f| f.file));
        Self::link_named(sources, project, items, names)
    }

    /// The same where the modules have their names already, which takes no items: they can be found while the files are
    /// parsed. Names of other files than those of the items are found anew.
    pub fn link_named(
        sources: &Sources,
        project: Option<&Project>,
        items: Vec<Arc<FileItems>>,
        mut names: ModuleNames,
    ) -> Self {
        let items = in_order(items);
        if !items.iter().map(|f| f.file).eq(names.files.iter().copied()) {
            names = ModuleNames::of(sources, project, items.iter().map(|f| f.file));
        }
        Self::link_from(items, names, None)
    }

    /// The same index with some files of installed packages behind the project's, whose ids stay. `site` is the
    /// folder from which the packages are imported, as the paths of `library` begin.
    #[must_use]
    pub fn with_library(
        &self,
        sources: &Sources,
        project: &Project,
        site: &str,
        library: &[Arc<FileItems>],
    ) -> Self {
        let items = in_order(self.files.iter().map(|f| &f.items).chain(library).cloned().collect());
        let ids: Vec<_> = items.iter().map(|f| f.file).collect();
        let first = library.iter().map(|f| f.file).min();
        let own = ids.partition_point(|id| first.is_none_or(|first| *id < first));
        let mut names = ModuleNames::of(sources, Some(project), ids[..own].iter().copied());
        names.names.extend(names.modules.name_library(sources, site, &ids[own..]));
        Self::link_from(items, names, first)
    }

    fn link_from(items: Vec<Arc<FileItems>>, names: ModuleNames, library_from: Option<FileId>) -> Self {
        let ModuleNames { modules, names, files: own } = names;
        let mut classes = Vec::with_capacity(items.iter().map(|items| items.classes.len()).sum());
        let mut files = Vec::with_capacity(items.len());
        let mut by_file = FxHashMap::with_capacity_and_hasher(items.len(), FxBuildHasher);
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
        let top = |file: &IndexedFile| file.module.name.split('.').next().unwrap_or_default().to_owned();
        let (own, library_files) = files.split_at(own.len());
        let mut library_tops: FxHashSet<String> = library_files.iter().map(top).collect();
        for file in own {
            library_tops.remove(&top(file));
        }
        let mut index =
            Self { files, by_file, classes, modules, library_from, library_tops, ..Self::default() };
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

/// By the ids of their files, each once.
fn in_order(mut items: Vec<Arc<FileItems>>) -> Vec<Arc<FileItems>> {
    items.sort_by_key(|f| f.file);
    items.dedup_by_key(|f| f.file);
    items
}

/// What the modules of a project are called.
#[derive(Debug)]
pub struct ModuleNames {
    /// The files, in order.
    files: Vec<FileId>,
    /// Which files a name means.
    modules: Modules,
    /// The name of each file.
    names: Vec<ModulePath>,
}

impl ModuleNames {
    /// Names the modules in these files; without a project, by the folders that hold an `__init__.py`.
    pub fn of(sources: &Sources, project: Option<&Project>, files: impl Iterator<Item = FileId>) -> Self {
        let mut files: Vec<FileId> = files.collect();
        files.sort_unstable();
        files.dedup();
        let mut modules = Modules::default();
        let names = modules.name_all(sources, project.map_or(&[], |p| &p.import_roots), &files);
        Self { files, modules, names }
    }
}
