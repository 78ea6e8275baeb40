//! Code that is not followed: whatever it could have set or edited becomes unknown. Also what a guard says about
//! the names it tests.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Interp;
use super::functions::Body;
use super::raise::Raise;
use super::val::{Name, Reads, Unk, V, Val};
use crate::python::ast::{ExceptHandler, Expr, Pattern, Stmt};
use crate::python::visitor::{self, Visitor};
use crate::settings::EnvRead;
use crate::source::Span;

/// How many names of called functions are followed.
const MAX_CALLED: usize = 2000;

impl<'a> Interp<'a> {
    /// Nothing is known any more of what these statements could touch.
    pub(super) fn havoc(&mut self, body: &'a [Stmt], cause: &Rc<str>) {
        let mut touched = Touched::default();
        touched.visit_body(body);
        self.havoc_calls(&touched.called, cause);
        for name in touched.edited {
            if let Some(binding) = self.lookup(name) {
                let val = binding.val.clone();
                self.taint_owner(&val, cause);
            }
        }
        // Whatever is read may get another name, or a place in something else.
        let mut names = Names::default();
        names.visit_body(body);
        for name in names.0 {
            if let Some(val) = self.lookup(name).map(|b| b.val.clone()).filter(|val| val.heap_id().is_some())
            {
                self.taint(&val, cause);
            }
        }
        for name in touched.bound {
            let at = self.lookup(name).and_then(|b| b.val.at);
            self.bind(name, Val::unknown(cause.clone()).at(at), None, Vec::new());
        }
        if touched.star {
            let scope = self.frame_ref().scope;
            self.open_scope(scope, cause, true);
        }
        if touched.returns {
            let heap = self.heap.clone();
            if self.frame_ref().is_function {
                self.frame().returns.push((heap, Val::unknown(cause.clone())));
            }
        }
    }

