//! What the dotted name of a settings module says about its purpose.

use super::Role;
use super::entry_points::words;

/// What a module's own name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    Production,
    Platform,
    Staging,
    Plain,
    Base,
    Example,
    Development,
    Test,
}

/// Whether a package between the top one and the module is for tests: `shop.testutils.settings`.
pub(super) fn in_test_package(module: &str) -> bool {
    let parts: Vec<&str> = module.split('.').collect();
    parts.len() > 2 && parts[1..parts.len() - 1].iter().any(|part| part.starts_with("test"))
}

/// Whether a module is called production and nothing more: `production`, `settings_prod`.
pub(super) fn is_just_production(module: &str) -> bool {
    let last = module.rsplit('.').next().unwrap_or(module).to_ascii_lowercase();
    let bare = last.replace("settings", "");
    matches!(bare.trim_matches('_'), "production" | "prod" | "live")
}

/// The role that a module's name alone gives.
pub(super) fn role_by_name(module: &str) -> Role {
    match name_of_module(module) {
        Named::Test => Role::Test,
        Named::Development => Role::Development,
        Named::Base => Role::Base,
        _ => Role::Production,
    }
}

/// Whether a file, a module or a value of a variable is called after production.
pub fn is_called_production(name: &str) -> bool {
    let stem = name.strip_suffix(".py").unwrap_or(name).replace('/', ".");
    let stem = stem.strip_suffix(".__init__").unwrap_or(&stem);
    name_of_module(stem) == Named::Production || name_of_package(stem) == Named::Production
}

/// The role that the name of a settings file gives, or the folder it is in.
pub fn role_of_file(path: &str) -> Role {
    let module = path.strip_suffix(".py").unwrap_or(path).replace('/', ".");
    let module = module.strip_suffix(".__init__").unwrap_or(&module);
    match (name_of_module(module), name_of_package(module)) {
        (Named::Plain, Named::Development) => Role::Development,
        (Named::Plain, Named::Test) => Role::Test,
        _ => role_by_name(module),
    }
}

/// The role that a module is called after; `None` when its name says nothing of a stage.
pub fn named_role(module: &str) -> Option<Role> {
    match name_of_module(module) {
        Named::Production => Some(Role::Production),
        Named::Development => Some(Role::Development),
        Named::Test => Some(Role::Test),
        Named::Base => Some(Role::Base),
        Named::Platform | Named::Staging | Named::Plain | Named::Example => None,
    }
}

/// What the packages around a module say, where its own name says nothing: `envs.production.settings`.
pub(super) fn name_of_package(module: &str) -> Named {
    let packages = module.split('.').rev().skip(1);
    packages
        .map(|part| match part {
            "production" | "prod" | "live" => Named::Production,
            "staging" => Named::Staging,
            "development" | "dev" | "local" => Named::Development,
            "tests" | "test" | "testing" | "runtests" => Named::Test,
            "example" | "examples" | "sample" | "templates" => Named::Example,
            _ => Named::Plain,
        })
        .find(|named| *named != Named::Plain)
        .unwrap_or(Named::Plain)
}

/// What the last part of a dotted name says, for `settings.py` the part before it says nothing.
pub(super) fn name_of_module(module: &str) -> Named {
    let last = module.rsplit('.').next().unwrap_or(module).to_ascii_lowercase();
    let last = last.as_str();
    // `settings_prod2` says `prod`, as does `prodsettings`.
    let bare = |word: &str| {
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
        word.strip_prefix("settings").or_else(|| word.strip_suffix("settings")).unwrap_or(word).to_owned()
    };
    let has = |set: &[&str]| words(last).any(|w| set.contains(&bare(w).as_str()) || set.contains(&w));
    if has(&[
        "test",
        "tests",
        "testing",
        "tester",
        "ci",
        "pytest",
        "unittest",
        "unittests",
        "travis",
        "jenkins",
        "tox",
        "circleci",
        "e2e",
        "benchmark",
        "citest",
    ]) || last.starts_with("test")
    {
        Named::Test
    } else if has(&["example", "sample", "dist", "template", "skeleton", "examples", "demo"]) {
        Named::Example
    } else if has(&[
        "dev",
        "devel",
        "develop",
        "development",
        "local",
        "localhost",
        "debug",
        "developer",
        "devlocal",
        "localsettings",
        "devsettings",
        "vagrant",
        "build",
        "doc",
        "docs",
        "mypy",
        "lint",
    ]) {
        Named::Development
    } else if has(&[
        "staging",
        "stage",
        "qa",
        "uat",
        "preprod",
        "preproduction",
        "review",
        "sandbox",
        "acceptance",
    ]) {
        Named::Staging
    } else if has(&[
        "prod",
        "production",
        "live",
        "prd",
        "deploy",
        "deployment",
        "deployed",
        "release",
        "productive",
    ]) {
        Named::Production
    } else if has(&[
        "docker",
        "heroku",
        "aws",
        "gcp",
        "azure",
        "k8s",
        "kubernetes",
        "server",
        "container",
        "cloud",
        "render",
        "fly",
        "gae",
        "pythonanywhere",
        "hosted",
    ]) {
        Named::Platform
    } else if has(&["base", "common", "default", "defaults", "shared", "core", "global", "generic", "basic"])
    {
        Named::Base
    } else {
        Named::Plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_a_module_is_for() {
        for (module, named) in [
            ("config.settings.production", Named::Production),
            ("site.settings_prod", Named::Production),
            ("site.prodsettings", Named::Production),
            ("site.production_example", Named::Example),
            ("site.settings_docker", Named::Platform),
            ("site.staging2", Named::Staging),
            ("site.settings.local", Named::Development),
            ("site.dev_settings", Named::Development),
            ("site.settings.test_postgres", Named::Test),
            ("config.settings.ci", Named::Test),
            ("config.settings.base", Named::Base),
            ("config.settings", Named::Plain),
            ("site.latest", Named::Plain),
            ("prod.settings", Named::Plain),
        ] {
            assert_eq!(name_of_module(module), named, "{module}");
        }
        assert_eq!(name_of_package("envs.production.settings"), Named::Production);
    }
}
