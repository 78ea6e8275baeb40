//! The keys of `REST_FRAMEWORK` that DRF knows, the misspelt ones that look like them, and how one is put right.

use crate::checks::CheckContext;
use crate::edit::Code;
use crate::settings::{Entry, SettingsModel};

use super::fixes::{Operations, set_at_key};
use super::rest::{self, NAME};
use super::settings::own;
use super::spelling::is_close;

/// Every key that some DRF version since 3.0 reads.
const KNOWN: &[&str] = &[
    "ALLOWED_VERSIONS",
    "COERCE_DECIMAL_TO_STRING",
    "COMPACT_JSON",
    "COERCE_BIGINT_TO_STRING",
    "DATETIME_FORMAT",
    "DATETIME_INPUT_FORMATS",
    "DATE_FORMAT",
    "DATE_INPUT_FORMATS",
    "DEFAULT_AUTHENTICATION_CLASSES",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS",
    "DEFAULT_FILTER_BACKENDS",
    "DEFAULT_METADATA_CLASS",
    "DEFAULT_MODEL_SERIALIZER_CLASS",
    "DEFAULT_PAGINATION_CLASS",
    "DEFAULT_PAGINATION_SERIALIZER_CLASS",
    "DEFAULT_PARSER_CLASSES",
    "DEFAULT_PERMISSION_CLASSES",
    "DEFAULT_RENDERER_CLASSES",
    "DEFAULT_SCHEMA_CLASS",
    "DEFAULT_THROTTLE_CLASSES",
    "DEFAULT_THROTTLE_RATES",
    "DEFAULT_VERSION",
    "DEFAULT_VERSIONING_CLASS",
    "EXCEPTION_HANDLER",
    "FORMAT_SUFFIX_KWARG",
    "FORM_METHOD_OVERRIDE",
    "HTML_SELECT_CUTOFF",
    "HTML_SELECT_CUTOFF_TEXT",
    "LIST_SERIALIZER_ERRORS_AS_DICT",
    "MAX_PAGINATE_BY",
    "NON_FIELD_ERRORS_KEY",
    "NUM_PROXIES",
    "ORDERING_PARAM",
    "PAGE_SIZE",
    "PAGINATE_BY",
    "PAGINATE_BY_PARAM",
    "SCHEMA_COERCE_METHOD_NAMES",
    "SCHEMA_COERCE_PATH_PK",
    "SEARCH_PARAM",
    "STRICT_JSON",
    "TEST_REQUEST_DEFAULT_FORMAT",
    "TEST_REQUEST_RENDERER_CLASSES",
    "TIME_FORMAT",
    "TIME_INPUT_FORMATS",
    "UNAUTHENTICATED_TOKEN",
    "UNAUTHENTICATED_USER",
    "UNICODE_JSON",
    "UPLOADED_FILES_USE_URL",
    "URL_FIELD_NAME",
    "URL_FORMAT_OVERRIDE",
    "VERSION_PARAM",
    "VIEW_DESCRIPTION_FUNCTION",
    "VIEW_NAME_FUNCTION",
];

/// Writes the known key in the place of the misspelt one.
pub(crate) fn rename(cx: &CheckContext<'_>, model: &SettingsModel, entry: &Entry, meant: &str) -> Operations {
    let setting = own(model, NAME).ok_or("nobody sets it")?;
    if rest::dict(model).is_some_and(|d| d.entry(meant).is_some()) {
        return Err(format!("`{meant}` is set too, so one of the two values has to be chosen"));
    }
    let at = entry.key.at.ok_or("the key is not written as a text of its own")?;
    set_at_key(cx, model, setting, at, Code::str(meant))
}

/// The entry that is written under a misspelling of a key.
pub(crate) fn misspelt<'a>(model: &'a SettingsModel, key: &str) -> Option<&'a Entry> {
    let dict = rest::dict(model).filter(|dict| dict.entry(key).is_none())?;
    dict.entries.iter().find(|entry| entry.key.as_str().and_then(meant) == Some(key))
}

/// The known key that an unknown one looks like.
pub(crate) fn meant(key: &str) -> Option<&'static str> {
    if KNOWN.contains(&key) {
        return None;
    }
    let upper = key.to_uppercase().replace('-', "_");
    let variants = [
        upper.clone(),
        format!("DEFAULT_{upper}"),
        format!("{upper}_CLASSES"),
        format!("{upper}ES"),
        format!("{upper}S"),
    ];
    let exact = variants.iter().find_map(|v| KNOWN.iter().find(|k| *k == v));
    exact.or_else(|| KNOWN.iter().find(|k| k.len() > 8 && is_close(&upper, k, 2))).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_and_strangers() {
        assert!(KNOWN.iter().all(|k| meant(k).is_none()));
        for (key, known) in [
            ("DEFAULT_PERMISSIONS_CLASSES", Some("DEFAULT_PERMISSION_CLASSES")),
            ("DEFAULT_PERMISSION_CLASS", Some("DEFAULT_PERMISSION_CLASSES")),
            ("PERMISSION_CLASSES", Some("DEFAULT_PERMISSION_CLASSES")),
            ("DEFAULT_THROTTLE_RATE", Some("DEFAULT_THROTTLE_RATES")),
            ("page_size", Some("PAGE_SIZE")),
            ("DEFAULT_AUTHENTICAITON_CLASSES", Some("DEFAULT_AUTHENTICATION_CLASSES")),
            ("JSON_UNDERSCOREIZE", None),
            ("MY_OWN_SWITCH", None),
        ] {
            assert_eq!(meant(key), known, "{key}");
        }
    }
}
