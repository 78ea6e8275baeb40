//! Calls of functions that have no model, of the standard library and of installed packages: what they give is unknown,
//! and so is what they may change. Functions of the project are followed elsewhere.

use std::rc::Rc;

use super::Interp;
use super::functions::Args;
use super::val::Val;
use crate::python::is_standard_library;

/// What a function of the standard library does with the objects that it is given.
enum Handling {
    Reads,
    /// What it gives holds, or is, one of their elements.
    HandsOn,
    /// It changes or keeps them.
    Changes,
}

/// Of functions that have no model. Nearly all only read.
fn handling(name: &str) -> Handling {
    match name.split_once('.') {
        Some(
            ("heapq" | "bisect" | "weakref" | "queue" | "types" | "contextlib", _)
            | ("random", "shuffle")
            | ("collections", "ChainMap" | "UserDict" | "UserList"),
        ) => Handling::Changes,
        Some(("operator", function)) if function.ends_with("item") || function.starts_with('i') => {
            Handling::Changes
        }
        Some(("itertools" | "operator", _) | ("collections", "deque")) => Handling::HandsOn,
        _ => Handling::Reads,
    }
}

/// Packages whose functions keep settings as they are.
const HARMLESS: [&str; 7] =
    ["sentry_sdk.", "structlog.", "celery.", "kombu.", "django.", "rest_framework.", "dotenv."];

/// Whether a function of this dotted name keeps what it is given as it is, and calls nothing of it at once.
pub(super) fn is_harmless(name: &str) -> bool {
    is_standard_library(name) || HARMLESS.iter().any(|package| name.starts_with(package))
}

impl Interp<'_> {
    /// The result of a function or class of this dotted name.
    pub(super) fn call_unmodelled(&mut self, name: &str, args: &Args) -> Val {
        let env = args.reads();
        if is_standard_library(name) {
            let cause: Rc<str> = format!("computed by {name}()").into();
            self.may_raise_outside(&cause);
            match handling(name) {
                Handling::Reads => {}
                Handling::HandsOn => args.all().for_each(|val| self.taint_elements(val, &cause)),
                Handling::Changes => self.taint_all(args.all(), &cause),
            }
            return Val::unknown(cause).with_env(&env);
        }
        let cause: Rc<str> = format!("computed by {name}(), which is not part of the project").into();
        self.may_raise_outside(&cause);
        if !is_harmless(name) {
            let cause = format!("it is handed to {name}(), which may change it").into();
            self.taint_all(args.all(), &cause);
        }
        Val::unknown(cause).with_env(&env).at(args.at)
    }
}
