//! Whom the permission classes of libraries let in, by the table.

use std::rc::Rc;

use super::call::Arguments;
use super::{ClassRef, Evaluator, Frame, FrameKind, Owner, Path, Persona, Situation, Val, find};
use crate::index::{Ancestor, Framework};
use crate::python::ast::{Expr, Stmt};
use crate::python::dotted_name;
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
            Some(Persona::User | Persona::Session) => "user",
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
    pub(crate) fn ask_permission(&self, situation: &Situation, class: &ClassRef, method: &str) -> Reply {
        self.remembered(situation, class, method, || self.run_permission(situation, class, method))
    }

    fn run_permission(&self, situation: &Situation, class: &ClassRef, method: &str) -> Reply {
        let unclear = Reply { truth: Truth::Maybe, raises: true };
        let Some(file) = self.some_file() else { return unclear };
        // What DRF gets is not what the class says.
        if self.project_method(class, "__new__").is_some() {
            return unclear;
        }
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
                let raises = path.raises || all.iter().any(|(_, v)| *v == Val::Never);
                let truth = |v: &Val| if *v == Val::Never { Truth::No } else { v.truth() };
                let mut answers = all.iter().map(|(_, v)| truth(v));
                let first = answers.next().unwrap_or(Truth::Maybe);
                let truth = if answers.all(|a| a == first) { first } else { Truth::Maybe };
                Reply { truth, raises }
            }
            Ok(value) => Reply { truth: value.truth(), raises: path.raises },
        }
    }

    /// Whether a permission class answers about objects what it answered about the caller already:
    /// `return self.has_permission(request, view)`.
    pub(crate) fn repeats_permission(&self, class: &ClassRef) -> bool {
        let Some((_, at)) = self.project_method(class, "has_object_permission") else { return false };
        let tree = self.index.tree(self.sources, at.file);
        let Some(function) = find::function(tree.body(), at.text_range()) else { return false };
        let is_text = |stmt: &&Stmt| matches!(stmt, Stmt::Expr(e) if e.value.is_string_literal_expr());
        let mut body = function.body.iter().skip_while(is_text);
        let (Some(Stmt::Return(only)), None) = (body.next(), body.next()) else { return false };
        let Some(Expr::Call(call)) = only.value.as_deref() else { return false };
        let receiver = function.parameters.iter().next().map(|p| p.name().as_str());
        let callee = dotted_name(&call.func);
        callee
            .as_deref()
            .and_then(|name| name.split_once('.'))
            .is_some_and(|(of, name)| Some(of) == receiver && name == "has_permission")
    }
}
