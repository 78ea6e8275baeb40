//! The command line as clap types. Flags that do nothing are not offered.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

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

/// What is judged and reported.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Selection")]
pub(super) struct SelectArgs {
    /// The settings module to judge, such as `config.settings.production`
    #[arg(long, value_name = "MODULE")]
    pub(super) settings: Option<String>,
    /// How much is reported
    #[arg(long, value_enum)]
    pub(super) profile: Option<ProfileArg>,
    /// Only these checks, practices or sections, comma-separated
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(super) select: Vec<String>,
    /// Not these checks, practices or sections, comma-separated
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(super) ignore: Vec<String>,
    /// Only these sections, such as `API4`
    #[arg(long, value_name = "SECTION", value_delimiter = ',')]
    pub(super) section: Vec<String>,
    /// Nothing below this severity
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(super) min_severity: Option<LevelArg>,
    /// Nothing below this confidence
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(super) min_confidence: Option<LevelArg>,
    /// Leave out paths that match, relative to PATH; repeatable
    #[arg(long, value_name = "GLOB")]
    pub(super) exclude: Vec<String>,
    /// Report what `drf-harden: ignore` comments and the configuration hide
    #[arg(long)]
    pub(super) no_ignores: bool,
    /// Report what waivers cover
    #[arg(long)]
    pub(super) no_waivers: bool,
    #[command(flatten)]
    pub(super) environment: EnvironmentArgs,
}

