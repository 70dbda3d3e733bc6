"""Downloads that no page shows whole: each adds up to the figures of the night."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from django.test import Client
from exports_fixtures import KINDS, body, headings, plain, rows

from wmt.ledger import COMPONENTS, capacity_parts_x100, capacity_x100, decimal
from wmt.site.links import unit_url
from wmt.site.web.exports.listing import DOWNLOADS
from wmt.site.workload.models import Line, Unit

pytestmark = pytest.mark.one_database

SignIn = Callable[..., Client]
LEVELS = ("nation", "region", "pdu", "team", "post")


def had(client: Client, unit: Any, name: str, kind: str = "parquet", query: str = "") -> list[dict[str, Any]]:
    """The rows of a download."""
    answer = client.get(unit_url(unit.level, unit.code, "downloads") + f"{name}.{kind}{query}")
    assert answer.status_code == 200
    return rows(answer, kind)


def lines_of(nation: Any, unit: Any) -> pl.DataFrame:
    """The lines of a unit's posts of sentence management, its headline, as the night's folder has them."""
    posts = nation.night.facts().post.select("post_no", "team_code", "staff_code", "grade")
    totals = nation.night.table("results/totals").filter(level="post", stream="sentence_management")
    above = totals.select("code", "team_code", "staff_code", "pdu_code", "region_code")
    lines = nation.night.table("results/lines").join(posts, on="post_no")
    lines = lines.join(above, on=["team_code", "staff_code"])
    if unit.level == "nation":
        return lines
    key = "code" if unit.level == "post" else f"{unit.level}_code"
    return lines.filter(pl.col(key) == unit.code)


def unit_with(nation: Any, level: str, kind: str) -> Any:
    """A unit of a level that has lines of a kind."""
    if level == "nation":
        return nation.unit(level)
    lines = lines_of(nation, nation.unit("nation")).filter(pl.col("kind") == kind)
    code = lines["code" if level == "post" else f"{level}_code"].sort()[0]
    return nation.unit(level, code=code)


@pytest.mark.both_databases
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    ("name", "kind"),
    [("cases", "case"), ("contacts", "contact"), ("reports", "report"), ("reductions", "reduction")],
)
def test_lines_add_up_to_those_of_the_night(
    nation: Any, signed_in: SignIn, level: str, name: str, kind: str
) -> None:
    unit = unit_with(nation, level, kind)
    wanted = lines_of(nation, unit).filter(pl.col("kind") == kind)
    found = had(signed_in(), unit, name)
    assert len(found) == len(wanted) > 0
    sign = -1 if name == "reductions" else 1
    column = "Points taken off" if name == "reductions" else "Points"
    assert sum(row[column] for row in found) == sign * decimal(wanted["points_x100"].sum())
    held = wanted.group_by("code").agg(pl.col("points_x100").sum())
    for code, points in held.iter_rows():
        assert sum(row[column] for row in found if row["Post"] == code) == sign * decimal(points)
    if name == "cases":
        assert sum(row["Active cases"] for row in found) == wanted["active_cases"].sum() == unit.cases
        assert (
            sum(row["All cases in nDelius"] for row in found)
            == wanted["listed_cases"].sum()
            == unit.cases_all
        )
        assert sorted(row["Case reference"] for row in found) == sorted(wanted["ref"].fill_null(""))


@pytest.mark.parametrize("kind", KINDS)
def test_cases_that_do_not_count_are_all_there_with_why(nation: Any, signed_in: SignIn, kind: str) -> None:
    region = nation.unit("region")
    found = had(signed_in(), region, "inactive", kind)
    assert sum(int(row["All cases in nDelius"]) for row in found) == region.cases_all - region.cases
    assert all(int(row["Active cases"]) == 0 for row in found)
    assert all(row["Notes"] for row in found)


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", list(DOWNLOADS))
def test_all_kinds_of_files_are_alike(nation: Any, signed_in: SignIn, name: str, kind: str) -> None:
    client, team = signed_in(), nation.unit("team")
    found, typed = had(client, team, name, kind), had(client, team, name)
    assert [{k: plain(v) for k, v in row.items()} for row in found] == [
        {k: plain(v) for k, v in row.items()} for row in typed
    ]


@pytest.mark.parametrize("level", LEVELS)
def test_parts_of_capacity_add_up_exactly(nation: Any, signed_in: SignIn, level: str) -> None:
    unit = nation.unit(level)
    query = "?list=post" if level not in ("team", "post") else ""
    found = had(signed_in(), unit, "percentages", query=query)
    totals = nation.night.table("results/totals").filter(pl.col("level") == "post")
    wanted = {row["code"]: row for row in totals.iter_rows(named=True)}
    assert len(found) > 0
    for row in found:
        total = wanted[row["Code"]]
        parts = [value for name, value in row.items() if name.endswith(", of available points (%)")]
        assert len(parts) == len(COMPONENTS)
        capacity = decimal(capacity_x100(total["points_x100"], total["available_x100"]))
        assert row["Capacity (%)"] == capacity
        assert (sum(parts) if capacity is not None else None) == capacity
        for part, component in zip(parts, COMPONENTS, strict=True):
            if capacity is not None:
                exact = Decimal(total[f"{component}_x100"] * 100) / total["available_x100"]
                assert abs(part - exact) < Decimal("0.02")


def test_parts_of_capacity_by_largest_remainder() -> None:
    assert capacity_parts_x100([1, 1, 1], 300) == [34, 33, 33]
    assert capacity_parts_x100([-5, 105, 0], 300) == [-167, 3500, 0]
    assert sum(capacity_parts_x100([-5, 105, 0], 300) or []) == capacity_x100(100, 300)
    assert capacity_parts_x100([1, 2], 0) is None
    assert capacity_parts_x100([], 100) == []


def test_reductions_have_their_days(nation: Any, signed_in: SignIn) -> None:
    found = had(signed_in("support"), nation.unit("nation"), "reductions")
    facts = nation.night.facts()
    known = {row["reduction_ref"]: row for row in facts.reduction.iter_rows(named=True)}
    assert found
    for row in found:
        fact = known[row["Reduction reference"]]
        assert (row["First day"], row["Last day"]) == (fact["first_day"], fact["last_day"])
        assert row["First day"] <= facts.day
        assert row["Last day"] is None or isinstance(row["Last day"], date)
        assert row["Reason"]
        assert 0 < row["Hours a week"] <= row["Contracted hours"]


@pytest.mark.both_databases
def test_omic_is_beside_the_figure(nation: Any, signed_in: SignIn) -> None:
    wanted = Unit.objects.filter(load=nation.load, level="post").exclude(omic_cases=0)
    query, client = "?list=post&stream=omic", signed_in()
    found = {row["Code"]: row for row in had(client, nation.unit("nation"), "omic", query=query)}
    assert set(found) == {unit.code for unit in wanted}
    whole = {row["Code"]: row for row in had(client, nation.unit("nation"), "omic", query="?list=post")}
    assert set(whole) == set(found), "without a stream it has the posts of all of them"
    for unit in wanted:
        assert found[unit.code]["OMiC cases"] == unit.omic_cases
        assert found[unit.code]["Points in custody"] == decimal(unit.omic_x100)


def test_a_grade_narrows_the_lines(nation: Any, signed_in: SignIn) -> None:
    found = had(signed_in(), nation.unit("nation"), "cases", query="?grade=PSO")
    wanted = lines_of(nation, nation.unit("nation")).filter(
        pl.col("kind") == "case", pl.col("grade") == "PSO"
    )
    assert len(found) == len(wanted)
    assert {row["Grade"] for row in found} == {"PSO"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", list(DOWNLOADS))
def test_a_download_of_nothing_has_its_headings(nation: Any, signed_in: SignIn, name: str, kind: str) -> None:
    client, team = signed_in(), nation.unit("team")
    Unit.objects.create(load=nation.load, level="team", code="EMPTY", name="Empty", whole=True, number=-1)
    address = f"{name}.{kind}"
    full = body(client.get(unit_url("team", team.code, "downloads") + address))
    empty = client.get(unit_url("team", "EMPTY", "downloads") + address)
    assert headings(body(empty), kind) == headings(full, kind)


def test_the_page_leads_to_every_download(nation: Any, signed_in: SignIn) -> None:
    for level in LEVELS:
        unit = nation.unit(level)
        page = signed_in(email=f"{level}@example.org").get(unit_url(level, unit.code, "downloads"))
        assert page.status_code == 200
        for name in DOWNLOADS:
            for kind in KINDS:
                assert f"downloads/{name}.{kind}" in page.text
        assert (level == "post") == ("overview.csv?list=post" not in page.text)
    refused = signed_in(role="", email="nobody@example.org").get("/nation/downloads/")
    assert "cases.csv" not in refused.text
    assert "do not have a role" in refused.text


def test_lines_that_are_swept_while_they_are_written_send_nothing(
    nation: Any, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wmt.site.audit.models import AuditEvent
    from wmt.site.web.exports import listing

    monkeypatch.setattr(listing._Lines, "rows", lambda self, lines: iter(()))  # noqa: ARG005
    client = signed_in()
    client.raise_request_exception = False
    assert Line.objects.filter(load=nation.load).exists()
    assert client.get("/nation/downloads/cases.csv").status_code >= 500
    assert not AuditEvent.objects.filter(kind="export").exists()
