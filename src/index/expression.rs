//! Expressions in the small form that policy needs: names, lists of names, calls, and `&`, `|`, `~`, `+`.
//! What does not fit is [`Expression::Other`]; numbers and long texts are not kept.

use crate::python::ast::{self, Expr};
use crate::python::dotted_name;

/// Deeper nesting is cut off as [`Expression::Other`].
const MAX_DEPTH: usize = 16;
/// Longer lists and texts are data, not policy.
const MAX_LEN: usize = 200;

/// The form of an expression, without places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// A short text.
    Str(Box<str>),
    /// `a` or `a.b.c`.
    Name(Box<str>),
    /// `[a, b]`.
    List(Box<[Self]>),
    /// `(a, b)`.
    Tuple(Box<[Self]>),
    /// `{a, b}`.
    Set(Box<[Self]>),
    /// `*a`, in a list, a tuple or a call.
    Starred(Box<Self>),
    /// A dict display.
    Dict,
    /// `a.b(...)`.
    Call(Box<Call>),
    /// `a & b`, `a | b`, `a + b`.
    Binary(Box<(Self, Operator, Self)>),
    /// `~a`.
    Invert(Box<Self>),
    /// `a if test else b`, without the test.
    Either(Box<(Self, Self)>),
    /// Anything else.
    Other,
}

/// A call of a dotted name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// What is called, dotted.
    pub callee: Box<str>,
    /// Positional arguments.
    pub arguments: Box<[Expression]>,
    /// Keyword arguments; an empty name for `**x`.
    pub keywords: Box<[(Box<str>, Expression)]>,
}

/// The operators that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `&`
    And,
    /// `|`
    Or,
    /// `+`
    Add,
}

impl Expression {
    /// The form of `expr`.
    pub fn of(expr: &Expr) -> Self {
        summarise(expr, 0)
    }

    /// The elements of a list, a tuple or a set.
    pub fn elements(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) | Self::Tuple(items) | Self::Set(items) => Some(items),
            _ => None,
        }
    }

    /// All dotted names in it, those of calls too.
    pub fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        let mut todo = vec![self];
        while let Some(expression) = todo.pop() {
            match expression {
                Self::Name(name) => names.push(&**name),
                Self::List(items) | Self::Tuple(items) | Self::Set(items) => todo.extend(items),
                Self::Starred(inner) | Self::Invert(inner) => todo.push(inner),
                Self::Call(call) => {
                    names.push(&*call.callee);
                    todo.extend(&call.arguments);
                    todo.extend(call.keywords.iter().map(|(_, value)| value));
                }
                Self::Binary(parts) => todo.extend([&parts.0, &parts.2]),
                Self::Either(branches) => todo.extend([&branches.0, &branches.1]),
                Self::None | Self::Bool(_) | Self::Str(_) | Self::Dict | Self::Other => {}
            }
        }
        names
    }

    /// The dotted name, when it is one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            _ => None,
        }
    }
}

fn summarise(expr: &Expr, depth: usize) -> Expression {
    if depth > MAX_DEPTH {
        return Expression::Other;
    }
    let inner = |e: &Expr| summarise(e, depth + 1);
    let all = |items: &[Expr]| items.iter().map(inner).collect::<Box<[_]>>();
    match expr {
        Expr::NoneLiteral(_) => Expression::None,
        Expr::BooleanLiteral(b) => Expression::Bool(b.value),
        Expr::StringLiteral(s) if s.value.len() <= MAX_LEN => Expression::Str(s.value.to_str().into()),
        Expr::Name(_) | Expr::Attribute(_) => {
            dotted_name(expr).map_or(Expression::Other, |n| Expression::Name(n.into()))
        }
        Expr::List(list) if list.elts.len() <= MAX_LEN => Expression::List(all(&list.elts)),
        Expr::Tuple(tuple) if tuple.elts.len() <= MAX_LEN => Expression::Tuple(all(&tuple.elts)),
        Expr::Set(set) if set.elts.len() <= MAX_LEN => Expression::Set(all(&set.elts)),
        Expr::Starred(starred) => Expression::Starred(Box::new(inner(&starred.value))),
        Expr::Dict(_) => Expression::Dict,
        Expr::Call(call) => {
            let Some(callee) = dotted_name(&call.func) else { return Expression::Other };
            let keyword = |k: &ast::Keyword| {
                (k.arg.as_ref().map(ast::Identifier::as_str).unwrap_or_default().into(), inner(&k.value))
            };
            Expression::Call(Box::new(Call {
                callee: callee.into(),
                arguments: all(&call.arguments.args),
                keywords: call.arguments.keywords.iter().map(keyword).collect(),
            }))
        }
        Expr::BinOp(binary) => {
            let operator = match binary.op {
                ast::Operator::BitAnd => Operator::And,
                ast::Operator::BitOr => Operator::Or,
                ast::Operator::Add => Operator::Add,
                _ => return Expression::Other,
            };
            Expression::Binary(Box::new((inner(&binary.left), operator, inner(&binary.right))))
        }
        Expr::UnaryOp(unary) if unary.op == ast::UnaryOp::Invert => {
            Expression::Invert(Box::new(inner(&unary.operand)))
        }
        Expr::If(either) => Expression::Either(Box::new((inner(&either.body), inner(&either.orelse)))),
        _ => Expression::Other,
    }
}
