//! Flags and configuration file to engine options: a flag wins over the file.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use time::OffsetDateTime;

use super::args::{GlobalArgs, LevelArg, ProfileArg, SelectArgs};
use super::terminal::variable;
use crate::checklist::Profile;
use crate::config::{self, Config};
use crate::engine::{Options, PerFileIgnore};
use crate::finding::{Confidence, Severity};

/// The configuration for a folder, as the global flags have it.
pub(super) fn configuration(global: &GlobalArgs, path: &Path) -> anyhow::Result<Config> {
    if global.isolated {
        return Ok(Config::default());
    }
    let Some(file) = &global.config else { return Ok(config::find(path)?) };
    let config = config::read(file)?;
    config.with_context(|| format!("{} has no [tool.drf-harden]", file.display()))
}

/// The options of a scan.
pub(super) fn options(
    global: &GlobalArgs,
    select: &SelectArgs,
    config: &Config,
    path: &Path,
    default_profile: Profile,
) -> Options {
    let profile = select.profile.map(|profile| match profile {
        ProfileArg::Essential => Profile::Essential,
        ProfileArg::Standard => Profile::Standard,
        ProfileArg::Everything => Profile::Everything,
    });
    let folder = folder_below(config, path);
    let mut exclude = select.exclude.clone();
    exclude.extend(config.exclude.iter().filter_map(|glob| glob_below(glob, &folder)));
    let per_file = config.per_file.iter().filter_map(|entry| {
        let path = glob_below(&entry.path, &folder)?;
        Some(PerFileIgnore { path, ..entry.clone() })
    });
    let flagged: Vec<String> = select.select.iter().chain(&select.section).cloned().collect();
    Options {
        settings: if select.settings.is_empty() { config.settings.clone() } else { select.settings.clone() },
        project: global.project.clone(),
        profile: profile.or(config.profile).unwrap_or(default_profile),
        select: if flagged.is_empty() { config.select.clone() } else { flagged },
        ignore: if select.ignore.is_empty() { config.ignore.clone() } else { select.ignore.clone() },
        min_severity: select.min_severity.map_or(Severity::Low, |level| match level {
            LevelArg::High => Severity::High,
            LevelArg::Med => Severity::Med,
            LevelArg::Low => Severity::Low,
        }),
        min_confidence: select.min_confidence.map_or(Confidence::Low, |level| match level {
            LevelArg::High => Confidence::High,
            LevelArg::Med => Confidence::Med,
            LevelArg::Low => Confidence::Low,
        }),
        severities: config.severities.clone(),
        per_file: per_file.collect(),
        exclude,
        no_ignores: select.no_ignores,
        no_waivers: select.no_waivers,
        baseline: select.baseline.clone(),
        only_new: select.only_new,
        env: select.environment.env.clone(),
        env_file: select.environment.env_file.clone(),
        no_dotenv: select.environment.no_dotenv,
        python: select.environment.python.clone(),
        active_environment: variable("VIRTUAL_ENV").filter(|folder| !folder.is_empty()).map(PathBuf::from),
        environment_settings: variable("DJANGO_SETTINGS_MODULE").filter(|module| !module.is_empty()),
        ..Options::new(OffsetDateTime::now_utc().date())
    }
}

/// Where the scanned folder lies below the configuration's, with `/` and a `/` at the end; empty when they are
/// the same or the file was named from elsewhere.
fn folder_below(config: &Config, path: &Path) -> String {
    let below = || {
        let home = std::path::absolute(config.file.as_ref()?.parent()?).ok()?;
        let scanned = std::path::absolute(path).ok()?;
        let below = scanned.strip_prefix(home).ok()?;
        let parts: Vec<_> =
            below.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
        Some(parts.into_iter().filter(|part| part != ".").map(|part| part + "/").collect::<String>())
    };
    below().unwrap_or_default()
}

/// A pattern of the configuration's folder as one of the scanned folder; `None` when it lies outside.
fn glob_below(glob: &str, folder: &str) -> Option<String> {
    if folder.is_empty() || glob.starts_with("**") || !glob.trim_end_matches('/').contains('/') {
        return Some(glob.to_owned());
    }
    glob.trim_start_matches('/').strip_prefix(folder).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_follow_the_scanned_folder() {
        for (glob, folder, below) in [
            ("legacy/**", "", Some("legacy/**")),
            ("api/legacy/**", "api/", Some("legacy/**")),
            ("web/**", "api/", None),
            ("**/tests/**", "api/", Some("**/tests/**")),
            ("*_test.py", "api/", Some("*_test.py")),
        ] {
            assert_eq!(glob_below(glob, folder).as_deref(), below, "{glob}");
        }
    }
}
