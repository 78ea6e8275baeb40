//! How open `DEFAULT_PERMISSION_CLASSES` is. Every class of the list must agree, so one that restricts is enough.

use crate::checks::{CheckContext, EndpointUse};
use crate::endpoints::Exposure;
use crate::endpoints::policy::Detail;
use crate::index::{ClassId, Lookup, Policy};
use crate::settings::{Node, SettingsModel, Truth};

use super::classes::find;
use super::lists::{last_part, name_of};
use super::rest::{self, Key};

/// The key.
pub(crate) const KEY: &str = "DEFAULT_PERMISSION_CLASSES";

/// Who gets in where a view does not say.
pub(crate) enum Openness {
    /// DRF's default: everybody.
    Absent,
    /// Everybody.
    Open,
    /// Everybody may read.
    ReadOpen,
    /// Some class restricts.
    Closed,
    /// It cannot be told.
    Unclear(String),
}

/// Whether views that choose no permission let everybody in. Then it is worth the time to list them.
pub(crate) fn default_is_open(cx: &CheckContext<'_>) -> bool {
    cx.model.is_some_and(|model| matches!(openness(model), Openness::Absent | Openness::Open))
}

/// The endpoints are a detail where the default is open, else nothing.
pub(crate) fn detail_where_open(cx: &CheckContext<'_>) -> EndpointUse {
    if default_is_open(cx) { EndpointUse::Detail } else { EndpointUse::None }
}

/// The endpoints are a detail where the default lets everybody read, else nothing.
pub(crate) fn detail_where_read_open(cx: &CheckContext<'_>) -> EndpointUse {
    match cx.model.map(openness) {
        Some(Openness::ReadOpen) => EndpointUse::Detail,
        _ => EndpointUse::None,
    }
}

/// Judges the key, and with it the project's own classes that it names: what they ask decides, not that they are there.
pub(crate) fn judged(cx: &CheckContext<'_>, model: &SettingsModel) -> Openness {
    let openness = openness(model);
    if !matches!(openness, Openness::Closed) {
        return openness;
    }
    let named = elements(model, |class| !is_open(class) && !is_read_open(class));
    let mut all = Truth::Yes;
    let mut doubtful = None;
    for name in named.into_iter().filter_map(name_of) {
        // A class of a library is taken at its word.
        let admits = find(cx.index, name).map_or(Truth::No, |class| cx.access.admits_strangers(class));
        if admits == Truth::Maybe {
            doubtful.get_or_insert(last_part(name));
        }
        all = all.and(admits);
    }
    match (all, doubtful) {
        (Truth::No, _) => Openness::Closed,
        (Truth::Maybe, Some(_)) if lets_read(cx) => Openness::ReadOpen,
        (Truth::Maybe, Some(class)) => Openness::Unclear(format!(
            "whether `{class}` lets callers without an account in depends on the view or the request"
        )),
        _ => Openness::Open,
    }
}

/// Whether views that get the default let everybody read and ask something of writes, as far as they answer both. Few say
/// as much as all.
fn lets_read(cx: &CheckContext<'_>) -> bool {
    const ENOUGH: usize = 12;
    let by_default = |view: ClassId| {
        matches!(cx.index.lookup(view, Policy::Permission.name()), Lookup::Settings { .. })
            && !matches!(cx.index.lookup(view, Policy::Permission.method()), Lookup::Method { .. })
    };
    let views = cx.index.views().filter(|(view, truth)| *truth == Truth::Yes && by_default(*view));
    let (mut reads, mut writes) = (0, 0);
    for (view, _) in views.take(ENOUGH) {
        for handler in &cx.access.of_class(view, Detail::Callers).handlers {
            let open = matches!(handler.asked.exposure, Exposure::Open | Exposure::ReadOpen);
            let closed = matches!(handler.asked.exposure, Exposure::Authenticated | Exposure::Restricted);
            match (&*handler.method, open, closed) {
                ("GET", true, _) => reads += 1,
                ("GET" | "HEAD" | "OPTIONS", ..) if !open => return false,
                ("POST" | "PUT" | "PATCH" | "DELETE", _, true) => writes += 1,
                ("POST" | "PUT" | "PATCH" | "DELETE", ..) => return false,
                _ => {}
            }
        }
    }
    reads > 0 && writes > 0
}

/// Judges the key by the names of its classes.
pub(crate) fn openness(model: &SettingsModel) -> Openness {
    let node = match rest::key(model, KEY) {
        Key::Absent => return Openness::Absent,
        Key::Unclear(cause) => return Openness::Unclear(cause),
        Key::Set(node) => node,
    };
    let Some(list) = node.as_items() else {
        return Openness::Unclear("it is not a list of classes".to_owned());
    };
    let classes: Vec<_> = list.items.iter().map(name_of).collect();
    if classes.iter().flatten().any(|class| !is_open(class) && !is_read_open(class)) {
        return Openness::Closed;
    }
    if let Some(cause) = &list.rest {
        return Openness::Unclear(cause.clone());
    }
    if classes.contains(&None) {
        return Openness::Unclear("not every class can be told".to_owned());
    }
    if classes.iter().flatten().any(|class| is_read_open(class)) {
        Openness::ReadOpen
    } else {
        Openness::Open
    }
}

fn is_open(class: &str) -> bool {
    class == "rest_framework.permissions.AllowAny"
}

/// Whether anonymous callers may read.
pub(crate) fn is_read_open(class: &str) -> bool {
    class.starts_with("rest_framework.permissions.")
        && matches!(last_part(class), "IsAuthenticatedOrReadOnly" | "DjangoModelPermissionsOrAnonReadOnly")
}

/// The elements for which `test` holds.
pub(crate) fn elements(model: &SettingsModel, test: fn(&str) -> bool) -> Vec<&Node> {
    let Key::Set(node) = rest::key(model, KEY) else { return Vec::new() };
    let items = node.as_items().map_or(&[][..], |i| &i.items);
    items.iter().filter(|item| name_of(item).is_some_and(test)).collect()
}
