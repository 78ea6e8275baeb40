//! Builtin functions over things that are walked.

use std::ops::ControlFlow::{Break, Continue};

use super::super::functions::Args;
use super::super::raise::Raise;
use super::super::val::{Id, Kind, Reads, Seq, V, Val};
use super::super::{Interp, cause_of};
use super::{Called, too_few};

impl Interp<'_> {
    /// Calls one of them.
    pub(super) fn call_on_iterable(&mut self, name: &str, args: Args, env: &Reads) -> Called {
        let first = args.pos.first().cloned();
        let missing = || too_few(name);
        let val = match name {
            "len" => {
                let val = first.ok_or_else(missing)?;
                match &val.v {
                    V::Unknown(_) | V::Parts(_) => Val::unknown(cause_of(&val)),
                    V::None | V::Bool(_) | V::Int(_) | V::Float(_) => {
                        return Err(Raise::new("TypeError", "asks for the length of a value without one")
                            .with_env(env));
                    }
                    V::Str(text) => Val::new(V::Int(text.chars().count() as i64)),
                    V::Instance(_) if self.held_without(&val, &["__len__"]).is_none() => {
                        return self.call_method(&val, "__len__", Args::default()).map(Break);
                    }
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
                    _ => return Ok(Break(Val::unknown("a range that cannot be told").with_env(env))),
                };
                let mut items = Vec::new();
                let mut n = start;
                while (step > 0 && n < end) || (step < 0 && n > end) {
                    if items.len() > 100_000 {
                        return Ok(Break(Val::unknown("a very long range")));
                    }
                    items.push(Val::new(V::Int(n)));
                    n += step;
                }
                self.spend(items.len() / 8)?;
                Val::tuple(items)
            }
            "enumerate" => {
                let val = first.or_else(|| args.named("iterable").cloned()).ok_or_else(missing)?;
                let start = match args.get(1, "start").map(Val::as_int) {
                    Some(Some(start)) => start,
                    Some(None) => return Ok(Break(self.give_up(&args, "a start that cannot be told"))),
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
                let once: Vec<Id> = args.pos.iter().filter_map(|v| self.once_id(v)).collect();
                if once.iter().enumerate().any(|(at, id)| once[..at].contains(id)) {
                    return Ok(Break(self.give_up(&args, "an iterator that is walked over twice at once")));
                }
                let seqs: Vec<Seq> = args.pos.iter().map(|v| self.walk(v)).collect();
                if let Some(cause) = seqs.iter().find_map(|s| s.rest.clone()) {
                    self.taint_all(seqs.iter().flat_map(|s| &s.items), &cause);
                    return Ok(Break(Val::unknown(cause)));
                }
                let len = seqs.iter().map(|s| s.items.len()).min().unwrap_or(0);
                if seqs.iter().any(|s| s.items.len() != len) {
                    // What is left of the longer ones depends on where the shortest stands.
                    for val in
                        args.pos.iter().filter(|v| self.once_id(v).is_some()).cloned().collect::<Vec<_>>()
                    {
                        self.taint(&val, &"an iterator that is used up in part".into());
                    }
                }
                let items = (0..len)
                    .map(|at| Val::tuple(seqs.iter().map(|s| s.items[at].clone()).collect()))
                    .collect();
                self.iter_of(Seq { items, rest: None }, true)
            }
            "sorted" => {
                let val = first.ok_or_else(missing)?;
                let is_unordered = self.unordered(&val).is_some();
                let seq = self.walk_unordered(&val);
                let (sorted, has_ties) = self.sorted(seq, &args)?;
                let list = self.list_of(sorted);
                if is_unordered {
                    self.asked_unseen(&args, &super::super::unordered::cause());
                }
                if is_unordered && has_ties {
                    self.shuffle(&list);
                }
                list
            }
            "map" | "filter" => {
                let func = first.ok_or_else(missing)?;
                let val = args.pos.get(1).ok_or_else(missing)?.clone();
                if args.pos.len() > 2 {
                    return Ok(Break(self.give_up(&args, "map() over several lists")));
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
                    return Ok(Break(
                        Val::unknown("a smallest or largest element that cannot be told").with_env(env),
                    ));
                }
                let Some(mut best) = seq.items.first().cloned() else {
                    return match args.named("default") {
                        Some(default) => Ok(Break(default.clone())),
                        None => Err(Raise::new("ValueError", format!("calls {name}() on nothing"))),
                    };
                };
                for item in &seq.items[1..] {
                    match self.order(item, &best, 0)? {
                        Some(order) if (name == "min") == order.is_lt() && order.is_ne() => {
                            best = item.clone();
                        }
                        Some(_) => {}
                        None => return Ok(Break(Val::unknown(cause_of(item)).with_env(env))),
                    }
                }
                best
            }
            "sum" => {
                let val = first.ok_or_else(missing)?;
                let is_exact = |items: Vec<Val>| items.iter().all(|item| item.as_int().is_some());
                let seq = if self.unordered(&val).is_some_and(is_exact) {
                    self.walk_unordered(&val)
                } else {
                    self.walk(&val)
                };
                if let Some(cause) = seq.rest {
                    return Ok(Break(Val::unknown(cause)));
                }
                let mut total = args.get(1, "start").cloned().unwrap_or_else(|| Val::new(V::Int(0)));
                for item in &seq.items {
                    total = self.binary(&total, crate::python::ast::Operator::Add, item)?;
                }
                total
            }
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
                    return Ok(Break(self.give_up(&args, cause_of(&val))));
                };
                self.run_for_one(&val)?;
                let seq = match self.object(id).map(|o| &o.kind) {
                    Ok(Kind::Iter { seq, .. }) if !self.views.contains_key(&id) => seq.clone(),
                    _ => self.iterate(&val),
                };
                self.note_taken(id);
                if let Some(Kind::Iter { seq, once: true, .. }) = self.heap.get_mut(id).map(|o| &mut o.kind)
                    && !seq.items.is_empty()
                    && seq.rest.is_none()
                {
                    seq.items.remove(0);
                }
                match (seq.items.first(), &seq.rest, args.pos.get(1)) {
                    (_, Some(cause), default) => {
                        self.taint_all(seq.items.iter().chain(default), cause);
                        Val::unknown(cause.clone())
                    }
                    (Some(item), None, _) => item.clone(),
                    (None, None, Some(default)) => default.clone(),
                    (None, None, None) => {
                        return Err(Raise::new("StopIteration", "asks for the next of nothing"));
                    }
                }
            }
            _ => self.give_up(&args, format!("{name}() is not modelled")),
        };
        Ok(Continue(val))
    }
}
