//! Whether production writes logs.

mod logging_missing;

use crate::checks::Check;

/// The family, by id.
pub(super) const CHECKS: &[&dyn Check] = &[&logging_missing::LoggingMissing];
