//! `REST_FRAMEWORK` holds a key that DRF does not know but that looks like one it does: DRF ignores it without a
//! word. Keys that look like nothing are left alone, since libraries and projects keep their own there.
//! <https://www.django-rest-framework.org/api-guide/settings/>

use crate::checks::support::fixes::{Operations, Remedy, set_at_key};
use crate::checks::support::rest::{self, NAME};
use crate::checks::support::settings::{first_line, own};
use crate::checks::support::spelling::distance;
use crate::checks::{Check, CheckContext};
use crate::edit::Code;
use crate::finding::{Effect, Outcome};
use crate::settings::{Entry, SettingsModel};
use crate::source::clean;

pub(crate) struct RestFrameworkUnknownKey;

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

impl Check for RestFrameworkUnknownKey {
    fn id(&self) -> &'static str {
        "rest-framework-unknown-key"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let model = match rest::judged(cx) {
            Ok(model) => model,
            Err(outcome) => return outcome,
        };
        let seen = vec![rest::label_of(cx, model, "")];
        let Some(setting) = own(model, NAME) else {
            return Outcome::not_applicable("`REST_FRAMEWORK` is not set");
        };
        let Some(dict) = setting.node.as_dict() else {
            let cause = setting.node.cause().unwrap_or("it is not a dict");
            return Outcome::unknown(format!("`REST_FRAMEWORK` cannot be told: {cause}."), seen);
        };
        let mut findings = Vec::new();
        for entry in &dict.entries {
            let Some((key, meant)) = entry.key.as_str().and_then(|key| Some((key, meant(key)?))) else {
                continue;
            };
            let shown = clean(key);
            let message = format!("DRF does not know the key `{shown}` and ignores it; it knows `{meant}`");
            let mut found = rest::finding(cx, model, self.id(), key, message);
            if let Some(at) = entry.key.at.or(entry.value.at) {
                found.primary.span = first_line(cx, at);
            }
            let restricts =
                ["AUTHENTICATION", "PERMISSION", "THROTTLE"].iter().any(|word| meant.contains(word));
            let effect = if restricts { Effect::Tightens } else { Effect::Reshapes };
            let found = Remedy {
                title: format!("Rename `{shown}` to `{meant}`"),
                effect,
                note: format!("The value takes effect as `{meant}`."),
                by_hand: format!("Write `{meant}` instead of `{shown}`"),
            }
            .attach(found, rename(cx, model, entry, meant));
            findings.push(found);
        }
        if let Some(first) = findings.first() {
            return Outcome::fail(format!("{}.", first.message), findings);
        }
        Outcome::pass("every key of `REST_FRAMEWORK` is known, or is no misspelling of a known one.", seen)
    }
}

fn rename(cx: &CheckContext<'_>, model: &SettingsModel, entry: &Entry, meant: &str) -> Operations {
    let setting = own(model, NAME).ok_or("nobody sets it")?;
    if rest::dict(model).is_some_and(|d| d.entry(meant).is_some()) {
        return Err(format!("`{meant}` is set too, so one of the two values has to be chosen"));
    }
    let at = entry.key.at.ok_or("the key is not written as a text of its own")?;
    set_at_key(cx, model, setting, at, Code::str(meant))
}

/// The known key that an unknown one looks like.
fn meant(key: &str) -> Option<&'static str> {
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
    exact.or_else(|| KNOWN.iter().find(|k| k.len() > 8 && distance(&upper, k) <= 2)).copied()
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
