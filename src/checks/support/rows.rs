//! Whether the rows that a generic view serves are left to every account although they belong to one.

use crate::checks::CheckContext;
use crate::index::{ClassId, Lookup, Owner, ProjectIndex, Resolution};
use crate::settings::Truth;

use super::guards::{self, Handlers};
use super::lists::name_of;
use super::ownership::{self, Ownership};
use super::rest::{self, Key};
use super::{callers, handlers, intent, views};

/// What limits the rows of a view.
pub(crate) enum Limits {
    /// They need no limit by the account; why.
    Fine(String),
    /// It cannot be told; why.
    Unclear(String),
    /// Nothing, and this field says whose they are.
    None(Unlimited),
}

/// Rows that every caller gets.
pub(crate) struct Unlimited {
    /// The field that says whose they are.
    pub(crate) owner: String,
    /// Whether callers have to log in.
    pub(crate) login: bool,
}

impl Unlimited {
    /// Who gets the rows, as the beginning of a sentence.
    pub(crate) fn who(&self) -> &'static str {
        if self.login { "Every account" } else { "Everybody" }
    }

    /// The condition that limits the rows to the caller's; one without an account gets none.
    pub(crate) fn condition(&self, cx: &CheckContext<'_>) -> String {
        let (keyword, value) = callers::condition(cx, &self.owner, "self.request", self.login);
        format!("{keyword}={value}")
    }
}

/// The project's views that surely descend from DRF's generic view, without bases that name no rows.
pub(crate) fn generic_views(cx: &CheckContext<'_>) -> Vec<ClassId> {
    let index = cx.index;
    let certain = index.views().filter(|(_, truth)| *truth == Truth::Yes).map(|(id, _)| id);
    certain
        .filter(|id| !views::is_beside(cx, index.class_file(*id)))
        .filter(|id| index.is_subclass_of(*id, "rest_framework.generics.GenericAPIView") == Truth::Yes)
        .collect()
}

/// Looks at the model, the permissions, the manager, the backends and the methods that may limit rows.
pub(crate) fn limits(cx: &CheckContext<'_>, view: ClassId) -> Limits {
    let index = cx.index;
    let Some(served) = handlers::model_of(cx, view) else {
        return Limits::Unclear("the model of its rows is not found".to_owned());
    };
    let Some(model) = served.model else {
        return Limits::Unclear(format!("the model `{}` is not found", served.name));
    };
    if only_creates(index, view) {
        return Limits::Fine("it only creates rows".to_owned());
    }
    let (field, sure) = match ownership::of(cx, model) {
        Ownership::Nobody => return Limits::Fine("the rows belong to no account".to_owned()),
        Ownership::Owner(field) => (field, true),
        Ownership::Perhaps(field) => (field, false),
    };
    let guard = guards::of(cx, Owner::Class(view), Handlers::OfRows);
    if guard.is_special() {
        return Limits::Fine("only chosen callers get in".to_owned());
    }
    if !sure {
        return Limits::Unclear(format!("whether `{}` means an owner is not told by the model", field.name));
    }
    if guard.object {
        return if lists_rows(index, view) {
            Limits::Unclear("object permissions are asked for one object, not for a list".to_owned())
        } else {
            Limits::Fine("the object permissions are asked".to_owned())
        };
    }
    if let Some(why) = guard.unclear {
        return Limits::Unclear(why);
    }
    if let Some(why) = (!guard.login).then(|| intent::public(cx, Owner::Class(view))).flatten() {
        return Limits::Fine(format!("it is meant for everybody: {why}"));
    }
    if ownership::manager_may_limit(cx, model.class) {
        return Limits::Unclear("the model's manager may limit the rows".to_owned());
    }
    for name in ["filter_queryset", "get_object", "list"] {
        if matches!(index.lookup(view, name), Lookup::Method { .. }) {
            return Limits::Unclear(format!("`{name}` may limit the rows"));
        }
    }
    if let Some(why) = backend_may_limit(cx, view) {
        return Limits::Unclear(why);
    }
    Limits::None(Unlimited { owner: field.name.to_string(), login: guard.login })
}

/// Whether a view answers with a list.
fn lists_rows(index: &ProjectIndex, view: ClassId) -> bool {
    index.is_subclass_of(view, "rest_framework.mixins.ListModelMixin") != Truth::No
}

fn only_creates(index: &ProjectIndex, view: ClassId) -> bool {
    let others = ["ListModelMixin", "RetrieveModelMixin", "UpdateModelMixin", "DestroyModelMixin"];
    let has = |name: &str| index.is_subclass_of(view, &format!("rest_framework.mixins.{name}")) != Truth::No;
    has("CreateModelMixin") && !others.iter().any(|name| has(name))
}

/// A filter backend that is none of DRF's or django-filter's.
fn backend_may_limit(cx: &CheckContext<'_>, view: ClassId) -> Option<String> {
    const PLAIN: [&str; 4] =
        ["DjangoFilterBackend", "SearchFilter", "OrderingFilter", "RestFrameworkFilterBackend"];
    let unknown = |name: &str| {
        let last = name.rsplit('.').next().unwrap_or(name);
        (!PLAIN.contains(&last)).then(|| format!("the filter backend `{last}` may limit the rows"))
    };
    match cx.index.lookup(view, "filter_backends") {
        Lookup::Value { class, value } => {
            let Some(elements) = cx.index.list_elements(value.at, Some(class), &value.value) else {
                return Some("the list of filter backends is computed".to_owned());
            };
            elements.iter().find_map(|element| {
                let name = element.value.name()?;
                match cx.index.resolve_in_class(class, name) {
                    Resolution::External(full) => unknown(&full),
                    Resolution::Resolved(_) => {
                        Some(format!("the filter backend `{name}` may limit the rows"))
                    }
                    Resolution::Unresolved(_) => unknown(name),
                }
            })
        }
        Lookup::Settings { .. } => match rest::key(cx.model?, "DEFAULT_FILTER_BACKENDS") {
            Key::Absent => None,
            Key::Unclear(why) => Some(why),
            Key::Set(node) => node.as_items()?.items.iter().filter_map(name_of).find_map(unknown),
        },
        Lookup::Unknown(why) => Some(why),
        _ => None,
    }
}
