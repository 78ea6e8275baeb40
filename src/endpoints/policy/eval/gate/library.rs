//! Methods of Django's and DRF's views on the way from a request to the handler.

use super::super::{ClassRef, Owner, Persona, Val};
use super::state::{Handed, Raising, State, Tag};
use super::{Gate, Question};
use crate::index::Framework;
use crate::settings::Truth;
use crate::source::Span;

/// Methods that neither call the handler nor answer.
const QUIET: [&str; 29] = [
    "_allowed_methods",
    "check_object_permissions",
    "check_throttles",
    "determine_version",
    "filter_queryset",
    "get_authenticate_header",
    "get_authenticators",
    "get_content_negotiator",
    "get_context_data",
    "get_exception_handler",
    "get_format_suffix",
    "get_login_url",
    "get_object",
    "get_parser_context",
    "get_parsers",
    "get_permission_denied_message",
    "get_permission_required",
    "get_permissions",
    "get_queryset",
    "get_redirect_field_name",
    "get_renderer_context",
    "get_renderers",
    "get_serializer_class",
    "get_throttles",
    "has_permission",
    "initialize_request",
    "perform_authentication",
    "perform_content_negotiation",
    "setup",
];
/// Methods that answer without telling anything.
const REFUSING: [&str; 3] = ["handle_exception", "handle_no_permission", "http_method_not_allowed"];
/// Methods that raise an exception.
const RAISING: [&str; 3] = ["permission_denied", "raise_uncaught_exception", "throttled"];

impl Gate<'_, '_> {
    /// A method of a library class; the class is empty for one that the table does not hold.
    pub(super) fn of_library(
        &self,
        class: &str,
        name: &str,
        given: &Handed,
        state: &mut State,
        at: Option<Span>,
    ) -> Result<Tag, Raising> {
        let is_drf = class.starts_with("rest_framework.");
        match name {
            "dispatch" if is_drf => self.drf_dispatch(given, state, at),
            "dispatch" if class == "django.views.generic.base.View" => {
                self.reach("nothing before the handler asks who calls", at, state);
                Ok(Tag::Harmless)
            }
            "dispatch" if class.starts_with("django.contrib.auth.mixins.") => {
                self.access_mixin(class, given, state, at)
            }
            "initial" if is_drf => self.of_me("check_permissions", &first(given), state, at),
            "check_permissions" if is_drf => {
                state.passed = true;
                Ok(Tag::Nothing)
            }
            "dispatch" | "initial" | "check_permissions" => {
                let table = Framework::builtin();
                let found = table.find(class).map(|id| table.class(id));
                if found.is_some_and(|c| c.protected.is_some())
                    && self.question == Question::Visit
                    && self.situation.persona == Some(Persona::Anonymous)
                {
                    return Ok(Tag::Harmless);
                }
                if found.is_some_and(|c| c.chains.iter().any(|m| m == name)) {
                    return self.behind(class, name, given, state, at);
                }
                Ok(self.lost(class, name, state, at))
            }
            "finalize_response" => {
                let answer = given.positional.get(1).map(|(tag, _)| tag.clone());
                let named =
                    given.keywords.iter().find(|(k, ..)| &**k == "response").map(|(_, t, _)| t.clone());
                Ok(answer.or(named).unwrap_or(Tag::Unclear(at)))
            }
            _ if RAISING.contains(&name) => Err(Raising(None)),
            _ if REFUSING.contains(&name) => Ok(Tag::Harmless),
            _ if QUIET.contains(&name) => Ok(Tag::Nothing),
            _ if class.is_empty() => {
                // An attribute that is set when the code runs, or a method that the table leaves out.
                self.may_reach(format!("`self.{name}` is not followed"), at, state);
                Ok(Tag::Unclear(at))
            }
            _ => Ok(self.lost(class, name, state, at)),
        }
    }

    /// A method of a library that cannot be followed.
    fn lost(&self, class: &str, name: &str, state: &State, at: Option<Span>) -> Tag {
        self.may_reach(format!("`{name}` of `{class}` is not followed"), at, state);
        Tag::Unclear(at)
    }

