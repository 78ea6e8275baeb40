//! What is judged and reported, and the environment that settings are evaluated in: flags that several commands share.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What is judged and reported.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Selection")]
pub(in crate::cli) struct SelectArgs {
    /// The settings module to judge, such as `config.settings.production`; repeatable, to judge by several
    #[arg(long, value_name = "MODULE")]
    pub(in crate::cli) settings: Vec<String>,
    /// How much is reported
    #[arg(long, value_enum)]
    pub(in crate::cli) profile: Option<ProfileArg>,
    /// Only these checks, practices or sections, comma-separated
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(in crate::cli) select: Vec<String>,
    /// Not these checks, practices or sections, comma-separated
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(in crate::cli) ignore: Vec<String>,
    /// Only these sections, such as `API4`
    #[arg(long, value_name = "SECTION", value_delimiter = ',')]
    pub(in crate::cli) section: Vec<String>,
    /// Nothing below this severity
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(in crate::cli) min_severity: Option<LevelArg>,
    /// Nothing below this confidence
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(in crate::cli) min_confidence: Option<LevelArg>,
    /// Leave out paths that match, relative to PATH; repeatable
    #[arg(long, value_name = "GLOB")]
    pub(in crate::cli) exclude: Vec<String>,
    /// Report what `drf-harden: ignore` comments and the configuration hide
    #[arg(long)]
    pub(in crate::cli) no_ignores: bool,
    /// Report what waivers cover
    #[arg(long)]
    pub(in crate::cli) no_waivers: bool,
    /// An earlier report of `check --format json`: what it lists is known, and `check` fails on what is new alone
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) baseline: Option<PathBuf>,
    /// List only what the baseline does not
    #[arg(long, requires = "baseline")]
    pub(in crate::cli) only_new: bool,
    #[command(flatten)]
    pub(in crate::cli) environment: EnvironmentArgs,
}

/// The environment that the settings are evaluated in; the process' own is never used.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Environment of the settings")]
pub(in crate::cli) struct EnvironmentArgs {
    /// An environment variable that the settings see; repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_env)]
    pub(in crate::cli) env: Vec<(String, String)>,
    /// A file of NAME=VALUE lines that the settings see
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) env_file: Option<PathBuf>,
    /// Do not read the project's own `.env`
    #[arg(long)]
    pub(in crate::cli) no_dotenv: bool,
    /// The Python, or the folder of its environment, whose installed packages are read (never run); otherwise a
    /// `.venv` or `venv` in the project, or the one that is active
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) python: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ProfileArg {
    /// What nobody should ship
    Essential,
    /// The cheat sheet
    Standard,
    /// Opinions too
    Everything,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LevelArg {
    High,
    Med,
    Low,
}

fn parse_env(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE".to_owned()),
    }
}
