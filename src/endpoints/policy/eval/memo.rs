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

/// Answers by what they rest on. What code reads next depends on what it has read, so the answers are the leaves of a
/// tree of reads, and few of them are asked of a view to find its own.
pub(super) struct Answers<A> {
    /// The answer that rests on no more.
    answer: Option<A>,
    /// What is read next, with what follows on each thing that was given.
    next: Vec<(Read, Vec<(Given, Self)>)>,
}

impl<A> Default for Answers<A> {
    fn default() -> Self {
        Self { answer: None, next: Vec::new() }
    }
}

impl<A> Answers<A> {
    /// The answer that rests on what a view gives.
    fn find(&self, gives: &impl Fn(&Read) -> Given) -> Option<&A> {
        if self.answer.is_some() {
            return self.answer.as_ref();
        }
        self.next.iter().find_map(|(read, ways)| {
            let given = gives(read);
            ways.iter().find(|(known, _)| *known == given)?.1.find(gives)
        })
    }

    fn insert(&mut self, reads: impl IntoIterator<Item = (Read, Given)>, answer: A) {
        let mut at = self;
        for (read, given) in reads {
            let next = position(&mut at.next, &read);
            at = position(next, &given);
        }
        at.answer = Some(answer);
    }
}

/// What stands behind a key, made where it is not there.
fn position<'l, K: Clone + PartialEq, V: Default>(list: &'l mut Vec<(K, V)>, key: &K) -> &'l mut V {
    let at = list.iter().position(|(known, _)| known == key).unwrap_or_else(|| {
        list.push((key.clone(), V::default()));
        list.len() - 1
    });
    &mut list[at].1
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
        if let Some(answers) = self.answers.borrow().get(&question)
            && let Some(reply) = answers.find(&|read| self.given(situation, read))
        {
            return *reply;
        }
        let outer = self.reads.replace(Some(Vec::new()));
        let reply = ask();
        // What is asked within another question is not noted there: that one rests on more.
        let noted = self.reads.replace(None);
        if outer.is_none()
            && let Some(reads) = noted
        {
            self.answers.borrow_mut().entry(question).or_default().insert(reads, reply);
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
        if let Some(walks) = self.walks.borrow().get(&key)
            && let Some(walked) = walks.find(&|read| self.given(situation, read))
        {
            return walked.clone();
        }
        let outer = self.reads.replace(Some(Vec::new()));
        let walked = walk();
        let noted = self.reads.replace(None);
        if outer.is_none()
            && let Some(reads) = noted
        {
            let reads = reads.into_iter().map(of_handler);
            self.walks.borrow_mut().entry(key).or_default().insert(reads, walked.clone());
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
