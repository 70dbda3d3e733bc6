"""The room's registration with Django."""

from django.apps import AppConfig


class UnusualRoom(AppConfig):
    """Answers to unusual changes."""

    name = "wmt.site.unusual"
    label = "unusual"
