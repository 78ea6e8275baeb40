"""What Django's resolver lists, for the tests.

usage: python dump_endpoints.py MODULE FOLDER...

In each folder the settings module MODULE is imported in a process of its own; `rows.json` there gets one row for
each URL pattern: path, name, view, kind, methods and, for view sets, actions. A failed import is told in the file.
"""

import json
import os
import sys
import traceback


def dotted(thing):
    if not hasattr(thing, "__qualname__"):
        thing = type(thing)
    return f"{thing.__module__}.{thing.__qualname__}"


def patterns(entries, prefix=""):
    from django.urls import URLResolver

    for entry in entries:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry.url_patterns, path)
        else:
            yield path, entry


def row(path, entry):
    callback = entry.callback
    cls = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
    actions = getattr(callback, "actions", None)
    kwargs = getattr(callback, "initkwargs", None) or getattr(callback, "view_initkwargs", None) or {}
    methods = []
    if actions:
        methods = list(actions)
    elif cls is not None:
        allowed = kwargs.get("http_method_names", cls.http_method_names)
        methods = [method for method in allowed if hasattr(cls, method)]
    try:
        from rest_framework.views import APIView

        is_drf = cls is not None and issubclass(cls, APIView)
    except ImportError:
        is_drf = False
    return {
        "path": path,
        "name": entry.name,
        "view": dotted(cls or callback),
        "kind": "drf" if is_drf else "django",
        "methods": sorted(method.upper() for method in methods),
        "actions": dict(sorted(actions.items())) if actions else None,
    }


def dump(module, folder):
    os.chdir(folder)
    sys.path.insert(0, folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = module
    try:
        import django

        django.setup()
        from django.urls import get_resolver

        rows = [row(path, entry) for path, entry in patterns(get_resolver().url_patterns)]
        result = {"rows": rows}
    except BaseException:
        result = {"error": traceback.format_exc()}
    with open("rows.json", "w") as file:
        json.dump(result, file)


def main():
    module, folders = sys.argv[1], sys.argv[2:]
    # What every process needs is imported once.
    import django.conf.urls.i18n
    import django.contrib.auth
    import django.db.models
    import django.urls
    import django.views.generic

    for folder in folders:
        child = os.fork()
        if child == 0:
            dump(module, os.path.abspath(folder))
            os._exit(0)
        os.waitpid(child, 0)


main()
