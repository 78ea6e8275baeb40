//! The integration tests, one binary: what a user or a front end meets.

mod checklist;
mod cli;
mod edit;
mod index;
mod output;
mod readme;
mod support;
mod tui;
mod tui_terminal;
