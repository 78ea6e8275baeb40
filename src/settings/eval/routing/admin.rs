//! The patterns of Django's admin that depend on what is registered.

use super::super::Interp;

impl Interp<'_> {
    /// States that the pages of the registered models are not listed.
    pub(super) fn models_of_admin(&mut self) {
        self.cannot_tell(
            None,
            "the admin's pages of each registered model are not listed; what `admin.site.register` registers is not read",
        );
    }
}
