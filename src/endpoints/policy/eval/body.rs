//! What running a class body, or the statements that bind a module-level name, gives.

use std::rc::Rc;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::decoration::is_harmless;
use super::{ClassRef, End, Ended, Evaluator, Frame, FrameKind, MAX_PATHS, Path, Situation, Val, find};
use crate::index::items::{Binding as BindingItem, Bound as Binding, DecoratorItem, FileItems};
use crate::index::{Ancestor, ClassId, Entity, Resolution};
use crate::python::Ranged as _;
use crate::python::ast::Stmt;
use crate::source::{FileId, Sources, Span};

/// The names of a class body.
#[derive(Debug, Default)]
pub(crate) struct Namespace {
    pub names: IndexMap<Rc<str>, Entry, FxBuildHasher>,
    /// Why the class may be something else than its body says.
    pub opaque: Option<Rc<str>>,
    /// A decorator that may come between a request and the class.
    pub guarded: Option<Rc<str>>,
}

/// A name of a class body: its value on each way through, `None` where it stays unbound.
#[derive(Debug)]
pub(crate) struct Entry {
    pub alternatives: Vec<(Rc<str>, Option<Val>)>,
    /// The last statement that binds it.
    pub at: Span,
}

/// Names that, when a decorator or metaclass of the project mentions them, make the class opaque.
const POLICY_WORDS: [&str; 9] = [
    "_classes",
    "pagination_class",
    "serializer_class",
    "get_authenticators",
    "get_throttles",
    "__bases__",
    "http_method_names",
    "permission",
    "throttle_scope",
];
/// Methods of a metaclass by which permission classes are composed.
const OPERATORS: [&str; 3] = ["__and__", "__invert__", "__or__"];
/// Names that tell of a way around the permissions.
const FLOW_WORDS: [&str; 4] = ["dispatch", "initial", "as_view", "type("];

