//! Middleware that may turn a request away before a plain view of Django sees it: Django's own, which asks for a login,
//! and that of the project, which is not run but read for words of who calls and of refusal.
//!
//! DRF's views keep their own policy: middleware knows no token of theirs.

use super::django::inherits_login_page;
use super::eval::Evaluator;
use super::shape::Shape;
use super::value::Exposure;
use crate::index::Resolution;
use crate::settings::Truth;

const LOGIN_REQUIRED: &str = "django.contrib.auth.middleware.LoginRequiredMiddleware";
/// How code asks who calls.
const ASKS: [&str; 8] = [
    "is_authenticated",
    "is_anonymous",
    "is_staff",
    "is_superuser",
    "has_perm",
    "permission",
    "login",
    "Login",
];
/// How code sends somebody away.
const REFUSES: [&str; 8] =
    ["redirect", "Redirect", "Forbidden", "PermissionDenied", "Unauthorized", "Http404", "401", "403"];

/// The exposure of a view behind the middleware that production's settings install.
pub(super) fn in_front(
    evaluator: &Evaluator<'_>,
    shape: &Shape,
    inner: (Exposure, String),
) -> (Exposure, String) {
    let Some(settings) = evaluator.settings else { return inner };
    if inner.0 > Exposure::Unknown {
        return inner;
    }
    let asked = settings.get("MIDDLEWARE").map_or(Truth::No, |s| s.node.contains_str(LOGIN_REQUIRED));
    let is_exempt = shape.wrappers.iter().any(|w| w.ends_with(".login_not_required"))
        || inherits_login_page(evaluator, shape);
    match asked {
        Truth::Yes if !is_exempt => {
            return (Exposure::Authenticated, "`LoginRequiredMiddleware` asks for a login".into());
        }
        Truth::Maybe if !is_exempt => {
            return (Exposure::Unknown, "the middleware is not wholly known".into());
        }
        _ => {}
    }
    match evaluator.gatekeeper.get_or_init(|| gatekeeper(evaluator)) {
        Some(name) if inner.0 < Exposure::Unknown => {
            (Exposure::Unknown, format!("`{name}` among the middleware may turn callers away"))
        }
        _ => inner,
    }
}

/// The first middleware of the project's that looks as if it turned callers away.
fn gatekeeper(evaluator: &Evaluator<'_>) -> Option<String> {
    let installed = evaluator.settings?.get("MIDDLEWARE")?.node.as_items()?;
    let file = evaluator.index.files().next()?.file;
    let names = installed.items.iter().filter_map(|node| node.as_str());
    names.filter(|name| !name.starts_with("django.")).find_map(|name| {
        let Resolution::Resolved(entity) = evaluator.index.resolve_path(file, name) else { return None };
        let text = evaluator.sources.slice(evaluator.place_of(entity)?);
        let speaks = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let short = name.rsplit('.').next().unwrap_or(name);
        (speaks(&ASKS) && speaks(&REFUSES)).then(|| short.to_owned())
    })
}
