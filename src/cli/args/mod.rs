//! The command line as clap types. Flags that do nothing are not offered.

mod judge;
mod look;
mod select;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(super) use judge::{
    ApplyArgs, CheckArgs, CheckFormat, EffectArg, FailOn, ReportArgs, ReportFormat, UndoArgs,
};
pub(super) use look::{
    EndpointsArgs, EndpointsFormat, ExplainArgs, ExposureArg, PageFormat, PublicArgs, RulesArgs, RulesFormat,
    SettingsArgs, SettingsFormat,
};
pub(super) use select::{EnvironmentArgs, LevelArg, ProfileArg, SelectArgs};

/// Takes a Django REST Framework project through the OWASP API Security checklist.
///
/// Without a command it opens the guided session for the project in the current folder. Nothing of the project is
/// run, nothing is sent anywhere, and nothing is written before you confirm it.
#[derive(Debug, Parser)]
#[command(name = "drf-harden", version, args_conflicts_with_subcommands = true, max_term_width = 100)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) session: SessionArgs,
    #[command(flatten)]
    pub(super) global: GlobalArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct GlobalArgs {
    /// Say less: once leaves out notices, twice prints nothing but errors
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(super) quiet: u8,
    /// Say more: once shows every practice, twice also how each was decided
    #[arg(short, long, action = clap::ArgAction::Count, global = true, conflicts_with = "quiet")]
    pub(super) verbose: u8,
    /// Colour; `auto` follows the terminal and `NO_COLOR`, `FORCE_COLOR`, `CLICOLOR_FORCE`
    #[arg(long, value_enum, default_value_t = ColorChoice::Auto, global = true, value_name = "WHEN")]
    pub(super) color: ColorChoice,
    /// Marks and frames in ASCII
    #[arg(long, global = true)]
    pub(super) ascii: bool,
    /// No progress on the terminal
    #[arg(long, global = true)]
    pub(super) no_progress: bool,
    /// Read this configuration file instead of looking for one
    #[arg(long, global = true, value_name = "FILE", env = "DRF_HARDEN_CONFIG", conflicts_with = "isolated")]
    pub(super) config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long, global = true)]
    pub(super) isolated: bool,
    /// Judge only the Django project in this folder (relative to PATH)
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) project: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorChoice {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Walk through the checklist in the terminal
    Session(SessionArgs),
    /// Try it on a small vulnerable project that ships inside this program
    Demo,
    /// Scan, print findings, set the exit code; never writes to the project
    Check(CheckArgs),
    /// Print the reviewed checklist
    #[command(alias = "review")]
    Report(ReportArgs),
    /// Write fixes without questions; only safe ones unless asked
    Apply(ApplyArgs),
    /// Take back the last write, or the one named
    Undo(UndoArgs),
    /// Explain a check, a practice, a section or a topic
    Explain(ExplainArgs),
    /// List every URL, its view and its methods
    Endpoints(EndpointsArgs),
    /// List the views that let everybody in, and mark those that shall
    Public(PublicArgs),
    /// Show the settings that production gets, and where each is decided
    Settings(SettingsArgs),
    /// List the checks
    Rules(RulesArgs),
    /// Print a completion script
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub(super) struct SessionArgs {
    /// The folder to scan
    #[arg(value_name = "PATH")]
    pub(super) path: Option<PathBuf>,
    #[command(flatten)]
    pub(super) select: SelectArgs,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_definitions_hold_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_path_without_a_command_opens_the_session() {
        let cli = Cli::try_parse_from(["drf-harden", "shop"]).unwrap();
        assert!(cli.command.is_none());
        assert_eq!(cli.session.path, Some(PathBuf::from("shop")));
    }

    #[test]
    fn lists_are_comma_separated() {
        let cli = Cli::try_parse_from(["drf-harden", "apply", "--allow", "tightens,choose"]).unwrap();
        let Some(Command::Apply(apply)) = cli.command else { panic!("apply") };
        assert_eq!(apply.allow, [EffectArg::Tightens, EffectArg::Choose]);
    }
}
