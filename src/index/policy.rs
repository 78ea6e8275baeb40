//! The places where code itself sets a view's permissions or authenticators: class attributes, keywords of
//! `@action`, decorators of function views. And whether a list of permissions lets everybody in.
//!
//! What `get_permissions` computes is not read here.

use rustc_hash::{FxHashMap, FxHashSet};

use super::items::{ArgumentItem, DecoratorItem, ValueItem};
use super::{
    API_VIEW_DECORATOR, Ancestor, ClassId, Entity, Expression, Framework, FunctionId, Lookup, Operator,
    ProjectIndex, Resolution,
};
use crate::settings::Truth;
use crate::source::Span;

/// Deeper permission expressions cannot be told.
const MAX_DEPTH: usize = 12;

/// A policy of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// `permission_classes`.
    Permission,
    /// `authentication_classes`.
    Authentication,
    /// `throttle_classes`.
    Throttle,
}

impl Policy {
    /// The attribute, keyword and decorator that sets it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Permission => "permission_classes",
            Self::Authentication => "authentication_classes",
            Self::Throttle => "throttle_classes",
        }
    }

    /// The method of a view that makes instances of the classes.
    pub fn method(self) -> &'static str {
        match self {
            Self::Permission => "get_permissions",
            Self::Authentication => "get_authenticators",
            Self::Throttle => "get_throttles",
        }
    }
}

/// Whose policy is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A class's.
    Class(ClassId),
    /// That of one action: the class, and the position of the method.
    Action(ClassId, usize),
    /// A function view's.
    Function(FunctionId),
}

/// How it is written.
#[derive(Clone, Copy, Debug)]
pub enum Written<'a> {
    /// As an assignment in a class body.
    Attribute(&'a ValueItem),
    /// As a keyword of the decorator call at the span.
    Keyword(Span, &'a ArgumentItem),
    /// As a decorator of its own, at the span.
    Decorator(Span),
}

/// A place where a policy is set.
#[derive(Clone, Copy, Debug)]
pub struct PolicySite<'a> {
    /// Whose policy.
    pub owner: Owner,
    /// How it is written.
    pub written: Written<'a>,
    /// The value's form.
    pub value: &'a Expression,
    /// The value's place.
    pub value_at: Span,
    /// Whether the owner is a DRF view: `Maybe` when a base is unknown.
    pub view: Truth,
}

impl PolicySite<'_> {
    /// The class of a class's or an action's policy.
    pub fn class(&self) -> Option<ClassId> {
        match self.owner {
            Owner::Class(class) | Owner::Action(class, _) => Some(class),
            Owner::Function(_) => None,
        }
    }

    /// The assignment, the keyword with its value, or the decorator.
    pub fn at(&self) -> Span {
        match self.written {
            Written::Attribute(value) => value.at,
            Written::Keyword(_, argument) => argument.at,
            Written::Decorator(at) => at,
        }
    }
}

/// Whom a list of permissions lets in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Openness {
    /// Everybody.
    Open,
    /// Something is asked of the caller.
    Closed,
    /// It cannot be told; the clause says why.
    Unclear(String),
}

