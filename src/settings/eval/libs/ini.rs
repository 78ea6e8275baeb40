//! `configparser`: ini files of the project are read; those of the machine are taken as not there.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::functions::Args;
use super::super::raise::{R, Raise};
use super::super::val::{LibObject, V, Val};
use super::super::{Interp, cause_of};

/// What a parser has read so far.
#[derive(Debug, Default)]
pub(in super::super) struct Ini {
    /// By section and by option in lower case.
    options: BTreeMap<(String, String), Val>,
    /// Why there may be more, or others.
    open: Option<Rc<str>>,
}

impl Ini {
    fn has(&self, found: bool) -> Val {
        match &self.open {
            Some(cause) if !found => either(cause.clone()),
            _ => Val::bool(found),
        }
    }

    fn give_up(&mut self, cause: Rc<str>) {
        self.options.clear();
        self.open.get_or_insert(cause);
    }
}

impl Interp<'_> {
    pub(super) fn ini_method(&mut self, object: &Rc<LibObject>, name: &str, args: &Args) -> R<Val> {
        let id = object.args.first().and_then(Val::as_int).unwrap_or(0) as usize;
        let text = |at: usize, name: &str| {
            args.get(at, name).and_then(Val::as_str).map(std::string::ToString::to_string)
        };
        match name {
            "read" => {
                let Some(files) = args.get(0, "filenames").cloned() else { return Ok(Val::new(V::None)) };
                let names = match &files.v {
                    V::Str(_) | V::Path(_) => vec![files],
                    _ => {
                        let files = self.walk(&files);
                        if let Some(cause) = files.rest
                            && let Some(ini) = self.inis.get_mut(id)
                        {
                            ini.give_up(cause);
                        }
                        files.items
                    }
                };
                let mut read = Vec::new();
                for file in names {
                    let (V::Str(path) | V::Path(path)) = &file.v else {
                        // What lies in the home folder is taken as not there.
                        if super::super::home::below(&file).is_none()
                            && let Some(ini) = self.inis.get_mut(id)
                        {
                            ini.give_up(cause_of(&file));
                        }
                        continue;
                    };
                    // Where the program starts decides whether a file of the project is meant.
                    if !path.starts_with('/') && self.may_be_ours(path) {
                        let cause: Rc<str> = "an ini file that depends on the working folder".into();
                        if let Some(ini) = self.inis.get_mut(id) {
                            ini.give_up(cause.clone());
                        }
                        return Ok(Val::unknown(cause));
                    }
                    let source = self.relative_path(path).and_then(|p| self.sources.find(&p));
                    match source {
                        Some(source) => {
                            let entries = parse_ini(self.sources.text(source));
                            if let Some(ini) = self.inis.get_mut(id) {
                                ini.options.extend(entries);
                            }
                            read.push(file.clone());
                        }
                        None => {
                            let shown = crate::source::clean(path).clone();
                            self.problem(
                                args.at,
                                format!("{shown} is not in the project and is taken as not there"),
                            );
                        }
                    }
                }
                Ok(self.list(read))
            }
            "read_string" | "read_file" | "readfp" => {
                let content = match args.pos.first() {
                    Some(Val { v: V::Lib(file), .. }) if file.class == "file" => {
                        super::super::paths::file_content(file)
                    }
                    Some(val) => val.clone(),
                    None => Val::unknown("an ini file"),
                };
                let Some(ini) = self.inis.get_mut(id) else { return Ok(Val::new(V::None)) };
                match content.as_str() {
                    Some(text) => ini.options.extend(parse_ini(text)),
                    None => ini.give_up(cause_of(&content)),
                }
                Ok(Val::new(V::None))
            }
            "read_dict" => {
                if let Some(sections) = args.get(0, "dictionary").cloned() {
                    self.read_dict(id, &sections)?;
                }
                Ok(Val::new(V::None))
            }
            "has_section" => {
                let (Some(section), Some(ini)) = (text(0, "section"), self.inis.get(id)) else {
                    return Ok(unclear(args));
                };
                Ok(ini.has(ini.options.keys().any(|(s, _)| *s == section)))
            }
            "has_option" => {
                let (Some(section), Some(option), Some(ini)) =
                    (text(0, "section"), text(1, "option"), self.inis.get(id))
                else {
                    return Ok(unclear(args));
                };
                Ok(ini.has(ini.options.contains_key(&(section, option.to_lowercase()))))
            }
            "get" | "getboolean" | "getint" | "getfloat" => {
                let (Some(section), Some(option)) = (text(0, "section"), text(1, "option")) else {
                    return Ok(Val::unknown("an option whose name cannot be told"));
                };
                let key = (section, option.to_lowercase());
                let found = self.inis.get(id).and_then(|i| i.options.get(&key)).cloned();
                let Some(val) = found else {
                    if let Some(cause) = self.inis.get(id).and_then(|i| i.open.clone()) {
                        self.may_raise(&cause);
                        return Ok(Val::unknown(cause));
                    }
                    return match args.named("fallback") {
                        Some(fallback) => Ok(fallback.clone()),
                        None => Err(Raise::new(
                            "NoOptionError",
                            "asks an ini file for an option that is not there",
                        )),
                    };
                };
                let Some(found) = val.as_str().cloned() else { return Ok(val) };
                let made = match name {
                    "getint" => self.to_int(&val, None)?,
                    "getfloat" => self.to_float(&val)?,
                    "getboolean" => match found.to_lowercase().as_str() {
                        "1" | "yes" | "true" | "on" => Val::bool(true),
                        "0" | "no" | "false" | "off" => Val::bool(false),
                        _ => return Err(Raise::new("ValueError", "reads a text that is no truth value")),
                    },
                    _ if found.contains('%') => Val::unknown("an option with an interpolation"),
                    _ => return Ok(val),
                };
                Ok(made.with_env(&val.env))
            }
            _ => {
                let cause = args.pos.first().map_or_else(|| "an ini file".into(), cause_of);
                Ok(self.give_up(args, cause))
            }
        }
    }
}

