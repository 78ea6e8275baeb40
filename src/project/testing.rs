//! Snapshots for this folder's tests.

use std::path::PathBuf;

use crate::source::{SourceFile, Sources};

/// A snapshot of files given as path and text.
pub(super) fn sources(files: &[(&str, &str)]) -> Sources {
    let files = files.iter().map(|(path, text)| {
        SourceFile::from_bytes((*path).to_owned(), text.as_bytes()).expect("the text is UTF-8")
    });
    Sources::new(PathBuf::from("/site"), files.collect())
}
