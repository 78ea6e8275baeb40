"""Asks real Django and DRF what the literate policy cases claim.

usage: DJANGO_SETTINGS_MODULE=... python ask_policy.py < views.json > answers.json

Each view is `{"target", "keywords", "actions"}`. The answer has the class-level values as DRF would use them, the
methods, and for each method whether a request by nobody, and by a plain user, passes `initial`; and whether the
object check then lets it through.
"""

import importlib
import json
import sys
import types

import django

sys.path.insert(0, ".")
django.setup()

from django.contrib.auth.models import AnonymousUser, Group, Permission, User  # noqa: E402
from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpResponse, HttpResponseRedirect  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from rest_framework.authentication import (  # noqa: E402
    BasicAuthentication,
    RemoteUserAuthentication,
    SessionAuthentication,
)
from rest_framework.settings import api_settings  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

# Whoever these let in has no token.
TOKENLESS = (BasicAuthentication, RemoteUserAuthentication, SessionAuthentication)
ATTRIBUTES = {
    "authentication": "authentication_classes",
    "permission": "permission_classes",
    "throttle": "throttle_classes",
    "pagination": "pagination_class",
    "serializer": "serializer_class",
    "renderer": "renderer_classes",
    "parser": "parser_classes",
}


def find(dotted):
    """The object behind a dotted name: the longest module first, then attributes."""
    parts = dotted.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            value = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for name in parts[length:]:
            value = getattr(value, name)
        return value
    raise LookupError(dotted)


def text(value):
    """A class by its dotted name, a composed permission with its signs."""
    operator = getattr(value, "operator_class", None)
    if operator is not None:
        sign = {"AND": "&", "OR": "|", "NOT": "~"}[operator.__name__]
        if sign == "~":
            return "~" + text(value.op1_class)
        return f"({text(value.op1_class)} {sign} {text(value.op2_class)})"
    cls = value if isinstance(value, type) else type(value)
    return f"{cls.__module__}.{cls.__qualname__}"


def passes(cls, keywords, actions, method, user):
    """Whether `initial` lets the request pass, and whether the object check does."""
    cache.clear()
    view = cls(**keywords)
    plain = getattr(RequestFactory(), method.lower())("/")
    plain.user = AnonymousUser()
    view.args, view.kwargs, view.format_kwarg, view.headers = (), {"pk": "1"}, None, {}
    if actions:
        view.action_map = actions
        view.action = actions.get(method.lower(), "metadata")
    view.request = plain
    try:
        view.request = request = view.initialize_request(plain)
        view.kwargs = {"pk": "1"}
        if user is not None:
            authenticators = request.authenticators or ()
            has_token = authenticators and not any(isinstance(each, TOKENLESS) for each in authenticators)
            request.user, request.auth = user, object() if has_token else None
        view.initial(request, pk="1")
    except Exception:
        return False, False
    try:
        owner = User(pk=7, username="owner")
        view.check_object_permissions(request, types.SimpleNamespace(owner=owner, owner_id=7))
        return True, True
    except Exception:
        return True, False


def has_own_way(cls):
    """Whether the project, or a mixin that asks who calls, writes a `dispatch` of its own."""
    plain = ("rest_framework.", "django.views.", "django.utils.")
    own = [c for c in cls.__mro__ if not c.__module__.startswith(plain)]
    return any("dispatch" in vars(c) for c in own)


def reaches(cls, keywords, actions, method, user):
    """Whether a request comes to the handler through the view's own `dispatch`."""
    came = []

    def handler(self, request, *args, **kwargs):
        came.append(request)
        return HttpResponse()

    names = [name for name in {*actions.values(), *cls.http_method_names} if hasattr(cls, name)]
    probe = type(cls.__name__, (cls,), {name: handler for name in names})
    request = getattr(RequestFactory(), method.lower())("/")
    request.user = user or AnonymousUser()
    if user is not None:
        request._force_auth_user = user
    cache.clear()
    try:
        probe.as_view(*([actions] if actions else []), **keywords)(request)
    except Exception:
        pass
    return bool(came), bool(came)


def django_passes(callback, method, user):
    """Whether a view of Django does its work rather than refuse."""
    request = getattr(RequestFactory(), method.lower())("/")
    request.user = user or AnonymousUser()
    try:
        response = callback(request)
    except Exception as error:
        return type(error).__name__ != "PermissionDenied"
    return not isinstance(response, HttpResponseRedirect) and getattr(response, "status_code", 200) not in (401, 403)


def answer(view):
    target, actions = find(view["target"]), view["actions"]
    keywords = {k: [find(name) for name in names] for k, names in view["keywords"].items()}
    cls = getattr(target, "cls", None) or getattr(target, "view_class", None)
    if isinstance(target, type):
        cls = target
    user = User.objects.get_or_create(username="plain")[0]
    row = {"view": f"{cls.__module__}.{cls.__qualname__}" if cls else f"{target.__module__}.{target.__qualname__}"}
    if cls is not None:
        allowed = keywords.get("http_method_names", cls.http_method_names)
        row["methods"] = sorted(m.upper() for m in actions) or sorted({m.upper() for m in allowed if hasattr(cls, m)})
    if cls is None or not issubclass(cls, APIView):
        callback = cls.as_view() if cls else target
        row["kind"] = "django"
        row["passes"] = {
            m: {"nobody": [django_passes(callback, m, None)] * 2, "user": [django_passes(callback, m, user)] * 2}
            for m in row.get("methods", ["GET"])
        }
        return row
    row["kind"] = "drf"
    for name, attribute in ATTRIBUTES.items():
        value = keywords.get(attribute, getattr(cls, attribute, None))
        if isinstance(value, (list, tuple)):
            row[name] = [text(v) for v in value]
        else:
            row[name] = text(value) if value else None
    asks = reaches if has_own_way(cls) else passes
    row["passes"] = {
        m: {"nobody": asks(cls, keywords, actions, m, None), "user": asks(cls, keywords, actions, m, user)}
        for m in row["methods"]
    }
    return row


with connection.schema_editor() as editor:
    for model in (ContentType, Permission, Group, User):
        editor.create_model(model)
answers = []
for view in json.load(sys.stdin):
    try:
        answers.append(answer(view))
    except Exception as error:
        answers.append({"error": repr(error)})
json.dump(answers, sys.stdout)
