//! The walk over one tree that fills [`FileItems`].

use super::changes::{self, Around, Where};
use super::{
    ArgumentItem, BaseItem, Binding, Bound, ClassItem, DecoratorItem, FileItems, FunctionItem, ImportItem,
    ValueItem,
};
use crate::index::Expression;
use crate::python::ast::{self, Expr, Stmt};
use crate::python::{ParsedModule, Ranged as _, dotted_name, suppressions};
use crate::source::{FileId, Sources, Span};

/// Statements nested deeper than this are left out.
const MAX_DEPTH: usize = 64;

/// Reads the items of one file.
pub fn collect(sources: &Sources, file: FileId, module: &ParsedModule) -> FileItems {
    let source = sources.file(file);
    let comments = suppressions(&source.text, module);
    let line_of = |s: &crate::python::Suppression| sources.line(Span::new(file, s.range));
    let error = module.errors.first().map(|error| {
        (
            source.lines().line_column(&source.text, error.range.start().to_usize()).line,
            error.message.as_str().into(),
        )
    });
    let mut collector = Collector {
        items: FileItems {
            file,
            is_valid: module.is_valid(),
            error,
            classes: Vec::new(),
            functions: Vec::new(),
            imports: Vec::new(),
            stars: Vec::new(),
            values: Vec::new(),
            bindings: Vec::new(),
            changes: Vec::new(),
            mutated: Vec::new(),
            suppressions: comments.into_iter().map(|s| (line_of(&s), s)).collect(),
        },
        depth: 0,
        loops: Vec::new(),
    };
    collector.body(module.body(), &mut Scope::Module, false);
    let mut items = collector.items;
    items.bindings.sort_by(|a, b| (a.hash, &a.name).cmp(&(b.hash, &b.name)));
    items.classes.shrink_to_fit();
    items.functions.shrink_to_fit();
    items.imports.shrink_to_fit();
    items.changes.shrink_to_fit();
    items.values.shrink_to_fit();
    items.bindings.shrink_to_fit();
    items
}

struct Collector {
    items: FileItems,
    depth: usize,
    /// The loops around, innermost last: the name, and what it runs over.
    loops: Vec<(Box<str>, Expression)>,
}

/// What the names of a body belong to.
enum Scope {
    Module,
    Class(ClassBody),
    /// A function: only classes in it count, with this prefix for their qualified names.
    Function(String),
}

struct ClassBody {
    position: u32,
    qualname: String,
    in_function: bool,
    attributes: Vec<ValueItem>,
    methods: Vec<FunctionItem>,
}

impl Collector {
    fn body(&mut self, body: &[Stmt], scope: &mut Scope, conditional: bool) {
        if self.depth > MAX_DEPTH {
            return;
        }
        self.depth += 1;
        for stmt in body {
            self.statement(stmt, scope, conditional);
        }
        self.depth -= 1;
    }

    fn statement(&mut self, stmt: &Stmt, scope: &mut Scope, conditional: bool) {
        let place = match scope {
            Scope::Module => Where::Module,
            Scope::Class(_) => Where::Class,
            Scope::Function(_) => Where::Function,
        };
        let around = Around { file: self.items.file, place, conditional, loops: &self.loops };
        changes::read(stmt, &around, &mut self.items.changes, &mut self.items.mutated);
        match stmt {
            Stmt::ClassDef(class) => self.class(class, scope, conditional),
            Stmt::FunctionDef(function) => self.function(function, scope, conditional),
            Stmt::Import(_) | Stmt::ImportFrom(_) if !matches!(scope, Scope::Module) => {}
            Stmt::Import(import) => self.import(import, conditional),
            Stmt::ImportFrom(import) => self.import_from(import, conditional),
            Stmt::Assign(assign) => {
                let value = Some(&*assign.value);
                let alone = assign.targets.len() == 1;
                for target in &assign.targets {
                    self.bind(target, value, stmt, Shape { alone, augmented: false, conditional }, scope);
                }
            }
            Stmt::AnnAssign(assign) => {
                let Some(value) = &assign.value else { return };
                let shape = Shape { alone: true, augmented: false, conditional };
                self.bind(&assign.target, Some(value), stmt, shape, scope);
            }
            Stmt::AugAssign(assign) => {
                let shape = Shape { alone: true, augmented: true, conditional };
                self.bind(&assign.target, Some(&assign.value), stmt, shape, scope);
            }
            Stmt::If(branch) => self.branch(branch, scope, conditional),
            Stmt::Try(attempt) => {
                let unsure = conditional || !attempt.handlers.is_empty();
                self.body(&attempt.body, scope, unsure);
                for ast::ExceptHandler::ExceptHandler(handler) in &attempt.handlers {
                    self.body(&handler.body, scope, true);
                }
                self.body(&attempt.orelse, scope, unsure);
                self.body(&attempt.finalbody, scope, conditional);
            }
            Stmt::With(with) => {
                for target in with.items.iter().filter_map(|i| i.optional_vars.as_deref()) {
                    self.bind(
                        target,
                        None,
                        stmt,
                        Shape { alone: false, augmented: false, conditional },
                        scope,
                    );
                }
                self.body(&with.body, scope, conditional);
            }
            Stmt::For(each) => {
                let shape = Shape { alone: false, augmented: false, conditional: true };
                self.bind(&each.target, None, stmt, shape, scope);
                let runs = each.target.as_name_expr().filter(|_| matches!(scope, Scope::Module));
                let known = self.loops.len();
                self.loops.extend(runs.map(|name| (name.id.as_str().into(), Expression::of(&each.iter))));
                self.body(&each.body, scope, true);
                self.loops.truncate(known);
                self.body(&each.orelse, scope, conditional);
            }
            Stmt::While(repeat) => {
                self.body(&repeat.body, scope, true);
                self.body(&repeat.orelse, scope, conditional);
            }
            Stmt::Match(choice) => {
                for case in &choice.cases {
                    self.body(&case.body, scope, true);
                }
            }
            _ => {}
        }
    }

