"""Which figures are shown now, and of which moment and rules they are."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from wmt import rules
from wmt.nights import NightError, open_night
from wmt.site.clock import calendar_day
from wmt.site.workload import as_of_day
from wmt.site.workload.day_format import moment_words
from wmt.site.workload.models import Current, Load

_LOW = "low_capacity_percent"
#: What tells one load from every other: see `State.of_load`.
OfLoad = tuple[int, str, datetime]


class NoDataYet(Exception):  # noqa: N818 - nothing went wrong
    """No extract has been loaded; there is nothing to show."""


@dataclass(frozen=True)
class State:
    """The figures that are shown: pages carry it along so that all they show is of one load.

    `as_at` is the moment the extract describes, on the clock of England and Wales. `day` is the day that
    hours and reductions are judged on: today, never before the extract. `revision` is the last change in it.
    """

    load_id: int
    as_at: datetime
    loaded_at: datetime
    rules_date: date
    tier_scheme: str
    overlays: tuple[str, ...]
    over_x100: int
    night: str
    day: date
    revision: int
    held: int | None = None  # the latest load of a later night that waits for a decision
    as_of: as_of_day.AsOf | None = None  # the day in the past that was asked for; None: this is now

    @property
    def of_load(self) -> OfLoad:
        """What tells this load from every other, and stays while hours change: a number alone can come back
        with a database that is put back."""
        return self.load_id, self.night, self.loaded_at

    def of_now(self) -> "State":
        """These figures, for what is of now alone. Raises InThePast where they are of a day in the past."""
        if self.as_of is not None:
            raise as_of_day.InThePast
        return self

    @property
    def as_at_text(self) -> str:
        """The moment as people write it."""
        return moment_words(self.as_at)

    @property
    def rules_text(self) -> str:
        """The day of the rules, and what was laid over them."""
        laid = f" with {', '.join(self.overlays)}" if self.overlays else ""
        return f"{self.rules_date:%-d %B %Y}{laid}"

    @property
    def over_text(self) -> str:
        """The excessive workload threshold, as a percentage."""
        whole, rest = divmod(self.over_x100, 100)
        return f"{whole}.{rest:02d}%" if rest else f"{whole}%"

    @property
    def age(self) -> timedelta:
        """How long ago the extract was made. Where the clock is held still (`WMT_TODAY`), it does not age."""
        if not settings.CONFIG.today:
            return timezone.now() - self.as_at
        return today(self.as_at.date()) - self.as_at.date()


def today(as_at: date) -> date:
    """The day that figures of an extract are of: today, or the extract's own where it is dated ahead.

    `WMT_TODAY` may hold the clock still: a demonstration lives on the day of its extract.
    """
    given = settings.CONFIG.today
    if given == "extract":
        return as_at
    return max(as_at, calendar_day())


def current_state() -> State:
    """What is shown now: one query, which writes nothing. Raises NoDataYet.

    On a new day the figures are of the day before until `wmt serve` has turned them (`recalculate.turn_day`).
    What a request sees, which may be of a day in the past, is asked of `wmt.site.shown`.
    """
    found = stated(Current.objects.select_related("load").annotate(held=Subquery(_LATER_HELD)).first())
    if found is None:
        raise NoDataYet
    return found


def state_if_any() -> State | None:
    """What is shown now; None where no extract was loaded. What waits for a decision is not asked."""
    return stated(Current.objects.select_related("load").first())


_HELD = Load.objects.filter(state=Load.State.HELD, as_at__gt=OuterRef("load__as_at"))
_LATER_HELD = _HELD.order_by("-pk").values("pk")[:1]


def stated(current: Current | None) -> State | None:
    """The state that a pointer tells of; None where there is nothing to show."""
    if current is None or current.load.as_at is None or current.load.rules_date is None:
        return None
    load = current.load
    zone = ZoneInfo(settings.TIME_ZONE)
    as_at = current.load.as_at.astimezone(zone)
    return State(
        load_id=load.pk,
        as_at=as_at,
        loaded_at=(load.ended_at or load.asked_at).astimezone(zone),
        rules_date=current.load.rules_date,
        tier_scheme=load.tier_scheme,
        overlays=tuple(load.overlays),
        over_x100=load.over_x100,
        night=load.night,
        day=current.day or as_at.date(),
        revision=current.revision,
        held=getattr(current, "held", None),
    )


@lru_cache(maxsize=8)
def _rules(night: str, home: Path) -> rules.RuleSet:
    return open_night(home / night).rules()


def rules_of(state: State) -> rules.RuleSet:
    """The rules the figures were priced by, from their night. Raises NightError where it is not there."""
    return _rules(state.night, settings.CONFIG.nights)


def low_x100(state: State) -> int:
    """The capacity under which units are listed as under, in hundredths of a per cent.

    From the rules of the program where those of the night are not there, or are from before it was a rule.
    """
    try:
        low = rules_of(state).get(_LOW)
    except NightError:
        low = None
    return (low or rules.load().at(state.rules_date)[_LOW]).hundredths
