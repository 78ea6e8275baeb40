//! Branches, loops, `try` and `match`.

use std::rc::Rc;

use super::stmt::lost;
use super::val::both;
use super::{Bound, End, Ended, Evaluator, Frame, MAX_PATHS, Path, Val};
use crate::python::Ranged as _;
use crate::python::ast::{self, ExceptHandler, Expr, Stmt};
use crate::settings::Truth;
use crate::source::Span;

/// Loops over more elements are not followed.
const MAX_TURNS: usize = 60;

impl Evaluator<'_> {
    pub(super) fn branch(&self, frame: &Frame<'_>, branch: &ast::StmtIf, path: Path) -> Vec<Ended> {
        let mut clauses: Vec<(Option<&Expr>, &[Stmt])> = vec![(Some(&branch.test), &branch.body)];
        clauses.extend(branch.elif_else_clauses.iter().map(|c| (c.test.as_ref(), &c.body[..])));
        let mut ends = Vec::new();
        let mut path = path;
        for (test, body) in clauses {
            let Some(test) = test else {
                ends.extend(self.block(frame, body, path));
                return ends;
            };
            match self.expr(frame, test, &mut path) {
                Err(raised) => {
                    ends.push(Ended { path, end: End::Raise(raised.0) });
                    return ends;
                }
                Ok(value) => match value.truth() {
                    Truth::Yes => {
                        ends.extend(self.block(frame, body, path));
                        return ends;
                    }
                    Truth::No => {}
                    Truth::Maybe => {
                        let condition = self.written(Span::new(frame.file, test.range()));
                        let mut inside = path.clone();
                        inside.when = both(&inside.when, &condition);
                        ends.extend(self.block(frame, body, inside));
                        path.when = both(&path.when, &negated(&condition));
                    }
                },
            }
        }
        ends.push(Ended { path, end: End::Fall });
        ends
    }

    pub(super) fn for_loop(&self, frame: &Frame<'_>, each: &ast::StmtFor, mut path: Path) -> Vec<Ended> {
        let at = Span::new(frame.file, each.range());
        let over = match self.expr(frame, &each.iter, &mut path) {
            Ok(value) => value,
            Err(raised) => return vec![Ended { path, end: End::Raise(raised.0) }],
        };
        let Some(items) = over.exact_elements().filter(|items| items.len() <= MAX_TURNS) else {
            let mut ends = self.block(frame, &each.orelse, path.clone());
            super::targets::forget(&each.body, at, &mut path);
            self.assign(frame, &each.target, Val::unknown("it comes from a loop"), at, &mut path);
            path.when = both(&path.when, &"in a loop".into());
            ends.extend(self.block(frame, &each.body, path).into_iter().map(out_of_loop));
            return ends;
        };
        let mut live = vec![path];
        let mut done = Vec::new();
        for item in items {
            let mut next = Vec::new();
            for mut path in live {
                self.assign(frame, &each.target, item.clone(), at, &mut path);
                for ended in self.block(frame, &each.body, path) {
                    match ended.end {
                        End::Fall | End::Continue => next.push(ended.path),
                        End::Break => done.push(Ended { end: End::Fall, ..ended }),
                        _ => done.push(ended),
                    }
                }
            }
            live = next;
            if live.len() + done.len() > MAX_PATHS {
                return vec![lost("there are too many ways through a loop")];
            }
        }
        for path in live {
            done.extend(self.block(frame, &each.orelse, path));
        }
        done
    }

    /// The body, and each handler wherever the body raises or may raise what it catches.
    pub(super) fn attempt(&self, frame: &Frame<'_>, attempt: &ast::StmtTry, path: &Path) -> Vec<Ended> {
        let at = Span::new(frame.file, attempt.range());
        let outer = path.may_raise;
        let mut inner = path.clone();
        inner.may_raise = false;
        let mut ends = Vec::new();
        let mut caught: Vec<(Path, Option<Rc<str>>)> = Vec::new();
        for mut ended in self.block(frame, &attempt.body, inner) {
            if ended.path.may_raise && !attempt.handlers.is_empty() {
                let mut before = path.clone();
                before.when = both(&ended.path.when, &"an exception is raised".into());
                // One assignment that fails has bound nothing.
                if !matches!(&attempt.body[..], [Stmt::Assign(_)]) {
                    super::targets::forget(&attempt.body, at, &mut before);
                }
                caught.push((before, None));
            }
            ended.path.may_raise |= outer;
            match ended.end {
                End::Raise(name) if !attempt.handlers.is_empty() => caught.push((ended.path, name)),
                End::Fall => ends.extend(self.block(frame, &attempt.orelse, ended.path)),
                _ => ends.push(ended),
            }
        }
        for (path, name) in caught {
            let mut left = true;
            for ExceptHandler::ExceptHandler(handler) in &attempt.handlers {
                let catches = catches(handler.type_.as_deref(), name.as_deref());
                if catches == Truth::No {
                    continue;
                }
                let mut inside = path.clone();
                if let Some(bound) = &handler.name {
                    let value = Val::unknown("it is an exception");
                    inside.locals.insert(bound.as_str().into(), Bound { value, at });
                }
                ends.extend(self.block(frame, &handler.body, inside));
                if catches == Truth::Yes {
                    left = false;
                    break;
                }
            }
            if left {
                ends.push(Ended { path, end: End::Raise(name) });
            }
        }
        if attempt.finalbody.is_empty() {
            return ends;
        }
        let finish = |ended: Ended| {
            let after = self.block(frame, &attempt.finalbody, ended.path);
            let end = ended.end;
            after.into_iter().map(move |a| match a.end {
                End::Fall => Ended { path: a.path, end: end.clone() },
                _ => a,
            })
        };
        ends.into_iter().flat_map(finish).collect()
    }

    pub(super) fn choice(&self, frame: &Frame<'_>, choice: &ast::StmtMatch, mut path: Path) -> Vec<Ended> {
        let at = Span::new(frame.file, choice.range());
        let subject = match self.expr(frame, &choice.subject, &mut path) {
            Ok(value) => value,
            Err(raised) => return vec![Ended { path, end: End::Raise(raised.0) }],
        };
        let mut ends = Vec::new();
        for case in &choice.cases {
            let mut inside = path.clone();
            let mut fits = self.fits(frame, &case.pattern, &subject, at, &mut inside);
            if let Some(guard) = &case.guard {
                let guard = self.expr(frame, guard, &mut inside);
                fits = fits.and(guard.map_or(Truth::Maybe, |v| v.truth()));
            }
            match fits {
                Truth::No => {}
                Truth::Yes => {
                    ends.extend(self.block(frame, &case.body, inside));
                    return ends;
                }
                Truth::Maybe => {
                    let condition = self.written(Span::new(frame.file, case.pattern.range()));
                    inside.when = both(&inside.when, &format!("case {condition}").into());
                    ends.extend(self.block(frame, &case.body, inside));
                }
            }
        }
        ends.push(Ended { path, end: End::Fall });
        ends
    }
}

