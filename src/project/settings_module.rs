//! Which files are settings modules, told by what they assign and import, whoever names them or not.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::memmem;
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::entry_points::words;
use super::layout::{Layout, folder_of, name_of};
use super::split_settings;
use crate::python::{ast, dotted_name, tree};
use crate::source::{FileId, SourceFile};
use ast::{Expr, Stmt};

/// A file that holds settings.
#[derive(Clone, Debug, Default)]
pub(super) struct SettingsFile {
    /// Other settings files whose names it takes over (star import, `include`), directly.
    pub(super) builds_on: BTreeSet<FileId>,
    /// Those of them that it takes over only under a condition.
    pub(super) conditional: BTreeSet<FileId>,
    /// Whether another file includes it as a part (django-split-settings), so that it is not whole by itself.
    pub(super) part: bool,
    /// Whether it is TOML.
    pub(super) toml: bool,
}

/// Settings without which a project does not start, or that hardly anything else would assign.
const CORE: [&str; 9] = [
    "INSTALLED_APPS",
    "ROOT_URLCONF",
    "MIDDLEWARE",
    "MIDDLEWARE_CLASSES",
    "DATABASES",
    "SECRET_KEY",
    "TEMPLATES",
    "WSGI_APPLICATION",
    "ALLOWED_HOSTS",
];

/// Further names that a settings file assigns.
const COMMON: [&str; 27] = [
    "ADMINS",
    "ASGI_APPLICATION",
    "AUTHENTICATION_BACKENDS",
    "AUTH_PASSWORD_VALIDATORS",
    "AUTH_USER_MODEL",
    "CACHES",
    "CSRF_COOKIE_SECURE",
    "CSRF_TRUSTED_ORIGINS",
    "DEBUG",
    "DEFAULT_AUTO_FIELD",
    "DEFAULT_FILE_STORAGE",
    "EMAIL_BACKEND",
    "EMAIL_HOST",
    "LANGUAGE_CODE",
    "LOGGING",
    "MEDIA_ROOT",
    "MEDIA_URL",
    "PASSWORD_HASHERS",
    "REST_FRAMEWORK",
    "SECURE_SSL_REDIRECT",
    "SESSION_COOKIE_SECURE",
    "SITE_ID",
    "STATICFILES_DIRS",
    "STATIC_ROOT",
    "STATIC_URL",
    "TIME_ZONE",
    "USE_TZ",
];

/// The function that Open edX calls with its own settings.
const PLUGIN: &str = "plugin_settings";

/// All settings files of the snapshot. `named` are the files that an entry point names: those are settings
/// whatever they hold.
pub(super) fn find(layout: &Layout<'_>, named: &BTreeSet<FileId>) -> BTreeMap<FileId, SettingsFile> {
    let signs = Signs::new();
    let files: Vec<(FileId, &SourceFile)> = layout.sources.iter().collect();
    let facts = files.into_par_iter().filter_map(|(id, file)| {
        if file.path.ends_with(".toml") {
            return Some((id, toml_facts(file)?));
        }
        if !is_python_text(&file.path) || file.path.ends_with("django/conf/global_settings.py") {
            return None;
        }
        let text = file.text.as_bytes();
        let relevant = named.contains(&id)
            || signs.assigns(text)
            || looks_like_settings(&file.path) && signs.composes(text);
        relevant.then(|| (id, python_facts(layout, id, file)))
    });
    let facts: BTreeMap<FileId, Facts> = facts.collect();
    let mut settings: FxHashSet<FileId> =
        facts.iter().filter(|(id, f)| named.contains(id) || f.is_settings()).map(|(&id, _)| id).collect();
    // An `__init__.py` that is named, but sets nothing, only holds the modules beside it.
    let holders: Vec<FileId> = settings
        .iter()
        .copied()
        .filter(|id| {
            let path = layout.sources.path(*id);
            let beside =
                |other: &FileId| other != id && folder_of(layout.sources.path(*other)) == folder_of(path);
            name_of(path) == "__init__.py"
                && facts.get(id).is_some_and(|f| {
                    f.known() == 0 && !f.dynaconf && !f.builds_on.iter().any(|base| settings.contains(base))
                })
                && tree(layout.sources, *id).body().iter().all(is_helper)
                && settings.iter().any(beside)
        })
        .collect();
    for id in holders {
        settings.remove(&id);
    }
    // What builds on settings is settings too, as far as it has a name or a line that says so.
    loop {
        let more: Vec<FileId> = facts
            .iter()
            .filter(|(id, f)| {
                !settings.contains(id)
                    && !f.plugin
                    && (f.known() > 0 || looks_like_settings(layout.sources.path(**id)))
                    && f.builds_on.iter().any(|base| settings.contains(base))
            })
            .map(|(&id, _)| id)
            .collect();
        if more.is_empty() {
            break;
        }
        settings.extend(more);
    }
    let parts: BTreeSet<FileId> = facts
        .iter()
        .filter(|(id, _)| settings.contains(id))
        .flat_map(|(id, f)| f.includes.iter().filter(move |part| *part != id))
        .copied()
        .collect();
    facts
        .into_iter()
        .filter(|(id, _)| settings.contains(id))
        .map(|(id, f)| {
            let part = parts.contains(&id) && !named.contains(&id);
            let Facts { builds_on, conditional, toml, .. } = f;
            (id, SettingsFile { builds_on, conditional, part, toml })
        })
        .collect()
}

