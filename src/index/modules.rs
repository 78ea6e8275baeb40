//! Which file a dotted module name means. A name may belong to several files of one repository; then the one
//! nearest to the importing file is meant.

use std::collections::BTreeSet;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::python::ModulePath;
use crate::source::{FileId, Sources};

/// The modules of a project.
#[derive(Debug, Default)]
pub(super) struct Modules {
    by_name: FxHashMap<String, Vec<FileId>>,
    /// Folders that hold modules but have no `__init__.py`.
    namespaces: FxHashSet<String>,
    paths: FxHashMap<FileId, Box<str>>,
}

impl Modules {
    /// Names all `files`: by the import roots first, then by where the folders with an `__init__.py` begin.
    /// Gives each file's own name.
    pub(super) fn name_all(
        &mut self,
        sources: &Sources,
        import_roots: &[String],
        files: &[FileId],
    ) -> Vec<ModulePath> {
        let packages: BTreeSet<&str> =
            files.iter().filter_map(|&f| sources.path(f).strip_suffix("/__init__.py")).collect();
        // Most files have one name below an import root, and one by the folders around them.
        self.by_name.reserve(2 * files.len());
        self.namespaces.reserve(files.len() / 2);
        self.paths.reserve(files.len());
        let mut own = Vec::with_capacity(files.len());
        let mut inferred = Vec::with_capacity(2 * files.len());
        let named: Vec<Names> =
            files.par_iter().map(|&file| Names::of(sources.path(file), import_roots, &packages)).collect();
        for (&file, Names { by_root, likely, stem }) in files.iter().zip(named) {
            self.paths.insert(file, sources.path(file).into());
            for name in &by_root {
                self.add(name, file);
            }
            let best = likely[0].clone().or_else(|| likely[1].clone());
            inferred.extend(likely.into_iter().flatten().map(|name| (name, file)));
            own.push(by_root.into_iter().next().or(best).unwrap_or(stem));
        }
        for (name, file) in inferred {
            self.add(&name, file);
        }
        own
    }

    /// Names files of installed packages, which have one name each: by the folder that they are imported from.
    pub(super) fn name_library(
        &mut self,
        sources: &Sources,
        site: &str,
        files: &[FileId],
    ) -> Vec<ModulePath> {
        let name = |&file: &FileId| {
            let path = sources.path(file);
            self.paths.insert(file, path.into());
            let name = ModulePath::of_file(path, site);
            let name = name.unwrap_or_else(|| ModulePath { name: String::new(), is_package: false });
            self.add(&name, file);
            name
        };
        files.iter().map(name).collect()
    }

    fn add(&mut self, module: &ModulePath, file: FileId) {
        if module.name.is_empty() {
            return;
        }
        match self.by_name.get_mut(&module.name) {
            Some(files) if files.contains(&file) => return,
            Some(files) => files.push(file),
            None => {
                self.by_name.insert(module.name.clone(), vec![file]);
            }
        }
        let mut parent = module.name.as_str();
        while let Some((outer, _)) = parent.rsplit_once('.') {
            if self.namespaces.contains(outer) {
                break;
            }
            self.namespaces.insert(outer.to_owned());
            parent = outer;
        }
    }

    /// The file of a module, as seen from the file `from`.
    pub(super) fn find(&self, name: &str, from: FileId) -> Option<FileId> {
        let files = self.by_name.get(name)?;
        if let [file] = files[..] {
            return Some(file);
        }
        let near = self.paths.get(&from)?;
        let shared = |file: &FileId| {
            let path = self.paths.get(file).map_or("", |p| p);
            let mut parts = path.split('/').zip(near.split('/'));
            parts.by_ref().take_while(|(a, b)| a == b).count()
        };
        let best = files.iter().map(shared).max()?;
        files.iter().find(|f| shared(f) == best).copied()
    }

    /// Whether the name is a folder of modules (with or without `__init__.py`).
    pub(super) fn is_namespace(&self, name: &str) -> bool {
        self.namespaces.contains(name)
    }
}

/// What one file may be called.
struct Names {
    /// Below the import roots.
    by_root: Vec<ModulePath>,
    /// By the folders around it, the likelier first.
    likely: [Option<ModulePath>; 2],
    /// Whatever else fails.
    stem: ModulePath,
}

impl Names {
    fn of(path: &str, import_roots: &[String], packages: &BTreeSet<&str>) -> Self {
        let named = |root: &String| ModulePath::of_file(path, root);
        // A folder without `__init__.py` is a namespace package, or the folder that scripts run from.
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let by_package = ModulePath::of_file(path, package_root(path, packages));
        let by_path = ModulePath::of_file(path, "");
        Self {
            by_root: import_roots.iter().filter_map(named).collect(),
            likely: if packages.contains(folder) { [by_package, by_path] } else { [by_path, by_package] },
            stem: ModulePath { name: path.trim_end_matches(".py").replace('/', "."), is_package: false },
        }
    }
}

/// The folder from which a file is imported when all folders above it up to there are packages.
fn package_root<'a>(path: &'a str, packages: &BTreeSet<&str>) -> &'a str {
    let mut folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    while !folder.is_empty() && packages.contains(folder) {
        folder = folder.rsplit_once('/').map_or("", |(outer, _)| outer);
    }
    folder
}