    /// Functions of the project that may be called there edit and set what is theirs to reach.
    fn havoc_calls(&mut self, called: &[&'a str], cause: &Rc<str>) {
        let (mut seen, mut waiting) = (FxHashSet::default(), Vec::new());
        self.callables_of(called, &mut seen, &mut waiting);
        self.havoc_waiting(seen, waiting, cause);
    }

    /// A function of the project may edit and set what is its to reach, also through what it calls.
    pub(super) fn havoc_function(&mut self, id: usize, cause: &Rc<str>) {
        self.havoc_waiting(FxHashSet::default(), vec![id], cause);
    }

    fn havoc_waiting(&mut self, mut seen: FxHashSet<&'a str>, mut waiting: Vec<usize>, cause: &Rc<str>) {
        let mut done: FxHashSet<usize> = FxHashSet::default();
        let mut at = 0;
        while let Some(&id) = waiting.get(at) {
            at += 1;
            if !done.insert(id) {
                continue;
            }
            let Some(reach) = self.reach_of(id) else { continue };
            let chain = self.funcs[id].chain.clone();
            for &name in &reach.outer {
                let scope =
                    chain.iter().copied().find(|&s| self.scope(s).is_some_and(|s| s.vars.contains_key(name)));
                let Some(scope) = scope else { continue };
                let val = self.scope(scope).and_then(|s| s.vars.get(name)).map(|b| b.val.clone());
                let Some(val) = val else { continue };
                self.taint_owner(&val, cause);
                if reach.declared.contains(&name) {
                    self.bind_in(scope, name, Val::unknown(cause.clone()).at(val.at), None, Vec::new());
                }
            }
            if reach.star
                && let Some(&scope) = chain.last()
            {
                self.open_scope(scope, cause, true);
            }
            self.callables_of(&reach.called, &mut seen, &mut waiting);
            if seen.len() > MAX_CALLED {
                return;
            }
        }
    }

    /// The functions that calls of names not seen before may run.
    fn callables_of(&mut self, called: &[&'a str], seen: &mut FxHashSet<&'a str>, out: &mut Vec<usize>) {
        for name in called {
            if seen.insert(name) {
                out.extend(self.callable_as(name));
            }
        }
    }

    /// The functions that a call of this name may run: a class is called by its name, an object's methods by theirs.
    fn callable_as(&mut self, name: &str) -> Vec<usize> {
        for id in self.callables.counted..self.funcs.len() {
            let func = &self.funcs[id];
            let by_name = &mut self.callables.by_name;
            by_name.entry(func.name.clone()).or_default().push(id);
            if let Some(class) = func.class {
                by_name.entry(self.classes[class as usize].name.clone()).or_default().push(id);
            }
        }
        self.callables.counted = self.funcs.len();
        self.callables.by_name.get(name).cloned().unwrap_or_default()
    }

    /// What a function may touch outside of itself, read once.
    fn reach_of(&mut self, id: usize) -> Option<Rc<Reach<'a>>> {
        if let Some(known) = self.callables.reach.get(&id) {
            return Some(known.clone());
        }
        let Body::Block(body) = self.funcs[id].body else { return None };
        let mut touched = Touched::default();
        touched.visit_body(body);
        let globals = touched.bound.iter().filter(|n| touched.declared.contains(n)).copied();
        let mut reach = Reach {
            outer: globals.chain(touched.edited.iter().copied()).collect(),
            declared: touched.declared,
            called: touched.called,
            star: touched.star,
        };
        for list in [&mut reach.outer, &mut reach.called] {
            let mut seen = FxHashSet::default();
            list.retain(|name| seen.insert(*name));
        }
        let reach = Rc::new(reach);
        self.callables.reach.insert(id, reach.clone());
        Some(reach)
    }

    /// The names of a target become unknown.
    pub(super) fn havoc_target(&mut self, target: &'a Expr, cause: &Rc<str>) {
        let mut touched = Touched::default();
        touched.target(target);
        for name in touched.bound {
            self.bind(name, Val::unknown(cause.clone()), None, Vec::new());
        }
    }

    /// A statement ended in an exception that nobody catches: its targets are what the exception says.
    pub(super) fn assume_failed(&mut self, stmt: &'a Stmt, val: &Val) {
        let targets: Vec<&'a Expr> = match stmt {
            Stmt::Assign(assign) => assign.targets.iter().collect(),
            Stmt::AnnAssign(assign) => vec![&assign.target],
            Stmt::AugAssign(assign) => vec![&assign.target],
            _ => {
                let cause = super::cause_of(val);
                self.havoc(std::slice::from_ref(stmt), &cause);
                return;
            }
        };
        let at = self.span(stmt);
        for target in targets {
            if self.assign(target, val.clone(), at, Vec::new()).is_err() {
                let cause = super::cause_of(val);
                self.havoc_target(target, &cause);
            }
        }
    }

    /// A guard on these names raised: the environment must give them another value.
    pub(super) fn require_names(&mut self, test: &'a Expr, at: Option<Span>, raise: &Raise) {
        let mut names = Names::default();
        names.visit_expr(test);
        let mut any = false;
        for name in names.0 {
            let Some(binding) = self.lookup(name) else { continue };
            let val = binding.val.clone();
            if val.env.is_empty() || self.truth(&val) == Some(true) {
                continue;
            }
            any = true;
            let cause = format!("the import {} unless the environment gives it", raise.cause);
            let next = Val { at: val.at, env: val.env.needed(), ..Val::required(cause) };
            self.bind(name, next, None, Vec::new());
        }
        let message = if any { "needs another environment" } else { "ends the import" };
        self.problem(at, format!("this guard {message}: it {}", raise.cause));
    }

    /// These statements did not run, but would in another environment.
    pub(super) fn mark_guarded(&mut self, body: &'a [Stmt], env: &Reads) {
        if body.is_empty() {
            return;
        }
        let mut touched = Touched { shallow: true, ..Touched::default() };
        touched.visit_body(body);
        let mut reads = Reads::default();
        for read in env.as_slice() {
            reads = reads.union(&Reads::one(EnvRead { default_at: None, needed: false, ..read.clone() }));
        }
        for name in touched.bound.into_iter().chain(touched.edited) {
            let Some(binding) = self.lookup(name) else { continue };
            if matches!(binding.val.v, V::Func(_) | V::Class(_) | V::Module(_) | V::Ref(_) | V::Lib(_)) {
                continue;
            }
            let (val, steps) = (binding.val.clone().with_env(&reads), binding.steps.clone());
            self.rebind(name, val, steps);
        }
    }

