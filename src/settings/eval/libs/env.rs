//! django-environ, environs and python-decouple: reads of the environment with casts and defaults.

use std::rc::Rc;

use super::super::environ::Read;
use super::super::functions::Args;
use super::super::raise::{R, Raise};
use super::super::val::{LibObject, Reads, V, Val};
use super::super::{Interp, Seq, cause_of};
use super::backends::Dialect;
use super::{reader_of, strtobool};
use crate::settings::Reader;
use crate::source::Span;

impl Interp<'_> {
    /// `env(…)`, `env.bool(…)`, `config(…)` and the other methods of such objects.
    pub(super) fn read_env(&mut self, object: &Rc<LibObject>, method: &str, args: &Args) -> R<Val> {
        let reader = reader_of(object);
        match method {
            "read_env" | "read_envfile" => {
                let path = match args.get(0, "path").or_else(|| args.get(0, "env_file")).map(|v| &v.v) {
                    Some(V::Str(path) | V::Path(path)) => Some(path.clone()),
                    _ => None,
                };
                self.read_dotenv(path.as_deref());
                return Ok(Val::bool(true));
            }
            "seal" | "add_parser" | "parser_for" => return Ok(Val::new(V::None)),
            "prefixed" => {
                let prefix = args
                    .pos
                    .first()
                    .and_then(Val::as_str)
                    .map(std::string::ToString::to_string)
                    .unwrap_or_default();
                self.env_prefix.push(prefix);
                return Ok(Val::new(V::Lib(object.clone())));
            }
            "__contains__" => return Ok(Val::unknown("a test of the environment")),
            _ => {}
        }
        let url_kind = matches!(
            method,
            "db" | "db_url"
                | "dj_db_url"
                | "cache"
                | "cache_url"
                | "dj_cache_url"
                | "email_url"
                | "email"
                | "search_url"
                | "dj_email_url"
                | "channels_url"
                | "channels"
        );
        let variable = match args.pos.first().or_else(|| args.named("var")).or_else(|| args.named("name")) {
            Some(val) => match val.as_str() {
                Some(name) => name.to_string(),
                None => {
                    return Ok(Val::unknown(format!(
                        "a variable whose name cannot be told ({})",
                        cause_of(val)
                    )));
                }
            },
            None => match method {
                "db" | "db_url" => "DATABASE_URL".to_owned(),
                "cache" | "cache_url" => "CACHE_URL".to_owned(),
                "email" | "email_url" => "EMAIL_URL".to_owned(),
                "search_url" => "SEARCH_URL".to_owned(),
                "channels" | "channels_url" => "CHANNELS_URL".to_owned(),
                _ => return Err(Raise::new("TypeError", "reads the environment without a name")),
            },
        };
        let scheme = match reader {
            Reader::DjangoEnviron => {
                object.kwargs.iter().find(|(n, _)| **n == *variable).map(|(_, v)| v.clone())
            }
            _ => None,
        };
        let name = format!("{}{variable}", self.env_prefix.concat());
        // Where a default may stand, by library and method.
        let default_at = match (reader, method) {
            (Reader::DjangoEnviron, "__call__") => 2,
            (Reader::DjangoEnviron, "list" | "tuple" | "dict" | "get_value") => 2,
            _ => 1,
        };
        let mut default = args.get(default_at, "default").cloned();
        let mut cast = match (reader, method) {
            (Reader::DjangoEnviron, "__call__" | "get_value") => args.get(1, "cast").cloned(),
            (Reader::Decouple, _) => args.get(2, "cast").cloned(),
            _ => None,
        };
        if let Some(scheme) = scheme {
            match &scheme.v {
                V::Tuple(seq) if seq.items.len() == 2 => {
                    if default.is_none() {
                        default = Some(seq.items[1].clone());
                    }
                    if cast.is_none() {
                        cast = Some(seq.items[0].clone());
                    }
                }
                _ => cast = cast.or(Some(scheme)),
            }
        }
        let cast_name = match method {
            "__call__" | "get_value" => cast.as_ref().and_then(cast_name),
            method => Some(method.to_owned()),
        };
        let place = default.as_ref().and_then(|d| d.at);
        let read = self.read_variable(&name, args.at, place, reader, cast_name.as_deref());
        let (val, supplied, env) = match read {
            Read::Found(val) => {
                let env = val.env.clone();
                (val, true, env)
            }
            Read::Missing(env) => match default {
                Some(default) => (default, false, env),
                None => return self.required(reader, &name, env),
            },
        };
        let made = if url_kind {
            match &val.v {
                V::Str(text) => self.url_config(reader, method, &text.clone(), args)?,
                V::Dict(_) | V::None => val.clone(),
                _ => Val::unknown(cause_of(&val)),
            }
        } else if reader == Reader::Decouple {
            match &cast {
                Some(cast) => self.cast_decouple(cast, &val)?,
                None => val.clone(),
            }
        } else if !supplied {
            // A default is given back as it is, except by the few that parse it.
            match (reader, method, &val.v) {
                (Reader::DjangoEnviron, "path", V::Str(path)) => {
                    Val::lib("environ-path", vec![Val::new(V::Str(path.clone()))], Vec::new())
                }
                (Reader::Environs, "path", V::Str(path)) => {
                    Val::new(V::Path(super::super::paths::clean(path).into()))
                }
                (Reader::Environs, "timedelta", V::Int(n)) => Val::new(V::Timedelta(*n as f64)),
                (_, "url", V::Str(text)) => Val::lib("url", vec![Val::new(V::Str(text.clone()))], Vec::new()),
                (Reader::DjangoEnviron, "json", _) => val.clone(),
                _ => val.clone(),
            }
        } else {
            self.cast_supplied(reader, method, cast.as_ref(), args, &val)?
        };
        Ok(made.with_env(&env))
    }

    /// `env["X"]`.
    pub(in super::super) fn env_item(
        &mut self,
        object: &Rc<LibObject>,
        key: &Val,
        at: Option<Span>,
    ) -> R<Val> {
        let args = Args { pos: vec![key.clone()], at, ..Args::default() };
        self.read_env(object, "__call__", &args)
    }

    fn required(&mut self, reader: Reader, name: &str, env: Reads) -> R<Val> {
        let class = match reader {
            Reader::Decouple => "UndefinedValueError",
            Reader::Environs => "EnvError",
            _ => "ImproperlyConfigured",
        };
        let raise = Raise::new(class, format!("needs the environment variable {name}")).with_env(&env);
        if self.catches(&raise) {
            return Err(raise);
        }
        let env = env.needed();
        Ok(Val { env, ..Val::required(format!("the environment variable {name} is required")) })
    }

    /// A supplied text, as the reader's method or cast turns it.
    fn cast_supplied(
        &mut self,
        reader: Reader,
        method: &str,
        cast: Option<&Val>,
        args: &Args,
        val: &Val,
    ) -> R<Val> {
        let Some(text) = val.as_str().cloned() else { return Ok(val.clone()) };
        let kind = match method {
            "__call__" | "get_value" => match cast {
                None => return Ok(val.clone()),
                Some(cast) => match (&cast.v, cast_name(cast)) {
                    (V::List(_) | V::Tuple(_), _) => "list".to_owned(),
                    (V::Ref(_), Some(name)) => name,
                    _ => {
                        return self
                            .call(cast, Args { pos: vec![val.clone()], at: args.at, ..Args::default() });
                    }
                },
            },
            method => method.to_owned(),
        };
        Ok(match kind.as_str() {
            "str" | "unicode" => val.clone(),
            "bool" => match reader {
                Reader::DjangoEnviron => match super::super::numbers::parse_int(&text, 10) {
                    Some(n) => Val::bool(n.as_int() != Some(0)),
                    None => Val::bool(matches!(
                        text.to_lowercase().trim(),
                        "true" | "on" | "ok" | "y" | "yes" | "1"
                    )),
                },
                _ => match strtobool(&text) {
                    Some(truth) => Val::bool(truth),
                    None => return Err(Raise::new("EnvError", "reads a text that is no truth value")),
                },
            },
            "int" => self.to_int(val, None)?,
            "float" => self.to_float(val)?,
            "json" => {
                let inner = Args { pos: vec![val.clone()], ..Args::default() };
                return self.call_ref("json.loads", inner);
            }
            "list" | "tuple" => {
                let items: Vec<Val> = text
                    .split(',')
                    .filter(|p| reader == Reader::Environs || !p.is_empty())
                    .map(|p| if reader == Reader::Environs { p.trim() } else { p })
                    .map(Val::str)
                    .collect();
                let sub = args.named("subcast").or_else(|| args.named("cast")).cloned();
                let mut made = Vec::new();
                for item in items {
                    made.push(match &sub {
                        Some(cast) => self.call(cast, Args { pos: vec![item], ..Args::default() })?,
                        None => item,
                    });
                }
                if kind == "tuple" { Val::tuple(made) } else { self.list(made) }
            }
            "dict" => {
                let entries = text
                    .split(',')
                    .filter_map(|p| p.split_once('='))
                    .map(|(k, v)| (Val::str(k.trim()), Val::str(v.trim())))
                    .collect();
                self.dict(entries)
            }
            "path" => Val::new(V::Path(super::super::paths::clean(&text).into())),
            "timedelta" => match text.parse::<f64>() {
                Ok(n) => Val::new(V::Timedelta(n)),
                Err(_) => Val::unknown("a duration in words"),
            },
            _ => Val::unknown(format!("the cast {kind} is not modelled")),
        })
    }

    /// decouple casts its defaults, too.
    fn cast_decouple(&mut self, cast: &Val, val: &Val) -> R<Val> {
        match &cast.v {
            V::Ref(name) if &**name == "builtins.bool" => {
                let text = match &val.v {
                    V::Bool(b) => return Ok(Val::bool(*b).with_env(&val.env)),
                    _ => self.to_str(val)?,
                };
                match text {
                    Ok(text) if text.is_empty() => Ok(Val::bool(false)),
                    Ok(text) => match strtobool(&text) {
                        Some(truth) => Ok(Val::bool(truth)),
                        None => Err(Raise::new("ValueError", "reads a text that is no truth value")
                            .with_env(&val.env)),
                    },
                    Err(cause) => Ok(Val::unknown(cause)),
                }
            }
            V::None => Ok(val.clone()),
            _ => {
                let made = self.call(cast, Args { pos: vec![val.clone()], ..Args::default() })?;
                Ok(made)
            }
        }
    }

    /// `Csv()(text)`.
    pub(super) fn cast_csv(&mut self, object: &Rc<LibObject>, val: &Val) -> R<Val> {
        let text = match &val.v {
            V::None => Rc::from(""),
            V::Str(text) => text.clone(),
            _ if val.is_unknown() => return Ok(Val::unknown(cause_of(val))),
            _ => return Ok(Val::unknown("a list made of something that is no text")),
        };
        let delimiter =
            object.arg(1, "delimiter").and_then(Val::as_str).map_or(',', |d| d.chars().next().unwrap_or(','));
        if text.contains(['"', '\'', '\\']) {
            return Ok(Val::unknown("a list with quotes"));
        }
        let cast = object.arg(0, "cast").cloned();
        let mut items = Vec::new();
        for part in text.split(delimiter).filter(|p| !p.is_empty()) {
            let item = Val::str(part.trim());
            items.push(match &cast {
                Some(cast) => self.call(cast, Args { pos: vec![item], ..Args::default() })?,
                None => item,
            });
        }
        let made = match object.arg(3, "post_process").map(|v| &v.v) {
            Some(V::Ref(name)) if &**name == "builtins.tuple" => Val::tuple(items),
            Some(V::Ref(name)) if &**name == "builtins.set" => self.set_of(Seq { items, rest: None }),
            None => self.list(items),
            Some(V::Ref(name)) if &**name == "builtins.list" => self.list(items),
            Some(_) => Val::unknown("a list that is changed by a function"),
        };
        Ok(made.with_env(&val.env))
    }

    fn url_config(&mut self, reader: Reader, method: &str, text: &str, args: &Args) -> R<Val> {
        Ok(match (reader, method) {
            (Reader::DjangoEnviron, "db" | "db_url") => self.database_of(text, Dialect::DjangoEnviron, args),
            (Reader::DjangoEnviron, _) => self.backend_of(method, text, args)?,
            (_, "dj_db_url") => self.database_of(text, Dialect::DjDatabaseUrl, args),
            _ => Val::unknown("a configuration read from a URL"),
        })
    }
}

fn cast_name(cast: &Val) -> Option<String> {
    match &cast.v {
        V::Ref(name) => Some(name.rsplit('.').next().unwrap_or(name).to_owned()),
        V::Lib(object) => Some(object.class.to_owned()),
        V::List(_) => Some("list".to_owned()),
        _ => None,
    }
}
