//! Threads that do what `update` asks: one for everything in order, one that keeps the session. A panic in one is
//! a message, never the end of the session.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;

use crate::engine::{Progress, ProgressSink, Report};
use crate::tui::backend::Backend;
use crate::tui::msg::{Effect, Msg};
use crate::tui::session::SessionState;

/// Stack of the worker: analysis of deeply nested code needs room.
const STACK: usize = 16 << 20;

type Work = (Effect, Option<Arc<Report>>);

/// The worker threads and the way back from them.
pub(super) struct Workers {
    backend: Arc<dyn Backend>,
    work: Option<Sender<Work>>,
    keep: Option<Sender<SessionState>>,
    messages: Receiver<Msg>,
    pending: Arc<AtomicUsize>,
    cancelled: Arc<AtomicBool>,
    writing: Arc<AtomicBool>,
    worker: Option<JoinHandle<()>>,
    keeper: Option<JoinHandle<()>>,
}

impl Workers {
    /// Starts the threads.
    pub(super) fn start(backend: &Arc<dyn Backend>) -> Self {
        let (work, tasks) = mpsc::channel::<Work>();
        let (keep, states) = mpsc::channel::<SessionState>();
        let (tell, messages) = mpsc::channel();
        let pending = Arc::new(AtomicUsize::new(0));
        let cancelled = Arc::new(AtomicBool::new(false));
        let writing = Arc::new(AtomicBool::new(false));
        let worker = {
            let (backend, tell) = (Arc::clone(backend), tell.clone());
            let (pending, cancelled, writing) =
                (Arc::clone(&pending), Arc::clone(&cancelled), Arc::clone(&writing));
            let body = move || {
                for (effect, report) in tasks {
                    writing.store(matches!(effect, Effect::Apply(_) | Effect::Undo(_)), Ordering::SeqCst);
                    let name = name_of(&effect);
                    let done = catch_unwind(AssertUnwindSafe(|| {
                        execute(&*backend, effect, report.as_deref(), &tell, &cancelled);
                    }));
                    writing.store(false, Ordering::SeqCst);
                    if done.is_err() {
                        let _ = tell
                            .send(Msg::Failed(format!("{name} broke down; this is a fault of drf-harden")));
                    }
                    pending.fetch_sub(1, Ordering::SeqCst);
                }
            };
            std::thread::Builder::new().name("worker".into()).stack_size(STACK).spawn(body).ok()
        };
        let keeper = {
            let backend = Arc::clone(backend);
            let body = move || {
                while let Ok(mut state) = states.recv() {
                    // Only the newest of what has piled up is worth writing.
                    while let Ok(newer) = states.try_recv() {
                        state = newer;
                    }
                    let kept = catch_unwind(AssertUnwindSafe(|| backend.save_session(&state)));
                    if let Ok(Err(error)) = kept {
                        let _ = tell.send(Msg::NotKept(error));
                    }
                }
            };
            std::thread::Builder::new().name("keeper".into()).spawn(body).ok()
        };
        let backend = Arc::clone(backend);
        Self {
            backend,
            work: Some(work),
            keep: Some(keep),
            messages,
            pending,
            cancelled,
            writing,
            worker,
            keeper,
        }
    }

    /// Hands over an effect, with the report it is about.
    pub(super) fn start_work(&self, effect: Effect, report: Option<Arc<Report>>) {
        match effect {
            Effect::SaveSession(state) => {
                if let Some(keep) = &self.keep {
                    let _ = keep.send(*state);
                }
            }
            Effect::CancelScan => self.cancelled.store(true, Ordering::SeqCst),
            effect => {
                if matches!(effect, Effect::Scan(_)) {
                    self.cancelled.store(false, Ordering::SeqCst);
                }
                if let Some(work) = &self.work {
                    self.pending.fetch_add(1, Ordering::SeqCst);
                    let _ = work.send((effect, report));
                }
            }
        }
    }

    /// The next message, if there is one.
    pub(super) fn next(&self) -> Option<Msg> {
        self.messages.try_recv().ok()
    }

