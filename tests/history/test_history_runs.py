"""The four-week rule on whole histories, against a plain counter of one unit, day by day.

WMT_SOAK=1 takes 10,000 histories instead of 300.
"""

import os
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

import polars as pl
import pytest
from history_counter import (
    EXACT,
    FIRST,
    HAIR,
    IDLE,
    OVER,
    UNDER,
    Counter,
    Figure,
    holes,
    nights_of,
    random_figures,
    write_history,
)

from wmt.history import RunThreshold, dated_marks, marks, runs_on, spells
from wmt.history.day_steps import MarksOf
from wmt.ledger import shown_capacity
from wmt.rules import Overlay, load
from wmt.site.queries.runs import runs_of_posts

HISTORIES = 10_000 if os.environ.get("WMT_SOAK") == "1" else 300
DAYS = 150
RULE = RunThreshold("excessive_workload", 11_000, 28)


def day(number: int | None) -> date | None:
    return None if number is None else FIRST + timedelta(number)


def of(*marks: RunThreshold) -> MarksOf:
    return lambda _day: marks


def percent_x100(figure: tuple[int, int] | None) -> int:
    """Capacity in hundredths of a per cent, half-up, by another road than the program's."""
    assert figure is not None
    return (2 * 10_000 * figure[0] + figure[1]) // (2 * figure[1])


def test_marks_are_those_of_the_rules() -> None:
    found = marks(load().at(date(2026, 11, 20)))
    assert found == (
        RunThreshold("excessive_workload", 11_000, 28, 7, 7),
        RunThreshold("double_red", 12_000, 28, 7, 7),
    )
    assert dated_marks()(date(2026, 11, 20)) == found


@pytest.mark.soak
def test_every_run_of_random_histories(tmp_path: Path) -> None:
    chance = Random(28)
    units = {f"T{n % 40:02d}:S{n:05d}": random_figures(chance, DAYS) for n in range(HISTORIES)}
    for number in (40, 41, 90, 91, 92, 93, 120, 121, 122):  # nights that nobody has
        for figures in units.values():
            figures[number] = None
    history = write_history(tmp_path, units)
    last = DAYS - 1 if history.last == day(DAYS - 1) else (history.last - FIRST).days
    nights = nights_of(units)
    counted = {code: Counter(110).walk(figures[: last + 1], nights=nights) for code, figures in units.items()}
    found = spells(history, RULE).rows(named=True)
    told = [
        (
            row["code"], row["name"], row["began"], row["excess_from"], row["last_over"], row["ended"],
            row["days"], row["peak_x100"], row["end_reason"], row["with_figures"],
            (row["missing_nights"], row["absent_nights"]),
        )
        for row in found
    ]  # fmt: skip
    expected = [
        (
            code, f"Name of {code}", day(run.began), day(run.excess_from), day(run.last_over), day(run.ended),
            run.days, percent_x100(run.best), run.why, run.with_figures, holes(run, nights),
        )
        for code, counter in sorted(counted.items())
        for run in counter.runs
    ]  # fmt: skip
    assert told == expected
    assert sum(run.excess_from is not None for each in counted.values() for run in each.runs) > HISTORIES // 5


