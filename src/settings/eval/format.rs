//! `"…" % values` and `"…".format(…)`.

use std::rc::Rc;

use super::Interp;
use super::functions::Args;
use super::raise::{R, Raise};
use super::val::{V, Val};

impl Interp<'_> {
    /// `text % right`.
    pub(super) fn percent(&mut self, left: &Val, right: &Val) -> R<Val> {
        let env = left.env.union(&self.deep_reads(right));
        let V::Str(template) = &left.v else {
            return Ok(Val::unknown("a part of the text cannot be told").with_env(&env));
        };
        let bad = |why: &str| Raise::new("TypeError", format!("formats a text with {why}")).with_env(&env);
        let mut values = match &right.v {
            V::Tuple(seq) => {
                if seq.rest.is_some() {
                    return Ok(Val::unknown("a part of the text cannot be told").with_env(&env));
                }
                seq.items.clone()
            }
            _ => vec![right.clone()],
        };
        values.reverse();
        let mut parts: Vec<Option<Rc<str>>> = Vec::new();
        let mut rest: &str = template;
        let mut used_mapping = false;
        while let Some(at) = rest.find('%') {
            parts.push(Some(rest[..at].into()));
            rest = &rest[at + 1..];
            let mut val = None;
            if let Some(inner) = rest.strip_prefix('(') {
                let Some((name, tail)) = inner.split_once(')') else { return Err(bad("an incomplete key")) };
                val = Some(self.get_item(right, &Val::str(name), None)?);
                used_mapping = true;
                rest = tail;
            }
            let flags = rest.len() - rest.trim_start_matches(['0', '-', ' ', '+', '#']).len();
            let (flags, tail) = rest.split_at(flags);
            let digits = tail.len() - tail.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
            let (width, tail) = tail.split_at(digits);
            let Some(kind) = tail.chars().next() else { return Err(bad("an incomplete format")) };
            rest = &tail[kind.len_utf8()..];
            if matches!(kind, '*' | 'h' | 'l' | 'L') {
                return Ok(Val::unknown("a format that is not modelled").with_env(&env));
            }
            if kind == '%' {
                parts.push(Some("%".into()));
                continue;
            }
            let Some(val) = val.or_else(|| if used_mapping { None } else { values.pop() }) else {
                return Err(bad("too few values"));
            };
            let text = match kind {
                's' if flags.is_empty() && width.is_empty() => self.to_str(&val)?,
                'r' if flags.is_empty() && width.is_empty() => self.repr(&val),
                'd' | 'i' => match val.as_int() {
                    Some(n) if !flags.contains(['-', '+', ' ']) => {
                        let zero = if flags.contains('0') { "0" } else { "" };
                        self.format_value(&Val::new(V::Int(n)), &format!("{zero}{width}"))?
                    }
                    None if val.as_str().is_some() || matches!(val.v, V::None) => {
                        return Err(bad("a text where a number belongs"));
                    }
                    _ => Err("a format that is not modelled".into()),
                },
                'f' if flags.is_empty() => match super::operators::as_float(&val) {
                    Some(f) => self.format_value(&Val::new(V::Float(f)), &format!("{width}f"))?,
                    None => Err("a format that is not modelled".into()),
                },
                _ => Err("a format that is not modelled".into()),
            };
            parts.push(text.ok().map(|t| t.as_str().into()));
        }
        parts.push(Some(rest.into()));
        if !used_mapping && !values.is_empty() && !matches!(right.v, V::Dict(_)) {
            let known = !right.is_unknown();
            if known {
                return Err(bad("too many values"));
            }
        }
        Ok(Self::join_parts(parts).with_env(&env))
    }

    /// `template.format(*args, **kwargs)`.
    pub(super) fn str_format(&mut self, template: &str, args: &Args, mapping: Option<&Val>) -> R<Val> {
        let mut parts: Vec<Option<Rc<str>>> = Vec::new();
        let mut env = super::val::Reads::default();
        let mut chars = template.chars().peekable();
        let mut literal = String::new();
        let mut auto = 0;
        let mut by_number = false;
        while let Some(c) = chars.next() {
            match c {
                '{' if chars.peek() == Some(&'{') => {
                    chars.next();
                    literal.push('{');
                }
                '}' if chars.peek() == Some(&'}') => {
                    chars.next();
                    literal.push('}');
                }
                '{' => {
                    let mut field = String::new();
                    let mut depth = 1;
                    for c in chars.by_ref() {
                        match c {
                            '{' => depth += 1,
                            '}' => depth -= 1,
                            _ => {}
                        }
                        if depth == 0 {
                            break;
                        }
                        field.push(c);
                    }
                    if depth > 0 {
                        return Err(Raise::new("ValueError", "formats a text with an open brace"));
                    }
                    parts.push(Some(std::mem::take(&mut literal).into()));
                    let (name, spec) = field.split_once(':').unwrap_or((&field, ""));
                    let (name, conversion) = name.split_once('!').unwrap_or((name, ""));
                    by_number |= name.starts_with(|c: char| c.is_ascii_digit());
                    if by_number && (auto > 0 || name.is_empty()) {
                        return Err(Raise::new(
                            "ValueError",
                            "formats a text with numbered and unnumbered fields",
                        ));
                    }
                    let val = self.format_field(name, &mut auto, args, mapping)?;
                    env = env.union(&self.deep_reads(&val));
                    let text = match conversion {
                        _ if spec.contains('{') => Err("a computed format".into()),
                        "r" | "s" | "a" => {
                            let text = if conversion == "s" { self.to_str(&val)? } else { self.repr(&val) };
                            match text {
                                Ok(text) if conversion == "a" && !text.is_ascii() => {
                                    Err("a text that is escaped".into())
                                }
                                Ok(text) => self.format_value(&Val::str(&text), spec)?,
                                Err(cause) => Err(cause),
                            }
                        }
                        _ => self.format_value(&val, spec)?,
                    };
                    match text {
                        Ok(text) => parts.push(Some(text.as_str().into())),
                        // Quoted or padded, its known parts may stand elsewhere.
                        Err(_) if matches!(conversion, "r" | "a") || !spec.is_empty() => parts.push(None),
                        Err(_) => parts.extend(super::operators::parts_of(&val)),
                    }
                }
                '}' => return Err(Raise::new("ValueError", "formats a text with a lone brace")),
                c => literal.push(c),
            }
        }
        parts.push(Some(literal.into()));
        Ok(Self::join_parts(parts).with_env(&env))
    }

    fn format_field(&mut self, name: &str, auto: &mut usize, args: &Args, mapping: Option<&Val>) -> R<Val> {
        let end = name.find(['.', '[']).unwrap_or(name.len());
        let (root, mut path) = name.split_at(end);
        let missing = || Raise::new("KeyError", "formats a text with too few values");
        let mut val = match (root.parse::<usize>(), mapping) {
            (_, Some(mapping)) => self.get_item(mapping, &Val::str(root), None)?,
            (Ok(index), _) => args.pos.get(index).cloned().ok_or_else(missing)?,
            _ if root.is_empty() => {
                *auto += 1;
                args.pos.get(*auto - 1).cloned().ok_or_else(missing)?
            }
            _ => args.named(root).cloned().ok_or_else(missing)?,
        };
        while !path.is_empty() {
            if let Some(rest) = path.strip_prefix('.') {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                val = self.get_attr(&val, &rest[..end])?;
                path = &rest[end..];
            } else if let Some((key, rest)) = path.strip_prefix('[').and_then(|r| r.split_once(']')) {
                let key = match key.parse::<i64>() {
                    Ok(n) if key.bytes().all(|b| b.is_ascii_digit()) => Val::new(V::Int(n)),
                    _ => Val::str(key),
                };
                val = self.get_item(&val, &key, None)?;
                path = rest;
            } else {
                return Ok(Val::unknown("a format that is not modelled"));
            }
        }
        Ok(val)
    }
}
