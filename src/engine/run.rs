//! Runs the checks on one project, in parallel, with what they share: what-if settings, endpoints, what views ask.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use once_map::OnceMap;
use rayon::prelude::*;
use rustc_hash::FxBuildHasher;

use super::judge::{Context, Subject};
use super::settings::evaluate_others;
use super::{EngineError, Progress};
use crate::checks::{
    self, Beside, Check, CheckContext, EndpointUse, Endpoints, Intents, OtherSettings, PublicView,
};
use crate::endpoints::policy::{AccessOf, Accesses};
use crate::endpoints::{Inventory, plain_inventory};
use crate::finding::Outcome;
use crate::index::items::FileItems;
use crate::portions::in_portions;
use crate::settings::{SettingsModel, evaluate};
use crate::source::Sources;

/// The settings with one more environment variable, by its name and value; each is evaluated once.
type Tried = OnceMap<(String, String), Arc<SettingsModel>, FxBuildHasher>;

/// Every check's outcome by id. A check that panics is one stated problem, not the end of the run.
pub(super) fn run_checks(
    cx: &Context<'_>,
    subject: &Subject,
    notices: &mut Vec<String>,
) -> Result<BTreeMap<&'static str, Outcome>, EngineError> {
    let tried = Tried::default();
    let what_if = |name: &str, value: &str| {
        let (project, model) = (subject.project.as_ref()?, subject.model.as_ref()?);
        let key = (name.to_owned(), value.to_owned());
        // Several checks ask the same: one evaluates, the others wait for it.
        Some(tried.insert_cloned(key, |(name, value)| {
            let mut environment = subject.environment.clone();
            environment.vars.insert(name.clone(), value.clone());
            Arc::new(evaluate(cx.sources, project, &model.module, &environment))
        }))
    };
    let others = LazyOthers { sources: cx.sources, subject, models: OnceLock::new() };
    let endpoints = LazyEndpoints { sources: cx.sources, subject, listed: OnceLock::new() };
    let root = subject.project.as_ref().map_or("", |p| p.root.as_str());
    let public: Vec<PublicView> = cx
        .decisions
        .public
        .iter()
        .filter(|p| p.project == root)
        .map(|p| PublicView { view: p.view.clone(), reason: p.reason.clone() })
        .collect();
    let access = Accesses::new(&subject.index, subject.model.as_ref(), cx.sources);
    let shared = Shared {
        cx,
        subject,
        others: &others,
        what_if: &what_if,
        endpoints: &endpoints,
        public: &public,
        intents: Intents::default(),
        beside: Beside::default(),
    };
    let all: Vec<&'static dyn Check> = checks::all();
    let (done, of) = (AtomicUsize::new(0), all.len());
    let run_all = |some: &[(&'static dyn Check, EndpointUse)]| {
        // The families at the end take longest: begun last, they would keep one thread waiting for another.
        let longest_first: Vec<_> = some.iter().rev().collect();
        let of_portion = in_portions(
            &longest_first,
            1,
            || access.reader(),
            |reader, portion| {
                let outcome_of = |&&(check, uses): &&(&'static dyn Check, EndpointUse)| {
                    let outcome = match uses {
                        EndpointUse::Idle(why) => Ok(Outcome::not_applicable(why)),
                        _ => catch_unwind(AssertUnwindSafe(|| check.run(&shared.context(reader)))),
                    };
                    if outcome.is_err() {
                        // It may have broken off half-way through an answer.
                        *reader = access.reader();
                    }
                    cx.sink.step(Progress::Checking { done: done.fetch_add(1, Ordering::Relaxed) + 1, of });
                    (check.id(), outcome)
                };
                portion.iter().map(outcome_of).collect::<Vec<_>>()
            },
        );
        of_portion.into_iter().flatten().collect::<Vec<_>>()
    };
    // One thread works out the endpoints while the others run the checks that do not ask for them.
    let selected = |check: &&'static dyn Check| {
        cx.catalog.check(check.id()).is_some_and(|meta| cx.selection.takes(meta))
    };
    let (mut later, now): (Vec<_>, Vec<_>) = all
        .into_par_iter()
        .map_init(|| access.reader(), |reader, check| (check, check.endpoints(&shared.context(reader))))
        .partition(|(_, uses)| matches!(uses, EndpointUse::Basis | EndpointUse::Detail));
    // Listing the endpoints takes time: it is done for checks that somebody selected.
    later.retain(|(check, uses)| selected(check) || *uses == EndpointUse::Detail);
    let wanted = later.iter().any(|(check, _)| selected(check));
    if !wanted {
        let _ = endpoints.listed.set(None);
    }
    let (mut results, ()) = rayon::join(
        || run_all(&now),
        || {
            if wanted {
                endpoints.get();
            } else {
                // Some fix will mostly ask for them, and this thread has nothing else to do.
                others.get();
            }
        },
    );
    results.extend(run_all(&later));
    let mut outcomes = BTreeMap::new();
    for (id, result) in results {
        let outcome = result.unwrap_or_else(|_| {
            notices.push(format!("The check {id} failed on this project; its practice is reported as unknown. Please report this."));
            Outcome::unknown("the check itself failed; this is a defect of drf-harden", Vec::new())
        });
        outcomes.insert(id, outcome);
    }
    if cx.sink.step(Progress::Checking { done: of, of }) { Ok(outcomes) } else { Err(EngineError::Cancelled) }
}

