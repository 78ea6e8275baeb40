//! The pipeline: load, parse, discover, evaluate, link, judge. Deterministic: parallel work is collected in the
//! order of its input.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use rayon::prelude::*;

use super::baseline::Baseline;
use super::judge::{self, Subject};
use super::parse::{harvest, parse_all, python_files};
use super::projects::find_projects;
use super::reached::read_ahead;
use super::select::Selection;
use super::settings::{Models, assumption, evaluate_judged};
use super::{Engine, EngineError, Progress, ProgressSink, Report};
use crate::checklist::Catalog;
use crate::index::items::FileItems;
use crate::index::{Framework, ModuleNames, ProjectIndex};
use crate::project::{self, LoadOptions, Loaded, Project, SettingsChoice};
use crate::settings::Environment;
use crate::source::{FileId, ReadError, Sources, read_text};

/// The parser grows its stack, visitors and drops do not: hostile nesting must not end the process.
const STACK_BYTES: usize = 256 * 1024 * 1024;

static POOL: LazyLock<rayon::ThreadPool> = LazyLock::new(|| {
    rayon::ThreadPoolBuilder::new()
        .stack_size(STACK_BYTES)
        .thread_name(|i| format!("scan-{i}"))
        .build()
        .expect("internal error: no threads")
});

/// Runs analysis where recursion has room.
pub(super) fn on_big_stacks<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    POOL.install(work)
}

pub(super) fn scan(engine: &Engine, sink: &dyn ProgressSink) -> Result<Report, EngineError> {
    let load = |root: &Path| -> Result<Loaded, EngineError> {
        let options =
            LoadOptions { exclude: engine.options.exclude.clone(), python: engine.options.python.clone() };
        let loaded = project::load(root, &options, &|found| sink.step(Progress::Discovering { found }))?;
        if sink.step(Progress::Parsing { done: 0, of: loaded.sources.len() }) {
            Ok(loaded)
        } else {
            Err(EngineError::Cancelled)
        }
    };
    // What is built in is unpacked while the disk is read.
    let (loaded, ()) = rayon::join(
        || load(&engine.root),
        || {
            Catalog::builtin();
            Framework::builtin();
        },
    );
    let loaded = loaded?;
    let mut report = scan_loaded(engine, loaded, sink)?;
    let inside = needs_surroundings(&report) || is_package(&engine.root);
    if let Some(around) = inside.then(|| surroundings(&engine.root)).flatten() {
        // A folder inside a project was named: the project around it is judged.
        let wider = Engine::at(around, engine.options.clone());
        let loaded = load(&wider.root)?;
        if let Ok(mut found) = scan_loaded(&wider, loaded, sink)
            && found
                .projects
                .iter()
                .any(|p| p.model.is_some() && engine.root.starts_with(wider.root.join(&p.root)))
        {
            let text = format!(
                "{} is part of the project in {}; the whole project was judged.",
                engine.root.display(),
                wider.root.display()
            );
            found.notices.insert(0, text);
            report = found;
            let _ = engine.around.set(wider.root);
        }
    }
    if report.projects.is_empty() {
        return Err(EngineError::NothingToCheck { root: engine.root.clone(), files: report.files_read });
    }
    Ok(report)
}

/// Without settings, the folder may be a part of a project.
fn needs_surroundings(report: &Report) -> bool {
    report.projects.iter().all(|p| p.model.is_none())
}

/// Whether a folder is a Python package: what is in it is imported from the folder above.
fn is_package(folder: &Path) -> bool {
    folder.join("__init__.py").is_file()
}

/// The nearest folder above with a `manage.py`, in the same git repository, else the repository itself. Outside of
/// a repository the search ends at the folder that holds the outermost package.
fn surroundings(root: &Path) -> Option<PathBuf> {
    let repository = root.ancestors().find(|a| a.join(".git").exists());
    let top = repository.or_else(|| root.ancestors().find(|a| !is_package(a)))?;
    let mut inside = root.ancestors().skip(1).take_while(|a| a.starts_with(top));
    let managed = inside.find(|a| a.join("manage.py").is_file());
    managed.or_else(|| (top != root).then_some(top)).map(Path::to_path_buf)
}

