"""Which figures are shown now, and of which moment and rules they are."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from wmt.site.workload.models import Current


class NoDataYet(Exception):  # noqa: N818 - nothing went wrong
    """No extract has been loaded; there is nothing to show."""


@dataclass(frozen=True)
class State:
    """The figures that are shown: pages carry it along so that all they show is of one load.

    `as_at` is the moment the extract describes, on the clock of England and Wales.
    """

    load_id: int
    as_at: datetime
    loaded_at: datetime
    rules_date: date
    tier_scheme: str
    overlays: tuple[str, ...]
    over_x100: int
    night: str

    @property
    def as_at_text(self) -> str:
        """The moment as people write it."""
        return f"{self.as_at:%-d %B %Y, %H:%M}"

    @property
    def rules_text(self) -> str:
        """The day of the rules, and what was laid over them."""
        laid = f" with {', '.join(self.overlays)}" if self.overlays else ""
        return f"{self.rules_date:%-d %B %Y}{laid}"

    @property
    def over_text(self) -> str:
        """The mark of excessive workload, in per cent."""
        whole, rest = divmod(self.over_x100, 100)
        return f"{whole}.{rest:02d}%" if rest else f"{whole}%"

    @property
    def age(self) -> timedelta:
        """How long ago the extract was made."""
        return timezone.now() - self.as_at


def current_state() -> State:
    """What is shown now: one query. Raises NoDataYet."""
    found = Current.objects.select_related("load").first()
    if found is None or found.load.as_at is None or found.load.rules_date is None:
        raise NoDataYet
    load = found.load
    zone = ZoneInfo(settings.TIME_ZONE)
    return State(
        load_id=load.pk,
        as_at=found.load.as_at.astimezone(zone),
        loaded_at=(load.ended_at or load.asked_at).astimezone(zone),
        rules_date=found.load.rules_date,
        tier_scheme=load.tier_scheme,
        overlays=tuple(load.overlays),
        over_x100=load.over_x100,
        night=load.night,
    )
