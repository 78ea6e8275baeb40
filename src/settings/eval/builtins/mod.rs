//! Builtin names, and who calls which of the functions among them.

mod arithmetic;
mod iterables;
mod objects;
mod types;

use std::ops::ControlFlow::{self, Break, Continue};

use super::functions::Args;
use super::raise::{R, Raise};
use super::targets::plain;
use super::val::{DictObj, Id, Kind, Reads, Seq, V, Val};
use super::{Interp, cause_of};

/// What a call made: `Continue` where it still rests on whatever its arguments do, `Break` where it is complete.
type Called = R<ControlFlow<Val, Val>>;

fn too_few(name: &str) -> Box<Raise> {
    Raise::new("TypeError", format!("calls {name}() with too few arguments"))
}

const NAMES: &[&str] = &[
    "abs",
    "all",
    "any",
    "bin",
    "bool",
    "breakpoint",
    "bytearray",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "compile",
    "delattr",
    "dict",
    "dir",
    "divmod",
    "enumerate",
    "eval",
    "exec",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "hex",
    "id",
    "input",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "list",
    "locals",
    "map",
    "max",
    "min",
    "next",
    "object",
    "oct",
    "open",
    "ord",
    "pow",
    "print",
    "property",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "slice",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
    "__import__",
    "BaseException",
    "Exception",
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "EOFError",
    "EnvironmentError",
    "FileExistsError",
    "FileNotFoundError",
    "IOError",
    "ImportError",
    "ImportWarning",
    "IndexError",
    "KeyError",
    "KeyboardInterrupt",
    "LookupError",
    "ModuleNotFoundError",
    "NameError",
    "NotADirectoryError",
    "NotImplementedError",
    "OSError",
    "PermissionError",
    "RuntimeError",
    "RuntimeWarning",
    "StopIteration",
    "SyntaxError",
    "SystemExit",
    "TypeError",
    "UnicodeDecodeError",
    "UnicodeError",
    "UserWarning",
    "ValueError",
    "Warning",
    "ZeroDivisionError",
    "DeprecationWarning",
    "exit",
    "quit",
    "NotImplemented",
    "OverflowError",
    "ConnectionError",
    "TimeoutError",
    "RecursionError",
    "PendingDeprecationWarning",
    "FutureWarning",
    "SyntaxWarning",
    "UnicodeWarning",
    "BytesWarning",
    "ResourceWarning",
    "ascii",
    "complex",
    "copyright",
    "credits",
    "help",
    "license",
    "memoryview",
    "aiter",
    "anext",
    "Ellipsis",
    "BaseExceptionGroup",
    "ExceptionGroup",
    "BlockingIOError",
    "BrokenPipeError",
    "BufferError",
    "ChildProcessError",
    "ConnectionAbortedError",
    "ConnectionRefusedError",
    "ConnectionResetError",
    "EncodingWarning",
    "FloatingPointError",
    "GeneratorExit",
    "IndentationError",
    "InterruptedError",
    "IsADirectoryError",
    "MemoryError",
    "ProcessLookupError",
    "ReferenceError",
    "StopAsyncIteration",
    "SystemError",
    "TabError",
    "UnboundLocalError",
    "UnicodeEncodeError",
    "UnicodeTranslateError",
];

