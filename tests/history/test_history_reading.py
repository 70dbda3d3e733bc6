"""Reading a history: units, the units below them, grades, people; and days put together to periods."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import polars as pl
import pytest
from history_folders import Posts, write_night
from polars.testing import assert_frame_equal

from wmt.history import (
    FIGURE,
    STEPS,
    SUMMED,
    History,
    HistoryError,
    compact,
    in_steps,
    mean_x100,
    open_history,
    reader,
)
from wmt.history.reader import ALL_LEVELS

OFTEN = ("day", "code", "night", "name", "stream", "grade", "points_x100", "available_x100", "cases")
FIRST, LAST = date(2026, 1, 20), date(2026, 3, 10)
NOBODY = [date(2026, 2, 3) + timedelta(n) for n in range(9)]


def posts_of(day: date) -> Posts:
    """A1:S1 moves to C1 on 15 February; A1:S2 is away in the first week of March; figures tell their day."""
    moved = day >= date(2026, 2, 15)
    number = (day - FIRST).days
    found = {
        ("C1" if moved else "A1", "S1"): (100_000 + number, 100_000, "PO"),
        ("B1", "S3"): (200_000 + number, 100_000, "PSO"),
        ("B1", "S1"): (300, 0, "PO"),
        ("D1", "S4"): (50_000 + number, 100_000, "PSO" if moved else "TPO"),
    }
    if not date(2026, 3, 1) <= day <= date(2026, 3, 7):
        found["A1", "S2"] = (110_000, 100_000, "PO")
    return found


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    nights = tmp_path_factory.mktemp("read")
    for day in every_day():
        write_night(nights, datetime.combine(day, datetime.min.time()).replace(hour=18), posts_of(day))
    compact(nights)
    return open_history(nights)


def every_day() -> list[date]:
    days = [FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)]
    return [day for day in days if day not in NOBODY]


def points(day: date, *keys: tuple[str, str]) -> int:
    return sum(posts_of(day)[key][0] for key in keys)


def test_a_post_s_days(history: History) -> None:
    found = history.series("post", "B1:S3", FIRST, LAST)
    assert found.schema == FIGURE
    assert found["day"].to_list() == every_day()
    assert found["points_x100"].to_list() == [points(day, ("B1", "S3")) for day in every_day()]
    about = found.row(3, named=True)
    assert (about["grade"], about["team_code"], about["pdu_code"], about["region_code"]) == (
        "PSO",
        "B1",
        "PA",
        "R1",
    )
    assert (about["staff_code"], about["name"], about["as_at"].hour) == ("S3", "N B1:S3", 18)
    assert about["night"] == f"{about['day']}T180000"


def test_months_that_are_kept_are_those_of_the_files(history: History) -> None:
    """Asked for what is often asked for, a unit has the rows of the whole table."""
    for level, code in (("post", "A1:S2"), ("post", "C1:S1"), ("team", "B1"), ("team", "X"), ("pdu", "PA")):
        whole = history.series(level, code, FIRST, LAST)
        for _ in range(2):  # the second time from what was kept
            found = history.series(level, code, FIRST, LAST, columns=OFTEN)
            assert_frame_equal(found, whole.select(OFTEN))
    below = history.below("region", "R1", "post", FIRST, LAST, columns=OFTEN)
    assert_frame_equal(below, history.below("region", "R1", "post", FIRST, LAST).select(OFTEN))


def test_what_was_read_of_a_unit_answers_for_every_span_of_it(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was asked for before, of months that were read already or of others before and after."""
    monkeypatch.setattr(reader, "_LONG", timedelta(days=10))
    monkeypatch.setattr(reader, "_LEAD", timedelta(days=25))
    days = every_day()
    chance = Random(11)
    spans = [sorted(chance.sample(range(len(days)), 2)) for _ in range(60)]
    for post in ("B1:S3", "A1:S1", "C1:S1"):
        monkeypatch.setattr(reader, "_UNITS", reader._UnitRows(2))
        key = (post[:2], post[3:])
        for first, last in spans:
            found = history.series("post", post, days[first], days[last], columns=("day", "points_x100"))
            there = [day for day in days[first : last + 1] if key in posts_of(day)]
            assert found.rows() == [(day, posts_of(day)[key][0]) for day in there]


def test_a_month_that_is_written_again_is_read_again(tmp_path: Path) -> None:
    def of_the_day() -> list[int]:
        found = open_history(tmp_path).series("post", "A1:S1", FIRST, FIRST, columns=OFTEN)
        return found["points_x100"].to_list()

    as_at = datetime(2026, 1, 20, 18)
    write_night(tmp_path, as_at, {("A1", "S1"): (100, 100, "PO")})
    compact(tmp_path)
    assert of_the_day() == [100]
    write_night(tmp_path, as_at + timedelta(hours=2), {("A1", "S1"): (300, 100, "PO")})
    compact(tmp_path)
    assert of_the_day() == [300]


