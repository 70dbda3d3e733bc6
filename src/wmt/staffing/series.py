"""Published series with vintages and breaks: what was known on a day, in values that can be compared."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

from wmt.facts.csv_text import CsvError, read_csv
from wmt.staffing.rates import StaffingError

_MONTHS_A_YEAR = 12
#: The years that the days of a series may be of, and the most months between two: what comes is dated too.
_YEARS = 1800, 2200
_LONGEST_STEP = 10 * _MONTHS_A_YEAR


@dataclass(frozen=True)
class SeriesValue:
    """The value of a day as it was published on another."""

    as_at: date
    value: float
    published_on: date
    status: str = ""
    source_id: str = ""


@dataclass(frozen=True)
class SeriesBreak:
    """A day from which values are counted in another way, which gives `shift` more; None if nobody knows."""

    as_at: date
    shift: float | None
    why: str


@dataclass(frozen=True)
class DatedSeries:
    """A series: one value every `months` months, each perhaps published more than once."""

    name: str
    title: str
    unit: str
    months: int
    values: Sequence[SeriesValue]
    breaks: Sequence[SeriesBreak] = ()

    def known_on(self, day: date | None = None) -> list[SeriesValue]:
        """The latest run of values without a gap, each by its newest publication up to a day, or of all."""
        newest: dict[date, SeriesValue] = {}
        for each in sorted(self.values, key=lambda value: value.published_on):
            if day is None or each.published_on <= day:
                newest[each.as_at] = each
        run: list[SeriesValue] = []
        for as_at in sorted(newest):
            if run and _months_between(run[-1].as_at, as_at) != self.months:
                run = []
            run.append(newest[as_at])
        return run

    def comparable_on(self, day: date | None = None) -> list[SeriesValue]:
        """The same in values that can be compared: before a break the shift is added, or they are left out.

        A break is known when a value from it on is. A line is never fitted through one.
        """
        run = self.known_on(day)
        for each in sorted(self.breaks, key=lambda found: found.as_at):
            if not run or run[-1].as_at < each.as_at:
                continue
            before = (
                []
                if each.shift is None
                else [_shifted(one, each.shift) for one in run if one.as_at < each.as_at]
            )
            run = before + [one for one in run if one.as_at >= each.as_at]
        return run

    def next_days(self, steps: int, day: date | None = None) -> list[date]:
        """The days of the values to come."""
        last = self.known_on(day)[-1].as_at
        return [_months_after(last, self.months * (step + 1)) for step in range(steps)]

    def first_published(self, day: date | None = None) -> dict[date, SeriesValue]:
        """Each day's value as it was published first, up to a day, or of all."""
        found: dict[date, SeriesValue] = {}
        for each in sorted(self.values, key=lambda value: value.published_on, reverse=True):
            if day is None or each.published_on <= day:
                found[each.as_at] = each
        return found

    def shift_between(self, first: date, last: date) -> float | None:
        """By how much more is counted on the later of two days, by the breaks between; None if unknown."""
        shifts = [each.shift for each in self.breaks if first < each.as_at <= last]
        return None if None in shifts else sum(each for each in shifts if each is not None)


def _shifted(value: SeriesValue, by: float) -> SeriesValue:
    return SeriesValue(value.as_at, value.value + by, value.published_on, value.status, value.source_id)


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * _MONTHS_A_YEAR + last.month - first.month


