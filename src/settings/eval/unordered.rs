//! Elements whose order is not known: those of sets, and of the lists, iterators and dicts that come from them. Who does
//! not care about the order knows them all; everybody else sees an object of which nothing is known. A loop over them
//! runs in several orders, and what these leave behind alike is known: between the orders no element keeps its place, and
//! no two keep theirs to each other.

use std::cell::Cell;
use std::rc::Rc;

use super::raise::R;
use super::val::{Heap, Id, Kind, Reads, Seq, V, Val};
use super::{Flow, Interp};
use crate::python::ast::StmtFor;

/// Why nothing is known of what depends on the order.
const ORDER: &str = "the order of a set changes from run to run";
/// The most elements over which a loop runs in several orders.
const MAX_ELEMENTS: usize = 48;
/// Over more it runs in as few orders as part each element from its neighbours, its place and any other.
const MANY: usize = 8;
/// Over so many it runs in every order.
const FEW: usize = 3;
/// How many objects, and links of chains, one round of such a loop may make, and all of them together.
const MAX_ROUND: u32 = 8192;
const MAX_MADE: u32 = 1 << 17;
/// The ids up to which such loops run in several orders: they leave gaps.
const MAX_ID: Id = 1 << 21;
/// How deep such loops nest.
const MAX_NESTED: usize = 1;

/// Why a value that hangs on the order of elements cannot be told.
pub(super) fn cause() -> Rc<str> {
    ORDER.into()
}

/// The orders in which a loop over so many elements runs: all of them where these are few. Of more elements each stands
/// before and behind every other one, first, last, at odd and even places, apart from its neighbours, and of any three
/// of a few more than one is the middle one.
fn orders(count: usize) -> Vec<Vec<usize>> {
    if count <= FEW {
        let mut orders = vec![Vec::new()];
        for next in 0..count {
            let at_each_place = |order: Vec<usize>| {
                (0..=next)
                    .rev()
                    .map(move |at| order[..at].iter().chain([&next]).chain(&order[at..]).copied().collect())
            };
            orders = orders.into_iter().flat_map(at_each_place).collect();
        }
        return orders;
    }
    let backwards: Vec<usize> = (0..count).rev().collect();
    let bits = usize::BITS - (count - 1).leading_zeros();
    // Of many, the loop over which is long, not every three are parted.
    let halves = (0..bits).filter(|bit| *bit == 0 || count <= MANY).map(|bit| {
        let mut order = backwards.clone();
        order.sort_by_key(|at| (at >> bit) & 1);
        order
    });
    let mut orders: Vec<Vec<usize>> = vec![(0..count).collect()];
    orders.extend(halves);
    orders.push(backwards);
    if count <= MANY {
        let mut thirds = orders[0].clone();
        thirds.sort_by_key(|at| (at + 1) % 3);
        orders.push(thirds);
    }
    orders.extend([1, 2].map(|by| (by..count).chain(0..by).collect()));
    orders
}

impl Interp<'_> {
    /// The elements, where they are all known and their order is not.
    pub(super) fn unordered(&self, val: &Val) -> Option<Vec<Val>> {
        let items: Vec<Val> = match &val.v {
            V::Set(id) => match &self.object(*id).ok()?.kind {
                Kind::Set(set) if set.rest.is_none() => set.items.values().cloned().collect(),
                _ => return None,
            },
            V::Iter(id) if let Some((dict, _)) = self.views.get(id) => {
                self.dict_obj(*dict).ok().filter(|dict| dict.shuffled)?;
                self.viewed(*id).filter(|seq| seq.rest.is_none())?.items
            }
            V::List(id) | V::Iter(id) => {
                let object = self.heap.get(*id).filter(|object| object.shuffled)?;
                match &object.kind {
                    Kind::List(seq) | Kind::Iter { seq, .. } if seq.rest.is_none() => seq.items.clone(),
                    _ => return None,
                }
            }
            V::Dict(id) => {
                let dict = self.dict_obj(*id).ok().filter(|dict| dict.shuffled && dict.rest.is_none())?;
                dict.entries.values().map(|(key, _)| key.clone()).collect()
            }
            V::Instance(_) => {
                let held = self.held_without(val, &["__iter__"])?;
                return self.unordered(&held);
            }
            _ => return None,
        };
        (items.len() > 1).then_some(items)
    }

    /// Forgets in which order a list or an iterator holds its elements.
    pub(super) fn shuffle(&mut self, val: &Val) {
        let (V::List(id) | V::Iter(id)) = val.v else { return };
        let Some(object) = self.heap.get_mut(id) else { return };
        if object.tainted.is_none() && object.size() > 1 {
            object.tainted = Some(cause());
            object.shuffled = true;
        }
    }

    /// Whether a loop over such elements runs in several orders.
    pub(super) fn takes_orders(&self, items: &[Val]) -> bool {
        items.len() <= MAX_ELEMENTS && self.shuffled_loops < MAX_NESTED && self.next_id < MAX_ID
    }
}

