//! What an unknown text cannot be on the way that runs: past `if name in known: raise`, inside `if name.startswith(…)`
//! or `if not hasattr(module, name)`. Where such a text names what is set (`setattr(module, name, …)`), names that it
//! cannot be stay known. A fact holds for one value, from its condition to where another way joins.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::havoc::Names;
use super::val::{Id, Name, Unk, V, Val};
use super::{Interp, taint};
use crate::python::ast::{BoolOp, CmpOp, Expr, ExprCall, UnaryOp};
use crate::python::visitor::Visitor as _;

/// How deep conditions are read.
const MAX_DEPTH: usize = 8;
/// Of so many names of a condition facts are kept.
const MAX_NAMES: usize = 16;
/// So many facts are kept at once.
const MAX_FACTS: usize = 64;

/// A condition about one text.
enum Rule {
    /// It is one of these; with `true` there may be more of them.
    Among(FxHashSet<Rc<str>>, bool),
    Begins(Vec<Rc<str>>),
    Ends(Vec<Rc<str>>),
    /// `isupper()`.
    Upper,
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
    /// It cannot be told.
    Open,
}

impl Rule {
    /// Whether the condition holds for this text; `None` when that cannot be told.
    fn holds(&self, text: &str) -> Option<bool> {
        match self {
            Self::Among(texts, open) => match texts.contains(text) {
                true => Some(true),
                false if *open => None,
                false => Some(false),
            },
            Self::Begins(heads) => Some(heads.iter().any(|head| text.starts_with(&**head))),
            Self::Ends(tails) => Some(tails.iter().any(|tail| text.ends_with(&**tail))),
            // What Python takes for a case beyond ASCII is not asked.
            Self::Upper if !text.is_ascii() => None,
            Self::Upper => {
                let lower = text.bytes().any(|b| b.is_ascii_lowercase());
                Some(!lower && text.bytes().any(|b| b.is_ascii_uppercase()))
            }
            Self::Not(rule) => rule.holds(text).map(|holds| !holds),
            Self::All(rules) => joined(rules, text, false),
            Self::Any(rules) => joined(rules, text, true),
            Self::Open => None,
        }
    }
}

/// `and`, or with `wanted` `or`.
fn joined(rules: &[Rule], text: &str, wanted: bool) -> Option<bool> {
    let mut sure = true;
    for rule in rules {
        match rule.holds(text) {
            Some(holds) if holds == wanted => return Some(wanted),
            Some(_) => {}
            None => sure = false,
        }
    }
    sure.then_some(!wanted)
}

/// That a condition about a value came out so.
pub(super) struct Fact {
    about: Rc<Unk>,
    rule: Rule,
    holds: bool,
}

impl<'a> Interp<'a> {
    /// The condition came out so on the way that runs now.
    pub(super) fn assume(&mut self, test: &'a Expr, holds: bool) {
        let mut names = Names::default();
        names.visit_expr(test);
        let mut about: Vec<Rc<Unk>> = Vec::new();
        for name in names.0.into_iter().take(MAX_NAMES) {
            if let Some(V::Unknown(unk)) = self.lookup(name).map(|binding| &binding.val.v)
                && unk.candidates.is_empty()
                && !unk.maybe_unset
                && !about.iter().any(|known| Rc::ptr_eq(known, unk))
            {
                about.push(unk.clone());
            }
        }
        for about in about {
            let rule = self.rule(test, &about, 0);
            if !matches!(rule, Rule::Open) && self.facts.len() < MAX_FACTS {
                self.facts.push(Fact { about, rule, holds });
            }
        }
    }

    fn rule(&self, test: &Expr, about: &Rc<Unk>, depth: usize) -> Rule {
        if depth > MAX_DEPTH {
            return Rule::Open;
        }
        match test {
            Expr::UnaryOp(op) if op.op == UnaryOp::Not => {
                Rule::Not(Box::new(self.rule(&op.operand, about, depth + 1)))
            }
            Expr::BoolOp(op) => {
                let rules = op.values.iter().map(|value| self.rule(value, about, depth + 1)).collect();
                if op.op == BoolOp::And { Rule::All(rules) } else { Rule::Any(rules) }
            }
            Expr::Compare(compare) if self.is(&compare.left, about) => {
                let ([op], [right]) = (&*compare.ops, &*compare.comparators) else { return Rule::Open };
                let rule = match op {
                    CmpOp::In | CmpOp::NotIn => self.among(right),
                    CmpOp::Eq | CmpOp::NotEq => match right {
                        Expr::StringLiteral(text) => {
                            Rule::Among(std::iter::once(text.value.to_str().into()).collect(), false)
                        }
                        _ => Rule::Open,
                    },
                    _ => Rule::Open,
                };
                if matches!(op, CmpOp::NotIn | CmpOp::NotEq) { Rule::Not(Box::new(rule)) } else { rule }
            }
            Expr::Call(call) => self.rule_of_call(call, about),
            _ => Rule::Open,
        }
    }

    fn rule_of_call(&self, call: &ExprCall, about: &Rc<Unk>) -> Rule {
        let args = &*call.arguments.args;
        if !call.arguments.keywords.is_empty() {
            return Rule::Open;
        }
        match (&*call.func, args) {
            (Expr::Attribute(method), _) if self.is(&method.value, about) => {
                match (method.attr.as_str(), args) {
                    ("isupper", []) => Rule::Upper,
                    ("startswith", [head]) => texts(head).map_or(Rule::Open, Rule::Begins),
                    ("endswith", [tail]) => texts(tail).map_or(Rule::Open, Rule::Ends),
                    _ => Rule::Open,
                }
            }
            (Expr::Name(function), [Expr::Name(owner), name])
                if function.id.as_str() == "hasattr"
                    && self.lookup("hasattr").is_none()
                    && self.is(name, about) =>
            {
                match self.lookup(&owner.id).map(|binding| &binding.val.v) {
                    Some(V::Module(module)) => self.names_of(self.modules[*module as usize].scope),
                    _ => Rule::Open,
                }
            }
            _ => Rule::Open,
        }
    }

