//! What checks on settings share: how a setting is looked up, worded and pointed at, and how a fix is put
//! together. No check stands here.

pub(crate) mod callers;
pub(crate) mod classes;
pub(crate) mod columns;
pub(crate) mod cors;
pub(crate) mod debug;
mod env_default;
pub(crate) mod environment;
pub(crate) mod expand;
pub(crate) mod facts;
pub(crate) mod filters;
pub(crate) mod fixes;
pub(crate) mod flag;
pub(crate) mod functions;
pub(crate) mod guards;
pub(crate) mod handlers;
pub(crate) mod intent;
pub(crate) mod lists;
pub(crate) mod lookups;
pub(crate) mod middleware;
pub(crate) mod object_fetch;
pub(crate) mod ownership;
pub(crate) mod permissions;
pub(crate) mod reach;
pub(crate) mod rest;
pub(crate) mod rest_keys;
pub(crate) mod rows;
pub(crate) mod secret;
pub(crate) mod secret_text;
pub(crate) mod serializers;
pub(crate) mod settings;
pub(crate) mod tally;
pub(crate) mod views;
pub(crate) mod whole;
