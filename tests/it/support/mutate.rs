//! Texts changed at random by bytes, lines and tokens. The same number always gives the same change.

use drf_harden::python::{Ranged as _, parse};

/// What stands in for a stretch of text.
const PIECES: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "'",
    "\"",
    "'''",
    ":",
    ",",
    ".",
    "=",
    "*",
    "**",
    "@",
    "#",
    "\\",
    "\n",
    "\r",
    "\t",
    " ",
    "    ",
    "\0",
    "\u{c}",
    "\u{fe0f}",
    "\u{202e}",
    "é",
    "if ",
    "else:",
    "for x in ",
    "while True:",
    "def f():",
    "class A:",
    "lambda: ",
    "return ",
    "yield ",
    "await ",
    "import *",
    "from . import ",
    "del ",
    "global ",
    "not ",
    "in ",
    "is ",
    "and ",
    "or ",
    "try:",
    "except:",
    "finally:",
    "with ",
    "as ",
    "match x:",
    "case _:",
    "None",
    "True",
    "0",
    "-1",
    "10**10",
    "1e999",
    "f'{x}'",
    "b''",
    "[]",
    "{}",
    "()",
    ":=",
    "+=",
    "%",
    "<<",
    "//",
    "...",
    "globals()",
    "__file__",
    "os.environ",
    "'\\ud800'",
    "settings",
    "include('*.py')",
    "from .base import *",
];

/// A small generator of numbers.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11
    }

    /// A number below `end`; 0 for none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.next() % end as u64) as usize }
    }
}

/// The text after one to six changes, of which some take a part of `other`.
pub(crate) fn mutate(text: &str, other: &str, dice: &mut Dice) -> String {
    let mut text = text.to_owned();
    for _ in 0..=dice.below(6) {
        text = match dice.below(3) {
            0 => by_bytes(&text, dice),
            1 => by_lines(&text, other, dice),
            _ => by_tokens(&text, other, dice),
        };
    }
    text
}

/// A stretch of a few characters is cut, doubled or replaced.
fn by_bytes(text: &str, dice: &mut Dice) -> String {
    let start = text.floor_char_boundary(dice.below(text.len() + 1));
    let end = text.ceil_char_boundary((start + dice.below(8)).min(text.len()));
    let middle = match dice.below(3) {
        0 => String::new(),
        1 => text[start..end].repeat(2 + dice.below(40)),
        _ => PIECES[dice.below(PIECES.len())].to_owned(),
    };
    [&text[..start], &middle, &text[end..]].concat()
}

/// A line is cut, doubled, moved, indented, or taken from the other text.
fn by_lines(text: &str, other: &str, dice: &mut Dice) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let at = dice.below(lines.len().max(1));
    if lines.is_empty() {
        return other.to_owned();
    }
    let elsewhere = dice.below(lines.len());
    let foreign: Vec<&str> = other.split_inclusive('\n').collect();
    match dice.below(6) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[at]),
        2 => lines.swap(at, elsewhere),
        3 => lines.insert(at, "    "),
        4 => lines[at] = lines[at].trim_start(),
        _ => lines.insert(at, foreign.get(dice.below(foreign.len())).copied().unwrap_or("")),
    }
    lines.concat()
}

/// A token is cut, doubled, or replaced by another of this or the other text.
fn by_tokens(text: &str, other: &str, dice: &mut Dice) -> String {
    let token = |text: &str, dice: &mut Dice| {
        let parsed = parse(text);
        let tokens = parsed.tokens();
        let token = tokens.get(dice.below(tokens.len()))?;
        let (start, end) = (token.start().to_usize(), token.end().to_usize());
        (start < end && end <= text.len()).then_some((start, end))
    };
    let Some((start, end)) = token(text, dice) else { return by_bytes(text, dice) };
    let new = match dice.below(5) {
        0 => String::new(),
        1 => text[start..end].repeat(2),
        2 => PIECES[dice.below(PIECES.len())].to_owned(),
        3 => token(text, dice).map_or_else(String::new, |(a, b)| text[a..b].to_owned()),
        _ => token(other, dice).map_or_else(String::new, |(a, b)| other[a..b].to_owned()),
    };
    [&text[..start], &new, &text[end..]].concat()
}
