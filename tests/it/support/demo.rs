//! The demo project on disk with the real engine behind the session.

use std::path::PathBuf;
use std::sync::Arc;

use drf_harden::engine::{Engine, Options, demo};
use drf_harden::tui::{EngineBackend, Headless};
use time::macros::date;

/// The demo project in a folder of its own.
pub(crate) struct Demo {
    folder: tempfile::TempDir,
}

impl Demo {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("shop-api");
        std::fs::create_dir(&root).unwrap();
        demo::lay_out(&root).unwrap();
        Self { folder }
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("shop-api")
    }

    pub(crate) fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path)).unwrap()
    }

    /// The engine opened at a folder of the project; empty for its root. The date is fixed.
    pub(crate) fn engine(&self, below: &str) -> Engine {
        let mut options = Options::new(date!(2026 - 11 - 23));
        options.state_dir = Some(self.folder.path().join("state"));
        Engine::open(&self.root().join(below), options).unwrap()
    }

    /// A session at its first screen.
    pub(crate) fn session(&self, below: &str, size: (u16, u16)) -> Headless {
        Headless::start(Arc::new(EngineBackend::new(self.engine(below))), size)
    }
}
