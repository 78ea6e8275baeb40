//! Functions of the project: what is kept of a definition, binding of arguments, running a body.

use std::cell::OnceCell;
use std::rc::Rc;

use super::raise::{R, Raise};
use super::val::{DictObj, Id, Kind, Name, Reads, V, Val};
use super::{Flow, Frame, Interp, MAX_DEPTH};
use crate::python::ast::{Expr, ExprLambda, Parameters, Stmt, StmtFunctionDef};
use crate::python::visitor::{self, Visitor};
use crate::source::{FileId, Span};

/// More often a function is not called by itself within a loop over unknown elements or under an unknown condition:
/// nothing more is found out, and each call would take several rounds of the next.
const MAX_RECURSION: usize = 2;

/// A function or lambda.
#[expect(clippy::struct_excessive_bools, reason = "each is a mark of its own")]
pub(super) struct FuncDef<'a> {
    pub name: Name,
    pub body: Body<'a>,
    pub parameters: Option<&'a Parameters>,
    /// Values of the defaults, by parameter name.
    pub defaults: Vec<(Name, Val)>,
    /// The namespaces it sees.
    pub chain: Vec<Id>,
    pub module: u32,
    pub file: Option<FileId>,
    /// The class it was defined in.
    pub class: Option<u32>,
    /// The function it was defined in.
    pub within: Option<u32>,
    /// Whether it yields; found out when it is first called, which few functions are.
    pub is_generator: OnceCell<bool>,
    pub is_async: bool,
    /// Marked by `abstractmethod`.
    pub is_abstract: bool,
    /// Marked by `wraps`: its name is another's.
    pub is_wrapper: bool,
    /// What it gave for the same arguments before, it gives again without running.
    pub is_cached: bool,
    /// The names that its body binds; found out when it is first called.
    pub locals: OnceCell<Rc<[Name]>>,
}

#[derive(Clone, Copy)]
pub(super) enum Body<'a> {
    Block(&'a [Stmt]),
    Expr(&'a Expr),
}

impl Body<'_> {
    /// What tells one definition in the text from another.
    fn address(self) -> usize {
        match self {
            Self::Block(body) => body.as_ptr() as usize,
            Self::Expr(expr) => std::ptr::from_ref(expr) as usize,
        }
    }
}

/// A class of the project.
pub(super) struct ClassDef {
    pub name: Name,
    /// The name with those of the classes around it.
    pub qualname: Name,
    pub module: u32,
    pub scope: Id,
    /// Itself and its bases of the project, in order of resolution.
    pub mro: Vec<u32>,
    /// The bases of the class statement.
    pub bases: Vec<V>,
    /// The class of the project that the class itself is an object of.
    pub metaclass: Option<u32>,
    /// Whether its metaclass looks for abstract methods.
    pub is_abc: bool,
    /// Bases outside the project, by dotted name.
    pub external: Vec<Name>,
    /// Why an attribute may be another than the bodies say (a metaclass, a decorator, an unknown base).
    pub opaque: Option<Rc<str>>,
    /// Whether it is made of a table's entry for a library's class, which does not list every attribute.
    pub is_library: bool,
    /// Names that django-configurations copied from Django's defaults into it.
    pub framework: Vec<Name>,
    pub at: Option<Span>,
}

/// Evaluated arguments of a call.
#[derive(Clone, Debug, Default)]
pub(super) struct Args {
    pub pos: Vec<Val>,
    pub kw: Vec<(Name, Val)>,
    /// Why there may be more (`*unknown`, `**unknown`).
    pub open: Option<Rc<str>>,
    /// How many positional arguments stand before the first that cannot be counted (`*unknown`).
    pub sure: Option<usize>,
    /// The whole call.
    pub at: Option<Span>,
}

impl Args {
    pub(super) fn get(&self, at: usize, name: &str) -> Option<&Val> {
        self.pos.get(at).or_else(|| self.named(name))
    }