    /// What stands behind a library class in the order.
    fn behind(
        &self,
        class: &str,
        name: &str,
        given: &Handed,
        state: &mut State,
        at: Option<Span>,
    ) -> Result<Tag, Raising> {
        let found = self.look_behind(ClassRef::Library(class.into()), name);
        if found.owner == Owner::Absent {
            self.may_reach(format!("nothing is behind `{name}` of `{class}`"), at, state);
            return Ok(Tag::Unclear(at));
        }
        self.method(&found, name, given, state, at)
    }

    /// DRF's own `dispatch`: the request is made, `initial` asks, then the handler runs; what is raised becomes a response.
    fn drf_dispatch(&self, given: &Handed, state: &mut State, at: Option<Span>) -> Result<Tag, Raising> {
        let given = first(given);
        if self.owns("initialize_request")
            && self.of_me("initialize_request", &given, &mut state.clone(), at).is_err()
        {
            // It comes before the `try` of DRF's `dispatch`.
            return Err(Raising(None));
        }
        for catching in ["handle_exception", "finalize_response"] {
            if self.owns(catching) {
                let mut aside = state.clone();
                // What they answer is what was refused; only that they stay away from the handler is asked.
                let _ = self.of_me(catching, &Handed { open: true, ..Handed::default() }, &mut aside, at);
            }
        }
        let mut inner = state.clone();
        if self.of_me("initial", &given, &mut inner, at).is_err() {
            return Ok(Tag::Harmless);
        }
        let how = match self.question {
            Question::Proof => "the handler may run without the permissions being asked",
            Question::Visit => "nothing before the handler asks who calls",
        };
        self.reach(how, at, &mut inner);
        state.came = inner.came;
        Ok(Tag::Harmless)
    }

    /// Django's mixins that turn callers away before they call what is behind them.
    fn access_mixin(
        &self,
        class: &str,
        given: &Handed,
        state: &mut State,
        at: Option<Span>,
    ) -> Result<Tag, Raising> {
        let passes = if self.question == Question::Proof {
            Truth::Maybe
        } else {
            match class.rsplit('.').next() {
                Some("LoginRequiredMixin") => {
                    matches!(self.situation.persona, Some(Persona::User | Persona::Session)).into()
                }
                Some("PermissionRequiredMixin") => self.has_permission(),
                Some("UserPassesTestMixin") if self.owns("get_test_func") => Truth::Maybe,
                Some("UserPassesTestMixin") => {
                    self.look("test_func");
                    self.evaluator.view_test(self.situation, "test_func")
                }
                _ => Truth::Maybe,
            }
        };
        let mut refused = state.clone();
        let refusal = (passes != Truth::Yes)
            .then(|| self.of_me("handle_no_permission", &Handed::default(), &mut refused, at));
        if passes == Truth::No {
            *state = refused;
            return refusal.unwrap_or(Ok(Tag::Harmless));
        }
        let through = self.behind(class, "dispatch", given, state, at);
        if passes == Truth::Maybe && self.question == Question::Visit {
            self.stops.set(true);
        }
        through
    }

    /// Whether `PermissionRequiredMixin` lets a caller through.
    fn has_permission(&self) -> Truth {
        if self.owns("has_permission") {
            return self.evaluator.view_test(self.situation, "has_permission");
        }
        if self.owns("get_permission_required") {
            return Truth::Maybe;
        }
        let required = self.look("permission_required").value;
        match required {
            Val::Str(_) => Truth::No,
            other => match other.elements() {
                Some([]) => Truth::Yes,
                Some(_) => Truth::No,
                None => Truth::Maybe,
            },
        }
    }
}

/// Whether a method neither reaches the handler nor decides who does.
pub(super) fn is_plain(name: &str) -> bool {
    name == "finalize_response" || REFUSING.contains(&name) || QUIET.contains(&name)
}

/// The request alone.
fn first(given: &Handed) -> Handed {
    Handed {
        positional: given.positional.iter().take(1).cloned().collect(),
        keywords: Vec::new(),
        open: true,
    }
}
