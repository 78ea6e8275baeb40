"""The routers of drf-nested-routers, as far as they decide URLs. Read by the interpreter, never by Python."""

from rest_framework.routers import DefaultRouter, SimpleRouter


class LookupMixin:
    pass


class NestedMixin:
    def __init__(self, parent_router, parent_prefix, *args, **kwargs):
        self.parent_router = parent_router
        self.parent_prefix = parent_prefix
        self.nest_count = getattr(parent_router, "nest_count", 0) + 1
        self.nest_prefix = kwargs.pop("lookup", f"nested_{self.nest_count}") + "_"
        self.use_regex_path = kwargs.get("use_regex_path", True)
        super().__init__(*args, **kwargs)
        if "trailing_slash" not in kwargs:
            self.trailing_slash = parent_router.trailing_slash
        parents = [item for item in parent_router.registry if item[0] == parent_prefix]
        prefix, viewset, basename = parents[0]
        self.parent_regex = prefix + "/" + parent_router.get_lookup_regex(viewset, self.nest_prefix) + "/"
        if not parent_prefix and self.parent_regex[:1] == "/":
            self.parent_regex = self.parent_regex[1:]
        if hasattr(parent_router, "parent_regex"):
            self.parent_regex = parent_router.parent_regex + self.parent_regex
        # The parent's part goes through `format` later.
        escaped = self.parent_regex.replace("{", "{{").replace("}", "}}")
        nested = []
        for route in self.routes:
            if self.use_regex_path:
                nested.append(route._replace(url=route.url.replace("^", "^" + escaped)))
            else:
                nested.append(route._replace(url=escaped + route.url))
        self.routes = nested


class NestedSimpleRouter(NestedMixin, SimpleRouter):
    pass


class NestedDefaultRouter(NestedMixin, DefaultRouter):
    pass
