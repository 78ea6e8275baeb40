//! Settings that mean harm, or were never settings: each is given up in time and in little memory, without a panic,
//! and whatever is left unknown says why.

use std::path::Path;
use std::time::{Duration, Instant};

use drf_harden::settings::{SettingState, SettingsModel};
use drf_harden::source::Sources;

use crate::settings::{Case, module};

/// A development build on a busy machine; a hundredth of it when optimised.
const PATIENCE: Duration = Duration::from_mins(2);

/// Texts that grow without end, loops that do not, and names that are not what they seem.
const MODULES: &[&str] = &[
    // Growth.
    "A = 'x'\nfor i in range(200):\n    A = A + A\n",
    "A = 'x' * 10 ** 10\nB = [0] * 10 ** 10\nC = (1,) * -1\nD = b'x' * 10 ** 12\n",
    "A = '%1000000000d' % 1\nB = f'{1:>1000000000}'\nC = 'a'.ljust(10 ** 9)\nD = 'a'.zfill(10 ** 9)\nE = 'a'.center(10 ** 9)\n",
    "A = 10 ** 10 ** 6\nB = 2 ** 10 ** 9\nC = 1 << 10 ** 9\nD = pow(7, 10 ** 9)\nE = 0.1 ** -10 ** 9\nF = 9 ** 9 ** 9 ** 9\n",
    "A = list(range(10 ** 12))\nB = sum(range(10 ** 12))\nC = set(range(-10 ** 9, 10 ** 9))\nD = max(range(10 ** 15))\n",
    "A = 'a' * 1000\nfor i in range(100):\n    A = A.replace('a', A)\n",
    "A = 'ab'.join(['x' * 100000] * 100000)\nB = ','.join(str(i) for i in range(10 ** 9))\n",
    "import itertools\nA = list(itertools.product('abcdefgh', repeat=12))\nB = list(itertools.permutations(range(15)))\nC = list(itertools.count())\nD = list(itertools.repeat(1))\nE = list(itertools.cycle('ab'))\n",
    "A = [[]]\nfor i in range(100):\n    A = [A, A]\nB = str(A)\nC = A == A\nimport json, copy\nD = json.dumps(A)\nE = copy.deepcopy(A)\n",
    "A = {}\nfor i in range(10 ** 6):\n    A[i] = dict(A)\n",
    "A = [1]\nfor x in A:\n    A.append(x)\n",
    "A = [1]\nwhile True:\n    A.extend(A)\n",
    "A = int('9' * 10 ** 6)\nB = int('9' * 4000) * int('9' * 4000)\nC = str(10 ** 5000)\nD = float('9' * 400)\n",
    "A = '{:{}}'.format(1, 10 ** 9)\nB = '{0:{1}.{1}f}'.format(1.0, 10 ** 9)\nC = '%*d' % (10 ** 9, 1)\nD = '%.1000000000f' % 1\n",
    "A = bytes(10 ** 10)\nB = bytearray(10 ** 10)\nC = range(10 ** 18)[::3]\nD = 'x'[:10 ** 30]\n",
    "import re\nA = re.match(r'(a+)+$', 'a' * 40 + 'b')\nB = re.compile('(' * 5000)\nC = re.sub('(.*)*', 'x' * 1000, 'y' * 100000)\n",
    "import textwrap, base64\nA = textwrap.dedent(' x\\n' * 10 ** 8)\nB = base64.b64encode(b'x' * 10 ** 9)\n",
    // Loops and recursion.
    "while True:\n    pass\nA = 1\n",
    "def f():\n    return f()\nA = f()\n",
    "f = lambda n: g(n) + g(n)\ng = lambda n: f(n) + f(n)\nA = f(1)\n",
    "def f(n):\n    yield n\n    yield from f(n + 1)\nA = list(f(0))\n",
    "def f():\n    while True:\n        yield 1\nA = sum(f())\nB = [x for x in f()]\nC, *D = f()\n",
    "import nowhere\ndef f(c):\n    return {x for x in c.below()} | {y for x in c.below() for y in f(x) if y} | {y for x in c.below() for y in f(x)}\nA = f(nowhere.top)\n",
    "class A:\n    def __getattr__(self, name):\n        return getattr(self, name + 'x')\nB = A().x\n",
    "class A:\n    def __init__(self):\n        self.a = A()\nB = A()\n",
    "class A:\n    @property\n    def x(self):\n        return self.x\nB = A().x\n",
    "class A:\n    def __eq__(self, o):\n        return self == o\n    def __hash__(self):\n        return hash(self)\n    def __len__(self):\n        return len(self)\n    def __iter__(self):\n        return iter(self)\nB = A() == A()\nC = {A(): 1}\nD = len(A())\nE = list(A())\n",
    "class A(A):\n    pass\nclass B:\n    B = B\nclass C(C.D):\n    class D(C):\n        pass\n",
    "class M(type):\n    def __new__(m, *a):\n        return M(*a)\nclass A(metaclass=M):\n    X = 1\n",
    "def d(f):\n    return d(f)\n@d\ndef x():\n    pass\nA = x()\n",
    "try:\n    while True:\n        try:\n            raise ValueError\n        finally:\n            continue\nfinally:\n    A = 1\n",
    "A = [0]\nA[0] = A\nA.append(A)\nB = {}\nB['x'] = B\nC = str(A) + str(B)\nD = A == [A, A]\nE = sorted([A, A])\n",
    "A = globals()\nB = locals()\nC = vars()\nD = dict(globals())\nE = [A, B, C, D]\n",
    "for n in range(10 ** 9):\n    globals()[f'A{n}'] = n\n",
    "import sys\nsys.setrecursionlimit(10 ** 9)\nsys.modules[__name__] = None\nA = sys.modules\n",
    "A = 1\nexec('exec(\"exec(1)\")')\nB = eval('eval(\"eval(1)\")')\nC = compile('x', 'y', 'exec')\n",
    // Names that are not what they are called.
    "list = dict = str = None\nA = list\nB = str(1) if str else 2\n",
    "__import__ = globals = vars = None\nimport os\nA = os.environ.get('A', 1)\n",
    "True_ = False\nint = lambda x: 'int'\nA = int('3')\nlen = 5\nB = len\n",
    "import builtins\nbuiltins.str = int\nA = str('5')\ndel builtins.int\nB = int(5)\n",
    "import os\nos.environ = {}\nA = os.environ.get('A', 'x')\nos.path.join = None\nB = os.path.join('a')\n",
    "__name__ = __file__ = __builtins__ = None\nA = __file__\nB = __name__\nC = open(__file__)\n",
    "_ = super = property = type = isinstance = 1\nclass A:\n    @property\n    def x(self): return 1\nB = A().x\n",
    // Odd values.
    "A = '\\ud800'\nB = '\\ud83d\\ude00'\nC = '\\0'\nD = b'\\xff'.decode('utf-8', 'surrogateescape')\nE = '\\N{BOGUS}'\n",
    "import os\nfrom pathlib import Path\nA = os.path.exists('\\0')\nB = Path('\\0').exists()\nC = open('\\0').read()\nD = os.environ.get('A\\0B', '\\0')\nE = Path('../' * 10000).resolve()\n",
    "A = open('/dev/zero').read()\nB = open('/proc/self/environ').read()\nimport os\nC = os.listdir('/')\nD = list(os.walk('/'))\nimport glob\nE = glob.glob('/**', recursive=True)\n",
    "from pathlib import Path\nA = list(Path('/').rglob('*'))\nB = Path('/etc/passwd').read_text()\nC = Path('.').joinpath('/', '..', '~').expanduser()\n",
    "A = float('nan')\nB = {A: 1, float('nan'): 2}\nC = float('inf')\nD = int(C)\nE = 1e308 * 10\nF = round(A)\nG = 1j ** 2\n",
    "A = 1 // 0\nB = 1 % 0.0\nC = divmod(1, 0)\nD = 1 << -1\nE = -7 // 2\nF = -7 % -3\nG = 2 ** -1\n",
    "A = chr(0x110000)\nB = chr(-1)\nC = chr(0xd800)\nD = ord('')\nE = int('0x', 0)\nF = int('', 36)\nG = int('z', 99)\n",
    "A = [1, 2, 3]\nB = A[::0]\nC = A[::10 ** 20]\nD = A[-10 ** 20:10 ** 20]\nA[::2] = [1]\ndel A[::-1]\nA[5] = 1\nE = A[10 ** 20]\n",
    "from datetime import timedelta, datetime\nA = timedelta(days=10 ** 20)\nB = timedelta(days=float('nan'))\nC = timedelta(seconds=1e308) * 10\nD = timedelta(1) / 0\nE = datetime(99999, 99, 99)\nF = timedelta.max + timedelta.max\n",
    "A = '{0.__class__.__mro__[1].__subclasses__}'.format(1)\nB = '{0[0][0][0]}'.format([[[]]])\nC = '{'.format()\nD = '{}{1}'.format(1)\nE = '%(a)s' % {'a': '%(a)s'}\nF = '%' % ()\nG = '%s' % (1, 2)\n",
    "A = min([])\nB = max()\nC = sorted([1, 'a', None])\nD = sum(['a'])\nE = zip()\nF = dict([1])\nG = dict(a=1, **{'a': 2})\n",
    "a, (b, *c), d = 1, 2\nA = b\n*x, *y = [1]\nB, C = {}, \nfor (A) in 5: pass\n",
    "import json\nA = json.loads('[' * 100000)\nB = json.loads('{\"a\": 1e999, \"b\": NaN}')\nC = json.loads('\\ud800')\nD = json.loads(None)\n",
    "import environ\nenv = environ.Env(A=(lambda s: env('A'), 1), B=(int, 'x'))\nA = env('A')\nB = env('B')\nC = env.list('C', default=5)\nD = env.db_url('D', default='\\0://::::@@@///?')\nE = env.json('E', default='[' * 50000)\n",
    "import dj_database_url\nA = dj_database_url.parse('postgres://' + 'a:' * 10000 + '@[::1')\nB = dj_database_url.config(default='x://%zz%00')\n",
    "from decouple import Csv, config\nA = config('A', default='\"', cast=Csv())\nB = config('B', default='1' * 100000, cast=int)\nC = config('C', cast=lambda v: config('C'))\n",
    "match [1] * 1000:\n    case [*x, 1, *y]: A = 1\n    case {'a': {'b': [*_]}} | [[[]]]: A = 2\n    case str(int(float())): A = 3\n",
    "import os\nfor k in os.environ:\n    os.environ[k * 2] = k\nos.environ['A'] = 1\nA = dict(os.environ)\ndel os.environ['B']\nos.environ.clear()\n",
    "from itertools import *\nfrom os import *\nfrom sys import *\nfrom typing import *\nA = path\n",
    "A = type('X', (), {'__getattr__': lambda s, n: s})()\nB = A.b.c.d\nC = A()()\nD = type(type)(1)\n",
    "try:\n    import nothing\nexcept* ImportError as e:\n    A = e\nB = e\nraise SystemExit\n",
    "global A\nnonlocal B\nreturn 1\nyield 2\nawait x\nbreak\n",
    "def f(a, a): pass\nclass C(x=1, x=2): pass\nf(**1, *2)\nlambda: (yield)\nA = (yield)\n",
    "async def f():\n    async for x in f(): pass\n    async with f() as y: await y\nA = f()\n",
];

