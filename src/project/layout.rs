//! Where modules lie: folders, packages, and what an import statement finds. Knows paths, not contents.

use std::collections::BTreeSet;

use crate::python::ModulePath;
use crate::source::{FileId, Sources};

/// The folders and modules of a snapshot.
pub(super) struct Layout<'a> {
    pub(super) sources: &'a Sources,
    folders: BTreeSet<&'a str>,
}

/// The folder of a path; empty for the root.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The file's name.
pub(super) fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `folder/name`, or `name` in the root.
pub(super) fn join(folder: &str, name: &str) -> String {
    match (folder.is_empty(), name.is_empty()) {
        (true, _) => name.to_owned(),
        (_, true) => folder.to_owned(),
        _ => format!("{folder}/{name}"),
    }
}

/// Whether `path` is `folder` or lies below it.
pub(super) fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A folder, its parent, and so on to the root (empty).
pub(super) fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(folder);
    std::iter::from_fn(move || {
        let this = next?;
        next = (!this.is_empty()).then(|| folder_of(this));
        Some(this)
    })
}

impl<'a> Layout<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        let mut folders = BTreeSet::new();
        for (_, file) in sources.iter() {
            let mut folder = folder_of(&file.path);
            while folders.insert(folder) && !folder.is_empty() {
                folder = folder_of(folder);
            }
        }
        Self { sources, folders }
    }

    /// Whether the folder holds any file that was read.
    pub(super) fn has_folder(&self, folder: &str) -> bool {
        self.folders.contains(folder)
    }

    /// Whether the folder holds a file of this name.
    pub(super) fn has(&self, folder: &str, name: &str) -> bool {
        self.sources.find(&join(folder, name)).is_some()
    }

    /// The file of a module below an import root: a package's `__init__.py` wins over a module, as in Python.
    pub(super) fn module_file(&self, base: &str, module: &str) -> Option<FileId> {
        module_below(self.sources, base, module).map(|(file, _)| file)
    }

    /// Like [`Self::module_file`] for a name with `*`: all modules that fit.
    pub(super) fn modules_matching(&self, base: &str, pattern: &str) -> Vec<(String, FileId)> {
        if !pattern.contains('*') {
            return self
                .module_file(base, pattern)
                .map(|file| (pattern.to_owned(), file))
                .into_iter()
                .collect();
        }
        self.sources
            .iter()
            .filter(|(_, file)| is_below(&file.path, base))
            .filter_map(|(id, file)| {
                let module = ModulePath::of_file(&file.path, base)?;
                fits(&module.name, pattern).then_some((module.name, id))
            })
            .collect()
    }

    /// The folder from which the top package of a file is imported.
    pub(super) fn package_root(&self, path: &'a str) -> &'a str {
        let mut folder = folder_of(path);
        while !folder.is_empty() && self.has(folder, "__init__.py") {
            folder = folder_of(folder);
        }
        folder
    }

    /// The file that `from <dots><module> import …` in `path` finds inside the snapshot, where the import
    /// roots are not known yet: relative imports by path, others from the folders above and their `src`.
    pub(super) fn imported_file(&self, path: &str, level: u32, module: Option<&str>) -> Option<FileId> {
        let folder = folder_of(path);
        if level > 0 {
            let base = ancestors(folder).nth(level as usize - 1)?;
            return match module {
                Some(module) => self.module_file(base, module),
                None => self.sources.find(&join(base, "__init__.py")),
            };
        }
        let module = module?;
        ancestors(folder).find_map(|base| {
            self.module_file(base, module).or_else(|| self.module_file(&join(base, "src"), module))
        })
    }
}

/// Whether a dotted name fits a pattern; `*` stands for any text without a dot.
fn fits(name: &str, pattern: &str) -> bool {
    let (mut names, mut patterns) = (name.split('.'), pattern.split('.'));
    loop {
        match (names.next(), patterns.next()) {
            (None, None) => return true,
            (Some(name), Some(pattern)) if part_fits(name, pattern) => {}
            _ => return false,
        }
    }
}

fn part_fits(name: &str, pattern: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else { return name == pattern };
    let Some(rest) = name.strip_prefix(head) else { return false };
    if tail.is_empty() {
        return !rest.is_empty();
    }
    rest.char_indices().any(|(at, _)| at > 0 && part_fits(&rest[at..], tail))
}

impl Layout<'_> {
    /// Whether the folder holds the metadata of an installed or unpacked package.
    pub(super) fn has_installed_package(&self, folder: &str) -> bool {
        self.folders.iter().any(|f| f.ends_with(".dist-info") && folder_of(f) == folder)
    }
}

/// The file of a dotted module name below an import root, and whether it is a package's `__init__.py`, which wins.
pub(super) fn module_below(sources: &Sources, base: &str, module: &str) -> Option<(FileId, bool)> {
    let path = join(base, &module.replace('.', "/"));
    let package = sources.find(&format!("{path}/__init__.py")).map(|file| (file, true));
    package.or_else(|| Some((sources.find(&format!("{path}.py"))?, false)))
}

/// A path without `.`, `..` and empty parts.
pub(crate) fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