def _months_after(day: date, months: int) -> date:
    """The end of the month so many months later where `day` ends its month, else a day in it."""
    year, month = divmod(day.year * _MONTHS_A_YEAR + day.month - 1 + months, _MONTHS_A_YEAR)
    following = date(year + (month + 1) // _MONTHS_A_YEAR, (month + 1) % _MONTHS_A_YEAR + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


#: The series there can be: name → title, unit, months between values.
_TITLES = {
    "caseload": ("People under probation supervision, England and Wales, quarterly", "people", 3),
    "caseload-yearly": ("People under probation supervision, England and Wales, end of year", "people", 12),
    **{
        f"caseload-{name}": (f"{words}, England and Wales, quarterly", "people", 3)
        for name, words in (
            ("court-orders", "People under court orders"),
            ("community-orders", "People under community orders"),
            ("suspended-sentence-orders", "People under suspended sentence orders"),
            ("pre-release", "People supervised before release"),
            ("post-release", "People supervised after release"),
            ("in-the-community", "People supervised in the community"),
            ("contact-suspended", "People whose contact is suspended (Reset and Impact)"),
        )
    },
    "officers": ("Probation officers in post (band 4), England and Wales, quarterly", "FTE", 3),
    "services-officers": (
        "Probation services officers in post (band 3, trainees included), England and Wales, quarterly",
        "FTE",
        3,
    ),
    "probation-staff": ("Probation Service staff in post, England and Wales, quarterly", "FTE", 3),
    "prison": ("Prison population of England and Wales, last count of each quarter", "people", 3),
    "income-support": ("Income support caseload of Alberta, end of each quarter", "cases", 3),
}
_PROCESSING = "new processing, not applied to earlier dates"
_SHIFTED = SeriesBreak(date(2026, 3, 31), 7_707, f"{_PROCESSING}; the shift is an estimate")
_OF_STAFF = (
    SeriesBreak(date(2021, 6, 30), None, "staff of community rehabilitation companies join"),
    SeriesBreak(date(2023, 6, 30), None, "the definitions of June 2024, which go back to this day"),
)


def _breaks(name: str) -> Sequence[SeriesBreak]:
    if name in ("caseload", "caseload-yearly"):
        return (_SHIFTED,)
    if name.startswith("caseload-"):
        return (SeriesBreak(date(2026, 3, 31), None, _PROCESSING),)
    return _OF_STAFF if name in ("officers", "services-officers", "probation-staff") else ()


def names() -> list[str]:
    """The names of all series there can be, shipped or from files."""
    return list(_TITLES)


def named(name: str, values: Sequence[SeriesValue]) -> DatedSeries:
    """A series by its name, made of values."""
    title, unit, months = _TITLES[name]
    return DatedSeries(name, title, unit, months, values, _breaks(name))


@cache
def packaged() -> dict[str, DatedSeries]:
    """The series that come with the program, by name; where each value is from is in `published.sources`."""
    text = files("wmt.staffing.published").joinpath("series.csv").read_text(encoding="utf-8")
    found: dict[str, list[SeriesValue]] = {name: [] for name in _TITLES}
    for row in csv.DictReader(text.splitlines()):
        day = date.fromisoformat(row["as_at"])
        published = date.fromisoformat(row["published_on"]) if row["published_on"] else day
        found[row["series"]].append(
            SeriesValue(day, float(row["value"]), published, row["status"], row["source_id"])
        )
    return {name: named(name, values) for name, values in found.items() if values}


def of_file(path: Path) -> DatedSeries:
    """A series of one's own: a CSV file with `as_at` (ISO), `value` and perhaps `published_on`.

    Raises StaffingError, naming the row, for what is no series: other columns, days that are none or stand
    twice with one publication, values that are no numbers, two values within a month or ten years apart.
    """
    try:
        frame = read_csv(path.read_bytes(), path.name)
    except (CsvError, OSError) as error:
        raise StaffingError(f"{path.name} cannot be read: {error}") from None
    heads = [str(cell or "").strip().lower() for cell in frame.row(0)] if frame.height else []
    if not {"as_at", "value"} <= set(heads):
        raise StaffingError(f"{path.name} needs the columns as_at and value, and may have published_on")
    if any(heads.count(each) > 1 for each in ("as_at", "value", "published_on")):
        raise StaffingError(f"{path.name} has a column twice; leave one of as_at, value and published_on")
    values: list[SeriesValue] = []
    for number, cells in enumerate(frame.slice(1).iter_rows(), 2):
        row = dict(zip(heads, (str(cell or "").strip() for cell in cells), strict=True))
        values.append(_of_row(path.name, number, row))
    if len({(each.as_at, each.published_on) for each in values}) < len(values):
        raise StaffingError(
            f"{path.name} has a day twice with one publication; leave one value, or say published_on"
        )
    days = sorted({each.as_at for each in values})
    if not days:
        raise StaffingError(f"{path.name} has no values")
    steps = {_months_between(*pair) for pair in pairwise(days)}
    step = min(steps, default=3)
    if step > _LONGEST_STEP:
        raise StaffingError(f"{path.name} has more than ten years between values; check the days")
    if step < 1:
        raise StaffingError(f"{path.name} has two values within one month; give one a month, quarter or year")
    return DatedSeries(path.stem, path.stem, "", step, values)


def _of_row(file: str, number: int, row: dict[str, str]) -> SeriesValue:
    try:
        day = date.fromisoformat(row["as_at"])
        published = date.fromisoformat(row["published_on"]) if row.get("published_on") else day
    except ValueError:
        raise StaffingError(
            f"{file}, row {number}: as_at and published_on are days such as 2026-03-31"
        ) from None
    if not (_YEARS[0] <= day.year <= _YEARS[1] and _YEARS[0] <= published.year <= _YEARS[1]):
        raise StaffingError(
            f"{file}, row {number}: a day is outside {_YEARS[0]} to {_YEARS[1]}; check the year"
        )
    text = row["value"].replace(",", "")
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not abs(value) < 1e12:
        raise StaffingError(
            f"{file}, row {number}: '{row['value'][:40]}' is no number; leave the row out if it is not known"
        )
    return SeriesValue(day, value, published)