/// What is no Python 3 at all.
const FOREIGN: &[&[u8]] = &[
    b"print 'hello'\nDEBUG = True\nexec 'x = 1'\ntry:\n    pass\nexcept ImportError, e:\n    print >>f, `e`\n",
    b"{% if cookiecutter.debug %}\nDEBUG = True\n{% endif %}\nNAME = '{{ cookiecutter.name }}'\n",
    b"\xef\xbb\xbfDEBUG = True\r\nA = 1\r\n",
    b"DEBUG = True\0\nA = '\0'\n",
    b"\xff\xfeD\0E\0B\0U\0G\0",
    b"# -*- coding: latin-1 -*-\nA = '\xe4'\n",
    b"\x0c\nA = 1\\\n",
    b"A = '''unterminated\n",
    b"A = (((((((\n",
    b"if True:\nA = 1\n\tB = 2\n  C = 3\n",
    b"\\\n\\\n\\",
    b"A = f'{f\"{f\\'{1}\\'}\"}{'\n",
    b"DEBUG: = True\n:= 5\n@\nclass\ndef (\n",
    b"\xe2\x80\xae\xe2\x80\x8bDEBUG = True\n",
];

/// A text of `count` parts.
fn each(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect()
}

/// Deep and long code; each is `depth` levels of something.
fn deep(depth: usize) -> Vec<String> {
    let around =
        |open: &str, close: &str| format!("A = {}1{}\nB = 1\n", open.repeat(depth), close.repeat(depth));
    let chain = |link: &str| format!("x = 1\nA = x{}\nB = 1\n", link.repeat(depth));
    let blocks = |head: &str| -> String {
        let depth = depth.min(90);
        let body: String = each(depth, |i| format!("{}{head}\n", " ".repeat(i)));
        format!("{body}{}A = 1\nB = 1\n", " ".repeat(depth))
    };
    let elifs: String = each(depth, |i| format!("elif x == {i}:\n    A = {i}\n"));
    let defs: String = each(depth, |i| format!("def f{}():\n    return f{i}()\n", i + 1));
    let classes: String = each(depth, |i| format!("class C{}(C{i}):\n    A{i} = 1\n", i + 1));
    vec![
        around("[", "]"),
        around("(", ",)"),
        around("{1: ", "}"),
        around("(lambda: ", ")()"),
        around("[x for x in ", "]"),
        around("str(", ")"),
        around("not ", ""),
        around("-", ""),
        around("1 if x else ", ""),
        around("f'{", "}'"),
        around("{**", "}"),
        chain(".a"),
        chain("[0]"),
        chain("()"),
        chain(" + 1"),
        chain(" or x"),
        chain(" < 1"),
        chain(" 'a'"),
        chain(".replace('a', 'b')"),
        blocks("if x:"),
        blocks("for x in [1]:"),
        blocks("while x:"),
        blocks("def f():"),
        blocks("class C:"),
        blocks("with x:"),
        format!("import os\nx = os.environ.get('X')\nif x:\n    A = 0\n{elifs}"),
        format!("def f0():\n    return 1\n{defs}A = f{depth}()\nB = 1\n"),
        format!("class C0:\n    pass\n{classes}A = C{depth}.A0\nB = 1\n"),
        "A = B = C = D = 1\n".repeat(depth),
        "from . import *\n".repeat(depth),
        "A = [\n".repeat(depth),
    ]
}

