//! From the interpreter's state to the plain data of a [`SettingsModel`].

use std::rc::Rc;

use super::val::{Kind, V, Val};
use super::{Arena, Interp};
use crate::project::{Project, SettingsCandidate};
use crate::python::is_standard_library;
use crate::settings::{
    Composition, Dict, Entry, Environment, Items, Node, Setting, SettingsModel, Step, Unknown, Value,
};
use crate::source::{FileId, Sources};

/// The most values that one setting may hold in the model.
pub(super) const MAX_NODES: usize = 20_000;
const MAX_NEST: usize = 20;
const TOO_LARGE: &str = "a value that is too large";

/// How far an evaluation goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::settings) enum Extent {
    /// Everything that is imported.
    Whole,
    /// What settings modules import themselves, and a part of the rest.
    Outline,
}

/// Evaluates a Python settings module.
pub(in crate::settings) fn run(
    sources: &Sources,
    project: &Project,
    candidate: &SettingsCandidate,
    environment: &Environment,
    extent: Extent,
) -> SettingsModel {
    let arena = Arena::new(sources);
    let mut interp = Interp::new(&arena, project, environment);
    if extent == Extent::Outline {
        interp.most_modules = super::imports::MAX_OUTLINE;
    }
    let mut model = SettingsModel::blank(project, &candidate.module, candidate.file, candidate.role);
    let loaded = interp.load_candidate(&candidate.module, candidate.file);
    match loaded {
        Ok(id) => {
            let scope = interp.modules[id as usize].scope;
            interp.collect(scope, candidate, &mut model);
        }
        Err(raise) => {
            model.open = Some(raise.cause.to_string());
            // The names that were seen are set, to values that later statements may have changed.
            interp.frames.truncate(1);
            if let Some(&id) = interp.by_name.get(candidate.module.as_str()) {
                let scope = interp.modules[id as usize].scope;
                interp.open_scope(scope, &raise.cause, true);
                interp.collect(scope, candidate, &mut model);
            }
            interp.problem(None, format!("the settings were not evaluated to the end: {}", raise.cause));
        }
    }
    model.files = std::mem::take(&mut interp.files);
    model.problems.append(&mut interp.problems);
    model.switches = std::mem::take(&mut interp.switches);
    model.class_choice = interp.class_choice.take();
    model.included = interp.included.iter().map(|(file, ..)| *file).collect();
    model.environ = interp.set_variables();
    model.made = interp.made_objects();
    model
}

