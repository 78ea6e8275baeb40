//! Numbers as Python has them: integers that do not fit are kept as text or given up.

use std::rc::Rc;

use super::raise::{R, Raise};
use super::val::{V, Val};
use super::{Interp, cause_of};

/// An integer literal of any size.
pub(super) fn big(text: &str) -> Val {
    let lower = text.replace('_', "").to_ascii_lowercase();
    let (digits, radix) = match lower.as_bytes() {
        [b'0', b'x', ..] => (&lower[2..], 16),
        [b'0', b'o', ..] => (&lower[2..], 8),
        [b'0', b'b', ..] => (&lower[2..], 2),
        _ => (lower.as_str(), 10),
    };
    if let Ok(n) = i64::from_str_radix(digits, radix) {
        return Val::new(V::Int(n));
    }
    if let Ok(n) = i128::from_str_radix(digits, radix) {
        return Val::new(V::BigInt(n.to_string().into()));
    }
    if radix == 10 && digits.len() < 4300 && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Val::new(V::BigInt(Rc::from(digits)));
    }
    Val::unknown("a very large number")
}

/// An integer result.
pub(super) fn int(n: Option<i128>) -> Val {
    match n {
        Some(n) => match i64::try_from(n) {
            Ok(n) => Val::new(V::Int(n)),
            Err(_) => Val::new(V::BigInt(n.to_string().into())),
        },
        None => Val::unknown("a very large number"),
    }
}

/// `str(float)`.
pub(super) fn float_repr(f: f64) -> String {
    if f.is_nan() {
        return "nan".into();
    }
    if f.is_infinite() {
        return if f > 0.0 { "inf".into() } else { "-inf".into() };
    }
    let abs = f.abs();
    if abs != 0.0 && !(1e-4..1e16).contains(&abs) {
        let text = format!("{f:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, digits) = match exponent.strip_prefix('-') {
            Some(digits) => ('-', digits),
            None => ('+', exponent),
        };
        return format!("{mantissa}e{sign}{digits:0>2}");
    }
    let text = f.to_string();
    if text.contains('.') { text } else { format!("{text}.0") }
}

/// `int(text)`.
pub(super) fn parse_int(text: &str, radix: u32) -> Option<Val> {
    let trimmed = text.trim();
    let (negative, digits) = match trimmed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    let prefix = match radix {
        16 => "0x",
        8 => "0o",
        2 => "0b",
        _ => "",
    };
    let digits = match digits.get(..prefix.len()) {
        Some(start) if !prefix.is_empty() && start.eq_ignore_ascii_case(prefix) => {
            let digits = &digits[prefix.len()..];
            digits.strip_prefix('_').unwrap_or(digits)
        }
        _ => digits,
    };
    if digits.is_empty()
        || digits.starts_with('_')
        || digits.ends_with('_')
        || digits.contains("__")
        || digits.len() > 60
    {
        return None;
    }
    let digits = digits.replace('_', "");
    if !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let n = i128::from_str_radix(&digits, radix).ok()?;
    Some(int(Some(if negative { -n } else { n })))
}

/// `float(text)`.
pub(super) fn parse_float(text: &str) -> Option<f64> {
    let text = text.trim().to_ascii_lowercase();
    let plain = text.trim_start_matches(['+', '-']);
    if !plain.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == 'i' || c == 'n') {
        return None;
    }
    if plain.starts_with(['i', 'n']) && !matches!(plain, "inf" | "infinity" | "nan") {
        return None;
    }
    let chars: Vec<char> = text.chars().collect();
    let is_between = |at: usize| {
        let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
        at > 0 && digit(at - 1) && digit(at + 1)
    };
    if chars.iter().enumerate().any(|(at, c)| *c == '_' && !is_between(at)) {
        return None;
    }
    text.replace('_', "").parse().ok()
}

/// Whether a text holds digits of other scripts, which Python reads as it does those of ASCII.
fn has_foreign_digits(text: &str) -> bool {
    text.chars().any(|c| !c.is_ascii() && c.is_numeric())
}

impl Interp<'_> {
    /// A number that cannot be told; that the text is none cannot be told either.
    fn unmodelled(&mut self, cause: &str) -> Val {
        self.may_raise(&cause.into());
        Val::unknown(cause)
    }

    /// `int(value)`, `int(text, base)`.
    pub(super) fn to_int(&mut self, val: &Val, base: Option<&Val>) -> R<Val> {
        let bad = || Raise::new("ValueError", "turns a text that is no number into one").with_env(&val.env);
        let made = match &val.v {
            V::Int(_) | V::BigInt(_) => val.clone(),
            V::Bool(b) => Val::new(V::Int(i64::from(*b))),
            V::Float(f) if f.abs() < 9e15 => Val::new(V::Int(f.trunc() as i64)),
            V::Str(text) => {
                let radix = match base {
                    None => 10,
                    Some(base) => match base.as_int() {
                        Some(n @ (2 | 8 | 10 | 16)) => n as u32,
                        _ => return Ok(self.unmodelled("a number in a base that is not modelled")),
                    },
                };
                match parse_int(text, radix) {
                    Some(val) => val,
                    None if has_foreign_digits(text)
                        || text.len() > 30
                            && text.trim().bytes().all(|b| b.is_ascii_hexdigit() || b"+-_".contains(&b)) =>
                    {
                        self.unmodelled("a number that is not modelled")
                    }
                    None => return Err(bad()),
                }
            }
            V::None | V::List(_) | V::Tuple(_) | V::Dict(_) => {
                return Err(
                    Raise::new("TypeError", "turns something that is no number into one").with_env(&val.env)
                );
            }
            V::Unknown(unk) => match unk.candidates.as_slice() {
                [] => {
                    let cause = unk.cause.clone();
                    self.may_raise(&cause);
                    Val::unknown(cause)
                }
                candidates => {
                    let (cause, candidates) = (unk.cause.clone(), candidates.to_vec());
                    let mut made = Vec::new();
                    for candidate in &candidates {
                        match self.to_int(candidate, base) {
                            Ok(val) => made.push(val),
                            Err(_) => self.may_raise(&cause),
                        }
                    }
                    if made.is_empty() || made.iter().any(Val::is_unknown) {
                        Val::unknown(cause)
                    } else {
                        Self::one_of(cause, made)
                    }
                }
            },
            _ => {
                let cause = cause_of(val);
                self.may_raise(&cause);
                Val::unknown(cause)
            }
        };
        Ok(made.with_env(&val.env))
    }

    /// `float(value)`.
    pub(super) fn to_float(&mut self, val: &Val) -> R<Val> {
        Ok(match (&val.v, super::operators::as_float(val)) {
            (_, Some(f)) => Val::new(V::Float(f)),
            (V::Str(text), _) => match parse_float(text) {
                Some(f) => Val::new(V::Float(f)),
                None if has_foreign_digits(text) => self.unmodelled("a number that is not modelled"),
                None => {
                    return Err(Raise::new("ValueError", "turns a text that is no number into one")
                        .with_env(&val.env));
                }
            },
            (V::None, _) => {
                return Err(Raise::new("TypeError", "turns None into a number").with_env(&val.env));
            }
            _ => {
                let cause = cause_of(val);
                self.may_raise(&cause);
                Val::unknown(cause)
            }
        }
        .with_env(&val.env))
    }
}
