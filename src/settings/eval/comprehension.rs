//! Comprehensions and generator expressions.

use std::rc::Rc;

use super::raise::R;
use super::val::{DictObj, Reads, Seq, V, Val};
use super::{Flow, Interp, Loop, MAX_ITEMS, View, cause_of};
use crate::python::ast::{Comprehension, Expr, ExprDictComp};

/// What becomes of the order of what a comprehension walks over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// It is the order of the result, so it must be known.
    Needed,
    /// The result says that it is not known.
    Noted,
    /// Nobody cares.
    Any,
}

/// What the rounds of a comprehension give.
#[derive(Default)]
pub(super) struct Comprehended {
    pub seq: Seq,
    /// The reads behind what cannot be told of it.
    pub reads: Reads,
    /// Whether the order of what it walked over is not known.
    pub shuffled: bool,
    /// When whoever walks over it asks for no more.
    until: Option<Until>,
    is_done: bool,
    /// Whether rounds of which nothing is known may be for the same elements as others: not over a mapping or a set.
    repeats: bool,
}

/// Where a generator expression is left by the function that it is handed to.
#[derive(Clone, Copy)]
pub(super) enum Until {
    /// `next`.
    First,
    /// `any`.
    True,
    /// `all`.
    False,
}

impl<'a> Interp<'a> {
    /// A list, or what is walked over like one. Elements that change something do that in the order in which they
    /// come, so of these nothing is known where the order is not.
    pub(super) fn comprehend_list(
        &mut self,
        generators: &'a [Comprehension],
        element: &'a Expr,
        make: impl FnOnce(&mut Self, Seq) -> Val,
    ) -> R<Val> {
        let mut element = |i: &mut Self| i.eval(element);
        let made = match generators {
            [_] => self.comprehend_unordered(generators, Order::Noted, &mut element)?,
            _ => self.comprehend(generators, Order::Needed, &mut element)?,
        };
        let val = make(self, made.seq).with_env(&made.reads);
        if made.shuffled {
            self.shuffle(&val);
        }
        Ok(val)
    }

    /// The elements of a generator expression that runs now, in the frame that it stood in.
    pub(super) fn comprehend_given(
        &mut self,
        generators: &'a [Comprehension],
        given: Val,
        element: &'a Expr,
    ) -> R<Val> {
        self.given = Some(given);
        self.comprehend_list(generators, element, |i: &mut Self, seq| i.iter_of(seq, true))
    }

    /// A dict: of several values with one key, the last one stays.
    pub(super) fn comprehend_dict(&mut self, comp: &'a ExprDictComp) -> R<Val> {
        let made = self.comprehend_unordered(&comp.generators, Order::Any, &mut |i: &mut Self| {
            let key = match &comp.key {
                Some(key) => i.eval(key)?,
                None => Val::unknown("an unpacked comprehension"),
            };
            let value = i.eval(&comp.value)?;
            Ok(Val::tuple(vec![key, value]))
        })?;
        // Rounds of which nothing is known may give any key again, unless these are those of a mapping.
        let again = made.seq.rest.clone().filter(|_| made.repeats || !is_key_of(comp));
        let mut dict = DictObj { shuffled: made.shuffled || again.is_some(), ..DictObj::default() };
        for item in made.seq.items {
            let V::Tuple(pair) = item.v else { continue };
            let [key, value] = pair.items.as_slice() else { continue };
            let known = dict.entries.len();
            let lost = dict.insert(key.clone(), value.clone());
            self.taint_all(&lost, &cause_of(key));
            // Which one comes last, nobody knows.
            let is_unordered = made.shuffled && dict.entries.len() == known;
            if let Some(cause) = again.clone().or_else(|| is_unordered.then(super::unordered::cause)) {
                let lost = dict.insert(key.clone(), Val::unknown(cause.clone()));
                self.taint_all(&lost, &cause);
                self.taint(value, &cause);
            }
        }
        dict.rest = dict.rest.or(made.seq.rest);
        Ok(self.dict_of(dict).with_env(&made.reads))
    }

    /// What the rounds give, where these change nothing. If they do, the order must be known.
    pub(super) fn comprehend_unordered(
        &mut self,
        generators: &'a [Comprehension],
        order: Order,
        element: &mut dyn FnMut(&mut Self) -> R<Val>,
    ) -> R<Comprehended> {
        let (before, first_new) = (self.heap.clone(), self.next_id);
        let given = self.given.clone();
        let made = self.comprehend(generators, order, element)?;
        if made.shuffled && !self.changed_nothing(&before, first_new) {
            self.heap = before;
            self.given = given;
            return self.comprehend(generators, Order::Needed, element);
        }
        Ok(made)
    }

    /// What the rounds of a comprehension give, in order.
    pub(super) fn comprehend(
        &mut self,
        generators: &'a [Comprehension],
        order: Order,
        element: &mut dyn FnMut(&mut Self) -> R<Val>,
    ) -> R<Comprehended> {
        let until = self.until.take();
        // What it walks over first is asked outside; all else does not see the names of a class body.
        let given = match (self.given.take(), generators.first()) {
            (Some(given), _) => Some(given),
            (None, Some(first)) => Some(self.eval(&first.iter)?),
            (None, None) => None,
        };
        let scope = self.new_scope();
        let frame = self.frame();
        let outer = std::mem::replace(&mut frame.scope, scope);
        let outermost = frame.outer.replace(frame.outer.unwrap_or(outer));
        let is_class_body = frame.class.is_some() && !frame.is_function && outermost.is_none();
        let mut chain = vec![scope];
        chain.extend(frame.chain.iter().copied().filter(|&id| !(is_class_body && id == outer)));
        let chain = std::mem::replace(&mut frame.chain, chain);
        let mut out = Comprehended { until, ..Comprehended::default() };
        let facts = self.facts.len();
        let result = self.comprehend_from(generators, given, order, element, &mut out);
        self.facts.truncate(facts);
        let frame = self.frame();
        frame.scope = outer;
        frame.outer = outermost;
        frame.chain = chain;
        result.map(|()| out)
    }

