//! Literate fixtures: `tests/fixtures/checks/<check-id>.md`, which read as the check's documentation and run as
//! its tests.
//!
//! ````text
//! # debug-enabled                              the check's id; prose may follow
//!
//! ## A literal in the only settings module     one case for each H2 heading
//!
//! Why this case matters.
//!
//! verdict: fail                                pass | fail | unknown | not-applicable (required)
//! settings: config.settings.production         the module that `manage.py` names (default: `settings`)
//! env: NAME=VALUE                              an environment variable that the user supplies; repeatable
//! effect: reshapes                             the effect class of the fix
//! fix: none                                    no fix, but an instruction
//!
//! ```python settings.py
//! DEBUG = True  # finding: [debug-enabled]
//! ```
//!
//! ```diff
//! the exact change that the fixes of this check make together
//! ```
//! ````
//!
//! A fence whose info string has a second word is a file of a small project; `manage.py` is written unless the
//! case does so. Where there is a `development.py`, `manage.py` names that and `wsgi.py` the production module. The mark `# finding: [id]` is cut off before the file is written: the check finds something on the
//! lines so marked and on no other line. A finding about something absent stands where the settings module begins,
//! so mark the first line. Marks of other checks are kept for the reader and not looked at.
//!
//! Each case with a fix is also previewed: the finding must be gone afterwards, and a fix called `safe` must bring no
//! new finding of any check.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use drf_harden::checklist::Profile;
use drf_harden::edit::diff::unified;
use drf_harden::engine::{Engine, Options, ProjectReport, Report, ReportedFinding, Silent};
use drf_harden::finding::{Effect, Outcome, Verdict};
use tempfile::TempDir;
use time::macros::date;

/// One H2 section of a fixture.
#[derive(Clone, Debug, Default)]
pub(crate) struct Case {
    /// The heading.
    pub(crate) title: String,
    /// Paths and texts, marks cut off.
    pub(crate) files: Vec<(String, String)>,
    /// Path, line (from 1) and check of each mark.
    pub(crate) marks: BTreeSet<(String, usize, String)>,
    pub(crate) verdict: Option<String>,
    pub(crate) settings: Option<String>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) effect: Option<String>,
    pub(crate) no_fix: bool,
    pub(crate) diff: Option<String>,
}

/// The cases of a fixture, in order.
pub(crate) fn read(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            cases.push(Case { title: title.trim().to_owned(), ..Case::default() });
            continue;
        }
        let Some(case) = cases.last_mut() else { continue };
        if let Some(info) = line.strip_prefix("```") {
            let body: Vec<&str> = lines.by_ref().take_while(|l| !l.starts_with("```")).collect();
            match info.trim().split_once(' ') {
                Some((_, path)) => case.add_file(path.trim(), &body),
                None if info.trim() == "diff" => case.diff = Some(body.join("\n") + "\n"),
                None => panic!("{}: a fence needs a language and a path, or `diff`: {line}", case.title),
            }
        } else if let Some((key, value)) = line.split_once(": ") {
            let value = value.trim().to_owned();
            match key {
                "verdict" => case.verdict = Some(value),
                "settings" => case.settings = Some(value),
                "effect" => case.effect = Some(value),
                "fix" => case.no_fix = value == "none",
                "env" => {
                    let (name, value) = value.split_once('=').expect("env: NAME=VALUE");
                    case.env.push((name.to_owned(), value.to_owned()));
                }
                _ => {}
            }
        }
    }
    cases
}

impl Case {
    /// The text of a file.
    pub(crate) fn file(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|(p, _)| p == path).map(|(_, text)| text.as_str())
    }

    fn add_file(&mut self, path: &str, body: &[&str]) {
        let mut text = String::new();
        for (number, line) in body.iter().enumerate() {
            let (line, mark) = line.split_once("# finding: [").unwrap_or((line, ""));
            for check in mark.trim_end().trim_end_matches(']').split(',').filter(|c| !c.is_empty()) {
                self.marks.insert((path.to_owned(), number + 1, check.trim().to_owned()));
            }
            let line = if mark.is_empty() { line } else { line.trim_end() };
            writeln!(text, "{line}").unwrap();
        }
        self.files.push((path.to_owned(), text));
    }

    /// Writes the project to a temporary folder.
    pub(crate) fn lay_out(&self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let settings = self.settings.as_deref().unwrap_or("settings");
        let names = |module: &str| {
            format!("import os\n\nos.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"{module}\")\n")
        };
        let development = self.files.iter().find_map(|(path, _)| path.strip_suffix("/development.py"));
        if !self.files.iter().any(|(path, _)| path == "manage.py") {
            let module = development
                .map_or_else(|| settings.to_owned(), |dir| format!("{}.development", dir.replace('/', ".")));
            write(folder.path(), "manage.py", &names(&module));
        }
        if development.is_some() {
            write(folder.path(), "wsgi.py", &names(settings));
        }
        for (path, text) in &self.files {
            write(folder.path(), path, text);
            // The folders of dotted modules are packages.
            let mut parent = Path::new(path).parent();
            while let Some(dir) = parent.filter(|d| !d.as_os_str().is_empty() && path.ends_with(".py")) {
                let init = dir.join("__init__.py").to_string_lossy().into_owned();
                if !self.files.iter().any(|(p, _)| *p == init) {
                    write(folder.path(), &init, "");
                }
                parent = dir.parent();
            }
        }
        folder
    }

    /// An engine on the project.
    pub(crate) fn engine(&self, folder: &Path) -> Engine {
        let mut options = Options::new(date!(2026 - 01 - 01));
        options.profile = Profile::Everything;
        options.env.clone_from(&self.env);
        options.state_dir = Some(folder.join(".state"));
        Engine::open(folder, options).unwrap()
    }
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// The judged project of a report.
pub(crate) fn project(report: &Report) -> &ProjectReport {
    report.projects.first().expect("no project was found")
}

