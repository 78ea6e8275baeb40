//! Expressions: which calls they make, in order, and what they give.

use std::rc::Rc;

use super::super::{CodeKind, Frame, FrameKind, Outcome, Path, Val};
use super::state::{Closure, Handed, Raising, State, Tag};
use super::{Gate, Question};
use crate::python::Ranged as _;
use crate::python::ast::{self, Expr, UnaryOp};
use crate::python::visitor::{Visitor, walk_expr};
use crate::settings::Truth;
use crate::source::Span;

impl Gate<'_, '_> {
    /// What an expression gives: what it is to the walk, and its value.
    pub(super) fn value(
        &self,
        frame: &Frame<'_>,
        expr: &Expr,
        state: &mut State,
    ) -> Result<(Tag, Val), Raising> {
        let tag = self.scan(frame, expr, state)?;
        if self.is_behind(state) {
            return Ok((tag, Val::unknown("it is computed behind the handler")));
        }
        let value = self.known(frame, expr, &mut state.path);
        Ok((tag, value.map_err(|raised| Raising(raised.0))?))
    }

    /// The value of an expression. A proof holds whoever calls: what code of the project computes is left open there.
    pub(super) fn known(&self, frame: &Frame<'_>, expr: &Expr, path: &mut Path) -> Outcome {
        if self.question == Question::Proof
            && let Some(call) = Called::first(expr)
        {
            let makes_request = std::ptr::eq(call, expr) && is_named(call, "initialize_request");
            return Ok(if makes_request { Val::Request } else { Val::unknown("it is computed") });
        }
        let ask = || self.evaluator.fresh(|| self.evaluator.expr(frame, expr, path));
        self.evaluator.briefly(4, ask)
    }

    /// The calls of an expression, in order.
    pub(super) fn scan(&self, frame: &Frame<'_>, expr: &Expr, state: &mut State) -> Result<Tag, Raising> {
        Ok(match expr {
            Expr::NoneLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::StringLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::EllipsisLiteral(_) => Tag::Harmless,
            Expr::Name(name) => self.name(frame, name.id.as_str(), state)?,
            Expr::Attribute(attribute) => {
                let base = self.scan(frame, &attribute.value, state)?;
                let at = Span::new(frame.file, expr.range());
                self.attribute(&base, attribute.attr.as_str(), at, state)?
            }
            Expr::Call(call) => self.call(frame, call, state)?,
            Expr::BoolOp(operation) => {
                let mut tag: Option<Tag> = None;
                for (position, operand) in operation.values.iter().enumerate() {
                    let found = if position == 0 {
                        self.scan(frame, operand, state)?
                    } else {
                        maybe(state, |inside| self.scan(frame, operand, inside))
                    };
                    tag = Some(tag.map_or(found.clone(), |tag| tag.or(found)));
                }
                tag.unwrap_or(Tag::Nothing)
            }
            Expr::If(either) => {
                let (_, test) = self.value(frame, &either.test, state)?;
                match test.truth() {
                    Truth::Yes => self.scan(frame, &either.body, state)?,
                    Truth::No => self.scan(frame, &either.orelse, state)?,
                    Truth::Maybe => {
                        let mut other = state.clone();
                        let yes = self.scan(frame, &either.body, state);
                        let no = self.scan(frame, &either.orelse, &mut other);
                        state.passed &= other.passed;
                        state.came &= other.came;
                        match (yes, no) {
                            (Ok(yes), Ok(no)) => yes.or(no),
                            (Ok(tag), Err(_)) => tag,
                            (Err(_), Ok(tag)) => {
                                *state = other;
                                tag
                            }
                            (Err(raising), Err(_)) => return Err(raising),
                        }
                    }
                }
            }
            Expr::Named(named) => {
                let tag = self.scan(frame, &named.value, state)?;
                self.bind(frame, &named.target, &tag, state);
                tag
            }
            Expr::UnaryOp(unary) => {
                self.scan(frame, &unary.operand, state)?;
                if unary.op == UnaryOp::Not { Tag::Harmless } else { Tag::Nothing }
            }
            Expr::Compare(comparison) => {
                self.scan(frame, &comparison.left, state)?;
                for right in &comparison.comparators {
                    self.scan(frame, right, state)?;
                }
                Tag::Harmless
            }
            Expr::BinOp(binary) => self.parts(frame, [&*binary.left, &*binary.right], state)?,
            Expr::Subscript(subscript) => self.parts(frame, [&*subscript.value, &*subscript.slice], state)?,
            Expr::List(ast::ExprList { elts, .. })
            | Expr::Tuple(ast::ExprTuple { elts, .. })
            | Expr::Set(ast::ExprSet { elts, .. }) => self.parts(frame, elts, state)?,
            Expr::Dict(dict) => {
                let parts = dict.items.iter().flat_map(|item| item.key.iter().chain([&item.value]));
                self.parts(frame, parts, state)?
            }
            Expr::Starred(starred) => self.parts(frame, [&*starred.value], state)?,
            Expr::Slice(slice) => {
                let parts = [&slice.lower, &slice.upper, &slice.step];
                self.parts(frame, parts.into_iter().flatten().map(|part| &**part), state)?
            }
            Expr::FString(text) => {
                for part in text.value.elements() {
                    if let ast::InterpolatedStringElement::Interpolation(part) = part {
                        self.scan(frame, &part.expression, state)?;
                    }
                }
                Tag::Nothing
            }
            Expr::ListComp(ast::ExprListComp { elt, generators, .. })
            | Expr::SetComp(ast::ExprSetComp { elt, generators, .. })
            | Expr::Generator(ast::ExprGenerator { elt, generators, .. }) => {
                self.comprehension(frame, &[elt], generators, state)?
            }
            Expr::DictComp(ast::ExprDictComp { key, value, generators, .. }) => {
                let parts: Vec<&Expr> = key.iter().map(|k| &**k).chain([&**value]).collect();
                self.comprehension(frame, &parts, generators, state)?
            }
            Expr::Lambda(lambda) => {
                if self.mentions_in(frame, &lambda.body, state) {
                    Tag::Handler
                } else {
                    Tag::Nothing
                }
            }
            _ => {
                let at = Some(Span::new(frame.file, expr.range()));
                self.may_reach("an expression is not followed", at, state);
                Tag::Nothing
            }
        })
    }

