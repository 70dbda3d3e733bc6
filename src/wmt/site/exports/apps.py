"""The room's registration with Django."""

from django.apps import AppConfig


class Exports(AppConfig):
    """Files that a job makes."""

    name = "wmt.site.exports"
    label = "exports"
