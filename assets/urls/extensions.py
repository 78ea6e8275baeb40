"""The routers of drf-extensions, as far as they decide URLs. Read by the interpreter, never by Python."""

from __native__ import attribute

from rest_framework.routers import DefaultRouter, SimpleRouter


class NestedRegistryItem:
    def __init__(self, router, parent_prefix, parent_item=None, parent_viewset=None):
        self.router = router
        self.parent_prefix = parent_prefix
        self.parent_item = parent_item
        self.parent_viewset = parent_viewset

    def register(self, prefix, viewset, basename, parents_query_lookups):
        full = self.get_parent_prefix(parents_query_lookups) + "/" + prefix
        self.router._register(full, viewset, basename)
        return NestedRegistryItem(self.router, prefix, self, self.router.registry[-1][1])

    def get_parent_prefix(self, parents_query_lookups):
        prefix = "/"
        item = self
        for lookup in reversed(parents_query_lookups):
            if item is None:
                break
            value = attribute(item.parent_viewset, "lookup_value_regex", "[^/.]+")
            prefix = item.parent_prefix + "/(?P<parent_lookup_" + lookup + ">" + value + ")/" + prefix
            item = item.parent_item
        return prefix.strip("/")


class NestedRouterMixin:
    def _register(self, *args, **kwargs):
        return super().register(*args, **kwargs)

    def register(self, *args, **kwargs):
        self._register(*args, **kwargs)
        return NestedRegistryItem(self, self.registry[-1][0], None, self.registry[-1][1])


class ExtendedRouterMixin(NestedRouterMixin):
    pass


class ExtendedSimpleRouter(ExtendedRouterMixin, SimpleRouter):
    pass


class ExtendedDefaultRouter(ExtendedRouterMixin, DefaultRouter):
    pass
