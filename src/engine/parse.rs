//! Parses every Python file of a snapshot: what the index needs of each is taken, and the trees that checks will read
//! again are kept.

use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rayon::prelude::*;

use super::suppress::Comments;
use super::{EngineError, Progress, ProgressSink};
use crate::index::items::{FileItems, collect};
use crate::project::NotRead;
use crate::python::{ParsedModule, tree};
use crate::source::{FileId, SourceFile, Sources};

/// What one pass over all Python files gives.
pub(super) struct ParsedAll {
    pub(super) items: Vec<(FileId, Arc<FileItems>)>,
    pub(super) comments: Comments,
    pub(super) broken: Vec<NotRead>,
}

/// Parses every Python file in parallel. Items stay; of the trees, those that checks will read.
pub(super) fn parse_all(sources: &Sources, sink: &dyn ProgressSink) -> Result<ParsedAll, EngineError> {
    let mut python: Vec<(FileId, &SourceFile)> = python_files(sources).collect();
    let kept = KeptTrees::of(sources);
    // The largest first, in small portions: no thread is left alone with a large one at the end.
    python.sort_by_key(|(_, f)| Reverse(f.text.len()));
    let (done, cancelled) = (AtomicUsize::new(0), AtomicBool::new(false));
    let of = python.len();
    let mut items: Vec<(FileId, Arc<FileItems>)> = python
        .par_iter()
        .with_max_len(8)
        .filter_map(|&(id, file)| {
            if cancelled.load(Ordering::Relaxed) {
                return None;
            }
            let is_settings = file.known::<ParsedModule>().is_some();
            let items = items_of_file(sources, id, file);
            if !is_settings && !kept.takes(file, &items) {
                file.forget::<ParsedModule>();
            }
            let now = done.fetch_add(1, Ordering::Relaxed) + 1;
            if (now.is_multiple_of(64) || now == of) && !sink.step(Progress::Parsing { done: now, of }) {
                cancelled.store(true, Ordering::Relaxed);
            }
            Some((id, items))
        })
        .collect();
    if cancelled.into_inner() {
        return Err(EngineError::Cancelled);
    }
    items.sort_unstable_by_key(|(id, _)| *id);
    let with_comments = items.iter().filter(|(_, items)| !items.suppressions.is_empty());
    let comments = with_comments.map(|(id, items)| (*id, items.suppressions.clone())).collect();
    let broken = items.iter().filter_map(|(id, items)| {
        let (line, message) = items.error.as_ref()?;
        let reason = format!("it is not valid Python (line {line}: {message})");
        Some(NotRead { path: sources.path(*id).to_owned(), reason })
    });
    let broken = broken.collect();
    Ok(ParsedAll { items, comments, broken })
}

/// What the index needs of a file. Its tree is made for that, where it is not there.
pub(super) fn items_of_file(sources: &Sources, id: FileId, file: &SourceFile) -> Arc<FileItems> {
    file.derived(|| collect(sources, id, &tree(sources, id)))
}

/// Lets go of the trees that the settings needed and nobody else will: large projects' settings import a good part of
/// their code, and the room is wanted for the rest.
pub(super) fn harvest(sources: &Sources) {
    let kept = KeptTrees::of(sources);
    for (id, file) in sources.iter().filter(|(_, f)| f.known::<ParsedModule>().is_some()) {
        if !kept.takes(file, &items_of_file(sources, id, file)) {
            file.forget::<ParsedModule>();
        }
    }
}

/// The trees that are worth their room when the index has its items.
struct KeptTrees {
    /// The length of the longest text of which the tree stays in any case.
    longest: usize,
}

impl KeptTrees {
    /// So much text keeps its trees, the smallest files first: what the URLs and the start of the apps read again.
    const TEXT: usize = 4 << 20;

    fn of(sources: &Sources) -> Self {
        let mut lengths: Vec<usize> = python_files(sources).map(|(_, f)| f.text.len()).collect();
        lengths.sort_unstable();
        let mut left = Self::TEXT;
        let fits = |length: &usize| {
            left = left.saturating_sub(*length);
            left > 0
        };
        Self { longest: lengths.into_iter().take_while(fits).last().unwrap_or_default() }
    }

    fn takes(&self, file: &SourceFile, items: &FileItems) -> bool {
        file.text.len() <= self.longest || answers_requests(items)
    }
}

/// The files that are parsed.
pub(super) fn python_files(sources: &Sources) -> impl Iterator<Item = (FileId, &SourceFile)> {
    sources.iter().filter(|(_, f)| f.path.ends_with(".py") && !is_migration(&f.path))
}

/// Whether classes of the file look like views, whose bodies the checks will read: their trees are worth the room.
fn answers_requests(items: &FileItems) -> bool {
    let answers = |name: &str| matches!(name, "get" | "post" | "put" | "patch" | "delete" | "get_queryset");
    items.classes.iter().any(|class| class.methods.iter().any(|method| answers(&method.name)))
}

/// Whether a file is a numbered migration (`migrations/0001_initial.py`). No import statement can name such a module,
/// so nothing in it is the base, the view or the serializer of anything: it is left unread.
fn is_migration(path: &str) -> bool {
    let Some((folder, name)) = path.rsplit_once('/') else { return false };
    name.starts_with(|c: char| c.is_ascii_digit()) && folder.split('/').any(|part| part == "migrations")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_no_import_can_name_is_left_unread() {
        assert!(is_migration("shop/migrations/0001_initial.py"));
        for read in
            ["shop/migrations/__init__.py", "shop/migrations/helpers.py", "shop/0001_initial.py", "0001.py"]
        {
            assert!(!is_migration(read), "{read}");
        }
        for import in
            ["from shop.migrations.0001_initial import View\n", "import shop.migrations.0001_initial\n"]
        {
            assert!(!crate::python::parse(import).is_valid(), "{import}");
        }
    }
}
