"""Jobs: what a page asks for and another process does. `wmt serve` runs that process beside the server."""

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from wmt.nights import NightBusyError, NightError
from wmt.nights.lock import loading as loading_alone
from wmt.nights.lock import loading_in_turn
from wmt.site.loads import endings, held, loading, past_nights, withdrawal
from wmt.site.loads.demo_people import keep_demo_people
from wmt.site.loads.load_request import LoadRequest
from wmt.site.loads.recovery import anybody_works, recover, when_killed
from wmt.site.loads.uploads import discard
from wmt.site.workload.models import Load, Past

#: A load that nobody took up for so long: probably there is no process for jobs.
PATIENCE = timedelta(seconds=15)
#: How long a job waits for a load that somebody started elsewhere, in seconds.
_WAIT_FOR_ANOTHER = 900
_AGAIN = "starting again, because the process that was loading it was stopped"
_KILLED_TWICE = (
    "The process stopped twice before the load had finished. Ask support whether the server "
    "has enough memory, then try again."
)
_FILES_GONE = "The process was stopped before the load was done, and the files are gone: load it again."
_NOT_FETCHED = "The figures of this day could not be fetched: the process was stopped twice. Try again later."


@task()
def load_extract(load_id: int) -> str:
    """Do a load that waits; its row says how it went. Returns its state."""
    load = Load.objects.get(pk=load_id)
    if load.state == Load.State.WAITING:
        with suppress(NightBusyError):
            done = withdrawal.perform if withdrawal.deed_of(load) else loading.perform
            done(load, patience=_WAIT_FOR_ANOTHER)
            keep_demo_people()
    else:
        discard(load)  # its process was killed when the figures were shown already
        if withdrawal.deed_of(load):
            # what a killed process left after the pages had turned: the history, the list of loads, duties
            with suppress(NightBusyError):  # a load is under way: it does the same
                what = "finishing what was withdrawn or restored"
                with loading_in_turn(settings.CONFIG.home, what, _WAIT_FOR_ANOTHER):
                    withdrawal.finish()
    return str(load.state)


@when_killed(load_extract)
def load_was_killed(load_id: int, *, again: bool) -> bool:
    """A load is begun once more where its files are still there; otherwise its row says what happened."""
    load = Load.objects.filter(pk=load_id).first()
    if load is None or load.state not in (Load.State.WAITING, Load.State.RUNNING):
        return True  # it is over: what is left is to remove the upload
    people = load.order.get("people")
    files = [*load.order.get("paths", ()), *([people] if people else ())]
    if again and all(Path(path).exists() for path in files):
        load.state, load.stage, load.percent, load.beat_at = Load.State.WAITING, _AGAIN, 0, timezone.now()
        load.save()
        return True
    endings.give_up(load, _KILLED_TWICE if not again else _FILES_GONE)
    return False


@task()
def fetch_past(number: int) -> str:
    """Put the rows of a past night into the database, for the pages of its day. Returns the state."""
    found = Past.objects.filter(pk=number).first()
    if found is not None:
        with suppress(NightBusyError, NightError):  # the row says so, or the page asks again
            past_nights.fetch(found, patience=_WAIT_FOR_ANOTHER)
    return str(found.state) if found else "gone"


def ask_for_past(past: Past) -> None:
    """Have a job fetch a past night. A job whose process was ended is asked for again after a while."""
    past.state, past.message, past.asked_at, past.percent = Past.State.WAITING, "", timezone.now(), 0
    past.save()
    fetch_past.enqueue(past.pk)


@when_killed(fetch_past)
def fetch_was_killed(number: int, *, again: bool) -> bool:
    """A past night is fetched once more; then its page says that it could not be."""
    found = Past.objects.filter(pk=number).exclude(state=Past.State.READY)
    if again:
        found.update(state=Past.State.WAITING, percent=0)
    else:
        found.update(state=Past.State.FAILED, message=_NOT_FETCHED)
    return again


@transaction.atomic
def ask_for_load(*, wish: LoadRequest, user: object, names: list[str]) -> Load:
    """A load that a person asked for on a page: noted, and given to the process for jobs."""
    load = loading.ask(wish=wish, who=str(user), user=user, names=names)
    load_extract.enqueue(load.pk)
    return load


@transaction.atomic
def ask_for_deed(*, wanted: withdrawal.WithdrawalRequest, user: object) -> Load:
    """The same of a night that is shown again, withdrawn or restored. Raises NightError where it cannot."""
    load = withdrawal.ask(wanted=wanted, who=str(user), user=user)
    load_extract.enqueue(load.pk)
    return load


@transaction.atomic
def accept_held(number: int, *, reason: str, user: object) -> Load:
    """A held load that a person accepts on a page: given to a job. Raises CannotDecideError."""
    load = held.accept(number, reason=reason, who=str(user), user=user)
    load_extract.enqueue(load.pk)
    return load


def look_after() -> None:
    """Begin killed jobs once more or tell that they failed, and end loads that nobody does. For workers."""
    recover()
    alive = Load.objects.filter(state__in=(Load.State.RUNNING, Load.State.WAITING))
    given = asked_for(TaskResultStatus.READY, TaskResultStatus.RUNNING)
    if not alive.exclude(pk__in=given).exists():
        return
    # of a command that was killed: nobody but the person who gave it begins it again
    with suppress(NightBusyError), loading_alone(settings.CONFIG.home, "ending loads that were killed"):
        endings.end_dead_loads(spared=given)
        endings.end_forgotten_loads(given)


def asked_for(*states: TaskResultStatus) -> set[int]:
    """The loads that jobs still wait for, or that have a job in one of these states."""
    jobs = DBTaskResult.objects.filter(task_path=load_extract.module_path)
    jobs = jobs.filter(status__in=states) if states else jobs.ready()
    return {number for job in jobs for number in job.args_kwargs["args"]}


def is_left(since: datetime) -> bool:
    """Whether a job that has waited since then waits in vain: there is no process for jobs."""
    return timezone.now() - since > PATIENCE and not anybody_works()


def is_left_waiting(load: Load) -> bool:
    """Whether a load waits although nothing else is being loaded: nobody works off the jobs."""
    if load.state != Load.State.WAITING or timezone.now() - load.asked_at < PATIENCE:
        return False
    if load.beat_at and timezone.now() - load.beat_at < endings.SILENCE:
        return False
    return not any(not seems_dead(other) for other in Load.objects.filter(state=Load.State.RUNNING))


def seems_dead(load: Load) -> bool:
    """Whether a load under way has been silent for so long that its process must have ended."""
    last = load.beat_at or load.started_at or load.asked_at
    return load.state == Load.State.RUNNING and timezone.now() - last > endings.SILENCE
