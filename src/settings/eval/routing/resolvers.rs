//! Django's own objects of patterns, where a project makes them itself: `URLResolver(LocalePrefix(), urls)`.

use super::super::functions::Args;
use super::super::raise::R;
use super::super::val::{Name, V, Val};
use super::super::{Interp, cause_of};
use super::lib;

impl Interp<'_> {
    /// `LocalePrefixPattern(prefix_default_language=True)`.
    pub(super) fn locale_pattern(&mut self, args: &Args) -> Val {
        let mut named = args.clone();
        named.kw.extend(args.pos.first().map(|default| ("prefix_default_language".into(), default.clone())));
        let prefix = self.language_prefix(&named);
        Val::lib("pattern-object", vec![Val::str("re_path"), prefix], Vec::new()).at(args.at)
    }

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

    /// Whether a pattern is an object of one of Django's classes.
    pub(in super::super) fn is_pattern_of(val: &Val, class: &str) -> Option<bool> {
        let own = match &val.v {
            V::Lib(object) => match object.class {
                "url-resolver" => "URLResolver",
                "url-pattern" => "URLPattern",
                _ => return None,
            },
            _ => return None,
        };
        let (module, wanted) = class.rsplit_once('.')?;
        let is_known = matches!(module, "django.urls" | "django.urls.resolvers" | "django.core.urlresolvers");
        let wanted = match wanted {
            "RegexURLPattern" => "URLPattern",
            "RegexURLResolver" => "URLResolver",
            other => other,
        };
        is_known.then_some(own == wanted)
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

    /// Whether an object's class takes its text from Django's pattern for languages.
    fn is_locale_pattern(&self, pattern: &Val) -> bool {
        let is_it = |base: &Name| {
            matches!(&**base, "django.urls.resolvers.LocalePrefixPattern" | "django.urls.LocalePrefixPattern")
        };
        let class = self.instance_class(pattern);
        class.is_some_and(|class| {
            self.classes[class as usize].external.iter().any(is_it)
                && self.class_member(class, "language_prefix").is_some()
        })
    }

    /// The kind of a pattern's object, and the text as which Django lists it.
    fn route_of(&mut self, pattern: &Val) -> R<(Val, Val)> {
        // What another pattern has as its `pattern` is kept with the pattern itself.
        let made = ["pattern-object", "url-pattern", "url-resolver"].iter().find_map(|of| lib(pattern, of));
        if let Some(object) = made {
            return Ok((object.args[0].clone(), object.args[1].clone()));
        }
        let kind = Val::str("re_path");
        let text = match self.find_method(pattern, "__str__") {
            Some(method) => self.call(&method, Args::default())?,
            None if self.is_locale_pattern(pattern) => self.get_attr(pattern, "language_prefix")?,
            None => Val::unknown(cause_of(pattern)),
        };
        Ok((kind, text))
    }
}
