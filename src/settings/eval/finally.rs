//! Code that runs on every way out of other code: `finally`, and the `__exit__` of a context. What that code left under
//! unknown conditions (a `return`, a `break`, an exception for somebody further out) is kept as a state, which has to
//! go through it, too.

use super::raise::{R, Raise, TryFrame};
use super::val::{Heap, Val};
use super::{Flow, Interp};

/// How many ways out of the running loop and function were kept when the code began.
pub(super) struct WaysOut {
    returns: usize,
    breaks: usize,
    continues: usize,
}

/// A way out that is kept as a state.
enum Way {
    Return(Val),
    Break,
    Continue,
    Raise(Raise),
}

impl Interp<'_> {
    /// Runs `body`, and `last` on every way out of it.
    pub(super) fn finally(
        &mut self,
        body: &mut dyn FnMut(&mut Self) -> R<Flow>,
        last: &mut dyn FnMut(&mut Self) -> R<Flow>,
    ) -> R<Flow> {
        let kept = self.ways_out();
        self.tries.push(TryFrame { is_final: true, ..TryFrame::default() });
        let result = body(self);
        let frame = self.tries.pop().expect("internal error: tries out of step");
        if result.as_ref().is_err_and(|raise| raise.stop) {
            return result;
        }
        self.leave_through(&kept, frame.passing, &mut |i, _| last(i))?;
        match last(self)? {
            Flow::Next => result,
            flow => Ok(flow),
        }
    }

    pub(super) fn ways_out(&mut self) -> WaysOut {
        let frame = self.frame();
        let (breaks, continues) = frame.loops.last().map_or((0, 0), |l| (l.breaks.len(), l.continues.len()));
        WaysOut { returns: frame.returns.len(), breaks, continues }
    }

    /// Every state that was kept since goes through `last`, which is told of the exception if it is one.
    pub(super) fn leave_through(
        &mut self,
        kept: &WaysOut,
        passing: Vec<(Heap, Raise)>,
        last: &mut dyn FnMut(&mut Self, Option<&Raise>) -> R<Flow>,
    ) -> R<()> {
        let frame = self.frame();
        let mut ways: Vec<(Heap, Way)> =
            frame.returns.drain(kept.returns..).map(|(heap, val)| (heap, Way::Return(val))).collect();
        if let Some(running) = frame.loops.last_mut() {
            ways.extend(running.breaks.drain(kept.breaks..).map(|heap| (heap, Way::Break)));
            ways.extend(running.continues.drain(kept.continues..).map(|heap| (heap, Way::Continue)));
        }
        ways.extend(passing.into_iter().map(|(heap, raise)| (heap, Way::Raise(raise))));
        if ways.is_empty() {
            return Ok(());
        }
        let own = std::mem::take(&mut self.heap);
        for (heap, way) in ways {
            self.heap = heap;
            let raise = if let Way::Raise(raise) = &way { Some(raise) } else { None };
            let way = match last(self, raise) {
                Ok(Flow::Next) => way,
                Ok(Flow::Return(val)) => Way::Return(val),
                Ok(Flow::Break) => Way::Break,
                Ok(Flow::Continue) => Way::Continue,
                Ok(Flow::Dead) => continue,
                Err(raise) if raise.stop => return Err(raise),
                Err(raise) => Way::Raise(*raise),
            };
            let heap = std::mem::take(&mut self.heap);
            match way {
                Way::Return(val) => self.frame().returns.push((heap, val)),
                Way::Break => {
                    if let Some(running) = self.frame().loops.last_mut() {
                        running.breaks.push(heap);
                    }
                }
                Way::Continue => {
                    if let Some(running) = self.frame().loops.last_mut() {
                        running.continues.push(heap);
                    }
                }
                Way::Raise(raise) => {
                    self.pend(heap, raise);
                }
            }
        }
        self.heap = own;
        Ok(())
    }
}
