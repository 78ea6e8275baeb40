//! What a walk knows at one point of the code.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::{Bound, Code, Path, Val};
use crate::source::Span;

/// A point on a way.
#[derive(Clone, Default)]
pub(super) struct State {
    /// What names and attributes of the view hold.
    pub path: Path,
    /// What matters of them beyond their value; attributes of the view under `self.name`.
    pub tags: BTreeMap<Rc<str>, Tag>,
    /// Whether the permissions of a DRF view have been asked on every way to here.
    pub passed: bool,
    /// Whether every way to here came to the handler.
    pub came: bool,
    /// Whether the way begins with an exception that some statement may raise.
    pub thrown: bool,
}

/// What a value is to the question who comes to the handler.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tag {
    /// Nothing.
    Nothing,
    /// The view itself.
    Me,
    /// `super()`, behind a class.
    Super(crate::index::ClassId),
    /// The handler, a method of the view, or something that holds one.
    Handler,
    /// The rest of a method below one of its decorators.
    Below(Rc<(Code, usize)>),
    /// A function in a function.
    Inner(Rc<Closure>),
    /// An object whose answers refuse: a middleware of Django that checks requests.
    Refuser,
    /// An answer that tells nothing, or one that is made behind the question who calls.
    Harmless,
    /// Another answer or value that code has made.
    Unclear(Option<Span>),
}

/// A function in a function, with what it sees of the one around it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Closure {
    pub at: Span,
    pub class: Option<crate::index::ClassId>,
    pub tags: BTreeMap<Rc<str>, Tag>,
    pub values: Vec<(Rc<str>, Val)>,
}

impl Tag {
    /// Whether whoever gets the value can reach the handler.
    pub(super) fn reaches(&self) -> bool {
        matches!(self, Self::Me | Self::Super(_) | Self::Handler | Self::Below(_) | Self::Inner(_))
    }

    /// What holds of two values, one of which is given.
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (a, b) if a.reaches() || b.reaches() => Self::Handler,
            (Self::Unclear(at), _) | (_, Self::Unclear(at)) => Self::Unclear(at),
            _ => Self::Nothing,
        }
    }
}

/// How a way ends.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Exit {
    /// Behind the last statement.
    Fall,
    /// With a value.
    Return(Tag),
    /// With an exception; its class's last name where it is known.
    Raise(Option<Rc<str>>),
    Break,
    Continue,
}

/// A way and its end.
pub(super) type Way = (State, Exit);

/// An exception; its class's last name where it is known.
pub(super) struct Raising(pub Option<Rc<str>>);

/// What a call is given.
#[derive(Clone, Debug, Default)]
pub(super) struct Handed {
    pub positional: Vec<(Tag, Val)>,
    pub keywords: Vec<(Rc<str>, Tag, Val)>,
    /// Whether there may be more.
    pub open: bool,
}

impl Handed {
    /// What the server gives to `dispatch`.
    pub(super) fn request() -> Self {
        Self { positional: vec![(Tag::Nothing, Val::Request)], keywords: Vec::new(), open: true }
    }

    /// Whether the handler can be reached with what is given.
    pub(super) fn reaches(&self) -> bool {
        self.positional.iter().any(|(tag, _)| tag.reaches())
            || self.keywords.iter().any(|(_, tag, _)| tag.reaches())
    }

    /// The values alone.
    pub(super) fn arguments(&self) -> super::super::call::Arguments {
        super::super::call::Arguments {
            positional: self.positional.iter().map(|(_, value)| value.clone()).collect(),
            keywords: self.keywords.iter().map(|(name, _, value)| (name.clone(), value.clone())).collect(),
            open: self.open,
        }
    }
}

impl State {
    /// What a name holds from now on.
    pub(super) fn set(&mut self, name: &str, tag: Tag) {
        if tag == Tag::Nothing {
            self.tags.remove(name);
        } else {
            self.tags.insert(name.into(), tag);
        }
    }

    /// Whether two states differ in nothing that the walk looks at.
    fn is_like(&self, other: &Self) -> bool {
        self.is_near(other)
            && self.path.state == other.path.state
            && self.path.locals.len() == other.path.locals.len()
            && self
                .path
                .locals
                .iter()
                .zip(&other.path.locals)
                .all(|((a, x), (b, y))| a == b && x.value == y.value)
    }

    /// Whether they differ in values alone.
    fn is_near(&self, other: &Self) -> bool {
        self.passed == other.passed
            && self.came == other.came
            && self.thrown == other.thrown
            && self.tags == other.tags
    }

    /// Takes in a state that differs in values: those are not known any more.
    fn take_in(&mut self, other: &Self) {
        let unknown = || Val::unknown("it depends on a condition");
        for (name, bound) in &other.path.locals {
            match self.path.locals.get_mut(name) {
                Some(known) if known.value == bound.value => {}
                Some(known) => known.value = unknown(),
                // A name that may be unbound has no tag: nothing that matters is called under it.
                None => {
                    self.path.locals.insert(name.clone(), Bound { value: unknown(), at: bound.at });
                }
            }
        }
        for bound in self.path.locals.iter_mut().filter(|(name, _)| !other.path.locals.contains_key(*name)) {
            bound.1.value = unknown();
        }
        let names: Vec<Rc<str>> = self.path.state.keys().chain(other.path.state.keys()).cloned().collect();
        for name in names {
            if self.path.state.get(&name) != other.path.state.get(&name) {
                self.path.state.insert(name, unknown());
            }
        }
    }
}

/// More states that differ in values alone are one.
const MAX_NEAR: usize = 4;

/// Ways that differ in nothing are one, and so are those of which only the values differ, where there are many.
pub(super) fn merged(ways: Vec<Way>) -> Vec<Way> {
    let mut kept: Vec<Way> = Vec::with_capacity(ways.len());
    for (state, exit) in ways {
        let near = |way: &&Way| way.1 == exit && way.0.is_near(&state);
        if kept.iter().filter(near).any(|(known, _)| known.is_like(&state)) {
            continue;
        }
        let limit = if state.thrown { 1 } else { MAX_NEAR };
        let is_crowded = kept.iter().filter(near).count() >= limit;
        match kept.iter_mut().rev().find(|way| way.1 == exit && way.0.is_near(&state)) {
            Some((known, _)) if is_crowded => known.take_in(&state),
            _ => kept.push((state, exit)),
        }
    }
    kept
}

/// Adds a state unless a like one is there.
pub(super) fn note(states: &mut Vec<State>, state: &State) {
    match states.iter_mut().find(|known| known.is_near(state)) {
        Some(known) if known.is_like(state) => {}
        Some(known) => known.take_in(state),
        None => states.push(state.clone()),
    }
}
