"""Streams on the pages of units: the headline is sentence management, courts and OMiC are never in it.

Expected figures are added up here from the posts of the night's own results.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import polars as pl
import pytest
from django.test import Client, RequestFactory
from tabs_fixtures import in_sight, links, number, table_of

from wmt.ledger import COURTS, HEADLINE, OMIC, STREAM_NAMES, shown_capacity, shown_points
from wmt.site.accounts.models import User
from wmt.site.links import unit_url
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.units import summary
from wmt.site.workload.as_of_day import AsOf
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import current_state

LEVELS = ("nation", "region", "pdu", "team")
SignIn = Callable[..., Client]


def posts_of(nation: Any, unit: Unit) -> pl.DataFrame:
    posts = nation.night.table("results/totals").filter(pl.col("level") == "post")
    return posts if unit.level == "nation" else posts.filter(pl.col(f"{unit.level}_code") == unit.code)


def with_stream(nation: Any, level: str, stream: str) -> Unit:
    """A unit of a level that has posts of a stream, with its headline row."""
    code = Unit.objects.filter(load=nation.load, level=level, stream=stream, grade="").values_list("code")[0][
        0
    ]
    return Unit.objects.get(load=nation.load, level=level, code=code, whole=True)


def words(page: str) -> str:
    return " ".join(unescape(in_sight(page)).split())


@pytest.mark.parametrize("stream", [COURTS, OMIC])
@pytest.mark.parametrize("level", LEVELS)
def test_each_stream_is_the_sum_of_its_posts(nation: Any, signed_in: SignIn, level: str, stream: str) -> None:
    unit = with_stream(nation, level, stream)
    posts = posts_of(nation, unit)
    rows = table_of(signed_in().get(unit_url(level, unit.code)).text, "streams")
    for row in rows:
        of = {name: key for key, name in STREAM_NAMES.items()}[row["Stream"]]
        mine = posts.filter(pl.col("stream") == of)
        points, available = (mine[name].sum() for name in ("points_x100", "available_x100"))
        assert number(row["Posts"]) == len(mine)
        assert number(row["Points"]) == shown_points(points)
        assert number(row["Available points"]) == shown_points(available)
        shown = "–" if of == OMIC else shown_capacity(points, available)
        assert row["Capacity"].startswith(shown)
    wanted = {HEADLINE, *posts["stream"].unique()}
    assert [row["Stream"] for row in rows] == [name for key, name in STREAM_NAMES.items() if key in wanted]


@pytest.mark.parametrize("level", LEVELS)
def test_the_sentence_names_the_headline_and_the_practitioners_over(
    nation: Any, signed_in: SignIn, level: str
) -> None:
    unit = nation.unit(level, points_x100__gt=0, available_x100__gt=0)
    mine = posts_of(nation, unit).filter((pl.col("stream") == HEADLINE) & (pl.col("available_x100") > 0))
    over = mine.filter(pl.col("points_x100") * 10_000 > 11_000 * pl.col("available_x100"))
    said = words(signed_in().get(unit_url(level, unit.code)).text)
    capacity = shown_capacity(
        posts_of(nation, unit).filter(pl.col("stream") == HEADLINE)["points_x100"].sum(),
        mine["available_x100"].sum(),
    )
    assert f"is at {capacity}" in said
    verb = "is" if len(over) == 1 else "are"
    who = "practitioner" if len(mine) == 1 else "practitioners"
    assert f"{len(over)} of {len(mine)} {who} {verb} over 110%." in said


def test_posts_that_were_not_measured_are_not_among_those_that_may_be_over(
    nation: Any, signed_in: SignIn
) -> None:
    unit = nation.unit("team", posts_over__gt=0, posts_without_time=0, unmeasured_posts=0, posts__gt=2)
    Unit.objects.filter(pk=unit.pk).update(unmeasured_posts=1)
    said = words(signed_in().get(unit_url("team", unit.code)).text)
    assert f"{unit.posts_over} of {unit.posts - 1} practitioners" in said


@pytest.mark.parametrize("stream", [COURTS, OMIC])
def test_a_stream_has_a_view_of_its_own(nation: Any, signed_in: SignIn, stream: str) -> None:
    unit, client = with_stream(nation, "team", stream), signed_in()
    page = client.get(unit_url("team", unit.code, stream=stream)).text
    assert f"{STREAM_NAMES[stream]} only." in words(page)
    listed = {row["Code"] for row in table_of(page, "overview")} - {""}
    mine = posts_of(nation, unit).filter(pl.col("stream") == stream)
    assert listed == set(mine["code"])
    assert ("Capacity" in table_of(page, "overview")[0]) is (stream == COURTS)
    # the other pages of the unit keep to the stream, and figures open into its lines
    tabs = [
        href for href in links(page) if href.startswith(unit_url("team", unit.code)) and "over-time" in href
    ]
    assert tabs
    assert all(f"stream={stream}" in href for href in tabs)
    assert client.get(unit_url("team", unit.code, stream="nonsense")).status_code == 404


@pytest.mark.parametrize("stream", [COURTS, OMIC])
def test_a_post_says_in_which_stream_it_is(nation: Any, signed_in: SignIn, stream: str) -> None:
    post = Unit.objects.filter(load=nation.load, level="post", stream=stream)[0]
    said = words(signed_in().get(unit_url("post", post.code)).text)
    assert f"{STREAM_NAMES[stream]}: this post" in said
    assert "not part of the team’s sentence management figure" in said
    assert ("has no capacity" in said) is (stream == OMIC)


def test_posts_without_available_hours_are_told_apart(nation: Any, signed_in: SignIn) -> None:
    unit = Unit.objects.filter(
        load=nation.load, level="pdu", whole=True, posts_without_time__gt=0, idle_posts_without_time__gt=0
    )[0]
    client = signed_in()
    page = client.get(unit_url("pdu", unit.code)).text
    none = posts_of(nation, unit).filter((pl.col("stream") == HEADLINE) & (pl.col("available_x100") == 0))
    assert len(none) == unit.posts_without_time
    idle = none.filter((pl.col("points_x100") == 0) & (pl.col("cases_all") == 0))
    for band, wanted in (("idle", idle), ("busy", none.join(idle, on="code", how="anti"))):
        href = next((href for href in links(page) if f"band={band}" in href), "")
        assert bool(href) == (len(wanted) > 0)
        if href:
            listed = {row["Code"] for row in table_of(client.get(href).text, "overview")} - {""}
            assert listed == set(wanted["code"])


def test_posts_without_hours_of_the_nation_can_be_read(nation: Any, signed_in: SignIn) -> None:
    """From the nation to the regions that have some, to the posts of each; and all of them in one file."""
    mine = nation.night.table("results/totals").filter(
        (pl.col("level") == "post") & (pl.col("stream") == HEADLINE) & (pl.col("available_x100") == 0)
    )
    idle = mine.filter(
        (pl.col("points_x100") == 0) & (pl.col("cases_all") == 0) & (pl.col("omic_cases") == 0)
    )
    wanted = {"idle": idle, "busy": mine.join(idle, on="code", how="anti")}
    client = signed_in("manager", "nation", "nation")
    page = client.get("/nation/").text
    for band, posts in wanted.items():
        href = next(unescape(href) for href in links(page) if f"band={band}" in href and ".csv" not in href)
        regions = client.get(href.partition("#")[0]).text
        rows = {row["Code"]: row for row in table_of(regions, "overview") if row["Code"]}
        head = next(
            name for name in next(iter(rows.values())) if name.startswith("Posts with no available hours")
        )
        assert {code: number(row[head]) for code, row in rows.items()} == dict(
            posts.group_by("region_code").len().iter_rows()
        )
        region = min(rows)
        (into,) = {
            href for href in map(unescape, links(regions)) if f"/region/{region}/?" in href and band in href
        }
        listed = {row["Code"] for row in table_of(client.get(into).text, "overview")} - {""}
        of_region = set(posts.filter(pl.col("region_code") == region)["code"])
        assert listed <= of_region
        assert len(listed) == min(len(of_region), 100) or listed == of_region
        file = next(unescape(href) for href in links(page) if f"band={band}" in href and ".csv" in href)
        answer = client.get(file)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert all(code.encode() in body for code in posts["code"])
        assert body.count(b"\n") in range(len(posts), len(posts) + 12)


@pytest.mark.usefixtures("nation")
def test_what_is_not_known_is_no_region(signed_in: SignIn) -> None:
    page = signed_in().get("/nation/").text
    regions = [row["Code"] for row in table_of(page, "overview") if row["Code"]]
    named = [code for code in regions if code != "NOT-KNOWN"]
    empty = [row["Code"] for row in table_of(page, "overview") if row["Posts"] == "0" and row["Code"]]
    assert f"of {len(named) - len(empty)} regions" in words(page)
    assert ("‘Not known’" in words(page)) is (len(named) < len(regions))
    one = signed_in(email="b@example.org").get(unit_url("region", named[0])).text
    assert f"{len(named) - 1} other regions" in words(one)


def test_a_practitioner_reads_when_reports_stop_counting_and_the_figure_then(
    nation: Any, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last day a report counts is 29 days after its own; the figure then is counted by hand."""
    reports = nation.night.table("results/lines").filter(
        (pl.col("kind") == "report") & (pl.col("points_x100") > 0)
    )
    post = Unit.objects.get(load=nation.load, level="post", number=reports["post_no"][0])
    dates = Line.objects.filter(load=nation.load, post_no=post.number, points_x100__gt=0, since__isnull=False)
    dated = list(dates.order_by("since").values_list("since", "points_x100", "ref"))
    known = set(reports.filter(pl.col("post_no") == post.number)["ref"])
    dated = [(day, points) for day, points, ref in dated if ref in known]
    first = dated[0][0]
    left = post.points_x100 - sum(points for day, points in dated if day == first)
    page = words(
        signed_in("practitioner", "team", post.team_code, staff_code=post.staff_code)
        .get(unit_url("post", post.code))
        .text
    )
    if post.available_x100:
        then = re.escape(shown_capacity(left, post.available_x100))
        day = f"{first + timedelta(30):%-d %B %Y}"
        assert re.search(
            rf"On {day} \d+ reports? stops? counting: .*?\. The figure will then be {then}\.", page
        )
        monkeypatch.setattr(summary, "today", lambda _: first + timedelta(31))
        later = words(
            signed_in(
                "practitioner", "team", post.team_code, staff_code=post.staff_code, email="l@example.org"
            )
            .get(unit_url("post", post.code))
            .text
        )
        assert f"{day} has passed since this data, so in the next data" in later
        assert f"On {day}" not in later
        # a page as of that day in the past has the next data behind it
        request = RequestFactory().get("/")
        request.user = User.objects.get(email="l@example.org")
        past = replace(current_state(), as_of=AsOf(first, 0))
        said = " ".join(step.words for step in summary.reports_ending(UnitRequest(request, past, post)))
        assert f"On {day}" in said
        assert "next data" not in said
    assert "You are at" in page or "no available hours" in page or "no capacity" in page
    # days of reports are for those who may read the post's cases
    other = words(signed_in("", email="other@example.org").get(unit_url("post", post.code)).text)
    assert "stops counting" not in other


def test_who_is_over_reaches_the_form_for_relief_from_their_own_page(nation: Any, signed_in: SignIn) -> None:
    over = Unit.objects.filter(load=nation.load, level="post", posts_over=1, stream=HEADLINE)[0]
    client = signed_in("practitioner", "team", over.team_code, staff_code=over.staff_code)
    page = client.get(unit_url("post", over.code)).text
    (href,) = {href for href in links(page) if "/requests/relief/" in href}
    assert client.get(href).status_code == 200
