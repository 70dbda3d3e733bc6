"""The room's registration with Django."""

from django.apps import AppConfig


class Duties(AppConfig):
    name = "wmt.site.duties"
    label = "duties"
