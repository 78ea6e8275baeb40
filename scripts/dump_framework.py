#!/usr/bin/env python3
"""Writes assets/framework.toml: the well-known classes of Django, DRF and the libraries around them.

    python -m venv v && v/bin/pip install django djangorestframework ... && v/bin/python scripts/dump_framework.py > assets/framework.toml

Every library of LIBRARIES that is installed is imported and read; one that is missing is an error unless
--partial is given. Kept are views, view mixins, and every class that a policy attribute names, with their bases,
the policy attributes that they set themselves, and the methods that matter.

REST_FRAMEWORK is filled with stand-ins, so that an attribute which takes the project's default shows it. Permission
classes are really called, as nobody and as a plain user: what they answer, and which of their attributes they
read for it, is written down as `grants`.
"""

import importlib
import importlib.metadata
import inspect
import pkgutil
import sys

LIBRARIES = {
    "django": ("Django", ["django.views", "django.contrib.auth", "django.contrib.admin"]),
    "rest_framework": ("djangorestframework", ["rest_framework"]),
    "rest_framework_simplejwt": ("djangorestframework-simplejwt", ["rest_framework_simplejwt"]),
    "rest_framework_gis": ("djangorestframework-gis", ["rest_framework_gis"]),
    "rest_framework_nested": ("drf-nested-routers", ["rest_framework_nested"]),
    "rest_framework_extensions": ("drf-extensions", ["rest_framework_extensions"]),
    "rest_framework_guardian": ("djangorestframework-guardian", ["rest_framework_guardian"]),
    "rest_framework_api_key": ("djangorestframework-api-key", ["rest_framework_api_key"]),
    "rest_framework_bulk": ("djangorestframework-bulk", ["rest_framework_bulk"]),
    "rest_access_policy": ("drf-access-policy", ["rest_access_policy"]),
    "rest_flex_fields": ("drf-flex-fields", ["rest_flex_fields"]),
    "djoser": ("djoser", ["djoser"]),
    "dj_rest_auth": ("dj-rest-auth", ["dj_rest_auth"]),
    "knox": ("django-rest-knox", ["knox"]),
    "drf_spectacular": ("drf-spectacular", ["drf_spectacular"]),
    "drf_yasg": ("drf-yasg", ["drf_yasg"]),
    "django_filters": ("django-filter", ["django_filters"]),
    "oauth2_provider": ("django-oauth-toolkit", ["oauth2_provider"]),
    "allauth": ("django-allauth", ["allauth.headless", "allauth.account"]),
    "django_rest_passwordreset": ("django-rest-passwordreset", ["django_rest_passwordreset"]),
    "djangorestframework_camel_case": ("djangorestframework-camel-case", ["djangorestframework_camel_case"]),
    "drf_excel": ("drf-excel", ["drf_excel"]),
    "rest_framework_xml": ("djangorestframework-xml", ["rest_framework_xml"]),
    "rest_framework_csv": ("djangorestframework-csv", ["rest_framework_csv"]),
    "rest_framework_yaml": ("djangorestframework-yaml", ["rest_framework_yaml"]),
    "rest_framework_json_api": ("djangorestframework-jsonapi", ["rest_framework_json_api"]),
    "rest_framework_datatables": ("djangorestframework-datatables", ["rest_framework_datatables"]),
    "rest_framework_tracking": ("drf-api-tracking", ["rest_framework_tracking"]),
    "rest_framework_jwt": ("drf-jwt", ["rest_framework_jwt"]),
    "mozilla_django_oidc": ("mozilla-django-oidc", ["mozilla_django_oidc"]),
    "dry_rest_permissions": ("dry-rest-permissions", ["dry_rest_permissions"]),
    "drf_writable_nested": ("drf-writable-nested", ["drf_writable_nested"]),
    "health_check": ("django-health-check", ["health_check"]),
    "django_prometheus": ("django-prometheus", ["django_prometheus"]),
    "guardian": ("django-guardian", ["guardian.mixins"]),
    "drf_rw_serializers": ("drf-rw-serializers", ["drf_rw_serializers"]),
    "rules": ("rules", ["rules.contrib.rest_framework", "rules.contrib.views"]),
}

# Attributes of a view that decide who may do what, how often and how much.
POLICY = [
    "permission_classes", "authentication_classes", "throttle_classes", "throttle_scope", "pagination_class",
    "renderer_classes", "parser_classes", "filter_backends", "serializer_class", "versioning_class",
    "metadata_class", "http_method_names", "lookup_field", "lookup_url_kwarg", "scope", "rate", "queryset",
]
METHODS = [
    "__init__", "get_object", "get_queryset", "get_permissions", "get_authenticators", "get_throttles",
    "get_serializer_class", "get_renderers", "get_parsers", "check_object_permissions", "check_permissions",
    "permission_denied", "perform_authentication", "initial", "dispatch", "has_permission", "has_object_permission",
    "allow_request", "get_rate", "authenticate", "get", "post", "put", "patch", "delete", "head", "options", "trace",
    "list", "create", "retrieve", "update", "partial_update", "destroy",
]
CHAINED = ["initial", "dispatch", "check_permissions"]


