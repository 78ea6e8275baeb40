//! Work that may take too many steps runs on a share of those that are left: what needs more costs only what it could
//! touch, and the module goes on. Leaves out where steps are counted.

use std::rc::Rc;

use super::functions::Args;
use super::raise::R;
use super::val::Val;
use super::{Flow, Interp};
use crate::python::ast::Stmt;

/// Something gets one of so many equal parts of the steps that are left, yet not less than this.
const SHARES: u64 = 4;
const MIN_SHARE: u64 = 200_000;

impl<'a> Interp<'a> {
    /// The steps for one of several parts of the work that is left.
    pub(super) fn share(&self) -> u64 {
        self.steps.min(MIN_SHARE.max(self.steps / SHARES))
    }

    /// Runs something on so many steps. Where they do not suffice, everything goes on as before.
    pub(super) fn on_steps<T>(&mut self, steps: u64, run: &mut dyn FnMut(&mut Self) -> R<T>) -> R<T> {
        let left = self.steps;
        let depths = (self.frames.len(), self.tries.len(), self.handling.len(), self.handled.len());
        let (depth, unclear_loops, shuffled) = (self.depth, self.unclear_loops, self.shuffled_loops);
        let (facts, prefixes) = (self.facts.len(), self.env_prefix.len());
        let frame = self.frame_ref();
        let (uncertain, outer) = (frame.uncertain, frame.outer);
        let (control, loops) = (frame.control.len(), frame.loops.len());
        self.steps = steps;
        let result = run(self);
        self.steps += left - steps;
        if result.as_ref().is_err_and(|raise| raise.stop) && steps < left {
            self.frames.truncate(depths.0);
            self.tries.truncate(depths.1);
            self.handling.truncate(depths.2);
            self.handled.truncate(depths.3);
            self.facts.truncate(facts);
            self.env_prefix.truncate(prefixes);
            (self.depth, self.unclear_loops, self.shuffled_loops) = (depth, unclear_loops, shuffled);
            let frame = self.frame();
            (frame.uncertain, frame.outer) = (uncertain, outer);
            frame.control.truncate(control);
            frame.loops.truncate(loops);
        }
        result
    }

    /// Runs a part of the body of a module or class on a share. Why it takes more than that, when it does: nothing is
    /// known then of what it has changed, and the caller gives up what it might have changed, too.
    fn in_share<T>(&mut self, run: &mut dyn FnMut(&mut Self) -> R<T>) -> R<Result<T, Rc<str>>> {
        let share = self.share();
        // While URLs are evaluated each module runs on a share, and is said to end early.
        if self.frame_ref().is_function || share == self.steps || self.is_routing() {
            return run(self).map(Ok);
        }
        let before = self.heap.clone();
        match self.on_steps(share, run) {
            Err(raise) if raise.stop => {
                let mut changed = std::mem::take(&mut self.heap);
                super::steady::widen(&before, &mut changed, &raise.cause);
                self.heap = changed;
                Ok(Err(raise.cause))
            }
            result => result.map(Ok),
        }
    }

    /// Calls a function of the project.
    pub(super) fn call_function(&mut self, id: u32, this: Option<Val>, args: Args) -> R<Val> {
        let called = self.in_share(&mut |i: &mut Self| i.run_function(id, this.clone(), args.clone()))?;
        called.or_else(|cause| {
            let cause = format!("{}(): {cause}", self.funcs[id as usize].name);
            Ok(self.give_up_call(id, this.as_ref(), &args, &cause.into()))
        })
    }

    /// Runs a loop of a module or class body.
    pub(super) fn exec_loop(&mut self, stmt: &'a Stmt, run: &mut dyn FnMut(&mut Self) -> R<Flow>) -> R<Flow> {
        self.in_share(run)?.or_else(|cause| {
            self.may_raise(&cause);
            self.havoc(std::slice::from_ref(stmt), &cause);
            Ok(Flow::Next)
        })
    }
}