/// What a text has that holds settings.
pub(super) struct Signs {
    core: AhoCorasick,
    others: [memmem::Finder<'static>; 4],
}

impl Signs {
    pub(super) fn new() -> Self {
        // One pass over all texts, many bytes at a time, which this kind of match allows.
        let core = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(CORE);
        let others = ["import *", "split_settings", "ynaconf", "Configuration"].map(memmem::Finder::new);
        Self { core: core.expect("internal error: a few short names"), others }
    }

    /// Whether it assigns a setting that a project needs.
    pub(super) fn assigns(&self, text: &[u8]) -> bool {
        self.core.find_iter(text).any(|found| is_assigned_at(text, found.start()))
    }

    /// Whether it may take settings over from elsewhere.
    pub(super) fn composes(&self, text: &[u8]) -> bool {
        self.others.iter().any(|sign| sign.find(text).is_some())
    }
}

/// Whether a statement only provides something for the modules beside it: a function, a class, an import, a name.
fn is_helper(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::FunctionDef(_) | Stmt::ClassDef(_) | Stmt::Import(_) | Stmt::Pass(_) => true,
        Stmt::ImportFrom(import) => import.names.iter().all(|n| n.name.as_str() != "*"),
        Stmt::Assign(assign) => assign.targets.iter().all(Expr::is_name_expr),
        Stmt::AnnAssign(assign) => assign.target.is_name_expr(),
        Stmt::Expr(expr) => expr.value.is_string_literal_expr() || expr.value.is_ellipsis_literal_expr(),
        _ => false,
    }
}

/// `settings.py`, but also `settings.py.example` and the like.
fn is_python_text(path: &str) -> bool {
    let name = name_of(path);
    name.ends_with(".py") || name.contains(".py.")
}

/// Whether the bytes before and after an occurrence make it the target of an assignment.
fn is_assigned_at(text: &[u8], at: usize) -> bool {
    let line = memchr::memrchr(b'\n', &text[..at]).map_or(0, |n| n + 1);
    let mut after = text[at..].iter().skip_while(|b| b.is_ascii_uppercase() || **b == b'_');
    text[line..at].iter().all(|b| matches!(b, b' ' | b'\t'))
        && after.find(|b| !matches!(b, b' ' | b'\t')).is_some_and(|b| matches!(b, b'=' | b':' | b'+'))
}

/// Whether the path alone suggests settings: `settings`, `config/…`, `local_settings.py`, `settings/prod.py`.
pub(super) fn looks_like_settings(path: &str) -> bool {
    let stem = name_of(path).trim_end_matches(".py");
    let folder = name_of(folder_of(path));
    let says =
        |text: &str| words(text).any(|w| matches!(w, "settings" | "setting" | "conf" | "config" | "configs"));
    says(stem) || says(folder)
}

#[derive(Debug, Default)]
struct Facts {
    core: BTreeSet<String>,
    common: BTreeSet<String>,
    builds_on: BTreeSet<FileId>,
    conditional: BTreeSet<FileId>,
    includes: BTreeSet<FileId>,
    dynaconf: bool,
    toml: bool,
    /// Whether it hands settings to those of another project, as plugins of Open edX do.
    plugin: bool,
}

impl Facts {
    fn known(&self) -> usize {
        self.core.len() + self.common.len()
    }

    fn is_settings(&self) -> bool {
        if self.plugin {
            return false;
        }
        let starts = self.core.contains("INSTALLED_APPS") || self.core.contains("ROOT_URLCONF");
        self.dynaconf && !self.toml
            || starts && self.known() >= 2
            || self.core.len() >= 2 && self.known() >= 4
            || !self.core.is_empty() && self.known() >= 6
    }

    fn note(&mut self, name: &str) {
        if CORE.contains(&name) {
            self.core.insert(name.to_owned());
        } else if COMMON.contains(&name) {
            self.common.insert(name.to_owned());
        }
    }
}

