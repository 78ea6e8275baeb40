//! The tests of Django's `user_passes_test`: functions of a user, asked with one who did not log in and one who did.

use super::call::Arguments;
use super::{Evaluator, Frame, FrameKind, Path, Situation, Val, find};
use crate::python::ast::{Expr, ExprCall};
use crate::python::{Ranged as _, dotted_name};
use crate::settings::Truth;
use crate::source::Span;

/// The decorator whose argument says whom it lets pass.
pub(crate) const USER_PASSES_TEST: &str = "django.contrib.auth.decorators.user_passes_test";

impl Evaluator<'_> {
    /// Whether the situation's persona passes the `user_passes_test` at this place: an expression after `@`, or an
    /// argument of it. `None` where there is none.
    pub(crate) fn passes_user_test(&self, situation: &Situation, decorator: Span) -> Option<Truth> {
        let tree = self.index.tree(self.sources, decorator.file);
        let expr = find::expression(tree.body(), decorator.text_range())?;
        let call = self.user_test(decorator, expr)?;
        let test = call.arguments.find_argument_value("test_func", 0)?;
        let frame = Frame { situation, file: decorator.file, kind: FrameKind::Module, this: None };
        let answer = self.fresh(|| {
            let mut path = Path::default();
            let test = self.expr(&frame, test, &mut path)?;
            self.invoke(&frame, &test, Arguments::of(vec![Val::User]), &mut path)
        });
        // Who makes it raise does not come in.
        Some(answer.map_or(Truth::No, |answer| answer.truth()))
    }

    fn user_test<'e>(&self, at: Span, expr: &'e Expr) -> Option<&'e ExprCall> {
        let all = match expr {
            Expr::Call(call) => {
                let at = Span::new(at.file, call.func.range());
                let name = dotted_name(&call.func)?;
                if self.library_decorator(at, &name).as_deref() == Some(USER_PASSES_TEST) {
                    return Some(call);
                }
                &*call.arguments.args
            }
            Expr::List(list) => &*list.elts,
            Expr::Tuple(tuple) => &*tuple.elts,
            _ => return None,
        };
        all.iter().find_map(|inner| self.user_test(at, inner))
    }
}
