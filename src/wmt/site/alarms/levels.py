"""Which alarm level a unit has, what was raised, by what was known on the day of the figures."""

from collections.abc import Collection, Mapping
from datetime import datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from wmt.ledger import OMIC
from wmt.site.alarms.models import AlarmLevel, RaisedAlarm
from wmt.site.policies import policies
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


def chosen_for(state: State, unit: Unit) -> QuerySet[AlarmLevel]:
    """All levels that a unit chose, by the day of the figures, the last first."""
    found = AlarmLevel.objects.filter(level=unit.level, code=unit.code).order_by("-pk")
    if state.as_of is None:
        return found
    over = timezone.make_aware(datetime.combine(state.day + timedelta(1), time.min))
    return found.filter(recorded_at__lt=over)


def last_chosen() -> Mapping[tuple[str, str], AlarmLevel]:
    """The level that every unit chose last."""
    return {(row.level, row.code): row for row in AlarmLevel.objects.order_by("pk")}


def raised_for(state: State, unit: Unit) -> QuerySet[RaisedAlarm]:
    """The alarms of a unit up to the day of the figures, the last first."""
    found = RaisedAlarm.objects.filter(level=unit.level, code=unit.code).order_by("-first_day", "-pk")
    return found if state.as_of is None else found.filter(first_day__lte=state.day)


def open_alarm(state: State, unit: Unit) -> RaisedAlarm | None:
    """The alarm of a unit that is not over on the day of the figures."""
    if not has_alarms(unit):
        return None
    found = raised_for(state, unit)
    if state.as_of is not None:
        return found.filter(Q(ended_on=None) | Q(ended_on__gt=state.day)).first()
    return found.filter(ended_on=None).first()


def follow(level: str, present: Mapping[str, str], shown: Collection[str]) -> None:
    """Levels of units that go on under another code go with them, and come back with a former one.

    `present` is the code that units have now by every code they had before. The caller holds the transaction.
    """
    for alarm in RaisedAlarm.objects.filter(level=level).exclude(code__in=shown):
        if (code := present.get(alarm.code, "")) in shown:
            alarm.code = code
            alarm.save(update_fields=["code"])
    for row in AlarmLevel.objects.filter(level=level).exclude(code__in=shown):
        ways = (present.get(row.code, ""), *reversed(row.former))
        code = next((each for each in ways if each in shown), "")
        if code:
            back = row.former.index(code) if code in row.former else len(row.former)
            row.former = row.former[:back] if code in row.former else [*row.former, row.code]
            row.code = code
            row.save(update_fields=["code", "former"])
