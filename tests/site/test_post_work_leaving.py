"""The work that is due to end on a practitioner's own page: planned ends by the night's own case list."""

import copy
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from django.test import Client
from tabs_fixtures import in_sight, lines_of, table_of

from wmt.days import written
from wmt.ledger import shown_capacity, shown_points
from wmt.site.changes import case_limits
from wmt.site.figures import line_queries
from wmt.site.links import unit_url
from wmt.site.queries import case_nights, choosing
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import State, current_state

pytestmark = pytest.mark.one_database
SignIn = Callable[..., Client]
OF_CASE = ("case", "unpaid_work", "iom")


@pytest.fixture
def ends(nation: Any) -> dict[str, dict[str, date]]:
    """Planned ends of active cases in the next 12 weeks, by post and reference."""
    day = current_state().day
    soon = pl.col("ends_on").is_between(day, day + timedelta(84), closed="right")
    rows = nation.night.table("input/case").filter(soon, "counted_active", pl.col("stream") != "omic")
    found: dict[str, dict[str, date]] = defaultdict(dict)
    for team, staff, ref, end in rows.select("team_code", "staff_code", "case_ref", "ends_on").rows():
        found[f"{team}:{staff}"][ref] = end
    return found


def post_of(state: State, ends: dict[str, dict[str, date]]) -> Unit:
    """The practitioner of whose cases most are planned to end, one ahead of the next by code."""
    posts = Unit.objects.filter(
        load_id=state.load_id, level="post", whole=True, code__in=ends, available_x100__gt=0, grade="PO"
    )
    return max(posts, key=lambda post: (len(ends[post.code]), post.code))


def test_every_planned_end_is_told_with_the_figure_of_the_lines_that_are_left(
    nation: Any, signed_in: SignIn, ends: dict[str, dict[str, date]]
) -> None:
    state = current_state()
    post = post_of(state, ends)
    lines = lines_of(nation, "post", post.code)
    worth: dict[str, int] = defaultdict(int)
    for ref, points in lines.filter(pl.col("kind").is_in(OF_CASE)).select("ref", "points_x100").rows():
        worth[ref] += points
    wanted = ends[post.code]
    client = signed_in("manager", "team", post.team_code)
    page = client.get(unit_url("post", post.code, "hours")).text
    rows = table_of(page, "leaving")
    cases = [row for row in rows if row["What ends"].endswith(": case planned to end")]
    assert {row["Reference"] for row in cases} == set(wanted)
    days = [wanted[row["Reference"]] for row in cases]
    assert days == sorted(days)
    for row, day in zip(cases, days, strict=True):
        assert row["From"] == f"{day:%-d %b %Y}"
        assert Decimal(row["Its points"].replace(",", "")) == Decimal(worth[row["Reference"]]) / 100
    last = rows[-1]  # everything that was told has gone by then
    gone = sum(int(Decimal(row["Its points"].replace(",", "")) * 100) for row in rows)
    assert last["Points then"] == f"{shown_points(post.points_x100 - gone):,}"
    if last["Available points then"] == f"{shown_points(post.available_x100):,}":
        then = shown_capacity(post.points_x100 - gone, post.available_x100)
        assert last["Capacity then"].startswith(then)

    until = state.day + timedelta(28)
    soon = [ref for ref, day in wanted.items() if day <= until]
    first = in_sight(client.get(unit_url("post", post.code)).text)
    verb = "case is" if len(soon) == 1 else "cases are"
    assert (f"{len(soon)} {verb} planned to end by {written(until)}" in first) == bool(soon)


@pytest.mark.usefixtures("nation")
def test_what_a_case_earns_beside_its_tier_goes_with_it_wherever_it_is_told(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch, ends: dict[str, dict[str, date]]
) -> None:
    state = current_state()
    post, until = post_of(state, ends), state.day + timedelta(28)
    pricing = line_queries.pricing_of(state)
    tiers = Line.objects.filter(load_id=state.load_id, post_no=post.number, points_x100__gt=0)
    tier, extra, _ = [line for line in tiers.order_by("pk") if pricing[line.pricing].kind == "case"][:3]
    # the invented data weigh neither unpaid work nor IOM: another line is made the IOM of the case
    priced = {**pricing, extra.pricing: copy.copy(pricing[extra.pricing])}
    priced[extra.pricing].kind = "iom"
    assert extra.pricing != tier.pricing
    Line.objects.filter(pk=extra.pk).update(ref=tier.ref)
    monkeypatch.setattr(line_queries, "pricing_of", lambda _: priced)
    monkeypatch.setattr(case_nights, "planned_ends", lambda *_: {tier.ref: state.day + timedelta(7)})
    points = tier.points_x100 + extra.points_x100
    page = in_sight(signed_in("manager", "team", post.team_code).get(unit_url("post", post.code)).text)
    assert f"1 case is planned to end by {written(until)}, with {shown_points(points):,} point" in page
    beside = choosing.Choosing(state, [post]).leaving[post.number]
    assert [(each.number, each.points_x100) for each in beside if each.kind == "case"] == [(1, points)]


def test_nothing_of_it_is_told_to_who_may_not_read_the_cases(
    signed_in: SignIn, ends: dict[str, dict[str, date]]
) -> None:
    post = post_of(current_state(), ends)
    stranger = signed_in("practitioner")
    page = stranger.get(unit_url("post", post.code, "hours")).text
    assert "Work that is due to end" not in page
    assert not [ref for ref in ends[post.code] if ref in page]
    assert "planned to end" not in stranger.get(unit_url("post", post.code)).text
    file = unit_url("post", post.code, "hours") + "leaving.csv"
    assert stranger.get(file).status_code == 404
    told = b"".join(signed_in("manager", "team", post.team_code).get(file)).decode()
    assert [ref for ref in ends[post.code] if ref not in told] == []


def test_a_case_that_the_reader_is_shut_out_of_is_left_out(
    signed_in: SignIn, ends: dict[str, dict[str, date]]
) -> None:
    post = post_of(current_state(), ends)
    client, address = signed_in("manager", "team", post.team_code), unit_url("post", post.code, "hours")
    before = table_of(client.get(address).text, "leaving")
    ref = next(row["Reference"] for row in before if row["What ends"].endswith("planned to end"))
    case_limits.save(
        actor=None, who="a test", typed=ref, state=current_state(), excluded=[], restricted=["NOBODY"]
    )
    page = client.get(address).text
    assert ref not in page
    assert len(table_of(page, "leaving")) == len(before) - 1
    assert "Cases that you may not read are left out" in page


def test_data_without_planned_ends_says_so(
    signed_in: SignIn, ends: dict[str, dict[str, date]], monkeypatch: pytest.MonkeyPatch
) -> None:
    post = post_of(current_state(), ends)
    monkeypatch.setattr(case_nights, "planned_ends", lambda *_: {})
    page = in_sight(
        signed_in("manager", "team", post.team_code).get(unit_url("post", post.code, "hours")).text
    )
    assert "This data has no planned ends of cases." in page
    assert "case planned to end" not in page
