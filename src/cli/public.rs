//! `public`: the views that let everybody in, and which of them the team wants open. The answers go to the decisions
//! file; the fix of the open default then keeps these views open by name.

use std::collections::BTreeMap;
use std::io::Write as _;

use super::args::{PublicArgs, SelectArgs};
use super::shell::Shell;
use super::{check, exit, select};
use crate::checklist::Profile;
use crate::decisions::PublicView;
use crate::engine::{Engine, ProjectReport, Report};
use crate::finding::OpenView;
use crate::source::clean;

/// The checks whose fixes close the default, each with what `public` says above the views that it opens.
const DEFAULTS: [(&str, &str); 2] = [
    ("default-permission-open", "Open by the default; `IsAuthenticated` as the default would close them:"),
    (
        "default-permission-read-open",
        "Open to readers by the default; one that asks for a login would close them:",
    ),
];

pub(super) fn run(shell: &mut Shell, args: &PublicArgs) -> anyhow::Result<u8> {
    let config = select::configuration(&shell.global, &args.path)?;
    let selection = SelectArgs { settings: args.settings.iter().cloned().collect(), ..SelectArgs::default() };
    let options = select::options(&shell.global, &selection, &config, &args.path, Profile::Everything);
    let Some((engine, report)) = check::scan(shell, &args.path, options, false)? else {
        return Ok(exit::NOTHING);
    };
    shell.notices(&report);
    if args.mark.is_empty() && args.unmark.is_empty() && !args.seeming {
        let mut bytes = Vec::new();
        list(&mut bytes, &engine, &report)?;
        shell.deliver(&bytes, None)?;
        return Ok(exit::OK);
    }
    let changed = decide(&engine, &report, args)?;
    for line in changed {
        shell.note(&clean(&line));
    }
    Ok(exit::OK)
}

/// The open views of a project by name, with the check whose fix would close them where the default opens them; these
/// come with their endpoints.
fn open_views(project: &ProjectReport) -> BTreeMap<&str, (&OpenView, Option<&'static str>)> {
    let mut found = BTreeMap::new();
    for reported in project.findings.iter().filter(|f| f.is_active()) {
        let by_default = DEFAULTS.iter().find(|(check, _)| *check == reported.finding.check).map(|(c, _)| *c);
        for view in &reported.finding.open_views {
            let known = found.entry(view.view.as_str()).or_insert((view, by_default));
            if by_default.is_some() {
                *known = (view, by_default);
            }
        }
    }
    found
}

fn list(out: &mut Vec<u8>, engine: &Engine, report: &Report) -> anyhow::Result<()> {
    let marked = engine.decisions()?.decisions.public;
    let mut closes = None;
    for project in &report.projects {
        let views = open_views(project);
        if report.projects.len() > 1 {
            writeln!(out, "Project {}\n", clean(&project.name))?;
        }
        let by_default = DEFAULTS.iter().map(|(check, heading)| (*heading, Some(*check)));
        for (heading, of_default) in by_default.chain([("Open by what they say themselves:", None)]) {
            let group: Vec<&OpenView> =
                views.values().filter(|(_, default)| *default == of_default).map(|(view, _)| *view).collect();
            if group.is_empty() {
                continue;
            }
            closes = closes.or(of_default);
            writeln!(out, "{heading}")?;
            for view in group {
                writeln!(out, "  {}", clean(&view.view))?;
                for endpoint in &view.endpoints {
                    writeln!(out, "      {}", clean(endpoint))?;
                }
                match (&view.kept_public, &view.seems_public) {
                    (Some(reason), _) => writeln!(out, "      stays open: {}", clean(reason))?,
                    (None, Some(why)) => writeln!(out, "      seems public: {}", clean(why))?,
                    (None, None) => {}
                }
            }
            writeln!(out)?;
        }
        for entry in marked.iter().filter(|p| p.project == project.root && !views.contains_key(&*p.view)) {
            writeln!(out, "Marked public: {} ({})", clean(&entry.view), clean(&entry.reason))?;
        }
        if views.is_empty() {
            writeln!(out, "No view is open that you have not marked.")?;
        }
    }
    if let Some(check) = closes {
        writeln!(
            out,
            "Mark what is for everybody: `drf-harden public --mark VIEW=REASON`, or `--seeming` for all that seem public."
        )?;
        writeln!(out, "Then close the default: `drf-harden apply --select {check} --allow tightens`.")?;
    }
    Ok(())
}

/// Keeps the answers; one sentence for each.
fn decide(engine: &Engine, report: &Report, args: &PublicArgs) -> anyhow::Result<Vec<String>> {
    let by = args.by.clone().unwrap_or_else(crate::engine::git::author);
    let by = if by.is_empty() { "unknown".to_owned() } else { by };
    let before = engine.decisions()?.decisions.public;
    let (mut marks, mut unmarks, mut told) = (Vec::new(), Vec::new(), Vec::new());
    let find = |view: &str| report.projects.iter().find(|p| p.open_view(view).is_some());
    for mark in &args.mark {
        let (view, reason) = mark.split_once('=').unwrap_or((mark, ""));
        anyhow::ensure!(!reason.trim().is_empty(), "say why: --mark {view}=REASON");
        let known = before.iter().find(|p| p.view == view).map(|p| p.project.clone());
        let Some(project) = find(view).map(|p| p.root.clone()).or(known) else {
            anyhow::bail!("no view `{view}` is open here; `drf-harden public` lists the open ones");
        };
        marks.push((project, view.to_owned(), reason.trim().to_owned()));
    }
    if args.seeming {
        for project in &report.projects {
            for (view, (open, _)) in open_views(project) {
                if let (Some(why), None) = (&open.seems_public, &open.kept_public) {
                    marks.push((project.root.clone(), view.to_owned(), why.clone()));
                }
            }
        }
    }
    for view in &args.unmark {
        let Some(entry) = before.iter().find(|p| p.view == *view) else {
            anyhow::bail!("`{view}` is not marked public");
        };
        unmarks.push(entry.clone());
    }
    let on = engine.options().today;
    engine.decide(|file| {
        for (project, view, reason) in &marks {
            let entry = PublicView {
                project: project.clone(),
                view: view.clone(),
                reason: reason.clone(),
                by: by.clone(),
                on,
            };
            file.set_public(project, view, Some(entry));
            told.push(format!("{view} is public: {reason}"));
        }
        for entry in &unmarks {
            file.set_public(&entry.project, &entry.view, None);
            told.push(format!("{} is not marked any more", entry.view));
        }
    })?;
    Ok(told)
}
