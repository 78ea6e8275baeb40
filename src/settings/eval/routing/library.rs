//! Patterns of libraries that are not installed here, from the table of what they offer.

use super::super::Interp;
use super::super::val::{V, Val};

impl Interp<'_> {
    /// The list of patterns under a dotted name, such as `rest_framework.urls.urlpatterns`.
    pub(super) fn library_patterns(&mut self, name: &str) -> Option<Val> {
        let routes = self.names().library_urls(name)?;
        let mut patterns = Vec::with_capacity(routes.len());
        for route in routes {
            let target = Val::new(V::Ref(route.view.as_str().into()));
            let view = if route.is_class {
                let actions = match route.actions {
                    Some(actions) => {
                        let entries = actions.iter().map(|(m, a)| (Val::str(m), Val::str(a))).collect();
                        self.dict(entries)
                    }
                    None => Val::new(V::None),
                };
                let init = self.dict(Vec::new());
                let methods = route.methods.unwrap_or_default().iter().map(|m| Val::str(m)).collect();
                Val::lib("view", vec![target, actions, init], vec![("methods".into(), Val::tuple(methods))])
            } else {
                target
            };
            let name = route.name.map_or_else(|| Val::new(V::None), |n| Val::str(&n));
            let parts = vec![Val::str("re_path"), Val::str(&route.path), view, name];
            patterns.push(Val::lib("url-pattern", parts, Vec::new()));
        }
        Some(self.list(patterns))
    }
}
