//! Expressions.

use std::rc::Rc;

use super::comprehension::{Order, Until};
use super::functions::Args;
use super::join::join_states;
use super::raise::R;
use super::val::{DictObj, Reads, Seq, V, Val};
use super::{Interp, MAX_DEPTH, cause_of};
use crate::python::ast::{
    BoolOp, ConversionFlag, Expr, ExprBinOp, ExprCall, ExprDict, FStringPart, InterpolatedStringElement,
    Number, Operator,
};

/// So many elements are copied at the price of one expression.
pub(super) const SIZE_PER_STEP: usize = 16;

impl<'a> Interp<'a> {
    /// The value of an expression.
    pub(super) fn eval(&mut self, expr: &'a Expr) -> R<Val> {
        self.spend(1)?;
        if self.depth >= MAX_DEPTH {
            return Ok(Val::unknown("the code nests too deeply").at(self.span(expr)));
        }
        self.depth += 1;
        let result = self.eval_inner(expr);
        self.depth -= 1;
        let val = result?;
        if matches!(expr, Expr::Call(_) | Expr::BinOp(_) | Expr::FString(_) | Expr::Subscript(_)) {
            self.spend(self.size_of(&val) / SIZE_PER_STEP)?;
        }
        Ok(match expr {
            // These hand on a value that was written elsewhere.
            Expr::Name(_) | Expr::Attribute(_) | Expr::Subscript(_) | Expr::Named(_) if val.at.is_some() => {
                val
            }
            _ => {
                let at = self.span(expr);
                if at.is_some() { val.at(at) } else { val }
            }
        })
    }

    /// What making a value cost, roughly: its elements, or its text by lines.
    pub(super) fn size_of(&self, val: &Val) -> usize {
        match &val.v {
            V::Str(text) => text.len() / 64,
            V::Tuple(seq) => seq.items.len(),
            V::List(id) => self.seq(*id).map_or(0, |seq| seq.items.len()),
            V::Dict(id) => self.dict_obj(*id).map_or(0, |dict| dict.entries.len()),
            _ => 0,
        }
    }

