//! Collections that URLs are made from and that modules elsewhere fill: a registry with a decorator, a list that others
//! append to, at module level or when an app starts. Only what is imported by name at module level, or in an app's
//! configuration, is followed; what is found and does not run is stated.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::is_test;
use super::names::IndexNames;
use crate::index::items::{Bound, FileItems};
use crate::python::ast::{Alias, Expr, Stmt, StmtImportFrom};
use crate::python::visitor::{Visitor, walk_expr, walk_stmt};
use crate::python::{ModulePath, Ranged as _, dotted_name, tree, with_tree};
use crate::settings::Problem;
use crate::settings::routes::{Fill, Located, Names as _, SPEAKING, UrlMap, says_any};
use crate::source::{FileId, Sources, Span};

/// Of more modules that fill collections the rest is only stated.
const MAX_FILLERS: usize = 200;
/// So many files one thread looks through at a time.
const PORTION: usize = 16;
/// Methods that only ask a registry.
const ASKING: [&str; 9] =
    ["all", "copy", "get", "get_urls", "items", "keys", "urls", "values", "__contains__"];

/// What Django calls of a configuration.
const HOOKS: [&str; 2] = ["__init__", "ready"];

/// A statement that fills a collection.
pub(super) struct Filler {
    at: Span,
    /// The collection, by dotted name.
    of: String,
    /// Whether it stands in the configuration of an app, which Django runs, or in a function that one imports.
    in_config: bool,
    /// The function around it.
    within: Option<String>,
}

/// What may be filled, by dotted name: the collections, and the functions and classes of their modules that name them.
struct Targets {
    /// The collection that is meant.
    by_name: BTreeMap<String, String>,
    /// Classes that hold collections: who inherits from one or makes an object of it fills none.
    holders: BTreeSet<String>,
    /// Modules of which something is in the list.
    modules: BTreeSet<String>,
    /// The last parts of all of them.
    short: FxHashSet<String>,
}

/// The statements that fill what was looked at, in files that did not run, and in configurations of apps.
pub(super) fn find(names: &IndexNames<'_>, sources: &Sources, map: &UrlMap) -> Vec<Filler> {
    let targets = targets(names, sources, map);
    if targets.by_name.is_empty() {
        return Vec::new();
    }
    let ran: FxHashSet<FileId> = map.ran.iter().copied().collect();
    let reached = reached(names, sources);
    let in_file = |items: &FileItems| {
        let path = sources.path(items.file);
        let is_config = is_config(path) || reached.contains(&items.file);
        if ran.contains(&items.file) && !is_config || is_test(path) {
            return Vec::new();
        }
        let imported = imported(names, items, &targets);
        let mentions = || {
            let text = sources.text(items.file);
            targets.short.iter().any(|name| text.contains(name.as_str()))
        };
        if imported.is_empty() && !(is_config && mentions()) {
            return Vec::new();
        }
        let own = own_path(names, items);
        let mut search = Search {
            sources,
            names,
            targets: &targets,
            own: own.as_ref(),
            file: items.file,
            imported,
            is_config,
            functions: Vec::new(),
            ran: ran.contains(&items.file),
            found: Vec::new(),
        };
        with_tree(sources.file(items.file), |tree| search.visit_body(tree.body()));
        search.found
    };
    let files: Vec<&FileItems> = names.index.files().collect();
    files.into_par_iter().with_max_len(PORTION).flat_map_iter(in_file).collect()
}

/// What is to run so that the collections are filled.
pub(super) fn plan(names: &IndexNames<'_>, fillers: &[Filler]) -> Fill {
    let mut fill = Fill::default();
    let mut words: BTreeSet<&str> = fillers.iter().flat_map(|f| f.of.rsplit('.').take(1)).collect();
    words.extend(fillers.iter().filter_map(|f| f.within.as_deref()).filter(|name| !HOOKS.contains(name)));
    let module = |file: FileId| names.index.module_name(file).filter(|name| !name.is_empty());
    let files: BTreeSet<FileId> = fillers.iter().filter(|f| !f.in_config).map(|f| f.at.file).collect();
    let importers = if files.is_empty() { FxHashMap::default() } else { importers(names) };
    for file in files.into_iter().take(MAX_FILLERS) {
        let Some(name) = module(file) else { continue };
        words.insert(name.rsplit('.').next().unwrap_or(name));
        fill.modules.insert(name.to_owned());
        // Whatever imports it, directly or through others, runs it.
        let mut seen = FxHashSet::from_iter([file]);
        let mut open = vec![file];
        while let Some(next) = open.pop() {
            if let Some(importing) = module(next) {
                fill.by_import.entry(importing.to_owned()).or_default().push(name.to_owned());
            }
            open.extend(importers.get(&next).into_iter().flatten().filter(|file| seen.insert(**file)));
        }
    }
    fill.words = words.into_iter().map(str::to_owned).collect();
    fill
}

/// What fills them and does not run; `all` also counts the configurations of apps.
pub(super) fn problems(fillers: &[Filler], all: bool) -> Vec<Problem> {
    let message = |of: &str| format!("`{of}`, from which URLs are made, may hold more: this adds to it");
    let left = fillers.iter().filter(|filler| all || !filler.in_config);
    left.map(|filler| Problem { at: Some(filler.at), message: message(&filler.of) }).collect()
}

