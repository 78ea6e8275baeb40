//! Another default for one read of the environment, so that an empty environment gives the wanted truth.
//!
//! The expression around the read (`== "True"`, `.lower() in (...)`, `not`, `bool(int(...))`) is evaluated with
//! each candidate default; the first that gives the wanted answer is taken. An expression that this small
//! evaluator does not know gives nothing, and the fix becomes an instruction.

use crate::edit::Code;
use crate::python::ast::{CmpOp, Expr, UnaryOp};
use crate::python::{Ranged as _, dotted_name, parse};
use crate::settings::{EnvRead, Node, Reader};
use crate::source::{Sources, Span};

/// A default and where it goes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NewDefault {
    /// The expression to replace: the old default, or the whole read when it had none.
    pub(crate) at: Span,
    /// What to write there.
    pub(crate) code: Code,
}

/// A value of the small evaluator.
#[derive(Clone, Debug, PartialEq)]
enum Plain {
    None,
    Bool(bool),
    Int(i64),
    Str(String),
}

impl Plain {
    fn truthy(&self) -> bool {
        match self {
            Self::None => false,
            Self::Bool(b) => *b,
            Self::Int(n) => *n != 0,
            Self::Str(s) => !s.is_empty(),
        }
    }

    fn code(self) -> Code {
        match self {
            Self::None => Code::None,
            Self::Bool(b) => Code::Bool(b),
            Self::Int(n) => Code::Int(n),
            Self::Str(s) => Code::Str(s),
        }
    }
}

/// The default that makes `node` truthy or falsy as `wanted` when the environment is empty. `None` when several
/// reads take part, or the expression is not understood.
pub(crate) fn for_truth(sources: &Sources, node: &Node, wanted: bool) -> Option<NewDefault> {
    let [read] = node.env.as_slice() else { return None };
    let whole = node.at?;
    if read.supplied {
        return None;
    }
    let text = format!("({})", sources.slice(whole));
    let module = parse(&text);
    let [crate::python::ast::Stmt::Expr(statement)] = module.body() else { return None };
    if !module.is_valid() {
        return None;
    }
    let range = if whole.contains(read.at) {
        (read.at.range.0 - whole.range.0 + 1, read.at.range.1 - whole.range.0 + 1)
    } else {
        return None;
    };
    let casts_bool = read.cast.as_deref().is_some_and(|c| c.contains("bool"));
    let old = read.default_at.map(|at| sources.slice(at).trim());
    candidates(old, casts_bool, read.reader, wanted, &statement.value).into_iter().find_map(|candidate| {
        let value = evaluate(&statement.value, range, &candidate)?;
        (value.truthy() == wanted).then(|| place(sources, read, candidate)).flatten()
    })
}

/// Where the candidate is written.
fn place(sources: &Sources, read: &EnvRead, candidate: Plain) -> Option<NewDefault> {
    if let Some(at) = read.default_at {
        return Some(NewDefault { at, code: candidate.code() });
    }
    // A read without a default: `os.environ.get("X")`, `env.bool("X")`; a subscript cannot take one.
    let call = sources.slice(read.at);
    let inner = call.strip_suffix(')')?.trim_end().trim_end_matches(',');
    let argument = match (&candidate, read.reader) {
        (Plain::Str(text), Reader::Os) => format!("\"{text}\""),
        (Plain::Bool(b), Reader::DjangoEnviron | Reader::Environs | Reader::Decouple) => {
            format!("default={}", if *b { "True" } else { "False" })
        }
        _ => return None,
    };
    Some(NewDefault { at: read.at, code: Code::Raw(format!("{inner}, {argument})")) })
}

/// Defaults to try, the likeliest style first.
fn candidates(old: Option<&str>, casts_bool: bool, reader: Reader, wanted: bool, whole: &Expr) -> Vec<Plain> {
    if casts_bool || matches!(old, Some("True" | "False")) && reader != Reader::Os {
        return vec![Plain::Bool(wanted)];
    }
    let mut found = Vec::new();
    let quoted = old.filter(|o| o.starts_with(['"', '\''])).map(|o| o.trim_matches(['"', '\'']));
    let pairs =
        [("True", "False"), ("true", "false"), ("TRUE", "FALSE"), ("1", "0"), ("yes", "no"), ("on", "off")];
    if let Some(old) = quoted {
        for (yes, no) in pairs {
            if old == yes || old == no {
                // Both, since `!=` and `not` turn the meaning round.
                let pair = if wanted { [yes, no] } else { [no, yes] };
                found.extend(pair.map(|text| Plain::Str(text.to_owned())));
            }
        }
    }
    match old {
        Some("0" | "1") => found.push(Plain::Int(i64::from(wanted))),
        Some("True" | "False" | "None") => found.push(Plain::Bool(wanted)),
        _ => {}
    }
    compared(whole, &mut found);
    for (yes, no) in pairs {
        found.push(Plain::Str(if wanted { yes } else { no }.to_owned()));
    }
    found
}

