"""Emails that still waited with their notification go into the outbox; the job that sent them goes."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import migrations
from django.utils import timezone

from wmt.site.outbox.mail_server import is_on


def into_the_outbox(apps: Any, _editor: Any) -> None:
    jobs = apps.get_model("django_tasks_database", "DBTaskResult").objects
    jobs.filter(status="READY", task_path="wmt.site.duties.jobs.send_mails").delete()
    if not is_on():
        return
    message, topic = (apps.get_model("outbox", name) for name in ("Message", "MessageTopic"))
    since = timezone.now() - timedelta(days=3)
    for notice in apps.get_model("duties", "Notice").objects.filter(at__gte=since).exclude(mail="sent"):
        made = message.objects.create(
            kind="notice", name=notice.user.name, user=notice.user, subject="Notification about workload",
            body=f"{notice.words}\n{settings.CONFIG.site_address}/notices/\n",
        )  # fmt: skip
        topic.objects.create(message=made, about="notice", number=notice.pk)


class Migration(migrations.Migration):
    dependencies = [
        ("duties", "0006_moves"),
        ("outbox", "0001_initial"),
        ("django_tasks_database", "0018_rename_succeeded_status"),
    ]

    operations = [migrations.RunPython(into_the_outbox, migrations.RunPython.noop)]
