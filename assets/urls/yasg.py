"""`drf_yasg.views`, as far as it makes views. Read by the interpreter, never by Python."""

from __native__ import library_view


class Made:
    def __init__(self, keywords):
        self.keywords = keywords

    def as_view(self, **initkwargs):
        keywords = dict(self.keywords)
        keywords.update(initkwargs)
        return library_view("drf_yasg.views.get_schema_view.<locals>.SchemaView").as_view(**keywords)

    def as_cached_view(self, cache_timeout=0, cache_kwargs=None, **initkwargs):
        return self.as_view(**initkwargs)

    def without_ui(self, cache_timeout=0, cache_kwargs=None):
        return self.as_view()

    def with_ui(self, renderer="swagger", cache_timeout=0, cache_kwargs=None):
        return self.as_view()


def get_schema_view(
    info=None,
    url=None,
    patterns=None,
    urlconf=None,
    public=False,
    validators=None,
    generator_class=None,
    authentication_classes=None,
    permission_classes=None,
):
    keywords = {}
    # An empty list counts as none given.
    if authentication_classes:
        keywords["authentication_classes"] = authentication_classes
    if permission_classes:
        keywords["permission_classes"] = permission_classes
    return Made(keywords)
