//! Attributes: of the view, the request, its user, classes, modules and libraries.

use std::rc::Rc;

use super::memo::{Given, Read};
use super::{
    Action, ClassRef, CodeKind, Evaluator, Found, Frame, Outcome, Owner, Path, Raised, Situation, Val,
};
use crate::index::{Ancestor, Resolution};
use crate::python::ast::{CmpOp, ExprAttribute};
use crate::python::{Ranged as _, dotted_name};
use crate::settings::Truth;
use crate::source::Span;

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Persona {
    /// Nobody that the authenticators know.
    Anonymous,
    /// Somebody who has logged in, and is nothing else.
    User,
    /// The same, who came without a token: `request.auth` is `None`.
    Session,
}

/// What an unauthenticated request has as its user.
pub(super) enum Nobody {
    /// Django's `AnonymousUser`.
    Standard,
    /// `None`.
    None,
    /// A class of the project; whether it inherits from `AnonymousUser`.
    Own(ClassRef, bool),
    /// Something else.
    Other,
}

impl Evaluator<'_> {
    /// `a.b`.
    pub(super) fn dotted(&self, frame: &Frame<'_>, expr: &ExprAttribute, path: &mut Path) -> Outcome {
        let base = self.expr(frame, &expr.value, path)?;
        if let Val::Unknown(_) = base
            && let Some(name) = dotted_name(&expr.value)
            && !path.locals.contains_key(name.split('.').next().unwrap_or_default())
        {
            // A folder without `__init__.py` has a meaning only with the name behind it.
            let at = Span::new(frame.file, expr.range());
            let whole = format!("{name}.{}", expr.attr);
            let found = match frame.kind {
                super::FrameKind::Function(..) => self.index.resolve(frame.file, &whole),
                _ => self.index.resolve_at(at, &whole),
            };
            if !matches!(found, Resolution::Unresolved(_)) {
                return Ok(self.entity(found));
            }
        }
        self.attribute(frame, &base, &expr.attr, path)
    }

    /// The attribute of a value.
    pub(super) fn attribute(&self, frame: &Frame<'_>, base: &Val, name: &str, path: &mut Path) -> Outcome {
        let lost = |path: &mut Path, cause: &str| {
            path.may_raise = true;
            Ok(Val::unknown(cause))
        };
        match base {
            Val::View => self.of_view(frame, name, path),
            Val::Request => Ok(self.of_request(frame, name)),
            Val::User => self.of_user(frame, name, path),
            Val::Object | Val::ObjectPart => Ok(Val::ObjectPart),
            Val::Empty => Ok(Val::Empty),
            Val::Module(file) => Ok(self.entity(self.index.resolve(*file, name))),
            Val::Library(library) => Ok(self.library(&format!("{library}.{name}"))),
            Val::Class(class) => {
                let found = self.class_attribute(class, name, None);
                match (&found.value, &found.owner) {
                    (_, Owner::Absent) => lost(path, &format!("the class has no `{name}`")),
                    (Val::Code(code), _) if code.kind == CodeKind::ClassMethod => {
                        Ok(Val::Bound(Rc::new((found.value, base.clone()))))
                    }
                    _ => Ok(found.value),
                }
            }
            Val::Instance(class) => match &**class {
                Val::Class(class) => {
                    let found = self.class_attribute(class, name, None);
                    let is_method = matches!(
                        found.value,
                        Val::Code(_) | Val::Function(_) | Val::Inherited(_) | Val::Either(_)
                    );
                    if !is_method && self.has_own_init(class) {
                        return lost(path, &format!("`{name}` may be set when the object is made"));
                    }
                    self.bind(frame, found, base, name, path)
                }
                _ => lost(path, "an attribute of a composed permission"),
            },
            Val::Super(inner) => {
                let (behind, this) = &**inner;
                let runtime = match this {
                    Val::View => frame.situation.view.clone(),
                    Val::Instance(class) => match &**class {
                        Val::Class(class) => Some(class.clone()),
                        _ => None,
                    },
                    Val::Class(class) => Some(class.clone()),
                    _ => None,
                };
                let Some(runtime) = runtime else { return lost(path, "`super()` of an unknown class") };
                let behind = ClassRef::Project(*behind);
                let found = self.class_attribute(&runtime, name, Some(&behind));
                if *this == Val::View {
                    let given = || Given::Value(found.value.clone(), found.owner.clone());
                    self.note_read(&Read::Behind(behind, name.into()), given);
                }
                self.bind(frame, found, this, name, path)
            }
            Val::None => Err(Raised(Some("AttributeError".into()))),
            Val::Either(all) => {
                let mut values = Vec::new();
                for (when, value) in all.iter() {
                    let value = self.attribute(frame, value, name, path).unwrap_or(Val::Never);
                    values.push((when.clone(), value));
                }
                Ok(Val::either(values))
            }
            Val::Never => Ok(Val::Never),
            other => {
                let cause = other.cause().unwrap_or_else(|| format!("`.{name}` of a value").into());
                lost(path, &cause)
            }
        }
    }

    /// An attribute found on a class as its object has it.
    fn bind(&self, frame: &Frame<'_>, found: Found, this: &Val, name: &str, path: &mut Path) -> Outcome {
        if found.owner == Owner::Absent {
            path.may_raise = true;
            return Ok(Val::unknown(format!("`{name}` is set when the code runs, if at all")));
        }
        match &found.value {
            Val::Code(code) => match code.kind {
                CodeKind::Property => self.invoke(
                    frame,
                    &Val::Bound(Rc::new((found.value.clone(), this.clone()))),
                    super::call::Arguments::default(),
                    path,
                ),
                CodeKind::Method => Ok(Val::Bound(Rc::new((found.value.clone(), this.clone())))),
                CodeKind::ClassMethod => {
                    let class = match this {
                        Val::View => {
                            self.note_class();
                            frame.situation.view.clone().map(Val::Class)
                        }
                        Val::Instance(class) => Some((**class).clone()),
                        _ => None,
                    };
                    let class = class.unwrap_or_else(|| Val::unknown("an unknown class"));
                    Ok(Val::Bound(Rc::new((found.value.clone(), class))))
                }
                CodeKind::Static => Ok(found.value.clone()),
            },
            Val::Function(_) => Ok(Val::Bound(Rc::new((found.value.clone(), this.clone())))),
            Val::Inherited(method) => {
                let (class, name, _) = &**method;
                Ok(Val::Inherited(Rc::new((class.clone(), name.clone(), this.clone()))))
            }
            _ => Ok(found.value),
        }
    }

    fn has_own_init(&self, class: &ClassRef) -> bool {
        let found = self.class_attribute(class, "__init__", None);
        !matches!(found.owner, Owner::Absent | Owner::Class(ClassRef::Library(_)))
    }

    pub(super) fn action<'s>(&self, situation: &'s Situation) -> &'s Action {
        self.note_read(&Read::Action, || Given::Action(situation.action.clone()));
        &situation.action
    }

    fn of_view(&self, frame: &Frame<'_>, name: &str, path: &mut Path) -> Outcome {
        if let Some(value) = path.state.get(name) {
            return Ok(value.clone());
        }
        let situation = frame.situation;
        match name {
            "request" => return Ok(Val::Request),
            "action" => match self.action(situation) {
                Action::Named(action) => return Ok(Val::Str(action.clone())),
                // Only view sets have it.
                Action::None => {}
                Action::Unknown => return Ok(Val::unknown("the action is not known")),
            },
            "kwargs" | "args" => return Ok(Val::unknown(format!("`self.{name}` comes from the URL"))),
            _ => {}
        }
        let found = self.view_attribute(situation, name);
        let given = || Given::Value(found.value.clone(), found.owner.clone());
        self.note_read(&Read::Attribute(name.into()), given);
        if name == "action" && found.owner == Owner::Absent {
            return Err(Raised(Some("AttributeError".into())));
        }
        self.bind(frame, found, &Val::View, name, path)
    }

    fn of_request(&self, frame: &Frame<'_>, name: &str) -> Val {
        let anonymous = frame.situation.persona == Some(Persona::Anonymous);
        match name {
            "method" => match &frame.situation.method {
                Some(method) => Val::Str(method.clone()),
                None => Val::unknown("the method is not known"),
            },
            "user" if anonymous => match self.nobody() {
                Nobody::None => Val::None,
                _ => Val::User,
            },
            "user" => Val::User,
            "auth" if anonymous => self.api_setting("UNAUTHENTICATED_TOKEN").value,
            "auth" if frame.situation.persona == Some(Persona::Session) => Val::None,
            "successful_authenticator" if anonymous => Val::None,
            "_request" => Val::Request,
            _ => Val::unknown(format!("`request.{name}` comes from the caller")),
        }
    }

    /// What an unauthenticated request has as its user.
    pub(super) fn nobody(&self) -> Nobody {
        const STANDARD: &str = "django.contrib.auth.models.AnonymousUser";
        let value = match self.api_setting("UNAUTHENTICATED_USER").value {
            Val::Str(path) => self.imported(&path),
            value => value,
        };
        match value {
            Val::Class(class @ ClassRef::Project(_)) => {
                let order = self.mro(&class);
                let is = |a: &Ancestor| self.index.ancestor_name(a).as_deref() == Some(STANDARD);
                let inherits = order.order.iter().any(is);
                Nobody::Own(class, inherits)
            }
            Val::None => Nobody::None,
            Val::Library(name) if &*name == STANDARD => Nobody::Standard,
            _ => Nobody::Other,
        }
    }

    pub(super) fn of_user(&self, frame: &Frame<'_>, name: &str, path: &mut Path) -> Outcome {
        let differs = || Val::unknown(format!("`request.user.{name}` differs from user to user"));
        let flag = |anonymous: bool, user: bool| match frame.situation.persona {
            Some(Persona::Anonymous) => Val::Bool(anonymous),
            Some(Persona::User | Persona::Session) => Val::Bool(user),
            None => differs(),
        };
        let is_anonymous = frame.situation.persona == Some(Persona::Anonymous);
        let mut is_standard = true;
        if is_anonymous {
            let own = || Val::unknown("the project has its own user for anonymous requests");
            match self.nobody() {
                Nobody::Standard => {}
                Nobody::Own(class, true) => {
                    let found = self.class_attribute(&class, name, None);
                    if matches!(found.owner, Owner::Class(_)) {
                        let is_plain =
                            matches!(found.value, Val::Bool(_) | Val::None | Val::Int(_) | Val::Str(_));
                        return Ok(if is_plain { found.value } else { own() });
                    }
                    is_standard = false;
                }
                _ => {
                    path.may_raise = true;
                    return Ok(own());
                }
            }
        }
        Ok(match name {
            "is_anonymous" => flag(true, false),
            "is_authenticated" | "is_active" => flag(false, true),
            "is_staff" | "is_superuser" => flag(false, false),
            "id" | "pk" if is_anonymous => Val::None,
            "username" if is_anonymous => Val::str(""),
            "groups" | "user_permissions" if is_anonymous => Val::Empty,
            // Django's `AnonymousUser` has no more than these.
            _ if is_anonymous && is_standard => return Err(Raised(Some("AttributeError".into()))),
            _ => {
                path.may_raise = true;
                differs()
            }
        })
    }

    /// Comparisons with the user: nobody's object is an anonymous caller's.
    pub(super) fn user_comparison(&self, frame: &Frame<'_>, op: CmpOp, a: &Val, b: &Val) -> Option<Truth> {
        let parts = |v: &Val| matches!(v, Val::Object | Val::ObjectPart);
        let pair = (*a == Val::User && parts(b)) || (*b == Val::User && parts(a));
        let anonymous = frame.situation.persona == Some(Persona::Anonymous);
        if !pair || !anonymous || !matches!(self.nobody(), Nobody::Standard | Nobody::Own(_, true)) {
            return None;
        }
        match op {
            CmpOp::Eq | CmpOp::Is => Some(Truth::No),
            CmpOp::NotEq | CmpOp::IsNot => Some(Truth::Yes),
            CmpOp::In if *a == Val::User => Some(Truth::No),
            CmpOp::NotIn if *a == Val::User => Some(Truth::Yes),
            _ => None,
        }
    }
}
