//! The parts of the standard library and of Django that settings modules call.

use std::rc::Rc;

use super::constants::{constant, package_constant};
use super::functions::Args;
use super::raise::{R, Raise};
use super::regex::substitute;
use super::val::{V, Val};
use super::{Interp, cause_of};

impl Interp<'_> {
    /// `module.name` for something outside the project.
    pub(super) fn ref_attr(&mut self, module: &str, name: &str) -> Val {
        if let (Some(builtin), "__name__" | "__qualname__") = (module.strip_prefix("builtins."), name) {
            return Val::str(builtin.rsplit('.').next().unwrap_or(builtin));
        }
        let full = format!("{module}.{name}");
        let full = match full.strip_prefix("django.contrib.messages.constants.") {
            Some(_) => full,
            None => match full.strip_prefix("django.contrib.messages.") {
                Some(level @ ("DEBUG" | "INFO" | "SUCCESS" | "WARNING" | "ERROR")) => {
                    format!("django.contrib.messages.constants.{level}")
                }
                _ => full,
            },
        };
        self.ref_value(&full)
    }

    /// The value behind a dotted name outside the project.
    pub(super) fn ref_value(&mut self, full: &str) -> Val {
        if full == "os.environ" {
            return Val::new(V::Environ);
        }
        if full == "sys.argv" {
            // No subcommand of manage.py.
            let items = vec![Val::new(V::Parts(Rc::new(program())))];
            return self.list(items);
        }
        if let Some(val) = constant(full) {
            return val;
        }
        if let Some(items) = package_constant(full) {
            return Val::tuple(items.into_iter().map(Val::str).collect());
        }
        if let Some(name) = full.strip_prefix("builtins.")
            && let Some(val) = Self::builtin(name)
        {
            return val;
        }
        if let Some(name) = full.strip_prefix("django.conf.global_settings.") {
            return self.django_default(name).unwrap_or_else(|| Val::unknown("a default of Django's"));
        }
        if let Some(name) = full.strip_prefix("django.conf.settings.") {
            return self.own_setting(name);
        }
        Val::new(V::Ref(full.into()))
    }

    /// `django.conf.settings.X`, read while the settings are being loaded.
    fn own_setting(&mut self, name: &str) -> Val {
        if name == "configured" {
            return Val::bool(false);
        }
        Val::unknown(format!("{name} is read from django.conf.settings while the settings load"))
    }

    /// Calls something outside the project.
    pub(super) fn call_ref(&mut self, name: &str, args: Args) -> R<Val> {
        if let Some(val) = self.call_routed(name, &args)? {
            return Ok(val);
        }
        if matches!(name, "builtins.type.__new__" | "builtins.object.__new__") {
            return self.make_new(args);
        }
        if let Some(builtin) = name.strip_prefix("builtins.") {
            return self.call_builtin(builtin, args);
        }
        if let Some(val) = self.call_library(name, &args)? {
            return Ok(val);
        }
        let env = args.reads();
        let first = args.pos.first().cloned();
        if let Some(function) = name.strip_prefix("os.path.").or_else(|| name.strip_prefix("posixpath."))
            && let Some(val) = self.os_path(function, &args)?
        {
            return Ok(val);
        }
        let short = name.rsplit('.').next().unwrap_or(name);
        let val = match name {
            "os.getenv" => return self.environ_method("get", &args),
            "os.putenv"
            | "os.makedirs"
            | "os.mkdir"
            | "os.umask"
            | "os.chdir"
            | "locale.setlocale"
            | "warnings.filterwarnings"
            | "warnings.simplefilter"
            | "warnings.warn"
            | "mimetypes.add_type"
            | "mimetypes.init"
            | "logging.basicConfig"
            | "logging.disable"
            | "logging.captureWarnings"
            | "socket.setdefaulttimeout"
            | "sys.path.insert"
            | "sys.path.append"
            | "sys.setrecursionlimit"
            | "logging.config.dictConfig"
            | "signal.signal"
            | "time.sleep"
            | "sys.stdout.write"
            | "sys.stderr.write"
            | "sys.path.extend"
            | "atexit.register"
            | "faulthandler.enable"
            | "sys.setdefaultencoding"
            | "django.setup"
            | "random.seed"
            | "pprint.pprint" => {
                if matches!(name, "os.makedirs" | "os.mkdir") {
                    self.may_fail(&"it depends on the machine".into());
                }
                if name == "locale.setlocale" {
                    self.may_raise(&"it depends on the machine".into());
                }
                Val::new(V::None)
            }
            "sys.exit" | "os._exit" => return Err(Raise::new("SystemExit", "ends the program")),
            "pathlib.Path.home" => super::home::expanded("~", true).unwrap_or_else(|| Val::new(V::None)),
            "pathlib.Path" | "pathlib.PurePath" | "pathlib.PosixPath" | "pathlib.PurePosixPath"
                if let Some(path) = super::home::path_of(&args.pos) =>
            {
                path
            }
            "pathlib.Path" | "pathlib.PurePath" | "pathlib.PosixPath" | "pathlib.PurePosixPath" => {
                let mut path: Option<String> = None;
                for arg in &args.pos {
                    match &arg.v {
                        V::Str(part) | V::Path(part) => {
                            path = Some(match path {
                                None => super::paths::clean(part),
                                Some(path) => super::paths::join(&path, part),
                            });
                        }
                        V::None | V::Bool(_) | V::Int(_) => {
                            return Err(
                                Raise::new("TypeError", "makes a path of something else").with_env(&env)
                            );
                        }
                        _ => return Ok(Val::unknown("a part of the path cannot be told").with_env(&env)),
                    }
                }
                Val::new(V::Path(path.unwrap_or_else(|| ".".into()).into()))
            }
            "os.fspath" => match first.as_ref().map(|v| &v.v) {
                Some(V::Path(path) | V::Str(path)) => Val::new(V::Str(path.clone())),
                Some(V::Lib(object)) if object.class == super::home::CLASS => {
                    self.home_method(&object.clone(), "__fspath__", &Args::default())
                }
                _ => Val::unknown("a path that cannot be told"),
            },
            "os.getcwd"
            | "pathlib.Path.cwd"
            | "os.getpid"
            | "os.listdir"
            | "os.cpu_count"
            | "os.uname"
            | "platform.system"
            | "platform.node"
            | "socket.gethostname"
            | "socket.getfqdn"
            | "getpass.getuser"
            | "tempfile.gettempdir"
            | "tempfile.mkdtemp"
            | "os.getuid"
            | "os.access"
            | "shutil.which"
            | "multiprocessing.cpu_count"
            | "os.stat"
            | "os.walk"
            | "os.scandir"
            | "platform.machine"
            | "socket.gethostbyname"
            | "socket.gethostbyname_ex" => {
                self.may_raise(&"it depends on the machine".into());
                Val::unknown("it depends on the machine")
            }
            "datetime.timedelta" => match timedelta(&args) {
                Some(seconds) => Val::new(V::Timedelta(seconds)),
                None => Val::unknown("a duration that cannot be told"),
            },
            "re.compile" => match first.as_ref().map(|v| &v.v) {
                Some(V::Str(pattern)) => Val::new(V::Regex(pattern.clone())),
                Some(V::Regex(pattern)) => Val::new(V::Regex(pattern.clone())),
                _ => Val::unknown("a pattern that is computed"),
            },
            "re.escape" => match first.as_ref().and_then(Val::as_str) {
                Some(text) => {
                    let mut out = String::new();
                    for c in text.chars() {
                        if "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}".contains(c) {
                            out.push('\\');
                        }
                        out.push(c);
                    }
                    Self::text(out)
                }
                None => Val::unknown("a text that cannot be told"),
            },
            "re.sub" => match (args.pos.as_slice(), args.kw.is_empty()) {
                ([pattern, with, text], true) => {
                    let parts = (pattern.as_str(), with.as_str(), text.as_str());
                    match parts {
                        (Some(pattern), Some(with), Some(text)) if !with.contains('\\') => {
                            substitute(pattern, with, text)
                                .map_or_else(|| Val::unknown("computed by re.sub()"), Self::text)
                        }
                        _ => Val::unknown("computed by re.sub()"),
                    }
                }
                _ => Val::unknown("computed by re.sub()"),
            },
            "inspect.isabstract" => match first.as_ref().map(|v| &v.v) {
                Some(V::Ref(name)) if &**name == "builtins.object" => Val::bool(false),
                Some(V::Class(class)) => match self.is_abstract(*class) {
                    Some(answer) => Val::bool(answer),
                    None => Self::one_of(
                        "a class of which not all can be told",
                        vec![Val::bool(true), Val::bool(false)],
                    ),
                },
                _ => Val::unknown("a class that cannot be told"),
            },
            "inspect.getfile" | "inspect.getsourcefile" => match self.frame_ref().file {
                // What is asked there is the running frame.
                Some(file) => Val::new(V::Str(self.absolute_path(file))),
                None => Val::unknown("it depends on the machine"),
            },
            "configparser.RawConfigParser"
            | "configparser.ConfigParser"
            | "configparser.SafeConfigParser" => {
                let id = self.inis.len();
                self.inis.push(super::libs::Ini::default());
                Val::lib("ini", vec![Val::new(V::Int(id as i64))], Vec::new())
            }
            // What was opened for it may be full; that is not followed.
            "json.dump" | "yaml.dump" | "yaml.safe_dump" if args.pos.len() > 1 => Val::new(V::None),
            "json.dumps" => match first.as_ref().and_then(|v| self.to_json(v, 0)) {
                Some(text) if args.kw.is_empty() => Self::text(text),
                _ => Val::unknown("a text made of data"),
            },
            "ast.literal_eval" => return self.literal_eval(&args),
            "copy.copy" | "copy.deepcopy" | "collections.OrderedDict" => match (short, first) {
                ("OrderedDict", _) => return self.call_builtin("dict", args),
                (_, Some(val)) => {
                    let deep = short == "deepcopy";
                    self.copy(&val, deep)
                }
                _ => Val::unknown("a copy of nothing"),
            },
            "itertools.chain" | "itertools.chain.from_iterable" => {
                let mut out = super::Seq::default();
                let lists = if short == "chain" {
                    args.pos.clone()
                } else {
                    match first {
                        Some(val) => {
                            let seq = self.walk(&val);
                            out.rest = seq.rest;
                            seq.items
                        }
                        None => Vec::new(),
                    }
                };
                for list in &lists {
                    let seq = self.walk(list);
                    out.items.extend(seq.items);
                    out.rest = out.rest.or(seq.rest);
                }
                self.iter_of(out, true)
            }
            "glob.glob" | "glob.iglob"
                if let Some(found) = first.as_ref().and_then(|p| self.glob_files(p)) =>
            {
                found
            }
            "glob.glob" | "glob.iglob" => {
                self.may_raise(&"it depends on the machine".into());
                Val::unknown("it depends on the machine")
            }
            "functools.reduce" => return self.reduce(&args),
            "functools.partial" => Val::lib("partial", args.pos.clone(), args.kw.clone()),
            "functools.lru_cache"
            | "functools.cache"
            | "functools.wraps"
            | "django.utils.functional.wraps" => Val::new(V::Ref(name.into())),
            "contextlib.suppress" => Val::lib("suppress", args.pos.clone(), Vec::new()),
            "collections.defaultdict" => self.give_up(&args, "a dict with computed values"),
            "shlex.split" => match first.as_ref().and_then(Val::as_str).and_then(|t| shlex::split(t)) {
                Some(parts) => {
                    let items = parts.iter().map(Val::str_ref).collect();
                    self.list(items)
                }
                None => Val::unknown("a text that cannot be told"),
            },
            "runpy.run_path" => return self.run_path(&args),
            "importlib.import_module" => match first.as_ref().and_then(Val::as_str).cloned() {
                Some(module) => {
                    let full = if module.starts_with('.') {
                        match args.get(1, "package").and_then(Val::as_str) {
                            Some(package) => {
                                let level = module.len() - module.trim_start_matches('.').len();
                                let path =
                                    crate::python::ModulePath { name: package.to_string(), is_package: true };
                                path.resolve_relative(level as u32, Some(module.trim_start_matches('.')))
                            }
                            None => None,
                        }
                    } else {
                        Some(module.to_string())
                    };
                    match full {
                        Some(module) => {
                            if let Some(read) = &first
                                && let Some(super::imports::Found::File { file, .. }) =
                                    self.find_module(&module)
                            {
                                let path = self.sources.path(file).to_owned();
                                self.note_chosen_file(&read.clone(), &path);
                            }
                            return self.import_value(&module, args.at);
                        }
                        None => self.give_up(&args, "an import of a computed name"),
                    }
                }
                None => {
                    let cause = first.as_ref().map_or_else(|| "an import of nothing".into(), cause_of);
                    self.may_raise(&cause);
                    Val::unknown(cause)
                }
            },
            "importlib.util.find_spec" | "pkgutil.find_loader" => {
                match first.as_ref().and_then(Val::as_str).cloned() {
                    Some(module) if self.find_module(&module).is_some() => {
                        Val::lib("object", Vec::new(), Vec::new())
                    }
                    _ => Val::unknown("it depends on what is installed"),
                }
            }
            "django.utils.module_loading.import_string" => {
                match first.as_ref().and_then(Val::as_str).cloned() {
                    Some(path) => match path.rsplit_once('.') {
                        Some((module, name)) => {
                            let module = self.import_value(module, args.at)?;
                            return self.get_attr(&module, name);
                        }
                        None => return Err(Raise::new("ImportError", "imports a name without a module")),
                    },
                    None => Val::unknown("an import of a computed name"),
                }
            }
            "django.utils.translation.gettext_lazy"
            | "django.utils.translation.ugettext_lazy"
            | "django.utils.translation.gettext_noop"
            | "django.utils.translation.gettext"
            | "django.utils.translation.ugettext"
            | "django.utils.translation.pgettext"
            | "django.utils.translation.pgettext_lazy" => {
                let text = if short.starts_with('p') { args.pos.get(1) } else { args.pos.first() };
                match text.and_then(Val::as_str) {
                    Some(text) if short.ends_with("noop") => Val::new(V::Str(text.clone())),
                    Some(text) => Val::new(V::Lazy(text.clone())),
                    None => Val::unknown("a translated text that is computed"),
                }
            }
            // A text that is taken as it is wherever it is shown.
            "django.utils.safestring.mark_safe" | "django.utils.safestring.SafeString" => match &first {
                Some(val @ Val { v: V::Str(_) | V::Lazy(_), .. }) => Val::new(val.v.clone()),
                _ => Val::unknown("a text that cannot be told"),
            },
            "django.utils.functional.SimpleLazyObject" => match &first {
                Some(function) => return Ok(self.lazy_object(function)),
                None => Val::unknown("an object that is made from nothing"),
            },
            "django.urls.reverse_lazy" | "django.core.urlresolvers.reverse_lazy" => {
                Val::unknown("a URL that is resolved when it is used")
            }
            "django.core.management.utils.get_random_secret_key"
            | "secrets.token_urlsafe"
            | "secrets.token_hex"
            | "secrets.token_bytes"
            | "secrets.choice"
            | "random.choice"
            | "random.SystemRandom"
            | "os.urandom"
            | "uuid.uuid4"
            | "django.utils.crypto.get_random_string"
            | "random.choices"
            | "random.randint"
            | "random.random"
            | "random.sample"
            | "uuid.uuid1" => {
                let cause: Rc<str> = format!("a random value, made anew by {short}() at each start").into();
                args.all().for_each(|val| self.taint_elements(val, &cause));
                Val::unknown(cause)
            }
            "datetime.datetime.now"
            | "datetime.datetime.utcnow"
            | "datetime.date.today"
            | "time.time"
            | "django.utils.timezone.now"
            | "datetime.datetime.today" => Val::unknown("it depends on the time"),
            "logging.getLogger" | "structlog.get_logger" | "structlog.getLogger" => {
                Val::lib("logger", Vec::new(), Vec::new())
            }
            "sys.getsizeof" | "sys.getdefaultencoding" => Val::unknown("it depends on the machine"),
            "typing.cast" => args.pos.get(1).cloned().unwrap_or_else(|| Val::new(V::None)),
            "types.SimpleNamespace" => self.give_up(&args, "an object of the standard library"),
            "base64.b64decode" | "base64.b64encode" | "hashlib.sha256" | "hashlib.md5" | "hashlib.sha1" => {
                Val::unknown("a computed hash or encoding")
            }
            "urllib.parse.quote" | "urllib.parse.quote_plus" | "urllib.request.quote" => {
                match first.as_ref().and_then(Val::as_str) {
                    Some(text) if text.chars().all(|c| c.is_ascii_alphanumeric() || "_.-~".contains(c)) => {
                        Val::new(V::Str(text.clone()))
                    }
                    _ => Val::unknown("a text with quoted characters"),
                }
            }
            "urllib.parse.urlparse" | "urllib.parse.urlsplit" => match first.as_ref().and_then(Val::as_str) {
                Some(text) => Val::lib("url", vec![Val::new(V::Str(text.clone()))], Vec::new()),
                None => Val::unknown("a URL that cannot be told"),
            },
            _ if super::classes::is_exception(short) => {
                let mut parts = vec![Val::str(short)];
                parts.extend(args.pos);
                return Ok(Val::lib("exception", parts, Vec::new()));
            }
            _ => return Ok(self.call_unmodelled(name, &args)),
        };
        Ok(val.with_env(&env))
    }

    /// `functools.reduce(function, iterable, start)`.
    fn reduce(&mut self, args: &Args) -> R<Val> {
        let [function, over, start @ ..] = args.pos.as_slice() else {
            return Ok(self.give_up(args, "a call that is not modelled"));
        };
        let seq = self.walk(over);
        if let Some(cause) = seq.rest {
            return Ok(self.give_up(args, cause));
        }
        let mut items = start.iter().take(1).cloned().chain(seq.items);
        let Some(mut all) = items.next() else {
            return Err(Raise::new("TypeError", "reduces nothing to one value"));
        };
        for item in items {
            self.spend(1)?;
            all = self.call(function, Args { pos: vec![all, item], ..Args::default() })?;
        }
        Ok(all)
    }
}

impl Val {
    fn str_ref(text: impl AsRef<str>) -> Self {
        Self::str(text.as_ref())
    }
}

/// The seconds of `timedelta(days, seconds, microseconds, milliseconds, minutes, hours, weeks)`.
pub(super) fn timedelta(args: &Args) -> Option<f64> {
    let units = [
        ("days", 86400.0),
        ("seconds", 1.0),
        ("microseconds", 1e-6),
        ("milliseconds", 1e-3),
        ("minutes", 60.0),
        ("hours", 3600.0),
        ("weeks", 604_800.0),
    ];
    let mut total = 0.0;
    for (at, val) in args.pos.iter().enumerate() {
        total += super::operators::as_float(val)? * units.get(at)?.1;
    }
    for (name, val) in &args.kw {
        let (_, factor) = units.iter().find(|(unit, _)| **unit == **name)?;
        total += super::operators::as_float(val)? * factor;
    }
    Some(total)
}

/// The path of the program that imports the settings, as far as it is known: some server.
pub(super) fn program() -> Vec<Option<Rc<str>>> {
    vec![None, Some("gunicorn".into())]
}
