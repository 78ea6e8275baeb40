//! A URL that a pattern matches, for tests: literal parts as they are, parameters with small sample values. `None`
//! where the pattern cannot be read, such as one that looks ahead.

use regex_syntax::hir::{Class, ClassUnicodeRange, Hir, HirKind};

/// A URL for a joined pattern (`api/^orders/(?P<pk>[^/.]+)/$`, `api/orders/<int:pk>/`). `version` is what a parameter
/// of that name gets.
pub(crate) fn sample(pattern: &str, version: Option<&str>) -> Option<String> {
    let text = without_converters(pattern, version)?.replace("\\Z", "$");
    let hir = regex_syntax::Parser::new().parse(&text).ok()?;
    let mut url = "/".to_owned();
    write(&hir, version, false, &mut url)?;
    Some(url)
}

/// Path converters in the form of regular expressions.
fn without_converters(pattern: &str, version: Option<&str>) -> Option<String> {
    let mut text = String::new();
    let mut rest = pattern;
    while let Some(open) = rest.find('<') {
        let (before, after) = rest.split_at(open);
        let close = after.find('>')?;
        text.push_str(before);
        if before.ends_with("(?P") {
            text.push_str(&after[..=close]);
        } else {
            let (kind, name) = after[1..close].split_once(':').unwrap_or(("str", &after[1..close]));
            text.push_str(match (kind, version) {
                (_, Some(version)) if name == "version" => version,
                ("uuid", _) => "00000000-0000-4000-8000-000000000000",
                _ => "1",
            });
        }
        rest = &after[close + 1..];
    }
    Some(text + rest)
}

fn write(hir: &Hir, version: Option<&str>, repeated: bool, url: &mut String) -> Option<()> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => url.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(class) => url.push(pick(class, repeated)?),
        HirKind::Repetition(repetition) => {
            for _ in 0..repetition.min {
                write(&repetition.sub, version, true, url)?;
            }
        }
        HirKind::Capture(capture) => match version {
            Some(version) if capture.name.as_deref() == Some("version") => url.push_str(version),
            _ => write(&capture.sub, version, repeated, url)?,
        },
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| write(part, version, repeated, url))?,
        HirKind::Alternation(parts) => write(parts.first()?, version, repeated, url)?,
    }
    Some(())
}

/// A character of a class. A dot that stands alone is most likely meant as a dot.
fn pick(class: &Class, repeated: bool) -> Option<char> {
    let Class::Unicode(class) = class else { return None };
    let holds = |c: char| class.iter().any(|range| (range.start()..=range.end()).contains(&c));
    if !repeated && ['.', '/', '1', ' '].into_iter().all(holds) {
        return Some('.');
    }
    let wanted = ['1', 'a', 'A', '-', '_', '.'].into_iter().find(|c| holds(*c));
    wanted.or_else(|| class.iter().next().map(ClassUnicodeRange::start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_give_urls_that_they_match() {
        for (pattern, url) in [
            ("", "/"),
            ("api/^orders/$", "/api/orders/"),
            ("api/^orders/(?P<pk>[^/.]+)/$", "/api/orders/1/"),
            ("api/orders/<int:pk>/", "/api/orders/1/"),
            ("api/<uuid:id>/<slug:name>", "/api/00000000-0000-4000-8000-000000000000/1"),
            ("^feed.json$", "/feed.json"),
            (r"^feed\.(?P<kind>rss|atom)/?$", "/feed.rss"),
            (r"^x/(?P<day>\d{4}-\d{2})/\Z", "/x/1111-11/"),
            ("^(?P<version>(v1|v2))/orders/", "/v2/orders/"),
            ("<str:version>/orders/", "/v2/orders/"),
        ] {
            assert_eq!(sample(pattern, Some("v2")).as_deref(), Some(url), "{pattern}");
        }
        assert_eq!(sample("^(?!admin).*$", None), None);
        assert_eq!(sample("^orders/(?P<pk", None), None);
    }
}
