//! The endpoints of a project without judging anything: load, parse, discover, evaluate, link, list.

use std::sync::Arc;

use super::parse::{harvest, parse_all};
use super::projects::find_projects;
use super::reached::read_ahead;
use super::scan::{environment, items_of, module_names};
use super::{Engine, EngineError, Progress, ProgressSink};
use crate::endpoints::{Inventory, inventory};
use crate::index::ProjectIndex;
use crate::project::{self, LoadOptions, Project};
use crate::settings::{SettingsModel, evaluate};
use crate::source::Sources;

/// The endpoints of one project.
#[derive(Debug)]
pub struct EndpointReport {
    /// The texts that spans refer to.
    pub sources: Arc<Sources>,
    /// The project.
    pub project: Project,
    /// The settings under which its URLs were evaluated.
    pub model: SettingsModel,
    /// The linked index.
    pub index: ProjectIndex,
    /// The endpoints.
    pub inventory: Inventory,
    /// How many projects there are, and so how many were not looked at.
    pub projects: usize,
}

impl Engine {
    /// Lists the endpoints of the project that the options name, else of the first that has settings.
    ///
    /// # Errors
    /// [`EngineError`] when there is nothing to list, a named thing does not exist, or `sink` cancels.
    pub fn endpoints(&self, sink: &dyn ProgressSink) -> Result<EndpointReport, EngineError> {
        super::scan::on_big_stacks(|| self.list_endpoints(None, sink))
    }

    /// Lists the endpoints of the project in this folder (relative to the judged one).
    ///
    /// # Errors
    /// As [`Engine::endpoints`].
    pub fn endpoints_of(
        &self,
        project: &str,
        sink: &dyn ProgressSink,
    ) -> Result<EndpointReport, EngineError> {
        super::scan::on_big_stacks(|| self.list_endpoints(Some(project), sink))
    }

    fn list_endpoints(
        &self,
        wanted: Option<&str>,
        sink: &dyn ProgressSink,
    ) -> Result<EndpointReport, EngineError> {
        let options =
            LoadOptions { exclude: self.options.exclude.clone(), python: self.options.python.clone() };
        let loaded =
            project::load(self.home(), &options, &|found| sink.step(Progress::Discovering { found }))?;
        let sources = loaded.sources;
        let decisions = self.decisions()?.decisions;
        let environment = environment(self)?;
        let is_wanted = |p: &&Project| wanted.is_none_or(|root| p.root == root);
        // As in a scan: one thread finds the project and evaluates its settings while the others parse.
        let (parsed, found) = rayon::join(
            || parse_all(&sources, sink),
            || -> Result<_, EngineError> {
                let projects = find_projects(self, &sources, &decisions, &mut Vec::new())?;
                let chosen =
                    projects.iter().filter(is_wanted).find_map(|p| Some((p.clone(), p.choice.module()?)));
                let judged = chosen.map(|(project, module)| {
                    read_ahead(&sources, std::slice::from_ref(&project));
                    let model = evaluate(&sources, &project, module, &environment);
                    let names = module_names(&sources, &project, &projects);
                    harvest(&sources);
                    (project, model, names)
                });
                Ok((projects, judged))
            },
        );
        let parsed = parsed?;
        let (projects, judged) = found?;
        let mut roots: Vec<&str> = projects.iter().map(|p| p.root.as_str()).collect();
        roots.dedup();
        let count = roots.len();
        let Some((project, model, names)) = judged else {
            let root = self.home().to_path_buf();
            let files = sources.len();
            let found = !projects.is_empty();
            return Err(if found {
                EngineError::NoSettings { root }
            } else {
                EngineError::NothingToCheck { root, files }
            });
        };
        let items = items_of(&parsed.items, &sources, Some(&project.root), &roots);
        let index = ProjectIndex::link_named(&sources, Some(&project), items, names);
        let inventory = inventory(&sources, &project, &model, &index);
        Ok(EndpointReport { sources: Arc::new(sources), project, model, index, inventory, projects: count })
    }
}
