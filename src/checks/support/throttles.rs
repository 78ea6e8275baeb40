//! Throttle classes, their scopes and rates, in settings and on views.

use crate::checks::CheckContext;
use crate::edit::{Code, Operation};
use crate::index::{
    ClassId, Element, Entity, Expression, FrameworkValue, Lookup, Owner, Policy, PolicySite, ProjectIndex,
    Resolution,
};
use crate::python::ast::Expr;
use crate::settings::placement::{Site, is_toml};
use crate::settings::{Dict, SettingsModel, Truth};
use crate::source::{FileId, Span};

use super::classes::{attribute, defines, find, is_none};
use super::fixes::{Operations, display, placement};
use super::lists::name_of;
use super::rest::{self, Key};
use super::settings::own;

/// The setting with the classes.
pub(crate) const CLASSES: &str = "DEFAULT_THROTTLE_CLASSES";
/// The setting with the rates.
pub(crate) const RATES: &str = "DEFAULT_THROTTLE_RATES";
/// Limits anonymous callers.
pub(crate) const ANONYMOUS: &str = "rest_framework.throttling.AnonRateThrottle";
/// Limits everybody by account or address.
pub(crate) const USER: &str = "rest_framework.throttling.UserRateThrottle";
/// Limits by the scope that a view names.
pub(crate) const SCOPED: &str = "rest_framework.throttling.ScopedRateThrottle";

/// What a throttle class goes by.
#[derive(PartialEq)]
pub(crate) enum Limit {
    /// The rate of a scope.
    Scope(String),
    /// A rate of its own.
    Own,
    /// The scope that the view names.
    OfView,
    /// It cannot be told.
    Unclear,
}

/// What the class with this dotted name goes by.
pub(crate) fn limit(cx: &CheckContext<'_>, class: &str) -> Limit {
    match class {
        ANONYMOUS => return Limit::Scope("anon".to_owned()),
        USER => return Limit::Scope("user".to_owned()),
        SCOPED => return Limit::OfView,
        _ => {}
    }
    find(cx.index, class).map_or(Limit::Unclear, |id| limit_of(cx, id))
}

/// What a class of the project goes by.
pub(crate) fn limit_of(cx: &CheckContext<'_>, id: ClassId) -> Limit {
    if ["allow_request", "get_rate", "parse_rate"].iter().any(|method| defines(cx, id, method)) {
        return Limit::Unclear;
    }
    let bases = cx.index.library_bases(id);
    if bases.iter().any(|b| b == SCOPED) {
        return Limit::OfView;
    }
    let inherits = |base: &str| bases.iter().any(|b| b == base);
    let known = if inherits(ANONYMOUS) {
        Some("anon")
    } else if inherits(USER) {
        Some("user")
    } else if inherits("rest_framework.throttling.SimpleRateThrottle") {
        None
    } else {
        return Limit::Unclear;
    };
    if attribute(cx, id, "rate").is_some_and(|rate| !is_none(rate)) {
        return Limit::Own;
    }
    match attribute(cx, id, "scope") {
        None => known.map_or(Limit::Unclear, |scope| Limit::Scope(scope.to_owned())),
        Some(text) if text.starts_with(['"', '\'']) => {
            Limit::Scope(text.trim_matches(['"', '\'']).to_owned())
        }
        Some(_) => Limit::Unclear,
    }
}

/// The rates of the settings; `Err` with why they cannot be told, `Ok(None)` where none are set.
pub(crate) fn rates(model: &SettingsModel) -> Result<Option<&Dict>, String> {
    match rest::key(model, RATES) {
        Key::Unclear(cause) => Err(cause),
        Key::Absent => Ok(None),
        Key::Set(node) => Ok(node.as_dict()),
    }
}

/// Gives scopes a rate, beside those that are there.
pub(crate) fn set_rates(cx: &CheckContext<'_>, model: &SettingsModel, new: &[(&str, &str)]) -> Operations {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let entry = |(scope, rate): &(&str, &str)| (Code::str(*scope), Code::str(*rate));
    let Key::Set(node) = rest::key(model, RATES) else {
        return rest::set_keys(cx, model, vec![(RATES, Code::Dict(new.iter().map(entry).collect()))]);
    };
    let setting = own(model, rest::NAME).ok_or("nobody sets it")?;
    if let Some(dict) = display(cx, node, |e| matches!(e, Expr::Dict(_)))
        && matches!(placement(cx, model).of_value(setting, dict), Site::InPlace)
        && !is_toml(cx.sources, dict.file)
    {
        let set = |(scope, rate): &(&str, &str)| Operation::SetDictEntry {
            dict,
            key: (*scope).to_owned(),
            value: Code::str(*rate),
        };
        return Ok(new.iter().map(set).collect());
    }
    let more = format!("`{RATES}` holds more than plain texts");
    let mut entries = Vec::new();
    for known in node.as_dict().map_or(&[][..], |r| &r.entries) {
        let key = known.key.as_str().ok_or_else(|| more.clone())?;
        if new.iter().all(|(scope, _)| *scope != key) {
            let value = known.value.as_str().ok_or_else(|| more.clone())?;
            entries.push((Code::str(key), Code::str(value)));
        }
    }
    entries.extend(new.iter().map(entry));
    rest::set_keys(cx, model, vec![(RATES, Code::Dict(entries))])
}

/// Whether a rate is set for a scope.
pub(crate) fn rate(rates: Option<&Dict>, scope: &str) -> Truth {
    match rates {
        None => Truth::No,
        Some(dict) => match dict.get(scope) {
            Some(node) => node.truthy(),
            None => dict.has(scope),
        },
    }
}

