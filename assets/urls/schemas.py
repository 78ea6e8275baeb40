"""`rest_framework.schemas`, as far as it makes views. Read by the interpreter, never by Python."""

from rest_framework.schemas.views import SchemaView


def get_schema_view(
    title=None,
    url=None,
    description=None,
    urlconf=None,
    renderer_classes=None,
    public=False,
    patterns=None,
    generator_class=None,
    authentication_classes=None,
    permission_classes=None,
    version=None,
):
    keywords = {"renderer_classes": renderer_classes, "public": public}
    if authentication_classes is not None:
        keywords["authentication_classes"] = authentication_classes
    if permission_classes is not None:
        keywords["permission_classes"] = permission_classes
    return SchemaView.as_view(**keywords)
