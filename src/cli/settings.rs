//! `settings`: the effective settings of one module.

use anyhow::bail;

use super::args::{SelectArgs, SettingsArgs, SettingsFormat};
use super::shell::Shell;
use super::{check, exit, select};
use crate::checklist::Profile;
use crate::output;

pub(super) fn run(shell: &mut Shell, args: &SettingsArgs) -> anyhow::Result<u8> {
    let config = select::configuration(&shell.global, &args.path)?;
    let selection = SelectArgs {
        settings: args.settings.clone(),
        exclude: args.exclude.clone(),
        environment: args.environment.clone(),
        ..SelectArgs::default()
    };
    let mut options = select::options(&shell.global, &selection, &config, &args.path, Profile::Everything);
    // Names in the configuration select what is reported, which is no matter here.
    options.select.clear();
    options.ignore.clear();
    options.environment_as_given = true;
    let Some((_, report)) = check::scan(shell, &args.path, options, false)? else { return Ok(exit::NOTHING) };
    let models: Vec<_> = report.projects.iter().filter_map(|p| p.model.as_ref().map(|m| (p, m))).collect();
    let asked = |module: &str| args.settings.as_ref().is_none_or(|asked| asked == module);
    let Some((project, model)) = models.iter().find(|(_, model)| asked(&model.module)) else {
        bail!(super::NothingFound("no settings module found; name one with --settings".to_owned()));
    };
    if args.settings.is_none() && models.len() > 1 && shell.global.project.is_none() {
        let label = if project.root.is_empty() { "." } else { &project.root };
        shell.note(&format!(
            "there are {} projects; these are the settings of {label} (--project names another)",
            models.len()
        ));
    }
    let style = shell.style(false);
    let mut bytes = Vec::new();
    match args.format {
        SettingsFormat::Json => output::settings_json::write(&mut bytes, &report.sources, model, args.all)?,
        SettingsFormat::Table => {
            let chain = shell.global.verbose > 0;
            output::settings_table::write(&mut bytes, &report.sources, model, args.all, chain, style)?;
        }
    }
    shell.deliver(&bytes, None)?;
    Ok(exit::OK)
}
