#!/usr/bin/env python3
"""Writes assets/framework.toml: the well-known classes of Django, DRF and the libraries around them.

    python -m venv v && v/bin/pip install django djangorestframework ... && v/bin/python scripts/dump_framework.py > assets/framework.toml

Every library of LIBRARIES that is installed is imported and read; one that is missing is an error unless
--partial is given. Kept are views, view mixins, permissions, authenticators, throttles, paginators and filter
backends, with their bases, the policy attributes that they set themselves, and the methods that matter.
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
}

# Attributes of a view that decide who may do what, how often and how much.
POLICY = [
    "permission_classes", "authentication_classes", "throttle_classes", "throttle_scope", "pagination_class",
    "renderer_classes", "parser_classes", "filter_backends", "serializer_class", "versioning_class",
    "metadata_class", "http_method_names", "lookup_field", "lookup_url_kwarg",
]
METHODS = [
    "get_object", "get_queryset", "get_permissions", "get_authenticators", "get_throttles", "get_serializer_class",
    "check_object_permissions", "check_permissions", "perform_authentication", "initial", "dispatch",
    "has_permission", "has_object_permission", "allow_request", "authenticate",
    "get", "post", "put", "patch", "delete", "list", "create", "retrieve", "update", "partial_update", "destroy",
]


def configure():
    import django
    from django.conf import settings

    present = lambda name: importlib.util.find_spec(name) is not None
    apps = [
        "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
        "django.contrib.admin", "django.contrib.sites", "rest_framework", "rest_framework.authtoken",
        "rest_framework_simplejwt.token_blacklist", "knox", "djoser", "oauth2_provider", "allauth",
        "allauth.account", "allauth.socialaccount", "allauth.headless", "rest_framework_api_key", "guardian",
        "django_rest_passwordreset", "allauth.mfa", "allauth.usersessions",
    ]
    settings.configure(
        INSTALLED_APPS=[app for app in apps if present(app.split(".")[0])],
        SECRET_KEY="dump",
        SITE_ID=1,
        ROOT_URLCONF=__name__,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        MIDDLEWARE=["allauth.account.middleware.AccountMiddleware"],
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


def dotted(value, base_view):
    """The value as TOML text: a list of dotted names, a dotted name, a text, or none."""
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


def main():
    partial = "--partial" in sys.argv
    configure()
    from rest_framework.settings import DEFAULTS
    from rest_framework.views import APIView

    # A policy attribute of these classes is the project's default, whatever its value is here.
    api_settings = {
        "permission_classes": "DEFAULT_PERMISSION_CLASSES",
        "authentication_classes": "DEFAULT_AUTHENTICATION_CLASSES",
        "throttle_classes": "DEFAULT_THROTTLE_CLASSES",
        "renderer_classes": "DEFAULT_RENDERER_CLASSES",
        "parser_classes": "DEFAULT_PARSER_CLASSES",
        "versioning_class": "DEFAULT_VERSIONING_CLASS",
        "metadata_class": "DEFAULT_METADATA_CLASS",
        "pagination_class": "DEFAULT_PAGINATION_CLASS",
        "filter_backends": "DEFAULT_FILTER_BACKENDS",
    }
    assert all(key in DEFAULTS for key in api_settings.values())

    versions, classes, aliases = {}, {}, {}
    for library, (distribution, roots) in LIBRARIES.items():
        try:
            versions[library] = importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            if not partial:
                sys.exit(f"{distribution} is not installed")
            continue
        for module in modules(roots):
            for name, value in sorted(vars(module).items()):
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
    for name, cls in sorted(classes.items()):
        bases = [qualified(b) for b in cls.__bases__ if b is not object]
        print(f'\n[class."{name}"]')
        print("bases = [" + ", ".join(f'"{b}"' for b in bases) + "]")
        for attribute in POLICY:
            if attribute not in vars(cls):
                continue
            value = vars(cls)[attribute]
            if name in ("rest_framework.views.APIView", "rest_framework.generics.GenericAPIView") and attribute in api_settings:
                print(f'{attribute} = "settings:{api_settings[attribute]}"')
            else:
                print(f"{attribute} = {dotted(value, APIView)}")
        methods = [m for m in METHODS if m in vars(cls) and callable(getattr(cls, m, None))]
        if methods:
            print("methods = [" + ", ".join(f'"{m}"' for m in methods) + "]")


def wanted(cls):
    """Views, anything mixed into views, and the classes that a policy attribute names."""
    from django.views import View
    from rest_framework.authentication import BaseAuthentication
    from rest_framework.permissions import BasePermission
    from rest_framework.throttling import BaseThrottle

    if issubclass(cls, (View, BaseAuthentication, BasePermission, BaseThrottle)):
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
