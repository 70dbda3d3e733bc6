"""The room's registration with Django."""

from django.apps import AppConfig


class ExtraWorkRoom(AppConfig):
    """Work that cases need beyond the average."""

    name = "wmt.site.extra_work"
    label = "extra_work"
