//! The trees of the files of a snapshot, each parsed once for everybody who asks: the settings evaluator, the
//! index, the checks.

use std::sync::Arc;

use super::{ParsedModule, parse};
use crate::source::{FileId, SourceFile, Sources};

/// The tree of a file, parsed when first asked for and kept.
pub fn tree(sources: &Sources, file: FileId) -> Arc<ParsedModule> {
    let source = sources.file(file);
    source.derived(|| parse(&source.text))
}

/// Reads something off the tree of a file that nobody else may ask for: a tree that is there is used, one that has
/// to be made is dropped again.
pub fn with_tree<T>(source: &SourceFile, read: impl FnOnce(&ParsedModule) -> T) -> T {
    match source.known::<ParsedModule>() {
        Some(tree) => read(&tree),
        None => read(&parse(&source.text)),
    }
}

/// Lets go of all trees: they take ten times the room of their texts.
pub fn forget_trees(sources: &Sources) {
    for (_, source) in sources.iter() {
        source.forget::<ParsedModule>();
    }
}
