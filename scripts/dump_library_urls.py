#!/usr/bin/env python3
"""Writes assets/library_urls.toml: the URL patterns that libraries offer for `include`, and the extra actions of
their view sets, for projects whose virtual environment is not at hand.

    python -m venv v && v/bin/pip install django djangorestframework ... && v/bin/python scripts/dump_library_urls.py > assets/library_urls.toml

A library that is not installed is named on standard error and left out. Patterns are those under the library's
default settings.
"""

import importlib
import importlib.metadata
import importlib.util
import pkgutil
import sys

# Distribution, and the modules whose lists of patterns are offered.
LIBRARIES = {
    "Django": [
        "django.conf.urls.i18n",
        "django.contrib.auth.urls",
        "django.contrib.admindocs.urls",
        "django.contrib.flatpages.urls",
    ],
    "djangorestframework": ["rest_framework.urls"],
    "djoser": ["djoser.urls", "djoser.urls.base", "djoser.urls.authtoken", "djoser.urls.jwt", "djoser.social.urls"],
    "dj-rest-auth": ["dj_rest_auth.urls", "dj_rest_auth.registration.urls"],
    "django-rest-knox": ["knox.urls"],
    "django-oauth-toolkit": ["oauth2_provider.urls"],
    "django-allauth": ["allauth.urls", "allauth.account.urls", "allauth.socialaccount.urls", "allauth.headless.urls"],
    "django-rest-passwordreset": ["django_rest_passwordreset.urls"],
    "social-auth-app-django": ["social_django.urls"],
    "django-health-check": ["health_check.urls"],
    "django-prometheus": ["django_prometheus.urls"],
    "django-debug-toolbar": ["debug_toolbar.urls"],
    "django-silk": ["silk.urls"],
    "django-select2": ["django_select2.urls"],
    "django-hijack": ["hijack.urls"],
    "django-rq": ["django_rq.urls"],
    "django-rosetta": ["rosetta.urls"],
    "django-simple-captcha": ["captcha.urls"],
    "django-two-factor-auth": ["two_factor.urls"],
}
# Libraries whose view sets may have extra actions.
VIEWSETS = ["djoser", "dj_rest_auth", "knox", "rest_framework_bulk", "rest_framework_extensions"]
APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.messages", "django.contrib.sites", "django.contrib.flatpages", "rest_framework",
    "rest_framework.authtoken", "rest_framework_simplejwt", "djoser", "dj_rest_auth", "knox", "oauth2_provider",
    "allauth", "allauth.account", "allauth.socialaccount", "allauth.headless", "django_rest_passwordreset",
    "social_django", "health_check", "django_prometheus", "debug_toolbar", "silk", "django_select2", "hijack",
    "django_rq", "rosetta", "captcha", "django_otp", "django_otp.plugins.otp_totp", "django_otp.plugins.otp_static",
    "two_factor",
]


def is_present(name):
    return importlib.util.find_spec(name.split(".")[0]) is not None


def configure():
    import django
    from django.conf import settings

    settings.configure(
        INSTALLED_APPS=[app for app in APPS if is_present(app)],
        SECRET_KEY="dump",
        SITE_ID=1,
        ROOT_URLCONF=__name__,
        HEADLESS_ONLY=False,
        STATIC_URL="/static/",
        RQ_QUEUES={"default": {"HOST": "localhost"}},
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        MIDDLEWARE=["allauth.account.middleware.AccountMiddleware"],
    )
    django.setup()


urlpatterns = []


def qualified(thing):
    if not hasattr(thing, "__qualname__"):
        thing = type(thing)
    return f"{thing.__module__}.{thing.__qualname__}"


