//! What `re.sub` gives, for the patterns that settings use.

/// `re.sub` for a pattern that is one class of characters (`[^a-z]`, `\\W`, `-`), perhaps repeated by `+`.
pub(super) fn substitute(pattern: &str, with: &str, text: &str) -> Option<String> {
    let (class, repeated) = match pattern.strip_suffix('+') {
        Some(class) => (class, true),
        None => (pattern, false),
    };
    let mut ranges: Vec<(char, char)> = Vec::new();
    let mut negated = false;
    let word = [('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')];
    match class {
        "\\s" => ranges.extend([(' ', ' '), ('\t', '\r')]),
        "\\d" => ranges.push(('0', '9')),
        "\\w" | "\\W" => {
            negated = class == "\\W";
            ranges.extend(word);
        }
        _ => match class.strip_prefix('[').and_then(|c| c.strip_suffix(']')) {
            Some(inner) => {
                let inner = match inner.strip_prefix('^') {
                    Some(rest) => {
                        negated = true;
                        rest
                    }
                    None => inner,
                };
                if inner.contains(['\\', '[', ']']) || inner.is_empty() || !inner.is_ascii() {
                    return None;
                }
                let chars: Vec<char> = inner.chars().collect();
                let mut at = 0;
                while at < chars.len() {
                    if at + 2 < chars.len() && chars[at + 1] == '-' {
                        ranges.push((chars[at], chars[at + 2]));
                        at += 3;
                    } else {
                        ranges.push((chars[at], chars[at]));
                        at += 1;
                    }
                }
            }
            None => {
                let mut chars = class.chars();
                let (Some(c), None) = (chars.next(), chars.next()) else { return None };
                if !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ' ' | ',' | ':' | '/')) {
                    return None;
                }
                ranges.push((c, c));
            }
        },
    }
    if !text.is_ascii() {
        return None;
    }
    let mut out = String::new();
    let mut inside = false;
    for c in text.chars() {
        let hit = ranges.iter().any(|(a, b)| (*a..=*b).contains(&c)) != negated;
        if !hit {
            out.push(c);
        } else if !(repeated && inside) {
            out.push_str(with);
        }
        inside = hit;
    }
    Some(out)
}
