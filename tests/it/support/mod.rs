//! Helpers that several test files share.

#![allow(dead_code, reason = "each helper is used by some of the test files")]

pub(crate) mod case;
pub(crate) mod catalog;
pub(crate) mod corpus;
pub(crate) mod demo;
pub(crate) mod editor;
pub(crate) mod generator;
pub(crate) mod guards_generator;
pub(crate) mod literate;
pub(crate) mod mutate;
pub(crate) mod oracle;
pub(crate) mod pty;
pub(crate) mod resolver;
pub(crate) mod styles;
pub(crate) mod venv;
pub(crate) mod views_generator;
pub(crate) mod world;
