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

/// How many variables that name another are followed.
const MAX_PROXIES: usize = 8;

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
            "parse_value" => {
                let (Some(val), Some(cast)) = (args.pos.first(), args.get(1, "cast")) else {
                    return Ok(Val::unknown("a value that is parsed by itself"));
                };
                return self.cast_supplied(reader, "__call__", Some(cast), args, val);
            }
            _ if method.ends_with("_url_config") => {
                let kind = method.trim_end_matches("_config");
                return match (args.pos.as_slice(), args.kw.is_empty()) {
                    ([Val { v: V::Str(text), .. }], true) => {
                        self.url_config(reader, kind, &text.clone(), args)
                    }
                    _ => Ok(Val::unknown("a configuration read from a URL")),
                };
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
        let prefix = match reader {
            Reader::DjangoEnviron => match &self.environ_prefix {
                Some(prefix) => prefix.to_string(),
                None => return Ok(Val::unknown("the prefix of the variable's name cannot be told")),
            },
            _ => self.env_prefix.concat(),
        };
        let name = format!("{prefix}{variable}");
        let scheme = match reader {
            Reader::DjangoEnviron => object.kwargs.iter().find(|(n, _)| **n == *name).map(|(_, v)| v.clone()),
            _ => None,
        };
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
        if reader == Reader::DjangoEnviron && matches!(method, "__call__" | "get_value") && cast.is_none() {
            // The type of the default is the cast.
            let class =
                default.as_ref().filter(|d| !matches!(d.v, V::None)).map(|d| (d.type_name(), cause_of(d)));
            cast = class.map(|(class, cause)| match class {
                Some(class @ ("str" | "bool" | "int" | "float" | "list" | "tuple" | "dict")) => {
                    Val::new(V::Ref(format!("builtins.{class}").into()))
                }
                _ => Val::unknown(cause),
            });
        }
        let cast_name = match method {
            "__call__" | "get_value" => cast.as_ref().and_then(cast_name),
            method => Some(method.to_owned()),
        };
        let place = default.as_ref().and_then(|d| d.at);
        let read = self.read_variable(&name, args.at, place, reader, cast_name.as_deref());
        let (mut val, mut supplied, mut env) = match read {
            Read::Found(val) => {
                let env = val.env.clone();
                (val, true, env)
            }
            Read::Missing(env) => match &default {
                Some(default) => (default.clone(), false, env),
                None => return self.required(reader, &name, env),
            },
        };
        if reader == Reader::DjangoEnviron {
            // `$NAME` stands for another variable.
            let mut left = MAX_PROXIES;
            while let Some(other) = val.as_str().and_then(|text| text.strip_prefix('$')) {
                let other = format!("{prefix}{}", other.trim_start_matches('$'));
                let is_plain = matches!(cast_name.as_deref(), None | Some("str" | "bool" | "int" | "float"));
                if left == 0 || !is_plain && !url_kind {
                    let cause = format!("the value of {name} names another variable");
                    return Ok(Val::unknown(cause).with_env(&env));
                }
                left -= 1;
                match self.read_variable(&other, args.at, place, reader, cast_name.as_deref()) {
                    Read::Found(found) => {
                        env = env.union(&found.env);
                        (val, supplied) = (found, true);
                    }
                    Read::Missing(more) => {
                        env = env.union(&more);
                        let Some(default) = &default else { return self.required(reader, &other, env) };
                        (val, supplied) = (default.clone(), false);
                    }
                }
            }
            if supplied && let Some(default) = &default {
                match (&val.v, &default.v) {
                    (V::Str(text), V::None) if text.is_empty() => return Ok(default.clone().with_env(&env)),
                    // What is the default already is not parsed.
                    (V::Str(a), V::Str(b)) if a == b => supplied = false,
                    _ => {}
                }
            }
            if method == "str"
                && let Some(multiline) = args.get(2, "multiline")
            {
                val = match (self.truth(multiline), val.as_str()) {
                    (Some(true), Some(text)) => Val::str(&text.replace("\\r\\n", "\n").replace("\\n", "\n")),
                    (Some(false), _) => val,
                    _ => Val::unknown("a text of several lines"),
                };
            }
        }
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
                    (V::List(_), _) => "list".to_owned(),
                    (V::Tuple(_), _) => "tuple".to_owned(),
                    (V::Dict(_) | V::Unknown(_), _) => {
                        return Ok(Val::unknown("a cast that is not modelled"));
                    }
                    (V::Ref(_), Some(name))
                        if matches!(
                            name.as_str(),
                            "str" | "unicode" | "bool" | "int" | "float" | "list" | "tuple" | "dict"
                        ) =>
                    {
                        name
                    }
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
            "float" if reader == Reader::DjangoEnviron => {
                // Whatever parts thousands goes; the last comma or dot is the point.
                let kept: String =
                    text.chars().filter(|c| c.is_ascii_digit() || ",.-".contains(*c)).collect();
                let number = match kept.rsplit_once([',', '.']) {
                    Some((whole, part)) => format!("{}.{part}", whole.replace([',', '.'], "")),
                    None => kept,
                };
                self.to_float(&Val { v: V::Str(number.into()), ..val.clone() })?
            }
            "float" => self.to_float(val)?,
            "json" => {
                let inner = Args { pos: vec![val.clone()], ..Args::default() };
                return self.call_ref("json.loads", inner);
            }
            "list" | "tuple" | "dict" if has_more_options(args) => {
                Val::unknown(format!("the cast {kind} with options that are not modelled"))
            }
            "list" | "tuple" => {
                let is_environ_tuple = reader == Reader::DjangoEnviron && kind == "tuple";
                let text = if is_environ_tuple { text.trim_matches('(').trim_matches(')') } else { &text };
                let items: Vec<Val> = text
                    .split(',')
                    .filter(|p| reader == Reader::Environs || !p.is_empty())
                    .map(|p| if reader == Reader::Environs { p.trim() } else { p })
                    .map(Val::str)
                    .collect();
                let sub = match (reader, method, cast.map(|cast| &cast.v)) {
                    (_, "__call__" | "get_value", Some(V::List(_) | V::Tuple(_))) => {
                        cast.and_then(|cast| self.iterate(cast).items.into_iter().next())
                    }
                    (_, "__call__" | "get_value", _) => None,
                    (Reader::DjangoEnviron, ..) => args.get(1, "cast").cloned(),
                    _ => args.named("subcast").cloned(),
                };
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
                let is_environ = reader == Reader::DjangoEnviron;
                let pairs: Option<Vec<(&str, &str)>> =
                    text.split(',').filter(|p| !p.is_empty()).map(|p| p.split_once('=')).collect();
                let Some(pairs) = pairs else {
                    return Err(Raise::new("ValueError", "reads a text that is no dict").with_env(&val.env));
                };
                let plain = |text: &str| Val::str(if is_environ { text } else { text.trim() });
                let sub = args.named("subcast_values").cloned();
                let mut entries = Vec::new();
                for (key, value) in pairs {
                    let value = match &sub {
                        Some(cast) => self.call(cast, Args { pos: vec![plain(value)], ..Args::default() })?,
                        None => plain(value),
                    };
                    entries.push((plain(key), value));
                }
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
            match object.arg(1, "delimiter").map(|d| d.as_str().and_then(|d| d.parse::<char>().ok())) {
                None => ',',
                Some(Some(delimiter)) => delimiter,
                Some(None) => return Ok(Val::unknown("a list whose delimiter cannot be told")),
            };
        if text.contains(['"', '\'', '\\', '#']) {
            return Ok(Val::unknown("a list with quotes"));
        }
        let strip = match object.arg(2, "strip").map(|set| set.as_str().cloned()) {
            None => None,
            Some(Some(set)) => Some(set),
            Some(None) => return Ok(Val::unknown("a list whose spaces cannot be told")),
        };
        let cast = object.arg(0, "cast").cloned();
        let mut items = Vec::new();
        for part in text.split(delimiter).filter(|p| !p.is_empty()) {
            let item = Val::str(match &strip {
                Some(set) => part.trim_matches(|c| set.contains(c)),
                None => part.trim(),
            });
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

    /// `Choices(…)(text)`.
    pub(super) fn cast_choice(&mut self, object: &Rc<LibObject>, val: &Val) -> R<Val> {
        let made = match object.arg(1, "cast").cloned() {
            Some(cast) => self.call(&cast, Args { pos: vec![val.clone()], ..Args::default() })?,
            None => match self.to_str(val)? {
                Ok(text) => Self::text(text),
                Err(cause) => Val::unknown(cause),
            },
        };
        let mut valid = object.arg(0, "flat").map_or_else(Seq::default, |flat| self.iterate(flat));
        let pairs = object.arg(2, "choices").map_or_else(Seq::default, |pairs| self.iterate(pairs));
        let first = |pair: &Val| self.iterate(pair).items.into_iter().next();
        valid.items.extend(pairs.items.iter().filter_map(first));
        let mut sure = valid.rest.is_none() && pairs.rest.is_none();
        for choice in &valid.items {
            match self.equal(choice, &made, 0) {
                Some(true) => return Ok(made.with_env(&val.env)),
                Some(false) => {}
                None => sure = false,
            }
        }
        if sure {
            return Err(
                Raise::new("ValueError", "reads a value that is none of the choices").with_env(&val.env)
            );
        }
        self.may_raise(&"a value that may be none of the choices".into());
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

/// Whether a list or dict is read with options that change how.
fn has_more_options(args: &Args) -> bool {
    let known = ["default", "subcast", "subcast_values", "cast", "var", "name", "validate"];
    args.kw.iter().any(|(name, _)| !known.contains(&&**name))
}

fn cast_name(cast: &Val) -> Option<String> {
    match &cast.v {
        V::Ref(name) => Some(name.rsplit('.').next().unwrap_or(name).to_owned()),
        V::Lib(object) => Some(object.class.to_owned()),
        V::List(_) => Some("list".to_owned()),
        _ => None,
    }
}
