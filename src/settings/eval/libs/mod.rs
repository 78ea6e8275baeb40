//! Libraries that settings modules are written with. A modelled object is a [`LibObject`]: the class and what it
//! was made with.

mod backends;
mod configurations;
mod dynaconf;
mod entry_points;
mod env;
mod formats;
mod ini;
mod pydantic;
mod urls;
mod versions;

use std::collections::BTreeMap;
use std::rc::Rc;

pub(super) use ini::Ini;
pub(super) use versions::order as version_order;

use super::functions::Args;
use super::raise::{R, Raise};
use super::val::{LibObject, V, Val};
use super::{Interp, cause_of};
use crate::python::ast::{Operator, StmtWith};
use crate::settings::Reader;

pub(super) use dynaconf::{Hooked, is_check};
pub(super) use entry_points::walked as walked_group;

/// The methods of a logger that give nothing.
const LOGS: &[&str] = &[
    "debug",
    "info",
    "warning",
    "warn",
    "error",
    "exception",
    "critical",
    "fatal",
    "log",
    "setLevel",
    "addHandler",
    "removeHandler",
    "addFilter",
    "removeFilter",
    "handle",
];

impl Interp<'_> {
    /// A call of a modelled library. `None` when the name is not modelled here.
    pub(super) fn call_library(&mut self, name: &str, args: &Args) -> R<Option<Val>> {
        if let Some(kind) = configurations::value_kind(name) {
            return self.make_value(kind, args).map(Some);
        }
        if let Some(val) = self.call_version(name, args)? {
            return Ok(Some(val));
        }
        if let Some(val) = self.call_format(name, args)? {
            return Ok(Some(val));
        }
        if let Some(points) = self.entry_points(name, args) {
            return Ok(Some(points));
        }
        Ok(Some(match name {
            "environ.Env" | "environ.FileAwareEnv" | "environ.environ.Env" => {
                Val::lib("env", vec![Val::str("django-environ")], args.kw.clone())
            }
            "environs.Env" | "environs.FileAwareEnv" => {
                Val::lib("env", vec![Val::str("environs")], args.kw.clone())
            }
            "decouple.Config" | "decouple.AutoConfig" => {
                self.read_dotenv_for(Reader::Decouple, None);
                Val::lib("env", vec![Val::str("decouple")], Vec::new())
            }
            "decouple.RepositoryEnv" | "decouple.RepositoryIni" | "decouple.RepositorySecret" => {
                if let Some(V::Str(path) | V::Path(path)) = args.pos.first().map(|v| &v.v) {
                    let path = path.clone();
                    self.read_dotenv_for(Reader::Decouple, Some(&path));
                }
                Val::lib("object", Vec::new(), Vec::new())
            }
            "decouple.config" => {
                let object = decouple();
                self.read_dotenv_for(Reader::Decouple, None);
                return self.call_lib(&object, args.clone()).map(Some);
            }
            "decouple.Csv" => Val::lib("csv", args.pos.clone(), args.kw.clone()),
            "decouple.Choices" => Val::lib("choices", args.pos.clone(), args.kw.clone()),
            "decouple.strtobool" | "distutils.util.strtobool" | "setuptools.distutils.util.strtobool" => {
                let val = args.pos.first().cloned().unwrap_or_else(|| Val::str(""));
                match val.as_str().map(|t| strtobool(t)) {
                    Some(Some(truth)) => Val::new(V::Int(i64::from(truth))).with_env(&val.env),
                    Some(None) => {
                        return Err(Raise::new("ValueError", "turns a text that is no truth value into one")
                            .with_env(&val.env));
                    }
                    None => match val.v {
                        V::Unknown(_) | V::Parts(_) => Val::unknown(cause_of(&val)),
                        _ => {
                            return Err(Raise::new(
                                "AttributeError",
                                "turns something that is no text into a truth value",
                            )
                            .with_env(&val.env));
                        }
                    },
                }
            }
            "environ.Env.read_env"
            | "dotenv.load_dotenv"
            | "dotenv.read_dotenv"
            | "environs.Env.read_env" => {
                let path = match args.pos.first().map(|v| &v.v) {
                    Some(V::Str(path) | V::Path(path)) => Some(path.clone()),
                    _ => None,
                };
                self.read_dotenv(path.as_deref());
                Val::bool(true)
            }
            "dotenv.find_dotenv" => Val::unknown("a path that depends on the working folder"),
            "environ.Path" => {
                let mut path = String::from(".");
                for arg in &args.pos {
                    match &arg.v {
                        V::Str(part) | V::Path(part) => path = super::paths::join(&path, part),
                        _ => return Ok(Some(Val::unknown("a path that cannot be told"))),
                    }
                }
                match self.absolute(&path) {
                    // `Path(__file__)` is the file; subtraction climbs.
                    Some(path) => Val::lib("environ-path", vec![Val::str(&path)], Vec::new()),
                    None => Val::unknown("a path that depends on the working folder"),
                }
            }
            "pydantic.Field" | "pydantic.fields.Field" => {
                Val::lib("pydantic-field", args.pos.clone(), args.kw.clone())
            }
            "pydantic.AliasChoices" | "pydantic.aliases.AliasChoices" => {
                Val::lib("pydantic-choices", args.pos.clone(), Vec::new())
            }
            "pydantic.SecretStr" | "pydantic.types.SecretStr" => {
                Val::lib("pydantic-secret", args.pos.clone(), Vec::new())
            }
            "pydantic_settings.SettingsConfigDict" | "pydantic.ConfigDict" if args.open.is_none() => {
                self.dict(args.kw.iter().map(|(name, val)| (Val::str(name), val.clone())).collect())
            }
            "dj_database_url.config" | "dj_database_url.parse" => self.database_url(name, args)?,
            "split_settings.tools.optional" => Val::lib("optional", args.pos.clone(), Vec::new()),
            "split_settings.tools.include" => {
                self.include(args)?;
                Val::new(V::None)
            }
            "dynaconf.Validator" | "dynaconf.validator.Validator" => dynaconf::validator(args),
            "dynaconf.DjangoDynaconf" | "dynaconf.contrib.DjangoDynaconf" => self.dynaconf_hook(args)?,
            "dynaconf.Dynaconf" | "dynaconf.LazySettings" | "dynaconf.base.LazySettings" => {
                self.dynaconf_settings(args)?
            }
            "django_heroku.settings" | "django_on_heroku.settings" => {
                let cause: Rc<str> = format!("{name}() sets names").into();
                for val in args.all() {
                    self.taint(&val.clone(), &cause);
                }
                Val::new(V::None)
            }
            _ => return Ok(None),
        }))
    }

    /// Calls a modelled object.
    pub(super) fn call_lib(&mut self, object: &Rc<LibObject>, args: Args) -> R<Val> {
        if let Some(val) = self.call_routed_lib(object, &args)? {
            return Ok(val);
        }
        match object.class {
            "env" => self.read_env(object, "__call__", &args),
            "noop" | "logger" => Ok(Val::new(V::None)),
            "new" => self.make_new(args),
            super::contexts::MANAGER => self.call_manager(object, args),
            "type-call" => match object.args.first().map(|class| &class.v) {
                Some(V::Class(class)) => self.instantiate(*class, args),
                _ => Ok(self.give_up(&args, "a call that is not modelled")),
            },
            "csv" => {
                let val = args.pos.first().cloned().unwrap_or_else(|| Val::new(V::None));
                self.cast_csv(object, &val)
            }
            "choices" => {
                let val = args.pos.first().cloned().unwrap_or_else(|| Val::new(V::None));
                self.cast_choice(object, &val)
            }
            "partial" => {
                let Some(func) = object.args.first().cloned() else {
                    return Ok(self.give_up(&args, "a partial"));
                };
                let mut pos: Vec<Val> = object.args[1..].to_vec();
                pos.extend(args.pos);
                let mut kw = object.kwargs.clone();
                kw.retain(|(n, _)| !args.kw.iter().any(|(m, _)| m == n));
                if let Some(cause) = &args.open {
                    // Any of them may be given anew.
                    for (_, val) in &mut kw {
                        self.taint(val, cause);
                        *val = Val::unknown(cause.clone());
                    }
                }
                kw.extend(args.kw);
                let sure = args.sure.map(|sure| sure + object.args.len() - 1);
                self.call(&func, Args { pos, kw, sure, ..args })
            }
            "environ-path" => Ok(environ_path(object, &args.pos).map_or_else(Val::unknown, Self::text)),
            _ => Ok(self.give_up(&args, "a call that is not modelled")),
        }
    }

    /// A method of a modelled object.
    pub(super) fn lib_method(&mut self, object: &Rc<LibObject>, name: &str, args: Args) -> R<Val> {
        match object.class {
            "env" => self.read_env(object, name, &args),
            "noop" => Ok(Val::new(V::None)),
            "logger" if LOGS.contains(&name) => Ok(Val::new(V::None)),
            "logger" => Ok(Val::unknown("an answer of a logger")),
            super::home::CLASS => Ok(self.home_method(object, name, &args)),
            "ini" => self.ini_method(object, name, &args),
            entry_points::CLASS if name == "load" => self.load_entry_point(object, &args),
            "dynaconf" => self.dynaconf_method(object, name, &args),
            "file" => {
                let text = object.args.first().cloned().unwrap_or_else(|| Val::unknown("it reads a file"));
                Ok(match (name, text.as_str().cloned()) {
                    ("read", _) if args.pos.is_empty() => super::paths::file_content(object),
                    ("readline", Some(text)) => Self::text(text.split_inclusive('\n').next().unwrap_or("")),
                    ("readlines", Some(text)) => {
                        let lines = text.split_inclusive('\n').map(Val::str).collect();
                        self.list(lines)
                    }
                    ("close" | "__exit__" | "flush", _) => Val::new(V::None),
                    ("__enter__", _) => Val::new(V::Lib(object.clone())),
                    (_, None) => Val::unknown(cause_of(&text)),
                    _ => Val::unknown("a use of a file that is not modelled"),
                })
            }
            "pydantic-secret" if name == "get_secret_value" => {
                Ok(object.args.first().cloned().unwrap_or_else(|| Val::str("")))
            }
            "exception" => Ok(Val::unknown("a method of an exception")),
            "version" => Ok(Val::unknown("a method of a version")),
            "super" => {
                let (Some(V::Class(class)), Some(this)) =
                    (object.args.first().map(|v| &v.v), object.args.get(1))
                else {
                    return Ok(Val::unknown("super() outside of a method"));
                };
                let method = self.super_attr(*class, &this.clone(), name)?;
                self.call(&method, args)
            }
            "property" => Ok(Val::lib("property", object.args.clone(), Vec::new())),
            "environ-path" if name == "path" => Ok(environ_path(object, &args.pos)
                .map_or_else(Val::unknown, |path| {
                    Val::lib("environ-path", vec![Self::text(path)], Vec::new())
                })),
            _ => match self.routed_lib_method(object, name, &args)? {
                Some(val) => Ok(val),
                None => Ok(self.give_up(&args, "a method that is not modelled")),
            },
        }
    }

    /// A data attribute of a modelled object.
    pub(super) fn lib_attr(&mut self, object: &Rc<LibObject>, name: &str) -> R<Option<Val>> {
        match (object.class, name) {
            ("super", _) => {
                let (Some(V::Class(class)), Some(this)) =
                    (object.args.first().map(|v| &v.v), object.args.get(1))
                else {
                    return Ok(None);
                };
                let (class, this) = (*class, this.clone());
                self.super_attr(class, &this, name).map(Some)
            }
            ("url", _) => Ok(urls::part(object, name)),
            (entry_points::CLASS, _) => Ok(entry_points::attribute(object, name)),
            (super::home::CLASS, _) => Ok(Some(self.home_attr(object, name))),
            ("environ-path", "root") => Ok(object.args.first().cloned()),
            ("dynaconf", _) => self.dynaconf_attr(object, name),
            ("enum-member", "value" | "_value_") => Ok(object.args.first().cloned()),
            ("enum-member", "name" | "_name_") => Ok(object.args.get(1).cloned()),
            ("exception", "errno") => Ok(Some(match object.args.first().and_then(Val::as_str) {
                Some(class) if &**class == "FileNotFoundError" => Val::new(V::Int(2)),
                _ => Val::unknown("an attribute of an exception"),
            })),
            ("version", _) => Ok(Some(Val::unknown("a part of a version"))),
            ("exception", "args") => Ok(Some(Val::tuple(object.args[1.min(object.args.len())..].to_vec()))),
            _ => Ok(self.routed_lib_attr(object, name)),
        }
    }

    /// `include(…)` of split_settings.
    fn include(&mut self, args: &Args) -> R<()> {
        let scope = match args.named("scope").map(|v| &v.v) {
            Some(V::Namespace(scope)) => *scope,
            _ => *self.frame_ref().chain.last().expect("internal error: no module scope"),
        };
        let file =
            self.scope(scope).and_then(|s| s.vars.get("__file__")).and_then(|b| b.val.as_str().cloned());
        let Some(file) = file else { return Ok(()) };
        let folder = file.rsplit_once('/').map_or("", |p| p.0).to_owned();
        for arg in &args.pos {
            let (pattern, optional) = match &arg.v {
                V::Lib(object) if object.class == "optional" => match object.args.first().map(|v| &v.v) {
                    Some(V::Str(p) | V::Path(p)) => (Some(p.clone()), true),
                    Some(V::None) => continue,
                    _ => (None, true),
                },
                V::Str(p) | V::Path(p) => (Some(p.clone()), false),
                V::None => continue,
                _ => (None, false),
            };
            let Some(pattern) = pattern else {
                let cause: Rc<str> = "a file whose name cannot be told is included".into();
                self.problem(args.at, cause.to_string());
                self.open_scope(scope, &cause, true);
                continue;
            };
            let full = super::paths::join(&folder, &pattern);
            let Some(relative) = self.relative_path(&full) else { continue };
            let read = match &arg.v {
                V::Lib(object) => object.args.first().unwrap_or(arg),
                _ => arg,
            };
            self.note_chosen_file(&read.clone(), &relative);
            let files: Vec<_> = if relative.contains(['*', '?', '[']) {
                self.sources.iter().filter(|(_, f)| glob(&relative, &f.path)).map(|(id, _)| id).collect()
            } else {
                self.sources.find(&relative).into_iter().collect()
            };
            if files.is_empty() && !optional {
                let raise = Raise::new("OSError", format!("includes {pattern}, which is not there"));
                if self.catches(&raise) {
                    return Err(raise);
                }
                self.problem(args.at, format!("{pattern} is included but is not there"));
                let cause: Rc<str> = format!("{pattern} is included but is not there").into();
                self.open_scope(scope, &cause, true);
            }
            for file in files {
                // The library takes each file once. Whether one in a branch that may not run did, nobody knows.
                let did = self.included.contains(&(file, scope, true));
                let runs = self.frame_ref().uncertain > 0 && self.is_running(file);
                if !did && !runs {
                    self.include_file(file, scope)?;
                }
            }
        }
        Ok(())
    }

    /// Whether the code of a file is on the stack.
    fn is_running(&self, file: crate::source::FileId) -> bool {
        self.frames.iter().any(|frame| frame.file == Some(file))
    }

    /// Reads a dotenv file of the project into the environment, where that is wanted.
    pub(super) fn read_dotenv(&mut self, path: Option<&str>) {
        self.read_dotenv_for(Reader::Os, path);
    }

    /// The same for a library: decouple and pydantic keep what they read to themselves.
    pub(super) fn read_dotenv_for(&mut self, reader: Reader, path: Option<&str>) {
        if !self.environment.dotenv {
            return;
        }
        let mut files: Vec<crate::source::FileId> = Vec::new();
        if let Some(path) = path {
            if let Some(file) = self.relative_path(path).and_then(|p| self.sources.find(&p)) {
                files.push(file);
            }
        } else if !self.dotenv_read.contains(&reader) {
            self.dotenv_read.push(reader);
            files.extend(self.project.dotenv.iter().filter_map(|p| self.sources.find(p)));
        }
        for file in files {
            self.note_file(file);
            for (name, value) in parse_dotenv(self.sources.text(file)) {
                let variables = match reader {
                    Reader::Decouple => &mut self.in_files[0],
                    Reader::Pydantic => &mut self.in_files[1],
                    _ => &mut self.supplied,
                };
                variables.entry(name).or_insert(value);
            }
        }
    }

    /// The names of the variables that a library finds.
    pub(super) fn supplied_to(&self, reader: Reader) -> impl Iterator<Item = &String> {
        let own = match reader {
            Reader::Decouple => Some(&self.in_files[0]),
            Reader::Pydantic => Some(&self.in_files[1]),
            _ => None,
        };
        self.supplied.keys().chain(own.into_iter().flat_map(BTreeMap::keys))
    }

    pub(super) fn leave_env_prefix(&mut self, stmt: &StmtWith) {
        for item in &stmt.items {
            if let crate::python::ast::Expr::Call(call) = &item.context_expr
                && let crate::python::ast::Expr::Attribute(attribute) = &*call.func
                && attribute.attr.as_str() == "prefixed"
            {
                self.env_prefix.pop();
            }
        }
    }
}