    pub(super) fn named(&self, name: &str) -> Option<&Val> {
        self.kw.iter().find(|(n, _)| &**n == name).map(|(_, v)| v)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Val> {
        self.pos.iter().chain(self.kw.iter().map(|(_, v)| v))
    }

    /// What the environment had to say about any of them.
    pub(super) fn reads(&self) -> Reads {
        self.all().fold(Reads::default(), |all, val| all.union(&val.env))
    }
}

impl<'a> Interp<'a> {
    pub(super) fn define_function(&mut self, def: &'a StmtFunctionDef) -> R<Val> {
        let defaults = self.eval_defaults(&def.parameters)?;
        self.push_function(
            def.name.as_str().into(),
            Body::Block(&def.body),
            Some(&def.parameters),
            defaults,
            def.is_async,
        )
    }

    pub(super) fn define_lambda(&mut self, lambda: &'a ExprLambda) -> R<Val> {
        let parameters = lambda.parameters.as_deref();
        let defaults = match parameters {
            Some(p) => self.eval_defaults(p)?,
            None => Vec::new(),
        };
        self.push_function("<lambda>".into(), Body::Expr(&lambda.body), parameters, defaults, false)
    }

    fn push_function(
        &mut self,
        name: Name,
        body: Body<'a>,
        parameters: Option<&'a Parameters>,
        defaults: Vec<(Name, Val)>,
        is_async: bool,
    ) -> R<Val> {
        self.spend(1)?;
        let frame = self.frame_ref();
        let class = frame.class.as_ref().filter(|_| !frame.is_function).map(|c| c.0);
        // A method does not see the names of its class body.
        let own = frame.outer.unwrap_or(frame.scope);
        let within = frame.function;
        let skip = class.is_some();
        let chain = frame.chain.iter().copied().filter(|&id| !(skip && id == own)).collect();
        let (module, file) = (frame.module, frame.file);
        let chain: Vec<Id> = chain;
        // The same definition in the next round of a loop is the same function.
        let before = self.defined.get(&body.address()).copied().filter(|&id| {
            let old = &self.funcs[id as usize];
            old.chain == chain && old.class == class && old.defaults.is_empty() && defaults.is_empty()
        });
        if let Some(id) = before {
            return Ok(Val::new(V::Func(id)));
        }
        let id = self.funcs.len() as u32;
        self.defined.insert(body.address(), id);
        self.funcs.push(FuncDef {
            name,
            body,
            parameters,
            defaults,
            chain,
            module,
            file,
            class,
            within,
            is_generator: OnceCell::new(),
            is_async,
            is_abstract: false,
            is_wrapper: false,
            is_cached: false,
            locals: OnceCell::new(),
        });
        Ok(Val::new(V::Func(id)))
    }

    fn eval_defaults(&mut self, parameters: &'a Parameters) -> R<Vec<(Name, Val)>> {
        let mut defaults = Vec::new();
        for parameter in parameters.iter_non_variadic_params() {
            if let Some(default) = &parameter.default {
                defaults.push((parameter.parameter.name.as_str().into(), self.eval(default)?));
            }
        }
        Ok(defaults)
    }

    /// The name with those of the classes and functions around it.
    pub(super) fn qualname(&self, id: u32) -> String {
        let func = &self.funcs[id as usize];
        match (func.class, func.within) {
            (Some(class), _) => format!("{}.{}", self.classes[class as usize].qualname, func.name),
            (None, Some(outer)) => format!("{}.<locals>.{}", self.qualname(outer), func.name),
            (None, None) => func.name.to_string(),
        }
    }

