//! Names that were meant to be another.

/// Whether at most `slips` letters (a swap of neighbours counts as one) are inserted, dropped or replaced.
pub(crate) fn is_close(a: &str, b: &str, slips: usize) -> bool {
    a.len().abs_diff(b.len()) <= slips && strsim::osa_distance(a, b) <= slips
}
