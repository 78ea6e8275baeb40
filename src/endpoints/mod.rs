//! What can be called from outside, and what protects it.

pub mod policy;
mod route;

pub use route::{Route, ViewCall, ViewTarget};