impl Interp<'_> {
    /// The outermost frame belongs to nobody: imports need one to run in.
    pub(super) fn push_outer_frame(&mut self) {
        let scope = self.new_scope();
        self.modules.push(super::ModuleInfo {
            name: "__import__".into(),
            file: None,
            is_package: false,
            scope,
        });
        let frame = super::Frame::of_body(vec![scope], 0, None, None);
        self.frames.push(super::Frame { is_function: true, ..frame });
    }

    fn load_candidate(&mut self, module: &str, file: FileId) -> super::R<u32> {
        self.push_outer_frame();
        if let Some(id) = self.load(module)?
            && self.modules[id as usize].file == Some(file)
        {
            return Ok(id);
        }
        let is_package = self.sources.path(file).ends_with("/__init__.py");
        self.load_file(module, file, is_package)
    }

    fn collect(&mut self, scope: u32, candidate: &SettingsCandidate, model: &mut SettingsModel) {
        let names: Vec<(Rc<str>, super::Binding)> = match self.scope(scope) {
            Some(scope) => scope.vars.iter().map(|(n, b)| (n.clone(), b.clone())).collect(),
            None => Vec::new(),
        };
        model.open = self.scope(scope).and_then(|s| s.open.as_ref()).map(ToString::to_string);
        let mut from_framework = Vec::new();
        if let Some(ended) = &self.ended {
            model.open.get_or_insert_with(|| ended.to_string());
        }
        if let Some(class) = self.configuration(&names, candidate) {
            let def = &self.classes[class as usize];
            model.configuration = Some(def.name.to_string());
            if let Some(at) = def.at {
                model.composition = Composition::Class(at);
            }
            if let Some(cause) = &def.opaque {
                model.open.get_or_insert_with(|| cause.to_string());
            }
            from_framework.clone_from(&def.framework);
            for (name, binding) in self.set_up_configuration(class) {
                self.add_setting(&name, &binding.val, &binding.steps, model);
            }
        }
        for (name, binding) in names {
            // What the class has stands over what the module has.
            let hidden = model.settings.contains_key(&*name) || from_framework.contains(&name);
            if is_setting(&name) && !hidden {
                self.add_setting(&name, &binding.val, &binding.steps, model);
            }
        }
        model.environment = self.dynaconf.as_ref().and_then(|hooked| hooked.environment.clone());
        if let Some(hooked) = self.dynaconf.as_ref().filter(|hooked| hooked.scope == scope)
            && let Some((file, table)) = &hooked.table
        {
            // What dynaconf reads outweighs the module: new settings go there.
            model.composition = Composition::Toml { file: *file, table: table.clone() };
        }
    }

    fn add_setting(&mut self, name: &str, val: &Val, steps: &[(u32, Step)], model: &mut SettingsModel) {
        let mut edits: Vec<(u32, Step)> = steps.to_vec();
        let mut seen = Vec::new();
        self.gather_steps(val, &mut edits, &mut seen, 0);
        edits.sort_by_key(|s| s.0);
        edits.dedup_by(|a, b| a.1.at == b.1.at && a.1.how == b.1.how);
        let mut left = MAX_NODES;
        let mut val = val.clone();
        if let Some(unk) = val.unk().filter(|u| u.maybe_unset).cloned() {
            // When the branch did not run, the framework's default applies.
            let mut unk = (*unk).clone();
            match self.django_default(name) {
                Some(default) => {
                    if !unk.candidates.is_empty()
                        && unk.candidates.iter().all(|c| self.equal(c, &default, 0) == Some(true))
                    {
                        val = Val { env: val.env.clone(), ..unk.candidates[0].clone() };
                    } else {
                        unk.candidates.push(default);
                        val.v = V::Unknown(Rc::new(unk));
                    }
                }
                None => unk.candidates.clear(),
            }
        }
        let node = self.node(&val, &mut left, &mut Vec::new());
        let setting = Setting {
            name: name.to_owned(),
            node,
            steps: edits.into_iter().map(|s| s.1).collect(),
            is_default: false,
        };
        model.settings.insert(name.to_owned(), setting);
    }

    /// The edits in place of a value and of what it holds.
    fn gather_steps(&self, val: &Val, out: &mut Vec<(u32, Step)>, seen: &mut Vec<u32>, depth: usize) {
        if depth > 8 || out.len() > 100 || seen.len() > 2000 {
            return;
        }
        if let Some(id) = val.heap_id() {
            if seen.contains(&id) {
                return;
            }
            seen.push(id);
            let Some(obj) = self.heap.get(id) else { return };
            out.extend(obj.steps.iter().cloned());
            match &obj.kind {
                Kind::Dict(dict) => {
                    for (_, value) in dict.entries.values() {
                        self.gather_steps(value, out, seen, depth + 1);
                    }
                }
                Kind::List(seq) => {
                    for item in seq.items.iter().take(500) {
                        self.gather_steps(item, out, seen, depth + 1);
                    }
                }
                _ => {}
            }
        }
        if let V::Unknown(unk) = &val.v {
            for candidate in &unk.candidates {
                self.gather_steps(candidate, out, seen, depth + 1);
            }
        }
        if let V::Tuple(seq) = &val.v {
            for item in seq.items.iter().take(500) {
                self.gather_steps(item, out, seen, depth + 1);
            }
        }
    }

    /// A value as data.
    pub(super) fn node(&self, val: &Val, left: &mut usize, path: &mut Vec<u32>) -> Node {
        let mut node = Node { value: Value::None, at: val.at, env: val.env.as_slice().to_vec() };
        let unknown = |cause: &str| {
            Value::Unknown(Unknown { cause: cause.to_owned(), required: false, candidates: Vec::new() })
        };
        if is_full(*left, path) {
            node.value = unknown(TOO_LARGE);
            return node;
        }
        *left -= 1;
        if let Some(id) = val.heap_id() {
            if path.contains(&id) {
                node.value = unknown("a collection that holds itself");
                return node;
            }
            path.push(id);
        }
        let rest = |cause: &Option<Rc<str>>| cause.as_ref().map(ToString::to_string);
        node.value = match &val.v {
            V::None => Value::None,
            V::Bool(b) => Value::Bool(*b),
            V::Int(n) => Value::Int(*n),
            V::BigInt(n) => Value::BigInt(n.to_string()),
            V::Float(f) => Value::Float(*f),
            V::Str(text) => Value::Str(text.to_string()),
            V::Parts(parts) => {
                Value::PartlyStr(parts.iter().map(|p| p.as_ref().map(ToString::to_string)).collect())
            }
            V::Bytes(bytes) => Value::Bytes(bytes.len()),
            V::Tuple(seq) => Value::Tuple(self.items(seq.items.iter(), rest(&seq.rest), left, path)),
            V::List(id) => match self.seq(*id) {
                Ok(seq) => Value::List(self.items(seq.items.iter(), rest(&seq.rest), left, path)),
                Err(cause) if self.unordered(val).is_some() => {
                    Value::List(Items { items: Vec::new(), rest: Some(cause.to_string()) })
                }
                Err(cause) => unknown(&cause),
            },
            V::Set(id) => match self.object(*id).map(|o| &o.kind) {
                Ok(Kind::Set(set)) => Value::Set(self.items(set.items.values(), rest(&set.rest), left, path)),
                Ok(_) => unknown("a set that is gone"),
                Err(cause) => unknown(&cause),
            },
            V::Dict(id) => match self.dict_obj(*id) {
                Ok(dict) => {
                    let mut shown = Dict { entries: Vec::new(), rest: rest(&dict.rest) };
                    for (key, value) in dict.entries.values() {
                        if is_full(*left, path) {
                            shown.rest = Some(TOO_LARGE.to_owned());
                            break;
                        }
                        let (key, value) = (self.node(key, left, path), self.node(value, left, path));
                        shown.entries.push(Entry { key, value });
                    }
                    Value::Dict(shown)
                }
                Err(cause) => unknown(&cause),
            },
            V::Ref(name) => self.ref_node(name),
            V::Func(id) => {
                let func = &self.funcs[*id as usize];
                let module = &self.modules[func.module as usize].name;
                Value::Ref(format!("{module}.{}", self.qualname(*id)))
            }
            V::Class(id) => {
                let class = &self.classes[*id as usize];
                Value::Ref(format!("{}.{}", self.modules[class.module as usize].name, class.qualname))
            }
            V::Module(id) => Value::Ref(self.modules[*id as usize].name.to_string()),
            V::Timedelta(seconds) => Value::Timedelta(*seconds),
            V::Regex(pattern) => Value::Regex(pattern.to_string()),
            V::Path(path) => Value::Path(self.shown_path(path)),
            V::Lazy(text) => Value::Lazy(text.to_string()),
            V::Lib(_) if let Some((rest, is_path)) = super::home::below(val) => {
                if is_path {
                    unknown(&format!("it depends on the machine: the path ~{rest} in the home folder"))
                } else {
                    Value::PartlyStr(vec![None, Some(rest.to_string())])
                }
            }
            V::Lib(object) if object.class == "object" => unknown("an object() without a value of its own"),
            V::Lib(_) => unknown("an object of a library"),
            V::Instance(_) if let Some(held) = self.held(val) => self.node(&held.clone(), left, path).value,
            V::Instance(_) => match self.instance_class(val) {
                Some(class) => {
                    unknown(&format!("an object of the class {}", self.classes[class as usize].name))
                }
                None => unknown("an object"),
            },
            V::Unknown(unk) => Value::Unknown(Unknown {
                cause: unk.cause.to_string(),
                required: unk.required || val.env.has_needed(),
                candidates: unk.candidates.iter().take(8).map(|c| self.node(c, left, path)).collect(),
            }),
            V::Iter(_) => unknown("an iterator"),
            V::Ellipsis => unknown("an ellipsis"),
            V::Bound(_) => unknown("a method of an object"),
            V::Environ | V::Namespace(_) => unknown("a namespace or the environment as a whole"),
        };
        if val.heap_id().is_some() {
            path.pop();
        }
        node
    }

    /// The elements of a collection as data, as many as there is room for.
    fn items<'v>(
        &self,
        vals: impl Iterator<Item = &'v Val>,
        rest: Option<String>,
        left: &mut usize,
        path: &mut Vec<u32>,
    ) -> Items {
        let mut shown = Items { items: Vec::new(), rest };
        for val in vals {
            if is_full(*left, path) {
                shown.rest = Some(TOO_LARGE.to_owned());
                break;
            }
            shown.items.push(self.node(val, left, path));
        }
        shown
    }

    /// What stands outside the project is a class when it is written as one; a name of a package may be anything.
    fn ref_node(&self, name: &str) -> Value {
        let short = name.rsplit('.').next().unwrap_or(name);
        if super::operators::is_class_name(short) || is_standard_library(name) {
            let name =
                name.strip_prefix("builtins.").map_or_else(|| name.to_owned(), |n| format!("builtins.{n}"));
            return Value::Ref(name);
        }
        let known = ["django.utils.", "rest_framework.", "django.views.", "django.contrib."];
        if known.iter().any(|k| name.starts_with(k)) {
            return Value::Ref(name.to_owned());
        }
        Value::Unknown(Unknown {
            cause: format!("{name} is not part of the project"),
            required: false,
            candidates: Vec::new(),
        })
    }

    pub(super) fn shown_path(&self, path: &str) -> String {
        let root = self.sources.root().to_string_lossy();
        let root = root.trim_end_matches('/');
        match path.strip_prefix(root) {
            Some("") => "<root>".to_owned(),
            Some(rest) if rest.starts_with('/') => format!("<root>{rest}"),
            _ => path.to_owned(),
        }
    }
}

/// Whether Django takes a name for a setting.
pub(super) fn is_setting(name: &str) -> bool {
    name.chars().any(char::is_alphabetic)
        && name.chars().all(|c| !c.is_lowercase())
        && !name.starts_with("__")
}

/// No more values fit into the model of a setting, or none this deep.
const fn is_full(left: usize, path: &[u32]) -> bool {
    left == 0 || path.len() > MAX_NEST
}
