"""What Django's resolver lists, and what DRF's views are protected by, for the tests.

usage: python dump_endpoints.py MODULE FOLDER...

In each folder the settings module MODULE is imported in a process of its own; `rows.json` there gets one row for
each URL pattern: path, name, view, kind, methods and, for view sets, actions; for a view of DRF also its policies.
A policy is `{"value": what the attribute holds}`; where the class overrides the method that gives it, `by_method` has
what the method gave to a request of nobody (null where it raised). A failed import is told in the file.
"""

import json
import os
import sys
import traceback


def dotted(thing):
    if not hasattr(thing, "__qualname__"):
        thing = type(thing)
    return f"{thing.__module__}.{thing.__qualname__}"


# A policy, the attribute that holds its classes, and the method that makes objects of them.
LISTS = {
    "authentication": ("authentication_classes", "get_authenticators"),
    "permission": ("permission_classes", "get_permissions"),
    "throttle": ("throttle_classes", "get_throttles"),
}
SIGNS = {"AND": "&", "OR": "|", "NOT": "~"}


def expression(thing):
    """A permission, as class or object, by its dotted name; a composed one with its signs."""
    operator = getattr(thing, "operator_class", None)
    if operator is not None:
        parts = [getattr(thing, n) for n in ("op1_class", "op2_class") if hasattr(thing, n)]
    else:
        operator = type(thing)
        if operator.__module__ != "rest_framework.permissions" or operator.__name__ not in SIGNS:
            return dotted(thing)
        parts = [getattr(thing, n) for n in ("op1", "op2") if hasattr(thing, n)]
    sign = SIGNS[operator.__name__]
    parts = [expression(part) for part in parts]
    return sign + parts[0] if len(parts) == 1 else f"({parts[0]} {sign} {parts[1]})"


def asked(cls, kwargs, actions, method, hook):
    """What a method of the view gives to a request of nobody."""
    from django.contrib.auth.models import AnonymousUser
    from django.test import RequestFactory
    from rest_framework.request import Request

    plain = RequestFactory().generic(method, "/")
    plain.user = AnonymousUser()
    view = cls(**kwargs)
    view.args, view.kwargs, view.format_kwarg, view.action_map = (), {}, None, actions
    if actions:
        view.action = actions.get(method.lower())
    view.request = plain
    if hook != "get_authenticators":
        view.request = Request(plain)
        view.request.user = plain.user
    return [expression(one) for one in getattr(view, hook)()]


def policies(cls, kwargs, actions, methods):
    from rest_framework.views import APIView

    found = {}
    for name, (attribute, hook) in LISTS.items():
        classes = kwargs.get(attribute, getattr(cls, attribute, None))
        # A property gives them to each request, through the method.
        computed = isinstance(classes, property)
        found[name] = {"value": None if computed else [expression(one) for one in classes or ()]}
        if not computed and getattr(cls, hook) is getattr(APIView, hook):
            continue
        answers = found[name]["by_method"] = {}
        for method in methods:
            try:
                answers[method] = asked(cls, kwargs, actions, method, hook)
            except Exception:
                answers[method] = None
    paginator = kwargs.get("pagination_class", getattr(cls, "pagination_class", None))
    found["pagination"] = {"value": dotted(paginator) if paginator else None}
    return found


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
    methods = sorted({method.upper() for method in methods})
    return {
        "path": path,
        "name": entry.name,
        "view": dotted(cls or callback),
        "kind": "drf" if is_drf else "django",
        "methods": methods,
        "actions": dict(sorted(actions.items())) if actions else None,
        "policies": policies(cls, kwargs, actions, methods) if is_drf else None,
    }


def dump(module, folder):
    os.chdir(folder)
    sys.path.insert(0, folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = module
    try:
        if os.path.exists("before.py"):
            with open("before.py") as file:
                exec(file.read(), {})
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
    try:
        # What every process needs is imported once.
        import django.conf.urls.i18n
        import django.contrib.auth
        import django.db.models
        import django.urls
        import django.views.generic
    except ImportError:
        # A project may bring its Django along.
        pass

    for folder in folders:
        child = os.fork()
        if child == 0:
            dump(module, os.path.abspath(folder))
            os._exit(0)
        os.waitpid(child, 0)


main()
