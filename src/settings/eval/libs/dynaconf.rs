//! Dynaconf's objects: the hook that lays files and variables over the names of a Django module, and `LazySettings`
//! with its reads.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::functions::Args;
use super::super::raise::{R, Raise};
use super::super::val::{Id, LibObject, Reads, V, Val};
use super::super::{ENVIRON, Interp, cause_of};
use crate::settings::dynaconf::{self, Loaded, Options};
use crate::settings::{How, Node, Step, Value};
use crate::source::FileId;

/// How deep values are looked into.
const MAX_DEPTH: usize = 20;

/// What the hook has read, for the plain model.
pub(in super::super) struct Hooked {
    /// The namespace that it filled.
    pub(in super::super) scope: Id,
    /// The TOML file and the table in which a new setting is written.
    pub(in super::super) table: Option<(FileId, String)>,
    /// The environment that was read, and the first file.
    pub(in super::super) environment: Option<(FileId, String)>,
}

/// A `Validator` that gives no setting a value.
const CHECK: &str = "dynaconf-check";

/// What a call of `Validator` makes: one with a default or a cast sets what it looks at, and is not modelled.
pub(super) fn validator(args: &Args) -> Val {
    let sets = |(name, _): &(super::super::Name, Val)| {
        matches!(&**name, "default" | "cast" | "apply_default_on_none")
    };
    let when = args.named("when").is_none_or(|when| matches!(when.v, V::None) || is_check(when));
    if args.open.is_some() || !when || args.kw.iter().any(sets) {
        return Val::unknown("a validator of dynaconf that sets what it looks at");
    }
    Val::lib(CHECK, args.pos.clone(), Vec::new())
}

/// Whether a value is such a validator, or several that were combined by `|` and `&`.
pub(in super::super) fn is_check(val: &Val) -> bool {
    matches!(&val.v, V::Lib(object) if object.class == CHECK)
}

