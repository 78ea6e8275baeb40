//! Who a request without a login comes from, as the project sets it, and what a condition on an owner then says.

use crate::checks::CheckContext;
use crate::settings::Value;

use super::rest::{self, Key};

/// The keyword and value that limit rows to the caller's by a relation. Django refuses an anonymous caller as the value
/// of a relation, but takes the key that such a caller has: none.
pub(crate) fn condition(cx: &CheckContext<'_>, owner: &str, request: &str, login: bool) -> (String, String) {
    if login || are_none(cx) {
        (owner.to_owned(), format!("{request}.user"))
    } else {
        (format!("{owner}_id"), format!("{request}.user.pk"))
    }
}

/// Whether `request.user` is `None` for callers without an account.
pub(crate) fn are_none(cx: &CheckContext<'_>) -> bool {
    let Some(model) = cx.model else { return false };
    matches!(rest::key(model, "UNAUTHENTICATED_USER"), Key::Set(node) if node.value == Value::None)
}