/// The state before a loop, with the modules imported that its rounds import; none when these hang on the rounds.
pub(super) struct Beforehand {
    state: Option<Heap>,
}

/// The ids of the objects that the rounds of a loop make: in each order a round has the same ones.
#[derive(Clone, Copy)]
struct Ids {
    first: Id,
    /// Likewise for the links of chains.
    seq: u32,
    each: u32,
    rounds: u32,
}

impl Ids {
    fn after(self) -> Id {
        self.first + self.each * self.rounds
    }
}

impl<'a> Interp<'a> {
    /// A loop over elements whose order is not known. `None` when it does more than can be followed.
    pub(super) fn exec_unordered(
        &mut self,
        stmt: &'a StmtFor,
        items: &[Val],
        reads: &Reads,
    ) -> R<Option<Flow>> {
        let before = self.heap.clone();
        let Some(base) = self.import_beforehand(stmt, items)? else {
            self.heap = before;
            return Ok(None);
        };
        self.heap = base.clone();
        let ids = self.ids_for(items);
        let (spilled, last) = (Cell::new(false), Cell::new(ids.after()));
        let mut arms: Vec<Box<dyn FnMut(&mut Self) -> R<Flow> + '_>> = Vec::new();
        for order in orders(items.len()) {
            let (spilled, last) = (&spilled, &last);
            arms.push(Box::new(move |i: &mut Self| {
                let flow = i.run_in_order(stmt, items, &order, ids, spilled);
                last.set(last.get().max(i.next_id));
                flow
            }));
        }
        let returns = self.frame_ref().returns.len();
        self.shuffled_loops += 1;
        let mut runs: Vec<&mut dyn FnMut(&mut Self) -> R<Flow>> =
            arms.iter_mut().map(|arm| &mut **arm as &mut dyn FnMut(&mut Self) -> R<Flow>).collect();
        let result = self.either(&cause(), reads, &mut runs);
        self.shuffled_loops -= 1;
        self.next_id = last.get();
        self.seq = ids.seq + ids.each * ids.rounds;
        if spilled.get() {
            self.heap = base;
            self.frame().returns.truncate(returns);
            return Ok(None);
        }
        result.map(Some)
    }

    fn ids_for(&self, items: &[Val]) -> Ids {
        let rounds = items.len() as u32;
        Ids { first: self.next_id, seq: self.seq, each: (MAX_MADE / rounds).min(MAX_ROUND), rounds }
    }

    /// The rounds in one order; it is noted when one makes more than there are ids for.
    fn run_in_order(
        &mut self,
        stmt: &'a StmtFor,
        items: &[Val],
        order: &[usize],
        ids: Ids,
        spilled: &Cell<bool>,
    ) -> R<Flow> {
        let at = self.span(&*stmt.target);
        let mut rounds = order.iter();
        let end = Cell::new(None);
        let check = |i: &Self| spilled.set(spilled.get() || end.get().is_some_and(|end| i.next_id > end));
        let result = self.run_loop(&stmt.body, &stmt.orelse, &mut |i: &mut Self| {
            check(i);
            let next = rounds.next().filter(|_| !spilled.get());
            let Some(&round) = next else {
                end.set(None);
                i.next_id = ids.after();
                return Ok(false);
            };
            i.next_id = ids.first + ids.each * round as u32;
            i.seq = ids.seq + ids.each * round as u32;
            end.set(Some(i.next_id + ids.each));
            i.assign(&stmt.target, items[round].clone(), at, Vec::new())?;
            Ok(true)
        });
        check(self);
        result
    }

