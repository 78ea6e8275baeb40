//! `check --format json` and `json-lines`, schema version 1. Adding a field is not a new version; lines and columns start at 1.

use std::io::{self, Write};

use serde::Serialize;

use super::redact::Secrets;
use super::{Changes, diff};
use crate::engine::{DecisionNote, PracticeReport, ProjectReport, Report, ReportedFinding};
use crate::finding::{Finding, Label, Verdict};
use crate::project::{NotRead, SettingsChoice};
use crate::source::Sources;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: Tool,
    projects: Vec<Project<'a>>,
    practices: Vec<Practice<'a>>,
    findings: Vec<Found<'a>>,
    not_read: Vec<Skipped<'a>>,
    notices: Vec<String>,
    summary: Summary,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Project<'a> {
    root: &'a str,
    name: &'a str,
    settings: Option<&'a str>,
    settings_candidates: Vec<&'a str>,
    django: Option<&'a str>,
    drf: Option<&'a str>,
    score: Score,
}

#[derive(Serialize)]
struct Score {
    total: u32,
    verified: u32,
    decided: u32,
    of: u32,
}

#[derive(Serialize)]
struct Practice<'a> {
    project: &'a str,
    /// The settings module, where the project is judged by several.
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<&'a str>,
    id: &'a str,
    standard: &'a str,
    item: &'a str,
    kind: &'static str,
    state: &'static str,
    findings: Vec<&'a str>,
    /// How it was decided, or why it cannot be told. Checks that say the same say it once.
    reasons: Vec<String>,
    decision: Option<Decision<'a>>,
}

#[derive(Serialize)]
struct Decision<'a> {
    kind: &'static str,
    by: &'a str,
    on: String,
    /// The review date of an answer, the last day of a waiver.
    until: Option<String>,
    note: &'a str,
}

#[derive(Serialize)]
struct Found<'a> {
    id: &'a str,
    project: &'a str,
    /// The settings module, where the project is judged by several.
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<&'a str>,
    check: &'static str,
    severity: &'static str,
    confidence: &'static str,
    verdict: &'static str,
    owasp: &'a [String],
    cwe: &'a [u32],
    django: Vec<&'a str>,
    path: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    symbol: &'a str,
    message: String,
    related: Vec<Place<'a>>,
    instruction: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    open_views: Vec<OpenView<'a>>,
    fingerprint: &'a str,
    suppressed: Option<Suppressed<'a>>,
    /// Whether the baseline lists it.
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<bool>,
    fix: Option<Fix<'a>>,
}

/// A view that lets everybody in.
#[derive(Serialize)]
struct OpenView<'a> {
    view: &'a str,
    endpoints: &'a [String],
    seems_public: Option<&'a str>,
    kept_public: Option<&'a str>,
}

#[derive(Serialize)]
struct Place<'a> {
    path: &'a str,
    line: usize,
    message: String,
}

#[derive(Serialize)]
struct Suppressed<'a> {
    by: &'static str,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
}

#[derive(Serialize)]
struct Fix<'a> {
    id: &'a str,
    title: String,
    effect: &'static str,
    effect_note: &'a str,
    hunks: Vec<Hunk<'a>>,
    /// Why there are no hunks although there is a fix.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a str>,
}

#[derive(Serialize)]
struct Hunk<'a> {
    path: &'a str,
    start: usize,
    end: usize,
    before: String,
    after: String,
}

#[derive(Serialize)]
struct Skipped<'a> {
    path: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct Summary {
    fail: usize,
    unknown: usize,
    waived: usize,
    ignored: usize,
    ask: usize,
    hidden_by_profile: usize,
}

