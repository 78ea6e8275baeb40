//! Which files are read, by their names: Python, TOML, and texts that name versions or settings modules.

use std::path::Path;

/// Whether a file is Python, TOML, or one of the texts that name versions or settings modules.
pub(super) fn is_listed(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|n| n.to_str()) else {
        // So that its name is reported.
        return path.extension().is_some_and(|e| e == "py");
    };
    let folder = path.parent().and_then(Path::file_name).and_then(|n| n.to_str()).unwrap_or_default();
    is_listed_name(folder, name)
}

/// Like [`is_listed`], by the names of the file and of its folder.
pub(crate) fn is_listed_name(folder: &str, name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let (stem, extension) = lower.rsplit_once('.').unwrap_or((&lower, ""));
    if folder.ends_with(".dist-info") {
        return matches!(name, "METADATA" | "entry_points.txt");
    }
    match extension {
        "txt" | "in" => {
            return stem.contains("require")
                || stem.contains("constraint")
                || folder.to_ascii_lowercase().contains("require");
        }
        "json" | "yml" | "yaml" | "tml" | "properties" | "conf" if is_dynaconf(stem) => return true,
        "json" => return stem == "app",
        "lock" => return matches!(stem, "uv" | "poetry" | "pdm" | "pylock" | "pipfile"),
        "py" | "toml" | "cfg" | "ini" | "sh" | "service" | "bash" | "env" => return true,
        "conf" => return stem.contains("supervisor") || stem.contains("gunicorn") || stem.contains("uwsgi"),
        "yml" | "yaml" => return is_deployment_yaml(folder, stem),
        "example" | "dist" | "sample" | "template" if stem.contains(".py") => return true,
        _ => {}
    }
    matches!(lower.as_str(), "pipfile" | "procfile" | "makefile" | "justfile")
        || lower.starts_with("dockerfile")
        || lower.starts_with("containerfile")
        || lower.ends_with("dockerfile")
        || lower == ".env"
        || lower.starts_with(".env.")
        || lower.starts_with(".env-")
        || folder == ".envs"
        || folder.starts_with('.') && lower.starts_with(".django")
}

/// Settings that dynaconf finds by their usual names.
fn is_dynaconf(stem: &str) -> bool {
    let stem = stem.strip_suffix(".local").unwrap_or(stem);
    matches!(stem, "settings" | ".secrets" | "secrets")
}

/// YAML that may set environment variables of a deployment; data files of a project are not read.
fn is_deployment_yaml(folder: &str, stem: &str) -> bool {
    const FOLDERS: [&str; 14] = [
        "workflows",
        "k8s",
        "kubernetes",
        "deploy",
        "deployment",
        "deployments",
        "helm",
        "charts",
        "templates_k8s",
        "manifests",
        "docker",
        "compose",
        ".circleci",
        ".ebextensions",
    ];
    const STEMS: [&str; 12] = [
        "app",
        "render",
        "heroku",
        ".gitlab-ci",
        ".travis",
        "azure-pipelines",
        "serverless",
        "zappa",
        "deployment",
        "configmap",
        "cloudbuild",
        "values",
    ];
    stem.contains("compose")
        || STEMS.contains(&stem)
        || FOLDERS.contains(&folder.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_manifests_and_deployment_files_are_read() {
        for (folder, name) in [
            ("app", "views.py"),
            ("", "uv.lock"),
            ("", "Pipfile"),
            ("", "Pipfile.lock"),
            ("requirements", "base.txt"),
            ("", "dev-requirements.in"),
            ("", "constraints.txt"),
            ("", "Dockerfile.prod"),
            ("", "docker-compose.yml"),
            ("workflows", "test.yml"),
            ("", ".env.production"),
            (".production", ".django"),
            ("x-1.0.dist-info", "METADATA"),
            ("site", "settings.py.example"),
            ("", "web.service"),
            ("", "settings.local.yaml"),
            ("config", ".secrets.json"),
        ] {
            assert!(is_listed_name(folder, name), "{folder}/{name}");
        }
    }

    #[test]
    fn data_and_documents_are_not() {
        for (folder, name) in [
            ("", "README.md"),
            ("fixtures", "data.yaml"),
            ("", "yarn.lock"),
            ("", "robots.txt"),
            ("x-1.0.dist-info", "RECORD"),
            ("locale", "django.po"),
            ("", ".envrc.swp"),
        ] {
            assert!(!is_listed_name(folder, name), "{folder}/{name}");
        }
    }
}
