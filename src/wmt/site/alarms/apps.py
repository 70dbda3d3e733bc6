"""The room's registration with Django."""

from django.apps import AppConfig


class Alarms(AppConfig):
    """Alarms of teams and PDUs by their odds."""

    name = "wmt.site.alarms"
    label = "alarms"
