//! Syntax classes for screens: which bytes of a Python or TOML text are what. Colours are the screen's matter.

use std::ops::Range;

use crate::python::ast::{Expr, Stmt};
use crate::python::visitor::{Visitor, walk_expr, walk_stmt};
use crate::python::{Ranged as _, TextRange, TokenKind, parse};

use super::toml::{Kind, pieces};

/// The language of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Python.
    Python,
    /// TOML.
    Toml,
}

impl Language {
    /// By the end of the path; everything but TOML is taken for Python.
    pub fn of(path: &str) -> Self {
        if path.to_ascii_lowercase().ends_with(".toml") { Self::Toml } else { Self::Python }
    }
}

/// What a piece of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenClass {
    /// `def`, `if`, `import`.
    Keyword,
    /// Text in quotes, f-strings without their expressions.
    String,
    /// To the end of the line.
    Comment,
    /// A number or date.
    Number,
    /// `True`, `False`, `None`.
    Constant,
    /// Operators and punctuation.
    Operator,
    /// A name.
    Name,
    /// The name of a class or function where it is defined or called.
    Function,
    /// The key of an assignment, keyword argument or TOML pair.
    Key,
    /// A decorator's `@`, a TOML header.
    Decorator,
}

/// Classes of a whole text, in order, without overlaps; blanks have none. Cut by line, never classify a piece.
pub fn classes(text: &str, language: Language) -> Vec<(Range<usize>, TokenClass)> {
    match language {
        Language::Python => python(text),
        Language::Toml => toml(text),
    }
}

fn python(text: &str) -> Vec<(Range<usize>, TokenClass)> {
    let module = parse(text);
    let mut names = Names::default();
    names.visit_body(module.body());
    names.0.sort_by_key(|(start, _)| *start);
    let mut out = Vec::new();
    for token in module.tokens() {
        let range = offsets(token.range());
        let class = match token.kind() {
            TokenKind::Name => names
                .0
                .binary_search_by_key(&range.start, |(start, _)| *start)
                .map_or(TokenClass::Name, |at| names.0[at].1),
            TokenKind::Int | TokenKind::Float | TokenKind::Complex => TokenClass::Number,
            TokenKind::String
            | TokenKind::FStringStart
            | TokenKind::FStringMiddle
            | TokenKind::FStringEnd
            | TokenKind::TStringStart
            | TokenKind::TStringMiddle
            | TokenKind::TStringEnd => TokenClass::String,
            TokenKind::Comment => TokenClass::Comment,
            TokenKind::True | TokenKind::False | TokenKind::None => TokenClass::Constant,
            TokenKind::At => TokenClass::Decorator,
            // A soft keyword (`type`, `match`) is mostly a plain name; where it is none, the tree would tell.
            kind if kind.is_soft_keyword() => TokenClass::Name,
            kind if kind.is_keyword() => TokenClass::Keyword,
            TokenKind::Newline
            | TokenKind::NonLogicalNewline
            | TokenKind::Indent
            | TokenKind::Dedent
            | TokenKind::EndOfFile => continue,
            _ => TokenClass::Operator,
        };
        if !range.is_empty() {
            out.push((range, class));
        }
    }
    out
}

fn offsets(range: TextRange) -> Range<usize> {
    range.start().to_usize()..range.end().to_usize()
}

/// How deep the tree is followed for names; deeper ones keep the plain class.
const MAX_DEPTH: usize = 200;

/// Start offsets of names that are more than a name.
#[derive(Default)]
struct Names(Vec<(usize, TokenClass)>, usize);

impl Names {
    fn note(&mut self, range: TextRange, class: TokenClass) {
        self.0.push((range.start().to_usize(), class));
    }
}

