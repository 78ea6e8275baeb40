//! The process environment: what `os.environ` and every reader of it are asked for.

use super::functions::Args;
use super::raise::{R, Raise};
use super::val::{Reads, V, Val};
use super::{ENVIRON, Interp, cause_of};
use crate::settings::{EnvRead, Reader, Variable};
use crate::source::Span;

/// Whether a value of the environment's dict is the mark of a variable that was taken out.
pub(super) fn is_removed(val: &Val) -> bool {
    matches!(val.v, V::Ellipsis)
}

/// Whether a variable is set on some ways only.
pub(super) fn may_be_removed(val: &Val) -> bool {
    // The mark is one of the candidates, and goes when these are too many.
    val.unk().is_some_and(|unk| unk.candidates.is_empty() || unk.candidates.iter().any(is_removed))
}

/// That mark.
pub(super) fn removed() -> Val {
    Val::new(V::Ellipsis)
}

/// What a read of the environment gives.
pub(super) enum Read {
    Found(Val),
    /// Not there; the read, for whatever takes its place.
    Missing(Reads),
}

impl Interp<'_> {
    /// `os.environ[key]`.
    pub(super) fn environ_item(&mut self, key: &Val, at: Option<Span>) -> R<Val> {
        let Some(name) = key.as_str().cloned() else {
            let cause = cause_of(key);
            self.may_raise(&cause);
            return Ok(Val::unknown(cause).with_env(&key.env));
        };
        match self.read_variable(&name, at, None, Reader::Os, None) {
            Read::Found(val) => Ok(val),
            Read::Missing(env) => {
                let raise =
                    Raise::new("KeyError", format!("needs the environment variable {name}")).with_env(&env);
                if self.catches(&raise) {
                    return Err(raise);
                }
                let env = env.needed();
                Ok(Val { env, ..Val::required(format!("the environment variable {name} is required")) })
            }
        }
    }

    /// The variable as text, or the fact that it is not there.
    pub(super) fn read_variable(
        &mut self,
        name: &str,
        at: Option<Span>,
        default_at: Option<Span>,
        reader: Reader,
        cast: Option<&str>,
    ) -> Read {
        let (written, open) = match self.dict_obj(ENVIRON) {
            Ok(dict) => (dict.get(name).cloned(), dict.rest.clone()),
            Err(cause) => (None, Some(cause)),
        };
        let removed = matches!(written, Some(Val { v: V::Ellipsis, .. }));
        match (written, open) {
            (Some(val), _) if may_be_removed(&val) => {
                let cause = cause_of(&val);
                self.may_raise(&cause);
                return Read::Found(Val::unknown(cause));
            }
            (Some(val), _) if !removed => return Read::Found(val),
            (None, Some(cause)) => {
                self.may_raise(&cause);
                return Read::Found(Val::unknown(cause));
            }
            _ => {}
        }
        let supplied = if removed { None } else { self.supplied.get(name).cloned() };
        let supplied = supplied.or_else(|| match reader {
            Reader::Decouple => self.in_files[0].get(name).cloned(),
            Reader::Pydantic => self.in_files[1].get(name).cloned(),
            _ => None,
        });
        let env = match at {
            Some(at) => Reads::one(EnvRead {
                name: name.to_owned(),
                at,
                default_at,
                reader,
                cast: cast.map(str::to_owned),
                supplied: supplied.is_some(),
                needed: false,
            }),
            None => Reads::default(),
        };
        match supplied {
            Some(text) => Read::Found(Val { env, ..Val::str(&text) }),
            None => Read::Missing(env),
        }
    }

    /// Takes a variable out of the environment.
    pub(super) fn remove_variable(&mut self, name: &str) {
        if let Some(dict) = self.dict_mut(ENVIRON) {
            // What the caller supplied stays hidden behind a mark.
            dict.insert(Val::str(name), removed());
        }
    }

    /// The variables that code has set so far, as far as their values can be told.
    pub(super) fn set_variables(&self) -> Vec<(String, Variable)> {
        let Ok(dict) = self.dict_obj(ENVIRON) else { return Vec::new() };
        let value = |val: &Val| match &val.v {
            V::Str(text) => Some(Variable::Text(text.to_string())),
            _ => super::home::below(val).map(|(rest, _)| Variable::Home(rest.to_string())),
        };
        let entries = dict.entries.values();
        entries.filter_map(|(name, val)| Some((name.as_str()?.to_string(), value(val)?))).collect()
    }

    /// Sets them.
    pub(super) fn take_variables(&mut self, variables: &[(String, Variable)]) {
        let Some(dict) = self.dict_mut(ENVIRON) else { return };
        for (name, value) in variables {
            let value = match value {
                Variable::Text(text) => Val::str(text),
                Variable::Home(rest) => super::home::home(rest, false),
            };
            dict.insert(Val::str(name), value);
        }
    }

    /// The read that `"X" in os.environ` is.
    pub(super) fn membership(&mut self, name: &str, at: Option<Span>) -> Reads {
        match self.read_variable(name, at, None, Reader::Os, None) {
            Read::Found(val) => val.env,
            Read::Missing(env) => env,
        }
    }

    /// Methods of `os.environ`, and `os.getenv`.
    pub(super) fn environ_method(&mut self, name: &str, args: &Args) -> R<Val> {
        match name {
            "get" | "pop" | "setdefault" => {
                let Some(key) = args.get(0, "key") else {
                    return Err(Raise::new("TypeError", "reads the environment without a name"));
                };
                let Some(variable) = key.as_str().cloned() else {
                    let cause = cause_of(key);
                    return Ok(Val::unknown(format!("a variable whose name cannot be told ({cause})")));
                };
                let default = args.get(1, "default").cloned();
                let default_at = default.as_ref().and_then(|d| d.at);
                let read = self.read_variable(&variable, args.at, default_at, Reader::Os, None);
                if name == "pop" {
                    self.remove_variable(&variable);
                }
                match read {
                    Read::Found(val) => Ok(val),
                    Read::Missing(env) => match default {
                        Some(default) => {
                            let val = default.with_env(&env);
                            if name == "setdefault" {
                                self.set_item(&Val::new(V::Environ), key.clone(), val.clone(), args.at)?;
                            }
                            Ok(val)
                        }
                        None if name == "pop" => {
                            Err(Raise::new("KeyError", format!("needs the environment variable {variable}"))
                                .with_env(&env))
                        }
                        None => Ok(Val::new(V::None).with_env(&env)),
                    },
                }
            }
            "update" => {
                if let Some(other) = args.pos.first() {
                    self.update_dict(ENVIRON, other);
                }
                for (name, value) in &args.kw {
                    if let Some(dict) = self.dict_mut(ENVIRON) {
                        dict.insert(Val::str(name), value.clone());
                    }
                }
                Ok(Val::new(V::None))
            }
            "clear" => {
                let names: Vec<String> = self.supplied.keys().cloned().collect();
                if let Some(dict) = self.dict_mut(ENVIRON) {
                    *dict = super::DictObj::default();
                }
                for name in &names {
                    self.remove_variable(name);
                }
                Ok(Val::new(V::None))
            }
            "items" | "keys" | "values" | "copy" => {
                let dict = self.copied(&Val::new(V::Environ));
                if name == "copy" { Ok(dict) } else { self.call_method(&dict, name, args.clone()) }
            }
            _ => Ok(self.give_up(args, "a use of the environment that is not modelled")),
        }
    }
}
