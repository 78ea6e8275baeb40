"""Django's admin site, as far as it decides URLs. Read by the interpreter, never by Python."""

from __native__ import library_view, models_of_admin, path, re_path, shortcut_route, wrap

SITE = "django.contrib.admin.sites.AdminSite."


VIEWS = (
    "index",
    "app_index",
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "autocomplete_view",
    "i18n_javascript",
    "catch_all_view",
)


class AdminSite:
    site_title = "Django site admin"
    site_header = "Django administration"
    index_title = "Site administration"
    site_url = "/"
    enable_nav_sidebar = True
    login_form = None
    index_template = None
    app_index_template = None
    login_template = None
    logout_template = None
    password_change_template = None
    password_change_done_template = None
    final_catch_all_view = True
    # Whether only what a project sets or defines is asked for.
    only_own = False

    def __init__(self, name="admin"):
        self.name = name

    def register(self, model_or_iterable, admin_class=None, **options):
        pass

    def unregister(self, model_or_iterable):
        pass

    def add_action(self, action, name=None):
        pass

    def disable_action(self, name):
        pass

    def __getattr__(self, name):
        # `admin.site.login = login_required(admin.site.login)`
        if name in VIEWS and not self.only_own:
            return library_view(SITE + name)
        raise AttributeError(name)

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
        self.only_own = True
        own = getattr(self, name, None)
        self.only_own = False
        if own is not None:
            return own
        return wrap(library_view(SITE + name))

    @property
    def urls(self):
        return self.get_urls(), "admin", self.name


site = AdminSite()