def rows(patterns, prefix=""):
    from django.urls import URLPattern, URLResolver

    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from rows(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            callback = pattern.callback
            cls = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
            actions = getattr(callback, "actions", None)
            if actions:
                methods = sorted(actions)
            elif cls is not None:
                methods = sorted(m for m in cls.http_method_names if hasattr(cls, m))
            else:
                methods = None
            yield path, pattern.name, qualified(cls or callback), cls is not None, methods, actions


def text(value):
    # A TOML literal string holds no apostrophe.
    return "'" + value + "'" if "'" not in value else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def texts(values):
    return "[" + ", ".join(text(v) for v in values) + "]"


def table(mapping):
    return "{ " + ", ".join(f"{key} = {text(value)}" for key, value in mapping.items()) + " }"


def lists(module):
    from django.urls import URLPattern, URLResolver

    for name, value in vars(module).items():
        is_patterns = isinstance(value, (list, tuple)) and value
        if is_patterns and all(isinstance(v, (URLPattern, URLResolver)) for v in value):
            yield name, value


def dump_urls():
    for modules in LIBRARIES.values():
        for name in modules:
            try:
                module = importlib.import_module(name)
                found = [(key, list(rows(value))) for key, value in lists(module)]
            except BaseException as error:
                print(f"not read: {name}: {type(error).__name__}: {error}", file=sys.stderr)
                continue
            for key, patterns in found:
                print(f'\n[urls."{name}.{key}"]')
                print("routes = [")
                for path, own, view, is_class, methods, actions in patterns:
                    parts = [f"path = {text(path)}", f"view = {text(view)}"]
                    if own is not None:
                        parts.insert(1, f"name = {text(str(own))}")
                    if is_class:
                        parts.append("class = true")
                    if methods is not None:
                        parts.append(f"methods = {texts(methods)}")
                    if actions:
                        parts.append(f"actions = {table(actions)}")
                    print("  { " + ", ".join(parts) + " },")
                print("]")


def viewsets():
    from rest_framework.viewsets import ViewSetMixin

    for root in VIEWSETS:
        if not is_present(root):
            continue
        package = importlib.import_module(root)
        for info in pkgutil.walk_packages(package.__path__, root + ".", onerror=lambda name: None):
            if "test" in info.name or "migrations" in info.name:
                continue
            try:
                importlib.import_module(info.name)
            except BaseException:
                continue
    todo, seen = [ViewSetMixin], set()
    while todo:
        cls = todo.pop()
        if cls not in seen:
            seen.add(cls)
            todo.extend(cls.__subclasses__())
    yield from sorted(seen, key=qualified)


def dump_viewsets():
    from django.contrib.auth import get_user_model

    for cls in viewsets():
        own = [action for action in cls.get_extra_actions() if cls.__dict__.get(action.__name__) is action]
        extra = {k: cls.__dict__[k] for k in ("lookup_value_regex", "lookup_value_converter") if k in cls.__dict__}
        queryset = cls.__dict__.get("queryset")
        if queryset is not None:
            # The project's own user model takes the place of this one.
            extra["model"] = "@user" if queryset.model is get_user_model() else queryset.model._meta.object_name
        if not own and not extra:
            continue
        print(f'\n[viewset."{qualified(cls)}"]')
        for key, value in extra.items():
            print(f"{key} = {text(value)}")
        if own:
            print("actions = [")
            for action in own:
                print(
                    f"  {{ name = {text(action.__name__)}, detail = {str(bool(action.detail)).lower()}, "
                    f"url_path = {text(action.url_path)}, url_name = {text(action.url_name)}, "
                    f"mapping = {table(dict(action.mapping))} }},"
                )
            print("]")


def main():
    configure()
    print("# Written by scripts/dump_library_urls.py from the installed libraries; do not edit by hand.")
    print("\n[versions]")
    for distribution in LIBRARIES:
        try:
            print(f'"{distribution}" = "{importlib.metadata.version(distribution)}"')
        except importlib.metadata.PackageNotFoundError:
            print(f"not installed: {distribution}", file=sys.stderr)
    dump_urls()
    dump_viewsets()


if __name__ == "__main__":
    sys.modules.setdefault("dump", sys.modules["__main__"])
    main()
