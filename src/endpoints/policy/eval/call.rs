//! Calls.

use std::rc::Rc;

use super::code::join;
use super::{
    ClassRef, Composed, Evaluator, Frame, FrameKind, Outcome, Path, Persona, Raised, Val, builtins, compare,
};
use crate::python::ast::{self, Expr};
use crate::settings::Truth;

/// The arguments of a call.
#[derive(Clone, Debug, Default)]
pub(super) struct Arguments {
    pub positional: Vec<Val>,
    pub keywords: Vec<(Rc<str>, Val)>,
    /// Whether there may be more.
    pub open: bool,
}

impl Arguments {
    pub(super) fn of(positional: Vec<Val>) -> Self {
        Self { positional, ..Self::default() }
    }

    /// Arguments of which nothing is known.
    pub(super) fn unknown() -> Self {
        Self { open: true, ..Self::default() }
    }

    /// The positional arguments, when there are no others.
    pub(super) fn plain(&self) -> Option<&[Val]> {
        (!self.open && self.keywords.is_empty()).then_some(&self.positional[..])
    }
}

impl Evaluator<'_> {
    pub(super) fn call(&self, frame: &Frame<'_>, call: &ast::ExprCall, path: &mut Path) -> Outcome {
        if let Expr::Name(name) = &*call.func
            && name.id.as_str() == "super"
            && !path.locals.contains_key("super")
        {
            return self.super_object(frame, call, path);
        }
        let Expr::Attribute(method) = &*call.func else {
            let callee = self.expr(frame, &call.func, path)?;
            let arguments = self.arguments(frame, &call.arguments, path)?;
            return self.invoke(frame, &callee, arguments, path);
        };
        let base = self.expr(frame, &method.value, path)?;
        let arguments = self.arguments(frame, &call.arguments, path)?;
        match base {
            Val::Unknown(_) => {
                let callee = self.dotted(frame, method, path)?;
                self.invoke(frame, &callee, arguments, path)
            }
            Val::Either(all) => {
                let mut values = Vec::new();
                for (when, base) in all.iter() {
                    let value = self.method(frame, base, &method.attr, arguments.clone(), path);
                    values.push((when.clone(), value.unwrap_or(Val::Never)));
                }
                Ok(Val::either(values))
            }
            base => self.method(frame, &base, &method.attr, arguments, path),
        }
    }

    fn super_object(&self, frame: &Frame<'_>, call: &ast::ExprCall, path: &mut Path) -> Outcome {
        let explicit = match &*call.arguments.args {
            [class, this] => Some((self.expr(frame, class, path)?, self.expr(frame, this, path)?)),
            _ => None,
        };
        Ok(match (explicit, frame.kind, &frame.this) {
            (Some((Val::Class(ClassRef::Project(id)), this)), ..) => Val::Super(Rc::new((id, this))),
            (None, FrameKind::Function(Some(id), _), Some(this)) => Val::Super(Rc::new((id, this.clone()))),
            _ => Val::unknown("`super()` outside of a method"),
        })
    }

    fn arguments(
        &self,
        frame: &Frame<'_>,
        arguments: &ast::Arguments,
        path: &mut Path,
    ) -> Result<Arguments, Raised> {
        let mut all = Arguments::default();
        for argument in &arguments.args {
            let value = self.expr(frame, argument, path)?;
            if !argument.is_starred_expr() {
                all.positional.push(value);
                continue;
            }
            match value.exact_elements() {
                Some(more) => all.positional.extend(more.to_vec()),
                None => all.open = true,
            }
        }
        for keyword in &arguments.keywords {
            let value = self.expr(frame, &keyword.value, path)?;
            match (&keyword.arg, value) {
                (Some(name), value) => all.keywords.push((name.as_str().into(), value)),
                (None, Val::Dict(entries)) => {
                    for (key, value) in entries.iter() {
                        match key.as_str() {
                            Some(key) => all.keywords.push((key.into(), value.clone())),
                            None => all.open = true,
                        }
                    }
                }
                (None, _) => all.open = true,
            }
        }
        Ok(all)
    }

    /// `base.name(...)`.
    fn method(
        &self,
        frame: &Frame<'_>,
        base: &Val,
        name: &str,
        arguments: Arguments,
        path: &mut Path,
    ) -> Outcome {
        match base {
            Val::User => self.user_method(frame, name, &arguments, path),
            Val::Empty => Ok(match name {
                "exists" => Val::Bool(false),
                "count" => Val::Int(0),
                "first" | "last" => Val::None,
                _ => Val::Empty,
            }),
            Val::Object | Val::ObjectPart => {
                path.may_raise = true;
                Ok(Val::ObjectPart)
            }
            Val::Str(_) | Val::List(_) | Val::Tuple(_) | Val::Dict(_) => {
                let value = builtins::method(base, name, &arguments);
                path.may_raise |= matches!(value, Val::Unknown(_));
                Ok(value)
            }
            _ => {
                let callee = self.attribute(frame, base, name, path)?;
                self.invoke(frame, &callee, arguments, path)
            }
        }
    }

    fn user_method(&self, frame: &Frame<'_>, name: &str, arguments: &Arguments, path: &mut Path) -> Outcome {
        let anonymous = frame.situation.persona == Some(Persona::Anonymous);
        match name {
            "has_perm" | "has_perms" | "has_module_perms" => {
                let asks = match &arguments.positional[..] {
                    // Of no permission at all everybody has each.
                    [all, ..] if name == "has_perms" => all.truth(),
                    _ => Truth::Yes,
                };
                let has_none = match frame.situation.persona {
                    Some(Persona::Anonymous) => {
                        matches!(self.nobody(), super::subject::Nobody::Standard)
                            && self.gives_nobody_rights() == Truth::No
                    }
                    // A caller who is nothing else than logged in.
                    Some(Persona::User | Persona::Session) => true,
                    None => false,
                };
                Ok(match asks {
                    Truth::Yes if has_none => Val::Bool(false),
                    Truth::No => Val::Bool(true),
                    _ => Val::unknown("`request.user` may have the permission"),
                })
            }
            "get_username" if anonymous => Ok(Val::str("")),
            _ => {
                // An attribute that an anonymous user lacks is an error before it is called.
                self.of_user(frame, name, path)?;
                path.may_raise = true;
                Ok(Val::unknown(format!("`request.user.{name}()` differs from user to user")))
            }
        }
    }

    /// The value of a call.
    pub(super) fn invoke(
        &self,
        frame: &Frame<'_>,
        callee: &Val,
        arguments: Arguments,
        path: &mut Path,
    ) -> Outcome {
        match callee {
            Val::Class(_) | Val::Composed(_) => Ok(Val::Instance(Rc::new(callee.clone()))),
            // DRF makes an object of each entry; one with `__call__` usually gives itself.
            Val::Instance(_) => Ok(callee.clone()),
            Val::Function(id) => {
                let code = self.function_code(*id);
                let ways = self.run(frame.situation, &code, None, arguments, &path.state);
                join(&ways, path)
            }
            Val::Code(code) => {
                let ways = self.run(frame.situation, code, None, arguments, &path.state);
                join(&ways, path)
            }
            Val::Bound(bound) => {
                let (function, this) = &**bound;
                let code = match function {
                    Val::Code(code) => (**code).clone(),
                    Val::Function(id) => self.function_code(*id),
                    _ => return Ok(Val::unknown("a method that is not followed")),
                };
                let this = Some(this.clone());
                let ways = self.run(frame.situation, &code, this, arguments, &path.state);
                join(&ways, path)
            }
            Val::Inherited(method) => {
                let (class, name, this) = &**method;
                self.inherited(frame, class, name, this, path)
            }
            Val::Library(name) => match &**name {
                "rest_framework.permissions.AND"
                | "rest_framework.permissions.OR"
                | "rest_framework.permissions.NOT" => Ok(composed(name, arguments.plain())),
                _ => self.library_call(frame, name, &arguments, path),
            },
            Val::Either(all) => {
                let mut values = Vec::new();
                for (when, callee) in all.iter() {
                    let value = self.invoke(frame, callee, arguments.clone(), path);
                    values.push((when.clone(), value.unwrap_or(Val::Never)));
                }
                Ok(Val::either(values))
            }
            Val::None => Err(Raised(Some("TypeError".into()))),
            Val::Never => Ok(Val::Never),
            other => {
                path.may_raise = true;
                let cause = other.cause().unwrap_or_else(|| "a call that is not followed".into());
                Ok(Val::Unknown(cause))
            }
        }
    }
}

/// `AND(A(), B())`, DRF's composition of objects.
fn composed(name: &str, arguments: Option<&[Val]>) -> Val {
    let class = |v: &Val| match v {
        Val::Instance(class) => Some((**class).clone()),
        other => compare::is_permission(other).then(|| other.clone()),
    };
    let made = match (name.rsplit('.').next(), arguments) {
        (Some("AND"), Some([a, b])) => class(a).zip(class(b)).map(|(a, b)| Composed::And(a, b)),
        (Some("OR"), Some([a, b])) => class(a).zip(class(b)).map(|(a, b)| Composed::Or(a, b)),
        (Some("NOT"), Some([a])) => class(a).map(Composed::Not),
        _ => None,
    };
    made.map_or_else(
        || Val::unknown("a permission composed of computed parts"),
        |c| Val::Instance(Rc::new(Val::Composed(Rc::new(c)))),
    )
}
