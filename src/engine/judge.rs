//! Judges one project: groups what the checks say by practice, with what people decided.

use std::collections::BTreeMap;
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::baseline::Baseline;
use super::fingerprint::fingerprints;
use super::run::run_checks;
use super::select::Selection;
use super::state::{self, Inputs};
use super::suppress::{Comments, lines_for};
use super::{
    CheckResult, Engine, EngineError, PracticeReport, ProgressSink, ProjectReport, ReportedFinding, State,
};
use crate::checklist::{Catalog, CheckMeta};
use crate::decisions::{Decisions, Waiver, WaiverScope};
use crate::finding::{Finding, Outcome, Severity, Suppressed, Verdict, suppression_for};
use crate::index::ProjectIndex;
use crate::project::Project;
use crate::settings::{Environment, SettingsModel};
use crate::source::Sources;

/// What is the same for all projects of a scan.
pub(super) struct Context<'a> {
    pub(super) engine: &'a Engine,
    pub(super) sources: &'a Sources,
    pub(super) catalog: &'a Arc<Catalog>,
    pub(super) selection: &'a Selection<'a>,
    pub(super) decisions: &'a Decisions,
    pub(super) comments: &'a Comments,
    pub(super) baseline: Option<&'a Baseline>,
    pub(super) sink: &'a dyn ProgressSink,
}

/// What is judged together.
pub(super) struct Subject {
    pub(super) project: Option<Project>,
    pub(super) model: Option<SettingsModel>,
    /// The environment that is given.
    pub(super) given: Environment,
    /// The environment in which production is supposed to run.
    pub(super) environment: Environment,
    pub(super) index: ProjectIndex,
}

/// A judged project, and how many findings the selection leaves out.
pub(super) struct Judged {
    pub(super) report: ProjectReport,
    pub(super) hidden: usize,
}

/// Judges one project.
pub(super) fn judge(
    cx: &Context<'_>,
    subject: &Subject,
    notices: &mut Vec<String>,
) -> Result<Judged, EngineError> {
    let mut outcomes = run_checks(cx, subject, notices)?;
    let root = subject.project.as_ref().map(|p| p.root.clone()).unwrap_or_default();
    // States are judged on everything that was found; the selection only decides what is listed.
    let (mut findings, mut listed) = report_findings(cx, &root, &mut outcomes, notices);
    let mut practices = cx
        .catalog
        .practices
        .iter()
        .enumerate()
        .map(|(at, practice)| {
            let checks: Vec<CheckResult> = practice
                .checks
                .iter()
                .filter_map(|id| {
                    outcomes.get(id.as_str()).map(|o| CheckResult { check: id.clone(), outcome: o.clone() })
                })
                .collect();
            let shown: Vec<usize> = findings
                .iter()
                .enumerate()
                .filter(|(_, f)| practice.checks.iter().any(|id| id == f.finding.check))
                .map(|(i, _)| i)
                .collect();
            let answer = cx.decisions.answers.iter().find(|a| a.project == root && a.practice == practice.id);
            let shown_findings: Vec<_> = shown.iter().map(|&i| &findings[i]).collect();
            let inputs = Inputs {
                practice,
                checks: &checks,
                findings: &shown_findings,
                answer,
                today: cx.engine.options.today,
            };
            let (state, decision, share) = state::judge(&inputs);
            let points = if state == State::NotApplicable { 0 } else { practice.severity.points() };
            for &i in &shown {
                findings[i].practices.push(at);
            }
            PracticeReport {
                practice: at,
                state,
                checks,
                findings: shown,
                decision,
                points,
                earned: points * share,
            }
        })
        .collect::<Vec<_>>();
    let hidden = listed.iter().filter(|l| !**l).count();
    if let Some(baseline) = cx.baseline {
        let gone = baseline.gone(&root, &findings, cx.catalog, cx.selection);
        if gone > 0 {
            notices.push(format!(
                "{} of the baseline {} gone. Write it anew, so that they cannot come back unseen: `drf-harden check --format json --exit-zero -o FILE`.",
                if gone == 1 { "1 finding".to_owned() } else { format!("{gone} findings") },
                if gone == 1 { "is" } else { "are" },
            ));
        }
        if cx.engine.options.only_new {
            for (listed, found) in listed.iter_mut().zip(&findings) {
                *listed &= found.known != Some(true);
            }
        }
    }
    keep_listed(&mut findings, &mut practices, &listed);
    let score = state::score(&practices, |p| cx.catalog.practices[p.practice].severity);
    let name =
        subject.project.as_ref().map_or_else(|| "files under no project".to_owned(), |p| p.name.clone());
    let report = ProjectReport {
        project: subject.project.clone(),
        root,
        name,
        model: subject.model.clone().map(Arc::new),
        practices,
        findings,
        score,
    };
    Ok(Judged { report, hidden })
}

