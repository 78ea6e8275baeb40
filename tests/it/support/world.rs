//! A small project in memory with a backend that judges and edits it by plain text rules: enough to drive the whole
//! session without disk or engine.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use drf_harden::checklist::{Becomes, Catalog};
use drf_harden::decisions::{Decisions, WaiverScope};
use drf_harden::edit::{Code, Operation};
use drf_harden::engine::{
    CheckResult, DecisionNote, PracticeReport, Progress, ProgressSink, ProjectReport, Report,
    ReportedFinding, Score, State,
};
use drf_harden::finding::{Confidence, Effect, Finding, Fix, Label, Outcome, Severity, Verdict};
use drf_harden::project::{FoundVersion, NotRead, Project, Role, SettingsCandidate, SettingsChoice};
use drf_harden::settings::{Composition, How, Node, Setting, SettingsModel, Step, Value};
use drf_harden::source::{SourceFile, Sources, Span, TextRange, TextSize};
use drf_harden::tui::{Backend, FilePatch, ReportFormat, SessionState, Written, WrittenFile};
use time::Date;
use time::macros::date;

const BASE: &str = r#"from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = True
SECRET_KEY = "a-key-that-was-committed-long-ago-0123456789"
ALLOWED_HOSTS = ["*"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "rest_framework",
    "orders",
]

REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.AllowAny",
    ],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication",
    ],
}
"#;

const PRODUCTION: &str = "\
from .base import *

SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
SECURE_HSTS_SECONDS = 0
";

const VIEWS: &str = r"from rest_framework import viewsets

from orders.models import Order
from orders.serializers import OrderSerializer


class OrderViewSet(viewsets.ModelViewSet):
    queryset = Order.objects.all()
    serializer_class = OrderSerializer
    permission_classes = [AllowAny]


class StatusView(viewsets.ViewSet):
    permission_classes = [AllowAny]  # the load balancer asks
";

