//! Operations of several fixes to one change: what they share is made once, what they add to one place is made
//! together, what cannot go together is named. A file that cannot be edited safely is refused as a whole.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;
use indexmap::map::Entry;

use crate::python::tree;
use crate::source::{Encoding, FileId, Sources};

use super::edits::{Clash, Edits, Fixes, apply_edits};
use super::merge::merge_dicts;
use super::python::call::{Target, TargetError};
use super::python::import::Wanted;
use super::python::{Nodes, PyFile, assignment, class, expression, import, statement};
use super::{FileEdit, Operation, SourceChange, insert, toml, unused, verify};

/// Why one operation cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing of the kind stands at the span: it was made for another text.
    #[error("the file is not the one that was analysed")]
    Stale,
    /// Decoded one for one; writing could not keep its bytes.
    #[error("the file is not UTF-8; it is read but not edited")]
    SingleByte,
    /// Syntax errors: edits would land in the wrong place.
    #[error("the file has a syntax error on line {line} ({message}); it is not edited before that is mended")]
    Broken {
        /// The line, from 1.
        line: usize,
        /// The parser's words.
        message: String,
    },
    /// Inside an f-string or t-string.
    #[error("line {line}: the place is inside an f-string")]
    InsideFString {
        /// The line, from 1.
        line: usize,
    },
    /// A comment would vanish.
    #[error("line {line}: a comment inside the value would be lost")]
    WouldLoseComment {
        /// The line, from 1.
        line: usize,
    },
    /// The import would change what a name means.
    #[error("`{name}` means something else in this file (line {line})")]
    NameTaken {
        /// Where it is bound.
        line: usize,
        /// The name.
        name: String,
    },
    /// A construct that is left to the developer.
    #[error("line {line}: {reason}")]
    Unsupported {
        /// The line, from 1.
        line: usize,
        /// A full clause.
        reason: String,
    },
    /// The operation carries code that is none.
    #[error("internal error: `{0}` is not code that can be written")]
    BadCode(String),
    /// The result failed its proof.
    #[error("internal error: {0}")]
    Unverified(String),
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Two fixes want different things at one place.
    #[error("{path}, line {line}: the fixes {first} and {second} change the same place; accept one of them")]
    Conflict {
        /// The file.
        path: String,
        /// Where they meet, from 1.
        line: usize,
        /// One fix.
        first: String,
        /// The other; the same when one fix contradicts itself.
        second: String,
    },
    /// One fix cannot be made.
    #[error("{path}: {why}")]
    Refused {
        /// The file.
        path: String,
        /// The fix.
        fix: String,
        /// Why.
        why: Refusal,
    },
}

impl PlanError {
    /// The fixes that cannot be made (together).
    pub fn fixes(&self) -> Vec<&str> {
        match self {
            Self::Conflict { first, second, .. } if first != second => vec![first, second],
            Self::Conflict { first, .. } => vec![first],
            Self::Refused { fix, .. } => vec![fix],
        }
    }
}

/// Why a file's operations were given up, with who asked.
pub(super) enum Stop {
    Refused(Refusal, Fixes),
    Conflict(Fixes, Fixes, usize),
}

impl From<Clash> for Stop {
    fn from(clash: Clash) -> Self {
        Self::Conflict(clash.first, clash.second, clash.at)
    }
}