/// Writes the document, with a line break at its end.
pub fn write(out: &mut dyn Write, report: &Report, changes: &Changes) -> io::Result<()> {
    let cx = Context { report, changes, secrets: Secrets::of(report) };
    let totals = report.totals();
    let document = Document {
        schema_version: 1,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        projects: report.projects.iter().filter(|p| p.project.is_some()).map(project).collect(),
        practices: report
            .projects
            .iter()
            .flat_map(|p| p.practices.iter().map(|practice| cx.practice(p, practice)).collect::<Vec<_>>())
            .collect(),
        findings: report
            .projects
            .iter()
            .flat_map(|p| p.findings.iter().map(move |found| (p, found)))
            .map(|(p, found)| cx.finding(p, found))
            .collect(),
        not_read: report.not_read.iter().map(|NotRead { path, reason }| Skipped { path, reason }).collect(),
        notices: report.notices.iter().map(|n| cx.secrets.hide(n)).collect(),
        summary: Summary {
            fail: totals.fail.iter().sum(),
            unknown: totals.unknown,
            waived: totals.waived,
            ignored: totals.ignored,
            ask: totals.ask,
            hidden_by_profile: report.hidden_by_profile,
        },
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// Writes each finding as a document of its own on one line, in the shape of the elements of `findings`.
pub fn write_lines(out: &mut dyn Write, report: &Report, changes: &Changes) -> io::Result<()> {
    let cx = Context { report, changes, secrets: Secrets::of(report) };
    for project in &report.projects {
        for found in &project.findings {
            serde_json::to_writer(&mut *out, &cx.finding(project, found))?;
            writeln!(out)?;
        }
    }
    Ok(())
}

fn project(project: &ProjectReport) -> Project<'_> {
    let found = project.project.as_ref();
    let candidates = match found.map(|p| &p.choice) {
        Some(SettingsChoice::Ambiguous { modules, .. }) => modules.iter().map(String::as_str).collect(),
        Some(SettingsChoice::Module { .. } | SettingsChoice::None) | None => Vec::new(),
    };
    let crate::engine::Score { total, verified, decided, of, high_open: _ } = project.score;
    Project {
        root: &project.root,
        name: &project.name,
        settings: project.model.as_ref().map(|m| m.module.as_str()),
        settings_candidates: candidates,
        django: found.and_then(|p| p.django.as_ref()).map(|v| v.version.as_str()),
        drf: found.and_then(|p| p.drf.as_ref()).map(|v| v.version.as_str()),
        score: Score { total, verified, decided, of },
    }
}

fn decision(note: &DecisionNote) -> Decision<'_> {
    let (kind, answer) = match note {
        DecisionNote::Answer(answer) => ("answer", answer),
        DecisionNote::Expired(answer) => ("expired", answer),
        DecisionNote::Waiver(waiver) => {
            let until = Some(waiver.expires.to_string());
            let (by, note) = (&waiver.owner, &waiver.reason);
            return Decision { kind: "waiver", by, on: waiver.on.to_string(), until, note };
        }
    };
    let until = answer.review.map(|date| date.to_string());
    Decision { kind, by: &answer.by, on: answer.on.to_string(), until, note: &answer.note }
}

struct Context<'a> {
    report: &'a Report,
    changes: &'a Changes,
    secrets: Secrets,
}

impl<'a> Context<'a> {
    /// The settings module of a project that is judged by several.
    fn by_one_of_several(&self, project: &'a ProjectReport) -> Option<&'a str> {
        let several = self.report.projects.iter().filter(|p| p.root == project.root).count() > 1;
        project.model.as_ref().filter(|_| several).map(|m| m.module.as_str())
    }

    fn practice(&self, project: &'a ProjectReport, practice: &'a PracticeReport) -> Practice<'a> {
        let catalog = &self.report.catalog;
        let meta = &catalog.practices[practice.practice];
        let section = catalog.sections.iter().find(|s| s.id == meta.section);
        Practice {
            project: &project.root,
            settings: self.by_one_of_several(project),
            id: &meta.id,
            standard: section.map_or("", |s| &s.standard),
            item: &meta.section,
            kind: meta.kind.as_str(),
            state: practice.state.as_str(),
            findings: practice.findings.iter().map(|&i| project.findings[i].id.as_str()).collect(),
            reasons: self.reasons(practice),
            decision: practice.decision.as_ref().map(decision),
        }
    }

