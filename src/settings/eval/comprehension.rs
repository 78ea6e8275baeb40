//! Comprehensions and generator expressions.

use std::rc::Rc;

use super::raise::R;
use super::val::{Reads, Seq, V, Val};
use super::{Flow, Interp, Loop, MAX_ITEMS, cause_of};
use crate::python::ast::Comprehension;

impl<'a> Interp<'a> {
    /// What the rounds of a comprehension give, in order, and the reads behind what cannot be told of them.
    pub(super) fn comprehend(
        &mut self,
        generators: &'a [Comprehension],
        ordered: bool,
        element: &mut dyn FnMut(&mut Self) -> R<Val>,
    ) -> R<(Seq, Reads)> {
        let scope = self.new_scope();
        let frame = self.frame();
        let outer = std::mem::replace(&mut frame.scope, scope);
        let outermost = frame.outer.replace(frame.outer.unwrap_or(outer));
        frame.chain.insert(0, scope);
        let mut out = (Seq::default(), Reads::default());
        let facts = self.facts.len();
        let result = self.comprehend_from(generators, ordered, element, &mut out);
        self.facts.truncate(facts);
        let frame = self.frame();
        frame.scope = outer;
        frame.outer = outermost;
        frame.chain.remove(0);
        result.map(|()| out)
    }

    fn comprehend_from(
        &mut self,
        generators: &'a [Comprehension],
        ordered: bool,
        element: &mut dyn FnMut(&mut Self) -> R<Val>,
        out: &mut (Seq, Reads),
    ) -> R<()> {
        let Some((first, rest)) = generators.split_first() else {
            if out.0.items.len() >= MAX_ITEMS {
                out.0.items.clear();
                out.0.rest = Some("a collection that grows too large".into());
                return Ok(());
            }
            let val = element(self)?;
            out.0.items.push(val);
            return Ok(());
        };
        let iterable = self.eval(&first.iter)?;
        let seq = if ordered { self.walk(&iterable) } else { self.walk_unordered(&iterable) };
        if let Some(cause) = seq.rest {
            out.1 = out.1.union(&iterable.env);
            out.0.rest.get_or_insert_with(|| cause.clone());
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
                        out.0.rest.get_or_insert_with(|| cause.clone());
                        self.taint(&item, &cause);
                        let mut made = (Seq::default(), Reads::default());
                        let mut skip = |_: &mut Self| Ok(Val::new(V::None));
                        self.either_value(&cause, &mut skip, &mut |i: &mut Self| {
                            i.comprehend_from(rest, ordered, element, &mut made)?;
                            i.taint_all(&made.0.items, &cause);
                            Ok(Val::new(V::None))
                        })?;
                        continue 'items;
                    }
                }
            }
            self.comprehend_from(rest, ordered, element, out)?;
        }
        Ok(())
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
            let mut made = (Seq::default(), Reads::default());
            i.comprehend_from(rest, false, element, &mut made)?;
            i.taint_all(&made.0.items, cause);
            Ok(Flow::Next)
        });
        self.frame().loops.pop();
        result
    }
}
