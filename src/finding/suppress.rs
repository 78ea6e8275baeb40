//! Which findings an ignore comment hides. The comment may stand on any line of the flagged statement, on the
//! line above it, or on the `class`/`def`/decorator line whose body holds it (the caller names those lines).

use crate::python::Suppression;

/// Why a finding is hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// `comment` or `configuration`.
    pub by: &'static str,
    /// The reason given.
    pub reason: String,
    /// The line (from 1) of the comment.
    pub line: usize,
}

/// The comment that hides a finding of `check`. `comments` pairs each suppression with its line (from 1);
/// `lines` are the lines on which a comment counts. A comment without a reason does not count.
pub fn suppression_for(
    check: &str,
    comments: &[(usize, Suppression)],
    lines: &[usize],
) -> Option<Suppressed> {
    comments
        .iter()
        .filter(|(line, s)| {
            lines.contains(line) && !s.reason.is_empty() && s.checks.iter().any(|c| c == check)
        })
        .map(|(line, s)| Suppressed { by: "comment", reason: s.reason.clone(), line: *line })
        .next()
}
