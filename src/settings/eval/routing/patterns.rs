//! `path`, `include` and the other functions that make lists of patterns.

use std::rc::Rc;

use super::super::functions::Args;
use super::super::raise::R;
use super::super::val::{Seq, V, Val};
use super::super::{Interp, cause_of};
use super::lib;
use crate::source::Span;

/// A pattern that one branch of an unknown condition adds, kept as such when the branches are joined.
pub(in super::super) fn maybe(val: &Val, cause: &Rc<str>) -> Option<Val> {
    match &val.v {
        V::Lib(object) if matches!(object.class, "url-pattern" | "url-resolver") => {
            Some(Val::lib("url-maybe", vec![val.clone(), Val::str(cause)], Vec::new()).at(val.at))
        }
        V::Lib(object) if object.class == "url-maybe" => Some(val.clone()),
        _ => None,
    }
}

/// Where a pattern that may be there was made.
pub(in super::super) fn place_of_maybe(val: &Val) -> Option<Span> {
    lib(val, "url-maybe").and(val.at)
}

impl Interp<'_> {
    /// `path(route, view, kwargs, name)`. A pattern is `[kind, route, view, name]`, an included list
    /// `[kind, route, patterns, app_name, namespace]`.
    pub(super) fn pattern(&mut self, kind: &str, args: &Args) -> Val {
        let none = || Val::new(V::None);
        let route = args.get(0, "route").or_else(|| args.named("regex")).cloned().unwrap_or_else(none);
        let view = args.get(1, "view").cloned().unwrap_or_else(none);
        let name = args.get(3, "name").cloned().unwrap_or_else(none);
        let at = args.at.or(view.at);
        if let Some(cause) = &args.open {
            return Val::unknown(cause.clone()).at(at);
        }
        let included = match &view.v {
            V::Tuple(seq) if seq.rest.is_none() => Some(seq.items.clone()),
            V::List(_) => {
                let seq = self.iterate(&view);
                seq.rest.is_none().then_some(seq.items)
            }
            _ => None,
        };
        match included {
            Some(parts) => {
                let mut parts = parts.into_iter();
                let (conf, app, space) = (parts.next(), parts.next(), parts.next());
                let parts = [conf, app, space].map(|p| p.unwrap_or_else(none));
                let [conf, app, space] = parts;
                Val::lib("url-resolver", vec![Val::str(kind), route, conf, app, space], Vec::new()).at(at)
            }
            None => Val::lib("url-pattern", vec![Val::str(kind), route, view, name], Vec::new()).at(at),
        }
    }

    /// `include(arg, namespace)`.
    pub(super) fn include_urls(&mut self, args: &Args) -> R<Val> {
        let none = || Val::new(V::None);
        let arg = args.get(0, "arg").cloned().unwrap_or_else(none);
        let space = args.get(1, "namespace").cloned().unwrap_or_else(none);
        let (conf, app) = match &arg.v {
            V::Tuple(seq) if seq.items.len() == 3 => return Ok(arg.at(args.at)),
            V::Tuple(seq) if seq.items.len() == 2 => (seq.items[0].clone(), seq.items[1].clone()),
            _ => (arg, none()),
        };
        let conf = self.urlconf(&conf)?;
        Ok(Val::tuple(vec![conf, app, space]).at(args.at))
    }

    /// What is included: modules are run, names of modules looked up.
    pub(super) fn urlconf(&mut self, conf: &Val) -> R<Val> {
        let name = match &conf.v {
            V::Str(name) | V::Ref(name) => name.clone(),
            _ => return Ok(conf.clone()),
        };
        if let Some(id) = self.any_module(&name)? {
            return Ok(Val::new(V::Module(id)).at(conf.at));
        }
        if matches!(conf.v, V::Ref(_)) && self.names().module(&name).is_none() {
            let val = self.dotted_value(&name)?;
            if !matches!(val.v, V::Ref(_)) {
                return Ok(val);
            }
        }
        if let Some(patterns) = self.library_patterns(&format!("{name}.urlpatterns")) {
            return Ok(patterns.at(conf.at));
        }
        let cause = if self.is_ours(&name) {
            format!("{name} is not in the project")
        } else {
            format!("{name} is not part of the project and is not installed here")
        };
        Ok(Val::lib("library-urls", vec![Val::str(&name), Val::str(&cause)], Vec::new()).at(conf.at))
    }

    /// `i18n_patterns(*urls, prefix_default_language=True)`.
    pub(super) fn i18n_patterns(&mut self, args: &Args) -> Val {
        let seq = Seq { items: args.pos.clone(), rest: args.open.clone() };
        let urls = self.list_of(seq);
        let has_language = self.setting_truth("USE_I18N");
        if has_language == Some(false) {
            return urls;
        }
        let prefix = if has_language.is_none() {
            Val::unknown("USE_I18N decides whether the language is part of the path")
        } else {
            self.language_prefix(args)
        };
        let none = || Val::new(V::None);
        let parts = vec![Val::str("re_path"), prefix, urls, none(), none()];
        let resolver = Val::lib("url-resolver", parts, Vec::new()).at(args.at);
        self.list(vec![resolver])
    }

    /// The text of `LocalePrefixPattern(prefix_default_language=True)`.
    pub(super) fn language_prefix(&mut self, args: &Args) -> Val {
        let default = args.named("prefix_default_language").cloned().unwrap_or_else(|| Val::bool(true));
        match self.truth(&default) {
            Some(false) => Val::str(""),
            Some(true) => match self.setting_text("LANGUAGE_CODE") {
                Some(code) => Val::str(&format!("{code}/")),
                None => Val::unknown("LANGUAGE_CODE cannot be told"),
            },
            None => Val::unknown("whether the default language is part of the path cannot be told"),
        }
    }

    /// `static(prefix, …)`: only with `DEBUG`, and not for another host.
    pub(super) fn static_patterns(&mut self, args: &Args) -> Val {
        match self.setting_truth("DEBUG") {
            Some(false) => return self.list(Vec::new()),
            Some(true) => {}
            None => return Val::unknown("DEBUG decides whether files are served"),
        }
        let prefix = args.get(0, "prefix").cloned().unwrap_or_else(|| Val::new(V::None));
        let Some(text) = prefix.as_str() else { return Val::unknown(cause_of(&prefix)) };
        if text.contains("//") {
            return self.list(Vec::new());
        }
        let route = format!("^{}(?P<path>.*)$", escape(text.trim_start_matches('/')));
        let view = args.get(1, "view").cloned();
        let view = view.unwrap_or_else(|| Val::new(V::Ref("django.views.static.serve".into())));
        self.one_pattern("re_path", &route, view, args)
    }

    /// `staticfiles_urlpatterns(prefix=None)`.
    pub(super) fn staticfiles(&mut self, args: &Args) -> Val {
        let mut args = args.clone();
        if args.pos.is_empty() && args.kw.is_empty() {
            match self.setting_text("STATIC_URL") {
                // A relative URL gets the script's prefix, which is `/`.
                Some(url) => args.pos.push(Val::str(&url)),
                None => return Val::unknown("STATIC_URL cannot be told"),
            }
        }
        if args.pos.len() == 1 {
            args.pos.push(Val::new(V::Ref("django.contrib.staticfiles.views.serve".into())));
        }
        self.static_patterns(&args)
    }

    fn one_pattern(&mut self, kind: &str, route: &str, view: Val, args: &Args) -> Val {
        let parts = vec![Val::str(kind), Val::str(route), view, Val::new(V::None)];
        let pattern = Val::lib("url-pattern", parts, Vec::new()).at(args.at);
        self.list(vec![pattern])
    }

    /// `format_suffix_patterns(urlpatterns, suffix_required=False, allowed=None)`.
    pub(super) fn format_suffixes(&mut self, args: &Args) -> Val {
        let patterns = args.get(0, "urlpatterns").cloned().unwrap_or_else(|| Val::new(V::None));
        let required = args.get(1, "suffix_required").cloned().unwrap_or_else(|| Val::bool(false));
        let Some(is_required) = self.truth(&required) else { return Val::unknown(cause_of(&required)) };
        let allowed = args.get(2, "allowed").cloned().unwrap_or_else(|| Val::new(V::None));
        let allowed: Vec<Rc<str>> = match self.iterate(&allowed) {
            Seq { items, rest: None } => items.iter().filter_map(|v| v.as_str().cloned()).collect(),
            Seq { .. } if matches!(allowed.v, V::None) => Vec::new(),
            Seq { .. } => return Val::unknown(cause_of(&allowed)),
        };
        let kwarg = self.suffix_kwarg();
        let Some(kwarg) = kwarg.as_str() else { return Val::unknown(cause_of(&kwarg)) };
        let suffix = Suffix::new(kwarg, &allowed);
        self.with_suffixes(&patterns, &suffix, is_required, 0)
    }

    /// `REST_FRAMEWORK["FORMAT_SUFFIX_KWARG"]`.
    fn suffix_kwarg(&mut self) -> Val {
        let Ok(api) = self.setting("REST_FRAMEWORK") else { return Val::str("format") };
        match &api.v {
            V::Dict(id) => match self.dict_obj(*id) {
                Ok(dict) => match (dict.get("FORMAT_SUFFIX_KWARG"), &dict.rest) {
                    (Some(val), _) => val.clone(),
                    (None, _) => Val::str("format"),
                },
                Err(_) => Val::str("format"),
            },
            _ => Val::str("format"),
        }
    }

    fn with_suffixes(&mut self, patterns: &Val, suffix: &Suffix, is_required: bool, depth: usize) -> Val {
        let seq = self.iterate(patterns);
        let mut out = Seq { items: Vec::new(), rest: seq.rest };
        for item in seq.items {
            let is_path = |object: &super::LibObject| object.args[0].as_str().is_some_and(|k| &**k == "path");
            if let Some(object) = lib(&item, "url-resolver").cloned() {
                let inner = self.patterns_of(&object.args[2]);
                let inner = if depth > 20 {
                    inner
                } else {
                    self.with_suffixes(&inner, suffix, is_required, depth + 1)
                };
                let mut parts = object.args.clone();
                parts[2] = inner;
                out.items.push(Val::lib("url-resolver", parts, Vec::new()).at(item.at));
            } else if let Some(object) = lib(&item, "url-pattern").cloned() {
                if !is_required {
                    out.items.push(item.clone());
                }
                let mut parts = object.args.clone();
                if let V::Lib(pattern) = &item.v {
                    parts[2] = self.callback_of(pattern);
                }
                parts[1] = match route_text(&parts[1]) {
                    Ok(route) => Val::str(&suffix.apply(&route, is_path(&object))),
                    Err(cause) => Val::unknown(cause),
                };
                out.items.push(Val::lib("url-pattern", parts, Vec::new()).at(item.at));
            } else {
                out.items.push(item);
            }
        }
        self.list_of(out)
    }
}

