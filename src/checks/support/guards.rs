//! What the permission classes of a view ask of a caller, in kinds: a login, staff, a role, the object itself.
//!
//! Read are attributes, keywords of `@action`, decorators and the project's default; what `get_permissions` and
//! overridden checks of a view do is `unclear`. Whether a view is open is `index::Openness`' work.

use crate::checks::CheckContext;
use crate::index::items::{DecoratorItem, FunctionItem};
use crate::index::{
    ClassId, Entity, Expression, FrameworkValue, Lookup, Operator, Owner, Policy, Resolution,
};
use crate::settings::SettingsModel;
use crate::source::Span;

use super::lists::name_of;
use super::permissions;
use super::rest::{self, Key};

/// Kinds of questions that are asked; several may be.
#[expect(clippy::struct_excessive_bools, reason = "independent kinds")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Guard {
    /// A login.
    pub(crate) login: bool,
    /// Staff.
    pub(crate) staff: bool,
    /// A role, a model permission, or whatever else a class of the project looks at.
    pub(crate) role: bool,
    /// The object.
    pub(crate) object: bool,
    /// Why something may be asked that is not seen here.
    pub(crate) unclear: Option<String>,
}

impl Guard {
    /// Whether only chosen callers get in, of whom it is likely that they may see rows of others.
    pub(crate) fn is_special(&self) -> bool {
        self.staff || self.role
    }

    fn or(self, other: Self) -> Self {
        Self {
            login: self.login || other.login,
            staff: self.staff || other.staff,
            role: self.role || other.role,
            object: self.object || other.object,
            unclear: self.unclear.or(other.unclear),
        }
    }

    fn unclear(why: impl Into<String>) -> Self {
        Self { unclear: Some(why.into()), ..Self::default() }
    }
}

/// What is asked by a view, an action of it, or a function view.
pub(crate) fn of(cx: &CheckContext<'_>, owner: Owner) -> Guard {
    match owner {
        Owner::Class(class) => of_class(cx, class),
        Owner::Action(class, method) => {
            let method = &cx.index.class(class).methods[method];
            match keyword(method) {
                Some((at, value)) => of_list(cx, at, Some(class), value),
                None => of_class(cx, class),
            }
        }
        Owner::Function(function) => {
            let wanted = "rest_framework.decorators.permission_classes";
            let decorators = &cx.index.function(function).decorators;
            let is_wanted = |d: &&DecoratorItem| {
                d.name.as_deref().is_some_and(|name| cx.index.is_external(d.at, name, wanted))
            };
            match decorators.iter().find(is_wanted).map(|d| (d.at, d.arguments.as_deref())) {
                Some((at, Some([argument, ..]))) => of_list(cx, at, None, &argument.value),
                Some(_) => Guard::unclear("the permissions are computed"),
                None => of_default(cx.model),
            }
        }
    }
}

/// The value of `permission_classes` in `@action(...)`.
fn keyword(method: &FunctionItem) -> Option<(Span, &Expression)> {
    let name = Policy::Permission.name();
    method.decorators.iter().find_map(|decorator| {
        let argument = decorator.arguments.iter().flatten().find(|a| a.keyword.as_deref() == Some(name))?;
        Some((decorator.at, &argument.value))
    })
}

fn of_class(cx: &CheckContext<'_>, class: ClassId) -> Guard {
    for name in ["get_permissions", "check_permissions", "initial", "dispatch"] {
        match cx.index.lookup(class, name) {
            Lookup::Method { method, .. } => {
                let text = cx.sources.slice(method.at);
                let asks = ["ermission", "has_perm", "user", "NotAuthenticated", "Http404"];
                if asks.iter().any(|a| text.split_once(':').is_some_and(|(_, body)| body.contains(a))) {
                    return Guard::unclear(format!("`{name}` decides"));
                }
            }
            Lookup::Unknown(why) => return Guard::unclear(why),
            _ => {}
        }
    }
    match cx.index.lookup(class, Policy::Permission.name()) {
        Lookup::Value { class, value } => of_list(cx, value.at, Some(class), &value.value),
        Lookup::Settings { .. } => of_default(cx.model),
        Lookup::Framework { value: Some(FrameworkValue::List(names)), .. } => {
            names.iter().map(|name| by_name(name)).fold(Guard::default(), Guard::or)
        }
        Lookup::Unknown(why) => Guard::unclear(why),
        _ => Guard::unclear("the permissions are computed"),
    }
}

