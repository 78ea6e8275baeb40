//! Qualified names: of a file as a module, of a dotted expression, of a relative import.

use ruff_python_ast::Expr;

/// The dotted name under which a file is imported, and whether it is a package's `__init__`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModulePath {
    /// Such as `config.settings.production`; empty for an `__init__.py` at an import root.
    pub name: String,
    /// Whether the file is an `__init__.py`.
    pub is_package: bool,
}

impl ModulePath {
    /// The module of a `.py` file at `path`, relative to the import root `base` (`""` or `backend`), both
    /// with `/`. `None` when the file lies elsewhere or a part is no identifier.
    pub fn of_file(path: &str, base: &str) -> Option<Self> {
        let inner = if base.is_empty() { path } else { path.strip_prefix(base)?.strip_prefix('/')? };
        let stem = inner.strip_suffix(".py")?;
        let is_package = stem == "__init__" || stem.ends_with("/__init__");
        let stem = if is_package { stem.trim_end_matches("__init__").trim_end_matches('/') } else { stem };
        if !stem.is_empty() && !stem.split('/').all(is_identifier) {
            return None;
        }
        Some(Self { name: stem.replace('/', "."), is_package })
    }

    /// The absolute name of `from <dots><module> import …` written in this module (`level` dots).
    /// `None` when the dots leave the top package, as Python refuses too.
    pub fn resolve_relative(&self, level: u32, module: Option<&str>) -> Option<String> {
        if level == 0 {
            return module.map(str::to_owned);
        }
        let mut package = self.name.as_str();
        for _ in 0..if self.is_package { level - 1 } else { level } {
            if package.is_empty() {
                return None;
            }
            package = package.rsplit_once('.').map_or("", |(outer, _)| outer);
        }
        match module {
            Some(module) if package.is_empty() => Some(module.to_owned()),
            Some(module) => Some([package, module].join(".")),
            None => (!package.is_empty()).then(|| package.to_owned()),
        }
    }
}

/// Whether `text` is a Python identifier (keywords are not told apart).
fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c == '_' || c.is_alphabetic())
        && chars.all(|c| c == '_' || c.is_alphanumeric())
}

/// `a.b.c` of a name or attribute expression; `None` for anything else.
pub fn dotted_name(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str().to_owned()),
        Expr::Attribute(attribute) => {
            let mut base = dotted_name(&attribute.value)?;
            base.push('.');
            base.push_str(&attribute.attr);
            Some(base)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_to_modules() {
        let name = |path, base| ModulePath::of_file(path, base).map(|m| (m.name, m.is_package));
        assert_eq!(name("a/b.py", ""), Some(("a.b".into(), false)));
        assert_eq!(name("a/b/__init__.py", ""), Some(("a.b".into(), true)));
        assert_eq!(name("backend/a.py", "backend"), Some(("a".into(), false)));
        assert_eq!(name("other/a.py", "backend"), None);
        assert_eq!(name("settings.dist.py", ""), None);
    }

    #[test]
    fn dots_climb() {
        let module = ModulePath { name: "a.b.c".into(), is_package: false };
        assert_eq!(module.resolve_relative(1, Some("x")), Some("a.b.x".into()));
        assert_eq!(module.resolve_relative(2, None), Some("a".into()));
        assert_eq!(module.resolve_relative(4, Some("x")), None);
        let package = ModulePath { name: "a.b".into(), is_package: true };
        assert_eq!(package.resolve_relative(1, Some("x")), Some("a.b.x".into()));
    }
}
