//! The abstract interpreter: runs a settings module as CPython would import it, on values of which some are
//! unknown. Statements run in order, both sides of an unknown condition run and are joined, functions and classes
//! of the project are evaluated, libraries that read the environment are modelled. Work is bounded everywhere;
//! what is given up becomes unknown with a cause.

#![expect(
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "lengths and Python's numbers, within bounds that are checked"
)]
#![expect(
    clippy::match_same_arms,
    clippy::single_match_else,
    clippy::many_single_char_names,
    clippy::type_complexity,
    reason = "tables of cases read better one case a line"
)]
#![expect(
    clippy::unused_self,
    clippy::unnecessary_wraps,
    clippy::wrong_self_convention,
    clippy::needless_pass_by_value,
    clippy::unnecessary_box_returns,
    clippy::self_only_used_in_recursion,
    reason = "the models of Python's functions share one shape"
)]

mod assume;
mod builtins;
mod callbacks;
mod calls;
mod classes;
mod compare;
mod comprehension;
mod constants;
mod contexts;
mod control;
mod controls;
mod copy;
mod data;
mod edits;
mod effects;
mod environ;
mod exec;
mod export;
mod expr;
mod finally;
mod format;
mod functions;
mod havoc;
mod heap;
mod held;
mod home;
mod hooks;
mod imports;
mod index;
mod join;
mod json;
mod later;
mod lazy;
mod libs;
mod literal;
mod loops;
mod members;
mod metaclass;
mod methods;
mod names;
mod numbers;
mod operators;
mod paths;
mod pattern;
mod raise;
mod regex;
mod routing;
mod shares;
mod stdlib;
mod steady;
mod stmt;
mod switches;
mod taint;
mod targets;
mod text;
mod unmodelled;
mod unordered;
mod val;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::project::Project;
use crate::python::ast::Stmt;
use crate::python::{ParsedModule, Ranged, tree};
use crate::settings::{Environment, How, Problem, Step, Switch};
use crate::source::{FileId, Sources, Span};

pub(super) use export::{Extent, run};
pub(super) use libs::parse_dotenv;
pub(super) use routing::run_routes;

use controls::Controls;
use functions::{ClassDef, FuncDef};
use raise::{R, Raise, TryFrame};
use val::{Binding, DictObj, Heap, Id, Key, Kind, Name, Obj, Reads, Scope, Seq, SetObj, V, Val, View};

/// Steps (expressions and statements) that one evaluation may take.
const MAX_STEPS: u64 = 1_500_000;
/// How deep expressions, statements and calls may nest together.
const MAX_DEPTH: usize = 1500;
/// The longest text and the largest collection that are kept.
const MAX_TEXT: usize = 1 << 20;
const MAX_ITEMS: usize = 200_000;
/// How many modules of installed packages are read.
const MAX_INSTALLED: usize = 64;
/// The heap object that holds the environment.
const ENVIRON: Id = 0;

/// Parsed files, kept for as long as functions of them may be called.
pub(super) struct Arena<'s> {
    sources: &'s Sources,
    parsed: Vec<OnceCell<Arc<ParsedModule>>>,
    installed: Vec<OnceCell<ParsedModule>>,
    /// Modules that are written for the interpreter.
    prelude: Vec<OnceCell<ParsedModule>>,
}

impl<'s> Arena<'s> {
    pub(super) fn new(sources: &'s Sources) -> Self {
        Self::for_routes(sources, MAX_INSTALLED, 0)
    }

    fn for_routes(sources: &'s Sources, installed: usize, prelude: usize) -> Self {
        fn slots<T>(n: usize) -> Vec<OnceCell<T>> {
            (0..n).map(|_| OnceCell::new()).collect()
        }
        Self { sources, parsed: slots(sources.len()), installed: slots(installed), prelude: slots(prelude) }
    }

    fn file(&self, file: FileId) -> &ParsedModule {
        self.parsed[file.index()].get_or_init(|| tree(self.sources, file))
    }
}

/// A module that was imported, or is being imported.
struct ModuleInfo {
    name: Name,
    /// Its file; `None` in an installed package.
    file: Option<FileId>,
    is_package: bool,
    scope: Id,
}

