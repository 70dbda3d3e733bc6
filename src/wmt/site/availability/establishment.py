"""The establishment of units as tables have it: targets, agency staff, fixed terms, returners, vacancies."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from wmt.intake.people_model import EstablishmentRow
from wmt.intake.people_schema import TARGET
from wmt.site.accounts.models import User
from wmt.site.audit.record import record
from wmt.site.availability.models import Establishment
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.text import counted

_VALUES = ("fte_x100", "last_day", "why")


class EstablishmentChange(NamedTuple):
    """A row of a table that says something else than what stands, and what stands; None for a new one."""

    row: EstablishmentRow
    stands: Establishment | None


def standing() -> QuerySet[Establishment]:
    """What stands now."""
    return Establishment.objects.filter(ended_change__isnull=True, withdrawn=False)


def known_on(state: State) -> QuerySet[Establishment]:
    """What stands; of a day in the past, what stood when it ended."""
    if state.as_of is None:
        return standing()
    over = timezone.make_aware(datetime.combine(state.day + timedelta(1), time.min))
    stood = Q(ended_at__isnull=True) | Q(ended_at__gte=over)
    return Establishment.objects.filter(stood, recorded_at__lt=over, withdrawn=False)


def rows_changed(rows: Sequence[EstablishmentRow]) -> list[EstablishmentChange]:
    """What a table would change; nothing where it says what stands."""
    stand = (
        {each.key: each for each in Establishment.objects.filter(ended_change__isnull=True)} if rows else {}
    )
    found = []
    for row in rows:
        was = stand.get(row.key)
        if row.deleted:
            if was is not None and not was.withdrawn:
                found.append(EstablishmentChange(row, was))
        elif was is None or was.withdrawn or any(getattr(was, of) != getattr(row, of) for of in _VALUES):
            found.append(EstablishmentChange(row, was))
    return found


def save_rows(changes: Sequence[EstablishmentChange], *, change: int, who: str) -> None:
    """Make these changes, each a version more, and write them down as one upload. The caller holds the
    journal; `change` is its next number."""
    if not changes:
        return
    put_rows(changes, change=change, who=who)
    record(
        "people import",
        f"{who} uploaded the establishment of units: {counted(len(changes), 'record')}.",
        who=who,
        before=[facts(was) for _, was in changes if was is not None],
        after=[facts(row) for row, _ in changes],
    )


def put_rows(
    changes: Sequence[EstablishmentChange], *, change: int, who: str, user: User | None = None
) -> list[Establishment]:
    """Make these changes, each a version more; the new versions. The caller holds the journal."""
    now = timezone.now()
    former = [each.stands.pk for each in changes if each.stands is not None]
    Establishment.objects.filter(pk__in=former).update(ended_change=change, ended_at=now)
    return Establishment.objects.bulk_create(
        [
            Establishment(
                key=row.key, version=was.version + 1 if was else 1, change=change, recorded_at=now,
                recorded_by=user, who=who[:160], why=row.why, withdrawn=row.deleted, level=row.level,
                code=row.code, grade=row.grade, kind=row.kind, fte_x100=row.fte_x100,
                first_day=row.first_day, last_day=row.last_day,
            )
            for row, was in changes
        ],
        batch_size=500,
    )  # fmt: skip


def facts(row: EstablishmentRow | Establishment) -> dict[str, object]:
    """A record as an audit event keeps it."""
    gone = row.deleted if isinstance(row, EstablishmentRow) else row.withdrawn
    return {
        "key": row.key,
        "fte": row.fte_x100 / 100,
        "last_day": row.last_day and row.last_day.isoformat(),
        "why": row.why,
        "deleted": gone,
    }


def odd_targets(rows: Iterable[EstablishmentRow]) -> list[tuple[EstablishmentRow, int]]:
    """Targets that are more than twice or less than half of the one before them, with that in hundredths."""
    before: dict[tuple[str, str, str], dict[date, int]] = {}
    for each in standing().filter(kind=TARGET):
        before.setdefault((each.level, each.code, each.grade), {})[each.first_day] = each.fte_x100
    targets = [row for row in rows if row.kind == TARGET and not row.deleted]
    for row in targets:
        before.setdefault((row.level, row.code, row.grade), {})[row.first_day] = row.fte_x100
    found = []
    for row in targets:
        dated = before[row.level, row.code, row.grade]
        earlier = [day for day in dated if day < row.first_day]
        was = dated[max(earlier)] if earlier else row.fte_x100
        if max(was, row.fte_x100) > 2 * min(was, row.fte_x100):
            found.append((row, was))
    return found


def unknown_units(rows: Iterable[EstablishmentRow], state: State | None) -> list[EstablishmentRow]:
    """The rows whose unit the figures shown do not have; none where there are no figures."""
    if state is None:
        return []
    units = Unit.objects.filter(load_id=state.load_id, whole=True).exclude(level="post")
    known = set(units.values_list("level", "code"))
    return [row for row in rows if not row.deleted and (row.level, row.code) not in known]
