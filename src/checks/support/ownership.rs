//! Whose a row is, as far as the model says: a relation to the user model that means an owner.
//!
//! Many relations to a user only say who did something (`created_by`), and rows of some models are meant for
//! everybody to read (comments, reviews): of those it cannot be told.

use crate::checks::CheckContext;
use crate::index::{ClassId, Entity, Expression, Field, Lookup, Model, Resolution};

/// Whose the rows of a model are.
pub(crate) enum Ownership<'a> {
    /// The account's that this field names.
    Owner(&'a Field),
    /// Perhaps the account's that this field names.
    Perhaps(&'a Field),
    /// Nobody's, as far as the model says.
    Nobody,
}

/// Relations that say who did or does something.
const ACTORS: [&str; 18] = [
    "author",
    "creator",
    "editor",
    "reviewer",
    "approver",
    "assignee",
    "assigned_to",
    "moderator",
    "publisher",
    "manager",
    "lead",
    "organizer",
    "host",
    "instructor",
    "teacher",
    "supervisor",
    "responsible",
    "last_editor",
];
/// Models whose rows are written by one and read by all, as a rule.
const SHARED: [&str; 22] = [
    "Post", "Comment", "Review", "Rating", "Article", "Tweet", "Like", "Vote", "Follow", "Question",
    "Answer", "Topic", "Thread", "Story", "Blog", "News", "Recipe", "Event", "Course", "Product", "Listing",
    "Reply",
];
/// Fields that say whether a row is for everybody.
const PUBLICITY: [&str; 7] =
    ["is_public", "public", "is_published", "published", "visibility", "published_at", "is_private"];

/// Judges a model.
pub(crate) fn of<'a>(cx: &CheckContext<'_>, model: &'a Model) -> Ownership<'a> {
    let is_actor = |f: &Field| f.name.ends_with("_by") || ACTORS.contains(&&*f.name);
    // A model with a key that says what it is about besides may still be the account's.
    let owner = model.user_fields().find(|f| !is_actor(f));
    let Some(field) = owner.or_else(|| model.user_fields().next()) else { return Ownership::Nobody };
    let name = &*cx.index.class(model.class).name;
    let shared = SHARED.iter().any(|s| name.ends_with(s))
        || model.fields.iter().any(|f| PUBLICITY.contains(&&*f.name));
    if owner.is_none() || shared { Ownership::Perhaps(field) } else { Ownership::Owner(field) }
}

/// The rest of a condition behind the field that says whose a row is (`_id`, `__id`, or nothing), and whether the field
/// surely says that.
pub(crate) fn path<'k>(cx: &CheckContext<'_>, model: &Model, keyword: &'k str) -> Option<(&'k str, bool)> {
    let (field, sure) = match of(cx, model) {
        Ownership::Owner(field) => (field, true),
        Ownership::Perhaps(field) => (field, false),
        Ownership::Nobody => return None,
    };
    let rest = keyword.strip_prefix(&*field.name)?;
    match rest {
        "__id" | "__pk" => Some((&rest[1..], sure)),
        "" | "_id" | "__username" | "__email" | "__uuid" => Some((rest, sure)),
        _ => None,
    }
}

/// Whether the manager that `objects` names limits rows by itself, such as to a tenant kept for the thread.
pub(crate) fn manager_may_limit(cx: &CheckContext<'_>, model: ClassId) -> bool {
    const SIGNS: [&str; 9] =
        ["current", "tenant", "request", "user", "thread", "local", "context", "scope", "organization"];
    let (class, value) = match cx.index.lookup(model, "objects") {
        Lookup::Value { class, value } => (class, value),
        Lookup::Unknown(_) => return true,
        _ => return false,
    };
    let Expression::Call(call) = &value.value else { return true };
    let root = call.callee.split('.').next().unwrap_or_default();
    match cx.index.resolve_in_class(class, &call.callee) {
        Resolution::External(name) => !name.starts_with("django."),
        Resolution::Resolved(Entity::Class(manager)) => match cx.index.lookup(manager, "get_queryset") {
            Lookup::Method { method, .. } => {
                let text = cx.sources.slice(method.at).to_lowercase();
                SIGNS.iter().any(|s| text.contains(s))
            }
            _ => false,
        },
        // `OrderManager.from_queryset(OrderQuerySet)()`, `OrderQuerySet.as_manager()`
        _ => match cx.index.resolve_in_class(class, root) {
            Resolution::Resolved(Entity::Class(manager)) => {
                matches!(cx.index.lookup(manager, "get_queryset"), Lookup::Method { .. })
            }
            _ => true,
        },
    }
}
