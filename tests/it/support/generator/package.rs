//! Whole packages: a settings module, perhaps built from others.

use std::collections::BTreeMap;

use super::{Gen, Package, Ty};

const IMPORTS: &str = "import contextlib, copy, functools, importlib, itertools, json, os, re, sys\n\
from datetime import timedelta\nfrom pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent";

/// The package of a number.
pub(crate) fn package(seed: u64) -> Package {
    let mut g = Gen::new(seed);
    g.unknown = g.chance(35);
    let mut modules = Vec::new();
    let mut head = vec![IMPORTS.to_owned()];
    if g.unknown {
        head.push("import thirdparty".to_owned());
    }
    let mut settings = head.clone();
    let parts = g.below(3);
    for part in 0..parts {
        let name = ["base", "extra"][part];
        let (outer, funcs) = (std::mem::take(&mut g.places), std::mem::take(&mut g.funcs));
        g.places.push(("BASE_DIR".into(), Ty::Path));
        let mut statements = head.clone();
        if part == 1 && g.chance(40) {
            statements.push("from .base import *".to_owned());
            g.places.clone_from(&outer);
            g.places.retain(|(n, _)| !n.contains('.'));
        }
        for _ in 0..2 + g.below(5) {
            statements.push(g.stmt(2));
        }
        if g.chance(10) {
            let names: Vec<String> =
                g.places.iter().filter(|(n, _)| is_name(n)).map(|(n, _)| n.clone()).collect();
            let shown: Vec<String> = names.iter().take(3).map(|n| format!("{n:?}")).collect();
            statements.push(format!("__all__ = [{}]", shown.join(", ")));
            g.places.retain(|(n, _)| names.iter().take(3).any(|s| s == n));
        }
        let own = std::mem::replace(&mut g.places, outer);
        g.funcs = funcs;
        settings.push(compose(&mut g, name, own));
        modules.push((format!("conf/{name}.py"), statements));
    }
    g.places.push(("BASE_DIR".into(), Ty::Path));
    for _ in 0..3 + g.below(9) {
        settings.push(g.stmt(2));
    }
    let mut env = BTreeMap::new();
    for (name, value) in
        [("DEBUG", "true"), ("HOSTS", "a,b"), ("LEVEL", "off"), ("PORT", "90"), ("MODE", "prod")]
    {
        if g.chance(15) {
            env.insert(name.to_owned(), value.to_owned());
        }
    }
    modules.insert(0, ("conf/settings.py".to_owned(), settings));
    modules.push(("conf/__init__.py".to_owned(), Vec::new()));
    let lines = |statements: Vec<String>| statements.join("\n").lines().map(str::to_owned).collect();
    let modules = modules.into_iter().map(|(path, statements)| (path, lines(statements))).collect();
    Package { modules, env, seed }
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || c == '_') && text.starts_with(char::is_uppercase)
}

/// A way of taking over what a module has, which then can be read.
fn compose(g: &mut Gen, name: &str, own: Vec<(String, Ty)>) -> String {
    let names: Vec<(String, Ty)> = own.into_iter().filter(|(n, _)| is_name(n)).collect();
    let all = |g: &mut Gen, prefix: &str| {
        for (n, ty) in &names {
            g.declare(&format!("{prefix}{n}"), *ty);
        }
    };
    match g.below(8) {
        0 => {
            all(g, &format!("{name}."));
            format!("from . import {name}")
        }
        1 => {
            all(g, "m.");
            format!("import conf.{name} as m")
        }
        2 => {
            let Some((n, ty)) = names.first().cloned() else { return format!("from .{name} import *") };
            g.declare("TAKEN_OVER", ty);
            format!("from conf.{name} import {n} as TAKEN_OVER")
        }
        3 => {
            all(g, "");
            all(g, &format!("{name}."));
            format!("from .{name} import *\nfrom . import {name}")
        }
        4 => {
            all(g, "loaded.");
            format!("loaded = importlib.import_module(\"conf.{name}\")")
        }
        5 => {
            all(g, "");
            format!(
                "try:\n    from .{name} import *\nexcept ImportError:\n    pass\ntry:\n    from .local import *\nexcept ImportError:\n    pass"
            )
        }
        _ => {
            all(g, "");
            format!("from .{name} import *")
        }
    }
}
