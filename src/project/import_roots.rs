//! From which folders a project's modules are imported, and what a file is called then.

use memchr::memmem;

use super::Project;
use super::layout::{Layout, ancestors, folder_of, is_below, join, module_below};
use crate::python::visitor::{Visitor, walk_expr};
use crate::python::{ModulePath, ast, dotted_name, tree};
use crate::source::{FileId, Sources};
use ast::Expr;

/// The import roots of the project in `home`, first wins. `files` are its settings, `bases` the folders from
/// which entry points were seen to import them.
pub(super) fn find(
    layout: &Layout<'_>,
    home: &str,
    anchored: bool,
    files: &[FileId],
    bases: &[&str],
) -> Vec<String> {
    let mut roots = Vec::new();
    let mut add = |folder: &str| {
        if !roots.iter().any(|r| r == folder) && layout.has_folder(folder) {
            roots.push(folder.to_owned());
        }
    };
    // A `manage.py` within a package may import what is beside it, or all by the name of the package.
    let is_package = layout.has(home, "__init__.py");
    let above = ancestors(home).find(|folder| is_package && !layout.has(folder, "__init__.py"));
    if anchored && (above.is_none() || bases.contains(&home)) {
        add(home);
    }
    for base in bases {
        add(base);
    }
    let mut in_namespaces: Vec<&str> = Vec::new();
    for path in files.iter().map(|&file| layout.sources.path(file)) {
        if let Some(root) = namespace_root(layout, path) {
            add(root);
            in_namespaces.push(layout.package_root(path));
        }
    }
    for &file in files {
        let path = layout.sources.path(file);
        let root = layout.package_root(path);
        // A folder without `__init__.py` may itself be a package; then the project's folder imports it.
        if in_namespaces.contains(&root) {
            continue;
        }
        if is_below(root, home) && (root != folder_of(path) || root == home || root == join(home, "src")) {
            add(root);
        }
    }
    let source = join(home, "src");
    if !layout.has(&source, "__init__.py") {
        add(&source);
    }
    for folder in ["", "config"] {
        for name in ["manage.py", "wsgi.py", "asgi.py"] {
            if let Some(file) = layout.sources.find(&join(&join(home, folder), name)) {
                for path in added_paths(layout, home, file) {
                    add(&path);
                }
            }
        }
    }
    for &file in files {
        for path in added_paths(layout, home, file) {
            add(&path);
        }
    }
    match above {
        Some(above) => {
            add(above);
            if !names_package(layout, home, above) {
                add(home);
            }
        }
        None => add(home),
    }
    if roots.is_empty() {
        roots.push(home.to_owned());
    }
    roots
}

/// Whether the `manage.py` of a package names settings by the package's name. Then what it imports is imported so, and
/// what is beside it (`celery.py`) does not hide a library.
fn names_package(layout: &Layout<'_>, home: &str, above: &str) -> bool {
    let Some(file) = layout.sources.find(&join(home, "manage.py")) else { return false };
    let package = home.strip_prefix(above).unwrap_or(home).trim_start_matches('/').replace('/', ".");
    let mut named = layout
        .sources
        .text(file)
        .split("DJANGO_SETTINGS_MODULE")
        .skip(1)
        .map(|rest| rest.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '.'));
    named.any(|rest| rest.strip_prefix(&package).is_some_and(|rest| rest.starts_with('.')))
}

/// The dotted name of a file: as entry points import it or its neighbours (from one of `bases`), else from the
/// root that holds its top package, else from the first root that fits.
pub(super) fn module_of(layout: &Layout<'_>, path: &str, roots: &[String], bases: &[&str]) -> Option<String> {
    let top = layout.sources.find(path).map(|id| {
        let path = layout.sources.path(id);
        namespace_root(layout, path).unwrap_or_else(|| layout.package_root(path))
    });
    let top = roots.iter().map(String::as_str).find(|r| Some(*r) == top);
    top.filter(|t| bases.contains(t))
        .into_iter()
        .chain(bases.iter().copied())
        .chain(top)
        .chain(roots.iter().map(String::as_str))
        .filter_map(|root| ModulePath::of_file(path, root))
        .map(|m| m.name)
        .find(|m| !m.is_empty())
}

/// Where a file's package is imported from when folders above it are packages without `__init__.py`: the file
/// itself names something beside it by the longer name (`from site.web.config import …` in `site/web/settings`).
fn namespace_root<'a>(layout: &Layout<'a>, path: &'a str) -> Option<&'a str> {
    let top = layout.package_root(path);
    let text = &layout.sources.file(layout.sources.find(path)?).text;
    ancestors(top).skip(1).filter(|base| !layout.has(base, "__init__.py")).find(|base| {
        let package = top[base.len()..].trim_start_matches('/').replace('/', ".") + ".";
        memmem::find_iter(text.as_bytes(), package.as_bytes()).any(|at| {
            let starts = !text[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.'));
            let rest = &text[at + package.len()..];
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let inner = join(top, &rest[..end]);
            starts
                && end > 0
                && (layout.has_folder(&inner) || layout.has(top, &format!("{}.py", &rest[..end])))
        })
    })
}

/// Folders that a script adds to `sys.path`, as far as their names are written down.
fn added_paths(layout: &Layout<'_>, home: &str, file: FileId) -> Vec<String> {
    let source = layout.sources.file(file);
    if !source.text.contains("sys.path") {
        return Vec::new();
    }
    let module = tree(layout.sources, file);
    let mut finder = AddedPaths { found: Vec::new() };
    finder.visit_body(module.body());
    let mut folders = Vec::new();
    for added in finder.found {
        let added = added.trim_matches('/').trim_start_matches("./");
        for base in [home, folder_of(&source.path)] {
            let folder = join(base, added);
            if !added.is_empty() && layout.has_folder(&folder) && !folders.contains(&folder) {
                folders.push(folder);
            }
        }
    }
    folders
}

/// The texts in the arguments of `sys.path.insert`, `append` and `extend`.
struct AddedPaths {
    found: Vec<String>,
}

impl<'a> Visitor<'a> for AddedPaths {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr
            && dotted_name(&call.func).is_some_and(|n| {
                matches!(n.as_str(), "sys.path.insert" | "sys.path.append" | "sys.path.extend")
            })
        {
            for argument in &call.arguments.args {
                let mut texts = Texts { parts: Vec::new() };
                texts.visit_expr(argument);
                if !texts.parts.is_empty() {
                    self.found.push(texts.parts.join("/"));
                }
            }
        }
        walk_expr(self, expr);
    }
}

struct Texts {
    parts: Vec<String>,
}

impl<'a> Visitor<'a> for Texts {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::StringLiteral(text) = expr {
            let part = text.value.to_str();
            if !part.contains("..") {
                self.parts.push(part.to_owned());
            }
        }
        walk_expr(self, expr);
    }
}

impl Project {
    /// The folders below which modules are imported, relative to the root of the scan.
    pub fn roots(&self) -> &[String] {
        if self.import_roots.is_empty() { std::slice::from_ref(&self.root) } else { &self.import_roots }
    }

    /// The file of a module of the project by its dotted name, and whether it is a package's `__init__.py`.
    pub fn module_file(&self, sources: &Sources, name: &str) -> Option<(FileId, bool)> {
        self.roots().iter().find_map(|root| module_below(sources, root, name))
    }
}
