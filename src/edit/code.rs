//! [`Code`] to Python text in a file's style: on one line when it fits, else one item a line.

use crate::python::ast::Expr;
use crate::python::{Ranged as _, TokenKind, parse};
use std::fmt::Write as _;

use super::Code;
use super::plan::Refusal;
use super::style::Style;

/// How to write a piece of code at one place.
pub(super) struct Format<'a> {
    /// The file's habits.
    pub(super) style: &'a Style,
    /// The quote to prefer here.
    pub(super) quote: char,
    /// The line break to use here.
    pub(super) eol: &'a str,
}

/// Writes `code` where a line indented by `indent` already holds `column` characters and `after` more follow.
///
/// # Errors
/// [`Refusal::BadCode`] when a name is no dotted name or raw text no expression.
pub(super) fn render(
    code: &Code,
    format: &Format<'_>,
    indent: &str,
    column: usize,
    after: usize,
) -> Result<String, Refusal> {
    let line = one_line(code, format)?;
    if !line.contains('\n') && column + line.chars().count() + after <= format.style.width {
        return Ok(line);
    }
    let inner = format!("{indent}{}", format.style.unit);
    let start = inner.chars().count();
    let (open, items, close) = match code {
        Code::List(items) if !items.is_empty() => ("[".to_owned(), plain(items), "]"),
        Code::Tuple(items) if !items.is_empty() => ("(".to_owned(), plain(items), ")"),
        Code::Dict(items) if !items.is_empty() => {
            let mut entries = Vec::new();
            for (key, value) in items {
                entries.push((format!("{}: ", one_line(key, format)?), value));
            }
            ("{".to_owned(), entries, "}")
        }
        Code::Call(name, positional, named) if !positional.is_empty() || !named.is_empty() => {
            let mut arguments = plain(positional);
            arguments.extend(named.iter().map(|(name, value)| (format!("{name}="), value)));
            (format!("{name}("), arguments, ")")
        }
        Code::Raw(text) => return raw(text, format, indent),
        _ => return Ok(line),
    };
    let mut out = open;
    let count = items.len();
    // Dicts in a row look alike: where one needs several lines, all have them.
    let mut alike = false;
    if items.iter().all(|(_, value)| matches!(value, Code::Dict(_))) {
        for (_, value) in &items {
            alike |= start + one_line(value, format)?.chars().count() + 1 > format.style.width;
        }
    }
    let after = if alike { format.style.width } else { 1 };
    for (i, (head, value)) in items.into_iter().enumerate() {
        let value = render(value, format, &inner, start + head.chars().count(), after)?;
        // A tuple of one needs its comma in any style.
        let comma =
            i + 1 < count || format.style.trailing_comma || matches!(code, Code::Tuple(t) if t.len() == 1);
        let _ = write!(out, "{}{inner}{head}{value}{}", format.eol, if comma { "," } else { "" });
    }
    let _ = write!(out, "{}{indent}{close}", format.eol);
    Ok(out)
}

fn plain(items: &[Code]) -> Vec<(String, &Code)> {
    items.iter().map(|i| (String::new(), i)).collect()
}

/// The code on one line; raw text over several lines keeps its breaks.
pub(super) fn one_line(code: &Code, format: &Format<'_>) -> Result<String, Refusal> {
    let list = |items: &[Code]| -> Result<Vec<String>, Refusal> {
        items.iter().map(|i| one_line(i, format)).collect()
    };
    Ok(match code {
        Code::Str(text) => string(text, format.quote),
        Code::Int(number) => number.to_string(),
        Code::Bool(true) => "True".to_owned(),
        Code::Bool(false) => "False".to_owned(),
        Code::None => "None".to_owned(),
        Code::List(items) => format!("[{}]", list(items)?.join(", ")),
        Code::Tuple(items) if items.len() == 1 => format!("({},)", list(items)?[0]),
        Code::Tuple(items) => format!("({})", list(items)?.join(", ")),
        Code::Dict(items) => {
            let mut entries = Vec::new();
            for (key, value) in items {
                entries.push(format!("{}: {}", one_line(key, format)?, one_line(value, format)?));
            }
            format!("{{{}}}", entries.join(", "))
        }
        Code::Name(name) => dotted(name)?.to_owned(),
        Code::Call(name, positional, named) => {
            let mut arguments = list(positional)?;
            for (name, value) in named {
                arguments.push(format!("{}={}", identifier(name)?, one_line(value, format)?));
            }
            format!("{}({})", dotted(name)?, arguments.join(", "))
        }
        Code::Raw(text) => raw(text, format, "")?,
    })
}

