//! A proposal that somebody changed by hand: the changed lines take the place of the fix's own operations, and go
//! through the same plan, proof, write and undo. Pure; the session remembers the rewrites.

use serde::{Deserialize, Serialize};
use similar::{DiffTag, TextDiff};

use super::{Report, ReportedFinding};
use crate::edit::Operation;
use crate::python::parse;
use crate::source::Span;

/// Lines of one file and what stands in their place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewrite {
    /// The file, relative to the root.
    pub path: String,
    /// Where the lines start, in bytes.
    pub start: usize,
    /// The lines as they are; empty for an insertion.
    pub before: String,
    /// The lines as they shall be.
    pub after: String,
    /// The file's content that this is about, hashed.
    pub file: u64,
}

/// The rewrites that turn a file of the report into `after`.
///
/// # Errors
/// Why it is refused, in one clause: the result does not parse, or the file cannot be edited this way.
pub fn rewrites(report: &Report, path: &str, after: &str) -> Result<Vec<Rewrite>, String> {
    let file =
        report.sources.find(path).ok_or_else(|| format!("{path} is not among the files that were read"))?;
    let before = report.sources.text(file);
    if !path.ends_with(".py") {
        return Err(format!("{path} is no Python file; change the file itself"));
    }
    if let Some(error) = parse(after).errors.first() {
        let line = after[..error.range.start().to_usize().min(after.len())].matches('\n').count() + 1;
        return Err(format!("the result is not valid Python ({path}, line {line}: {})", error.message));
    }
    let diff = TextDiff::from_lines(before, after);
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let start_of = |line: usize| old[..line].iter().map(|l| l.len()).sum::<usize>();
    let changed = diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal).map(|op| Rewrite {
        path: path.to_owned(),
        start: start_of(op.old_range().start),
        before: old[op.old_range()].concat(),
        after: new[op.new_range()].concat(),
        file: hash(before),
    });
    Ok(changed.collect())
}

fn hash(text: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(text.as_bytes())
}

impl Report {
    /// Lets rewrites take the place of a fix's operations, and gives these back. `None` when there is no such fix,
    /// or a file is not the one that was rewritten; then nothing is changed.
    pub fn rewrite(&mut self, fingerprint: &str, rewrites: &[Rewrite]) -> Option<Vec<Operation>> {
        let sources = &self.sources;
        let operation = |rewrite: &Rewrite| {
            let file = sources.find(&rewrite.path).filter(|f| hash(sources.text(*f)) == rewrite.file)?;
            let end = rewrite.start + rewrite.before.len();
            let same = sources.text(file).get(rewrite.start..end)? == rewrite.before;
            let range = (u32::try_from(rewrite.start).ok()?, u32::try_from(end).ok()?);
            same.then(|| Operation::ReplaceText { at: Span { file, range }, with: rewrite.after.clone() })
        };
        let operations: Vec<Operation> = rewrites.iter().map(operation).collect::<Option<_>>()?;
        Some(std::mem::replace(self.operations_mut(fingerprint)?, operations))
    }

    /// Puts the operations of a fix back.
    pub fn restore(&mut self, fingerprint: &str, operations: Vec<Operation>) {
        if let Some(now) = self.operations_mut(fingerprint) {
            *now = operations;
        }
    }

    fn operations_mut(&mut self, fingerprint: &str) -> Option<&mut Vec<Operation>> {
        let mut findings = self.projects.iter_mut().flat_map(|p| &mut p.findings);
        let found: &mut ReportedFinding = findings.find(|f| f.fingerprint == fingerprint)?;
        Some(&mut found.finding.fix.as_mut()?.operations)
    }
}