/// What is wrong while a text stands in a file, and what puts it right.
struct RuleOf {
    check: &'static str,
    path: &'static str,
    symbol: &'static str,
    needle: &'static str,
    message: &'static str,
    mark: &'static str,
    severity: Severity,
    fix: Option<(&'static str, Effect, &'static str, &'static str)>,
}

const RULES: &[RuleOf] = &[
    RuleOf {
        check: "debug-enabled",
        path: "config/settings/base.py",
        symbol: "DEBUG",
        needle: "DEBUG = True",
        message: "`DEBUG` is `True` in production",
        mark: "production gets `True`",
        severity: Severity::High,
        fix: Some((
            "Turn `DEBUG` off",
            Effect::Safe,
            "Error pages no longer show code and settings.",
            "DEBUG = False",
        )),
    },
    RuleOf {
        check: "secret-key-literal",
        path: "config/settings/base.py",
        symbol: "SECRET_KEY",
        needle: "SECRET_KEY = \"a-key-that-was-committed-long-ago-0123456789\"",
        message: "`SECRET_KEY` is written in the file",
        mark: "a literal of 45 characters",
        severity: Severity::High,
        fix: None,
    },
    RuleOf {
        check: "allowed-hosts-wildcard",
        path: "config/settings/base.py",
        symbol: "ALLOWED_HOSTS",
        needle: "ALLOWED_HOSTS = [\"*\"]",
        message: "`ALLOWED_HOSTS` admits every host name",
        mark: "any host",
        severity: Severity::Med,
        fix: Some((
            "Name the hosts in `ALLOWED_HOSTS`",
            Effect::Choose,
            "Requests for other host names are refused with 400.",
            "ALLOWED_HOSTS = [\"example.org\"]",
        )),
    },
    RuleOf {
        check: "default-permission-open",
        path: "config/settings/base.py",
        symbol: "REST_FRAMEWORK.DEFAULT_PERMISSION_CLASSES",
        needle: "\"rest_framework.permissions.AllowAny\"",
        message: "Every view that does not say otherwise is open to anybody: `DEFAULT_PERMISSION_CLASSES` is `[AllowAny]`",
        mark: "open to anybody",
        severity: Severity::High,
        fix: Some((
            "Ask for a signed-in user by default",
            Effect::Tightens,
            "Requests without a login that worked so far get 401, on every view that sets no permission of its own.",
            "\"rest_framework.permissions.IsAuthenticated\"",
        )),
    },
    RuleOf {
        check: "session-cookie-insecure",
        path: "config/settings/production.py",
        symbol: "SESSION_COOKIE_SECURE",
        needle: "SESSION_COOKIE_SECURE = False",
        message: "The session cookie is sent over plain http",
        mark: "sent without TLS",
        severity: Severity::Med,
        fix: Some((
            "Send the session cookie over https only",
            Effect::Safe,
            "Nothing changes for callers over https.",
            "SESSION_COOKIE_SECURE = True",
        )),
    },
    RuleOf {
        check: "csrf-cookie-insecure",
        path: "config/settings/production.py",
        symbol: "CSRF_COOKIE_SECURE",
        needle: "CSRF_COOKIE_SECURE = False",
        message: "The CSRF cookie is sent over plain http",
        mark: "sent without TLS",
        severity: Severity::Med,
        fix: Some((
            "Send the CSRF cookie over https only",
            Effect::Safe,
            "Nothing changes for callers over https.",
            "CSRF_COOKIE_SECURE = True",
        )),
    },
    RuleOf {
        check: "hsts-missing",
        path: "config/settings/production.py",
        symbol: "SECURE_HSTS_SECONDS",
        needle: "SECURE_HSTS_SECONDS = 0",
        message: "Browsers are not told to stay on https",
        mark: "no HSTS header",
        severity: Severity::Med,
        fix: Some((
            "Send an HSTS header for an hour, to begin with",
            Effect::Tightens,
            "Browsers refuse plain http to this host for an hour after a visit.",
            "SECURE_HSTS_SECONDS = 3600",
        )),
    },
    RuleOf {
        check: "view-permission-open",
        path: "orders/views.py",
        symbol: "orders.views.OrderViewSet",
        needle: "permission_classes = [AllowAny]\n\n",
        message: "`OrderViewSet` writes data and is open to anybody",
        mark: "open to anybody",
        severity: Severity::High,
        fix: Some((
            "Ask for a signed-in user in `OrderViewSet`",
            Effect::Tightens,
            "Requests without a login to this view get 401.",
            "permission_classes = [IsAuthenticated]\n\n",
        )),
    },
    RuleOf {
        check: "view-permission-open",
        path: "orders/views.py",
        symbol: "orders.views.StatusView",
        needle: "permission_classes = [AllowAny]  #",
        message: "`StatusView` is open to anybody",
        mark: "open to anybody",
        severity: Severity::Low,
        fix: Some((
            "Ask for a signed-in user in `StatusView`",
            Effect::Tightens,
            "Requests without a login to this view get 401.",
            "permission_classes = [IsAuthenticated]  #",
        )),
    },
];

/// The world behind the session.
pub(crate) struct World {
    inner: Mutex<Inner>,
    ambiguous: bool,
}

#[derive(Default)]
struct Inner {
    files: BTreeMap<String, String>,
    former: Vec<(String, BTreeMap<String, String>)>,
    decisions: Decisions,
    session: SessionState,
    writes: usize,
}

impl World {
    /// The world with the first-start notice already seen.
    pub(crate) fn new() -> Arc<Self> {
        let world = Self::fresh();
        world.inner.lock().unwrap().session.seen_notice = true;
        world
    }

    /// The world of a first start.
    pub(crate) fn fresh() -> Arc<Self> {
        Arc::new(Self::build(false))
    }

    /// A project with two settings modules that production could use.
    pub(crate) fn ambiguous() -> Arc<Self> {
        let world = Self::build(true);
        world.inner.lock().unwrap().session.seen_notice = true;
        Arc::new(world)
    }

    fn build(ambiguous: bool) -> Self {
        let files = [
            ("config/settings/base.py", BASE),
            ("config/settings/production.py", PRODUCTION),
            ("orders/views.py", VIEWS),
        ];
        let files = files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
        Self { inner: Mutex::new(Inner { files, ..Inner::default() }), ambiguous }
    }

    /// The text of a file now.
    pub(crate) fn text(&self, path: &str) -> String {
        self.inner.lock().unwrap().files[path].clone()
    }

    /// Changes a file behind the session's back.
    pub(crate) fn set_text(&self, path: &str, text: &str) {
        self.inner.lock().unwrap().files.insert(path.to_owned(), text.to_owned());
    }

    /// All files.
    pub(crate) fn files(&self) -> BTreeMap<String, String> {
        self.inner.lock().unwrap().files.clone()
    }

    /// How often files were written.
    pub(crate) fn writes(&self) -> usize {
        self.inner.lock().unwrap().writes
    }

    /// The decisions as kept.
    pub(crate) fn kept_decisions(&self) -> Decisions {
        self.inner.lock().unwrap().decisions.clone()
    }

    /// The session as kept.
    pub(crate) fn kept_session(&self) -> SessionState {
        self.inner.lock().unwrap().session.clone()
    }

