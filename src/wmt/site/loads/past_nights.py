"""The past on the same pages: the rows of a night are put into the database when somebody asks for its day.

Pages read them through the same `State` as the figures of now. A small nation is fetched while the page
waits; of a large one the page says so and a job does it. A few nights are kept, the longest unused goes.
"""

import json
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import OperationalError
from django.db.models import Max
from django.utils import timezone

from wmt import policy
from wmt.history import open_history
from wmt.nights import NightBusyError, NightError, open_night
from wmt.nights.lock import loading_in_turn
from wmt.nights.names import NightName, night_names
from wmt.site.policies import policies
from wmt.site.workload import as_of_day, swap
from wmt.site.workload.models import Load, Past
from wmt.site.workload.night_rows import over_mark, rows_of
from wmt.site.workload.state import State, today

#: So many nights are kept in the database beside the figures of now.
KEPT = 6
#: A night of fewer posts is fetched while the page waits: it takes less than a second.
SMALL = 600
_NOTED = timedelta(minutes=10)
_ASKED_AGAIN = timedelta(minutes=2)
_PATIENCE = 60


class NotThere(Exception):  # noqa: N818 - the address asks for a day of which nothing is known
    """No figures are known of that day. `before` and `after` are the nearest days of which some are.

    `days_back` is how old figures may be to stand for a later day.
    """

    def __init__(
        self, wanted: as_of_day.AsOf, before: date | None, after: date | None, days_back: int
    ) -> None:
        super().__init__(f"no figures are known of {wanted.day}")
        self.wanted, self.before, self.after, self.days_back = wanted, before, after, days_back


class TotalsOnly(Exception):  # noqa: N818 - there is less of that day than was asked for
    """Of that day only an archive's figures are kept, without lines. `day` is the day they are of."""

    def __init__(self, wanted: as_of_day.AsOf, day: date) -> None:
        super().__init__(f"only totals are kept of {day}")
        self.wanted, self.day = wanted, day


class ToCome(Exception):  # noqa: N818 - the address asks for a day that is not over yet
    """The day is yet to come. `last` is the day of the last night."""

    def __init__(self, wanted: as_of_day.AsOf, last: date) -> None:
        super().__init__(f"{wanted.day} is yet to come")
        self.wanted, self.last = wanted, last


class Ahead(Exception):  # noqa: N818 - the address asks for today
    """The day is today, and has no night yet: there is only now."""


class Fetching(Exception):  # noqa: N818 - it takes a moment
    """The figures of that day are being fetched. `needs_job`: nobody does it, or whoever did is silent."""

    def __init__(self, wanted: as_of_day.AsOf, past: Past, *, needs_job: bool) -> None:
        super().__init__(f"the figures of {wanted.day} are being fetched")
        self.wanted, self.past, self.needs_job = wanted, past, needs_job


def state_of(wanted: as_of_day.AsOf) -> State:
    """The figures of a day in the past.

    Raises what `night_for` raises, Fetching, and NightError (damaged).
    """
    name = night_for(wanted)
    past = _ready(wanted, name)
    as_of_day.settle_change(_change_of(name.name))
    as_at, loaded_at, rules_date, scheme, overlays, over = _about(name.name, settings.CONFIG.nights)
    return State(
        load_id=past.load_number,
        as_at=as_at,
        loaded_at=loaded_at,
        rules_date=rules_date,
        tier_scheme=scheme,
        overlays=overlays,
        over_x100=over,
        night=name.name,
        day=as_at.date(),
        revision=as_of_day.change_then() or 0,
        as_of=wanted,
    )


def night_for(wanted: as_of_day.AsOf) -> NightName:
    """The night that stands for a day: the last one until then, uncorrected unless that was known on the day.

    It is at most as old as the policy `asof.days_back` lets it be. With a revision, that correction. Raises
    NotThere, TotalsOnly where an archive has figures of the day, ToCome, and Ahead for today without a night.
    """
    names = night_names(settings.CONFIG.nights)
    if names and wanted.day > names[-1].day:
        # of a day after the last night: it is yet to come, or it is today and there is only now
        day = today(names[-1].day)
        if wanted.day > day:
            raise ToCome(wanted, names[-1].day)
        if wanted.day == day:
            raise Ahead
    oldest = wanted.day - timedelta(min(days_back(wanted.day), (wanted.day - date.min).days))
    until = [name for name in names if oldest <= name.day <= wanted.day]
    same = [name for name in until if name.as_at == until[-1].as_at]
    if wanted.revision is not None:
        same = [name for name in same if name.revision == wanted.revision]
    if not same:
        raise _nothing_of(wanted, names, oldest)
    known = [name for name in same[1:] if _loaded_at(name.name, settings.CONFIG.nights).date() <= wanted.day]
    return [same[0], *known][-1]


def days_back(day: date) -> int:
    """How many days old figures may be to stand for a day that has none of its own."""
    tree_first = min(policy.load().days)
    return policies(max(day, tree_first))["asof.days_back"].whole


def _nothing_of(wanted: as_of_day.AsOf, names: Sequence[NightName], oldest: date) -> NotThere | TotalsOnly:
    """Why there is no night for a day: an archive may have figures of it, or nothing is known."""
    days = {name.day for name in names}
    with suppress(NightError):  # a history that cannot be read: its own pages say so
        past = open_history(settings.CONFIG.nights)
        archived = [day for day in past.days if (stood := past.standing(day)) and not stood.night]
        near = [day for day in archived if oldest <= day <= wanted.day]
        if near and wanted.revision is None:
            return TotalsOnly(wanted, near[-1])
        days |= set(archived)
    before = max((day for day in days if day <= wanted.day), default=None)
    after = min((day for day in days if day > wanted.day), default=None)
    return NotThere(wanted, before, after, days_back(wanted.day))