    /// Modules that the rounds import are imported before all of them, so that it does not matter which does it first.
    /// Gives the state from which every order starts, or nothing when an import hangs on what the rounds did before.
    fn import_beforehand(&mut self, stmt: &'a StmtFor, items: &[Val]) -> R<Option<Heap>> {
        let base = self.heap.clone();
        let frame = self.frame_ref();
        let (returns, controls) = (frame.returns.len(), frame.control.len());
        let pending: Vec<usize> = self.tries.iter().map(|frame| frame.pending.len()).collect();
        let order: Vec<usize> = (0..items.len()).collect();
        let ids = self.ids_for(items);
        self.shuffled_loops += 1;
        self.frame().uncertain += 1;
        self.beforehand = Some(Beforehand { state: Some(base) });
        let result = self.run_in_order(stmt, items, &order, ids, &Cell::new(false));
        let base = self.beforehand.take().and_then(|beforehand| beforehand.state);
        self.frame().uncertain -= 1;
        self.shuffled_loops -= 1;
        if let Err(raise) = result
            && raise.stop
        {
            return Err(raise);
        }
        self.frame().returns.truncate(returns);
        self.frame().control.truncate(controls);
        for (frame, pending) in self.tries.iter_mut().zip(pending) {
            frame.pending.truncate(pending);
        }
        // The modules keep the ids that they have.
        self.next_id = self.next_id.max(ids.after());
        self.seq = self.seq.max(ids.seq + ids.each * ids.rounds);
        Ok(base)
    }

    /// A module was imported, which changed this state into the one at hand: that is so in every order.
    pub(super) fn note_import(&mut self, before: &Heap) {
        let Some(base) = self.beforehand.as_mut().and_then(|beforehand| beforehand.state.as_mut()) else {
            return;
        };
        let mut apart = false;
        for id in before.differing(&self.heap) {
            let is_same = match (base.shared(id), before.shared(id)) {
                (Some(a), Some(b)) => Rc::ptr_eq(a, b),
                (None, None) => true,
                _ => false,
            };
            match self.heap.shared(id) {
                Some(object) if is_same => base.share(id, object.clone()),
                _ => apart = true,
            }
        }
        if apart {
            self.beforehand = Some(Beforehand { state: None });
        }
    }

    /// What a comprehension over such elements gives, unless it changes what was there before.
    pub(super) fn changed_nothing(&self, before: &Heap, first_new: Id) -> bool {
        let changed = before.differing(&self.heap);
        changed.into_iter().all(|id| id >= first_new || before.get(id).is_none())
    }

    /// What is left to whoever walks over these: nothing, if they can be walked over once.
    pub(super) fn used_up(&mut self, val: &Val) {
        if let V::Iter(id) = val.v
            && let Some(Kind::Iter { seq, once: true, .. }) = self.heap.get_mut(id).map(|o| &mut o.kind)
        {
            *seq = Seq::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether in each order the same is true.
    fn is_alike<T: PartialEq>(orders: &[Vec<usize>], told: impl Fn(&[usize]) -> T) -> bool {
        let first = told(&orders[0]);
        orders.iter().all(|order| told(order) == first)
    }

    fn place(order: &[usize], element: usize) -> usize {
        order.iter().position(|at| *at == element).expect("each element has a place")
    }

    #[test]
    fn few_elements_stand_in_every_order() {
        for (count, all) in [(2, 2), (3, 6)] {
            let orders: std::collections::BTreeSet<_> = orders(count).into_iter().collect();
            assert_eq!(orders.len(), all);
        }
    }

    #[test]
    fn of_more_nothing_about_places_is_alike_in_all_orders() {
        for count in FEW + 1..=MAX_ELEMENTS {
            let orders = orders(count);
            for order in &orders {
                let mut sorted = order.clone();
                sorted.sort_unstable();
                assert_eq!(sorted, (0..count).collect::<Vec<_>>());
            }
            for a in 0..count {
                assert!(!is_alike(&orders, |order| order[a]), "{count} {a}");
                for modulus in if count <= MANY { 2..4 } else { 2..3 } {
                    assert!(!is_alike(&orders, |order| place(order, a) % modulus), "{count} {a}");
                }
                for b in 0..a {
                    let distance = |order: &[usize]| place(order, a).abs_diff(place(order, b));
                    assert!(!is_alike(&orders, |order| place(order, a) < place(order, b)), "{count} {a} {b}");
                    assert!(orders.iter().any(|order| distance(order) > 1), "{count} {a} {b}");
                    assert!(count > MANY || !is_alike(&orders, distance), "{count} {a} {b}");
                    for c in (0..b).filter(|_| count <= MANY) {
                        let middle = |order: &[usize]| {
                            let mut places = [a, b, c].map(|at| (place(order, at), at));
                            places.sort_unstable();
                            places[1].1
                        };
                        assert!(!is_alike(&orders, middle), "{count} {a} {b} {c}");
                    }
                }
            }
        }
    }
}
