//! Values inside the interpreter. Collections, instances and namespaces live on a heap under an id, so that an
//! edit is seen through every name; a heap is cheap to copy, which is how both sides of an unknown condition run.

use std::rc::Rc;

use indexmap::IndexMap;

use crate::settings::{EnvRead, Step};
use crate::source::Span;

pub(super) type Id = u32;
pub(super) type Name = Rc<str>;

pub(super) use super::heap::Heap;

/// The environment reads behind a value.
#[derive(Clone, Debug, Default)]
pub(super) struct Reads(Option<Rc<Vec<EnvRead>>>);

impl Reads {
    pub(super) fn one(read: EnvRead) -> Self {
        Self(Some(Rc::new(vec![read])))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn as_slice(&self) -> &[EnvRead] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }

    /// The same reads, without which the import fails.
    pub(super) fn needed(&self) -> Self {
        Self(self.0.as_ref().map(|reads| {
            Rc::new(reads.iter().map(|r| EnvRead { needed: !r.supplied, ..r.clone() }).collect())
        }))
    }

    /// The same reads as those of a condition: what they give where nothing is set is not what runs under it.
    pub(super) fn of_condition(&self) -> Self {
        let read = |r: &EnvRead| EnvRead { default_at: None, needed: false, ..r.clone() };
        Self(self.0.as_ref().map(|reads| Rc::new(reads.iter().map(read).collect())))
    }

    /// Whether the import fails without one of them.
    pub(super) fn has_needed(&self) -> bool {
        self.as_slice().iter().any(|r| r.needed)
    }

    /// Whether the other's reads are among these, and are `kept` as they are here.
    fn has_all(&self, other: &Self, kept: impl Fn(&EnvRead, &EnvRead) -> bool) -> bool {
        self.is(other)
            || other.as_slice().iter().all(|read| {
                let known = |r: &EnvRead| r.name == read.name && r.at == read.at && kept(r, read);
                self.as_slice().iter().any(known)
            })
    }

    /// The reads of one value or another: the import fails without what both need.
    pub(super) fn either(&self, other: &Self) -> Self {
        if self.is(other) {
            return self.clone();
        }
        let both = self.union(other);
        if !both.has_needed() {
            return both;
        }
        let needs =
            |reads: &Self, read: &EnvRead| reads.as_slice().iter().any(|r| r.needed && r.name == read.name);
        let read =
            |r: &EnvRead| EnvRead { needed: r.needed && needs(self, r) && needs(other, r), ..r.clone() };
        Self(Some(Rc::new(both.as_slice().iter().map(read).collect())))
    }

    /// Whether one value or another reads nothing that these do not.
    pub(super) fn absorbs(&self, other: &Self) -> bool {
        self.has_all(other, |_, _| true) && (!self.has_needed() || self.either(other).0 == self.0)
    }

    /// Both, each read once. Long lists are cut: they are for people.
    pub(super) fn union(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (_, None) => self.clone(),
            (None, Some(_)) => other.clone(),
            (Some(a), Some(b)) if Rc::ptr_eq(a, b) => self.clone(),
            (Some(a), Some(b)) => {
                if self.has_all(other, |own, read| own.needed >= read.needed) {
                    return self.clone();
                }
                let mut all = (**a).clone();
                for read in b.iter() {
                    match all.iter().position(|r| r.name == read.name && r.at == read.at) {
                        Some(at) => all[at].needed |= read.needed,
                        None if all.len() < 32 => all.push(read.clone()),
                        None => {}
                    }
                }
                Self(Some(Rc::new(all)))
            }
        }
    }
}

