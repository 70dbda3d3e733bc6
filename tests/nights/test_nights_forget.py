"""Forgetting takes personal data away and leaves every figure, whenever it is killed.

WMT_SOAK=1 runs 100 kills instead of 2.
"""

import json
import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from night_tools import Nation, start, wmt
from wmt import rules
from wmt.history import compact, open_history
from wmt.history.check import check_history
from wmt.ledger import Cause
from wmt.ledger.explain_change import why
from wmt.nights import Night, NightError, Order, open_night, saved_nights
from wmt.nights.folder import sha256
from wmt.nights.forget import forget_nights, to_forget
from wmt.nights.load import load
from wmt.nights.recompute import recompute
from wmt.nights.unit_slice import sides_of
from wmt.nights.verify import verify_nights
from wmt.nights.write import sweep

KILLS = 100 if os.environ.get("WMT_SOAK") == "1" else 2
LATER = date(2030, 1, 1)


@pytest.fixture
def nights(named: Path, tmp_path: Path) -> Path:
    return shutil.copytree(named, tmp_path / "nights")


def figures(night: Night) -> pl.DataFrame:
    return night.table("results/totals").drop("name").sort("level", "code")


def words(night: Night) -> Iterator[str]:
    """Every text in a night: in its tables, its report, its manifest."""
    for path in night.path.rglob("*"):
        if path.suffix == ".parquet":
            frame = pl.read_parquet(path)
            for name, dtype in frame.schema.items():
                if dtype == pl.String:
                    yield from frame[name].drop_nulls().unique()
        elif path.suffix == ".json":
            yield path.read_text(encoding="utf-8")


def personal(night: Night) -> set[str]:
    """The CRNs, names and references that a night holds."""
    names = night.table("facts/post")["name"].drop_nulls()
    tables = {"caseload": "case_ref", "contact": "contact_ref", "report": "report_ref"}
    found = [night.table(f"facts/{table}")[column] for table, column in tables.items()]
    return {str(each) for series in (names, *found) for each in series.drop_nulls()}


def test_personal_data_goes_and_every_figure_stays(nights: Path) -> None:
    before = saved_nights(nights)
    known = set().union(*(personal(night) for night in before[:2]))
    manifests = [sha256(night.path / "manifest.json") for night in before]
    was = [figures(night) for night in before]
    whole = {path: path.read_bytes() for path in before[2].path.rglob("*") if path.is_file()}
    assert len(known) > 2_000

    done = forget_nights(nights, LATER)
    assert done.forgotten == tuple(night.name for night in before[:2])
    assert done.kept == (before[2].name,)
    after = saved_nights(nights)
    assert [night.name for night in after] == [night.name for night in before]
    for night, figures_before, manifest in zip(after[:2], was, manifests, strict=False):
        assert figures(night).equals(figures_before)
        told = night.manifest.forgotten
        assert told
        assert (told.before, told.cases, told.manifest) == (LATER, "counted", manifest)
        assert night.damage() == []
        assert recompute(night).same
        assert not known & set(words(night))
        assert not any(name.startswith("input/") for name in night.manifest.files)
        flags = night.table("facts/flag")  # only those that say of a counted case that it is unpaid work
        assert set(flags["flag"]) == {"U"}
        assert set(flags["location"]) == {"community"}
        assert set(flags["case_ref"]) == {f"{number:09}" for number in range(1, len(flags) + 1)}
        assert set(night.table("facts/contact")["age_days"]) <= {0}
    assert {path: path.read_bytes() for path in before[2].path.rglob("*") if path.is_file()} == whole
    assert verify_nights(nights, replay=True).faults == ()


def test_what_the_report_quoted_is_forgotten(nights: Path) -> None:
    night = saved_nights(nights)[0]
    before = night.report()
    assert before["faults"]
    forget_nights(nights, LATER)
    after = saved_nights(nights)[0].report()
    assert {fault["message"] for fault in after["faults"]} == {"forgotten"}
    assert [fault["code"] for fault in after["faults"]] == [fault["code"] for fault in before["faults"]]
    assert after["sheets"] == before["sheets"]


def test_only_nights_before_the_day_and_each_once(nights: Path) -> None:
    first, second, _ = saved_nights(nights)
    day = second.manifest.as_at.date()
    assert forget_nights(nights, day).forgotten == (first.name,)
    bytes_then = {path: path.read_bytes() for path in first.path.rglob("*") if path.is_file()}
    assert forget_nights(nights, day) == forget_nights(nights, day)
    assert forget_nights(nights, day).forgotten == ()
    assert {path: path.read_bytes() for path in first.path.rglob("*") if path.is_file()} == bytes_then
    assert [night.name for night in to_forget(nights, LATER)] == [second.name]


