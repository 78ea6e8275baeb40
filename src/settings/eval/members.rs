//! The attributes that values of builtin types have: asking for any other raises.

use super::val::{V, Val};

const TEXT: &str = "capitalize casefold center count encode endswith expandtabs find format format_map index isalnum \
    isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust \
    lower lstrip maketrans partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip \
    split splitlines startswith strip swapcase title translate upper zfill";
const BYTES: &str = "capitalize center count decode endswith expandtabs find fromhex hex index isalnum isalpha isascii \
    isdigit islower isspace istitle isupper join ljust lower lstrip maketrans partition removeprefix removesuffix \
    replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title translate \
    upper zfill";
const LIST: &str = "append clear copy count extend index insert pop remove reverse sort";
const TUPLE: &str = "count index";
// `move_to_end` is an OrderedDict's, which is kept as a dict.
const DICT: &str = "clear copy fromkeys get items keys move_to_end pop popitem setdefault update values";
const SET: &str = "add clear copy difference difference_update discard intersection intersection_update isdisjoint \
    issubset issuperset pop remove symmetric_difference symmetric_difference_update union update";
const INT: &str = "as_integer_ratio bit_count bit_length conjugate denominator from_bytes imag numerator real to_bytes \
    is_integer";
const FLOAT: &str = "as_integer_ratio conjugate fromhex hex imag is_integer real";

/// Whether a value of a builtin type has an attribute; `None` for values of other types.
pub(super) fn has(val: &Val, name: &str) -> Option<bool> {
    let known = match &val.v {
        V::Str(_) | V::Parts(_) => TEXT,
        V::Bytes(_) => BYTES,
        V::List(_) => LIST,
        V::Tuple(_) => TUPLE,
        V::Dict(_) => DICT,
        V::Set(_) => SET,
        V::Int(_) | V::BigInt(_) | V::Bool(_) => INT,
        V::Float(_) => FLOAT,
        V::None => "",
        _ => return None,
    };
    Some(name.starts_with("__") || known.split(' ').any(|k| k == name))
}
