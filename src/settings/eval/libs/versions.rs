//! Versions that are compared: `packaging`, `pkg_resources` and what `distutils` had. Leaves out what else one can ask
//! them for than `<`, `==` and their text.

use std::cmp::Ordering;
use std::rc::Rc;
use std::str::FromStr as _;

use super::super::functions::Args;
use super::super::raise::{R, Raise};
use super::super::val::{LibObject, V, Val};
use super::super::{Interp, cause_of};

/// The modelled object: how it is compared, and its text.
const CLASS: &str = "version";

/// The function or class behind a dotted name that makes versions.
fn kind(name: &str) -> Option<&'static str> {
    Some(match name {
        "packaging.version.parse" | "packaging.version.Version" | "pkg_resources.parse_version" => "standard",
        "distutils.version.LooseVersion" | "setuptools._distutils.version.LooseVersion" => "loose",
        "distutils.version.StrictVersion" | "setuptools._distutils.version.StrictVersion" => "strict",
        _ => return None,
    })
}

impl Interp<'_> {
    /// `Version("1.2")`; `None` for anything else.
    pub(in super::super) fn call_version(&mut self, name: &str, args: &Args) -> R<Option<Val>> {
        let Some(kind) = kind(name) else { return Ok(None) };
        let Some(first) = args.pos.first() else { return Ok(None) };
        let Some(text) = first.as_str() else { return Ok(Some(Val::unknown(cause_of(first)))) };
        if kind == "standard" && pep440_rs::Version::from_str(text).is_err() {
            return Err(Raise::new("ValueError", "reads a version that is none").with_env(&first.env));
        }
        let made = Val::lib(CLASS, vec![Val::str(kind), Val::new(V::Str(text.clone()))], Vec::new());
        Ok(Some(made.with_env(&first.env)))
    }
}

/// The order of two values of which one is a version; `None` where they are none, or cannot be compared.
pub(in super::super) fn order(left: &Val, right: &Val) -> Option<Ordering> {
    let (kind, a, b) = match (&left.v, &right.v) {
        (V::Lib(a), V::Lib(b)) if parts(a)?.0 == parts(b)?.0 => (parts(a)?.0, parts(a)?.1, parts(b)?.1),
        // Those of distutils read a text by themselves.
        (V::Lib(a), V::Str(b)) if &*parts(a)?.0 != "standard" => (parts(a)?.0, parts(a)?.1, b.clone()),
        _ => return None,
    };
    match &*kind {
        "loose" => loose(&a)?.partial_cmp(&loose(&b)?),
        "strict" => Some(strict(&a)?.cmp(&strict(&b)?)),
        _ => Some(pep440_rs::Version::from_str(&a).ok()?.cmp(&pep440_rs::Version::from_str(&b).ok()?)),
    }
}

fn parts(object: &LibObject) -> Option<(Rc<str>, Rc<str>)> {
    match object.args.as_slice() {
        [kind, text] if object.class == CLASS => Some((kind.as_str()?.clone(), text.as_str()?.clone())),
        _ => None,
    }
}

/// Major, minor and patch, without marks of releases before the final one.
fn strict(text: &str) -> Option<[u64; 3]> {
    let mut numbers = [0; 3];
    let parts: Vec<&str> = text.split('.').collect();
    if !(2..=3).contains(&parts.len()) {
        return None;
    }
    for (number, part) in numbers.iter_mut().zip(parts) {
        *number = part.parse().ok().filter(|_| part.bytes().all(|b| b.is_ascii_digit()))?;
    }
    Some(numbers)
}

/// Numbers between points; a version with letters is compared in ways that fail for some.
fn loose(text: &str) -> Option<Vec<u64>> {
    text.split('.')
        .map(|part| part.parse().ok().filter(|_| part.bytes().all(|b| b.is_ascii_digit())))
        .collect()
}
