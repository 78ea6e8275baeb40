//! Which checks and findings are reported: profile, `--select`, `--ignore`, severity, confidence.

use super::{EngineError, Options};
use crate::checklist::{Catalog, CheckMeta};

/// The selection, with every name known to exist.
pub(super) struct Selection<'a> {
    options: &'a Options,
    select: Vec<String>,
    ignore: Vec<String>,
}

impl<'a> Selection<'a> {
    /// # Errors
    /// [`EngineError::UnknownName`] for a name that is no check, practice or section.
    pub(super) fn new(catalog: &Catalog, options: &'a Options) -> Result<Self, EngineError> {
        let expand = |names: &[String]| -> Result<Vec<String>, EngineError> {
            let mut checks = Vec::new();
            for name in names {
                let named = checks_named(catalog, name);
                if named.is_empty() {
                    let near = crate::checklist::explain(catalog, name).err().unwrap_or_default();
                    return Err(EngineError::UnknownName { name: name.clone(), near });
                }
                checks.extend(named);
            }
            Ok(checks)
        };
        Ok(Self { options, select: expand(&options.select)?, ignore: expand(&options.ignore)? })
    }

    /// Whether findings of this check are reported at all.
    pub(super) fn takes(&self, meta: &CheckMeta) -> bool {
        let chosen = if self.options.select.is_empty() {
            meta.profile <= self.options.profile
        } else {
            self.select.contains(&meta.id)
        };
        chosen && !self.ignore.contains(&meta.id)
    }
}

/// The checks that a check id, alias, practice or section stands for. A practice without checks stands for none,
/// but exists: it gives one name that matches nothing.
fn checks_named(catalog: &Catalog, name: &str) -> Vec<String> {
    if let Some(meta) = catalog.check(name) {
        return vec![meta.id.clone()];
    }
    let section = catalog
        .sections
        .iter()
        .find(|s| s.id.eq_ignore_ascii_case(name) || s.short.eq_ignore_ascii_case(name));
    let practices =
        catalog.practices.iter().filter(|p| p.id == name || section.is_some_and(|s| s.id == p.section));
    let mut found: Vec<String> = Vec::new();
    for practice in practices {
        found.push(format!("practice {}", practice.id));
        found.extend(practice.checks.iter().cloned());
    }
    found
}