impl Interp<'_> {
    /// `DjangoDynaconf(__name__)`: the names of the module, and what takes their place.
    pub(super) fn dynaconf_hook(&mut self, args: &Args) -> R<Val> {
        let module = args.pos.first().and_then(Val::as_str).and_then(|name| self.by_name.get(name).copied());
        let Some(module) = module else {
            let cause: Rc<str> = "dynaconf is hooked into a module that cannot be told".into();
            let scope = self.frame_ref().scope;
            self.open_scope(scope, &cause, true);
            return Ok(Val::unknown(cause));
        };
        let (scope, file) = (self.modules[module as usize].scope, self.modules[module as usize].file);
        let path = file.map_or("", |file| self.sources.path(file));
        let folder = path.rsplit_once('/').map_or("", |p| p.0).to_owned();
        let mut options = Options::new(true, &folder, file);
        let names: Vec<(Rc<str>, Val)> = self
            .scope(scope)
            .map(|scope| scope.vars.iter().map(|(name, b)| (name.clone(), b.val.clone())).collect())
            .unwrap_or_default();
        let mut own: BTreeMap<Rc<str>, Node> = BTreeMap::new();
        for (name, val) in names.iter().filter(|(name, _)| super::super::export::is_setting(name)) {
            let node = self.whole_node(val);
            options.give(name, node.clone());
            own.insert(name.clone(), node);
        }
        let loaded = self.dynaconf_load(&mut options, args);
        let variables = self.dynaconf_variables(&mut Options::default());
        let mut entries = Vec::new();
        for (name, node, steps) in &loaded.settings {
            if name.ends_with("_FOR_DYNACONF") || name == "SETTINGS_MODULE" {
                continue;
            }
            let kept = own.get(name.as_str()).is_some_and(|old| same_value(old, node));
            let found = names.iter().find(|(known, _)| **known == **name).map(|(_, val)| val.clone());
            let val = match found.filter(|_| kept) {
                Some(val) => val,
                None => self.placed_val(node),
            };
            let val = self.replaceable(val, name, &loaded, steps, scope, &variables);
            let steps = steps.iter().map(|step| (self.next_seq(), step.clone())).collect();
            self.bind_in(scope, name, val.clone(), None, steps);
            self.mark_boxes(&val, 0);
            entries.push((Val::str(name), val));
        }
        let at = args.at;
        for (name, val) in
            [("LOAD_DOTENV", Val::bool(options.dotenv)), ("DEFAULT_SETTINGS_PATHS", self.default_paths())]
        {
            if !own.contains_key(name) && self.scope(scope).is_some_and(|s| !s.vars.contains_key(name)) {
                let step = self.step(at, How::Merged, "");
                self.bind_in(scope, name, val, step, Vec::new());
            }
        }
        let object = self.dynaconf_object(entries, &loaded);
        let step = self.step(at, How::Assigned, "");
        self.bind_in(scope, "DYNACONF", object.clone(), step, Vec::new());
        if let Some(cause) = &loaded.open {
            self.open_scope(scope, &cause.as_str().into(), true);
        }
        if let Some((variable, names)) = &loaded.switch {
            self.note_environments(variable, names);
        }
        let environment = loaded.switch.and(loaded.files.first().map(|file| (*file, loaded.environment)));
        self.dynaconf = Some(Hooked { scope, table: loaded.table, environment });
        Ok(object)
    }

    /// `LazySettings(…)`, `Dynaconf(…)`.
    pub(super) fn dynaconf_settings(&mut self, args: &Args) -> R<Val> {
        let folder = self.project.root.clone();
        let file = self.frame_ref().file;
        let mut options = Options::new(false, &folder, file);
        let loaded = self.dynaconf_load(&mut options, args);
        let variables = self.dynaconf_variables(&mut Options::default());
        let scope = self.frame_ref().scope;
        let mut entries = Vec::new();
        for (name, node, steps) in &loaded.settings {
            let val = self.placed_val(node);
            let val = self.replaceable(val, name, &loaded, steps, scope, &variables);
            self.mark_boxes(&val, 0);
            entries.push((Val::str(name), val));
        }
        Ok(self.dynaconf_object(entries, &loaded))
    }

    /// Whether validators look at settings and set none.
    fn only_checks(&self, validators: &Val) -> bool {
        let seq = self.elements(validators);
        seq.rest.is_none() && seq.items.iter().all(is_check)
    }

    fn dynaconf_load(&mut self, options: &mut Options, args: &Args) -> Loaded {
        for (name, val) in &args.kw {
            if &**name == "validators" && self.only_checks(val) {
                continue;
            }
            let node = match super::super::home::below(val) {
                // A file there is the machine's.
                Some((rest, _)) => {
                    Node { value: Value::Str(format!("~{rest}")), at: val.at, env: Vec::new() }
                }
                None => self.whole_node(val),
            };
            options.give(name, node);
        }
        if let Some(cause) = &args.open {
            options.close(cause);
        }
        let mut variables = self.dynaconf_variables(options);
        if options.wants_dotenv(&variables) {
            let mut at = Some(options.folder.clone());
            while let Some(folder) = at {
                let names = ["/.env", "/config/.env"].map(|name| format!("{folder}{name}"));
                if let Some(file) =
                    names.iter().find_map(|name| self.sources.find(name.trim_start_matches('/')))
                {
                    let path = self.absolute_path(file);
                    self.read_dotenv(Some(&path));
                    break;
                }
                at = (!folder.is_empty()).then(|| folder.rsplit_once('/').map_or("", |p| p.0).to_owned());
            }
            variables = self.dynaconf_variables(options);
        }
        let loaded = dynaconf::load(self.sources, options, &variables);
        for file in &loaded.files {
            self.note_file(*file);
        }
        for problem in &loaded.problems {
            self.problem(problem.at.or(args.at), problem.message.clone());
        }
        loaded
    }

    /// The variables that there are.
    fn dynaconf_variables(&self, options: &mut Options) -> BTreeMap<String, String> {
        let mut variables = self.supplied.clone();
        match self.dict_obj(ENVIRON) {
            Ok(dict) => {
                for (key, val) in dict.entries.values() {
                    let Some(name) = key.as_str() else { continue };
                    match &val.v {
                        V::Str(text) => {
                            variables.insert(name.to_string(), text.to_string());
                        }
                        V::Ellipsis => {
                            variables.remove(&**name);
                        }
                        _ => options.close(&cause_of(val)),
                    }
                }
                if let Some(cause) = &dict.rest {
                    options.close(cause);
                }
            }
            Err(cause) => options.close(&cause),
        }
        variables
    }

    fn dynaconf_object(&mut self, entries: Vec<(Val, Val)>, loaded: &Loaded) -> Val {
        if let Some(cause) = &loaded.open {
            return Val::unknown(cause.as_str());
        }
        let prefix = loaded.prefix.as_deref().map_or(Val::new(V::None), Val::str);
        let dict = self.dict(entries);
        Val::lib("dynaconf", vec![dict, prefix], Vec::new())
    }

    fn whole_node(&self, val: &Val) -> Node {
        self.node(val, &mut super::super::export::MAX_NODES.clone(), &mut Vec::new())
    }

    /// A value that a variable may replace.
    fn replaceable(
        &self,
        val: Val,
        name: &str,
        loaded: &Loaded,
        steps: &[Step],
        scope: Id,
        variables: &BTreeMap<String, String>,
    ) -> Val {
        let bound =
            self.scope(scope).and_then(|s| s.vars.get(name)).and_then(|b| b.steps.last().map(|s| s.1.at));
        let at = val.at.or_else(|| steps.last().map(|step| step.at)).or(bound);
        match (&loaded.prefix, at) {
            (Some(prefix), Some(at)) => {
                val.with_env(&Reads::one(dynaconf::replacing(prefix, name, at, variables)))
            }
            _ => val,
        }
    }

    fn default_paths(&mut self) -> Val {
        let extensions = ["py", "toml", "tml", "yaml", "yml", "ini", "conf", "properties", "json"];
        let names = ["settings.", ".secrets."].iter().flat_map(|start| {
            extensions.iter().map(move |extension| Val::str(&format!("{start}{extension}")))
        });
        let names = names.collect();
        self.list(names)
    }

    /// `settings.get("X", default, "@bool")`, `settings.as_bool("X")` and their like.
    pub(super) fn dynaconf_method(&mut self, object: &Rc<LibObject>, name: &str, args: &Args) -> R<Val> {
        let mark = match name {
            "get" | "get_fresh" => None,
            "as_bool" => Some("@bool"),
            "as_int" => Some("@int"),
            "as_float" => Some("@float"),
            "exists" => {
                let Some(key) = args.get(0, "key").and_then(Val::as_str).cloned() else {
                    return Ok(self.give_up(args, "a name that cannot be told"));
                };
                let found = self.dynaconf_value(object, &key, args.at);
                return Ok(match found {
                    Ok(val) if val.is_unknown() => Val::unknown(cause_of(&val)),
                    Ok(val) => Val::bool(true).with_env(&val.env),
                    Err(env) => Val::bool(false).with_env(&env),
                });
            }
            _ => {
                let cause: Rc<str> = format!("settings.{name}() of dynaconf is not modelled").into();
                if !matches!(
                    name,
                    "as_dict" | "to_dict" | "keys" | "items" | "values" | "path_for" | "find_file"
                ) && let Some(settings) = object.args.first().cloned()
                {
                    self.taint(&settings, &cause);
                }
                return Ok(self.give_up(args, cause));
            }
        };
        let Some(key) = args.get(0, "key").and_then(Val::as_str).cloned() else {
            return Ok(self.give_up(args, "a name that cannot be told"));
        };
        let default = args.get(1, "default").cloned().unwrap_or_else(|| Val::new(V::None));
        let val = match self.dynaconf_value(object, &key, args.at) {
            Ok(val) => val,
            Err(env) => {
                self.mark_boxes(&default, 0);
                default.with_env(&env)
            }
        };
        let cast = args.get(2, "cast").map(|cast| cast.as_str().map(ToString::to_string));
        let mark = match (mark, cast) {
            (Some(mark), _) => Some(mark.to_owned()),
            (None, None) => None,
            (None, Some(Some(mark))) => Some(mark),
            (None, Some(None)) => return Ok(Val::unknown("a cast of dynaconf's that cannot be told")),
        };
        Ok(match mark {
            Some(mark) => {
                let node = dynaconf::cast(&mark, &self.whole_node(&val));
                let made = self.placed_val(&node);
                Val { at: val.at, ..made.with_env(&val.env) }
            }
            None => val,
        })
    }

    /// `settings.X`: a method, or a setting.
    pub(super) fn dynaconf_attr(&mut self, object: &Rc<LibObject>, name: &str) -> R<Option<Val>> {
        const METHODS: &str = "get get_fresh get_environ as_bool as_int as_float as_json as_dict to_dict exists \
            exists_in_environ keys items values path_for find_file set update setdefault setenv unset unset_all \
            from_env using_env reload clean configure load_file execute_loaders populate_obj flag is_overridden \
            fresh dynaconf_clone";
        const PROPERTIES: &str = "current_env current_namespace loaded_envs loaded_by_loaders settings_module \
            settings_file store validators loaders dynaconf logger environ configured";
        let is_in = |names: &str| names.split_whitespace().any(|known| known == name);
        if is_in(METHODS) || name.starts_with("__") {
            return Ok(None);
        }
        if is_in(PROPERTIES) || name.starts_with('_') {
            if let Some(settings) = object.args.first().cloned() {
                self.taint(&settings, &format!("settings.{name} of dynaconf is not modelled").into());
            }
            return Ok(Some(Val::unknown("a part of dynaconf's object that is not modelled")));
        }
        if name.contains("__") {
            return Ok(Some(Val::unknown("a nested name of dynaconf's")));
        }
        self.dynaconf_item(object, name, "AttributeError").map(Some)
    }

    /// What dynaconf hands out are dicts and lists of its own kind.
    fn mark_boxes(&mut self, val: &Val, depth: usize) {
        let (V::Dict(id) | V::List(id)) = val.v else { return };
        if depth > MAX_DEPTH || !self.boxes.insert(id) {
            return;
        }
        let below: Vec<Val> = match (self.dict_obj(id), self.seq(id)) {
            (Ok(dict), _) => dict.entries.values().map(|(_, val)| val.clone()).collect(),
            (_, Ok(seq)) => seq.items.clone(),
            _ => Vec::new(),
        };
        for val in &below {
            self.mark_boxes(val, depth + 1);
        }
    }

    /// The value under a key that a dict of dynaconf's has in another case.
    pub(in super::super) fn boxed(&self, owner: &Val, key: &str) -> Option<Val> {
        let V::Dict(id) = owner.v else { return None };
        let dict =
            self.dict_obj(id).ok().filter(|dict| self.boxes.contains(&id) && dict.get(key).is_none())?;
        let alike = |val: &Val| {
            let own = val.as_str().map(|text| text.to_lowercase());
            own.is_some_and(|own| own == key.to_lowercase() || own.replace(' ', "_") == key.to_lowercase())
        };
        dict.entries.values().find(|(key, _)| alike(key)).map(|(_, val)| val.clone())
    }

    /// An attribute of such a dict or list: a key, or a copy of what it holds. `None` for a method.
    pub(in super::super) fn box_attr(&mut self, owner: &Val, name: &str) -> R<Option<Val>> {
        if matches!(name, "to_dict" | "to_list") || super::super::members::has(owner, name) == Some(true) {
            return Ok(None);
        }
        let V::Dict(id) = owner.v else { return Ok(Some(Val::unknown("an attribute of dynaconf's list"))) };
        let found = match self.dict_obj(id) {
            Ok(dict) => dict.get(name).cloned().or_else(|| dict.rest.clone().map(Val::unknown)),
            Err(cause) => Some(Val::unknown(cause)),
        };
        match found.or_else(|| self.boxed(owner, name)) {
            Some(val) => Ok(Some(val.with_env(&owner.env))),
            None if name.starts_with("to_") || name.starts_with("from_") || name == "merge_update" => {
                Ok(Some(Val::unknown("a method of dynaconf's table")))
            }
            None => Err(Raise::new("AttributeError", format!("asks a table for {name}, which is not there"))
                .with_env(&owner.env)),
        }
    }

    /// `settings.X`, `settings["X"]`.
    pub(in super::super) fn dynaconf_item(
        &mut self,
        object: &Rc<LibObject>,
        key: &str,
        class: &str,
    ) -> R<Val> {
        match self.dynaconf_value(object, key, None) {
            Ok(val) => Ok(val),
            Err(env) => {
                let raise = Raise::new(class, format!("asks dynaconf for {key}, which nothing sets"));
                Err(raise.with_env(&env))
            }
        }
    }

    /// A setting, whatever its case; without one, the read of the variable that would set it.
    fn dynaconf_value(
        &mut self,
        object: &Rc<LibObject>,
        key: &str,
        at: Option<crate::source::Span>,
    ) -> Result<Val, Reads> {
        let upper = key.to_uppercase();
        let read = |this: &Self, name: &str| match (object.args.get(1).and_then(Val::as_str), at) {
            (Some(prefix), Some(at)) => Reads::one(dynaconf::replacing(prefix, name, at, &this.supplied)),
            _ => Reads::default(),
        };
        if key.contains('.') || key.contains("__") {
            let nested = key.replace("__", ".");
            return self.dynaconf_nested(object, &nested, at);
        }
        let Some(V::Dict(id)) = object.args.first().map(|dict| &dict.v) else {
            return Ok(Val::unknown("an object of dynaconf's"));
        };
        match self.dict_obj(*id) {
            Ok(dict) => match (dict.get(&upper), &dict.rest) {
                (Some(val), _) => Ok(val.clone()),
                (None, Some(cause)) => Ok(Val::unknown(cause.clone())),
                (None, None) => Err(read(self, &upper)),
            },
            Err(cause) => Ok(Val::unknown(cause)),
        }
    }
}