class StandIn:
    """Takes the place of a project's default; one subclass for each key."""


def stand_in(key):
    cls = type(f"StandIn_{key}", (StandIn,), {"key": key})
    globals()[cls.__name__] = cls
    return f"{__name__}.{cls.__name__}"


KEYS = [
    "DEFAULT_PERMISSION_CLASSES", "DEFAULT_AUTHENTICATION_CLASSES", "DEFAULT_THROTTLE_CLASSES",
    "DEFAULT_RENDERER_CLASSES", "DEFAULT_PARSER_CLASSES", "DEFAULT_FILTER_BACKENDS", "DEFAULT_VERSIONING_CLASS",
    "DEFAULT_METADATA_CLASS", "DEFAULT_PAGINATION_CLASS",
]
STAND_INS = {key: [stand_in(key)] if key.endswith(("CLASSES", "BACKENDS")) else stand_in(key) for key in KEYS}


def configure():
    import django
    from django.conf import settings

    present = lambda name: importlib.util.find_spec(name) is not None
    apps = [
        "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
        "django.contrib.admin", "django.contrib.sites", "rest_framework", "rest_framework.authtoken",
        "rest_framework_simplejwt.token_blacklist", "knox", "djoser", "oauth2_provider", "allauth",
        "allauth.account", "allauth.socialaccount", "allauth.headless", "rest_framework_api_key", "guardian",
        "django_rest_passwordreset", "allauth.mfa", "allauth.usersessions", "rest_framework_tracking",
        "rest_framework_jwt.blacklist", "drf_yasg", "health_check",
    ]
    settings.configure(
        INSTALLED_APPS=[app for app in apps if present(app.split(".")[0])],
        SECRET_KEY="dump",
        SITE_ID=1,
        ROOT_URLCONF=__name__,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        MIDDLEWARE=["allauth.account.middleware.AccountMiddleware"],
        REST_FRAMEWORK=STAND_INS,
        JWT_AUTH={},
        OIDC_OP_TOKEN_ENDPOINT="x", OIDC_OP_USER_ENDPOINT="x", OIDC_RP_CLIENT_ID="x", OIDC_RP_CLIENT_SECRET="x",
        OIDC_OP_JWKS_ENDPOINT="x",
        OIDC_RP_SIGN_ALGO="RS256",
    )
    django.setup()


def modules(roots):
    for root in roots:
        try:
            package = importlib.import_module(root)
        except Exception as error:
            print(f"not read: {root}: {error}", file=sys.stderr)
            continue
        yield package
        for info in pkgutil.walk_packages(getattr(package, "__path__", []), root + ".", onerror=lambda n: None):
            if any(part in {"tests", "runtests", "migrations", "management"} for part in info.name.split(".")):
                continue
            try:
                yield importlib.import_module(info.name)
            except BaseException as error:
                print(f"not read: {info.name}: {type(error).__name__}: {error}", file=sys.stderr)


def qualified(cls):
    return f"{cls.__module__}.{cls.__qualname__}"


def dotted(value):
    """The value as TOML text: a list of dotted names, a dotted name, a text, `settings:KEY`, `computed` or `None`."""
    keys = {v.key for v in value if isinstance(v, type) and issubclass(v, StandIn)} if isinstance(value, (list, tuple)) else set()
    if keys:
        return f'"settings:{keys.pop()}"' if len(value) == 1 else '"computed"'
    if isinstance(value, type) and issubclass(value, StandIn):
        return f'"settings:{value.key}"'
    if isinstance(value, (list, tuple)):
        items = [qualified(v) if inspect.isclass(v) else v if isinstance(v, str) else None for v in value]
        if None in items:
            return '"computed"'
        return "[" + ", ".join(f'"{i}"' for i in items) + "]"
    if inspect.isclass(value):
        return f'"{qualified(value)}"'
    if isinstance(value, str):
        return f'"{value}"'
    if value is None:
        return '"None"'
    return '"computed"'


class Request:
    """As much of a request as a permission class asks for; anything else is an error, and the answer unknown."""

    def __init__(self, method, user):
        self.method, self.user, self.auth = method, user, None
        self.successful_authenticator = None


def ask(cls, method, who):
    """What a permission class answers, as a line of TOML: for a reading and a writing request."""
    from django.contrib.auth.models import AnonymousUser, Group, User

    class View:
        queryset = Group.objects.all()
        kwargs = {}
        action = None

    reads, answers = set(), []
    hidden = type(cls)("Traced", (cls,), {"__getattribute__": lambda self, name: (reads.add(name), object.__getattribute__(self, name))[1]})
    for verb in ("GET", "POST"):
        user = AnonymousUser() if who == "anonymous" else User(username="plain", pk=1)
        user.has_perm = user.has_module_perms = lambda *args, **kwargs: False
        user.has_perms = lambda perms, obj=None: not perms
        arguments = [Request(verb, user), View()]
        if method == "has_object_permission":
            arguments.append(Group(pk=1))
        try:
            answer = getattr(hidden(), method)(*arguments)
            answers.append("yes" if answer is True else "no" if answer is False or answer is None else "unknown")
        except Exception as error:
            from django.http import Http404
            from rest_framework.exceptions import APIException

            answers.append("no" if isinstance(error, (Http404, APIException)) else "unknown")
    reads = sorted(r for r in reads - {method} if not r.startswith("__"))
    tail = ", reads = [" + ", ".join(f'"{r}"' for r in reads) + "]" if reads else ""
    return f'{{ method = "{method}", who = "{who}", read = "{answers[0]}", write = "{answers[1]}"{tail} }}'