def test_the_same_extract_does_not_bring_it_back(nights: Path, nation: Nation) -> None:
    forget_nights(nights, LATER)
    again = load(nights, Order(paths=[nation.tidy(0)], people=nation.people(0), names=True))
    assert not again.is_new
    assert saved_nights(nights)[0].manifest.forgotten


def test_the_history_keeps_its_figures_and_loses_the_names_of_posts(nights: Path) -> None:
    compact(nights)
    history = open_history(nights)
    assert history.first
    assert history.last
    was = history.below("nation", "nation", "post", history.first, history.last)
    assert (was["name"] != was["staff_code"]).any()
    forget_nights(nights, LATER)
    compact(nights)
    now = open_history(nights).below("nation", "nation", "post", history.first, history.last)
    assert now.drop("name").equals(was.drop("name"))
    forgotten = now.filter(pl.col("day") < history.last)
    assert (forgotten["name"] == forgotten["staff_code"]).all()
    assert check_history(nights) == []


def test_a_figure_that_needs_single_cases_keeps_them_under_numbers(nation: Nation, tmp_path: Path) -> None:
    """A weighting of unpaid work by other than 100% is laid on flagged cases, one by one."""
    overlay = rules.Overlay("half", "a test", (("case_weighting.unpaid_work", date(2020, 1, 1), 50),))
    nights = tmp_path / "nights"
    for number in range(2):
        order = Order(paths=[nation.tidy(number)], people=nation.people(number), overlays=[overlay])
        load(nights, order)
    night = saved_nights(nights)[0]
    assert (night.table("results/lines")["kind"] == "unpaid_work").any()
    was, known = figures(night), personal(night)
    forget_nights(nights, LATER)
    night = saved_nights(nights)[0]
    assert night.manifest.forgotten
    assert night.manifest.forgotten.cases == "renumbered"
    assert figures(night).equals(was)
    assert not known & set(words(night))
    assert recompute(night).same


def test_posts_may_keep_figures_of_a_forgotten_night(
    nation: Nation, spoiled: dict[int, Path], tmp_path: Path
) -> None:
    """The night between comes late, after the one before it was forgotten."""
    nights = tmp_path / "nights"
    for number in (0, 2):
        load(nights, Order(paths=[nation.workbook(number)], people=nation.people(number)))
    (was,) = figures(saved_nights(nights)[0]).filter(code=nation.story).rows(named=True)
    forget_nights(nights, LATER)
    order = Order(paths=[spoiled[1]], people=nation.people(1), set_aside=True, history=True)
    late = load(nights, order).night
    assert late
    (kept,) = figures(late).filter(code=nation.story).rows(named=True)
    assert kept["stale_since"] == nation.as_at[0]
    assert {**kept, "stale_since": None, "stale_posts": 0} == was
    assert recompute(late).same

    # and the night that keeps them is forgotten too
    totals = figures(late)
    forget_nights(nights, LATER)
    late = open_night(late.path)
    assert late.manifest.forgotten
    assert figures(late).equals(totals)
    assert recompute(late).same


def test_former_lines_lose_their_references(nation: Nation, spoiled: dict[int, Path], tmp_path: Path) -> None:
    nights = tmp_path / "nights"
    load(nights, Order(paths=[nation.workbook(0)], people=nation.people(0)))
    load(nights, Order(paths=[spoiled[1]], people=nation.people(1), set_aside=True))
    load(nights, Order(paths=[nation.workbook(2)], people=nation.people(2)))
    night = saved_nights(nights)[1]
    former = night.former()
    assert former is not None
    refs = set(former.filter(pl.col("kind").is_in(["case", "contact"]))["ref"].drop_nulls())
    was = figures(night)
    assert refs
    forget_nights(nights, LATER)
    night = open_night(night.path)
    assert figures(night).equals(was)
    assert not refs & set(words(night))
    assert recompute(night).same


def test_a_damaged_night_is_left_as_it_is(nights: Path) -> None:
    first = saved_nights(nights)[0]
    (first.path / "rules.yaml").write_text("other")
    with pytest.raises(NightError, match=r"changed after it was written \(rules.yaml\)"):
        forget_nights(nights, LATER)
    assert open_night(first.path).manifest.forgotten is None


