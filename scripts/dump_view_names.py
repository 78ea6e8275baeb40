#!/usr/bin/env python3
"""Writes assets/view_names.toml: every attribute that the views of Django and DRF and an app's configuration have.
A name that is not among them is surely absent where a class has no other bases.

    python scripts/dump_view_names.py SITE_PACKAGES... > assets/view_names.toml

The packages are read, not imported; give a folder for each version of Django and DRF.
"""

import ast
import pathlib
import sys

SOURCES = [
    "django/apps/config.py",
    "django/contrib/auth/mixins.py",
    "django/contrib/auth/views.py",
    "django/views/**/*.py",
    "rest_framework/authtoken/views.py",
    "rest_framework/generics.py",
    "rest_framework/mixins.py",
    "rest_framework/schemas/views.py",
    "rest_framework/views.py",
    "rest_framework/viewsets.py",
]


def names(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for stmt in ast.walk(node):
                if isinstance(stmt, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    yield stmt.name
                elif isinstance(stmt, ast.Name) and isinstance(stmt.ctx, ast.Store):
                    yield stmt.id
        # What a method sets on the object or the class.
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def main():
    found, versions = set(), set()
    for folder in map(pathlib.Path, sys.argv[1:]):
        for package in ("django-*", "Django-*", "djangorestframework-[0-9]*"):
            versions |= {path.name.removesuffix(".dist-info") for path in folder.glob(package + ".dist-info")}
        for pattern in SOURCES:
            for path in folder.glob(pattern):
                found |= set(names(ast.parse(path.read_text())))
    found = sorted(name for name in found if not name.startswith("__"))
    print("# Written by scripts/dump_view_names.py.")
    print("versions = [" + ", ".join(f'"{version}"' for version in sorted(versions)) + "]")
    print("names = [")
    for name in found:
        print(f'    "{name}",')
    print("]")


main()
