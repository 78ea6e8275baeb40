//! What the project makes of Django's admin: another site in place of `admin.site`. The pages of what is registered
//! with it are not listed.

use super::super::Interp;
use super::super::functions::Args;
use super::super::raise::R;
use super::super::val::{V, Val};

const ADMIN: &str = "django.contrib.admin";

impl Interp<'_> {
    /// States that the pages of the registered models are not listed.
    pub(super) fn models_of_admin(&mut self) {
        self.cannot_tell(
            None,
            "the admin's pages of each registered model are not listed; what `admin.site.register` registers is not read",
        );
    }

    /// `owner.name = val`, where that replaces `admin.site`. `false` where it does not.
    pub(in super::super) fn replaces_admin_site(&mut self, owner: &str, name: &str, val: &Val) -> R<bool> {
        match (owner.strip_prefix(ADMIN), name) {
            (Some("" | ".sites"), "site") => self.set_admin_site(val.clone())?,
            (Some(".apps.AdminConfig" | ".apps.SimpleAdminConfig"), "default_site") => {
                self.set_default_site(val)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// `default_site` of the configuration of an app: the class of the site, by name.
    pub(super) fn set_default_site(&mut self, path: &Val) -> R<()> {
        let path = match &path.v {
            V::Ref(name) => self.installed_value(&name.clone())?.unwrap_or_else(|| path.clone()),
            _ => path.clone(),
        };
        let site = match path.as_str().cloned() {
            None => Val::unknown("the class of the admin site cannot be told"),
            Some(name) => match self.class_named(&name)? {
                Some(class) => self.instantiate(class, Args::default())?,
                None => Val::unknown(format!("nothing is known of the admin site {name}")),
            },
        };
        self.set_admin_site(site)
    }

    fn set_admin_site(&mut self, site: Val) -> R<()> {
        if let Some(module) = self.prelude(ADMIN)? {
            let scope = self.modules[module as usize].scope;
            self.bind_in(scope, "site", site, None, Vec::new());
        }
        Ok(())
    }
}
