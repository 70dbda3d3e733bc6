"""The room's registration with Django."""

from django.apps import AppConfig


class Advice(AppConfig):
    """Advice to courts."""

    name = "wmt.site.advice"
    label = "advice"
