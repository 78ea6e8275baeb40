//! Simple statements, and blocks of statements.

use super::metaclass::Declared;
use super::raise::{R, Raise};
use super::val::{Binding, Callee, Name, Reads, V, Val};
use super::{Flow, Interp, MAX_DEPTH};
use crate::python::Ranged as _;
use crate::python::ast::{Decorator, Expr, Stmt, StmtAssign, StmtClassDef, StmtFunctionDef};
use crate::settings::Step;

impl<'a> Interp<'a> {
    /// Runs statements in order.
    pub(super) fn exec_block(&mut self, body: &'a [Stmt]) -> R<Flow> {
        for stmt in body {
            match self.exec(stmt) {
                Ok(Flow::Next) => {}
                Ok(flow) => return Ok(flow),
                Err(raise) if raise.stop => return Err(raise),
                Err(raise) => {
                    // Nobody catches it: the import fails here unless the environment is another. What the
                    // statement would have set cannot be told; the rest goes on as if it had been.
                    let propagates = self.frame_ref().is_function
                        || matches!(stmt, Stmt::Raise(_) | Stmt::Assert(_))
                        || raise.is_meant()
                        || self.catches(&raise);
                    if propagates {
                        return Err(raise);
                    }
                    let at = self.span(stmt);
                    self.problem(at, format!("the import ends here: it {}", raise.cause));
                    self.note_end(&raise);
                    let val = raise.into_value();
                    self.assume_failed(stmt, &val);
                }
            }
        }
        Ok(Flow::Next)
    }

