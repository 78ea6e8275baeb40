//! Methods of texts.

use std::rc::Rc;

use super::functions::Args;
use super::raise::{R, Raise};
use super::val::{V, Val};
use super::{Interp, cause_of};

impl Interp<'_> {
    pub(super) fn str_method(&mut self, text: &Rc<str>, name: &str, args: &Args) -> R<Val> {
        self.spend(text.len() / 64)?;
        let arg = |at: usize| args.pos.get(at);
        let arg_str = |at: usize| args.pos.get(at).and_then(Val::as_str).cloned();
        if let Some(unknown) =
            args.all().find(|v| v.is_unknown() || matches!(v.v, V::Parts(_) | V::Ref(_) | V::Lib(_)))
            && !matches!(name, "format" | "join" | "format_map")
        {
            let cause = cause_of(unknown);
            return Ok(match name {
                "startswith" | "endswith" | "isdigit" => {
                    Self::one_of(cause, vec![Val::bool(true), Val::bool(false)])
                }
                _ => Val::unknown(cause),
            });
        }
        let bad = || Raise::new("TypeError", format!("calls {name}() with an argument of a wrong type"));
        Ok(match name {
            "casefold" | "isdigit" | "isdecimal" | "isnumeric" | "title" | "capitalize"
                if !text.is_ascii() =>
            {
                Val::unknown(format!("{name}() of a text that is not ASCII"))
            }
            "lower" | "casefold" => Self::text(text.to_lowercase()),
            "upper" => Self::text(text.to_uppercase()),
            "capitalize" => {
                let mut chars = text.chars();
                let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
                Self::text(first + &chars.as_str().to_lowercase())
            }
            "title" => {
                let mut out = String::new();
                let mut inside = false;
                for c in text.chars() {
                    if c.is_alphabetic() {
                        if inside {
                            out.extend(c.to_lowercase());
                        } else {
                            out.extend(c.to_uppercase());
                        }
                        inside = true;
                    } else {
                        out.push(c);
                        inside = false;
                    }
                }
                Self::text(out)
            }
            "swapcase" => Self::text(
                text.chars()
                    .map(|c| {
                        if c.is_uppercase() {
                            c.to_lowercase().to_string()
                        } else {
                            c.to_uppercase().to_string()
                        }
                    })
                    .collect::<String>(),
            ),
            "strip" | "lstrip" | "rstrip" => {
                let set = match arg(0) {
                    None => None,
                    Some(Val { v: V::None, .. }) => None,
                    Some(val) => Some(val.as_str().cloned().ok_or_else(bad)?),
                };
                let test = |c: char| match &set {
                    Some(set) => set.contains(c),
                    None => is_space(c),
                };
                let mut out: &str = text;
                if name != "rstrip" {
                    out = out.trim_start_matches(test);
                }
                if name != "lstrip" {
                    out = out.trim_end_matches(test);
                }
                Self::text(out)
            }
            "removeprefix" => {
                let part = arg_str(0).ok_or_else(bad)?;
                Self::text(text.strip_prefix(&*part).unwrap_or(text))
            }
            "removesuffix" => {
                let part = arg_str(0).ok_or_else(bad)?;
                Self::text(if part.is_empty() { text } else { text.strip_suffix(&*part).unwrap_or(text) })
            }
            "replace" => {
                let (Some(old), Some(new)) = (arg_str(0), arg_str(1)) else { return Err(bad()) };
                if text.len().saturating_mul(new.len() + 1) > 4 * super::MAX_TEXT && new.len() > old.len() {
                    return Ok(Val::unknown("a text longer than a megabyte"));
                }
                Self::text(match arg(2).and_then(Val::as_int) {
                    Some(n) if n >= 0 => text.replacen(&*old, &new, n as usize),
                    _ => text.replace(&*old, &new),
                })
            }
            "split" | "rsplit" => {
                let sep = match args.get(0, "sep") {
                    None => None,
                    Some(Val { v: V::None, .. }) => None,
                    Some(val) => Some(val.as_str().cloned().ok_or_else(bad)?),
                };
                let max = args.get(1, "maxsplit").and_then(Val::as_int).unwrap_or(-1);
                if sep.as_ref().is_some_and(|s| s.is_empty()) {
                    return Err(Raise::new("ValueError", "splits a text by nothing"));
                }
                let parts = split(text, sep.as_deref(), max, name == "rsplit");
                if parts.len() > super::MAX_ITEMS {
                    return Ok(Val::unknown("a collection that grows too large"));
                }
                let items = parts.into_iter().map(Val::str).collect();
                self.list(items)
            }
            "splitlines" => {
                let keep = match args.get(0, "keepends") {
                    Some(keep) => self.truth(keep),
                    None => Some(false),
                };
                let Some(keep) = keep else { return Ok(Val::unknown("lines of a text")) };
                let items = lines(text, keep).into_iter().map(Val::str).collect();
                self.list(items)
            }
            "partition" | "rpartition" => {
                let sep = arg_str(0).ok_or_else(bad)?;
                if sep.is_empty() {
                    return Err(Raise::new("ValueError", "splits a text by nothing"));
                }
                let found =
                    if name == "partition" { text.split_once(&*sep) } else { text.rsplit_once(&*sep) };
                Val::tuple(match found {
                    Some((a, b)) => vec![Val::str(a), Val::str(&sep), Val::str(b)],
                    None if name == "partition" => vec![Val::str(text), Val::str(""), Val::str("")],
                    None => vec![Val::str(""), Val::str(""), Val::str(text)],
                })
            }
            "startswith" | "endswith" => {
                let val = arg(0).ok_or_else(bad)?;
                let parts = match &val.v {
                    V::Str(part) => vec![part.clone()],
                    V::Tuple(seq) => {
                        let parts: Option<Vec<_>> = seq.items.iter().map(|v| v.as_str().cloned()).collect();
                        match parts.filter(|_| seq.rest.is_none()) {
                            Some(parts) => parts,
                            None => {
                                return Ok(Self::one_of(
                                    "a test that is not modelled",
                                    vec![Val::bool(true), Val::bool(false)],
                                ));
                            }
                        }
                    }
                    _ => return Err(bad()),
                };
                if args.pos.len() > 1 {
                    return Ok(Val::unknown("a test that is not modelled"));
                }
                Val::bool(parts.iter().any(|p| {
                    if name == "startswith" { text.starts_with(&**p) } else { text.ends_with(&**p) }
                }))
            }
            "join" => {
                let val = arg(0).ok_or_else(bad)?;
                let env = self.deep_reads(val);
                let seq = self.walk(val);
                let mut parts: Vec<Option<Rc<str>>> = Vec::new();
                for (index, item) in seq.items.iter().enumerate() {
                    if index > 0 {
                        parts.push(Some(text.clone()));
                    }
                    match &item.v {
                        V::Str(part) => parts.push(Some(part.clone())),
                        V::Parts(inner) => parts.extend(inner.iter().cloned()),
                        V::None | V::Int(_) | V::Bool(_) | V::Path(_) => {
                            return Err(
                                Raise::new("TypeError", "joins something that is no text").with_env(&env)
                            );
                        }
                        _ => parts.push(None),
                    }
                }
                if let Some(cause) = seq.rest {
                    // More may stand anywhere, also before the first.
                    return Ok(Val::unknown(cause).with_env(&env));
                }
                if parts.iter().flatten().map(|p| p.len()).sum::<usize>() > super::MAX_TEXT {
                    return Ok(Val::unknown("a text longer than a megabyte"));
                }
                Self::join_parts(parts).with_env(&env)
            }
            "format" => self.str_format(text, args, None)?,
            "format_map" => {
                let mapping = arg(0).ok_or_else(bad)?.clone();
                self.str_format(text, args, Some(&mapping))?
            }
            "find" | "rfind" | "index" | "rindex" => {
                let part = arg_str(0).ok_or_else(bad)?;
                let found = if name.starts_with('r') { text.rfind(&*part) } else { text.find(&*part) };
                match found {
                    _ if args.pos.len() > 1 => Val::unknown("a search that is not modelled"),
                    Some(at) => Val::new(V::Int(text[..at].chars().count() as i64)),
                    None if name.ends_with("index") => {
                        return Err(Raise::new("ValueError", "looks for a text that is not there"));
                    }
                    None => Val::new(V::Int(-1)),
                }
            }
            "count" if args.pos.len() > 1 => Val::unknown("a count that is not modelled"),
            "count" => {
                let part = arg_str(0).ok_or_else(bad)?;
                let n = if part.is_empty() { text.chars().count() + 1 } else { text.matches(&*part).count() };
                Val::new(V::Int(n as i64))
            }
            "isdigit" | "isdecimal" | "isnumeric" => {
                Val::bool(!text.is_empty() && text.chars().all(|c| c.is_ascii_digit()))
            }
            "isalpha" => Val::bool(!text.is_empty() && text.chars().all(char::is_alphabetic)),
            "isalnum" => Val::bool(!text.is_empty() && text.chars().all(char::is_alphanumeric)),
            "isspace" => Val::bool(!text.is_empty() && text.chars().all(is_space)),
            "isupper" => {
                Val::bool(text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase))
            }
            "islower" => {
                Val::bool(text.chars().any(char::is_lowercase) && !text.chars().any(char::is_uppercase))
            }
            "isidentifier" => Val::bool(
                text.starts_with(|c: char| c == '_' || c.is_alphabetic())
                    && text.chars().all(|c| c == '_' || c.is_alphanumeric()),
            ),
            "zfill" => match arg(0).and_then(Val::as_int) {
                Some(n) if n < 10_000 => {
                    let (sign, digits) = match text.strip_prefix(['-', '+']) {
                        Some(digits) => (&text[..1], digits),
                        None => ("", &**text),
                    };
                    let width = (n.max(0) as usize).saturating_sub(sign.len());
                    Self::text(format!("{sign}{digits:0>width$}"))
                }
                _ => Val::unknown("a width that cannot be told"),
            },
            "encode" if is_plain_encoding(args, text.is_ascii()) => {
                Val::new(V::Bytes(text.as_bytes().into()))
            }
            "isascii" => Val::bool(text.is_ascii()),
            "ljust" | "rjust" | "center" => {
                let fill = match arg(1) {
                    None => Some(' '),
                    Some(val) => val.as_str().and_then(|text| text.parse::<char>().ok()),
                };
                match (arg(0).and_then(Val::as_int), fill) {
                    (Some(width), Some(fill)) if width < 10_000 => {
                        Self::text(padded(text, width, fill, name))
                    }
                    _ => Val::unknown("a width that cannot be told"),
                }
            }
            "encode" | "expandtabs" | "translate" | "maketrans" | "istitle" | "isprintable" => {
                Val::unknown(format!("the method {name}() is not modelled"))
            }
            _ if name.starts_with("__") => Val::unknown(format!("the method {name}() is not modelled")),
            _ => return Err(Raise::new("AttributeError", format!("asks a text for {name}"))),
        })
    }

    pub(super) fn bytes_method(&mut self, bytes: &Rc<[u8]>, name: &str, args: &Args) -> Val {
        match (name, std::str::from_utf8(bytes)) {
            ("decode", Ok(text)) if is_plain_encoding(args, text.is_ascii()) => Self::text(text),
            ("hex", _) => Val::unknown("bytes in hexadecimal"),
            ("strip", Ok(text)) if args.pos.is_empty() && text.is_ascii() => {
                Val::new(V::Bytes(text.trim().as_bytes().into()))
            }
            _ => Val::unknown(format!("the method {name}() of bytes is not modelled")),
        }
    }
}

