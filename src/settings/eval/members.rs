//! The attributes that values of builtin types have: asking for any other raises. And `dir`, which lists those of
//! modules, classes and their instances.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::val::{Id, Kind, Name, Seq, V, Val};
use super::{Interp, cause_of};

/// What every class has.
const CLASS: &str = "__class__ __delattr__ __dict__ __dir__ __doc__ __eq__ __format__ __ge__ __getattribute__ \
    __getstate__ __gt__ __hash__ __init__ __init_subclass__ __le__ __lt__ __module__ __ne__ __new__ __reduce__ \
    __reduce_ex__ __repr__ __setattr__ __sizeof__ __str__ __subclasshook__ __weakref__";

const TEXT: &str = "capitalize casefold center count encode endswith expandtabs find format format_map index isalnum \
    isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust \
    lower lstrip maketrans partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip \
    split splitlines startswith strip swapcase title translate upper zfill";
const BYTES: &str = "capitalize center count decode endswith expandtabs find fromhex hex index isalnum isalpha isascii \
    isdigit islower isspace istitle isupper join ljust lower lstrip maketrans partition removeprefix removesuffix \
    replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title translate \
    upper zfill";
const LIST: &str = "append clear copy count extend index insert pop remove reverse sort";
const TUPLE: &str = "count index";
// `move_to_end` is an OrderedDict's, which is kept as a dict.
const DICT: &str = "clear copy fromkeys get items keys move_to_end pop popitem setdefault update values";
const SET: &str = "add clear copy difference difference_update discard intersection intersection_update isdisjoint \
    issubset issuperset pop remove symmetric_difference symmetric_difference_update union update";
const INT: &str = "as_integer_ratio bit_count bit_length conjugate denominator from_bytes imag numerator real to_bytes \
    is_integer";
const FLOAT: &str = "as_integer_ratio conjugate fromhex hex imag is_integer real";

impl Interp<'_> {
    /// The sorted names of `dir()` and `dir(value)`: those of a class are its bases' too.
    pub(super) fn dir(&mut self, val: Option<&Val>) -> Val {
        let (mut names, mut rest) = (BTreeSet::new(), None);
        match val.map(|v| &v.v) {
            None => self.names_in(self.frame_ref().scope, &mut names, &mut rest),
            Some(V::Module(id)) => {
                self.names_in(self.modules[*id as usize].scope, &mut names, &mut rest);
            }
            Some(V::Class(class)) => self.names_of_class(*class, &mut names, &mut rest),
            Some(V::Instance(id)) => {
                self.names_in(*id, &mut names, &mut rest);
                if let Some(Kind::Instance { class, .. }) = self.heap.get(*id).map(|object| &object.kind) {
                    self.names_of_class(*class, &mut names, &mut rest);
                }
            }
            Some(other) => return Val::unknown(cause_of(&Val::new(other.clone()))),
        }
        self.list_of(Seq { items: names.iter().map(|name| Val::str(name)).collect(), rest })
    }

    fn names_in(&self, scope: Id, names: &mut BTreeSet<Name>, rest: &mut Option<Rc<str>>) {
        let Some(scope) = self.scope(scope) else { return };
        names.extend(scope.vars.keys().cloned());
        if rest.is_none() {
            rest.clone_from(&scope.open);
        }
    }

    fn names_of_class(&self, class: u32, names: &mut BTreeSet<Name>, rest: &mut Option<Rc<str>>) {
        names.extend(CLASS.split(' ').map(Name::from));
        for &class in &self.classes[class as usize].mro {
            let def = &self.classes[class as usize];
            self.names_in(def.scope, names, rest);
            let outside = def.external.iter().find(|base| &***base != "object");
            if let Some(cause) = &def.opaque {
                rest.get_or_insert_with(|| cause.clone());
            } else if let Some(base) = outside {
                rest.get_or_insert_with(|| format!("{} inherits names from {base}", def.name).into());
            }
        }
    }
}

/// Whether a value of a builtin type has an attribute; `None` for values of other types.
pub(super) fn has(val: &Val, name: &str) -> Option<bool> {
    let known = match &val.v {
        V::Str(_) | V::Parts(_) => TEXT,
        V::Bytes(_) => BYTES,
        V::List(_) => LIST,
        V::Tuple(_) => TUPLE,
        V::Dict(_) => DICT,
        V::Set(_) => SET,
        V::Int(_) | V::BigInt(_) | V::Bool(_) => INT,
        V::Float(_) => FLOAT,
        V::None => "",
        _ => return None,
    };
    Some(name.starts_with("__") || known.split(' ').any(|k| k == name))
}
