"""What CPython makes of many small packages that are not on the disk, in one process.

usage: python run_modules.py ROOT < cases     (one JSON object a line: {"files": {...}, "module": "...", "env": {...}, "seed": 1})

Prints one line a case, as dump_settings.py does. The packages may import `thirdparty`, whose answers are random:
what depends on it, only a run can tell.
"""
import datetime
import importlib
import importlib.abc
import importlib.util
import json
import os
import pathlib
import random
import resource
import signal
import sys
import types

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import dump_settings

ROOT = sys.argv[1]
dump_settings.ROOT = ROOT


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds and runs the modules of one case."""

    def __init__(self, files):
        self.files = files

    def find_spec(self, name, path=None, target=None):
        inner = name.replace(".", "/")
        for candidate, is_package in ((f"{inner}/__init__.py", True), (f"{inner}.py", False)):
            if candidate in self.files:
                spec = importlib.util.spec_from_file_location(
                    name,
                    f"{ROOT}/{candidate}",
                    loader=self,
                    submodule_search_locations=[f"{ROOT}/{inner}"] if is_package else None,
                )
                return spec
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        path = module.__spec__.origin
        exec(compile(self.files[path[len(ROOT) + 1:]], path, "exec"), vars(module))


def third_party():
    module = types.ModuleType("thirdparty")
    module.flag = lambda: random.random() < 0.5
    module.text = lambda: random.choice(["", "a", "prod", "x,y", "1"])
    module.items = lambda: random.choice([[], ["a"], ["b", "a", "Beta"]])
    module.number = lambda: random.choice([0, 1, 7, -3])
    module.real = lambda: random.choice([0.5, -1.25])
    module.pair = lambda: random.choice([(), ("a", "b"), ("x",)])
    module.group = lambda: random.choice([set(), {"a"}, {"b", "a"}])
    module.mapping = lambda: {"list": module.items(), "inner": {"k": "t"}, random.choice("knx"): module.text()}
    module.delta = lambda: datetime.timedelta(days=random.choice([0, 1]))
    module.path = lambda: pathlib.Path(random.choice(["/etc", "lib"]))

    def touch(value):
        if random.random() < 0.5:
            value.append("touched")

    def maybe():
        if random.random() < 0.5:
            raise random.choice([ValueError, KeyError, RuntimeError])("third")

    kept = []

    def call(function, *args):
        kept.append(function)
        return random.choice(kept)(*args) if random.random() < 0.5 else None

    def wrap(function):
        kept.append(function)
        if random.random() < 0.5:
            function()
        return function

    module.touch, module.maybe, module.call, module.wrap = touch, maybe, call, wrap
    return module


def timed_out(signum, frame):
    raise TimeoutError("the case takes too long")


def run(case):
    before = set(sys.modules)
    os.environ.clear()
    os.environ.update(case["env"])
    finder = Finder(case["files"])
    sys.meta_path.insert(0, finder)
    sys.modules["thirdparty"] = third_party()
    random.seed(case["seed"])
    signal.alarm(5)
    try:
        module = importlib.import_module(case["module"])
        names = {n: dump_settings.encode(v) for n, v in vars(module).items() if n.isupper()}
        return {"settings": names}
    except BaseException as error:  # the failure is the answer
        return {"error": str(error), "type": type(error).__name__}
    finally:
        signal.alarm(0)
        sys.meta_path.remove(finder)
        for name in set(sys.modules) - before:
            del sys.modules[name]


def main():
    signal.signal(signal.SIGALRM, timed_out)
    # A list that doubles in a loop.
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    sys.argv = ["gunicorn"]
    out = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        out.write(json.dumps(run(json.loads(line))) + "\n")


main()
