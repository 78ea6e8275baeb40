//! Questions to a class: is it a view, and where does an attribute come from?

use super::Resolution;
use super::items::{DecoratorItem, FunctionItem, ValueItem};
use super::{Ancestor, ClassId, Expression, Framework, FrameworkValue, FunctionId, Mro, ProjectIndex};
use crate::settings::Truth;
use crate::source::Span;

/// DRF's view.
pub const API_VIEW: &str = "rest_framework.views.APIView";
/// Django's view that answers HEAD itself.
pub const REDIRECT_VIEW: &str = "django.views.generic.base.RedirectView";
/// The decorator that makes one of a function.
pub const API_VIEW_DECORATOR: &str = "rest_framework.decorators.api_view";

/// Where the search for an attribute ended.
#[derive(Clone, Debug)]
pub enum Lookup<'a> {
    /// At an assignment in the body of a project class (the class itself, or a base).
    Value {
        /// Whose body.
        class: ClassId,
        /// The assignment.
        value: &'a ValueItem,
    },
    /// At a method of a project class.
    Method {
        /// Whose.
        class: ClassId,
        /// The method.
        method: &'a FunctionItem,
    },
    /// At a library class.
    Framework {
        /// Its dotted name.
        class: &'static str,
        /// The value; `None` for a method.
        value: Option<&'static FrameworkValue>,
    },
    /// At a library class that takes the project's default, a key of `REST_FRAMEWORK`.
    Settings {
        /// Its dotted name.
        class: &'static str,
        /// Such as `DEFAULT_PERMISSION_CLASSES`.
        key: &'static str,
    },
    /// Nowhere, and all bases are known.
    Absent,
    /// It cannot be told; the clause says why.
    Unknown(String),
}

impl ProjectIndex {
    /// The method resolution order of a class.
    pub fn mro(&self, class: ClassId) -> &Mro {
        &self.classes[class.0 as usize].mro
    }

    /// Whether a class inherits from (or is) the class with this dotted name, of a library or the project.
    pub fn is_subclass_of(&self, class: ClassId, name: &str) -> Truth {
        let table = Framework::builtin();
        let wanted = table.canonical(name);
        let mut answer = Truth::No;
        for ancestor in &self.mro(class).order {
            let hit = match ancestor {
                Ancestor::Framework(id) => table.class(*id).name == wanted,
                Ancestor::Plain(other) => &**other == wanted,
                Ancestor::Project(id) => {
                    let item = self.class(*id);
                    wanted.ends_with(&*item.name) && self.class_name(*id) == wanted
                }
                Ancestor::Unknown(_) => {
                    answer = Truth::Maybe;
                    false
                }
            };
            if hit {
                return Truth::Yes;
            }
        }
        answer
    }

    /// Classes that are DRF views (`Yes`), or may be because a base is unknown (`Maybe`).
    pub fn views(&self) -> impl Iterator<Item = (ClassId, Truth)> {
        let find = || {
            let truth = |(id, _)| (id, self.is_subclass_of(id, API_VIEW));
            self.classes().map(truth).filter(|(_, truth)| *truth != Truth::No).collect()
        };
        self.known.views.get_or_init(find).iter().copied()
    }

    /// Module-level functions under `@api_view`.
    pub fn api_views(&self) -> impl Iterator<Item = (FunctionId, &FunctionItem)> {
        let is_decorator = |d: &DecoratorItem| {
            d.name.as_deref().is_some_and(|name| self.is_external(d.at, name, API_VIEW_DECORATOR))
        };
        let find = || {
            let decorated = self.functions().filter(|(_, f)| f.decorators.iter().any(is_decorator));
            decorated.map(|(id, _)| id).collect()
        };
        self.known.api_views.get_or_init(find).iter().map(|&id| (id, self.function(id)))
    }

    /// The methods (lower case) that `@api_view` gives a function; `None` for a plain function.
    pub fn api_view(&self, id: FunctionId) -> Option<Vec<String>> {
        let decorator = self.function(id).decorators.iter().find(|d| {
            d.name.as_deref().is_some_and(|name| self.is_external(d.at, name, API_VIEW_DECORATOR))
        })?;
        let list = decorator
            .arguments
            .iter()
            .flatten()
            .find(|a| a.keyword.is_none() || a.keyword.as_deref() == Some("http_method_names"));
        let text = |e: &Expression| match e {
            Expression::Str(text) => Some(text.to_lowercase()),
            _ => None,
        };
        let methods = list.and_then(|a| a.value.elements()).map(|e| e.iter().filter_map(text).collect());
        Some(methods.unwrap_or_else(|| vec!["get".to_owned()]))
    }