    fn eval_inner(&mut self, expr: &'a Expr) -> R<Val> {
        Ok(match expr {
            Expr::NoneLiteral(_) => Val::new(V::None),
            Expr::BooleanLiteral(literal) => Val::bool(literal.value),
            Expr::EllipsisLiteral(_) => Val::new(V::Ellipsis),
            Expr::StringLiteral(literal) => Self::text(literal.value.to_str()),
            Expr::BytesLiteral(literal) => Val::new(V::Bytes(literal.value.bytes().collect())),
            Expr::NumberLiteral(literal) => match &literal.value {
                Number::Int(int) => match int.as_i64() {
                    Some(n) => Val::new(V::Int(n)),
                    None => super::numbers::big(&int.to_string()),
                },
                Number::Float(f) => Val::new(V::Float(*f)),
                Number::Complex { .. } => Val::unknown("a complex number"),
            },
            Expr::Name(name) => self.load_name(&name.id)?,
            Expr::List(list) => {
                let seq = self.eval_elements(&list.elts)?;
                self.list_of(seq)
            }
            Expr::Tuple(tuple) => {
                let seq = self.eval_elements(&tuple.elts)?;
                Val::new(V::Tuple(Rc::new(seq)))
            }
            Expr::Set(set) => {
                let seq = self.eval_elements(&set.elts)?;
                self.set_of(seq)
            }
            Expr::Dict(dict) => self.eval_dict(dict)?,
            Expr::FString(string) => {
                let mut parts = Vec::new();
                let mut env = Reads::default();
                for part in &string.value {
                    match part {
                        FStringPart::Literal(literal) => parts.push(Some(Rc::from(&*literal.value))),
                        FStringPart::FString(string) => {
                            for element in &string.elements {
                                self.eval_element(element, &mut parts, &mut env)?;
                            }
                        }
                    }
                }
                Self::join_parts(parts).with_env(&env)
            }
            Expr::TString(_) => Val::unknown("a template string"),
            Expr::BinOp(op) => self.eval_binop(op)?,
            Expr::UnaryOp(op) => {
                let val = self.eval(&op.operand)?;
                self.unary(op.op, &val)
            }
            Expr::BoolOp(op) => {
                let mut values = op.values.iter();
                let first = values.next().map_or_else(|| Ok(Val::new(V::None)), |e| self.eval(e))?;
                self.eval_bool_op(first, op.op, values.as_slice())?
            }
            Expr::Compare(compare) => self.eval_compare(compare)?,
            Expr::If(ternary) => {
                let cond = self.eval(&ternary.test)?;
                let reads = self.deep_reads(&cond);
                match self.truth(&cond) {
                    Some(true) => self.eval(&ternary.body)?.with_env(&reads),
                    Some(false) => self.eval(&ternary.orelse)?.with_env(&reads),
                    None => {
                        let cause = self.condition_cause(&cond, self.span(&*ternary.test));
                        self.either_value(
                            &cause,
                            &mut |i: &mut Self| i.eval(&ternary.body),
                            &mut |i: &mut Self| i.eval(&ternary.orelse),
                        )?
                        .with_env(&reads)
                    }
                }
            }
            Expr::Named(named) => {
                let val = self.eval(&named.value)?;
                let at = self.span(expr);
                if let Expr::Name(name) = &*named.target {
                    let step = self.assigned(at, &val);
                    // A walrus inside a comprehension binds outside of it.
                    let inside = self.frame_ref().scope;
                    let outer = self.frame_ref().outer.unwrap_or(inside);
                    self.frame().scope = outer;
                    self.bind(&name.id, val.clone(), step, Vec::new());
                    self.frame().scope = inside;
                }
                val
            }
            Expr::Lambda(lambda) => self.define_lambda(lambda)?,
            Expr::ListComp(comp) => {
                self.comprehend_list(&comp.generators, &comp.elt, |i: &mut Self, seq| i.list_of(seq))?
            }
            Expr::Generator(comp) if !std::mem::take(&mut self.runs_now) => {
                self.postpone_expression(&comp.generators, &comp.elt)?
            }
            Expr::Generator(comp) => {
                self.comprehend_list(&comp.generators, &comp.elt, |i: &mut Self, seq| i.iter_of(seq, true))?
            }
            Expr::SetComp(comp) => {
                let mut element = |i: &mut Self| i.eval(&comp.elt);
                let made = self.comprehend_unordered(&comp.generators, Order::Any, &mut element)?;
                self.set_of(made.seq).with_env(&made.reads)
            }
            Expr::DictComp(comp) => self.comprehend_dict(comp)?,
            Expr::Attribute(attribute) => {
                let owner = self.eval(&attribute.value)?;
                self.get_attr(&owner, &attribute.attr)?
            }
            Expr::Subscript(subscript) => {
                let owner = self.eval(&subscript.value)?;
                if let Expr::Slice(_) = &*subscript.slice {
                    let range = self.eval_slice(&subscript.slice)?;
                    self.slice(&owner, range)
                } else {
                    let key = self.eval(&subscript.slice)?;
                    let at = self.span(expr);
                    self.get_item(&owner, &key, at)?
                }
            }
            Expr::Call(call) => self.eval_call(call)?,
            Expr::Starred(starred) => self.eval(&starred.value)?,
            Expr::Yield(yielded) => {
                let val = match &yielded.value {
                    Some(value) => self.eval(value)?,
                    None => Val::new(V::None),
                };
                if let Some(context) = self.frame_ref().context {
                    return self.yield_to_body(context, val);
                }
                if let Some(id) = self.frame_ref().yields {
                    self.extend_list(id, Seq { items: vec![val], rest: None }, &Reads::default());
                }
                Val::new(V::None)
            }
            Expr::YieldFrom(yielded) => {
                let val = self.eval(&yielded.value)?;
                if let Some(context) = self.frame_ref().context {
                    return self.yield_to_body(context, Val::unknown("what another generator yields"));
                }
                if let Some(id) = self.frame_ref().yields {
                    let seq = self.walk(&val);
                    self.extend_list(id, seq, &Reads::default());
                }
                Val::unknown("the result of a generator")
            }
            Expr::Await(_) => Val::unknown("the result of a coroutine"),
            Expr::Slice(_) | Expr::IpyEscapeCommand(_) => Val::unknown("an expression that is not modelled"),
        })
    }