    /// Replaces the value of a bound name without a trace.
    fn rebind(&mut self, name: &str, val: Val, steps: Rc<Vec<(u32, crate::settings::Step)>>) {
        let chain = self.frame_ref().chain.clone();
        for id in chain {
            if let Some(scope) = self.scope_mut(id)
                && let Some(binding) = scope.vars.get_mut(name)
            {
                *binding = super::val::Binding { val, steps };
                return;
            }
        }
    }

    /// An unknown value that has at most these candidates.
    pub(super) fn one_of(cause: impl Into<Rc<str>>, candidates: Vec<Val>) -> Val {
        let unk = Unk { candidates, ..Unk::of(cause.into()) };
        Val::new(V::Unknown(Rc::new(unk)))
    }
}

/// The names that the body of a function binds, without those that it declares as another scope's.
pub(super) fn bound_names(body: &[Stmt]) -> Rc<[super::Name]> {
    let mut touched = Touched { shallow: true, ..Touched::default() };
    touched.visit_body(body);
    let mut names: Vec<&str> = touched.bound;
    names.retain(|name| !touched.declared.contains(name));
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(Into::into).collect()
}

/// What is known of the functions that calls may run.
#[derive(Default)]
pub(super) struct Callables<'a> {
    by_name: FxHashMap<Name, Vec<usize>>,
    /// How many functions `by_name` holds.
    counted: usize,
    reach: FxHashMap<usize, Rc<Reach<'a>>>,
}

/// What a function may touch outside of itself.
struct Reach<'a> {
    /// Names that it edits or binds outside.
    outer: Vec<&'a str>,
    declared: Vec<&'a str>,
    called: Vec<&'a str>,
    star: bool,
}

/// The names that statements bind, and those whose values they may edit in place.
#[derive(Default)]
struct Touched<'a> {
    bound: Vec<&'a str>,
    edited: Vec<&'a str>,
    /// Names and attributes that are called.
    called: Vec<&'a str>,
    /// Names of `global` and `nonlocal`.
    declared: Vec<&'a str>,
    star: bool,
    returns: bool,
    /// Look only at what is surely an edit.
    shallow: bool,
}

impl<'a> Touched<'a> {
    /// The body of a function or class: what it edits is touched when it is called, what it binds is its own.
    fn visit_inner(&mut self, body: &'a [Stmt]) {
        let mut inner = Touched::default();
        inner.visit_body(body);
        self.edited.append(&mut inner.edited);
        self.called.append(&mut inner.called);
        self.bound.extend(inner.bound.into_iter().filter(|name| inner.declared.contains(name)));
        self.star |= inner.star;
    }

    fn target(&mut self, target: &'a Expr) {
        match target {
            Expr::Name(name) => self.bound.push(&name.id),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|e| self.target(e)),
            Expr::List(list) => list.elts.iter().for_each(|e| self.target(e)),
            Expr::Starred(starred) => self.target(&starred.value),
            Expr::Attribute(_) | Expr::Subscript(_) => {
                if let Some(root) = root_name(target) {
                    self.edited.push(root);
                }
            }
            _ => {}
        }
    }
}

/// The name that an expression of attributes, subscripts and calls begins with.
pub(super) fn root_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(&name.id),
        Expr::Attribute(attribute) => root_name(&attribute.value),
        Expr::Subscript(subscript) => root_name(&subscript.value),
        Expr::Call(call) => root_name(&call.func),
        _ => None,
    }
}

