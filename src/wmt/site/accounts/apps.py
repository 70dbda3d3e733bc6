"""The room's registration with Django."""

from django.apps import AppConfig


class Accounts(AppConfig):
    """Accounts."""

    name = "wmt.site.accounts"
    label = "accounts"
