//! Handlers that set the password of an account that their caller names, and ask nothing about who may do so: every
//! account can take over the others.
//!
//! Views without a login are left out: they are the second half of a forgotten password, and ask for a token.

use crate::checks::CheckContext;
use crate::finding::{Finding, Label};
use crate::index::Lookup;
use crate::source::Span;

use super::functions::wrapped_by;
use super::handlers::Site;
use super::lookups::Handler;

/// Whether a handler gives the account in a local name another password, and asks nothing about who may do so: not the
/// caller, not the old password, not a token that was sent.
pub(crate) fn sets_password(
    cx: &CheckContext<'_>,
    site: &Site<'_>,
    handler: &Handler<'_>,
    row: &str,
) -> bool {
    const ASKS: [&str; 5] = ["check_", "token", "otp", "code", "old_"];
    let text = cx.sources.slice(site.item.at);
    // The row is called `user` itself, as a rule, which says nothing about the caller.
    text.contains(&*format!("{row}.set_password("))
        && wrapped_by(site.item).is_none()
        && handler.checks_by_hand(None).is_none()
        && !ASKS.iter().any(|asks| text.to_lowercase().contains(asks))
}

/// The finding where a generic view takes the account from `get_object` and lets every account have any.
pub(crate) fn by_get_object(
    cx: &CheckContext<'_>,
    check: &'static str,
    site: &Site<'_>,
    handler: &Handler<'_>,
) -> Option<Finding> {
    const FETCH: &str = "self.get_object()";
    let text = cx.sources.slice(site.item.at);
    let at = text.find(FETCH)?;
    let row = text[..at].trim_end().strip_suffix('=')?.trim_end().rsplit([' ', '\n', '\t']).next()?;
    if !sets_password(cx, site, handler, row) || handler.view_is_limited() {
        return None;
    }
    if matches!(cx.index.lookup(site.view?, "get_object"), Lookup::Method { .. } | Lookup::Unknown(_)) {
        return None;
    }
    let guard = site.guard(cx);
    if !guard.login || guard.is_special() || guard.object || guard.unclear.is_some() {
        return None;
    }
    let start = site.item.at.range.0 + at as u32;
    let place = Span { file: site.item.at.file, range: (start, start + FETCH.len() as u32) };
    Some(finding(cx, check, site, place, row))
}

/// What is told, at the place where the account is fetched.
pub(crate) fn finding(
    cx: &CheckContext<'_>,
    check: &'static str,
    site: &Site<'_>,
    at: Span,
    row: &str,
) -> Finding {
    let message = format!(
        "{} sets the password of the account that the caller names, so every account can take over the others.",
        site.words(cx)
    );
    Finding::new(check, site.symbol(cx), Label::new(at, "any account is taken"), message)
        .related([Label::new(site.item.name_at, format!("sets the password of `{row}`"))])
        .instruction(
            "Set the password of `request.user` and of nobody else, and ask for the old one; where staff do this for \
             others, ask for them by a permission class.",
        )
}
