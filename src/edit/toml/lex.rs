//! The pieces of a TOML text: comments, strings, words, punctuation. Enough to colour it and to find comments;
//! what the pieces mean is `toml_edit`'s work.

use std::ops::Range;

/// The kind of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::edit) enum Kind {
    /// `# ...` to the end of the line.
    Comment,
    /// Any of the four kinds of string, quotes included.
    String,
    /// A bare key, number, date or `true`.
    Word,
    /// One character of punctuation.
    Mark,
}

/// Cuts a text into pieces; blanks and line breaks are left out. Never fails: an open string ends with its line.
pub(in crate::edit) fn pieces(text: &str) -> Vec<(Range<usize>, Kind)> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let (len, kind) = match c {
            '#' => (rest.find(['\n', '\r']).unwrap_or(rest.len()), Kind::Comment),
            '"' | '\'' => (string_len(rest, c), Kind::String),
            c if is_word(c) => (rest.find(|c: char| !is_word(c)).unwrap_or(rest.len()), Kind::Word),
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            c => (c.len_utf8(), Kind::Mark),
        };
        out.push((at..at + len, kind));
        at += len;
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | ':' | '.')
}

fn string_len(rest: &str, quote: char) -> usize {
    let triple = quote.to_string().repeat(3);
    let multi = rest.starts_with(&triple);
    let open = if multi { 3 } else { 1 };
    let mut escaped = false;
    for (i, c) in rest.char_indices().skip(open) {
        if escaped {
            escaped = false;
        } else if c == '\\' && quote == '"' {
            escaped = true;
        } else if multi && rest[i..].starts_with(&triple) {
            // Up to two quotes may stand right before the closing ones.
            let run = rest[i..].len() - rest[i..].trim_start_matches(quote).len();
            return i + run.min(5);
        } else if !multi && c == quote {
            return i + 1;
        } else if !multi && matches!(c, '\n' | '\r') {
            return i;
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_every_kind() {
        let text = "a.b = \"x # \\\" y\" # c\nd = '''\n#''''\n[[t]]\n";
        let found: Vec<(&str, Kind)> = pieces(text).into_iter().map(|(r, k)| (&text[r], k)).collect();
        assert_eq!(found[0], ("a.b", Kind::Word));
        assert_eq!(found[2], ("\"x # \\\" y\"", Kind::String));
        assert_eq!(found[3], ("# c", Kind::Comment));
        assert_eq!(found[6], ("'''\n#''''", Kind::String));
        assert_eq!(found[7], ("[", Kind::Mark));
    }
}
