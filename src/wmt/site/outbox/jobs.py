"""Sending as a job: nobody who asked for a page waits for the mail server."""

from django.db.models import Q
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from wmt.site.outbox import delivery
from wmt.site.outbox.models import Message


@task()
def send_messages() -> None:
    """Send what is due, for a while; what is left is asked for again, behind other jobs."""
    if delivery.send_due():
        send_messages.enqueue()


def look_after() -> None:
    """Have sent what is due and has no job: tried again, or left by a killed process. For workers."""
    waits = Q(state=Message.State.WAITING, next_try__lte=timezone.now()) | Q(state=Message.State.SENDING)
    alive = (TaskResultStatus.READY, TaskResultStatus.RUNNING)
    jobs = DBTaskResult.objects.filter(task_path=send_messages.module_path, status__in=alive)
    if Message.objects.filter(waits).exists() and not jobs.exists():
        send_messages.enqueue()
