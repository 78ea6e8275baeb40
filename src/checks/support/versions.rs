//! What is known of the version of DRF that a project runs on.

use crate::checks::CheckContext;
use crate::settings::Truth;

/// Whether the project runs on this version of DRF or a newer one. A lower bound that is older says nothing.
pub(crate) fn drf_is_at_least(cx: &CheckContext<'_>, wanted: [u32; 3]) -> Truth {
    let Some(found) = cx.project.and_then(|p| p.drf.as_ref()) else { return Truth::Maybe };
    if numbers(&found.version) >= wanted {
        Truth::Yes
    } else if found.exact {
        Truth::No
    } else {
        Truth::Maybe
    }
}

/// `3.14` is `[3, 14, 0]`; what stands behind the third number does not count.
fn numbers(version: &str) -> [u32; 3] {
    let mut parts = version.split('.').map(|part| {
        let digits = part.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        digits.parse().unwrap_or(0)
    });
    std::array::from_fn(|_| parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn versions_are_compared_by_number() {
        assert!(numbers("3.9.4") < numbers("3.14"));
        assert!(numbers("3.17.0rc1") >= numbers("3.17"));
        assert_eq!(numbers("odd"), [0, 0, 0]);
    }
}
