"""Average cases per officer by grade, against the figures of a parliamentary answer and plain counting."""

from datetime import date, datetime
from pathlib import Path
from random import Random

import polars as pl
import pytest
from history_counter import whole

from wmt.history import History, HistoryError, cases_per_officer, compact, open_history
from wmt.history.archive import keep
from wmt.history.nobody import is_nobody, words_of_nobody
from wmt.history.officers import month_ends


def kept(
    folder: Path,
    rows: list[tuple[date, str, str, int, int]],
    stream: str = "",
    names: dict[str, str] | None = None,
) -> History:
    """A history of posts: day, code, grade, cases, available points."""
    frame = pl.DataFrame(
        [
            {
                "day": day, "as_at": datetime.combine(day, datetime.min.time()), "level": "post",
                "code": code, "name": (names or {}).get(code, code), "grade": grade, "stream": stream,
                "team_code": code.split(":")[0],
                "pdu_code": "P", "region_code": "R", "staff_code": code.split(":")[1], "cases": cases,
                "available_x100": available, "posts": 1,
            }
            for day, code, grade, cases, available in rows
        ]
    )  # fmt: skip
    keep(folder, whole(frame))
    compact(folder)
    return open_history(folder)


JANUARY, FEBRUARY = date(2024, 1, 31), date(2024, 2, 29)


def test_the_parliamentary_question(tmp_path: Path) -> None:
    """Two officers with 30 and 40 cases, then 20 and 40: 35.0, 30.0, and 32.5 for the whole."""
    rows = [
        (JANUARY, "T:1", "PO", 30, 1), (JANUARY, "T:2", "PO", 40, 1),
        (FEBRUARY, "T:1", "PO", 20, 1), (FEBRUARY, "T:2", "PO", 40, 1),
    ]  # fmt: skip
    found = cases_per_officer(kept(tmp_path, rows))
    months = [(row["period"], row["average_x10"]) for row in found.details[0].rows if row["grade"] == "PO"]
    assert months == [("31 January 2024", 350), ("29 February 2024", 300)]
    (po,) = [row for row in found.rows if row["grade"] == "PO"]
    assert (po["average_x10"], po["daily_x10"], po["month_ends"], po["officers_x10"]) == (325, 325, 2, 20)
    assert "PO 32.5" in found.sentence


def test_month_ends_and_all_days_differ(tmp_path: Path) -> None:
    """The last night of January is missing: the night before it is its month end. February has not ended."""
    rows = [
        (date(2024, 1, 10), "T:1", "PO", 10, 1), (date(2024, 1, 30), "T:1", "PO", 40, 1),
        (date(2024, 2, 12), "T:1", "PO", 70, 1),
    ]  # fmt: skip
    history = kept(tmp_path, rows)
    assert month_ends(history, date(2024, 1, 1), date(2024, 2, 12)) == [date(2024, 1, 30)]
    (po, _) = cases_per_officer(history).rows
    assert (po["average_x10"], po["daily_x10"]) == (None, 400) or po["average_x10"] == 400


def test_who_counts(tmp_path: Path) -> None:
    """One holds cases and has hours, one has hours alone, one has neither; one has two posts."""
    rows = [
        (JANUARY, "T:1", "PO", 20, 100), (JANUARY, "U:1", "PO", 10, 100), (JANUARY, "T:2", "PO", 0, 100),
        (JANUARY, "T:3", "PO", 0, 0), (JANUARY, "T:4", "PSO", 50, 0),
    ]  # fmt: skip
    history = kept(tmp_path, rows)
    averages = {}
    for who in ("holding", "working", "everyone"):
        found = cases_per_officer(history, who=who)
        averages[who] = {row["grade"]: row["average_x10"] for row in found.rows}
        assert any(who_words in found.notes[-2] for who_words in ("officers", "everyone"))
    assert averages == {
        "holding": {"PO": 300, "PSO": 500, "all": 400},
        "working": {"PO": 150, "all": 150},
        "everyone": {"PO": 100, "PSO": 500, "all": 200},
    }
    with pytest.raises(HistoryError, match="nobody counts officers as 'some'"):
        cases_per_officer(history, who="some")


