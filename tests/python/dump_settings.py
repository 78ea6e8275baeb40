"""What CPython makes of a settings module.

usage: python dump_settings.py ROOT MODULE [CLASS] [--stub]     (the environment is the caller's)

Imports MODULE with ROOT first on the path and prints one JSON object: {"settings": {NAME: value}} for every
upper-case name, in the shapes of the machine output, or {"error": "...", "type": "KeyError"} when the import fails.
With --stub, packages that are not installed are stood in for, and a value that holds something of theirs is
{"stub": true}: nothing can be said of it. With CLASS, django-configurations sets the module up; what it takes over from Django's defaults is in "framework".
"""
import datetime
import importlib
import importlib.abc
import importlib.machinery
import json
import os
import pathlib
import re
import sys
import types

ROOT = MODULE = CLASS = STUB = None
# Names that settings try and do without: the machine's own, and what only some install.
STUBLESS = {"local_settings", "django", "rest_framework"}


class Stub(types.ModuleType):
    """Stands in for a module, class, function or value of a package that is not installed."""

    __path__ = []
    __all__ = []

    def __getattr__(self, name):
        if name.startswith("__") and name != "__version__":
            raise AttributeError(name)
        return Stub(f"{self.__name__}.{name}")

    def __call__(self, *args, **kwargs):
        return Stub(self.__name__)

    def __mro_entries__(self, bases):
        return ()

    def __iter__(self):
        return iter(())

    def __getitem__(self, key):
        return Stub(self.__name__)

    def __truediv__(self, other):
        return self

    def __or__(self, other):
        return self

    def __ge__(self, other):
        return True

    __gt__ = __ge__

    def __lt__(self, other):
        return False

    __le__ = __lt__

    __ror__ = __rtruediv__ = __add__ = __radd__ = __truediv__


class StubFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds what nobody else does, unless it belongs to the project."""

    def find_spec(self, name, path=None, target=None):
        top = name.split(".")[0]
        own = os.path.isdir(os.path.join(ROOT, top)) or os.path.isfile(os.path.join(ROOT, f"{top}.py"))
        known = top in sys.stdlib_module_names or top in STUBLESS
        return None if own or known else importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return Stub(spec.name)

    def exec_module(self, module):
        pass


def encode(value, depth=0):
    if isinstance(value, Stub):
        return {"stub": True}
    if depth > 12 and isinstance(value, (dict, list, tuple, set, frozenset)):
        return {"object": "deep"}
    if type(value) is int and not -(2**63) <= value < 2**63:
        return str(value)
    if value is None or isinstance(value, (bool, int, float)) and not isinstance(value, float):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else {"float": str(value)}
    if type(value) is str:
        return value
    if isinstance(value, bytes):
        return {"bytes": len(value)}
    if isinstance(value, dict):
        return {"dict": [[encode(k, depth + 1), encode(v, depth + 1)] for k, v in value.items()]}
    if isinstance(value, (set, frozenset)):
        return {"set": [encode(v, depth + 1) for v in value]}
    if isinstance(value, (list, tuple)):
        return [encode(v, depth + 1) for v in value]
    if isinstance(value, datetime.timedelta):
        seconds = value.total_seconds()
        return {"seconds": int(seconds) if seconds == int(seconds) else seconds}
    if isinstance(value, re.Pattern):
        return {"regex": value.pattern}
    if isinstance(value, pathlib.PurePath):
        text = str(value)
        return {"path": "<root>" + text[len(ROOT):] if text == ROOT or text.startswith(ROOT + "/") else text}
    if isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType)):
        return {"ref": f"{value.__module__}.{value.__qualname__}"}
    if isinstance(value, types.ModuleType):
        return {"ref": value.__name__}
    if type(value).__name__ == "__proxy__":
        args = getattr(value, "_proxy____args", None) or getattr(value, "_args", None)
        return str(args[0]) if args else {"object": "__proxy__"}
    if isinstance(value, str):
        return str(value)
    return {"object": type(value).__name__}


def main():
    sys.path.insert(0, ROOT)
    sys.argv = ["gunicorn"]
    framework = {}
    try:
        if CLASS:
            framework = set_up_configurations(CLASS)
        if STUB:
            sys.meta_path.append(StubFinder())
        module = importlib.import_module(MODULE)
    except BaseException as error:  # the failure is the answer
        print(json.dumps({"error": str(error), "type": type(error).__name__}))
        return
    names = {n: encode(v) for n, v in vars(module).items() if n.isupper()}
    taken = {n: v for n, v in names.items() if n in framework and v == framework[n]}
    own = {n: v for n, v in names.items() if n not in taken}
    print(json.dumps({"settings": own, "framework": taken}))


def set_up_configurations(name):
    os.environ["DJANGO_SETTINGS_MODULE"] = MODULE
    os.environ["DJANGO_CONFIGURATION"] = name
    from configurations import importer
    from django.conf import global_settings

    importer.install()
    framework = {n: encode(v) for n, v in vars(global_settings).items() if n.isupper()}
    return {**framework, "CONFIGURATION": f"{MODULE}.{name}", "DOTENV_LOADED": None}


if __name__ == "__main__":
    STUB = "--stub" in sys.argv
    ROOT, MODULE, CLASS = [*(a for a in sys.argv[1:] if a != "--stub"), None][:3]
    main()
