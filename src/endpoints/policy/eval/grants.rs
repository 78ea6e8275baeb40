//! Whom the permission classes of libraries let in, by the table.

use std::rc::Rc;

use super::call::Arguments;
use super::{Action, ClassRef, Evaluator, Frame, FrameKind, Owner, Path, Persona, Situation, Val};
use crate::index::{Ancestor, Framework};
use crate::settings::Truth;

/// The methods that change nothing.
pub(crate) fn is_safe(method: &str) -> bool {
    super::convert::SAFE_METHODS.contains(&method)
}

impl Evaluator<'_> {
    /// What a permission method of a library class answers, on an object of `runtime`. An attribute that the
    /// answer depends on and that the project sets makes it unknown.
    pub(super) fn library_grants(
        &self,
        situation: &Situation,
        class: &str,
        method: &str,
        runtime: &ClassRef,
    ) -> Truth {
        let table = Framework::builtin();
        let who = match situation.persona {
            Some(Persona::Anonymous) => "anonymous",
            Some(Persona::User) => "user",
            None => return Truth::Maybe,
        };
        // The answers were asked of whole classes: the first library class in the order that has this method.
        let order = self.mro(runtime);
        let asked = order.order.iter().find_map(|ancestor| {
            let Ancestor::Framework(id) = ancestor else { return None };
            let library = ClassRef::Library(table.class(*id).name.as_str().into());
            let found = self.class_attribute(&library, method, None);
            (found.owner == Owner::Class(ClassRef::Library(class.into()))).then_some((library, *id))
        });
        let Some((library, id)) = asked else { return Truth::Maybe };
        let Some(grant) = table.class(id).grants.iter().find(|g| g.method == method && g.who == who) else {
            return Truth::Maybe;
        };
        let is_same = |attribute: &String| {
            let owner = |class| self.class_attribute(class, attribute, None).owner;
            owner(runtime) == owner(&library)
        };
        if !grant.reads.iter().all(is_same) {
            return Truth::Maybe;
        }
        match situation.method.as_deref() {
            Some(method) if is_safe(method) => grant.read.into(),
            Some(_) => grant.write.into(),
            None if grant.read == grant.write => grant.read.into(),
            None => Truth::Maybe,
        }
    }
}

/// What a permission class answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    /// Whether it lets the caller in; an exception refuses.
    pub truth: Truth,
    /// Whether the refusal may be an exception, which `|` and `~` do not turn around.
    pub raises: bool,
}

impl Evaluator<'_> {
    /// What `has_permission` or `has_object_permission` of a permission class answers in a situation.
    ///
    /// Most classes look at the caller alone: what they answer whatever the request does is asked once for a view.
    pub(crate) fn ask_permission(&self, situation: &Situation, class: &ClassRef, method: &str) -> Reply {
        if !situation.overrides.is_empty() {
            return self.ask_in(situation, class, method);
        }
        let action = if situation.action == Action::None { Action::None } else { Action::Unknown };
        let any = Situation { method: None, action, ..situation.clone() };
        let key =
            (situation.view.clone(), class.clone(), situation.persona, any.action.clone(), method.to_owned());
        let known = self.replies.borrow().get(&key).copied();
        let whatever = known.unwrap_or_else(|| {
            let reply = self.ask_in(&any, class, method);
            self.replies.borrow_mut().insert(key, reply);
            reply
        });
        if whatever.truth != Truth::Maybe && !whatever.raises {
            return whatever;
        }
        self.ask_in(situation, class, method)
    }

    fn ask_in(&self, situation: &Situation, class: &ClassRef, method: &str) -> Reply {
        let unclear = Reply { truth: Truth::Maybe, raises: true };
        let Some(file) = self.some_file() else { return unclear };
        let frame = Frame { situation, file, kind: FrameKind::Module, this: None };
        let instance = Val::Instance(Rc::new(Val::Class(class.clone())));
        let mut path = Path::default();
        let outcome = self.fresh(|| {
            let callee = self.attribute(&frame, &instance, method, &mut path)?;
            let mut arguments = vec![Val::Request, Val::View];
            if method == "has_object_permission" {
                arguments.push(Val::Object);
            }
            self.invoke(&frame, &callee, Arguments::of(arguments), &mut path)
        });
        match outcome {
            Err(_) => Reply { truth: Truth::No, raises: true },
            Ok(Val::Either(all)) => {
                let raises = all.iter().any(|(_, v)| *v == Val::Never);
                let truth = |v: &Val| if *v == Val::Never { Truth::No } else { v.truth() };
                let mut answers = all.iter().map(|(_, v)| truth(v));
                let first = answers.next().unwrap_or(Truth::Maybe);
                let truth = if answers.all(|a| a == first) { first } else { Truth::Maybe };
                Reply { truth, raises }
            }
            Ok(value) => Reply { truth: value.truth(), raises: false },
        }
    }
}
