//! `settings`: the effective settings of one module, the story of one setting, or two modules compared.

use anyhow::bail;

use super::args::{SelectArgs, SettingsArgs, SettingsFormat};
use super::shell::Shell;
use super::{check, exit, select};
use crate::checklist::Profile;
use crate::output;
use crate::output::redact::Secrets;
use crate::output::setting_story::Story;
use crate::output::settings_diff::Comparison;

pub(super) fn run(shell: &mut Shell, args: &SettingsArgs) -> anyhow::Result<u8> {
    let config = select::configuration(&shell.global, &args.path)?;
    let selection = SelectArgs {
        settings: args.settings.iter().cloned().collect(),
        exclude: args.exclude.clone(),
        environment: args.environment.clone(),
        ..SelectArgs::default()
    };
    let mut options = select::options(&shell.global, &selection, &config, &args.path, Profile::Everything);
    // Names in the configuration select what is reported, which is no matter here.
    options.select.clear();
    options.ignore.clear();
    options.environment_as_given = true;
    let Some((engine, report)) = check::scan(shell, &args.path, options, false)? else {
        return Ok(exit::NOTHING);
    };
    let mut models: Vec<_> =
        report.projects.iter().filter_map(|p| p.model.as_ref().map(|m| (p, m))).collect();
    // Of the modules that the configuration names for one project the first is shown.
    models.dedup_by_key(|(project, _)| &project.root);
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
    let json = args.format == SettingsFormat::Json;
    let mut bytes = Vec::new();
    if let [left, right] = args.diff.as_slice() {
        let models = [engine.settings(&report, project, left)?, engine.settings(&report, project, right)?];
        let comparison = Comparison::new(&report.sources, [&models[0], &models[1]]);
        if json { comparison.write_json(&mut bytes)? } else { comparison.write_text(&mut bytes, style)? }
    } else if let Some(name) = &args.explain {
        let secrets = Secrets::of(&report);
        let story = match Story::new(&report.sources, model, &secrets, name) {
            Ok(story) => story,
            Err(near) if near.is_empty() => bail!("nobody knows a setting {name}"),
            Err(near) => bail!("nobody knows a setting {name}; there is {}", near.join(", ")),
        };
        if json { story.write_json(&mut bytes)? } else { story.write_text(&mut bytes, style)? }
    } else if json {
        output::settings_json::write(&mut bytes, &report.sources, model, args.all)?;
    } else {
        let chain = shell.global.verbose > 0;
        output::settings_table::write(&mut bytes, &report.sources, model, args.all, chain, style)?;
    }
    shell.deliver(&bytes, None)?;
    Ok(exit::OK)
}
