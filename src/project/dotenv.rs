//! Dotenv files that a project would read by itself. What they hold is `settings`' work.

use super::layout::{ancestors, join};
use crate::source::Sources;

/// The `.env` files in the project's folder and above it, nearest first.
pub(super) fn find(sources: &Sources, home: &str) -> Vec<String> {
    ancestors(home).map(|folder| join(folder, ".env")).filter(|path| sources.find(path).is_some()).collect()
}
