//! Which files of the scanned root are read: the walk, what it leaves out, and links. Reads no file's content.
//!
//! Only listing happens on the walker's threads (their stacks are small); reading is `load`'s work.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::overrides::{Override, OverrideBuilder};
use ignore::{DirEntry, WalkBuilder, WalkState};

use super::NotRead;
use super::listed::is_listed;
use super::load::{LoadError, LoadOptions};
use super::prune;

/// What a walk found. Paths are relative to the root, with `/`, sorted.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) files: Vec<String>,
    pub(super) not_read: Vec<NotRead>,
}

/// Folders that hold no source of the project, whatever else they hold.
const SKIPPED_FOLDERS: [&str; 9] = [
    "node_modules",
    "bower_components",
    "__pycache__",
    "__pypackages__",
    "site-packages",
    "dist-packages",
    "jspm_packages",
    "htmlcov",
    "CVS",
];

/// Hidden folders that may name the settings module of a deployment.
const HIDDEN_FOLDERS: [&str; 8] =
    [".github", ".circleci", ".gitlab", ".ebextensions", ".platform", ".devcontainer", ".docker", ".envs"];

/// Lists the files of `root` (canonical) that are worth reading. `progress` gets the count so far and cancels
/// by returning `false`.
pub(super) fn list(
    root: &Path,
    options: &LoadOptions,
    progress: &(dyn Fn(usize) -> bool + Sync),
) -> Result<Listing, LoadError> {
    let files = Mutex::new(Vec::new());
    let links = Mutex::new(Vec::new());
    let not_read = Mutex::new(Vec::new());
    let (count, cancelled) = (AtomicUsize::new(0), AtomicBool::new(false));
    let by_git = is_under_git(root) && !is_ignored_by_parents(root);
    let environment = options.python.as_deref().and_then(environment_of);
    let bundles = prune::Bundles::default();
    let mut builder = WalkBuilder::new(root);
    builder
        .hidden(false)
        .ignore(false)
        .git_global(false)
        .follow_links(false)
        .git_ignore(by_git)
        .git_exclude(by_git)
        .parents(by_git)
        .overrides(overrides(root, &options.exclude)?)
        .threads(std::thread::available_parallelism().map_or(1, |n| n.get().min(8)))
        .filter_entry(move |entry| {
            entry.depth() == 0
                || is_entered(entry)
                    && environment.as_deref() != Some(entry.path())
                    && !(is_folder(entry) && bundles.is_package(entry.path()))
        });
    builder.build_parallel().run(|| {
        Box::new(|entry| {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    not_read.lock().expect("internal error: a walker panicked").push(refused(root, &error));
                    return WalkState::Continue;
                }
            };
            let Some(kind) = entry.file_type() else { return WalkState::Continue };
            if kind.is_symlink() {
                links.lock().expect("internal error: a walker panicked").push(entry.into_path());
            } else if !kind.is_dir() && (is_listed(entry.path()) || prune::is_conda_mark(entry.path())) {
                push(&files, root, entry.path(), &not_read);
                if !progress(count.fetch_add(1, Ordering::Relaxed) + 1) {
                    cancelled.store(true, Ordering::Relaxed);
                    return WalkState::Quit;
                }
            }
            WalkState::Continue
        })
    });
    if cancelled.into_inner() {
        return Err(LoadError::Cancelled);
    }
    let mut listing = Listing {
        files: files.into_inner().expect("internal error: a walker panicked"),
        not_read: not_read.into_inner().expect("internal error: a walker panicked"),
    };
    listing.files.sort_unstable();
    listing.files.dedup();
    let links = links.into_inner().expect("internal error: a walker panicked");
    follow_links(root, links, &mut listing);
    prune::drop_environments(&mut listing);
    prune::drop_installed_packages(&mut listing.files);
    prune::add_dotenv(root, &mut listing.files);
    Ok(listing)
}

/// Adds a path to the list, or says that its name cannot be written down.
fn push(files: &Mutex<Vec<String>>, root: &Path, path: &Path, not_read: &Mutex<Vec<NotRead>>) {
    match relative(root, path) {
        Ok(path) => files.lock().expect("internal error: a walker panicked").push(path),
        Err(path) => not_read
            .lock()
            .expect("internal error: a walker panicked")
            .push(NotRead { path, reason: "its name is not UTF-8".to_owned() }),
    }
}

/// The path below `root` with `/`; the error is the path as well as it can be shown.
fn relative(root: &Path, path: &Path) -> Result<String, String> {
    let inner = path.strip_prefix(root).unwrap_or(path);
    match inner.to_str() {
        Some(text) if std::path::MAIN_SEPARATOR == '/' => Ok(text.to_owned()),
        Some(text) => Ok(text.replace(std::path::MAIN_SEPARATOR, "/")),
        None => Err(inner.to_string_lossy().into_owned()),
    }
}

/// A folder or file that the system would not list.
fn refused(root: &Path, error: &ignore::Error) -> NotRead {
    let path =
        path_of(error).map_or_else(|| ".".to_owned(), |p| relative(root, p).unwrap_or_else(|shown| shown));
    let reason = match error.io_error() {
        Some(io) => format!("it could not be opened: {io}"),
        None => format!("it could not be listed: {error}"),
    };
    NotRead { path, reason }
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        ignore::Error::Loop { child, .. } => Some(child),
        _ => None,
    }
}

