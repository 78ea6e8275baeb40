"""The router of Wagtail's API, as far as it decides URLs. Read by the interpreter, never by Python."""

from django.urls import include, path, re_path


class WagtailAPIRouter:
    def __init__(self, url_namespace):
        self.url_namespace = url_namespace
        self._endpoints = {}

    def register_endpoint(self, name, class_):
        self._endpoints[name] = class_

    def get_urlpatterns(self):
        found = []
        for name in self._endpoints:
            inner = self._endpoints[name].get_urlpatterns()
            found.append(re_path("^" + name + "/", include((inner, name), namespace=name)))
        return found

    @property
    def urls(self):
        return self.get_urlpatterns(), self.url_namespace, self.url_namespace


def endpoint_patterns(view):
    actions = [("", "listing"), ("<int:pk>/", "detail"), ("find/", "find")]
    return [path(route, view.as_view({"get": name + "_view"}), name=name) for route, name in actions]