def test_figures_that_would_not_stay_are_not_forgotten(nights: Path) -> None:
    """A night whose results do not follow from its facts: whatever is reduced, they would change."""
    first = saved_nights(nights)[0]
    path = first.path / "results/totals.parquet"
    pl.read_parquet(path).with_columns(pl.col("points_x100") + 100).write_parquet(path)
    manifest = json.loads((first.path / "manifest.json").read_text())
    manifest["files"]["results/totals.parquet"] = sha256(path)
    (first.path / "manifest.json").write_text(json.dumps(manifest))
    seal = {"loaded_at": "2026-11-21T07:00:00+00:00", "manifest": sha256(first.path / "manifest.json")}
    (first.path / "loaded.json").write_text(json.dumps(seal))
    with pytest.raises(NightError, match="would not keep its figures"):
        forget_nights(nights, LATER)
    assert open_night(first.path).manifest.forgotten is None
    assert not list(nights.glob(".incoming-*"))


@pytest.mark.soak
def test_killed_at_any_instant_every_night_is_whole(named: Path, tmp_path: Path) -> None:
    was = [figures(night) for night in saved_nights(named)]
    chance = random.Random(3)
    for number in range(KILLS):
        nights = shutil.copytree(named, tmp_path / f"{number}")
        process = start("nights", "forget", "--before", LATER, "--yes", "--nights", nights)
        while process.poll() is None and not list(nights.glob(".incoming-*")):
            time.sleep(0.0005)
        time.sleep(chance.uniform(0, 0.5))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        sweep(nights)
        compact(nights)
        assert verify_nights(nights, replay=True).faults == ()
        assert all(figures(n).equals(f) for n, f in zip(saved_nights(nights), was, strict=True))
        assert not list(nights.glob(".incoming-*")) + list(nights.glob(".aside-*"))
        forget_nights(nights, LATER)
        compact(nights)
        assert [night.manifest.forgotten is None for night in saved_nights(nights)] == [False, False, True]
        assert check_history(nights) == []
        shutil.rmtree(nights)


@pytest.mark.parametrize("new_is_there", [False, True])
def test_a_night_put_aside_comes_back_unless_the_new_one_is_there(nights: Path, new_is_there: bool) -> None:
    first = saved_nights(nights)[0]
    aside = nights / f".aside-{first.name}"
    first.path.rename(aside)
    (nights / ".incoming-x").mkdir()
    if new_is_there:
        shutil.copytree(aside, first.path)
        (aside / "report.json").unlink()
    else:
        (fault,) = verify_nights(nights).faults
        assert fault.what == first.name
        assert "wmt nights compact" in fault.remedy
    assert wmt("nights", "compact", "--nights", nights).returncode == 0
    assert open_night(first.path).damage() == []
    assert sorted(path.name for path in nights.glob(".*")) == [".lock"]


def causes_of(nights: Path, post: str) -> dict[str, int]:
    """The points of every cause that moved any, from the first night to the second."""
    found = why(*sides_of(*saved_nights(nights)[:2], "post", post), "post", post)
    assert (
        sum(cause.points_x100 for cause in found.causes) == found.after.points_x100 - found.before.points_x100
    )
    return {str(cause.cause): cause.points_x100 for cause in found.causes if cause.points_x100}


#: What can only be told of a case that is known by its reference at both moments.
BY_REFERENCE = {
    str(cause) for cause in (Cause.NEW_CASE, Cause.ALLOCATED_IN, Cause.MOVED_OUT, Cause.ENDED, Cause.RETIERED)
}


@pytest.mark.parametrize("weighting", [100, 50])
def test_why_invents_no_causes_where_references_are_forgotten(
    nation: Nation, named: Path, tmp_path: Path, weighting: int
) -> None:
    """Numbers stand for references where single cases are needed, and for another case's the night after."""
    nights = tmp_path / "nights"
    if weighting == 100:
        shutil.copytree(named, nights)
    else:
        own = rules.Overlay("own", "a test", (("case_weighting.unpaid_work", date(2020, 1, 1), weighting),))
        for number in range(3):
            load(nights, Order(paths=[nation.tidy(number)], people=nation.people(number), overlays=[own]))
    posts = saved_nights(nights)[1].table("results/totals").filter(level="post")["code"].head(12)
    known = [causes_of(nights, post) for post in posts]
    assert set().union(*known) & BY_REFERENCE
    for forgotten in (1, 2):  # the night before alone, then both
        forget_nights(nights, nation.as_at[forgotten - 1].date() + timedelta(1))
        whole = [night for night in saved_nights(nights) if night.manifest.forgotten is None]
        assert len(whole) == 3 - forgotten
        for post, had in zip(posts, known, strict=True):
            found = causes_of(nights, post)
            assert not set(found) & BY_REFERENCE
            assert sum(found.values()) == sum(had.values())
            for cause in (Cause.REPORTS, Cause.HELP_GIVEN, Cause.HELP_RECEIVED):
                assert found.get(str(cause)) == had.get(str(cause))