def test_posts_of_nobody_are_no_officers(tmp_path: Path) -> None:
    """Vacant and pooled posts hold cases; the averages are those of people, and say what was left out."""
    rows = [
        (JANUARY, "T:1", "PO", 30, 1), (JANUARY, "T:2", "PO", 40, 1), (JANUARY, "T:3", "PO", 9, 1),
        (JANUARY, "T:4", "PO", 8, 1), (JANUARY, "NOT-KNOWN:NOT-KNOWN", "PO", 1, 1),
    ]  # fmt: skip
    names = {"T:1": "Jo Bank", "T:2": "Ash Vale", "T:3": "Agency 1", "T:4": "Unallocated Staff"}
    found = cases_per_officer(kept(tmp_path, rows, names=names), who="everyone")
    assert {row["grade"]: (row["average_x10"], row["officers_x10"]) for row in found.rows}["PO"] == (350, 20)
    assert "3 of them, with 18 active cases" in found.notes[-1]


def test_what_is_left_out_is_of_all_days(tmp_path: Path) -> None:
    """Nothing is left out on the last day, whose names were removed; two posts were on the first one."""
    rows = [
        (JANUARY, "T:1", "PO", 30, 1), (JANUARY, "T:2", "PO", 9, 1), (JANUARY, "T:3", "PO", 8, 1),
        (date(2024, 2, 1), "T:1", "PO", 30, 1), (date(2024, 2, 1), "T:2", "PO", 9, 1),
    ]  # fmt: skip
    names = {"T:1": "Jo Bank", "T:2": "Vacant PO", "T:3": "Agency 1"}
    kept(tmp_path, rows, names=names)
    forgotten = [(FEBRUARY, "T:1", "PO", 30, 1), (FEBRUARY, "T:2", "PO", 9, 1)]
    found = cases_per_officer(kept(tmp_path, forgotten, names={"T:1": "", "T:2": ""}))
    assert "on 2 days. Most were on 31 January 2024: 2 of them, with 17 active cases." in found.notes[-2]
    assert found.notes[-1].startswith("On 1 day no post has a name")
    assert (found.rows[-1]["daily_x10"], found.rows[-1]["days"]) == (248, 3)  # 99 cases of 4 officers


@pytest.mark.parametrize(
    ("name", "nobody"),
    [
        ("Vacant PO", True), ("PO Vacant", True), ("Agency PO", True), ("Vacancy NQO 2", True),
        ("Not Known", True), ("Unallocated Staff", True), ("Post, Vacant", True), ("Vacant, A", True),
        ("Pool J", False), ("J. Duty", False), ("Post, A", False), ("Bank A B", False), ("Staff, C", False),
        ("Vacant Jones", False), ("PO", False), ("", False), (None, False),
    ],
)  # fmt: skip
def test_weak_words_are_surnames_and_strong_ones_are_nobody(name: str | None, nobody: bool) -> None:
    frame = pl.DataFrame({"name": [name]}, schema={"name": pl.String})
    assert frame.select(is_nobody("name", *words_of_nobody([]))).item() is nobody


def test_against_plain_counting(tmp_path: Path) -> None:
    chance = Random(32)
    days = [date(2023, 12, 20 + n) for n in range(0, 12, 3)] + [date(2024, 1, n) for n in (2, 15, 31)]
    rows = [
        (day, f"T{n % 3}:S{n // 2}", chance.choice(("PO", "PSO")), chance.randrange(0, 60), 1)
        for n in range(30)
        for day in days
        if chance.random() < 0.8
    ]
    found = cases_per_officer(kept(tmp_path, rows), grade="PO")
    for row in found.rows:
        year = [each for each in rows if row["period"] in ("all", str(each[0].year)) and each[2] == "PO"]
        people: dict[tuple[date, str], int] = {}
        for day, code, _, cases, _ in year:
            key = day, code.split(":")[1]
            people[key] = people.get(key, 0) + cases
        holding = [cases for cases in people.values() if cases]
        assert row["daily_x10"] == (2 * 10 * sum(holding) + len(holding)) // (2 * len(holding))