/// Takes out the findings that the selection does not list.
fn keep_listed(findings: &mut Vec<ReportedFinding>, practices: &mut [PracticeReport], listed: &[bool]) {
    let mut next = 0..;
    let places: Vec<Option<usize>> = listed.iter().map(|l| if *l { next.next() } else { None }).collect();
    let mut at = 0;
    findings.retain(|_| {
        at += 1;
        listed[at - 1]
    });
    for practice in practices {
        practice.findings = practice.findings.iter().filter_map(|&i| places[i]).collect();
    }
}

/// Takes the findings out of the outcomes, in order of the catalogue's practices, then severity, then place. Beside
/// them, whether the selection lists each.
fn report_findings(
    cx: &Context<'_>,
    root: &str,
    outcomes: &mut BTreeMap<&'static str, Outcome>,
    notices: &mut Vec<String>,
) -> (Vec<ReportedFinding>, Vec<bool>) {
    let options = &cx.engine.options;
    let per_file: Vec<(Gitignore, &super::PerFileIgnore)> =
        options.per_file.iter().map(|entry| (glob(&entry.path), entry)).collect();
    let mut found = Vec::new();
    for outcome in outcomes.values_mut() {
        let findings = std::mem::take(&mut outcome.findings);
        let prints = fingerprints(cx.sources, root, &findings);
        for (finding, fingerprint) in findings.into_iter().zip(prints) {
            let Some(meta) = cx.catalog.check(finding.check) else { continue };
            let severity = severity_of(cx, &finding, meta);
            let confidence = finding.confidence.unwrap_or(meta.confidence);
            let listed = cx.selection.takes(meta)
                && severity >= options.min_severity
                && confidence >= options.min_confidence;
            let suppressed = if options.no_ignores { None } else { suppressed(cx, &finding, &per_file) };
            let waived =
                if options.no_waivers { None } else { waived(cx, root, &finding, &fingerprint, notices) };
            let known = cx.baseline.map(|baseline| baseline.knows(root, &fingerprint));
            let reported = ReportedFinding {
                id: String::new(),
                severity,
                confidence,
                verdict: if outcome.verdict == Verdict::Fail { Verdict::Fail } else { Verdict::Unknown },
                fingerprint,
                suppressed,
                waived,
                known,
                practices: Vec::new(),
                finding,
            };
            found.push((reported, listed));
        }
    }
    let rank = |f: &ReportedFinding| {
        let practices = &cx.catalog.practices;
        practices.iter().position(|p| p.checks.iter().any(|c| c == f.finding.check)).unwrap_or(usize::MAX)
    };
    found.sort_by_cached_key(|(f, _)| {
        (rank(f), std::cmp::Reverse(f.severity), f.finding.primary.span, f.finding.symbol.clone())
    });
    found.into_iter().unzip()
}

/// The project's configuration wins over the place, the place over the catalogue.
fn severity_of(cx: &Context<'_>, finding: &Finding, meta: &CheckMeta) -> Severity {
    let configured = cx.engine.options.severities.get(finding.check).copied();
    configured.or(finding.severity).unwrap_or(meta.severity)
}