    /// `if TYPE_CHECKING:` never runs, so its `else` always does.
    fn branch(&mut self, branch: &ast::StmtIf, scope: &mut Scope, conditional: bool) {
        let guard = type_checking(&branch.test);
        let mut unsure = conditional || guard.is_none();
        if guard != Some(true) {
            self.body(&branch.body, scope, unsure);
        }
        if guard == Some(false) {
            return;
        }
        for clause in &branch.elif_else_clauses {
            unsure |= clause.test.is_some();
            self.body(&clause.body, scope, unsure);
        }
    }

    fn class(&mut self, class: &ast::StmtClassDef, scope: &mut Scope, conditional: bool) {
        let file = self.items.file;
        let (parent, prefix, in_function) = match scope {
            Scope::Module => (None, String::new(), false),
            Scope::Class(outer) => (Some(outer.position), [&outer.qualname, "."].concat(), outer.in_function),
            Scope::Function(prefix) => (None, prefix.clone(), true),
        };
        let qualname = [&prefix, class.name.as_str()].concat();
        let position = self.items.classes.len() as u32;
        let base = |expr: &Expr| BaseItem { name: base_name(expr), at: Span::new(file, expr.range()) };
        let bases = class.arguments.iter().flat_map(|a| a.args.iter()).map(base).collect();
        self.items.classes.push(ClassItem {
            name: class.name.as_str().into(),
            qualname: qualname.clone().into(),
            parent,
            in_function,
            conditional,
            at: Span::new(file, class.range()),
            name_at: Span::new(file, class.name.range()),
            bases,
            metaclass: class
                .arguments
                .as_ref()
                .and_then(|a| dotted_name(&a.find_keyword("metaclass")?.value))
                .map(Into::into),
            decorators: self.decorators(&class.decorator_list),
            attributes: Box::default(),
            methods: Box::default(),
        });
        if matches!(scope, Scope::Module) {
            self.binding(&class.name, conditional, Bound::Class(position));
        }
        let (attributes, methods) = (Vec::new(), Vec::new());
        let mut inner = Scope::Class(ClassBody { position, qualname, in_function, attributes, methods });
        self.body(&class.body, &mut inner, false);
        if let Scope::Class(body) = inner {
            let item = &mut self.items.classes[position as usize];
            item.attributes = body.attributes.into();
            item.methods = body.methods.into();
        }
    }

    fn function(&mut self, function: &ast::StmtFunctionDef, scope: &mut Scope, conditional: bool) {
        let file = self.items.file;
        let item = || FunctionItem {
            name: function.name.as_str().into(),
            at: Span::new(file, function.range()),
            name_at: Span::new(file, function.name.range()),
            conditional,
            returns_true: returns_true(&function.body),
            decorators: self.decorators(&function.decorator_list),
        };
        let prefix = match scope {
            Scope::Module => {
                let item = item();
                let position = self.items.functions.len() as u32;
                self.items.functions.push(item);
                self.binding(&function.name, conditional, Bound::Function(position));
                function.name.as_str().to_owned()
            }
            Scope::Class(class) => {
                let item = item();
                class.methods.push(item);
                [&class.qualname, ".", &function.name].concat()
            }
            Scope::Function(prefix) => [prefix, function.name.as_str()].concat(),
        };
        self.body(&function.body, &mut Scope::Function([&prefix, ".<locals>."].concat()), conditional);
    }

