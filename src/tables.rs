//! The tables of `assets/` and `checklists/`, as JSON: the build makes it from their TOML (`build.rs`), because
//! reading TOML takes longer than judging a small project.

/// The text of a table by its path in the repository, such as `"assets/framework.toml"`.
macro_rules! table {
    ($path:expr) => {
        include_str!(concat!(env!("OUT_DIR"), "/", $path, ".json"))
    };
}

pub(crate) use table;
