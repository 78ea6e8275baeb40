//! Making a name usable: an import that is there is used, `from x import a` is extended, or a line is added to
//! the block of imports at the top. Never inside `if`, `try` or a function.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::edit::Code;
use crate::edit::edits::{Edits, Fixes};
use crate::edit::plan::Refusal;
use crate::python::ast::{Alias, Expr, Stmt, StmtImportFrom};
use crate::python::{Ranged as _, TokenKind, is_standard_library};

use super::collection::{Addition, Batch, Collection, Head};
use super::{PyFile, offsets};

/// `from module import name`, or `import module` for an empty name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::edit) struct Wanted {
    /// The module, with leading dots when relative.
    pub(in crate::edit) module: String,
    /// The name.
    pub(in crate::edit) name: String,
}

impl Wanted {
    /// The name that the file uses afterwards.
    fn bound(&self) -> &str {
        if self.name.is_empty() { self.module.split('.').next().unwrap_or_default() } else { &self.name }
    }

    fn line(&self, names: &[String]) -> String {
        if self.name.is_empty() {
            format!("import {}", self.module)
        } else {
            format!("from {} import {}", self.module, names.join(", "))
        }
    }
}

/// Plans all imports of a file. `first_use` is the first byte that the edits of some fixes touch.
pub(in crate::edit) fn add(
    file: &PyFile<'_>,
    wanted: &BTreeMap<Wanted, Fixes>,
    edits: &mut Edits,
) -> Result<(), (Refusal, Fixes)> {
    let mut missing: BTreeMap<(String, bool), (Vec<String>, Fixes)> = BTreeMap::new();
    for (want, fixes) in wanted {
        let first_use = edits.first_touched(fixes).unwrap_or(usize::MAX);
        if !is_there(file, want, first_use).map_err(|r| (r, fixes.clone()))? {
            let (names, all) = missing.entry((want.module.clone(), want.name.is_empty())).or_default();
            names.push(want.name.clone());
            all.extend(fixes);
        }
    }
    let mut lines: BTreeMap<(usize, u8), (Vec<String>, Fixes, Edge)> = BTreeMap::new();
    for ((module, plain), (names, fixes)) in missing {
        let first_use = edits.first_touched(&fixes).unwrap_or(usize::MAX);
        if !plain
            && extend(file, &module, &names, first_use, &fixes, edits).map_err(|r| (r, fixes.clone()))?
        {
            continue;
        }
        let want = Wanted { module, name: if plain { String::new() } else { names[0].clone() } };
        let spot = spot(file, &want);
        let slot = lines.entry((spot.at, spot.edge as u8)).or_insert((Vec::new(), Fixes::new(), spot.edge));
        slot.0.push(want.line(&names));
        slot.1.extend(fixes);
    }
    for ((at, _), (mut new, fixes, edge)) in lines {
        // `import x` lines come before `from x` lines, as import sorters have it.
        new.sort_by(|a, b| b.starts_with("import").cmp(&a.starts_with("import")).then_with(|| a.cmp(b)));
        let eol = file.eol(at.saturating_sub(1));
        let block = new.join(eol);
        let open_end = at == file.text.text.len() && at > 0 && !ends_in_break(file);
        let text = match edge {
            _ if open_end => format!("{eol}{block}"),
            Edge::Joined => format!("{block}{eol}"),
            Edge::Opens => format!("{block}{eol}{eol}"),
            Edge::Closes => format!("{eol}{block}{eol}"),
            Edge::Apart => format!("{eol}{block}{eol}{eol}"),
        };
        edits.insert(at, text, &fixes);
    }
    Ok(())
}

fn ends_in_break(file: &PyFile<'_>) -> bool {
    file.text.text.ends_with(['\n', '\r'])
}

/// Whether the name is bound to the wanted thing before its use; refuses when it means something else.
fn is_there(file: &PyFile<'_>, want: &Wanted, first_use: usize) -> Result<bool, Refusal> {
    let mut bindings = Vec::new();
    collect(file.module.body(), true, 0, &mut bindings);
    let mut there = false;
    for binding in bindings.iter().filter(|b| b.name == want.bound()) {
        let same = match &binding.import {
            None => false,
            Some((module, name)) if want.name.is_empty() => {
                name.is_empty() && module.split('.').next() == want.module.split('.').next()
            }
            Some((module, name)) => *module == want.module && *name == want.name,
        };
        if !same {
            return Err(Refusal::NameTaken {
                line: file.text.line(binding.at),
                name: want.bound().to_owned(),
            });
        }
        let exact = !want.name.is_empty()
            || !want.module.contains('.')
            || binding.import.as_ref().is_some_and(|(m, _)| *m == want.module);
        there |= binding.always && exact && binding.at < first_use;
    }
    Ok(there)
}