    fn report(&self) -> Report {
        let inner = self.inner.lock().unwrap();
        judge(&inner.files, &inner.decisions, self.ambiguous)
    }
}

fn fingerprint(rule: usize) -> String {
    format!("{rule:016x}")
}

fn changed(files: &BTreeMap<String, String>, fixes: &[String]) -> BTreeMap<String, String> {
    let mut files = files.clone();
    for (i, rule) in RULES.iter().enumerate() {
        if let (true, Some((.., with))) = (fixes.contains(&fingerprint(i)), rule.fix)
            && let Some(text) = files.get_mut(rule.path)
        {
            *text = text.replacen(rule.needle, with, 1);
        }
    }
    files
}

impl Backend for World {
    fn name(&self) -> String {
        "shop-api".to_owned()
    }

    fn today(&self) -> Date {
        date!(2026 - 11 - 23)
    }

    fn author(&self) -> String {
        "Dana K. <dana@example.org>".to_owned()
    }

    fn load_session(&self) -> SessionState {
        self.kept_session()
    }

    fn save_session(&self, state: &SessionState) -> Result<(), String> {
        self.inner.lock().unwrap().session = state.clone();
        Ok(())
    }

    fn scan(&self, progress: &dyn ProgressSink) -> Result<Report, String> {
        progress.step(Progress::Discovering { found: 3 });
        progress.step(Progress::Parsing { done: 3, of: 3 });
        progress.step(Progress::Project {
            root: String::new(),
            versions: "Django 5.2.1, DRF 3.16.0 (uv.lock)".to_owned(),
            settings: "config.settings.production, named in wsgi.py:14".to_owned(),
        });
        progress.step(Progress::Checking { done: 35, of: 35 });
        Ok(self.report())
    }

    fn decisions(&self) -> Result<Decisions, String> {
        Ok(self.kept_decisions())
    }

    fn save_decisions(&self, decisions: &Decisions) -> Result<Report, String> {
        self.inner.lock().unwrap().decisions = decisions.clone();
        Ok(self.report())
    }

    fn plan(&self, report: &Report, fixes: &[String]) -> Result<Vec<FilePatch>, String> {
        let before: BTreeMap<String, String> =
            report.sources.iter().map(|(_, file)| (file.path.clone(), file.text.to_string())).collect();
        let after = changed(&before, fixes);
        Ok(before
            .into_iter()
            .filter(|(path, text)| after[path] != *text)
            .map(|(path, text)| FilePatch { before: text.into(), after: after[&path].as_str().into(), path })
            .collect())
    }

    fn apply(&self, report: &Report, fixes: &[String]) -> Result<Written, String> {
        let patches = self.plan(report, fixes)?;
        let mut files = Vec::new();
        {
            let mut inner = self.inner.lock().unwrap();
            let former = inner.files.clone();
            for patch in patches {
                let same = inner.files.get(&patch.path).is_some_and(|text| **text == *patch.before);
                let refused = (!same).then(|| "the file changed on disk after the scan".to_owned());
                if same {
                    inner.files.insert(patch.path.clone(), patch.after.to_string());
                }
                files.push(WrittenFile { path: patch.path, refused });
            }
            inner.writes += 1;
            let id = format!("20261123-{}", inner.writes);
            inner.former.push((id, former));
        }
        let undo = self.inner.lock().unwrap().former.last().map(|(id, _)| id.clone()).unwrap_or_default();
        Ok(Written { undo, files, report: self.report() })
    }

    fn undo(&self, id: &str) -> Result<Report, String> {
        {
            let mut inner = self.inner.lock().unwrap();
            let at = inner.former.iter().position(|(i, _)| i == id).ok_or("no such write")?;
            inner.files = inner.former.remove(at).1;
        }
        Ok(self.report())
    }

    fn save_patch(&self, _report: &Report, fixes: &[String]) -> Result<PathBuf, String> {
        Ok(PathBuf::from(format!("drf-harden-{}.patch", fixes.len())))
    }

    fn write_report(&self, _report: &Report, format: ReportFormat) -> Result<PathBuf, String> {
        Ok(PathBuf::from(match format {
            ReportFormat::Markdown => "drf-harden-report.md",
            ReportFormat::Json => "drf-harden-report.json",
        }))
    }

    fn endpoints(&self, _: &str) -> Result<drf_harden::engine::EndpointReport, String> {
        Err("this world has no URLs".to_owned())
    }

