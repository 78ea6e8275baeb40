//! URLs taken apart as `urllib.parse` does. What the libraries make of them is `backends`' work.

use percent_encoding::percent_decode_str;

use super::super::val::{LibObject, V, Val};

/// `scheme://user:password@host:port/path?query`, split but not decoded.
pub(super) struct Url<'t> {
    pub scheme: String,
    pub netloc: &'t str,
    pub user: Option<&'t str>,
    pub password: Option<&'t str>,
    /// In lower case, without the brackets of an IPv6 address; empty when there is none.
    pub host: String,
    pub port: Option<u16>,
    /// Whether asking for the port raises.
    pub bad_port: bool,
    pub path: &'t str,
    pub query: &'t str,
}

/// `urlsplit(text)`; `None` when Python would raise, or for text that is no plain URL.
pub(super) fn parse(text: &str) -> Option<Url<'_>> {
    // Python drops some characters and cuts parameters off; no URL in settings needs either.
    if text.contains(|c: char| c.is_control() || c.is_whitespace() || c == ';') || !text.is_ascii() {
        return None;
    }
    let (scheme, rest) = text.split_once(':')?;
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        || !scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    {
        return None;
    }
    let (netloc, rest) = match rest.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len())),
        None => ("", rest),
    };
    let rest = rest.split('#').next().unwrap_or(rest);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (login, address) = match netloc.rsplit_once('@') {
        Some((login, address)) => (Some(login), address),
        None => (None, netloc),
    };
    let (user, password) = match login {
        Some(login) => match login.split_once(':') {
            Some((user, password)) => (Some(user), Some(password)),
            None => (Some(login), None),
        },
        None => (None, None),
    };
    let (host, port) = match address.strip_prefix('[') {
        Some(inner) => {
            let (host, rest) = inner.split_once(']')?;
            (host, rest.strip_prefix(':').unwrap_or(""))
        }
        None => address.split_once(':').unwrap_or((address, "")),
    };
    let (given, port) = (!port.is_empty(), port.parse().ok());
    let bad_port = given && port.is_none();
    Some(Url {
        scheme: scheme.to_ascii_lowercase(),
        netloc,
        user,
        password,
        host: host.to_ascii_lowercase(),
        port,
        bad_port,
        path,
        query,
    })
}

/// `unquote(text)`.
pub(super) fn unquote(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// `parse_qs(query)`, the chosen value of each key in order of first writing.
pub(super) fn query(text: &str, last: bool) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for pair in text.split('&') {
        let Some((key, value)) = pair.split_once('=').filter(|(_, v)| !v.is_empty()) else { continue };
        let (key, value) = (unquote(&key.replace('+', " ")), unquote(&value.replace('+', " ")));
        match out.iter_mut().find(|(k, _)| *k == key) {
            Some((_, old)) if last => *old = value,
            Some(_) => {}
            None => out.push((key, value)),
        }
    }
    out
}

/// An attribute of a parsed URL.
pub(super) fn part(object: &LibObject, name: &str) -> Option<Val> {
    let text = object.args.first().and_then(Val::as_str)?;
    let url = parse(text)?;
    let optional = |t: Option<&str>| t.map_or_else(|| Val::new(V::None), Val::str);
    Some(match name {
        "scheme" => Val::str(&url.scheme),
        "netloc" => Val::str(url.netloc),
        "hostname" => optional(Some(url.host.as_str()).filter(|h| !h.is_empty())),
        "username" => optional(url.user),
        "password" => optional(url.password),
        "port" if url.bad_port => Val::unknown("a port that is no number"),
        "port" => url.port.map_or_else(|| Val::new(V::None), |n| Val::new(V::Int(i64::from(n)))),
        "path" => Val::str(url.path),
        "query" => Val::str(url.query),
        _ => return None,
    })
}