    /// Runs the body of a function of the project.
    pub(super) fn run_function(&mut self, id: u32, this: Option<Val>, args: Args) -> R<Val> {
        let name = self.funcs[id as usize].name.clone();
        if self.frames.len() > 60 || self.depth + 20 > MAX_DEPTH {
            let cause = format!("{name}() calls too deeply");
            return Ok(self.give_up_call(id, this.as_ref(), &args, &cause.into()));
        }
        let uncertain = self.frame_ref().uncertain;
        let is_unclear = |f: &Frame| f.unclear_loops < self.unclear_loops || f.uncertain < uncertain;
        let of_itself = |f: &&Frame| f.function == Some(id) && is_unclear(f);
        if self.frames.iter().filter(of_itself).count() > MAX_RECURSION {
            let cause = format!("{name}() calls itself for what cannot be told");
            return Ok(self.give_up_call(id, this.as_ref(), &args, &cause.into()));
        }
        if self.funcs[id as usize].is_async {
            return Ok(self.give_up(&args, format!("{name}() is a coroutine")));
        }
        let scope = self.new_scope();
        let at = args.at;
        self.bind_parameters(id, scope, this.as_ref(), args)?;
        let func = &self.funcs[id as usize];
        let locals = func.locals.get_or_init(|| match func.body {
            Body::Block(body) => super::havoc::bound_names(body),
            Body::Expr(_) => Rc::from([]),
        });
        let locals = locals.clone();
        if let Some(scope) = self.scope_mut(scope) {
            scope.locals = locals;
        }
        let func = &self.funcs[id as usize];
        if *func.is_generator.get_or_init(|| yields(func.body)) {
            return Ok(self.postpone_body(id, scope, this, at).at(at));
        }
        self.run_bound(id, scope, this, at, (None, None))
    }

    /// Runs the body of a generator whose arguments are bound: what it yields.
    pub(super) fn run_generator(
        &mut self,
        id: u32,
        scope: Id,
        this: Option<Val>,
        at: Option<Span>,
    ) -> R<Val> {
        let yielded = match self.list(Vec::new()).v {
            V::List(id) => id,
            _ => ENVIRON_UNUSED,
        };
        self.run_bound(id, scope, this, at, (Some(yielded), None))?;
        let seq = self.iterate(&Val::new(V::List(yielded)));
        Ok(self.iter_of(seq, true))
    }

    /// Runs the generator of a context.
    pub(super) fn run_context(
        &mut self,
        id: u32,
        scope: Id,
        this: Option<Val>,
        at: Option<Span>,
        context: usize,
    ) -> R<Val> {
        self.run_bound(id, scope, this, at, (None, Some(context)))
    }

    /// Runs the body of a function whose arguments are bound.
    fn run_bound(
        &mut self,
        id: u32,
        scope: Id,
        this: Option<Val>,
        at: Option<Span>,
        (yields, context): (Option<Id>, Option<usize>),
    ) -> R<Val> {
        let func = &self.funcs[id as usize];
        let (name, body, class) = (func.name.clone(), func.body, func.class);
        let mut chain = vec![scope];
        chain.extend(&func.chain);
        let (module, file) = (func.module, func.file);
        let runs_when = func.is_cached.then_some("a function that keeps its results runs once");
        let before = runs_when.map(|why| (why, self.heap.clone(), self.next_id));
        let uncertain = self.frame_ref().uncertain;
        let unclear_loops = self.unclear_loops;
        let frame = Frame::of_body(chain, module, file, class.zip(this));
        let called = at.map(|at| (at, name.clone()));
        self.frames.push(Frame {
            is_function: true,
            yields,
            context,
            uncertain,
            unclear_loops,
            called,
            function: Some(id),
            ..frame
        });
        let facts = self.facts.len();
        let result = match body {
            Body::Expr(expr) => self.eval(expr).map(Flow::Return),
            Body::Block(body) => self.exec_body(id, body),
        };
        let frame = self.frames.pop().expect("internal error: frames out of step");
        if !frame.returns.is_empty() || yields.is_some() || context.is_some() {
            // Some way out did not meet the conditions that others met; a generator runs when it is walked over.
            self.facts.truncate(facts);
        }
        if context.is_some() && frame.returns.is_empty() {
            // What the body of the `with` raises and the generator does not catch goes on as if there were none.
            return result.map(|_| Val::new(V::None));
        }
        let val = self.finish_call(result, frame.returns, &name)?;
        if let Some((why, heap, first_new)) = before
            && !self.changed_nothing(&heap, first_new)
        {
            // What it changes is changed at another time, or not at all.
            let why: Rc<str> = why.into();
            let mut changed = std::mem::take(&mut self.heap);
            super::steady::widen(&heap, &mut changed, &why);
            self.heap = changed;
        }
        // What a call gives stands where the call does, unless it hands an argument through.
        Ok(val.at(at))
    }

