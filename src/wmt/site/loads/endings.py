"""How loads end: as they should, because their process was ended, or because nobody took them up."""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from wmt.site.audit.record import record
from wmt.site.loads import held
from wmt.site.loads.reports import storable
from wmt.site.loads.uploads import discard
from wmt.site.workload.models import Load

#: A load that has given no sign of life for so long is taken for dead.
SILENCE = timedelta(seconds=90)
UNCHANGED = "The figures shown were not changed."
_BEGINS_WITHIN = timedelta(seconds=5)


def end_dead_loads(load: Load | None = None, *, spared: Collection[int] = ()) -> None:
    """End loads whose process was ended. Only who holds the lock of the home may: nobody else can be loading.

    `load` is one's own; `spared` are those that a job will begin once more.
    """
    for dead in Load.objects.filter(state=Load.State.RUNNING).exclude(pk__in=spared):
        if dead == load:
            continue
        give_up(dead, "The process was ended before it was done.")


def end_forgotten_loads(asked: Collection[int]) -> None:
    """End loads that wait although no process will take them up: it was ended before it began.

    Only who holds the lock of the home may. `asked` are those that jobs still wait for. Who waits for its
    turn gives signs of life, and who has just asked begins within moments.
    """
    for left in Load.objects.filter(state=Load.State.WAITING).exclude(pk__in=asked):
        if timezone.now() - (left.beat_at or left.asked_at) > _BEGINS_WITHIN:
            again = "" if held.is_accepted(left) else ": load it again"
            give_up(left, f"The process was ended before it began{again}.")


def give_up(load: Load, why: str) -> None:
    """End a load that nobody works on any more, in words; its upload goes, unless it is held again."""
    if not held.is_accepted(load):
        discard(load)
    fail(load, f"{why} {UNCHANGED}")


def fail(load: Load, message: str) -> None:
    """A load that came to nothing. One that had been held is held again: its input is still there."""
    if held.is_accepted(load):
        load.decision = {}
        end(load, Load.State.HELD, f"{message} It is held for a decision again.")
    else:
        end(load, Load.State.FAILED, message)


def end(load: Load, state: Load.State, message: str) -> None:
    """Write down how a load ended, and its audit event."""
    load.state, load.message, load.ended_at = state, storable(message), timezone.now()
    load.stage = ""
    with transaction.atomic():
        load.save()
        audit(load)


def audit(load: Load) -> None:
    files = ", ".join(load.sources)
    record(
        "load",
        f"{load.who} loaded {files}: {Load.State(load.state).label}. {load.message}".strip(),
        actor=load.asked_by,
        who=load.who,
        after={"load": load.pk, "state": load.state, "night": load.night},
    )
