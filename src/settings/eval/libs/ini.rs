//! `configparser`: ini files of the project are read; those of the machine are taken as not there.

use std::rc::Rc;

use super::super::functions::Args;
use super::super::raise::{R, Raise};
use super::super::val::{LibObject, V, Val};
use super::super::{Interp, cause_of};

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
                    _ => self.iterate(&files).items,
                };
                for file in names {
                    let (V::Str(path) | V::Path(path)) = &file.v else { continue };
                    let source = self.relative_path(path).and_then(|p| self.sources.find(&p));
                    match source {
                        Some(source) => {
                            let entries = parse_ini(self.sources.text(source));
                            if let Some(ini) = self.inis.get_mut(id) {
                                ini.extend(entries);
                            }
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
                Ok(self.list(Vec::new()))
            }
            "has_section" => {
                let Some(section) = text(0, "section") else { return Ok(unclear(args)) };
                Ok(Val::bool(self.inis.get(id).is_some_and(|i| i.keys().any(|(s, _)| *s == section))))
            }
            "has_option" => {
                let (Some(section), Some(option)) = (text(0, "section"), text(1, "option")) else {
                    return Ok(unclear(args));
                };
                let key = (section, option.to_lowercase());
                Ok(Val::bool(self.inis.get(id).is_some_and(|i| i.contains_key(&key))))
            }
            "get" | "getboolean" | "getint" | "getfloat" => {
                let (Some(section), Some(option)) = (text(0, "section"), text(1, "option")) else {
                    return Ok(Val::unknown("an option whose name cannot be told"));
                };
                let key = (section, option.to_lowercase());
                let found = self.inis.get(id).and_then(|i| i.get(&key)).cloned();
                let Some(found) = found else {
                    return match args.named("fallback") {
                        Some(fallback) => Ok(fallback.clone()),
                        None => Err(Raise::new(
                            "NoOptionError",
                            "asks an ini file for an option that is not there",
                        )),
                    };
                };
                let val = Val::str(&found);
                match name {
                    "getint" => self.to_int(&val, None),
                    "getfloat" => self.to_float(&val),
                    "getboolean" => match found.to_lowercase().as_str() {
                        "1" | "yes" | "true" | "on" => Ok(Val::bool(true)),
                        "0" | "no" | "false" | "off" => Ok(Val::bool(false)),
                        _ => Err(Raise::new("ValueError", "reads a text that is no truth value")),
                    },
                    _ if found.contains('%') => Ok(Val::unknown("an option with an interpolation")),
                    _ => Ok(val),
                }
            }
            _ => {
                let cause = args.pos.first().map_or_else(|| "an ini file".into(), cause_of);
                Ok(self.give_up(args, cause))
            }
        }
    }
}

impl Interp<'_> {
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
    Interp::one_of(cause, vec![Val::bool(true), Val::bool(false)])
}

fn parse_ini(text: &str) -> Vec<((String, String), String)> {
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
            out.push(((section.clone(), option), value.to_owned()));
        }
    }
    out
}
