"""What CPython makes of a settings module.

usage: python dump_settings.py ROOT MODULE [CLASS]     (the environment is the caller's)

Imports MODULE with ROOT first on the path and prints one JSON object: {"settings": {NAME: value}} for every
upper-case name, in the shapes of the machine output, or {"error": "...", "type": "KeyError"} when the import fails.
With CLASS, django-configurations sets the module up; what it takes over from Django's defaults is in "framework".
"""
import datetime
import importlib
import json
import os
import pathlib
import re
import sys
import types

ROOT = MODULE = CLASS = None


def encode(value, depth=0):
    if depth > 12:
        return {"object": "deep"}
    if type(value) is int and not -(2**63) <= value < 2**63:
        return str(value)
    if value is None or isinstance(value, (bool, int, float)) and not isinstance(value, float):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else {"object": "float"}
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
    ROOT, MODULE, CLASS = [*sys.argv[1:4], None][:3]
    main()
