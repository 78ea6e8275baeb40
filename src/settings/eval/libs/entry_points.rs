//! Entry points: what installed packages offer to others, read from the `entry_points.txt` of each where an environment
//! is there (<https://packaging.python.org/specifications/entry-points/>). Without one they cannot be told, nor can
//! groups that are chosen otherwise than by `group`.

use std::rc::Rc;

use super::super::functions::Args;
use super::super::raise::R;
use super::super::val::{LibObject, Seq, V, Val};
use super::super::{Interp, cause_of};

/// The entry points of a group, which can be walked over; what else they offer is not modelled.
const GROUP: &str = "entry-points";
/// An entry point: its name, and what it names.
pub(super) const CLASS: &str = "entry-point";

impl Interp<'_> {
    /// `entry_points(group=…)`, `iter_entry_points(group)`.
    pub(super) fn entry_points(&mut self, name: &str, args: &Args) -> Option<Val> {
        if args.open.is_some() {
            return None;
        }
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
        let found = crate::project::declared_entry_points(&site, &group)?;
        // The packages come in the order in which the file system lists them.
        let is_unordered = found.len() > 1;
        let points = found.into_iter().flatten().map(|(name, value)| {
            Val::lib(CLASS, vec![Val::str(&name), Val::str(&value), Val::str(&group)], Vec::new())
        });
        let points: Vec<Val> = points.collect();
        let held =
            if is_modern { self.list(points) } else { self.iter_of(Seq { items: points, rest: None }, true) };
        if is_unordered {
            self.shuffle(&held);
        }
        Some(if is_modern { Val::lib(GROUP, vec![held], Vec::new()) } else { held })
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

/// What is walked over where somebody walks over the entry points of a group.
pub(in super::super) fn walked(val: &Val) -> Option<&Val> {
    match &val.v {
        V::Lib(object) if object.class == GROUP => object.args.first(),
        _ => None,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_is_parted() {
        assert_eq!(split("shop_mail:app.config [smtp]"), ("shop_mail", "app.config"));
        assert_eq!(split("shop_mail"), ("shop_mail", ""));
    }
}
