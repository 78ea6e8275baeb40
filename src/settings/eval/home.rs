//! Paths in the home folder: what `expanduser("~/x")` and `Path.home()` give. Where the folder is, only the machine
//! knows; the rest of the path is known, and what is built from it keeps it. A file there is the machine's, and is taken as
//! absent like any other outside the project; a problem says so. Whether a folder is there is not told.

use std::rc::Rc;

use super::functions::Args;
use super::paths::{clean, dirname, join, joined, normalize};
use super::val::{Callee, LibObject, Name, V, Val};
use super::{Interp, MAX_TEXT};

/// The modelled object.
pub(super) const CLASS: &str = "home";

/// A path below the home folder: what follows the folder, with its slash, and whether it is a `Path`.
pub(super) fn home(rest: &str, is_path: bool) -> Val {
    if rest.len() > MAX_TEXT {
        return Val::unknown("a text longer than a megabyte");
    }
    Val::lib(CLASS, vec![Val::str(rest), Val::bool(is_path)], Vec::new())
}

/// The parts of such a path.
fn parts(object: &LibObject) -> Option<(&Rc<str>, bool)> {
    match object.args.as_slice() {
        [rest, kind] if object.class == CLASS => Some((rest.as_str()?, matches!(kind.v, V::Bool(true)))),
        _ => None,
    }
}

/// What follows the home folder in a value, if that is a path there, and whether it is a `Path`.
pub(super) fn below(val: &Val) -> Option<(&Rc<str>, bool)> {
    match &val.v {
        V::Lib(object) => parts(object),
        _ => None,
    }
}

/// `expanduser(path)` of a path that begins with `~`; another user's home is not told.
pub(super) fn expanded(path: &str, is_path: bool) -> Option<Val> {
    let rest = path.strip_prefix('~')?;
    (rest.is_empty() || rest.starts_with('/')).then(|| home(rest, is_path))
}

/// `os.path.name(…)` whose first argument is in the home folder. `None` when that is not told.
pub(super) fn os_path(name: &str, args: &[Val]) -> Option<Val> {
    let (rest, is_path) = below(args.first()?)?;
    match name {
        "expanduser" | "fspath" | "normcase" => Some(home(rest, is_path)),
        "join" => {
            let root = |arg: &Val| matches!(&arg.v, V::Str(part) | V::Path(part) if part.starts_with('/'));
            if let Some(last) = args.iter().rposition(root) {
                // What comes before an absolute part does not count.
                let parts = args[last..].iter().map(|arg| match &arg.v {
                    V::Str(part) | V::Path(part) => Some(part),
                    _ => None,
                });
                return parts.collect::<Option<Vec<_>>>().map(|parts| Val::str(&joined(&parts)));
            }
            let mut all = rest.to_string();
            for arg in &args[1..] {
                let (V::Str(part) | V::Path(part)) = &arg.v else { return None };
                if !all.ends_with('/') {
                    all.push('/');
                }
                all.push_str(part);
            }
            Some(home(&all, false))
        }
        // A home folder that is the root, and what climbs out of it, are left aside.
        "abspath" | "realpath" | "normpath" if !rest.is_empty() && !rest.contains("..") => {
            Some(home(&normalize(rest), false))
        }
        "abspath" | "realpath" | "normpath" if rest.is_empty() => Some(home("", false)),
        "dirname" if rest.trim_matches('/').contains('/') => Some(home(dirname(rest), false)),
        "basename" if !rest.is_empty() => Some(Val::str(rest.rsplit('/').next().unwrap_or(rest))),
        _ => None,
    }
}

/// `path / part`, `text + part`.
pub(super) fn extended(path: &LibObject, part: &Val, slash: bool) -> Option<Val> {
    let (rest, is_path) = parts(path)?;
    match (&part.v, slash, is_path) {
        (V::Str(part) | V::Path(part), true, true) if !part.starts_with('/') => {
            Some(home(&join(if rest.is_empty() { "/" } else { rest }, part), true))
        }
        (V::Str(part), false, false) => Some(home(&format!("{rest}{part}"), false)),
        _ => None,
    }
}

