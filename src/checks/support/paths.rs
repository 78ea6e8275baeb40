//! The ways out of a function body: what it returns where that can be reached, whether it ends without a return, and
//! what the truth of a returned expression is. Exceptions that called functions raise are not followed.

use crate::python::ast::{self, Expr, Stmt};
use crate::python::visitor::{self, Visitor};
use crate::settings::Truth;

/// The ways out of a body.
#[derive(Default)]
pub(crate) struct Exits<'a> {
    /// The `return` statements that can be reached, in order.
    pub(crate) returns: Vec<&'a ast::StmtReturn>,
    /// Whether a `raise` or `assert` can be reached.
    pub(crate) raises: bool,
    /// Whether a statement calls something for its effect, which may raise.
    pub(crate) calls: bool,
    /// Whether the end of the body can be reached.
    pub(crate) falls_off: bool,
}

/// Reads a body.
pub(crate) fn exits(body: &[Stmt]) -> Exits<'_> {
    let mut exits = Exits::default();
    exits.falls_off = exits.block(body);
    exits
}

impl<'a> Exits<'a> {
    /// Walks a block; whether its end can be reached. What stands behind a way out is left aside.
    fn block(&mut self, body: &'a [Stmt]) -> bool {
        body.iter().all(|stmt| self.statement(stmt))
    }

    fn statement(&mut self, stmt: &'a Stmt) -> bool {
        match stmt {
            Stmt::Return(ret) => {
                self.returns.push(ret);
                return false;
            }
            Stmt::Raise(_) => {
                self.raises = true;
                return false;
            }
            Stmt::Assert(_) => self.raises = true,
            Stmt::If(branch) => {
                let mut passes = self.block(&branch.body);
                let has_else = branch.elif_else_clauses.iter().any(|c| c.test.is_none());
                for clause in &branch.elif_else_clauses {
                    passes |= self.block(&clause.body);
                }
                return passes || !has_else;
            }
            Stmt::With(with) => {
                // A context manager may swallow an exception.
                return self.block(&with.body);
            }
            Stmt::Try(attempt) => {
                let mut passes = self.block(&attempt.body) && self.block(&attempt.orelse);
                for ast::ExceptHandler::ExceptHandler(handler) in &attempt.handlers {
                    passes |= self.block(&handler.body);
                }
                return self.block(&attempt.finalbody) && passes;
            }
            Stmt::For(each) => {
                self.block(&each.body);
                return self.block(&each.orelse) || leaves_loop(&each.body);
            }
            Stmt::While(repeat) => {
                self.block(&repeat.body);
                let endless = truth(&repeat.test) == Truth::Yes;
                return !endless && self.block(&repeat.orelse) || leaves_loop(&repeat.body);
            }
            Stmt::Match(choice) => {
                let mut passes = false;
                for case in &choice.cases {
                    passes |= self.block(&case.body);
                }
                let whole = choice.cases.iter().any(|c| c.guard.is_none() && c.pattern.is_irrefutable());
                return passes || !whole;
            }
            Stmt::Break(_) | Stmt::Continue(_) => return false,
            Stmt::Expr(expression) => self.calls |= has_call(&expression.value),
            Stmt::Assign(assign) => self.calls |= has_call(&assign.value),
            Stmt::AnnAssign(assign) => self.calls |= assign.value.as_ref().is_some_and(|v| has_call(v)),
            _ => {}
        }
        true
    }
}

/// Whether a loop's body has a `break` of its own.
fn leaves_loop(body: &[Stmt]) -> bool {
    struct Breaks(bool);
    impl<'a> Visitor<'a> for Breaks {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            match stmt {
                Stmt::Break(_) => self.0 = true,
                Stmt::For(_) | Stmt::While(_) | Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
                _ => visitor::walk_stmt(self, stmt),
            }
        }
        fn visit_expr(&mut self, _: &'a Expr) {}
    }
    let mut breaks = Breaks(false);
    breaks.visit_body(body);
    breaks.0
}

