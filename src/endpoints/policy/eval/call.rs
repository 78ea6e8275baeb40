//! Calls.

use std::rc::Rc;

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
            Val::User => self.user_method(frame, name, path),
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

    fn user_method(&self, frame: &Frame<'_>, name: &str, path: &mut Path) -> Outcome {
        let anonymous = frame.situation.persona == Some(Persona::Anonymous);
        match name {
            "has_perm" | "has_perms" | "has_module_perms" => {
                if anonymous
                    && matches!(self.nobody(), super::subject::Nobody::Standard)
                    && self.plain_backends()
                {
                    return Ok(Val::Bool(false));
                }
                Ok(Val::unknown("`request.user` may have the permission"))
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

    /// Whether all authentication backends give nobody a permission.
    fn plain_backends(&self) -> bool {
        let (Val::List(backends) | Val::Tuple(backends)) =
            self.library("django.conf.settings.AUTHENTICATION_BACKENDS")
        else {
            return false;
        };
        backends.iter().all(|b| b.as_str() == Some("django.contrib.auth.backends.ModelBackend"))
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
                let ways = self.run(frame.situation, &code, None, arguments, path.state.clone());
                self.join(ways, path)
            }
            Val::Code(code) => {
                let ways = self.run(frame.situation, code, None, arguments, path.state.clone());
                self.join(ways, path)
            }
            Val::Bound(bound) => {
                let (function, this) = &**bound;
                let code = match function {
                    Val::Code(code) => (**code).clone(),
                    Val::Function(id) => self.function_code(*id),
                    _ => return Ok(Val::unknown("a method that is not followed")),
                };
                let this = Some(this.clone());
                let ways = self.run(frame.situation, &code, this, arguments, path.state.clone());
                self.join(ways, path)
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

    /// A method of a library class.
    fn inherited(&self, frame: &Frame<'_>, class: &str, name: &str, this: &Val, path: &mut Path) -> Outcome {
        path.called.insert(name.into());
        if *this == Val::View && class.starts_with("rest_framework.") {
            let instances = |attribute: &str, path: &mut Path| {
                let classes = self.attribute(frame, &Val::View, attribute, path)?;
                Ok(classes.map(|classes| match classes.elements() {
                    Some(items) => Val::list(items.iter().map(instance).collect()),
                    None => classes.clone(),
                }))
            };
            return match name {
                "get_permissions" => instances("permission_classes", path),
                "get_authenticators" => instances("authentication_classes", path),
                "get_throttles" => instances("throttle_classes", path),
                "get_renderers" => instances("renderer_classes", path),
                "get_parsers" => instances("parser_classes", path),
                "get_serializer_class" => self.attribute(frame, &Val::View, "serializer_class", path),
                "get_object" => {
                    path.may_raise = true;
                    Ok(Val::Object)
                }
                _ => {
                    path.may_raise = true;
                    Ok(Val::unknown(format!("what `{name}` gives is decided when it runs")))
                }
            };
        }
        if let Val::Instance(of) = this
            && let Val::Class(runtime) = &**of
            && matches!(name, "has_permission" | "has_object_permission")
        {
            let truth = self.library_grants(frame.situation, class, name, runtime);
            return Ok(Val::truth_value(truth, &format!("whom `{class}` lets in depends on more")));
        }
        path.may_raise = true;
        Ok(Val::unknown(format!("what `{class}.{name}` gives is decided when it runs")))
    }

    /// Functions of Python and of libraries that policy code uses.
    fn library_call(&self, frame: &Frame<'_>, name: &str, arguments: &Arguments, path: &mut Path) -> Outcome {
        match (name, arguments.plain()) {
            ("builtins.getattr", Some([base, Val::Str(attribute), default @ ..])) => {
                let mut inner = path.clone();
                inner.may_raise = false;
                let found = self.attribute(frame, base, attribute, &mut inner);
                match (found, default) {
                    (Err(_), [default]) => Ok(default.clone()),
                    (Ok(Val::Unknown(cause)), _) => {
                        path.may_raise |= default.is_empty();
                        Ok(Val::Unknown(cause))
                    }
                    (found, _) => found,
                }
            }
            ("builtins.hasattr", Some([base, Val::Str(attribute)])) => {
                let mut inner = path.clone();
                inner.may_raise = false;
                Ok(match self.attribute(frame, base, attribute, &mut inner) {
                    Err(_) => Val::Bool(false),
                    Ok(_) if inner.may_raise => Val::unknown(format!("`{attribute}` may be missing")),
                    Ok(Val::Unknown(cause)) => Val::Unknown(cause),
                    Ok(_) => Val::Bool(true),
                })
            }
            ("builtins.isinstance", Some([base, class])) => Ok(self.is_instance(frame, base, class)),
            ("builtins.map", Some([function, items])) => match items.exact_elements() {
                Some(items) => {
                    let mut all = Vec::new();
                    for item in items {
                        all.push(self.invoke(frame, function, Arguments::of(vec![item.clone()]), path)?);
                    }
                    Ok(Val::list(all))
                }
                None => Ok(Val::unknown("it goes over a computed value")),
            },
            ("functools.reduce", Some([function, items, start @ ..])) => {
                let Some(items) = items.exact_elements() else {
                    return Ok(Val::unknown("it goes over a computed value"));
                };
                let mut all = start.iter().chain(items);
                let Some(first) = all.next() else { return Err(Raised(Some("TypeError".into()))) };
                let mut total = first.clone();
                for item in all {
                    let pair = Arguments::of(vec![total, item.clone()]);
                    total = self.invoke(frame, function, pair, path)?;
                }
                Ok(total)
            }
            _ => {
                let value = builtins::function(name, arguments);
                path.may_raise |= matches!(value, Val::Unknown(_));
                Ok(value)
            }
        }
    }

    fn is_instance(&self, frame: &Frame<'_>, base: &Val, class: &Val) -> Val {
        let unknown = || Val::unknown("it depends on the class of an object");
        let anonymous = frame.situation.persona == Some(Persona::Anonymous);
        match (base, class) {
            (_, Val::Tuple(classes)) => {
                let one = |t: Truth, c: &Val| t.or(self.is_instance(frame, base, c).truth());
                let truth = classes.iter().fold(Truth::No, one);
                Val::truth_value(truth, "it depends on the class of an object")
            }
            (Val::User, Val::Library(name)) if &**name == "django.contrib.auth.models.AnonymousUser" => {
                match frame.situation.persona {
                    Some(_) if !anonymous => Val::Bool(false),
                    Some(_) if matches!(self.nobody(), super::subject::Nobody::Standard) => Val::Bool(true),
                    _ => unknown(),
                }
            }
            (Val::None, Val::Class(_)) => Val::Bool(false),
            _ => unknown(),
        }
    }
}

/// An object of a permission class.
fn instance(class: &Val) -> Val {
    match class {
        Val::Class(_) | Val::Composed(_) => Val::Instance(Rc::new(class.clone())),
        Val::Either(_) => class.map(instance),
        other => other.clone(),
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