impl Interp<'_> {
    /// `settings.get("A.b")`: a key of a table, whatever its case.
    fn dynaconf_nested(
        &mut self,
        object: &Rc<LibObject>,
        key: &str,
        at: Option<crate::source::Span>,
    ) -> Result<Val, Reads> {
        let mut keys = key.split('.');
        let mut val = self.dynaconf_value(object, keys.next().unwrap_or_default(), at)?;
        for key in keys {
            let V::Dict(id) = val.v else { return Ok(Val::unknown("a nested name of dynaconf's")) };
            let upper = key.to_uppercase();
            let found = match self.dict_obj(id) {
                Ok(dict) if dict.entries.is_empty() => Some(Val::unknown("an empty table of dynaconf's")),
                Ok(dict) => dict.get(&upper).cloned().or_else(|| dict.rest.clone().map(Val::unknown)),
                Err(cause) => Some(Val::unknown(cause)),
            };
            val = match found.or_else(|| self.boxed(&val, &upper)) {
                Some(found) => found.with_env(&val.env),
                None => return Err(val.env),
            };
        }
        Ok(val)
    }
}

/// Whether dynaconf left a value as it was. What it looks into becomes a list where it was a tuple.
fn same_value(old: &Node, new: &Node) -> bool {
    old.value == new.value
}