    /// Whether an expression is the name of that very value.
    fn is(&self, expr: &Expr, about: &Rc<Unk>) -> bool {
        let Expr::Name(name) = expr else { return false };
        match self.lookup(&name.id).map(|binding| &binding.val.v) {
            Some(V::Unknown(unk)) => Rc::ptr_eq(unk, about),
            _ => false,
        }
    }

    /// The texts of a collection.
    fn among(&self, collection: &Expr) -> Rule {
        if let Some(texts) = texts(collection) {
            return match collection {
                // `in` looks for a part of a text.
                Expr::StringLiteral(_) => Rule::Open,
                _ => Rule::Among(texts.into_iter().collect(), false),
            };
        }
        match collection {
            Expr::Name(name) => match self.lookup(&name.id).map(|binding| &binding.val) {
                Some(val @ Val { v: V::List(_) | V::Tuple(_) | V::Set(_) | V::Dict(_), .. }) => {
                    let seq = self.elements(val);
                    let open = seq.rest.is_some() || seq.items.iter().any(|item| item.as_str().is_none());
                    Rule::Among(seq.items.iter().filter_map(|item| item.as_str().cloned()).collect(), open)
                }
                _ => Rule::Open,
            },
            Expr::Call(call) if call.arguments.is_empty() => match &*call.func {
                Expr::Name(name) if name.id.as_str() == "globals" && self.lookup("globals").is_none() => {
                    self.frame_ref().chain.last().map_or(Rule::Open, |&scope| self.names_of(scope))
                }
                _ => Rule::Open,
            },
            _ => Rule::Open,
        }
    }

    fn names_of(&self, scope: Id) -> Rule {
        let Some(scope) = self.scope(scope) else { return Rule::Open };
        let surely = scope.vars.iter().filter(|(_, b)| b.val.unk().is_none_or(|unk| !unk.maybe_unset));
        let open = scope.open.is_some() || surely.clone().count() < scope.vars.len();
        Rule::Among(surely.map(|(name, _)| name.clone()).collect(), open)
    }

    /// A name that cannot be told is bound in a namespace: those that it may be become unknown.
    pub(super) fn bind_unclear(&mut self, scope: Id, name: &Val, cause: &Rc<str>) {
        let facts: Vec<&Fact> = match &name.v {
            V::Unknown(unk) => self.facts.iter().filter(|fact| Rc::ptr_eq(&fact.about, unk)).collect(),
            _ => Vec::new(),
        };
        if facts.is_empty() {
            self.open_scope(scope, cause, true);
            return;
        }
        let may_be = |name: &str| {
            !facts.iter().any(|fact| fact.rule.holds(name).is_some_and(|holds| holds != fact.holds))
        };
        let Some(names) = self.scope(scope).map(|scope| scope.vars.keys().cloned().collect::<Vec<Name>>())
        else {
            return;
        };
        let names: Vec<Name> = names.into_iter().filter(|name| may_be(name)).collect();
        let Some(found) = self.scope_mut(scope) else { return };
        found.open.get_or_insert_with(|| cause.clone());
        let mut old = Vec::new();
        for name in names {
            if let Some(binding) = found.vars.get_mut(&name) {
                let next = Val::unknown(cause.clone()).at(binding.val.at);
                old.push(std::mem::replace(&mut binding.val, next));
            }
        }
        for val in old {
            taint::taint(&mut self.heap, &val, cause, 0);
        }
    }

    /// `setattr(owner, name, val)` with a name that cannot be told.
    pub(super) fn set_unclear_attr(&mut self, owner: &Val, name: &Val, cause: &Rc<str>) {
        match &owner.v {
            V::Module(module) => {
                let scope = self.modules[*module as usize].scope;
                self.bind_unclear(scope, name, cause);
            }
            _ => self.taint(owner, cause),
        }
    }
}

/// A text, or the texts of a display.
fn texts(expr: &Expr) -> Option<Vec<Rc<str>>> {
    let of = |elements: &[Expr]| {
        let text = |element: &Expr| match element {
            Expr::StringLiteral(text) => Some(Rc::from(text.value.to_str())),
            _ => None,
        };
        elements.iter().map(text).collect::<Option<Vec<_>>>()
    };
    match expr {
        Expr::StringLiteral(_) => of(std::slice::from_ref(expr)),
        Expr::Tuple(tuple) => of(&tuple.elts),
        Expr::List(list) => of(&list.elts),
        Expr::Set(set) => of(&set.elts),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_cannot_be_told_decides_only_where_the_others_do_not() {
        let one = |text: &str| Rule::Among(std::iter::once(text.into()).collect(), false);
        let both = Rule::All(vec![one("A"), Rule::Open]);
        assert_eq!((both.holds("B"), both.holds("A")), (Some(false), None));
        let either = Rule::Any(vec![one("A"), Rule::Open]);
        assert_eq!((either.holds("A"), either.holds("B")), (Some(true), None));
        assert_eq!(Rule::Not(Box::new(one("A"))).holds("A"), Some(false));
        assert_eq!(Rule::Among(FxHashSet::default(), true).holds("A"), None);
        assert_eq!(
            (Rule::Upper.holds("A_1"), Rule::Upper.holds("_1"), Rule::Upper.holds("Aa")),
            (Some(true), Some(false), Some(false))
        );
    }
}
