//! What permission classes have answered. One class guards many views, and its code asks little of them: an answer holds
//! for every view that gives what it read.

use std::rc::Rc;

use super::{Action, ClassRef, Evaluator, Owner, Persona, Reply, Situation, Val};
use crate::settings::routes::HTTP_METHODS;
use crate::source::FileId;

/// What code may ask of the view.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Read {
    /// Its action.
    Action,
    /// An attribute.
    Attribute(Rc<str>),
    /// An attribute that `super()` finds behind a class.
    Behind(ClassRef, Rc<str>),
    /// Whether there is a handler of this name: what stands in it does not matter to whoever only comes to it.
    Handler(Rc<str>),
    /// Whether an attribute is surely missing, as the code of a file asks.
    Missing(Rc<str>, FileId),
}

/// What the view gave.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Given {
    Action(Action),
    Value(Val, Owner),
    Truth(bool),
}

/// Who asks what, apart from the view, and how many steps it may take.
pub(super) type Question = (ClassRef, Rc<str>, Option<Rc<str>>, Option<Persona>, u32);

/// An authenticator, for a method and a caller.
pub(super) type Authenticator = (ClassRef, Option<Rc<str>>, Option<Persona>);

/// An answer and what it rests on.
pub(super) struct Answer {
    reads: Vec<(Read, Given)>,
    reply: Reply,
}

/// A read of a handler, by its name alone.
fn of_handler((read, given): (Read, Given)) -> (Read, Given) {
    match (&read, &given) {
        (Read::Attribute(name), Given::Value(Val::Code(_), _)) if HTTP_METHODS.contains(&&**name) => {
            (Read::Handler(name.clone()), Given::Truth(true))
        }
        _ => (read, given),
    }
}

/// Who walks to the handler with which method.
pub(super) type Walk = (super::gate::Question, Option<Rc<str>>, Option<Persona>);
/// Where a walk came to the handler, and whether it surely does.
pub(super) type Walked = super::gate::Visit;
/// The walks that were made, each with what it read from the view.
pub(super) type Walks = Vec<(Vec<(Read, Given)>, Walked)>;

impl Evaluator<'_> {
    /// The answer to a question about a view, asked only where no earlier one holds.
    pub(super) fn remembered(
        &self,
        situation: &Situation,
        class: &ClassRef,
        method: &str,
        ask: impl FnOnce() -> Reply,
    ) -> Reply {
        let limit = self.limit.get();
        let question: Question =
            (class.clone(), method.into(), situation.method.clone(), situation.persona, limit);
        if let Some(answers) = self.answers.borrow().get(&question) {
            let holds = |answer: &&Answer| answer.reads.iter().all(|(r, g)| self.given(situation, r) == *g);
            if let Some(answer) = answers.iter().find(holds) {
                return answer.reply;
            }
        }
        let outer = self.reads.replace(Some(Vec::new()));
        let reply = ask();
        // What is asked within another question is not noted there: that one rests on more.
        let noted = self.reads.replace(None);
        if outer.is_none()
            && let Some(reads) = noted
        {
            self.answers.borrow_mut().entry(question).or_default().push(Answer { reads, reply });
        }
        reply
    }

    /// The answer of a walk to the handler, walked only where no earlier one read the same from the view.
    pub(super) fn remembered_walk(
        &self,
        situation: &Situation,
        question: super::gate::Question,
        walk: impl FnOnce() -> Walked,
    ) -> Walked {
        let key = (question, situation.method.clone(), situation.persona);
        if let Some(answers) = self.walks.borrow().get(&key) {
            let holds = |reads: &[(Read, Given)]| reads.iter().all(|(r, g)| self.given(situation, r) == *g);
            if let Some((_, walked)) = answers.iter().find(|(reads, _)| holds(reads)) {
                return walked.clone();
            }
        }
        let outer = self.reads.replace(Some(Vec::new()));
        let walked = walk();
        let noted = self.reads.replace(None).map(|reads| reads.into_iter().map(of_handler).collect());
        if outer.is_none()
            && let Some(reads) = noted
        {
            self.walks.borrow_mut().entry(key).or_default().push((reads, walked.clone()));
        }
        walked
    }

    /// What the view of a situation gives.
    fn given(&self, situation: &Situation, read: &Read) -> Given {
        match read {
            Read::Action => Given::Action(situation.action.clone()),
            Read::Attribute(name) => {
                let found = self.view_attribute(situation, name);
                Given::Value(found.value, found.owner)
            }
            Read::Behind(class, name) => match &situation.view {
                Some(view) => {
                    let found = self.class_attribute(view, name, Some(class));
                    Given::Value(found.value, found.owner)
                }
                None => Given::Truth(false),
            },
            Read::Handler(name) => {
                let found = self.view_attribute(situation, name);
                Given::Truth(matches!(found.value, Val::Code(_)))
            }
            Read::Missing(name, file) => Given::Truth(self.is_missing(situation, name, *file)),
        }
    }

    /// Notes that code reads from the view.
    pub(super) fn note_read(&self, read: &Read, given: impl FnOnce() -> Given) {
        if let Some(reads) = &mut *self.reads.borrow_mut()
            && !reads.iter().any(|(known, _)| known == read)
        {
            reads.push((read.clone(), given()));
        }
    }

    /// Code looks at the class of the view itself: its answer holds for no other.
    pub(super) fn note_class(&self) {
        *self.reads.borrow_mut() = None;
    }
}