    fn uncommitted(&self, paths: &[String]) -> Vec<String> {
        paths.iter().filter(|p| p.ends_with("base.py")).cloned().collect()
    }
}

fn span(sources: &Sources, path: &str, needle: &str) -> Option<Span> {
    let file = sources.find(path)?;
    let start = sources.text(file).find(needle)?;
    let length = needle.trim_end_matches([' ', '#', '\n']).len();
    Some(Span::new(file, TextRange::at(TextSize::new(start as u32), TextSize::new(length as u32))))
}

fn findings(sources: &Sources, catalog: &Catalog, decisions: &Decisions) -> Vec<ReportedFinding> {
    let mut found = Vec::new();
    for (i, rule) in RULES.iter().enumerate() {
        let Some(at) = span(sources, rule.path, rule.needle) else { continue };
        let mut finding = Finding::new(rule.check, rule.symbol, Label::new(at, rule.mark), rule.message).fix(
            rule.fix.map(|(title, effect, note, _)| Fix {
                title: title.to_owned(),
                effect,
                effect_note: note.to_owned(),
                operations: vec![Operation::ReplaceExpression { at, with: Code::None }],
            }),
        );
        if rule.fix.is_none() {
            finding = finding.instruction(
                "Make a new key, keep it out of the repository, and read it from the environment.",
            );
        }
        let fingerprint = fingerprint(i);
        let waived = decisions.waivers.iter().find(|w| {
            w.check == rule.check
                && match &w.scope {
                    WaiverScope::Place(place) => *place == fingerprint,
                    WaiverScope::Folder(folder) => rule.path.starts_with(folder.as_str()),
                    WaiverScope::Everywhere => true,
                }
        });
        found.push(ReportedFinding {
            id: format!("f{}", i + 1),
            finding,
            severity: rule.severity,
            confidence: Confidence::High,
            verdict: Verdict::Fail,
            fingerprint,
            suppressed: None,
            known: None,
            waived: waived.cloned(),
            practices: catalog
                .practices
                .iter()
                .enumerate()
                .filter(|(_, p)| p.checks.iter().any(|c| c == rule.check))
                .map(|(at, _)| at)
                .collect(),
        });
    }
    found
}

fn judge(files: &BTreeMap<String, String>, decisions: &Decisions, ambiguous: bool) -> Report {
    let sources = Sources::new(
        PathBuf::from("/home/dana/shop-api"),
        files
            .iter()
            .map(|(path, text)| SourceFile::from_bytes(path.clone(), text.clone().into_bytes()).unwrap())
            .collect(),
    );
    let catalog = crate::support::catalog::small();
    let findings = findings(&sources, &catalog, decisions);
    let practices: Vec<PracticeReport> = (0..catalog.practices.len())
        .map(|at| practice(&sources, &catalog, decisions, &findings, at))
        .collect();
    let score = score(&practices);
    let project = ProjectReport {
        project: Some(project(&sources, ambiguous)),
        root: String::new(),
        name: "shop-api".to_owned(),
        model: Some(Arc::new(model(&sources))),
        practices,
        findings,
        score,
    };
    Report {
        root: PathBuf::from("/home/dana/shop-api"),
        sources: Arc::new(sources),
        catalog,
        projects: vec![project],
        not_read: vec![NotRead {
            path: "old/views.py".to_owned(),
            reason: "line 3: it is not valid Python".to_owned(),
        }],
        files_read: 3,
        notices: Vec::new(),
        hidden_by_profile: 0,
    }
}

fn practice(
    sources: &Sources,
    catalog: &Catalog,
    decisions: &Decisions,
    findings: &[ReportedFinding],
    at: usize,
) -> PracticeReport {
    let practice = &catalog.practices[at];
    let mine: Vec<usize> = (0..findings.len()).filter(|&i| findings[i].practices.contains(&at)).collect();
    let answer = decisions.answers.iter().find(|a| a.practice == practice.id);
    let active = mine.iter().any(|&i| findings[i].is_active());
    let state = match answer.map(|a| a.becomes) {
        Some(Becomes::NotApplicable) => State::NotApplicable,
        _ if active => State::Fail,
        _ if !mine.is_empty() => State::Waived,
        Some(Becomes::Attested) => State::Attested,
        Some(Becomes::Fail) => State::Fail,
        _ if practice.question.is_some() => State::Ask,
        _ if practice.id == "close-cross-origin-access" => State::Unknown,
        _ => State::Pass,
    };
    let checks = practice
        .checks
        .iter()
        .map(|check| {
            let bad = mine.iter().any(|&i| findings[i].finding.check == check);
            let evidence = span(sources, "config/settings/base.py", "REST_FRAMEWORK = {");
            let evidence = evidence.map(|at| Label::new(at, "read here")).into_iter().collect();
            let mut outcome =
                Outcome::pass("Nothing in the settings of production speaks against it.", evidence);
            if bad {
                outcome = Outcome::not_applicable(
                    "The value was followed from the settings module to the place that sets it.",
                );
                outcome.verdict = Verdict::Fail;
            }
            CheckResult { check: check.clone(), outcome }
        })
        .collect();
    let points = if state == State::NotApplicable { 0 } else { practice.severity.points() };
    let earned = if matches!(state, State::Pass | State::Attested) { points * 100 } else { 0 };
    let waiver = mine.iter().find_map(|&i| findings[i].waived.clone());
    let decision = answer.cloned().map(DecisionNote::Answer).or(waiver.map(DecisionNote::Waiver));
    PracticeReport { practice: at, state, checks, findings: mine, decision, points, earned }
}

fn score(practices: &[PracticeReport]) -> Score {
    let applies = || practices.iter().filter(|p| p.state != State::NotApplicable);
    let possible: u32 = applies().map(|p| p.points).sum();
    let earned: u32 = applies().map(|p| p.earned).sum();
    let attested: u32 = applies().filter(|p| p.state == State::Attested).map(|p| p.earned).sum();
    let decided = applies().filter(|p| !matches!(p.state, State::Ask | State::Unknown)).count();
    Score {
        total: earned / possible.max(1),
        verified: (earned - attested) / possible.max(1),
        decided: decided as u32,
        of: applies().count() as u32,
        high_open: applies().any(|p| p.state.is_open() && p.points == 5),
    }
}

fn project(sources: &Sources, ambiguous: bool) -> Project {
    let candidate = |module: &str, path: &str, role, named: &str| SettingsCandidate {
        module: module.to_owned(),
        file: sources.find(path).unwrap(),
        role,
        named_by: vec![named.to_owned()],
    };
    let (production, base) = ("config.settings.production", "config.settings.base");
    Project {
        root: String::new(),
        name: "shop-api".to_owned(),
        import_roots: vec![String::new()],
        candidates: vec![
            candidate(production, "config/settings/production.py", Role::Production, "its name"),
            candidate(base, "config/settings/base.py", Role::Base, "manage.py:9"),
        ],
        configuration: None,
        choice: if ambiguous {
            SettingsChoice::Ambiguous {
                modules: vec![production.to_owned(), base.to_owned()],
                why: "`manage.py:9` names one module and the names of the files speak for another".to_owned(),
            }
        } else {
            SettingsChoice::Module { module: production.to_owned(), why: "named in wsgi.py:14".to_owned() }
        },
        django: Some(FoundVersion {
            version: "5.2.1".to_owned(),
            exact: true,
            found_in: "uv.lock".to_owned(),
        }),
        drf: Some(FoundVersion { version: "3.16.0".to_owned(), exact: true, found_in: "uv.lock".to_owned() }),
        site_packages: None,
        dotenv: Vec::new(),
        deployment: Vec::new(),
    }
}

fn model(sources: &Sources) -> SettingsModel {
    let production = sources.find("config/settings/production.py").unwrap();
    let import = span(sources, "config/settings/production.py", "from .base import *").unwrap();
    let mut settings = BTreeMap::new();
    for rule in RULES.iter().filter(|r| r.path.starts_with("config/")) {
        let name = rule.symbol.split('.').next().unwrap();
        let Some(at) = span(sources, rule.path, rule.needle) else { continue };
        let mut steps = vec![Step { at, how: How::Assigned, note: String::new() }];
        if rule.path.ends_with("base.py") {
            steps.push(Step { at: import, how: How::Imported, note: "every name of base".to_owned() });
        }
        let value = match name {
            "SECRET_KEY" => Value::Str("a-key-that-was-committed-long-ago-0123456789".to_owned()),
            _ => Value::Bool(false),
        };
        let node = Node { value, at: Some(at), env: Vec::new() };
        settings.insert(name.to_owned(), Setting { name: name.to_owned(), node, steps, is_default: false });
    }
    SettingsModel {
        module: "config.settings.production".to_owned(),
        file: production,
        role: Role::Production,
        configuration: None,
        django_version: Some("5.2.1".to_owned()),
        drf_version: Some("3.16.0".to_owned()),
        settings,
        files: vec![production],
        open: None,
        composition: Composition::Module,
        problems: Vec::new(),
        switches: Vec::new(),
        class_choice: None,
        environment: None,
        included: Vec::new(),
        deployment: Vec::new(),
        environ: Vec::new(),
        made: Vec::new(),
    }
}