/// What one call, class body or module body needs while it runs.
struct Frame {
    /// Namespaces from the innermost to the module's.
    chain: Vec<Id>,
    /// Where plain assignments go.
    scope: Id,
    module: u32,
    file: Option<FileId>,
    is_function: bool,
    globals: Vec<Name>,
    nonlocals: Vec<Name>,
    /// The class whose method runs, and its first argument, for `super()`.
    class: Option<(u32, Val)>,
    /// Reads of the environment on which it depends that this code runs at all.
    control: Controls,
    /// Ways out under unknown conditions, taken up at the end of the call.
    returns: Vec<(Heap, Val)>,
    loops: Vec<Loop>,
    /// While comprehensions run: the namespace that they stand in.
    outer: Option<Id>,
    /// The list of yielded values, in a generator.
    yields: Option<Id>,
    /// The context whose body runs where it yields, in a generator of one.
    context: Option<usize>,
    /// How many unknown conditions lead here, and the outermost's place.
    uncertain: usize,
    /// How many loops over unknown elements were running when the call began.
    unclear_loops: usize,
    /// The call that runs it, in a function, and the function's name.
    called: Option<(Span, Name)>,
    /// The function that runs.
    function: Option<u32>,
}

impl Frame {
    /// The body of a module or class that runs in the first of these namespaces.
    fn of_body(chain: Vec<Id>, module: u32, file: Option<FileId>, class: Option<(u32, Val)>) -> Self {
        Self {
            scope: chain.first().copied().unwrap_or(ENVIRON),
            chain,
            module,
            file,
            is_function: false,
            globals: Vec::new(),
            nonlocals: Vec::new(),
            class,
            control: Controls::default(),
            returns: Vec::new(),
            loops: Vec::new(),
            outer: None,
            yields: None,
            context: None,
            uncertain: 0,
            unclear_loops: 0,
            called: None,
            function: None,
        }
    }
}

#[derive(Default)]
struct Loop {
    breaks: Vec<Heap>,
    continues: Vec<Heap>,
}

/// How a block ended.
enum Flow {
    Next,
    Break,
    Continue,
    Return(Val),
    /// Every way through the block left it, under unknown conditions.
    Dead,
}

pub(super) struct Interp<'a> {
    arena: &'a Arena<'a>,
    sources: &'a Sources,
    project: &'a Project,
    environment: &'a Environment,
    heap: Heap,
    loose: hooks::Loose,
    next_id: Id,
    seq: u32,
    steps: u64,
    depth: usize,
    /// How many modules are evaluated that settings modules do not import themselves.
    most_modules: usize,
    installed: usize,
    callables: havoc::Callables<'a>,
    funcs: Vec<FuncDef<'a>>,
    /// The latest function of each definition, by where its body lies.
    defined: FxHashMap<usize, u32>,
    classes: Vec<ClassDef>,
    /// The bodies of pydantic's models.
    models: FxHashMap<u32, &'a [Stmt]>,
    modules: Vec<ModuleInfo>,
    by_name: FxHashMap<Name, u32>,
    frames: Vec<Frame>,
    /// How many loops over elements of unknown order are running.
    shuffled_loops: usize,
    /// The dicts behind views.
    views: rustc_hash::FxHashMap<Id, (Id, View)>,
    /// The classes that metaclasses make.
    making: Vec<Option<u32>>,
    /// The `with` statements whose generators run.
    contexts: Vec<contexts::Context<'a>>,
    /// Generators that run when they are walked over.
    later: rustc_hash::FxHashMap<Id, Rc<later::Later<'a>>>,
    /// What the generator expression that comes next walks over, where that was asked before.
    given: Option<Val>,
    /// Whether the generator expression that comes next runs where it stands.
    runs_now: bool,
    /// When the generator expression that comes next is left.
    until: Option<comprehension::Until>,
    /// While it is found out which modules the rounds of such a loop import.
    beforehand: Option<unordered::Beforehand>,
    /// How many loops of unknown length are running.
    unclear_loops: usize,
    tries: Vec<TryFrame>,
    /// How many of them stand around the module that is imported, whose code is taken to run to its end.
    outer_tries: usize,
    /// Reads behind the exceptions that are being handled.
    handling: Vec<Reads>,
    handled: Vec<Raise>,
    /// Modules without a file whose absence ends the import: production has them.
    indispensable: Vec<Rc<str>>,
    files: Vec<FileId>,
    problems: Vec<Problem>,
    /// Values of `.env` files, and those given by the caller.
    supplied: BTreeMap<String, String>,
    dotenv_read: Vec<crate::settings::Reader>,
    /// What decouple and pydantic have read from files, which is no part of the environment.
    in_files: [BTreeMap<String, String>; 2],
    /// What `DjangoDynaconf`, where it is called, has read.
    dynaconf: Option<libs::Hooked>,
    /// Dicts and lists that dynaconf made, which have more attributes than others.
    boxes: FxHashSet<Id>,
    /// Prefixes of environs.
    env_prefix: Vec<String>,
    /// What django-environ puts before names; `None` when it cannot be told.
    environ_prefix: Option<Name>,
    /// What the parsers of ini files have read: section and option to text.
    inis: Vec<libs::Ini>,
    switches: Vec<Switch>,
    /// The variable that chooses the class whose attributes are read.
    class_choice: Option<String>,
    /// Files that ran in the namespace of another, that namespace, and whether they surely ran.
    included: Vec<(FileId, Id, bool)>,
    /// What is needed to evaluate URLs; `None` while settings are evaluated.
    routing: Option<Box<routing::Routing<'a>>>,
    /// Why the import fails in any environment.
    ended: Option<Rc<str>>,
    /// What unknown texts are known to be, or not to be, on the way that runs.
    facts: Vec<assume::Fact>,
}

