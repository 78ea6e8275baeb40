//! Settings that an app's configuration changes when the project starts: `setattr(settings, "REST_FRAMEWORK", …)` in
//! `apps.py`. What it makes of them is not worked out; a key that its code names is not known then.

use std::cell::OnceCell;
use std::rc::Rc;

use super::Evaluator;
use crate::source::FileId;

/// How code gets at the settings to change them.
const CHANGES: [&str; 7] = [
    "setattr(settings, \"REST_FRAMEWORK\"",
    "setattr(settings, 'REST_FRAMEWORK'",
    "settings.REST_FRAMEWORK =",
    "settings.REST_FRAMEWORK |=",
    "settings.REST_FRAMEWORK.update(",
    "settings.REST_FRAMEWORK.setdefault(",
    "settings.REST_FRAMEWORK[",
];

impl Evaluator<'_> {
    /// With settings in which these changes are made already.
    pub(in super::super) fn started(self) -> Self {
        Self { starters: OnceCell::from(Vec::new()), ..self }
    }

    /// Why a key of `REST_FRAMEWORK` may be another than the settings module says.
    pub(super) fn changed_at_start(&self, key: &str) -> Option<Rc<str>> {
        let files = self.starters.get_or_init(|| self.files_that_change());
        let file = files.iter().find(|file| {
            let text = self.sources.text(**file);
            // Where no key is named, they come from elsewhere and may be any.
            text.contains(key) || !text.contains("DEFAULT_")
        })?;
        let path = self.sources.path(*file);
        let tail: Vec<&str> = path.rsplit('/').take(3).collect();
        let shown = tail.into_iter().rev().collect::<Vec<_>>().join("/");
        Some(format!("`{shown}` changes REST_FRAMEWORK when the project starts").into())
    }

    fn files_that_change(&self) -> Vec<FileId> {
        let files = self.index.files().map(|items| items.file);
        files
            .filter(|file| {
                let is_of_app = self.sources.path(*file).ends_with("apps.py");
                is_of_app && CHANGES.iter().any(|change| self.sources.text(*file).contains(change))
            })
            .collect()
    }
}
