//! A small abstract interpreter for the Python that decides policy: class bodies, module-level lists,
//! `get_permissions` and its like, permission classes.
//!
//! It runs one [`Situation`] at a time: a view, a method and action of it, and a caller. What the situation
//! decides (`self.action == "list"`, `request.user.is_staff`) is exact; a test that it cannot decide is followed on
//! both sides, each with the condition as written. Nothing is guessed: a value that is not exact is unknown.

mod absent;
mod backends;
mod body;
mod builtins;
mod call;
mod changes;
mod code;
mod compare;
mod control;
mod convert;
mod decoration;
mod expr;
mod find;
mod gate;
mod grants;
mod guards;
mod library;
mod lookup;
mod memo;
mod names;
mod spectacular;
mod start;
mod stmt;
mod subject;
mod targets;
mod user_test;
mod val;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rustc_hash::FxHashMap;

pub(crate) use body::Namespace;
pub(crate) use code::conditions;
pub(crate) use convert::{unset, while_unset};
pub(crate) use gate::Visit;
pub(crate) use grants::{Reply, is_safe};
pub(crate) use lookup::{Found, Owner};
pub(crate) use subject::Persona;
pub(crate) use user_test::USER_PASSES_TEST;
pub(crate) use val::{ClassRef, Code, CodeKind, Composed, Val};

use crate::index::{ClassId, Mro, ProjectIndex};
use crate::settings::SettingsModel;
use crate::source::{FileId, Sources, Span};

/// More paths through one body are one unknown outcome.
const MAX_PATHS: usize = 32;
/// Deeper calls are not followed.
const MAX_DEPTH: usize = 60;
/// Longer evaluations are given up.
const MAX_STEPS: u32 = 4_000;

/// The interpreter, with what it has found out already.
pub(crate) struct Evaluator<'a> {
    pub index: &'a ProjectIndex,
    pub settings: Option<&'a SettingsModel>,
    pub sources: &'a Sources,
    /// `None` while the body is being run.
    namespaces: RefCell<FxHashMap<ClassId, Option<Rc<Namespace>>>>,
    /// Whether methods, by their place and the request's method, check the object on every way.
    checking: RefCell<FxHashMap<(Span, Rc<str>), bool>>,
    /// Module-level names whose statements are being run.
    open: RefCell<BTreeSet<(FileId, Rc<str>)>>,
    /// Module-level names as the code at an offset sees them, or all functions do.
    values: RefCell<FxHashMap<Seen, Val>>,
    orders: RefCell<FxHashMap<ClassRef, Rc<Mro>>>,
    /// The names that functions bind themselves.
    bound: RefCell<FxHashMap<Span, Rc<BTreeSet<Rc<str>>>>>,
    /// The names that the functions around a piece of code bind.
    enclosing: RefCell<FxHashMap<Span, Rc<BTreeSet<Rc<str>>>>>,
    /// The middleware that may turn callers away, as far as somebody asked.
    pub gatekeeper: OnceCell<Option<String>>,
    /// Whether some authentication backend grants a permission to nobody.
    backends: OnceCell<crate::settings::Truth>,
    /// The files of apps that change `REST_FRAMEWORK` when the project starts.
    starters: OnceCell<Vec<FileId>>,
    /// What is done to classes outside of their bodies.
    changes: OnceCell<changes::Changes>,
    /// Which authenticators give every request a user.
    authenticators: RefCell<FxHashMap<memo::Authenticator, bool>>,
    /// The bodies of classes that are being run: what they bind is not yet known.
    bodies: Cell<usize>,
    /// What attributes of classes are.
    attributes: RefCell<FxHashMap<ClassRef, FxHashMap<Box<str>, Found>>>,
    /// Whether code gives some object an attribute, by the attribute's name and where the code stands.
    setters: RefCell<FxHashMap<Box<str>, FxHashMap<Span, bool>>>,
    answers: RefCell<FxHashMap<memo::Question, memo::Answers<Reply>>>,
    walks: RefCell<FxHashMap<memo::Walk, memo::Answers<memo::Walked>>>,
    /// What the running question has read from the view; `None` where that is not noted.
    reads: RefCell<Option<Vec<(memo::Read, memo::Given)>>>,
    steps: Cell<u32>,
    /// How many steps one question may take.
    limit: Cell<u32>,
    /// Whether the way to a handler is walked to its end where the project wrote a part of it, or given up early.
    pub walks_far: bool,
    depth: Cell<usize>,
}

/// A module-level name as the code at an offset sees it, or all functions do.
type Seen = (FileId, Rc<str>, Option<u32>);

/// Who calls what.
#[derive(Clone, Default)]
pub(crate) struct Situation {
    /// The view's class; `None` for a view that is no class.
    pub view: Option<ClassRef>,
    /// Attributes that `as_view`, `@action` or decorators put over those of the class.
    pub overrides: Rc<BTreeMap<String, Found>>,
    /// The HTTP method, upper case; `None` when it does not matter.
    pub method: Option<Rc<str>>,
    pub action: Action,
    /// The caller; `None` when it does not matter.
    pub persona: Option<Persona>,
}

