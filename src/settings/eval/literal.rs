//! The value of a text that is a Python literal.

use std::rc::Rc;

use super::val::{Seq, V, Val};
use super::{Interp, numbers};
use crate::python::ast::{Expr, Number, Stmt, UnaryOp};
use crate::python::parse;

impl Interp<'_> {
    /// `ast.literal_eval(text)`; `None` when it is no literal.
    pub(super) fn literal(&mut self, text: &str) -> Option<Val> {
        let text = text.trim();
        if text.len() > 100_000 {
            return None;
        }
        let module = parse(text);
        match module.body() {
            [Stmt::Expr(stmt)] if module.is_valid() => self.literal_expr(&stmt.value, 0),
            _ => None,
        }
    }

    fn literal_expr(&mut self, expr: &Expr, depth: usize) -> Option<Val> {
        if depth > 50 {
            return None;
        }
        let items = |i: &mut Self, elts: &[Expr]| -> Option<Vec<Val>> {
            elts.iter().map(|e| i.literal_expr(e, depth + 1)).collect()
        };
        Some(match expr {
            Expr::NoneLiteral(_) => Val::new(V::None),
            Expr::BooleanLiteral(literal) => Val::bool(literal.value),
            Expr::StringLiteral(literal) => Val::str(literal.value.to_str()),
            Expr::BytesLiteral(literal) => Val::new(V::Bytes(literal.value.bytes().collect())),
            Expr::NumberLiteral(literal) => match &literal.value {
                Number::Int(int) => match int.as_i64() {
                    Some(n) => Val::new(V::Int(n)),
                    None => numbers::big(&int.to_string()),
                },
                Number::Float(f) => Val::new(V::Float(*f)),
                Number::Complex { .. } => return None,
            },
            Expr::UnaryOp(op) if op.op == UnaryOp::USub && op.operand.is_number_literal_expr() => {
                let val = self.literal_expr(&op.operand, depth + 1)?;
                self.unary(UnaryOp::USub, &val)
            }
            Expr::List(list) => {
                let items = items(self, &list.elts)?;
                self.list(items)
            }
            Expr::Tuple(tuple) => Val::tuple(items(self, &tuple.elts)?),
            Expr::Set(set) => {
                let items = items(self, &set.elts)?;
                self.set_of(Seq { items, rest: None::<Rc<str>> })
            }
            Expr::Dict(dict) => {
                let mut entries = Vec::new();
                for item in &dict.items {
                    let key = self.literal_expr(item.key.as_ref()?, depth + 1)?;
                    entries.push((key, self.literal_expr(&item.value, depth + 1)?));
                }
                self.dict(entries)
            }
            _ => return None,
        })
    }
}
