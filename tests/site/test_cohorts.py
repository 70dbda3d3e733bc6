"""Cohorts: counts are those of the night's own files, a private one is told to nobody who may not read it."""

import csv
import io
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from django.test import Client
from tabs_fixtures import in_sight, lines_of, links, number, table_of
from test_allocate import give

from wmt.site.accounts.models import LimitedAccess
from wmt.site.links import unit_url
from wmt.site.workload.models import Line, Pricing, Unit

LEVELS = ("nation", "region", "pdu", "team", "post")
NAMES = {"iirms": "IIRMS", "iom": "IOM", "nsd": "NSD", "lifer": "Lifer"}
SignIn = Callable[..., Client]


def expected(nation: Any, level: str, code: str) -> dict[str, tuple[int, int]]:
    """Active cases and points of each cohort here, in hundredths, by the files of the night."""
    night = nation.night
    marks = night.table("input/case_cohort").select("case_ref", "cohort")
    letters = pl.DataFrame({"flag": ["I", "L"], "cohort": ["iom", "lifer"]})
    flags = night.table("input/case_flag").join(letters, on="flag").select("case_ref", "cohort")
    refs = pl.concat([marks, flags]).unique()
    cases = lines_of(nation, level, code).filter(kind="case").join(refs, left_on="ref", right_on="case_ref")
    sums = cases.group_by("cohort").agg(pl.col("active_cases", "points_x100").sum())
    return {NAMES[cohort]: (cases, points) for cohort, cases, points in sums.iter_rows()}


def held_in(nation: Any, cohort: str) -> tuple[Any, str]:
    """A post and a case of it that is in a cohort."""
    cases = Pricing.objects.filter(load=nation.load, kind="case", status="active").exclude(stream="omic")
    lines = Line.objects.filter(load=nation.load, cohorts=cohort, pricing__in=cases.values("number"))
    line = lines.order_by("pk").first()
    assert line is not None
    return Unit.objects.get(load=nation.load, level="post", number=line.post_no), line.ref


def shown(client: Client, level: str, code: str, **query: str) -> dict[str, dict[str, str]]:
    page = client.get(unit_url(level, code, "caseload", **query)).text
    if 'id="table-cohorts"' not in page:
        return {}
    return {row["Cohort"].split("\n")[0]: row for row in table_of(page, "cohorts")}


def names_of(found: dict[str, dict[str, str]]) -> set[str]:
    return {name for name in NAMES.values() for words in found if words.startswith(name)}


@pytest.mark.parametrize("level", LEVELS)
def test_counts_are_those_of_the_files_and_lead_to_the_cases(
    nation: Any, signed_in: SignIn, level: str
) -> None:
    post, _ = held_in(nation, "nsd")
    code = "nation" if level == "nation" else post.code if level == "post" else getattr(post, f"{level}_code")
    client = signed_in("analyst")
    found = shown(client, level, code)
    wanted = expected(nation, level, code)
    assert names_of(found) == set(wanted)
    for words, row in found.items():
        cases, points = next(each for name, each in wanted.items() if words.startswith(name))
        assert (number(row["Active cases"]), float(row["Points"].replace(",", ""))) == (cases, points / 100)
    page = client.get(unit_url(level, code, "caseload", cohort="nsd")).text
    if level in ("team", "post"):
        *rows, _ = table_of(page, "cases")
        assert {row["Cohorts"] for row in rows} == {"NSD"}
        assert sum(row["Active"] == "yes" for row in rows) == wanted["NSD"][0]
    else:
        *rows, total = table_of(page, "cohort")
        assert (
            sum(number(row["Active cases"]) for row in rows)
            == number(total["Active cases"])
            == wanted["NSD"][0]
        )
    if level == "post":
        iom = next(held for held in [held_in(nation, "iom")[0]])
        row = next(row for words, row in shown(client, "post", iom.code).items() if words.startswith("IOM"))
        assert row["Weighting"].startswith("100% of their points")


