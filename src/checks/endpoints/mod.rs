//! What is routed: documentation, diagnostic pages, old versions, views without a route, pages beside DRF.

mod diagnostic_endpoint_routed;
mod django_view_open;
mod docs_endpoint_public;
mod endpoint_hidden_from_schema;
mod old_version_routed;
mod route_policy_emptied;
mod sensitive_route_open;
mod view_unrouted;
mod write_methods_unneeded;

use super::Check;

/// The family, sorted by id.
pub(crate) static CHECKS: &[&dyn Check] = &[
    &diagnostic_endpoint_routed::DiagnosticEndpointRouted,
    &django_view_open::DjangoViewOpen,
    &docs_endpoint_public::DocsEndpointPublic,
    &endpoint_hidden_from_schema::EndpointHiddenFromSchema,
    &old_version_routed::OldVersionRouted,
    &route_policy_emptied::RoutePolicyEmptied,
    &sensitive_route_open::SensitiveRouteOpen,
    &view_unrouted::ViewUnrouted,
    &write_methods_unneeded::WriteMethodsUnneeded,
];
