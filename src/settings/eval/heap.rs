//! The interpreter's objects by id, as a tree of shared nodes: every branch of an unknown condition starts from a copy,
//! so copying must cost next to nothing, and so must finding what two copies do not share.

use std::rc::Rc;

use super::val::{Id, Obj};

/// How many parts a node has.
const WIDTH: usize = 32;
/// How many entries are compared in the time of a step.
const ENTRIES_A_STEP: u64 = 12;

type Leaf = Vec<Option<Rc<Obj>>>;
type Branch = Vec<Rc<Leaf>>;
type Limb = Vec<Rc<Branch>>;

/// The objects, by id. Copies share what neither side has written. Ids may leave wide gaps.
#[derive(Clone, Debug, Default)]
pub(super) struct Heap {
    limbs: Vec<Rc<Limb>>,
}

/// Where the object of an id lies: the limb, the branch in it, the leaf in that, the place in that.
fn place(id: Id) -> (usize, usize, usize, usize) {
    let id = id as usize;
    let (leaf, branch) = (id / WIDTH, id / (WIDTH * WIDTH));
    (branch / WIDTH, branch % WIDTH, leaf % WIDTH, id % WIDTH)
}

/// The part of a node at a place, made where it is missing.
fn part<T: Clone>(parts: &mut Vec<Rc<T>>, at: usize, empty: impl Fn() -> T) -> &mut T {
    if parts.len() <= at {
        parts.resize_with(at + 1, || Rc::new(empty()));
    }
    Rc::make_mut(&mut parts[at])
}

impl Heap {
    pub(super) fn get(&self, id: Id) -> Option<&Obj> {
        self.shared(id).map(|obj| &**obj)
    }

    pub(super) fn get_mut(&mut self, id: Id) -> Option<&mut Obj> {
        let (limb, branch, leaf, at) = place(id);
        let limb = Rc::make_mut(self.limbs.get_mut(limb)?);
        let branch = Rc::make_mut(limb.get_mut(branch)?);
        let leaf = Rc::make_mut(branch.get_mut(leaf)?);
        let object = leaf.get_mut(at)?.as_mut().map(Rc::make_mut)?;
        // Who changes it leaves nothing known of it.
        object.shuffled = false;
        Some(object)
    }

    /// The object itself, to be kept by another copy too.
    pub(super) fn shared(&self, id: Id) -> Option<&Rc<Obj>> {
        let (limb, branch, leaf, at) = place(id);
        self.limbs.get(limb)?.get(branch)?.get(leaf)?.get(at)?.as_ref()
    }

    pub(super) fn put(&mut self, id: Id, obj: Obj) {
        self.share(id, Rc::new(obj));
    }

    /// Takes an object that another copy keeps.
    pub(super) fn share(&mut self, id: Id, obj: Rc<Obj>) {
        let (limb, branch, leaf, at) = place(id);
        let limb = part(&mut self.limbs, limb, Vec::new);
        let branch = part(limb, branch, Vec::new);
        part(branch, leaf, || vec![None; WIDTH])[at] = Some(obj);
    }

    /// Whether both are copies that nobody has written since.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.limbs.len() == other.limbs.len()
            && self.limbs.iter().zip(&other.limbs).all(|(a, b)| Rc::ptr_eq(a, b))
    }

    /// How many steps it takes to compare two heaps, by the entries of the objects that may differ.
    pub(super) fn difference(&self, other: &Self) -> u64 {
        let size = |id: &Id| self.get(*id).or_else(|| other.get(*id)).map_or(1, |obj| obj.size() as u64 + 1);
        self.differing(other).iter().map(size).sum::<u64>() / ENTRIES_A_STEP
    }

    /// The ids whose objects may differ between two heaps, and those that only one has.
    pub(super) fn differing(&self, other: &Self) -> Vec<Id> {
        let mut ids = Vec::new();
        for limb in 0..self.limbs.len().max(other.limbs.len()) {
            let (a, b) = (self.limbs.get(limb), other.limbs.get(limb));
            if is_shared(a, b) {
                continue;
            }
            for branch in 0..WIDTH {
                let (a, b) = (a.and_then(|x| x.get(branch)), b.and_then(|x| x.get(branch)));
                if !is_shared(a, b) {
                    differing_in(a, b, limb * WIDTH + branch, &mut ids);
                }
            }
        }
        ids
    }
}

/// The ids of the branch at a place whose objects may differ.
fn differing_in(a: Option<&Rc<Branch>>, b: Option<&Rc<Branch>>, branch: usize, ids: &mut Vec<Id>) {
    for leaf in 0..WIDTH {
        let (a, b) = (a.and_then(|x| x.get(leaf)), b.and_then(|x| x.get(leaf)));
        if is_shared(a, b) {
            continue;
        }
        for at in 0..WIDTH {
            let (a, b) = (a.and_then(|x| x[at].as_ref()), b.and_then(|x| x[at].as_ref()));
            if !is_shared(a, b) {
                ids.push(((branch * WIDTH + leaf) * WIDTH + at) as Id);
            }
        }
    }
}

/// Whether both are the same node, or both are missing.
fn is_shared<T>(a: Option<&Rc<T>>, b: Option<&Rc<T>>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => Rc::ptr_eq(a, b),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::eval::val::{DictObj, Kind};

    #[test]
    fn copies_differ_only_where_one_was_written() {
        let object = || Obj::new(Kind::Dict(DictObj::default()));
        let mut heap = Heap::default();
        for id in [0, 31, 32, 1023, 1024, 5000, 70_000] {
            heap.put(id, object());
        }
        let mut copy = heap.clone();
        assert!(heap.differing(&copy).is_empty());
        copy.put(5001, object());
        copy.put(1_000_000, object());
        copy.get_mut(1024).unwrap().tainted = Some("changed".into());
        assert_eq!(heap.differing(&copy), [1024, 5001, 1_000_000]);
        assert!(heap.get(1024).unwrap().tainted.is_none() && heap.get(5001).is_none());
    }
}
