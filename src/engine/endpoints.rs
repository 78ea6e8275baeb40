//! The endpoints of a project without judging anything: load, parse, discover, evaluate, link, list.

use std::sync::Arc;

use super::parse::parse_all;
use super::projects::find_projects;
use super::scan::{environment, items_of};
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
        let parsed = parse_all(&sources, sink)?;
        let projects = find_projects(self, &sources, &decisions, &mut Vec::new())?;
        let environment = environment(self)?;
        let count = projects.len();
        let roots: Vec<&str> = projects.iter().map(|p| p.root.as_str()).collect();
        let wanted = |p: &&Project| wanted.is_none_or(|root| p.root == root);
        let chosen = projects.iter().filter(wanted).find_map(|p| Some((p, p.choice.module()?)));
        let Some((project, module)) = chosen else {
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
        let (index, model) = rayon::join(
            || ProjectIndex::link(&sources, Some(project), items),
            || evaluate(&sources, project, module, &environment),
        );
        let inventory = inventory(&sources, project, &model, &index);
        let project = project.clone();
        Ok(EndpointReport { sources: Arc::new(sources), project, model, index, inventory, projects: count })
    }
}
