//! Symbolic operations to text: in the file's own style, changing only the characters that must change.
//!
//! `plan` turns [`Operation`]s into edits, `verify` proves that nothing else moved, `diff` shows them, `apply`
//! writes them as one transaction and can undo it. Knows Python and TOML, nothing of Django.

pub mod apply;
mod code;
pub mod diff;
mod edits;
pub mod highlight;
mod insert;
mod merge;
mod plan;
mod python;
mod style;
mod text;
mod toml;
mod unused;
mod verify;

use std::ops::Range;
use std::sync::Arc;

use crate::source::{FileId, Span};

pub use plan::{PlanError, Refusal, plan};

/// A replacement in one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TextEdit {
    /// The bytes that go; empty for an insertion.
    pub(crate) range: Range<usize>,
    /// What comes in their place.
    pub(crate) text: String,
}

/// One file before and after. Texts are decoded: without a byte-order mark, which is put back when written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEdit {
    /// The file.
    pub file: FileId,
    /// Path relative to the root, with `/`.
    pub path: String,
    /// The analysed text.
    pub before: Arc<str>,
    /// The proposed text.
    pub after: String,
    /// xxh3-128 of the bytes on disk that were analysed.
    pub before_hash: u128,
    /// Whether the file is not there yet. `file` is then the one it was asked for beside.
    pub is_new: bool,
}

impl FileEdit {
    /// Whether the file on disk starts with a byte-order mark.
    pub fn has_bom(&self) -> bool {
        let mut hasher = xxhash_rust::xxh3::Xxh3::new();
        hasher.update("\u{feff}".as_bytes());
        hasher.update(self.before.as_bytes());
        hasher.digest128() == self.before_hash
    }
}

/// All files that a selection of fixes changes, in order of path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceChange {
    /// The files; none without a difference.
    pub files: Vec<FileEdit>,
}

impl SourceChange {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// A symbolic change. Spans are of the analysed text; a plan on another text is refused by hash.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// Put another expression in the place of the one at `at`.
    ReplaceExpression {
        /// The expression.
        at: Span,
        /// What to write there.
        with: Code,
    },
    /// Add `name = value` at module level.
    AddAssignment {
        /// The file.
        file: FileId,
        /// The name.
        name: String,
        /// The value.
        value: Code,
        /// Where.
        place: Place,
        /// A comment line above it, without `#`; empty for none.
        comment: String,
    },
    /// Add a statement written out, one string a line, relative indentation by four spaces (turned into the
    /// file's own). Used for `MIDDLEWARE.insert(...)`, `REST_FRAMEWORK["X"] = ...`, a call in a body.
    AddStatement {
        /// The file.
        file: FileId,
        /// The lines.
        lines: Vec<String>,
        /// Where.
        place: Place,
    },
    /// Set `key` of the dict display at `dict`: its value is replaced, or an entry is added at the end.
    SetDictEntry {
        /// The dict display `{...}` (or a `dict(...)` call).
        dict: Span,
        /// The text key.
        key: String,
        /// The value.
        value: Code,
    },
    /// Remove the entry with this key from the dict display.
    RemoveDictEntry {
        /// The dict display.
        dict: Span,
        /// The text key.
        key: String,
    },
    /// Add an element to the list, tuple or set display at `list`.
    AddElement {
        /// The display.
        list: Span,
        /// The element.
        value: Code,
        /// Where in it.
        position: Position,
    },
    /// Remove an element from the display at `list`.
    RemoveElement {
        /// The display.
        list: Span,
        /// The element.
        element: Span,
    },
    /// Set a keyword argument of the call at `call`.
    SetKeyword {
        /// The call.
        call: Span,
        /// The argument.
        name: String,
        /// The value.
        value: Code,
    },
    /// Remove an argument (positional or keyword) from the call at `call`.
    RemoveArgument {
        /// The call.
        call: Span,
        /// The argument (for a keyword: `name=value` whole).
        argument: Span,
    },
    /// Set an attribute in a class body: replaces the assignment's value, or adds one at the top of the body.
    SetClassAttribute {
        /// The class statement.
        class: Span,
        /// The attribute.
        name: String,
        /// The value.
        value: Code,
    },
    /// Remove a whole statement with its line (and a comment that stands on it).
    RemoveStatement {
        /// The statement.
        at: Span,
    },
    /// Make `name` of `module` usable (`from module import name`), unless the file has it already. An empty
    /// `name` means `import module`. Fixes that need the same import share it.
    AddImport {
        /// The file.
        file: FileId,
        /// The module.
        module: String,
        /// The name; empty for `import module`.
        name: String,
    },
    /// Put another text in the place of one or more whole lines of a Python file (or before a line, when the span is
    /// empty): a proposal that somebody changed by hand. The result is verified as for every other operation.
    ReplaceText {
        /// The lines.
        at: Span,
        /// The text, with its line breaks.
        with: String,
    },
    /// Set a key in a TOML file: replaces the value in place, or adds the key to its table, or the table.
    SetTomlKey {
        /// The file.
        file: FileId,
        /// Table path, outermost first; empty for the top.
        table: Vec<String>,
        /// The key.
        key: String,
        /// The value (only plain data: text, numbers, booleans, lists, dicts).
        value: Code,
    },
    /// Write a list that stands elsewhere into a TOML file, with more elements: several of these for one key are one
    /// list with all elements.
    ExtendTomlList {
        /// The file.
        file: FileId,
        /// Table path, outermost first; empty for the top.
        table: Vec<String>,
        /// The key.
        key: String,
        /// The list as it is.
        list: Vec<Code>,
        /// The new elements, each with the index before which it goes.
        added: Vec<(usize, Code)>,
    },
    /// Write a Python file that is not there yet.
    CreateFile {
        /// A file that the new one goes with.
        near: FileId,
        /// Path relative to the root, with `/`; its folder is there.
        path: String,
        /// The whole text.
        text: String,
    },
    /// Remove a key from a TOML file.
    RemoveTomlKey {
        /// The file.
        file: FileId,
        /// Table path.
        table: Vec<String>,
        /// The key.
        key: String,
    },
}

