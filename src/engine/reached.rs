//! The files that settings import, read ahead by all threads: the interpreter takes one module at a time, and would
//! parse alone what another thread parses anew for the index.
//!
//! Follows import statements of modules, not of functions; what the interpreter needs beside these it reads itself.

use std::sync::Arc;

use rayon::iter::{IntoParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};
use rustc_hash::FxHashSet;

use crate::index::items::{FileItems, ImportItem};
use crate::project::Project;
use crate::python::{ModulePath, tree};
use crate::source::{FileId, Sources};

use super::parse::items_of_file;

/// Parses the judged settings modules and what they import. Trees and items stay with the snapshot.
pub(super) fn read_ahead(sources: &Sources, projects: &[Project]) {
    projects.par_iter().for_each(|project| {
        let Some(judged) = project.choice.module() else { return };
        let mut seen = FxHashSet::default();
        let mut next = with_packages(sources, project, judged);
        while !next.is_empty() {
            next.retain(|module| seen.insert(module.file));
            let found: Vec<Vec<Module>> =
                next.into_par_iter().map(|module| imported(sources, project, &module)).collect();
            next = found.into_iter().flatten().collect();
        }
    });
}

/// A module of the project.
struct Module {
    file: FileId,
    path: ModulePath,
}

/// A module and the packages around it, which Python imports before it. Empty when it is not the project's.
fn with_packages(sources: &Sources, project: &Project, name: &str) -> Vec<Module> {
    let ends = name.match_indices('.').map(|(at, _)| at).chain([name.len()]);
    ends.filter_map(|end| {
        let (file, is_package) = project.module_file(sources, &name[..end])?;
        Some(Module { file, path: ModulePath { name: name[..end].to_owned(), is_package } })
    })
    .collect()
}

/// Reads a module, and gives what its statements import.
fn imported(sources: &Sources, project: &Project, module: &Module) -> Vec<Module> {
    let source = sources.file(module.file);
    // The tree first: the items are read off it then.
    tree(sources, module.file);
    let items: Arc<FileItems> = items_of_file(sources, module.file, source);
    let of = |import: &ImportItem| {
        let named = (!import.module.is_empty()).then_some(&*import.module);
        let Some(base) = module.path.resolve_relative(import.level, named) else { return Vec::new() };
        let mut found = with_packages(sources, project, &base);
        if let Some(name) = &import.name
            && let Some((file, is_package)) = project.module_file(sources, &format!("{base}.{name}"))
        {
            found.push(Module { file, path: ModulePath { name: format!("{base}.{name}"), is_package } });
        }
        found
    };
    items.imports.iter().chain(&items.stars).flat_map(of).collect()
}