/// The texts that the expression compares with.
fn compared(expr: &Expr, out: &mut Vec<Plain>) {
    match expr {
        Expr::Compare(compare) => compare.comparators.iter().for_each(|c| compared(c, out)),
        Expr::Tuple(t) => t.elts.iter().for_each(|e| compared(e, out)),
        Expr::List(t) => t.elts.iter().for_each(|e| compared(e, out)),
        Expr::Set(t) => t.elts.iter().for_each(|e| compared(e, out)),
        Expr::UnaryOp(u) => compared(&u.operand, out),
        Expr::StringLiteral(s) => out.push(Plain::Str(s.value.to_str().to_owned())),
        _ => {}
    }
}

/// Evaluates `expr` where the read at `range` gives `value`; `None` for what is not known here.
fn evaluate(expr: &Expr, range: (u32, u32), value: &Plain) -> Option<Plain> {
    if (expr.range().start().to_u32(), expr.range().end().to_u32()) == range {
        return Some(value.clone());
    }
    match expr {
        Expr::BooleanLiteral(b) => Some(Plain::Bool(b.value)),
        Expr::NoneLiteral(_) => Some(Plain::None),
        Expr::StringLiteral(s) => Some(Plain::Str(s.value.to_str().to_owned())),
        Expr::NumberLiteral(n) => match &n.value {
            crate::python::ast::Number::Int(i) => i.as_i64().map(Plain::Int),
            _ => None,
        },
        Expr::UnaryOp(u) if u.op == UnaryOp::Not => {
            evaluate(&u.operand, range, value).map(|v| Plain::Bool(!v.truthy()))
        }
        Expr::If(i) => {
            let test = evaluate(&i.test, range, value)?.truthy();
            evaluate(if test { &i.body } else { &i.orelse }, range, value)
        }
        Expr::Compare(c) => {
            let ([op], [right]) = (&*c.ops, &*c.comparators) else { return None };
            let left = evaluate(&c.left, range, value)?;
            let answer = match op {
                CmpOp::Eq | CmpOp::Is => left == evaluate(right, range, value)?,
                CmpOp::NotEq | CmpOp::IsNot => left != evaluate(right, range, value)?,
                CmpOp::In => members(right, range, value)?.contains(&left),
                CmpOp::NotIn => !members(right, range, value)?.contains(&left),
                CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE => return None,
            };
            Some(Plain::Bool(answer))
        }
        Expr::Call(call) => {
            if let (Expr::Attribute(method), true) = (&*call.func, call.arguments.is_empty())
                && let Some(Plain::Str(text)) = evaluate(&method.value, range, value)
            {
                return match method.attr.as_str() {
                    "lower" | "casefold" => Some(Plain::Str(text.to_lowercase())),
                    "upper" => Some(Plain::Str(text.to_uppercase())),
                    "strip" => Some(Plain::Str(text.trim().to_owned())),
                    "capitalize" | "title" => Some(Plain::Str(capitalized(&text))),
                    _ => None,
                };
            }
            let [argument] = &*call.arguments.args else { return None };
            let argument = evaluate(argument, range, value)?;
            let name = dotted_name(&call.func)?;
            match (name.rsplit('.').next()?, argument) {
                ("bool", value) => Some(Plain::Bool(value.truthy())),
                ("int", Plain::Str(text)) => text.trim().parse().ok().map(Plain::Int),
                ("int", Plain::Bool(b)) => Some(Plain::Int(i64::from(b))),
                ("int", Plain::Int(n)) => Some(Plain::Int(n)),
                ("literal_eval", Plain::Str(text)) => match text.trim() {
                    "True" => Some(Plain::Bool(true)),
                    "False" => Some(Plain::Bool(false)),
                    "None" => Some(Plain::None),
                    number => number.parse().ok().map(Plain::Int),
                },
                ("str", Plain::Bool(b)) => Some(Plain::Str(if b { "True" } else { "False" }.to_owned())),
                ("str", Plain::Str(text)) => Some(Plain::Str(text)),
                ("strtobool", Plain::Str(text)) => match text.to_lowercase().as_str() {
                    "y" | "yes" | "t" | "true" | "on" | "1" => Some(Plain::Int(1)),
                    "n" | "no" | "f" | "false" | "off" | "0" => Some(Plain::Int(0)),
                    _ => None,
                },
                _ => None,
            }
        }
        _ => None,
    }
}

