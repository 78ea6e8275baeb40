//! The command line: arguments to engine options, reports to output, results to exit codes.
//!
//! Judges nothing and draws nothing by itself.

mod args;
pub mod exit;
