//! drf-harden: takes a Django REST Framework project through the OWASP API Security Top 10.
//!
//! ```text
//!  project ---> source ---> python ---> settings --+
//!  discover     snapshot    tree        evaluator  +--> checks --> finding (with fix)
//!                               \--> index --------+      ^             |
//!                                    classes           checklist        v
//!                                                                engine: Report
//!   cli, tui, output  <------------------------------------------------/
//!                                     edit: operations -> edits -> diff -> transaction
//! ```
//!
//! Nothing of the scanned project is run. Each folder's `mod.rs` says what it is for and what it leaves out.

pub mod checklist;
pub mod checks;
pub mod cli;
pub mod config;
pub mod decisions;
pub mod edit;
pub mod endpoints;
pub mod engine;
pub mod finding;
pub mod index;
pub mod output;
mod portions;
pub mod project;
pub mod python;
pub mod settings;
pub mod source;
mod tables;
pub mod tui;
