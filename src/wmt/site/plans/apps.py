"""The room's registration with Django."""

from django.apps import AppConfig


class Plans(AppConfig):
    """Plans that people keep."""

    name = "wmt.site.plans"
    label = "plans"