def test_a_private_cohort_is_counted_below_a_region_only_for_who_reads_its_cases(
    nation: Any, signed_in: SignIn
) -> None:
    post, ref = held_in(nation, "nsd")
    stranger, head = signed_in("", email="s@example.org"), signed_in("head", "pdu", post.pdu_code)
    own = signed_in("practitioner", "team", post.team_code, staff_code=post.staff_code)
    for level, code in (("pdu", post.pdu_code), ("team", post.team_code), ("post", post.code)):
        asked = unit_url(level, code, "caseload", cohort="nsd")
        for text in (
            stranger.get(asked).text,
            stranger.get(f"/api/v1/units/{level}/{code}/tables/caseload?cohort=nsd").text,
        ):
            assert "NSD" not in text.replace("National", "")
            assert ref not in text
        assert "NSD" in names_of(shown(head, level, code))
    assert "NSD" in names_of(shown(own, "post", post.code))
    for level, code in (("region", post.region_code), ("nation", "nation")):
        assert "NSD" in names_of(shown(stranger, level, code))
        assert "NSD" not in names_of(shown(stranger, level, code, grade=post.grade))  # narrower than a region
        page = stranger.get(unit_url(level, code, "caseload", cohort="nsd")).text
        below = "region" if level == "nation" else "pdu"
        assert ("Units whose cases of this cohort you may not read are left out" in page) == (below == "pdu")
        assert unit_url("pdu", post.pdu_code, "caseload", cohort="nsd") not in links(page)


def test_which_case_is_in_a_cohort_is_for_who_may_read_the_case(nation: Any, signed_in: SignIn) -> None:
    post, ref = held_in(nation, "iom")
    stranger, manager = signed_in("", email="s@example.org"), signed_in("manager", "team", post.team_code)
    asked = unit_url("post", post.code, "caseload", cohort="iom")
    refused = in_sight(stranger.get(asked).text)
    assert "IOM" in refused  # how many there are is open
    assert "Only cases that you may read are listed by cohort." in refused
    assert 'id="table-cases-caption"' not in stranger.get(asked).text
    lines = f"/api/v1/units/post/{post.code}/lines?kind=case&size=500"
    assert not any(each["cohorts"] for each in stranger.get(lines).json()["items"])
    told = {each["ref"]: each["cohorts"] for each in manager.get(lines).json()["items"]}
    assert told[ref] == ["iom"]
    page = manager.get(f"/case/?crn={ref}").text
    assert ">IOM</strong>" in page
    assert table_of(page, "cohorts")[0]["First day"] == "flagged in nDelius"
    address = unit_url("post", post.code, "downloads") + "cases.csv"
    for client, words in ((signed_in("support"), set()), (manager, {"IOM"})):
        data = b"".join(client.get(address)).decode("utf-8-sig")  # type: ignore[call-overload]
        rows = list(csv.DictReader(io.StringIO(data)))
        assert {row["Cohorts"] for row in rows if "IOM" in (row["Cohorts"] or "")} == words
    shut = {"ref": ref, "excluded": [post.staff_code], "restricted": [], "is_current": True}
    LimitedAccess.objects.create(**shut)
    own = signed_in("practitioner", "team", post.team_code, staff_code=post.staff_code)
    told = own.get(lines).json()["items"]
    assert not any("iom" in each["cohorts"] and each["withheld"] for each in told)


def test_a_case_that_is_given_keeps_its_cohorts(nation: Any) -> None:
    post, ref = held_in(nation, "lifer")
    others = Unit.objects.filter(load=nation.load, level="post", whole=True, team_code=post.team_code)
    to = others.exclude(pk=post.pk).filter(points_x100__gt=0, grade="PO").order_by("code").first()
    assert to is not None
    give(ref, to)
    [line] = Line.objects.filter(load=nation.load, ref=ref).exclude(cohorts="")
    assert (line.post_no, line.cohorts) == (to.number, "lifer")


def test_who_is_shut_out_of_a_case_finds_it_in_no_count_of_a_private_cohort(
    nation: Any, signed_in: SignIn
) -> None:
    post, ref = held_in(nation, "nsd")
    manager = signed_in("manager", "team", post.team_code, staff_code="SHUT01")
    before = expected(nation, "team", post.team_code)["NSD"][0]
    LimitedAccess.objects.create(ref=ref, excluded=["SHUT01"], restricted=[], is_current=True)
    found = shown(manager, "team", post.team_code)
    told = next((number(row["Active cases"]) for words, row in found.items() if words.startswith("NSD")), 0)
    assert told == before - 1
    whole = shown(signed_in("head", "pdu", post.pdu_code), "team", post.team_code)
    assert (
        next(number(row["Active cases"]) for words, row in whole.items() if words.startswith("NSD")) == before
    )


def test_few_private_cases_of_a_region_are_not_told_apart_to_strangers(
    nation: Any, signed_in: SignIn
) -> None:
    post, _ = held_in(nation, "nsd")
    wanted = expected(nation, "region", post.region_code)["NSD"][0]
    found = shown(signed_in("", email="s@example.org"), "region", post.region_code)
    row = next(row for words, row in found.items() if words.startswith("NSD"))
    assert row["Points"] == "–"
    assert row["Active cases"] == ("fewer than 5" if wanted < 5 else f"{wanted:,}")
