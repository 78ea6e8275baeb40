//! Exceptions of the evaluated code, and who catches them.

use std::rc::Rc;

use super::join::join_heaps;
use super::val::{Heap, Reads, V, Val};
use super::{Interp, cause_of};

/// The most states of one `try` that are kept apart.
const MAX_PENDING: usize = 24;
/// To join two states copies what differs, which takes so many times as long as to compare it.
const JOIN_COST: u64 = 4;

/// An exception on its way out.
#[derive(Clone, Debug)]
pub(super) struct Raise {
    /// Class names without their modules, from the class itself to its bases.
    pub classes: Vec<Rc<str>>,
    /// What `except … as error` binds.
    pub value: Val,
    /// The environment reads that led here.
    pub env: Reads,
    /// For people: `raises KeyError`.
    pub cause: Rc<str>,
    /// The module that is imported and of which there is no file: a machine may have it.
    pub missing: Option<Rc<str>>,
    /// Something of which nothing is known may have raised anything, or nothing.
    pub any: bool,
    /// That is code outside the project: it knows none of the project's exceptions, and was imported without one.
    pub outside: bool,
    /// The step budget is spent.
    pub stop: bool,
}

pub(super) type R<T> = Result<T, Box<Raise>>;

/// A `try` that is running.
#[derive(Default)]
pub(super) struct TryFrame {
    /// For each handler the class names that it catches; `None` catches all.
    pub handlers: Vec<Option<Vec<String>>>,
    /// Those of them that are classes of the project.
    pub own: Vec<String>,
    /// States in which something under an unknown condition may have raised.
    pub pending: Vec<(Heap, Raise)>,
    /// Whether something runs on every way out of it.
    pub is_final: bool,
    /// States of exceptions that go further out through that.
    pub passing: Vec<(Heap, Raise)>,
}

impl TryFrame {
    /// The first handler that takes the exception.
    pub(super) fn handler_of(&self, raise: &Raise) -> Option<usize> {
        self.handlers.iter().position(|handler| self.takes(handler.as_deref(), raise))
    }

    fn takes(&self, handler: Option<&[String]>, raise: &Raise) -> bool {
        let Some(names) = handler else { return true };
        let from_outside = |name: &String| {
            !matches!(name.as_str(), "ImportError" | "ModuleNotFoundError") && !self.own.contains(name)
        };
        match (raise.any, raise.outside) {
            (true, true) => names.iter().any(from_outside),
            (true, false) => !names.is_empty(),
            _ => names.iter().any(|name| raise.classes.iter().any(|c| **c == **name)),
        }
    }

    /// Every handler that may take the exception: one, unless it may be any.
    pub(super) fn handlers_of(&self, raise: &Raise) -> Vec<usize> {
        if !raise.any {
            return self.handler_of(raise).into_iter().collect();
        }
        let last =
            self.handlers.iter().position(|h| catches_all(h.as_deref())).unwrap_or(self.handlers.len());
        let reached = (0..self.handlers.len()).take(last.saturating_add(1));
        reached.filter(|&at| self.takes(self.handlers[at].as_deref(), raise)).collect()
    }

    pub(super) fn catches_all(&self) -> bool {
        self.handlers.iter().any(|h| catches_all(h.as_deref()))
    }
}

/// Keeps a state in which something may have been raised.
fn keep(pending: &mut Vec<(Heap, Raise)>, heap: &Heap, raise: &Raise) {
    // One expression may raise at several points: nothing has changed between them.
    if let Some((last, what)) = pending.last_mut()
        && last.is(heap)
        && what.any == raise.any
        && (if raise.any { !what.outside || raise.outside } else { what.classes == raise.classes })
    {
        what.env = what.env.union(&raise.env);
        return;
    }
    if pending.len() < MAX_PENDING {
        pending.push((heap.clone(), raise.clone()));
    } else if let Some((last, what)) = pending.last_mut() {
        // One state for all that come after: anything may have been raised there.
        let cause = what.cause.clone();
        *last = join_heaps(std::mem::take(last), heap, &cause);
        what.env = what.env.union(&raise.env);
        what.value = Val::unknown("an exception object");
        what.any = true;
        what.outside = false;
    }
}

