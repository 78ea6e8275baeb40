//! What protects one view: authentication, permission, throttle, pagination and the like, each with who decided
//! it and where, and whom the view lets in as a result.
//!
//! Precedence is DRF's: keywords of `as_view` or `@action` over class attributes in method resolution order over
//! `REST_FRAMEWORK` over DRF's defaults; methods such as `get_permissions` are run for each HTTP method and action.
//! Which patterns exist is the other half of `endpoints`; whether a policy is good is the checks' business.

mod access;
mod django;
mod effective;
mod eval;
mod exposure;
mod flow;
mod function_view;
mod methods;
mod middleware;
mod mixins;
mod object_check;
mod permission;
mod shape;
mod throttle;
mod value;

use std::collections::BTreeMap;

pub use access::{Access, AccessOf, Accesses, Asked, Detail, HandlerAccess};
pub use value::{Branch, Effective, Exposure, Kind, Origin, PolicyValue, Rate, Throttle};

use super::{ViewCall, ViewTarget};
use crate::index::ProjectIndex;
use crate::settings::SettingsModel;
use crate::source::{Sources, Span};
use eval::Evaluator;

/// The policy of one view.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewPolicy {
    /// A DRF view, or another of Django's.
    pub kind: Kind,
    /// Its dotted name, as `__module__` and `__qualname__` give it; empty when it is not known.
    pub view: String,
    /// HTTP methods, upper case, sorted.
    pub methods: Vec<String>,
    /// HTTP method (lower case) to action, for view sets.
    pub actions: Option<BTreeMap<String, String>>,
    /// `authentication_classes`.
    pub authentication: Effective,
    /// `permission_classes`.
    pub permission: Effective,
    /// `throttle_classes`.
    pub throttle: Effective,
    /// The throttles with scope and rate, where the classes are known.
    pub throttles: Vec<Throttle>,
    /// `pagination_class`.
    pub pagination: Effective,
    /// `serializer_class`.
    pub serializer: Effective,
    /// `renderer_classes`.
    pub renderer: Effective,
    /// `parser_classes`.
    pub parser: Effective,
    /// `filter_backends`.
    pub filters: Effective,
    /// `filterset_fields`, `filterset_class`, `search_fields` and `ordering_fields`, those that are set.
    pub fields: BTreeMap<String, Effective>,
    /// The model-bearing `queryset`: whether the class sets it, or `get_queryset` computes it.
    pub queryset: Effective,
    /// Whom the weakest method lets in.
    pub exposure: Exposure,
    /// Whom each method lets in.
    pub by_method: BTreeMap<String, Exposure>,
    /// Why, in one sentence.
    pub why: String,
    /// The class or function.
    pub at: Option<Span>,
    /// What could not be told about the view as a whole.
    pub problem: Option<String>,
}

impl ViewPolicy {
    /// All places that it names.
    pub(super) fn places_mut(&mut self) -> impl Iterator<Item = &mut Option<Span>> {
        let all = [
            &mut self.authentication,
            &mut self.permission,
            &mut self.throttle,
            &mut self.pagination,
            &mut self.serializer,
            &mut self.renderer,
            &mut self.parser,
            &mut self.filters,
            &mut self.queryset,
        ];
        let all = all.into_iter().chain(self.fields.values_mut()).map(|e| &mut e.at);
        all.chain([&mut self.at])
    }
}

/// The policies of a project's views. Keeps what it has found out, so ask one of these for all routes.
pub struct Policies<'a> {
    evaluator: Evaluator<'a>,
    /// Whether only what is plain about access is worked out.
    plain_only: bool,
}

impl<'a> Policies<'a> {
    /// With the settings that production gets, where they are known.
    pub fn new(index: &'a ProjectIndex, settings: Option<&'a SettingsModel>, sources: &'a Sources) -> Self {
        Self { evaluator: Evaluator::new(index, settings, sources), plain_only: false }
    }

    /// The same for what is plain about access: permissions, authentication, throttles, and whom the classes of a
    /// library let in. What a project's own classes and its views of plain Django ask is not run, ways to a handler are
    /// not walked far, and what a view shows and takes is left out.
    #[must_use]
    pub fn plain(self) -> Self {
        Self { plain_only: true, evaluator: self.evaluator.near() }
    }

    /// The same for askers to whom what stands before a handler is not worth the time of a long walk.
    #[must_use]
    pub fn near(self) -> Self {
        Self { evaluator: self.evaluator.near(), ..self }
    }

    /// The same where the settings are those that the apps leave when they have started.
    #[must_use]
    pub fn started(self) -> Self {
        Self { evaluator: self.evaluator.started(), ..self }
    }

    /// The policy of one view.
    pub fn of(&self, call: &ViewCall) -> ViewPolicy {
        let evaluator = &self.evaluator;
        let shape = shape::Shape::of(evaluator, call);
        let list = |attribute, method| effective::policy(evaluator, &shape, attribute, Some(method));
        let plain = |attribute| effective::policy(evaluator, &shape, attribute, None);
        let permission = list("permission_classes", "get_permissions");
        let is_library = || match shape.kind {
            Kind::Drf => of_library(&permission),
            Kind::Django => matches!(call.target, ViewTarget::External(_)),
        };
        let verdict = if self.plain_only && !is_library() {
            exposure::Verdict::not_asked(&shape.methods)
        } else {
            exposure::judge(evaluator, &shape)
        };
        let field = |name: &&str| {
            let found = effective::policy(evaluator, &shape, name, None);
            let is_set = found.origin != Origin::Framework;
            is_set.then(|| ((*name).to_owned(), found))
        };
        let is_drf = shape.kind == Kind::Drf;
        let left_out = || Effective::unknown("it was not asked for", None);
        let shown = |attribute, method| if self.plain_only { left_out() } else { list(attribute, method) };
        ViewPolicy {
            kind: shape.kind,
            view: shape.name.clone(),
            methods: shape.methods.clone(),
            actions: call.actions.clone(),
            authentication: list("authentication_classes", "get_authenticators"),
            permission,
            throttle: list("throttle_classes", "get_throttles"),
            throttles: throttle::details(evaluator, &shape),
            pagination: plain("pagination_class"),
            serializer: shown("serializer_class", "get_serializer_class"),
            renderer: shown("renderer_classes", "get_renderers"),
            parser: shown("parser_classes", "get_parsers"),
            filters: plain("filter_backends"),
            fields: if is_drf && !self.plain_only {
                FIELDS.iter().filter_map(field).collect()
            } else {
                BTreeMap::new()
            },
            queryset: if self.plain_only { left_out() } else { effective::queryset(evaluator, &shape) },
            exposure: verdict.exposure,
            by_method: verdict.by_method,
            why: verdict.why,
            at: shape.at,
            problem: shape.problem.clone(),
        }
    }
}

/// Whether only classes of a library decide.
fn of_library(permission: &Effective) -> bool {
    match &permission.value {
        PolicyValue::Names(names) => names.iter().all(|name| name.starts_with("rest_framework.")),
        PolicyValue::One(_) | PolicyValue::Branches(_) | PolicyValue::Unknown(_) => false,
    }
}

/// Attributes that say what a caller may filter and order by.
const FIELDS: [&str; 5] =
    ["filterset_class", "filterset_fields", "search_fields", "ordering_fields", "lookup_field"];

/// The policy of one view. For many views keep one [`Policies`].
pub fn view_policy(
    index: &ProjectIndex,
    settings: Option<&SettingsModel>,
    sources: &Sources,
    call: &ViewCall,
) -> ViewPolicy {
    Policies::new(index, settings, sources).of(call)
}
