//! Databases written as URLs.

use super::super::Interp;
use super::super::functions::Args;
use super::super::raise::R;
use super::super::stdlib::Read;
use super::super::val::{LibObject, V, Val};
use crate::settings::Reader;

/// `scheme://user:password@host:port/path?query`, split but not decoded.
struct Url<'t> {
    scheme: &'t str,
    user: &'t str,
    password: &'t str,
    host: &'t str,
    port: &'t str,
    path: &'t str,
    query: &'t str,
}

fn parse(text: &str) -> Option<Url<'_>> {
    let (scheme, rest) = text.split_once("://")?;
    let rest = rest.split('#').next().unwrap_or(rest);
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (netloc, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let (login, address) = netloc.rsplit_once('@').unwrap_or(("", netloc));
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let (host, port) = match address.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|c| c.is_ascii_digit()) => (host, port),
        _ => (address, ""),
    };
    Some(Url { scheme, user, password, host, port, path, query })
}

fn engine(scheme: &str) -> Option<&'static str> {
    Some(match scheme {
        "postgres" | "postgresql" | "psql" | "pgsql" => "django.db.backends.postgresql",
        "postgis" => "django.contrib.gis.db.backends.postgis",
        "mysql" | "mysql2" => "django.db.backends.mysql",
        "sqlite" => "django.db.backends.sqlite3",
        "spatialite" => "django.contrib.gis.db.backends.spatialite",
        "oracle" => "django.db.backends.oracle",
        _ => return None,
    })
}

/// The entry of `DATABASES` that a URL stands for. Only what the libraries agree on is known.
pub(super) fn database(interp: &mut Interp<'_>, text: &str) -> Val {
    let unknown = || Val::unknown("a database read from a URL");
    let Some(url) = parse(text) else { return unknown() };
    let Some(engine) = engine(url.scheme) else { return unknown() };
    let plain = |t: &str| !t.contains(['%', '+', ',']);
    let all = [url.user, url.password, url.host, url.path];
    if !url.query.is_empty() || !all.iter().all(|t| plain(t)) || text.contains("${") {
        return unknown();
    }
    let sqlite = url.scheme == "sqlite";
    let name = url.path.strip_prefix('/').unwrap_or(url.path);
    let name = if sqlite && name.is_empty() { ":memory:" } else { name };
    let port = match url.port.parse::<i64>() {
        Ok(port) => Val::new(V::Int(port)),
        Err(_) => Val::str(""),
    };
    let entries = [
        ("ENGINE", Val::str(engine)),
        ("NAME", Val::str(name)),
        ("USER", Val::str(url.user)),
        ("PASSWORD", Val::str(url.password)),
        ("HOST", Val::str(&url.host.to_lowercase())),
        ("PORT", port),
    ];
    let entries = entries.into_iter().map(|(k, v)| (Val::str(k), v)).collect();
    let dict = interp.dict(entries);
    if let V::Dict(id) = dict.v
        && let Some(dict) = interp.dict_mut(id)
    {
        dict.rest = Some("more keys, by the library's version".into());
    }
    dict
}

/// An attribute of a parsed URL.
pub(super) fn part(object: &LibObject, name: &str) -> Option<Val> {
    let text = object.args.first().and_then(Val::as_str)?;
    let url = parse(text)?;
    let optional = |t: &str| if t.is_empty() { Val::new(V::None) } else { Val::str(t) };
    Some(match name {
        "scheme" => Val::str(url.scheme),
        "hostname" => optional(&url.host.to_lowercase()),
        "username" => optional(url.user),
        "password" => optional(url.password),
        "port" => url.port.parse().map_or_else(|_| Val::new(V::None), |n| Val::new(V::Int(n))),
        "path" => Val::str(url.path),
        "query" => Val::str(url.query),
        _ => return None,
    })
}

impl Interp<'_> {
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
        let val = match &text.v {
            V::Str(url) if url.is_empty() => self.dict(Vec::new()),
            V::Str(url) => database(self, &url.clone()),
            V::None => self.dict(Vec::new()),
            _ => Val::unknown("a database read from a URL"),
        };
        Ok(val.with_env(&text.env))
    }
}
