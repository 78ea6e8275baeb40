//! The pipeline: load, parse, discover, evaluate, link, judge. Deterministic: parallel work is collected in the
//! order of its input.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use rayon::prelude::*;

use super::judge::{self, Subject};
use super::reached::read_ahead;
use super::select::Selection;
use super::suppress::Comments;
use super::{Engine, EngineError, Progress, ProgressSink, Report};
use crate::checklist::Catalog;
use crate::decisions::Decisions;
use crate::index::ProjectIndex;
use crate::index::items::{FileItems, collect};
use crate::project::{self, DiscoverOptions, LoadOptions, Loaded, NotRead, Project, Role, SettingsChoice};
use crate::python::{ParsedModule, forget_trees, tree};
use crate::settings::{Assumed, Environment, SettingsModel, evaluate, evaluate_production, outline};
use crate::source::{FileId, ReadError, SourceFile, Sources, decode, read_file};

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

/// At most so many settings modules for development and tests are evaluated besides the judged one.
const MOST_OTHERS: usize = 12;

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
    // The catalogue is made while the disk is read.
    let (loaded, _) = rayon::join(|| load(&engine.root), Catalog::builtin);
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
    let mut notices = Vec::new();
    // Projects are found, and settings evaluated one module at a time, by one thread: the others parse meanwhile.
    let (parsed, found) = rayon::join(
        || parse_all(&sources, sink),
        || -> Result<(Vec<Project>, Vec<Models>), EngineError> {
            let projects = find_projects(engine, &sources, &decisions, &mut notices)?;
            read_ahead(&sources, &projects);
            let given = engine.options.environment_as_given;
            let models =
                projects.par_iter().map(|p| evaluate_all(&sources, p, &environment, given)).collect();
            harvest(&sources);
            Ok((projects, models))
        },
    );
    let (projects, models) = found?;
    let parsed = parsed?;
    not_read.extend(parsed.broken);
    not_read.sort();
    not_read.dedup();

    let roots: Vec<&str> = projects.iter().map(|p| p.root.as_str()).collect();
    let mut subjects = Vec::new();
    for (project, models) in projects.iter().zip(models) {
        let items = items_of(&parsed.items, &sources, Some(&project.root), &roots);
        let versions = versions_line(project);
        let settings = settings_line(project);
        if !sink.step(Progress::Project { root: project.root.clone(), versions, settings }) {
            return Err(EngineError::Cancelled);
        }
        notices.extend(models.assumed.iter().map(|a| assumption(project, a)));
        subjects.push(subject(&sources, Some(project), models, items, &environment));
    }
    let loose = items_of(&parsed.items, &sources, None, &roots);
    if !loose.is_empty()
        && (!projects.is_empty() || parsed.items.iter().any(|(_, items)| items.imports_drf()))
    {
        subjects.push(subject(&sources, None, Models::default(), loose, &environment));
    }

    let context = judge::Context {
        engine,
        sources: &sources,
        catalog: &catalog,
        selection: &selection,
        decisions: &decisions,
        comments: &parsed.comments,
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
    forget_trees(&sources);
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

/// What one pass over all Python files gives.
pub(super) struct ParsedAll {
    pub(super) items: Vec<(FileId, Arc<FileItems>)>,
    comments: Comments,
    broken: Vec<NotRead>,
}

/// Parses every Python file in parallel. Items stay; of the trees, those that checks will read.
pub(super) fn parse_all(sources: &Sources, sink: &dyn ProgressSink) -> Result<ParsedAll, EngineError> {
    let mut python: Vec<(FileId, &SourceFile)> =
        sources.iter().filter(|(_, f)| f.path.ends_with(".py") && !is_migration(&f.path)).collect();
    // The largest first, in small portions: no thread is left alone with a large one at the end.
    python.sort_by_key(|(_, f)| Reverse(f.text.len()));
    let (done, cancelled) = (AtomicUsize::new(0), AtomicBool::new(false));
    let of = python.len();
    let mut items: Vec<(FileId, Arc<FileItems>)> = python
        .par_iter()
        .with_max_len(8)
        .filter_map(|&(id, file)| {
            if cancelled.load(Ordering::Relaxed) {
                return None;
            }
            let items = items_of_file(sources, id, file);
            let now = done.fetch_add(1, Ordering::Relaxed) + 1;
            if (now.is_multiple_of(64) || now == of) && !sink.step(Progress::Parsing { done: now, of }) {
                cancelled.store(true, Ordering::Relaxed);
            }
            Some((id, items))
        })
        .collect();
    if cancelled.into_inner() {
        return Err(EngineError::Cancelled);
    }
    items.sort_unstable_by_key(|(id, _)| *id);
    let with_comments = items.iter().filter(|(_, items)| !items.suppressions.is_empty());
    let comments = with_comments.map(|(id, items)| (*id, items.suppressions.clone())).collect();
    let broken = items.iter().filter_map(|(id, items)| {
        let (line, message) = items.error.as_ref()?;
        let reason = format!("it is not valid Python (line {line}: {message})");
        Some(NotRead { path: sources.path(*id).to_owned(), reason })
    });
    let broken = broken.collect();
    Ok(ParsedAll { items, comments, broken })
}

pub(super) fn items_of_file(sources: &Sources, id: FileId, file: &SourceFile) -> Arc<FileItems> {
    file.derived(|| {
        let is_kept = file.known::<ParsedModule>().is_some();
        let items = collect(sources, id, &tree(sources, id));
        if !is_kept && !answers_requests(&items) {
            file.forget::<ParsedModule>();
        }
        items
    })
}

/// Takes the items of the files that the settings needed, and lets go of most trees: large projects' settings import
/// a good part of their code, and the room is wanted for the rest.
fn harvest(sources: &Sources) {
    for (id, file) in sources.iter().filter(|(_, f)| f.known::<ParsedModule>().is_some()) {
        if !answers_requests(&items_of_file(sources, id, file)) {
            file.forget::<ParsedModule>();
        }
    }
}

/// Whether classes of the file look like views, whose bodies the checks will read: their trees are worth the room.
fn answers_requests(items: &FileItems) -> bool {
    let answers = |name: &str| matches!(name, "get" | "post" | "put" | "patch" | "delete" | "get_queryset");
    items.classes.iter().any(|class| class.methods.iter().any(|method| answers(&method.name)))
}

/// Whether a file is a numbered migration (`migrations/0001_initial.py`). No import statement can name such a module,
/// so nothing in it is the base, the view or the serializer of anything: it is left unread.
fn is_migration(path: &str) -> bool {
    let Some((folder, name)) = path.rsplit_once('/') else { return false };
    name.starts_with(|c: char| c.is_ascii_digit()) && folder.split('/').any(|part| part == "migrations")
}

/// The projects to judge, with the settings module that the options or an earlier decision name.
pub(super) fn find_projects(
    engine: &Engine,
    sources: &Sources,
    decisions: &Decisions,
    notices: &mut Vec<String>,
) -> Result<Vec<Project>, EngineError> {
    let options = &engine.options;
    let mut projects = project::discover(
        sources,
        &DiscoverOptions {
            settings: options.settings.clone(),
            project: options.project.clone(),
            python: options.python.clone(),
            active_environment: options.active_environment.clone(),
            environment_settings: options.environment_settings.clone(),
        },
    );
    let root = || sources.root().to_path_buf();
    if let Some(asked) = &options.project
        && projects.is_empty()
    {
        let all = project::discover(sources, &DiscoverOptions::default());
        let known = all.into_iter().map(|p| p.root).collect();
        return Err(EngineError::NoSuchProject { asked: asked.clone(), root: root(), known });
    }
    if let Some(path) = &options.python
        && projects.iter().any(|p| p.site_packages.is_none())
    {
        return Err(EngineError::NoPackages { path: path.clone() });
    }
    if let Some(asked) = &options.settings {
        let known: Vec<String> =
            projects.iter().flat_map(|p| p.candidates.iter().map(|c| c.module.clone())).collect();
        // With several projects, the module says which of them is meant.
        projects.retain(|p| project::settings_named(sources, p, asked).is_some());
        if projects.is_empty() {
            return Err(EngineError::NoSuchSettings { asked: asked.clone(), root: root(), known });
        }
    }
    for project in &mut projects {
        let decided = decisions.settings.iter().find(|(root, _)| *root == project.root);
        if let (Some((_, module)), None) = (decided, &options.settings) {
            if project.candidates.iter().any(|c| c.module == *module) {
                let why = format!("chosen in {}", crate::decisions::FILE_NAME);
                project.choice = SettingsChoice::Module { module: module.clone(), why };
            } else {
                notices.push(format!(
                    "{}: the settings module {module} is not there.",
                    crate::decisions::FILE_NAME
                ));
            }
        }
        if matches!(project.choice, SettingsChoice::None) {
            let place = if project.root.is_empty() { "This folder" } else { &project.root };
            notices
                .push(format!("{place} has no settings module, so only what needs no settings was judged."));
        }
        if let SettingsChoice::Ambiguous { modules, why } = &project.choice {
            let judged = modules.first().map_or("", String::as_str);
            notices.push(format!(
                "Several settings modules could be production's: {} ({why}). Judged {judged}; name another with --settings.",
                modules.join(", ")
            ));
        }
    }
    Ok(projects)
}

/// The environment that the options give.
pub(super) fn environment(engine: &Engine) -> Result<Environment, EngineError> {
    let mut vars = BTreeMap::new();
    if let Some(path) = &engine.options.env_file {
        let unread = |e: ReadError| EngineError::EnvFile { path: path.clone(), reason: e.to_string() };
        let bytes = read_file(path).map_err(unread)?;
        let (text, _) = decode(&bytes).map_err(unread)?;
        vars.extend(crate::settings::parse_env_file(&text));
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
    let below = |path: &str, root: &str| {
        root.is_empty() || path.strip_prefix(root).is_some_and(|r| r.starts_with('/'))
    };
    items
        .iter()
        .filter(|(id, _)| {
            let path = sources.path(*id);
            let owner = roots.iter().filter(|r| below(path, r)).max_by_key(|r| r.len()).copied();
            owner == root
        })
        .map(|(_, items)| Arc::clone(items))
        .collect()
}

/// Links what is judged together.
fn subject(
    sources: &Sources,
    project: Option<&Project>,
    models: Models,
    items: Vec<Arc<FileItems>>,
    environment: &Environment,
) -> Subject {
    let index = ProjectIndex::link(sources, project, items);
    let Models { model, others, assumed } = models;
    let mut environment = environment.clone();
    environment.vars.extend(assumed.into_iter().map(|a| (a.name, a.value)));
    Subject { project: project.cloned(), model, others, index, environment }
}

/// What is supposed of production's environment, for people.
fn assumption(project: &Project, assumed: &Assumed) -> String {
    let module = project.choice.module().unwrap_or_default();
    format!(
        "{module} is judged with {}={}, as {}; --env gives another value.",
        assumed.name, assumed.value, assumed.why
    )
}

/// The judged module's settings, those of the project's other modules, and what was supposed of the environment.
#[derive(Default)]
struct Models {
    model: Option<SettingsModel>,
    others: Vec<SettingsModel>,
    assumed: Vec<Assumed>,
}

fn evaluate_all(sources: &Sources, project: &Project, environment: &Environment, as_given: bool) -> Models {
    let Some(judged) = project.choice.module() else { return Models::default() };
    // A fix must know what development and tests get of the files that it changes; the rest asks nothing.
    let spared = |role| matches!(role, Role::Development | Role::Test);
    let others = project.candidates.iter().filter(|c| spared(c.role)).map(|c| c.module.as_str());
    let others: Vec<&str> = others.filter(|m| *m != judged).take(MOST_OTHERS).collect();
    let ((model, assumed), mut others) = rayon::join(
        || {
            if as_given {
                (evaluate(sources, project, judged, environment), Vec::new())
            } else {
                evaluate_production(sources, project, judged, environment)
            }
        },
        || -> Vec<SettingsModel> {
            others.par_iter().map(|module| outline(sources, project, module, environment)).collect()
        },
    );
    let last = judged.rsplit('.').next().unwrap_or(judged);
    if !assumed.is_empty() && project::named_role(last) != Some(Role::Production) {
        // What the same module gives without the variable is for a developer's machine. A module called `production`
        // is nobody else's, whatever the package around it reads.
        let mut development = evaluate(sources, project, judged, environment);
        development.role = Role::Development;
        others.insert(0, development);
    }
    Models { model: Some(model), others, assumed }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_no_import_can_name_is_left_unread() {
        assert!(is_migration("shop/migrations/0001_initial.py"));
        for read in
            ["shop/migrations/__init__.py", "shop/migrations/helpers.py", "shop/0001_initial.py", "0001.py"]
        {
            assert!(!is_migration(read), "{read}");
        }
        for import in
            ["from shop.migrations.0001_initial import View\n", "import shop.migrations.0001_initial\n"]
        {
            assert!(!crate::python::parse(import).is_valid(), "{import}");
        }
    }
}
