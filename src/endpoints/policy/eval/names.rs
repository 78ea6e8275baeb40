//! What a name in code means: the locals, then the functions around, then the module, then Python.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::{Evaluator, Frame, FrameKind, Path, Val, builtins, find};
use crate::index::Resolution;
use crate::index::items::Bound as Binding;
use crate::python::ast::{self, Expr, Stmt};
use crate::python::visitor::{Visitor, walk_expr, walk_stmt};
use crate::source::Span;

impl Evaluator<'_> {
    /// The value of a name for the code at `at`.
    pub(super) fn name(&self, frame: &Frame<'_>, name: &str, at: Span, path: &Path) -> Val {
        if let Some(bound) = path.locals.get(name) {
            return bound.value.clone();
        }
        if self.is_unbound(frame, name) {
            return Val::Never;
        }
        if let Some(cause) = self.hidden_by_function(frame, name) {
            return Val::Unknown(cause);
        }
        self.global(frame, name, at)
    }

    /// The value of a module-level name. Class bodies and module-level code see what was bound before them;
    /// functions run when the module is complete.
    pub(super) fn global(&self, frame: &Frame<'_>, name: &str, at: Span) -> Val {
        let before = match frame.kind {
            FrameKind::Module => Some(at.range.0),
            FrameKind::Class(id) => Some(self.index.class(id).at.range.0),
            FrameKind::Function(..) => None,
        };
        let Some(items) = self.index.file(frame.file) else {
            return Val::unknown("the file was not read");
        };
        let bindings = items.bindings_of(name);
        let seen = bindings.iter().filter(|b| before.is_none_or(|p| items.place(b.to).range.0 < p));
        let seen: Vec<_> = if bindings.is_empty() { Vec::new() } else { seen.collect() };
        let last_sure = seen.iter().rposition(|b| !b.conditional).unwrap_or(0);
        if seen[last_sure.min(seen.len())..].iter().any(|b| matches!(b.to, Binding::Value(_))) {
            return self.module_value(frame.file, name, before);
        }
        let resolution = match before {
            Some(before) => self.index.resolve_at(Span { file: frame.file, range: (before, before) }, name),
            None => self.index.resolve(frame.file, name),
        };
        match resolution {
            Resolution::Unresolved(_) if seen.is_empty() && builtins::is_builtin(name) => {
                Val::Library(format!("builtins.{name}").into())
            }
            Resolution::Unresolved(_) if seen.len() > 1 => self.module_value(frame.file, name, before),
            resolution => self.entity(resolution),
        }
    }

    /// Whether a name is one of the function's own that nothing has bound on the way.
    fn is_unbound(&self, frame: &Frame<'_>, name: &str) -> bool {
        let FrameKind::Function(_, at) = frame.kind else { return false };
        self.bound_by(at).contains(name)
    }

    /// The names that a function binds itself.
    pub(super) fn bound_by(&self, at: Span) -> Rc<BTreeSet<Rc<str>>> {
        if let Some(names) = self.bound.borrow().get(&at) {
            return names.clone();
        }
        let tree = self.index.tree(self.sources, at.file);
        let mut own = Own::default();
        if let Some(function) = find::function(tree.body(), at.text_range()) {
            own.visit_body(&function.body);
        }
        let Own { mut names, elsewhere } = own;
        names.0.retain(|name| !elsewhere.contains(name));
        let names = Rc::new(names.0);
        self.bound.borrow_mut().insert(at, names.clone());
        names
    }

    /// A name that a function around the code binds: its value belongs to a call that nobody sees.
    fn hidden_by_function(&self, frame: &Frame<'_>, name: &str) -> Option<Rc<str>> {
        let own = match frame.kind {
            FrameKind::Module => return None,
            FrameKind::Class(id) if !self.index.class(id).in_function => return None,
            FrameKind::Class(id) => self.index.class(id).at,
            FrameKind::Function(Some(id), _) if !self.index.class(id).in_function => return None,
            FrameKind::Function(_, own) => own,
        };
        let hides = self.bound_around(own).contains(name);
        hides.then(|| format!("`{name}` is a name of the function around").into())
    }

    /// The names that the functions around a class or function bind.
    fn bound_around(&self, own: Span) -> Rc<BTreeSet<Rc<str>>> {
        if let Some(names) = self.enclosing.borrow().get(&own) {
            return names.clone();
        }
        let tree = self.index.tree(self.sources, own.file);
        let mut names = Names::default();
        for function in find::functions_around(tree.body(), own.text_range()) {
            names.0.extend(function.parameters.iter().map(|p| Rc::from(p.name().as_str())));
            for stmt in &function.body {
                names.visit_stmt(stmt);
            }
        }
        let names = Rc::new(names.0);
        self.enclosing.borrow_mut().insert(own, names.clone());
        names
    }
}

/// The names that a statement may bind, functions, classes and imports among them.
pub(super) fn bound_by(stmt: &Stmt) -> BTreeSet<Rc<str>> {
    let mut names = Names::default();
    names.visit_stmt(stmt);
    names.0
}

/// The names that code binds, not looking into functions and classes in it.
#[derive(Default)]
struct Names(BTreeSet<Rc<str>>);

impl<'t> Visitor<'t> for Names {
    fn visit_stmt(&mut self, stmt: &'t Stmt) {
        let whole = |a: &ast::Alias| Rc::from(a.asname.as_ref().unwrap_or(&a.name).as_str());
        match stmt {
            Stmt::ClassDef(class) => {
                self.0.insert(class.name.as_str().into());
            }
            Stmt::FunctionDef(function) => {
                self.0.insert(function.name.as_str().into());
            }
            Stmt::Import(import) => self.0.extend(import.names.iter().map(|a| {
                let name: Rc<str> = whole(a);
                Rc::from(name.split('.').next().unwrap_or_default())
            })),
            Stmt::ImportFrom(import) => self.0.extend(import.names.iter().map(whole)),
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, expr: &'t Expr) {
        if let Expr::Name(name) = expr
            && name.ctx.is_store()
        {
            self.0.insert(name.id.as_str().into());
        }
        walk_expr(self, expr);
    }
}

/// The names that a function surely has for itself: not those of comprehensions in it, nor what it declares to be of
/// the code around.
#[derive(Default)]
struct Own {
    names: Names,
    elsewhere: BTreeSet<Rc<str>>,
}

impl<'t> Visitor<'t> for Own {
    fn visit_stmt(&mut self, stmt: &'t Stmt) {
        match stmt {
            Stmt::Global(ast::StmtGlobal { names, .. }) | Stmt::Nonlocal(ast::StmtNonlocal { names, .. }) => {
                self.elsewhere.extend(names.iter().map(|name| Rc::from(name.as_str())));
            }
            Stmt::ClassDef(_) | Stmt::FunctionDef(_) | Stmt::Import(_) | Stmt::ImportFrom(_) => {
                self.names.visit_stmt(stmt);
            }
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, expr: &'t Expr) {
        match expr {
            Expr::ListComp(_)
            | Expr::SetComp(_)
            | Expr::DictComp(_)
            | Expr::Generator(_)
            | Expr::Lambda(_) => {}
            Expr::Name(name) if name.ctx.is_store() => {
                self.names.0.insert(name.id.as_str().into());
            }
            other => walk_expr(self, other),
        }
    }
}
