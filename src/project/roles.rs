//! What each settings module of a project is for, and which one production uses.
//!
//! Evidence, strongest first: a deployment file, a module called production, `wsgi.py` or `asgi.py`, a module
//! called after a platform, a worker or command, being the only plain one, being what the others build on.
//! A module called after development or tests is production's only when a server runs it and nothing else is
//! there; test settings never are. Two modules with the same best evidence are a question for people.

use std::collections::BTreeSet;

use super::entry_points::{Kind, Mention, in_test_folder, is_test_folder, words};
use super::module_names::{Named, in_test_package, is_just_production, name_of_module, name_of_package};
use super::{Role, SettingsCandidate, SettingsChoice};
use crate::source::{FileId, Sources};

/// One settings module with all that speaks for or against it.
pub(super) struct Judged<'a> {
    pub(super) module: String,
    pub(super) file: FileId,
    pub(super) mentions: Vec<&'a Mention>,
    /// Other candidates that it takes names from, directly or not.
    pub(super) builds_on: BTreeSet<FileId>,
    /// Those that it takes over only under a condition.
    pub(super) conditional: BTreeSet<FileId>,
    /// Whether it is a part that another includes.
    pub(super) is_part: bool,
    /// Whether another candidate takes names from it.
    pub(super) is_base: bool,
}

/// How well a module stands as production's; smaller is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Deployed,
    Production,
    Served,
    Platform,
    Staging,
    Run,
    Plain,
    ServedDevelopment,
    Base,
    Example,
    Development,
    Test,
}

