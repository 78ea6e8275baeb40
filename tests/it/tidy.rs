//! Rules about the code base: layering, one-to-one of checks and their data, no panicking shortcuts. Each failure
//! says how to comply.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use drf_harden::checklist::Catalog;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All files below `dir` with this extension, as (path relative to the repository, text).
fn files(dir: &str, extension: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut todo = vec![root().join(dir)];
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()));
        } else if path.extension().is_some_and(|e| e == extension) {
            let relative = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            found.push((relative, fs::read_to_string(&path).unwrap()));
        }
    }
    found.sort();
    found
}

/// The code of a file: without comments, and without its unit tests.
fn code(text: &str) -> String {
    let text = text.split("\n#[cfg(test)]\nmod ").next().unwrap();
    text.lines().map(|l| l.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

fn sources() -> Vec<(String, String)> {
    files("src", "rs")
        .into_iter()
        .filter(|(path, _)| !path.ends_with("/tests.rs") && !path.contains("/tests/"))
        .map(|(path, text)| (path, code(&text)))
        .collect()
}

/// The first folder (or file stem) below `src`.
fn layer(path: &str) -> &str {
    path.trim_start_matches("src/").split(['/', '.']).next().unwrap()
}

/// Fails for every file outside `allowed` (path prefixes) that names one of `needles`.
fn only(allowed: &[&str], needles: &[&str], how: &str) {
    for (path, code) in sources() {
        if allowed.iter().any(|a| path.starts_with(a)) {
            continue;
        }
        for needle in needles {
            assert!(!code.contains(needle), "{path} names `{needle}`: {how}");
        }
    }
}

#[test]
fn only_the_python_folder_names_the_parser() {
    only(
        &["src/python/", "src/source/"],
        &["ruff_"],
        "use what src/python/mod.rs re-exports, or add it there",
    );
    for (path, code) in sources().into_iter().filter(|(p, _)| p.starts_with("src/source/")) {
        let rest = code.replace("ruff_text_size", "");
        assert!(!rest.contains("ruff_"), "{path}: source/ may only re-export ruff_text_size");
    }
}

#[test]
fn only_the_reading_layers_read_the_disk() {
    let writers = ["src/edit/apply", "src/cli/"];
    let readers = ["src/source/", "src/project/", "src/config.rs"];
    let allowed: Vec<&str> = writers.iter().chain(&readers).copied().collect();
    // The user's state folder is made by `store`, the demo project laid out by `demo`; an editor hands its text
    // over in a temporary file.
    let extra = ["src/engine/store.rs", "src/engine/demo.rs", "src/tui/runtime/outside.rs"];
    let all: Vec<&str> = allowed.iter().chain(&extra).copied().collect();
    only(
        &all,
        &["fs::", "File::open", "File::create", "read_dir("],
        "read through source/ or project/, write through edit/apply",
    );
    for (path, code) in sources().into_iter().filter(|(p, _)| readers.iter().any(|r| p.starts_with(r))) {
        for needle in ["fs::write", "File::create", "fs::rename", "fs::remove"] {
            assert!(!code.contains(needle), "{path} names `{needle}`: reading layers never write");
        }
    }
}

#[test]
fn terminal_crates_stay_in_their_files() {
    let ratatui = [
        "src/tui/view",
        "src/tui/layout.rs",
        "src/tui/theme.rs",
        "src/tui/runtime",
        "src/tui/svg.rs",
        "src/tui/testing.rs",
    ];
    only(&ratatui, &["ratatui::", "use ratatui"], "the model and update know nothing of drawing");
    only(
        &["src/tui/keymap", "src/tui/runtime"],
        &["crossterm::", "use crossterm"],
        "keys become messages in keymap.rs",
    );
    only(&["src/cli/"], &["clap::", "use clap"], "arguments become engine options in cli/");
}

#[test]
fn layers_import_downwards() {
    let forbidden: &[(&str, &[&str])] = &[
        (
            "source",
            &[
                "python",
                "project",
                "settings",
                "index",
                "finding",
                "checklist",
                "checks",
                "edit",
                "engine",
                "endpoints",
                "output",
                "tui",
                "cli",
                "decisions",
            ],
        ),
        (
            "python",
            &[
                "project",
                "settings",
                "index",
                "finding",
                "checklist",
                "checks",
                "edit",
                "engine",
                "endpoints",
                "output",
                "tui",
                "cli",
                "decisions",
            ],
        ),
        (
            "project",
            &[
                "settings",
                "index",
                "finding",
                "checklist",
                "checks",
                "edit",
                "engine",
                "endpoints",
                "output",
                "tui",
                "cli",
                "decisions",
            ],
        ),
        (
            "settings",
            &[
                "index",
                "endpoints",
                "finding",
                "checklist",
                "checks",
                "engine",
                "output",
                "tui",
                "cli",
                "decisions",
            ],
        ),
        (
            "index",
            &[
                "endpoints",
                "finding",
                "checklist",
                "checks",
                "edit",
                "engine",
                "output",
                "tui",
                "cli",
                "decisions",
            ],
        ),
        (
            "endpoints",
            &["finding", "checklist", "checks", "edit", "engine", "output", "tui", "cli", "decisions"],
        ),
        (
            "edit",
            &[
                "project",
                "settings",
                "index",
                "finding",
                "checklist",
                "checks",
                "engine",
                "endpoints",
                "output",
                "tui",
                "cli",
                "decisions",
            ],
        ),
        (
            "finding",
            &[
                "project",
                "settings",
                "index",
                "checklist",
                "checks",
                "engine",
                "endpoints",
                "output",
                "tui",
                "cli",
                "decisions",
            ],
        ),
        (
            "checklist",
            &["project", "settings", "index", "checks", "engine", "output", "tui", "cli", "decisions"],
        ),
        ("checks", &["engine", "output", "tui", "cli", "decisions"]),
        ("decisions", &["project", "settings", "index", "checks", "engine", "output", "tui", "cli"]),
        ("engine", &["output", "tui", "cli"]),
        ("output", &["checks", "tui", "cli"]),
        ("tui", &["checks", "cli"]),
        ("cli", &["checks"]),
    ];
    for (path, code) in sources() {
        let Some((_, never)) = forbidden.iter().find(|(l, _)| *l == layer(&path)) else { continue };
        for other in *never {
            assert!(
                !code.contains(&format!("crate::{other}::")),
                "{path} imports `crate::{other}`: see the import rules in CONTRIBUTING.md"
            );
        }
    }
    for (path, code) in sources().into_iter().filter(|(p, _)| p.starts_with("src/checks/")) {
        for needle in ["edit::plan", "edit::apply", "std::fs", "settings::eval::"] {
            assert!(!code.contains(needle), "{path} names `{needle}`: a check says what to change, not how");
        }
    }
}

#[test]
fn checks_do_not_import_each_other() {
    let ids: BTreeSet<String> = drf_harden::checks::all().iter().map(|c| c.id().replace('-', "_")).collect();
    for (path, code) in
        sources().into_iter().filter(|(p, _)| p.starts_with("src/checks/") && !p.ends_with("/mod.rs"))
    {
        for id in ids.iter().filter(|id| !path.ends_with(&format!("/{id}.rs"))) {
            assert!(
                !code.contains(&format!("::{id}::")),
                "{path} imports {id}: shared logic goes to checks/support"
            );
        }
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    for (path, text) in files("src", "rs").into_iter().filter(|(p, _)| !p.contains("/tests")) {
        assert!(text.starts_with("//!"), "{path}: begin with `//!`, what it is for and what it leaves out");
    }
}

#[test]
fn check_rust_entry_and_fixture_are_one_to_one() {
    let rust: BTreeSet<String> = drf_harden::checks::all().iter().map(|c| c.id().to_owned()).collect();
    let entries: BTreeSet<String> = Catalog::builtin().checks.keys().cloned().collect();
    let fixtures: BTreeSet<String> = files("tests/fixtures/checks", "md")
        .iter()
        .map(|(path, _)| Path::new(path).file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let missing = |from: &BTreeSet<String>, other: &BTreeSet<String>| {
        from.difference(other).cloned().collect::<Vec<_>>()
    };
    assert_eq!(missing(&rust, &entries), [""; 0], "checks without an entry in checklists/checks/*.toml");
    assert_eq!(
        missing(&entries, &rust),
        [""; 0],
        "entries without a check in src/checks and its line in mod.rs"
    );
    assert_eq!(missing(&rust, &fixtures), [""; 0], "checks without tests/fixtures/checks/<id>.md");
    assert_eq!(missing(&fixtures, &rust), [""; 0], "fixtures without a check");
    for id in &rust {
        let file = format!("{}.rs", id.replace('-', "_"));
        let found = sources()
            .iter()
            .filter(|(p, _)| p.starts_with("src/checks/") && p.ends_with(&format!("/{file}")))
            .count();
        assert_eq!(found, 1, "{id} must live in src/checks/<family>/{file}");
    }
}

#[test]
fn one_version_of_the_terminal_crates() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for name in ["ratatui", "crossterm"] {
        let count = lock.lines().filter(|l| *l == format!("name = \"{name}\"")).count();
        assert_eq!(count, 1, "two versions of {name} keep separate terminal state");
    }
}

#[test]
fn nothing_is_left_open() {
    for (path, text) in
        files("src", "rs").into_iter().chain(files("checklists", "toml")).chain(files("assets", "toml"))
    {
        for needle in ["TODO", "FIXME", "XXX", "todo!(", "unimplemented!("] {
            assert!(!text.contains(needle), "{path} has `{needle}`");
        }
    }
}
