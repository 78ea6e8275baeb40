//! The attributes that values of builtin types have: asking for any other raises. And what asks for attributes and
//! classes by name: `getattr` and `hasattr`, `isinstance`, and `dir`, which lists those of modules, classes and their
//! instances.

use std::collections::BTreeSet;
use std::rc::Rc;

use memchr::memmem;

use super::raise::{R, Raise};
use super::val::{Id, Kind, Name, Seq, V, Val};
use super::{Interp, cause_of};
use crate::python::is_standard_library;

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

impl Interp<'_> {
    /// `getattr(owner, attr, default)`, `hasattr(owner, attr)`.
    pub(super) fn get_attr_by_name(
        &mut self,
        owner: &Val,
        attr: &Val,
        what: &str,
        default: Option<&Val>,
    ) -> R<Val> {
        let val = self.attr_or_default(owner, attr, what, default)?;
        if let (Some(default), Some(unk)) = (default, val.unk())
            && unk.candidates.is_empty()
        {
            let cause = unk.cause.clone();
            self.taint(default, &cause);
        }
        Ok(val)
    }

    fn attr_or_default(&mut self, owner: &Val, attr: &Val, what: &str, default: Option<&Val>) -> R<Val> {
        let Some(name) = attr.as_str().cloned() else {
            let cause = cause_of(attr);
            self.may_raise(&cause);
            if what == "getattr" {
                self.taint_members(owner, &cause);
                if let V::Module(module) = owner.v {
                    return Ok(Val::unknown_within(cause, self.modules[module as usize].scope));
                }
            }
            return Ok(Val::unknown(cause));
        };
        let has = |found: bool| Val::bool(found);
        if what == "hasattr" && &*name == "__module__" && self.module_of(owner).is_some() {
            return Ok(has(true));
        }
        let used = if &*name == "__module__" { None } else { self.used(owner)? };
        let owner = used.as_ref().unwrap_or(owner);
        if let Some(val) = self.routed_getattr(owner, &name, what == "hasattr", default)? {
            return Ok(val);
        }
        if !matches!(owner.v, V::Module(_) | V::Class(_) | V::Instance(_) | V::Unknown(_)) {
            if let (V::Ref(module), "hasattr") = (&owner.v, what) {
                // The standard library's names are there; a package's may be.
                if is_standard_library(module)
                    && let Some(answer) = super::constants::has_attr(module, &name)
                {
                    return Ok(Val::bool(answer));
                }
            }
            if matches!(owner.v, V::Ref(_)) {
                let cause: Rc<str> = "an attribute of a package that is not part of the project".into();
                if what == "getattr" && default.is_none() {
                    self.pend(self.heap.clone(), *Raise::new("AttributeError", cause.clone()));
                }
                return Ok(match (what, default) {
                    ("hasattr", _) => Self::one_of(cause, vec![Val::bool(true), Val::bool(false)]),
                    (_, Some(_)) => Val::unknown(cause),
                    _ => self.get_attr(owner, &name)?,
                });
            }
            match (super::members::has(owner, &name), what, default) {
                (Some(found), "hasattr", _) => return Ok(Val::bool(found)),
                (Some(false), _, Some(default)) => return Ok(default.clone()),
                _ => {}
            }
            if what == "hasattr" {
                return Ok(Self::one_of(cause_of(owner), vec![Val::bool(true), Val::bool(false)]));
            }
            return self.get_attr(owner, &name);
        }
        if let V::Unknown(unk) = &owner.v {
            let cause = unk.cause.clone();
            return Ok(if what == "hasattr" {
                Self::one_of(cause, vec![Val::bool(true), Val::bool(false)])
            } else {
                let candidates = unk.candidates.clone();
                if let [only] = candidates.as_slice() {
                    return self.attr_or_default(only, attr, what, default);
                }
                Val::unknown(cause)
            });
        }
        // A missing attribute is the caller's business here.
        self.tries.push(super::TryFrame {
            handlers: vec![Some(vec!["AttributeError".into()])],
            ..super::TryFrame::default()
        });
        let facts = self.facts.len();
        let result = self.get_attr(owner, &name);
        self.facts.truncate(facts);
        self.tries.pop();
        match (result, what) {
            (Ok(val), "hasattr") => Ok(match &val.v {
                V::Unknown(unk) if unk.candidates.is_empty() || unk.maybe_unset => {
                    Self::one_of(unk.cause.clone(), vec![has(true), has(false)])
                }
                _ => has(true),
            }),
            (Ok(val), _) => {
                if let (Some(unk), Some(default)) = (val.unk(), default)
                    && unk.maybe_unset
                {
                    let mut candidates = unk.candidates.clone();
                    candidates.push(default.clone());
                    return Ok(Self::one_of(unk.cause.clone(), candidates));
                }
                Ok(val)
            }
            (Err(raise), _) if raise.stop || !raise.classes.iter().any(|c| &**c == "AttributeError") => {
                Err(raise)
            }
            (Err(_), "hasattr") => Ok(has(false)),
            (Err(raise), _) => match default {
                Some(default) => Ok(default.clone()),
                None => Err(raise),
            },
        }
    }

    pub(super) fn is_instance(&self, val: &Val, class: &Val) -> Option<bool> {
        match &class.v {
            V::Tuple(seq) => {
                let mut sure = seq.rest.is_none();
                for class in &seq.items {
                    match self.is_instance(val, class) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => sure = false,
                    }
                }
                sure.then_some(false)
            }
            V::Class(id) => self.is_instance_of(val, *id),
            V::Ref(name) => {
                if let Some(answer) = self.is_field_of(val, class).or_else(|| Self::is_pattern_of(val, name))
                {
                    return Some(answer);
                }
                if let V::Class(_) = val.v {
                    return if &**name == "builtins.type" { Some(true) } else { None };
                }
                if let V::Unknown(unk) = &val.v {
                    if unk.candidates.is_empty() {
                        return None;
                    }
                    let mut answers = unk.candidates.iter().map(|c| self.is_instance(c, class));
                    let first = answers.next()??;
                    return answers.all(|a| a == Some(first)).then_some(first);
                }
                let of = self.held(val).unwrap_or(val);
                let own = if self.is_frozen(of) { "frozenset" } else { of.type_name()? };
                let wanted = name.rsplit('.').next().unwrap_or(name);
                Some(match wanted {
                    "object" => true,
                    "ModuleType" => own == "module",
                    "int" => matches!(own, "int" | "bool"),
                    "Path" | "PurePath" | "PosixPath" | "PathLike" => own == "PosixPath",
                    "Iterable" | "Collection" => {
                        matches!(own, "list" | "tuple" | "set" | "frozenset" | "dict" | "str" | "bytes")
                    }
                    "Sequence" => matches!(own, "list" | "tuple" | "str" | "bytes"),
                    "MutableMapping" | "Mapping" => own == "dict",
                    "str" | "list" | "tuple" | "dict" | "float" | "bool" | "bytes" | "set" | "frozenset"
                    | "timedelta" => own == wanted,
                    _ if name.starts_with("builtins.") => own == wanted,
                    _ => match val.v {
                        V::None | V::Bool(_) | V::Int(_) | V::Str(_) | V::Float(_) => false,
                        _ => return None,
                    },
                })
            }
            _ => None,
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
        V::Dict(_) | V::Namespace(_) => DICT,
        V::Set(_) => SET,
        V::Int(_) | V::BigInt(_) | V::Bool(_) => INT,
        V::Float(_) => FLOAT,
        V::None => "",
        _ => return None,
    };
    Some(name.starts_with("__") && name != "__module__" || is_word(known, name))
}

/// Whether a name is one of these words.
fn is_word(words: &str, name: &str) -> bool {
    let is_end = |byte: Option<&u8>| byte.is_none_or(|byte| *byte == b' ');
    let is_whole = |at: usize| {
        is_end(at.checked_sub(1).map(|before| &words.as_bytes()[before]))
            && is_end(words.as_bytes().get(at + name.len()))
    };
    let is_name = !name.is_empty() && !name.contains(' ');
    is_name && memmem::find_iter(words.as_bytes(), name.as_bytes()).any(is_whole)
}