/// An attribute of a `Path`. `None` when it is a method or is not told.
pub(super) fn attribute(path: &LibObject, name: &str) -> Option<Val> {
    let (rest, true) = parts(path)? else { return None };
    if rest.is_empty() {
        return None;
    }
    match name {
        "parent" if rest.trim_matches('/').contains('/') => Some(home(dirname(rest), true)),
        "parent" => Some(home("", true)),
        "name" | "stem" | "suffix" => super::paths::attribute(rest, name).map(Val::new),
        _ => None,
    }
}

/// `Path(first, …)` where the first part is in the home folder.
pub(super) fn path_of(args: &[Val]) -> Option<Val> {
    let (rest, _) = below(args.first()?)?;
    let cleaned = if rest.is_empty() { String::new() } else { clean(rest) };
    let cleaned = if cleaned == "/" { "" } else { &cleaned };
    with_parts(home(cleaned, true), &args[1..])
}

/// `path / part / …`.
fn with_parts(path: Val, parts: &[Val]) -> Option<Val> {
    parts.iter().try_fold(path, |path, part| match &path.v {
        V::Lib(object) => extended(object, part, true),
        _ => None,
    })
}

/// Whether the last part of a path is called like a file.
fn is_file_name(rest: &str) -> bool {
    let name = rest.rsplit('/').next().unwrap_or(rest);
    name.rsplit_once('.').is_some_and(|(stem, suffix)| {
        !stem.is_empty() && suffix.len() > 1 && suffix.chars().all(|c| c.is_ascii_alphanumeric())
    })
}

impl Interp<'_> {
    /// Whether there is something in the home folder, as `os.path` and `Path` ask for it.
    pub(super) fn home_presence(&mut self, rest: &str, asked: &str) -> Val {
        let is_file = matches!(asked, "isfile" | "is_file");
        if is_file || matches!(asked, "exists" | "lexists") && is_file_name(rest) {
            self.note_absent(rest);
            return Val::bool(false);
        }
        let cause = format!("it depends on the files of the machine: whether ~{rest} is there");
        Self::one_of(cause, vec![Val::bool(true), Val::bool(false)])
    }

    /// Says that a file in the home folder is taken as not there.
    pub(super) fn note_absent(&mut self, rest: &str) {
        let shown = crate::source::clean(rest).clone();
        let message = format!("~{shown} lies outside the project and is taken as not there");
        if self.is_routing() {
            self.cannot_tell(None, message);
        } else {
            self.problem(None, message);
        }
    }

    /// A method of a path in the home folder.
    pub(super) fn home_method(&mut self, object: &Rc<LibObject>, name: &str, args: &Args) -> Val {
        let this = Val::new(V::Lib(object.clone()));
        let Some((rest, is_path)) = parts(object) else { return Val::unknown("a path that cannot be told") };
        match name {
            "resolve" | "absolute" | "expanduser" if is_path && !rest.contains("..") => this,
            "as_posix" | "__str__" | "__fspath__" if is_path => home(rest, false),
            "joinpath" if is_path => {
                with_parts(this, &args.pos).unwrap_or_else(|| Val::unknown("a path that cannot be told"))
            }
            "exists" | "is_file" | "is_dir" if is_path => self.home_presence(&rest.clone(), name),
            "rstrip"
                if !is_path && args.pos.first().and_then(Val::as_str).is_some_and(|cut| &**cut == "/") =>
            {
                home(rest.trim_end_matches('/'), false)
            }
            _ if !is_path => self.parts_method(&Rc::new(vec![None, Some(rest.clone())]), name, args),
            _ => self.give_up(args, "a path in the home folder is used in a way that is not modelled"),
        }
    }

    /// A method that is yet to be called.
    pub(super) fn home_attr(&self, object: &Rc<LibObject>, name: &str) -> Val {
        attribute(object, name).unwrap_or_else(|| {
            let this = Val::new(V::Lib(object.clone()));
            let name: Name = name.into();
            Val::new(V::Bound(Rc::new((this, Callee::Method(name)))))
        })
    }
}
