"""The routers of Django REST framework, as far as they decide URLs. Read by the interpreter, never by Python."""

from __native__ import (
    action_mapping,
    attribute,
    default_basename,
    format_suffix_patterns,
    library_view,
    method_map,
    path,
    re_path,
    root_is_path,
    view_class,
)


class Route:
    def __init__(self, url, mapping, name, detail, initkwargs):
        self.url = url
        self.mapping = mapping
        self.name = name
        self.detail = detail
        self.initkwargs = initkwargs

    def _asdict(self):
        return {
            "url": self.url,
            "mapping": self.mapping,
            "name": self.name,
            "detail": self.detail,
            "initkwargs": self.initkwargs,
        }

    def _replace(self, **changes):
        parts = self._asdict()
        parts.update(changes)
        return Route(**parts)


class DynamicRoute:
    def __init__(self, url, name, detail, initkwargs):
        self.url = url
        self.name = name
        self.detail = detail
        self.initkwargs = initkwargs

    def _asdict(self):
        return {"url": self.url, "name": self.name, "detail": self.detail, "initkwargs": self.initkwargs}

    def _replace(self, **changes):
        parts = self._asdict()
        parts.update(changes)
        return DynamicRoute(**parts)


def escape_curly_brackets(url_path):
    return url_path.replace("{", "{{").replace("}", "}}")


def flatten(list_of_lists):
    return [item for part in list_of_lists for item in part]


class BaseRouter:
    def __init__(self):
        self.registry = []

    def register(self, prefix, viewset, basename=None, base_name=None):
        viewset = view_class(viewset)
        if viewset is None:
            return
        if basename is None:
            basename = base_name
        if basename is None:
            basename = self.get_default_basename(viewset)
        self.registry.append((prefix, viewset, basename))

    def is_already_registered(self, new_basename):
        return False

    @property
    def urls(self):
        return self.get_urls()


class SimpleRouter(BaseRouter):
    routes = [
        Route(
            url=r"^{prefix}{trailing_slash}$",
            mapping={"get": "list", "post": "create"},
            name="{basename}-list",
            detail=False,
            initkwargs={"suffix": "List"},
        ),
        DynamicRoute(
            url=r"^{prefix}/{url_path}{trailing_slash}$",
            name="{basename}-{url_name}",
            detail=False,
            initkwargs={},
        ),
        Route(
            url=r"^{prefix}/{lookup}{trailing_slash}$",
            mapping={"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"},
            name="{basename}-detail",
            detail=True,
            initkwargs={"suffix": "Instance"},
        ),
        DynamicRoute(
            url=r"^{prefix}/{lookup}/{url_path}{trailing_slash}$",
            name="{basename}-{url_name}",
            detail=True,
            initkwargs={},
        ),
    ]

    def __init__(self, trailing_slash=True, use_regex_path=True):
        self.trailing_slash = "/" if trailing_slash else ""
        self._use_regex = use_regex_path
        if use_regex_path:
            self._base_pattern = "(?P<{lookup_prefix}{lookup_url_kwarg}>{lookup_value})"
            self._default_value_pattern = "[^/.]+"
            self._url_conf = re_path
        else:
            self._base_pattern = "<{lookup_value}:{lookup_prefix}{lookup_url_kwarg}>"
            self._default_value_pattern = "str"
            self._url_conf = path
            plain = []
            for route in self.routes:
                url = route.url
                if url[:1] == "^":
                    url = url[1:]
                if url[-1:] == "$":
                    url = url[:-1]
                plain.append(route._replace(url=url))
            self.routes = plain
        super().__init__()

    def get_default_basename(self, viewset):
        return default_basename(viewset)

    def get_routes(self, viewset):
        routes = []
        actions = viewset.get_extra_actions()
        for route in self.routes:
            if isinstance(route, DynamicRoute):
                for action in actions:
                    if bool(action.detail) == route.detail:
                        routes.append(self._get_dynamic_route(route, action))
            else:
                routes.append(route)
        return routes

    def _get_dynamic_route(self, route, action):
        initkwargs = dict(route.initkwargs)
        initkwargs.update(action.kwargs)
        return Route(
            url=route.url.replace("{url_path}", escape_curly_brackets(action.url_path)),
            mapping=action_mapping(action),
            name=route.name.replace("{url_name}", action.url_name),
            detail=route.detail,
            initkwargs=initkwargs,
        )

    def get_method_map(self, viewset, mapping):
        return method_map(viewset, mapping)

    def get_lookup_regex(self, viewset, lookup_prefix=""):
        field = attribute(viewset, "lookup_field", "pk")
        kwarg = attribute(viewset, "lookup_url_kwarg", None) or field
        value = None
        if not self._use_regex:
            value = attribute(viewset, "lookup_value_converter", None)
        if value is None:
            value = attribute(viewset, "lookup_value_regex", self._default_value_pattern)
        return self._base_pattern.format(lookup_prefix=lookup_prefix, lookup_url_kwarg=kwarg, lookup_value=value)

    def get_urls(self):
        urls = []
        for prefix, viewset, basename in self.registry:
            viewset = view_class(viewset)
            if viewset is None:
                continue
            lookup = self.get_lookup_regex(viewset)
            for route in self.get_routes(viewset):
                mapping = self.get_method_map(viewset, route.mapping)
                if not mapping:
                    continue
                url = route.url.format(prefix=prefix, lookup=lookup, trailing_slash=self.trailing_slash)
                if not prefix:
                    if not self._use_regex:
                        if url[:1] == "/":
                            url = url[1:]
                    elif url[:2] == "^/":
                        url = "^" + url[2:]
                initkwargs = dict(route.initkwargs)
                initkwargs.update({"basename": basename, "detail": route.detail})
                view = viewset.as_view(mapping, **initkwargs)
                urls.append(self._url_conf(url, view, name=route.name.format(basename=basename)))
        return urls


class DefaultRouter(SimpleRouter):
    include_root_view = True
    include_format_suffixes = True
    root_view_name = "api-root"
    APIRootView = library_view("rest_framework.routers.APIRootView")

    def __init__(self, *args, **kwargs):
        kwargs.pop("root_renderers", None)
        super().__init__(*args, **kwargs)

    def get_api_root_view(self, api_urls=None):
        return self.APIRootView.as_view(api_root_dict={})

    def get_urls(self):
        urls = super().get_urls()
        if self.include_root_view:
            view = self.get_api_root_view(api_urls=urls)
            if root_is_path():
                urls.append(path("", view, name=self.root_view_name))
            else:
                urls.append(re_path(r"^$", view, name=self.root_view_name))
        if self.include_format_suffixes:
            urls = format_suffix_patterns(urls)
        return urls
