//! Databases, caches, mail servers and the like that are written as URLs, as django-environ and dj-database-url
//! read them.

use super::super::Interp;
use super::super::environ::Read;
use super::super::functions::Args;
use super::super::raise::{R, Raise};
use super::super::val::{V, Val};
use super::urls::{self, Url, unquote};
use crate::settings::Reader;

/// The library that reads a URL.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    DjangoEnviron,
    DjDatabaseUrl,
}

type Entries = Vec<(String, Val)>;

fn engine(scheme: &str, dialect: Dialect) -> Option<&'static str> {
    Some(match (scheme, dialect) {
        ("postgres" | "postgresql" | "pgsql", _) | ("psql", Dialect::DjangoEnviron) => {
            "django.db.backends.postgresql"
        }
        ("postgis", _) => "django.contrib.gis.db.backends.postgis",
        ("mysql" | "mysql2", _) => "django.db.backends.mysql",
        ("mysqlgis", _) => "django.contrib.gis.db.backends.mysql",
        ("sqlite", _) => "django.db.backends.sqlite3",
        ("spatialite", _) => "django.contrib.gis.db.backends.spatialite",
        ("oracle", _) => "django.db.backends.oracle",
        _ => return None,
    })
}

const CACHES: &[(&str, &str)] = &[
    ("dbcache", "django.core.cache.backends.db.DatabaseCache"),
    ("dummycache", "django.core.cache.backends.dummy.DummyCache"),
    ("filecache", "django.core.cache.backends.filebased.FileBasedCache"),
    ("locmemcache", "django.core.cache.backends.locmem.LocMemCache"),
    ("memcache", "django.core.cache.backends.memcached.MemcachedCache"),
    ("pylibmc", "django.core.cache.backends.memcached.PyLibMCCache"),
];

const MAIL: &[(&str, &str)] = &[
    ("smtp", "django.core.mail.backends.smtp.EmailBackend"),
    ("smtps", "django.core.mail.backends.smtp.EmailBackend"),
    ("smtp+tls", "django.core.mail.backends.smtp.EmailBackend"),
    ("smtp+ssl", "django.core.mail.backends.smtp.EmailBackend"),
    ("consolemail", "django.core.mail.backends.console.EmailBackend"),
    ("filemail", "django.core.mail.backends.filebased.EmailBackend"),
    ("memorymail", "django.core.mail.backends.locmem.EmailBackend"),
    ("dummymail", "django.core.mail.backends.dummy.EmailBackend"),
];

fn optional(text: Option<String>) -> Val {
    text.map_or_else(|| Val::new(V::None), |t| Val::str(&t))
}

fn digits(text: &str) -> Val {
    let all = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if all { super::super::numbers::big(text) } else { Val::str(text) }
}

fn entry(key: &str, val: Val) -> (String, Val) {
    (key.to_owned(), val)
}

/// django-environ quotes a URL without a path again; only plain characters come through unchanged.
fn stays_quoted(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || "_.-~:/?&=@".contains(c))
}