    /// A long sum is a deep tree: it is walked down the left side without recursion.
    fn eval_binop(&mut self, op: &'a ExprBinOp) -> R<Val> {
        let mut spine: Vec<&'a ExprBinOp> = vec![op];
        while let Expr::BinOp(left) = &*spine[spine.len() - 1].left {
            spine.push(left);
        }
        let innermost = spine[spine.len() - 1];
        let mut val = self.eval(&innermost.left)?;
        for op in spine.into_iter().rev() {
            let right = self.eval(&op.right)?;
            self.spend(1)?;
            val = if op.op == Operator::Mod && matches!(val.v, V::Str(_) | V::Parts(_)) {
                self.percent(&val, &right)?
            } else {
                self.binary(&val, op.op, &right)?
            };
            val.at = self.span(op);
        }
        Ok(val)
    }

    fn eval_bool_op(&mut self, first: Val, op: BoolOp, rest: &'a [Expr]) -> R<Val> {
        let Some((next, rest)) = rest.split_first() else { return Ok(first) };
        let stop_on = matches!(op, BoolOp::Or);
        let reads = self.deep_reads(&first);
        match self.truth(&first) {
            Some(truth) if truth == stop_on => Ok(first),
            Some(_) => {
                let val = self.eval(next)?.with_env(&reads);
                self.eval_bool_op(val, op, rest)
            }
            None => {
                let cause = self.condition_cause(&first, None);
                // Of the first, only the candidates that end the expression can be its value.
                let kept = match first.unk() {
                    Some(unk) if !unk.candidates.is_empty() => {
                        let candidates: Vec<Val> = unk
                            .candidates
                            .iter()
                            .filter(|c| self.truth(c) != Some(!stop_on))
                            .cloned()
                            .collect();
                        Self::one_of(unk.cause.clone(), candidates)
                    }
                    // `unknown and X`: falsy in some way; `unknown or X`: truthy in some way.
                    _ => first.clone(),
                };
                let is_bool = self.is_bool_like(&first);
                let kept = if is_bool { Val::bool(stop_on) } else { kept };
                self.either_value(&cause, &mut |_: &mut Self| Ok(kept.clone()), &mut |i: &mut Self| {
                    let val = i.eval(next)?;
                    i.eval_bool_op(val, op, rest)
                })
                .map(|v| v.with_env(&reads))
            }
        }
    }

    /// Whether an unknown value is surely `True` or `False`.
    fn is_bool_like(&self, val: &Val) -> bool {
        val.unk().is_some_and(|u| {
            !u.candidates.is_empty() && u.candidates.iter().all(|c| matches!(c.v, V::Bool(_)))
        })
    }

    /// One of two expressions, without knowing which.
    pub(super) fn either_value(
        &mut self,
        cause: &Rc<str>,
        left: &mut dyn FnMut(&mut Self) -> R<Val>,
        right: &mut dyn FnMut(&mut Self) -> R<Val>,
    ) -> R<Val> {
        let (base, facts) = (self.heap.clone(), self.facts.len());
        self.frame().uncertain += 1;
        let a = left(self);
        self.facts.truncate(facts);
        let heap_a = std::mem::replace(&mut self.heap, base);
        let b = right(self);
        self.facts.truncate(facts);
        let heap_b = std::mem::take(&mut self.heap);
        self.frame().uncertain -= 1;
        let is_left = a.is_err();
        let (a, b) = match (a, b) {
            (Ok(a), Ok(b)) => (a, b),
            (Err(raise), other) | (other, Err(raise)) => {
                // The side that raises is not taken, unless somebody catches it.
                if raise.stop {
                    self.heap = heap_b;
                    return Err(raise);
                }
                let (raised, kept) = if is_left { (heap_a, heap_b) } else { (heap_b, heap_a) };
                if other.is_ok() {
                    self.pend(raised, *raise);
                }
                self.heap = kept;
                return other;
            }
        };
        self.steps = self.steps.saturating_sub(heap_a.difference(&heap_b));
        let (heap, val) = join_states((heap_a, &a), (&heap_b, &b), cause);
        self.heap = heap;
        Ok(val)
    }