/// The roles of all modules and the choice between them. Candidates come production first, then by name.
pub(super) fn decide(
    sources: &Sources,
    judged: &[Judged<'_>],
    missing: &[(String, &Mention)],
    environment: Option<&str>,
    in_side_folder: bool,
) -> (Vec<SettingsCandidate>, SettingsChoice) {
    let ranks: Vec<Rank> = judged.iter().map(|j| rank(sources, j)).collect();
    let mut choice = choose(sources, judged, &ranks, missing, environment);
    if in_side_folder && choice == SettingsChoice::None {
        choice = choose_among_tests(judged);
    }
    let chosen: BTreeSet<&str> = match &choice {
        SettingsChoice::Module { module, .. } => [module.as_str()].into(),
        SettingsChoice::Ambiguous { modules, .. } => modules.iter().map(String::as_str).collect(),
        SettingsChoice::None => BTreeSet::new(),
    };
    let mut candidates: Vec<SettingsCandidate> = judged
        .iter()
        .zip(&ranks)
        .map(|(j, &rank)| SettingsCandidate {
            module: j.module.clone(),
            file: j.file,
            role: if chosen.contains(j.module.as_str()) { Role::Production } else { role(j, rank) },
            named_by: named_by(sources, j),
        })
        .collect();
    let first = choice.module().map(str::to_owned);
    candidates.sort_by(|a, b| {
        let key = |c: &SettingsCandidate| (first.as_deref() != Some(&c.module), c.role);
        key(a).cmp(&key(b)).then_with(|| a.module.cmp(&b.module))
    });
    (candidates, choice)
}

fn choose(
    sources: &Sources,
    judged: &[Judged<'_>],
    ranks: &[Rank],
    missing: &[(String, &Mention)],
    environment: Option<&str>,
) -> SettingsChoice {
    let usable = |i: usize| ranks[i] < Rank::Development;
    if let Some(name) = environment
        && let Some(i) = (0..judged.len()).find(|&i| judged[i].module == name && usable(i))
    {
        return module(&judged[i], "DJANGO_SETTINGS_MODULE in your environment names it".to_owned());
    }
    let Some(best) = ranks.iter().copied().filter(|r| *r != Rank::Test).min() else {
        return SettingsChoice::None;
    };
    let mut top: Vec<usize> = (0..judged.len()).filter(|&i| ranks[i] == best).collect();
    if best == Rank::Production
        && let Some(found) = beside_production(sources, judged, ranks, &top)
    {
        return found;
    }
    if best == Rank::Development
        && judged.iter().zip(ranks).any(|(j, r)| *r == best && !j.mentions.is_empty())
    {
        top.retain(|&i| !judged[i].mentions.is_empty());
    }
    // What a server is told to use is missing, so each that could be put in its place is a candidate.
    let awaited = missing.iter().any(|(_, m)| m.kind <= Kind::Server && m.modules.len() == 1);
    if awaited && matches!(best, Rank::Platform | Rank::Staging | Rank::Plain) {
        let fits = |r: Rank| matches!(r, Rank::Platform | Rank::Staging | Rank::Plain | Rank::Example);
        top = (0..judged.len()).filter(|&i| fits(ranks[i])).collect();
        top.sort_by_key(|&i| ranks[i]);
    }
    let top = narrow(judged, best, top);
    match top.as_slice() {
        [] => SettingsChoice::None,
        [one] => module(&judged[*one], reason(sources, judged, *one, ranks[*one], missing)),
        several => ambiguous(sources, judged, several, best, missing),
    }
}

/// A project in a test folder is judged when nothing else is there, as far as a module is not called after tests.
fn choose_among_tests(judged: &[Judged<'_>]) -> SettingsChoice {
    let why = "the only project is in a test folder".to_owned();
    let fit: Vec<&Judged<'_>> = judged.iter().filter(|j| name_of_module(&j.module) != Named::Test).collect();
    match fit.as_slice() {
        [] => SettingsChoice::None,
        [one] => module(one, why),
        several => {
            SettingsChoice::Ambiguous { modules: several.iter().map(|j| j.module.clone()).collect(), why }
        }
    }
}

/// Where a module is called production, a default in `wsgi.py` or `manage.py` does not outweigh it if it builds on
/// the default; if the default takes it over, the default is what runs; and if they are strangers, it is a question.
fn beside_production(
    sources: &Sources,
    judged: &[Judged<'_>],
    ranks: &[Rank],
    top: &[usize],
) -> Option<SettingsChoice> {
    let takes_over = |i: usize| top.iter().any(|&t| judged[i].builds_on.contains(&judged[t].file));
    let is_below =
        |i: usize| judged[i].is_base || top.iter().any(|&t| judged[t].builds_on.contains(&judged[i].file));
    let run = (0..judged.len()).filter(|&i| matches!(ranks[i], Rank::Served | Rank::Run) && takes_over(i));
    if let Some(over) = run.min_by_key(|&i| ranks[i]) {
        if top.iter().all(|&t| !judged[over].conditional.contains(&judged[t].file)) {
            return Some(module(&judged[over], reason(sources, judged, over, ranks[over], &[])));
        }
        let modules = top.iter().chain([&over]).map(|&i| judged[i].module.clone()).collect();
        let why = "the environment decides whether production's settings are taken over".to_owned();
        return Some(SettingsChoice::Ambiguous { modules, why });
    }
    let rival = (0..judged.len()).find(|&i| ranks[i] == Rank::Served && !is_below(i))?;
    let place = judged[rival].mentions.iter().min_by_key(|m| m.kind).map(|m| place(sources, m))?;
    let modules = [&rival].into_iter().chain(top).map(|&i| judged[i].module.clone()).collect();
    let why = format!("{place} names one, and another is called production");
    Some(SettingsChoice::Ambiguous { modules, why })
}

/// Of equally ranked modules: the one called just `production`, else those that the strongest places name, else
/// those that build on the others.
fn narrow(judged: &[Judged<'_>], best: Rank, mut top: Vec<usize>) -> Vec<usize> {
    let only = |fits: &dyn Fn(&Judged<'_>) -> bool| {
        let fitting: Vec<usize> = top.iter().copied().filter(|&i| fits(&judged[i])).collect();
        (fitting.len() == 1).then_some(fitting)
    };
    if best == Rank::Deployed
        && let Some(one) = only(&|j| name_of_module(&j.module) == Named::Production)
    {
        return one;
    }
    if best == Rank::Production
        && let Some(one) = only(&|j| is_just_production(&j.module))
    {
        return one;
    }
    if top.len() > 1 {
        let strongest =
            |i: usize| judged[i].mentions.iter().map(|m| m.kind).filter(|k| *k < Kind::Tool).min();
        if let Some(best) = top.iter().filter_map(|&i| strongest(i)).min() {
            let named: Vec<usize> = top.iter().copied().filter(|&i| strongest(i) == Some(best)).collect();
            let only_class =
                |i: &usize| judged[*i].mentions.iter().any(|m| m.kind == best && m.modules.len() == 1);
            let sure: Vec<usize> = named.iter().copied().filter(only_class).collect();
            top = if sure.is_empty() { named } else { sure };
        }
    }
    // A variant (`production_eu`) builds on what it varies, so names of purposes are not told apart by this.
    if top.len() > 1 && !matches!(best, Rank::Production | Rank::Platform | Rank::Staging) {
        let files: BTreeSet<FileId> = top.iter().map(|&i| judged[i].file).collect();
        let below: BTreeSet<FileId> =
            top.iter().flat_map(|&i| judged[i].builds_on.intersection(&files).copied()).collect();
        let above: Vec<usize> = top.iter().copied().filter(|&i| !below.contains(&judged[i].file)).collect();
        if !above.is_empty() {
            top = above;
        }
    }
    top
}

fn module(judged: &Judged<'_>, why: String) -> SettingsChoice {
    SettingsChoice::Module { module: judged.module.clone(), why }
}

fn ambiguous(
    sources: &Sources,
    judged: &[Judged<'_>],
    several: &[usize],
    best: Rank,
    missing: &[(String, &Mention)],
) -> SettingsChoice {
    let modules = several.iter().map(|&i| judged[i].module.clone()).collect();
    let mut why = match best {
        Rank::Deployed => "deployment files name each of them".to_owned(),
        Rank::Production | Rank::Platform | Rank::Staging => {
            "each could be what production uses by its name".to_owned()
        }
        Rank::Served | Rank::Run | Rank::ServedDevelopment => {
            let places: Vec<String> = several
                .iter()
                .filter_map(|&i| judged[i].mentions.iter().min_by_key(|m| m.kind))
                .map(|m| place(sources, m))
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect();
            format!("{} could mean each of them", places.join(" and "))
        }
        _ => "nothing says which of them production uses".to_owned(),
    };
    if let Some(note) = missing_note(sources, missing) {
        why = format!("{why}; {note}");
    }
    SettingsChoice::Ambiguous { modules, why }
}

fn reason(
    sources: &Sources,
    judged: &[Judged<'_>],
    one: usize,
    best: Rank,
    missing: &[(String, &Mention)],
) -> String {
    let named = judged[one].mentions.iter().filter(|m| m.kind < Kind::Tool).min_by_key(|m| (m.kind, !m.firm));
    let place = named.map(|m| format!("named in {}", place(sources, m)));
    let only = judged.len() == 1;
    let text = match best {
        Rank::Production => Some("its name says so".to_owned()),
        Rank::Platform => Some("it is called after where it runs".to_owned()),
        Rank::Staging => Some("the only one for a server".to_owned()),
        _ => None,
    };
    let own = match (text, place) {
        (Some(text), Some(place)) => format!("{text}, and it is {place}"),
        (Some(text), None) => text,
        (None, Some(place)) => place,
        (None, None) if only => "the only settings module".to_owned(),
        (None, None) => match best {
            Rank::Base => "the others build on it, and none is for production".to_owned(),
            Rank::Example => "a sample; there is no other for production".to_owned(),
            Rank::Development => "there is no other than for development".to_owned(),
            _ => "the only one that is not for development or tests".to_owned(),
        },
    };
    match missing_note(sources, missing) {
        Some(note) if named.is_none() => format!("{own}; {note}"),
        _ => own,
    }
}

/// `config/wsgi.py:14 names site.settings, which is not here`.
fn missing_note(sources: &Sources, missing: &[(String, &Mention)]) -> Option<String> {
    let (module, mention) =
        missing.iter().filter(|(_, m)| m.kind < Kind::Tool).min_by_key(|(_, m)| (m.kind, m.file))?;
    let package = format!("{}/__init__.py", module.replace('.', "/"));
    let is_there = sources.iter().any(|(_, f)| f.path == package || f.path.ends_with(&format!("/{package}")));
    let what = if is_there { "sets nothing" } else { "is not here" };
    Some(format!("{} names {module}, which {what}", place(sources, mention)))
}

/// `config/wsgi.py:14`.
fn place(sources: &Sources, mention: &Mention) -> String {
    format!("{}:{}", sources.path(mention.file), mention.line)
}

fn named_by(sources: &Sources, judged: &Judged<'_>) -> Vec<String> {
    let mut mentions = judged.mentions.clone();
    mentions.sort_by_key(|m| (m.kind, m.file, m.line));
    let mut places: Vec<String> = mentions.iter().map(|m| place(sources, m)).collect();
    places.dedup();
    if name_of_module(&judged.module) != Named::Plain {
        places.push("its name".to_owned());
    }
    places
}

/// The role of a module that was not chosen.
fn role(judged: &Judged<'_>, rank: Rank) -> Role {
    match rank {
        Rank::Test => Role::Test,
        Rank::Development | Rank::ServedDevelopment => Role::Development,
        Rank::Deployed | Rank::Production | Rank::Platform | Rank::Staging => Role::Production,
        Rank::Served | Rank::Run if !judged.is_base => Role::Production,
        _ => Role::Base,
    }
}

fn rank(sources: &Sources, judged: &Judged<'_>) -> Rank {
    let started = judged.mentions.iter().any(|m| m.kind < Kind::Tool);
    let named = match name_of_module(&judged.module) {
        Named::Plain if !started => name_of_package(&judged.module),
        named => named,
    };
    let any = |kind: Kind| judged.mentions.iter().any(|m| m.kind == kind);
    let firm = |kind: Kind| judged.mentions.iter().any(|m| m.kind == kind && m.firm && m.modules.len() == 1);
    let served = any(Kind::Deployment) || any(Kind::Server);
    let path = sources.path(judged.file);
    let only_tests = !judged.mentions.is_empty() && judged.mentions.iter().all(|m| m.kind == Kind::Test);
    match named {
        Named::Test => return Rank::Test,
        _ if (in_test_folder(path) || in_test_package(&judged.module)) && !served => return Rank::Test,
        Named::Development if any(Kind::Server) => return Rank::ServedDevelopment,
        Named::Development => return Rank::Development,
        _ if judged.is_part => return Rank::Base,
        _ => {}
    }
    if firm(Kind::Deployment) || firm(Kind::Server) {
        return Rank::Deployed;
    }
    match named {
        Named::Production => Rank::Production,
        _ if served => Rank::Served,
        Named::Platform => Rank::Platform,
        Named::Staging => Rank::Staging,
        _ if any(Kind::Worker) || any(Kind::Command) => Rank::Run,
        Named::Example => Rank::Example,
        Named::Base => Rank::Base,
        _ if judged.is_base => Rank::Base,
        // Test configuration alone names it, as for reusable apps.
        _ if only_tests && words(path).any(|w| is_test_folder(w) || w.starts_with("test")) => Rank::Test,
        _ => Rank::Plain,
    }
}
