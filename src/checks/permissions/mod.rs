//! What permission classes decide, by themselves and together.

mod model_permission_reads_open;
mod object_permission_backend_missing;
mod object_permission_on_collection;
mod permission_class_ineffective;
mod permission_composition_unsafe;
mod permission_expression_open;

use super::Check;

/// The family, sorted by id.
pub(crate) static CHECKS: &[&dyn Check] = &[
    &model_permission_reads_open::ModelPermissionReadsOpen,
    &object_permission_backend_missing::ObjectPermissionBackendMissing,
    &object_permission_on_collection::ObjectPermissionOnCollection,
    &permission_class_ineffective::PermissionClassIneffective,
    &permission_composition_unsafe::PermissionCompositionUnsafe,
    &permission_expression_open::PermissionExpressionOpen,
];
