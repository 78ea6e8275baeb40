//! The flags of the commands that judge and write: `check`, `report`, `apply`, `undo`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::SelectArgs;

#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Debug, Args)]
pub(in crate::cli) struct CheckArgs {
    /// The folder to scan
    #[arg(value_name = "PATH", default_value = ".")]
    pub(in crate::cli) path: PathBuf,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t = CheckFormat::Text, env = "DRF_HARDEN_FORMAT")]
    pub(in crate::cli) format: CheckFormat,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Show the proposed change under each finding
    #[arg(long)]
    pub(in crate::cli) diff: bool,
    /// Show how many findings each check has, and not the findings
    #[arg(long, conflicts_with_all = ["format", "diff"])]
    pub(in crate::cli) statistics: bool,
    /// The severity from which findings make the exit code 1 [default: med]
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(in crate::cli) fail_on: Option<FailOn>,
    /// Open questions, what cannot be told and files not read also make the exit code 1
    #[arg(long)]
    pub(in crate::cli) strict: bool,
    /// Exit code 0 also when there are findings
    #[arg(long)]
    pub(in crate::cli) exit_zero: bool,
    /// Exit code 0 when there is no Django project
    #[arg(long)]
    pub(in crate::cli) allow_empty: bool,
    /// A lower score makes the exit code 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100))]
    pub(in crate::cli) min_score: Option<u32>,
    #[command(flatten)]
    pub(in crate::cli) select: SelectArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FailOn {
    High,
    Med,
    Low,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CheckFormat {
    /// Findings with marked source
    #[value(alias = "full")]
    Text,
    /// One line for each finding
    Concise,
    /// One JSON document
    Json,
    /// One JSON document for each finding, each on a line
    JsonLines,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of a GitHub workflow
    Github,
    /// The reviewed checklist
    Markdown,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ReportArgs {
    /// The folder to scan
    #[arg(value_name = "PATH", default_value = ".")]
    pub(in crate::cli) path: PathBuf,
    /// The format
    #[arg(long, value_enum, default_value_t = ReportFormat::Markdown)]
    pub(in crate::cli) format: ReportFormat,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Succeed when there is no Django project
    #[arg(long)]
    pub(in crate::cli) allow_empty: bool,
    #[command(flatten)]
    pub(in crate::cli) select: SelectArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ReportFormat {
    Markdown,
    Json,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ApplyArgs {
    /// The folder to change
    #[arg(value_name = "PATH", default_value = ".")]
    pub(in crate::cli) path: PathBuf,
    /// Print the diff and write nothing
    #[arg(long, conflicts_with_all = ["check", "patch"])]
    pub(in crate::cli) dry_run: bool,
    /// Write nothing; exit code 1 if something would change
    #[arg(long, conflicts_with = "patch")]
    pub(in crate::cli) check: bool,
    /// Also take fixes with these effects, comma-separated
    #[arg(long, value_enum, value_name = "EFFECT", value_delimiter = ',')]
    pub(in crate::cli) allow: Vec<EffectArg>,
    /// Write a patch to this file instead of changing the project
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) patch: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) select: SelectArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum EffectArg {
    /// Requests that worked are refused
    Tightens,
    /// Answers or stored data change
    Reshapes,
    /// Needs a value from the developer; the proposed one is written
    Choose,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct UndoArgs {
    /// The write to take back; the last one when left out
    #[arg(value_name = "ID", conflicts_with = "list")]
    pub(in crate::cli) id: Option<String>,
    /// The folder that was changed
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(in crate::cli) path: PathBuf,
    /// List the writes that can be taken back
    #[arg(long)]
    pub(in crate::cli) list: bool,
}
