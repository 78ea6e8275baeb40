//! `endpoints`: every URL of a project, its view, and whom it lets in; a committed inventory and the comparison with it.

use std::path::Path;

use super::args::{EndpointsArgs, EndpointsFormat, ExposureArg, SelectArgs};
use super::shell::Shell;
use super::{exit, select};
use crate::checklist::Profile;
use crate::endpoints::{Endpoint, Exposure};
use crate::engine::{EndpointReport, Engine};
use crate::output;
use crate::output::endpoints_snapshot::{self, Snapshot};
use crate::output::endpoints_table;
use crate::source::{ReadError, read_text};

pub(super) fn run(shell: &mut Shell, args: &EndpointsArgs) -> anyhow::Result<u8> {
    let config = select::configuration(&shell.global, &args.path)?;
    let selection = SelectArgs {
        settings: args.settings.iter().cloned().collect(),
        exclude: args.exclude.clone(),
        environment: args.environment.clone(),
        ..SelectArgs::default()
    };
    let options = select::options(&shell.global, &selection, &config, &args.path, Profile::Everything);
    let engine = Engine::open(&args.path, options)?;
    let progress = shell.progress();
    let report = engine.endpoints(&progress);
    drop(progress);
    let mut report = report?;
    let code = show(shell, args, &mut report)?;
    // The process ends here: handing every tree and string back one by one takes time that nobody gains.
    std::mem::forget(report);
    Ok(code)
}

/// Writes what was asked for.
fn show(shell: &mut Shell, args: &EndpointsArgs, report: &mut EndpointReport) -> anyhow::Result<u8> {
    if args.settings.is_none() && report.projects > 1 && shell.global.project.is_none() {
        let label = if report.project.root.is_empty() { "." } else { &report.project.root };
        shell.note(&format!(
            "there are {} projects; these are the endpoints of {label} (--project names another)",
            report.projects
        ));
    }
    if let Some(path) = &args.snapshot {
        let snapshot = Snapshot::of(report);
        shell.deliver(snapshot.text().as_bytes(), Some(path))?;
        shell.note(&format!("the inventory is in {}; commit it", path.display()));
        return Ok(exit::OK);
    }
    let style = shell.style(args.output.is_some());
    let json = args.format == EndpointsFormat::Json;
    let mut bytes = Vec::new();
    if let Some(path) = &args.compare {
        let found = committed(path)?.compare(&Snapshot::of(report));
        let complete = report.inventory.complete;
        if json {
            endpoints_snapshot::write_json(&mut bytes, &found, complete)?;
        } else {
            endpoints_snapshot::write(&mut bytes, &found, complete, style)?;
        }
        shell.deliver(&bytes, args.output.as_deref())?;
        let fails = found.iter().any(|difference| difference.change.fails());
        return Ok(if fails { exit::FINDINGS } else { exit::OK });
    }
    let all = report.inventory.endpoints.len();
    report.inventory.endpoints.retain(|endpoint| is_wanted(args, endpoint));
    if all > 0 && report.inventory.endpoints.is_empty() {
        shell.warn(&format!("none of the {all} endpoints matches"));
    }
    match args.format {
        EndpointsFormat::Text => {
            let verbose = shell.global.verbose > 0;
            endpoints_table::write(&mut bytes, report, verbose, style)?;
        }
        EndpointsFormat::Json => output::endpoints_json::write(&mut bytes, report)?,
        EndpointsFormat::Markdown => endpoints_table::write_markdown(&mut bytes, report)?,
        EndpointsFormat::Csv => endpoints_table::write_csv(&mut bytes, report)?,
    }
    shell.deliver(&bytes, args.output.as_deref())?;
    Ok(exit::OK)
}

fn committed(path: &Path) -> anyhow::Result<Snapshot> {
    let unread = |error: ReadError| anyhow::anyhow!("{} cannot be read: {error}", path.display());
    let text = read_text(path).map_err(unread)?;
    Snapshot::parse(&text)
        .map_err(|error| anyhow::anyhow!("{} is no inventory of endpoints: {error}", path.display()))
}

fn is_wanted(args: &EndpointsArgs, endpoint: &Endpoint) -> bool {
    let exposure = match endpoint.policy.exposure {
        Exposure::Open => ExposureArg::Open,
        Exposure::ReadOpen => ExposureArg::ReadOpen,
        Exposure::Unknown => ExposureArg::Unknown,
        Exposure::Authenticated => ExposureArg::Authenticated,
        Exposure::Restricted => ExposureArg::Restricted,
    };
    // A plain function takes any method.
    let has = |wanted: &String| {
        endpoint.methods.is_empty() || endpoint.methods.iter().any(|m| m.eq_ignore_ascii_case(wanted))
    };
    let holds =
        |text: &str, part: &Option<String>| part.as_ref().is_none_or(|part| text.contains(part.as_str()));
    (args.exposure.is_empty() || args.exposure.contains(&exposure))
        && (args.method.is_empty() || args.method.iter().any(has))
        && holds(&endpoint.route.path, &args.url)
        && holds(&endpoint.view, &args.view)
}
