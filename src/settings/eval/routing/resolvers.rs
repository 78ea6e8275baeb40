//! Django's own objects of patterns, where a project makes them itself: `URLResolver(LocalePrefix(), urls)`.

use super::super::functions::Args;
use super::super::raise::R;
use super::super::val::{V, Val};
use super::super::{Interp, cause_of};
use super::lib;

impl Interp<'_> {
    /// `RoutePattern(route)` and `RegexPattern(regex)`.
    pub(super) fn pattern_object(kind: &str, args: &Args) -> Val {
        let route = args.pos.first().or_else(|| args.kw.first().map(|(_, v)| v)).cloned();
        let route = route.unwrap_or_else(|| Val::unknown("a pattern without a route"));
        Val::lib("pattern-object", vec![Val::str(kind), route], Vec::new()).at(args.at)
    }

    /// `URLResolver(pattern, urlconf_name, default_kwargs, app_name, namespace)`.
    pub(super) fn url_resolver(&mut self, args: &Args) -> R<Val> {
        self.with_route("url-resolver", args, |interp, get| {
            let conf = interp.urlconf(&get(1, "urlconf_name"))?;
            Ok(vec![conf, get(3, "app_name"), get(4, "namespace")])
        })
    }

    /// `URLPattern(pattern, callback, default_args, name)`.
    pub(super) fn url_pattern(&mut self, args: &Args) -> R<Val> {
        self.with_route("url-pattern", args, |_, get| Ok(vec![get(1, "callback"), get(3, "name")]))
    }

    /// Such an object: the kind and text of its route, and what `rest` makes of the other arguments.
    fn with_route(
        &mut self,
        class: &'static str,
        args: &Args,
        rest: impl FnOnce(&mut Self, &dyn Fn(usize, &str) -> Val) -> R<Vec<Val>>,
    ) -> R<Val> {
        if let Some(cause) = &args.open {
            return Ok(Val::unknown(cause.clone()).at(args.at));
        }
        let get = |at: usize, name: &str| args.get(at, name).cloned().unwrap_or_else(|| Val::new(V::None));
        let (kind, route) = self.route_of(&get(0, "pattern"))?;
        let mut parts = vec![kind, route];
        parts.extend(rest(self, &get)?);
        Ok(Val::lib(class, parts, Vec::new()).at(args.at))
    }

    /// The kind of a pattern's object, and the text as which Django lists it.
    fn route_of(&mut self, pattern: &Val) -> R<(Val, Val)> {
        if let Some(object) = lib(pattern, "pattern-object") {
            return Ok((object.args[0].clone(), object.args[1].clone()));
        }
        let kind = Val::str("re_path");
        let text = match self.find_method(pattern, "__str__") {
            Some(method) => self.call(&method, Args::default())?,
            None => Val::unknown(cause_of(pattern)),
        };
        Ok((kind, text))
    }
}
