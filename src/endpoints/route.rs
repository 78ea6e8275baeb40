//! One pattern of the URLconf with its callback, as plain data.

use std::collections::BTreeMap;

use crate::index::{ClassId, FunctionId};
use crate::settings::Node;
use crate::source::Span;

/// One URL pattern with its view, as Django's resolver lists it.
#[derive(Clone, Debug)]
pub struct Route {
    /// The patterns as written, joined, prefix first.
    pub path: String,
    /// The pattern's own name, without namespaces.
    pub name: Option<String>,
    /// The callback.
    pub view: ViewCall,
    /// Where the pattern is written.
    pub at: Option<Span>,
}

/// The callback of a pattern.
#[derive(Clone, Debug)]
pub struct ViewCall {
    /// What is called.
    pub target: ViewTarget,
    /// Keywords of `as_view(...)` or, from a router, of `@action(...)` plus the router's own.
    pub initkwargs: Vec<(String, Node)>,
    /// HTTP method (lower case) to action, for view sets.
    pub actions: Option<BTreeMap<String, String>>,
    /// Dotted names of decorators around the callback, outermost first.
    pub wrappers: Vec<String>,
}

/// What a pattern calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViewTarget {
    /// A class of the project.
    Class(ClassId),
    /// A function of the project (also one decorated with `@api_view`).
    Function(FunctionId),
    /// A class or function of a library, by the dotted name under which it is defined.
    External(String),
    /// It cannot be told; one sentence says why.
    Unknown(String),
}