def test_a_post_that_vanishes_and_comes_back(history: History) -> None:
    days = history.series("post", "A1:S2", date(2026, 2, 25), LAST)["day"].to_list()
    assert days == [day for day in every_day() if day >= date(2026, 2, 25) and ("A1", "S2") in posts_of(day)]


def test_a_person_who_changed_team(history: History) -> None:
    assert history.series("post", "A1:S1", FIRST, LAST)["day"].max() == date(2026, 2, 14)
    assert history.series("post", "C1:S1", FIRST, LAST)["day"].min() == date(2026, 2, 15)
    person = history.series("person", "S1", FIRST, LAST)
    assert person["day"].to_list() == every_day()
    assert person["points_x100"].to_list() == [
        points(day, *(key for key in posts_of(day) if key[1] == "S1")) for day in every_day()
    ]
    assert set(person["posts"]) == {2}
    posts = history.posts_of("S1", date(2026, 2, 13), date(2026, 2, 16))
    assert sorted(set(posts["code"])) == ["A1:S1", "B1:S1", "C1:S1"]


def test_days_without_a_night_have_no_row(history: History) -> None:
    assert history.series("nation", "nation", NOBODY[0], NOBODY[-1]).is_empty()
    assert history.night_of(NOBODY[4]) == "2026-02-02T180000"
    assert history.standing(NOBODY[4]) is None
    assert history.series("post", "A1:NOBODY", FIRST, LAST).is_empty()
    assert history.series("post", "B1:S3", date(2020, 1, 1), date(2020, 5, 1)).is_empty()


@pytest.mark.parametrize("grade", ["PO", "PSO", "TPO"])
@pytest.mark.parametrize(
    ("level", "code"), [("team", "B1"), ("pdu", "PA"), ("region", "R2"), ("nation", "nation")]
)
def test_grades_of_a_unit_are_the_sum_of_its_posts(
    history: History, level: str, code: str, grade: str
) -> None:
    inside = {"team": ("B",), "pdu": ("A", "B"), "region": ("D",), "nation": ("A", "B", "C", "D")}[level]
    found = history.series(level, code, FIRST, LAST, grade)
    expected = {}
    for day in every_day():
        keys = [key for key, post in posts_of(day).items() if key[0][0] in inside and post[2] == grade]
        if keys:
            expected[day] = points(day, *keys)
    assert dict(found.select("day", "points_x100").rows()) == expected
    assert set(found["grade"]) <= {grade}


def test_grade_of_a_post(history: History) -> None:
    assert history.series("post", "D1:S4", FIRST, LAST, "PSO")["day"].min() == date(2026, 2, 15)
    assert history.series("post", "D1:S4", FIRST, LAST, "TPO")["day"].max() == date(2026, 2, 14)


@pytest.mark.parametrize(
    ("level", "code", "child", "codes"),
    [
        ("nation", "nation", "region", {"R1", "R2"}),
        ("region", "R1", "pdu", {"PA", "PC"}),
        ("pdu", "PA", "team", {"A1", "B1"}),
        ("team", "B1", "post", {"B1:S1", "B1:S3"}),
        ("region", "R1", "post", {"A1:S1", "A1:S2", "B1:S1", "B1:S3", "C1:S1"}),
        ("nation", "nation", "person", {"S1", "S2", "S3", "S4"}),
        ("team", "B", "post", set()),
        ("nation", "nation", "nation", {"nation"}),
    ],
)
def test_units_below(history: History, level: str, code: str, child: str, codes: set[str]) -> None:
    found = history.below(level, code, child, FIRST, LAST)
    assert set(found["code"]) == codes
    assert found.schema == FIGURE
    assert found.select("code", "day").is_duplicated().sum() == 0
    whole = history.series(level, code, FIRST, LAST) if codes else found
    assert found["points_x100"].sum() == whole["points_x100"].sum()


def test_levels_that_there_are(history: History) -> None:
    assert ALL_LEVELS == ("post", "person", "team", "pdu", "region", "nation")
    with pytest.raises(HistoryError, match="no level 'office'; choose one of post, person"):
        history.series("office", "X", FIRST, LAST)


PERIOD_OF = {
    "day": lambda day: (day, day),
    "week": lambda day: (day - timedelta(day.weekday()), day + timedelta(6 - day.weekday())),
    "month": lambda day: (
        day.replace(day=1),
        (day.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1),
    ),
    "7": lambda day: back(day, 7),
    "28": lambda day: back(day, 28),
    "range": lambda _day: (FIRST, LAST),
}


