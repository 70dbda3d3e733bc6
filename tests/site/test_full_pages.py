"""Room for more cases on pages and in the API: figures are those of the night's lines, put together anew."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from api_fixtures import Program, fresh_counts, program  # noqa: F401
from django.test import Client
from tabs_fixtures import in_sight, lines_of, links, number, table_of

from wmt.plan import full_history
from wmt.plan.full_history import state_of_night
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.queries import full as query
from wmt.site.web.full.room_to_move import sentence
from wmt.site.workload.state import current_state, today

pytestmark = pytest.mark.one_database

KINDS = {"high (tiers A and B)": "AB", "medium (tier C)": "C", "low (tier D and lower)": "D"}
ABLE = {"AB": ["PO"], "C": ["PO", "PSO", "TPO"], "D": ["PO", "PSO", "TPO"]}


def _told(nation: Any, level: str, code: str) -> dict[str, dict[str, Any]]:
    """What a unit could take of each kind, from its lines: only officers hold A and B but A0 and B0."""
    lines = lines_of(nation, level, code)
    cases = lines.filter(pl.col("kind") == "case")
    others = lines.filter(pl.col("side") == "work", pl.col("kind") != "case")
    left = {}
    for grades in (["PO"], ["PO", "PSO", "TPO"]):
        mine = pl.col("grade").is_in(grades)
        time = lines.filter(mine, pl.col("side") == "time")["points_x100"].sum()
        only = pl.col("tier").str.contains("^[AB][123]$") if grades == ["PO"] else pl.lit(True)
        taken = others.filter(mine)["points_x100"].sum() + cases.filter(only)["points_x100"].sum()
        left[grades[-1]] = time - taken
    posts = nation.night.table("results/totals").filter(level="post", stream="sentence_management")
    posts = posts.filter(
        pl.lit(level == "nation") | (pl.col(f"{level}_code") == code) if level != "nation" else True
    )
    nobody = nation.night.table("facts/post").filter(is_placeholder=1)
    posts = posts.join(nobody, on=["team_code", "staff_code"], how="anti").filter(
        pl.col("stale_since").is_null()
    )
    everywhere = lines_of(nation, "nation", "nation")
    found = {}
    for name, letters in KINDS.items():
        tier = pl.col("tier").str.slice(0, 1).is_in(list(letters)) & (pl.col("kind") == "case")
        own = cases.filter(tier)
        counted = (
            own.filter(suspended=0) if own["active_cases"].sum() else everywhere.filter(tier, suspended=0)
        )
        case = Fraction(counted["points_x100"].sum(), counted["active_cases"].sum())
        spare = min(left.values()) if letters == "AB" else left["TPO"]
        rows = (
            posts.filter(pl.col("grade").is_in(ABLE[letters])).select("points_x100", "available_x100").rows()
        )
        alone = [max(0, available - points) // case for points, available in rows if available]
        found[name] = {"spare": spare, "cases": max(0, spare) // case, "unmoved": sum(alone)}
    return found


@pytest.mark.both_databases
@pytest.mark.parametrize("level", ["nation", "region", "pdu", "team"])
def test_both_counts_are_those_of_the_lines(
    nation: Any, signed_in: Callable[..., Client], level: str
) -> None:
    unit = nation.unit(level)
    page = signed_in().get(unit_url(level, unit.code, "full")).text
    rows = {row["Kind of case"]: row for row in table_of(page, "full")}
    expected = _told(nation, level, unit.code)
    assert set(rows) == set(expected)
    for kind, told in expected.items():
        row = rows[kind]
        assert number(row["Points left, re-shared"]) == (told["spare"] + 50) // 100
        assert number(row["Cases, best re-sharing"]) == told["cases"]
        assert number(row["Cases, if none move"]) == told["unmoved"]


def test_the_sums_add_up_and_lead_to_their_lines(nation: Any, signed_in: Callable[..., Client]) -> None:
    unit = nation.unit("pdu")
    client = signed_in()
    page = client.get(unit_url("pdu", unit.code, "full")).text
    for row in table_of(page, "sums"):
        parts = [
            Fraction(row[head].replace(",", "").replace("−", "-"))
            for head in (
                "Points available up to the ceiling",
                "Less work that stays with its author",
                "Less these cases",
                "Points left",
            )
        ]
        assert parts[0] - parts[1] - parts[2] == parts[3]
    to_lines = [href for href in links(page) if "figure=available&grade=" in href]
    assert to_lines
    grades = {row["Grade"]: row["Points available"] for row in table_of(page, "grades")}
    for href in to_lines:
        grade = href.rpartition("=")[2]
        assert grades[grade] in in_sight(client.get(href).text)


def test_the_register_lists_every_pdu_as_its_own_page_has_it(
    nation: Any, signed_in: Callable[..., Client]
) -> None:
    client = signed_in()
    page = client.get(unit_url("nation", "nation", "full")).text
    rows = table_of(page, "below")
    assert rows
    for row in rows[:3]:
        unit = nation.unit("pdu", name=row["PDU"])
        of_unit = table_of(client.get(unit_url("pdu", unit.code, "full")).text, "full")
        assert row["Medium: cases, re-shared"] == of_unit[1]["Cases, best re-sharing"]
        assert row["Medium: cases, if none move"] == of_unit[1]["Cases, if none move"]
    (by_spare,) = (
        href for href in links(page) if href.startswith("?") and "below-sort=" in href and "spare" in href
    )
    found = table_of(client.get(unit_url("nation", "nation", "full") + by_spare).text, "below")
    spare = [number(row["Points left"]) for row in found]
    assert len(spare) > 1
    assert spare in (sorted(spare), sorted(spare, reverse=True))


def test_a_certificate_can_be_checked(nation: Any, signed_in: Callable[..., Client]) -> None:
    unit = nation.unit("pdu")
    client, address = signed_in(), unit_url("pdu", unit.code, "certificate")
    told = client.get(unit_url("pdu", unit.code, "certificate")).text
    checksum = client.get(f"/api/v1/units/pdu/{unit.code}/full").json()["checksum"]
    assert checksum in told
    assert f"wmt full {nation.night.name}" in told
    assert "is that of these figures" in client.get(address, {"checksum": checksum}).text
    assert "is not that of these figures" in client.get(address, {"checksum": "0" * 64}).text


def test_the_night_alone_gives_the_figures_shown(nation: Any) -> None:
    state = current_state()
    for level in ("nation", "region", "pdu", "team"):
        unit = nation.unit(level)
        live = query.full_of(state, unit).state
        night = state_of_night(nation.night, level, unit.code)
        assert night is not None
        assert query.certified(state, unit, live) == query.certified(state, unit, night)


def test_the_api_says_what_the_page_does(nation: Any, signed_in: Callable[..., Client]) -> None:
    unit = nation.unit("team")
    client = signed_in()
    told = client.get(f"/api/v1/units/team/{unit.code}/full").json()
    rows = table_of(client.get(unit_url("team", unit.code, "full")).text, "full")
    for kind, row in zip(told["kinds"], rows, strict=True):
        assert row["Cases, best re-sharing"] == f"{kind['cases_with_the_best_re_sharing']:,}"
        assert row["Cases, if none move"] == f"{kind['cases_without_moving_anybody']:,}"
    assert client.get(f"/api/v1/units/post/{nation.unit('post').code}/full").status_code == 422


def test_that_people_are_protected_is_said_with_no_limit_or_reason(
    nation: Any, program: Callable[..., Program], signed_in: Callable[..., Client]
) -> None:
    post = nation.unit("post", grade="PO", available_x100__gt=0)
    state, pdu = current_state(), nation.unit("pdu", code=post.pdu_code)
    before = query.full_of(state, pdu)
    manager = program("manager", "team", post.team_code, name="Mary Manager")
    body = {"first_day": state.day.isoformat(), "reason": "newly_qualified", "most_cases": 33}
    assert manager.ask("post", f"posts/{post.code}/protections", body).status_code in (200, 201)
    note = "1 person here is protected from new cases and counts as if cases could be given to them."
    assert query.full_of(state, pdu).notes == [*before.notes, note]
    client = signed_in()
    assert note in client.get(unit_url("pdu", pdu.code, "full")).text
    told = client.get(f"/api/v1/units/pdu/{pdu.code}/full")
    assert note in told.json()["notes"]
    assert query.certified(state, pdu, query.full_of(state, pdu).state) == query.certified(
        state, pdu, before.state
    )


def test_a_post_has_no_certificate(nation: Any, signed_in: Callable[..., Client]) -> None:
    post = nation.unit("post")
    assert signed_in().get(unit_url("post", post.code, "certificate")).status_code == 404


def test_before_cases_are_moved_it_says_whether_there_is_room(nation: Any) -> None:
    unit = nation.unit("pdu")
    found = query.full_of(current_state(), unit).state
    none = [replace(each, best=replace(each.best, case_x100=Fraction(10**12))) for each in found.kinds]
    said = sentence("Glan", replace(found, kinds=none))
    assert said == (
        "Glan has no room: one more average case takes it over 100% however cases are shared. "
        "See what would free some"
    )
    (high, *_) = found.kinds
    some = replace(high, best=replace(high.best, case_x100=Fraction(abs(high.best.spare_x100) or 1)))
    roomy = replace(some, best=replace(some.best, binding=replace(some.best.binding, time_x100=10**9)))
    assert sentence("Glan", replace(found, kinds=[roomy])).startswith(
        "If cases were shared in the best way, Glan could take "
    )
    assert sentence("Glan", replace(found, kinds=[])) == ""


def test_days_that_are_still_being_read_are_said_to_be(
    nation: Any, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    def many(*_: object) -> None:
        raise full_history.NotWorkedOutError("91 nights have no sums yet")

    monkeypatch.setattr(query, "past_of", many)
    page = in_sight(signed_in().get(unit_url("pdu", nation.unit("pdu").code, "full")).text)
    assert "The days before are being read for the first time" in page
    assert "cannot be read" not in page


@pytest.mark.parametrize("level", ["team", "pdu"])
def test_a_court_team_is_neither_full_nor_has_it_room(
    nation: Any, signed_in: Callable[..., Client], level: str
) -> None:
    key, client = f"{level}_code", signed_in()
    posts = nation.night.table("results/totals").filter(level="post")
    others = posts.filter(stream="sentence_management")[key].implode()
    code = posts.filter(~pl.col(key).is_in(others))[key][0]
    told = client.get(f"/api/v1/units/{level}/{code}/full").json()
    assert (told["word"], told["kinds"]) == ("not known", [])
    page = client.get(unit_url(level, code, "full")).text
    assert f"{told['name']}: not known." in in_sight(page)
    assert "However cases were shared" not in page


def test_what_is_full_on_one_day_is_not_called_full_by_the_rule(
    nation: Any, signed_in: Callable[..., Client]
) -> None:
    state, client, seen = current_state(), signed_in(), 0
    for unit in units.below(state, nation.unit("nation"), "pdu"):
        word = query.full_of(state, unit).state.word
        if word in ("full", "full but uneven"):
            seen += 1
            for tab in ("full", "certificate"):
                said = {"full": "full today", "full but uneven": "full today, but uneven"}[word]
                assert f"{unit.name}: {said}" in in_sight(client.get(unit_url("pdu", unit.code, tab)).text)
    assert seen


def test_since_when_is_not_said_where_no_day_before_is_kept(nation: Any) -> None:
    unit, state = nation.unit("pdu"), current_state()
    found = query.full_of(state, unit)
    assert found.outlook is not None
    first = state.as_at.date()
    for run in found.outlook.runs.values():
        assert run.length <= 1
        assert run.since in (None, first)
        assert run.full_on in (None, first + timedelta(27))


def test_it_moves_with_hours_and_the_certificate_says_so(
    nation: Any, program: Callable[..., Program], signed_in: Callable[..., Client]
) -> None:
    post = nation.unit("post", grade="PO", contracted_hours_micro=37_000_000, available_x100__gt=0)
    before = query.full_of(current_state(), nation.unit("pdu", code=post.pdu_code)).state.pool.grades["PO"]
    manager = program("manager", "team", post.team_code, name="Mary Manager")
    day = today(nation.night.manifest.as_at.date()).isoformat()
    change = {"kind": "hours", "post": post.code, "first_day": day, "hours": 0}
    assert manager.ask("post", "changes", {"changes": [change], "why": "agreed"}).status_code == 200
    state, unit = current_state(), nation.unit("pdu", code=post.pdu_code)
    found = query.full_of(state, unit).state
    assert found.pool.grades["PO"].available_x100 == before.available_x100 - post.available_x100
    page = signed_in().get(unit_url("pdu", unit.code, "certificate")).text
    assert "can only be checked on this page" in page
    assert "wmt full" not in page
