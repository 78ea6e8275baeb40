"""Django's admin site, as far as it decides URLs. Read by the interpreter, never by Python."""

from __native__ import library_view, models_of_admin, path, re_path, shortcut_route, wrap

SITE = "django.contrib.admin.sites.AdminSite."


class AdminSite:
    final_catch_all_view = True

    def __init__(self, name="admin"):
        self.name = name

    def register(self, model_or_iterable, admin_class=None, **options):
        pass

    def unregister(self, model_or_iterable):
        pass

    def admin_view(self, view, cacheable=False):
        return wrap(view)

    def get_urls(self):
        urls = [
            path("", self.view("index"), name="index"),
            path("login/", self.view("login"), name="login"),
            path("logout/", self.view("logout"), name="logout"),
            path("password_change/", self.view("password_change"), name="password_change"),
            path("password_change/done/", self.view("password_change_done"), name="password_change_done"),
            path("autocomplete/", self.view("autocomplete_view"), name="autocomplete"),
            path("jsi18n/", self.view("i18n_javascript"), name="jsi18n"),
            path(
                shortcut_route(),
                wrap(library_view("django.contrib.contenttypes.views.shortcut")),
                name="view_on_site",
            ),
        ]
        models_of_admin()
        if self.final_catch_all_view:
            urls.append(re_path(r"(?P<url>.*)$", self.view("catch_all_view")))
        return urls

    def view(self, name):
        own = getattr(self, name, None)
        if own is not None:
            return own
        return wrap(library_view(SITE + name))

    @property
    def urls(self):
        return self.get_urls(), "admin", self.name


site = AdminSite()
