"""Posts that only contacts, flags or details mention: listed with what they do to the figure."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.test import Client
from tabs_fixtures import in_sight, table_of

from intake.intake_tidy import ASH, OAK, contact, ordinary_tidy, staff
from wmt.nights import open_night
from wmt.site.availability.change_requests import Change
from wmt.site.changes import actions
from wmt.site.changes.reconcile import differences
from wmt.site.links import unit_url
from wmt.site.loads import loading
from wmt.site.loads.load_request import LoadRequest
from wmt.site.workload.models import Load, Unit
from wmt.site.workload.night_rows import rows_of
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database


@pytest.mark.both_databases
def test_they_are_listed_with_what_they_do(nation: Any, signed_in: Callable[..., Client]) -> None:
    post = nation.unit("post", grade="PO", points_x100__gt=0, stale_since=None)
    page = unit_url("team", post.team_code, "hours")
    client = signed_in()
    assert "on no list of officers" not in client.get(page).text
    Unit.objects.filter(pk=post.pk).update(
        supplied_micro=0, contracted_hours_micro=0, is_only_mentioned=True, unentered_posts_without_time=1
    )
    text = client.get(page).text
    (row, *_) = table_of(text, "nohours")
    assert (row["Code"], row["If the grade's hours counted"]) == (post.code, "2,200")
    team = nation.unit("team", code=post.team_code)
    tenths = (2 * team.points_x100 * 1000 + team.available_x100 + 220_000) // (
        2 * (team.available_x100 + 220_000)
    )
    assert f"it would be at {tenths // 10}.{tenths % 10}%" in in_sight(text)
    own = in_sight(client.get(unit_url("post", post.code, "hours")).text)
    assert "the extract only mentions this post" in own


@pytest.mark.both_databases
def test_a_contract_of_0_hours_is_not_taken_for_none(
    db: None,  # noqa: ARG001
    settings: Any, tmp_path: Path, signed_in: Callable[..., Client]
) -> None:  # fmt: skip
    """Supplied by the extract, or entered: only who has no hours from anywhere is counted and listed so."""
    settings.CONFIG = replace(settings.CONFIG, home=tmp_path / "home", today="extract")
    tidy = ordinary_tidy()
    tidy.tables["staff"][0]["contracted_hours"] = "0"
    tidy.tables["staff"] += [staff("N01AAA:SPO", "NPSC"), staff("N01AAA:LEAVE")]
    mentioned = "N01AAA:SEEN", "N01AAA:FILLED"
    tidy.tables["contact"] += [contact(f"99{number}", by, OAK) for number, by in enumerate(mentioned)]
    wish = LoadRequest(paths=[str(tidy.write(tmp_path / "tidy"))])
    assert loading.perform(loading.ask(wish=wish, who="a test")).state == Load.State.LOADED
    day = current_state().day
    entered = [
        Change(kind="hours", post=("N01AAA", "FILLED"), hours_micro=0, first_day=day),
        Change(kind="reduction", post=("N01AAA", "LEAVE"), reason="2", percent_x100=10_000, first_day=day),
    ]
    actions.save(actor=None, who="a manager", changes=entered)
    assert differences(current_state()) == []
    shown = {unit.staff_code: unit for unit in Unit.objects.filter(level="post", team_code="N01AAA")}
    given = shown[ASH.partition(":")[2]]
    none = {"SEEN", "SPO"}
    assert {code for code, unit in shown.items() if unit.unentered_posts_without_time} == none
    assert {code for code, unit in shown.items() if unit.posts_without_time} == {
        *none, "FILLED", "LEAVE", given.staff_code
    }  # fmt: skip
    client = signed_in()
    page = client.get(unit_url("team", "N01AAA", "hours")).text
    assert [row["Code"] for row in table_of(page, "nohours")] == ["N01AAA:SEEN"]
    answer = client.get("/api/v1/teams/N01AAA/records").json()
    sources = {each["post"]: (each["contracted_hours"], each["hours_from"]) for each in answer["items"]}
    none_entered = dict.fromkeys(("N01AAA:SEEN", "N01AAA:SPO"), (0, "none entered"))
    assumed = dict.fromkeys((OAK, "N01AAA:LEAVE"), (37, "assumed by grade"))
    assert sources == {
        **none_entered, **assumed, ASH: (0, "from the extract"), "N01AAA:FILLED": (0, "entered"),
    }  # fmt: skip
    listed = client.get(unit_url("team", "N01AAA", band="unentered")).text
    assert {row["Code"] for row in table_of(listed, "overview")} - {""} == {f"N01AAA:{code}" for code in none}
    own = in_sight(client.get(unit_url("post", given.code, "hours")).text)
    assert "0 hours a week, as the extract gives them" in own


def test_a_night_that_counted_otherwise_is_shown_as_nights_count_now(nation: Any, tmp_path: Path) -> None:
    """'No hours entered' had posts whose assumed hours leave takes: by grade and as a whole one count."""
    copy = open_night(shutil.copytree(nation.night.path, tmp_path / nation.night.name))
    totals = copy.table("results/totals")
    on_leave = (pl.col("level") == "post") & (pl.col("posts_without_time") == 1)
    counted = pl.when(on_leave & (pl.col("contracted_hours_micro") > 0)).then(1)
    old = totals.with_columns(
        unentered_posts_without_time=counted.otherwise("unentered_posts_without_time").cast(pl.Int64)
    )
    assert not old.equals(totals)
    old.write_parquet(copy.path / "results/totals.parquet")
    keys = ["level", "code", "stream", "grade", "whole"]
    now, again = (rows_of(night, {}).unit.sort(keys) for night in (nation.night, copy))
    assert again.equals(now)