/// What is added to a route for `.json` and the like.
struct Suffix {
    regex: String,
    route: String,
}

impl Suffix {
    fn new(kwarg: &str, allowed: &[Rc<str>]) -> Self {
        let pattern = match allowed {
            [] => "[a-z0-9]+".to_owned(),
            [one] => one.to_string(),
            many => format!("({})", many.join("|")),
        };
        let mut converter = "drf_format_suffix".to_owned();
        for one in allowed {
            converter.push('_');
            converter.push_str(one);
        }
        Self { regex: format!(r"\.(?P<{kwarg}>{pattern})/?$"), route: format!("<{converter}:{kwarg}>") }
    }

    fn apply(&self, route: &str, is_path: bool) -> String {
        let base = route.trim_end_matches('$').trim_end_matches('/');
        format!("{base}{}", if is_path { &self.route } else { &self.regex })
    }
}

/// The text of a route, as `str(pattern)` gives it.
pub(super) fn route_text(route: &Val) -> Result<Rc<str>, Rc<str>> {
    match &route.v {
        V::Str(text) | V::Lazy(text) | V::Regex(text) => Ok(text.clone()),
        _ => Err(cause_of(route)),
    }
}

/// What stands for a part of a path that cannot be told.
pub(super) const UNTOLD: &str = "…";

/// The text of a route with [`UNTOLD`] for each part that cannot be told, and why.
pub(super) fn route_shown(route: &Val) -> (String, Option<Rc<str>>) {
    match route_text(route) {
        Ok(text) => (text.to_string(), None),
        Err(cause) => match &route.v {
            V::Parts(parts) => (parts.iter().map(|p| p.as_deref().unwrap_or(UNTOLD)).collect(), Some(cause)),
            _ => (UNTOLD.to_owned(), Some(cause)),
        },
    }
}

/// `re.escape`.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