/// A name bound at module level.
struct Binding {
    name: String,
    /// Module and name, for an import under its own name.
    import: Option<(String, String)>,
    at: usize,
    /// Whether it is bound on every run of the module.
    always: bool,
}

/// How deep blocks are followed; deeper ones bind nothing that matters.
const MAX_DEPTH: usize = 50;

fn collect(body: &[Stmt], always: bool, depth: usize, out: &mut Vec<Binding>) {
    if depth > MAX_DEPTH {
        return;
    }
    for stmt in body {
        let at = offsets(stmt.range()).start;
        let mut push = |name: &str, import: Option<(String, String)>| {
            out.push(Binding { name: name.to_owned(), import, at, always });
        };
        match stmt {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let module = alias.name.as_str();
                    match &alias.asname {
                        Some(name) if name.as_str() != module => push(name.as_str(), None),
                        _ => push(
                            module.split('.').next().unwrap_or_default(),
                            Some((module.to_owned(), String::new())),
                        ),
                    }
                }
            }
            Stmt::ImportFrom(import) => {
                let module = module_of(import);
                for alias in import.names.iter().filter(|a| a.name.as_str() != "*") {
                    let own = (module.clone(), alias.name.to_string());
                    match &alias.asname {
                        Some(name) if *name != alias.name => push(name.as_str(), None),
                        _ => push(alias.name.as_str(), Some(own)),
                    }
                }
            }
            Stmt::FunctionDef(def) => push(def.name.as_str(), None),
            Stmt::ClassDef(def) => push(def.name.as_str(), None),
            Stmt::Assign(assign) => {
                for name in assign.targets.iter().filter_map(Expr::as_name_expr) {
                    push(name.id.as_str(), None);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(name) = assign.target.as_name_expr() {
                    push(name.id.as_str(), None);
                }
            }
            Stmt::If(stmt) => {
                collect(&stmt.body, false, depth + 1, out);
                for clause in &stmt.elif_else_clauses {
                    collect(&clause.body, false, depth + 1, out);
                }
            }
            Stmt::Try(stmt) => {
                collect(&stmt.body, false, depth + 1, out);
                for handler in &stmt.handlers {
                    let crate::python::ast::ExceptHandler::ExceptHandler(handler) = handler;
                    collect(&handler.body, false, depth + 1, out);
                }
                collect(&stmt.orelse, false, depth + 1, out);
                collect(&stmt.finalbody, false, depth + 1, out);
            }
            Stmt::With(stmt) => collect(&stmt.body, false, depth + 1, out),
            Stmt::For(stmt) => collect(&stmt.body, false, depth + 1, out),
            Stmt::While(stmt) => collect(&stmt.body, false, depth + 1, out),
            _ => {}
        }
    }
}

fn module_of(import: &StmtImportFrom) -> String {
    let dots = ".".repeat(import.level as usize);
    format!("{dots}{}", import.module.as_ref().map_or("", |m| m.as_str()))
}

/// Adds names to an import of the same module at the top of the file, when that is simple.
fn extend(
    file: &PyFile<'_>,
    module: &str,
    names: &[String],
    first_use: usize,
    fixes: &Fixes,
    edits: &mut Edits,
) -> Result<bool, Refusal> {
    let imports = file.module.body().iter().filter_map(Stmt::as_import_from_stmt).filter(|i| {
        module_of(i) == module
            && offsets(i.range()).start < first_use
            && i.names.iter().all(|a| a.name.as_str() != "*")
    });
    for import in imports {
        let range = offsets(import.range());
        let open = file
            .tokens_in(range.clone())
            .iter()
            .find(|t| t.kind == TokenKind::Lpar)
            .filter(|t| t.end <= import.names.first().map_or(0, |a| offsets(a.range()).start));
        let starts_line = file.text.starts_line(range.start);
        let length: usize = names.iter().map(|n| n.len() + 2).sum();
        match open {
            Some(open) => {
                let ranges: Vec<_> = import.names.iter().map(|a| offsets(a.range())).collect();
                let items = Collection::read(file, open.end..range.end - 1, &ranges, true, false);
                let mut batch = Batch::default();
                for name in names {
                    batch.additions.push(Addition {
                        gap: sorted_gap(&import.names, name),
                        head: Head::Name,
                        value: Code::Name(name.clone()),
                        fixes: fixes.clone(),
                    });
                }
                items.change(file, &batch, edits)?;
                return Ok(true);
            }
            None if starts_line
                && file.text.same_line(range.start, range.end)
                && file.text.line_end(range.end) == range.end
                && file.text.column(range.end) + length <= file.style.width =>
            {
                for name in names {
                    let gap = sorted_gap(&import.names, name);
                    match import.names.get(gap) {
                        Some(next) => edits.insert(offsets(next.range()).start, format!("{name}, "), fixes),
                        None => edits.insert(range.end, format!(", {name}"), fixes),
                    }
                }
                return Ok(true);
            }
            None => {}
        }
    }
    Ok(false)
}

