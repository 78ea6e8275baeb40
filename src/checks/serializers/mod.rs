//! What serializers and model forms let out and let in.

mod form_exclude;
mod form_fields_all;
mod nested_depth_open;
mod privileged_field_writable;
mod read_only_fields_misspelt;
mod sensitive_field_readable;
mod serializer_exclude;
mod serializer_fields_all;

use super::Check;

/// The family, sorted by id.
pub(crate) static CHECKS: &[&dyn Check] = &[
    &form_exclude::FormExclude,
    &form_fields_all::FormFieldsAll,
    &nested_depth_open::NestedDepthOpen,
    &privileged_field_writable::PrivilegedFieldWritable,
    &read_only_fields_misspelt::ReadOnlyFieldsMisspelt,
    &sensitive_field_readable::SensitiveFieldReadable,
    &serializer_exclude::SerializerExclude,
    &serializer_fields_all::SerializerFieldsAll,
];
