//! Builtin types: what their calls make.

use std::ops::ControlFlow::{Break, Continue};
use std::rc::Rc;

use super::super::functions::Args;
use super::super::raise::Raise;
use super::super::val::{DictObj, Seq, V, Val};
use super::super::{Interp, cause_of};
use super::{Called, too_few};

impl Interp<'_> {
    /// Calls one of them.
    pub(super) fn call_type(&mut self, name: &str, args: Args) -> Called {
        let first = args.pos.first().cloned();
        let missing = || too_few(name);
        let val = match name {
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
                        V::Lib(object) if object.class == super::super::home::CLASS => {
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
                    return Ok(Break(match name {
                        "list" => self.list(Vec::new()),
                        "tuple" => Val::tuple(Vec::new()),
                        "frozenset" => self.frozen(Seq::default()),
                        "set" => self.set_of(Seq::default()),
                        _ => return Err(missing()),
                    }));
                };
                if matches!(val.v, V::None | V::Bool(_) | V::Int(_) | V::Float(_)) {
                    return Err(Raise::new(
                        "TypeError",
                        format!("calls {name}() with something that holds nothing"),
                    )
                    .with_env(&val.env));
                }
                if name == "iter" && matches!(val.v, V::Iter(_)) {
                    return Ok(Break(val));
                }
                let val = self.iterable(val)?;
                let shuffled = matches!(name, "list" | "iter") && self.unordered(&val).is_some();
                let mut seq = if name.ends_with("set") || shuffled {
                    self.walk_unordered(&val)
                } else {
                    self.walk(&val)
                };
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
                if shuffled {
                    self.shuffle(&made);
                }
                made.with_env(&val.env)
            }
            "dict" => {
                let mut dict = DictObj { rest: args.open.clone(), ..DictObj::default() };
                if let Some(val) = &first {
                    let (entries, rest, shuffled) = self.given_entries(val);
                    let lost = dict.merge(entries, rest, shuffled);
                    self.taint_all(&lost, &super::super::unlisted());
                }
                if let Some(cause) = &args.open {
                    // Keywords that cannot be told may replace any of them.
                    let lost = dict.forget(cause);
                    self.taint_all(&lost, cause);
                }
                for (name, value) in args.kw {
                    dict.insert(Val::str(&name), value);
                }
                return Ok(Break(self.dict_of(dict)));
            }
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
                (_, 3) => return self.make_class(None, &args).map(Break),
                _ => self.give_up(&args, "a class made by a call"),
            },
            "object" => Val::lib("object", Vec::new(), Vec::new()),
            "property" => Val::lib("property", args.pos, Vec::new()),
            "staticmethod" => Val::lib("staticmethod", args.pos, Vec::new()),
            "classmethod" => Val::lib("classmethod", args.pos, Vec::new()),
            "bytes" => match (first.map(|v| v.v), args.pos.len()) {
                (Some(V::Str(text)), 2) => Val::new(V::Bytes(text.as_bytes().into())),
                (None, _) => Val::new(V::Bytes(Rc::from([]))),
                _ => Val::unknown("bytes that are computed"),
            },
            _ => self.give_up(&args, format!("{name}() is not modelled")),
        };
        Ok(Continue(val))
    }
}
