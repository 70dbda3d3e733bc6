"""What is published of officers in post, of leavers and of trainees who start, each value with its source.

Contains public sector information licensed under the Open Government Licence v3.0, and Parliamentary
information licensed under the Open Parliament Licence v3.0. Unknown values are empty, never guessed.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from wmt.staffing.pipeline import Cohort, Levers, follow

_QUARTERS = 8
_MONTHS_A_YEAR = 12
_DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class OfficersInPost:
    """Officers in post on a day (FTE). Values of two definitions are never joined."""

    as_at: date
    definition: str
    fte: int
    status: str
    source_id: str


def _rows(name: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def officers(definition: str | None = None) -> tuple[OfficersInPost, ...]:
    """Officers in post, oldest first; of one definition ('nps', '2021', '2024'), or of all."""
    found = [
        OfficersInPost(
            date.fromisoformat(row["as_at"]),
            row["definition"],
            int(row["fte"]),
            row["status"],
            row["source_id"],
        )
        for row in _rows("officers")
    ]
    return tuple(each for each in found if definition in (None, each.definition))


@cache
def leaving() -> tuple[tuple[date, float], ...]:
    """Shares of officers who left in the year to a day, oldest first."""
    return tuple(
        sorted((date.fromisoformat(row["year_to"]), float(row["percent"]) / 100) for row in _rows("leaving"))
    )


@cache
def starters() -> tuple[tuple[date, int | None], ...]:
    """Trainees who started in the year from a day; None where it was not published, or is a target."""
    return tuple(
        (date.fromisoformat(row["year_from"]), int(row["starters"]) if row["status"] == "stated" else None)
        for row in _rows("starters")
    )


@cache
def sources() -> dict[str, dict[str, str]]:
    """Where values come from: title, publisher, address, day and licence by the id of a source."""
    return {row["source_id"]: row for row in _rows("sources")}


@dataclass(frozen=True)
class Arrivals:
    """People who joined in a period, a year, net of everything but leaving: promotion, moves, late starts."""

    first: OfficersInPost
    last: OfficersInPost
    leaving: float
    a_year: float


def arrivals(first: OfficersInPost, last: OfficersInPost) -> Arrivals:
    """What must have joined between two days: the change of officers in post and those who left meanwhile.

    The rate of leaving is the mean of those published for years that end within the period.
    """
    if first.definition != last.definition or first.as_at >= last.as_at:
        raise ValueError("two days of one definition, the earlier first")
    rates = [rate for day, rate in leaving() if first.as_at < day <= last.as_at]
    rate = sum(rates) / len(rates)
    years = (last.as_at - first.as_at).days / _DAYS_A_YEAR
    left = rate * (first.fte + last.fte) / 2
    return Arrivals(first, last, rate, (last.fte - first.fte) / years + left)


@dataclass(frozen=True)
class Compared:
    """Officers in post as published and as the model has them; None from when a cohort is not published."""

    published: OfficersInPost
    model: float | None

    @property
    def ratio(self) -> float | None:
        """Model ÷ published."""
        return None if self.model is None else self.model / self.published.fte


def beside_model(levers: Levers) -> list[Compared]:
    """The model beside the newest published record of up to eight quarters, from its first value on.

    Trainees start as published, in equal parts at the intakes of their year; from the month on in which a
    cohort that was not published would have qualified, the model says nothing.
    """
    record = officers("2024")[-_QUARTERS - 1 :]
    start = record[0].as_at
    cohorts, unknown = _cohorts(levers, start)
    most = _months(start, record[-1].as_at)
    ends = {end.month: end.officers for end in follow(levers, cohorts, record[0].fte, most)}
    found = []
    for each in record:
        month = _months(start, each.as_at)
        is_known = unknown is None or month < unknown
        found.append(Compared(each, ends[month] if is_known else None))
    return found


def _cohorts(levers: Levers, start: date) -> tuple[Sequence[Cohort], int | None]:
    """Cohorts by published starters, and the first month in which one that is not published would qualify."""
    cohorts, unknown = [], []
    intakes = range(0, _MONTHS_A_YEAR, levers.months_between_intakes)
    for year, number in starters():
        for later in intakes:
            month = _months(start, year) + later
            if number is None:
                unknown.append(month + min(route.months for route in levers.routes))
            else:
                part = number / len(intakes)
                cohorts += [Cohort(month, route, part * route.share) for route in levers.routes]
    return cohorts, min(unknown, default=None)


def _months(first: date, last: date) -> int:
    """Whole months from the end of one month, or the beginning of the next, to another."""

    def number(day: date) -> int:
        return day.year * _MONTHS_A_YEAR + day.month - (day.day == 1)

    return number(last) - number(first)
