//! `os.path` and `pathlib`, on the text of paths; whether a file is there is asked of what was read.

use std::rc::Rc;

use super::Interp;
use super::functions::Args;
use super::raise::{R, Raise};
use super::val::{LibObject, V, Val};

/// `os.path.join(a, b)`, `Path(a) / b` (without the clean-up that `Path` does).
fn join_text(a: &str, b: &str) -> String {
    if b.starts_with('/') || a.is_empty() {
        b.to_owned()
    } else if a.ends_with('/') {
        format!("{a}{b}")
    } else {
        format!("{a}/{b}")
    }
}

/// `os.path.join(a, b, …)`.
pub(super) fn joined(parts: &[&Rc<str>]) -> String {
    let Some((first, rest)) = parts.split_first() else { return String::new() };
    rest.iter().fold(first.to_string(), |all, part| {
        if part.is_empty() && !all.ends_with('/') && !all.is_empty() {
            format!("{all}/")
        } else {
            join_text(&all, part)
        }
    })
}

/// `Path(a) / b`.
pub(super) fn join(a: &str, b: &str) -> String {
    clean(&join_text(if a == "." { "" } else { a }, b))
}

/// What an absolute path starts with: exactly two slashes stay two.
fn root(text: &str) -> &'static str {
    match text.bytes().take_while(|b| *b == b'/').count() {
        0 => "",
        2 => "//",
        _ => "/",
    }
}

/// The text of `Path(text)`: without doubled slashes and single dots.
pub(super) fn clean(text: &str) -> String {
    let parts: Vec<&str> = text.split('/').filter(|p| !p.is_empty() && *p != ".").collect();
    let joined = format!("{}{}", root(text), parts.join("/"));
    if joined.is_empty() { ".".to_owned() } else { joined }
}

/// `os.path.normpath`.
pub(super) fn normalize(text: &str) -> String {
    let absolute = text.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." if absolute && parts.is_empty() => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let joined = format!("{}{}", root(text), parts.join("/"));
    if joined.is_empty() { ".".to_owned() } else { joined }
}

pub(super) fn dirname(text: &str) -> &str {
    let head = &text[..text.rfind('/').map_or(0, |at| at + 1)];
    match head.trim_end_matches('/') {
        "" => head,
        trimmed => trimmed,
    }
}

fn parent(path: &str) -> String {
    if path == "/" || path == "." {
        return path.to_owned();
    }
    match path.rfind('/') {
        Some(0) => "/".to_owned(),
        Some(at) => path[..at].to_owned(),
        None => ".".to_owned(),
    }
}

pub(super) fn parents(path: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut at = path.to_owned();
    loop {
        let next = parent(&at);
        if next == at || all.len() > 200 {
            return all;
        }
        all.push(next.clone());
        at = next;
    }
}

fn name_of(path: &str) -> &str {
    if path == "." {
        return "";
    }
    path.rsplit('/').next().unwrap_or(path)
}

/// Data attributes of a `Path`.
pub(super) fn attribute(path: &str, name: &str) -> Option<V> {
    let file = name_of(path);
    let dot = file.rfind('.').filter(|&at| at > 0 && at + 1 < file.len());
    Some(match name {
        "parent" => V::Path(parent(path).into()),
        "parents" => V::None,
        "name" => V::Str(file.into()),
        "stem" => V::Str(file[..dot.unwrap_or(file.len())].into()),
        "suffix" => V::Str(dot.map_or("", |at| &file[at..]).into()),
        "parts" => {
            let mut parts: Vec<Val> = Vec::new();
            if path.starts_with('/') {
                parts.push(Val::str("/"));
            }
            parts.extend(path.split('/').filter(|p| !p.is_empty()).map(Val::str));
            return Some(Val::tuple(parts).v);
        }
        _ => return None,
    })
}