/// Long literals: a million elements in a list, a dict, a text.
fn long() -> Vec<String> {
    let million = 1_000_000;
    vec![
        format!("A = [{}]\nB = 1\n", "1, ".repeat(million)),
        format!("A = {{{}}}\nB = 1\n", each(million / 5, |i| format!("{i}: {i}, "))),
        format!("A = {{{}}}\nB = 1\n", each(million / 5, |i| format!("'k{i}', "))),
        format!("A = '{}'\nB = 1\n", "x".repeat(5 * million)),
        format!("A = (\n{})\nB = 1\n", "    'a'\n".repeat(million / 10)),
        each(million / 20, |i| format!("A{i} = {i}\n")),
    ]
}

/// What must be true of any text.
fn endure(what: &str, case: &Case) -> SettingsModel {
    let started = Instant::now();
    let (sources, model): (Sources, SettingsModel) = case.model(Path::new("/srv/project"));
    let took = started.elapsed();
    assert!(took < PATIENCE, "{took:?} for {what}");
    // A panic is caught by the evaluator, which then knows nothing at all.
    let gave_up = |text: &String| text.ends_with("could not be evaluated");
    assert!(!model.open.as_ref().is_some_and(gave_up), "a panic for {what}");
    for setting in model.settings.values().filter(|s| s.state() == SettingState::Unknown) {
        let cause = setting.node.cause().unwrap_or_default();
        assert!(cause.len() > 3, "{} is unknown without a cause: {what}", setting.name);
    }
    let document = crate::settings::document(&sources, &model);
    assert_eq!(document.len(), model.settings.len());
    assert!(started.elapsed() < PATIENCE, "{:?} to write it down: {what}", started.elapsed());
    model
}

