//! Builtin functions on numbers and characters.

use std::ops::ControlFlow::{Break, Continue};

use super::super::functions::Args;
use super::super::val::{V, Val};
use super::super::{Interp, numbers};
use super::{Called, too_few};

impl Interp<'_> {
    /// Calls one of them.
    pub(super) fn call_on_number(&mut self, name: &str, args: Args) -> Called {
        let first = args.pos.first().cloned();
        let missing = || too_few(name);
        let val = match name {
            "abs" => match first.ok_or_else(missing)?.v {
                V::Int(n) => numbers::int(Some(i128::from(n).abs())),
                V::Float(f) => Val::new(V::Float(f.abs())),
                _ => Val::unknown("a number that cannot be told"),
            },
            "round" => match (first.ok_or_else(missing)?.v, args.pos.len()) {
                (V::Int(n), 1) => Val::new(V::Int(n)),
                (V::Int(n), _) if args.pos.get(1).and_then(Val::as_int).is_some_and(|digits| digits >= 0) => {
                    Val::new(V::Int(n))
                }
                (V::Float(f), 1) if f.abs() < 1e15 => Val::new(V::Int(f.round_ties_even() as i64)),
                _ => Val::unknown("a rounding that is not modelled"),
            },
            "divmod" | "pow" => {
                use crate::python::ast::Operator;
                let (Some(a), Some(b)) = (args.pos.first(), args.pos.get(1)) else { return Err(missing()) };
                if args.pos.len() > 2 {
                    return Ok(Break(Val::unknown("a power with a modulus")));
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
            _ => self.give_up(&args, format!("{name}() is not modelled")),
        };
        Ok(Continue(val))
    }
}
