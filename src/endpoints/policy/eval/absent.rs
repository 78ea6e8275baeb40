//! Attributes that a view surely lacks: `hasattr(view, "is_private")` of a permission that serves several views.

use super::memo::{Given, Read};
use super::{Evaluator, Frame, Owner, Path, Situation};
use crate::index::Ancestor;
use crate::source::{FileId, Span};

/// What Django's `View` and the views of DRF have, and what they set on an object while they serve a request, sorted. The
/// table of library classes knows only those that policies need.
const OF_LIBRARY: &[&str] = &[
    "_allowed_methods",
    "_negotiator",
    "action",
    "action_map",
    "allowed_methods",
    "args",
    "as_view",
    "authentication_classes",
    "basename",
    "check_object_permissions",
    "check_permissions",
    "check_throttles",
    "content_negotiation_class",
    "create",
    "default_response_headers",
    "delete",
    "description",
    "destroy",
    "detail",
    "determine_version",
    "dispatch",
    "filter_backends",
    "filter_queryset",
    "finalize_response",
    "format_kwarg",
    "get",
    "get_authenticate_header",
    "get_authenticators",
    "get_content_negotiator",
    "get_description",
    "get_exception_handler",
    "get_exception_handler_context",
    "get_extra_action_url_map",
    "get_extra_actions",
    "get_format_suffix",
    "get_object",
    "get_paginated_response",
    "get_parser_context",
    "get_parsers",
    "get_permissions",
    "get_queryset",
    "get_renderer_context",
    "get_renderers",
    "get_serializer",
    "get_serializer_class",
    "get_serializer_context",
    "get_success_headers",
    "get_throttles",
    "get_view_description",
    "get_view_name",
    "handle_exception",
    "head",
    "headers",
    "http_method_names",
    "http_method_not_allowed",
    "initial",
    "initialize_request",
    "kwargs",
    "list",
    "lookup_field",
    "lookup_url_kwarg",
    "lookup_value_converter",
    "lookup_value_regex",
    "metadata_class",
    "name",
    "object",
    "object_list",
    "options",
    "paginate_queryset",
    "pagination_class",
    "paginator",
    "parser_classes",
    "partial_update",
    "patch",
    "perform_authentication",
    "perform_content_negotiation",
    "perform_create",
    "perform_destroy",
    "perform_update",
    "permission_classes",
    "permission_denied",
    "post",
    "put",
    "queryset",
    "raise_uncaught_exception",
    "renderer_classes",
    "request",
    "response",
    "retrieve",
    "reverse_action",
    "schema",
    "serializer_class",
    "settings",
    "setup",
    "suffix",
    "throttle_classes",
    "throttled",
    "trace",
    "update",
    "versioning_class",
    "view_is_async",
];

impl Evaluator<'_> {
    /// Whether the view has no such attribute, as code on its way asks.
    pub(super) fn is_missing_on_view(&self, frame: &Frame<'_>, name: &str, path: &Path) -> bool {
        if path.state.contains_key(name) {
            return false;
        }
        let is_missing = self.is_missing(frame.situation, name, frame.file);
        self.note_read(&Read::Missing(name.into(), frame.file), || Given::Truth(is_missing));
        is_missing
    }

    /// All bases of the view are known and none has the attribute, nothing that is seen sets it on an object, and DRF does
    /// not either. `file` holds the code that asks.
    pub(super) fn is_missing(&self, situation: &Situation, name: &str, file: FileId) -> bool {
        let Some(class) = &situation.view else { return false };
        if name.starts_with("__")
            || OF_LIBRARY.binary_search(&name).is_ok()
            || self.view_attribute(situation, name).owner != Owner::Absent
        {
            return false;
        }
        let sets = |ancestor: &Ancestor| match ancestor {
            Ancestor::Project(id) => self.sets(self.index.class(*id).at, name),
            Ancestor::Framework(_) | Ancestor::Plain(_) => {
                let name = self.index.ancestor_name(ancestor).unwrap_or_default();
                let is_known = name.starts_with("rest_framework.")
                    || matches!(&*name, "django.views.generic.base.View" | "builtins.object" | "object");
                !is_known
            }
            Ancestor::Unknown(_) => true,
        };
        !self.mro(class).order.iter().any(sets) && !self.sets(self.sources.whole(file), name)
    }

    /// Whether code may give an object the attribute. Views share their bases, so each place is read once.
    fn sets(&self, code: Span, name: &str) -> bool {
        let mut setters = self.setters.borrow_mut();
        if let Some(known) = setters.get(name).and_then(|places| places.get(&code)) {
            return *known;
        }
        let answer = may_set(self.sources.slice(code), name);
        setters.entry(name.into()).or_default().insert(code, answer);
        answer
    }
}

/// Whether code may give an object the attribute.
fn may_set(text: &str, name: &str) -> bool {
    let attribute = format!(".{name}");
    let assigns = text.match_indices(&attribute).any(|(at, _)| {
        let line = text[at + attribute.len()..].lines().next().unwrap_or("").trim_start();
        // `view.name: bool = True`; a mere colon ends a condition.
        (line.starts_with(':') && line.contains('=')) || (line.starts_with('=') && !line.starts_with("=="))
    });
    assigns || ["setattr(", "__dict__", "__getattr"].iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_the_library_are_sorted() {
        assert!(OF_LIBRARY.is_sorted());
    }

    #[test]
    fn an_assignment_is_no_comparison() {
        assert!(may_set("self.is_private = True", "is_private"));
        assert!(may_set("view.is_private: bool = True", "is_private"));
        assert!(!may_set("if view.is_private == True", "is_private"));
        assert!(!may_set("return view.is_private", "is_private"));
        assert!(!may_set("if hasattr(view, 'is_private') and view.is_private:\n    a = 1", "is_private"));
    }
}