    fn comprehend_from(
        &mut self,
        generators: &'a [Comprehension],
        given: Option<Val>,
        order: Order,
        element: &mut dyn FnMut(&mut Self) -> R<Val>,
        out: &mut Comprehended,
    ) -> R<()> {
        let Some((first, rest)) = generators.split_first() else {
            if out.seq.items.len() >= MAX_ITEMS {
                out.seq.items.clear();
                out.seq.rest = Some("a collection that grows too large".into());
                return Ok(());
            }
            let val = element(self)?;
            out.is_done |= match out.until.filter(|_| !out.shuffled) {
                Some(Until::First) => true,
                Some(Until::True) => self.truth(&val) == Some(true),
                Some(Until::False) => self.truth(&val) == Some(false),
                None => false,
            };
            out.seq.items.push(val);
            return Ok(());
        };
        let iterable = match given {
            Some(given) => given,
            None => self.eval(&first.iter)?,
        };
        let iterable = self.iterable(iterable)?;
        let shuffled = order != Order::Needed && self.unordered(&iterable).is_some();
        out.shuffled |= shuffled;
        let seq = match order {
            Order::Any => self.walk_unordered(&iterable),
            Order::Noted if shuffled => self.walk_unordered(&iterable),
            _ => self.walk(&iterable),
        };
        if !self.is_mapping(&iterable) {
            out.repeats = true;
        }
        let unlisted = seq.rest.clone().filter(|_| !seq.items.is_empty());
        if let Some(cause) = seq.rest {
            out.reads = out.reads.union(&iterable.env);
            out.seq.rest.get_or_insert_with(|| cause.clone());
            self.comprehend_any(generators, &cause, &iterable, element)?;
        }
        'items: for item in seq.items {
            self.spend(1)?;
            let item = item.with_env(&iterable.env);
            self.assign(&first.target, item.clone(), None, Vec::new())?;
            for test in &first.ifs {
                let cond = self.eval(test)?;
                match self.truth(&cond) {
                    Some(true) => {}
                    Some(false) => continue 'items,
                    None => {
                        let cause = cause_of(&cond);
                        out.seq.rest.get_or_insert_with(|| cause.clone());
                        self.taint(&item, &cause);
                        let mut made = Comprehended::default();
                        let mut skip = |_: &mut Self| Ok(Val::new(V::None));
                        self.either_value(&cause, &mut skip, &mut |i: &mut Self| {
                            i.comprehend_from(rest, None, order, element, &mut made)?;
                            i.taint_all(&made.seq.items, &cause);
                            Ok(Val::new(V::None))
                        })?;
                        continue 'items;
                    }
                }
            }
            self.comprehend_from(rest, None, order, element, out)?;
            if out.is_done {
                break;
            }
        }
        if let Some(cause) = unlisted {
            // Those that are not listed may come last, too.
            self.comprehend_any(generators, &cause, &iterable, element)?;
        }
        if shuffled {
            // Functions that the rounds made see the last one.
            self.assign(&first.target, Val::unknown(super::unordered::cause()), None, Vec::new())?;
        }
        Ok(())
    }

    /// Whether no element comes twice, or no key of pairs.
    fn is_mapping(&self, val: &Val) -> bool {
        match val.v {
            V::Dict(_) | V::Set(_) | V::Environ | V::Namespace(_) => true,
            V::Iter(id) => matches!(self.views.get(&id), Some((_, View::Keys | View::Items))),
            _ => false,
        }
    }

    /// The rounds for elements of which nothing is known: they may bind names and edit what they reach.
    fn comprehend_any(
        &mut self,
        generators: &'a [Comprehension],
        cause: &Rc<str>,
        iterable: &Val,
        element: &mut dyn FnMut(&mut Self) -> R<Val>,
    ) -> R<()> {
        let Some((first, rest)) = generators.split_first() else { return Ok(()) };
        self.frame().loops.push(Loop::default());
        let reads = self.deep_reads(iterable);
        let result = self.any_rounds(cause, &reads, &mut |i: &mut Self| {
            i.assign(&first.target, Val::unknown(cause.clone()), None, Vec::new())?;
            for test in &first.ifs {
                let cond = i.eval(test)?;
                if i.truth(&cond) == Some(false) {
                    return Ok(Flow::Next);
                }
            }
            let mut made = Comprehended::default();
            i.comprehend_from(rest, None, Order::Any, element, &mut made)?;
            i.taint_all(&made.seq.items, cause);
            Ok(Flow::Next)
        });
        self.frame().loops.pop();
        result
    }
}

/// Whether the keys of a comprehension are those that it walks over.
fn is_key_of(comp: &ExprDictComp) -> bool {
    let ([only], Some(Expr::Name(key))) = (comp.generators.as_slice(), comp.key.as_deref()) else {
        return false;
    };
    let target = match &only.target {
        Expr::Tuple(tuple) => tuple.elts.first(),
        target => Some(target),
    };
    matches!(target, Some(Expr::Name(name)) if name.id == key.id)
}
