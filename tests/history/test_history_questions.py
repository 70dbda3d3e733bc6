"""The five-year questions against plain counting."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from history_counter import (
    EXACT,
    HAIR,
    IDLE,
    OVER,
    UNDER,
    Counter,
    Figure,
    nights_of,
    random_figures,
    write_history,
)

from wmt.history import (
    READINGS,
    Answer,
    History,
    HistoryError,
    RunThreshold,
    days_over,
    longest_spells,
    open_history,
    over_for_weeks,
    spells,
    spread,
)

FIRST = date(2025, 10, 6)  # a Monday
DAYS = 200  # into April 2026


@pytest.fixture(scope="module")
def units() -> dict[str, list[Figure]]:
    chance = Random(5)
    found = {f"T{n % 5}:S{n:03d}": random_figures(chance, DAYS) for n in range(120)}
    found["T9:ALWAYS"] = [OVER] * DAYS
    for figures in found.values():
        figures[60] = figures[61] = None
    return found


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory, units: dict[str, list[Figure]]) -> History:
    return write_history(tmp_path_factory.mktemp("asked"), units, FIRST)


def in_excess(counter: Counter, low: int, high: int) -> bool:
    """Whether some day of a range lies in a run that had lasted long enough."""
    return any(
        run.excess_from is not None and run.excess_from <= high and (run.ended is None or run.ended > low)
        for run in counter.runs
    )


YEARS = {2025: (0, (date(2025, 12, 31) - FIRST).days), 2026: ((date(2026, 1, 1) - FIRST).days, DAYS - 1)}


def test_who_was_over_for_weeks_in_each_year(history: History, units: dict[str, list[Figure]]) -> None:
    found = over_for_weeks(history, 11_000, 4)
    nights = nights_of(units)
    counted = {code: Counter(110).walk(figures, nights=nights) for code, figures in units.items()}
    who = found.details[0].rows
    for row in found.rows:
        low, high = YEARS[row["year"]]
        there = {code for code, figures in units.items() if any(figures[low : high + 1])}
        expected = {code for code in there if in_excess(counted[code], low, high)}
        assert (row["over"], row["units"]) == (len(expected), len(there))
        assert {each["code"] for each in who if each["year"] == row["year"]} == expected
        assert row["share_x100"] == (20_000 * len(expected) + len(there)) // (2 * len(there))
    assert [(row["days"], row["missing"]) for row in found.rows] == [(85, 2), (113, 0)]
    first, second = found.rows
    assert found.sentence == (
        f"Posts over 110% for 4 weeks in a row: {first['over']} of {first['units']} in 2025 "
        f"(85 days with figures) and {second['over']} of {second['units']} in 2026."
    )
    assert found.notes[0] == "6 October 2025 to 23 April 2026: 198 days with figures, 2 without."


def test_a_range_cuts_years_and_other_levels_are_asked_alike(history: History) -> None:
    found = over_for_weeks(history, 11_000, 4, "team", date(2026, 1, 10), date(2026, 2, 1))
    assert [(row["first"], row["last"]) for row in found.rows] == [(date(2026, 1, 10), date(2026, 2, 1))]
    assert found.sentence.startswith("Teams over 110% for 4 weeks in a row: ")
    assert {row["code"] for row in found.details[0].rows} >= {"T9"}
    assert over_for_weeks(history, 11_000, 4, "person").rows[1]["over"] > 0
    assert over_for_weeks(history, 11_000, 4, grade="PO").rows == over_for_weeks(history, 11_000, 4).rows
    assert over_for_weeks(history, 11_000, 4, grade="SPO").rows[0]["units"] == 0


def weekly(figures: Sequence[Figure], nights: Sequence[bool], percent: int) -> list[list[int]]:
    """Runs of whole weeks over a mark, as the numbers of their weeks; others are weeks without a night."""
    runs: list[list[int]] = []
    now: list[int] = []
    away = 0
    for week in range(len(figures) // 7):
        part = slice(7 * week, 7 * week + 7)
        days = [figure for figure in figures[part] if figure]
        points, available = (sum(each[place] for each in days) for place in (0, 1))
        away = 0 if days else away + any(nights[part])
        if available and 100 * points > percent * available:
            if not now:
                runs.append(now)
            now.append(week)
        elif days or away > 1:
            now = []
    return runs


def test_read_by_weekly_figures(history: History, units: dict[str, list[Figure]]) -> None:
    found = spells(history, RunThreshold("asked", 11_000, 28), reading="weekly")
    told = found.select("code", "began", "excess_from", "last_over", "days").rows()
    nights = nights_of(units)
    expected = [
        (
            code, FIRST + timedelta(7 * weeks[0]),
            FIRST + timedelta(7 * weeks[3] + 6) if len(weeks) > 3 else None,
            FIRST + timedelta(7 * weeks[-1] + 6), 7 * len(weeks),
        )
        for code, figures in sorted(units.items())
        for weeks in weekly(figures, nights, 110)
    ]  # fmt: skip
    assert told == expected


def by_sums(figures: Sequence[Figure], nights: Sequence[bool], percent: int) -> list[int]:
    """Days with figures up to which 28 nights were over a mark together, of a unit that was there."""
    found = []
    lived = gone = 0
    window: list[Figure] = []
    for number, figure in enumerate(figures):
        if not nights[number]:
            continue
        gone = 0 if figure else gone + 1
        lived = lived + 1 if gone <= 7 and (figure or lived) else 0
        window = [*window, figure][-28:]
        points, available = (sum(each[place] for each in window if each) for place in (0, 1))
        if figure and lived >= 28 and available and 100 * points > percent * available:
            found.append(number)
    return found


def test_read_by_the_sum_of_the_days(history: History, units: dict[str, list[Figure]]) -> None:
    found = spells(history, RunThreshold("asked", 11_000, 28), reading="sum")
    nights = nights_of(units)
    loaded = [number for number, is_there in enumerate(nights) if is_there]
    told = dict.fromkeys(units, 0)
    for row in found.rows(named=True):
        low, first = ((row[name] - FIRST).days for name in ("began", "excess_from"))
        assert loaded.index(first) - loaded.index(low) == 27
        over = by_sums(units[row["code"]], nights, 110)
        assert {first, (row["last_over"] - FIRST).days} <= set(over)
        told[row["code"]] += row["days"] - 27
    assert told == {code: len(by_sums(figures, nights, 110)) for code, figures in units.items()}


def test_every_reading_answers(history: History) -> None:
    sentences = {
        reading: over_for_weeks(history, 11_000, 4, reading=reading).sentence for reading in READINGS
    }
    assert len(set(sentences.values())) == 3
    with pytest.raises(HistoryError, match="no reading 'monthly'; choose one of every day, weekly, sum"):
        over_for_weeks(history, 11_000, 4, reading="monthly")


def test_days_over(history: History, units: dict[str, list[Figure]]) -> None:
    found = days_over(history, 11_000, "post", date(2025, 11, 1), date(2026, 2, 28))
    low, high = ((day - FIRST).days for day in (date(2025, 11, 1), date(2026, 2, 28)))
    expected = {}
    for code, figures in units.items():
        days = [figure for figure in figures[low : high + 1] if figure]
        if days:
            over = sum(available > 0 and 100 * points > 110 * available for points, available in days)
            expected[code] = (over, len(days))
    assert {row["code"]: (row["over"], row["days"]) for row in found.rows} == expected
    assert [row["over"] for row in found.rows] == sorted(
        (over for over, _ in expected.values()), reverse=True
    )
    some = sum(over > 0 for over, _ in expected.values())
    assert found.sentence == f"{some} of {len(expected)} posts were over 110% on at least one day."


def test_longest_spells(history: History, units: dict[str, list[Figure]]) -> None:
    found = longest_spells(history, 11_000, top=5)
    nights = nights_of(units)
    counted = (Counter(110).walk(each, nights=nights) for each in units.values())
    lengths = sorted((run.days for counter in counted for run in counter.runs), reverse=True)
    assert [row["days"] for row in found.rows] == lengths[:5]
    assert found.rows[0]["code"] == "T9:ALWAYS"
    assert found.sentence == (
        f"{len(lengths)} spells of posts over 110%; the longest is of 198 days, since 6 October 2025."
    )
    assert len(longest_spells(history, 11_000, top=0).rows) == len(lengths)
    assert longest_spells(history, 90_000).sentence == "0 spells of posts over 900%; there is none."


def spread_history(folder: Path) -> History:
    """One post in every band, at its upper end, and one a hair over it; one without time."""
    ends = (80, 90, 100, 110, 120, 140)
    figures: dict[str, list[Figure]] = {f"T:E{end}": [(end * 1_000, 100_000)] for end in ends}
    figures |= {f"T:H{end}": [(end * 1_000 + 1, 100_000)] for end in ends}
    return write_history(folder, {**figures, "T:IDLE": [IDLE]}, FIRST)


def test_bands_hold_their_upper_ends(tmp_path: Path) -> None:
    found = spread(spread_history(tmp_path))
    whole = found.rows[-1]
    assert (whole["grade"], whole["units"], whole["no_time"], whole["lowest"], whole["beyond"]) == (
        "all",
        13,
        1,
        1,
        1,
    )
    assert [whole[key] for key, _ in found.columns[5:10]] == [2] * 5
    assert found.rows[0]["grade"] == "PO"
    assert found.sentence == "Posts over 110%: 5 of 13 (6 October 2025)."


def test_spread_by_year_is_of_sums(tmp_path: Path) -> None:
    """130% on one day and 80% on the next are 105% together."""
    history = write_history(tmp_path, {"T:S": [(130_000, 100_000), (80_000, 100_000)]}, date(2025, 12, 30))
    (row,) = [row for row in spread(history, by="year").rows if row["grade"] == "all"]
    assert (row["period"], row["over_100"], row["units"]) == ("2025", 1, 1)
    with pytest.raises(HistoryError, match="no spread by 'month'"):
        spread(history, by="month")
    assert spread(history, "team", by="day").rows[0]["over_110"] == 0


@pytest.mark.parametrize(
    "ask",
    [
        lambda history: over_for_weeks(history, 12_000, 4, first=date(2030, 1, 1)),
        lambda history: days_over(history, 12_000, last=date(2020, 1, 1)),
        lambda history: longest_spells(history, 12_000, first=date(2025, 12, 5), last=date(2025, 12, 6)),
    ],
)
def test_dates_without_figures_are_refused(history: History, ask: object) -> None:
    assert callable(ask)
    with pytest.raises(HistoryError, match="has figures; they run from 6 October 2025 to 23 April 2026"):
        ask(history)


def test_what_cannot_be_asked(history: History, tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match=r"there is no history in .*: load nights, or bring in an archive"):
        over_for_weeks(open_history(tmp_path), 12_000, 4)
    with pytest.raises(HistoryError, match="1 February 2026 is after 1 January 2026"):
        days_over(history, 12_000, first=date(2026, 2, 1), last=date(2026, 1, 1))
    with pytest.raises(HistoryError, match="no level 'office'"):
        days_over(history, 12_000, "office")
    with pytest.raises(HistoryError, match="must be a percentage"):
        over_for_weeks(history, -1, 4)


def test_an_answer_is_plain_data(history: History) -> None:
    answers: list[Answer] = [
        over_for_weeks(history, 11_250, 4),
        days_over(history, 11_250),
        spread(history),
        longest_spells(history, 11_250),
    ]
    for answer in answers:
        for each in (answer, *answer.details):
            for row in each.rows:
                assert {key for key, _ in each.columns} <= set(row)
        assert answer.notes
    assert "112.5%" in answers[0].sentence


def test_a_hair_counts_and_the_mark_itself_does_not(tmp_path: Path) -> None:
    history = write_history(tmp_path, {"T:EXACT": [EXACT] * 28, "T:HAIR": [HAIR] * 28, "T:U": [UNDER] * 28})
    assert [row["code"] for row in over_for_weeks(history, 11_000, 4).details[0].rows] == ["T:HAIR"]


def test_nobody_is_over_in_a_year_without_a_figure_of_theirs(tmp_path: Path) -> None:
    """A run that a hole at the turn of the year breaks only on 3 January belongs to the year before."""
    begin = date(2025, 11, 1)
    until = (date(2025, 12, 31) - begin).days + 1
    gone: list[Figure] = [OVER] * (until - 1) + [None] * 30
    history = write_history(tmp_path, {"T:GONE": gone, "T:OTHER": [UNDER] * len(gone)}, begin)
    found = over_for_weeks(history, 11_000, 4)
    assert [(row["year"], row["over"], row["units"]) for row in found.rows] == [(2025, 1, 2), (2026, 0, 1)]


def test_a_year_without_figures_is_no_data_and_never_nobody(tmp_path: Path) -> None:
    begin = date(2023, 11, 20)
    until, gap = (date(2023, 12, 31) - begin).days + 1, 366  # 2024
    figures: list[Figure] = [OVER] * until + [None] * gap + [OVER] * 40
    history = write_history(tmp_path, {"T:ONE": figures}, begin)
    found = over_for_weeks(history, 11_000, 4)
    nothing = found.rows[1]
    assert (nothing["year"], nothing["days"], nothing["missing"]) == (2024, 0, 366)
    assert (nothing["units"], nothing["over"], nothing["share_x100"]) == (None, None, None)
    assert [row["over"] for row in found.rows] == [1, None, 1]
    assert found.sentence == (
        "Posts over 110% for 4 weeks in a row: 1 of 1 in 2023, no data in 2024 and 1 of 1 in 2025."
    )
    by_year = spread(history, by="year")
    whole = [row for row in by_year.rows if row["grade"] == "all"]
    assert [(row["period"], row["units"], row["days"]) for row in whole] == [
        ("2023", 1, 42), ("2024", None, 0), ("2025", 1, 40),
    ]  # fmt: skip
    assert by_year.sentence == "Posts over 110%: 1 of 1 (2023), no data (2024), 1 of 1 (2025)."