impl Interp<'_> {
    /// Whether the project has a file of that relative path in any folder.
    fn may_be_ours(&self, path: &str) -> bool {
        let path = super::super::paths::normalize(path);
        let path = path.trim_start_matches("../");
        let ends =
            |full: &str| full.strip_suffix(path).is_some_and(|head| head.is_empty() || head.ends_with('/'));
        self.sources.iter().any(|(_, file)| ends(&file.path))
    }

    /// Sections from a mapping of mappings; a value counts as its text.
    fn read_dict(&mut self, id: usize, sections: &Val) -> R<()> {
        let (sections, mut rest) = self.entries_of(sections);
        let mut options = Vec::new();
        for (section, content) in sections {
            let (entries, more) = self.entries_of(&content);
            rest = rest.or(more);
            for (option, val) in entries {
                let text = self.call_builtin("str", Args { pos: vec![val.clone()], ..Args::default() })?;
                match (section.as_str(), option.as_str()) {
                    (Some(section), Some(option)) => {
                        let key = (section.to_string(), option.to_lowercase());
                        options.push((key, text.with_env(&val.env).at(val.at)));
                    }
                    _ => rest = Some(cause_of(&section)),
                }
            }
        }
        if let Some(ini) = self.inis.get_mut(id) {
            match rest {
                Some(cause) => ini.give_up(cause),
                None => ini.options.extend(options),
            }
        }
        Ok(())
    }

    /// `parser["section"]` and `parser["section"]["option"]`.
    pub(in super::super) fn ini_item(&mut self, object: &Rc<LibObject>, key: &Val) -> R<Val> {
        if key.as_str().is_none() {
            return Ok(Val::unknown(cause_of(key)));
        }
        if object.class == "ini" {
            let id = object.args.first().cloned().unwrap_or_else(|| Val::new(V::Int(0)));
            return Ok(Val::lib("ini-section", vec![id, key.clone()], Vec::new()));
        }
        let section = object.args.get(1).cloned().unwrap_or_else(|| Val::str(""));
        self.ini_method(object, "get", &Args { pos: vec![section, key.clone()], ..Args::default() })
    }
}

fn unclear(args: &Args) -> Val {
    let cause = args.all().find(|v| v.is_unknown()).map_or_else(|| "an ini file".into(), cause_of);
    either(cause)
}

fn either(cause: Rc<str>) -> Val {
    Interp::one_of(cause, vec![Val::bool(true), Val::bool(false)])
}

fn parse_ini(text: &str) -> Vec<((String, String), Val)> {
    let mut section = String::new();
    let mut out = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            name.clone_into(&mut section);
        } else if let Some(at) = line.find(['=', ':']) {
            let (option, value) = (line[..at].trim().to_lowercase(), line[at + 1..].trim());
            out.push(((section.clone(), option), Val::str(value)));
        }
    }
    out
}
