"""The room's registration with Django."""

from django.apps import AppConfig


class Accounts(AppConfig):
    name = "wmt.site.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listens to changes of how people sign in."""
        from wmt.site.accounts import signals  # noqa: F401
