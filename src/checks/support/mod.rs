//! What checks on settings share: how a setting is looked up, worded and pointed at, and how a fix is put
//! together. No check stands here.

pub(crate) mod classes;
pub(crate) mod cors;
pub(crate) mod debug;
mod env_default;
pub(crate) mod environment;
pub(crate) mod fixes;
pub(crate) mod flag;
pub(crate) mod intent;
pub(crate) mod lists;
pub(crate) mod middleware;
pub(crate) mod object_fetch;
pub(crate) mod paginators;
pub(crate) mod paths;
pub(crate) mod permission_lists;
pub(crate) mod permissions;
pub(crate) mod rest;
pub(crate) mod secret;
pub(crate) mod secret_text;
pub(crate) mod settings;
pub(crate) mod spelling;
pub(crate) mod syntax;
pub(crate) mod tally;
pub(crate) mod throttles;
pub(crate) mod versions;
pub(crate) mod views;