/// Whether a call stands in an expression, other than a plain lookup with a default.
fn has_call(expr: &Expr) -> bool {
    struct Calls(bool);
    impl<'a> Visitor<'a> for Calls {
        fn visit_expr(&mut self, expr: &'a Expr) {
            match expr {
                Expr::Call(call) => {
                    let lookup = match &*call.func {
                        Expr::Attribute(function) => function.attr.as_str() == "get",
                        Expr::Name(name) => matches!(name.id.as_str(), "getattr" | "bool" | "str" | "print"),
                        _ => false,
                    };
                    self.0 |= !lookup;
                    visitor::walk_expr(self, expr);
                }
                _ => visitor::walk_expr(self, expr),
            }
        }
    }
    let mut calls = Calls(false);
    calls.visit_expr(expr);
    calls.0
}

/// What the truth of an expression always is; `Maybe` where it depends on something.
pub(crate) fn truth(expr: &Expr) -> Truth {
    match expr {
        Expr::BooleanLiteral(literal) => literal.value.into(),
        Expr::NoneLiteral(_) => Truth::No,
        Expr::StringLiteral(text) => (!text.value.is_empty()).into(),
        Expr::NumberLiteral(number) => match &number.value {
            ast::Number::Int(int) => (int.as_u64() != Some(0)).into(),
            _ => Truth::Maybe,
        },
        Expr::Tuple(tuple) => full(&tuple.elts),
        Expr::List(list) => full(&list.elts),
        Expr::Set(_) | Expr::Lambda(_) | Expr::Generator(_) => Truth::Yes,
        Expr::UnaryOp(unary) if unary.op == ast::UnaryOp::Not => !truth(&unary.operand),
        Expr::BoolOp(operation) => {
            let mut parts = operation.values.iter().map(truth);
            let decides = match operation.op {
                ast::BoolOp::Or => Truth::Yes,
                ast::BoolOp::And => Truth::No,
            };
            if parts.clone().any(|t| t == decides) {
                decides
            } else if parts.all(|t| t == !decides) {
                !decides
            } else {
                Truth::Maybe
            }
        }
        Expr::If(either) => {
            let (left, right) = (truth(&either.body), truth(&either.orelse));
            if left == right { left } else { Truth::Maybe }
        }
        _ => Truth::Maybe,
    }
}

/// The truth of a display: full when one element is sure to be there.
fn full(elements: &[Expr]) -> Truth {
    if elements.is_empty() {
        Truth::No
    } else if elements.iter().all(Expr::is_starred_expr) {
        Truth::Maybe
    } else {
        Truth::Yes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::parse;

    fn read(body: &str) -> (usize, bool, bool) {
        let indented = body.replace('\n', "\n    ");
        let tree = parse(&format!("def f(self):\n    {indented}\n"));
        let [Stmt::FunctionDef(function)] = tree.body() else { panic!("{body}") };
        let exits = exits(&function.body);
        (exits.returns.len(), exits.falls_off, exits.raises)
    }

    #[test]
    fn ways_out_are_those_that_can_be_reached() {
        for (body, expected) in [
            ("return True", (1, false, false)),
            ("return True\nreturn False", (1, false, false)),
            ("if x:\n    return True", (1, true, false)),
            ("if x:\n    return True\nelse:\n    raise E", (1, false, true)),
            ("try:\n    return a()\nexcept E:\n    return None", (2, false, false)),
            ("while True:\n    if x: return 1", (1, false, false)),
            ("while True:\n    break", (0, true, false)),
            ("for x in y:\n    return x\nreturn None", (2, false, false)),
            ("with x:\n    return 1", (1, false, false)),
            ("match x:\n    case 1:\n        return 1\n    case _:\n        return 2", (2, false, false)),
            ("match x:\n    case 1:\n        return 1", (1, true, false)),
            ("def g():\n    return 1", (0, true, false)),
        ] {
            assert_eq!(read(body), expected, "{body}");
        }
    }

    #[test]
    fn truth_that_does_not_depend() {
        for (text, expected) in [
            ("x or True", Truth::Yes),
            ("x and False", Truth::No),
            ("not []", Truth::Yes),
            ("(a, b)", Truth::Yes),
            ("x", Truth::Maybe),
            ("True if x else True", Truth::Yes),
            ("True if x else False", Truth::Maybe),
            ("lambda: False", Truth::Yes),
            ("[*a]", Truth::Maybe),
        ] {
            let tree = parse(text);
            let [Stmt::Expr(statement)] = tree.body() else { panic!("{text}") };
            assert_eq!(truth(&statement.value), expected, "{text}");
        }
    }
}
