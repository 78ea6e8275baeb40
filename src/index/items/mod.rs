//! Phase 1: one file's classes, functions, imports and module-level values, as owned data. Nothing is linked
//! here and function bodies are not read (except for classes made in them); the tree is dropped afterwards.

mod changes;
mod collect;

pub use changes::{ChangeItem, Changed};
pub use collect::collect;

use super::Expression;
use crate::python::Suppression;
use crate::source::{FileId, Span};

/// What one file holds.
#[derive(Debug)]
pub struct FileItems {
    /// The file.
    pub file: FileId,
    /// Whether the file parsed without errors. If not, what is missing here proves nothing.
    pub is_valid: bool,
    /// The first syntax error: its line (from 1), and the parser's words.
    pub error: Option<(usize, Box<str>)>,
    /// All classes, outer before inner.
    pub classes: Vec<ClassItem>,
    /// Functions at module level (also inside `if`, `try`, ...).
    pub functions: Vec<FunctionItem>,
    /// Every name that module-level code imports.
    pub imports: Vec<ImportItem>,
    /// Modules imported with `*`, in order.
    pub stars: Vec<ImportItem>,
    /// Module-level names and what was assigned to them.
    pub values: Vec<ValueItem>,
    /// Module-level bindings, by name, then in order of the source.
    pub bindings: Vec<Binding>,
    /// What changes classes behind their statements, and views while they are set up.
    pub changes: Vec<ChangeItem>,
    /// Module-level names whose values a statement of the module changes in place, with the statement.
    pub mutated: Vec<(Box<str>, Span)>,
    /// Suppression comments with their lines (from 1).
    pub suppressions: Vec<(usize, Suppression)>,
}

impl FileItems {
    /// The module-level statements that change the value of a name in place.
    pub fn mutations_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Span> + 'a {
        self.mutated.iter().filter(move |(changed, _)| **changed == *name).map(|(_, at)| *at)
    }

    /// The bindings of a module-level name, in order of the source.
    pub fn bindings_of(&self, name: &str) -> &[Binding] {
        let wanted = (hash_of(name), name);
        let start = self.bindings.partition_point(|b| (b.hash, &*b.name) < wanted);
        let len = self.bindings[start..].partition_point(|b| (b.hash, &*b.name) == wanted);
        &self.bindings[start..start + len]
    }

    /// Whether module-level code imports something of DRF.
    pub fn imports_drf(&self) -> bool {
        let is_drf = |i: &ImportItem| i.level == 0 && i.module.split('.').next() == Some("rest_framework");
        self.imports.iter().chain(&self.stars).any(is_drf)
    }

    /// The statement that makes a binding.
    pub fn place(&self, to: Bound) -> Span {
        match to {
            Bound::Class(i) => self.classes[i as usize].at,
            Bound::Function(i) => self.functions[i as usize].at,
            Bound::Import(i) => self.imports[i as usize].at,
            Bound::Value(i) => self.values[i as usize].at,
        }
    }
}

/// A name bound by module-level code.
#[derive(Debug)]
pub struct Binding {
    /// The name.
    pub name: Box<str>,
    /// Of the name: names are looked up far too often to compare their letters each time.
    hash: u32,
    /// Whether it stands under `if`, `try`, `for`, ... and so may not happen.
    pub conditional: bool,
    /// To what, as a position in the list of that kind.
    pub to: Bound,
}

impl Binding {
    fn new(name: &str, conditional: bool, to: Bound) -> Self {
        Self { name: name.into(), hash: hash_of(name), conditional, to }
    }
}

/// The same on each run and each machine.
fn hash_of(name: &str) -> u32 {
    xxhash_rust::xxh3::xxh3_64(name.as_bytes()) as u32
}

/// What a name is bound to, as a position in the file's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// In [`FileItems::classes`].
    Class(u32),
    /// In [`FileItems::functions`].
    Function(u32),
    /// In [`FileItems::imports`].
    Import(u32),
    /// In [`FileItems::values`].
    Value(u32),
}

