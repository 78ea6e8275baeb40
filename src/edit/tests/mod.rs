//! What each operation does to a text: before, operation, after. Spans are named by the text they cover.

mod collections;
mod diffs;
mod statements;
mod together;
mod toml;

use std::path::PathBuf;

use crate::edit::{Code, Operation, PlanError, Refusal, plan};
use crate::source::{FileId, SourceFile, Sources, Span};

/// One file and a way to name places in it.
pub(super) struct Given {
    pub(super) sources: Sources,
    pub(super) file: FileId,
}

pub(super) fn given(path: &str, text: &str) -> Given {
    given_bytes(path, text.as_bytes())
}

pub(super) fn given_bytes(path: &str, bytes: &[u8]) -> Given {
    let source = SourceFile::from_bytes(path.to_owned(), bytes).unwrap();
    let sources = Sources::new(PathBuf::from("/project"), vec![source]);
    let file = sources.find(path).unwrap();
    Given { sources, file }
}

impl Given {
    /// The first place that reads `needle`.
    pub(super) fn at(&self, needle: &str) -> Span {
        let start = self.sources.text(self.file).find(needle).unwrap_or_else(|| panic!("no {needle:?}"));
        Span { file: self.file, range: (start as u32, (start + needle.len()) as u32) }
    }

    pub(super) fn plan(&self, operations: &[Operation]) -> Result<String, Refusal> {
        match plan(&self.sources, &[("f", operations)]) {
            Ok(change) => Ok(change
                .files
                .first()
                .map_or_else(|| self.sources.text(self.file).to_owned(), |f| f.after.clone())),
            Err(PlanError::Refused { why, .. }) => Err(why),
            Err(conflict @ PlanError::Conflict { .. }) => panic!("{conflict}"),
        }
    }
}

/// Plans on `before` in `settings.py` and compares; then the same with CRLF, which changes nothing else.
pub(super) fn check(before: &str, operations: impl Fn(&Given) -> Vec<Operation>, after: &str) {
    for crlf in [false, true] {
        let turn = |text: &str| {
            if crlf && before.contains('\n') { text.replace('\n', "\r\n") } else { text.to_owned() }
        };
        let given = given("settings.py", &turn(before));
        match given.plan(&operations(&given)) {
            Ok(found) => assert_eq!(found, turn(after), "before:\n{before}"),
            Err(why) => panic!("{why}\nbefore:\n{before}"),
        }
    }
}

pub(super) fn list(items: &[&str]) -> Code {
    Code::List(items.iter().map(|i| Code::str(*i)).collect())
}