/// Turns the operations of some fixes (id and operations) into one change per file. Nothing is written.
///
/// # Errors
/// [`PlanError`] for the first file, in order of path, that cannot be changed as asked.
pub fn plan(sources: &Sources, fixes: &[(&str, &[Operation])]) -> Result<SourceChange, PlanError> {
    let mut by_file: BTreeMap<FileId, Vec<(&Operation, Fixes)>> = BTreeMap::new();
    let mut created: BTreeMap<&str, (FileEdit, &str)> = BTreeMap::new();
    for (index, (id, operations)) in fixes.iter().enumerate() {
        for operation in *operations {
            if let Operation::CreateFile { near, path, text } = operation {
                let edit = new_file(sources, *near, path, text, id)?;
                let (known, first) = created.entry(path).or_insert_with(|| (edit, id));
                if known.after != *text {
                    let (first, second) = ((*first).to_owned(), (*id).to_owned());
                    return Err(PlanError::Conflict { path: path.clone(), line: 1, first, second });
                }
                continue;
            }
            let list = by_file.entry(operation.file()).or_default();
            match list.iter_mut().find(|(known, _)| *known == operation) {
                Some((_, owners)) => {
                    owners.insert(index);
                }
                None => list.push((operation, Fixes::from([index]))),
            }
        }
    }
    let mut files = Vec::new();
    for (file, operations) in by_file {
        let source = sources.file(file);
        let operations = merge_dicts(operations);
        let operations: Vec<_> = operations.iter().map(|(o, f)| (o, f.clone())).collect();
        let id = |set: &Fixes| set.first().map_or(String::new(), |&i| fixes[i].0.to_owned());
        let after = plan_file(sources, file, &operations).map_err(|stop| match stop {
            Stop::Refused(why, who) => PlanError::Refused { path: source.path.clone(), fix: id(&who), why },
            Stop::Conflict(first, second, at) => {
                let line = source.lines().line_of(at) + 1;
                let other: Fixes = second.difference(&first).copied().collect();
                let second = if other.is_empty() { &second } else { &other };
                PlanError::Conflict { path: source.path.clone(), line, first: id(&first), second: id(second) }
            }
        })?;
        if *after != *source.text {
            files.push(FileEdit {
                file,
                path: source.path.clone(),
                before: Arc::clone(&source.text),
                after,
                before_hash: source.hash,
                is_new: false,
            });
        }
    }
    files.extend(created.into_values().map(|(edit, _)| edit));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(SourceChange { files })
}

/// A file that is written for the first time: nothing is there, and its text is valid.
fn new_file(
    sources: &Sources,
    near: FileId,
    path: &str,
    text: &str,
    fix: &str,
) -> Result<FileEdit, PlanError> {
    let refused = |why: Refusal| PlanError::Refused { path: path.to_owned(), fix: fix.to_owned(), why };
    if sources.find(path).is_some() {
        return Err(refused(Refusal::Unsupported {
            line: 1,
            reason: "the file is there already".to_owned(),
        }));
    }
    if !crate::python::parse(text).is_valid() {
        return Err(refused(Refusal::BadCode(path.to_owned())));
    }
    Ok(FileEdit {
        file: near,
        path: path.to_owned(),
        before: "".into(),
        after: text.to_owned(),
        before_hash: 0,
        is_new: true,
    })
}

fn plan_file(sources: &Sources, file: FileId, operations: &[(&Operation, Fixes)]) -> Result<String, Stop> {
    let source = sources.file(file);
    let text = &*source.text;
    let everyone = || operations.iter().flat_map(|(_, f)| f).copied().collect::<Fixes>();
    if source.encoding == Encoding::SingleByte {
        return Err(Stop::Refused(Refusal::SingleByte, everyone()));
    }
    if source.path.to_ascii_lowercase().ends_with(".toml") {
        let mut touched = BTreeSet::new();
        let after = toml::plan(text, operations, &mut touched)?;
        verify::toml(text, &after, &touched)
            .map_err(|e| Stop::Refused(Refusal::Unverified(e), everyone()))?;
        return Ok(after);
    }
    let module = tree(sources, file);
    if let Some(error) = module.errors.first() {
        let line = source.lines().line_of(error.range.start().to_usize()) + 1;
        let broken = Refusal::Broken { line, message: error.message.clone() };
        return Err(Stop::Refused(broken, everyone()));
    }
    let file = PyFile::new(text, &module);
    let edits = plan_python(&file, operations)?.finish()?;
    let after = apply_edits(text, &edits);
    let new = verify::python(text, &module, &after, &edits)
        .map_err(|e| Stop::Refused(Refusal::Unverified(e), everyone()))?;
    // What somebody changed by hand stays as they wrote it, and what only adds takes no import its last use.
    let by_hand = operations.iter().any(|(o, _)| matches!(o, Operation::ReplaceText { .. }));
    let only_adds = edits.iter().all(|edit| edit.range.is_empty());
    let is_done = by_hand || only_adds;
    Ok(if is_done { after } else { unused::drop(sources, &source.path, &module, &new, after) })
}

