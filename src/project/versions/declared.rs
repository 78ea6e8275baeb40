//! What a project asks for: requirements files, `pyproject.toml`, `Pipfile`, `setup.cfg`, `setup.py`, the
//! metadata of a wheel.

use std::str::FromStr as _;

use pep440_rs::Operator;
use pep508_rs::{Requirement, VerbatimUrl, VersionOrUrl};
use toml_edit::{Document, Item, TableLike, Value};

use super::{Stated, line_at, normal};
use crate::project::layout::{folder_of, name_of};
use crate::project::listed;
use crate::python::visitor::{Visitor, walk_expr};
use crate::python::{Ranged as _, ast, parse};

/// Whether a file is one of those read here.
pub(super) fn is_declaration(path: &str) -> bool {
    let name = name_of(path);
    matches!(name, "pyproject.toml" | "Pipfile" | "setup.cfg" | "setup.py" | "METADATA")
        || is_requirements(path)
}

fn is_requirements(path: &str) -> bool {
    let name = name_of(path).to_ascii_lowercase();
    (name.ends_with(".txt") || name.ends_with(".in"))
        && listed::is_listed_name(name_of(folder_of(path)), name_of(path))
}

/// Django and DRF as a file asks for them.
pub(super) fn read(path: &str, text: &str) -> Vec<Stated> {
    let mut stated = match name_of(path) {
        "pyproject.toml" | "Pipfile" => toml(text),
        "setup.cfg" => requirement_lines(text),
        "METADATA" => metadata(text),
        "setup.py" => setup_py(text),
        _ if is_requirements(path) => requirement_lines(text),
        _ => Vec::new(),
    };
    stated.retain(|s| s.name == "django" || s.name == "djangorestframework");
    stated
}

/// The distribution's own name.
pub(super) fn distribution_name(path: &str, text: &str) -> Option<String> {
    match name_of(path) {
        "pyproject.toml" => {
            let document = Document::parse(text).ok()?;
            let name = |keys: &[&str]| {
                keys.iter()
                    .try_fold(document.as_item(), |item, key| item.get(key))?
                    .as_str()
                    .map(str::to_owned)
            };
            name(&["project", "name"]).or_else(|| name(&["tool", "poetry", "name"]))
        }
        "setup.cfg" => {
            let (_, metadata) = text.split_once("[metadata]")?;
            let line =
                metadata.lines().take_while(|l| !l.starts_with('[')).find(|l| l.starts_with("name"))?;
            Some(line.split_once('=')?.1.trim().to_owned())
        }
        "METADATA" => text.lines().find_map(|l| l.strip_prefix("Name:")).map(|n| n.trim().to_owned()),
        _ => None,
    }
}

/// A requirement as PEP 508 has it, such as `Django[argon2]>=5.2,<6 ; python_version > "3.9"`.
fn requirement(text: &str, line: usize) -> Option<Stated> {
    let text = text.trim();
    // The parser is only asked about the two names that count.
    let lower = text.get(..6)?.to_ascii_lowercase();
    if lower != "django" {
        return None;
    }
    // A name that ends with a dash, such as `django-%s` in a template, is one that the parser panics on.
    let name_end = text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '_'));
    if text[..name_end.unwrap_or(text.len())].ends_with(['.', '-', '_']) {
        return None;
    }
    let requirement = Requirement::<VerbatimUrl>::from_str(text).ok()?;
    let mut stated = Stated { name: requirement.name.to_string(), version: None, exact: false, line };
    let Some(VersionOrUrl::VersionSpecifier(specifiers)) = requirement.version_or_url else {
        return Some(stated);
    };
    let mut lower: Option<pep440_rs::Version> = None;
    for specifier in specifiers.iter() {
        let version = specifier.version().clone();
        match specifier.operator() {
            Operator::Equal | Operator::ExactEqual => {
                stated.version = Some(version.to_string());
                stated.exact = true;
                return Some(stated);
            }
            Operator::GreaterThan
            | Operator::GreaterThanEqual
            | Operator::EqualStar
            | Operator::TildeEqual => {
                lower = lower.max(Some(version));
            }
            _ => {}
        }
    }
    stated.version = lower.map(|v| v.to_string());
    Some(stated)
}

/// A requirements file, or the lists of a `setup.cfg`: one requirement a line; options, comments and hashes are
/// passed over. Files that `-r` names are manifests by themselves.
fn requirement_lines(text: &str) -> Vec<Stated> {
    text.lines()
        .enumerate()
        .filter_map(|(at, line)| {
            let line = line.split(" #").next().unwrap_or_default();
            let line = line.split(" --").next().unwrap_or_default().trim().trim_end_matches('\\');
            let line =
                line.split_once("= ").filter(|(key, _)| is_list_key(key)).map_or(line, |(_, rest)| rest);
            requirement(line, at + 1)
        })
        .collect()
}

