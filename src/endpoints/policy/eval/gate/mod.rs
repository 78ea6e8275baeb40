//! Who comes to the handler of a view: its own `dispatch`, and what stands before it in the method resolution order, is
//! walked in order, statement by statement and on every way, into the methods and functions of the project that it
//! hands the view to.
//!
//! Two questions are asked of a walk. The *proof* asks whether the handler of a DRF view can be reached before its
//! permissions were asked; the *visit* asks whether a caller gets to the handler at all. In both an exception may be
//! raised by any statement, a context manager may swallow it, and what cannot be followed may reach the handler.
//! Answers that are given before the question who calls count only where they tell nothing: refusals, redirects,
//! constant texts.
//!
//! What values are is the interpreter's business: it decides conditions where it can.

mod answers;
mod asks;
mod calls;
mod decorated;
mod functions;
mod library;
mod scan;
mod state;
mod tries;
mod walk;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::call::Arguments;
use super::memo::{Given, Read};
use super::{ClassRef, End, Evaluator, Found, Owner, Persona, Situation, Val};
use crate::source::Span;
use state::{Handed, State, Tag};

/// More statements than these are not walked by a proof, which works out few values.
const MAX_STATEMENTS: u32 = 3_000;
/// Nor more than these by a visit.
const MAX_VISITED: u32 = 200;
/// Nor more than these by an evaluator that does not walk far: enough for a `dispatch` that hands on to the one behind it.
const MAX_SHORT: u32 = 24;
/// Deeper calls are not walked.
const MAX_CALLS: usize = 24;
/// More ways through one body are not told apart by a visit.
const MAX_WAYS: usize = 8;

/// What a walk is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Question {
    /// Whether the handler comes behind the permissions, whoever calls.
    Proof,
    /// Whether a caller comes to the handler.
    Visit,
}

/// Where the handler is reached, or may be.
#[derive(Clone, Debug)]
pub(crate) struct Reach {
    /// What happens there, in words.
    pub how: Rc<str>,
    pub at: Option<Span>,
}

/// How far a caller comes.
#[derive(Clone, Debug)]
pub(crate) enum Visit {
    /// Never to the handler.
    Stopped,
    /// It cannot be told.
    Unclear(Reach),
    /// To the handler, whatever else holds.
    Through(Reach),
}

/// One walk.
struct Gate<'e, 'a> {
    evaluator: &'e Evaluator<'a>,
    situation: &'e Situation,
    class: &'e ClassRef,
    question: Question,
    /// Where the handler is reached, the first place that counts for the answer.
    reached: RefCell<Option<Reach>>,
    /// Whether some way may reach it through what cannot be followed.
    unclear: Cell<bool>,
    /// Whether some way ends before it.
    stops: Cell<bool>,
    /// The functions that are being walked.
    stack: RefCell<Vec<Span>>,
    /// The states in which a statement of the innermost `try` or `with` may raise an exception.
    seen: RefCell<Vec<Vec<State>>>,
    steps: Cell<u32>,
}

impl Evaluator<'_> {
    /// Why the handler of a DRF view may be reached before its permissions were asked; `None` where it cannot be.
    pub(crate) fn before_permissions(&self, situation: &Situation, class: &ClassRef) -> Option<Reach> {
        match self.walk(situation, class, Question::Proof) {
            Visit::Stopped => None,
            Visit::Unclear(reach) | Visit::Through(reach) => Some(reach),
        }
    }

    /// What may happen on the way, and where.
    pub(crate) fn told(&self, reach: &Reach) -> String {
        let Some(at) = reach.at else { return reach.how.to_string() };
        let path = self.sources.path(at.file);
        let file = path.rsplit('/').next().unwrap_or(path);
        format!("{} ({file}, line {})", reach.how, self.sources.line(at))
    }

    /// How far a caller comes, whatever the classes of a DRF view's permissions say.
    pub(crate) fn visit(&self, situation: &Situation, class: &ClassRef, who: Persona) -> Visit {
        let situation = Situation { persona: Some(who), ..situation.clone() };
        self.walk(&situation, class, Question::Visit)
    }

    fn walk(&self, situation: &Situation, class: &ClassRef, question: Question) -> Visit {
        self.remembered_walk(situation, question, || {
            let gate = Gate::new(self, situation, class, question);
            let start = match (question, gate.made()) {
                (Question::Proof, _) => State::default(),
                (Question::Visit, Ok(start)) => start,
                (Question::Visit, Err(how)) => return Visit::Unclear(Reach { how, at: None }),
            };
            self.fresh(|| gate.enter(start));
            match gate.reached.into_inner() {
                None => Visit::Stopped,
                Some(reach) if gate.unclear.get() => Visit::Unclear(reach),
                Some(reach) if question == Question::Visit && gate.stops.get() => {
                    let how = "what is asked before the handler cannot be told".into();
                    Visit::Unclear(Reach { how, ..reach })
                }
                Some(reach) => Visit::Through(reach),
            }
        })
    }
}

