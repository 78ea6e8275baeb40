//! Source text as a terminal may show it. Text from a scanned project is hostile: control characters could
//! drive the terminal, and invisible ones could make a reviewer approve something else than what is written.

/// One line of source made safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayText {
    /// The text, tabs expanded, hidden characters spelled out as `<U+202E>`.
    pub text: String,
    /// Whether a hidden character had to be spelled out.
    pub hidden: bool,
    /// For each byte offset of the source line, the column (in characters) of the shown text.
    pub columns: Vec<usize>,
}

/// Width of a tab stop in shown code.
const TAB: usize = 4;

/// Turns one source line (without its line break) into text for a terminal.
pub fn display_text(line: &str) -> DisplayText {
    let mut text = String::with_capacity(line.len());
    let mut columns = Vec::with_capacity(line.len() + 1);
    let (mut hidden, mut width) = (false, 0);
    for c in line.chars() {
        columns.extend(std::iter::repeat_n(width, c.len_utf8()));
        if c == '\t' {
            let fill = TAB - width % TAB;
            text.extend(std::iter::repeat_n(' ', fill));
            width += fill;
        } else if is_hidden(c) {
            let name = format!("<U+{:04X}>", u32::from(c));
            width += name.len();
            text.push_str(&name);
            hidden = true;
        } else {
            text.push(c);
            width += 1;
        }
    }
    columns.push(width);
    DisplayText { text, hidden, columns }
}

/// Text of the scanned project inside a message: hidden characters spelled out, line breaks as spaces.
pub fn clean(text: &str) -> String {
    let one_line: String = text.chars().map(|c| if c == '\n' || c == '\r' { ' ' } else { c }).collect();
    display_text(&one_line).text
}

/// Controls, bidirectional controls, zero-width characters, variation selectors and marks without width.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{180E}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_named() {
        for (given, shown) in [
            ("a\tb", "a   b"),
            ("x\u{202E}y", "x<U+202E>y"),
            ("\u{1b}[31m", "<U+001B>[31m"),
            ("\u{feff}", "<U+FEFF>"),
            ("\u{200b}", "<U+200B>"),
            ("plain é 漢", "plain é 漢"),
        ] {
            assert_eq!(display_text(given).text, shown);
        }
        assert!(display_text("\u{2066}").hidden);
        assert!(!display_text("a\tb").hidden);
    }

    #[test]
    fn columns_follow_the_shown_text() {
        let shown = display_text("\tb");
        assert_eq!(shown.columns, [0, 4, 5]);
    }

    #[test]
    fn a_message_stays_on_one_line() {
        assert_eq!(clean("a\nb"), "a b");
    }
}
