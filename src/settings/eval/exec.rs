//! `exec`, `eval` and `runpy`: a text that is known runs in the namespace at hand; a text that is not may bind
//! anything.

use std::rc::Rc;

use super::functions::Args;
use super::imports::MAX_IMPORTS;
use super::raise::{R, Raise};
use super::val::{Id, Key, V, Val};
use super::{Interp, cause_of};
use crate::python::ast::{Expr, Stmt};
use crate::python::{ParsedModule, parse};
use crate::source::FileId;

impl<'a> Interp<'a> {
    /// `exec(text, globals, locals)`, `eval(text, …)`.
    pub(super) fn exec_text(&mut self, name: &str, args: &Args) -> R<Val> {
        let cause: Rc<str> = format!("{name}() runs code that is computed").into();
        let own = self.frame_ref().scope;
        // The names go to the last mapping.
        let place = args.get(2, "locals").or_else(|| args.get(1, "globals")).cloned();
        let place = place.filter(|val| !matches!(val.v, V::None));
        let scope = match place.as_ref().map(|val| &val.v) {
            None => own,
            Some(V::Namespace(scope)) => *scope,
            Some(V::Dict(id)) => match self.scope_of_dict(*id) {
                Some(scope) => scope,
                None => return Ok(self.give_up(args, cause)),
            },
            Some(_) => return Ok(self.give_up(args, cause)),
        };
        // A mapping of globals of their own hides those of the module.
        let own_globals =
            match (args.get(1, "globals").map(|val| &val.v), args.get(2, "locals").map(|val| &val.v)) {
                (Some(V::Dict(id)), Some(V::Dict(_))) => {
                    self.dict_obj(*id).is_ok_and(|dict| dict.rest.is_none()).then_some(*id)
                }
                _ => None,
            };
        let mut lent = Vec::new();
        if let Some(globals) = own_globals {
            let entries: Vec<(Val, Val)> = self
                .dict_obj(globals)
                .map_or_else(|_| Vec::new(), |dict| dict.entries.values().cloned().collect());
            for (key, val) in entries {
                let Some(name) = key.as_str().cloned() else { continue };
                if self.scope(scope).is_some_and(|s| !s.vars.contains_key(&name)) {
                    self.bind_in(scope, &name, val.clone(), None, Vec::new());
                    lent.push((name, val));
                }
            }
        }
        let elsewhere = name == "eval" && place.is_some();
        let Some(text) = args.pos.first().and_then(known_text).filter(|_| !elsewhere) else {
            let cause = args.pos.first().filter(|text| text.is_unknown()).map_or(cause.clone(), |text| {
                format!("{name}() runs code that cannot be told ({})", cause_of(text)).into()
            });
            self.may_raise(&cause);
            if name == "exec" {
                self.open_scope(scope, &cause, true);
            }
            return Ok(self.give_up(args, cause));
        };
        let env = args.pos[0].env.clone();
        self.frame().control.push(env.clone());
        let controls = self.frame_ref().control.len();
        let result = if name == "exec" { self.run_text(&text, scope) } else { self.eval_text(&text) };
        self.frame().control.truncate(controls - 1);
        let val = result?.with_env(&env);
        if let Some(place @ Val { v: V::Dict(_), .. }) = &place {
            let names = self.entries_of(&Val::new(V::Namespace(scope)));
            for (key, value) in names.0 {
                let is_lent = |(name, val): &(Rc<str>, Val)| key.as_str() == Some(name) && val.is(&value);
                if lent.iter().any(is_lent) {
                    continue;
                }
                self.set_item(place, key, value, args.at)?;
            }
            if let (Some(rest), V::Dict(id)) = (names.1, &place.v) {
                let lost = self.dict_mut(*id).map(|dict| dict.forget(&rest)).unwrap_or_default();
                self.taint_all(&lost, &rest);
            }
        }
        Ok(val)
    }

    /// A namespace that holds what a dict holds.
    fn scope_of_dict(&mut self, id: Id) -> Option<Id> {
        let dict = self.dict_obj(id).ok().filter(|dict| dict.rest.is_none())?.clone();
        let scope = self.new_scope();
        for (key, (_, value)) in dict.entries {
            let Key::Str(name) = key else { continue };
            self.bind_in(scope, &name, value, None, Vec::new());
        }
        Some(scope)
    }

    fn run_text(&mut self, text: &str, scope: Id) -> R<Val> {
        if let Some(file) = self.source_of(text) {
            self.include_file(file, scope)?;
        } else if let Some(parsed) = self.parse_text(text) {
            let module = self.frame_ref().module;
            self.run_module(module, scope, None, parsed)?;
        } else {
            self.open_scope(scope, &"too much code is run that is no file".into(), true);
        }
        Ok(Val::new(V::None))
    }

    fn eval_text(&mut self, text: &str) -> R<Val> {
        let unclear = || Val::unknown("eval() runs code that is computed");
        let Some(parsed) = self.parse_text(text.trim()) else { return Ok(unclear()) };
        match parsed.body() {
            [Stmt::Expr(only)] if parsed.errors.is_empty() && !binds(&only.value) => self.eval(&only.value),
            _ => {
                let raise = Raise::new("SyntaxError", "evaluates a text that is no expression");
                if self.catches(&raise) { Err(raise) } else { Ok(unclear()) }
            }
        }
    }

    /// The file of the project that has this text.
    fn source_of(&self, text: &str) -> Option<FileId> {
        if text.len() <= 16 {
            return None;
        }
        self.sources
            .iter()
            .find(|(_, f)| &*f.text == text || f.text.replace("\r\n", "\n") == text)
            .map(|(id, _)| id)
    }

    /// Code that is no file of the project, for as long as its functions may be called.
    fn parse_text(&mut self, text: &str) -> Option<&'a ParsedModule> {
        let slot = self.installed;
        if slot >= self.arena.installed.len() || self.frames.len() > MAX_IMPORTS {
            return None;
        }
        self.installed += 1;
        let arena = self.arena;
        Some(arena.installed[slot].get_or_init(|| parse(text)))
    }

    /// `runpy.run_path(path)`: the namespace that the file leaves.
    pub(super) fn run_path(&mut self, args: &Args) -> R<Val> {
        let path = match args.get(0, "path_name").map(|val| &val.v) {
            Some(V::Str(path) | V::Path(path)) => Some(path.clone()),
            _ => None,
        };
        let file = path.and_then(|path| self.relative_path(&path)).and_then(|path| self.sources.find(&path));
        let Some(file) = file else { return Ok(self.give_up(args, "it runs a file that cannot be told")) };
        let scope = self.new_scope();
        self.include_file(file, scope)?;
        Ok(Val::new(V::Namespace(scope)))
    }
}

fn known_text(val: &Val) -> Option<Rc<str>> {
    match &val.v {
        V::Str(text) => Some(text.clone()),
        V::Bytes(bytes) => std::str::from_utf8(bytes).ok().map(Rc::from),
        _ => None,
    }
}

/// Whether an expression would bind a name.
fn binds(expr: &Expr) -> bool {
    matches!(expr, Expr::Named(_))
}
