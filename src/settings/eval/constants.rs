//! Constants of the standard library, of Django and of packages that settings read.

use super::val::{V, Val};

/// Whether a module of the standard library has an attribute, for the few that are asked.
pub(super) fn has_attr(module: &str, name: &str) -> Option<bool> {
    match (module, name) {
        ("sys", "_MEIPASS" | "frozen" | "real_prefix" | "_called_from_test" | "setdefaultencoding") => {
            Some(false)
        }
        ("sys", "argv" | "modules" | "path" | "version_info" | "platform" | "exit" | "gettrace") => {
            Some(true)
        }
        ("os", "environ" | "path" | "getenv" | "sep" | "getuid" | "geteuid" | "fork" | "uname") => Some(true),
        ("time", "tzset") | ("socket", "AF_UNIX") => Some(true),
        _ if constant(&format!("{module}.{name}")).is_some() => Some(true),
        _ => None,
    }
}

/// The constant behind a dotted name.
pub(super) fn constant(name: &str) -> Option<Val> {
    Some(match name {
        "os.sep" | "os.path.sep" => Val::str("/"),
        "os.pathsep" | "os.path.pathsep" => Val::str(":"),
        "os.linesep" => Val::str("\n"),
        "os.curdir" | "os.path.curdir" => Val::str("."),
        "os.pardir" | "os.path.pardir" => Val::str(".."),
        "os.devnull" => Val::str("/dev/null"),
        "os.name" => Val::str("posix"),
        "sys.platform" => Val::str("linux"),
        "logging.DEBUG" => Val::new(V::Int(10)),
        "logging.INFO" => Val::new(V::Int(20)),
        "logging.WARNING" | "logging.WARN" => Val::new(V::Int(30)),
        "logging.ERROR" => Val::new(V::Int(40)),
        "logging.CRITICAL" | "logging.FATAL" => Val::new(V::Int(50)),
        "logging.NOTSET" => Val::new(V::Int(0)),
        "errno.ENOENT" => Val::new(V::Int(2)),
        "math.pi" => Val::new(V::Float(std::f64::consts::PI)),
        "math.inf" => Val::new(V::Float(f64::INFINITY)),
        "string.ascii_lowercase" => Val::str("abcdefghijklmnopqrstuvwxyz"),
        "string.ascii_uppercase" => Val::str("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        "string.ascii_letters" => Val::str("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        "string.digits" => Val::str("0123456789"),
        "string.punctuation" => Val::str("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
        "typing.TYPE_CHECKING" => Val::bool(false),
        "re.IGNORECASE" | "re.I" | "re.VERBOSE" | "re.X" | "re.MULTILINE" | "re.M" | "re.ASCII" | "re.A"
        | "re.DOTALL" | "re.S" => Val::unknown("a flag of a pattern"),
        "django.contrib.messages.constants.DEBUG" => Val::new(V::Int(10)),
        "django.contrib.messages.constants.INFO" => Val::new(V::Int(20)),
        "django.contrib.messages.constants.SUCCESS" => Val::new(V::Int(25)),
        "django.contrib.messages.constants.WARNING" => Val::new(V::Int(30)),
        "django.contrib.messages.constants.ERROR" => Val::new(V::Int(40)),
        "sys.version_info" => Val::unknown("it depends on the version of Python"),
        "sys.version" | "sys.executable" | "sys.prefix" | "sys.path" | "sys.base_prefix" | "sys.stdout"
        | "sys.stderr" | "sys.stdin" | "sys.exc_info" => Val::unknown("it depends on the machine"),
        // django-csp
        "csp.constants.HEADER" => Val::str("Content-Security-Policy"),
        "csp.constants.HEADER_REPORT_ONLY" => Val::str("Content-Security-Policy-Report-Only"),
        "csp.constants.NONE" => Val::str("'none'"),
        "csp.constants.REPORT_SAMPLE" => Val::str("'report-sample'"),
        "csp.constants.SELF" => Val::str("'self'"),
        "csp.constants.STRICT_DYNAMIC" => Val::str("'strict-dynamic'"),
        "csp.constants.UNSAFE_ALLOW_REDIRECTS" => Val::str("'unsafe-allow-redirects'"),
        "csp.constants.UNSAFE_EVAL" => Val::str("'unsafe-eval'"),
        "csp.constants.UNSAFE_HASHES" => Val::str("'unsafe-hashes'"),
        "csp.constants.UNSAFE_INLINE" => Val::str("'unsafe-inline'"),
        "csp.constants.WASM_UNSAFE_EVAL" => Val::str("'wasm-unsafe-eval'"),
        _ => return None,
    })
}

/// Well-known collections of packages, which settings extend.
pub(super) fn package_constant(name: &str) -> Option<Vec<&'static str>> {
    Some(match name {
        "corsheaders.defaults.default_headers" => {
            vec!["accept", "authorization", "content-type", "user-agent", "x-csrftoken", "x-requested-with"]
        }
        "corsheaders.defaults.default_methods" => vec!["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"],
        _ => return None,
    })
}