impl Interp<'_> {
    /// A builtin name.
    pub(super) fn builtin(name: &str) -> Option<Val> {
        if NAMES.contains(&name) {
            return Some(Val::new(V::Ref(format!("builtins.{name}").into())));
        }
        match name {
            "__debug__" => Some(Val::bool(true)),
            _ => None,
        }
    }

    /// Calls a builtin. Without a model the result is unknown.
    pub(super) fn call_builtin(&mut self, name: &str, args: Args) -> R<Val> {
        if let Some(cause) = args.open.clone()
            && !matches!(name, "dict" | "print")
        {
            return Ok(self.give_up(&args, cause));
        }
        let env = args.reads();
        // One of several, or of what the only one holds.
        let chosen_from = matches!(name, "max" | "min").then(|| args.pos.clone());
        let called = match name {
            "bool" | "bytes" | "classmethod" | "dict" | "float" | "format" | "frozenset" | "int" | "iter"
            | "list" | "object" | "property" | "repr" | "reversed" | "set" | "staticmethod" | "str"
            | "tuple" | "type" => self.call_type(name, args)?,
            "all" | "any" | "enumerate" | "filter" | "len" | "map" | "max" | "min" | "next" | "range"
            | "sorted" | "sum" | "zip" => self.call_on_iterable(name, args, &env)?,
            "abs" | "chr" | "divmod" | "hex" | "ord" | "pow" | "round" => self.call_on_number(name, args)?,
            "callable" | "delattr" | "dir" | "getattr" | "globals" | "hasattr" | "isinstance"
            | "issubclass" | "locals" | "setattr" | "super" | "vars" => self.call_on_object(name, args)?,
            _ => self.call_other(name, args, &env)?,
        };
        if let (Continue(val) | Break(val), Some(from)) = (&called, &chosen_from)
            && val.unk().is_some_and(|unk| unk.candidates.is_empty())
        {
            let cause = cause_of(val);
            match from.as_slice() {
                [only] => self.taint_elements(only, &cause),
                several => self.taint_all(several, &cause),
            }
        }
        Ok(match called {
            Continue(val) if plain(&val) => val.with_env(&env),
            Continue(val) | Break(val) => val,
        })
    }

    /// Builtins that fit nowhere else.
    fn call_other(&mut self, name: &str, args: Args, env: &Reads) -> Called {
        let first = args.pos.first().cloned();
        let unknown_first =
            first.as_ref().filter(|v| v.is_unknown() || matches!(v.v, V::Parts(_))).map(cause_of);
        Ok(Continue(match name {
            "print" | "breakpoint" | "input" => Val::new(V::None),
            "exit" | "quit" => return Err(Raise::new("SystemExit", "ends the program")),
            "open" => return self.open_file(&args).map(Break),
            "exec" | "eval" => return self.exec_text(name, &args).map(Break),
            // Code is what it was made from.
            "compile" => match first {
                Some(code) if matches!(code.v, V::Str(_) | V::Bytes(_)) => code,
                _ => Val::unknown("code that is made from a text that cannot be told"),
            },
            "__import__" => match first.as_ref().and_then(Val::as_str).cloned() {
                Some(module) => return self.import_value(&module, args.at).map(Break),
                None => self.give_up(&args, "an import of a computed name"),
            },
            "id" | "hash" | "memoryview" | "slice" | "bytearray" | "bin" | "oct" => {
                Val::unknown(format!("{name}() is not modelled"))
            }
            // Exceptions.
            _ if name.starts_with(char::is_uppercase) => {
                let mut parts = vec![Val::str(name)];
                parts.extend(args.pos);
                return Ok(Break(Val::lib("exception", parts, Vec::new())));
            }
            "dict.fromkeys" => {
                let keys = first.ok_or_else(|| too_few(name))?;
                let value = args.pos.get(1).cloned().unwrap_or_else(|| Val::new(V::None));
                let is_unordered = self.unordered(&keys).is_some();
                let seq = self.walk_unordered(&keys);
                let mut dict = DictObj { shuffled: is_unordered || seq.rest.is_some(), ..DictObj::default() };
                for key in seq.items {
                    let lost = dict.insert(key.clone(), value.clone());
                    self.taint_all(&lost, &cause_of(&key));
                }
                dict.rest = dict.rest.or(seq.rest);
                self.dict_of(dict)
            }
            // A method named on its type: `str.upper`, `dict.get`.
            _ if name.split_once('.').is_some() && first.is_some() => {
                let (class, method) = name.split_once('.').unwrap_or_default();
                let this = self.held(&args.pos[0]).unwrap_or(&args.pos[0]).clone();
                let rest = Args { pos: args.pos[1..].to_vec(), ..args.clone() };
                match this.type_name() {
                    Some(own) if own == class => return self.call_method(&this, method, rest).map(Break),
                    Some(_) if !this.is_unknown() && class != "object" => {
                        return Err(Raise::new("TypeError", format!("calls {name}() with another type"))
                            .with_env(env));
                    }
                    _ => self.give_up(&args, unknown_first.unwrap_or_else(|| cause_of(&this))),
                }
            }
            _ => match unknown_first {
                Some(cause) => Val::unknown(cause),
                None => self.give_up(&args, format!("{name}() is not modelled")),
            },
        }))
    }

    /// A `frozenset` of these.
    pub(super) fn frozen(&mut self, seq: Seq) -> Val {
        let made = self.set_of(seq);
        if let V::Set(id) = made.v
            && let Some(Kind::Set(set)) = self.heap.get_mut(id).map(|o| &mut o.kind)
        {
            set.frozen = true;
        }
        made
    }

    pub(super) fn is_frozen(&self, val: &Val) -> bool {
        let V::Set(id) = val.v else { return false };
        matches!(self.heap.get(id).map(|o| &o.kind), Some(Kind::Set(set)) if set.frozen)
    }

    /// The iterator that a value is, where it is used up by whoever walks over it.
    fn once_id(&self, val: &Val) -> Option<Id> {
        match val.v {
            V::Iter(id) if self.is_once(id) => Some(id),
            _ => None,
        }
    }

    fn is_once(&self, id: Id) -> bool {
        matches!(self.heap.get(id).map(|o| &o.kind), Some(Kind::Iter { once: true, .. }))
    }
}
