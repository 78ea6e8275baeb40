//! Reads the scanned root into one snapshot. A file that cannot be read costs only itself and is listed.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::NotRead;
use super::walk;
use crate::source::{SourceFile, Sources, read_file_into};

/// What to read.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// Glob patterns of paths to leave out, as in a `.gitignore` at the root.
    pub exclude: Vec<String>,
    /// The Python (an executable or the folder of an environment) that the user names; where it lies inside the
    /// root it is no source.
    pub python: Option<PathBuf>,
}

/// A root that was read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The files: Python, TOML, and the texts that name versions and settings modules.
    pub sources: Sources,
    /// What was left out although it looked relevant, by path.
    pub not_read: Vec<NotRead>,
}

/// Why a root could not be read at all. Each text is a full sentence for people.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is nothing at the path.
    #[error("There is no folder {}.", path.display())]
    Missing {
        /// As given.
        path: PathBuf,
    },
    /// It is a file.
    #[error("{} is not a folder. Name the folder of the project{}.", path.display(), suggest(path))]
    NotAFolder {
        /// As given.
        path: PathBuf,
    },
    /// The system refused.
    #[error("{} cannot be read: {source}.", path.display())]
    Unreadable {
        /// As given.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// A glob pattern that is no glob pattern.
    #[error("`{pattern}` is not a pattern for paths to leave out: {source}.")]
    Exclude {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        source: ignore::Error,
    },
    /// The progress callback asked for it.
    #[error("The scan was cancelled.")]
    Cancelled,
}

/// `, such as ./site` for a file in `./site`.
fn suggest(path: &Path) -> String {
    path.parent()
        .filter(|p| !p.as_os_str().is_empty())
        .map_or_else(String::new, |p| format!(", such as {}", p.display()))
}

/// The absolute path of a folder that can be listed.
///
/// # Errors
/// [`LoadError`] when it is missing, no folder or unreadable.
pub fn canonical_root(root: &Path) -> Result<PathBuf, LoadError> {
    let unreadable = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::NotFound => LoadError::Missing { path: root.to_owned() },
        _ => LoadError::Unreadable { path: root.to_owned(), source },
    };
    let absolute = root.canonicalize().map_err(unreadable)?;
    if !absolute.is_dir() {
        return Err(LoadError::NotAFolder { path: root.to_owned() });
    }
    std::fs::read_dir(&absolute).map_err(unreadable)?;
    Ok(absolute)
}

/// Reads the files below `root`. `progress` gets the number of files found so far, from any thread, and
/// cancels by returning `false`. Reading runs on the current rayon pool.
///
/// # Errors
/// [`LoadError`] when the root is missing, no folder or unreadable, a pattern is wrong, or on cancellation.
pub fn load(
    root: &Path,
    options: &LoadOptions,
    progress: &(dyn Fn(usize) -> bool + Sync),
) -> Result<Loaded, LoadError> {
    let absolute = canonical_root(root)?;
    let walk::Listing { files, mut not_read } = walk::list(&absolute, options, progress)?;
    let results: Vec<Result<SourceFile, NotRead>> = files
        .into_par_iter()
        .map_init(Vec::new, |bytes, path| {
            let read = read_file_into(&absolute.join(&path), bytes);
            let file = read.and_then(|()| SourceFile::from_bytes(path.clone(), &bytes));
            file.map_err(|error| NotRead { path, reason: error.to_string() })
        })
        .collect();
    let mut files = Vec::with_capacity(results.len());
    for result in results {
        match result {
            Ok(file) => files.push(file),
            Err(error) => not_read.push(error),
        }
    }
    not_read.sort();
    not_read.dedup();
    Ok(Loaded { sources: Sources::new(absolute, files), not_read })
}

#[cfg(test)]
mod tests;
