//! The text of the scanned project: what was on disk when it was read, and what is proposed on top.
//!
//! A [`Sources`] is a snapshot. Every other layer names places in it by [`Span`], so nobody holds
//! paths or borrowed text. Proposed texts (a preview of fixes) are laid over the snapshot with
//! [`Sources::with_overlay`]; the disk is never asked twice. Finding files is `project`'s work.

mod derived;
mod display;
mod line_index;
mod read;

use std::any::Any;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use derived::Derived;
pub use display::{DisplayText, clean, display_text};
pub use line_index::{LineColumn, LineIndex};
pub use read::{MAX_FILE_BYTES, ReadError, decode, read_file, read_file_into, read_text};
pub use ruff_text_size::{Ranged, TextRange, TextSize};

/// A file of one [`Sources`]. Ids follow the order of the paths, so they are the same on each run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u32);

impl FileId {
    /// The position of the file in its [`Sources`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A stretch of one file, as byte offsets into its decoded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Start (in) and end (out), in bytes of UTF-8.
    pub range: (u32, u32),
}

impl Span {
    /// A span of `file` from a parser's range.
    pub fn new(file: FileId, range: TextRange) -> Self {
        Self { file, range: (range.start().to_u32(), range.end().to_u32()) }
    }

    /// The same stretch as the parser's type.
    pub fn text_range(self) -> TextRange {
        TextRange::new(self.range.0.into(), self.range.1.into())
    }

    /// The first byte.
    pub fn start(self) -> usize {
        self.range.0 as usize
    }

    /// One past the last byte.
    pub fn end(self) -> usize {
        self.range.1 as usize
    }

    /// Whether `other` lies wholly inside this span.
    pub fn contains(self, other: Self) -> bool {
        self.file == other.file && self.range.0 <= other.range.0 && other.range.1 <= self.range.1
    }
}

/// How the bytes of a file stand to its decoded text, so that an edit can be written back unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte-order mark (the mark is not part of the text).
    Utf8 {
        /// Whether the file starts with the mark.
        bom: bool,
    },
    /// A single-byte encoding named by a coding cookie (PEP 263). Bytes from 0x80 up stand in the text as
    /// `?`, one for one, so offsets agree; such a file is read but not edited.
    SingleByte,
}

/// One file as it was read.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Path relative to the scanned root, with `/`.
    pub path: String,
    /// The decoded text, without a byte-order mark.
    pub text: Arc<str>,
    /// xxh3-128 of the bytes on disk; a writer compares it before it replaces the file.
    pub hash: u128,
    /// How the text was decoded.
    pub encoding: Encoding,
    lines: OnceLock<Arc<LineIndex>>,
    derived: Derived,
}

impl SourceFile {
    /// A file from the bytes on disk.
    ///
    /// # Errors
    /// [`ReadError`] when the bytes are not text in an encoding that Python would accept.
    pub fn from_bytes(path: String, bytes: impl AsRef<[u8]>) -> Result<Self, ReadError> {
        let bytes = bytes.as_ref();
        let hash = xxhash_rust::xxh3::xxh3_128(bytes);
        let (text, encoding) = decode(bytes)?;
        Ok(Self {
            path,
            text: (&*text).into(),
            hash,
            encoding,
            lines: OnceLock::new(),
            derived: Derived::default(),
        })
    }

    /// Offsets to lines and columns, made when first asked for.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| Arc::new(LineIndex::new(&self.text)))
    }

    /// What another layer makes from this text alone, one value of each type; made when first asked for and kept.
    pub fn derived<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        self.derived.get_or_make(make)
    }

    /// The value of [`Self::derived`], if it was made.
    pub fn known<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.derived.get()
    }

    /// Lets go of the value of [`Self::derived`].
    pub fn forget<T: Any + Send + Sync>(&self) {
        self.derived.forget::<T>();
    }
}

/// A snapshot of the files of a scanned root.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    root: PathBuf,
    files: Vec<Arc<SourceFile>>,
    by_path: Arc<FxHashMap<String, FileId>>,
    /// How many of the files lie below the root; those behind them were added.
    own: usize,
}

impl Sources {
    /// A snapshot of `files` below `root` (an absolute path). Files are sorted by path.
    ///
    /// # Panics
    /// With more than 2^32 files.
    pub fn new(root: PathBuf, mut files: Vec<SourceFile>) -> Self {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup_by(|a, b| a.path == b.path);
        let by_path = files
            .iter()
            .enumerate()
            .map(|(i, f)| (f.path.clone(), FileId(u32::try_from(i).expect("internal error: 2^32 files"))))
            .collect();
        let files: Vec<_> = files.into_iter().map(Arc::new).collect();
        Self { root, own: files.len(), files, by_path: Arc::new(by_path) }
    }

    /// Adds a file that is not below the root, such as one of an installed package. It gets the next id; neither
    /// [`Sources::find`] nor [`Sources::below`] sees it.
    ///
    /// # Panics
    /// With more than 2^32 files.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).expect("internal error: 2^32 files"));
        self.files.push(Arc::new(file));
        id
    }

    /// The same snapshot with other texts for some of its files. Paths and ids stay; hashes become those
    /// of the new text. Unknown paths are left out.
    #[must_use]
    pub fn with_overlay(&self, texts: &BTreeMap<FileId, String>) -> Self {
        let mut next = self.clone();
        for (&id, text) in texts {
            let Some(slot) = next.files.get_mut(id.index()) else { continue };
            *slot = Arc::new(SourceFile {
                path: slot.path.clone(),
                text: text.as_str().into(),
                hash: xxhash_rust::xxh3::xxh3_128(text.as_bytes()),
                encoding: slot.encoding,
                lines: OnceLock::new(),
                derived: Derived::default(),
            });
        }
        next
    }

    /// The absolute folder that all paths are relative to.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The file with this id.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.index()]
    }

    /// The decoded text of a file.
    pub fn text(&self, id: FileId) -> &str {
        &self.file(id).text
    }

    /// The span of all of a file.
    pub fn whole(&self, id: FileId) -> Span {
        let end = u32::try_from(self.text(id).len()).unwrap_or(u32::MAX);
        Span { file: id, range: (0, end) }
    }

    /// The text of a span.
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.file).get(span.start()..span.end()).unwrap_or_default()
    }

    /// The path of a file, relative to the root.
    pub fn path(&self, id: FileId) -> &str {
        &self.file(id).path
    }

    /// The file at a path relative to the root.
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// All files with their ids, in order of path.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(i, f)| (FileId(i as u32), &**f))
    }

    /// The files whose paths begin with `prefix`, with their ids, in order of path.
    pub fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (FileId, &'a SourceFile)> {
        let own = &self.files[..self.own];
        let start = own.partition_point(|f| f.path.as_str() < prefix);
        let found = own[start..].iter().take_while(move |f| f.path.starts_with(prefix));
        found.enumerate().map(move |(i, f)| (FileId((start + i) as u32), &**f))
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file at all.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Line and column (both from 1, the column in characters) of the start of a span.
    pub fn line_column(&self, span: Span) -> LineColumn {
        let file = self.file(span.file);
        file.lines().line_column(&file.text, span.start())
    }

    /// Line and column of the end of a span.
    pub fn end_line_column(&self, span: Span) -> LineColumn {
        let file = self.file(span.file);
        file.lines().line_column(&file.text, span.end())
    }

    /// The line (from 1) on which a span starts.
    pub fn line(&self, span: Span) -> usize {
        self.line_column(span).line
    }
}