/// How a file says `AnonRateThrottle`, and what that needs: the import, and a rate where none is set. `None` where it
/// would not surely limit anything, or the name is taken.
pub(crate) fn anonymous(cx: &CheckContext<'_>, file: FileId) -> Option<(String, Vec<Operation>)> {
    let model = cx.model?;
    let mut operations = match rate(rates(model).ok()?, "anon") {
        Truth::Yes => Vec::new(),
        Truth::No => set_rates(cx, model, &[("anon", "60/min")]).ok()?,
        Truth::Maybe => return None,
    };
    let (module, name) = ANONYMOUS.rsplit_once('.')?;
    let bound = !cx.index.file(file)?.bindings_of(name).is_empty();
    let means = matches!(cx.index.resolve(file, name), Resolution::External(full) if full == ANONYMOUS);
    match (bound, means) {
        (true, false) => return None,
        (true, true) => {}
        (false, _) => {
            operations.push(Operation::AddImport { file, module: module.to_owned(), name: name.to_owned() });
        }
    }
    Some((name.to_owned(), operations))
}

/// Whether throttles are used at all: by default, or by some view. `Maybe` where a default cannot be told.
pub(crate) fn in_use(cx: &CheckContext<'_>) -> Truth {
    let by_default = by_default(cx);
    if by_default == Truth::Yes || used_by_views(cx) { Truth::Yes } else { by_default }
}

/// Whether some view of the project sets throttles itself.
pub(crate) fn used_by_views(cx: &CheckContext<'_>) -> bool {
    let sites = super::views::policy_sites(cx, crate::index::Policy::Throttle);
    sites
        .iter()
        .any(|s| s.view == Truth::Yes && cx.index.is_empty_list(s.at(), s.class(), s.value) == Some(false))
}

/// Whether throttles would count once the place is gone: those that are inherited, or the default.
pub(crate) fn before(cx: &CheckContext<'_>, site: &PolicySite<'_>) -> Truth {
    let found = match site.owner {
        Owner::Class(class) => cx.index.lookup_inherited(class, Policy::Throttle.name()),
        Owner::Action(class, _) => cx.index.lookup(class, Policy::Throttle.name()),
        Owner::Function(_) => return by_default(cx),
    };
    counts(cx, &found)
}

/// Whether throttles count for a class by what it sets or inherits.
pub(crate) fn of_class(cx: &CheckContext<'_>, class: ClassId) -> Truth {
    counts(cx, &cx.index.lookup(class, Policy::Throttle.name()))
}

fn counts(cx: &CheckContext<'_>, found: &Lookup<'_>) -> Truth {
    match found {
        Lookup::Settings { .. } | Lookup::Absent => by_default(cx),
        Lookup::Value { class, value } => {
            match cx.index.is_empty_list(value.at, Some(*class), &value.value) {
                Some(empty) => (!empty).into(),
                None => Truth::Maybe,
            }
        }
        Lookup::Framework { value: Some(FrameworkValue::List(list)), .. } => (!list.is_empty()).into(),
        _ => Truth::Maybe,
    }
}

/// Whether the project's default names throttles.
fn by_default(cx: &CheckContext<'_>) -> Truth {
    match cx.model.map(|model| rest::key(model, CLASSES)) {
        Some(Key::Set(node)) => node.truthy(),
        Some(Key::Absent) => Truth::No,
        Some(Key::Unclear(_)) | None => Truth::Maybe,
    }
}

/// The dotted names of the default throttles; `None` where not all can be told.
pub(crate) fn defaults(model: &SettingsModel) -> Option<Vec<&str>> {
    match rest::key(model, CLASSES) {
        Key::Absent => Some(Vec::new()),
        Key::Unclear(_) => None,
        Key::Set(node) => {
            let items = node.as_items().filter(|items| items.rest.is_none())?;
            items.items.iter().map(name_of).collect()
        }
    }
}

/// What the throttles of a list in code go by, with their names; `None` where the list is computed.
pub(crate) fn limits_of(
    cx: &CheckContext<'_>,
    at: Span,
    class: Option<ClassId>,
    value: &Expression,
) -> Option<Vec<(String, Limit)>> {
    let elements = cx.index.list_elements(at, class, value)?;
    let limit_of_element = |element: &Element<'_>| {
        let Some(name) = element.value.name() else { return (String::new(), Limit::Unclear) };
        let limit = match resolve(cx.index, element, name) {
            Resolution::External(full) => limit(cx, &full),
            Resolution::Resolved(Entity::Class(id)) => limit_of(cx, id),
            _ => Limit::Unclear,
        };
        (name.to_owned(), limit)
    };
    Some(elements.iter().map(limit_of_element).collect())
}

fn resolve(index: &ProjectIndex, element: &Element<'_>, name: &str) -> Resolution<Entity> {
    match element.class {
        Some(class) => index.resolve_in_class(class, name),
        None => index.resolve_at(element.at, name),
    }
}

/// Whether some throttle class of the project tells clients apart by itself.
pub(crate) fn names_clients_itself(cx: &CheckContext<'_>) -> bool {
    cx.index.classes().any(|(id, class)| is_throttle(cx, id) && class.method("get_ident").is_some())
}

/// Whether some throttle class of the project counts in another cache than the default one.
pub(crate) fn counts_elsewhere(cx: &CheckContext<'_>) -> bool {
    cx.index.classes().any(|(id, class)| is_throttle(cx, id) && class.attribute("cache").is_some())
}

fn is_throttle(cx: &CheckContext<'_>, id: ClassId) -> bool {
    cx.index.is_subclass_of(id, "rest_framework.throttling.BaseThrottle") == Truth::Yes
}