/// The spans that an operation names, as byte offsets.
fn spans(operation: &Operation) -> Vec<(usize, usize)> {
    use super::Place;
    let at = |span: crate::source::Span| (span.start(), span.end());
    match operation {
        Operation::ReplaceExpression { at: span, .. } | Operation::RemoveStatement { at: span } => {
            vec![at(*span)]
        }
        Operation::AddAssignment { place, .. } | Operation::AddStatement { place, .. } => match place {
            Place::End => vec![],
            Place::After(span) | Place::Before(span) => vec![at(*span)],
        },
        Operation::SetDictEntry { dict, .. } | Operation::RemoveDictEntry { dict, .. } => vec![at(*dict)],
        Operation::AddElement { list, .. } | Operation::RemoveElement { list, .. } => vec![at(*list)],
        Operation::SetKeyword { call, .. } | Operation::RemoveArgument { call, .. } => vec![at(*call)],
        Operation::SetClassAttribute { class, .. } => vec![at(*class)],
        Operation::AddImport { .. }
        | Operation::CreateFile { .. }
        | Operation::ReplaceText { .. }
        | Operation::SetTomlKey { .. }
        | Operation::ExtendTomlList { .. }
        | Operation::RemoveTomlKey { .. } => {
            vec![]
        }
    }
}

/// The display or call at a span, noted for changes.
fn target<'t, 'a>(
    targets: &'t mut Targets<'a>,
    file: &'a PyFile<'a>,
    nodes: &Nodes<'a>,
    at: (usize, usize),
) -> Result<&'t mut Target<'a>, Refusal> {
    match targets.entry(at) {
        Entry::Occupied(entry) => Ok(entry.into_mut()),
        Entry::Vacant(entry) => Ok(entry.insert(Target::new(file, nodes.expr(file, at)?.expr)?)),
    }
}

/// New statements of one slot.
#[derive(Default)]
struct Statements {
    blocks: Vec<String>,
    fixes: Fixes,
}

type Targets<'a> = IndexMap<(usize, usize), Target<'a>>;