/// `decouple.config`.
fn decouple() -> Rc<LibObject> {
    Rc::new(LibObject { class: "env", args: vec![Val::str("decouple")], kwargs: Vec::new() })
}

/// `strtobool` of distutils and decouple.
pub(super) fn strtobool(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "y" | "yes" | "t" | "true" | "on" | "1" => Some(true),
        "n" | "no" | "f" | "false" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// `glob` of one path; `*` and `?` do not cross a `/`.
pub(super) fn glob(pattern: &str, path: &str) -> bool {
    fn matches(p: &[u8], s: &[u8], steps: &mut u32) -> bool {
        *steps += 1;
        if *steps > 20_000 {
            return false;
        }
        match (p.first(), s.first()) {
            (None, None) => true,
            (Some(b'*'), _) => {
                matches(&p[1..], s, steps)
                    || (s.first().is_some_and(|c| *c != b'/') && matches(p, &s[1..], steps))
            }
            (Some(b'?'), Some(c)) if *c != b'/' => matches(&p[1..], &s[1..], steps),
            (Some(a), Some(b)) if a == b => matches(&p[1..], &s[1..], steps),
            _ => false,
        }
    }
    matches(pattern.as_bytes(), path.as_bytes(), &mut 0)
}

/// `NAME=value` lines, as the dotenv libraries agree on them.
pub(crate) fn parse_dotenv(text: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        if line.starts_with('#') {
            continue;
        }
        let Some((name, value)) = line.split_once('=') else { continue };
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.') {
            continue;
        }
        let quoted = |q: char| value.len() > 1 && value.starts_with(q) && value.ends_with(q);
        let value = if quoted('"') || quoted('\'') {
            &value[1..value.len() - 1]
        } else {
            value.split(" #").next().unwrap_or(value).trim_end()
        };
        out.push((name.to_owned(), value.to_owned()));
    }
    out
}

