//! Phase 2: file items to a [`ProjectIndex`].

use std::sync::{Arc, OnceLock};

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::items::FileItems;
use super::modules::Modules;
use super::mro::{Mro, linearize_all};
use super::{IndexedClass, IndexedFile, ProjectIndex};
use crate::project::Project;
use crate::source::{FileId, Sources};

impl ProjectIndex {
    /// Links the items of a project's files. Without a project (a library of apps), module names follow from
    /// the folders that hold an `__init__.py`.
    pub fn link(sources: &Sources, project: Option<&Project>, items: Vec<Arc<FileItems>>) -> Self {
        Self::link_from(sources, project.map_or(&[], |p| &p.import_roots), items, None)
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
        let items = self.files.iter().map(|f| &f.items).chain(library).cloned().collect();
        let first = library.iter().map(|f| f.file).min();
        Self::link_from(sources, &project.import_roots, items, first.map(|first| (site, first)))
    }

    fn link_from(
        sources: &Sources,
        import_roots: &[String],
        mut items: Vec<Arc<FileItems>>,
        library: Option<(&str, FileId)>,
    ) -> Self {
        items.sort_by_key(|f| f.file);
        items.dedup_by_key(|f| f.file);
        let ids: Vec<_> = items.iter().map(|f| f.file).collect();
        let mut modules = Modules::default();
        let own = ids.partition_point(|id| library.is_none_or(|(_, first)| *id < first));
        let mut names = modules.name_all(sources, import_roots, &ids[..own]);
        if let Some((site, _)) = library {
            names.extend(modules.name_library(sources, site, &ids[own..]));
        }

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
        let (own, library_files) = files.split_at(own);
        let mut library_tops: FxHashSet<String> = library_files.iter().map(top).collect();
        for file in own {
            library_tops.remove(&top(file));
        }
        let mut index = Self {
            files,
            by_file,
            classes,
            modules,
            library_from: library.map(|l| l.1),
            library_tops,
            ..Self::default()
        };
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