def first_day() -> date | None:
    """The first day of which figures are kept."""
    names = night_names(settings.CONFIG.nights)
    days = [names[0].day] if names else []
    with suppress(NightError):
        days += open_history(settings.CONFIG.nights).days[:1]
    return min(days, default=None)


def corrections_of(state: State) -> list[tuple[NightName, datetime]]:
    """The later corrections of the night of a state, each with the moment it was loaded."""
    mine = next(name for name in night_names(settings.CONFIG.nights) if name.name == state.night)
    later = [
        name
        for name in night_names(settings.CONFIG.nights)
        if name.as_at == mine.as_at and name.revision > mine.revision
    ]
    return [(name, _loaded_at(name.name, settings.CONFIG.nights)) for name in later]


@lru_cache(maxsize=64)
def _loaded_at(name: str, nights: Path) -> datetime:
    path = nights / name / "loaded.json"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))["loaded_at"]
    except (OSError, ValueError, KeyError) as error:
        raise NightError(f"{path} cannot be read; bring its folder back from a copy") from error
    return datetime.fromisoformat(told).astimezone(ZoneInfo(settings.TIME_ZONE))


@lru_cache(maxsize=64)
def _about(name: str, nights: Path) -> tuple[datetime, datetime, date, str, tuple[str, ...], int]:
    night = open_night(nights / name)
    manifest = night.manifest
    as_at = manifest.as_at.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
    over = over_mark(night.rules())
    loaded_at = _loaded_at(name, nights)
    return as_at, loaded_at, manifest.rules_date, manifest.tier_scheme, manifest.overlays, over


def _change_of(name: str) -> int:
    """The last change that stood when a night was shown; of one that never was, when it was written."""
    shown = Load.objects.filter(night=name, change__isnull=False).order_by("pk").first()
    if shown is not None:
        return shown.change or 0
    from wmt.site.availability.models import KINDS

    until = _loaded_at(name, settings.CONFIG.nights)
    found = [
        model._default_manager.filter(recorded_at__lte=until).aggregate(last=Max("change"))["last"] or 0
        for model in KINDS.values()
    ]
    return max(found)


def _ready(wanted: as_of_day.AsOf, name: NightName) -> Past:
    past, is_new = Past.objects.get_or_create(night=name.name)
    waited = timezone.now() - past.asked_at
    if past.state == Past.State.READY:
        if timezone.now() - past.used_at > _NOTED:
            with suppress(OperationalError):  # a busy database: it is noted the next time
                Past.objects.filter(pk=past.pk).update(used_at=timezone.now())
        return past
    if past.state == Past.State.FAILED and waited < _ASKED_AGAIN:
        raise NightError(past.message)
    night = open_night(settings.CONFIG.nights / name.name)
    if night.table("facts/post").height < SMALL:
        with suppress(NightBusyError):
            return fetch(past)
    raise Fetching(wanted, past, needs_job=is_new or waited > _ASKED_AGAIN)


def fetch(past: Past, *, patience: float = 0) -> Past:
    """Put the rows of a night into the database, unless they are there. Raises NightError, and
    NightBusyError where a load is still under way after `patience` seconds."""
    with loading_in_turn(settings.CONFIG.home, f"fetching the night {past.night}", patience):
        past.refresh_from_db()
        if past.state == Past.State.READY:
            return past
        try:
            _fetch(past)
        except NightError as error:
            past.state, past.message = Past.State.FAILED, str(error)
            past.save()
            raise
    return past


def _fetch(past: Past) -> None:
    from wmt.site.availability.queries import every_reason

    night = open_night(settings.CONFIG.nights / past.night)
    if damaged := night.damage():
        raise NightError(
            f"The data in {night.path} was changed after it was saved: {', '.join(damaged)}. "
            "Bring it back from a copy"
        )
    past.state, past.percent = Past.State.RUNNING, 10
    past.save()
    rows = rows_of(night, {reason: each.name for reason, each in every_reason().items()})
    # the longest unused nights give way, and rows that a killed fetch left behind
    ready = Past.objects.exclude(pk=past.pk).filter(state=Past.State.READY).order_by("-used_at")
    kept = list(ready.values_list("pk", flat=True)[: KEPT - 1])
    ready.exclude(pk__in=kept).delete()
    swap.sweep_past()

    def told(share: float) -> None:
        past.percent = 30 + int(share * 70)
        with suppress(OperationalError):
            past.save(update_fields=["percent"])

    swap.put(past.load_number, rows, told)
    past.state, past.percent, past.used_at = Past.State.READY, 100, timezone.now()
    past.message = ""
    past.save()


def drop(names: Collection[str]) -> None:
    """Take the rows of nights out of the database: their folders hold less now than the rows do.

    Also those of loads that are not shown any more. Raises NightBusyError where a load is under way.
    """
    with loading_in_turn(settings.CONFIG.home, "forgetting what the database holds of nights", _PATIENCE):
        Past.objects.filter(night__in=names).delete()
        current = swap.shown()
        swap.sweep({current.pk} if current else set())
