//! The environment reads on which it depends that the statements of a frame run: one entry for each condition around the
//! running one, or met before it. What they make together is asked at each assignment, so it is kept.

use std::cell::OnceCell;

use super::val::Reads;

/// The conditions of a frame, innermost last.
#[derive(Default)]
pub(super) struct Controls {
    met: Vec<Reads>,
    /// What they make together, once asked for.
    all: OnceCell<Reads>,
    guards: OnceCell<Reads>,
}

impl Controls {
    pub(super) fn len(&self) -> usize {
        self.met.len()
    }

    pub(super) fn push(&mut self, reads: Reads) {
        self.forget();
        self.met.push(reads);
    }

    pub(super) fn pop(&mut self) {
        self.forget();
        self.met.pop();
    }

    /// Leaves the first `len`.
    pub(super) fn truncate(&mut self, len: usize) {
        if len < self.met.len() {
            self.forget();
            self.met.truncate(len);
        }
    }

    /// Leaves the first `len`; what the others make together.
    pub(super) fn take_from(&mut self, len: usize) -> Reads {
        let taken = self.met.get(len..).map_or_else(Reads::default, union);
        self.truncate(len);
        taken
    }

    /// All of them together.
    pub(super) fn all(&self) -> Reads {
        self.all.get_or_init(|| union(&self.met)).clone()
    }

    /// All of them together, without what is nobody's business but the condition's: defaults, and what it needs.
    pub(super) fn guards(&self) -> Reads {
        self.guards.get_or_init(|| self.all().of_condition()).clone()
    }

    fn forget(&mut self) {
        self.all.take();
        self.guards.take();
    }
}

fn union(reads: &[Reads]) -> Reads {
    reads.iter().fold(Reads::default(), |all, reads| all.union(reads))
}