    /// Parts of a whole: it reaches the handler where one of them does.
    fn parts<'t>(
        &self,
        frame: &Frame<'_>,
        parts: impl IntoIterator<Item = &'t Expr>,
        state: &mut State,
    ) -> Result<Tag, Raising> {
        let mut reaches = false;
        for part in parts {
            reaches |= self.scan(frame, part, state)?.reaches();
        }
        Ok(if reaches { Tag::Handler } else { Tag::Nothing })
    }

    fn comprehension(
        &self,
        frame: &Frame<'_>,
        elements: &[&Expr],
        generators: &[ast::Comprehension],
        state: &mut State,
    ) -> Result<Tag, Raising> {
        let mut inside = state.clone();
        for (position, generator) in generators.iter().enumerate() {
            let from = if position == 0 { &mut *state } else { &mut inside };
            let tag = self.scan(frame, &generator.iter, from)?;
            let tag = if tag.reaches() { Tag::Handler } else { Tag::Nothing };
            self.bind(frame, &generator.target, &tag, &mut inside);
            let at = Span::new(frame.file, generator.range());
            let value = Val::unknown("it comes from a loop");
            self.evaluator.assign(frame, &generator.target, value, at, &mut inside.path);
        }
        let conditions = generators.iter().flat_map(|generator| &generator.ifs);
        let mut reaches = false;
        for part in conditions.chain(elements.iter().copied()) {
            reaches |= maybe(&mut inside, |inside| self.scan(frame, part, inside)).reaches();
        }
        Ok(if reaches { Tag::Handler } else { Tag::Nothing })
    }

    /// What a name holds.
    pub(super) fn name(&self, frame: &Frame<'_>, name: &str, state: &State) -> Result<Tag, Raising> {
        if let Some(tag) = state.tags.get(name) {
            return Ok(tag.clone());
        }
        match state.path.locals.get(name) {
            Some(bound) => Ok(tag_of(&bound.value)),
            None => match frame.kind {
                FrameKind::Function(_, at) if self.evaluator.bound_by(at).contains(name) => {
                    Err(Raising(Some("UnboundLocalError".into())))
                }
                _ => Ok(Tag::Nothing),
            },
        }
    }

    fn attribute(&self, base: &Tag, name: &str, at: Span, state: &mut State) -> Result<Tag, Raising> {
        match base {
            // Whoever calls it comes in at the front.
            Tag::Me if name == "dispatch" => Ok(Tag::Nothing),
            Tag::Me => {
                if let Some(tag) = state.tags.get(&*format!("self.{name}")) {
                    return Ok(tag.clone());
                }
                let found = self.look(name);
                match &found.value {
                    Val::Code(code) if code.kind == CodeKind::Property => {
                        self.method(&found, name, &Handed::default(), state, Some(at))
                    }
                    Val::Code(_) | Val::Function(_) | Val::Inherited(_) | Val::Bound(_) | Val::Either(_) => {
                        Ok(Tag::Handler)
                    }
                    _ => Ok(Tag::Nothing),
                }
            }
            base if base.reaches() => Ok(Tag::Handler),
            _ => Ok(Tag::Nothing),
        }
    }

    /// What a target holds from now on.
    pub(super) fn bind(&self, frame: &Frame<'_>, target: &Expr, tag: &Tag, state: &mut State) {
        let part = || if tag.reaches() { Tag::Handler } else { Tag::Nothing };
        match target {
            Expr::Name(name) => state.set(name.id.as_str(), tag.clone()),
            Expr::Attribute(attribute) => {
                let base = match &*attribute.value {
                    Expr::Name(name) => self.name(frame, name.id.as_str(), state).unwrap_or(Tag::Nothing),
                    _ => Tag::Nothing,
                };
                if base == Tag::Me {
                    state.set(&format!("self.{}", attribute.attr), tag.clone());
                } else if tag.reaches() && *tag != Tag::Me {
                    hold(&attribute.value, state);
                }
            }
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                for target in elts {
                    self.bind(frame, target, &part(), state);
                }
            }
            Expr::Starred(starred) => self.bind(frame, &starred.value, &part(), state),
            Expr::Subscript(subscript) if tag.reaches() => hold(&subscript.value, state),
            _ => {}
        }
    }

    /// A function in the function.
    pub(super) fn define(&self, frame: &Frame<'_>, function: &ast::StmtFunctionDef, state: &mut State) {
        let at = Span::new(frame.file, function.range());
        let class = match frame.kind {
            FrameKind::Function(class, _) => class,
            _ => None,
        };
        let reaches = function.body.iter().any(|stmt| self.mentions(frame, stmt, state));
        let tag = if !reaches {
            Tag::Nothing
        } else if function.decorator_list.is_empty() {
            let values = state.path.locals.iter().map(|(name, bound)| (name.clone(), bound.value.clone()));
            Tag::Inner(Rc::new(Closure { at, class, tags: state.tags.clone(), values: values.collect() }))
        } else {
            Tag::Handler
        };
        state.set(function.name.as_str(), tag);
        let value = Val::unknown("a function in a function");
        state.path.locals.insert(function.name.as_str().into(), super::super::Bound { value, at });
    }
}