    fn decorators(&self, decorators: &[ast::Decorator]) -> Box<[DecoratorItem]> {
        let file = self.items.file;
        let read = |decorator: &ast::Decorator| {
            let at = Span::new(file, decorator.expression.range());
            let Expr::Call(call) = &decorator.expression else {
                let name = dotted_name(&decorator.expression).map(Into::into);
                return DecoratorItem { name, at, arguments: None };
            };
            let positional = call.arguments.args.iter().map(|value| ArgumentItem {
                keyword: None,
                at: Span::new(file, value.range()),
                value_at: Span::new(file, value.range()),
                value: Expression::of(value),
            });
            let keywords = call.arguments.keywords.iter().map(|k| ArgumentItem {
                keyword: Some(k.arg.as_ref().map(ast::Identifier::as_str).unwrap_or_default().into()),
                at: Span::new(file, k.range()),
                value_at: Span::new(file, k.value.range()),
                value: Expression::of(&k.value),
            });
            let name = dotted_name(&call.func).map(Into::into);
            DecoratorItem { name, at, arguments: Some(positional.chain(keywords).collect()) }
        };
        decorators.iter().map(read).collect()
    }

    fn import(&mut self, import: &ast::StmtImport, conditional: bool) {
        let at = Span::new(self.items.file, import.range());
        for alias in &import.names {
            let whole = alias.name.as_str();
            let first = whole.split('.').next().unwrap_or_default();
            let (local, module) = alias.asname.as_ref().map_or((first, first), |n| (n.as_str(), whole));
            self.imported(local, conditional, ImportItem { level: 0, module: module.into(), name: None, at });
        }
    }

    fn import_from(&mut self, import: &ast::StmtImportFrom, conditional: bool) {
        let at = Span::new(self.items.file, import.range());
        let module: Box<str> = import.module.as_ref().map(ast::Identifier::as_str).unwrap_or_default().into();
        let level = import.level;
        for alias in &import.names {
            if &alias.name == "*" {
                self.items.stars.push(ImportItem { level, module: module.clone(), name: None, at });
                continue;
            }
            let local = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            let name = Some(alias.name.as_str().into());
            self.imported(local, conditional, ImportItem { level, module: module.clone(), name, at });
        }
    }

    fn imported(&mut self, local: &str, conditional: bool, item: ImportItem) {
        let position = self.items.imports.len() as u32;
        self.items.imports.push(item);
        self.binding(local, conditional, Bound::Import(position));
    }

    fn binding(&mut self, name: &str, conditional: bool, to: Bound) {
        self.items.bindings.push(Binding::new(name, conditional, to));
    }

    /// Binds the names of an assignment's target. Only a plain name gets the value's form.
    fn bind(&mut self, target: &Expr, value: Option<&Expr>, stmt: &Stmt, shape: Shape, scope: &mut Scope) {
        let name = match target {
            Expr::Name(name) => name.id.as_str(),
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                for part in elts {
                    self.bind(part, None, stmt, Shape { alone: false, ..shape }, scope);
                }
                return;
            }
            Expr::Starred(starred) => return self.bind(&starred.value, None, stmt, shape, scope),
            _ => return,
        };
        if matches!(scope, Scope::Function(_)) {
            return;
        }
        let file = self.items.file;
        let at = Span::new(file, stmt.range());
        let item = ValueItem {
            name: name.into(),
            at,
            value_at: value.map_or(at, |v| Span::new(file, v.range())),
            value: value.map_or(Expression::Other, Expression::of),
            augmented: shape.augmented,
            conditional: shape.conditional,
            alone: shape.alone,
        };
        if let Scope::Class(class) = scope {
            class.attributes.push(item);
            return;
        }
        let position = self.items.values.len() as u32;
        self.items.values.push(item);
        self.binding(name, shape.conditional, Bound::Value(position));
    }
}

/// How a name is bound.
#[derive(Clone, Copy)]
struct Shape {
    alone: bool,
    augmented: bool,
    conditional: bool,
}

/// Whether a test is true only for a type checker (`Some(true)`), or only when run (`Some(false)`).
fn type_checking(test: &Expr) -> Option<bool> {
    if let Expr::UnaryOp(unary) = test
        && unary.op == ast::UnaryOp::Not
    {
        return type_checking(&unary.operand).map(|t| !t);
    }
    let name = dotted_name(test)?;
    (name == "TYPE_CHECKING" || name.ends_with(".TYPE_CHECKING")).then_some(true)
}

/// Whether a body is a docstring at most, and then `return True`.
fn returns_true(body: &[Stmt]) -> bool {
    let is_text = |s: &Stmt| matches!(s, Stmt::Expr(e) if e.value.is_string_literal_expr());
    let body = if body.first().is_some_and(is_text) { &body[1..] } else { body };
    let [Stmt::Return(ast::StmtReturn { value: Some(value), .. })] = body else { return false };
    matches!(&**value, Expr::BooleanLiteral(b) if b.value)
}

/// The dotted name of a base, without subscripts.
fn base_name(expr: &Expr) -> Option<Box<str>> {
    match expr {
        Expr::Subscript(subscript) => base_name(&subscript.value),
        other => dotted_name(other).map(Into::into),
    }
}
