//! `match` and `ast.literal_eval`.

use super::functions::Args;
use super::raise::{R, Raise};
use super::val::{V, Val};
use super::{Flow, Interp, cause_of};
use crate::python::ast::{Identifier, Pattern, Singleton, StmtMatch};
use crate::python::visitor::{self, Visitor};

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
                let patterns = &sequence.patterns;
                if !matches!(subject.v, V::List(_) | V::Tuple(_)) {
                    let is_other = !subject.is_unknown() && subject.type_name().is_some();
                    return Ok(if is_other { Some(false) } else { self.in_doubt(patterns, subject) });
                }
                let seq = self.iterate(subject);
                if seq.rest.is_some() {
                    return Ok(self.in_doubt(patterns, subject));
                }
                let star = patterns.iter().position(|p| matches!(p, Pattern::MatchStar(_)));
                let fits = match star {
                    Some(_) => seq.items.len() + 1 >= patterns.len(),
                    None => seq.items.len() == patterns.len(),
                };
                if !fits {
                    return Ok(Some(false));
                }
                let mut items = seq.items.into_iter();
                let mut pairs = Vec::new();
                for (at, pattern) in patterns.iter().enumerate() {
                    let Pattern::MatchStar(star) = pattern else {
                        pairs.extend(items.next().map(|item| (pattern, item)));
                        continue;
                    };
                    let count = items.len() - (patterns.len() - at - 1);
                    let middle = items.by_ref().take(count).collect();
                    if let Some(name) = &star.name {
                        let list = self.list(middle);
                        self.bind(name, list, None, Vec::new());
                    }
                }
                self.match_all(pairs)?
            }
            Pattern::MatchMapping(mapping) => {
                let parts = || mapping.patterns.iter();
                let (V::Dict(id), false) = (&subject.v, subject.is_unknown()) else {
                    let is_other = matches!(
                        subject.v,
                        V::None
                            | V::Bool(_)
                            | V::Int(_)
                            | V::Float(_)
                            | V::Str(_)
                            | V::List(_)
                            | V::Tuple(_)
                            | V::Set(_)
                    );
                    return Ok(if is_other { Some(false) } else { self.in_doubt(parts(), subject) });
                };
                let dict = match self.dict_obj(*id) {
                    Ok(dict) if dict.rest.is_none() => dict.clone(),
                    _ => return Ok(self.in_doubt(parts(), subject)),
                };
                let mut left = dict.clone();
                let mut pairs = Vec::new();
                for (key, pattern) in mapping.keys.iter().zip(&mapping.patterns) {
                    let Some(key) = self.eval(key)?.key() else { return Ok(self.in_doubt(parts(), subject)) };
                    let Some((_, value)) = left.entries.shift_remove(&key) else { return Ok(Some(false)) };
                    pairs.push((pattern, value));
                }
                let answer = self.match_all(pairs)?;
                if let Some(name) = &mapping.rest {
                    let rest = self.dict_of(left);
                    self.bind(name, rest, None, Vec::new());
                }
                answer
            }
            Pattern::MatchClass(class) => {
                let named = class.arguments.keywords.iter().map(|keyword| &keyword.pattern);
                let parts: Vec<&'a Pattern> = class.arguments.patterns.iter().chain(named).collect();
                let val = self.eval(&class.cls)?;
                match self.is_instance(subject, &val) {
                    Some(true) => {}
                    Some(false) => return Ok(Some(false)),
                    None => return Ok(self.in_doubt(parts, subject)),
                }
                // Python's own types match themselves by their only place.
                let itself =
                    ["bool", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"];
                let is_itself = matches!(&val.v, V::Ref(name) if name.strip_prefix("builtins.").is_some_and(|n| itself.contains(&n)));
                let mut names = Vec::new();
                if is_itself && class.arguments.keywords.is_empty() && parts.len() < 2 {
                    let pairs = parts.into_iter().map(|pattern| (pattern, subject.clone())).collect();
                    return self.match_all(pairs);
                }
                if !class.arguments.patterns.is_empty() {
                    let places = match val.v {
                        V::Class(id) => {
                            self.class_member(id, "__match_args__").map(|args| self.iterate(&args))
                        }
                        _ => None,
                    };
                    match places {
                        Some(seq)
                            if seq.rest.is_none() && seq.items.len() >= class.arguments.patterns.len() =>
                        {
                            names.extend(seq.items.iter().map(|name| name.as_str().cloned()));
                        }
                        _ => return Ok(self.in_doubt(parts, subject)),
                    }
                    names.truncate(class.arguments.patterns.len());
                }
                names.extend(
                    class.arguments.keywords.iter().map(|keyword| Some(keyword.attr.as_str().into())),
                );
                let mut pairs = Vec::new();
                for (name, pattern) in names.into_iter().zip(&parts) {
                    let V::Instance(_) = subject.v else { return Ok(self.in_doubt(parts, subject)) };
                    let Some(name) = name else { return Ok(self.in_doubt(parts, subject)) };
                    match self.get_attr(subject, &name) {
                        Ok(value) => pairs.push((*pattern, value)),
                        Err(raise) if raise.classes.iter().any(|class| &**class == "AttributeError") => {
                            return Ok(Some(false));
                        }
                        Err(raise) => return Err(raise),
                    }
                }
                self.match_all(pairs)?
            }
            Pattern::MatchStar(_) => None,
        })
    }

    /// Whether all patterns take their values.
    fn match_all(&mut self, pairs: Vec<(&'a Pattern, Val)>) -> R<Option<bool>> {
        let mut all = Some(true);
        for (pattern, item) in pairs {
            match self.matches(pattern, &item)? {
                Some(true) => {}
                Some(false) => return Ok(Some(false)),
                None => all = None,
            }
        }
        Ok(all)
    }

    /// Whether patterns take the parts of a value cannot be told; if they do, their names are bound to something.
    fn in_doubt(&mut self, patterns: impl IntoIterator<Item = &'a Pattern>, subject: &Val) -> Option<bool> {
        struct Bound<'a>(Vec<&'a str>);
        impl<'a> Visitor<'a> for Bound<'a> {
            fn visit_pattern(&mut self, pattern: &'a Pattern) {
                let name = match pattern {
                    Pattern::MatchAs(inner) => inner.name.as_ref(),
                    Pattern::MatchStar(star) => star.name.as_ref(),
                    Pattern::MatchMapping(mapping) => mapping.rest.as_ref(),
                    _ => None,
                };
                self.0.extend(name.map(Identifier::as_str));
                visitor::walk_pattern(self, pattern);
            }
        }
        let mut bound = Bound(Vec::new());
        for pattern in patterns {
            bound.visit_pattern(pattern);
        }
        for name in bound.0 {
            self.bind(name, Val::unknown(cause_of(subject)), None, Vec::new());
        }
        None
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