@pytest.mark.soak
def test_where_every_unit_stands_on_any_day(tmp_path: Path) -> None:
    chance = Random(110)
    units = {f"T{n % 40:02d}:S{n:05d}": random_figures(chance, DAYS) for n in range(HISTORIES)}
    history, nights = write_history(tmp_path, units), nights_of(units)
    for number in (0, 27, 28, 60, 99, DAYS - 1):
        found = runs_on(history, of(RULE), day=day(number))
        rows = {row["code"]: row for row in found.rows(named=True)}
        few = sorted(units)[:: max(1, HISTORIES // 7)]
        assert runs_on(history, of(RULE), day=day(number), codes=few).rows() == [
            tuple(rows[code].values()) for code in few if code in rows
        ]
        for code, figures in units.items():
            counter = Counter(110).walk(figures[: number + 1], nights=nights)
            here = any(figure is not None for figure in figures[: number + 1])
            assert (code in rows) == (here and counter.away <= 7)
            if code in rows:
                check(rows[code], counter, number, nights)


def check(row: dict[str, object], counter: Counter, number: int, nights: Sequence[bool] = ()) -> None:
    run = counter.now
    assert (row["over"], row["paused"], row["missing"], row["absent"]) == (
        counter.last == "over",
        counter.idle,
        counter.gone,
        counter.away,
    )
    if run is None:
        assert (row["length"], row["since"], row["excess_since"], row["full_on"]) == (0, None, None, None)
        return
    left = 28 - run.days
    full_on = day(number + left) if left > 0 else None
    assert (row["length"], row["since"]) == (run.days, day(run.began))
    assert (row["excess_since"], row["full_on"]) == (day(run.excess_from), full_on)
    assert (row["last_over"], row["with_figures"]) == (day(run.last_over), run.with_figures)
    if nights:
        assert (row["missing_nights"], row["absent_nights"]) == holes(run, nights)


EXAMPLES: dict[str, tuple[list[Figure], int, bool]] = {
    "28 such days": ([OVER] * 28, 28, True),
    "27 days": ([OVER] * 27, 27, False),
    "27 days, one at the mark": ([OVER] * 27 + [EXACT], 0, False),
    "a hole of 3 days does not count": ([OVER] * 14 + [None] * 3 + [OVER] * 13, 27, False),
    "a hole of 3 days": ([OVER] * 14 + [None] * 3 + [OVER] * 14, 28, True),
    "a hole of 40 days": ([OVER] * 20 + [None] * 40 + [OVER] * 11, 31, True),
    "a hole at the end": ([OVER] * 28 + [None] * 40, 28, True),
    "7 days without time": ([OVER] * 14 + [IDLE] * 7 + [OVER] * 14, 28, True),
    "8 days without time": ([OVER] * 20 + [IDLE] * 8 + [OVER] * 14, 14, False),
    "a hole in days without time": (
        [OVER] * 20 + [IDLE] * 5 + [None] * 20 + [IDLE] * 2 + [OVER] * 8,
        28,
        True,
    ),
    "a hole and too long a pause": (
        [OVER] * 20 + [IDLE] * 6 + [None] * 2 + [IDLE] * 2 + [OVER] * 8,
        8,
        False,
    ),
    "days without time do not count": ([OVER] * 27 + [IDLE] * 7, 27, False),
    "exactly 110.00%": ([EXACT] * 40, 0, False),
    "110.0048%, shown as 110.0%": ([HAIR] * 28, 28, True),
    "it comes after a figure under": ([UNDER] * 30 + [OVER] * 28, 28, True),
}


#: The same days where somebody else has figures on all of them: there are loads, without the unit.
ABSENT: dict[str, tuple[list[Figure], int, bool]] = {
    "a hole of 3 nights": ([OVER] * 14 + [None] * 3 + [OVER] * 11, 25, False),
    "and back for long enough": ([OVER] * 14 + [None] * 7 + [OVER] * 14, 28, True),
    "a hole of 8 nights": ([OVER] * 20 + [None] * 8 + [OVER] * 11, 11, False),
    "a hole in days without time": ([OVER] * 20 + [IDLE] * 5 + [None] * 2 + [OVER] * 8, 28, True),
    "who has left is no longer over": ([OVER] * 25 + [None] * 3, 25, False),
}


def test_who_is_gone_for_good_runs_no_longer(tmp_path: Path) -> None:
    history = write_history(tmp_path, {"T:S": [OVER] * 40 + [None] * 8, "T:OTHER": [OVER] * 48})
    assert runs_on(history, of(RULE), day=day(46))["code"].to_list() == ["T:OTHER", "T:S"]
    for codes in (["T:S", "T:OTHER"], None):
        assert runs_on(history, of(RULE), codes=codes)["code"].to_list() == ["T:OTHER"]
    (spell,) = spells(history, RULE, code="T:S").rows(named=True)
    assert (spell["ended"], spell["end_reason"], spell["days"]) == (day(47), "gone", 40)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_of_the_rule(tmp_path: Path, name: str) -> None:
    figures, length, excess = EXAMPLES[name]
    history = write_history(tmp_path, {"T:S": figures})
    (row,) = runs_on(history, of(RULE), codes=["T:S"]).rows(named=True)
    assert (row["length"], row["excess_since"] is not None) == (length, excess)


@pytest.mark.parametrize("name", ABSENT)
def test_a_load_without_the_unit_lends_it_no_figure(tmp_path: Path, name: str) -> None:
    figures, length, excess = ABSENT[name]
    history = write_history(tmp_path, {"T:S": figures, "T:OTHER": [UNDER] * len(figures)})
    for codes in (["T:S"], None):
        found = runs_on(history, of(RULE), codes=codes).filter(code="T:S")
        (row,) = found.rows(named=True)
        assert (row["length"], row["excess_since"] is not None) == (length, excess)
    (spell,) = spells(history, RULE, code="T:S")[-1:].rows(named=True)
    assert (spell["days"], spell["excess_from"] is not None) == (length, excess)


def test_missing_nights_after_it_went_do_not_end_it(tmp_path: Path) -> None:
    """Gone for one night, and then no nights at all: nobody knows that it is gone for good."""
    figures = [OVER] * 25 + [None] * 30
    history = write_history(tmp_path, {"T:S": figures, "T:OTHER": [UNDER] * 26 + [None] * 29})
    (row,) = runs_on(history, of(RULE), day=day(54), codes=["T:S"]).rows(named=True)
    assert (row["length"], row["missing"], row["absent"]) == (25, 30, 1)


def test_every_break_and_every_hole_is_told(tmp_path: Path) -> None:
    """352 days over, in 5 holes of one night: the words of the issue."""
    chance = Random(5)
    figures: list[Figure] = [OVER] * 357
    for hole in chance.sample(range(10, 350), 5):
        figures[hole] = None
    history = write_history(tmp_path, {"T:S": [UNDER, *figures]})
    (row,) = runs_on(history, of(RULE), codes=["T:S"]).rows(named=True)
    told = (row["length"], row["with_figures"], row["missing_nights"], row["absent_nights"])
    assert told == (352, 352, 5, 0)


def test_how_long_a_pause_lasts_is_the_same_for_few_and_for_all(tmp_path: Path) -> None:
    history = write_history(tmp_path, {"T:S": [OVER] * 3 + [IDLE] * 297})
    for codes in (None, ["T:S"]):
        assert runs_on(history, of(RULE), codes=codes)["paused"].to_list() == [297]


def test_a_hair_over_is_shown_as_the_mark() -> None:
    assert shown_capacity(*HAIR) == shown_capacity(*EXACT) == "110.0%"


def test_a_mark_that_changes_in_the_middle_of_a_run(tmp_path: Path) -> None:
    """118% is over 110, not over 120 and over 115 again: each day is judged by the rules of that day."""
    figures: list[Figure] = [(118_000, 100_000)] * 70
    history = write_history(tmp_path, {"T:S": figures})
    path = "thresholds.excessive_workload.percent"
    changes = [(path, FIRST + timedelta(number), percent) for number, percent in ((30, 120), (35, 115))]
    overlay = Overlay("Draft", "a test", tuple(changes))
    percents = [110] * 30 + [120] * 5 + [115] * 35
    for number in (29, 30, 34, 35, 61, 62, 69):
        counter = Counter(110).walk(figures[: number + 1], percents)
        rows = runs_on(history, dated_marks([overlay]), day=day(number)).rows(named=True)
        assert [row["mark"] for row in rows] == ["excessive_workload", "double_red"]
        check(rows[0], counter, number)
        assert rows[1]["length"] == 0
    of_day = dated_marks([overlay])
    found = spells(history, lambda today: of_day(today)[0]).rows(named=True)
    assert [(row["began"], row["ended"], row["days"]) for row in found] == [
        (day(0), day(30), 30),
        (day(35), None, 35),
    ]


def test_persons_are_the_sum_of_their_posts(tmp_path: Path) -> None:
    """Neither post is over the mark for 28 days; the person is, although one post comes later."""
    over, under = (60_000, 50_000), (52_000, 50_000)
    first: list[Figure] = [over] * 20 + [under] * 20
    second: list[Figure] = [under] * 5 + [over] * 35
    history = write_history(tmp_path, {"A:S": first, "B:S": second, "B:ELSE": [under] * 40})
    both = [(a[0] + b[0], a[1] + b[1]) for a, b in zip(first, second, strict=True) if a and b]
    counter = Counter(110).walk(both)
    rows = {row["code"]: row for row in runs_on(history, of(RULE), level="person").rows(named=True)}
    assert set(rows) == {"S", "ELSE"}
    check(rows["S"], counter, 39)


def test_units_of_every_level_have_runs(tmp_path: Path) -> None:
    history = write_history(tmp_path, {"A:S": [OVER] * 30, "B:S": [UNDER] * 30})
    for level, code, length in (("team", "A", 30), ("team", "B", 0), ("pdu", "P", 0), ("region", "R", 0)):
        rows = {row["code"]: row for row in runs_on(history, of(RULE), level=level).rows(named=True)}
        assert rows[code]["length"] == length
    assert runs_on(history, of(RULE), level="nation")["length"].to_list() == [0]


def test_spells_of_a_range_and_of_one_unit(tmp_path: Path) -> None:
    figures: list[Figure] = [OVER] * 5 + [UNDER] * 5 + [OVER] * 5 + [UNDER] * 5 + [OVER] * 5
    history = write_history(tmp_path, {"T:S": figures, "T:OTHER": [OVER] * 25})
    assert spells(history, RULE, code="T:S")["began"].to_list() == [day(0), day(10), day(20)]
    middle = spells(history, RULE, code="T:S", first=day(5), last=day(19))
    assert middle["began"].to_list() == [day(10)]
    cut = spells(history, RULE, code="T:S", first=day(4), last=day(12))
    assert cut.select("began", "ended", "days").rows() == [(day(0), day(5), 5), (day(10), None, 3)]


def test_nothing_to_count(tmp_path: Path) -> None:
    history = write_history(tmp_path, {"T:S": [OVER] * 3})
    assert runs_on(history, of(RULE), day=day(-1)).is_empty()
    assert runs_on(history, of(RULE), codes=["T:NOBODY"]).is_empty()
    assert runs_on(history, of(), level="team").is_empty()
    assert spells(history, RULE, last=day(-1)).is_empty()
    assert runs_on(history, of(RULE), day=day(5))["missing"].to_list() == [3]
    assert runs_on(history, of(RULE), day=day(600))["missing"].to_list() == [598]


def test_runs_of_everybody_at_once_are_whole_up_to_what_the_rule_asks(tmp_path: Path) -> None:
    """Whoever chooses somebody for a case sees '28 or more' also where pauses push a beginning far back."""
    # 25 days over, then pauses that break nothing: 32 days over in all, 17 of them in the last 45 nights
    pauses = [*[IDLE] * 7, OVER, *[None] * 7, OVER, *[None] * 7, OVER, *[None] * 7, *[OVER] * 4]
    chance = Random(36)
    units = {f"T:R{number}": random_figures(chance, 100) for number in range(150)}
    units |= {"T:P": [*[UNDER] * 40, *[OVER] * 25, *pauses], "T:U": [UNDER] * 100}
    past = write_history(tmp_path, units)
    assert past.last is not None
    found = runs_of_posts(past, past.last, list(units))
    whole = runs_on(past, of(RULE), day=past.last).filter(pl.col("length") > 0).rows(named=True)
    assert {code: min(row["length"], 28) for code, row in found.items()} == {
        row["code"]: min(row["length"], 28) for row in whole
    }
    assert [row for row in found.values() if row["length"] < 28] == [
        row for row in whole if row["length"] < 28
    ]
    assert found["T:P"]["since"] == day(40)
