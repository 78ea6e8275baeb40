//! django-configurations: settings that are the attributes of a class, with values that read the environment.

use std::rc::Rc;

use super::super::environ::Read;
use super::super::functions::Args;
use super::super::raise::{R, Raise};
use super::super::val::{Binding, LibObject, Name, Scope, V, Val};
use super::super::{Interp, cause_of};
use super::backends::Dialect;
use crate::project::{Role, SettingsCandidate};
use crate::settings::Reader;

/// What a mail server's URL sets.
const MAIL_NAMES: [&str; 8] = [
    "EMAIL_FILE_PATH",
    "EMAIL_HOST_USER",
    "EMAIL_HOST_PASSWORD",
    "EMAIL_HOST",
    "EMAIL_PORT",
    "EMAIL_BACKEND",
    "EMAIL_USE_TLS",
    "EMAIL_USE_SSL",
];

/// Names that a class does not take over from Django or its bases, but finds there as any class would.
const NOT_COPIED: [&str; 5] = [
    "DEFAULT_HASHING_ALGORITHM",
    "DEFAULT_CONTENT_TYPE",
    "FILE_CHARSET",
    "DEFAULT_AUTO_FIELD",
    "PASSWORD_RESET_TIMEOUT_DAYS",
];

/// One attribute as the library puts it on the module: name, value, and the chain of places.
pub(in super::super) type Attribute = (Name, Binding);

/// The kind of a value class: `Boolean` for `configurations.values.BooleanValue`.
pub(super) fn value_kind(name: &str) -> Option<&str> {
    name.strip_prefix("configurations.values.")?.strip_suffix("Value")
}

fn is_upper(name: &str) -> bool {
    name == name.to_uppercase() && !name.starts_with('_')
}

