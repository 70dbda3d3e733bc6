"""Streams in the history: each unit's own figures, never added, of nights and of archives."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import polars as pl
import pytest
from history_counter import whole

from wmt.history import (
    History,
    HistoryError,
    RunThreshold,
    compact,
    days_over,
    open_history,
    over_for_weeks,
    runs_on,
    spells,
)
from wmt.history.archive import keep
from wmt.history.matrices import Units, blocks

FIRST = date(2026, 3, 2)
RULE = RunThreshold("excessive_workload", 11_000, 28)
COURTS, OMIC, HEADLINE = "courts", "omic", "sentence_management"
Row = tuple[int, str, str, int, int]  # day number, post, stream, points, available


def kept(folder: Path, rows: Iterable[Row]) -> History:
    frame = pl.DataFrame(
        [
            {
                "day": FIRST + timedelta(number), "as_at": datetime(2026, 3, 2), "level": "post",
                "code": code, "name": code, "grade": "PO", "stream": stream, "points_x100": points,
                "team_code": code.split(":")[0], "staff_code": code.split(":")[1], "pdu_code": "P",
                "region_code": "R", "available_x100": available, "posts": 1,
            }
            for number, code, stream, points, available in rows
        ]
    )  # fmt: skip
    keep(folder, whole(frame))
    compact(folder)
    return open_history(folder)


def test_each_stream_is_a_sum_of_its_own_posts(tmp_path: Path) -> None:
    """Random posts in random streams at five levels, against plain sums; both ways of reading."""
    chance = Random(5)
    rows = [
        (day, f"T{n % 4}:S{n // 2}", chance.choice((HEADLINE, HEADLINE, COURTS, OMIC)), *amounts(chance))
        for day in range(40)
        for n in range(24)
        if chance.random() < 0.9
    ]
    rows = list({(row[0], row[1]): row for row in rows}.values())
    history = kept(tmp_path, rows)
    assert history.first
    assert history.last
    for level in ("team", "pdu", "region", "nation", "person"):
        for stream in (HEADLINE, COURTS, OMIC):
            expected: dict[tuple[str, int], list[int]] = {}
            for day, code, of, points, available in rows:
                if of == stream:
                    sums = expected.setdefault((unit_of(level, code), day), [0, 0])
                    sums[0], sums[1] = sums[0] + points, sums[1] + available
            assert whole_of(history, level, stream) == {key: tuple(sums) for key, sums in expected.items()}
            one = next(iter(expected))[0]
            series = history.series(level, one, history.first, history.last, stream=stream)
            told = {
                (one, (day - FIRST).days): (points, available)
                for day, points, available in series.select("day", "points_x100", "available_x100").rows()
                if points or available
            }
            assert told == {key: tuple(sums) for key, sums in expected.items() if key[0] == one and any(sums)}


def amounts(chance: Random) -> tuple[int, int]:
    return chance.randrange(1, 300_000), chance.choice((0, 100_000, 217_600))


def unit_of(level: str, code: str) -> str:
    team, staff = code.split(":")
    return {"team": team, "person": staff, "pdu": "P", "region": "R", "nation": "nation"}[level]


def whole_of(history: History, level: str, stream: str) -> dict[tuple[str, int], tuple[int, int]]:
    """What the file of whole months has of a level and stream, zeros left out."""
    assert history.first
    assert history.last
    units, found = Units(), {}
    for block in blocks(history, units, level, history.first, history.last, stream=stream):
        for column, day in block.days:
            for number, code in enumerate(units.codes):
                if number < len(block.present) and block.present[number, column]:
                    points, available = block.points[number, column], block.available[number, column]
                    if points or available:
                        found[code, (day - FIRST).days] = int(points), int(available)
    return found


def test_a_unit_without_the_headline_has_nothing_in_it(tmp_path: Path) -> None:
    history = kept(tmp_path, [(0, "T:1", COURTS, 100, 200)])
    (row,) = history.series("team", "T", FIRST, FIRST).rows(named=True)
    assert (row["stream"], row["points_x100"], row["available_x100"], row["posts"]) == (HEADLINE, 0, 0, 0)
    (row,) = history.series("team", "T", FIRST, FIRST, stream=COURTS).rows(named=True)
    assert (row["points_x100"], row["posts"]) == (100, 1)
    with pytest.raises(HistoryError, match="there is no stream 'prison'"):
        history.series("team", "T", FIRST, FIRST, stream="prison")


def test_an_archive_that_added_all_streams_stands_for_the_headline_and_says_so(tmp_path: Path) -> None:
    rows = [(day, "T:1", "", 130, 100) for day in range(20)]
    rows += [(day, "T:1", HEADLINE, 130, 100) for day in range(20, 30)]
    history = kept(tmp_path, rows)
    assert history.together == [FIRST + timedelta(day) for day in range(20)]
    assert history.series("team", "T", FIRST, FIRST + timedelta(40)).height == 30
    assert history.series("team", "T", FIRST, FIRST + timedelta(40), stream=COURTS).is_empty()
    found = over_for_weeks(history, 11_000, 4)
    assert found.rows[0]["over"] == 1
    assert (
        "Archive figures from 2 March 2026 to 21 March 2026 are of all streams together, as the archive "
        "gave them." in found.notes
    )
    assert "Figures are of sentence management alone." in found.notes


def test_runs_are_within_a_stream(tmp_path: Path) -> None:
    """Courts have a run of their own, OMiC claims none; a person is over in one stream and not in another."""
    rows = [(day, "T:1", COURTS, 150, 100) for day in range(30)]
    rows += [(day, "T:2", OMIC, 150, 100) for day in range(30)]
    rows += [(day, "T:3", HEADLINE, 150, 100) for day in range(30)]
    rows += [(day, "U:3", COURTS, 10, 900) for day in range(30)]
    history = kept(tmp_path, rows)
    marks = (RULE,)
    posts = runs_on(history, lambda _: marks)
    assert dict(posts.select("code", "length").rows()) == {"T:1": 30, "T:3": 30, "U:3": 0}
    few = runs_on(history, lambda _: marks, codes=["T:1", "T:2"])
    assert few["code"].to_list() == ["T:1"]
    people = runs_on(history, lambda _: marks, level="person")
    assert dict(people.select("code", "length").rows()) == {"3": 30}
    in_court = runs_on(history, lambda _: marks, level="person", stream=COURTS)
    assert dict(in_court.select("code", "length").rows()) == {"1": 30, "3": 0}
    assert spells(history, RULE, stream=COURTS)["code"].to_list() == ["T:1"]
    assert days_over(history, 11_000, "post", stream=COURTS).rows[0]["code"] == "T:1"
    assert days_over(history, 11_000, "post").sentence == "1 of 1 posts were over 110% on at least one day."
    with pytest.raises(HistoryError, match="OMiC has no capacity yet"):
        over_for_weeks(history, 11_000, 4, stream=OMIC)


def test_a_post_that_changes_its_stream_goes_on_as_a_post(tmp_path: Path) -> None:
    rows = [(day, "T:1", HEADLINE if day < 14 else COURTS, 150, 100) for day in range(28)]
    history = kept(tmp_path, [*rows, *((day, "T:2", HEADLINE, 1, 100) for day in range(28))])
    marks = (RULE,)
    for codes in (None, ["T:1"]):
        found = runs_on(history, lambda _: marks, codes=codes).filter(code="T:1")
        assert found["length"].to_list() == [28]
    (spell,) = spells(history, RULE, stream=HEADLINE).rows(named=True)
    assert (spell["days"], spell["end_reason"]) == (14, "gone")
