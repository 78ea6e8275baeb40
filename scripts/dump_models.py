#!/usr/bin/env python3
"""Writes assets/models.toml: the model classes of Django and of libraries that projects inherit from or point to.

    python -m venv v && v/bin/pip install django djangorestframework ... && v/bin/python scripts/dump_models.py > assets/models.toml

Each library of APPS that is installed is read; what is missing is left out. Of each model are kept the fields with
their classes, and of a relation the model that it points to. A model is listed under every name under which its
library offers it.
"""

import importlib
import importlib.util
import inspect
import sys

APPS = [
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.sites",
    "django.contrib.admin", "rest_framework.authtoken", "rest_framework_simplejwt.token_blacklist", "knox",
    "oauth2_provider", "guardian", "polymorphic", "treebeard", "mptt", "django_extensions", "model_utils",
]
# Modules that offer base classes without being apps, or beside their app's models.
MODULES = [
    "django.contrib.auth.models", "django.contrib.auth.base_user", "django.contrib.contenttypes.models",
    "django.contrib.sessions.models", "django.contrib.sessions.base_session", "django.contrib.sites.models",
    "django.contrib.admin.models", "rest_framework.authtoken.models",
    "rest_framework_simplejwt.token_blacklist.models", "knox.models", "oauth2_provider.models", "guardian.models",
    "guardian.mixins", "polymorphic.models", "treebeard.mp_tree", "treebeard.ns_tree", "treebeard.al_tree", "mptt.models",
    "django_extensions.db.models", "model_utils.models",
]


def main():
    import django
    from django.conf import settings

    present = lambda name: importlib.util.find_spec(name.split(".")[0]) is not None
    settings.configure(
        INSTALLED_APPS=[app for app in APPS if present(app)],
        SECRET_KEY="dump",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    )
    django.setup()
    from django.db import models

    print("# Written by scripts/dump_models.py from the installed libraries; do not edit by hand.\n")
    rows = {"django.db.models.Model": models.Model, "django.db.models.base.Model": models.Model}
    for name in MODULES:
        if not present(name):
            print(f"not installed: {name}", file=sys.stderr)
            continue
        module = importlib.import_module(name)
        for key, value in vars(module).items():
            if inspect.isclass(value) and issubclass(value, models.Model):
                rows.setdefault(f"{name}.{key}", value)
    for name, model in sorted(rows.items()):
        if model is models.Model and not name.startswith("django.db."):
            continue
        print(f'["{name}"]')
        abstract = model is models.Model or model._meta.abstract
        print(f"abstract = {str(abstract).lower()}")
        fields = [] if model is models.Model else model._meta.local_fields + model._meta.local_many_to_many
        if model is not models.Model and not abstract:
            fields = [f for f in model._meta.get_fields() if not f.auto_created or getattr(f, "concrete", False)]
            fields = [f for f in fields if f.concrete]
        else:
            # An abstract model has no key of its own.
            inherited = []
            for parent in model.__mro__[1:]:
                if issubclass(parent, models.Model) and parent is not models.Model and parent._meta.abstract:
                    inherited += parent._meta.local_fields + parent._meta.local_many_to_many
            known = {f.name for f in fields}
            fields = fields + [f for f in inherited if f.name not in known and not known.add(f.name)]
        entries = []
        for field in fields:
            kind = type(field).__name__
            target = getattr(field.remote_field, "model", None) if field.remote_field else None
            if target is not None:
                label = target if isinstance(target, str) else target._meta.label
                # Whatever the project's user model is.
                swapped = getattr(field, "swappable_setting", None) == "AUTH_USER_MODEL"
                kind += " " + ("user" if swapped else label)
            key = " key" if field.primary_key else ""
            entries.append(f'"{field.name}: {kind}{key}"')
        print(f"fields = [{', '.join(entries)}]\n")


if __name__ == "__main__":
    main()