impl Interp<'_> {
    fn entries(&mut self, entries: Entries) -> Val {
        let entries = entries.into_iter().map(|(k, v)| (Val::str(&k), v)).collect();
        self.dict(entries)
    }

    /// A literal, or the text itself: how django-environ reads options.
    fn cast_option(&mut self, text: &str) -> Val {
        self.literal(text).unwrap_or_else(|| Val::str(text))
    }

    /// The entry of `DATABASES` that a URL stands for.
    pub(super) fn database_of(&mut self, text: &str, dialect: Dialect, args: &Args) -> Val {
        let unknown = || Val::unknown("a database read from a URL");
        if text == "sqlite://:memory:" {
            let entries = vec![
                entry("ENGINE", Val::str("django.db.backends.sqlite3")),
                entry("NAME", Val::str(":memory:")),
            ];
            return self.entries(entries);
        }
        let Some(url) = urls::parse(text) else { return unknown() };
        let given = args.named("engine").cloned().filter(|v| !matches!(v.v, V::None));
        let Some(engine) = given.or_else(|| engine(&url.scheme, dialect).map(Val::str)) else {
            return unknown();
        };
        let postgres =
            matches!(url.scheme.as_str(), "postgres" | "postgresql" | "psql" | "pgsql" | "postgis");
        let raw = url.path.strip_prefix('/').unwrap_or(url.path);
        let odd = url.bad_port
            || url.scheme.starts_with("oracle")
            || url.netloc.rsplit('@').next().is_some_and(|host| host.contains([',', '%']))
            || raw.contains("cloudsql")
            || (dialect == Dialect::DjangoEnviron && url.path.is_empty() && !stays_quoted(text));
        if odd {
            return unknown();
        }
        let mut name = match dialect {
            Dialect::DjangoEnviron => unquote(&raw.replace('+', " ")),
            Dialect::DjDatabaseUrl => unquote(raw),
        };
        if url.scheme == "sqlite" && name.is_empty() {
            ":memory:".clone_into(&mut name);
        }
        let mut host = url.host.clone();
        if dialect == Dialect::DjangoEnviron && postgres && name.starts_with('/') {
            // A socket's folder, then the database.
            let (folder, database) = name.rsplit_once('/').unwrap_or(("", &name));
            let database = database.to_owned();
            folder.clone_into(&mut host);
            name = database;
        }
        let port = url.port.filter(|n| *n != 0);
        let mut entries: Entries = vec![
            entry("NAME", Val::str(&name)),
            entry("USER", Val::str(&unquote(url.user.unwrap_or("")))),
            entry("PASSWORD", Val::str(&unquote(url.password.unwrap_or("")))),
            entry("HOST", Val::str(&host)),
            entry("PORT", port.map_or_else(|| Val::str(""), |n| Val::new(V::Int(i64::from(n))))),
            entry("ENGINE", engine),
        ];
        match dialect {
            Dialect::DjangoEnviron => self.environ_options(&url, &mut entries),
            Dialect::DjDatabaseUrl => self.database_options(&url, args, &mut entries),
        }
        let dict = self.entries(entries);
        if dialect == Dialect::DjDatabaseUrl
            && let V::Dict(id) = dict.v
            && let Some(dict) = self.dict_mut(id)
        {
            dict.rest = Some("more keys, by the library's version".into());
        }
        dict
    }

    fn environ_options(&mut self, url: &Url<'_>, entries: &mut Entries) {
        const BASE: [&str; 5] = [
            "CONN_MAX_AGE",
            "ATOMIC_REQUESTS",
            "AUTOCOMMIT",
            "DISABLE_SERVER_SIDE_CURSORS",
            "CONN_HEALTH_CHECKS",
        ];
        if url.query.is_empty() {
            return;
        }
        let mut options = Vec::new();
        for (key, value) in urls::query(url.query, false) {
            let upper = key.to_uppercase();
            if BASE.contains(&upper.as_str()) {
                let value = self.cast_option(&value);
                entries.push((upper, value));
            } else {
                options.push((key, digits(&value)));
            }
        }
        let options = self.entries(options);
        entries.push(entry("OPTIONS", options));
    }

    fn database_options(&mut self, url: &Url<'_>, args: &Args, entries: &mut Entries) {
        let lifetime = args.named("conn_max_age").cloned().unwrap_or_else(|| Val::new(V::Int(0)));
        entries.push(entry("CONN_MAX_AGE", lifetime));
        if let Some(checks) = args.named("conn_health_checks") {
            entries.push(entry("CONN_HEALTH_CHECKS", checks.clone()));
        }
        let mut options: Entries = Vec::new();
        for (key, value) in urls::query(url.query, true) {
            if (url.scheme == "mysql" && key == "ssl-ca") || key == "currentSchema" {
                entries.push(entry("OPTIONS", Val::unknown("options of the connection")));
                return;
            }
            let lower = value.to_lowercase();
            let value = match lower.as_str() {
                "true" | "false" => Val::bool(lower == "true"),
                _ => digits(&value),
            };
            options.push((key, value));
        }
        match args.named("ssl_require").map(|v| self.truth(v)) {
            None | Some(Some(false)) => {}
            Some(Some(true)) => {
                options.retain(|(k, _)| k != "sslmode");
                options.push(entry("sslmode", Val::str("require")));
            }
            Some(None) => {
                entries.push(entry("OPTIONS", Val::unknown("options of the connection")));
                return;
            }
        }
        if !options.is_empty() {
            let options = self.entries(options);
            entries.push(entry("OPTIONS", options));
        }
    }

    /// `env.cache(…)`, `env.email(…)`, `env.channels(…)` of django-environ.
    pub(super) fn backend_of(&mut self, method: &str, text: &str, args: &Args) -> R<Val> {
        let unknown = || Val::unknown("a configuration read from a URL");
        let Some(url) = urls::parse(text) else { return Ok(unknown()) };
        let given = args.named("backend").cloned().filter(|v| self.truth(v) != Some(false));
        let invalid =
            |what: &str| Raise::new("ImproperlyConfigured", format!("reads a URL of an unknown {what}"));
        match method {
            "cache" | "cache_url" => self.cache_of(&url, given),
            "email" | "email_url" if url.bad_port => Ok(unknown()),
            "email" | "email_url" => {
                let known = MAIL.iter().find(|(s, _)| *s == url.scheme).map(|(_, b)| Val::str(b));
                let Some(backend) = given.or(known) else { return Err(invalid("mail server")) };
                let path = url.path.get(1..).unwrap_or("").replace('+', " ");
                let host = Some(url.host.clone()).filter(|h| !h.is_empty());
                let mut entries: Entries = vec![
                    entry("EMAIL_FILE_PATH", Val::str(&unquote(&path))),
                    entry("EMAIL_HOST_USER", optional(url.user.map(unquote))),
                    entry("EMAIL_HOST_PASSWORD", optional(url.password.map(unquote))),
                    entry("EMAIL_HOST", optional(host)),
                    entry(
                        "EMAIL_PORT",
                        url.port.map_or_else(|| Val::new(V::None), |n| Val::new(V::Int(i64::from(n)))),
                    ),
                    entry("EMAIL_BACKEND", backend),
                ];
                match url.scheme.as_str() {
                    "smtps" | "smtp+tls" => entries.push(entry("EMAIL_USE_TLS", Val::bool(true))),
                    "smtp+ssl" => entries.push(entry("EMAIL_USE_SSL", Val::bool(true))),
                    _ => {}
                }
                if !url.query.is_empty() {
                    let mut options = Vec::new();
                    for (key, value) in urls::query(url.query, false) {
                        let pair = (key.to_uppercase(), digits(&value));
                        let own = matches!(pair.0.as_str(), "EMAIL_USE_TLS" | "EMAIL_USE_SSL");
                        if own { entries.push(pair) } else { options.push(pair) }
                    }
                    let options = self.entries(options);
                    entries.push(entry("OPTIONS", options));
                }
                Ok(self.entries(entries))
            }
            "channels" | "channels_url" => {
                let known = match url.scheme.as_str() {
                    "inmemory" => "channels.layers.InMemoryChannelLayer",
                    "redis" => "channels_redis.core.RedisChannelLayer",
                    _ => return Ok(unknown()),
                };
                let mut entries: Entries =
                    vec![entry("BACKEND", given.clone().unwrap_or_else(|| Val::str(known)))];
                if url.scheme == "redis" && given.is_none() {
                    let hosts = self.list(vec![Val::str(text)]);
                    let config = self.entries(vec![entry("hosts", hosts)]);
                    entries.push(entry("CONFIG", config));
                }
                Ok(self.entries(entries))
            }
            "search_url" if url.scheme == "simple" && url.query.is_empty() => {
                let engine = Val::str("haystack.backends.simple_backend.SimpleEngine");
                let engine = args.named("engine").cloned().unwrap_or(engine);
                Ok(self.entries(vec![entry("ENGINE", engine)]))
            }
            _ => Ok(unknown()),
        }
    }

    fn cache_of(&mut self, url: &Url<'_>, given: Option<Val>) -> R<Val> {
        let redis = matches!(url.scheme.as_str(), "redis" | "rediss" | "rediscache");
        let known = CACHES.iter().find(|(s, _)| *s == url.scheme).map(|(_, b)| Val::str(b));
        let installed = || Val::unknown("the cache's class, by what is installed");
        let backend = match known {
            Some(known) => known,
            None if redis || url.scheme == "pymemcache" => installed(),
            None => {
                return Err(Raise::new("ImproperlyConfigured", "reads a URL of an unknown cache"));
            }
        };
        let places: Vec<Val> = if redis {
            let scheme =
                if url.host.is_empty() { "unix".to_owned() } else { url.scheme.replace("cache", "") };
            url.netloc.split(',').map(|at| Val::str(&format!("{scheme}://{at}{}", url.path))).collect()
        } else if url.scheme == "filecache" {
            vec![Val::str(&format!("{}{}", url.netloc, url.path))]
        } else if url.netloc.is_empty() && matches!(url.scheme.as_str(), "memcache" | "pymemcache") {
            vec![Val::str(&format!("unix:{}", url.path))]
        } else {
            url.netloc.split(',').map(Val::str).collect()
        };
        let location = match places.as_slice() {
            [one] => one.clone(),
            _ => self.list(places),
        };
        let mut entries = vec![entry("BACKEND", given.unwrap_or(backend)), entry("LOCATION", location)];
        if !url.query.is_empty() {
            let mut options = Vec::new();
            for (key, value) in urls::query(url.query, false) {
                let pair = (key.to_uppercase(), self.cast_option(&value));
                let own = matches!(
                    pair.0.as_str(),
                    "TIMEOUT" | "KEY_PREFIX" | "VERSION" | "KEY_FUNCTION" | "BINARY"
                );
                if own { entries.push(pair) } else { options.push(pair) }
            }
            let options = self.entries(options);
            entries.push(entry("OPTIONS", options));
        }
        Ok(self.entries(entries))
    }

    /// `dj_database_url.config(env="DATABASE_URL", default=None, …)` and `parse(url)`.
    pub(super) fn database_url(&mut self, name: &str, args: &Args) -> R<Val> {
        let text = if name.ends_with(".parse") {
            args.get(0, "url").cloned().unwrap_or_else(|| Val::new(V::None))
        } else {
            let variable = args
                .get(0, "env")
                .and_then(Val::as_str)
                .map_or("DATABASE_URL".into(), std::string::ToString::to_string);
            let default = args.get(1, "default").cloned();
            let place = default.as_ref().and_then(|d| d.at);
            match self.read_variable(&variable, args.at, place, Reader::DjDatabaseUrl, None) {
                Read::Found(val) => val,
                Read::Missing(env) => match default {
                    Some(default) => default.with_env(&env),
                    None => return Ok(self.dict(Vec::new()).with_env(&env)),
                },
            }
        };
        // Options may stand in order, too; which, depends on the version.
        let in_order = args.pos.len() > if name.ends_with(".parse") { 1 } else { 2 };
        let val = match &text.v {
            V::Str(url) if url.is_empty() && name.ends_with(".config") => self.dict(Vec::new()),
            V::Str(url) if !in_order => self.database_of(&url.clone(), Dialect::DjDatabaseUrl, args),
            V::None if name.ends_with(".config") => self.dict(Vec::new()),
            _ => Val::unknown("a database read from a URL"),
        };
        Ok(val.with_env(&text.env))
    }
}