/// Whether a text has the same bytes in the encoding as in UTF-8.
fn is_plain_encoding(args: &Args, is_ascii: bool) -> bool {
    let Some(name) = args.get(0, "encoding") else { return args.open.is_none() };
    let name = name.as_str().map(|name| name.to_ascii_lowercase().replace(['-', '_'], ""));
    match name.as_deref() {
        Some("utf8") => true,
        Some("ascii" | "usascii" | "latin1" | "iso88591") => is_ascii,
        _ => false,
    }
}

/// `text.ljust(width, fill)` and its like.
fn padded(text: &str, width: i64, fill: char, name: &str) -> String {
    let width = width.max(0) as usize;
    let missing = width.saturating_sub(text.chars().count());
    let left = match name {
        "ljust" => 0,
        "rjust" => missing,
        // CPython puts the odd one by the width.
        _ => missing / 2 + (missing & width & 1),
    };
    let of = |count: usize| std::iter::repeat_n(fill, count).collect::<String>();
    format!("{}{text}{}", of(left), of(missing - left))
}

/// The lines of a text as Python ends them.
fn lines(text: &str, keep: bool) -> Vec<&str> {
    let is_end =
        |c: char| matches!(c, '\n'..='\r' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let Some(at) = rest.find(is_end) else {
            lines.push(rest);
            break;
        };
        let end = match rest[at..].strip_prefix("\r\n") {
            Some(_) => at + 2,
            None => at + rest[at..].chars().next().map_or(1, char::len_utf8),
        };
        lines.push(&rest[..if keep { end } else { at }]);
        rest = &rest[end..];
    }
    lines
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// `text.split(sep, max)`.
fn split<'t>(text: &'t str, sep: Option<&str>, max: i64, from_right: bool) -> Vec<&'t str> {
    let limit = if max < 0 { usize::MAX } else { max as usize };
    let Some(sep) = sep else {
        if max < 0 {
            return text.split(is_space).filter(|p| !p.is_empty()).collect();
        }
        let mut out = Vec::new();
        let mut rest =
            if from_right { text.trim_end_matches(is_space) } else { text.trim_start_matches(is_space) };
        while !rest.is_empty() && out.len() < limit {
            let found = if from_right { rest.rfind(is_space) } else { rest.find(is_space) };
            let Some(at) = found else { break };
            let width = rest[at..].chars().next().map_or(1, char::len_utf8);
            if from_right {
                out.push(&rest[at + width..]);
                rest = rest[..at].trim_end_matches(is_space);
            } else {
                out.push(&rest[..at]);
                rest = rest[at + width..].trim_start_matches(is_space);
            }
        }
        if !rest.is_empty() {
            // The end that was not split keeps its spaces.
            out.push(rest);
        }
        if from_right {
            out.reverse();
        }
        return out;
    };
    if from_right {
        let mut out: Vec<&str> = text.rsplitn(limit.saturating_add(1), sep).collect();
        out.reverse();
        out
    } else {
        text.splitn(limit.saturating_add(1), sep).collect()
    }
}
