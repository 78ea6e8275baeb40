//! Classes, functions and imports of the project, linked across files: bases, method resolution order, and
//! attribute lookup that says where it ended. Settings are `settings`' work; what a class means for security is
//! the checks'.

/// The linked index of one project.
#[derive(Debug, Default)]
pub struct ProjectIndex {}
