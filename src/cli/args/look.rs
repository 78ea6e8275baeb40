//! The flags of the commands that only show: `explain`, `rules`, `settings`, `endpoints`, `public`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::EnvironmentArgs;

#[derive(Debug, Args)]
pub(in crate::cli) struct ExplainArgs {
    /// A check, a practice, a section (`API4`) or a topic (`score`, `states`, `exit-codes`)
    #[arg(value_name = "NAME")]
    pub(in crate::cli) name: String,
    /// The format
    #[arg(long, value_enum, default_value_t = PageFormat::Text)]
    pub(in crate::cli) format: PageFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum PageFormat {
    Text,
    Md,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RulesArgs {
    /// The format
    #[arg(long, value_enum, default_value_t = RulesFormat::Table)]
    pub(in crate::cli) format: RulesFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum RulesFormat {
    Table,
    Json,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct SettingsArgs {
    /// The folder to scan
    #[arg(value_name = "PATH", default_value = ".")]
    pub(in crate::cli) path: PathBuf,
    /// The settings module; the one production uses when left out
    #[arg(long, value_name = "MODULE")]
    pub(in crate::cli) settings: Option<String>,
    /// The format
    #[arg(long, value_enum, default_value_t = SettingsFormat::Table)]
    pub(in crate::cli) format: SettingsFormat,
    /// List every upper-case name
    #[arg(long)]
    pub(in crate::cli) all: bool,
    /// Tell the whole story of one setting: `DEBUG`, `REST_FRAMEWORK.PAGE_SIZE`
    #[arg(long, value_name = "NAME", conflicts_with_all = ["all", "diff"])]
    pub(in crate::cli) explain: Option<String>,
    /// Compare two settings modules
    #[arg(long, num_args = 2, value_names = ["MODULE_A", "MODULE_B"], conflicts_with = "settings")]
    pub(in crate::cli) diff: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) environment: EnvironmentArgs,
    /// Leave out paths that match, relative to PATH; repeatable
    #[arg(long, value_name = "GLOB")]
    pub(in crate::cli) exclude: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SettingsFormat {
    Table,
    Json,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct EndpointsArgs {
    /// The folder to scan
    #[arg(id = "folder", value_name = "PATH", default_value = ".")]
    pub(in crate::cli) path: PathBuf,
    /// The settings module; the one production uses when left out
    #[arg(long, value_name = "MODULE")]
    pub(in crate::cli) settings: Option<String>,
    /// The format
    #[arg(long, value_enum, default_value_t = EndpointsFormat::Text)]
    pub(in crate::cli) format: EndpointsFormat,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Only endpoints that let in these callers, comma-separated
    #[arg(long, value_enum, value_name = "EXPOSURE", value_delimiter = ',')]
    pub(in crate::cli) exposure: Vec<ExposureArg>,
    /// Only endpoints with one of these HTTP methods, comma-separated
    #[arg(long, value_name = "METHOD", value_delimiter = ',')]
    pub(in crate::cli) method: Vec<String>,
    /// Only endpoints whose path holds this text
    #[arg(long = "path", value_name = "TEXT")]
    pub(in crate::cli) url: Option<String>,
    /// Only endpoints whose view's name holds this text
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) view: Option<String>,
    /// Write the inventory to this file, to be committed
    #[arg(long, value_name = "FILE", conflicts_with_all = ["compare", "format", "output", "exposure", "method", "url", "view"])]
    pub(in crate::cli) snapshot: Option<PathBuf>,
    /// Compare with a committed inventory; exit code 1 on a new open or a weaker endpoint
    #[arg(long, value_name = "FILE", conflicts_with_all = ["exposure", "method", "url", "view"])]
    pub(in crate::cli) compare: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) environment: EnvironmentArgs,
    /// Leave out paths that match, relative to PATH; repeatable
    #[arg(long, value_name = "GLOB")]
    pub(in crate::cli) exclude: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum EndpointsFormat {
    /// A table grouped by exposure
    Text,
    /// One JSON document
    Json,
    /// A Markdown table
    Markdown,
    /// One line for each endpoint, for a spreadsheet
    Csv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ExposureArg {
    /// Anybody
    Open,
    /// Anybody may read
    ReadOpen,
    /// Cannot be told
    Unknown,
    /// Whoever has logged in
    Authenticated,
    /// Some of those who have logged in
    Restricted,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct PublicArgs {
    /// The folder to scan
    #[arg(value_name = "PATH", default_value = ".")]
    pub(in crate::cli) path: PathBuf,
    /// The settings module; the one production uses when left out
    #[arg(long, value_name = "MODULE")]
    pub(in crate::cli) settings: Option<String>,
    /// Mark a view as public, with the reason; repeatable
    #[arg(long, value_name = "VIEW=REASON")]
    pub(in crate::cli) mark: Vec<String>,
    /// Mark every view that seems public
    #[arg(long)]
    pub(in crate::cli) seeming: bool,
    /// Take a mark back; repeatable
    #[arg(long, value_name = "VIEW")]
    pub(in crate::cli) unmark: Vec<String>,
    /// Who says so; git's user when left out
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) by: Option<String>,
}
