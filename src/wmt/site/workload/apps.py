"""The room's registration with Django."""

from django.apps import AppConfig


class Workload(AppConfig):
    name = "wmt.site.workload"
    label = "workload"

    def ready(self) -> None:
        """Connections are looked at after each job."""
        from wmt.site.db_connections import look_after_jobs

        look_after_jobs()
