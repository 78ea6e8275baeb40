//! Attributes of classes whose value is an object, and what configurations of apps import: they are made when somebody
//! asks for them. The classes of views hold forms, tables and whole pages as objects, the configurations import links,
//! menus and icons, which decide no URL and take more work than everything else.

use std::rc::Rc;

use super::super::raise::R;
use super::super::val::{Id, V, Val};
use super::super::{Frame, Interp};
use super::{is_class_like, lib};
use crate::python::ast::{Expr, StmtAssign};
use crate::python::visitor::{self, Visitor};
use crate::settings::routes::Located;
use crate::source::FileId;

/// Attributes that this model reads without asking for their value as code does.
const READ_AT_ONCE: &[&str] = &["queryset", "http_method_names"];

/// A value with all that it needs to be made later.
pub(super) struct Later<'a> {
    origin: Origin<'a>,
    chain: Vec<Id>,
    module: u32,
    file: Option<FileId>,
    class: Option<(u32, Val)>,
    state: State,
}

#[derive(Clone)]
enum Origin<'a> {
    Expression(&'a Expr),
    /// The value of a module, by its dotted name.
    Import(Rc<str>),
}

enum State {
    Waiting,
    Running,
    Made(Val),
}

impl<'a> Interp<'a> {
    /// What stands for the value of an assignment in a class body until it is asked for. `None` when it is made at once.
    pub(in super::super) fn postponed(&mut self, assign: &'a StmtAssign) -> R<Option<Val>> {
        let ([Expr::Name(target)], Expr::Call(call)) = (assign.targets.as_slice(), &*assign.value) else {
            return Ok(None);
        };
        if !self.is_routing() || READ_AT_ONCE.contains(&target.id.as_str()) || !self.stands_still() {
            return Ok(None);
        }
        let is_bound = self.scope(self.frame_ref().scope).is_some_and(|s| s.vars.contains_key(&*target.id));
        if is_bound || !matches!(&*call.func, Expr::Name(_) | Expr::Attribute(_)) {
            return Ok(None);
        }
        if Mentions::find(&assign.value, target.id.as_str()) {
            return Ok(None);
        }
        let callee = self.eval(&call.func)?;
        let is_class = match &callee.v {
            V::Class(_) => true,
            V::Ref(name) if self.is_ours(name) => matches!(self.names().locate(name), Located::Class(_)),
            V::Ref(name) => is_class_like(name),
            _ => false,
        };
        if !is_class {
            return Ok(None);
        }
        Ok(Some(self.put_off(Origin::Expression(&assign.value))))
    }

    /// What stands for a value that the module of an app's configuration imports. `None` when it is made at once.
    pub(super) fn postponed_import(&mut self, full: &str) -> Option<Val> {
        let frame = self.frame_ref();
        let is_body = !frame.is_function && frame.class.is_none() && frame.loops.is_empty();
        let is_of_app = || super::short(&self.modules[frame.module as usize].name) == "apps";
        let is_caught = self.tries.len() > self.outer_tries;
        let is_starting = self.routing.as_ref().is_some_and(|routing| routing.is_starting);
        let lower = super::short(full).to_ascii_lowercase();
        let may_be_route = ["url", "router", "pattern", "site"].iter().any(|word| lower.contains(word));
        let is_put_off = is_starting
            && is_body
            && is_of_app()
            && !is_caught
            && !may_be_route
            && self.is_ours(full)
            && matches!(self.names().locate(full), Located::Value(..));
        is_put_off.then(|| self.put_off(Origin::Import(full.into())))
    }

    fn put_off(&mut self, origin: Origin<'a>) -> Val {
        let frame = self.frame_ref();
        let later = Later {
            origin,
            chain: frame.chain.clone(),
            module: frame.module,
            file: frame.file,
            class: frame.class.clone(),
            state: State::Waiting,
        };
        let routing = self.routing.as_mut().expect("internal error: no URLs are evaluated");
        routing.later.push(later);
        let at = routing.later.len() - 1;
        Val::lib("later", vec![Val::new(V::Int(at as i64))], Vec::new())
    }

    /// Whether a class body runs whose names mean the same later: it stands at the top of its module, in no loop.
    fn stands_still(&self) -> bool {
        let is_body = |f: &Frame| f.class.is_some() && !f.is_function && f.loops.is_empty();
        let outer = self.frames.iter().rev().find(|f| !is_body(f));
        self.frames.last().is_some_and(is_body) && outer.is_some_and(|f| !f.is_function && f.loops.is_empty())
    }

    /// The value of an attribute, made now if it was put off.
    pub(in super::super) fn made(&mut self, val: Val) -> R<Val> {
        let Some(V::Int(at)) = lib(&val, "later").and_then(|o| o.args.first()).map(|v| &v.v) else {
            return Ok(val);
        };
        let at = *at as usize;
        let routing = self.routing.as_mut().expect("internal error: no URLs are evaluated");
        let Some(later) = routing.later.get_mut(at) else { return Ok(val) };
        match &later.state {
            State::Running => return Ok(Val::unknown("it is made from itself")),
            // What a branch that did not run has made is gone.
            State::Made(made) if made.heap_id().is_none_or(|id| self.heap.get(id).is_some()) => {
                return Ok(made.clone());
            }
            State::Made(_) | State::Waiting => {}
        }
        later.state = State::Running;
        let origin = later.origin.clone();
        let frame = Frame::of_body(later.chain.clone(), later.module, later.file, later.class.clone());
        // Who catches what here is not who would have caught it there.
        let tries = std::mem::take(&mut self.tries);
        let outer = std::mem::take(&mut self.outer_tries);
        self.frames.push(frame);
        let (result, place) = match origin {
            Origin::Expression(expr) => (self.eval(expr), self.span(expr)),
            Origin::Import(full) => match self.dotted_value(&full) {
                Err(raise) if !raise.stop => (Ok(Val::unknown(raise.cause)), None),
                result => (result, None),
            },
        };
        self.frames.pop();
        (self.tries, self.outer_tries) = (tries, outer);
        let (result, state) = match result {
            Ok(val) => (Ok(val.clone()), State::Made(val)),
            Err(raise) if raise.stop => (Err(raise), State::Waiting),
            Err(raise) => {
                self.problem(place, format!("the object is not made: it {}", raise.cause));
                let val = raise.into_value();
                (Ok(val.clone()), State::Made(val))
            }
        };
        let routing = self.routing.as_mut().expect("internal error: no URLs are evaluated");
        routing.later[at].state = state;
        result
    }
}

/// Whether an expression reads a name.
struct Mentions<'n> {
    name: &'n str,
    found: bool,
}

impl<'n> Mentions<'n> {
    fn find(expr: &Expr, name: &'n str) -> bool {
        let mut finder = Self { name, found: false };
        finder.visit_expr(expr);
        finder.found
    }
}

impl<'a> Visitor<'a> for Mentions<'_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => self.found |= name.id == *self.name,
            _ => visitor::walk_expr(self, expr),
        }
    }
}