/// What reading a whole file gives: text, or bytes when it was opened so.
pub(super) fn file_content(file: &LibObject) -> Val {
    let text = file.args.first().cloned().unwrap_or_else(|| Val::unknown("it reads a file"));
    let is_binary = matches!(file.args.get(1).map(|kind| &kind.v), Some(V::Bool(true)));
    match &text.v {
        V::Str(content) if is_binary => Val { v: V::Bytes(content.as_bytes().into()), ..text },
        _ => text,
    }
}

impl Interp<'_> {
    /// The path relative to the scanned root.
    pub(super) fn relative_path(&self, path: &str) -> Option<String> {
        let normal = normalize(path);
        let root = self.sources.root().to_str()?;
        if normal == root {
            return Some(String::new());
        }
        let inner = normal.strip_prefix(root.trim_end_matches('/'))?.strip_prefix('/')?;
        Some(inner.to_owned())
    }

    /// Whether a file or folder is there. What lies outside the project is the machine's, and is taken as
    /// absent like a `local_settings` that is not in the repository; a problem says so.
    fn exists(&mut self, path: &str, name: &str) -> Option<bool> {
        if !path.starts_with('/') {
            return None;
        }
        let Some(relative) = self.relative_path(path) else {
            let system = ["/usr", "/bin", "/lib", "/proc", "/sys", "/dev", "/tmp", "/home", "/root"];
            let path = normalize(path);
            if path == "/" || system.iter().any(|s| path == *s || path.starts_with(&format!("{s}/"))) {
                return None;
            }
            let shown = crate::source::clean(&path).clone();
            self.problem(None, format!("{shown} lies outside the project and is taken as not there"));
            return Some(false);
        };
        if self.sources.find(&relative).is_some() {
            return Some(matches!(name, "exists" | "isfile" | "is_file" | "lexists"));
        }
        let prefix = format!("{relative}/");
        if relative.is_empty() || self.sources.below(&prefix).next().is_some() {
            return Some(matches!(name, "exists" | "isdir" | "is_dir" | "lexists"));
        }
        // Not among the sources: a file of another kind, or nothing.
        match crate::source::read_file(&self.sources.root().join(&relative)) {
            Ok(_) | Err(crate::source::ReadError::TooLarge) => {
                Some(matches!(name, "exists" | "isfile" | "is_file" | "lexists"))
            }
            Err(crate::source::ReadError::NotAFile) => {
                Some(matches!(name, "exists" | "isdir" | "is_dir" | "lexists"))
            }
            Err(crate::source::ReadError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                Some(false)
            }
            Err(_) => None,
        }
    }

    fn exists_val(&mut self, path: &str, name: &str) -> Val {
        match self.exists(path, name) {
            Some(answer) => Val::bool(answer),
            None => {
                let cause = format!(
                    "it depends on the files of the machine: whether {} is there",
                    self.shown_path(path)
                );
                Self::one_of(cause, vec![Val::bool(true), Val::bool(false)])
            }
        }
    }

    pub(super) fn absolute(&self, path: &str) -> Option<String> {
        // The folder that a process starts in is not known.
        path.starts_with('/').then(|| normalize(path))
    }

    pub(super) fn path_method(&mut self, path: &Rc<str>, name: &str, args: &Args) -> R<Val> {
        let of = |text: String| Val::new(V::Path(text.into()));
        Ok(match name {
            "expanduser" if let Some(val) = super::home::expanded(path, true) => val,
            "resolve" | "absolute" | "expanduser" => match self.absolute(path) {
                Some(path) if !path.starts_with('~') => of(path),
                _ => Val::unknown("a path that depends on the working folder"),
            },
            "joinpath" => {
                let mut out = path.to_string();
                for arg in &args.pos {
                    match &arg.v {
                        V::Str(part) | V::Path(part) => out = join(&out, part),
                        _ => return Ok(Val::unknown(super::cause_of(arg))),
                    }
                }
                of(out)
            }
            "as_posix" | "__str__" | "__fspath__" => Val::new(V::Str(path.clone())),
            "as_uri" => Self::text(format!("file://{path}")),
            "exists" | "is_file" | "is_dir" => self.exists_val(path, name),
            "is_absolute" => Val::bool(path.starts_with('/')),
            "with_name" | "with_suffix" | "with_stem" => match args.pos.first().and_then(Val::as_str) {
                Some(new) => {
                    let file = name_of(path);
                    let dot = file.rfind('.').filter(|&at| at > 0);
                    let next = match name {
                        "with_name" => new.to_string(),
                        "with_stem" => format!("{new}{}", dot.map_or("", |at| &file[at..])),
                        _ => format!("{}{new}", &file[..dot.unwrap_or(file.len())]),
                    };
                    of(join(&parent(path), &next))
                }
                None => Val::unknown("a path that cannot be told"),
            },
            "relative_to" => match args.pos.first().map(|v| &v.v) {
                Some(V::Str(base) | V::Path(base)) => match path.strip_prefix(&*clean(base)) {
                    Some(rest) => of(clean(rest.trim_start_matches('/'))),
                    None => {
                        return Err(Raise::new(
                            "ValueError",
                            "makes a path relative to a folder it is not in",
                        ));
                    }
                },
                _ => Val::unknown("a path that cannot be told"),
            },
            "read_text" | "open" | "read_bytes" => {
                let mut inner = Args { pos: vec![Val::new(V::Path(path.clone()))], ..args.clone() };
                match name {
                    "open" => inner.pos.extend(args.pos.iter().cloned()),
                    "read_bytes" => inner.pos.push(Val::str("rb")),
                    _ => {}
                }
                let file = self.open_file(&inner)?;
                match (name, &file.v) {
                    ("read_text" | "read_bytes", V::Lib(object)) => file_content(object),
                    _ => file,
                }
            }
            "mkdir" | "touch" | "write_text" | "unlink" | "chmod" => {
                self.may_fail(&"it writes to the disk".into());
                Val::new(V::None)
            }
            "glob" if let Some(found) = self.globbed(&join(path, ""), args.pos.first()) => {
                let items = found.into_iter().map(of).collect();
                let found = self.iter_of(super::Seq { items, rest: None }, true);
                self.shuffle(&found);
                found
            }
            "glob" | "iterdir" | "rglob" | "stat" | "owner" => {
                let cause: Rc<str> = "it depends on the files of the machine".into();
                self.may_raise(&cause);
                Val::unknown(cause)
            }
            _ => Val::unknown(format!("the method {name}() of a path is not modelled")),
        })
    }

    /// `glob.glob(pattern)`: the modules of a folder of the project, in whatever order the disk has them.
    pub(super) fn glob_files(&mut self, pattern: &Val) -> Option<Val> {
        let text = pattern.as_str()?.clone();
        let (folder, name) = text.rsplit_once('/')?;
        let found = self.globbed(folder, Some(&Val::str(name)))?;
        let list = self.list(found.into_iter().map(|path| Val::str(&path)).collect());
        self.shuffle(&list);
        Some(list)
    }

    /// The modules in a folder of the project whose names fit. `None` for patterns that other files may fit.
    fn globbed(&self, folder: &str, pattern: Option<&Val>) -> Option<Vec<String>> {
        let pattern =
            pattern.and_then(Val::as_str).filter(|p| p.ends_with(".py") && !p.contains(['/', '[']))?;
        if folder.contains(['*', '?', '[']) || !folder.starts_with('/') {
            return None;
        }
        let relative = self.relative_path(folder)?;
        let prefix = if relative.is_empty() { String::new() } else { format!("{relative}/") };
        let inside = self.sources.below(&prefix).filter_map(|(_, file)| {
            let name = file.path.strip_prefix(&prefix)?;
            (!name.contains('/') && !name.starts_with('.') && super::libs::glob(pattern, name))
                .then_some(name)
        });
        Some(inside.map(|name| format!("{}/{name}", normalize(folder))).collect())
    }

    /// `open(path)`: a file of the project is read from what was scanned.
    pub(super) fn open_file(&mut self, args: &Args) -> R<Val> {
        let cause: Rc<str> = "it reads a file".into();
        let env = args.get(0, "file").map(|v| v.env.clone()).unwrap_or_default();
        let mode = args.get(1, "mode").and_then(Val::as_str).cloned().unwrap_or_else(|| "r".into());
        if let Some((rest, _)) = args.get(0, "file").and_then(super::home::below) {
            return self.open_at_home(&rest.clone(), &mode);
        }
        let path = match args.get(0, "file").map(|v| &v.v) {
            Some(V::Str(path) | V::Path(path)) => path.clone(),
            _ => {
                self.may_raise(&cause);
                return Ok(Val::unknown(cause));
            }
        };
        let cause: Rc<str> = format!("it reads the file {}", self.shown_path(&path)).into();
        let is_binary = matches!(&*mode, "rb" | "br");
        let reads = is_binary || matches!(&*mode, "r" | "rt");
        let given = |text: Val| {
            let kind = Val::bool(is_binary);
            Ok(Val::lib("file", vec![text, kind], Vec::new()).with_env(&env))
        };
        if &*path == "/dev/null" && reads {
            return given(Val::str(""));
        }
        let file = self.relative_path(&path).and_then(|p| self.sources.find(&p));
        match file {
            Some(file) if reads => given(Self::text(self.sources.text(file).replace("\r\n", "\n"))),
            None if mode.starts_with('r') && self.exists(&path, "exists") == Some(false) => {
                let raise = Raise::new("FileNotFoundError", "opens a file that is not there").with_env(&env);
                if self.catches(&raise) {
                    return Err(raise);
                }
                Ok(Val::lib("file", vec![Val::unknown(cause)], Vec::new()))
            }
            None if reads => {
                // A file that is no source, such as a version or a key.
                let text = self
                    .relative_path(&path)
                    .and_then(|p| crate::source::read_file(&self.sources.root().join(p)).ok())
                    .and_then(|bytes| Some(crate::source::decode(&bytes).ok()?.0.replace("\r\n", "\n")));
                match text {
                    Some(text) => given(Self::text(text)),
                    None => {
                        self.may_raise(&cause);
                        Ok(Val::lib("file", vec![Val::unknown(cause)], Vec::new()))
                    }
                }
            }
            _ => {
                self.may_fail(&cause);
                Ok(Val::lib("file", vec![Val::unknown(cause)], Vec::new()))
            }
        }
    }

    /// `open(path)` of a file in the home folder.
    fn open_at_home(&mut self, rest: &str, mode: &str) -> R<Val> {
        let cause: Rc<str> = format!("it reads the file ~{rest}").into();
        if mode.starts_with('r') {
            self.note_absent(rest);
            let raise = Raise::new("FileNotFoundError", "opens a file that is not there");
            if self.catches(&raise) {
                return Err(raise);
            }
        } else {
            self.may_fail(&cause);
        }
        Ok(Val::lib("file", vec![Val::unknown(cause)], Vec::new()))
    }

    /// What is done to the disk may fail.
    pub(super) fn may_fail(&mut self, cause: &Rc<str>) {
        self.pend(self.heap.clone(), *Raise::new("OSError", cause.clone()));
    }

    /// `os.path.join` of which a part cannot be told: how the known parts at the end go on. Whether a separator comes
    /// before them depends on what cannot be told.
    fn join_unclear(args: &[Val]) -> Val {
        let cause = "a part of the path cannot be told";
        let last_unclear = args.iter().rposition(|arg| !matches!(arg.v, V::Str(_) | V::Path(_)));
        let mut end = String::new();
        for arg in &args[last_unclear.map_or(0, |at| at + 1)..] {
            let (V::Str(part) | V::Path(part)) = &arg.v else { return Val::unknown(cause) };
            end = if end.is_empty() { part.to_string() } else { join_text(&end, part) };
        }
        if end.starts_with('/') {
            return Val::unknown(cause);
        }
        Self::join_parts(vec![None, Some(end.as_str().into())])
    }

    /// `os.path.join` for each of the values that one of its parts may have.
    fn join_each(&mut self, args: &[Val], position: usize, unk: &super::val::Unk) -> Option<Val> {
        let is_text =
            |part: &Val| matches!(part.v, V::Str(_) | V::Path(_)) || super::home::below(part).is_some();
        let mut joined = Vec::new();
        for candidate in unk.candidates.iter().take(super::join::MAX_CANDIDATES) {
            let mut args = args.to_vec();
            args[position] = candidate.clone();
            if !args.iter().all(is_text) {
                return None;
            }
            joined.push(self.os_path("join", &Args { pos: args, ..Args::default() }).ok()??);
        }
        let whole = joined.len() == unk.candidates.len() && !unk.maybe_unset;
        whole.then(|| self.choice(&unk.cause, joined))
    }

    /// `os.path.name(…)`.
    pub(super) fn os_path(&mut self, name: &str, args: &Args) -> R<Option<Val>> {
        let env = args.reads();
        if let Some(val) = super::home::os_path(name, &args.pos) {
            return Ok(Some(val.with_env(&env)));
        }
        let mut texts = Vec::new();
        for (position, arg) in args.pos.iter().enumerate() {
            match &arg.v {
                V::Str(text) | V::Path(text) => texts.push(text.clone()),
                V::None | V::Bool(_) | V::Int(_) | V::List(_) | V::Dict(_) if name != "commonprefix" => {
                    return Err(Raise::new(
                        "TypeError",
                        format!("calls os.path.{name}() with something that is no path"),
                    )
                    .with_env(&env));
                }
                V::Unknown(unk) if name == "join" && !unk.candidates.is_empty() => {
                    let known = self.join_each(&args.pos, position, unk);
                    return Ok(Some(known.unwrap_or_else(|| Val::unknown(unk.cause.clone())).with_env(&env)));
                }
                V::Unknown(_) | V::Parts(_) if name == "join" => {
                    return Ok(Some(Self::join_unclear(&args.pos).with_env(&env)));
                }
                _ => {
                    let cause = super::cause_of(arg);
                    return Ok(Some(match name {
                        "exists" | "isfile" | "isdir" | "lexists" => {
                            match super::home::below(arg).map(|(rest, _)| rest.clone()) {
                                Some(rest) => self.home_presence(&rest, name),
                                None => Self::one_of(cause, vec![Val::bool(true), Val::bool(false)]),
                            }
                        }
                        _ => Val::unknown(cause),
                    }));
                }
            }
        }
        let Some(first) = texts.first().cloned() else { return Ok(None) };
        let val = match name {
            "join" => Self::text(joined(&texts.iter().collect::<Vec<_>>())),
            "dirname" => Val::str(dirname(&first)),
            "basename" => Val::str(first.rsplit('/').next().unwrap_or(&first)),
            "abspath" | "realpath" => match self.absolute(&first) {
                Some(path) => Self::text(path),
                None => Val::unknown("a path that depends on the working folder"),
            },
            "normpath" => Self::text(normalize(&first)),
            "exists" | "isfile" | "isdir" | "lexists" => self.exists_val(&first, name),
            "isabs" => Val::bool(first.starts_with('/')),
            "split" => {
                let file = first.rsplit('/').next().unwrap_or(&first);
                Val::tuple(vec![Val::str(dirname(&first)), Val::str(file)])
            }
            "splitext" => {
                let file = name_of(&first);
                let lead = file.len() - file.trim_start_matches('.').len();
                let at =
                    file[lead..].rfind('.').map_or(first.len(), |at| first.len() - file.len() + lead + at);
                Val::tuple(vec![Val::str(&first[..at]), Val::str(&first[at..])])
            }
            "expanduser" if !first.starts_with('~') => Val::str(&first),
            "expanduser" if let Some(val) = super::home::expanded(&first, false) => val,
            "expandvars" if !first.contains('$') => Val::str(&first),
            "normcase" => Val::str(&first),
            _ => {
                let cause: Rc<str> = "it depends on the machine".into();
                self.may_raise(&cause);
                Val::unknown(cause)
            }
        };
        Ok(Some(val.with_env(&env)))
    }
}