/// Code that may not run: what it asks does not count.
fn maybe(state: &mut State, run: impl FnOnce(&mut State) -> Result<Tag, Raising>) -> Tag {
    let (passed, came) = (state.passed, state.came);
    let mut inside = state.clone();
    let tag = run(&mut inside).unwrap_or(Tag::Nothing);
    *state = State { passed, came, ..inside };
    tag
}

/// Something is put into what a target begins with.
fn hold(target: &Expr, state: &mut State) {
    match target {
        Expr::Name(name) => state.set(name.id.as_str(), Tag::Handler),
        Expr::Attribute(ast::ExprAttribute { value, .. })
        | Expr::Subscript(ast::ExprSubscript { value, .. }) => hold(value, state),
        _ => {}
    }
}

/// Whether a call is one of a method of this name.
fn is_named(call: &Expr, name: &str) -> bool {
    let Expr::Call(call) = call else { return false };
    matches!(&*call.func, Expr::Attribute(method) if method.attr.as_str() == name)
}

/// The first call in an expression that is none of Python's own on texts and objects.
struct Called<'t>(Option<&'t Expr>);

impl<'t> Called<'t> {
    fn first(expr: &'t Expr) -> Option<&'t Expr> {
        let mut search = Self(None);
        search.visit_expr(expr);
        search.0
    }
}

impl<'t> Visitor<'t> for Called<'t> {
    fn visit_expr(&mut self, expr: &'t Expr) {
        const PLAIN: [&str; 8] =
            ["getattr", "hasattr", "isinstance", "lower", "upper", "startswith", "endswith", "strip"];
        if let Expr::Call(call) = expr {
            let name = match &*call.func {
                Expr::Name(name) => name.id.as_str(),
                Expr::Attribute(method) => method.attr.as_str(),
                _ => "",
            };
            if !PLAIN.contains(&name) {
                self.0.get_or_insert(expr);
                return;
            }
        }
        walk_expr(self, expr);
    }
}

/// What a value is, where only its value is known.
pub(super) fn tag_of(value: &Val) -> Tag {
    match value {
        Val::View => Tag::Me,
        Val::Super(inner) if inner.1 == Val::View => Tag::Super(inner.0),
        Val::Bound(bound) if bound.1 == Val::View => Tag::Handler,
        Val::Inherited(method) if method.2 == Val::View => Tag::Handler,
        Val::Either(all) if all.iter().any(|(_, value)| tag_of(value).reaches()) => Tag::Handler,
        Val::List(items) | Val::Tuple(items) if items.iter().any(|value| tag_of(value).reaches()) => {
            Tag::Handler
        }
        Val::Dict(entries) if entries.iter().any(|(_, value)| tag_of(value).reaches()) => Tag::Handler,
        _ => Tag::Nothing,
    }
}