/// The environment that the settings are evaluated in; the process' own is never used.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Environment of the settings")]
pub(super) struct EnvironmentArgs {
    /// An environment variable that the settings see; repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_env)]
    pub(super) env: Vec<(String, String)>,
    /// A file of NAME=VALUE lines that the settings see
    #[arg(long, value_name = "FILE")]
    pub(super) env_file: Option<PathBuf>,
    /// Do not read the project's own `.env`
    #[arg(long)]
    pub(super) no_dotenv: bool,
    /// The Python, or the folder of its environment, whose installed packages are read (never run); otherwise a
    /// `.venv` or `venv` in the project, or the one that is active
    #[arg(long, value_name = "PATH")]
    pub(super) python: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ProfileArg {
    /// What nobody should ship
    Essential,
    /// The cheat sheet
    Standard,
    /// Opinions too
    Everything,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LevelArg {
    High,
    Med,
    Low,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    High,
    Med,
    Low,
    Never,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// The folder to scan
    #[arg(value_name = "PATH", default_value = ".")]
    pub(super) path: PathBuf,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t = CheckFormat::Text, env = "DRF_HARDEN_FORMAT")]
    pub(super) format: CheckFormat,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Show the proposed change under each finding
    #[arg(long)]
    pub(super) diff: bool,
    /// Show how many findings each check has, and not the findings
    #[arg(long, conflicts_with_all = ["format", "diff"])]
    pub(super) statistics: bool,
    /// The severity from which findings make the exit code 1 [default: med]
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(super) fail_on: Option<FailOn>,
    /// Open questions, what cannot be told and files not read also make the exit code 1
    #[arg(long)]
    pub(super) strict: bool,
    /// Exit code 0 also when there are findings
    #[arg(long)]
    pub(super) exit_zero: bool,
    /// Exit code 0 when there is no Django project
    #[arg(long)]
    pub(super) allow_empty: bool,
    /// A lower score makes the exit code 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100))]
    pub(super) min_score: Option<u32>,
    #[command(flatten)]
    pub(super) select: SelectArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
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
pub(super) struct RulesArgs {
    /// The format
    #[arg(long, value_enum, default_value_t = RulesFormat::Table)]
    pub(super) format: RulesFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RulesFormat {
    Table,
    Json,
}

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// The folder to scan
    #[arg(value_name = "PATH", default_value = ".")]
    pub(super) path: PathBuf,
    /// The format
    #[arg(long, value_enum, default_value_t = ReportFormat::Markdown)]
    pub(super) format: ReportFormat,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Succeed when there is no Django project
    #[arg(long)]
    pub(super) allow_empty: bool,
    #[command(flatten)]
    pub(super) select: SelectArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    Markdown,
    Json,
}

#[derive(Debug, Args)]
pub(super) struct ApplyArgs {
    /// The folder to change
    #[arg(value_name = "PATH", default_value = ".")]
    pub(super) path: PathBuf,
    /// Print the diff and write nothing
    #[arg(long, conflicts_with_all = ["check", "patch"])]
    pub(super) dry_run: bool,
    /// Write nothing; exit code 1 if something would change
    #[arg(long, conflicts_with = "patch")]
    pub(super) check: bool,
    /// Also take fixes with these effects, comma-separated
    #[arg(long, value_enum, value_name = "EFFECT", value_delimiter = ',')]
    pub(super) allow: Vec<EffectArg>,
    /// Write a patch to this file instead of changing the project
    #[arg(long, value_name = "FILE")]
    pub(super) patch: Option<PathBuf>,
    #[command(flatten)]
    pub(super) select: SelectArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum EffectArg {
    /// Requests that worked are refused
    Tightens,
    /// Answers or stored data change
    Reshapes,
    /// Needs a value from the developer; the proposed one is written
    Choose,
}

#[derive(Debug, Args)]
pub(super) struct UndoArgs {
    /// The write to take back; the last one when left out
    #[arg(value_name = "ID", conflicts_with = "list")]
    pub(super) id: Option<String>,
    /// The folder that was changed
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(super) path: PathBuf,
    /// List the writes that can be taken back
    #[arg(long)]
    pub(super) list: bool,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// A check, a practice, a section (`API4`) or a topic (`score`, `states`, `exit-codes`)
    #[arg(value_name = "NAME")]
    pub(super) name: String,
    /// The format
    #[arg(long, value_enum, default_value_t = PageFormat::Text)]
    pub(super) format: PageFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PageFormat {
    Text,
    Md,
}

#[derive(Debug, Args)]
pub(super) struct SettingsArgs {
    /// The folder to scan
    #[arg(value_name = "PATH", default_value = ".")]
    pub(super) path: PathBuf,
    /// The settings module; the one production uses when left out
    #[arg(long, value_name = "MODULE")]
    pub(super) settings: Option<String>,
    /// The format
    #[arg(long, value_enum, default_value_t = SettingsFormat::Table)]
    pub(super) format: SettingsFormat,
    /// List every upper-case name
    #[arg(long)]
    pub(super) all: bool,
    /// Tell the whole story of one setting: `DEBUG`, `REST_FRAMEWORK.PAGE_SIZE`
    #[arg(long, value_name = "NAME", conflicts_with_all = ["all", "diff"])]
    pub(super) explain: Option<String>,
    /// Compare two settings modules
    #[arg(long, num_args = 2, value_names = ["MODULE_A", "MODULE_B"], conflicts_with = "settings")]
    pub(super) diff: Vec<String>,
    #[command(flatten)]
    pub(super) environment: EnvironmentArgs,
    /// Leave out paths that match, relative to PATH; repeatable
    #[arg(long, value_name = "GLOB")]
    pub(super) exclude: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SettingsFormat {
    Table,
    Json,
}

#[derive(Debug, Args)]
pub(super) struct EndpointsArgs {
    /// The folder to scan
    #[arg(id = "folder", value_name = "PATH", default_value = ".")]
    pub(super) path: PathBuf,
    /// The settings module; the one production uses when left out
    #[arg(long, value_name = "MODULE")]
    pub(super) settings: Option<String>,
    /// The format
    #[arg(long, value_enum, default_value_t = EndpointsFormat::Text)]
    pub(super) format: EndpointsFormat,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Only endpoints that let in these callers, comma-separated
    #[arg(long, value_enum, value_name = "EXPOSURE", value_delimiter = ',')]
    pub(super) exposure: Vec<ExposureArg>,
    /// Only endpoints with one of these HTTP methods, comma-separated
    #[arg(long, value_name = "METHOD", value_delimiter = ',')]
    pub(super) method: Vec<String>,
    /// Only endpoints whose path holds this text
    #[arg(long = "path", value_name = "TEXT")]
    pub(super) url: Option<String>,
    /// Only endpoints whose view's name holds this text
    #[arg(long, value_name = "TEXT")]
    pub(super) view: Option<String>,
    /// Write the inventory to this file, to be committed
    #[arg(long, value_name = "FILE", conflicts_with_all = ["compare", "format", "output", "exposure", "method", "url", "view"])]
    pub(super) snapshot: Option<PathBuf>,
    /// Compare with a committed inventory; exit code 1 on a new open or a weaker endpoint
    #[arg(long, value_name = "FILE", conflicts_with_all = ["exposure", "method", "url", "view"])]
    pub(super) compare: Option<PathBuf>,
    #[command(flatten)]
    pub(super) environment: EnvironmentArgs,
    /// Leave out paths that match, relative to PATH; repeatable
    #[arg(long, value_name = "GLOB")]
    pub(super) exclude: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct PublicArgs {
    /// The folder to scan
    #[arg(value_name = "PATH", default_value = ".")]
    pub(super) path: PathBuf,
    /// The settings module; the one production uses when left out
    #[arg(long, value_name = "MODULE")]
    pub(super) settings: Option<String>,
    /// Mark a view as public, with the reason; repeatable
    #[arg(long, value_name = "VIEW=REASON")]
    pub(super) mark: Vec<String>,
    /// Mark every view that seems public
    #[arg(long)]
    pub(super) seeming: bool,
    /// Take a mark back; repeatable
    #[arg(long, value_name = "VIEW")]
    pub(super) unmark: Vec<String>,
    /// Who says so; git's user when left out
    #[arg(long, value_name = "NAME")]
    pub(super) by: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum EndpointsFormat {
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
pub(super) enum ExposureArg {
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

fn parse_env(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE".to_owned()),
    }
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