/// What all checks of a project share.
struct Shared<'a> {
    cx: &'a Context<'a>,
    subject: &'a Subject,
    others: &'a LazyOthers<'a>,
    what_if: &'a (dyn Fn(&str, &str) -> Option<Arc<SettingsModel>> + Sync),
    endpoints: &'a LazyEndpoints<'a>,
    public: &'a [PublicView],
    intents: Intents,
    beside: Beside,
}

impl Shared<'_> {
    /// What one check may look at. A reader of what classes ask is no other thread's.
    fn context<'c>(&'c self, access: &'c dyn AccessOf) -> CheckContext<'c> {
        CheckContext {
            sources: self.cx.sources,
            project: self.subject.project.as_ref(),
            model: self.subject.model.as_ref(),
            others: self.others,
            what_if: self.what_if,
            index: &self.subject.index,
            catalog: self.cx.catalog,
            access,
            endpoints: self.endpoints,
            public: self.public,
            intents: &self.intents,
            beside: &self.beside,
        }
    }
}

/// The settings for development and tests, evaluated at most once and by one thread: the others have the endpoints or
/// the checks.
struct LazyOthers<'a> {
    sources: &'a Sources,
    subject: &'a Subject,
    models: OnceLock<Vec<SettingsModel>>,
}

impl OtherSettings for LazyOthers<'_> {
    fn get(&self) -> &[SettingsModel] {
        self.models.get_or_init(|| {
            let Subject { project, given, environment, .. } = self.subject;
            let Some(project) = project else { return Vec::new() };
            evaluate_others(self.sources, project, given, given != environment)
        })
    }
}

/// The endpoints of a subject, listed at most once.
struct LazyEndpoints<'a> {
    sources: &'a Sources,
    subject: &'a Subject,
    listed: OnceLock<Option<Inventory>>,
}

impl LazyEndpoints<'_> {
    fn list(&self) -> Option<Inventory> {
        let (project, model) = (self.subject.project.as_ref()?, self.subject.model.as_ref()?);
        let index = &self.subject.index;
        if !index.files().any(FileItems::imports_drf) {
            return None;
        }
        // A panic is as good as not knowing them.
        catch_unwind(AssertUnwindSafe(|| plain_inventory(self.sources, project, model, index))).ok()
    }
}

impl Endpoints for LazyEndpoints<'_> {
    fn get(&self) -> Option<&Inventory> {
        self.listed.get_or_init(|| self.list()).as_ref()
    }
}
