//! What real Django's resolver lists in a folder, asked through `tests/python/dump_endpoints.py`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A pattern of the resolver.
#[derive(serde::Deserialize)]
pub(crate) struct Row {
    pub(crate) path: String,
    pub(crate) name: Option<String>,
    pub(crate) view: String,
    pub(crate) kind: String,
    pub(crate) methods: Vec<String>,
    pub(crate) actions: Option<BTreeMap<String, String>>,
    /// Of a view of DRF, by the name of the policy.
    pub(crate) policies: Option<BTreeMap<String, Protection>>,
}

/// One policy of a view.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct Protection {
    /// What the attribute holds.
    pub(crate) value: serde_json::Value,
    /// Where a method gives it: what that gave to a request of nobody.
    pub(crate) by_method: Option<BTreeMap<String, serde_json::Value>>,
}

#[derive(serde::Deserialize)]
struct Dump {
    rows: Option<Vec<Row>>,
    error: Option<String>,
}

impl Row {
    /// As the fixtures write it: path, name, view, kind, methods, actions.
    pub(crate) fn text(&self) -> String {
        let actions = self.actions.iter().flatten().map(|(m, a)| format!("{m}: {a}")).collect::<Vec<_>>();
        let or_dash = |text: String| if text.is_empty() { "-".to_owned() } else { text };
        let name = or_dash(self.name.clone().unwrap_or_default());
        let (methods, actions) = (or_dash(self.methods.join(" ")), or_dash(actions.join(", ")));
        [self.path.clone(), name, self.view.clone(), self.kind.clone(), methods, actions].join(" | ")
    }
}

/// What real Django lists in each folder under the settings module.
pub(crate) fn dump(
    python: &Path,
    settings: &str,
    folders: &[PathBuf],
    environment: &[(&str, &str)],
) -> Vec<Vec<Row>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/dump_endpoints.py");
    let mut command = Command::new(python);
    command.arg(script).arg(settings).args(folders).envs(environment.iter().copied());
    let status = command.status().unwrap();
    assert!(status.success(), "the dumper failed");
    let read = |folder: &PathBuf| {
        let dump: Dump =
            serde_json::from_str(&fs::read_to_string(folder.join("rows.json")).unwrap()).unwrap();
        assert!(dump.error.is_none(), "{}: {}", folder.display(), dump.error.unwrap_or_default());
        dump.rows.unwrap_or_default()
    };
    folders.iter().map(read).collect()
}