def back(day: date, length: int) -> tuple[date, date]:
    """The stretch of a length, counted back from the last day, in which a day lies."""
    end = LAST
    while end - timedelta(length) >= day:
        end -= timedelta(length)
    return end - timedelta(length - 1), end


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("child", ["post", "region"])
def test_periods_drop_no_day(history: History, step: str, child: str) -> None:
    days = history.below("nation", "nation", child, FIRST, LAST)
    expected: dict[tuple[str, date, date], list[int]] = {}
    for row in days.rows(named=True):
        first, last = PERIOD_OF[step](row["day"])
        key = (row["code"], max(first, FIRST), min(last, LAST))
        sums = expected.setdefault(key, [0, 0, 0])
        for place, value in enumerate((1, row["points_x100"], row["available_x100"])):
            sums[place] += value
    found = in_steps(days, step, ("code",), first=FIRST, last=LAST)
    told = found.select("code", "first", "last", "days", "points_x100", "available_x100").rows()
    assert told == [(*key, *sums) for key, sums in sorted(expected.items())]
    assert found["days"].sum() == len(days)
    assert set(SUMMED) <= set(found.columns)


def test_periods_of_nothing_and_of_no_step(history: History) -> None:
    nothing = history.series("post", "NOBODY:X", FIRST, LAST)
    assert in_steps(nothing, "week").is_empty()
    with pytest.raises(HistoryError, match="no step 'year'"):
        in_steps(nothing, "year")


def test_a_period_tells_what_stood_on_its_last_day(history: History) -> None:
    february = in_steps(history.series("post", "D1:S4", date(2026, 2, 1), date(2026, 2, 28)), "month")
    assert february.row(0, named=True)["grade"] == "PSO"


def test_means_are_rounded_half_up() -> None:
    assert [mean_x100(total, 4) for total in (0, 1, 2, 3, 6, -2)] == [0, 0, 1, 1, 2, -1]
    assert mean_x100(5, 0) is None


BELOW = {
    "team": ("post", "person"),
    "pdu": ("post", "person", "team"),
    "region": ("post", "person", "team", "pdu"),
    "nation": ("post", "person", "team", "pdu", "region"),
}


def every_answer(of: History) -> Iterator[tuple[str, pl.DataFrame]]:
    """A call of each way of reading figures, for every level, unit and grade of it."""
    everything = of.figures("post", FIRST, LAST, FIGURE.names())
    staff = sorted(set(everything["staff_code"]))
    for level in ALL_LEVELS:
        yield f"figures of {level}", of.figures(level, FIRST, LAST, ("code", "day", "points_x100"))
        for code in (
            "A1",
            "B1",
            "C1",
            "D1",
            "PA",
            "PB",
            "R1",
            "R2",
            "nation",
            *staff,
            *set(everything["code"]),
        ):
            yield f"series of {level} {code}", of.series(level, code, FIRST, LAST)
            yield f"series of {level} {code}, PO", of.series(level, code, FIRST, LAST, "PO")
            for child in BELOW.get(level, ()):
                yield f"{child}s below {level} {code}", of.below(level, code, child, FIRST, LAST)
    for code in staff:
        yield f"posts of {code}", of.posts_of(code, FIRST, LAST)
    for month, path in of.months(FIRST, LAST):
        yield f"table of {month}", of.table(path, pl.lit(True))


def test_a_history_of_some_regions_answers_only_of_them(history: History) -> None:
    regions = sorted(set(history.figures("region", FIRST, LAST, ("code", "day"))["code"]))
    assert len(regions) > 1
    for region in regions:
        narrowed = history.of_regions([region])
        answers = dict(every_answer(narrowed))
        whole = dict(every_answer(history))
        told = {name: frame for name, frame in answers.items() if "region_code" in frame.columns}
        assert {
            (name, row["level"], row["code"])
            for name, frame in told.items()
            for row in frame.iter_rows(named=True)
            if region not in (row["region_code"], row["code"]) and row["level"] != "person"
        } == set()
        # a person's sum is of the posts in these regions and of no others
        assert set(answers["figures of post"]["code"]) < set(whole["figures of post"]["code"])
        assert answers["figures of nation"].is_empty()
        assert narrowed.version != history.version
        assert not narrowed.whole


def test_a_person_s_sum_is_of_the_posts_that_may_be_read(history: History) -> None:
    posts = history.figures("post", FIRST, LAST, FIGURE.names()).filter(pl.col("staff_code") == "S1")
    for region in ("R1", "R2"):
        there = posts.filter(pl.col("region_code") == region).group_by("day").agg(pl.col("points_x100").sum())
        found = history.of_regions([region]).series("person", "S1", FIRST, LAST)
        assert dict(found.select("day", "points_x100").iter_rows()) == dict(there.iter_rows())