fn members(expr: &Expr, range: (u32, u32), value: &Plain) -> Option<Vec<Plain>> {
    let items = match expr {
        Expr::Tuple(t) => &t.elts,
        Expr::List(t) => &t.elts,
        Expr::Set(t) => &t.elts,
        _ => return None,
    };
    items.iter().map(|e| evaluate(e, range, value)).collect()
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().chain(chars.as_str().to_lowercase().chars()).collect())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::settings::Value;
    use crate::source::SourceFile;

    /// The new text of `expression`, whose read of the environment is the part `read`, default `default`.
    fn changed(
        expression: &str,
        read: &str,
        default: Option<&str>,
        cast: Option<&str>,
        wanted: bool,
    ) -> Option<String> {
        let file = SourceFile::from_bytes("s.py".into(), expression.as_bytes()).unwrap();
        let sources = Sources::new(PathBuf::from("/x"), vec![file]);
        let file = sources.find("s.py").unwrap();
        let span = |part: &str| {
            let start = expression.find(part).unwrap() as u32;
            Span { file, range: (start, start + part.len() as u32) }
        };
        let reader = if read.starts_with("os.") { Reader::Os } else { Reader::DjangoEnviron };
        let read = EnvRead {
            name: "X".into(),
            at: span(read),
            default_at: default.map(span),
            reader,
            cast: cast.map(str::to_owned),
            supplied: false,
            needed: false,
        };
        let node = Node { value: Value::Bool(!wanted), at: Some(span(expression)), env: vec![read] };
        let new = for_truth(&sources, &node, wanted)?;
        let code = match new.code {
            Code::Bool(b) => if b { "True" } else { "False" }.to_owned(),
            Code::Str(s) => format!("{s:?}"),
            Code::Int(n) => n.to_string(),
            Code::Raw(text) => text,
            other => format!("{other:?}"),
        };
        let (start, end) = (new.at.start(), new.at.end());
        Some(format!("{}{code}{}", &expression[..start], &expression[end..]))
    }

    #[test]
    fn the_default_follows_how_the_text_is_read() {
        let os = r#"os.environ.get("X", "True")"#;
        for (expression, wanted, expected) in [
            (r#"os.environ.get("X", "True") == "True""#, false, r#"os.environ.get("X", "False") == "True""#),
            (r#"os.environ.get("X", "True") != "True""#, true, r#"os.environ.get("X", "False") != "True""#),
            (
                r#"os.environ.get("X", "True").lower() in ("yes", "1")"#,
                true,
                r#"os.environ.get("X", "yes").lower() in ("yes", "1")"#,
            ),
            (
                r#"not strtobool(os.environ.get("X", "True"))"#,
                true,
                r#"not strtobool(os.environ.get("X", "False"))"#,
            ),
        ] {
            assert_eq!(changed(expression, os, Some("\"True\""), None, wanted).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_cast_by_the_reader_takes_a_boolean() {
        let text = r#"env.bool("X", default=True)"#;
        assert_eq!(
            changed(text, text, Some("True"), Some("bool"), false).unwrap(),
            r#"env.bool("X", default=False)"#
        );
        let bare = r#"env.bool("X")"#;
        assert_eq!(changed(bare, bare, None, Some("bool"), true).unwrap(), r#"env.bool("X", default=True)"#);
    }

    #[test]
    fn a_missing_default_is_added() {
        let text = r#"os.getenv("X") == "on""#;
        assert_eq!(
            changed(text, r#"os.getenv("X")"#, None, None, true).unwrap(),
            r#"os.getenv("X", "on") == "on""#
        );
    }

    #[test]
    fn an_unknown_helper_gives_nothing() {
        let text = r#"as_flag(os.environ.get("X", "0"))"#;
        assert_eq!(changed(text, r#"os.environ.get("X", "0")"#, Some("\"0\""), None, true), None);
    }
}
