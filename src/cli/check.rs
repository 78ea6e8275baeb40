//! `check` and `report`: scan, print, and (for `check`) judge the exit code.

use std::path::Path;

use crate::checklist::Profile;
use crate::config::Config;
use crate::engine::{Engine, EngineError, Options, Report};
use crate::finding::{Severity, Verdict};
use crate::output;
use crate::output::{Changes, text::TextOptions};

use super::args::{CheckArgs, CheckFormat, FailOn, ReportArgs, ReportFormat};
use super::shell::Shell;
use super::{exit, select};

pub(super) fn check(shell: &mut Shell, args: &CheckArgs) -> anyhow::Result<u8> {
    let config = select::configuration(&shell.global, &args.path)?;
    let options = select::options(&shell.global, &args.select, &config, &args.path, Profile::Essential);
    let Some((engine, report)) = scan(shell, &args.path, options, args.allow_empty)? else {
        return Ok(exit::OK);
    };
    let with_changes = args.diff
        || matches!(args.format, CheckFormat::Json | CheckFormat::JsonLines | CheckFormat::Markdown);
    let changes = if with_changes { output::changes(&engine, &report) } else { Changes::new() };
    let style = shell.style(args.output.is_some());
    let mut bytes = Vec::new();
    match args.format {
        CheckFormat::Text if args.statistics => {
            output::statistics::write(&mut bytes, &report, style)?;
        }
        CheckFormat::Text => {
            let options = TextOptions {
                style,
                verbose: shell.global.verbose,
                quiet: shell.global.quiet > 0,
                diff: args.diff,
            };
            output::text::write(&mut bytes, &report, &changes, options)?;
        }
        CheckFormat::Concise => output::concise::write(&mut bytes, &report, style)?,
        CheckFormat::Json => output::json::write(&mut bytes, &report, &changes)?,
        CheckFormat::JsonLines => output::json::write_lines(&mut bytes, &report, &changes)?,
        CheckFormat::Sarif => output::sarif::write(&mut bytes, &report)?,
        CheckFormat::Github => output::github::write(&mut bytes, &report)?,
        CheckFormat::Markdown => output::markdown::write(&mut bytes, &report, &changes)?,
    }
    shell.deliver(&bytes, args.output.as_deref())?;
    shell.notices(&report);
    let code = if args.exit_zero { exit::OK } else { verdict(args, &config, &report) };
    // The process ends here: to take a large project's report apart piece by piece would only cost time.
    std::mem::forget(report);
    Ok(code)
}

pub(super) fn report(shell: &mut Shell, args: &ReportArgs) -> anyhow::Result<u8> {
    let config = select::configuration(&shell.global, &args.path)?;
    let options = select::options(&shell.global, &args.select, &config, &args.path, Profile::Standard);
    let Some((engine, report)) = scan(shell, &args.path, options, args.allow_empty)? else {
        return Ok(exit::OK);
    };
    let changes = output::changes(&engine, &report);
    let mut bytes = Vec::new();
    match args.format {
        ReportFormat::Markdown => output::markdown::write(&mut bytes, &report, &changes)?,
        ReportFormat::Json => output::json::write(&mut bytes, &report, &changes)?,
    }
    shell.deliver(&bytes, args.output.as_deref())?;
    shell.notices(&report);
    Ok(exit::OK)
}

/// Opens and scans; `None` when there is nothing to check and that is allowed.
pub(super) fn scan(
    shell: &mut Shell,
    path: &Path,
    options: Options,
    allow_empty: bool,
) -> anyhow::Result<Option<(Engine, Report)>> {
    let engine = Engine::open(path, options)?;
    let progress = shell.progress();
    let result = engine.scan(&progress);
    drop(progress);
    match result {
        Ok(report) => Ok(Some((engine, report))),
        Err(error @ EngineError::NothingToCheck { .. }) if allow_empty => {
            shell.note(&error.to_string());
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn verdict(args: &CheckArgs, config: &Config, report: &Report) -> u8 {
    let configured = config.fail_on.unwrap_or(Some(Severity::Med));
    let fail_on = args.fail_on.map_or(configured, |level| match level {
        FailOn::High => Some(Severity::High),
        FailOn::Med => Some(Severity::Med),
        FailOn::Low => Some(Severity::Low),
        FailOn::Never => None,
    });
    let findings = report.projects.iter().flat_map(|p| &p.findings);
    let failing = findings
        .filter(|f| f.is_new() && f.verdict == Verdict::Fail)
        .any(|f| fail_on.is_some_and(|level| f.severity >= level));
    let min_score = args.min_score.or(config.min_score).unwrap_or(0);
    let low_score = report.projects.iter().any(|p| p.score.of > 0 && p.score.total < min_score);
    let totals = report.totals();
    let undecided = totals.ask > 0 || totals.unknown > 0 || !report.not_read.is_empty();
    if failing || low_score || (args.strict && undecided) { exit::FINDINGS } else { exit::OK }
}
