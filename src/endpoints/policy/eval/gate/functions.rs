//! Functions and methods of the project that get the view: binding what they are given, walking the body, joining its
//! ways.

use std::rc::Rc;

use super::super::{Bound, Code, CodeKind, End, Ended, Frame, FrameKind, Path, Val, code, find};
use super::state::{Closure, Exit, Handed, Raising, State, Tag};
use super::{Gate, MAX_CALLS};
use crate::python::ast;
use crate::python::visitor::{Visitor, walk_expr, walk_stmt};
use crate::source::Span;

impl Gate<'_, '_> {
    /// The body of a method of the view.
    pub(super) fn body(&self, code: &Code, given: &Handed, state: &mut State) -> Result<Tag, Raising> {
        let mut given = given.clone();
        match code.kind {
            CodeKind::Static => {}
            CodeKind::ClassMethod => {
                given.positional.insert(0, (Tag::Handler, Val::unknown("the class of the view")));
            }
            CodeKind::Method | CodeKind::Property => given.positional.insert(0, (Tag::Me, Val::View)),
        }
        self.run(code.at, code.class, &given, state, None)
    }

    /// A function of the project.
    pub(super) fn function(&self, code: &Code, given: &Handed, state: &mut State) -> Result<Tag, Raising> {
        self.run(code.at, None, given, state, None)
    }

    /// A function in a function.
    pub(super) fn closure(
        &self,
        closure: &Closure,
        given: &Handed,
        state: &mut State,
    ) -> Result<Tag, Raising> {
        self.run(closure.at, closure.class, given, state, Some(closure))
    }

    fn run(
        &self,
        at: Span,
        class: Option<crate::index::ClassId>,
        given: &Handed,
        state: &mut State,
        around: Option<&Closure>,
    ) -> Result<Tag, Raising> {
        let lost = |why: &str, state: &State| {
            self.may_reach(why, Some(at), state);
            Ok(Tag::Unclear(Some(at)))
        };
        if self.is_settled() {
            return Ok(Tag::Nothing);
        }
        let is_open = self.stack.borrow().contains(&at);
        if self.stack.borrow().len() >= MAX_CALLS {
            return lost("the calls are nested too deep", state);
        }
        let evaluator = self.evaluator;
        let tree = evaluator.index.tree(evaluator.sources, at.file);
        let Some(function) = find::function(tree.body(), at.text_range()) else {
            return lost("a function is not found again", state);
        };
        if function.is_async || Yields::anywhere(&function.body) {
            return lost("it is a generator or a coroutine", state);
        }
        if is_open {
            // However often it calls itself: who does nothing with the view does not bring anybody to its handler.
            let is_kept = around.is_none() && !Uses::of_view(function, given);
            return if is_kept { Ok(Tag::Unclear(Some(at))) } else { lost("code calls itself", state) };
        }
        // Inside a function, `super()` without arguments goes by the first parameter of the innermost one.
        let this = given.positional.first().filter(|(tag, _)| *tag == Tag::Me).map(|_| Val::View);
        let kind = FrameKind::Function(class, at);
        let frame = Frame { situation: self.situation, file: at.file, kind, this };
        let mut inner = State { path: Path::default(), tags: state.tags.clone(), ..state.clone() };
        inner.path.state.clone_from(&state.path.state);
        inner.tags.retain(|name, _| name.starts_with("self."));
        if let Some(around) = around {
            for (name, value) in &around.values {
                inner.path.locals.insert(name.clone(), Bound { value: value.clone(), at });
            }
            let own = around.tags.iter().filter(|(name, _)| !name.starts_with("self."));
            inner.tags.extend(own.map(|(name, tag)| (name.clone(), tag.clone())));
        }
        bind_tags(&function.parameters, given, &mut inner);
        evaluator.bind_parameters(
            &frame,
            Some(&function.parameters),
            None,
            given.arguments(),
            &mut inner.path,
        );
        self.stack.borrow_mut().push(at);
        let watching = std::mem::take(&mut *self.seen.borrow_mut());
        let ways = self.block(&frame, &function.body, inner);
        *self.seen.borrow_mut() = watching;
        self.stack.borrow_mut().pop();
        self.join(ways, state)
    }

