#!/usr/bin/env python3
"""Writes assets/defaults/*.toml from the real packages.

    scripts/dump_defaults.py [OUT]
    scripts/dump_defaults.py --with PYTHON django|drf     (prints the table of what that interpreter has installed)

For each version a throw-away virtual environment is made with the newest Python on the machine that the version
supports (PYTHONS below, found on PATH or by pyenv), the package is installed from PyPI, and its defaults are read.
Only names in upper case are kept. What TOML cannot say is a table with one key: {"$none" = true}, {"$tuple" = [..]},
{"$lazy" = ".."}, {"$ref" = "package.Name"}, {"$unknown" = "why"}.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

DJANGO = {"4.2": "3.10", "5.0": "3.12", "5.1": "3.12", "5.2": "3.12", "6.0": "3.12", "6.1": "3.12"}
# Each with a Django that it supports.
DRF = {"3.14": "4.2", "3.15": "4.2", "3.16": "5.2", "3.17": "5.2", "3.18": "5.2"}

READ_DJANGO = """
import json, django
from django.conf import global_settings as module
names = {n: getattr(module, n) for n in dir(module) if n.isupper()}
print(json.dumps({"version": django.get_version(), "settings": {n: encode(v) for n, v in sorted(names.items())}}))
"""

READ_DRF = """
import json, django
from django.conf import settings
settings.configure()
django.setup()
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


def python(version):
    found = shutil.which(f"python{version}")
    if found and subprocess.run([found, "-c", ""], capture_output=True).returncode == 0:
        return found
    versions = pathlib.Path.home() / ".pyenv" / "versions"
    for folder in sorted(versions.glob(f"{version}.*")):
        return str(folder / "bin" / "python")
    sys.exit(f"Python {version} is needed and was not found")


def dump(out, kind, version, interpreter, requirements, code):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([python(interpreter), "-m", "venv", folder], check=True)
        binary = f"{folder}/bin/python"
        done = subprocess.run([binary, "-m", "pip", "install", "--quiet", *requirements], capture_output=True, text=True)
        if done.returncode != 0:
            print(f"{kind} {version}: not available ({done.stderr.strip().splitlines()[-1]})", file=sys.stderr)
            return
        data = read(binary, code)
    (out / f"{kind}-{version}.toml").write_text(table(data))
    print(f"{kind} {version}: {data['version']}, {len(data['settings'])} names")


def read(binary, code):
    result = subprocess.run([binary, "-c", ENCODE + code], check=True, capture_output=True, text=True)
    return json.loads(result.stdout)


def table(data):
    lines = [f"# Written by scripts/dump_defaults.py. Do not edit.", f"version = {toml(data['version'])}", "", "[settings]"]
    lines += [f"{name} = {toml(value)}" for name, value in data["settings"].items()]
    return "\n".join(lines) + "\n"


def main():
    if sys.argv[1:2] == ["--with"]:
        print(table(read(sys.argv[2], READ_DJANGO if sys.argv[3] == "django" else READ_DRF)), end="")
        return
    out = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "assets/defaults")
    out.mkdir(parents=True, exist_ok=True)
    for version, interpreter in DJANGO.items():
        dump(out, "django", version, interpreter, [f"django=={version}.*"], READ_DJANGO)
    for version, django in DRF.items():
        requirements = [f"djangorestframework=={version}.*", f"django=={django}.*", "pytz"]
        dump(out, "drf", version, DJANGO[django], requirements, READ_DRF)


if __name__ == "__main__":
    main()
