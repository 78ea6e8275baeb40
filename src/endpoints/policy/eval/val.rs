//! Values of the evaluator: what matters for policy is exact, all else is unknown with a cause.

use std::rc::Rc;

use crate::index::{ClassId, FunctionId};
use crate::settings::Truth;
use crate::source::{FileId, Span};

/// More alternatives than this are one unknown value.
const MAX_ALTERNATIVES: usize = 16;

/// A value of Python.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Val {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// A small `int`.
    Int(i64),
    /// A `str`.
    Str(Rc<str>),
    /// A `list` (or a set: order and repetition do not matter where sets are used). Elements of unknown number stand as one [`Val::Rest`].
    List(Rc<Vec<Self>>),
    /// A `tuple`.
    Tuple(Rc<Vec<Self>>),
    /// A `dict`, in order.
    Dict(Rc<Vec<(Self, Self)>>),
    /// A class.
    Class(ClassRef),
    /// A permission made of others with `&`, `|`, `~`.
    Composed(Rc<Composed>),
    /// An instance of a class or of a composed permission.
    Instance(Rc<Self>),
    /// A function of the project's module level.
    Function(FunctionId),
    /// Another function of the project: in a class body, in a function, a lambda.
    Code(Rc<Code>),
    /// A function with the object it was looked up on.
    Bound(Rc<(Self, Self)>),
    /// A method of a library class, with its object: the class, the name, the object.
    Inherited(Rc<(Box<str>, Box<str>, Self)>),
    /// A module of the project.
    Module(FileId),
    /// A name of a library that is no known class: a function, a module, a constant.
    Library(Rc<str>),
    /// `super()`: the class behind which the search begins, and the object.
    Super(Rc<(ClassId, Self)>),
    /// The view.
    View,
    /// The request.
    Request,
    /// `request.user`.
    User,
    /// The object of an object permission.
    Object,
    /// Something read from that object.
    ObjectPart,
    /// A manager or a query without rows, such as the groups of nobody.
    Empty,
    /// Elements of unknown number, in a list or tuple; the clause says why.
    Rest(Rc<str>),
    /// A value that cannot be told, but whether it is true.
    Truth(bool, Rc<str>),
    /// One of several, each with its condition.
    Either(Rc<Vec<(Rc<str>, Self)>>),
    /// No value: an exception is raised.
    Never,
    /// It cannot be told; the clause says why.
    Unknown(Rc<str>),
}

/// A class of the project or of a library.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum ClassRef {
    /// Of the project.
    Project(ClassId),
    /// Of a library, by the name under which the table holds it.
    Library(Rc<str>),
}

/// A composed permission.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Composed {
    /// `a & b`.
    And(Val, Val),
    /// `a | b`.
    Or(Val, Val),
    /// `~a`.
    Not(Val),
}

/// A function with a body in the project.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Code {
    /// The `def` statement or the lambda.
    pub at: Span,
    /// The class in whose body it stands.
    pub class: Option<ClassId>,
    /// How it is reached from an object.
    pub kind: CodeKind,
    /// A decorator that may replace it.
    pub opaque: Option<Rc<str>>,
    /// The names of the function in which a lambda was made.
    pub captured: Vec<(Rc<str>, Val)>,
}

/// How a function of a class body is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CodeKind {
    /// With the object as the first argument.
    Method,
    /// The attribute is what it returns.
    Property,
    /// With the class as the first argument.
    ClassMethod,
    /// As it is.
    Static,
}

impl Val {
    pub(crate) fn unknown(cause: impl AsRef<str>) -> Self {
        Self::Unknown(cause.as_ref().into())
    }

    pub(crate) fn str(text: impl AsRef<str>) -> Self {
        Self::Str(text.as_ref().into())
    }

    pub(crate) fn list(items: Vec<Self>) -> Self {
        Self::List(Rc::new(items))
    }