/// Judges a snapshot: one from disk, or one with proposed texts laid over it.
pub(super) fn scan_loaded(
    engine: &Engine,
    loaded: Loaded,
    sink: &dyn ProgressSink,
) -> Result<Report, EngineError> {
    let Loaded { sources, mut not_read } = loaded;
    let catalog = Catalog::builtin();
    let selection = Selection::new(&catalog, &engine.options)?;
    let decisions = engine.decisions()?.decisions;
    let environment = environment(engine)?;
    let baseline = engine.options.baseline.as_deref().map(Baseline::read).transpose()?;
    let mut notices = Vec::new();
    // Projects are found, and settings evaluated one module at a time, by one thread: the others parse meanwhile.
    let (parsed, found) = rayon::join(
        || parse_all(&sources, sink),
        || -> Result<(Vec<Project>, Vec<Prepared>), EngineError> {
            let projects = find_projects(engine, &sources, &decisions, &mut notices)?;
            read_ahead(&sources, &projects);
            let given = engine.options.environment_as_given;
            let of_project = |p: &Project| {
                let models = evaluate_judged(&sources, p, &environment, given);
                (models, module_names(&sources, p, &projects))
            };
            let prepared = projects.par_iter().map(of_project).collect();
            harvest(&sources);
            Ok((projects, prepared))
        },
    );
    let (projects, prepared) = found?;
    let parsed = parsed?;
    not_read.extend(parsed.broken);
    not_read.sort();
    not_read.dedup();

    let roots: Vec<&str> = projects.iter().map(|p| p.root.as_str()).collect();
    let mut subjects = Vec::new();
    for (project, (models, names)) in projects.iter().zip(prepared) {
        let items = items_of(&parsed.items, &sources, Some(&project.root), &roots);
        let versions = versions_line(project);
        let settings = settings_line(project);
        if !sink.step(Progress::Project { root: project.root.clone(), versions, settings }) {
            return Err(EngineError::Cancelled);
        }
        notices.extend(models.assumed.iter().map(|a| assumption(project, a)));
        let index = ProjectIndex::link_named(&sources, Some(project), items, names);
        subjects.push(subject(Some(project), models, index, &environment));
    }
    let loose = items_of(&parsed.items, &sources, None, &roots);
    if !loose.is_empty()
        && (!projects.is_empty() || parsed.items.iter().any(|(_, items)| items.imports_drf()))
    {
        let index = ProjectIndex::link(&sources, None, loose);
        subjects.push(subject(None, Models::default(), index, &environment));
    }

    let context = judge::Context {
        engine,
        sources: &sources,
        catalog: &catalog,
        selection: &selection,
        decisions: &decisions,
        comments: &parsed.comments,
        baseline: baseline.as_ref(),
        sink,
    };
    let mut reports = Vec::new();
    let mut hidden = 0;
    for subject in subjects {
        let judged = judge::judge(&context, &subject, &mut notices)?;
        hidden += judged.hidden;
        // Files under no project are a row only when something is to be said of them.
        if judged.report.project.is_some() || !judged.report.findings.is_empty() || projects.is_empty() {
            reports.push(judged.report);
        }
    }
    judge::number(&mut reports);
    notices.extend(judge::unused_comments(&context, &reports));
    Ok(Report {
        root: sources.root().to_path_buf(),
        files_read: sources.len(),
        sources: Arc::new(sources),
        catalog,
        projects: reports,
        not_read,
        notices,
        hidden_by_profile: hidden,
    })
}

/// The environment that the options give.
pub(super) fn environment(engine: &Engine) -> Result<Environment, EngineError> {
    let mut vars = BTreeMap::new();
    if let Some(path) = &engine.options.env_file {
        let unread = |e: ReadError| EngineError::EnvFile { path: path.clone(), reason: e.to_string() };
        vars.extend(crate::settings::parse_env_file(&read_text(path).map_err(unread)?));
    }
    vars.extend(engine.options.env.iter().cloned());
    Ok(Environment { vars, dotenv: !engine.options.no_dotenv })
}

/// The items of the files of one project: below its root, and below no other project's root inside it. With
/// `None`, those of the files below no project.
pub(super) fn items_of(
    items: &[(FileId, Arc<FileItems>)],
    sources: &Sources,
    root: Option<&str>,
    roots: &[&str],
) -> Vec<Arc<FileItems>> {
    items
        .iter()
        .filter(|(id, _)| owner(sources.path(*id), roots) == root)
        .map(|(_, items)| Arc::clone(items))
        .collect()
}

/// What is found out of a project while the files are parsed.
type Prepared = (Models, ModuleNames);

/// What the modules of one of several projects are called.
pub(super) fn module_names(sources: &Sources, project: &Project, projects: &[Project]) -> ModuleNames {
    let roots: Vec<&str> = projects.iter().map(|p| p.root.as_str()).collect();
    let is_own = |id: &FileId| owner(sources.path(*id), &roots) == Some(&project.root);
    ModuleNames::of(sources, Some(project), python_files(sources).map(|(id, _)| id).filter(is_own))
}

/// The innermost of the projects' roots around a file.
fn owner<'r>(path: &str, roots: &[&'r str]) -> Option<&'r str> {
    let is_around =
        |root: &str| root.is_empty() || path.strip_prefix(root).is_some_and(|r| r.starts_with('/'));
    roots.iter().filter(|r| is_around(r)).max_by_key(|r| r.len()).copied()
}

/// What is judged together.
fn subject(
    project: Option<&Project>,
    models: Models,
    index: ProjectIndex,
    environment: &Environment,
) -> Subject {
    let Models { model, assumed } = models;
    let given = environment.clone();
    let mut environment = given.clone();
    environment.vars.extend(assumed.into_iter().map(|a| (a.name, a.value)));
    Subject { project: project.cloned(), model, given, environment, index }
}

fn versions_line(project: &Project) -> String {
    let show = |name: &str, version: &Option<project::FoundVersion>| match version {
        Some(found) => format!("{name} {} ({})", found.version, found.found_in),
        None => format!("{name} (version not found)"),
    };
    format!("{}, {}", show("Django", &project.django), show("DRF", &project.drf))
}

fn settings_line(project: &Project) -> String {
    match &project.choice {
        SettingsChoice::Module { module, why } => format!("{module} ({why})"),
        SettingsChoice::Ambiguous { modules, why } => format!("one of {} ({why})", modules.join(", ")),
        SettingsChoice::None => "no settings module".to_owned(),
    }
}