fn glob(pattern: &str) -> Gitignore {
    let mut builder = GitignoreBuilder::new("");
    // A pattern that is no glob matches nothing; the configuration's reader has refused it already.
    let _ = builder.add_line(None, pattern);
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

fn suppressed(
    cx: &Context<'_>,
    finding: &Finding,
    per_file: &[(Gitignore, &super::PerFileIgnore)],
) -> Option<Suppressed> {
    let span = finding.primary.span;
    let path = cx.sources.path(span.file);
    let comments = cx.comments.get(&span.file);
    let by_comment = comments
        .filter(|c| c.iter().any(|(_, s)| s.checks.iter().any(|c| c == finding.check)))
        .and_then(|c| suppression_for(finding.check, c, &lines_for(cx.sources, span)));
    by_comment.or_else(|| {
        let (_, entry) = per_file.iter().find(|(glob, entry)| {
            (entry.ignore.is_empty() || entry.ignore.iter().any(|c| c == finding.check))
                && glob.matched_path_or_any_parents(path, false).is_ignore()
        })?;
        Some(Suppressed { by: "configuration", reason: entry.reason.clone(), line: entry.line })
    })
}

/// Days before the end of a waiver from which it is announced.
const WARN_DAYS: i64 = 14;

fn waived(
    cx: &Context<'_>,
    root: &str,
    finding: &Finding,
    fingerprint: &str,
    notices: &mut Vec<String>,
) -> Option<Waiver> {
    let path = cx.sources.path(finding.primary.span.file);
    let today = cx.engine.options.today;
    let covers = |w: &&Waiver| {
        w.project == root
            && w.check == finding.check
            && match &w.scope {
                WaiverScope::Place(print) => print == fingerprint,
                WaiverScope::Folder(folder) => {
                    path.strip_prefix(folder.trim_end_matches('/')).is_some_and(|r| r.starts_with('/'))
                }
                WaiverScope::Everywhere => true,
            }
    };
    let waiver = cx.decisions.waivers.iter().filter(covers).max_by_key(|w| w.expires)?;
    let days = (waiver.expires - today).whole_days();
    if days < 0 {
        notices.push(format!("The waiver of {} ended on {}; it fails again.", finding.check, waiver.expires));
        return None;
    }
    if days <= WARN_DAYS {
        notices.push(format!("The waiver of {} ends on {}.", finding.check, waiver.expires));
    }
    Some(waiver.clone())
}

/// Gives every finding its short id, counted over the report.
pub(super) fn number(reports: &mut [ProjectReport]) {
    for (i, found) in reports.iter_mut().flat_map(|r| &mut r.findings).enumerate() {
        found.id = format!("f{}", i + 1);
    }
}

/// A sentence for every ignore comment that hides nothing, or gives no reason.
pub(super) fn unused_comments(cx: &Context<'_>, reports: &[ProjectReport]) -> Vec<String> {
    let mut notices = Vec::new();
    if cx.engine.options.no_ignores {
        return notices;
    }
    for (&file, comments) in cx.comments {
        let path = cx.sources.path(file);
        for (line, comment) in comments {
            if comment.reason.is_empty() {
                notices
                    .push(format!("{path}:{line}: the ignore comment gives no reason, so it hides nothing."));
                continue;
            }
            for check in &comment.checks {
                let used = reports.iter().flat_map(|r| &r.findings).any(|f| {
                    f.finding.check == check
                        && f.finding.primary.span.file == file
                        && f.suppressed.as_ref().is_some_and(|s| s.line == *line)
                });
                let judged = cx.catalog.check(check).is_none_or(|meta| cx.selection.takes(meta));
                if !used && judged {
                    notices
                        .push(format!("{path}:{line}: the ignore comment for {check} hides nothing here."));
                }
            }
        }
    }
    notices
}
