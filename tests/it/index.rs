//! The index over real projects.

use std::path::PathBuf;
use std::sync::Arc;

use drf_harden::index::{ProjectIndex, items};
use drf_harden::python::parse;
use drf_harden::settings::Truth;
use drf_harden::source::{SourceFile, Sources};

/// Not a benchmark: it says what the index makes of real projects, and that it survives them.
#[test]
fn real_projects_are_indexed() {
    let corpus = crate::support::corpus::root();
    let Ok(projects) = std::fs::read_dir(&corpus) else {
        return eprintln!("SKIPPED: no corpus at {}", corpus.display());
    };
    let mut projects: Vec<_> = projects.flatten().map(|p| p.path()).collect();
    projects.sort();
    for root in projects {
        let files = ignore::WalkBuilder::new(&root).standard_filters(false).build().flatten();
        let paths =
            files.map(ignore::DirEntry::into_path).filter(|p| p.extension().is_some_and(|e| e == "py"));
        let read = |path: PathBuf| {
            let name = path.strip_prefix(&root).ok()?.to_str()?.to_owned();
            SourceFile::from_bytes(name, std::fs::read(&path).ok()?).ok()
        };
        let sources = Sources::new(root.clone(), paths.filter_map(read).collect());
        let trees: Vec<_> = sources.iter().map(|(id, f)| (id, parse(&f.text))).collect();
        let start = std::time::Instant::now();
        let items: Vec<_> = trees.iter().map(|(id, t)| Arc::new(items::collect(&sources, *id, t))).collect();
        let collected = start.elapsed();
        let index = ProjectIndex::link(&sources, None, items);
        let linked = start.elapsed().saturating_sub(collected);
        let views = |wanted| index.views().filter(|(_, t)| *t == wanted).count();
        eprintln!(
            "{}: {} files, {} classes, {} views, {} perhaps, {} function views, {} unordered; collect {collected:.0?}, link {linked:.0?}",
            root.file_name().unwrap().display(),
            sources.len(),
            index.classes().len(),
            views(Truth::Yes),
            views(Truth::Maybe),
            index.api_views().count(),
            index.classes().filter(|(id, _)| index.mro(*id).problem.is_some()).count(),
        );
        assert!(index.classes().len() > 50, "{}", root.display());
    }
}
