"""The room's registration with Django."""

from django.apps import AppConfig


class Audit(AppConfig):
    """Audit."""

    name = "wmt.site.audit"
    label = "audit"