/// `install_requires` and the like; `Django = x` is none.
fn is_list_key(key: &str) -> bool {
    matches!(key.trim(), "install_requires" | "requires" | "setup_requires")
}

/// The requirements of a wheel; what only an extra asks for (`ara[server]`) comes last.
fn metadata(text: &str) -> Vec<Stated> {
    let lines = || text.lines().enumerate().take_while(|(_, line)| !line.is_empty());
    let of_extra = |wanted: bool| {
        lines()
            .filter(move |(_, line)| line.contains("extra ==") == wanted)
            .filter_map(|(at, line)| requirement(line.strip_prefix("Requires-Dist:")?, at + 1))
    };
    of_extra(false).chain(of_extra(true)).collect()
}

/// Literals in `setup.py` that are requirements.
fn setup_py(text: &str) -> Vec<Stated> {
    struct Literals<'a> {
        text: &'a str,
        found: Vec<Stated>,
    }
    impl<'a> Visitor<'a> for Literals<'_> {
        fn visit_expr(&mut self, expr: &'a ast::Expr) {
            if let ast::Expr::StringLiteral(literal) = expr {
                let line = line_at(self.text, expr.start().to_usize());
                self.found.extend(requirement(literal.value.to_str(), line));
            }
            walk_expr(self, expr);
        }
    }
    if !text.contains("jango") {
        return Vec::new();
    }
    let module = parse(text);
    let mut literals = Literals { text, found: Vec::new() };
    literals.visit_body(module.body());
    literals.found
}

/// PEP 621, dependency groups, Poetry, PDM, Pipfile.
fn toml(text: &str) -> Vec<Stated> {
    let Ok(document) = Document::parse(text) else { return Vec::new() };
    let root = document.as_item();
    let at = |keys: &[&str]| keys.iter().try_fold(root, |item, key| item.get(key));
    let mut stated = Vec::new();
    lists(text, at(&["project", "dependencies"]), &mut stated);
    tables(text, at(&["tool", "poetry", "dependencies"]), &mut stated);
    tables(text, at(&["packages"]), &mut stated);
    for groups in [
        &["dependency-groups"][..],
        &["project", "optional-dependencies"],
        &["tool", "pdm", "dev-dependencies"],
    ] {
        for (_, group) in at(groups).and_then(Item::as_table_like).into_iter().flat_map(TableLike::iter) {
            lists(text, Some(group), &mut stated);
        }
    }
    for (_, group) in
        at(&["tool", "poetry", "group"]).and_then(Item::as_table_like).into_iter().flat_map(TableLike::iter)
    {
        tables(text, group.get("dependencies"), &mut stated);
    }
    tables(text, at(&["tool", "poetry", "dev-dependencies"]), &mut stated);
    tables(text, at(&["dev-packages"]), &mut stated);
    stated
}

/// `["Django>=5.2", …]`.
fn lists(text: &str, item: Option<&Item>, stated: &mut Vec<Stated>) {
    for value in item.and_then(Item::as_array).into_iter().flatten() {
        if let Some(written) = value.as_str() {
            let line = value.span().map_or(1, |span| line_at(text, span.start));
            stated.extend(requirement(written, line));
        }
    }
}

/// `django = "^5.2"`, `django = {version = "~5.2", extras = […]}`, or a list of such.
fn tables(text: &str, item: Option<&Item>, stated: &mut Vec<Stated>) {
    for (name, value) in item.and_then(Item::as_table_like).into_iter().flat_map(TableLike::iter) {
        let choice = value
            .as_array()
            .and_then(|a| a.iter().find_map(Value::as_inline_table)?.get("version")?.as_str());
        let written = value.as_str().or_else(|| value.get("version").and_then(Item::as_str)).or(choice);
        let line = value.span().map_or(1, |span| line_at(text, span.start));
        let name = normal(name);
        let Some(written) = written else {
            stated.push(Stated { name, version: None, exact: false, line });
            continue;
        };
        stated.push(poetry(&name, written, line));
    }
}

/// A constraint of Poetry or pipenv: PEP 440, or `^5.2`, `~5.2`, `5.2.1`, `*`.
fn poetry(name: &str, written: &str, line: usize) -> Stated {
    let written = written.trim();
    let caret =
        written.strip_prefix('^').or_else(|| written.strip_prefix('~').filter(|r| !r.starts_with('=')));
    let (version, exact) = if let Some(lower) = caret {
        (Some(lower.split(',').next().unwrap_or(lower).trim().to_owned()), false)
    } else if written.starts_with(|c: char| c.is_ascii_digit()) {
        let wild = written.contains('*');
        (Some(written.trim_end_matches(['*', '.']).to_owned()), !wild)
    } else {
        let read = requirement(&format!("django{written}"), line);
        read.map_or((None, false), |s| (s.version, s.exact))
    };
    Stated { name: name.to_owned(), version, exact, line }
}