impl Evaluator<'_> {
    /// The names that a class body binds.
    pub(crate) fn namespace(&self, id: ClassId) -> Rc<Namespace> {
        match self.namespaces.borrow().get(&id) {
            Some(Some(done)) => return done.clone(),
            Some(None) => {
                let cause = format!("the body of `{}` needs the class itself", self.index.class(id).name);
                return Rc::new(Namespace { opaque: Some(cause.into()), ..Namespace::default() });
            }
            None => {}
        }
        self.namespaces.borrow_mut().insert(id, None);
        self.bodies.set(self.bodies.get() + 1);
        let run = self.deeper(|| self.fresh(|| self.run_class(id)));
        self.bodies.set(self.bodies.get() - 1);
        let done = run.unwrap_or_else(|| Namespace {
            opaque: Some("it is nested too deep".into()),
            ..Namespace::default()
        });
        let done = Rc::new(done);
        self.namespaces.borrow_mut().insert(id, Some(done.clone()));
        done
    }

    /// All ways through the body of a class. It has run to its end where the class exists: a statement that seems to
    /// raise on each way was not read rightly, or cannot be followed, and what it binds is unknown.
    fn class_body(&self, frame: &Frame<'_>, body: &[Stmt]) -> Vec<Ended> {
        let mut ways = vec![Path::default()];
        for stmt in body {
            let mut next = Vec::new();
            for mut path in ways {
                let ends = self.block(frame, std::slice::from_ref(stmt), path.clone());
                let raises = |ended: &Ended| matches!(ended.end, End::Raise(_));
                let falls = ends.iter().filter(|ended| ended.end == End::Fall).count();
                if falls == 0 || !ends.iter().all(|ended| ended.end == End::Fall || raises(ended)) {
                    let at = Span::new(frame.file, stmt.range());
                    super::targets::forget(std::slice::from_ref(stmt), at, &mut path);
                    next.push(path);
                }
                next.extend(ends.into_iter().filter(|ended| ended.end == End::Fall).map(|ended| ended.path));
            }
            if next.len() > MAX_PATHS {
                return Vec::new();
            }
            ways = next;
        }
        ways.into_iter().map(|path| Ended { path, end: End::Fall }).collect()
    }

    fn run_class(&self, id: ClassId) -> Namespace {
        let item = self.index.class(id);
        let tree = self.index.tree(self.sources, item.at.file);
        let Some(class) = find::class(tree.body(), item.at.text_range()) else {
            let opaque = Some(format!("the body of `{}` is nested too deep", item.name).into());
            return Namespace { opaque, ..Namespace::default() };
        };
        let situation = Situation::default();
        let kind = FrameKind::Class(id);
        let frame = Frame { situation: &situation, file: item.at.file, kind, this: None };
        let ends = self.class_body(&frame, &class.body);
        let mut namespace = joined(&ends);
        self.metaclass(id, &mut namespace);
        for decorator in item.decorators.iter().rev() {
            self.decorate(id, decorator, &mut namespace);
        }
        self.change(id, &mut namespace);
        if namespace.names.contains_key("__getattribute__") {
            namespace.opaque = Some(format!("`__getattribute__` of `{}` decides", item.name).into());
        }
        namespace
    }

    /// Why operators on a class may mean something else than composing it.
    pub(super) fn own_operators(&self, value: &Val) -> Option<Rc<str>> {
        match value {
            Val::Class(ClassRef::Project(id)) => self.namespace(*id).opaque.clone(),
            _ => None,
        }
    }

    /// A metaclass of the project, of the class or of a base, may change the class.
    fn metaclass(&self, id: ClassId, namespace: &mut Namespace) {
        for ancestor in &self.index.mro(id).order {
            let Ancestor::Project(base) = ancestor else { continue };
            let item = self.index.class(*base);
            let Some(name) = item.metaclass.as_deref() else { continue };
            let at = match self.index.resolve_at(item.at, name) {
                Resolution::Resolved(Entity::Class(id)) => self.index.class(id).at,
                Resolution::Resolved(Entity::Function(id)) => self.index.function(id).at,
                _ => continue,
            };
            let text = self.sources.slice(at);
            if OPERATORS.iter().any(|w| text.contains(w)) || speaks_of_policy(self.sources, at) {
                let cause = format!("the metaclass of `{}` may change it", item.name);
                namespace.opaque = Some(cause.into());
                return;
            }
        }
    }

    /// What a class decorator does: DRF's own set an attribute, one of the project may do anything.
    fn decorate(&self, id: ClassId, decorator: &DecoratorItem, namespace: &mut Namespace) {
        let item = self.index.class(id);
        let opaque = || Some(format!("a decorator of `{}` may change it", item.name).into());
        let Some(name) = decorator.name.as_deref() else {
            namespace.opaque = opaque();
            return;
        };
        let library = self.library_decorator(decorator.at, name);
        if library.as_deref().is_some_and(is_harmless) {
            return;
        }
        if let Some(attribute) =
            library.and_then(|full| full.strip_prefix("rest_framework.decorators.").map(str::to_owned))
        {
            if let Some([argument, ..]) = decorator.arguments.as_deref()
                && attribute.ends_with("_classes")
            {
                let value = self.at_place(argument.value_at, None);
                let entry = Entry { alternatives: vec![("".into(), Some(value))], at: decorator.at };
                namespace.names.insert(attribute.as_str().into(), entry);
            }
            return;
        }
        let meanings = self.index.meanings_at(decorator.at, name);
        if let [_, _, ..] = &meanings[..]
            && meanings.iter().all(|meaning| self.keeps_classes(meaning))
        {
            return;
        }
        match self.index.resolve_at(decorator.at, name) {
            // Its source is not here to be read: libraries' decorators of classes rarely touch policies.
            Resolution::External(_) => {}
            Resolution::Resolved(_) | Resolution::Unresolved(_) => {
                let callee = decorator.arguments.is_none().then_some(decorator.at);
                let places = self.decorator_places(decorator, name, callee);
                let says = |words: &[&str]| {
                    places.iter().any(|at| words.iter().any(|w| self.sources.slice(*at).contains(w)))
                };
                if places.is_empty() || places.iter().any(|at| speaks_of_policy(self.sources, *at)) {
                    namespace.opaque = opaque();
                } else if says(&FLOW_WORDS) && !self.only_forwards(&places) {
                    let cause = format!("a decorator of `{}` may answer before it", item.name);
                    namespace.guarded = Some(cause.into());
                }
            }
        }
    }

    /// Whether a decorator, one of several that a name may mean, surely leaves a class as it is.
    fn keeps_classes(&self, meaning: &Resolution<Entity>) -> bool {
        match meaning {
            Resolution::External(full) => is_harmless(full),
            Resolution::Resolved(entity @ Entity::Function(id)) => {
                let quiet = |at: Span| {
                    let text = self.sources.slice(at);
                    !speaks_of_policy(self.sources, at) && !FLOW_WORDS.iter().any(|word| text.contains(word))
                };
                is_harmless(&self.index.function_name(*id)) || self.place_of(*entity).is_some_and(quiet)
            }
            _ => false,
        }
    }

    /// The code of a decorator of the project: a function, or the class of the object that is called.
    fn decorator_places(&self, decorator: &DecoratorItem, name: &str, plain: Option<Span>) -> Vec<Span> {
        let class = match plain.map(|at| self.at_place(at, None)) {
            Some(Val::Instance(of)) => match &*of {
                Val::Class(ClassRef::Project(id)) => Some(*id),
                _ => None,
            },
            _ => None,
        };
        if let Some(id) = class.or_else(|| self.class_of_object(decorator.at, name)) {
            let order = self.mro(&ClassRef::Project(id));
            let own = |a: &Ancestor| match a {
                Ancestor::Project(id) => Some(self.index.class(*id).at),
                _ => None,
            };
            return order.order.iter().filter_map(own).collect();
        }
        match self.index.resolve_at(decorator.at, name) {
            Resolution::Resolved(entity @ (Entity::Function(_) | Entity::Class(_))) => {
                self.place_of(entity).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// The class of the object whose method a dotted name is: `registry.register`.
    fn class_of_object(&self, at: Span, name: &str) -> Option<ClassId> {
        let (object, _) = name.rsplit_once('.')?;
        let Resolution::Resolved(Entity::Value(file, position)) = self.index.resolve_at(at, object) else {
            return None;
        };
        let value = self.index.value(file, position).filter(|value| !value.augmented && value.alone)?;
        let Val::Instance(of) = self.at_place(value.value_at, None) else { return None };
        match &*of {
            Val::Class(ClassRef::Project(id)) => Some(*id),
            _ => None,
        }
    }

    /// The value of the expression at a place, in module-level or class-level code.
    pub(crate) fn at_place(&self, at: Span, class: Option<ClassId>) -> Val {
        let tree = self.index.tree(self.sources, at.file);
        let Some(expr) = find::expression(tree.body(), at.text_range()) else {
            return Val::unknown("the expression was not found again");
        };
        let situation = Situation::default();
        let kind = class.map_or(FrameKind::Module, FrameKind::Class);
        let frame = Frame { situation: &situation, file: at.file, kind, this: None };
        let mut path = Path::default();
        if let Some(class) = class {
            for (name, entry) in &self.namespace(class).names {
                if entry.at.range.0 < at.range.0
                    && let [(_, Some(value))] = &entry.alternatives[..]
                {
                    path.locals.insert(name.clone(), super::Bound { value: value.clone(), at: entry.at });
                }
            }
        }
        let value = self.fresh(|| self.expr(&frame, expr, &mut path));
        value.unwrap_or_else(|_| Val::unknown("it raises an exception"))
    }

    /// A module-level name, by running the statements that bind it, as the code at `before` sees it.
    pub(crate) fn module_value(&self, file: FileId, name: &str, before: Option<u32>) -> Val {
        let key: (FileId, Rc<str>) = (file, name.into());
        let known = (file, key.1.clone(), before);
        if let Some(value) = self.values.borrow().get(&known) {
            return value.clone();
        }
        if !self.open.borrow_mut().insert(key.clone()) {
            return Val::unknown(format!("`{name}` is made from itself"));
        }
        let value = self.deeper(|| self.fresh(|| self.run_statements(file, name, before)));
        self.open.borrow_mut().remove(&key);
        let value = value.unwrap_or_else(|| Val::unknown(format!("`{name}` is nested too deep")));
        self.values.borrow_mut().insert(known, value.clone());
        value
    }

    fn run_statements(&self, file: FileId, name: &str, before: Option<u32>) -> Val {
        let Some(items) = self.index.file(file) else { return Val::unknown("the file was not read") };
        let bindings = items.bindings_of(name);
        let places: Vec<Span> = bindings.iter().map(|b| items.place(b.to)).collect();
        let seen = |at: &Span| before.is_none_or(|b| at.range.0 < b);
        // What stands before the last sure and whole assignment does not matter.
        let whole = |b: &BindingItem| match b.to {
            Binding::Value(i) => !items.values[i as usize].augmented,
            _ => true,
        };
        let sure = (0..bindings.len())
            .rev()
            .find(|&i| !bindings[i].conditional && whole(&bindings[i]) && seen(&places[i]));
        let mut places = places[sure.unwrap_or(0)..].to_vec();
        places.extend(items.mutations_of(name));
        let tree = self.index.tree(self.sources, file);
        let situation = Situation::default();
        let frame = Frame { situation: &situation, file, kind: FrameKind::Module, this: None };
        let mut ends = vec![Ended { path: Path::default(), end: End::Fall }];
        for stmt in tree.body() {
            let at = Span::new(file, stmt.range());
            if !places.iter().any(|p| at.contains(*p) && seen(p)) {
                continue;
            }
            let live = ends.into_iter().filter(|e| e.end == End::Fall);
            ends = live.flat_map(|e| self.statement(&frame, stmt, e.path)).collect();
            if ends.len() > super::MAX_PATHS {
                return Val::unknown(format!("`{name}` depends on too many conditions"));
            }
        }
        let value = |e: Ended| {
            let bound = e.path.locals.get(name).map(|b| b.value.clone());
            (e.path.when, bound.unwrap_or(Val::Never))
        };
        match Val::either(ends.into_iter().filter(|e| e.end == End::Fall).map(value).collect()) {
            Val::Never => Val::unknown(format!("`{name}` is not bound")),
            Val::List(_) if places.iter().any(|at| !seen(at) && is_changed_by(items, at, bindings)) => {
                Val::unknown(format!("the list `{name}` is changed later"))
            }
            value => value,
        }
    }
}

/// Whether code names what decides a class's policy, or sets attributes whose names it computes.
pub(super) fn speaks_of_policy(sources: &Sources, at: Span) -> bool {
    let text = sources.slice(at);
    POLICY_WORDS.iter().any(|word| text.contains(word)) || {
        let mut calls = text.match_indices("setattr").map(|(at, word)| &text[at + word.len()..]);
        calls.any(|rest| !names_attribute(rest))
    }
}

/// Whether what follows `setattr` is `(object, "name",`.
fn names_attribute(rest: &str) -> bool {
    let Some((object, name)) = rest.strip_prefix('(').and_then(|arguments| arguments.split_once(',')) else {
        return false;
    };
    let is_name = object.trim().chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
    let name = name.trim_start();
    let quote = name.chars().next().filter(|c| matches!(c, '"' | '\''));
    let behind = quote.and_then(|quote| name[1..].split_once(quote));
    is_name && behind.is_some_and(|(_, behind)| behind.trim_start().starts_with(','))
}

/// Whether a statement changes the value of a name in place rather than binds the name anew.
fn is_changed_by(items: &FileItems, at: &Span, bindings: &[BindingItem]) -> bool {
    let binds = |b: &BindingItem| match b.to {
        Binding::Value(i) => items.values[i as usize].at == *at && !items.values[i as usize].augmented,
        to => items.place(to) == *at,
    };
    !bindings.iter().any(binds)
}

/// The names of all ways through a body.
fn joined(ends: &[Ended]) -> Namespace {
    let ways: Vec<&Ended> = ends.iter().filter(|e| e.end == End::Fall).collect();
    let mut namespace = Namespace::default();
    if ways.is_empty() {
        namespace.opaque = Some("the class body cannot be followed to its end".into());
        return namespace;
    }
    for way in &ways {
        for (name, bound) in &way.path.locals {
            if namespace.names.get(name).is_none_or(|e| e.at < bound.at) {
                let entry = Entry { alternatives: Vec::new(), at: bound.at };
                namespace.names.insert(name.clone(), entry);
            }
        }
    }
    for (name, entry) in &mut namespace.names {
        for way in &ways {
            let value = way.path.locals.get(name).map(|b| b.value.clone());
            if !entry.alternatives.iter().any(|(_, v)| *v == value) {
                entry.alternatives.push((way.path.when.clone(), value));
            }
        }
    }
    namespace
}