fn plan_python<'a>(file: &'a PyFile<'a>, operations: &[(&Operation, Fixes)]) -> Result<Edits, Stop> {
    let nodes = Nodes::find(file, operations.iter().flat_map(|(o, _)| spans(o)).collect());
    let mut edits = Edits::default();
    let mut targets: Targets<'a> = IndexMap::new();
    let mut statements: BTreeMap<insert::Slot, Statements> = BTreeMap::new();
    let mut assigned: BTreeMap<&str, (&super::Code, &Fixes)> = BTreeMap::new();
    let mut attributes: IndexMap<(usize, usize), Vec<class::Attribute<'_>>> = IndexMap::new();
    let mut imports: BTreeMap<Wanted, Fixes> = BTreeMap::new();
    let mut replacements = Vec::new();
    for (operation, fixes) in operations {
        let refused = |why: Refusal| Stop::Refused(why, fixes.clone());
        let at = spans(operation).first().copied().unwrap_or_default();
        let conflict = |error: TargetError| match error {
            TargetError::Refused(why) => Stop::Refused(why, fixes.clone()),
            TargetError::Conflict(others) => Stop::Conflict(others, fixes.clone(), at.0),
        };
        match operation {
            Operation::ReplaceExpression { with, .. } => {
                replacements.push((nodes.expr(file, at).map_err(refused)?, with, fixes));
            }
            Operation::SetDictEntry { key, value, .. } => {
                target(&mut targets, file, &nodes, at)
                    .map_err(refused)?
                    .set(key, value, false, fixes)
                    .map_err(conflict)?;
            }
            Operation::RemoveDictEntry { key, .. } => target(&mut targets, file, &nodes, at)
                .map_err(refused)?
                .remove_key(key, fixes)
                .map_err(conflict)?,
            Operation::AddElement { value, position, .. } => {
                target(&mut targets, file, &nodes, at)
                    .map_err(refused)?
                    .add(value, *position, fixes)
                    .map_err(conflict)?;
            }
            Operation::RemoveElement { element: item, .. }
            | Operation::RemoveArgument { argument: item, .. } => {
                target(&mut targets, file, &nodes, at)
                    .map_err(refused)?
                    .remove_at(&(item.start()..item.end()), fixes)
                    .map_err(conflict)?;
            }
            Operation::SetKeyword { name, value, .. } => {
                target(&mut targets, file, &nodes, at)
                    .map_err(refused)?
                    .set(name, value, true, fixes)
                    .map_err(conflict)?;
            }
            Operation::SetClassAttribute { name, value, .. } => {
                let place = nodes.stmt(file, at).map_err(refused)?;
                let Some(def) = place.stmt.as_class_def_stmt() else { return Err(refused(Refusal::Stale)) };
                if class::replace(file, def, name, value, fixes, &mut edits).map_err(refused)? {
                    continue;
                }
                let list = attributes.entry(at).or_default();
                match list.iter_mut().find(|a| a.name == name) {
                    Some(known) if known.value == value => known.fixes.extend(fixes),
                    Some(known) => return Err(Stop::Conflict(known.fixes.clone(), fixes.clone(), at.0)),
                    None => list.push(class::Attribute { name, value, fixes: fixes.clone() }),
                }
            }
            Operation::RemoveStatement { .. } => {
                let place = nodes.stmt(file, at).map_err(refused)?;
                let inside = |o: &Operation| match o {
                    Operation::RemoveStatement { at } => nodes
                        .stmt(file, (at.start(), at.end()))
                        .is_ok_and(|other| std::ptr::eq(other.body.as_ptr(), place.body.as_ptr())),
                    _ => false,
                };
                let siblings = operations.iter().filter(|(o, _)| inside(o)).count();
                statement::remove(file, place, siblings, fixes, &mut edits).map_err(refused)?;
            }
            Operation::ReplaceText { at, with } => {
                edits.replace(at.start()..at.end(), with.as_str(), fixes);
            }
            Operation::AddImport { module, name, .. } => {
                let wanted = Wanted { module: module.clone(), name: name.clone() };
                imports.entry(wanted).or_default().extend(fixes);
            }
            Operation::AddAssignment { name, value, place, comment, .. } => {
                if let Some((known, others)) = assigned.insert(name, (value, fixes)) {
                    if known == value {
                        continue;
                    }
                    return Err(Stop::Conflict(others.clone(), fixes.clone(), file.text.text.len()));
                }
                let slot = insert::slot(file, &nodes, *place).map_err(refused)?;
                let block = assignment::assignment(file, &slot, name, value, comment).map_err(refused)?;
                let entry = statements.entry(slot).or_default();
                entry.blocks.push(block);
                entry.fixes.extend(fixes);
            }
            Operation::AddStatement { lines, place, .. } => {
                let slot = insert::slot(file, &nodes, *place).map_err(refused)?;
                let block = assignment::statement(file, &slot, lines).map_err(refused)?;
                let entry = statements.entry(slot).or_default();
                if !entry.blocks.contains(&block) {
                    entry.blocks.push(block);
                }
                entry.fixes.extend(fixes);
            }
            Operation::SetTomlKey { .. }
            | Operation::ExtendTomlList { .. }
            | Operation::RemoveTomlKey { .. }
            | Operation::CreateFile { .. } => {
                return Err(refused(Refusal::Stale));
            }
        }
    }
    // Outer ones first: what stands in one that is broken over lines is laid out for its new line.
    targets.sort_unstable_by(|a, _, b, _| (a.0, Reverse(a.1)).cmp(&(b.0, Reverse(b.1))));
    for (_, target) in targets {
        target.finish(&mut edits).map_err(|(why, who)| Stop::Refused(why, who))?;
    }
    for (place, with, fixes) in replacements {
        expression::replace(file, place, with, fixes, &mut edits)
            .map_err(|why| Stop::Refused(why, fixes.clone()))?;
    }
    for (at, list) in &attributes {
        let who: Fixes = list.iter().flat_map(|a| &a.fixes).copied().collect();
        let refused = |why: Refusal| Stop::Refused(why, who.clone());
        let place = nodes.stmt(file, *at).map_err(refused)?;
        let Some(def) = place.stmt.as_class_def_stmt() else { return Err(refused(Refusal::Stale)) };
        class::add(file, def, list, &mut edits).map_err(refused)?;
    }
    // Before the statements: in an empty file both go to the same place, and imports stand first.
    import::add(file, &imports, &mut edits).map_err(|(why, who)| Stop::Refused(why, who))?;
    for (slot, new) in &statements {
        let eol = file.eol(slot.at.saturating_sub(1));
        edits.insert(slot.at, insert::lay_out(slot, &new.blocks, eol), &new.fixes);
    }
    Ok(edits)
}