/// The outcome of a check.
pub(crate) fn outcome<'a>(project: &'a ProjectReport, check: &str) -> Option<&'a Outcome> {
    project.practices.iter().flat_map(|p| &p.checks).find(|c| c.check == check).map(|c| &c.outcome)
}

/// The findings of a check.
pub(crate) fn findings<'a>(project: &'a ProjectReport, check: &str) -> Vec<&'a ReportedFinding> {
    project.findings.iter().filter(|f| f.finding.check == check).collect()
}

/// The word of a verdict in fixtures.
pub(crate) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Unknown => "unknown",
        Verdict::NotApplicable => "not-applicable",
    }
}

/// Runs one case of one check; what is wrong, in sentences.
pub(crate) fn run(check: &str, case: &Case) -> Vec<String> {
    let folder = case.lay_out();
    let engine = case.engine(folder.path());
    let report = match engine.scan(&Silent) {
        Ok(report) => report,
        Err(error) => return vec![format!("the scan failed: {error}")],
    };
    let mut wrong = Vec::new();
    let project = project(&report);
    let found = findings(project, check);
    match (outcome(project, check), &case.verdict) {
        (None, _) => wrong.push("the check did not run, or belongs to no practice".to_owned()),
        (_, None) => wrong.push("the case states no verdict".to_owned()),
        (Some(outcome), Some(expected)) if word(outcome.verdict) != expected => {
            wrong.push(format!(
                "verdict {} instead of {expected}: {}",
                word(outcome.verdict),
                outcome.reason
            ));
        }
        (Some(_), Some(_)) => {}
    }
    let place = |f: &ReportedFinding| {
        let span = f.finding.primary.span;
        (report.sources.path(span.file).to_owned(), report.sources.line(span), check.to_owned())
    };
    let places: BTreeSet<_> = found.iter().map(|f| place(f)).collect();
    let marks: BTreeSet<_> = case.marks.iter().filter(|m| m.2 == check).cloned().collect();
    wrong.extend(marks.difference(&places).map(|(path, line, _)| format!("nothing found at {path}:{line}")));
    for found in found.iter().filter(|f| !marks.contains(&place(f))) {
        let (path, line, _) = place(found);
        wrong.push(format!("found at {path}:{line}, which is not marked: {}", found.finding.message));
    }
    wrong.extend(fixes(check, case, &engine, &report));
    wrong
}

fn fixes(check: &str, case: &Case, engine: &Engine, report: &Report) -> Vec<String> {
    let mut wrong = Vec::new();
    let found = findings(project(report), check);
    let fixable: Vec<_> =
        found.iter().filter_map(|f| Some((&*f.fingerprint, f.finding.fix.as_ref()?))).collect();
    for found in found.iter().filter(|f| f.finding.fix.is_none() && f.finding.instruction.is_none()) {
        wrong.push(format!("neither fix nor instruction: {}", found.finding.message));
    }
    if case.no_fix && !fixable.is_empty() {
        wrong.push("there is a fix, but the case says none".to_owned());
    }
    if fixable.is_empty() {
        if case.diff.is_some() || case.effect.is_some() {
            let why: Vec<_> = found.iter().filter_map(|f| f.finding.instruction.as_deref()).collect();
            wrong.push(format!("there is no fix: {}", why.join(" / ")));
        }
        return wrong;
    }
    for (_, fix) in &fixable {
        if case.effect.as_deref().is_some_and(|effect| effect != fix.effect.as_str()) {
            wrong.push(format!("the fix is called {}", fix.effect.as_str()));
        }
    }
    let fingerprints: Vec<_> = fixable.iter().map(|(fingerprint, _)| *fingerprint).collect();
    let preview = match engine.preview(report, &fingerprints) {
        Ok(preview) => preview,
        Err(error) => {
            wrong.push(format!("the fix cannot be planned: {error}"));
            return wrong;
        }
    };
    let diff = unified(&preview.change);
    if let Some(expected) = &case.diff
        && *expected != diff
    {
        wrong.push(format!("the fix makes another change:\n{diff}"));
    }
    let after = project(&preview.after);
    let fixed: BTreeSet<_> =
        found.iter().filter(|f| f.finding.fix.is_some()).map(|f| f.finding.symbol.as_str()).collect();
    for left in findings(after, check).iter().filter(|f| fixed.contains(f.finding.symbol.as_str())) {
        wrong.push(format!("still there after the fix: {}\n{diff}", left.finding.message));
    }
    if fixable.iter().all(|(_, fix)| fix.effect == Effect::Safe) {
        for id in &preview.introduces {
            let new = after.findings.iter().find(|f| f.id == *id);
            wrong.push(format!("the safe fix brings a new finding: {:?}", new.map(|f| &f.finding.message)));
        }
    }
    wrong
}