/// The action of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Action {
    /// The view has no actions.
    None,
    /// Which one is not known.
    #[default]
    Unknown,
    /// This one.
    Named(Rc<str>),
}

/// A name with its value and the statement that bound it.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub value: Val,
    pub at: Span,
}

/// Where code stands.
#[derive(Clone)]
pub(crate) struct Frame<'s> {
    pub situation: &'s Situation,
    pub file: FileId,
    pub kind: FrameKind,
    /// The first argument of a method.
    pub this: Option<Val>,
}

/// What surrounds the code of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameKind {
    /// Module level: only bindings before the code count.
    Module,
    /// The body of a class.
    Class(ClassId),
    /// A function; the class in whose body it stands, and the statement.
    Function(Option<ClassId>, Span),
}

/// One way through a body.
#[derive(Clone, Default)]
pub(crate) struct Path {
    pub locals: BTreeMap<Rc<str>, Bound>,
    /// Attributes of the view that code has assigned.
    pub state: BTreeMap<Rc<str>, Val>,
    /// The conditions on the way, as written.
    pub when: Rc<str>,
    /// Whether something on the way may have raised an exception.
    pub may_raise: bool,
    /// Whether a function on the way raises one itself, on some of its ways.
    pub raises: bool,
    /// Methods of the library that surely ran on the way.
    pub called: BTreeSet<Rc<str>>,
}

/// How a way ends.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum End {
    /// Behind the last statement.
    Fall,
    /// With a value.
    Return(Val),
    /// With an exception; its class's last name where it is known.
    Raise(Option<Rc<str>>),
    /// With `break`.
    Break,
    /// With `continue`.
    Continue,
}

/// A way and its end.
#[derive(Clone)]
pub(crate) struct Ended {
    pub path: Path,
    pub end: End,
}

/// An exception on the way of an expression.
#[derive(Clone, Debug)]
pub(crate) struct Raised(pub Option<Rc<str>>);

/// The value of an expression.
pub(crate) type Outcome = Result<Val, Raised>;

impl<'a> Evaluator<'a> {
    pub(crate) fn new(
        index: &'a ProjectIndex,
        settings: Option<&'a SettingsModel>,
        sources: &'a Sources,
    ) -> Self {
        Self {
            index,
            settings,
            sources,
            namespaces: RefCell::default(),
            checking: RefCell::default(),
            open: RefCell::default(),
            values: RefCell::default(),
            orders: RefCell::default(),
            bound: RefCell::default(),
            enclosing: RefCell::default(),
            gatekeeper: OnceCell::new(),
            backends: OnceCell::new(),
            starters: OnceCell::new(),
            changes: OnceCell::new(),
            authenticators: RefCell::default(),
            bodies: Cell::new(0),
            attributes: RefCell::default(),
            setters: RefCell::default(),
            answers: RefCell::default(),
            walks: RefCell::default(),
            reads: RefCell::default(),
            steps: Cell::new(0),
            limit: Cell::new(MAX_STEPS),
            walks_far: true,
            depth: Cell::new(0),
        }
    }

    /// Runs a question with a budget of its own, so that its answer does not depend on what was asked before.
    fn fresh<T>(&self, question: impl FnOnce() -> T) -> T {
        let before = self.steps.replace(0);
        let answer = question();
        self.steps.set(before);
        answer
    }

    /// The same with short walks to handlers: what longer ones would tell is unknown.
    pub(crate) fn near(self) -> Self {
        Self { walks_far: false, ..self }
    }

    /// Counts a step; no when the budget is spent.
    fn step(&self) -> bool {
        self.steps.set(self.steps.get() + 1);
        self.steps.get() < self.limit.get()
    }

    /// Asks with a part of the usual budget: for askers who lose little by an answer that is not found.
    pub(crate) fn briefly<T>(&self, part: u32, ask: impl FnOnce() -> T) -> T {
        let before = self.limit.replace(MAX_STEPS / part);
        let answer = ask();
        self.limit.set(before);
        answer
    }

    /// Runs `inner` one level deeper; `None` when it is too deep.
    fn deeper<T>(&self, inner: impl FnOnce() -> T) -> Option<T> {
        if self.depth.get() >= MAX_DEPTH {
            return None;
        }
        self.depth.set(self.depth.get() + 1);
        let result = inner();
        self.depth.set(self.depth.get() - 1);
        Some(result)
    }

    /// Code as a condition: one line, not too long.
    fn written(&self, at: Span) -> Rc<str> {
        const LONG: usize = 80;
        let text = self.sources.slice(at).split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().count() <= LONG {
            return text.into();
        }
        format!("{}…", text.chars().take(LONG).collect::<String>()).into()
    }
}

impl Ended {
    /// What the caller of a function gets: its value, `None` behind the last statement, nothing for an exception.
    pub(crate) fn result(&self) -> Val {
        match &self.end {
            End::Return(value) => value.clone(),
            End::Raise(_) => Val::Never,
            End::Fall | End::Break | End::Continue => Val::None,
        }
    }
}
