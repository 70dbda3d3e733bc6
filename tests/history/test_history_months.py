"""Months are what the folders say, whatever came first, was corrected, was killed, or ran beside another.

WMT_SOAK=1 kills 100 compactions instead of 3.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from history_folders import ONE, Posts, archived, files_of, totals_of, write_night
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wmt.history import History, compact, open_history
from wmt.history.archive import keep
from wmt.history.check import check_history
from wmt.nights.accepted_losses import accept_missing

KILLS = 100 if os.environ.get("WMT_SOAK") == "1" else 3
START = datetime(2026, 3, 24, 2, 30)  # the clocks change on 29 March
TEAMS = ("A1", "B1", "C1", "D1")
COMPACT = "import sys; from pathlib import Path; from wmt.history import compact; compact(Path(sys.argv[1]))"

posts = st.dictionaries(
    st.tuples(st.sampled_from(TEAMS), st.sampled_from(("S1", "S2", "S3"))),
    st.tuples(
        st.integers(0, 500_000), st.sampled_from((0, 100_000, 217_600)), st.sampled_from(("PO", "PSO"))
    ),
    min_size=1,
    max_size=6,
)
#: Half days from the start, revision, posts.
loads = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 2), posts), min_size=1, max_size=8)


def moment(half_days: int) -> datetime:
    return START + timedelta(hours=12 * half_days)


def figures_of(history: History, level: str) -> list[tuple[object, ...]]:
    assert history.first
    assert history.last
    found = history.figures(
        level, history.first, history.last, ("day", "code", "points_x100", "available_x100")
    )
    return sorted(found.rows())


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(loads=loads, order=st.randoms(use_true_random=False))
def test_months_are_the_folders_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, loads: list[tuple[int, int, Posts]], order: random.Random
) -> None:
    nights, fresh = (tmp_path_factory.mktemp(name) / "nights" for name in ("grown", "fresh"))
    distinct = {(half, revision): posts for half, revision, posts in loads}
    come = list(distinct.items())
    order.shuffle(come)
    for (half, revision), given_posts in come:
        write_night(nights, moment(half), given_posts, revision)
        if order.random() < 0.5:
            compact(nights)
    compact(nights)
    shutil.copytree(nights, fresh, ignore=shutil.ignore_patterns("history"))
    compact(fresh)
    assert files_of(nights) == files_of(fresh)
    assert compact(nights).written == ()

    stands: dict[date, tuple[int, int]] = {}
    for key in sorted(distinct):
        stands[moment(key[0]).date()] = key
    history = open_history(nights)
    assert history.days == sorted(stands)
    for level in ("post", "team", "pdu", "region", "nation"):
        expected = [
            (day, row["code"], row["points_x100"], row["available_x100"])
            for day, key in stands.items()
            for row in totals_of(distinct[key]).filter(level=level).rows(named=True)
        ]
        assert figures_of(history, level) == sorted(expected)
    for day, (half, revision) in stands.items():
        standing = history.standing(day)
        assert standing
        assert (standing.as_at, standing.revision) == (moment(half), revision)
        assert (standing.loaded_at is not None) == (revision > 0)
        assert len(standing.former) == sum(moment(half).date() == day for half, _ in distinct) - 1
    assert check_history(nights) == []


def three_months(nights: Path) -> None:
    for number in range(70):
        few: Posts = {
            (team, f"S{n}"): (100_000 + n * number, 100_000, "PO") for team in TEAMS for n in range(20)
        }
        write_night(nights, datetime(2026, 1, 10, 18) + timedelta(number), few)


@pytest.mark.process
@pytest.mark.soak
def test_a_killed_compaction_leaves_whole_months_and_the_next_goes_on(tmp_path: Path) -> None:
    three_months(tmp_path / "fresh")
    nights = tmp_path / "killed"
    shutil.copytree(tmp_path / "fresh", nights)
    compact(tmp_path / "fresh")
    expected = files_of(tmp_path / "fresh")
    chance = random.Random(7)
    for _ in range(KILLS):
        shutil.rmtree(nights / "history", ignore_errors=True)
        process = subprocess.Popen([sys.executable, "-c", COMPACT, str(nights)])
        while process.poll() is None and not (nights / "history").exists():
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.25))
        process.send_signal(signal.SIGKILL)
        process.wait()
        history = open_history(nights)
        for path in (nights / "history").glob("????-??.parquet"):
            assert path.read_bytes() == expected[path.name]
        assert all(history.series("nation", "nation", day, day).height == 1 for day in history.days)
        for leftover in (nights / "history").glob(".writing-*"):
            os.utime(leftover, (0, 0))
        compact(nights)
        assert files_of(nights) == expected


@pytest.mark.process
def test_two_at_once_write_the_same(tmp_path: Path) -> None:
    three_months(tmp_path / "fresh")
    nights = tmp_path / "twice"
    shutil.copytree(tmp_path / "fresh", nights)
    compact(tmp_path / "fresh")
    both = [subprocess.Popen([sys.executable, "-c", COMPACT, str(nights)]) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    compact(nights)
    assert files_of(nights) == files_of(tmp_path / "fresh")


def test_a_night_that_goes_keeps_its_day_until_somebody_says_that_it_is_gone(tmp_path: Path) -> None:
    write_night(tmp_path, datetime(2026, 1, 31, 18), ONE)
    gone = write_night(tmp_path, datetime(2026, 2, 1, 18), ONE)
    assert compact(tmp_path).written == ("2026-01", "2026-02")
    shutil.rmtree(tmp_path / gone)
    for _ in range(2):
        refused = compact(tmp_path)
        assert [(each.month, each.name) for each in refused.lost] == [("2026-02", gone)]
        assert (refused.written, refused.removed, refused.days) == ((), (), 2)
        assert [fault.what for fault in check_history(tmp_path)] == [gone]
    accept_missing(tmp_path, gone, "the disk of February is lost", "a test")
    done = compact(tmp_path)
    assert (done.written, done.removed, done.days) == ((), ("2026-02",), 1)
    assert open_history(tmp_path).days == [date(2026, 1, 31)]


def test_only_months_that_changed_are_made_again(tmp_path: Path) -> None:
    write_night(tmp_path, datetime(2026, 1, 31, 18), ONE)
    write_night(tmp_path, datetime(2026, 2, 1, 18), ONE)
    compact(tmp_path)
    version = open_history(tmp_path).version
    write_night(tmp_path, datetime(2026, 2, 1, 18), {("A1", "S1"): (5, 100, "PO")}, revision=1)
    assert compact(tmp_path).written == ("2026-02",)
    history = open_history(tmp_path)
    assert history.version != version
    assert list(history.corrected(date(2026, 1, 1), date(2026, 12, 31))) == [date(2026, 2, 1)]
    (row,) = history.series("post", "A1:S1", date(2026, 2, 1), date(2026, 2, 1)).rows(named=True)
    assert (row["night"], row["points_x100"]) == ("2026-02-01T180000.1", 5)


def test_fractions_of_a_second_are_nights_too(tmp_path: Path) -> None:
    name = write_night(tmp_path, datetime(2026, 2, 1, 18, 0, 0, 5), ONE)
    compact(tmp_path)
    assert open_history(tmp_path).night_of(date(2026, 2, 3)) == name == "2026-02-01T180000-000005"


def test_a_night_wins_over_an_archive_and_the_later_archive_over_the_earlier(tmp_path: Path) -> None:
    days = [date(2026, 2, number) for number in (1, 2, 3)]
    write_night(tmp_path, datetime(2026, 2, 2, 18), ONE)
    keep(tmp_path, pl.concat([archived(day, 7) for day in days]))
    keep(tmp_path, archived(days[2], 9))
    assert compact(tmp_path).days == 3
    history = open_history(tmp_path)
    series = history.series("nation", "nation", days[0], days[2])
    assert series.select("night", "points_x100").rows() == [("", 7), ("2026-02-02T180000", 100_000), ("", 9)]
    assert [history.night_of(day) for day in days] == ["", "2026-02-02T180000", ""]
    assert history.night_of(date(2026, 1, 31)) is None
    assert check_history(tmp_path) == []


def test_no_nights_no_history(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        assert compact(folder).days == 0
        history = open_history(folder)
        assert (history.days, history.first, history.last, history.version) == ([], None, None, "")
        assert history.series("post", "A1:S1", date(2026, 1, 1), date(2026, 1, 2)).is_empty()
        assert check_history(folder) == []


def test_measures_that_came_later_are_not_known_of_earlier_days(tmp_path: Path) -> None:
    """An archive and a night that were kept by a program with fewer measures."""
    day = date(2026, 2, 2)
    keep(tmp_path, archived(day, 7))
    path = tmp_path / "history/archive-2026-02.parquet"
    pl.read_parquet(path).drop("t2a_x100").write_parquet(path)
    keep(tmp_path, archived(day, 8, "A1:S2"))
    name = write_night(tmp_path, datetime(2026, 2, 3, 18), ONE)
    results = tmp_path / name / "results/totals.parquet"
    pl.read_parquet(results).drop("t2a_x100").write_parquet(results)
    compact(tmp_path)
    history = open_history(tmp_path)
    posts = history.below("nation", "nation", "post", day, date(2026, 2, 3))
    assert posts.select("code", "t2a_x100").rows() == [("A1:S1", None), ("A1:S1", None), ("A1:S2", 0)]
    nation = history.series("nation", "nation", day, date(2026, 2, 3))
    assert nation.select("points_x100", "t2a_x100").rows() == [(15, None), (100_000, None)]


def test_an_archive_that_shrinks_keeps_what_it_had_until_accepted(tmp_path: Path) -> None:
    days = [date(2019, 3, number) for number in (1, 2, 3)]
    keep(tmp_path, pl.concat([archived(day, 7, code) for day in days for code in ("A1:S1", "B1:S2")]))
    assert compact(tmp_path).days == 3
    path = tmp_path / "history/archive-2019-03.parquet"
    whole_archive, history = pl.read_parquet(path), files_of(tmp_path)
    for smaller, what in (
        (whole_archive.filter(pl.col("day") != days[1]), "does not have 2 March 2019 any more"),
        (
            whole_archive.filter((pl.col("day") != days[1]) | (pl.col("code") != "B1:S2")),
            "1 figure of posts",
        ),
        (None, "the history has 3 days (1 March 2019 to 3 March 2019) of it"),
    ):
        path.unlink() if smaller is None else smaller.write_parquet(path)
        (lost,) = compact(tmp_path).lost
        assert what in lost.what
        assert "accept-missing archive-2019-03" in lost.remedy
        assert open_history(tmp_path).days == days
        # and the same where the index that knew it is lost too
        index = (tmp_path / "history/index.json").read_bytes()
        (tmp_path / "history/index.json").unlink()
        assert [each.name for each in compact(tmp_path).lost] == ["archive-2019-03"]
        (tmp_path / "history/index.json").write_bytes(index)
    assert files_of(tmp_path).keys() == history.keys() - {path.name}
    accept_missing(tmp_path, "archive-2019-03", "it was never right", "a test")
    assert compact(tmp_path).removed == ("2019-03",)
    # who accepted that it was gone did not accept that the next one shrinks
    keep(tmp_path, pl.concat([archived(day, 7) for day in days]))
    compact(tmp_path)
    pl.read_parquet(path).filter(pl.col("day") != days[1]).write_parquet(path)
    assert [each.name for each in compact(tmp_path).lost] == ["archive-2019-03"]
