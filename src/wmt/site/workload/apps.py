"""The room's registration with Django."""

from django.apps import AppConfig


class Workload(AppConfig):
    """Workload."""

    name = "wmt.site.workload"
    label = "workload"