fn targets(names: &IndexNames<'_>, sources: &Sources, map: &UrlMap) -> Targets {
    let mut by_name = BTreeMap::new();
    let (mut modules, mut holders) = (BTreeSet::new(), BTreeSet::new());
    for (file, name) in &map.walked {
        let (Some(items), Some(module)) = (names.index.file(*file), names.index.module_name(*file)) else {
            continue;
        };
        let is_own = |bound: &Bound| matches!(bound, Bound::Value(_) | Bound::Class(_));
        // Who takes `urlpatterns` from elsewhere is another question.
        if name == "urlpatterns" || !items.bindings_of(name).iter().any(|b| is_own(&b.to)) {
            continue;
        }
        let full = format!("{module}.{name}");
        let says = |at: Span| sources.slice(at).contains(name.as_str());
        for function in items.functions.iter().filter(|f| says(f.at)) {
            by_name.entry(format!("{module}.{}", function.name)).or_insert_with(|| full.clone());
        }
        if items.bindings_of(name).iter().all(|b| matches!(b.to, Bound::Class(_))) {
            holders.insert(full.clone());
        }
        for class in items.classes.iter().filter(|c| !c.in_function && fills_by_itself(c, says(c.at))) {
            let class = format!("{module}.{}", class.qualname);
            holders.remove(&class);
            by_name.entry(class).or_insert_with(|| full.clone());
        }
        by_name.insert(full.clone(), full);
        modules.insert(module.to_owned());
    }
    let all = by_name.keys().chain(&modules);
    let short = all.map(|name| name.rsplit('.').next().unwrap_or(name).to_owned()).collect();
    Targets { by_name, holders, modules, short }
}

/// Whether a class that names a collection puts its subclasses, or what it decorates, there.
fn fills_by_itself(class: &crate::index::items::ClassItem, names_it: bool) -> bool {
    names_it && ["__call__", "__init_subclass__", "__new__"].iter().any(|name| class.method(name).is_some())
}

fn is_config(path: &str) -> bool {
    path.ends_with("apps.py")
}

/// The files that the functions of apps' configurations import.
fn reached(names: &IndexNames<'_>, sources: &Sources) -> FxHashSet<FileId> {
    let mut reached = FxHashSet::default();
    for items in names.index.files().filter(|items| is_config(sources.path(items.file))) {
        let Some(own) = own_path(names, items) else { continue };
        let tree = tree(sources, items.file);
        let mut imports = Imports { depth: 0, found: Vec::new() };
        imports.visit_body(tree.body());
        for import in imports.found {
            let Some(from) = own.resolve_relative(import.level, import.module.as_deref()) else { continue };
            let parts = import.names.iter().map(|alias| format!("{from}.{}", alias.name));
            let files =
                parts.chain([from.clone()]).filter_map(|name| names.index.module_file(&name, names.near));
            reached.extend(files);
        }
    }
    reached
}

/// The imports in functions.
struct Imports<'a> {
    depth: usize,
    found: Vec<&'a StmtImportFrom>,
}

impl<'a> Visitor<'a> for Imports<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::ImportFrom(import) if self.depth > 0 => self.found.push(import),
            Stmt::FunctionDef(_) => {
                self.depth += 1;
                walk_stmt(self, stmt);
                self.depth -= 1;
            }
            _ => walk_stmt(self, stmt),
        }
    }
}

fn own_path(names: &IndexNames<'_>, items: &FileItems) -> Option<ModulePath> {
    let module = names.index.module_name(items.file)?;
    Some(ModulePath { name: module.to_owned(), is_package: names.index.is_package(items.file) })
}

/// The names under which a module's own code has something of the list, by what it is.
fn imported(names: &IndexNames<'_>, items: &FileItems, targets: &Targets) -> FxHashMap<String, String> {
    let mut found = FxHashMap::default();
    let mut own = None;
    for binding in &items.bindings {
        let Bound::Import(at) = binding.to else { continue };
        let import = &items.imports[at as usize];
        let last = import.name.as_deref().unwrap_or_else(|| import.module.rsplit('.').next().unwrap_or(""));
        if !targets.short.contains(last) {
            continue;
        }
        let Some(own) = own.get_or_insert_with(|| own_path(names, items)) else { return found };
        let Some(from) = own.resolve_relative(import.level, Some(&*import.module)) else { continue };
        let full = match &import.name {
            Some(name) => format!("{from}.{name}"),
            None => from,
        };
        found.extend(meant(names, targets, &full).map(|meant| (binding.name.to_string(), meant)));
    }
    found
}

/// What of the list a dotted name is, or the module of which something is in it.
fn meant(names: &IndexNames<'_>, targets: &Targets, full: &str) -> Option<String> {
    let defined = match names.locate(full) {
        Located::Value(module, name) => format!("{module}.{name}"),
        Located::Function(name) | Located::Class(name) => name,
        Located::Module => full.to_owned(),
        _ => return None,
    };
    (targets.by_name.contains_key(&defined) || targets.modules.contains(&defined)).then_some(defined)
}

