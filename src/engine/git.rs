//! What git knows: the user's name, and which files differ from the last commit. Only plumbing commands that run
//! no hook, filter or monitor of the scanned repository's configuration. Without git the answers are empty.

use std::path::Path;
use std::process::{Command, Stdio};

/// `Name <address>` from the user's own (global) configuration; empty when it is not set.
pub fn author() -> String {
    let get = |key: &str| {
        output(Command::new("git").args(["config", "--global", "--get", key])).unwrap_or_default()
    };
    let (name, email) = (get("user.name"), get("user.email"));
    match (name.is_empty(), email.is_empty()) {
        (false, false) => format!("{name} <{email}>"),
        _ => format!("{name}{email}"),
    }
}

/// Those of `paths` (relative to `root`) whose bytes differ from the last commit; files git does not know are
/// not among them.
pub fn differs_from_head(root: &Path, paths: &[String]) -> Vec<String> {
    let git = |arguments: &[&str], path: &str| {
        output(Command::new("git").arg("-C").arg(root).args(arguments).arg("--").arg(path))
    };
    paths
        .iter()
        .filter(|path| {
            let Some(entry) = git(&["ls-tree", "HEAD"], path) else { return false };
            // `100644 blob <id>\t<path>`
            let Some(committed) = entry.split_whitespace().nth(2) else { return false };
            git(&["hash-object", "--no-filters"], path).is_some_and(|now| now != committed)
        })
        .cloned()
        .collect()
}

/// The trimmed output of a command that succeeded.
fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