impl ProjectIndex {
    /// All places where `policy` is set on something that is, or may be, a DRF view. A class without a DRF base
    /// counts when a view inherits from it.
    pub fn policy_sites(&self, policy: Policy) -> Vec<PolicySite<'_>> {
        let mut sites = Vec::new();
        let decorator_name = format!("rest_framework.decorators.{}", policy.name());
        for &(id, view) in self.of_views() {
            let class = self.class(id);
            for value in class.attributes.iter().filter(|a| &*a.name == policy.name()) {
                let (written, value_at) = (Written::Attribute(value), value.value_at);
                sites.push(PolicySite {
                    owner: Owner::Class(id),
                    written,
                    value: &value.value,
                    value_at,
                    view,
                });
            }
            // On a class the decorator sets the attribute behind the statement.
            for decorator in &class.decorators {
                let Some(name) = decorator.name.as_deref() else { continue };
                let Some([argument, ..]) = decorator.arguments.as_deref() else { continue };
                if self.is_external(decorator.at, name, &decorator_name) {
                    sites.push(PolicySite {
                        owner: Owner::Class(id),
                        written: Written::Decorator(decorator.at),
                        value: &argument.value,
                        value_at: argument.value_at,
                        view,
                    });
                }
            }
            for (position, method) in class.methods.iter().enumerate() {
                let owner = Owner::Action(id, position);
                for decorator in &method.decorators {
                    let name = decorator.name.as_deref().unwrap_or_default();
                    let keywords = decorator.arguments.iter().flatten();
                    for argument in keywords.filter(|a| a.keyword.as_deref() == Some(policy.name())) {
                        if !self.is_external(decorator.at, name, "rest_framework.decorators.action") {
                            continue;
                        }
                        let written = Written::Keyword(decorator.at, argument);
                        let (value, value_at) = (&argument.value, argument.value_at);
                        sites.push(PolicySite { owner, written, value, value_at, view });
                    }
                }
            }
        }
        for (id, function) in self.api_views() {
            // DRF does not read what stands above `@api_view`.
            let makes_view = |d: &DecoratorItem| {
                d.name.as_deref().is_some_and(|name| self.is_external(d.at, name, API_VIEW_DECORATOR))
            };
            for decorator in function.decorators.iter().skip_while(|d| !makes_view(d)) {
                let Some(name) = decorator.name.as_deref() else { continue };
                let Some([argument, ..]) = decorator.arguments.as_deref() else { continue };
                if self.is_external(decorator.at, name, &decorator_name) {
                    let (written, value_at) = (Written::Decorator(decorator.at), argument.value_at);
                    let owner = Owner::Function(id);
                    sites.push(PolicySite {
                        owner,
                        written,
                        value: &argument.value,
                        value_at,
                        view: Truth::Yes,
                    });
                }
            }
        }
        sites
    }

    /// Project classes from which a class inherits that surely is a DRF view.
    pub fn mixed_into_views(&self) -> &FxHashSet<ClassId> {
        self.known.mixed_into_views.get_or_init(|| {
            let views = self.views().filter(|(_, truth)| *truth == Truth::Yes);
            let ancestors = views.flat_map(|(view, _)| &self.mro(view).order);
            ancestors.filter_map(|a| if let Ancestor::Project(id) = a { Some(*id) } else { None }).collect()
        })
    }

    /// The classes that are DRF views or bases of some, or may be, in order.
    pub fn of_views(&self) -> &[(ClassId, Truth)] {
        self.known.of_views.get_or_init(|| {
            let mixed_in = self.mixed_into_views();
            let views: FxHashMap<ClassId, Truth> = self.views().collect();
            let truth = |id| {
                let by_itself = views.get(&id).copied().unwrap_or(Truth::No);
                if mixed_in.contains(&id) { Truth::Yes } else { by_itself }
            };
            let all = self.classes().map(|(id, _)| (id, truth(id)));
            all.filter(|(_, truth)| *truth != Truth::No).collect()
        })
    }

    /// The elements of a list, tuple or set, through module-level names, `list(...)` and `+`; `None` when they cannot be
    /// told.
    pub fn list_elements<'a>(
        &'a self,
        at: Span,
        class: Option<ClassId>,
        value: &'a Expression,
    ) -> Option<Vec<Element<'a>>> {
        self.elements_within(at, class, value, 0)
    }

    fn elements_within<'a>(
        &'a self,
        at: Span,
        class: Option<ClassId>,
        value: &'a Expression,
        depth: usize,
    ) -> Option<Vec<Element<'a>>> {
        if depth > MAX_DEPTH {
            return None;
        }
        match value {
            Expression::List(items) | Expression::Tuple(items) | Expression::Set(items) => {
                let mut all = Vec::new();
                for item in items {
                    match item {
                        Expression::Starred(inner) => {
                            all.extend(self.elements_within(at, class, inner, depth + 1)?);
                        }
                        value => all.push(Element { value, at, class }),
                    }
                }
                Some(all)
            }
            Expression::Call(call)
                if matches!(&*call.callee, "list" | "tuple" | "set" | "frozenset")
                    && call.keywords.is_empty() =>
            {
                match &call.arguments[..] {
                    [] => Some(Vec::new()),
                    [inner] => self.elements_within(at, class, inner, depth + 1),
                    _ => None,
                }
            }
            Expression::Binary(parts) if parts.1 == Operator::Add => {
                let mut all = self.elements_within(at, class, &parts.0, depth + 1)?;
                all.extend(self.elements_within(at, class, &parts.2, depth + 1)?);
                Some(all)
            }
            Expression::Name(name) => match self.name_in(at, class, name) {
                Resolution::Resolved(Entity::Value(file, position)) => {
                    let value = self.value(file, position).filter(|v| !v.augmented)?;
                    self.elements_within(value.at, None, &value.value, depth + 1)
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn name_in(&self, at: Span, class: Option<ClassId>, name: &str) -> Resolution<Entity> {
        match class {
            Some(class) => self.resolve_in_body(class, at, name),
            None => self.resolve_at(at, name),
        }
    }

    /// Whom the value of `permission_classes` at `at` lets in: every class of the list must agree.
    pub fn openness(&self, at: Span, class: Option<ClassId>, value: &Expression) -> Openness {
        let Some(elements) = self.list_elements(at, class, value) else {
            return Openness::Unclear("the list is computed".to_owned());
        };
        let all = elements.iter().map(|e| self.permission(e.at, e.class, e.value, 0));
        all.fold(Openness::Open, Openness::and)
    }

    fn permission(&self, at: Span, class: Option<ClassId>, value: &Expression, depth: usize) -> Openness {
        if depth > MAX_DEPTH {
            return Openness::Unclear("the permission is nested too deep".to_owned());
        }
        let inner = |value| self.permission(at, class, value, depth + 1);
        match value {
            Expression::Name(name) => match self.name_in(at, class, name) {
                Resolution::External(name) if name == "rest_framework.permissions.AllowAny" => Openness::Open,
                Resolution::External(name) if name.starts_with("rest_framework.settings.") => {
                    Openness::Unclear("it is the project's default".to_owned())
                }
                Resolution::External(_) => Openness::Closed,
                Resolution::Resolved(Entity::Class(id)) => self.permission_class(id),
                Resolution::Resolved(Entity::Value(file, position)) => match self.value(file, position) {
                    Some(item) if !item.augmented && item.value.elements().is_none() => {
                        self.permission(item.at, None, &item.value, depth + 1)
                    }
                    _ => Openness::Unclear(format!("`{name}` is computed")),
                },
                Resolution::Resolved(_) => Openness::Unclear(format!("`{name}` is no class")),
                Resolution::Unresolved(cause) => Openness::Unclear(cause),
            },
            Expression::Binary(parts) => match parts.1 {
                Operator::And => inner(&parts.0).and(inner(&parts.2)),
                Operator::Or => inner(&parts.0).or(inner(&parts.2)),
                Operator::Add => Openness::Unclear("the permission is computed".to_owned()),
            },
            Expression::Invert(operand) => match inner(operand) {
                Openness::Open => Openness::Closed,
                _ => Openness::Unclear("whom a negated permission lets in depends on its class".to_owned()),
            },
            Expression::Either(branches) => {
                let (left, right) = (inner(&branches.0), inner(&branches.1));
                if left == right { left } else { Openness::Unclear("it depends on a condition".to_owned()) }
            }
            _ => Openness::Unclear("the permission is computed".to_owned()),
        }
    }

    /// A permission class of the project is open when it checks nothing: both methods are those of
    /// `BasePermission` or `AllowAny`, or just `return True`.
    fn permission_class(&self, id: ClassId) -> Openness {
        const OPEN: [&str; 2] =
            ["rest_framework.permissions.BasePermission", "rest_framework.permissions.AllowAny"];
        for method in ["has_permission", "has_object_permission"] {
            match self.lookup(id, method) {
                Lookup::Framework { class, .. } if OPEN.contains(&class) => {}
                Lookup::Method { method, .. } if method.returns_true && method.decorators.is_empty() => {}
                Lookup::Absent | Lookup::Unknown(_) => {
                    return Openness::Unclear(format!("what `{}` asks cannot be told", self.class(id).name));
                }
                _ => return Openness::Closed,
            }
        }
        Openness::Open
    }

    /// Whether the value of `authentication_classes` is the empty list; `None` when it cannot be told.
    pub fn is_empty_list(&self, at: Span, class: Option<ClassId>, value: &Expression) -> Option<bool> {
        if let Some(items) = value.elements()
            && items.iter().any(|i| !matches!(i, Expression::Starred(_)))
        {
            return Some(false);
        }
        self.list_elements(at, class, value).map(|e| e.is_empty())
    }

    /// The library class that leaves this policy open by itself and from which a class inherits, such as a
    /// token view.
    pub fn open_by_library(&self, class: ClassId) -> Option<&'static str> {
        let table = Framework::builtin();
        self.mro(class).order.iter().find_map(|ancestor| {
            let Ancestor::Framework(id) = ancestor else { return None };
            let library = table.class(*id);
            let open = match library.attributes.get("permission_classes")? {
                super::FrameworkValue::List(list) => {
                    list.iter().all(|p| p == "rest_framework.permissions.AllowAny")
                }
                super::FrameworkValue::One(_) => false,
            };
            open.then_some(library.name.as_str())
        })
    }
}

/// An element of a list, and where it was written, which decides what its names mean.
#[derive(Clone, Copy, Debug)]
pub struct Element<'a> {
    /// The element.
    pub value: &'a Expression,
    /// The code around it.
    pub at: Span,
    /// The class body around it.
    pub class: Option<ClassId>,
}

impl Openness {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Closed, _) | (_, Self::Closed) => Self::Closed,
            (Self::Open, Self::Open) => Self::Open,
            (Self::Unclear(why), _) | (_, Self::Unclear(why)) => Self::Unclear(why),
        }
    }

    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Open, _) | (_, Self::Open) => Self::Open,
            (Self::Closed, Self::Closed) => Self::Closed,
            (Self::Unclear(why), _) | (_, Self::Unclear(why)) => Self::Unclear(why),
        }
    }
}
