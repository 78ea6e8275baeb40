//! The full text of `check`: findings by section and practice with marked source, then what was not read and
//! the summary. Plain text unless colour is asked for.

use std::io::{self, Write};

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Group, Level, Renderer};

use super::redact::Secrets;
use super::{
    Changes, Style, count, diff, findings_by_practice, project_label, section_heading, snippet, summary_line,
};
use crate::engine::{DecisionNote, ProjectReport, Report, ReportedFinding, State};
use crate::finding::{Severity, Verdict};
use crate::source::clean;

/// How much is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextOptions {
    /// Colour and marks.
    pub style: Style,
    /// 0: what is open; 1: every practice; 2: also how each was decided.
    pub verbose: u8,
    /// Leave out everything but findings and summary.
    pub quiet: bool,
    /// Show the proposed change under each finding.
    pub diff: bool,
}

/// How many files not read are listed without `-v`.
const NOT_READ_SHOWN: usize = 5;

/// Writes the report. `changes` is needed only with [`TextOptions::diff`].
pub fn write(
    out: &mut dyn Write,
    report: &Report,
    changes: &Changes,
    options: TextOptions,
) -> io::Result<()> {
    let secrets = Secrets::of(report);
    let page = Page { report, changes, options, secrets };
    let several = report.projects.len() > 1;
    for project in &report.projects {
        if several {
            page.project_heading(out, project)?;
        }
        page.practices(out, project)?;
    }
    page.not_read(out)?;
    writeln!(out, "{}", options.style.heading(summary_line(report)))?;
    match next_command(report) {
        Some(next) if !options.quiet => writeln!(out, "Next: {next}"),
        _ => Ok(()),
    }
}

/// Who decided what, in one line.
fn decision(note: &DecisionNote) -> String {
    match note {
        DecisionNote::Answer(answer) => format!("{} on {}: {}", answer.by, answer.on, answer.note),
        DecisionNote::Expired(answer) => {
            format!("to be asked again; {} on {}: {}", answer.by, answer.on, answer.note)
        }
        DecisionNote::Waiver(waiver) => {
            format!("waived by {} until {}: {}", waiver.owner, waiver.expires, waiver.reason)
        }
    }
}

/// The command that leads on from here.
fn next_command(report: &Report) -> Option<&'static str> {
    let totals = report.totals();
    let fixes = totals.fixes.iter().sum::<usize>();
    if totals.fixes[0] > 0 {
        Some("`drf-harden apply --dry-run` shows the safe fixes, `drf-harden` walks through all of them.")
    } else if fixes > 0 {
        Some("`drf-harden` walks through the fixes.")
    } else if totals.fail.iter().sum::<usize>() > 0 {
        Some("`drf-harden explain NAME` says how to put each right.")
    } else if totals.ask > 0 {
        Some("`drf-harden` asks the open questions.")
    } else {
        None
    }
}

struct Page<'a> {
    report: &'a Report,
    changes: &'a Changes,
    options: TextOptions,
    secrets: Secrets,
}

