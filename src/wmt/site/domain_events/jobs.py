"""Sending as a job: nobody who gives a case waits for another service."""

from django.conf import settings
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from wmt.site.domain_events import sending


@task()
def send_events() -> None:
    """Send what is due, for a while; what is left is asked for again, behind other jobs."""
    if sending.send_due():
        send_events.enqueue()


def ask() -> None:
    """Have events sent, unless a job for that waits already. With what they tell of, or not at all."""
    waits = DBTaskResult.objects.filter(task_path=send_events.module_path, status=TaskResultStatus.READY)
    if settings.CONFIG.webhooks and not waits.exists():
        send_events.enqueue()


def look_after() -> None:
    """Have sent what is due by now: tried again, or left by a process that was killed. For workers."""
    if sending.due():
        ask()