    /// What the ways through a body come to.
    fn join(&self, ways: Vec<(State, Exit)>, state: &mut State) -> Result<Tag, Raising> {
        if ways.is_empty() {
            // The walk was given up.
            return Ok(Tag::Nothing);
        }
        let ended = |(state, exit): &(State, Exit)| Ended {
            path: state.path.clone(),
            end: match exit {
                Exit::Raise(name) => End::Raise(name.clone()),
                _ => End::Fall,
            },
        };
        let ended: Vec<Ended> = ways.iter().map(ended).collect();
        let result = code::join(&ended, &mut state.path);
        let (raising, back): (Vec<_>, Vec<_>) =
            ways.into_iter().partition(|(_, exit)| matches!(exit, Exit::Raise(_)));
        if let Err(raised) = result {
            return Err(Raising(raised.0));
        }
        if raising.iter().any(|(way, _)| !way.came && !way.thrown) {
            self.stops.set(true);
        }
        state.passed = back.iter().all(|(way, _)| way.passed);
        // A way that stops short of the handler beside one that comes to it.
        let comes = back.iter().any(|(way, _)| way.came);
        let is_short = back.iter().any(|(way, _)| !way.came && !way.thrown);
        if comes && is_short {
            self.stops.set(true);
        }
        state.came = comes && !is_short;
        state.thrown |= back.iter().all(|(way, _)| way.thrown);
        let mut tags = std::collections::BTreeMap::<Rc<str>, Tag>::new();
        for (way, _) in &back {
            for (name, tag) in way.tags.iter().filter(|(name, _)| name.starts_with("self.")) {
                let known = tags.remove(name);
                tags.insert(name.clone(), known.map_or(tag.clone(), |known| known.or(tag.clone())));
            }
        }
        state.tags.retain(|name, _| !name.starts_with("self."));
        state.tags.extend(tags);
        let answers = back.into_iter().map(|(way, exit)| match exit {
            // Behind the handler every answer is its own.
            Exit::Return(tag) if !tag.reaches() && way.came => Tag::Harmless,
            Exit::Return(tag) if !tag.reaches() && way.passed && self.question == super::Question::Proof => {
                Tag::Harmless
            }
            Exit::Return(tag) => tag,
            _ => Tag::Harmless,
        });
        Ok(answers.reduce(Tag::or).unwrap_or(Tag::Nothing))
    }
}

/// What the parameters are to the walk.
fn bind_tags(parameters: &ast::Parameters, given: &Handed, state: &mut State) {
    let mut positional = given.positional.iter().map(|(tag, _)| tag.clone());
    let keyword =
        |name: &str| given.keywords.iter().find(|(k, ..)| &**k == name).map(|(_, tag, _)| tag.clone());
    for parameter in parameters.posonlyargs.iter().chain(&parameters.args) {
        let name = parameter.parameter.name.as_str();
        let tag = positional.next().or_else(|| keyword(name));
        state.set(name, tag.unwrap_or(Tag::Nothing));
    }
    for parameter in &parameters.kwonlyargs {
        let name = parameter.parameter.name.as_str();
        state.set(name, keyword(name).unwrap_or(Tag::Nothing));
    }
    let rest: Vec<Tag> = positional.collect();
    let whole = |reaches: bool| if reaches { Tag::Handler } else { Tag::Nothing };
    if let Some(parameter) = &parameters.vararg {
        state.set(parameter.name.as_str(), whole(rest.iter().any(Tag::reaches)));
    }
    if let Some(parameter) = &parameters.kwarg {
        state.set(parameter.name.as_str(), whole(given.keywords.iter().any(|(_, tag, _)| tag.reaches())));
    }
}

/// Whether a function uses the view that it is given otherwise than to call itself.
struct Uses<'n> {
    view: Option<&'n str>,
    own: &'n str,
    found: bool,
}

impl Uses<'_> {
    fn of_view(function: &ast::StmtFunctionDef, given: &Handed) -> bool {
        let is_method = given.positional.first().is_some_and(|(tag, _)| *tag == Tag::Me);
        let first = function.parameters.posonlyargs.iter().chain(&function.parameters.args).next();
        let view = first.filter(|_| is_method).map(|p| p.parameter.name.as_str());
        let mut search = Uses { view, own: &function.name, found: false };
        search.visit_body(&function.body);
        let mut others = given.positional.iter().skip(usize::from(view.is_some()));
        search.found
            || others.any(|(tag, _)| tag.reaches())
            || given.keywords.iter().any(|(_, tag, _)| tag.reaches())
    }

    fn is_view(&self, expr: &ast::Expr) -> bool {
        let ast::Expr::Name(name) = expr else { return false };
        name.id == "super" || self.view.is_some_and(|view| name.id == view)
    }
}

impl<'t> Visitor<'t> for Uses<'_> {
    fn visit_expr(&mut self, expr: &'t ast::Expr) {
        match expr {
            ast::Expr::Attribute(attribute)
                if attribute.attr == *self.own && self.is_view(&attribute.value) => {}
            _ if self.is_view(expr) => self.found = true,
            _ => walk_expr(self, expr),
        }
    }
}

/// Whether a body yields, not looking into functions in it.
struct Yields(bool);

impl Yields {
    fn anywhere(body: &[ast::Stmt]) -> bool {
        let mut search = Self(false);
        search.visit_body(body);
        search.0
    }
}

impl<'t> Visitor<'t> for Yields {
    fn visit_stmt(&mut self, stmt: &'t ast::Stmt) {
        if !matches!(stmt, ast::Stmt::FunctionDef(_) | ast::Stmt::ClassDef(_)) {
            walk_stmt(self, stmt);
        }
    }

    fn visit_expr(&mut self, expr: &'t ast::Expr) {
        match expr {
            ast::Expr::Yield(_) | ast::Expr::YieldFrom(_) | ast::Expr::Await(_) => self.0 = true,
            ast::Expr::Lambda(_) => {}
            _ => walk_expr(self, expr),
        }
    }
}
