//! Builtin names and functions.

use std::rc::Rc;

use super::functions::Args;
use super::raise::{R, Raise};
use super::val::{DictObj, Id, Kind, Reads, Seq, V, Val};
use super::{Interp, cause_of, numbers};

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
        let env = args.all().fold(Reads::default(), |all, v| all.union(&v.env));
        let first = args.pos.first().cloned();
        let missing = || Raise::new("TypeError", format!("calls {name}() with too few arguments"));
        let unknown_first =
            first.as_ref().filter(|v| v.is_unknown() || matches!(v.v, V::Parts(_))).map(cause_of);
        let val = match name {
            "print" | "breakpoint" | "input" => Val::new(V::None),
            "exit" | "quit" => return Err(Raise::new("SystemExit", "ends the program")),
            "bool" => match &first {
                None => Val::bool(false),
                Some(val) => {
                    let env = self.deep_reads(val);
                    match self.truth(val) {
                        Some(truth) => Val::bool(truth).with_env(&env),
                        None => Self::one_of(cause_of(val), vec![Val::bool(true), Val::bool(false)])
                            .with_env(&env),
                    }
                }
            },
            "int" => match first {
                None => Val::new(V::Int(0)),
                Some(val) => self.to_int(&val, args.pos.get(1).or_else(|| args.named("base")))?,
            },
            "float" => match first {
                None => Val::new(V::Float(0.0)),
                Some(val) => self.to_float(&val)?,
            },
            "str" => match first {
                None => Val::str(""),
                Some(val) => {
                    let env = self.deep_reads(&val);
                    let made = match &val.v {
                        V::Unknown(unk) if !unk.candidates.is_empty() => {
                            let candidates = unk.candidates.clone();
                            let mut texts = Vec::new();
                            for candidate in &candidates {
                                if let Ok(text) = self.to_str(candidate)? {
                                    texts.push(Self::text(text));
                                }
                            }
                            if texts.len() == candidates.len() {
                                Self::one_of(unk.cause.clone(), texts)
                            } else {
                                Val::unknown(unk.cause.clone())
                            }
                        }
                        V::Parts(_) => val.clone(),
                        V::Lib(object) if object.class == super::home::CLASS => {
                            self.home_method(&object.clone(), "__str__", &Args::default())
                        }
                        V::Lazy(text) => Val::str(text),
                        V::Bytes(bytes) if args.pos.len() > 1 => std::str::from_utf8(bytes)
                            .map_or_else(|_| Val::unknown("bytes that are no text"), Val::str),
                        _ => match self.to_str(&val)? {
                            Ok(text) => Self::text(text),
                            Err(cause) => Val::unknown(cause),
                        },
                    };
                    made.with_env(&env)
                }
            },
            "repr" => {
                let val = first.ok_or_else(missing)?;
                match self.repr(&val) {
                    Ok(text) => Self::text(text),
                    Err(cause) => Val::unknown(cause),
                }
            }
            "format" => {
                let val = first.ok_or_else(missing)?;
                let spec = args.pos.get(1).and_then(Val::as_str).cloned().unwrap_or_else(|| "".into());
                match self.format_value(&val, &spec)? {
                    Ok(text) => Self::text(text),
                    Err(cause) => Val::unknown(cause),
                }
            }
            "list" | "tuple" | "set" | "frozenset" | "reversed" | "iter" => {
                let Some(val) = first else {
                    return Ok(match name {
                        "list" => self.list(Vec::new()),
                        "tuple" => Val::tuple(Vec::new()),
                        "frozenset" => self.frozen(Seq::default()),
                        "set" => self.set_of(Seq::default()),
                        _ => return Err(missing()),
                    });
                };
                if matches!(val.v, V::None | V::Bool(_) | V::Int(_) | V::Float(_)) {
                    return Err(Raise::new(
                        "TypeError",
                        format!("calls {name}() with something that holds nothing"),
                    )
                    .with_env(&val.env));
                }
                if name == "iter" && matches!(val.v, V::Iter(_)) {
                    return Ok(val);
                }
                let mut seq = if name.ends_with("set") { self.walk_unordered(&val) } else { self.walk(&val) };
                let made = match name {
                    "tuple" => Val::new(V::Tuple(Rc::new(seq))),
                    "set" => self.set_of(seq),
                    "frozenset" => self.frozen(seq),
                    "reversed" => {
                        seq.items.reverse();
                        self.iter_of(seq, true)
                    }
                    "iter" => self.iter_of(seq, true),
                    _ => self.list_of(seq),
                };
                made.with_env(&val.env)
            }
            "dict" => {
                let mut dict = DictObj { rest: args.open.clone(), ..DictObj::default() };
                if let Some(val) = &first {
                    let (entries, rest) = self.entries_of(val);
                    dict.rest = dict.rest.or(rest);
                    for (key, value) in entries {
                        let lost = dict.insert(key.clone(), value);
                        if !lost.is_empty() {
                            self.taint_all(&lost, &cause_of(&key));
                        }
                    }
                }
                for (name, value) in args.kw {
                    dict.insert(Val::str(&name), value);
                }
                return Ok(self.dict_of(dict));
            }
            "len" => {
                let val = first.ok_or_else(missing)?;
                match &val.v {
                    V::Unknown(_) | V::Parts(_) => Val::unknown(cause_of(&val)),
                    V::None | V::Bool(_) | V::Int(_) | V::Float(_) => {
                        return Err(Raise::new("TypeError", "asks for the length of a value without one")
                            .with_env(&env));
                    }
                    V::Str(text) => Val::new(V::Int(text.chars().count() as i64)),
                    V::Iter(id) if self.is_once(*id) => {
                        return Err(Raise::new("TypeError", "asks for the length of a value without one"));
                    }
                    _ => {
                        let seq = self.elements(&val);
                        match &seq.rest {
                            Some(cause) => Val::unknown(cause.clone()),
                            None => Val::new(V::Int(seq.items.len() as i64)),
                        }
                    }
                }
            }
            "range" => {
                let numbers: Option<Vec<i64>> = args.pos.iter().map(Val::as_int).collect();
                let (start, end, step) = match numbers.as_deref() {
                    Some([end]) => (0, *end, 1),
                    Some([start, end]) => (*start, *end, 1),
                    Some([start, end, step]) if *step != 0 => (*start, *end, *step),
                    _ => return Ok(Val::unknown("a range that cannot be told").with_env(&env)),
                };
                let mut items = Vec::new();
                let mut n = start;
                while (step > 0 && n < end) || (step < 0 && n > end) {
                    if items.len() > 100_000 {
                        return Ok(Val::unknown("a very long range"));
                    }
                    items.push(Val::new(V::Int(n)));
                    n += step;
                }
                self.spend(items.len() / 8)?;
                Val::tuple(items)
            }
            "enumerate" => {
                let val = first.ok_or_else(missing)?;
                let start = match args.get(1, "start") {
                    Some(val) => val.as_int().unwrap_or(0),
                    None => 0,
                };
                let seq = self.walk(&val);
                let open = seq.rest.clone();
                let items = seq
                    .items
                    .into_iter()
                    .enumerate()
                    .map(|(n, item)| {
                        // With unknown elements between, no number is sure.
                        let n = match &open {
                            Some(cause) => Val::unknown(cause.clone()),
                            None => Val::new(V::Int(start + n as i64)),
                        };
                        Val::tuple(vec![n, item])
                    })
                    .collect();
                self.iter_of(Seq { items, rest: seq.rest }, true)
            }
            "zip" => {
                let seqs: Vec<Seq> = args.pos.iter().map(|v| self.walk(v)).collect();
                if let Some(cause) = seqs.iter().find_map(|s| s.rest.clone()) {
                    return Ok(Val::unknown(cause));
                }
                let len = seqs.iter().map(|s| s.items.len()).min().unwrap_or(0);
                let items = (0..len)
                    .map(|at| Val::tuple(seqs.iter().map(|s| s.items[at].clone()).collect()))
                    .collect();
                self.iter_of(Seq { items, rest: None }, true)
            }
            "sorted" => {
                let val = first.ok_or_else(missing)?;
                let seq = self.walk_unordered(&val);
                let sorted = self.sorted(seq, &args)?;
                self.list_of(sorted)
            }
            "map" | "filter" => {
                let func = first.ok_or_else(missing)?;
                let val = args.pos.get(1).ok_or_else(missing)?.clone();
                if args.pos.len() > 2 {
                    return Ok(self.give_up(&args, "map() over several lists"));
                }
                let seq = self.walk(&val);
                let mut out = Seq { items: Vec::new(), rest: seq.rest };
                for item in seq.items {
                    self.spend(1)?;
                    let made = if matches!(func.v, V::None) {
                        item.clone()
                    } else {
                        self.call(&func, Args { pos: vec![item.clone()], ..Args::default() })?
                    };
                    if name == "map" {
                        out.items.push(made);
                    } else {
                        match self.truth(&made) {
                            Some(true) => out.items.push(item),
                            Some(false) => {}
                            None => out.rest = Some(cause_of(&made)),
                        }
                    }
                }
                self.iter_of(out, true)
            }
            "any" | "all" => {
                let val = first.ok_or_else(missing)?;
                let env = self.deep_reads(&val);
                let seq = self.walk_unordered(&val);
                let wanted = name == "any";
                let mut sure = seq.rest.is_none();
                let mut answer = !wanted;
                for item in &seq.items {
                    match self.truth(item) {
                        Some(truth) if truth == wanted => {
                            answer = wanted;
                            sure = true;
                            break;
                        }
                        Some(_) => {}
                        None => sure = false,
                    }
                }
                if sure {
                    Val::bool(answer).with_env(&env)
                } else {
                    Self::one_of(cause_of(&val), vec![Val::bool(true), Val::bool(false)]).with_env(&env)
                }
            }
            "min" | "max" => {
                let seq = if args.pos.len() > 1 {
                    Seq { items: args.pos.clone(), rest: None }
                } else {
                    self.walk_unordered(&first.ok_or_else(missing)?)
                };
                if args.named("key").is_some() || seq.rest.is_some() {
                    return Ok(
                        Val::unknown("a smallest or largest element that cannot be told").with_env(&env)
                    );
                }
                let Some(mut best) = seq.items.first().cloned() else {
                    return match args.named("default") {
                        Some(default) => Ok(default.clone()),
                        None => Err(Raise::new("ValueError", format!("calls {name}() on nothing"))),
                    };
                };
                for item in &seq.items[1..] {
                    match self.order(item, &best, 0)? {
                        Some(order) if (name == "min") == order.is_lt() && order.is_ne() => {
                            best = item.clone();
                        }
                        Some(_) => {}
                        None => return Ok(Val::unknown(cause_of(item)).with_env(&env)),
                    }
                }
                best
            }
            "sum" => {
                let seq = self.walk(&first.ok_or_else(missing)?);
                if let Some(cause) = seq.rest {
                    return Ok(Val::unknown(cause));
                }
                let mut total = args.get(1, "start").cloned().unwrap_or_else(|| Val::new(V::Int(0)));
                for item in &seq.items {
                    total = self.binary(&total, crate::python::ast::Operator::Add, item)?;
                }
                total
            }
            "abs" => match first.ok_or_else(missing)?.v {
                V::Int(n) => numbers::int(Some(i128::from(n).abs())),
                V::Float(f) => Val::new(V::Float(f.abs())),
                _ => Val::unknown("a number that cannot be told"),
            },
            "round" => match (first.ok_or_else(missing)?.v, args.pos.len()) {
                (V::Int(n), _) => Val::new(V::Int(n)),
                (V::Float(f), 1) if f.abs() < 1e15 => Val::new(V::Int(f.round_ties_even() as i64)),
                _ => Val::unknown("a rounding that is not modelled"),
            },
            "divmod" | "pow" => {
                use crate::python::ast::Operator;
                let (Some(a), Some(b)) = (args.pos.first(), args.pos.get(1)) else { return Err(missing()) };
                if args.pos.len() > 2 {
                    return Ok(Val::unknown("a power with a modulus"));
                }
                if name == "pow" {
                    self.binary(a, Operator::Pow, b)?
                } else {
                    Val::tuple(vec![
                        self.binary(a, Operator::FloorDiv, b)?,
                        self.binary(a, Operator::Mod, b)?,
                    ])
                }
            }
            "chr" => match first.and_then(|v| v.as_int()).and_then(|n| char::from_u32(n as u32)) {
                Some(c) => Self::text(c.to_string()),
                None => Val::unknown("a character that cannot be told"),
            },
            "ord" => match first.as_ref().and_then(Val::as_str).and_then(|s| s.chars().next()) {
                Some(c) => Val::new(V::Int(i64::from(u32::from(c)))),
                None => Val::unknown("a character that cannot be told"),
            },
            "hex" => match first.and_then(|v| v.as_int()) {
                Some(n) if n >= 0 => Self::text(format!("0x{n:x}")),
                _ => Val::unknown("a number that cannot be told"),
            },
            "isinstance" => {
                let (Some(val), Some(class)) = (&first, args.pos.get(1)) else { return Err(missing()) };
                match self.is_instance(val, class) {
                    Some(answer) => Val::bool(answer),
                    None => Self::one_of(cause_of(val), vec![Val::bool(true), Val::bool(false)]),
                }
            }
            "issubclass" if let Some(known) = self.routed_issubclass(&args)? => Val::bool(known),
            "issubclass" => match (first.map(|v| v.v), args.pos.get(1).map(|v| &v.v)) {
                (Some(V::Class(a)), Some(V::Class(b))) if self.classes[a as usize].mro.contains(b) => {
                    Val::bool(true)
                }
                _ => Self::one_of("a class that cannot be told", vec![Val::bool(true), Val::bool(false)]),
            },
            "callable" => match first.map(|v| v.v) {
                Some(V::Func(_) | V::Class(_) | V::Bound(_)) => Val::bool(true),
                Some(
                    V::None | V::Bool(_) | V::Int(_) | V::Str(_) | V::List(_) | V::Dict(_) | V::Tuple(_),
                ) => Val::bool(false),
                _ => Self::one_of("a value that cannot be told", vec![Val::bool(true), Val::bool(false)]),
            },
            "type" => match (&first, args.pos.len()) {
                (Some(val), 1) => match (&val.v, val.type_name()) {
                    (V::Instance(_), _) => match self.instance_class(val) {
                        Some(class) => Val::new(V::Class(class)),
                        None => Val::unknown("an object that is gone"),
                    },
                    _ if self.is_frozen(val) => Val::new(V::Ref("builtins.frozenset".into())),
                    (_, Some(name)) => Val::new(V::Ref(format!("builtins.{name}").into())),
                    _ => Val::unknown(cause_of(val)),
                },
                _ => self.give_up(&args, "a class made by a call"),
            },
            "hasattr" | "getattr" => {
                let (Some(owner), Some(attr)) = (&first, args.pos.get(1)) else { return Err(missing()) };
                return self.get_attr_by_name(owner, attr, name, args.pos.get(2), &args);
            }
            "setattr" => {
                let [owner, attr, val] = args.pos.as_slice() else { return Err(missing()) };
                match attr.as_str() {
                    Some(name) => self.set_attr(owner, &name.clone(), val.clone(), args.at)?,
                    None => {
                        let cause = self.naming_cause(attr, args.at);
                        self.set_unclear_attr(&owner.clone(), &attr.clone(), &cause);
                    }
                }
                Val::new(V::None)
            }
            "delattr" => {
                let (Some(owner), Some(attr)) = (&first, args.pos.get(1).and_then(Val::as_str)) else {
                    return Err(missing());
                };
                let scope = match &owner.v {
                    V::Module(id) => Some(self.modules[*id as usize].scope),
                    V::Class(id) => Some(self.classes[*id as usize].scope),
                    V::Instance(id) => Some(*id),
                    _ => None,
                };
                let attr = attr.clone();
                if let Some(scope) = scope.and_then(|id| self.scope_mut(id)) {
                    scope.vars.shift_remove(&attr);
                }
                Val::new(V::None)
            }
            "globals" => {
                let id = *self.frame_ref().chain.last().expect("internal error: no module scope");
                Val::new(V::Namespace(id))
            }
            "locals" => Val::new(V::Namespace(self.frame_ref().scope)),
            "dir" => self.dir(first.as_ref()),
            "vars" => match first.map(|v| v.v) {
                None => Val::new(V::Namespace(self.frame_ref().scope)),
                Some(V::Module(id)) => Val::new(V::Namespace(self.modules[id as usize].scope)),
                Some(V::Class(id)) => Val::new(V::Namespace(self.classes[id as usize].scope)),
                Some(V::Instance(id)) => Val::new(V::Namespace(id)),
                Some(other) => Val::unknown(cause_of(&Val::new(other))),
            },
            "super" => self.call_super(&args),
            "next" => {
                let val = first.ok_or_else(missing)?;
                let V::Iter(id) = val.v else {
                    let known = val.type_name().is_some();
                    if known && !val.is_unknown() {
                        return Err(Raise::new(
                            "TypeError",
                            "asks for the next of something that is no iterator",
                        ));
                    }
                    return Ok(self.give_up(&args, cause_of(&val)));
                };
                let seq = self.iterate(&val);
                if let Some(Kind::Iter { seq, once: true }) = self.heap.get_mut(id).map(|o| &mut o.kind)
                    && !seq.items.is_empty()
                    && seq.rest.is_none()
                {
                    seq.items.remove(0);
                }
                match (seq.items.first(), &seq.rest, args.pos.get(1)) {
                    (_, Some(cause), _) => Val::unknown(cause.clone()),
                    (Some(item), None, _) => item.clone(),
                    (None, None, Some(default)) => default.clone(),
                    (None, None, None) => {
                        return Err(Raise::new("StopIteration", "asks for the next of nothing"));
                    }
                }
            }
            "open" => return self.open_file(&args),
            "object" => Val::lib("object", Vec::new(), Vec::new()),
            "property" => Val::lib("property", args.pos, Vec::new()),
            "staticmethod" => Val::lib("staticmethod", args.pos, Vec::new()),
            "classmethod" => Val::lib("classmethod", args.pos, Vec::new()),
            "bytes" => match (first.map(|v| v.v), args.pos.len()) {
                (Some(V::Str(text)), 2) => Val::new(V::Bytes(text.as_bytes().into())),
                (None, _) => Val::new(V::Bytes(Rc::from([]))),
                _ => Val::unknown("bytes that are computed"),
            },
            "exec" | "eval" => return self.exec_text(name, &args),
            // Code is what it was made from.
            "compile" => match first {
                Some(code) if matches!(code.v, V::Str(_) | V::Bytes(_)) => code,
                _ => Val::unknown("code that is made from a text that cannot be told"),
            },
            "__import__" => match first.as_ref().and_then(Val::as_str).cloned() {
                Some(module) => return self.import_value(&module, args.at),
                None => self.give_up(&args, "an import of a computed name"),
            },
            "id" | "hash" | "memoryview" | "slice" | "bytearray" | "bin" | "oct" => {
                Val::unknown(format!("{name}() is not modelled"))
            }
            // Exceptions.
            _ if name.starts_with(char::is_uppercase) => {
                let mut parts = vec![Val::str(name)];
                parts.extend(args.pos);
                return Ok(Val::lib("exception", parts, Vec::new()));
            }
            // A method named on its type: `str.upper`, `dict.get`.
            _ if name.split_once('.').is_some() && first.is_some() => {
                let (class, method) = name.split_once('.').unwrap_or_default();
                let this = args.pos[0].clone();
                let rest = Args { pos: args.pos[1..].to_vec(), ..args.clone() };
                match this.type_name() {
                    Some(own) if own == class => return self.call_method(&this, method, rest),
                    Some(_) if !this.is_unknown() && class != "object" => {
                        return Err(Raise::new("TypeError", format!("calls {name}() with another type"))
                            .with_env(&env));
                    }
                    _ => self.give_up(&args, unknown_first.unwrap_or_else(|| cause_of(&this))),
                }
            }
            _ => match unknown_first {
                Some(cause) => Val::unknown(cause),
                None => self.give_up(&args, format!("{name}() is not modelled")),
            },
        };
        Ok(if super::targets::plain(&val) { val.with_env(&env) } else { val })
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

    fn is_once(&self, id: Id) -> bool {
        matches!(self.heap.get(id).map(|o| &o.kind), Some(Kind::Iter { once: true, .. }))
    }
}
