//! `str()`, `repr()` and `format()` of values.

use std::rc::Rc;

use super::raise::R;
use super::val::{Kind, V, Val};
use super::{Interp, cause_of, numbers};

/// A text, or why it cannot be told.
pub(super) type Text = Result<String, Rc<str>>;

impl Interp<'_> {
    /// `str(val)`.
    pub(super) fn to_str(&mut self, val: &Val) -> R<Text> {
        Ok(match &val.v {
            V::Str(text) | V::Path(text) => Ok(text.to_string()),
            V::Instance(_) => {
                if let Some(method) = self.find_method(val, "__str__") {
                    let args = super::functions::Args::default();
                    let text = self.call(&method, args)?;
                    return Ok(text
                        .as_str()
                        .map(std::string::ToString::to_string)
                        .ok_or_else(|| cause_of(&text)));
                }
                Err("the text of an object".into())
            }
            V::Lib(object) if object.class == super::home::CLASS => {
                Err("it depends on the machine: a path in the home folder".into())
            }
            V::Lib(object) if object.class == "environ-path" => {
                let path = object.args.first().and_then(Val::as_str);
                path.map(ToString::to_string).ok_or_else(|| "the text of an object".into())
            }
            V::Timedelta(_) | V::Lazy(_) => Err("the text of an object".into()),
            _ => self.repr(val),
        })
    }

    /// `repr(val)`.
    pub(super) fn repr(&self, val: &Val) -> Text {
        let mut out = String::new();
        self.repr_into(val, &mut out, 0)?;
        Ok(out)
    }

    fn repr_into(&self, val: &Val, out: &mut String, depth: usize) -> Result<(), Rc<str>> {
        if depth > 16 || out.len() > 100_000 {
            return Err("a text that grows too large".into());
        }
        match &val.v {
            V::None => out.push_str("None"),
            V::Ellipsis => out.push_str("Ellipsis"),
            V::Bool(b) => out.push_str(if *b { "True" } else { "False" }),
            V::Int(n) => out.push_str(&n.to_string()),
            V::BigInt(n) => out.push_str(n),
            V::Float(f) => out.push_str(&numbers::float_repr(*f)),
            V::Str(text) => repr_str(text, out)?,
            V::Path(path) => {
                out.push_str("PosixPath(");
                repr_str(path, out)?;
                out.push(')');
            }
            V::List(_) | V::Tuple(_) => {
                let seq = self.iterate(val);
                if let Some(cause) = seq.rest {
                    return Err(cause);
                }
                let (open, close) = if matches!(val.v, V::List(_)) { ('[', "]") } else { ('(', ")") };
                out.push(open);
                for (index, item) in seq.items.iter().enumerate() {
                    if index > 0 {
                        out.push_str(", ");
                    }
                    self.repr_into(item, out, depth + 1)?;
                }
                if matches!(val.v, V::Tuple(_)) && seq.items.len() == 1 {
                    out.push(',');
                }
                out.push_str(close);
            }
            V::Dict(id) => {
                let dict = self.dict_obj(*id)?;
                if let Some(cause) = &dict.rest {
                    return Err(cause.clone());
                }
                if dict.shuffled && dict.entries.len() > 1 {
                    return Err(super::unordered::cause());
                }
                out.push('{');
                for (index, (key, value)) in dict.entries.values().enumerate() {
                    if index > 0 {
                        out.push_str(", ");
                    }
                    self.repr_into(key, out, depth + 1)?;
                    out.push_str(": ");
                    self.repr_into(value, out, depth + 1)?;
                }
                out.push('}');
            }
            _ => return Err(cause_of(val)),
        }
        Ok(())
    }

    /// `format(val, spec)`.
    pub(super) fn format_value(&mut self, val: &Val, spec: &str) -> R<Text> {
        if spec.is_empty() {
            return self.to_str(val);
        }
        let Some(spec) = Spec::parse(spec) else { return Ok(Err("a format that is not modelled".into())) };
        let (mut body, numeric) = match &val.v {
            V::Str(text) if matches!(spec.kind, None | Some('s')) => {
                let text: String = match spec.precision {
                    Some(n) => text.chars().take(n).collect(),
                    None => text.to_string(),
                };
                (text, false)
            }
            V::Int(n) => match spec.kind {
                None | Some('d') => (group(&n.to_string(), spec.comma), true),
                Some('x') => (format!("{n:x}"), true),
                Some('X') => (format!("{n:X}"), true),
                Some('o') => (format!("{n:o}"), true),
                Some('b') => (format!("{n:b}"), true),
                Some('f') => {
                    (group(&format!("{:.*}", spec.precision.unwrap_or(6), *n as f64), spec.comma), true)
                }
                _ => return Ok(Err("a format that is not modelled".into())),
            },
            V::Float(f) => match spec.kind {
                Some('f') => (group(&format!("{:.*}", spec.precision.unwrap_or(6), f), spec.comma), true),
                Some('%') => (format!("{:.*}%", spec.precision.unwrap_or(6), f * 100.0), true),
                _ => return Ok(Err("a format that is not modelled".into())),
            },
            _ => return Ok(Err(cause_of(val))),
        };
        let width = spec.width.min(10_000);
        let have = body.chars().count();
        if have < width {
            let pad = width - have;
            let align = spec.align.unwrap_or(if numeric { if spec.zero { '=' } else { '>' } } else { '<' });
            let fill = if spec.zero && spec.align.is_none() { '0' } else { spec.fill };
            let filled = |n: usize| fill.to_string().repeat(n);
            body = match align {
                '<' => format!("{body}{}", filled(pad)),
                '^' => format!("{}{body}{}", filled(pad / 2), filled(pad - pad / 2)),
                '=' => match body.strip_prefix('-') {
                    Some(digits) => format!("-{}{digits}", filled(pad)),
                    None => format!("{}{body}", filled(pad)),
                },
                _ => format!("{}{body}", filled(pad)),
            };
        }
        Ok(Ok(body))
    }

    /// The class and attributes of an instance.
    pub(super) fn instance_class(&self, val: &Val) -> Option<u32> {
        let V::Instance(id) = val.v else { return None };
        match self.heap.get(id).map(|o| &o.kind) {
            Some(Kind::Instance { class, .. }) => Some(*class),
            _ => None,
        }
    }
}