    pub(crate) fn library_class(name: &str) -> Self {
        Self::Class(ClassRef::Library(name.into()))
    }

    /// A value from a three-valued answer.
    pub(crate) fn truth_value(truth: Truth, cause: &str) -> Self {
        match truth {
            Truth::Yes => Self::Bool(true),
            Truth::No => Self::Bool(false),
            Truth::Maybe => Self::unknown(cause),
        }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of a list or tuple.
    pub(crate) fn elements(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) | Self::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// The elements of a list or tuple whose number is known.
    pub(crate) fn exact_elements(&self) -> Option<&[Self]> {
        self.elements().filter(|e| !e.iter().any(|v| matches!(v, Self::Rest(_))))
    }

    /// Why the value, or a part of it, cannot be told.
    pub(crate) fn cause(&self) -> Option<Rc<str>> {
        match self {
            Self::Unknown(cause) | Self::Rest(cause) | Self::Truth(_, cause) => Some(cause.clone()),
            Self::List(items) | Self::Tuple(items) => items.iter().find_map(Self::cause),
            Self::Either(all) => all.iter().find_map(|(_, v)| v.cause()),
            _ => None,
        }
    }

    /// One of several values; equal ones count once.
    pub(crate) fn either(all: Vec<(Rc<str>, Self)>) -> Self {
        let mut kept: Vec<(Rc<str>, Self)> = Vec::new();
        for (when, value) in all {
            let parts = match value {
                Self::Either(inner) => {
                    inner.iter().map(|(w, v)| (both(&when, w), v.clone())).collect::<Vec<_>>()
                }
                value => vec![(when, value)],
            };
            for (when, value) in parts {
                if !kept.iter().any(|(_, v)| *v == value) {
                    kept.push((when, value));
                }
            }
        }
        match kept.len() {
            0 => Self::Never,
            1 => kept.remove(0).1,
            2..=MAX_ALTERNATIVES => Self::Either(Rc::new(kept)),
            _ => Self::unknown("it depends on too many conditions"),
        }
    }

    /// Applies `f` to the value, or to each of several.
    pub(crate) fn map(&self, mut f: impl FnMut(&Self) -> Self) -> Self {
        match self {
            Self::Either(all) => Self::either(all.iter().map(|(w, v)| (w.clone(), f(v))).collect()),
            Self::Never => Self::Never,
            value => f(value),
        }
    }

    /// Python's truth of the value.
    pub(crate) fn truth(&self) -> Truth {
        match self {
            Self::None | Self::Empty => Truth::No,
            Self::Bool(b) | Self::Truth(b, _) => (*b).into(),
            Self::Int(n) => (*n != 0).into(),
            Self::Str(text) => (!text.is_empty()).into(),
            Self::List(items) | Self::Tuple(items) => {
                let surely = items.iter().any(|v| !matches!(v, Self::Rest(_)));
                if surely {
                    Truth::Yes
                } else if items.is_empty() {
                    Truth::No
                } else {
                    Truth::Maybe
                }
            }
            Self::Dict(entries) => (!entries.is_empty()).into(),
            Self::Either(all) => {
                let mut answers = all.iter().map(|(_, v)| v.truth());
                let first = answers.next().unwrap_or(Truth::Maybe);
                if answers.all(|a| a == first) { first } else { Truth::Maybe }
            }
            Self::ObjectPart | Self::Object | Self::Rest(_) | Self::Never | Self::Unknown(_) => Truth::Maybe,
            // A model instance or view may define `__bool__`, but a permission check that relies on it does not exist.
            _ => Truth::Yes,
        }
    }
}

/// Two conditions as one.
pub(crate) fn both(a: &Rc<str>, b: &Rc<str>) -> Rc<str> {
    match (a.is_empty(), b.is_empty()) {
        (true, _) => b.clone(),
        (_, true) => a.clone(),
        _ => format!("{a} and {b}").into(),
    }
}
