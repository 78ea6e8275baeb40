//! What the authentication backends grant to whoever has not logged in: Django's own nothing, those of the project what
//! their `has_perm` says.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::call::Arguments;
use super::{ClassRef, Evaluator, Owner, Persona, Situation, Val};
use crate::settings::Truth;

const MODEL_BACKEND: &str = "django.contrib.auth.backends.ModelBackend";

impl Evaluator<'_> {
    /// Whether some backend grants a permission to nobody.
    pub(super) fn gives_nobody_rights(&self) -> Truth {
        *self.backends.get_or_init(|| {
            let backends = self.library("django.conf.settings.AUTHENTICATION_BACKENDS");
            let Some(backends) = backends.exact_elements() else { return Truth::Maybe };
            backends.iter().fold(Truth::No, |t, backend| t.or(self.backend_grants(backend)))
        })
    }

    fn backend_grants(&self, backend: &Val) -> Truth {
        let Some(path) = backend.as_str() else { return Truth::Maybe };
        if path == MODEL_BACKEND {
            return Truth::No;
        }
        let Val::Class(class) = self.imported(path) else { return Truth::Maybe };
        if !matches!(self.class_attribute(&class, "has_module_perms", None).owner, Owner::Absent) {
            return Truth::Maybe;
        }
        let found = self.class_attribute(&class, "has_perm", None);
        match (&found.owner, &found.value) {
            (Owner::Class(ClassRef::Project(_)), Val::Code(code)) => {
                let situation = Situation { persona: Some(Persona::Anonymous), ..Situation::default() };
                let this = Val::Instance(Rc::new(Val::Class(class)));
                let given = Arguments::of(vec![Val::User, Val::unknown("a permission"), Val::None]);
                let run = || self.run(&situation, code, Some(this), given, &BTreeMap::new());
                self.fresh(run).iter().fold(Truth::No, |t, way| {
                    t.or(match way.result() {
                        Val::Never => Truth::No,
                        value => value.truth(),
                    })
                })
            }
            // It grants nothing to a user who is not active.
            (Owner::Absent, _) => {
                let mro = self.mro(&class);
                let is = |a| self.index.ancestor_name(a).as_deref() == Some(MODEL_BACKEND);
                if mro.order.iter().any(is) { Truth::No } else { Truth::Maybe }
            }
            _ => Truth::Maybe,
        }
    }
}