/// The reader of a modelled environment object.
pub(super) fn reader_of(object: &LibObject) -> Reader {
    match object.args.first().and_then(Val::as_str).map(|s| &**s) {
        Some("environs") => Reader::Environs,
        Some("decouple") => Reader::Decouple,
        _ => Reader::DjangoEnviron,
    }
}

/// What a `Path` of django-environ is with more parts.
fn environ_path(object: &LibObject, parts: &[Val]) -> Result<String, &'static str> {
    let mut path = object.args.first().and_then(Val::as_str).map_or_else(String::new, ToString::to_string);
    for part in parts {
        let (V::Str(part) | V::Path(part)) = &part.v else { return Err("a path that cannot be told") };
        path = super::paths::join(&path, part);
    }
    Ok(super::paths::normalize(&path))
}

impl Interp<'_> {
    /// `path - 2` climbs, `path + "media"` goes down.
    pub(super) fn environ_path_operation(
        &mut self,
        object: &Rc<LibObject>,
        op: Operator,
        other: &Val,
    ) -> R<Option<Val>> {
        let part = match (op, &other.v) {
            (Operator::Sub, V::Int(levels)) => {
                Val::str(&"../".repeat(usize::try_from(*levels).unwrap_or_default().min(64)))
            }
            (Operator::Add, V::Str(_)) => other.clone(),
            _ => return Ok(None),
        };
        self.lib_method(object, "path", Args { pos: vec![part], ..Args::default() }).map(Some)
    }
}