fn python_facts(layout: &Layout<'_>, id: FileId, file: &SourceFile) -> Facts {
    let mut facts = Facts::default();
    let module = tree(layout.sources, id);
    statements(module.body(), layout, &file.path, &mut facts, 0);
    // Paths that `include` takes may stand in a list of their own: `include(*_parts)`.
    if file.text.contains("split_settings") {
        facts.includes = split_settings::parts(module.body(), layout, &file.path);
    }
    facts.builds_on.extend(facts.includes.iter().copied());
    facts
}

/// Collects from statements that run when the module is imported.
fn statements(body: &[Stmt], layout: &Layout<'_>, path: &str, facts: &mut Facts, depth: usize) {
    if depth > 40 {
        return;
    }
    for stmt in body {
        let mut inner = |body: &[Stmt]| statements(body, layout, path, facts, depth + 1);
        match stmt {
            Stmt::If(branch) => {
                let before = facts.builds_on.clone();
                let mut inner = |body: &[Stmt]| statements(body, layout, path, facts, depth + 1);
                inner(&branch.body);
                branch.elif_else_clauses.iter().for_each(|clause| inner(&clause.body));
                facts.conditional.extend(facts.builds_on.difference(&before));
            }
            Stmt::Try(attempt) => {
                inner(&attempt.body);
                for handler in &attempt.handlers {
                    let ast::ExceptHandler::ExceptHandler(handler) = handler;
                    inner(&handler.body);
                }
                inner(&attempt.orelse);
                inner(&attempt.finalbody);
            }
            Stmt::With(with) => inner(&with.body),
            Stmt::For(each) => inner(&each.body),
            Stmt::ClassDef(class) if is_settings_class(class) => inner(&class.body),
            _ => simple(stmt, layout, path, facts),
        }
    }
}

fn simple(stmt: &Stmt, layout: &Layout<'_>, path: &str, facts: &mut Facts) {
    match stmt {
        Stmt::Assign(assign) => {
            for target in &assign.targets {
                if let Expr::Name(name) = target {
                    facts.note(&name.id);
                }
            }
            call(&assign.value, facts);
        }
        Stmt::AnnAssign(assign) => {
            if let (Expr::Name(name), Some(_)) = (&*assign.target, &assign.value) {
                facts.note(&name.id);
            }
        }
        Stmt::AugAssign(assign) => {
            if let Expr::Name(name) = &*assign.target {
                facts.note(&name.id);
            }
        }
        Stmt::ImportFrom(import) => {
            let module = import.module.as_ref().map(ast::Identifier::as_str);
            let star = import.names.iter().any(|n| n.name.as_str() == "*");
            if star {
                facts.builds_on.extend(layout.imported_file(path, import.level, module));
            } else if looks_like_settings(path) {
                // `from .base import DEBUG, …`; `from . import base` for class-based settings.
                let upper =
                    import.names.iter().any(|n| n.name.chars().next().is_some_and(char::is_uppercase));
                if upper {
                    facts.builds_on.extend(layout.imported_file(path, import.level, module));
                }
            }
        }
        Stmt::Expr(expr) => call(&expr.value, facts),
        // <https://docs.openedx.org/projects/edx-django-utils/en/latest/edx_django_utils.plugins.html>
        Stmt::FunctionDef(function) if function.name.as_str() == PLUGIN => facts.plugin = true,
        _ => {}
    }
}

/// Dynaconf's object.
fn call(expr: &Expr, facts: &mut Facts) {
    let Expr::Call(call) = expr else { return };
    let name = dotted_name(&call.func);
    facts.dynaconf |= name.is_some_and(|name| name.rsplit('.').next() == Some("DjangoDynaconf"));
}

/// A class whose attributes are settings: a subclass of something called configuration or settings.
fn is_settings_class(class: &ast::StmtClassDef) -> bool {
    let says = |name: &str| {
        let last = name.rsplit('.').next().unwrap_or(name);
        ["Configuration", "Settings", "Config", "Mixin", "Base", "Common", "Core"]
            .iter()
            .any(|w| last.ends_with(w))
    };
    class.bases().iter().any(|base| dotted_name(base).is_some_and(|name| says(&name))) || says(&class.name)
}

/// A TOML file that dynaconf would read as Django settings.
fn toml_facts(file: &SourceFile) -> Option<Facts> {
    let stem = name_of(&file.path).trim_end_matches(".toml").trim_start_matches('.');
    if !matches!(stem, "settings" | "secrets" | "config" | "conf") && !stem.starts_with("settings") {
        return None;
    }
    let mut facts = Facts { toml: true, ..Facts::default() };
    for line in file.text.lines() {
        let key = line.split('=').next().unwrap_or_default().trim().trim_matches('"');
        facts.note(&key.to_ascii_uppercase());
    }
    Some(facts)
}