/// `except:`, `except Exception:`.
fn catches_all(handler: Option<&[String]>) -> bool {
    handler.is_none_or(|names| names.iter().any(|n| n == "Exception" || n == "BaseException"))
}

impl Raise {
    /// An exception of a builtin or library class, by name.
    pub(super) fn new(class: &str, cause: impl Into<Rc<str>>) -> Box<Self> {
        let mut classes: Vec<Rc<str>> = vec![class.into()];
        let mut at = class;
        while let Some(base) = base_of(at) {
            classes.push(base.into());
            at = base;
        }
        let cause = cause.into();
        Box::new(Self {
            classes,
            value: Val::lib("exception", vec![Val::str(class)], Vec::new()),
            env: Reads::default(),
            cause,
            missing: None,
            any: false,
            outside: false,
            stop: false,
        })
    }

    /// The project, or the machine, has no such module.
    pub(super) fn no_module(name: &str) -> Box<Self> {
        let mut raise =
            Self::new("ModuleNotFoundError", format!("imports {name}, which is not in the project"));
        raise.missing = Some(name.into());
        raise
    }

    /// Whether the code ends the program, and not something that it did not foresee.
    pub(super) fn is_meant(&self) -> bool {
        self.missing.is_some() || self.classes.first().is_some_and(|class| **class == *"SystemExit")
    }

    pub(super) fn stop() -> Box<Self> {
        let mut raise = Self::new("BaseException", "it takes too many steps to evaluate");
        raise.stop = true;
        raise
    }

    pub(super) fn anything(cause: Rc<str>) -> Self {
        let mut raise = *Self::new("Exception", cause);
        raise.any = true;
        raise
    }

    #[must_use]
    pub(super) fn with_env(mut self: Box<Self>, env: &Reads) -> Box<Self> {
        self.env = self.env.union(env);
        self
    }

    /// The value of an expression whose evaluation ended in this exception, which nobody catches.
    pub(super) fn into_value(self) -> Val {
        let val = if self.env.is_empty() { Val::unknown(self.cause) } else { Val::required(self.cause) };
        Val { env: self.env.needed(), ..val }
    }
}

/// The base of a class that settings modules meet.
fn base_of(class: &str) -> Option<&'static str> {
    Some(match class {
        "BaseException" => return None,
        "SystemExit" | "KeyboardInterrupt" | "GeneratorExit" | "Exception" => "BaseException",
        "ModuleNotFoundError" => "ImportError",
        "KeyError" | "IndexError" => "LookupError",
        "UnboundLocalError" => "NameError",
        "FileNotFoundError" | "PermissionError" | "FileExistsError" | "IsADirectoryError"
        | "NotADirectoryError" | "ConnectionError" | "TimeoutError" => "OSError",
        "IOError" | "EnvironmentError" => "OSError",
        "ZeroDivisionError" | "OverflowError" => "ArithmeticError",
        "UnicodeDecodeError" | "UnicodeEncodeError" => "UnicodeError",
        "UnicodeError" | "JSONDecodeError" | "TOMLDecodeError" => "ValueError",
        "NotImplementedError" | "RecursionError" => "RuntimeError",
        "EnvironmentVariableError" | "EnvValidationError" => "EnvError",
        "EnvError" => "ValueError",
        _ => "Exception",
    })
}