    /// Joins all the ways out of a call.
    fn finish_call(&mut self, result: R<Flow>, returns: Vec<(super::val::Heap, Val)>, name: &str) -> R<Val> {
        let last = match result {
            Ok(Flow::Return(val)) => Some(val),
            Ok(Flow::Dead) => None,
            Ok(_) => Some(Val::new(V::None)),
            Err(raise) if raise.stop => return Err(raise),
            Err(raise) => {
                if returns.is_empty() {
                    if self.catches(&raise) || raise.is_meant() {
                        return Err(raise);
                    }
                    self.problem(None, format!("the import ends in {name}(): it {}", raise.cause));
                    self.note_failed_start(&raise.cause);
                    self.note_end(&raise);
                    return Ok(raise.into_value());
                }
                self.pend(self.heap.clone(), *raise);
                None
            }
        };
        let last = match last {
            Some(val) if returns.is_empty() => return Ok(val),
            last => last,
        };
        let cause: Rc<str> = format!("{name}() decides on something that cannot be told").into();
        let mut joined: Option<(super::val::Heap, Val)> = last.map(|val| (self.heap.clone(), val));
        for (heap, val) in returns {
            joined = Some(match joined {
                None => (heap, val),
                Some((h, v)) => {
                    self.steps = self.steps.saturating_sub(h.difference(&heap));
                    super::join::join_states((h, &v), (&heap, &val), &cause)
                }
            });
        }
        match joined {
            Some((heap, val)) => {
                self.heap = heap;
                Ok(val)
            }
            None => Ok(Val::unknown(cause)),
        }
    }

    fn bind_parameters(&mut self, id: u32, scope: Id, this: Option<&Val>, args: Args) -> R<()> {
        let name = self.funcs[id as usize].name.clone();
        if let Some(cause) = &args.open {
            // An argument may be given twice, or be one that it does not take.
            self.may_raise(cause);
        }
        let Some(parameters) = self.funcs[id as usize].parameters else {
            if args.pos.is_empty() && args.kw.is_empty() && this.is_none() {
                return Ok(());
            }
            return Err(Raise::new(
                "TypeError",
                format!("calls {name}() with arguments that it does not take"),
            ));
        };
        let (open, sure) = (args.open, args.sure);
        let mut args_pos = args.pos;
        let unsure = sure.map_or_else(Vec::new, |sure| args_pos.split_off(sure.min(args_pos.len())));
        if let Some(cause) = &open {
            self.taint_all(&unsure, cause);
        }
        let mut pos: Vec<Val> = this.cloned().into_iter().chain(args_pos).collect();
        pos.reverse();
        let mut kw = args.kw;
        let bad = || Raise::new("TypeError", format!("calls {name}() with arguments that it does not take"));
        let positional_only = parameters.posonlyargs.iter().map(|p| (p, true, false));
        let both = parameters.args.iter().map(|p| (p, true, true));
        let keyword_only = parameters.kwonlyargs.iter().map(|p| (p, false, true));
        let mut bound: Vec<(Name, Val)> = Vec::new();
        for (parameter, may_be_positional, may_be_named) in positional_only.chain(both).chain(keyword_only) {
            let key: Name = parameter.parameter.name.as_str().into();
            let at = kw.iter().position(|(n, _)| *n == key).filter(|_| may_be_named);
            let named = at.map(|at| kw.remove(at).1);
            let positional = if may_be_positional { pos.pop() } else { None };
            if positional.is_some() && named.is_some() {
                return Err(bad());
            }
            let given = positional.or(named);
            let default =
                || self.funcs[id as usize].defaults.iter().find(|(n, _)| *n == key).map(|(_, v)| v.clone());
            let val = match &open {
                Some(cause) if may_be_named || sure.is_some() => {
                    given.unwrap_or_else(|| Val::unknown(cause.clone()))
                }
                _ => given.or_else(default).ok_or_else(bad)?,
            };
            bound.push((key, val));
        }
        pos.reverse();
        match &parameters.vararg {
            Some(vararg) => {
                let rest = open.clone().filter(|_| sure.is_some());
                bound.push((vararg.name.as_str().into(), rest.map_or_else(|| Val::tuple(pos), Val::unknown)));
            }
            None if !pos.is_empty() => return Err(bad()),
            None => {}
        }
        match &parameters.kwarg {
            Some(kwarg) => {
                let mut dict = DictObj { rest: open, ..DictObj::default() };
                for (n, v) in kw {
                    dict.insert(Val::str(&n), v);
                }
                let dict = self.dict_of(dict);
                bound.push((kwarg.name.as_str().into(), dict));
            }
            None if !kw.is_empty() => return Err(bad()),
            None => {}
        }
        for (name, val) in bound {
            self.bind_in(scope, &name, val, None, Vec::new());
        }
        Ok(())
    }

