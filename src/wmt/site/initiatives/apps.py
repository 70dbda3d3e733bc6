"""The room's registration with Django."""

from django.apps import AppConfig


class Initiatives(AppConfig):
    """The register of initiatives."""

    name = "wmt.site.initiatives"
    label = "initiatives"