    fn eval_elements(&mut self, elts: &'a [Expr]) -> R<Seq> {
        let mut seq = Seq::default();
        for elt in elts {
            if let Expr::Starred(starred) = elt {
                let val = self.eval(&starred.value)?;
                let inner = self.walk(&val);
                let env = val.env.clone();
                seq.items.extend(inner.items.into_iter().map(|v| v.with_env(&env)));
                seq.rest = seq.rest.or(inner.rest);
            } else {
                seq.items.push(self.eval(elt)?);
            }
            if seq.items.len() > super::MAX_ITEMS {
                return Ok(Seq { items: Vec::new(), rest: Some("a collection that grows too large".into()) });
            }
        }
        Ok(seq)
    }

    fn eval_dict(&mut self, expr: &'a ExprDict) -> R<Val> {
        let mut dict = DictObj::default();
        for item in &expr.items {
            match &item.key {
                Some(key) => {
                    let key = self.eval(key)?;
                    let value = self.eval(&item.value)?;
                    let lost = dict.insert(key.clone(), value);
                    if !lost.is_empty() {
                        self.taint_all(&lost, &cause_of(&key));
                    }
                }
                None => {
                    let val = self.eval(&item.value)?;
                    let (entries, rest, shuffled) = self.mapping_of(&val);
                    let entries = entries.into_iter().map(|(key, value)| (key, value.with_env(&val.env)));
                    let lost = dict.merge(entries.collect(), rest.clone(), shuffled);
                    self.taint_all(&lost, &rest.unwrap_or_else(super::unlisted));
                }
            }
        }
        Ok(self.dict_of(dict))
    }

    fn eval_element(
        &mut self,
        element: &'a InterpolatedStringElement,
        parts: &mut Vec<Option<Rc<str>>>,
        env: &mut Reads,
    ) -> R<()> {
        match element {
            InterpolatedStringElement::Literal(literal) => parts.push(Some(Rc::from(&*literal.value))),
            InterpolatedStringElement::Interpolation(field) => {
                let val = self.eval(&field.expression)?;
                *env = env.union(&self.deep_reads(&val));
                if field.debug_text.is_some() {
                    parts.push(None);
                    return Ok(());
                }
                let spec = match &field.format_spec {
                    None => Some(Rc::from("")),
                    Some(spec) => {
                        let mut inner = Vec::new();
                        for element in &spec.elements {
                            self.eval_element(element, &mut inner, env)?;
                        }
                        Self::join_parts(inner).as_str().cloned()
                    }
                };
                let text = match field.conversion {
                    ConversionFlag::None => match spec {
                        Some(spec) => self.format_value(&val, &spec)?,
                        None => Err("a computed format".into()),
                    },
                    flag => {
                        let text =
                            if flag == ConversionFlag::Str { self.to_str(&val)? } else { self.repr(&val) };
                        match (text, spec) {
                            (Ok(text), Some(spec)) => self.format_value(&Val::str(&text), &spec)?,
                            (Ok(_), None) => Err("a computed format".into()),
                            (Err(cause), _) => Err(cause),
                        }
                    }
                };
                match text {
                    Ok(text) => parts.push(Some(text.as_str().into())),
                    // Quoted or padded, its known parts may stand elsewhere.
                    Err(_) if field.format_spec.is_some() || field.conversion == ConversionFlag::Repr => {
                        parts.push(None);
                    }
                    Err(_) => parts.extend(super::operators::parts_of(&val)),
                }
            }
        }
        Ok(())
    }