/// The sorted position when the names are sorted, else the end.
fn sorted_gap(names: &[Alias], name: &str) -> usize {
    if names.is_sorted_by(|a, b| by_name(a.name.as_str(), b.name.as_str()).is_le()) {
        names.partition_point(|a| by_name(a.name.as_str(), name).is_le())
    } else {
        names.len()
    }
}

fn by_name(a: &str, b: &str) -> Ordering {
    a.cmp(b)
}

/// How a new line stands to its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
    /// In a block.
    Joined,
    /// A block of its own before others.
    Opens,
    /// A block of its own behind others.
    Closes,
    /// A block of its own between other code.
    Apart,
}

struct Spot {
    at: usize,
    edge: Edge,
}

/// The block an import belongs to.
fn section(module: &str) -> u8 {
    let root = module.split('.').next().unwrap_or_default();
    match root {
        "__future__" => 0,
        "" => 3,
        _ if is_standard_library(root) => 1,
        _ => 2,
    }
}

/// Where a new import line goes: among the imports that the file starts with.
fn spot(file: &PyFile<'_>, want: &Wanted) -> Spot {
    let body = file.module.body();
    let docstring =
        usize::from(matches!(body.first(), Some(Stmt::Expr(e)) if e.value.is_string_literal_expr()));
    let leading: Vec<&Stmt> =
        body[docstring..].iter().take_while(|s| s.is_import_stmt() || s.is_import_from_stmt()).collect();
    let key = |stmt: &Stmt| match stmt {
        Stmt::Import(import) => {
            let module = import.names.first().map_or("", |a| a.name.as_str()).to_owned();
            (section(&module), false, module)
        }
        Stmt::ImportFrom(import) => {
            let module = module_of(import);
            (section(&module), true, module)
        }
        _ => (3, true, String::new()),
    };
    let wanted = (section(&want.module), !want.name.is_empty(), want.module.clone());
    let behind = |stmt: &Stmt, edge| Spot { at: file.after_logical_line(offsets(stmt.range()).end).0, edge };
    let same: Vec<&Stmt> = leading.iter().copied().filter(|s| key(s).0 == wanted.0).collect();
    if let Some(first) = same.first() {
        return match same.iter().rev().find(|s| key(s) <= wanted) {
            Some(last) => behind(last, Edge::Joined),
            None => Spot { at: file.text.line_start(offsets(first.range()).start), edge: Edge::Joined },
        };
    }
    if let Some(last) = leading.iter().rev().find(|s| key(s).0 < wanted.0) {
        return behind(last, Edge::Closes);
    }
    if let Some(first) = leading.first() {
        return Spot { at: file.text.line_start(offsets(first.range()).start), edge: Edge::Opens };
    }
    no_imports(file, docstring)
}

/// The spot in a file that starts without imports: behind `#!`, coding, licence and docstring.
fn no_imports(file: &PyFile<'_>, docstring: usize) -> Spot {
    let body = file.module.body();
    if docstring == 1 {
        let at = file.after_logical_line(offsets(body[0].range()).end).0;
        let next_blank = file.text.text[at..].starts_with(['\n', '\r']);
        return Spot { at, edge: if next_blank || body.len() == 1 { Edge::Closes } else { Edge::Apart } };
    }
    // The comments that open the file end at the first blank line or the first statement.
    let mut at = 0;
    for line in file.text.lines() {
        if !file.text.text[line.clone()].trim_start().starts_with('#') {
            break;
        }
        at = line.end;
    }
    if at == 0 {
        return Spot { at, edge: Edge::Opens };
    }
    let next_blank = file.text.text[at..].starts_with(['\n', '\r']);
    Spot { at, edge: if next_blank { Edge::Closes } else { Edge::Apart } }
}
