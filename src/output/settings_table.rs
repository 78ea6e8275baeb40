//! `settings` for people: what the project sets, then the framework defaults that matter; name, state, value and
//! where it was decided. With `-v` the whole chain.

use std::io::{self, Write};

use super::python_text::{of_setting, shorten};
use super::{Style, evidence};

use super::settings_json::listed;
use crate::settings::{Setting, SettingState, SettingsModel, is_secret_name};
use crate::source::{Sources, Span, clean};

/// Values longer than this are cut, unless `-v`.
const VALUE_WIDTH: usize = 60;

/// Writes the table. `chain` adds each step behind a value and shows values whole.
pub fn write(
    out: &mut dyn Write,
    sources: &Sources,
    model: &SettingsModel,
    all: bool,
    chain: bool,
    style: Style,
) -> io::Result<()> {
    writeln!(out, "{}", heading(model, style))?;
    let rows = || model.settings.values().filter(|s| all || listed(s));
    let (defaults, own): (Vec<&Setting>, Vec<&Setting>) = rows().partition(|s| s.is_default);
    let names = rows().map(|s| s.name.chars().count());
    let width = names.max().unwrap_or(0).min(40);
    for (title, group) in [("Set by the project", own), ("Left to the framework", defaults)] {
        if group.is_empty() {
            continue;
        }
        writeln!(out, "\n{}", style.heading(title))?;
        for setting in group {
            write_row(out, (sources, model), setting, (width, chain), style)?;
        }
    }
    if let Some(open) = &model.open {
        writeln!(out, "\nThe list may be incomplete: {}", clean(open))?;
    }
    if !model.problems.is_empty() {
        writeln!(out, "\n{}", style.heading("Could not be followed"))?;
    }
    for problem in &model.problems {
        let place = problem.at.map(|at| format!("{}: ", place(sources, at)));
        writeln!(out, "  {}{}", place.unwrap_or_default(), clean(&problem.message))?;
    }
    Ok(())
}

/// Module, class, role and versions, in one line.
pub(super) fn heading(model: &SettingsModel, style: Style) -> String {
    let versions = [("Django", &model.django_version), ("DRF", &model.drf_version)];
    let versions: Vec<_> =
        versions.iter().filter_map(|(n, v)| v.as_ref().map(|v| format!("{n} {}", clean(v)))).collect();
    let class = model.configuration.as_ref().map(|c| format!(", class {}", clean(c))).unwrap_or_default();
    let module = style.heading(clean(&model.module));
    format!("{module}{class} ({})  {}", model.role.as_str(), versions.join(", "))
}

/// `config/settings.py:12`.
pub(super) fn place(sources: &Sources, at: Span) -> String {
    format!("{}:{}", clean(sources.path(at.file)), sources.line(at))
}

fn write_row(
    out: &mut dyn Write,
    (sources, model): (&Sources, &SettingsModel),
    setting: &Setting,
    (width, chain): (usize, bool),
    style: Style,
) -> io::Result<()> {
    let state = setting.state();
    let value = if state == SettingState::Required { env_names(setting) } else { of_setting(setting) };
    let value = shorten(&clean(&value), if chain { usize::MAX } else { VALUE_WIDTH });
    let name = format!("{:width$}", clean(&setting.name));
    let at = setting.decided_at().map(|at| style.dim(place(sources, at))).unwrap_or_default();
    let line = format!("  {}  {:<8}  {value}  {at}", style.heading(name), state.as_str());
    writeln!(out, "{}", line.trim_end())?;
    if chain { write_chain(out, (sources, model), setting, style) } else { Ok(()) }
}

fn write_chain(
    out: &mut dyn Write,
    (sources, model): (&Sources, &SettingsModel),
    setting: &Setting,
    style: Style,
) -> io::Result<()> {
    for step in &setting.steps {
        // A note may quote the value, so a secret's notes stay out.
        let note = if step.note.is_empty() || is_secret_name(&setting.name) {
            String::new()
        } else {
            format!(": {}", clean(&step.note))
        };
        let text = format!("{} {}{note}", place(sources, step.at), step.how.as_str());
        writeln!(out, "      {}", style.dim(text))?;
    }
    if matches!(setting.state(), SettingState::Env | SettingState::Partly) {
        let names = env_names(setting);
        if !names.is_empty() {
            writeln!(out, "      {}", style.dim(names))?;
        }
    }
    for fact in model.deployed(&setting.node) {
        writeln!(out, "      {}", style.dim(evidence::line(sources, fact)))?;
    }
    Ok(())
}

fn env_names(setting: &Setting) -> String {
    let names: Vec<_> = setting.node.env_names().collect();
    if names.is_empty() { String::new() } else { format!("from the environment: {}", names.join(", ")) }
}