impl Interp<'_> {
    /// The class that holds the settings.
    pub(in super::super) fn configuration(
        &self,
        names: &[(Rc<str>, Binding)],
        candidate: &SettingsCandidate,
    ) -> Option<u32> {
        let classes: Vec<(&str, u32)> = names
            .iter()
            .filter_map(|(name, binding)| match binding.val.v {
                V::Class(id) if self.is_configuration(id) => Some((&**name, id)),
                _ => None,
            })
            .collect();
        let by_name = |wanted: &str| classes.iter().find(|(n, _)| *n == wanted).map(|(_, id)| *id);
        if let Some(found) = self.supplied.get("DJANGO_CONFIGURATION").and_then(|n| by_name(n)) {
            return Some(found);
        }
        // The class that the entry point names.
        if let (Role::Production, Some(found)) =
            (candidate.role, self.project.configuration.as_deref().and_then(by_name))
        {
            return Some(found);
        }
        let roles: &[&str] = match candidate.role {
            Role::Production | Role::Base => &["Production", "Prod", "Live"],
            Role::Development => &["Development", "Dev", "Local"],
            Role::Test => &["Test", "Testing", "CI"],
        };
        roles.iter().find_map(|n| by_name(n)).or_else(|| classes.last().map(|(_, id)| *id))
    }

    pub(in super::super) fn is_configuration(&self, class: u32) -> bool {
        self.classes[class as usize].external.iter().any(|e| e.starts_with("configurations."))
    }

    /// The metaclass copies Django's defaults and what the bases have into each new class, so an earlier base's
    /// default hides a later base's value.
    pub(in super::super) fn copy_into_configuration(&mut self, class: u32, bases: &[V]) {
        if !self.is_configuration(class) {
            return;
        }
        let mut copies: indexmap::IndexMap<Name, (Binding, bool)> = indexmap::IndexMap::new();
        let defaults = |i: &mut Self, copies: &mut indexmap::IndexMap<Name, (Binding, bool)>| {
            for (name, binding) in i.django_bindings() {
                copies.insert(name, (binding, true));
            }
        };
        defaults(self, &mut copies);
        for base in bases.iter().rev() {
            match base {
                V::Class(base) => {
                    let mro = self.classes[*base as usize].mro.clone();
                    for id in mro.into_iter().rev() {
                        let framework = self.classes[id as usize].framework.clone();
                        let scope: Scope =
                            self.scope(self.classes[id as usize].scope).cloned().unwrap_or_default();
                        for (name, binding) in scope.vars.into_iter().filter(|(n, _)| is_upper(n)) {
                            let is_default = framework.contains(&name);
                            copies.insert(name, (binding, is_default));
                        }
                    }
                }
                V::Ref(name) if name.starts_with("configurations.") => defaults(self, &mut copies),
                _ => {}
            }
        }
        let own = self.classes[class as usize].scope;
        let mut framework = Vec::new();
        let Some(scope) = self.scope_mut(own) else { return };
        for (name, (binding, is_default)) in copies {
            if scope.vars.contains_key(&name) || NOT_COPIED.contains(&&*name) {
                continue;
            }
            if is_default {
                framework.push(name.clone());
            }
            scope.vars.insert(name, binding);
        }
        self.classes[class as usize].framework = framework;
    }

    /// Sets a class up as the library does when the module is imported: its hooks run, values read the
    /// environment, properties and methods are evaluated.
    pub(in super::super) fn set_up_configuration(&mut self, class: u32) -> Vec<Attribute> {
        let scope = self.classes[class as usize].scope;
        let this = self.new_instance(class);
        let before = self.configuration_members(class);
        if let Some((_, dotenv)) = before.iter().find(|(n, _)| &**n == "DOTENV")
            && let V::Str(path) | V::Path(path) = &dotenv.val.v
        {
            self.read_dotenv(Some(&path.clone()));
        }
        self.call_hook(class, "pre_setup");
        for (name, binding) in self.configuration_members(class) {
            if let V::Lib(object) = &binding.val.v
                && object.class == "value"
            {
                let val = self.configurations_value(&name, &binding.val).unwrap_or_else(|r| r.into_value());
                let multiple = matches!(kind_of(object), "EmailURL");
                self.bind_in(scope, &name, val.clone(), None, (*binding.steps).clone());
                if multiple {
                    for (name, val) in mail_names(self, &val) {
                        self.bind_in(scope, &name, val, None, (*binding.steps).clone());
                    }
                }
            }
        }
        if self.class_attr(class, "setup").is_ok_and(|m| matches!(m.v, V::Bound(_))) {
            self.call_hook(class, "setup");
        }
        let framework = self.classes[class as usize].framework.clone();
        let mut out: Vec<Attribute> = Vec::new();
        for (name, binding) in self.configuration_members(class) {
            if framework.contains(&name) {
                continue;
            }
            let val = self.configuration_attribute(&this, &name).unwrap_or_else(|raise| raise.into_value());
            let val = val.clone().at(val.at.or(binding.val.at));
            out.push((name, Binding { val, steps: binding.steps }));
        }
        // It runs when the module has its values already: only edits in place are seen.
        self.call_hook(class, "post_setup");
        out
    }

    fn configuration_attribute(&mut self, this: &Val, name: &str) -> R<Val> {
        let val = self.instance_attr(this, name)?;
        let val = match &val.v {
            V::Bound(_) | V::Func(_) | V::Class(_) => self.call(&val, Args::default())?,
            V::Ref(_) => Val::unknown("a class or function, which django-configurations calls").at(val.at),
            _ => val,
        };
        match &val.v {
            V::Lib(object) if object.class == "value" => self.configurations_value(name, &val),
            _ => Ok(val),
        }
    }

    /// The attributes in capitals, with the chain through all bases.
    fn configuration_members(&self, class: u32) -> Vec<Attribute> {
        let def = &self.classes[class as usize];
        let mut members: Vec<Attribute> = Vec::new();
        for &base in def.mro.iter().rev() {
            let Some(scope) = self.scope(self.classes[base as usize].scope) else { continue };
            for (name, binding) in scope.vars.iter().filter(|(n, _)| is_upper(n)) {
                match members.iter_mut().find(|(n, _)| n == name) {
                    Some((_, old)) => {
                        let mut steps = (*old.steps).clone();
                        steps.extend(
                            binding.steps.iter().filter(|s| !old.steps.iter().any(|o| o.0 == s.0)).cloned(),
                        );
                        *old = Binding { val: binding.val.clone(), steps: Rc::new(steps) };
                    }
                    None => members.push((name.clone(), binding.clone())),
                }
            }
        }
        members
    }

    fn call_hook(&mut self, class: u32, hook: &str) {
        if let Ok(method) = self.class_attr(class, hook)
            && matches!(method.v, V::Bound(_))
        {
            let _ = self.call(&method, Args::default());
        }
    }

    /// `values.SomeValue(…)`: most are set up under their attribute's name, others at once.
    pub(super) fn make_value(&mut self, kind: &str, args: &Args) -> R<Val> {
        let mut parts = vec![Val::str(kind)];
        parts.extend(args.pos.iter().cloned());
        let val = Val::lib("value", parts, args.kw.clone()).at(args.at);
        let V::Lib(object) = &val.v else { return Ok(val) };
        let default = default_of(object);
        if kind == "Boolean" && !default.as_ref().is_some_and(|d| self.is_boolean_default(d)) {
            return Err(Raise::new("ValueError", "gives a BooleanValue a default that is no truth value"));
        }
        let named = object.kwargs.iter().find(|(n, _)| &**n == "environ_name").map(|(_, v)| v);
        let named = named.is_some_and(|v| self.truth(v) != Some(false));
        let unread = self.is_unread(object) && default.is_some_and(|d| self.truth(&d) == Some(true));
        let late = kind.ends_with("URL") && kind != "URL"
            || object.kwargs.iter().any(|(n, v)| &**n == "late_binding" && self.truth(v) == Some(true));
        if late || !(named && !self.is_unread(object) || unread) {
            Ok(val)
        } else {
            self.configurations_value("", &val)
        }
    }

    fn is_boolean_default(&self, val: &Val) -> bool {
        let is_value = matches!(&val.v, V::Lib(object) if object.class == "value");
        is_value || val.is_unknown() || val.as_int().is_some_and(|n| n == 0 || n == 1)
    }

    fn is_unread(&self, object: &LibObject) -> bool {
        object.kwargs.iter().any(|(n, v)| &**n == "environ" && self.truth(v) == Some(false))
    }

    /// What a value is, set up under its attribute's name.
    pub(in super::super) fn configurations_value(&mut self, name: &str, val: &Val) -> R<Val> {
        let V::Lib(object) = &val.v else { return Ok(val.clone()) };
        let object = object.clone();
        let kind = kind_of(&object).to_owned();
        let kw = |n: &str| object.kwargs.iter().find(|(k, _)| &**k == n).map(|(_, v)| v.clone());
        let url = kind.ends_with("URL") && kind != "URL";
        let prefix = match kw("environ_prefix").map(|v| v.v) {
            Some(V::Str(prefix)) if prefix.is_empty() => String::new(),
            Some(V::Str(prefix)) => format!("{}_", prefix.strip_suffix('_').unwrap_or(&prefix)),
            Some(V::None) => String::new(),
            _ if url => String::new(),
            _ => "DJANGO_".to_owned(),
        };
        let base = match kw("environ_name").map(|v| v.v) {
            Some(V::Str(name)) if !name.is_empty() => name.to_string(),
            _ => match kind.as_str() {
                "DatabaseURL" => "DATABASE_URL".into(),
                "CacheURL" => "CACHE_URL".into(),
                "EmailURL" => "EMAIL_URL".into(),
                "SearchURL" => "SEARCH_URL".into(),
                _ => name.to_uppercase(),
            },
        };
        let variable = format!("{prefix}{base}");
        let required =
            kind == "Secret" || kw("environ_required").is_some_and(|v| self.truth(&v) == Some(true));
        let default = default_of(&object);
        let place = default.as_ref().and_then(|d| d.at);
        if self.is_unread(&object) && kind != "Secret" {
            return Ok(self.default_value(&kind, default, &object)?.at(val.at));
        }
        let cast = kind.to_lowercase();
        match self.read_variable(&variable, val.at, place, Reader::Configurations, Some(&cast)) {
            Read::Found(text) => {
                let made = self.cast_value(&kind, &text, &object)?;
                Ok(made.with_env(&text.env).at(val.at))
            }
            Read::Missing(env) if required => {
                let env = env.needed();
                let required = Val::required(format!("the environment variable {variable} is required"));
                Ok(Val { env, at: val.at, ..required })
            }
            Read::Missing(env) => Ok(self.default_value(&kind, default, &object)?.with_env(&env).at(val.at)),
        }
    }

    /// What a value is without the variable.
    fn default_value(&mut self, kind: &str, default: Option<Val>, object: &Rc<LibObject>) -> R<Val> {
        let builtin = match kind {
            "List" | "SingleNestedList" | "Backends" => "list",
            "Tuple" | "SingleNestedTuple" => "tuple",
            "Set" => "set",
            "Dict" => "dict",
            _ => "",
        };
        let default = default.filter(|d| !matches!(d.v, V::None));
        Ok(match (kind, default) {
            ("DatabaseURL" | "CacheURL" | "EmailURL" | "SearchURL" | "Dict", None) => self.dict(Vec::new()),
            (_, None) if !builtin.is_empty() => self.call_builtin(builtin, Args::default())?,
            (_, None) => Val::new(V::None),
            (_, Some(default)) if !builtin.is_empty() => {
                let converter =
                    object.kwargs.iter().any(|(n, v)| &**n == "converter" && !matches!(v.v, V::None));
                if converter {
                    return Ok(Val::unknown("a list whose elements are converted"));
                }
                self.call_builtin(builtin, Args { pos: vec![default], ..Args::default() })?
            }
            ("DatabaseURL" | "CacheURL" | "EmailURL" | "SearchURL", Some(default)) => {
                self.cast_value(kind, &default, object)?
            }
            ("Path", Some(default)) => {
                let inner = Args { pos: vec![default], ..Args::default() };
                self.call_ref("os.path.abspath", inner)?
            }
            (_, Some(default)) => default,
        })
    }

    /// The variable's text, as the kind of value turns it.
    fn cast_value(&mut self, kind: &str, text: &Val, object: &Rc<LibObject>) -> R<Val> {
        let Some(plain) = text.as_str().cloned() else { return Ok(Val::unknown(cause_of(text))) };
        let bad = || Raise::new("ValueError", "reads a text that does not fit").with_env(&text.env);
        let kw = |n: &str| object.kwargs.iter().find(|(k, _)| &**k == n).map(|(_, v)| v.clone());
        Ok(match kind {
            "" | "Email" | "URL" | "IP" | "Regex" => text.clone(),
            "Secret" if plain.is_empty() => return Err(bad()),
            "Secret" => text.clone(),
            "Boolean" => match plain.trim().to_lowercase().as_str() {
                "yes" | "y" | "true" | "1" => Val::bool(true),
                "no" | "n" | "false" | "0" | "" => Val::bool(false),
                _ => return Err(bad()),
            },
            "Integer" => self.to_int(text, None)?,
            "PositiveInteger" => match self.to_int(text, None)? {
                val if val.as_int().is_some_and(|n| n < 0) => return Err(bad()),
                val => val,
            },
            "Float" => self.to_float(text)?,
            "List" | "Tuple" | "Set" | "Backends" => {
                let separator =
                    kw("separator").and_then(|v| v.as_str().cloned()).unwrap_or_else(|| ",".into());
                if kw("converter").is_some() || separator.is_empty() {
                    return Ok(Val::unknown("a list whose elements are converted"));
                }
                let parts = plain.trim().split(&*separator).map(str::trim).filter(|p| !p.is_empty());
                let items: Vec<Val> = parts.map(Val::str).collect();
                match kind {
                    "Tuple" => Val::tuple(items),
                    "Set" => self.set_of(super::super::Seq { items, rest: None }),
                    _ => self.list(items),
                }
            }
            "Dict" if plain.is_empty() => self.dict(Vec::new()),
            "Dict" => match self.literal(&plain) {
                Some(val) if matches!(val.v, V::Dict(_)) => val,
                _ => return Err(bad()),
            },
            "Path" => {
                self.call_ref("os.path.abspath", Args { pos: vec![text.clone()], ..Args::default() })?
            }
            "DatabaseURL" => {
                let alias = kw("alias").unwrap_or_else(|| Val::str("default"));
                let inner = Args { kw: object.kwargs.clone(), ..Args::default() };
                let database = self.database_of(&plain, Dialect::DjDatabaseUrl, &inner);
                self.dict(vec![(alias, database)])
            }
            "CacheURL" | "SearchURL" => {
                let alias = kw("alias").unwrap_or_else(|| Val::str("default"));
                self.dict(vec![(alias, Val::unknown("a configuration read from a URL"))])
            }
            _ => Val::unknown("a cast that is not modelled"),
        })
    }
}

fn kind_of(object: &LibObject) -> &str {
    object.args.first().and_then(Val::as_str).map_or("", |k| k)
}

fn default_of(object: &LibObject) -> Option<Val> {
    let named = || object.kwargs.iter().find(|(n, _)| &**n == "default").map(|(_, v)| v.clone());
    object.args.get(1).cloned().or_else(named)
}

/// The names that a mail server's URL sets; none without a URL.
fn mail_names(interp: &Interp<'_>, val: &Val) -> Vec<(String, Val)> {
    if interp.truth(val) == Some(false) {
        return Vec::new();
    }
    let unknown = || Val::unknown("a configuration read from a URL").at(val.at).with_env(&val.env);
    MAIL_NAMES.iter().map(|name| ((*name).to_owned(), unknown())).collect()
}