struct Spec {
    fill: char,
    align: Option<char>,
    zero: bool,
    width: usize,
    comma: bool,
    precision: Option<usize>,
    kind: Option<char>,
}

impl Spec {
    fn parse(text: &str) -> Option<Self> {
        let mut chars: Vec<char> = text.chars().collect();
        let mut spec =
            Self { fill: ' ', align: None, zero: false, width: 0, comma: false, precision: None, kind: None };
        let is_align = |c: char| matches!(c, '<' | '>' | '^' | '=');
        if chars.len() > 1 && is_align(chars[1]) {
            spec.fill = chars[0];
            spec.align = Some(chars[1]);
            chars.drain(..2);
        } else if chars.first().is_some_and(|&c| is_align(c)) {
            spec.align = Some(chars[0]);
            chars.remove(0);
        }
        if chars.first() == Some(&'0') {
            spec.zero = true;
            chars.remove(0);
        }
        let take = |chars: &mut Vec<char>| {
            let digits: String = chars.iter().take_while(|c| c.is_ascii_digit()).collect();
            chars.drain(..digits.len());
            digits.parse::<usize>().ok()
        };
        spec.width = take(&mut chars).unwrap_or(0);
        if chars.first() == Some(&',') {
            spec.comma = true;
            chars.remove(0);
        }
        if chars.first() == Some(&'.') {
            chars.remove(0);
            spec.precision = Some(take(&mut chars)?.min(50));
        }
        spec.kind = chars.first().copied();
        (chars.len() <= 1).then_some(spec)
    }
}

fn group(number: &str, comma: bool) -> String {
    if !comma {
        return number.to_owned();
    }
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |r| ("-", r));
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(w, f)| (w, Some(f)));
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

fn repr_str(text: &str, out: &mut String) -> Result<(), Rc<str>> {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_ascii_graphic() || c == ' ' => out.push(c),
            c if c.is_alphanumeric() => out.push(c),
            _ => return Err("the quoted form of a text with unusual characters".into()),
        }
    }
    out.push(quote);
    Ok(())
}
