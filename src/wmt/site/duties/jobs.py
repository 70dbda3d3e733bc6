"""Mails as a job: of many of them nobody who asked for a page waits for the mail server."""

from django_tasks import task

from wmt.site.duties import notices


@task()
def send_mails() -> None:
    """Sends the mails that wait, and tries those again that could not be sent."""
    notices.send_again()


def send_waiting() -> None:
    """Gives what waits to the process for jobs. Nothing where no mail waits."""
    if notices.waiting().exists():
        send_mails.enqueue()