impl<'a> Visitor<'a> for Touched<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Assign(assign) => assign.targets.iter().for_each(|t| self.target(t)),
            Stmt::AugAssign(assign) => {
                self.target(&assign.target);
                if let (false, Some(root)) = (self.shallow, root_name(&assign.target)) {
                    self.edited.push(root);
                }
            }
            Stmt::AnnAssign(assign) if assign.value.is_some() => self.target(&assign.target),
            Stmt::For(stmt) => self.target(&stmt.target),
            Stmt::With(stmt) => {
                stmt.items.iter().filter_map(|i| i.optional_vars.as_deref()).for_each(|t| self.target(t));
            }
            Stmt::Delete(delete) => delete.targets.iter().for_each(|t| self.target(t)),
            Stmt::Import(import) => {
                for alias in &import.names {
                    self.bound.push(match &alias.asname {
                        Some(name) => name.as_str(),
                        None => alias.name.split('.').next().unwrap_or_default(),
                    });
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    match alias.name.as_str() {
                        "*" => self.star = true,
                        name => self.bound.push(alias.asname.as_ref().map_or(name, |n| n.as_str())),
                    }
                }
            }
            Stmt::FunctionDef(def) => {
                self.bound.push(&def.name);
                if !self.shallow {
                    self.visit_inner(&def.body);
                }
                return;
            }
            Stmt::ClassDef(class) => {
                self.bound.push(&class.name);
                if !self.shallow {
                    self.visit_inner(&class.body);
                }
                return;
            }
            Stmt::Return(_) => self.returns = true,
            Stmt::Global(stmt) => {
                self.declared.extend(stmt.names.iter().map(crate::python::ast::Identifier::as_str));
            }
            Stmt::Nonlocal(stmt) => {
                self.declared.extend(stmt.names.iter().map(crate::python::ast::Identifier::as_str));
            }
            Stmt::Try(stmt) => {
                for handler in &stmt.handlers {
                    let ExceptHandler::ExceptHandler(handler) = handler;
                    self.bound.extend(handler.name.as_ref().map(crate::python::ast::Identifier::as_str));
                }
            }
            Stmt::Match(stmt) => {
                for case in &stmt.cases {
                    captures(&case.pattern, &mut self.bound);
                }
            }
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Named(named) => self.target(&named.target),
            // A comprehension's names are its own.
            Expr::Call(call) => {
                match &*call.func {
                    Expr::Name(name) => self.called.push(&name.id),
                    Expr::Attribute(attribute) => self.called.push(&attribute.attr),
                    _ => {}
                }
                if let Expr::Name(name) = &*call.func {
                    let reflects = ["globals", "vars", "locals", "setattr", "delattr", "exec", "include"];
                    self.star |= reflects.contains(&name.id.as_str());
                }
                if let Expr::Attribute(attribute) = &*call.func
                    && let Some(root) = root_name(&attribute.value)
                    && (!self.shallow || super::edits::is_edit(&attribute.attr))
                {
                    self.edited.push(root);
                }
                if !self.shallow {
                    for arg in &call.arguments.args {
                        self.edited.extend(root_name(arg));
                    }
                    for keyword in &call.arguments.keywords {
                        self.edited.extend(root_name(&keyword.value));
                    }
                }
            }
            Expr::Lambda(_) => return,
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}

/// The names that a pattern binds.
fn captures<'a>(pattern: &'a Pattern, out: &mut Vec<&'a str>) {
    match pattern {
        Pattern::MatchAs(inner) => {
            out.extend(inner.name.as_ref().map(crate::python::ast::Identifier::as_str));
            inner.pattern.iter().for_each(|p| captures(p, out));
        }
        Pattern::MatchStar(star) => {
            out.extend(star.name.as_ref().map(crate::python::ast::Identifier::as_str));
        }
        Pattern::MatchSequence(sequence) => sequence.patterns.iter().for_each(|p| captures(p, out)),
        Pattern::MatchOr(or) => or.patterns.iter().for_each(|p| captures(p, out)),
        Pattern::MatchMapping(mapping) => {
            out.extend(mapping.rest.as_ref().map(crate::python::ast::Identifier::as_str));
            mapping.patterns.iter().for_each(|p| captures(p, out));
        }
        Pattern::MatchClass(class) => {
            class.arguments.patterns.iter().for_each(|p| captures(p, out));
            class.arguments.keywords.iter().for_each(|k| captures(&k.pattern, out));
        }
        Pattern::MatchValue(_) | Pattern::MatchSingleton(_) => {}
    }
}

/// The names that an expression reads, in order.
#[derive(Default)]
pub(super) struct Names<'a>(pub(super) Vec<&'a str>);

impl<'a> Visitor<'a> for Names<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Name(name) = expr {
            self.0.push(&name.id);
        }
        visitor::walk_expr(self, expr);
    }
}