    /// Runs one statement.
    pub(super) fn exec(&mut self, stmt: &'a Stmt) -> R<Flow> {
        self.spend(1)?;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.depth -= 1;
            self.havoc(std::slice::from_ref(stmt), &"the code nests too deeply".into());
            return Ok(Flow::Next);
        }
        let result = self.exec_inner(stmt);
        self.depth -= 1;
        result
    }

    fn exec_inner(&mut self, stmt: &'a Stmt) -> R<Flow> {
        match stmt {
            Stmt::Assign(assign) => self.exec_assign(assign)?,
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    let val = self.eval(value)?;
                    let chain = self.chain_of(value);
                    let at = self.span(stmt);
                    self.assign(&assign.target, val, at, chain)?;
                }
            }
            Stmt::AugAssign(assign) => self.exec_aug_assign(assign)?,
            Stmt::Expr(expr) => {
                self.eval(&expr.value)?;
            }
            Stmt::If(stmt) => return self.exec_if(stmt),
            Stmt::For(of) => return self.exec_loop(stmt, &mut |i: &mut Self| i.exec_for(of)),
            Stmt::While(of) => return self.exec_loop(stmt, &mut |i: &mut Self| i.exec_while(of)),
            Stmt::Try(stmt) => return self.exec_try(stmt),
            Stmt::With(stmt) => return self.exec_with(stmt),
            Stmt::Match(stmt) => return self.exec_match(stmt),
            Stmt::Import(import) => self.exec_import(import)?,
            Stmt::ImportFrom(import) => self.exec_import_from(import)?,
            Stmt::FunctionDef(def) => self.exec_def(def)?,
            Stmt::ClassDef(class) => self.exec_class(class)?,
            Stmt::Return(ret) => {
                let val = match &ret.value {
                    Some(value) => self.eval(value)?,
                    None => Val::new(V::None),
                };
                let reads = self.control_reads();
                return Ok(Flow::Return(val.with_env(&reads)));
            }
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    self.delete(target)?;
                }
            }
            Stmt::Raise(raise) => {
                let Some(exc) = &raise.exc else {
                    let mut again = match self.handled.last() {
                        Some(raise) => Box::new(raise.clone()),
                        None => Raise::new("RuntimeError", "raises an exception again outside of a handler"),
                    };
                    for env in &self.handling {
                        again.env = again.env.union(env);
                    }
                    return Err(again);
                };
                let val = self.eval(exc)?;
                return Err(self.raise_value(&val));
            }
            Stmt::Assert(assert) => {
                let val = self.eval(&assert.test)?;
                match self.truth(&val) {
                    Some(true) => {}
                    Some(false) => {
                        let raise = Raise::new("AssertionError", "fails an assertion").with_env(&val.env);
                        if self.catches(&raise) || val.env.is_empty() {
                            return Err(raise);
                        }
                        let at = self.span(stmt);
                        self.require_names(&assert.test, at, &raise);
                    }
                    None => {
                        self.pend(self.heap.clone(), *Raise::new("AssertionError", "fails an assertion"));
                    }
                }
            }
            Stmt::Global(global) => {
                let names: Vec<Name> = global.names.iter().map(|n| n.as_str().into()).collect();
                let frame = self.frame_ref();
                if frame.chain.last() != Some(&frame.scope) {
                    self.frame().globals.extend(names);
                }
            }
            Stmt::Nonlocal(nonlocal) => {
                let names: Vec<Name> = nonlocal.names.iter().map(|n| n.as_str().into()).collect();
                self.frame().nonlocals.extend(names);
            }
            Stmt::TypeAlias(alias) => {
                if let Expr::Name(name) = &*alias.name {
                    self.bind(&name.id, Val::unknown("a type alias"), None, Vec::new());
                }
            }
            Stmt::Break(_) => return Ok(Flow::Break),
            Stmt::Continue(_) => return Ok(Flow::Continue),
            Stmt::Pass(_) => {}
            Stmt::IpyEscapeCommand(_) => {
                return Err(Raise::new("SyntaxError", "is not Python"));
            }
        }
        Ok(Flow::Next)
    }

    fn exec_assign(&mut self, assign: &'a StmtAssign) -> R<()> {
        let val = match self.postponed(assign)? {
            Some(val) => val,
            None => self.eval(&assign.value)?,
        };
        let chain = self.chain_of(&assign.value);
        let at = self.span(assign);
        for target in &assign.targets {
            self.assign(target, val.clone(), at, chain.clone())?;
        }
        Ok(())
    }

    /// The links behind the names that an expression hands on: an alias, or the collections it is built from.
    fn chain_of(&self, expr: &Expr) -> Vec<(u32, Step)> {
        let mut names = Vec::new();
        collect_sources(expr, &mut names, 0);
        let mut chain: Vec<(u32, Step)> = Vec::new();
        for name in names {
            if let Some(binding) = self.lookup(name) {
                chain.extend(binding.steps.iter().cloned());
            }
        }
        chain.sort_by_key(|s| s.0);
        chain.dedup_by_key(|s| s.0);
        chain
    }

    /// The environment reads that decide that a module-level statement runs; their defaults are not the
    /// statement's business.
    pub(super) fn guard_reads(&self) -> Reads {
        self.frame_ref().control.guards()
    }

    fn exec_def(&mut self, def: &'a StmtFunctionDef) -> R<()> {
        let func = self.define_function(def)?;
        let val = self.decorate(func, &def.decorator_list)?;
        let at = self.span(&def.name);
        let step = self.assigned(at, &val);
        self.bind(&def.name, val, step, Vec::new());
        Ok(())
    }

    fn decorate(&mut self, mut val: Val, decorators: &'a [Decorator]) -> R<Val> {
        for decorator in decorators.iter().rev() {
            let wrapper = self.eval(&decorator.expression)?;
            if let Some(decorated) = self.decorate_routed(&wrapper, &val)? {
                val = decorated;
                continue;
            }
            let known = match &wrapper.v {
                V::Ref(name) => Some(name.rsplit('.').next().unwrap_or(name)),
                V::Lib(object) => Some(object.class),
                _ => None,
            };
            val = match known {
                Some("property" | "setting") => Val::lib("property", vec![val], Vec::new()),
                Some("cached_property") => Val::lib("cached_property", vec![val], Vec::new()),
                Some("staticmethod") => Val::lib("staticmethod", vec![val], Vec::new()),
                Some("classmethod" | "classonlymethod") => Val::lib("classmethod", vec![val], Vec::new()),
                Some("contextmanager") => Val::lib(super::contexts::MANAGER, vec![val], Vec::new()),
                Some("classproperty") => Val::lib("classproperty", vec![val], Vec::new()),
                Some("abstractmethod") => {
                    if let V::Func(id) = val.v {
                        self.funcs[id as usize].is_abstract = true;
                    }
                    val
                }
                Some("wraps") => {
                    if let V::Func(id) = val.v {
                        self.funcs[id as usize].is_wrapper = true;
                    }
                    val
                }
                Some("lru_cache" | "cache") => {
                    if let V::Func(id) = val.v {
                        self.funcs[id as usize].is_cached = true;
                    }
                    val
                }
                Some("computed_field" | "override" | "final") => val,
                _ => match &wrapper.v {
                    V::Bound(bound) if let Some(changed) = with_accessor(bound, &val) => changed,
                    V::Func(_) | V::Bound(_) | V::Instance(_) => self.call_with(&wrapper, val)?,
                    V::Lib(object) if object.class == "partial" => self.call_with(&wrapper, val)?,
                    V::Class(_) if matches!(val.v, V::Func(_)) => self.call_with(&wrapper, val)?,
                    _ if let V::Class(id) = val.v => {
                        self.classes[id as usize].opaque = Some("a decorator may change the class".into());
                        val
                    }
                    _ => {
                        let cause: std::rc::Rc<str> = "a decorator that is not followed made it".into();
                        if !matches!(&wrapper.v, V::Ref(name) if super::unmodelled::is_harmless(name)) {
                            self.taint(&val, &cause);
                        }
                        Val::unknown(cause)
                    }
                },
            };
        }
        Ok(val)
    }

    /// What a decorator that is no name of a library makes of something.
    fn call_with(&mut self, wrapper: &Val, val: Val) -> R<Val> {
        self.call(wrapper, super::functions::Args { pos: vec![val], ..Default::default() })
    }

    fn exec_class(&mut self, class: &'a StmtClassDef) -> R<()> {
        let scope = self.new_scope();
        let (mut bases, mut metaclass) = (Vec::new(), None);
        let mut keywords = super::functions::Args { at: self.span(class), ..Default::default() };
        if let Some(arguments) = &class.arguments {
            for base in &arguments.args {
                bases.push(self.class_base(class, base)?);
            }
            for keyword in &arguments.keywords {
                let val = self.eval(&keyword.value)?;
                match &keyword.arg {
                    Some(name) if name.as_str() == "metaclass" => {
                        metaclass = Some(self.class_of_reference(val)?);
                    }
                    Some(name) => keywords.kw.push((name.as_str().into(), val)),
                    None => keywords.open = Some("keywords of a class that cannot be told".into()),
                }
            }
        }
        let frame = self.frame_ref();
        let outer = frame.class.as_ref().filter(|_| !frame.is_function).map(|c| c.0);
        let name: Name = class.name.as_str().into();
        let qualname = match (outer, frame.function) {
            (Some(outer), _) => format!("{}.{name}", self.classes[outer as usize].qualname).into(),
            (None, Some(function)) => format!("{}.<locals>.{name}", self.qualname(function)).into(),
            (None, None) => name.clone(),
        };
        let module = frame.module;
        let own = Val::new(V::Str(self.modules[module as usize].name.clone()));
        if let Some(scope) = self.scope_mut(scope) {
            scope.vars.insert("__module__".into(), Binding::plain(own));
        }
        let at = self.span(class);
        let made = Declared { name, qualname, module, scope, at };
        let id = self.declare_class(made, bases, metaclass.as_ref());
        self.note_model(id, &class.body);
        self.run_body(&class.body, scope, id)?;
        let made = self.finish_class(id, keywords)?;
        let bases = self.classes[id as usize].bases.clone();
        self.copy_into_configuration(id, &bases);
        let val = self.decorate(made, &class.decorator_list)?;
        let at = self.frame_ref().file.map(|f| crate::source::Span::new(f, class.name.range()));
        let step = self.assigned(at, &val);
        self.bind(&class.name, val, step, Vec::new());
        Ok(())
    }
}