/// A class statement.
#[derive(Debug)]
pub struct ClassItem {
    /// Its name.
    pub name: Box<str>,
    /// With outer classes and functions: `Outer.Inner`, `make.<locals>.View`.
    pub qualname: Box<str>,
    /// The class directly around it, as a position in [`FileItems::classes`].
    pub parent: Option<u32>,
    /// Whether it is made inside a function, so that local names may hide the module's.
    pub in_function: bool,
    /// Whether it stands under `if`, `try`, ...
    pub conditional: bool,
    /// The statement, from the first decorator to the end of the body.
    pub at: Span,
    /// The name in the `class` line.
    pub name_at: Span,
    /// Positional bases in order; subscripts are dropped (`ModelViewSet[Model]`), `None` for a computed one.
    pub bases: Box<[BaseItem]>,
    /// The metaclass, where the statement names one.
    pub metaclass: Option<Box<str>>,
    /// Decorators, outermost first.
    pub decorators: Box<[DecoratorItem]>,
    /// Names assigned in the body, in order.
    pub attributes: Box<[ValueItem]>,
    /// Functions of the body, in order.
    pub methods: Box<[FunctionItem]>,
}

impl ClassItem {
    /// The last attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&ValueItem> {
        self.attributes.iter().rev().find(|a| &*a.name == name)
    }

    /// The last method of this name.
    pub fn method(&self, name: &str) -> Option<&FunctionItem> {
        self.methods.iter().rev().find(|m| &*m.name == name)
    }
}

/// A base class as written.
#[derive(Debug)]
pub struct BaseItem {
    /// Dotted, without a subscript; `None` for a computed base such as a call.
    pub name: Option<Box<str>>,
    /// The expression.
    pub at: Span,
}

/// A function or method.
#[derive(Debug)]
pub struct FunctionItem {
    /// Its name.
    pub name: Box<str>,
    /// The statement, from the first decorator to the end of the body.
    pub at: Span,
    /// The name in the `def` line.
    pub name_at: Span,
    /// Whether it stands under `if`, `try`, ...
    pub conditional: bool,
    /// Whether the whole body (docstring aside) is `return True`.
    pub returns_true: bool,
    /// Decorators, outermost first.
    pub decorators: Box<[DecoratorItem]>,
}

/// A decorator.
#[derive(Debug)]
pub struct DecoratorItem {
    /// The dotted name, of the callee when it is called; `None` for another expression.
    pub name: Option<Box<str>>,
    /// The expression after `@`.
    pub at: Span,
    /// The arguments when it is called.
    pub arguments: Option<Box<[ArgumentItem]>>,
}

/// An argument of a decorator.
#[derive(Debug)]
pub struct ArgumentItem {
    /// The keyword; `None` for a positional one, empty for `**x`.
    pub keyword: Option<Box<str>>,
    /// The whole argument, with its keyword.
    pub at: Span,
    /// The value's place.
    pub value_at: Span,
    /// The value's form.
    pub value: Expression,
}

/// A name and what is assigned to it.
#[derive(Debug)]
pub struct ValueItem {
    /// The name.
    pub name: Box<str>,
    /// The statement.
    pub at: Span,
    /// The value; the statement again where there is no single one (`for x in y`).
    pub value_at: Span,
    /// The value's form.
    pub value: Expression,
    /// Whether it is `name += value`.
    pub augmented: bool,
    /// Whether it stands under `if`, `try`, ...
    pub conditional: bool,
    /// Whether the statement binds only this one name.
    pub alone: bool,
}

/// An imported module or name.
#[derive(Debug)]
pub struct ImportItem {
    /// Leading dots.
    pub level: u32,
    /// The module as written, without dots; for `import a.b` without `as`, just `a`.
    pub module: Box<str>,
    /// The name taken from it; `None` for the module itself or `*`.
    pub name: Option<Box<str>>,
    /// The statement.
    pub at: Span,
}
