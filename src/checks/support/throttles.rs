//! Throttle classes, their scopes and rates, in settings and on views.

use crate::checks::CheckContext;
use crate::edit::Operation;
use crate::index::{ClassId, FrameworkValue, Lookup, Resolution};
use crate::settings::{Dict, SettingsModel, Truth};
use crate::source::FileId;

use super::classes::{attribute, defines, find, is_none, libraries};
use super::rest::{self, Key};

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
    let bases = libraries(cx.index, id);
    let inherits = |base: &str| bases.iter().any(|b| b == base);
    let known = if inherits(ANONYMOUS) {
        "anon"
    } else if inherits(USER) {
        "user"
    } else {
        return Limit::Unclear;
    };
    if attribute(cx, id, "rate").is_some_and(|rate| !is_none(rate)) {
        return Limit::Own;
    }
    match attribute(cx, id, "scope") {
        None => Limit::Scope(known.to_owned()),
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

/// How a file says `AnonRateThrottle`, and the import it needs; `None` where that class would not limit anything, for
/// want of a rate, or the name is taken.
pub(crate) fn anonymous(cx: &CheckContext<'_>, file: FileId) -> Option<(String, Option<Operation>)> {
    if rate(rates(cx.model?).ok()?, "anon") != Truth::Yes {
        return None;
    }
    let (module, name) = ANONYMOUS.rsplit_once('.')?;
    let bound = !cx.index.file(file)?.bindings_of(name).is_empty();
    let means = matches!(cx.index.resolve(file, name), Resolution::External(full) if full == ANONYMOUS);
    match (bound, means) {
        (true, true) => Some((name.to_owned(), None)),
        (true, false) => None,
        (false, _) => {
            let import = Operation::AddImport { file, module: module.to_owned(), name: name.to_owned() };
            Some((name.to_owned(), Some(import)))
        }
    }
}

/// Whether throttles are used at all: by default, or by some view. `Maybe` where a default cannot be told.
pub(crate) fn in_use(cx: &CheckContext<'_>, model: &SettingsModel) -> Truth {
    let by_default = match rest::key(model, CLASSES) {
        Key::Absent => Truth::No,
        Key::Set(node) => node.truthy(),
        Key::Unclear(_) => Truth::Maybe,
    };
    if by_default == Truth::Yes || used_by_views(cx) { Truth::Yes } else { by_default }
}

/// Whether some view of the project sets throttles itself.
pub(crate) fn used_by_views(cx: &CheckContext<'_>) -> bool {
    let sites = super::views::policy_sites(cx, crate::index::Policy::Throttle);
    sites.iter().any(|s| {
        s.view == Truth::Yes && cx.index.is_empty_list(s.at(), s.class(), s.value) == Some(false)
    })
}

/// The throttles that a class inherits, besides its own: whether there are any.
pub(crate) fn inherited(cx: &CheckContext<'_>, class: ClassId) -> Truth {
    let name = "throttle_classes";
    match cx.index.lookup_inherited(class, name) {
        Lookup::Settings { key, .. } => match cx.model.map(|model| rest::key(model, key)) {
            Some(Key::Set(node)) => node.truthy(),
            Some(Key::Absent) => Truth::No,
            Some(Key::Unclear(_)) | None => Truth::Maybe,
        },
        Lookup::Value { class, value } => match cx.index.is_empty_list(value.at, Some(class), &value.value) {
            Some(empty) => (!empty).into(),
            None => Truth::Maybe,
        },
        Lookup::Framework { value: Some(FrameworkValue::List(list)), .. } => (!list.is_empty()).into(),
        _ => Truth::Maybe,
    }
}