    fn reasons(&self, practice: &PracticeReport) -> Vec<String> {
        let mut reasons: Vec<String> = Vec::new();
        for check in &practice.checks {
            let reason = self.secrets.hide(&check.outcome.reason);
            if !reason.is_empty() && !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        reasons
    }

    fn finding(&self, project: &'a ProjectReport, found: &'a ReportedFinding) -> Found<'a> {
        let sources: &'a Sources = &self.report.sources;
        let finding: &'a Finding = &found.finding;
        let meta = self.report.catalog.checks.get(finding.check);
        let span = finding.primary.span;
        let (start, end) = (sources.line_column(span), sources.end_line_column(span));
        Found {
            id: &found.id,
            project: &project.root,
            settings: self.by_one_of_several(project),
            check: finding.check,
            severity: found.severity.as_str(),
            confidence: found.confidence.as_str(),
            verdict: if found.verdict == Verdict::Unknown { "unknown" } else { "fail" },
            owasp: meta.map_or(&[], |m| &m.owasp),
            cwe: meta.map_or(&[], |m| &m.cwe),
            django: match finding.django {
                Some(ids) => ids.to_vec(),
                None => meta.map_or_else(Vec::new, |m| m.django.iter().map(String::as_str).collect()),
            },
            path: sources.path(span.file),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            symbol: &finding.symbol,
            message: self.secrets.hide(&finding.message),
            related: finding.related.iter().map(|label| self.place(label)).collect(),
            instruction: finding.instruction.as_deref().map(|text| self.secrets.hide(text)),
            open_views: finding.open_views.iter().map(open_view).collect(),
            fingerprint: &found.fingerprint,
            suppressed: suppressed(found),
            known: found.known,
            fix: self.fix(found),
        }
    }

    fn place(&self, label: &Label) -> Place<'a> {
        let sources: &'a Sources = &self.report.sources;
        Place {
            path: sources.path(label.span.file),
            line: sources.line(label.span),
            message: self.secrets.hide(&label.message),
        }
    }

    fn fix(&self, found: &'a ReportedFinding) -> Option<Fix<'a>> {
        let fix = found.finding.fix.as_ref()?;
        let (hunks, problem) = match self.changes.get(&found.fingerprint) {
            Some(Ok(files)) => (files.iter().flat_map(|file| self.hunks(file)).collect(), None),
            Some(Err(problem)) => (Vec::new(), Some(problem.as_str())),
            None => (Vec::new(), None),
        };
        Some(Fix {
            id: &found.fingerprint,
            title: self.secrets.hide(&fix.title),
            effect: fix.effect.as_str(),
            effect_note: &fix.effect_note,
            hunks,
            problem,
        })
    }

    fn hunks(&self, file: &'a diff::FileChange) -> Vec<Hunk<'a>> {
        let hunks = diff::hunks(file).into_iter();
        hunks
            .map(|diff::Hunk { start, end, before, after }| Hunk {
                path: &file.path,
                start,
                end,
                before: self.secrets.hide(&before),
                after: self.secrets.hide(&after),
            })
            .collect()
    }
}

fn suppressed(found: &ReportedFinding) -> Option<Suppressed<'_>> {
    if let Some(waiver) = &found.waived {
        let (owner, expires) = (Some(waiver.owner.as_str()), Some(waiver.expires.to_string()));
        return Some(Suppressed { by: "waiver", reason: &waiver.reason, line: None, owner, expires });
    }
    let hidden = found.suppressed.as_ref()?;
    let line = Some(hidden.line);
    Some(Suppressed { by: hidden.by, reason: &hidden.reason, line, owner: None, expires: None })
}

fn open_view(view: &crate::finding::OpenView) -> OpenView<'_> {
    OpenView {
        view: &view.view,
        endpoints: &view.endpoints,
        seems_public: view.seems_public.as_deref(),
        kept_public: view.kept_public.as_deref(),
    }
}