/// Raw text, checked and re-quoted; further lines get the indentation of the place.
fn raw(text: &str, format: &Format<'_>, indent: &str) -> Result<String, Refusal> {
    let text = text.trim();
    let whole = if is_expression(text) {
        text.to_owned()
    } else {
        let wrapped = format!("({text})");
        if !text.contains('\n') || !is_expression(&wrapped) {
            return Err(Refusal::BadCode(text.to_owned()));
        }
        wrapped
    };
    Ok(relayout(&requote(&whole, format.quote), indent, format))
}

/// Gives the lines of a text (LF, four blanks a step) the file's breaks and indentation behind `indent`. The
/// first line is left to the caller; lines inside a string literal stay as they are.
pub(super) fn relayout(text: &str, indent: &str, format: &Format<'_>) -> String {
    if !text.contains('\n') {
        return text.to_owned();
    }
    let module = parse(text);
    let in_string = |at: usize| {
        module.tokens().iter().any(|t| {
            matches!(t.kind(), TokenKind::String | TokenKind::FStringMiddle)
                && t.range().start().to_usize() < at
                && at < t.range().end().to_usize()
        })
    };
    let mut out = String::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let body = line.strip_suffix('\n').unwrap_or(line);
        if at == 0 || in_string(at) {
            out.push_str(body);
        } else if !body.trim().is_empty() {
            let blanks = body.len() - body.trim_start_matches(' ').len();
            out.push_str(indent);
            out.push_str(&format.style.unit.repeat(blanks / 4));
            out.push_str(&" ".repeat(blanks % 4));
            out.push_str(body.trim_start_matches(' '));
        }
        at += line.len();
        if line.ends_with('\n') {
            out.push_str(format.eol);
        }
    }
    out
}

/// Text with its plain string literals in another quote. Strings with a quote or backslash inside stay.
pub(super) fn requote(text: &str, quote: char) -> String {
    let module = parse(text);
    let mut out = text.to_owned();
    for token in module.tokens().iter().filter(|t| t.kind() == TokenKind::String) {
        let range = token.range().start().to_usize()..token.range().end().to_usize();
        let literal = &text[range.clone()];
        let plain = literal.starts_with(['"', '\'']) && literal.len() >= 2;
        if plain && !literal[1..literal.len() - 1].contains(['"', '\'', '\\']) {
            let body = &literal[1..literal.len() - 1];
            out.replace_range(range, &format!("{quote}{body}{quote}"));
        }
    }
    out
}

