//! Exit codes. The output format never changes them.

/// Nothing at or above `--fail-on`, or everything asked for was done.
pub const OK: u8 = 0;
/// Findings at or above `--fail-on`, a score under `--min-score`, or `apply --check` would change something.
pub const FINDINGS: u8 = 1;
/// Wrong arguments or configuration, or an internal error (a panic is caught and reported as this).
pub const ERROR: u8 = 2;
/// Nothing to check: no Django or DRF project was found.
pub const NOTHING: u8 = 3;
/// Apply or undo did not do everything: a file changed, is read-only, or would not parse.
pub const INCOMPLETE: u8 = 4;
/// Interrupted.
pub const INTERRUPTED: u8 = 130;
