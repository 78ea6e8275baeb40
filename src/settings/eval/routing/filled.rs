//! Collections that modules fill as they are imported: a registry with decorators, a list that others append to. A module
//! runs here only for a value of its own, so those that do such a thing are named from outside ([`Fill`]) and run when
//! something imports them. Which collections were looked at is told ([`UrlMap::walked`](crate::settings::routes::UrlMap)).

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::Interp;
use super::super::functions::Args;
use super::super::raise::R;
use super::super::val::{Id, Kind, V, Val};
use crate::source::{FileId, Span};

/// How deep collections are looked for in objects.
const MAX_DEPTH: usize = 3;
/// Of longer collections no more elements are looked into.
const MAX_ITEMS: usize = 200;

impl Interp<'_> {
    /// The elements of a collection are looked at, by the code of a module or what it calls.
    pub(in super::super) fn note_walked(&self, val: &Val) {
        let (V::List(id) | V::Dict(id) | V::Set(id)) = &val.v else { return };
        if let Some(routing) = self.routing.as_ref().filter(|r| !r.is_starting && r.starting.is_none()) {
            let body = self.frames.iter().rev().find(|frame| !frame.is_function);
            routing.walked.borrow_mut().insert((*id, body.map(|frame| frame.module)));
        }
    }

    /// The module-level names whose collections were looked at while URLconfs ran, or as patterns.
    pub(super) fn walked_names(&self) -> Vec<(FileId, String)> {
        let Some(routing) = &self.routing else { return Vec::new() };
        let is_urlconf = |module: u32| {
            self.modules[module as usize].file.is_some_and(|file| routing.urlconfs.contains(&file))
        };
        routing.walked.borrow_mut().retain(|(_, by)| by.is_none_or(is_urlconf));
        let walked = routing.walked.borrow().iter().map(|(id, _)| *id).collect();
        let mut walks = Walks { interp: self, walked, looked_into: FxHashMap::default() };
        let mut names = Vec::new();
        for module in &self.modules {
            let Some(file) = module.file else { continue };
            let vars = self.scope(module.scope).into_iter().flat_map(|scope| &scope.vars);
            let found = vars.filter(|(_, binding)| walks.reach(&binding.val, 0));
            names.extend(found.map(|(name, _)| (file, name.to_string())));
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether a module runs for what it adds.
    pub(super) fn is_filler(&self) -> bool {
        let name = &*self.modules[self.frame_ref().module as usize].name;
        self.routing.as_ref().is_some_and(|routing| routing.fill.modules.contains(name))
    }

    /// A module is imported: those run that it brings along.
    pub(super) fn run_fillers(&mut self, module: &str, at: Option<Span>) -> R<()> {
        let Some(fill) =
            self.routing.as_ref().map(|routing| routing.fill).filter(|f| !f.by_import.is_empty())
        else {
            return Ok(());
        };
        let ends = module.match_indices('.').map(|(at, _)| at).chain([module.len()]);
        for part in ends.map(|end| &module[..end]) {
            for filler in fill.by_import.get(part).into_iter().flatten() {
                if self.by_name.contains_key(filler.as_str()) {
                    continue;
                }
                match self.force_module(filler) {
                    Ok(_) => {}
                    Err(raise) if raise.stop => return Err(raise),
                    Err(raise) => {
                        let message = format!("what {filler} adds is not followed: it {}", raise.cause);
                        self.cannot_tell(at, message);
                    }
                }
            }
        }
        Ok(())
    }

    /// What Django imports of the apps before any URL is looked for.
    pub(super) fn import_apps(&mut self, apps: &[String]) -> R<()> {
        let has_admin = apps.iter().any(|app| app.starts_with("django.contrib.admin"));
        let parts: &[&str] = if has_admin { &["apps", "models", "admin"] } else { &["apps", "models"] };
        self.import_of_apps(apps, parts)
    }

    /// `autodiscover_modules(*names)`.
    pub(super) fn autodiscover(&mut self, args: &Args) -> R<Val> {
        let apps: Vec<String> = self.installed_apps().0.into_iter().map(str::to_owned).collect();
        let names: Vec<String> = args.pos.iter().filter_map(|n| Some(n.as_str()?.to_string())).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        self.import_of_apps(&apps, &names)?;
        Ok(Val::new(V::None))
    }

    fn import_of_apps(&mut self, apps: &[String], parts: &[&str]) -> R<()> {
        for app in apps {
            let package = super::apps::package_of(app);
            for part in parts {
                self.run_fillers(&format!("{package}.{part}"), None)?;
            }
        }
        Ok(())
    }

    /// `sys.modules[name]`.
    pub(in super::super) fn imported_module(&mut self, name: &str) -> Val {
        let is_there = self.is_ours(name) && self.names().module(name).is_some();
        if is_there || self.find_installed(name).is_some() {
            Val::new(V::Ref(name.into()))
        } else {
            Val::unknown("a module that may not have been imported")
        }
    }
}

/// Which values hold a collection that was looked at.
struct Walks<'i, 'a> {
    interp: &'i Interp<'a>,
    walked: FxHashSet<Id>,
    /// What was looked into before: how deep that was, and whether it holds one.
    looked_into: FxHashMap<Id, (usize, bool)>,
}

impl Walks<'_, '_> {
    fn reach(&mut self, val: &Val, depth: usize) -> bool {
        if depth > MAX_DEPTH {
            return false;
        }
        let interp = self.interp;
        match &val.v {
            V::List(id) | V::Dict(id) | V::Set(id) => self.walked.contains(id) || self.within(*id, depth),
            V::Class(class) => {
                let own = &interp.classes[*class as usize];
                own.mro.iter().any(|base| self.within(interp.classes[*base as usize].scope, depth))
            }
            V::Instance(id) => {
                self.within(*id, depth)
                    || interp
                        .instance_class(val)
                        .is_some_and(|class| self.reach(&Val::new(V::Class(class)), depth))
            }
            _ => false,
        }
    }

    /// Whether what an object or a namespace holds leads to one; found out once, for whatever is as near or nearer.
    fn within(&mut self, id: Id, depth: usize) -> bool {
        match self.looked_into.get(&id) {
            Some((before, false)) if *before <= depth => return false,
            Some((before, true)) if *before >= depth => return true,
            _ => {}
        }
        let interp = self.interp;
        let found = if let Some(scope) = interp.scope(id) {
            scope.vars.values().any(|binding| self.reach(&binding.val, depth + 1))
        } else {
            match interp.heap.get(id).map(|object| &object.kind) {
                Some(Kind::List(seq)) => {
                    seq.items.iter().take(MAX_ITEMS).any(|item| self.reach(item, depth + 1))
                }
                Some(Kind::Dict(dict)) => {
                    dict.entries.values().take(MAX_ITEMS).any(|(_, value)| self.reach(value, depth + 1))
                }
                _ => false,
            }
        };
        self.looked_into.insert(id, (depth, found));
        found
    }
}
