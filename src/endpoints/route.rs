//! One URL pattern with its view, as plain data. What protects the view is `policy`'s work.

use std::collections::BTreeMap;

use crate::index::{ClassId, FunctionId};
use crate::settings::Node;
use crate::source::Span;

/// One URL pattern with its view, as Django's resolver lists it.
#[derive(Clone, Debug)]
pub struct Route {
    /// `str(pattern)` of the patterns on the way, joined.
    pub path: String,
    /// The pattern's own name, without namespaces.
    pub name: Option<String>,
    /// The callback.
    pub view: ViewCall,
    /// Where the pattern is written: the call of `path()` or `register()`.
    pub at: Option<Span>,
}

/// The callback of a pattern.
#[derive(Clone, Debug)]
pub struct ViewCall {
    /// The class or function.
    pub target: ViewTarget,
    /// Keywords of `as_view(...)`; from a router those of `@action(...)` and the router's own (suffix, basename,
    /// detail).
    pub initkwargs: Vec<(String, Node)>,
    /// HTTP method (lower case) to action, for view sets.
    pub actions: Option<BTreeMap<String, String>>,
    /// Dotted names of the decorators put around the callback in the URLconf, outermost first.
    pub wrappers: Vec<String>,
}

/// What a pattern calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViewTarget {
    /// A class of the project.
    Class(ClassId),
    /// A function of the project (also one under `@api_view`).
    Function(FunctionId),
    /// Anything else with a dotted name: of a library, by the name under which it is defined; a method, a lambda or a
    /// function made in a function of the project.
    External(String),
    /// It cannot be told; the clause says why.
    Unknown(String),
}
