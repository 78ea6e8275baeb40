//! The entry points of installed packages, read from the `entry_points.txt` in their metadata
//! (<https://packaging.python.org/specifications/entry-points/>). Eggs and links to folders of development are left out.

use std::path::Path;

/// The entry points of a group, as name and value, by package; those that have none are left out. `None` when the
/// folder cannot be listed.
pub(crate) fn declared_entry_points(site: &Path, group: &str) -> Option<Vec<Vec<(String, String)>>> {
    let mut packages: Vec<_> = std::fs::read_dir(site)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ext| ext == "dist-info" || ext == "egg-info"))
        .collect();
    packages.sort();
    let read = |package: &std::path::PathBuf| {
        let text = crate::source::read_file(&package.join("entry_points.txt")).ok()?;
        let found = in_section(&String::from_utf8_lossy(&text), group);
        (!found.is_empty()).then_some(found)
    };
    Some(packages.iter().filter_map(read).collect())
}

/// The lines `name = value` below `[group]`.
fn in_section(text: &str, group: &str) -> Vec<(String, String)> {
    let mut is_inside = false;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            is_inside = header.trim() == group;
        } else if is_inside
            && !line.starts_with(['#', ';'])
            && let Some((name, value)) = line.split_once('=')
        {
            found.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_told_apart() {
        let text =
            "[console_scripts]\nshop = shop.cli:main\n\n[shop.plugin]\n# none\nmail = shop_mail:app [smtp]\n";
        assert_eq!(in_section(text, "shop.plugin"), [("mail".to_owned(), "shop_mail:app [smtp]".to_owned())]);
        assert_eq!(in_section(text, "other"), []);
    }
}
