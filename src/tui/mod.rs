//! The guided session in the terminal. [`model`] is the state, [`update`](self) changes it, [`page`] says what each
//! screen holds, `view` draws it, [`runtime`](run) does what has to be done outside.
//!
//! Enter and Esc decide nothing about code; nothing is written before `W` and then `y`. Judging and editing are the
//! engine's work, reached through [`Backend`].

mod backend;
mod code;
mod diff;
mod engine_backend;
mod form;
pub mod keymap;
mod layout;
mod list;
pub mod model;
mod msg;
mod page;
mod runtime;
mod session;
mod text;
mod theme;
mod update;
mod view;

pub use backend::{Backend, FilePatch, ReportFormat, Written, WrittenFile};
pub use engine_backend::EngineBackend;
pub use msg::{Edit, Effect, Msg};
pub use runtime::{ExitReason, Headless, TuiOptions, run};
pub use session::{Mark, SessionState, Show, Sort};