impl Reads {
    /// Whether both are the same list.
    fn is(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(a), Some(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }
}

/// A value with its place and the reads behind it.
#[derive(Clone, Debug)]
pub(super) struct Val {
    pub v: V,
    pub at: Option<Span>,
    pub env: Reads,
}

impl Val {
    /// Whether both are surely one value made at one place, as far as a look at the outside tells.
    pub(super) fn is(&self, other: &Self) -> bool {
        let same = match (&self.v, &other.v) {
            (V::None, V::None) => true,
            (V::Bool(a), V::Bool(b)) => a == b,
            (V::Int(a), V::Int(b)) => a == b,
            (V::Str(a), V::Str(b)) | (V::Path(a), V::Path(b)) | (V::Ref(a), V::Ref(b)) => Rc::ptr_eq(a, b),
            (V::Tuple(a), V::Tuple(b)) => Rc::ptr_eq(a, b),
            (V::List(a), V::List(b)) | (V::Set(a), V::Set(b)) | (V::Dict(a), V::Dict(b)) => a == b,
            (V::Instance(a), V::Instance(b)) => a == b,
            (V::Module(a), V::Module(b)) | (V::Func(a), V::Func(b)) | (V::Class(a), V::Class(b)) => a == b,
            (V::Lib(a), V::Lib(b)) => Rc::ptr_eq(a, b),
            (V::Unknown(a), V::Unknown(b)) => Rc::ptr_eq(a, b),
            _ => false,
        };
        same && self.at == other.at && self.env.is(&other.env)
    }
}

#[derive(Clone, Debug)]
pub(super) enum V {
    None,
    Ellipsis,
    Bool(bool),
    Int(i64),
    BigInt(Rc<str>),
    Float(f64),
    Str(Rc<str>),
    /// A text of which parts are unknown.
    Parts(Rc<Vec<Option<Rc<str>>>>),
    Bytes(Rc<[u8]>),
    Tuple(Rc<Seq>),
    List(Id),
    Set(Id),
    Dict(Id),
    /// An iterator, a generator, or a view of a dict.
    Iter(Id),
    /// `globals()`, `vars()`, `locals()`: the namespace itself as a dict.
    Namespace(Id),
    /// A module that was evaluated.
    Module(u32),
    /// A function or lambda of the project.
    Func(u32),
    Class(u32),
    Instance(Id),
    /// A method bound to its object, or a builtin method: `(self, name or function)`.
    Bound(Rc<(Val, Callee)>),
    /// Something outside the project, by dotted name; builtins are `builtins.len`.
    Ref(Name),
    Environ,
    /// An object of a modelled library: its class's dotted name and what it was made with.
    Lib(Rc<LibObject>),
    Timedelta(f64),
    Regex(Rc<str>),
    /// An absolute or relative path, as `str()` gives it.
    Path(Rc<str>),
    Lazy(Rc<str>),
    Unknown(Rc<Unk>),
}

#[derive(Clone, Debug)]
pub(super) enum Callee {
    /// A function of the project (its self comes first).
    Func(u32),
    /// A method known by name.
    Method(Name),
}

#[derive(Clone, Debug)]
pub(super) struct Unk {
    pub cause: Rc<str>,
    pub required: bool,
    pub candidates: Vec<Val>,
    /// The name may not be bound at all.
    pub maybe_unset: bool,
    /// A namespace of which it may be any value: who edits it may edit what the namespace holds.
    pub within: Option<Id>,
}

impl Unk {
    /// Anything, for this reason.
    pub(super) fn of(cause: Rc<str>) -> Self {
        Self { cause, required: false, candidates: Vec::new(), maybe_unset: false, within: None }
    }
}

/// What a view of a dict shows.
#[derive(Clone, Copy)]
pub(super) enum View {
    Keys,
    Values,
    Items,
}

/// How far an iterator that runs when it is walked over has come.
#[derive(Clone, Debug)]
pub(super) enum Progress {
    /// It is to run when somebody walks over it.
    Waits,
    /// It ran in this state, and so many of its elements were taken one by one.
    Partly(Rc<Heap>, usize),
    Done,
}

impl Progress {
    /// Whether both have come equally far.
    pub(super) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Waits, Self::Waits) | (Self::Done, Self::Done) => true,
            (Self::Partly(a, n), Self::Partly(b, m)) => Rc::ptr_eq(a, b) && n == m,
            _ => false,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct LibObject {
    pub class: &'static str,
    pub args: Vec<Val>,
    pub kwargs: Vec<(Name, Val)>,
}

impl LibObject {
    pub(super) fn arg(&self, at: usize, name: &str) -> Option<&Val> {
        self.kwargs.iter().find(|(n, _)| &**n == name).map(|(_, v)| v).or_else(|| self.args.get(at))
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Seq {
    pub items: Vec<Val>,
    pub rest: Option<Rc<str>>,
}

/// What makes two dict keys the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    None,
    Int(i64),
    Float(u64),
    Str(Rc<str>),
    Bytes(Rc<[u8]>),
    Tuple(Vec<Self>),
    Other(&'static str, Rc<str>),
}

#[derive(Clone, Debug, Default)]
pub(super) struct DictObj {
    pub entries: IndexMap<Key, (Val, Val), rustc_hash::FxBuildHasher>,
    pub rest: Option<Rc<str>>,
    /// The order of its entries is not known.
    pub shuffled: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct SetObj {
    pub items: IndexMap<Key, Val, rustc_hash::FxBuildHasher>,
    pub rest: Option<Rc<str>>,
    /// A `frozenset`.
    pub frozen: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Binding {
    pub val: Val,
    pub steps: Rc<Vec<(u32, Step)>>,
}

impl Binding {
    /// Whether both surely bind one value by the same steps.
    pub(super) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.steps, &other.steps) && self.val.is(&other.val)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub vars: IndexMap<Name, Binding, rustc_hash::FxBuildHasher>,
    /// Why names may be bound that are not listed.
    pub open: Option<Rc<str>>,
    /// In a call: the names that the function binds, so that no outer one is meant.
    pub locals: Rc<[Name]>,
}

impl Default for Scope {
    fn default() -> Self {
        Self { vars: IndexMap::default(), open: None, locals: Rc::from([]) }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Obj {
    pub kind: Kind,
    /// Edits in place, with their order.
    pub steps: Vec<(u32, Step)>,
    /// Why nothing is known of it any more.
    pub tainted: Option<Rc<str>>,
    /// Its elements are known all the same; only their order is not.
    pub shuffled: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    List(Seq),
    Set(SetObj),
    Dict(DictObj),
    /// What is left to come; a view of a dict can be walked again.
    Iter {
        seq: Seq,
        once: bool,
        progress: Progress,
    },
    Scope(Scope),
    Instance {
        class: u32,
        attrs: Scope,
        /// The collection that it is, where its class inherits from one of Python's.
        held: Option<Val>,
    },
}

impl Val {
    pub(super) fn new(v: V) -> Self {
        Self { v, at: None, env: Reads::default() }
    }

    pub(super) fn str(text: &str) -> Self {
        Self::new(V::Str(text.into()))
    }

    pub(super) fn bool(b: bool) -> Self {
        Self::new(V::Bool(b))
    }

    pub(super) fn unknown(cause: impl Into<Rc<str>>) -> Self {
        Self::untold(cause.into(), false, false)
    }

    /// One of the values of a namespace.
    pub(super) fn unknown_within(cause: Rc<str>, scope: Id) -> Self {
        Self::new(V::Unknown(Rc::new(Unk { within: Some(scope), ..Unk::of(cause) })))
    }

    /// A name that may not be bound at all.
    pub(super) fn maybe_unset(cause: Rc<str>) -> Self {
        Self::untold(cause, false, true)
    }

    pub(super) fn required(cause: impl Into<Rc<str>>) -> Self {
        Self::untold(cause.into(), true, false)
    }

    fn untold(cause: Rc<str>, required: bool, maybe_unset: bool) -> Self {
        Self::new(V::Unknown(Rc::new(Unk { required, maybe_unset, ..Unk::of(cause) })))
    }

    pub(super) fn tuple(items: Vec<Self>) -> Self {
        Self::new(V::Tuple(Rc::new(Seq { items, rest: None })))
    }

    pub(super) fn lib(class: &'static str, args: Vec<Self>, kwargs: Vec<(Name, Self)>) -> Self {
        Self::new(V::Lib(Rc::new(LibObject { class, args, kwargs })))
    }

    #[must_use]
    pub(super) fn at(mut self, at: Option<Span>) -> Self {
        self.at = at;
        self
    }

    #[must_use]
    pub(super) fn with_env(mut self, env: &Reads) -> Self {
        if !env.is_empty() {
            self.env = self.env.union(env);
        }
        self
    }

    pub(super) fn as_str(&self) -> Option<&Rc<str>> {
        match &self.v {
            V::Str(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn as_int(&self) -> Option<i64> {
        match self.v {
            V::Int(n) => Some(n),
            V::Bool(b) => Some(i64::from(b)),
            _ => None,
        }
    }

    pub(super) fn unk(&self) -> Option<&Rc<Unk>> {
        match &self.v {
            V::Unknown(unk) => Some(unk),
            _ => None,
        }
    }

    pub(super) fn is_unknown(&self) -> bool {
        matches!(self.v, V::Unknown(_))
    }

    /// Whether it was asked of something of which not all is known: it may be a value as well as a method.
    pub(super) fn is_attribute(&self) -> bool {
        let V::Bound(bound) = &self.v else { return false };
        matches!((&bound.0.v, &bound.1), (V::Unknown(_) | V::Ref(_) | V::Lib(_), Callee::Method(_)))
    }

    pub(super) fn heap_id(&self) -> Option<Id> {
        match self.v {
            V::List(id) | V::Set(id) | V::Dict(id) | V::Iter(id) | V::Instance(id) => Some(id),
            _ => None,
        }
    }

    /// What makes it the same dict key; `None` when it cannot be told or cannot be hashed.
    pub(super) fn key(&self) -> Option<Key> {
        Some(match &self.v {
            V::None => Key::None,
            V::Bool(b) => Key::Int(i64::from(*b)),
            V::Int(n) => Key::Int(*n),
            #[expect(clippy::float_cmp, reason = "a float that is a whole number hashes as the int")]
            V::Float(f) if f.trunc() == *f && f.abs() < 1e15 => Key::Int(*f as i64),
            V::Float(f) => Key::Float(f.to_bits()),
            V::Str(s) => Key::Str(s.clone()),
            V::Bytes(b) => Key::Bytes(b.clone()),
            V::Tuple(seq) if seq.rest.is_none() && seq.items.len() < 64 => {
                Key::Tuple(seq.items.iter().map(Self::key).collect::<Option<_>>()?)
            }
            V::Ref(name) => Key::Other("ref", name.clone()),
            V::Path(path) => Key::Other("path", path.clone()),
            V::Lazy(text) => Key::Other("lazy", text.clone()),
            V::BigInt(n) => Key::Other("int", n.clone()),
            V::Regex(r) => Key::Other("re", r.clone()),
            V::Timedelta(s) => Key::Other("timedelta", s.to_string().into()),
            V::Func(id) => Key::Other("func", id.to_string().into()),
            V::Class(id) => Key::Other("class", id.to_string().into()),
            V::Instance(id) => Key::Other("instance", id.to_string().into()),
            _ => return None,
        })
    }

    /// The name of the Python type, where it is plain.
    pub(super) fn type_name(&self) -> Option<&'static str> {
        Some(match &self.v {
            V::None => "NoneType",
            V::Ellipsis => "ellipsis",
            V::Bool(_) => "bool",
            V::Int(_) | V::BigInt(_) => "int",
            V::Float(_) => "float",
            V::Str(_) | V::Parts(_) => "str",
            V::Bytes(_) => "bytes",
            V::Tuple(_) => "tuple",
            V::List(_) => "list",
            V::Set(_) => "set",
            V::Dict(_) | V::Namespace(_) => "dict",
            V::Func(_) => "function",
            V::Module(_) => "module",
            V::Timedelta(_) => "timedelta",
            V::Regex(_) => "Pattern",
            V::Path(_) => "PosixPath",
            _ => return None,
        })
    }
}

impl Obj {
    pub(super) fn new(kind: Kind) -> Self {
        Self { kind, steps: Vec::new(), tainted: None, shuffled: false }
    }

    /// How many entries it has.
    pub(super) fn size(&self) -> usize {
        match &self.kind {
            Kind::List(seq) | Kind::Iter { seq, .. } => seq.items.len(),
            Kind::Set(set) => set.items.len(),
            Kind::Dict(dict) => dict.entries.len(),
            Kind::Scope(scope) | Kind::Instance { attrs: scope, .. } => scope.vars.len(),
        }
    }
}
