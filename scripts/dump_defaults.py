#!/usr/bin/env python3
"""Writes assets/defaults/*.toml from the real packages.

    scripts/dump_defaults.py [OUT]
    scripts/dump_defaults.py --with PYTHON FOLDER django|drf     (prints the table of the package in FOLDER)

Each version is installed from PyPI into a throw-away folder, whatever Python it asks for. Django's defaults are one
module that imports nothing, so it is read by itself; DRF's are read with a Django that any of its versions takes.
Only names in upper case are kept. What TOML cannot say is a table with one key: {"$none" = true}, {"$tuple" = [..]},
{"$lazy" = ".."}, {"$ref" = "package.Name"}, {"$unknown" = "why"}.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

DJANGO = ["4.2", "5.0", "5.1", "5.2", "6.0", "6.1"]
DRF = ["3.14", "3.15", "3.16", "3.17", "3.18"]
DJANGO_FOR_DRF = "5.2"

READ_DJANGO = """
import importlib.util, json, pathlib, django
path = pathlib.Path(django.__file__).parent / "conf" / "global_settings.py"
spec = importlib.util.spec_from_file_location("global_settings", path)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
names = {n: getattr(module, n) for n in dir(module) if n.isupper()}
print(json.dumps({"version": django.get_version(), "settings": {n: encode(v) for n, v in sorted(names.items())}}))
"""

READ_DRF = """
import json
from django.conf import settings
settings.configure()
import rest_framework
from rest_framework.settings import DEFAULTS
print(json.dumps({"version": rest_framework.VERSION, "settings": {n: encode(v) for n, v in sorted(DEFAULTS.items())}}))
"""

ENCODE = """
def encode(value):
    if value is None:
        return {"$none": True}
    if isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, tuple):
        return {"$tuple": [encode(v) for v in value]}
    if isinstance(value, list):
        return [encode(v) for v in value]
    if isinstance(value, dict):
        return {str(k): encode(v) for k, v in value.items()}
    if type(value).__name__ == "__proxy__":
        return {"$lazy": value._proxy____args[0]}
    if hasattr(value, "__qualname__"):
        return {"$ref": value.__module__ + "." + value.__qualname__}
    return {"$unknown": "an object of " + type(value).__name__}
"""


def toml(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=True).replace("\\/", "/")
    if isinstance(value, list):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    return "{ " + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + " }" if value else "{}"


def install(folder, *requirements):
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--ignore-requires-python", "--target", folder]
    subprocess.run([*pip, *requirements], check=True)


def read(python, folder, code):
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    command = [python, "-c", ENCODE + code]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path})
    return json.loads(done.stdout)


def table(data):
    lines = ["# Written by scripts/dump_defaults.py. Do not edit.", f"version = {toml(data['version'])}", "", "[settings]"]
    lines += [f"{name} = {toml(value)}" for name, value in data["settings"].items()]
    return "\n".join(lines) + "\n"


def dump(out, kind, version, code, *requirements):
    with tempfile.TemporaryDirectory() as folder:
        install(folder, *requirements)
        data = read(sys.executable, folder, code)
    (out / f"{kind}-{version}.toml").write_text(table(data))
    print(f"{kind} {version}: {data['version']}, {len(data['settings'])} names")


def main():
    if sys.argv[1:2] == ["--with"]:
        _, _, python, folder, kind = sys.argv
        print(table(read(python, folder, READ_DJANGO if kind == "django" else READ_DRF)), end="")
        return
    out = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "assets/defaults")
    out.mkdir(parents=True, exist_ok=True)
    for version in DJANGO:
        dump(out, "django", version, READ_DJANGO, "--no-deps", f"django=={version}.*")
    for version in DRF:
        dump(out, "drf", version, READ_DRF, f"djangorestframework=={version}.*", f"django=={DJANGO_FOR_DRF}.*")


if __name__ == "__main__":
    main()