impl Page<'_> {
    fn project_heading(&self, out: &mut dyn Write, project: &ProjectReport) -> io::Result<()> {
        let style = self.options.style;
        let settings = project.model.as_ref().map_or("no settings module", |m| m.module.as_str());
        let name =
            if project.project.is_some() { project_label(project) } else { "Python files under no project" };
        let heading = format!("Project {} ({})", clean(name), clean(settings));
        writeln!(out, "{}\n", style.heading(heading))
    }

    /// Sections with what is open in them; with `-v` every practice.
    fn practices(&self, out: &mut dyn Write, project: &ProjectReport) -> io::Result<()> {
        let groups = findings_by_practice(project);
        let mut section = None;
        for (index, practice) in project.practices.iter().enumerate() {
            let found = groups.iter().find(|(i, _)| *i == Some(index)).map_or(&[][..], |(_, found)| found);
            // What cannot be told is said even when no finding carries it: silence would read as a pass.
            let unexplained = practice.state == State::Unknown && found.is_empty() && !self.options.quiet;
            if found.is_empty() && !unexplained && self.options.verbose == 0 {
                continue;
            }
            let meta = &self.report.catalog.practices[practice.practice];
            if section != Some(&meta.section) {
                section = Some(&meta.section);
                let heading = self.report.catalog.sections.iter().find(|s| s.id == meta.section);
                let heading = heading.map(section_heading).unwrap_or_default();
                writeln!(out, "{}\n", self.options.style.heading(heading))?;
            }
            writeln!(
                out,
                "{} {}  {}",
                self.options.style.state(practice.state),
                meta.title,
                self.options.style.dim(format_args!("({})", meta.id))
            )?;
            if let Some(note) = &practice.decision {
                writeln!(out, "  {}", self.safe(&decision(note)))?;
            }
            if unexplained || self.options.verbose > 1 {
                for check in &practice.checks {
                    let told = check.outcome.verdict != Verdict::Unknown;
                    if !told || self.options.verbose > 1 {
                        writeln!(out, "  {}: {}", check.check, self.safe(&check.outcome.reason))?;
                    }
                }
            }
            writeln!(out)?;
            self.findings(out, found)?;
        }
        for (_, found) in groups.iter().filter(|(i, _)| i.is_none()) {
            self.findings(out, found)?;
        }
        Ok(())
    }

    fn findings(&self, out: &mut dyn Write, findings: &[&ReportedFinding]) -> io::Result<()> {
        findings.iter().try_for_each(|found| self.finding(out, found))
    }

    fn finding(&self, out: &mut dyn Write, found: &ReportedFinding) -> io::Result<()> {
        let finding = &found.finding;
        let (level, name) = match (found.verdict, found.severity) {
            (Verdict::Unknown, _) => (Level::NOTE, "unknown"),
            (_, Severity::High) => (Level::ERROR, "high"),
            (_, Severity::Med) => (Level::WARNING, "med"),
            (_, Severity::Low) => (Level::INFO, "low"),
        };
        let excerpts = snippet::excerpts(&self.report.sources, finding, &self.secrets);
        let title = level.with_name(name).primary_title(self.safe(&finding.message)).id(finding.check);
        let mut group = Group::with_title(title);
        for excerpt in &excerpts {
            group = group.element(excerpt.snippet());
        }
        if found.known == Some(true) {
            group = group.element(Level::NOTE.message("it is in the baseline"));
        }
        if let Some(fix) = &finding.fix {
            let text = format!("{} ({}: {})", fix.title, fix.effect.as_str(), fix.effect_note);
            group = group.element(Level::HELP.with_name("fix").message(self.safe(&text)));
        }
        if let Some(text) = &finding.instruction {
            group = group.element(Level::HELP.with_name("by hand").message(self.safe(text)));
        } else if finding.fix.is_none() && found.verdict == Verdict::Fail {
            let text = format!("no automatic fix; `drf-harden explain {}` says what to do", finding.check);
            group = group.element(Level::HELP.with_name("by hand").message(text));
        }
        let renderer = if self.options.style.color { Renderer::styled() } else { Renderer::plain() };
        writeln!(out, "{}\n", renderer.decor_style(DecorStyle::Ascii).render(&[group]))?;
        if self.options.diff {
            self.change(out, found)?;
        }
        Ok(())
    }

    fn change(&self, out: &mut dyn Write, found: &ReportedFinding) -> io::Result<()> {
        match self.changes.get(&found.fingerprint) {
            None => return Ok(()),
            Some(Err(reason)) => writeln!(out, "    the fix cannot be shown: {}", self.safe(reason))?,
            Some(Ok(files)) => {
                for file in files {
                    diff::write_unified(out, file, &self.secrets, self.options.style, 2, "    ")?;
                }
            }
        }
        writeln!(out)
    }

    fn not_read(&self, out: &mut dyn Write) -> io::Result<()> {
        let files = &self.report.not_read;
        if files.is_empty() || self.options.quiet {
            return Ok(());
        }
        writeln!(out, "Not read: {}", count(files.len(), "file", "files"))?;
        let shown = if self.options.verbose > 0 { files.len() } else { NOT_READ_SHOWN };
        for file in files.iter().take(shown) {
            writeln!(out, "  {}: {}", clean(&file.path), clean(&file.reason))?;
        }
        if files.len() > shown {
            writeln!(out, "  and {} more; -v lists them", files.len() - shown)?;
        }
        writeln!(out)
    }

    fn safe(&self, text: &str) -> String {
        clean(&self.secrets.hide(text))
    }
}
