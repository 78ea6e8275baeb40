//! The integration tests, one binary: what a user or a front end meets.

mod checklist;
mod checks;
mod cli;
mod crosstalk;
mod edit;
mod index;
mod output;
mod readme;
mod support;
mod tui;
mod tui_terminal;
