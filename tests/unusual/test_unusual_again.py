"""What is kept of a day belongs to two nights: where another stands for either, it is looked at again."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from wmt.history import History
from wmt.history.index import DayEntry, Index, Month
from wmt.rules import load
from wmt.unusual import kept
from wmt.unusual.kinds import COUNT, UNUSUAL

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (23, 24, 25))
RULES = load().at(WEDNESDAY)


def history(nights: Path, days: Sequence[date], corrected: date | None = None) -> History:
    entries = {
        day: DayEntry(
            night=f"{day}T060000{'.1' if day == corrected else ''}",
            as_at=datetime(day.year, day.month, day.day, 6, tzinfo=UTC),
        )
        for day in days
    }
    month = Month(nights={}, archive=None, sha256="", size=0, wide_size=0, wide_sha256="", days=entries)
    return History(nights, Index(months={"2026-11": month}), "1")


@pytest.fixture
def looked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, date]]:
    """What is counted and found, in its order, where nothing changes."""
    done: list[tuple[str, date]] = []

    def count(_: History, day: date, *__: object) -> pl.DataFrame:
        done.append(("count", day))
        return COUNT.to_frame()

    def find(_: History, day: date, *__: object) -> pl.DataFrame:
        done.append(("find", day))
        return UNUSUAL.to_frame()

    monkeypatch.setattr(kept, "count", count)
    monkeypatch.setattr(kept, "find_on", find)
    (tmp_path / "history/unusual").mkdir(parents=True)
    for last in (1, 2, 3):  # the nights come one by one
        days = (MONDAY, TUESDAY, WEDNESDAY)[:last]
        kept.work_out(history(tmp_path, days), None, RULES)  # type: ignore[arg-type]
    return done


ALL = (MONDAY, TUESDAY, WEDNESDAY)
#: Which days are counted and found again, by what became of Tuesday or Monday.
AGAIN = [
    ("the same", ALL, None, []),
    ("Tuesday corrected", ALL, TUESDAY, [TUESDAY, WEDNESDAY]),
    ("Monday corrected", ALL, MONDAY, [MONDAY, TUESDAY]),
    ("Tuesday withdrawn", (MONDAY, WEDNESDAY), None, [WEDNESDAY]),
]


@pytest.mark.parametrize(
    ("days", "corrected", "again"), [row[1:] for row in AGAIN], ids=[row[0] for row in AGAIN]
)
def test_days_are_looked_at_again_that_were_compared_with_another_night(
    tmp_path: Path,
    looked: list[tuple[str, date]],
    days: Sequence[date],
    corrected: date | None,
    again: list[date],
) -> None:
    assert looked == [(what, day) for day in ALL for what in ("count", "find")]
    looked.clear()
    past = history(tmp_path, days, corrected)
    kept.work_out(past, None, RULES)  # type: ignore[arg-type]
    assert sorted(looked) == sorted((what, day) for day in again for what in ("count", "find"))
    assert kept.known_days(past, MONDAY, WEDNESDAY) == tuple(days)
    looked.clear()
    kept.work_out(past, None, RULES)  # type: ignore[arg-type]
    assert looked == []


def test_a_night_that_comes_late_divides_what_was_one_change(
    tmp_path: Path, looked: list[tuple[str, date]]
) -> None:
    """Monday to Wednesday was one comparison; with Tuesday it is two, and neither is counted on both days."""
    other = tmp_path / "other"
    (other / "history/unusual").mkdir(parents=True)
    for days in ((MONDAY,), (MONDAY, WEDNESDAY)):
        kept.work_out(history(other, days), None, RULES)  # type: ignore[arg-type]
    looked.clear()
    kept.work_out(history(other, ALL), None, RULES)  # type: ignore[arg-type]
    assert sorted(looked) == [("count", TUESDAY), ("count", WEDNESDAY), ("find", WEDNESDAY)]
