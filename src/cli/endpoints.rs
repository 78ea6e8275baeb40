//! `endpoints`: every URL of a project, its view and methods.

use super::args::{EndpointsArgs, EndpointsFormat, SelectArgs};
use super::shell::Shell;
use super::{exit, select};
use crate::checklist::Profile;
use crate::engine::Engine;
use crate::output;

pub(super) fn run(shell: &mut Shell, args: &EndpointsArgs) -> anyhow::Result<u8> {
    let config = select::configuration(&shell.global, &args.path)?;
    let selection = SelectArgs {
        settings: args.settings.clone(),
        exclude: args.exclude.clone(),
        environment: args.environment.clone(),
        ..SelectArgs::default()
    };
    let options = select::options(&shell.global, &selection, &config, &args.path, Profile::Everything);
    let engine = Engine::open(&args.path, options)?;
    let progress = shell.progress();
    let report = engine.endpoints(&progress);
    drop(progress);
    let report = report?;
    if args.settings.is_none() && report.projects > 1 && shell.global.project.is_none() {
        let label = if report.project.root.is_empty() { "." } else { &report.project.root };
        shell.note(&format!(
            "there are {} projects; these are the endpoints of {label} (--project names another)",
            report.projects
        ));
    }
    let mut bytes = Vec::new();
    match args.format {
        EndpointsFormat::Json => output::endpoints_json::write(&mut bytes, &report)?,
    }
    shell.deliver(&bytes, None)?;
    Ok(exit::OK)
}