    /// A text from known and unknown parts.
    pub(super) fn join_parts(parts: Vec<Option<Rc<str>>>) -> Val {
        if parts.iter().all(Option::is_some) {
            let text: String = parts.iter().flatten().map(|p| &**p).collect();
            return Self::text(text);
        }
        if parts.iter().all(Option::is_none) || parts.len() > 1000 {
            return Val::unknown("a text whose parts cannot be told");
        }
        let mut merged: Vec<Option<Rc<str>>> = Vec::new();
        for part in parts {
            match (merged.last_mut(), part) {
                (Some(Some(last)), Some(part)) => *last = format!("{last}{part}").into(),
                (Some(None), None) => {}
                (_, Some(part)) if part.is_empty() => {}
                (_, part) => merged.push(part),
            }
        }
        Val::new(V::Parts(Rc::new(merged)))
    }

    fn eval_call(&mut self, call: &'a ExprCall) -> R<Val> {
        let callee = self.eval(&call.func)?;
        let mut args = Args { at: self.span(call), ..Args::default() };
        for arg in &call.arguments.args {
            self.runs_now = arg.is_generator_expr() && Self::runs_arguments(&callee);
            if let (Expr::Generator(_), V::Ref(name)) = (arg, &callee.v) {
                self.until = match &**name {
                    "builtins.next" => Some(Until::First),
                    "builtins.any" => Some(Until::True),
                    "builtins.all" => Some(Until::False),
                    _ => None,
                };
            }
            if let Expr::Starred(starred) = arg {
                let val = self.eval(&starred.value)?;
                let seq = self.walk(&val);
                if seq.rest.is_some() {
                    args.sure.get_or_insert(args.pos.len());
                }
                args.pos.extend(seq.items);
                args.open = args.open.or(seq.rest);
            } else {
                let val = self.eval(arg)?;
                args.pos.push(val);
            }
        }
        for keyword in &call.arguments.keywords {
            let val = self.eval(&keyword.value)?;
            match &keyword.arg {
                Some(name) => args.kw.push((name.as_str().into(), val)),
                None => {
                    let (entries, rest) = self.entries_of(&val);
                    for (key, value) in entries {
                        match key.as_str() {
                            Some(name) => args.kw.push((name.clone(), value)),
                            None => {
                                let cause = cause_of(&key);
                                self.taint(&value, &cause);
                                args.open = Some(cause);
                            }
                        }
                    }
                    args.open = args.open.or(rest);
                }
            }
        }
        if let Some(later) = self.postpone_call(&callee, &args) {
            return Ok(later);
        }
        if matches!(&callee.v, V::Ref(name) if &**name == "builtins.next") {
            if let Some(first) = args.pos.first().cloned() {
                self.run_for_one(&first)?;
            }
        } else if Self::runs_arguments(&callee) {
            for val in args.all().filter(|val| matches!(val.v, V::Iter(_))).cloned().collect::<Vec<_>>() {
                self.run_later(&val)?;
            }
        }
        self.call(&callee, args)
    }

    /// All reads in a value and, for collections, in what they hold.
    pub(super) fn deep_reads(&self, val: &Val) -> Reads {
        let mut left = 4000;
        self.reads_below(val, 0, &mut left)
    }

    fn reads_below(&self, val: &Val, depth: usize, left: &mut usize) -> Reads {
        let mut all = val.env.clone();
        if depth > 6 || *left == 0 {
            return all;
        }
        *left -= 1;
        match &val.v {
            V::Tuple(seq) => {
                for item in seq.items.iter().take(1000) {
                    all = all.union(&self.reads_below(item, depth + 1, left));
                }
            }
            V::List(id) => {
                for item in self.seq(*id).map(|s| s.items.as_slice()).unwrap_or_default().iter().take(1000) {
                    all = all.union(&self.reads_below(item, depth + 1, left));
                }
            }
            V::Dict(id) => {
                if let Ok(dict) = self.dict_obj(*id) {
                    for (key, value) in dict.entries.values().take(1000) {
                        all = all.union(&key.env).union(&self.reads_below(value, depth + 1, left));
                    }
                }
            }
            V::Set(id) => {
                if let Ok(super::Obj { kind: super::Kind::Set(set), .. }) = self.object(*id) {
                    for item in set.items.values().take(1000) {
                        all = all.union(&item.env);
                    }
                }
            }
            _ => {}
        }
        all
    }
}