impl<'e, 'a> Gate<'e, 'a> {
    fn new(
        evaluator: &'e Evaluator<'a>,
        situation: &'e Situation,
        class: &'e ClassRef,
        question: Question,
    ) -> Self {
        Self {
            evaluator,
            situation,
            class,
            question,
            reached: RefCell::default(),
            unclear: Cell::new(false),
            stops: Cell::new(false),
            stack: RefCell::default(),
            seen: RefCell::default(),
            steps: Cell::new(0),
        }
    }

    /// The view as its own `__init__` and `setup` leave it, for walks that look at its attributes.
    fn made(&self) -> Result<State, Rc<str>> {
        let mut state = State::default();
        for step in ["__init__", "setup"] {
            let found = self.look(step);
            if !matches!(found.owner, Owner::Class(ClassRef::Project(_))) {
                continue;
            }
            let Val::Code(code) = &found.value else {
                return Err(format!("`{step}` is not followed").into());
            };
            let keywords = self.situation.overrides.iter();
            let arguments = Arguments {
                keywords: keywords.map(|(name, found)| (name.as_str().into(), found.value.clone())).collect(),
                ..Arguments::default()
            };
            let arguments = if step == "setup" { Arguments::unknown() } else { arguments };
            let run =
                || self.evaluator.run(self.situation, code, Some(Val::View), arguments, &state.path.state);
            let ways = self.evaluator.fresh(run);
            let mut path = super::Path::default();
            if ways.iter().any(|w| matches!(&w.end, End::Return(Val::Unknown(_))))
                || super::code::join(&ways, &mut path).is_err()
            {
                return Err(format!("`{step}` is not followed").into());
            }
            state.path.state = path.state;
        }
        Ok(state)
    }

    /// An attribute of the view.
    fn look(&self, name: &str) -> Found {
        let found = self.evaluator.view_attribute(self.situation, name);
        let given = || Given::Value(found.value.clone(), found.owner.clone());
        self.evaluator.note_read(&Read::Attribute(name.into()), given);
        found
    }

    /// An attribute of the view behind one of its classes.
    fn look_behind(&self, class: ClassRef, name: &str) -> Found {
        let found = self.evaluator.class_attribute(self.class, name, Some(&class));
        let given = || Given::Value(found.value.clone(), found.owner.clone());
        self.evaluator.note_read(&Read::Behind(class, name.into()), given);
        found
    }

    /// Whether the project writes a method of the view.
    fn owns(&self, name: &str) -> bool {
        matches!(self.look(name).owner, Owner::Class(ClassRef::Project(_)))
    }

    /// Whether nothing behind a state matters.
    fn is_behind(&self, state: &State) -> bool {
        match self.question {
            Question::Proof => state.passed,
            Question::Visit => state.came,
        }
    }

    /// A request comes in.
    fn enter(&self, mut state: State) {
        let found = self.look("dispatch");
        match self.method(&found, "dispatch", &Handed::request(), &mut state, None) {
            Ok(tag) => {
                self.answered(&tag, &state, found.at);
                if !state.came && !state.thrown {
                    self.stops.set(true);
                }
            }
            Err(_) => self.stops.set(true),
        }
    }

    /// The handler is reached.
    fn reach(&self, how: impl Into<Rc<str>>, at: Option<Span>, state: &mut State) {
        if self.is_behind(state) {
            return;
        }
        state.came = true;
        self.reached.borrow_mut().get_or_insert_with(|| Reach { how: how.into(), at });
    }

    /// Something that cannot be followed may reach the handler.
    fn may_reach(&self, how: impl Into<Rc<str>>, at: Option<Span>, state: &State) {
        if self.is_behind(state) {
            return;
        }
        if !self.unclear.replace(true) {
            *self.reached.borrow_mut() = Some(Reach { how: how.into(), at });
        }
    }

    /// `dispatch` ends with an answer: one from before the question who calls must tell nothing.
    fn answered(&self, tag: &Tag, state: &State, at: Option<Span>) {
        match tag {
            Tag::Harmless => {}
            Tag::Unclear(place) => self.may_reach("`dispatch` may answer by itself", place.or(at), state),
            _ => self.may_reach("what `dispatch` answers cannot be told", at, state),
        }
    }

    /// Whether nothing more can be learnt.
    fn is_settled(&self) -> bool {
        match self.question {
            Question::Proof => self.reached.borrow().is_some(),
            Question::Visit if matches!(self.situation.persona, Some(Persona::User | Persona::Session)) => {
                self.reached.borrow().is_some()
            }
            Question::Visit => self.unclear.get() || self.stops.get() && self.reached.borrow().is_some(),
        }
    }

    /// How many ways through one body are told apart.
    fn most_ways(&self) -> usize {
        if self.question == Question::Proof { super::MAX_PATHS } else { MAX_WAYS }
    }

    fn step(&self) -> bool {
        self.steps.set(self.steps.get() + 1);
        let most = match self.question {
            _ if !self.evaluator.walks_far => MAX_SHORT,
            Question::Proof => MAX_STATEMENTS,
            Question::Visit => MAX_VISITED,
        };
        self.steps.get() < most
    }
}
