//! Comprehensions and generator expressions.

use super::raise::R;
use super::val::{Seq, Val};
use super::{Interp, MAX_ITEMS, cause_of};
use crate::python::ast::Comprehension;

impl<'a> Interp<'a> {
    /// What the rounds of a comprehension give, in order.
    pub(super) fn comprehend(
        &mut self,
        generators: &'a [Comprehension],
        ordered: bool,
        element: &mut dyn FnMut(&mut Self) -> R<Val>,
    ) -> R<Seq> {
        let scope = self.new_scope();
        let frame = self.frame();
        let outer = std::mem::replace(&mut frame.scope, scope);
        frame.chain.insert(0, scope);
        let mut out = Seq::default();
        let result = self.comprehend_from(generators, ordered, element, &mut out);
        let frame = self.frame();
        frame.scope = outer;
        frame.chain.remove(0);
        result.map(|()| out)
    }

    fn comprehend_from(
        &mut self,
        generators: &'a [Comprehension],
        ordered: bool,
        element: &mut dyn FnMut(&mut Self) -> R<Val>,
        out: &mut Seq,
    ) -> R<()> {
        let Some((first, rest)) = generators.split_first() else {
            if out.items.len() >= MAX_ITEMS {
                out.items.clear();
                out.rest = Some("a collection that grows too large".into());
                return Ok(());
            }
            let val = element(self)?;
            out.items.push(val);
            return Ok(());
        };
        let iterable = self.eval(&first.iter)?;
        let seq = if ordered { self.walk(&iterable) } else { self.walk_unordered(&iterable) };
        if let Some(cause) = seq.rest {
            out.rest.get_or_insert(cause);
        }
        'items: for item in seq.items {
            self.spend(1)?;
            let item = item.with_env(&iterable.env);
            self.assign(&first.target, item, None, Vec::new())?;
            for test in &first.ifs {
                let cond = self.eval(test)?;
                match self.truth(&cond) {
                    Some(true) => {}
                    Some(false) => continue 'items,
                    None => {
                        out.rest.get_or_insert(cause_of(&cond));
                        continue 'items;
                    }
                }
            }
            self.comprehend_from(rest, ordered, element, out)?;
        }
        Ok(())
    }
}