/// What the project's default asks.
fn of_default(model: Option<&SettingsModel>) -> Guard {
    let Some(model) = model else { return Guard::unclear("there are no settings") };
    match rest::key(model, permissions::KEY) {
        Key::Absent => Guard::default(),
        Key::Unclear(why) => Guard::unclear(why),
        Key::Set(node) => {
            let items = node.as_items().map_or(&[][..], |i| &i.items);
            items
                .iter()
                .map(|i| name_of(i).map_or_else(Guard::default, by_name))
                .fold(Guard::default(), Guard::or)
        }
    }
}

fn of_list(cx: &CheckContext<'_>, at: Span, class: Option<ClassId>, value: &Expression) -> Guard {
    let Some(elements) = cx.index.list_elements(at, class, value) else {
        return Guard::unclear("the list of permissions is computed");
    };
    let all = elements.iter().map(|e| of_element(cx, e.at, e.class, e.value, 0));
    all.fold(Guard::default(), Guard::or)
}

fn of_element(
    cx: &CheckContext<'_>,
    at: Span,
    class: Option<ClassId>,
    value: &Expression,
    depth: usize,
) -> Guard {
    match value {
        Expression::Name(name) => {
            let found = match class {
                Some(class) => cx.index.resolve_in_class(class, name),
                None => cx.index.resolve_at(at, name),
            };
            match found {
                Resolution::External(name) => by_name(&name),
                Resolution::Resolved(Entity::Class(id)) => of_permission(cx, id),
                Resolution::Resolved(Entity::Value(file, position)) if depth < 8 => {
                    match cx.index.value(file, position) {
                        Some(item) => of_element(cx, item.at, None, &item.value, depth + 1),
                        None => Guard::unclear(format!("`{name}` is computed")),
                    }
                }
                Resolution::Resolved(_) => Guard::unclear(format!("`{name}` is computed")),
                Resolution::Unresolved(why) => Guard::unclear(why),
            }
        }
        Expression::Binary(parts) if parts.1 != Operator::Add && depth < 8 => {
            let (left, right) = (&parts.0, &parts.2);
            of_element(cx, at, class, left, depth + 1).or(of_element(cx, at, class, right, depth + 1))
        }
        _ => Guard::unclear("a permission is computed"),
    }
}

/// A permission class of a library.
fn by_name(name: &str) -> Guard {
    let mut guard = Guard::default();
    match name.rsplit('.').next().unwrap_or(name) {
        "AllowAny" | "BasePermission" => {}
        "IsAuthenticated" | "IsAuthenticatedOrReadOnly" => guard.login = true,
        "IsAdminUser" => guard.staff = true,
        "DjangoObjectPermissions" | "DjangoObjectPermissionsOrAnonReadOnly" => {
            guard.object = true;
            guard.role = true;
        }
        "DjangoModelPermissions" | "DjangoModelPermissionsOrAnonReadOnly" => guard.role = true,
        other => guard.unclear = Some(format!("nothing is known of `{other}`")),
    }
    guard
}

/// A permission class of the project.
fn of_permission(cx: &CheckContext<'_>, id: ClassId) -> Guard {
    const ROLES: [&str; 12] = [
        "has_perm",
        "is_staff",
        "is_superuser",
        "group",
        "role",
        "admin",
        "kwargs",
        ".objects",
        "filter(",
        "member",
        "META",
        "headers",
    ];
    let mut guard = match cx.index.lookup(id, "has_permission") {
        Lookup::Method { method, .. } if method.returns_true => Guard::default(),
        Lookup::Method { method, .. } => {
            let text = cx.sources.slice(method.at);
            let login = text.contains("is_authenticated") && !ROLES.iter().any(|r| text.contains(r));
            Guard { login, role: !login, ..Guard::default() }
        }
        Lookup::Framework { class, .. } => by_name(class),
        Lookup::Unknown(why) => Guard::unclear(why),
        _ => Guard::default(),
    };
    guard.object |= match cx.index.lookup(id, "has_object_permission") {
        Lookup::Method { method, .. } => !method.returns_true,
        Lookup::Framework { class, .. } => by_name(class).object,
        _ => false,
    };
    guard
}
