"""Which alarm level a unit has, what was raised, by what was known on the day of the figures."""

from collections.abc import Collection, Mapping
from datetime import datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from wmt.ledger import OMIC
from wmt.site.alarms import models
from wmt.site.policies import policies
from wmt.site.workload.former_codes import followed
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: Units that can have an alarm. A post has none: it would be about one person.
LEVELS = ("team", "pdu")
#: How many weeks ahead it looks.
WEEKS = 8
#: A unit of fewer people has no alarm.
FEWEST = 3
POLICY = "alarms.odds_percent"


def has_alarms(unit: Unit) -> bool:
    """Whether a unit can have an alarm: one of a person or two would be about them."""
    return unit.level in LEVELS and unit.stream != OMIC and unit.posts >= FEWEST


def usual_percent() -> int:
    """The level of units that have chosen none, by the policy of the installation."""
    return int(policies()[POLICY].hundredths // 100)


def chosen_for(state: State, unit: Unit) -> QuerySet[models.AlarmLevel]:
    """All levels that a unit chose, by the day of the figures, the last first."""
    found = models.AlarmLevel.objects.filter(level=unit.level, code=unit.code).order_by("-pk")
    if state.as_of is None:
        return found
    over = timezone.make_aware(datetime.combine(state.day + timedelta(1), time.min))
    return found.filter(recorded_at__lt=over)


def last_chosen() -> Mapping[tuple[str, str], models.AlarmLevel]:
    """The level that every unit chose last."""
    return {(row.level, row.code): row for row in models.AlarmLevel.objects.order_by("pk")}


def raised_for(state: State, unit: Unit) -> QuerySet[models.RaisedAlarm]:
    """The alarms of a unit up to the day of the figures, the last first."""
    found = models.RaisedAlarm.objects.filter(level=unit.level, code=unit.code).order_by("-first_day", "-pk")
    return found if state.as_of is None else found.filter(first_day__lte=state.day)


def open_alarm(state: State, unit: Unit) -> models.RaisedAlarm | None:
    """The alarm of a unit that is not over on the day of the figures."""
    if not has_alarms(unit):
        return None
    found = raised_for(state, unit)
    if state.as_of is not None:
        return found.filter(Q(ended_on=None) | Q(ended_on__gt=state.day)).first()
    return found.filter(ended_on=None).first()


def follow(level: str, present: Mapping[str, str], shown: Collection[str]) -> None:
    """Levels and alarms of units that go on under another code go with them, and come back with a former one.

    `present` is the code that units have now by every code they had before. The caller holds the transaction.
    """
    alarms = models.RaisedAlarm.objects.filter(level=level)
    waiting = set(alarms.filter(ended_on=None, code__in=shown).values_list("code", flat=True))
    kept: list[models.AlarmLevel | models.RaisedAlarm] = [
        *models.AlarmLevel.objects.filter(level=level), *alarms.order_by("pk"),
    ]  # fmt: skip
    for row in kept:
        found = followed(row.code, row.former, present, shown)
        if found is None:
            continue
        if isinstance(row, models.RaisedAlarm) and row.ended_on is None:
            if found[0] in waiting:  # of two units that became one, one alarm goes on; the other ends
                continue
            waiting.add(found[0])
        row.code, row.former = found
        row.save(update_fields=["code", "former"])