/// Which files import each file at module level.
fn importers(names: &IndexNames<'_>) -> FxHashMap<FileId, Vec<FileId>> {
    let mut importers: FxHashMap<FileId, Vec<FileId>> = FxHashMap::default();
    for items in names.index.files() {
        let Some(own) = own_path(names, items) else { continue };
        let mut seen = FxHashSet::default();
        for import in items.imports.iter().chain(&items.stars) {
            let written = (!import.module.is_empty()).then_some(&*import.module);
            let Some(from) = own.resolve_relative(import.level, written) else { continue };
            let part = import.name.as_ref().map(|name| format!("{from}.{name}"));
            // The packages around a module run before it.
            let outer = from.match_indices('.').map(|(at, _)| &from[..at]);
            let modules = outer.chain([from.as_str()]).chain(part.as_deref());
            for file in modules.filter_map(|name| names.index.module_file(name, names.near)) {
                if file != items.file && seen.insert(file) {
                    importers.entry(file).or_default().push(items.file);
                }
            }
        }
    }
    importers
}

/// Looks for statements that fill something of the list.
struct Search<'s, 'n> {
    sources: &'s Sources,
    names: &'s IndexNames<'n>,
    targets: &'s Targets,
    own: Option<&'s ModulePath>,
    file: FileId,
    imported: FxHashMap<String, String>,
    is_config: bool,
    /// The names of the functions around.
    functions: Vec<String>,
    /// Whether what stands at module level has run.
    ran: bool,
    found: Vec<Filler>,
}

impl Search<'_, '_> {
    /// What of the list an expression is, or asks for by a method that may change it.
    fn filled(&self, expr: &Expr) -> Option<&String> {
        let name = dotted_name(expr)?;
        let (first, rest) = name.split_once('.').unwrap_or((&name, ""));
        let meant = self.imported.get(first)?;
        if let Some(full) = self.targets.by_name.get(meant) {
            return self.changes(meant, rest).then_some(full);
        }
        let (name, rest) = rest.split_once('.').unwrap_or((rest, ""));
        let meant = format!("{meant}.{name}");
        let full = self.targets.by_name.get(&meant)?;
        self.changes(&meant, rest).then_some(full)
    }

    /// Whether what is asked of something of the list may change a collection.
    fn changes(&self, meant: &str, rest: &str) -> bool {
        let is_held = rest.is_empty() && self.targets.holders.contains(meant);
        !is_held && !rest.split('.').any(|part| ASKING.contains(&part))
    }

    fn note(&mut self, expr: &Expr, stmt: &Stmt) {
        let callee = match expr {
            Expr::Call(call) => &*call.func,
            Expr::Subscript(subscript) => &*subscript.value,
            other => other,
        };
        // Functions run when somebody calls them; Django calls those of an app's configuration, where what speaks of URLs
        // has run.
        let in_function = !self.functions.is_empty();
        if in_function && !self.is_config || !in_function && self.ran {
            return;
        }
        if let Some(of) = self.filled(callee).cloned() {
            let at = Span::new(self.file, stmt.range());
            if in_function && says_any(self.sources.slice(at), &SPEAKING) {
                return;
            }
            self.found.push(Filler {
                at,
                of,
                in_config: in_function,
                within: self.functions.first().cloned(),
            });
        }
    }

    fn import(&mut self, import: &StmtImportFrom) {
        let Some(from) =
            self.own.and_then(|own| own.resolve_relative(import.level, import.module.as_deref()))
        else {
            return;
        };
        for Alias { name, asname, .. } in &import.names {
            if let Some(meant) = meant(self.names, self.targets, &format!("{from}.{name}")) {
                self.imported.insert(asname.as_ref().unwrap_or(name).to_string(), meant);
            }
        }
    }
}

impl<'a> Visitor<'a> for Search<'_, '_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::ImportFrom(import) if !self.functions.is_empty() => self.import(import),
            Stmt::FunctionDef(function) => {
                for decorator in &function.decorator_list {
                    self.note(&decorator.expression, stmt);
                }
                if self.is_config {
                    self.functions.push(function.name.to_string());
                    self.visit_body(&function.body);
                    self.functions.pop();
                }
                return;
            }
            Stmt::ClassDef(class) => {
                for decorator in &class.decorator_list {
                    self.note(&decorator.expression, stmt);
                }
                for base in class.arguments.iter().flat_map(|arguments| &arguments.args) {
                    self.note(base, stmt);
                }
            }
            Stmt::Assign(assign) => {
                for target in assign.targets.iter().filter(|t| t.is_subscript_expr()) {
                    self.note(target, stmt);
                }
                if assign.value.is_call_expr() {
                    self.note(&assign.value, stmt);
                }
            }
            Stmt::AugAssign(assign) => self.note(&assign.target, stmt),
            Stmt::Expr(expr) if expr.value.is_call_expr() => self.note(&expr.value, stmt),
            _ => {}
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if !expr.is_lambda_expr() {
            walk_expr(self, expr);
        }
    }
}
