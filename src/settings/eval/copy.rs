//! `copy.copy` and `copy.deepcopy`: what is shared inside the original is shared inside the copy.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::Interp;
use super::val::{Id, Kind, Scope, Seq, V, Val};

impl Interp<'_> {
    /// A shallow or deep copy.
    pub(super) fn copy(&mut self, val: &Val, deep: bool) -> Val {
        if deep {
            return self.deep_copy(val, &mut FxHashMap::default(), 0);
        }
        let made = match &val.v {
            V::List(id) => self.seq(*id).cloned().map(|seq| self.list_of(seq)),
            V::Dict(id) => self.dict_obj(*id).cloned().map(|dict| self.dict_of(dict)),
            V::Set(_) => {
                let seq = self.iterate(val);
                Ok(self.set_of(seq))
            }
            V::Instance(_) => self.plain_object(val).map(|(class, attrs)| {
                let kind = Kind::Instance { class, attrs, held: None };
                Val::new(V::Instance(self.alloc(kind)))
            }),
            _ => Ok(val.clone()),
        };
        placed_as(val, made.unwrap_or_else(Val::unknown))
    }

    /// The class and the attributes of an object whose class does not say how it is copied.
    fn plain_object(&self, val: &Val) -> Result<(u32, Scope), Rc<str>> {
        let cause = || Rc::from("a copy of an object");
        let (V::Instance(id), Some(class)) = (&val.v, self.instance_class(val)) else { return Err(cause()) };
        self.object(*id)?;
        let own = ["__copy__", "__deepcopy__", "__getstate__", "__reduce__", "__reduce_ex__", "__setstate__"];
        if self.held(val).is_some() || own.iter().any(|name| self.class_member(class, name).is_some()) {
            return Err(cause());
        }
        Ok((class, self.scope(*id).cloned().ok_or_else(cause)?))
    }

    /// A copy of all that is below. What was the same object before is the same one in the copy.
    fn deep_copy(&mut self, val: &Val, copies: &mut FxHashMap<Id, Val>, depth: usize) -> Val {
        if depth > 32 || self.spend(1).is_err() {
            return Val::unknown("a copy that nests too deeply");
        }
        let id = match &val.v {
            V::List(id) | V::Dict(id) | V::Instance(id) => *id,
            V::Tuple(seq) => {
                let items = seq.items.iter().map(|v| self.deep_copy(v, copies, depth + 1)).collect();
                let made = Val::new(V::Tuple(Rc::new(Seq { items, rest: seq.rest.clone() })));
                return placed_as(val, made);
            }
            _ => return self.copy(val, false),
        };
        if let Some(made) = copies.get(&id) {
            return placed_as(val, made.clone());
        }
        // The empty copy first: what is below may hold the whole.
        let object = match &val.v {
            V::Instance(_) => match self.plain_object(val) {
                Ok(object) => Some(object),
                Err(cause) => return placed_as(val, Val::unknown(cause)),
            },
            _ => None,
        };
        let made = match (&val.v, &object) {
            (V::List(_), _) => self.list(Vec::new()),
            (_, Some((class, _))) => self.new_instance(*class),
            _ => self.dict(Vec::new()),
        };
        copies.insert(id, made.clone());
        let (V::List(new) | V::Dict(new) | V::Instance(new)) = made.v else { return made };
        let filled = match &val.v {
            V::Instance(_) => object.ok_or_else(|| "a copy of an object".into()).map(|(class, mut attrs)| {
                for binding in attrs.vars.values_mut() {
                    binding.val = self.deep_copy(&binding.val.clone(), copies, depth + 1);
                }
                Kind::Instance { class, attrs, held: None }
            }),
            V::List(_) => self.seq(id).cloned().map(|mut seq| {
                seq.items = seq.items.iter().map(|v| self.deep_copy(v, copies, depth + 1)).collect();
                Kind::List(seq)
            }),
            _ => self.dict_obj(id).cloned().map(|mut dict| {
                for (_, value) in dict.entries.values_mut() {
                    *value = self.deep_copy(&value.clone(), copies, depth + 1);
                }
                Kind::Dict(dict)
            }),
        };
        match (filled, self.heap.get_mut(new)) {
            (Ok(kind), Some(object)) => object.kind = kind,
            (Err(cause), Some(object)) => object.tainted = Some(cause),
            _ => {}
        }
        placed_as(val, made)
    }
}

/// The copy stands where the original was written, and hangs on what that hung on.
fn placed_as(val: &Val, made: Val) -> Val {
    Val { at: val.at.or(made.at), ..made }.with_env(&val.env)
}