impl<'a> Interp<'a> {
    pub(super) fn new(arena: &'a Arena<'a>, project: &'a Project, environment: &'a Environment) -> Self {
        let mut interp = Self {
            arena,
            sources: arena.sources,
            project,
            environment,
            heap: Heap::default(),
            loose: hooks::Loose::default(),
            next_id: 1,
            seq: 0,
            steps: MAX_STEPS,
            depth: 0,
            most_modules: imports::MAX_MODULES,
            installed: 0,
            callables: havoc::Callables::default(),
            funcs: Vec::new(),
            defined: FxHashMap::default(),
            classes: Vec::new(),
            models: FxHashMap::default(),
            modules: Vec::new(),
            by_name: FxHashMap::default(),
            frames: Vec::new(),
            shuffled_loops: 0,
            views: rustc_hash::FxHashMap::default(),
            making: Vec::new(),
            contexts: Vec::new(),
            later: rustc_hash::FxHashMap::default(),
            given: None,
            runs_now: false,
            until: None,
            beforehand: None,
            unclear_loops: 0,
            tries: Vec::new(),
            outer_tries: 0,
            handling: Vec::new(),
            handled: Vec::new(),
            indispensable: Vec::new(),
            files: Vec::new(),
            problems: Vec::new(),
            supplied: environment.vars.clone(),
            dotenv_read: Vec::new(),
            in_files: Default::default(),
            dynaconf: None,
            boxes: FxHashSet::default(),
            env_prefix: Vec::new(),
            environ_prefix: Some("".into()),
            inis: Vec::new(),
            switches: Vec::new(),
            class_choice: None,
            included: Vec::new(),
            routing: None,
            ended: None,
            facts: Vec::new(),
        };
        interp.heap.put(ENVIRON, Obj::new(Kind::Dict(DictObj::default())));
        interp
    }

    fn spend(&mut self, steps: usize) -> R<()> {
        let steps = steps as u64;
        if self.steps < steps {
            self.steps = 0;
            return Err(Raise::stop());
        }
        self.steps -= steps;
        Ok(())
    }

    /// The heap after either of two ways. That takes steps by how much differs.
    fn joined(&mut self, a: Heap, b: &Heap, cause: &Rc<str>) -> Heap {
        self.steps = self.steps.saturating_sub(a.difference(b));
        join::join_heaps(a, b, cause)
    }

    fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("internal error: no frame")
    }

    fn frame_ref(&self) -> &Frame {
        self.frames.last().expect("internal error: no frame")
    }

    /// The span of a node of the running code; `None` in an installed package.
    fn span(&self, node: &impl Ranged) -> Option<Span> {
        self.frame_ref().file.map(|file| Span::new(file, node.range()))
    }

    fn alloc(&mut self, kind: Kind) -> Id {
        let id = self.next_id;
        self.next_id += 1;
        self.heap.put(id, Obj::new(kind));
        id
    }

    fn list(&mut self, items: Vec<Val>) -> Val {
        self.list_of(Seq { items, rest: None })
    }

    fn list_of(&mut self, seq: Seq) -> Val {
        if seq.items.len() > MAX_ITEMS {
            return Val::unknown(format!("a collection of more than {MAX_ITEMS} elements"));
        }
        let id = self.alloc(Kind::List(seq));
        Val::new(V::List(id))
    }

    fn set_of(&mut self, seq: Seq) -> Val {
        let mut set = SetObj { rest: seq.rest, ..SetObj::default() };
        for item in seq.items {
            match item.key() {
                Some(key) => {
                    set.items.entry(key).or_insert(item);
                }
                None => set.rest = Some(cause_of(&item)),
            }
        }
        let id = self.alloc(Kind::Set(set));
        Val::new(V::Set(id))
    }

    /// An iterator over these; a `once` is used up by whoever walks over it.
    fn iter_of(&mut self, seq: Seq, once: bool) -> Val {
        let id = self.alloc(Kind::Iter { seq, once, progress: val::Progress::Done });
        self.views.remove(&id);
        Val::new(V::Iter(id))
    }

    fn dict(&mut self, entries: Vec<(Val, Val)>) -> Val {
        let mut dict = DictObj::default();
        for (key, value) in entries {
            dict.insert(key, value);
        }
        self.dict_of(dict)
    }

    fn dict_of(&mut self, dict: DictObj) -> Val {
        if dict.entries.len() > MAX_ITEMS {
            return Val::unknown(format!("a collection of more than {MAX_ITEMS} elements"));
        }
        let id = self.alloc(Kind::Dict(dict));
        Val::new(V::Dict(id))
    }

    fn text(text: impl AsRef<str>) -> Val {
        if text.as_ref().len() > MAX_TEXT {
            return Val::unknown("a text longer than a megabyte");
        }
        Val::str(text.as_ref())
    }

    /// The object behind a value, unless nothing is known of it any more.
    fn object(&self, id: Id) -> Result<&Obj, Rc<str>> {
        let obj = self.heap.get(id).ok_or_else(|| Rc::from("it was made in a branch that did not run"))?;
        match &obj.tainted {
            Some(cause) => Err(cause.clone()),
            None => Ok(obj),
        }
    }

    fn seq(&self, id: Id) -> Result<&Seq, Rc<str>> {
        match &self.object(id)?.kind {
            Kind::List(seq) => Ok(seq),
            _ => Err("it is no list".into()),
        }
    }

    fn dict_obj(&self, id: Id) -> Result<&DictObj, Rc<str>> {
        match &self.object(id)?.kind {
            Kind::Dict(dict) => Ok(dict),
            _ => Err("it is no dict".into()),
        }
    }

    fn dict_mut(&mut self, id: Id) -> Option<&mut DictObj> {
        match &mut self.heap.get_mut(id)?.kind {
            Kind::Dict(dict) => Some(dict),
            _ => None,
        }
    }

    fn scope(&self, id: Id) -> Option<&Scope> {
        match &self.heap.get(id)?.kind {
            Kind::Scope(scope) => Some(scope),
            Kind::Instance { attrs, .. } => Some(attrs),
            _ => None,
        }
    }

    fn scope_mut(&mut self, id: Id) -> Option<&mut Scope> {
        match &mut self.heap.get_mut(id)?.kind {
            Kind::Scope(scope) => Some(scope),
            Kind::Instance { attrs, .. } => Some(attrs),
            _ => None,
        }
    }

    fn new_scope(&mut self) -> Id {
        self.alloc(Kind::Scope(Scope::default()))
    }

    fn next_seq(&mut self) -> u32 {
        self.seq += 1;
        self.seq
    }

    /// A link of a chain, placed in time.
    fn step(&mut self, at: Option<Span>, how: How, note: impl Into<String>) -> Option<(u32, Step)> {
        let at = at?;
        let binds = matches!(how, How::Assigned | How::Called);
        let how = if self.frame_ref().uncertain > 0 && binds { How::Guarded } else { how };
        Some((self.next_seq(), Step { at, how, note: note.into() }))
    }

    /// A place for people: the file and the line.
    fn shown_place(&self, at: Span) -> String {
        format!("{}:{}", self.sources.path(at.file), self.sources.line(at))
    }

    /// Why a name that was bound under a name that cannot be told may be any.
    fn naming_cause(&self, name: &Val, at: Option<Span>) -> Rc<str> {
        let cause = cause_of(name);
        match at {
            Some(at) if !cause.starts_with("a name that cannot be told is set") => {
                format!("a name that cannot be told is set ({}: {cause})", self.shown_place(at)).into()
            }
            _ => cause,
        }
    }

    /// Notes an edit in place on the object.
    fn note_edit(&mut self, id: Id, at: Option<Span>, how: How) {
        let Some(step) = self.step(at, how, "") else { return };
        if let Some(obj) = self.heap.get_mut(id)
            && obj.steps.len() < 64
        {
            obj.steps.push(step);
        }
    }

    fn problem(&mut self, at: Option<Span>, message: impl Into<String>) {
        let problem = Problem { at, message: message.into() };
        if self.problems.len() < 200 && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

impl DictObj {
    /// `d[key] = value`. A key that cannot be told may be any of those there are, or another. Gives what the dict
    /// no longer tells of, which must be tainted.
    fn insert(&mut self, key: Val, value: Val) -> Vec<Val> {
        match key.key() {
            Some(k) => {
                match self.entries.get_mut(&k) {
                    Some((_, old)) => *old = value,
                    None => {
                        // An entry that is not listed may be this one, and then it stays where it is.
                        self.shuffled |= self.rest.is_some() && !self.entries.is_empty();
                        self.entries.insert(k, (key, value));
                    }
                }
                Vec::new()
            }
            None => {
                let mut lost = self.forget(&cause_of(&key));
                lost.push(value);
                lost
            }
        }
    }

    /// `d.update(other)`, with the entries of a mapping that has each key once. Gives what the dict no longer tells of.
    fn merge(&mut self, entries: Vec<(Val, Val)>, rest: Option<Rc<str>>, shuffled: bool) -> Vec<Val> {
        self.shuffled |= shuffled;
        let earlier = self.rest.clone();
        // Entries that are not listed may replace any that are there, but not those that come with them.
        let mut lost = rest.as_ref().map(|cause| self.forget(cause)).unwrap_or_default();
        let rest = std::mem::replace(&mut self.rest, earlier);
        for (key, value) in entries {
            lost.extend(self.insert(key, value));
        }
        self.rest = self.rest.take().or(rest);
        lost
    }

    /// The entries in order, and why there may be more. None of them where an unlisted one may be before any.
    fn in_order<T>(&self, entry: impl FnMut(&(Val, Val)) -> T) -> (Vec<T>, Option<Rc<str>>) {
        let is_known = self.rest.is_none() || !self.shuffled || self.entries.len() == 1;
        let entries = self.entries.values().filter(|_| is_known).map(entry);
        (entries.collect(), self.rest.clone())
    }

    /// Every value may be another from here on. Gives the old ones, which must be tainted.
    fn forget(&mut self, cause: &Rc<str>) -> Vec<Val> {
        self.rest.get_or_insert_with(|| cause.clone());
        let next = |old: &Val| Val::unknown(cause.clone()).at(old.at);
        self.entries
            .values_mut()
            .map(|(_, old)| {
                let new = next(old);
                std::mem::replace(old, new)
            })
            .collect()
    }

    fn get(&self, key: &str) -> Option<&Val> {
        self.entries.get(&Key::Str(key.into())).map(|(_, v)| v)
    }
}

/// Why nothing is known of what left a dict for an entry that is not listed.
fn unlisted() -> Rc<str> {
    "it is in a dict of which not all can be told".into()
}

/// Why a value cannot be told, for whatever is computed from it.
fn cause_of(val: &Val) -> Rc<str> {
    match &val.v {
        V::Unknown(unk) => unk.cause.clone(),
        V::Parts(_) => "a part of the text cannot be told".into(),
        V::Ref(name) => match name.strip_prefix("builtins.") {
            Some(builtin) => format!("{builtin} is used in a way that is not modelled").into(),
            None => format!("{name} is not part of the project").into(),
        },
        // An attribute of what cannot be told.
        V::Bound(bound) if bound.0.is_unknown() => cause_of(&bound.0),
        V::Bound(bound) => match &bound.1 {
            val::Callee::Method(name) => format!("the method {name}() is not modelled").into(),
            val::Callee::Func(_) => "a method is used in a way that is not modelled".into(),
        },
        V::Lib(_) => "an object of a library is used in a way that is not modelled".into(),
        V::Instance(_) => "an object is used in a way that is not modelled".into(),
        V::None => "it is computed from None in a way that is not modelled".into(),
        _ => match val.type_name() {
            Some(name) => {
                format!("it is computed from a value of type {name} in a way that is not modelled").into()
            }
            None => "it is computed in a way that is not modelled".into(),
        },
    }
}

impl Binding {
    fn plain(val: Val) -> Self {
        Self { val, steps: Rc::new(Vec::new()) }
    }
}
