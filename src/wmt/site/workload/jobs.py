"""Jobs: what a page asks for and another process does. `wmt serve` runs that process beside the server."""

from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from wmt.nights import NightBusyError, NightError
from wmt.site.start import keep_demonstration
from wmt.site.workload import loading, past
from wmt.site.workload.models import Load, Past

#: A load that nobody took up for so long: probably there is no process for jobs.
PATIENCE = timedelta(seconds=15)
#: How long a job waits for a load that somebody started elsewhere, in seconds.
_WAIT_FOR_ANOTHER = 900


@task()
def load_extract(load_id: int) -> str:
    """Do a load that waits; its row says how it went. Returns its state."""
    load = Load.objects.get(pk=load_id)
    if load.state == Load.State.WAITING:
        with suppress(NightBusyError):
            loading.perform(load, patience=_WAIT_FOR_ANOTHER)
            keep_demonstration()
    return str(load.state)


@task()
def fetch_past(number: int) -> str:
    """Put the rows of a past night into the database, for the pages of its day. Returns the state."""
    found = Past.objects.filter(pk=number).first()
    if found is not None:
        with suppress(NightBusyError, NightError):  # the row says so, or the page asks again
            past.fetch(found, patience=_WAIT_FOR_ANOTHER)
    return str(found.state) if found else "gone"


@transaction.atomic
def ask_for_load(*, wish: loading.Wish, user: object, names: list[str]) -> Load:
    """A load that a person asked for on a page: noted, and given to the process for jobs."""
    load = loading.ask(wish=wish, who=str(user), user=user, names=names)
    load_extract.enqueue(load.pk)
    return load


def asked_for() -> set[int]:
    """The loads that jobs still wait for. A job that was taken up and ended with its process is none."""
    ready = DBTaskResult.objects.ready().filter(task_path=load_extract.module_path)
    return {number for job in ready for number in job.args_kwargs["args"]}


def is_left_waiting(load: Load) -> bool:
    """Whether a load waits although nothing else is being loaded: nobody works off the jobs."""
    if load.state != Load.State.WAITING or timezone.now() - load.asked_at < PATIENCE:
        return False
    if load.beat_at and timezone.now() - load.beat_at < loading.SILENCE:
        return False
    return not any(not seems_dead(other) for other in Load.objects.filter(state=Load.State.RUNNING))


def seems_dead(load: Load) -> bool:
    """Whether a load under way has been silent for so long that its process must have ended."""
    last = load.beat_at or load.started_at or load.asked_at
    return load.state == Load.State.RUNNING and timezone.now() - last > loading.SILENCE