/// The globs to leave out, as the walker takes them.
fn overrides(root: &Path, exclude: &[String]) -> Result<Override, LoadError> {
    let bad = |pattern: &str, source| LoadError::Exclude { pattern: pattern.to_owned(), source };
    let mut builder = OverrideBuilder::new(root);
    for pattern in exclude {
        builder.add(&format!("!{pattern}")).map_err(|e| bad(pattern, e))?;
    }
    builder.build().map_err(|e| bad(&exclude.join(" "), e))
}

/// Whether git's ignore files mean anything here: the root, a folder above it, or one right below it is a
/// repository. Where they do not, no folder has to be asked for one.
fn is_under_git(root: &Path) -> bool {
    root.ancestors().any(|folder| folder.join(".git").exists())
        || std::fs::read_dir(root)
            .is_ok_and(|mut entries| entries.any(|e| e.is_ok_and(|e| e.path().join(".git").exists())))
}

/// Whether an ignore file above `root`, in the same git repository, hides `root` itself. Somebody who scans
/// such a folder means it, so the files above are not asked then.
fn is_ignored_by_parents(root: &Path) -> bool {
    if root.join(".git").exists() {
        return false;
    }
    let above: Vec<&Path> = root.ancestors().skip(1).collect();
    let Some(top) = above.iter().position(|p| p.join(".git").exists()) else { return false };
    above[..=top].iter().any(|folder| {
        let mut builder = GitignoreBuilder::new(folder);
        builder.add(folder.join(".gitignore"));
        if folder.join(".git").exists() {
            builder.add(folder.join(".git/info/exclude"));
        }
        let matcher = builder.build().unwrap_or_else(|_| Gitignore::empty());
        matcher.matched_path_or_any_parents(root, true).is_ignore()
    })
}

/// Whether the walk goes into a folder; files always pass here.
fn is_entered(entry: &DirEntry) -> bool {
    if !is_folder(entry) {
        return true;
    }
    // A folder with an odd name is entered, its files are then reported one by one.
    let name = entry.file_name().to_str().unwrap_or_default();
    if name.starts_with('.') {
        return HIDDEN_FOLDERS.contains(&name);
    }
    if SKIPPED_FOLDERS.contains(&name) || name.ends_with(".egg-info") || name.ends_with(".egg") {
        return false;
    }
    !is_build_copy(entry.path()) && !is_translations(entry.path())
}

/// A folder `locale` that holds translations and is no package, or one language of it (`locale/de` with `LC_MESSAGES`
/// in it). Large projects have thousands of these.
fn is_translations(folder: &Path) -> bool {
    let is_locale = |folder: &Path| folder.file_name().is_some_and(|name| name == "locale");
    if is_locale(folder) {
        return folder.join("en/LC_MESSAGES").is_dir() && !folder.join("__init__.py").exists();
    }
    folder.parent().is_some_and(is_locale) && folder.join("LC_MESSAGES").is_dir()
}

fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|t| t.is_dir())
}

/// The folder of the environment that a Python belongs to. The executable itself is often a link to elsewhere.
fn environment_of(python: &Path) -> Option<PathBuf> {
    let folder = if python.is_dir() { python } else { python.parent()?.parent()? };
    folder.canonicalize().ok()
}

/// A virtual environment, by venv or conda.
fn is_environment(folder: &Path) -> bool {
    folder.join("pyvenv.cfg").exists() || folder.join("conda-meta").is_dir()
}

/// `build/lib` and `build/lib.linux-…` beside a `setup.py` or `pyproject.toml`: copies of the packages.
fn is_build_copy(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let parent = folder.parent().filter(|p| p.file_name().is_some_and(|n| n == "build"));
    let Some(top) = parent.and_then(Path::parent) else { return false };
    (name == "lib" || name.starts_with("lib.") || name.starts_with("bdist."))
        && (top.join("setup.py").exists()
            || top.join("pyproject.toml").exists()
            || top.join("setup.cfg").exists())
}

/// Links are not walked into: what they lead to inside the root is listed under its own path. A link to a
/// file that is not listed otherwise stands for it; one that leads outside or nowhere is reported.
fn follow_links(root: &Path, mut links: Vec<PathBuf>, listing: &mut Listing) {
    links.sort_unstable();
    for link in links {
        let name = link.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        if name.starts_with('.') || SKIPPED_FOLDERS.contains(&name) {
            continue;
        }
        let Ok(path) = relative(root, &link) else { continue };
        let reason = match link.canonicalize() {
            Err(error) if !is_listed(&link) => {
                // A link to nothing that would not be read anyway, unless it goes round in circles.
                if error.kind() == std::io::ErrorKind::NotFound {
                    continue;
                }
                format!("it is a link that cannot be followed: {error}")
            }
            Err(error) => format!("it is a link that cannot be followed: {error}"),
            Ok(target) => match target.strip_prefix(root) {
                Ok(inner) => {
                    let known =
                        inner.to_str().is_some_and(|p| listing.files.binary_search(&p.to_owned()).is_ok());
                    if target.is_file() && is_listed(&link) && !known {
                        let at = listing.files.binary_search(&path).unwrap_or_else(|at| at);
                        listing.files.insert(at, path);
                    }
                    continue;
                }
                Err(_) if target.is_dir() && !is_environment(&target) => {
                    "it is a link to a folder outside the scanned one".to_owned()
                }
                Err(_) if target.is_file() && is_listed(&link) => {
                    "it is a link to a file outside the scanned folder".to_owned()
                }
                Err(_) => continue,
            },
        };
        listing.not_read.push(NotRead { path, reason });
    }
}
