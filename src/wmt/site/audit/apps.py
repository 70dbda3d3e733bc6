"""The room's registration with Django."""

from django.apps import AppConfig


class Audit(AppConfig):
    name = "wmt.site.audit"
    label = "audit"

    def ready(self) -> None:
        """Listens to people coming and going."""
        from wmt.site.audit import signals  # noqa: F401