/// A text literal in the preferred quote, or in the other when that saves an escape.
pub(super) fn string(text: &str, quote: char) -> String {
    let other = if quote == '"' { '\'' } else { '"' };
    let quote = if text.contains(quote) && !text.contains(other) { other } else { quote };
    let mut out = String::with_capacity(text.len() + 2);
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
            c if crate::source::display_text(c.encode_utf8(&mut [0; 4])).hidden => {
                let point = u32::from(c);
                let _ = match point {
                    0..=0xFF => write!(out, "\\x{point:02x}"),
                    0x100..=0xFFFF => write!(out, "\\u{point:04x}"),
                    _ => write!(out, "\\U{point:08x}"),
                };
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

fn is_expression(text: &str) -> bool {
    expression_of(text, |_| ()).is_some()
}

/// Whether an expression has to be put in parentheses to stand under an operator, a call or an attribute.
pub(super) fn is_loose(text: &str) -> bool {
    expression_of(text, |expr| match expr {
        Expr::Name(_)
        | Expr::Attribute(_)
        | Expr::Subscript(_)
        | Expr::Call(_)
        | Expr::StringLiteral(_)
        | Expr::BytesLiteral(_)
        | Expr::BooleanLiteral(_)
        | Expr::NoneLiteral(_)
        | Expr::EllipsisLiteral(_)
        | Expr::List(_)
        | Expr::Dict(_)
        | Expr::Set(_)
        | Expr::ListComp(_)
        | Expr::SetComp(_)
        | Expr::DictComp(_) => false,
        Expr::Tuple(tuple) => !tuple.parenthesized,
        Expr::Generator(generator) => !generator.parenthesized,
        _ => !text.starts_with('('),
    })
    .unwrap_or(true)
}

fn expression_of<T>(text: &str, look: impl Fn(&Expr) -> T) -> Option<T> {
    use crate::python::ast::Stmt;
    let module = parse(text);
    match module.body() {
        [Stmt::Expr(stmt)] if module.is_valid() => Some(look(&stmt.value)),
        _ => None,
    }
}

fn dotted(name: &str) -> Result<&str, Refusal> {
    for part in name.split('.') {
        identifier(part)?;
    }
    Ok(name)
}

/// Checks that a word can be a name.
pub(super) fn identifier(word: &str) -> Result<&str, Refusal> {
    let named = expression_of(word, |e| matches!(e, Expr::Name(n) if n.id.as_str() == word));
    if named == Some(true) { Ok(word) } else { Err(Refusal::BadCode(word.to_owned())) }
}

/// What can be assigned to: a name, or a key of one, `X["key"]`, in the file's quotes.
pub(super) fn target(word: &str, quote: char) -> Result<String, Refusal> {
    let keyed = expression_of(
        word,
        |e| matches!(e, Expr::Subscript(s) if s.value.is_name_expr() && s.slice.is_string_literal_expr()),
    );
    if keyed == Some(true) { Ok(requote(word, quote)) } else { identifier(word).map(str::to_owned) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(width: usize) -> Style {
        Style { unit: "  ".into(), eol: "\n", quote: '\'', width, trailing_comma: true }
    }

    fn write(code: &Code, width: usize) -> String {
        let style = style(width);
        let format = Format { style: &style, quote: '\'', eol: "\r\n" };
        render(code, &format, "", 0, 0).unwrap()
    }

    #[test]
    fn text_is_escaped() {
        for (text, written) in [
            ("a", "'a'"),
            ("it's", "\"it's\""),
            ("both ' and \"", "'both \\' and \"'"),
            ("a\\b\n", "'a\\\\b\\n'"),
            ("\u{202e}\u{7}é", "'\\u202e\\x07é'"),
        ] {
            assert_eq!(write(&Code::str(text), 80), written);
        }
    }

    #[test]
    fn what_fits_stays_on_one_line() {
        let call = Code::Call(
            "env.list".into(),
            vec![Code::str("HOSTS")],
            vec![("default".into(), Code::List(vec![]))],
        );
        assert_eq!(write(&call, 80), "env.list('HOSTS', default=[])");
        assert_eq!(write(&Code::Tuple(vec![Code::Int(-1)]), 80), "(-1,)");
        assert_eq!(write(&Code::Dict(vec![(Code::str("a"), Code::None)]), 80), "{'a': None}");
    }

    #[test]
    fn what_does_not_fit_is_broken_into_lines() {
        let code = Code::Dict(vec![(Code::str("KEY"), Code::List(vec![Code::str("one"), Code::str("two")]))]);
        assert_eq!(write(&code, 18), "{\r\n  'KEY': [\r\n    'one',\r\n    'two',\r\n  ],\r\n}");
    }

    #[test]
    fn raw_text_is_checked_and_requoted() {
        assert_eq!(write(&Code::Raw("a[\"x\"] or \"it's\"".into()), 80), "a['x'] or \"it's\"");
        let style = style(80);
        let format = Format { style: &style, quote: '\'', eol: "\n" };
        for bad in ["a = 1", "a; b", "a b"] {
            assert!(one_line(&Code::Raw(bad.into()), &format).is_err(), "{bad}");
        }
        assert!(one_line(&Code::Name("os.system('x')".into()), &format).is_err());
    }

    #[test]
    fn raw_lines_follow_the_place() {
        let style = style(80);
        let format = Format { style: &style, quote: '\'', eol: "\r\n" };
        let code = Code::Raw("f(\n    1,\n    \"\"\"a\n  b\"\"\",\n)".into());
        assert_eq!(
            render(&code, &format, "\t", 0, 0).unwrap(),
            "f(\r\n\t  1,\r\n\t  \"\"\"a\r\n  b\"\"\",\r\n\t)"
        );
    }

    #[test]
    fn operators_are_loose() {
        for (text, loose) in [("a or b", true), ("f(a)", false), ("(a, b)", false), ("-1", true), ("1", true)]
        {
            assert_eq!(is_loose(text), loose, "{text}");
        }
    }
}
