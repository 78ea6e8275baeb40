//! Expressions.

use std::rc::Rc;

use super::val::both;
use super::{Composed, Evaluator, Frame, Outcome, Path, Raised, Val, compare};
use crate::python::Ranged as _;
use crate::python::ast::{self, BoolOp, Expr, UnaryOp};
use crate::settings::Truth;
use crate::source::Span;

/// Longer comprehensions are not followed.
const MAX_ITEMS: usize = 200;

impl Evaluator<'_> {
    /// The value of an expression.
    pub(super) fn expr(&self, frame: &Frame<'_>, expr: &Expr, path: &mut Path) -> Outcome {
        if !self.step() {
            return Ok(Val::unknown("it takes too long to follow"));
        }
        let value = self.deeper(|| self.expression(frame, expr, path));
        value.unwrap_or_else(|| Ok(Val::unknown("it is nested too deep")))
    }

    fn expression(&self, frame: &Frame<'_>, expr: &Expr, path: &mut Path) -> Outcome {
        let at = Span::new(frame.file, expr.range());
        Ok(match expr {
            Expr::NoneLiteral(_) => Val::None,
            Expr::BooleanLiteral(b) => Val::Bool(b.value),
            Expr::StringLiteral(text) => Val::str(text.value.to_str()),
            Expr::NumberLiteral(number) => match &number.value {
                ast::Number::Int(n) => n.as_i64().map_or_else(|| Val::unknown("a large number"), Val::Int),
                _ => Val::unknown("a number"),
            },
            Expr::Name(name) => match self.name(frame, &name.id, at, path) {
                Val::Never => return Err(Raised(Some("UnboundLocalError".into()))),
                value => value,
            },
            Expr::Attribute(attribute) => return self.dotted(frame, attribute, path),
            Expr::List(ast::ExprList { elts, .. }) | Expr::Set(ast::ExprSet { elts, .. }) => {
                Val::List(Rc::new(self.elements(frame, elts, path)?))
            }
            Expr::Tuple(tuple) => Val::Tuple(Rc::new(self.elements(frame, &tuple.elts, path)?)),
            Expr::Dict(dict) => self.dict(frame, dict, path)?,
            Expr::BoolOp(operation) => return self.logic(frame, operation, path),
            Expr::UnaryOp(unary) => {
                let value = self.expr(frame, &unary.operand, path)?;
                match unary.op {
                    UnaryOp::Not => value.map(|v| {
                        let cause = v.cause().unwrap_or_else(|| "it is computed".into());
                        Val::truth_value(!v.truth(), &cause)
                    }),
                    UnaryOp::Invert => value.map(|v| match v {
                        v if compare::is_permission(v) => Val::Composed(Rc::new(Composed::Not(v.clone()))),
                        _ => Val::unknown("it is computed by an operator"),
                    }),
                    UnaryOp::USub => match value {
                        Val::Int(n) => Val::Int(n.wrapping_neg()),
                        _ => Val::unknown("it is computed by an operator"),
                    },
                    UnaryOp::UAdd => value,
                }
            }
            Expr::BinOp(binary) => {
                let left = self.expr(frame, &binary.left, path)?;
                let right = self.expr(frame, &binary.right, path)?;
                match self.own_operators(&left).or_else(|| self.own_operators(&right)) {
                    Some(cause) => Val::Unknown(cause),
                    None => compare::operate(binary.op, &left, &right),
                }
            }
            Expr::Compare(comparison) => self.comparison(frame, comparison, path)?,
            Expr::If(either) => {
                let test = self.expr(frame, &either.test, path)?;
                match test.truth() {
                    Truth::Yes => return self.expr(frame, &either.body, path),
                    Truth::No => return self.expr(frame, &either.orelse, path),
                    Truth::Maybe => {
                        let condition = self.written(Span::new(frame.file, either.test.range()));
                        let yes = never(self.expr(frame, &either.body, path));
                        let no = never(self.expr(frame, &either.orelse, path));
                        let other = both(&"not".into(), &condition).replace("not and ", "not ");
                        Val::either(vec![(condition, yes), (other.into(), no)])
                    }
                }
            }
            Expr::Call(call) => return self.call(frame, call, path),
            Expr::Subscript(subscript) => return self.subscript(frame, subscript, path),
            Expr::ListComp(ast::ExprListComp { elt, generators, .. })
            | Expr::SetComp(ast::ExprSetComp { elt, generators, .. })
            | Expr::Generator(ast::ExprGenerator { elt, generators, .. }) => {
                let mut inside = path.clone();
                let items = self.comprehension(frame, elt, generators, &mut inside)?;
                path.may_raise |= inside.may_raise;
                Val::list(items)
            }
            Expr::Named(named) => {
                let value = self.expr(frame, &named.value, path)?;
                self.assign(frame, &named.target, value.clone(), at, path);
                value
            }
            Expr::Lambda(_) => super::code::lambda(frame, at, path),
            Expr::Starred(starred) => return self.expr(frame, &starred.value, path),
            Expr::Await(_) | Expr::Yield(_) | Expr::YieldFrom(_) => {
                path.may_raise = true;
                Val::unknown("it is computed when it runs")
            }
            Expr::FString(_) => Val::unknown("it is a computed text"),
            _ => Val::unknown("it is computed"),
        })
    }

    fn elements(&self, frame: &Frame<'_>, items: &[Expr], path: &mut Path) -> Result<Vec<Val>, Raised> {
        let mut all = Vec::with_capacity(items.len());
        for item in items {
            let value = self.expr(frame, item, path)?;
            if !item.is_starred_expr() {
                all.push(value);
                continue;
            }
            match value.elements() {
                Some(more) => all.extend(more.to_vec()),
                None => all.push(Val::Rest(value.cause().unwrap_or_else(|| "it is unpacked".into()))),
            }
        }
        Ok(all)
    }

    fn dict(&self, frame: &Frame<'_>, dict: &ast::ExprDict, path: &mut Path) -> Outcome {
        let mut entries: Vec<(Val, Val)> = Vec::new();
        for item in &dict.items {
            let value = self.expr(frame, &item.value, path)?;
            let added = match &item.key {
                Some(key) => vec![(self.expr(frame, key, path)?, value)],
                None => match value {
                    Val::Dict(inner) => inner.to_vec(),
                    _ => return Ok(Val::unknown("a dict holds a computed part")),
                },
            };
            match compare::merged(&entries, &added) {
                Val::Dict(merged) => entries = merged.to_vec(),
                other => return Ok(other),
            }
        }
        if entries.iter().any(|(k, _)| matches!(k, Val::Unknown(_) | Val::Either(_))) {
            return Ok(Val::unknown("a dict has a computed key"));
        }
        Ok(Val::Dict(Rc::new(entries)))
    }

    /// `and` and `or`, with Python's values.
    fn logic(&self, frame: &Frame<'_>, operation: &ast::ExprBoolOp, path: &mut Path) -> Outcome {
        let stop = match operation.op {
            BoolOp::And => Truth::No,
            BoolOp::Or => Truth::Yes,
        };
        let mut open: Vec<(Rc<str>, Val)> = Vec::new();
        let last = operation.values.len() - 1;
        for (position, operand) in operation.values.iter().enumerate() {
            let value = match self.expr(frame, operand, path) {
                Ok(value) => value,
                // Behind an unknown operand it may not come to the exception.
                Err(raised) if open.is_empty() => return Err(raised),
                Err(_) => Val::Never,
            };
            let truth = value.truth();
            let condition = || {
                let written = self.written(Span::new(frame.file, operand.range()));
                if stop == Truth::Yes { written } else { format!("not {written}").into() }
            };
            if position == last || truth == stop || value == Val::Never {
                open.push(("".into(), value));
                break;
            }
            if truth == Truth::Maybe {
                // When it stops here its value has the stopping truth, whatever it is.
                let value = value.map(|v| match v.truth() {
                    Truth::Maybe => {
                        let cause = v.cause().unwrap_or_else(|| "it is part of the object".into());
                        Val::Truth(stop == Truth::Yes, cause)
                    }
                    truth if truth == stop => v.clone(),
                    _ => Val::Never,
                });
                open.push((condition(), value));
            }
        }
        Ok(Val::either(open))
    }

    fn comparison(&self, frame: &Frame<'_>, comparison: &ast::ExprCompare, path: &mut Path) -> Outcome {
        let mut left = self.expr(frame, &comparison.left, path)?;
        let mut result = Truth::Yes;
        for (op, right) in comparison.ops.iter().zip(&comparison.comparators) {
            let right = self.expr(frame, right, path)?;
            let one = match self.user_comparison(frame, *op, &left, &right) {
                Some(truth) => truth,
                None => compare::compare(*op, &left, &right),
            };
            result = result.and(one);
            left = right;
        }
        let written = self.written(Span::new(frame.file, comparison.range()));
        Ok(Val::truth_value(result, &format!("`{written}` is decided when it runs")))
    }

    fn comprehension(
        &self,
        frame: &Frame<'_>,
        element: &Expr,
        generators: &[ast::Comprehension],
        path: &mut Path,
    ) -> Result<Vec<Val>, Raised> {
        let Some((generator, rest)) = generators.split_first() else {
            return Ok(vec![self.expr(frame, element, path)?]);
        };
        let at = Span::new(frame.file, generator.range());
        let over = self.expr(frame, &generator.iter, path)?;
        let Some(items) = over.elements().filter(|i| i.len() <= MAX_ITEMS) else {
            let cause = over.cause().unwrap_or_else(|| "it goes over a computed value".into());
            return Ok(vec![Val::Rest(cause)]);
        };
        let mut all = Vec::new();
        for item in items {
            if let Val::Rest(cause) = item {
                all.push(Val::Rest(cause.clone()));
                continue;
            }
            self.assign(frame, &generator.target, item.clone(), at, path);
            let mut keep = Truth::Yes;
            for test in &generator.ifs {
                keep = keep.and(self.expr(frame, test, path)?.truth());
            }
            match keep {
                Truth::No => {}
                Truth::Yes => all.extend(self.comprehension(frame, element, rest, path)?),
                Truth::Maybe => all.push(Val::Rest("a comprehension has a test that is not decided".into())),
            }
        }
        Ok(all)
    }

    fn subscript(&self, frame: &Frame<'_>, subscript: &ast::ExprSubscript, path: &mut Path) -> Outcome {
        let value = self.expr(frame, &subscript.value, path)?;
        // `Base[Model]` is `Base` to whoever looks an attribute up.
        if let Val::Class(_) = value {
            return Ok(value);
        }
        let key = self.expr(frame, &subscript.slice, path)?;
        match (&value, &key) {
            (Val::Dict(entries), key) => {
                for (k, v) in entries.iter() {
                    match compare::equal(k, key) {
                        Truth::Yes => return Ok(v.clone()),
                        Truth::No => {}
                        Truth::Maybe => {
                            path.may_raise = true;
                            return Ok(Val::unknown("a dict is asked for a computed key"));
                        }
                    }
                }
                Err(Raised(Some("KeyError".into())))
            }
            (Val::List(items) | Val::Tuple(items), Val::Int(n))
                if !items.iter().any(|v| matches!(v, Val::Rest(_))) =>
            {
                let steps = usize::try_from(n.unsigned_abs()).ok();
                let position = steps.and_then(|s| if *n < 0 { items.len().checked_sub(s) } else { Some(s) });
                let item = position.and_then(|p| items.get(p));
                item.cloned().ok_or_else(|| Raised(Some("IndexError".into())))
            }
            (Val::ObjectPart | Val::Object, _) => Ok(Val::ObjectPart),
            _ => {
                path.may_raise = true;
                let cause = value.cause().unwrap_or_else(|| "an element of a computed value".into());
                Ok(Val::Unknown(cause))
            }
        }
    }
}

/// The value on a side way: an exception there is no value.
fn never(outcome: Outcome) -> Val {
    outcome.unwrap_or(Val::Never)
}