fn start(text: &str) -> String {
    text.chars().take(60).collect()
}

#[test]
fn hostile_modules_are_given_up_in_time() {
    for text in MODULES {
        // What stands before is known whatever follows, unless it may have been changed.
        let model = endure(&start(text), &module(format!("FIRST = 1\n{text}")));
        if model.problems.iter().any(|p| p.message.starts_with("a syntax error")) {
            continue;
        }
        let first = model.get("FIRST").expect("a name that was assigned is listed");
        let is_one = first.node.as_int() == Some(1);
        assert!(is_one || first.state() == SettingState::Unknown || model.open.is_some(), "{}", start(text));
    }
}

#[test]
fn what_is_no_python_is_unknown_with_a_cause() {
    for bytes in FOREIGN {
        let Ok(text) = drf_harden::source::decode(bytes) else { continue };
        endure(&start(&text.0), &module(text.0.into_owned()));
    }
}

#[test]
fn deep_and_long_modules_are_given_up_in_time() {
    for text in deep(300).into_iter().chain(deep(5_000)).chain(long()) {
        endure(&start(&text), &module(text.clone()));
    }
}

#[test]
fn modules_that_import_each_other_end() {
    let one = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let cases = [
        vec![one(
            "settings.py",
            "from settings import *\nfrom .settings import *\nimport settings\nA = settings.A\n",
        )],
        vec![
            one("settings.py", "from other import *\nA = B\n"),
            one("other.py", "from settings import *\nB = A\n"),
        ],
        vec![
            one("settings/__init__.py", "from .a import *\nfrom . import *\n"),
            one(
                "settings/a.py",
                "from . import *\nfrom .b import *\nfrom .. import x\nfrom ..... import y\nA = 1\n",
            ),
            one("settings/b.py", "from .a import *\nfrom settings.b import *\nimport settings.a as A\n"),
        ],
        vec![one(
            "settings.py",
            "from split_settings.tools import include\ninclude('settings.py', '*.py', '**/*', '/**', '../*', '\\0')\nA = 1\n",
        )],
        vec![one("settings.py", "exec(open(__file__).read())\nA = 1\n")],
        vec![one(
            "settings.py",
            "import importlib\nA = importlib.import_module(__name__)\nB = importlib.reload(A)\n",
        )],
        (0..400)
            .map(|i| (format!("m{i}.py"), format!("from m{} import *\nA{i} = 1\n", (i + 1) % 400)))
            .chain([one("settings.py", "from m0 import *\n")])
            .collect(),
        (0..60)
            .map(|i| {
                let imports: String = each(60, |j| format!("from m{j} import *\n"));
                (format!("m{i}.py"), format!("{imports}A{i} = 1\n"))
            })
            .chain([one("settings.py", "from m0 import *\n")])
            .collect(),
    ];
    for files in cases {
        let what = start(&files[0].1);
        endure(&what, &Case::of(files, std::collections::BTreeMap::new(), "settings"));
    }
}

