//! The integration tests, one binary: what a user or a front end meets.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that meets the unexpected ends, and a skipped test says so"
)]

mod bad_input;
mod checklist;
mod checks;
mod cli;
mod cli_endpoints;
mod cli_evidence;
mod cli_selection;
mod cli_settings;
mod crosstalk;
mod default_flip;
mod disk_full;
mod edit;
mod end_to_end;
mod endpoints_generated;
mod fix_placement;
mod index;
mod output;
mod policy;
mod policy_differential;
mod policy_generated;
mod readme;
mod real_endpoints;
mod real_projects;
mod settings;
mod settings_corpus;
mod settings_defaults;
mod settings_differential;
mod settings_generated;
mod settings_hostile;
mod settings_mutated;
mod support;
mod tidy;
mod tui;
mod tui_demo;
mod tui_terminal;
mod urls;