    /// Whether an answer is to be expected.
    pub(super) fn is_busy(&self) -> bool {
        self.pending.load(Ordering::SeqCst) > 0
    }

    /// Keeps the session and lets a write finish; a scan is cancelled and not waited for.
    pub(super) fn finish(mut self, session: &SessionState) {
        self.cancelled.store(true, Ordering::SeqCst);
        self.work = None;
        self.keep = None;
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.join();
        }
        let _ = self.backend.save_session(session);
        if self.writing.load(Ordering::SeqCst)
            && let Some(worker) = self.worker.take()
        {
            let _ = worker.join();
        }
    }
}

/// Sends counts on, unless the scan was cancelled.
struct Sink<'a> {
    tell: Sender<Msg>,
    generation: u64,
    cancelled: &'a AtomicBool,
    last: AtomicUsize,
}

impl ProgressSink for Sink<'_> {
    fn step(&self, progress: Progress) -> bool {
        // Of the many counts every hundredth is enough for the eye.
        let worth = match progress {
            Progress::Parsing { done, of } | Progress::Checking { done, of } => {
                let part = (of / 100).max(1);
                done == of || done / part != self.last.swap(done / part, Ordering::Relaxed)
            }
            Progress::Discovering { found } => found % 50 == 0 || found < 50,
            Progress::Project { .. } => true,
        };
        if worth {
            let _ = self.tell.send(Msg::Progress(self.generation, progress));
        }
        !self.cancelled.load(Ordering::Relaxed)
    }
}

fn name_of(effect: &Effect) -> &'static str {
    match effect {
        Effect::Scan(_) => "the scan",
        Effect::Apply(_) => "the write",
        Effect::Undo(_) => "the undo",
        Effect::Plan(..) => "putting a change together",
        Effect::SaveDecisions(..) | Effect::ReadDecisions => "reading or saving the decisions",
        Effect::SavePatch(_) | Effect::WriteReport(_) => "saving a file",
        _ => "a task",
    }
}

/// Does one effect and sends what came of it.
pub(super) fn execute(
    backend: &dyn Backend,
    effect: Effect,
    report: Option<&Report>,
    tell: &Sender<Msg>,
    cancelled: &AtomicBool,
) {
    let missing = || "there is no report yet".to_owned();
    let report = report.ok_or_else(missing);
    let msg = match effect {
        Effect::Scan(generation) => {
            let sink = Sink { tell: tell.clone(), generation, cancelled, last: AtomicUsize::new(usize::MAX) };
            Msg::Scanned(generation, backend.scan(&sink).map(Arc::new))
        }
        Effect::ReadDecisions => Msg::DecisionsRead(backend.decisions()),
        Effect::SaveDecisions(generation, decisions) => {
            Msg::DecisionsSaved(generation, backend.save_decisions(&decisions).map(Arc::new))
        }
        Effect::Plan(generation, fixes) => {
            let plan = report.and_then(|r| backend.plan(r, &fixes));
            Msg::Planned(generation, fixes, plan)
        }
        Effect::AskUncommitted(paths) => Msg::Uncommitted(backend.uncommitted(&paths)),
        Effect::Apply(fixes) => Msg::Applied(report.and_then(|r| backend.apply(r, &fixes)).map(Arc::new)),
        Effect::Undo(id) => Msg::Undone(backend.undo(&id).map(Arc::new)),
        Effect::SavePatch(fixes) => Msg::Saved(report.and_then(|r| backend.save_patch(r, &fixes))),
        Effect::WriteReport(format) => Msg::Saved(report.and_then(|r| backend.write_report(r, format))),
        // These are done where they are asked for.
        Effect::CancelScan
        | Effect::SaveSession(_)
        | Effect::OpenEditor(..)
        | Effect::EditText(..)
        | Effect::Copy(_)
        | Effect::Suspend
        | Effect::Repaint
        | Effect::Quit(_) => return,
    };
    let _ = tell.send(msg);
}