/// The whole program on the worst of them, in a process of its own: how much memory it ever held.
#[test]
fn hostile_settings_take_little_memory() {
    if !Path::new("/proc/self/status").exists() {
        eprintln!("SKIPPED: there is no /proc");
        return;
    }
    let mut worst: Vec<String> = MODULES[..16].iter().map(|text| (*text).to_owned()).collect();
    worst.extend(long().into_iter().take(2));
    for text in worst {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("settings.py"), text.clone() + "\nROOT_URLCONF = 'a'\n").unwrap();
        let manage = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n";
        std::fs::write(folder.path().join("manage.py"), manage).unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_drf-harden"));
        command.args(["settings", "--settings", "settings", "--format", "json", "--all"]);
        command.arg(folder.path()).env_clear().env("HOME", folder.path());
        let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
        let started = Instant::now();
        let mut most = 0;
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            most = resident(child.id()).unwrap_or(0).max(most);
            if started.elapsed() > PATIENCE {
                child.kill().unwrap();
                panic!("it runs for longer than {PATIENCE:?}: {}", start(&text));
            }
            std::thread::sleep(Duration::from_millis(3));
        };
        assert!(status.success(), "{status}: {}", start(&text));
        assert!(most < 700_000, "{most} kB for {}", start(&text));
    }
}

/// The most memory that a process has held, in kB.
fn resident(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().trim_end_matches(" kB").parse().ok()
}