/// The names whose values an expression passes on: `X`, `X + […]`, `[*X, …]`, `{**X}`, `X | Y`.
fn collect_sources<'e>(expr: &'e Expr, out: &mut Vec<&'e str>, depth: usize) {
    if depth > 8 || out.len() > 8 {
        return;
    }
    match expr {
        Expr::Name(name) => out.push(&name.id),
        Expr::BinOp(op) => {
            collect_sources(&op.left, out, depth + 1);
            collect_sources(&op.right, out, depth + 1);
        }
        Expr::Starred(starred) => collect_sources(&starred.value, out, depth + 1),
        Expr::List(list) => {
            for elt in list.elts.iter().filter(|e| e.is_starred_expr()) {
                collect_sources(elt, out, depth + 1);
            }
        }
        Expr::Tuple(tuple) => {
            for elt in tuple.elts.iter().filter(|e| e.is_starred_expr()) {
                collect_sources(elt, out, depth + 1);
            }
        }
        Expr::Dict(dict) => {
            for item in dict.items.iter().filter(|i| i.key.is_none()) {
                collect_sources(&item.value, out, depth + 1);
            }
        }
        _ => {}
    }
}

/// `@name.setter` and its like: the property with one more function.
fn with_accessor(bound: &(Val, Callee), val: &Val) -> Option<Val> {
    let (V::Lib(object), Callee::Method(method)) = (&bound.0.v, &bound.1) else { return None };
    if object.class != "property" {
        return None;
    }
    let mut parts = object.args.clone();
    parts.resize_with(3, || Val::new(V::None));
    let part = match &**method {
        "getter" => 0,
        "setter" => 1,
        _ => 2,
    };
    parts[part] = val.clone();
    Some(Val::lib("property", parts, Vec::new()))
}
