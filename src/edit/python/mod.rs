//! Python: operations to text edits on one parsed file. `collection` serves everything with items and commas
//! (displays and calls), the other files one kind of place each. Knows no fixes, only who asked.

pub(super) mod assignment;
pub(super) mod call;
pub(super) mod class;
pub(super) mod collection;
pub(super) mod expression;
pub(super) mod import;
mod nodes;
pub(super) mod statement;

use std::ops::Range;

use crate::python::{ParsedModule, Ranged as _, TextRange, TokenKind};
use crate::source::Span;

use super::plan::Refusal;
use super::style::Style;
use super::text::Text;

pub(super) use nodes::{ExprPlace, Nodes, StmtPlace};

/// A token as offsets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tok {
    /// Its kind.
    pub(super) kind: TokenKind,
    /// First byte.
    pub(super) start: usize,
    /// One past the last byte.
    pub(super) end: usize,
}

impl Tok {
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    pub(super) fn opens(&self) -> bool {
        matches!(self.kind, TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace)
    }

    pub(super) fn closes(&self) -> bool {
        matches!(self.kind, TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace)
    }

    /// Whether it is layout or a comment.
    pub(super) fn is_trivia(&self) -> bool {
        matches!(
            self.kind,
            TokenKind::Comment
                | TokenKind::Newline
                | TokenKind::NonLogicalNewline
                | TokenKind::Indent
                | TokenKind::Dedent
                | TokenKind::EndOfFile
        )
    }
}

/// A parsed file with what every editor needs.
pub(super) struct PyFile<'a> {
    /// The text and its lines.
    pub(super) text: Text<'a>,
    /// The tree.
    pub(super) module: &'a ParsedModule,
    /// All tokens, in order.
    pub(super) tokens: Vec<Tok>,
    /// The file's habits.
    pub(super) style: Style,
}

impl<'a> PyFile<'a> {
    pub(super) fn new(text: &'a str, module: &'a ParsedModule) -> Self {
        let tokens = module
            .tokens()
            .iter()
            .map(|t| Tok { kind: t.kind(), start: t.start().to_usize(), end: t.end().to_usize() })
            .collect();
        let mut file = Self {
            text: Text::new(text),
            module,
            tokens,
            style: Style { unit: String::new(), eol: "\n", quote: '"', width: 0, trailing_comma: true },
        };
        file.style = Style::of(&file);
        file
    }

    /// The tokens that lie wholly inside a range.
    pub(super) fn tokens_in(&self, range: Range<usize>) -> &[Tok] {
        let from = self.tokens.partition_point(|t| t.start < range.start);
        let to = self.tokens.partition_point(|t| t.end <= range.end).max(from);
        &self.tokens[from..to]
    }

    /// The tokens that start at `offset` or later.
    pub(super) fn tokens_from(&self, offset: usize) -> &[Tok] {
        &self.tokens[self.tokens.partition_point(|t| t.start < offset)..]
    }

    /// Comments inside a range.
    pub(super) fn comments_in(&self, range: Range<usize>) -> impl Iterator<Item = &Tok> {
        self.tokens_in(range).iter().filter(|t| t.kind == TokenKind::Comment)
    }

    /// The break to use near `offset`.
    pub(super) fn eol(&self, offset: usize) -> &'static str {
        self.text.eol_at(offset).unwrap_or(self.style.eol)
    }

    /// Where the logical line that holds `offset` starts: behind the line break before it.
    pub(super) fn logical_start(&self, offset: usize) -> usize {
        let before = self.tokens.partition_point(|t| t.start < offset);
        self.tokens[..before].iter().rev().find(|t| t.kind == TokenKind::Newline).map_or(0, |t| t.end)
    }

    /// Where the next line starts after the logical line that ends at or behind `offset`, and whether the text
    /// ends there without a break.
    pub(super) fn after_logical_line(&self, offset: usize) -> (usize, bool) {
        match self.tokens_from(offset).iter().find(|t| t.kind == TokenKind::Newline) {
            Some(token) if token.start < token.end => (token.end, false),
            _ => (self.text.text.len(), true),
        }
    }

    /// A refusal that names a line.
    pub(super) fn unsupported(&self, at: usize, reason: impl Into<String>) -> Refusal {
        Refusal::Unsupported { line: self.text.line(at), reason: reason.into() }
    }
}

/// A parser's range as offsets.
pub(super) fn offsets(range: TextRange) -> Range<usize> {
    range.start().to_usize()..range.end().to_usize()
}

/// The offsets of a span.
pub(super) fn span_offsets(span: Span) -> Range<usize> {
    span.start()..span.end()
}
