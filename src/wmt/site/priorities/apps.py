"""The room's registration with Django."""

from django.apps import AppConfig


class Priorities(AppConfig):
    """Priority levels of PDUs."""

    name = "wmt.site.priorities"
    label = "priorities"
