//! The command line: arguments to engine options, reports to output, results to exit codes.
//!
//! Judges nothing and draws nothing by itself. [`run`] is the whole program; its number is the exit code.

mod apply;
mod args;
mod check;
mod endpoints;
pub mod exit;
mod explain;
mod progress;
mod public;
mod select;
mod session;
mod settings;
mod shell;
mod terminal;

use std::ffi::OsString;
use std::io::{self, Write as _};

use clap::{CommandFactory as _, Parser as _};

use self::args::{Cli, Command, RulesArgs, RulesFormat};
use self::shell::Shell;
use crate::checklist::Catalog;
use crate::engine::{ChangeError, EngineError};
use crate::output;
use crate::source::clean;

/// The main thread's stack is the system's choice and often small; analysis recurses.
const STACK_BYTES: usize = 256 * 1024 * 1024;

/// Runs the program with these arguments (the first is its name) and returns the exit code.
pub fn run(args: impl Iterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.collect();
    std::panic::set_hook(Box::new(|panic| complain(&panic_sentence(panic))));
    let work = std::thread::Builder::new().name("drf-harden".to_owned()).stack_size(STACK_BYTES);
    match work.spawn(move || dispatch(args)).map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        Ok(Err(_panic)) => {
            complain(
                "this is a bug in drf-harden, not in your project; the step that failed was not finished",
            );
            exit::ERROR
        }
        Err(error) => {
            complain(&format!("no thread could be started: {error}"));
            exit::ERROR
        }
    }
}

/// There is nothing to do, as with the engine's `NothingToCheck`.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct NothingFound(String);

fn dispatch(args: Vec<OsString>) -> u8 {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors and go to standard output; clap knows which is which.
            let code = if error.use_stderr() { exit::ERROR } else { exit::OK };
            let _ = error.print();
            return code;
        }
    };
    let mut shell = Shell::new(cli.global);
    let result = match &cli.command {
        None => session::run(&mut shell, &cli.session),
        Some(Command::Session(args)) => session::run(&mut shell, args),
        Some(Command::Demo) => session::demo(&mut shell),
        Some(Command::Check(args)) => check::check(&mut shell, args),
        Some(Command::Report(args)) => check::report(&mut shell, args),
        Some(Command::Apply(args)) => apply::apply(&mut shell, args),
        Some(Command::Undo(args)) => apply::undo(&mut shell, args),
        Some(Command::Explain(args)) => explain::run(&mut shell, args),
        Some(Command::Endpoints(args)) => endpoints::run(&mut shell, args),
        Some(Command::Public(args)) => public::run(&mut shell, args),
        Some(Command::Settings(args)) => settings::run(&mut shell, args),
        Some(Command::Rules(args)) => rules(&mut shell, args),
        Some(Command::Completions { shell: name }) => completions(&mut shell, *name),
    };
    result.unwrap_or_else(|error| {
        complain(&format!("{error:#}"));
        code_of(&error)
    })
}

fn code_of(error: &anyhow::Error) -> u8 {
    if let Some(change) = error.downcast_ref::<ChangeError>() {
        return match change {
            ChangeError::Engine(error) => engine_code(error),
            ChangeError::NoFix(_) => exit::ERROR,
            ChangeError::Plan(_) | ChangeError::Apply(_) | ChangeError::Undo(_) | ChangeError::Journal(_) => {
                exit::INCOMPLETE
            }
        };
    }
    if error.is::<NothingFound>() {
        return exit::NOTHING;
    }
    error.downcast_ref::<EngineError>().map_or(exit::ERROR, engine_code)
}

fn engine_code(error: &EngineError) -> u8 {
    match error {
        EngineError::NothingToCheck { .. } | EngineError::NoSettings { .. } => exit::NOTHING,
        EngineError::Cancelled => exit::INTERRUPTED,
        EngineError::Load(_)
        | EngineError::NoPackages { .. }
        | EngineError::NoSuchSettings { .. }
        | EngineError::NoSuchProject { .. }
        | EngineError::UnknownName { .. }
        | EngineError::EnvFile { .. }
        | EngineError::Baseline { .. }
        | EngineError::Decisions(_)
        | EngineError::Store { .. } => exit::ERROR,
    }
}

fn rules(shell: &mut Shell, args: &RulesArgs) -> anyhow::Result<u8> {
    let mut bytes = Vec::new();
    let catalog = Catalog::builtin();
    match args.format {
        RulesFormat::Table => output::rules::write(&mut bytes, &catalog, shell.style(false))?,
        RulesFormat::Json => output::rules::write_json(&mut bytes, &catalog)?,
    }
    shell.deliver(&bytes, None)?;
    Ok(exit::OK)
}

fn completions(shell: &mut Shell, name: clap_complete::Shell) -> anyhow::Result<u8> {
    let mut bytes = Vec::new();
    clap_complete::generate(name, &mut Cli::command(), "drf-harden", &mut bytes);
    shell.deliver(&bytes, None)?;
    Ok(exit::OK)
}

/// A panic of any thread in one line, safe to show.
fn panic_sentence(panic: &std::panic::PanicHookInfo<'_>) -> String {
    let payload = panic.payload();
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let place = panic.location().map(|at| format!(" at {}:{}", at.file(), at.line())).unwrap_or_default();
    format!("internal error{place}: {}", text.unwrap_or("no message"))
}

fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "error: {}", clean(text));
}