/// An expression to write. The editor gives it the file's quotes, indentation and trailing commas.
#[derive(Clone, Debug, PartialEq)]
pub enum Code {
    /// A text literal.
    Str(String),
    /// An `int`.
    Int(i64),
    /// `True` or `False`.
    Bool(bool),
    /// `None`.
    None,
    /// A list display.
    List(Vec<Self>),
    /// A tuple display.
    Tuple(Vec<Self>),
    /// A dict display.
    Dict(Vec<(Self, Self)>),
    /// A dotted name: `os.environ`.
    Name(String),
    /// A call of a dotted name, positional arguments, then keywords.
    Call(String, Vec<Self>, Vec<(String, Self)>),
    /// An expression in Python as written, for what the others cannot say. Strings in it are re-quoted.
    Raw(String),
}

impl Code {
    /// A text literal.
    pub fn str(text: impl Into<String>) -> Self {
        Self::Str(text.into())
    }
}

/// Where a module-level statement goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At the end of the module.
    End,
    /// On its own line after the statement at this span, at the same indentation.
    After(Span),
    /// On its own line before the statement at this span.
    Before(Span),
}

/// Where an element goes in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// First.
    First,
    /// Last.
    Last,
    /// Right before this element.
    Before(Span),
    /// Right after this element.
    After(Span),
}

impl Operation {
    /// The file it changes.
    pub fn file(&self) -> FileId {
        match self {
            Self::ReplaceExpression { at, .. }
            | Self::RemoveStatement { at }
            | Self::ReplaceText { at, .. } => at.file,
            Self::AddAssignment { file, .. }
            | Self::AddStatement { file, .. }
            | Self::AddImport { file, .. }
            | Self::SetTomlKey { file, .. }
            | Self::ExtendTomlList { file, .. }
            | Self::RemoveTomlKey { file, .. } => *file,
            Self::SetDictEntry { dict, .. } | Self::RemoveDictEntry { dict, .. } => dict.file,
            Self::AddElement { list, .. } | Self::RemoveElement { list, .. } => list.file,
            Self::SetKeyword { call, .. } | Self::RemoveArgument { call, .. } => call.file,
            Self::SetClassAttribute { class, .. } => class.file,
            Self::CreateFile { near, .. } => *near,
        }
    }
}

#[cfg(test)]
mod tests;