impl Interp<'_> {
    /// Whether a running `try` takes the exception.
    pub(super) fn catches(&self, raise: &Raise) -> bool {
        self.tries.iter().any(|t| t.handler_of(raise).is_some())
    }

    /// Something that cannot be followed may raise here.
    pub(super) fn may_raise(&mut self, cause: &Rc<str>) {
        if self.tries.len() <= self.outer_tries {
            return;
        }
        let raise = Raise::anything(cause.clone());
        self.pend(self.heap.clone(), raise);
    }

    /// Code outside the project may raise here.
    pub(super) fn may_raise_outside(&mut self, cause: &Rc<str>) {
        if self.tries.is_empty() {
            return;
        }
        let raise = Raise { outside: true, ..Raise::anything(cause.clone()) };
        self.pend(self.heap.clone(), raise);
    }

    /// Hands a possible exception to the innermost `try` that takes it. `false` when none does.
    pub(super) fn pend(&mut self, heap: Heap, raise: Raise) -> bool {
        let outer = if raise.any { self.outer_tries } else { 0 };
        let takes = |frame: &TryFrame| frame.handler_of(&raise).is_some();
        let Some(outermost) = self.tries.iter().skip(outer).position(takes).map(|at| at + outer) else {
            return false;
        };
        for (at, frame) in self.tries.iter_mut().enumerate().skip(outermost).rev() {
            if frame.handler_of(&raise).is_some() {
                if let Some((last, _)) = frame.pending.get(MAX_PENDING - 1) {
                    self.steps = self.steps.saturating_sub(JOIN_COST * last.difference(&heap));
                }
                keep(&mut frame.pending, &heap, &raise);
                // What may be any exception may be one that only an outer `try` takes.
                if !raise.any || frame.catches_all() {
                    break;
                }
            }
            if frame.is_final && at > outermost {
                keep(&mut frame.passing, &heap, &raise);
                break;
            }
        }
        true
    }

    /// What one of several candidates gives, nobody knows which. One that raises was not it, unless somebody catches
    /// the exception.
    pub(super) fn of_any(
        &mut self,
        cause: &Rc<str>,
        candidates: &[Val],
        env: &Reads,
        ask: &mut dyn FnMut(&mut Self, &Val) -> R<Val>,
    ) -> R<Val> {
        let (mut found, mut raised) = (Vec::new(), None);
        for candidate in candidates {
            match ask(self, candidate) {
                Ok(val) => found.push(val),
                Err(raise) if raise.stop => return Err(raise),
                Err(raise) => {
                    let raise = raise.with_env(env);
                    self.pend(self.heap.clone(), (*raise).clone());
                    raised.get_or_insert(raise);
                }
            }
        }
        match raised {
            Some(raise) if found.is_empty() && self.catches(&raise) => Err(raise),
            _ => Ok(self.choice(cause, found)),
        }
    }

    /// The exception that `raise value` raises.
    pub(super) fn raise_value(&self, value: &Val) -> Box<Raise> {
        let mut classes: Vec<Rc<str>> = Vec::new();
        match &value.v {
            V::Ref(name) => {
                let short = name.rsplit('.').next().unwrap_or(name);
                return self.with_handling(Raise::new(short, format!("raises {short}")), value);
            }
            V::Lib(object) if object.class == "exception" => {
                let name =
                    object.args.first().and_then(Val::as_str).cloned().unwrap_or_else(|| "Exception".into());
                return self.with_handling(Raise::new(&name, format!("raises {name}")), value);
            }
            V::Class(id) => self.exception_classes(*id, &mut classes),
            V::Instance(id) => {
                if let Some(super::val::Kind::Instance { class, .. }) = self.heap.get(*id).map(|o| &o.kind) {
                    self.exception_classes(*class, &mut classes);
                }
            }
            _ => {}
        }
        let Some(first) = classes.first().cloned() else {
            let mut raise = Raise::anything(cause_of(value));
            raise.any = true;
            return self.with_handling(Box::new(raise), value);
        };
        let mut raise = Raise::new("Exception", format!("raises {first}"));
        raise.classes = classes;
        self.with_handling(raise, value)
    }

    fn with_handling(&self, mut raise: Box<Raise>, value: &Val) -> Box<Raise> {
        raise.value = value.clone();
        raise.missing = self.handled.last().and_then(|first| first.missing.clone());
        for env in &self.handling {
            raise.env = raise.env.union(env);
        }
        raise.env = raise.env.union(&self.control_reads());
        raise
    }

    fn exception_classes(&self, class: u32, out: &mut Vec<Rc<str>>) {
        for &id in &self.classes[class as usize].mro {
            out.push(self.classes[id as usize].name.clone());
        }
        for external in &self.classes[class as usize].external {
            let short = external.rsplit('.').next().unwrap_or(external);
            out.extend(Raise::new(short, "").classes);
        }
    }
}