pub(super) fn out_of_loop(ended: Ended) -> Ended {
    match ended.end {
        End::Break | End::Continue => Ended { end: End::Fall, ..ended },
        _ => ended,
    }
}

/// `return super().dispatch(request, *args, **kwargs)`, or the same in an assignment: nothing else in it can raise.
pub(super) fn is_plain_dispatch(stmt: &Stmt) -> bool {
    let value = match stmt {
        Stmt::Return(ret) => ret.value.as_deref(),
        Stmt::Assign(assign) => Some(&*assign.value),
        _ => None,
    };
    let Some(Expr::Call(call)) = value else { return false };
    let Expr::Attribute(method) = &*call.func else { return false };
    let Expr::Call(base) = &*method.value else { return false };
    let is_super = matches!(&*base.func, Expr::Name(name) if name.id.as_str() == "super");
    let is_name = |e: &Expr| match e {
        Expr::Starred(starred) => starred.value.is_name_expr(),
        other => other.is_name_expr(),
    };
    is_super
        && method.attr.as_str() == "dispatch"
        && call.arguments.args.iter().all(is_name)
        && call.arguments.keywords.iter().all(|k| k.value.is_name_expr())
}

fn negated(condition: &str) -> Rc<str> {
    match condition.strip_prefix("not ") {
        Some(inner) if !inner.contains(" and ") && !inner.contains(" or ") => inner.into(),
        _ if condition.contains(" and ") || condition.contains(" or ") => format!("not ({condition})").into(),
        _ => format!("not {condition}").into(),
    }
}

/// Whether a handler catches an exception, by the last name of its class.
pub(super) fn catches(handler: Option<&Expr>, raised: Option<&str>) -> Truth {
    const LOOKUP: [&str; 2] = ["KeyError", "IndexError"];
    let Some(handler) = handler else { return Truth::Yes };
    if let Expr::Tuple(tuple) = handler {
        return tuple.elts.iter().fold(Truth::No, |t, e| t.or(catches(Some(e), raised)));
    }
    let name = crate::python::dotted_name(handler);
    let Some(name) = name.as_deref().and_then(|n| n.rsplit('.').next()) else { return Truth::Maybe };
    match raised {
        _ if name == "Exception" || name == "BaseException" => {
            if raised.is_some() {
                Truth::Yes
            } else {
                Truth::Maybe
            }
        }
        Some(raised) if raised == name => Truth::Yes,
        Some(raised) if name == "LookupError" && LOOKUP.contains(&raised) => Truth::Yes,
        Some(raised) if LOOKUP.contains(&raised) || raised == "AttributeError" => {
            // Python's own: their bases are known.
            Truth::No
        }
        None | Some(_) => Truth::Maybe,
    }
}