impl<'a> Visitor<'a> for Names {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(def) => self.note(def.name.range(), TokenClass::Function),
            Stmt::ClassDef(def) => self.note(def.name.range(), TokenClass::Function),
            Stmt::Assign(assign) => {
                for name in assign.targets.iter().filter_map(Expr::as_name_expr) {
                    self.note(name.range(), TokenClass::Key);
                }
            }
            Stmt::AnnAssign(assign) if assign.target.is_name_expr() => {
                self.note(assign.target.range(), TokenClass::Key);
            }
            _ => {}
        }
        if self.1 < MAX_DEPTH {
            self.1 += 1;
            walk_stmt(self, stmt);
            self.1 -= 1;
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            match &*call.func {
                Expr::Name(name) => self.note(name.range(), TokenClass::Function),
                Expr::Attribute(attribute) => self.note(attribute.attr.range(), TokenClass::Function),
                _ => {}
            }
            for name in call.arguments.keywords.iter().filter_map(|k| k.arg.as_ref()) {
                self.note(name.range(), TokenClass::Key);
            }
        }
        if self.1 < MAX_DEPTH {
            self.1 += 1;
            walk_expr(self, expr);
            self.1 -= 1;
        }
    }
}

fn toml(text: &str) -> Vec<(Range<usize>, TokenClass)> {
    let all = pieces(text);
    let mut out = Vec::new();
    let (mut line_start, mut header) = (true, false);
    for (i, (range, kind)) in all.iter().enumerate() {
        if i > 0 && text[all[i - 1].0.end..range.start].contains(['\n', '\r']) {
            (line_start, header) = (true, false);
        }
        let piece = &text[range.clone()];
        // A key is followed by `=`, or by more of itself.
        let is_key = all[i + 1..]
            .iter()
            .find(|(r, _)| &text[r.clone()] != ".")
            .is_some_and(|(r, _)| &text[r.clone()] == "=");
        let class = match kind {
            Kind::Comment => TokenClass::Comment,
            Kind::Mark if piece == "[" && line_start => {
                header = true;
                TokenClass::Decorator
            }
            Kind::Mark | Kind::Word | Kind::String if header => TokenClass::Decorator,
            Kind::Mark => TokenClass::Operator,
            Kind::Word | Kind::String if is_key => TokenClass::Key,
            Kind::String => TokenClass::String,
            Kind::Word if matches!(piece, "true" | "false") => TokenClass::Constant,
            Kind::Word => TokenClass::Number,
        };
        line_start = false;
        out.push((range.clone(), class));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, language: Language) -> Vec<(&str, TokenClass)> {
        classes(text, language).into_iter().map(|(range, class)| (&text[range], class)).collect()
    }

    #[test]
    fn python_pieces() {
        use TokenClass::{Comment, Constant, Function, Key, Keyword, Name, Number, Operator, String};
        assert_eq!(
            of("if x:\n  D = f(a, b=None)  # é\n", Language::Python),
            [
                ("if", Keyword),
                ("x", Name),
                (":", Operator),
                ("D", Key),
                ("=", Operator),
                ("f", Function),
                ("(", Operator),
                ("a", Name),
                (",", Operator),
                ("b", Key),
                ("=", Operator),
                ("None", Constant),
                (")", Operator),
                ("# é", Comment),
            ]
        );
        assert_eq!(of("f'a{1}'", Language::Python)[1], ("a", String));
        assert_eq!(of("f'a{1}'", Language::Python)[3], ("1", Number));
    }

    #[test]
    fn a_broken_text_is_coloured_too() {
        assert!(of("def f(:\n  return 'a", Language::Python).contains(&("return", TokenClass::Keyword)));
    }

    #[test]
    fn toml_pieces() {
        use TokenClass::{Comment, Constant, Decorator, Key, Number, Operator, String};
        assert_eq!(
            of("[a.b] # c\nx = [1, 'y']\nz = true\n", Language::Toml),
            [
                ("[", Decorator),
                ("a.b", Decorator),
                ("]", Decorator),
                ("# c", Comment),
                ("x", Key),
                ("=", Operator),
                ("[", Operator),
                ("1", Number),
                (",", Operator),
                ("'y'", String),
                ("]", Operator),
                ("z", Key),
                ("=", Operator),
                ("true", Constant),
            ]
        );
    }
}