    /// Runs a class body and makes the class.
    pub(super) fn run_body(&mut self, body: &'a [Stmt], scope: Id, class: u32) -> R<()> {
        let frame = self.frame_ref();
        let mut chain = vec![scope];
        // A class inside a class does not see the outer one's names.
        let outer_class = frame.class.is_some() && !frame.is_function;
        chain.extend(frame.chain.iter().copied().filter(|&id| !(outer_class && id == frame.scope)));
        let this = Some((class, Val::new(V::Class(class))));
        let next =
            Frame { uncertain: frame.uncertain, ..Frame::of_body(chain, frame.module, frame.file, this) };
        self.frames.push(next);
        let result = self.exec_block(body);
        self.frames.pop();
        result.map(|_| ())
    }

    /// The reads on which it depends that the running code runs.
    pub(super) fn control_reads(&self) -> Reads {
        self.frame_ref().control.all()
    }

    /// A call that is not followed: its result is unknown, and what it got may have been changed.
    pub(super) fn give_up(&mut self, args: &Args, cause: impl Into<Rc<str>>) -> Val {
        let cause = cause.into();
        for val in args.all() {
            self.taint(&val.clone(), &cause);
        }
        self.may_raise(&cause);
        Val::unknown(cause).at(args.at)
    }

    /// The same, of a function of the project that is known: what it may change is unknown, too.
    pub(super) fn give_up_call(&mut self, id: u32, this: Option<&Val>, args: &Args, cause: &Rc<str>) -> Val {
        self.havoc_function(id as usize, cause);
        if let Some(this) = this {
            self.taint(this, cause);
        }
        self.give_up(args, cause.clone())
    }

    /// A fresh instance of a class of the project, without `__init__`.
    pub(super) fn new_instance(&mut self, class: u32) -> Val {
        let id = self.alloc(Kind::Instance { class, attrs: super::val::Scope::default(), held: None });
        self.loosen_hooks(class, id);
        Val::new(V::Instance(id))
    }
}

/// Never reached: a fresh empty list is always a list.
const ENVIRON_UNUSED: Id = Id::MAX;

fn yields(body: Body<'_>) -> bool {
    let Body::Block(body) = body else { return false };
    let mut finder = YieldFinder(false);
    finder.visit_body(body);
    finder.0
}

struct YieldFinder(bool);

impl<'a> Visitor<'a> for YieldFinder {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if !matches!(stmt, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
            visitor::walk_stmt(self, stmt);
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Yield(_) | Expr::YieldFrom(_) => self.0 = true,
            Expr::Lambda(_) => {}
            _ => visitor::walk_expr(self, expr),
        }
    }
}
