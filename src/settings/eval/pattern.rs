//! `match` and `ast.literal_eval`.

use super::functions::Args;
use super::raise::{R, Raise};
use super::val::{V, Val};
use super::{Flow, Interp, cause_of};
use crate::python::ast::{Pattern, Singleton, StmtMatch};

impl<'a> Interp<'a> {
    pub(super) fn exec_match(&mut self, stmt: &'a StmtMatch) -> R<Flow> {
        let subject = self.eval(&stmt.subject)?;
        self.match_cases(stmt, 0, &subject)
    }

    fn match_cases(&mut self, stmt: &'a StmtMatch, at: usize, subject: &Val) -> R<Flow> {
        let Some(case) = stmt.cases.get(at) else { return Ok(Flow::Next) };
        let mut answer = self.matches(&case.pattern, subject)?;
        if answer != Some(false)
            && let Some(guard) = &case.guard
        {
            let val = self.eval(guard)?;
            answer = match (answer, self.truth(&val)) {
                (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            };
        }
        let reads = subject.env.clone();
        match answer {
            Some(taken) => {
                self.frame().control.push(reads.clone());
                let flow =
                    if taken { self.exec_block(&case.body) } else { self.match_cases(stmt, at + 1, subject) };
                if !self.frame_ref().is_function || reads.is_empty() {
                    self.frame().control.pop();
                }
                flow
            }
            None => {
                let cause = self.condition_cause(subject, self.span(&*stmt.subject));
                self.either(
                    &cause,
                    &reads,
                    &mut [&mut |i: &mut Self| i.exec_block(&case.body), &mut |i: &mut Self| {
                        i.match_cases(stmt, at + 1, subject)
                    }],
                )
            }
        }
    }

    /// Whether a pattern takes a value; its names are bound.
    fn matches(&mut self, pattern: &'a Pattern, subject: &Val) -> R<Option<bool>> {
        Ok(match pattern {
            Pattern::MatchValue(value) => {
                let val = self.eval(&value.value)?;
                self.equal(&val, subject, 0)
            }
            Pattern::MatchSingleton(single) => match (&single.value, &subject.v) {
                (_, V::Unknown(_)) => None,
                (Singleton::None, V::None) => Some(true),
                (Singleton::True, V::Bool(b)) => Some(*b),
                (Singleton::False, V::Bool(b)) => Some(!*b),
                _ => Some(false),
            },
            Pattern::MatchAs(inner) => {
                let answer = match &inner.pattern {
                    Some(pattern) => self.matches(pattern, subject)?,
                    None => Some(true),
                };
                if answer != Some(false)
                    && let Some(name) = &inner.name
                {
                    self.bind(name, subject.clone(), None, Vec::new());
                }
                answer
            }
            Pattern::MatchOr(or) => {
                let mut sure = Some(false);
                for pattern in &or.patterns {
                    match self.matches(pattern, subject)? {
                        Some(true) if sure == Some(false) => return Ok(Some(true)),
                        Some(false) => {}
                        _ => sure = None,
                    }
                }
                sure
            }
            Pattern::MatchSequence(sequence) => {
                if !matches!(subject.v, V::List(_) | V::Tuple(_)) {
                    return Ok(if subject.is_unknown() { None } else { Some(false) });
                }
                let seq = self.iterate(subject);
                if seq.rest.is_some() || sequence.patterns.iter().any(|p| matches!(p, Pattern::MatchStar(_)))
                {
                    return Ok(None);
                }
                if seq.items.len() != sequence.patterns.len() {
                    return Ok(Some(false));
                }
                let mut all = Some(true);
                for (pattern, item) in sequence.patterns.iter().zip(&seq.items) {
                    match self.matches(pattern, item)? {
                        Some(true) => {}
                        Some(false) => return Ok(Some(false)),
                        None => all = None,
                    }
                }
                all
            }
            _ => None,
        })
    }

    /// `ast.literal_eval` of a known text that is plain data.
    pub(super) fn literal_eval(&mut self, args: &Args) -> R<Val> {
        let Some(val) = args.pos.first() else { return Ok(Val::unknown("nothing to evaluate")) };
        let Some(text) = val.as_str() else {
            if matches!(val.v, V::None | V::Bool(_) | V::Int(_) | V::Float(_) | V::List(_) | V::Dict(_)) {
                return Err(Raise::new("ValueError", "evaluates something that is no text as a literal")
                    .with_env(&val.env));
            }
            let cause = cause_of(val);
            self.may_raise(&cause);
            return Ok(Val::unknown(cause).with_env(&val.env));
        };
        match self.literal(text) {
            Some(made) => Ok(made.with_env(&val.env)),
            None => {
                self.pend(
                    self.heap.clone(),
                    *Raise::new("ValueError", "evaluates a text that is no literal"),
                );
                Ok(Val::unknown("a text that is evaluated as a literal").with_env(&val.env))
            }
        }
    }
}