def source(value):
    try:
        return inspect.getsource(value)
    except (OSError, TypeError):
        return ""


def main():
    partial = "--partial" in sys.argv
    configure()
    from rest_framework.permissions import BasePermission
    from rest_framework.settings import DEFAULTS

    assert all(key in DEFAULTS for key in KEYS)

    versions, classes, aliases, views = {}, {}, {}, {}
    for library, (distribution, roots) in LIBRARIES.items():
        try:
            versions[library] = importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            if not partial:
                sys.exit(f"{distribution} is not installed")
            continue
        for module in modules(roots):
            for name, value in sorted(vars(module).items()):
                view = getattr(value, "cls", None) or getattr(value, "view_class", None)
                if inspect.isfunction(value) and inspect.isclass(view) and wanted(view):
                    views[f"{module.__name__}.{name}"] = qualified(view)
                if not inspect.isclass(value) or value.__module__.split(".")[0] not in LIBRARIES:
                    continue
                if not wanted(value):
                    continue
                for cls in inspect.getmro(value):
                    if cls.__module__.split(".")[0] in LIBRARIES:
                        classes.setdefault(qualified(cls), cls)
                if f"{module.__name__}.{name}" != qualified(value):
                    aliases[f"{module.__name__}.{name}"] = qualified(value)

    print("# Written by scripts/dump_framework.py from the installed libraries; do not edit by hand.\n")
    print("[versions]")
    for library, version in versions.items():
        print(f'{library} = "{version}"')
    print("\n[aliases]")
    for alias, target in sorted(aliases.items()):
        print(f'"{alias}" = "{target}"')
    print("\n[views]")
    for name, target in sorted(views.items()):
        if target in classes:
            print(f'"{name}" = "{target}"')
    for name, cls in sorted(classes.items()):
        bases = [qualified(b) for b in cls.__bases__ if b is not object]
        print(f'\n[class."{name}"]')
        print("bases = [" + ", ".join(f'"{b}"' for b in bases) + "]")
        for attribute in POLICY:
            if attribute not in vars(cls):
                continue
            value = vars(cls)[attribute]
            if attribute == "queryset" and value is not None:
                print('queryset = "computed"')
            elif not isinstance(value, property):
                print(f"{attribute} = {dotted(value)}")
            else:
                print(f'{attribute} = "computed"')
        methods = [m for m in METHODS if m in vars(cls) and callable(getattr(cls, m, None))]
        if methods:
            print("methods = [" + ", ".join(f'"{m}"' for m in methods) + "]")
        chains = [m for m in CHAINED if m in methods and ").%s(" % m in source(vars(cls)[m])]
        if chains:
            print("chains = [" + ", ".join(f'"{m}"' for m in chains) + "]")
        if "dispatch" in methods and "login_required" in source(vars(cls)["dispatch"]):
            print('protected = "authenticated"')
        if issubclass(cls, BasePermission):
            asked = ("has_permission", "has_object_permission")
            grants = [ask(cls, m, who) for m in asked for who in ("anonymous", "user")]
            print("grants = [\n    " + ",\n    ".join(grants) + ",\n]")


def wanted(cls):
    """Views, anything mixed into views, and the classes that a policy attribute names."""
    from django.views import View
    from rest_framework.authentication import BaseAuthentication
    from rest_framework.filters import BaseFilterBackend
    from rest_framework.metadata import BaseMetadata
    from rest_framework.pagination import BasePagination
    from rest_framework.parsers import BaseParser
    from rest_framework.permissions import BasePermission
    from rest_framework.renderers import BaseRenderer
    from rest_framework.serializers import BaseSerializer
    from rest_framework.versioning import BaseVersioning
    from rest_framework.throttling import BaseThrottle

    if issubclass(cls, (View, BaseAuthentication, BasePermission, BaseThrottle)):
        return True
    # What the other policy attributes name.
    if issubclass(cls, (BaseRenderer, BaseParser, BasePagination, BaseFilterBackend, BaseVersioning, BaseMetadata)):
        return True
    if issubclass(cls, BaseSerializer):
        return True
    module, name = cls.__module__, cls.__name__
    if issubclass(cls, (Exception,)) or module.startswith(("django.db", "django.forms", "django.utils")):
        return False
    place = module.split(".")
    if any(p in {"views", "mixins", "generics", "viewsets", "generic", "decorators"} for p in place[1:]):
        return True
    return name.endswith(("Mixin", "View", "ViewSet"))


if __name__ == "__main__":
    main()
