//! Entry points: what installed packages offer to others, read from the `entry_points.txt` of each where an environment
//! is there (<https://packaging.python.org/specifications/entry-points/>). Without one they cannot be told, nor can
//! groups that are chosen otherwise than by `group`.

use std::path::Path;
use std::rc::Rc;

use super::super::functions::Args;
use super::super::raise::R;
use super::super::val::{LibObject, V, Val};
use super::super::{Interp, cause_of};

/// An entry point: its name, and what it names.
pub(super) const CLASS: &str = "entry-point";

impl Interp<'_> {
    /// `entry_points(group=…)`, `iter_entry_points(group)`.
    pub(super) fn entry_points(&mut self, name: &str, args: &Args) -> Option<Val> {
        let is_modern = matches!(name, "importlib.metadata.entry_points" | "importlib_metadata.entry_points");
        let group = match name {
            "pkg_resources.iter_entry_points" if args.pos.len() + args.kw.len() == 1 => {
                args.get(0, "group")?
            }
            _ if is_modern && args.pos.is_empty() && args.kw.len() == 1 => args.named("group")?,
            _ => return None,
        };
        let group = group.as_str()?.clone();
        let site = self.project.site_packages.clone()?;
        let found = of_group(&site, &group)?;
        // The packages come in the order in which the file system lists them.
        let is_unordered = found.len() > 1;
        let points = found.into_iter().flatten().map(|(name, value)| {
            Val::lib(CLASS, vec![Val::str(&name), Val::str(&value), Val::str(&group)], Vec::new())
        });
        let points = points.collect();
        let list = self.list(points);
        if is_unordered {
            self.shuffle(&list);
        }
        Some(list)
    }

    /// `point.load()`: what it names is imported.
    pub(super) fn load_entry_point(&mut self, object: &Rc<LibObject>, args: &Args) -> R<Val> {
        let Some(value) = object.args.get(1).and_then(Val::as_str).cloned() else {
            return Ok(Val::unknown("an entry point"));
        };
        let (module, path) = split(&value);
        let mut val = match self.load_installed(module)? {
            Some(id) => Val::new(V::Module(id)),
            None => self.import_value(module, args.at)?,
        };
        for name in path.split('.').filter(|name| !name.is_empty()) {
            val = self.get_attr(&val, name)?;
        }
        Ok(val)
    }
}

/// An attribute of an entry point.
pub(super) fn attribute(object: &LibObject, name: &str) -> Option<Val> {
    let value = object.args.get(1)?;
    let part = |part: fn(&str) -> &str| match &value.v {
        V::Str(text) => Val::str(part(text)),
        _ => Val::unknown(cause_of(value)),
    };
    match name {
        "name" => object.args.first().cloned(),
        "value" => Some(value.clone()),
        "group" => object.args.get(2).cloned(),
        "module" | "module_name" => Some(part(|text| split(text).0)),
        "attr" => Some(part(|text| split(text).1)),
        _ => None,
    }
}

/// The module and the attribute of `module:attribute [extra]`.
fn split(value: &str) -> (&str, &str) {
    let value = value.split('[').next().unwrap_or(value).trim();
    let (module, path) = value.split_once(':').unwrap_or((value, ""));
    (module.trim(), path.trim())
}

/// The entry points of a group, as name and value, by package; those that have none are left out. `None` when the
/// folder cannot be listed.
fn of_group(site: &Path, group: &str) -> Option<Vec<Vec<(String, String)>>> {
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
        assert_eq!(split("shop_mail:app.config [smtp]"), ("shop_mail", "app.config"));
        assert_eq!(split("shop_mail"), ("shop_mail", ""));
    }
}
