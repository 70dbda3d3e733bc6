"""Records to put right, on pages, in files and by the API: those of the night; what is of a case, by role."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from django.test import Client
from tabs_fixtures import in_sight, links, number, table_of

from wmt.data_quality.kinds import kind_rules
from wmt.data_quality.sums import all_together, placed, put_right_x100
from wmt.ledger import Moment
from wmt.nights.quality import kept
from wmt.site.links import unit_url
from wmt.site.queries import data_quality as query
from wmt.site.workload.state import current_state, rules_of

pytestmark = pytest.mark.one_database
LEVELS = ("nation", "region", "pdu", "team", "post")


def of_night(nation: Any, unit: Any) -> pl.DataFrame:
    """What the night's own file says of a unit; above posts, of those of sentence management."""
    night = nation.night
    found = placed(kept(night), night.table("facts/team")).filter(pl.col(f"{unit.level}_code") == unit.code)
    if unit.level == "post":
        return found
    posts = night.table("results/totals").filter(level="post", stream=unit.stream)
    return found.join(posts, on=["team_code", "staff_code"], how="semi")


def busiest(nation: Any, level: str) -> Any:
    """The unit of a level with most to put right."""
    from wmt.site.workload.models import Unit

    units = Unit.objects.filter(load=nation.load, level=level, whole=True).exclude(stream="omic")
    if level != "post":
        units = units.filter(stream="sentence_management")
    found = {unit.code: unit for unit in units.exclude(code__contains="NOT-KNOWN")}
    night = placed(kept(nation.night), nation.night.table("facts/team"))
    codes = night.filter(kind="untiered")[f"{level}_code"].value_counts(sort=True)[f"{level}_code"].to_list()
    return next(found[code] for code in codes if code in found)


@pytest.mark.parametrize("level", LEVELS)
def test_page_and_api_have_what_the_night_has(
    nation: Any, signed_in: Callable[..., Client], level: str
) -> None:
    unit, client = busiest(nation, level), signed_in("administrator")
    found = of_night(nation, unit)
    page = client.get(unit_url(level, unit.code, "data-quality")).text
    rows = table_of(page, "kinds")
    assert sum(number(row["Records"]) for row in rows) == found.height
    told = client.get(f"/api/v1/units/{level}/{unit.code}/data-quality").json()
    whole = all_together(found, kind_rules(rules_of(current_state())))
    assert told["all"]["records"] == whole.findings
    assert told["all"]["expected"] * 100 == whole.expected_x100
    then = put_right_x100(Moment(unit.points_x100, unit.available_x100), whole)[2]
    assert told["all"]["expected_capacity"] == (None if then is None else then / 100)
    assert len(told["records"]) == (0 if level in ("nation", "region") else found.height)
    assert f"{whole.findings:,} record" in in_sight(page)


def test_a_case_is_told_to_those_who_may_read_it(nation: Any, signed_in: Callable[..., Client]) -> None:
    unit = busiest(nation, "team")
    refs = set(of_night(nation, unit).filter(kind="untiered")["ref"].drop_nulls())
    assert refs
    address = unit_url("team", unit.code, "data-quality")
    nobody = signed_in("")
    shown, hidden = signed_in("administrator").get(address), nobody.get(address)
    assert refs <= {row["Case or contact"] for row in table_of(shown.text, "records")}
    table = table_of(hidden.text, "records")
    assert {row["Recorded"] for row in table if row["Case or contact"] == "withheld"} == {""}
    # figures are open
    assert len(table) == len(table_of(shown.text, "records"))
    for answer in (hidden, nobody.get(f"/api/v1/units/team/{unit.code}/data-quality")):
        assert not any(ref in answer.text for ref in refs)


def test_records_are_filtered_and_taken_out_as_files(nation: Any, signed_in: Callable[..., Client]) -> None:
    unit, client = busiest(nation, "pdu"), signed_in("administrator")
    address = unit_url("pdu", unit.code, "data-quality", kind="untiered")
    page = client.get(address).text
    assert {row["What is to be put right"] for row in table_of(page, "records")} == {"Case without a tier"}
    assert "the one in the address is not in the list" in client.get(address.replace("untiered", "x")).text
    file = next(href for href in links(page) if "records.csv" in href)
    lines = client.get(file).getvalue().decode("utf-8-sig").splitlines()
    assert len(lines) > of_night(nation, unit).filter(kind="untiered").height
    assert "untiered" not in {row["Who can put it right"] for row in table_of(page, "records")}


def test_the_page_of_a_post_leads_to_its_list(nation: Any, signed_in: Callable[..., Client]) -> None:
    post = busiest(nation, "post")
    page = signed_in("administrator").get(unit_url("post", post.code)).text
    assert unit_url("post", post.code, "data-quality") in links(page)
    assert "to be put right" in in_sight(page)


def test_hours_that_are_entered_here_are_off_the_list_at_once(nation: Any) -> None:
    from wmt.site.workload.models import Line, Pricing, Unit

    found = kept(nation.night).filter(kind="hours_assumed").row(0, named=True)
    post = Unit.objects.get(
        load=nation.load, level="post", code=f"{found['team_code']}:{found['staff_code']}"
    )
    assert "hours_assumed" in query.records_of(current_state(), post).listed["kind"]
    hours = Pricing.objects.filter(load=nation.load, kind="contracted_hours", reason="").first()
    assert hours is not None
    assumed = Pricing.objects.filter(load=nation.load, kind="contracted_hours").exclude(reason="")
    lines = Line.objects.filter(load=nation.load, post_no=post.number)
    assert lines.filter(pricing__in=assumed.values("number")).update(pricing=hours.number) == 1
    assert "hours_assumed" not in query.records_of(current_state(), post).listed["kind"]