    /// Whether a library class inherits from (or is) another, as far as the table tells.
    pub fn is_library_subclass(name: &str, base: &str) -> bool {
        let table = Framework::builtin();
        let wanted = table.canonical(base);
        library_order(name).iter().any(|c| c.name == wanted)
    }

    /// Those of `methods` that a library class of the table has; `None` when it is not in the table. Every view of
    /// Django's answers OPTIONS.
    pub fn library_handlers(name: &str, methods: &[&str]) -> Option<Vec<String>> {
        let order = library_order(name);
        if order.is_empty() {
            return None;
        }
        let has = |m: &&&str| {
            **m == "options"
                || (**m == "head" && is_redirect(&order))
                || order.iter().any(|c| c.methods.iter().any(|n| n == *m))
        };
        Some(methods.iter().filter(has).map(ToString::to_string).collect())
    }

    /// Whether a dotted name in module-level code at `at` means this library name.
    pub fn is_external(&self, at: Span, name: &str, wanted: &str) -> bool {
        matches!(self.resolve_at(at, name), Resolution::External(full) if full == wanted)
    }

    /// Where an attribute of a class (or of its instances, as far as class bodies tell) comes from.
    pub fn lookup(&self, class: ClassId, name: &str) -> Lookup<'_> {
        self.lookup_after(class, name, 0)
    }

    /// The same, beginning behind the class itself: what `super()` finds, and what remains when the class's
    /// own assignment is removed.
    pub fn lookup_inherited(&self, class: ClassId, name: &str) -> Lookup<'_> {
        self.lookup_after(class, name, 1)
    }

    fn lookup_after(&self, class: ClassId, name: &str, skip: usize) -> Lookup<'_> {
        let mro = self.mro(class);
        if let Some(problem) = &mro.problem {
            return Lookup::Unknown(problem.to_string());
        }
        for ancestor in mro.order.iter().skip(skip) {
            let found = match ancestor {
                Ancestor::Project(id) => self.own(*id, name),
                Ancestor::Framework(id) => framework_attribute(Framework::builtin().class(*id), name),
                Ancestor::Plain(_) => None,
                Ancestor::Unknown(cause) => Some(Lookup::Unknown(cause.to_string())),
            };
            if let Some(found) = found {
                return found;
            }
        }
        Lookup::Absent
    }

    /// What the class's own body binds the name to.
    fn own(&self, id: ClassId, name: &str) -> Option<Lookup<'_>> {
        let class = self.class(id);
        let value = class.attribute(name);
        let method = class.method(name);
        let conditional =
            value.is_some_and(|v| v.conditional || v.augmented) || method.is_some_and(|m| m.conditional);
        if conditional {
            let cause = format!("`{name}` of `{}` is set on some branches only", class.name);
            return Some(Lookup::Unknown(cause));
        }
        match (value, method) {
            (Some(value), Some(method)) if method.at > value.at => Some(Lookup::Method { class: id, method }),
            (Some(value), _) => Some(Lookup::Value { class: id, value }),
            (None, Some(method)) => Some(Lookup::Method { class: id, method }),
            (None, None) => None,
        }
    }
}

/// Of Django's views `RedirectView` alone has a handler of its own for HEAD, of which the table says nothing.
fn is_redirect(order: &[&super::FrameworkClass]) -> bool {
    order.iter().any(|c| c.name == REDIRECT_VIEW)
}

/// A library class and its bases that the table holds.
fn library_order(name: &str) -> Vec<&'static super::FrameworkClass> {
    let table = Framework::builtin();
    let mut order: Vec<&'static super::FrameworkClass> = Vec::new();
    let mut todo = vec![name];
    while let Some(name) = todo.pop() {
        if let Some(class) = table.find(name).map(|id| table.class(id))
            && !order.iter().any(|c| c.name == class.name)
        {
            order.push(class);
            todo.extend(class.bases.iter().map(String::as_str));
        }
    }
    order
}

fn framework_attribute(class: &'static super::FrameworkClass, name: &str) -> Option<Lookup<'static>> {
    if class.methods.iter().any(|m| m == name) {
        return Some(Lookup::Framework { class: &class.name, value: None });
    }
    let value = class.attributes.get(name)?;
    Some(match value {
        FrameworkValue::One(text) if text.starts_with("settings:") => {
            Lookup::Settings { class: &class.name, key: &text["settings:".len()..] }
        }
        value => Lookup::Framework { class: &class.name, value: Some(value) },
    })
}
