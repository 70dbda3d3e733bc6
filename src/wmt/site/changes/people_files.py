"""Tables of people and the database: what stands as a folder, and tables read with what this site knows."""

import csv
import os
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from wmt import intake
from wmt.facts.enums import MICRO
from wmt.intake import people_schema
from wmt.intake.codes import ReductionReason
from wmt.intake.faults import Faults
from wmt.intake.limits import all_limits, under
from wmt.outfiles import FORMULA
from wmt.site.availability import models
from wmt.site.availability.queries import every_reason, reasons_on
from wmt.site.availability.records import Post
from wmt.site.clock import calendar_day
from wmt.site.figures.withheld import REDUCED
from wmt.site.policies import policies
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

Cells = Sequence[str]


def export_folder(folder: Path, *, withdrawn: bool = False) -> dict[str, int]:
    """All that stands as a folder of tables, whatever its days; with `withdrawn`, withdrawn reductions too.

    Reductions whose reason retention removed are left out: they ended long ago, and a table needs a reason.
    The same records give the same bytes. A table that is there is replaced whole or not at all. The answer is
    how many records each table has.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables: Mapping[str, Iterable[Cells]] = {
        people_schema.HOURS_FILE: _hours(),
        people_schema.REDUCTIONS_FILE: _reductions(withdrawn=withdrawn),
        people_schema.GRADES_FILE: _grades(),
        people_schema.REASONS_FILE: _reasons(),
        people_schema.STAFF_FILE: _staff(),
        people_schema.ESTABLISHMENT_FILE: _establishment(withdrawn=withdrawn),
    }
    return {name: _put(folder, name, people_schema.COLUMNS[name], rows) for name, rows in tables.items()}


def known_reasons(day: date | None = None) -> dict[str, ReductionReason]:
    """The reasons of this site as tables are read with: every one there is, as it is on the day."""
    found = every_reason() | reasons_on(day)
    return {
        each.reason: ReductionReason(
            each.reason, each.name, each.short_name, _percent(each.allowance_x100), _percent(each.max_x100),
            each.months, each.enabled,
        )
        for each in found.values()
    }  # fmt: skip


def read_people(
    given: Path | Sequence[tuple[str, bytes]], day: date | None = None
) -> tuple[intake.People, Faults]:
    """Tables as records, with the reasons of this site known."""
    day = day or calendar_day()
    limits, known = all_limits(policies()), known_reasons(day)
    # Parquet may need far more memory than its size and its own description say
    if (
        not isinstance(given, Path)
        and settings.READ_APART
        and any(name.lower().endswith(".parquet") for name, _ in given)
    ):
        return intake.read_people_apart(given, day, limits=limits, known=known)
    with under(limits):
        return intake.read_people_tables(given, day, known=known)


def shown_posts(state: State | None) -> set[Post]:
    """The posts that the figures shown have."""
    if state is None:
        return set()
    units = Unit.objects.filter(load_id=state.load_id, level="post", whole=True)
    return set(units.values_list("team_code", "staff_code"))


# ---- rows --------------------------------------------------------------------------------------------------


def _standing(model: type[Any]) -> QuerySet[Any]:
    rows: QuerySet[Any] = model._default_manager.filter(ended_change__isnull=True)
    return rows


def _hours() -> Iterable[Cells]:
    rows = _standing(models.Hours).filter(withdrawn=False).order_by("team_code", "staff_code", "first_day")
    for row in rows.iterator():
        first = "" if row.first_day == date.min else _day(row.first_day)
        yield *row.post, exact(row.hours_micro, MICRO), first


def _reductions(*, withdrawn: bool) -> Iterable[Cells]:
    rows = _standing(models.Reduction).exclude(reason=REDUCED)
    rows = rows.order_by("team_code", "staff_code", "first_day", "key")
    for row in rows.iterator():
        if withdrawn or not row.withdrawn:
            yield (
                row.key, *row.post, row.reason, exact(row.hours_micro, MICRO), exact(row.percent_x100, 100),
                _day(row.first_day), _day(row.last_day), "true" if row.withdrawn else "false", row.notes,
            )  # fmt: skip


def _grades() -> Iterable[Cells]:
    rows = _standing(models.Grade).filter(withdrawn=False).order_by("team_code", "staff_code", "first_day")
    for row in rows.iterator():
        yield *row.post, row.grade, _day(row.first_day), _day(row.last_day), row.why


def _reasons() -> Iterable[Cells]:
    rows = _standing(models.Reason).filter(withdrawn=False).order_by("reason", "first_day", "change")
    of_day = {(row.reason, row.first_day): row for row in rows}  # of several of one day the last counts
    for row in of_day.values():
        yield (
            row.reason, row.name, row.short_name, row.category, exact(row.allowance_x100, 100),
            exact(row.max_x100, 100), "" if row.months is None else str(row.months),
            "true" if row.enabled else "false", _day(row.first_day),
        )  # fmt: skip


def _staff() -> Iterable[Cells]:
    columns = people_schema.COLUMNS[people_schema.STAFF_FILE]
    yield from models.StaffDetails.objects.order_by("staff_code").values_list(*columns)


def _establishment(*, withdrawn: bool) -> Iterable[Cells]:
    for row in _standing(models.Establishment).order_by("kind", "level", "code", "grade", "first_day"):
        if withdrawn or not row.withdrawn:
            yield (
                row.level, row.code, row.grade, row.kind, exact(row.fte_x100, 100), _day(row.first_day),
                _day(row.last_day), row.why, "true" if row.withdrawn else "false",
            )  # fmt: skip


def exact(number: int | None, parts: int) -> str:
    """A whole number of millionths or hundredths as a plain decimal, to its last place; empty for none."""
    if number is None:
        return ""
    whole, rest = divmod(number, parts)
    return f"{whole}.{rest:0{len(str(parts)) - 1}d}".rstrip("0").rstrip(".")


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _percent(share_x100: int | None) -> Decimal | None:
    return None if share_x100 is None else Decimal(share_x100) / 100


def _put(folder: Path, name: str, columns: Sequence[str], rows: Iterable[Cells]) -> int:
    text, number = StringIO(newline=""), 0
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        # no spreadsheet takes a text for a formula; reading takes the apostrophe off again
        writer.writerow([f"'{cell}" if cell.startswith((*FORMULA, "'")) else cell for cell in row])
        number += 1
    beside = folder / f".{name}.{uuid.uuid4().hex}"
    try:
        beside.write_bytes(text.getvalue().encode("utf-8-sig"))
        os.replace(beside, folder / f"{name}.csv")
    finally:
        beside.unlink(missing_ok=True)
    return number
