//! Calls that end in a library: DRF's own methods of views and permissions, and Python's functions.

use std::rc::Rc;

use super::call::Arguments;
use super::{Evaluator, Frame, Outcome, Path, Persona, Raised, Val, builtins};
use crate::settings::Truth;

impl Evaluator<'_> {
    /// A method of a library class.
    pub(super) fn inherited(
        &self,
        frame: &Frame<'_>,
        class: &str,
        name: &str,
        this: &Val,
        path: &mut Path,
    ) -> Outcome {
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
    pub(super) fn library_call(
        &self,
        frame: &Frame<'_>,
        name: &str,
        arguments: &Arguments,
        path: &mut Path,
    ) -> Outcome {
        match (name, arguments.plain()) {
            ("builtins.getattr", Some([Val::View, Val::Str(attribute), default]))
                if self.is_missing_on_view(frame, attribute, path) =>
            {
                Ok(default.clone())
            }
            ("builtins.hasattr", Some([Val::View, Val::Str(attribute)]))
                if self.is_missing_on_view(frame, attribute, path) =>
            {
                Ok(Val::Bool(false))
            }
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
            (
                "django.utils.module_loading.import_string" | "rest_framework.settings.import_from_string",
                Some([Val::Str(dotted), ..]),
            ) => {
                let value = self.imported(dotted);
                path.may_raise |= matches!(value, Val::Unknown(_));
                Ok(value)
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
            (Val::None, Val::Library(name)) if name.ends_with("NoneType") || name.ends_with(".object") => {
                unknown()
            }
            (Val::None, Val::Class(_) | Val::Library(_)) => Val::Bool(false),
            (base, Val::Library(name)) => match (builtin_type(base), name.strip_prefix("builtins.")) {
                // What stands as a list may be a set, and in the tables of libraries a tuple.
                (Some("list"), Some("list" | "tuple")) => unknown(),
                (Some(own), Some(asked)) if TYPES.contains(&asked) => Val::Bool(own == asked),
                _ => unknown(),
            },
            _ => unknown(),
        }
    }
}

/// Builtin types of which none is another one's base.
const TYPES: [&str; 6] = ["str", "list", "tuple", "dict", "type", "bytes"];

/// The builtin type of a value, where it is surely one.
fn builtin_type(value: &Val) -> Option<&'static str> {
    match value {
        Val::Str(_) => Some("str"),
        Val::List(_) => Some("list"),
        Val::Tuple(_) => Some("tuple"),
        Val::Dict(_) => Some("dict"),
        Val::Class(_) => Some("type"),
        _ => None,
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
